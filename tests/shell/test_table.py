"""Results side by side, and what games, boxes and results are called at the prompt."""

import csv
import importlib.util
import io
from fractions import Fraction
from pathlib import Path

import pytest

import games
import sgn
from games import catalogue


@pytest.fixture(scope="module")
def toy() -> sgn.Certificate:
    result: sgn.Certificate = sgn.certify(catalogue.load("sgn-toy")).require()
    return result


@pytest.fixture(scope="module")
def both(toy: sgn.Certificate) -> sgn.Table:
    return sgn.table({"toy & co_": toy, "refused|": sgn.certify(catalogue.load("fk-a3"))})


def test_files_hold_floats_on_the_safe_side(
    both: sgn.Table, toy: sgn.Certificate, tmp_path: Path
) -> None:
    text = both.to_csv(tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text(encoding="utf-8") == text
    head, first, second = csv.reader(io.StringIO(text))
    assert head[:5] == ["game", "verdict", "margin", "Lipschitz", "Euler step"]
    assert (first[:2], second[:3]) == (["toy & co_", "proved"], ["refused|", "refuted", ""])
    assert 0 < Fraction(first[2]) <= toy.margin.exact
    assert Fraction(first[3]) >= toy.lipschitz.exact


def test_markdown_latex_and_text(both: sgn.Table) -> None:
    assert r"| refused\| | refuted |  |" in both.to_markdown()
    assert r"toy \& co\_ & proved & $0.292893$" in both.to_latex()
    assert str(both).splitlines()[1].startswith("toy & co_  proved   0.292893")
    assert "<td>toy &amp; co_</td>" in both._repr_html_()
    assert repr(both).startswith("<Table: 2 rows of game, verdict")
    assert str(sgn.table([])).startswith("game")


def test_names_come_from_the_games(toy: sgn.Certificate) -> None:
    assert sgn.table([toy]).rows[0][0] == toy.document["game"]["name"]
    with pytest.raises(TypeError, match="expected what certify returns"):
        sgn.table([3])  # type: ignore[list-item]


@pytest.mark.skipif(importlib.util.find_spec("pandas") is not None, reason="there is pandas")
def test_without_pandas(both: sgn.Table) -> None:
    with pytest.raises(ImportError, match="pip install pandas"):
        both.to_frame()


def test_reprs_are_short(toy: sgn.Certificate) -> None:
    harker = catalogue.load("harker")
    assert repr(harker) == (
        '<SymbolicGame "Harker\'s duopoly": 2 players, 2 variables, Box([0, 0], [10, 10])>'
    )
    box = games.Box(["0.1", 0], [15, "1/3"])
    assert repr(box) == "Box(['0.1', 0], [15, '1/3'])"
    assert eval(repr(box), {"Box": games.Box}) == box
    ball = games.MetricBall([0, 1], 2, [1, 4])
    assert repr(ball) == "MetricBall([0, 1], 2, [1, 4])"
    assert repr(games.Box.cube(100, 2)) == "Box.cube(100, 2)"
    play = sgn.simulate(harker, [[1.0, 1.0]], step=0.5, steps=20, target=[5, 9])
    assert repr(play).startswith("<Simulation: euler, 20 steps of 0.5 from 1 start, worst factor")
    promises = toy.promises
    for each in (promises, promises.asynchronous(), promises.best_response(), toy.equilibrium,
                 toy.basin, *toy.methods.values(), sgn.attack(toy, seconds=0)):  # fmt: skip
        assert len(repr(each)) < 300
