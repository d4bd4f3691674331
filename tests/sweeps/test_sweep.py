"""Sweeps over parameters: grids, tables, folders that are gone on from, workers, pictures."""

import json
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import games
import sgn
from certificates.kernel.document.reading import digest
from games import InputError
from games.language.number import Number
from sgn import plots
from sgn.sweeps.points import grid, read_ends, read_vary


def quadratic(k: Fraction) -> games.QuadraticGame:
    return games.QuadraticGame([[2.0, float(k)], [float(-k), 1.0]], sizes=[1, 1])


def line(slope: str = "k") -> games.SymbolicGame:
    return games.SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]},
        {"a": f"x**2 + {slope}*x*y", "b": "y**2 + k*x*y"},
        {"k": "1/2"},
        equilibrium=[0, 0],
    )


def test_a_game_with_other_parameters() -> None:
    game = line().with_parameters({"k": 1})
    assert game.parameters == {"k": 1}
    assert game.equilibrium is None
    assert game.jacobian(np.zeros(2)).tolist() == [[2, 1], [1, 2]]
    policies = games.catalogue.load("markov-coordination")
    assert isinstance(policies, games.MarkovGame)
    assert set(policies.with_parameters({"entropy": 2}).tensors.entropy) == {2}
    assert policies.with_parameters({"discount": "1/2"}).tensors.discount == Fraction(1, 2)
    assert set(policies.tensors.entropy) == {1}


@pytest.mark.parametrize(
    ("game", "values", "said"),
    [
        (line(), {"q": 1}, "'q' is no parameter of the game; use one of k"),
        (line(), {"k": float("nan")}, "parameter 'k'"),
        (quadratic(Fraction(1)), {"k": 1}, "the game has no parameters"),
        (games.catalogue.load("matching-pennies"), {"entropi": 1}, "did you mean 'entropy'"),
        (games.catalogue.load("matching-pennies"), {"entropy": -1}, "entropy"),
        (games.catalogue.load("markov-coordination"), {"discount": 2}, "discount"),
    ],
)
def test_parameters_that_cannot_be(game: games.Game, values: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        game.with_parameters(values)


def test_each_point_is_the_certificate_of_its_game() -> None:
    found = sgn.sweep(line(), {"k": [0, "1/2", 3]})
    assert [result.verdict for result in found.results] == ["proved", "proved", "refuted"]
    alone = sgn.certify(line().with_parameters({"k": 0}))
    assert found.results[0].document == alone.document
    table = found.table()
    assert table.columns[:3] == ("k", "verdict", "margin")
    assert table.rows[2][:3] == (3.0, "refuted", None)
    assert table.to_csv().splitlines()[1].startswith("0.0,proved,")
    assert repr(found) == "<Sweep over k: 3 points, 2 proved>"


def test_functions_give_games_and_regions_may_follow_them() -> None:
    found = sgn.sweep(quadratic, {"k": [1, 2]}, lambda game: games.Box.cube(game.dimension, 1))
    assert all(result.verdict == "proved" for result in found.results)
    with pytest.raises(TypeError, match="gave int, no game"):
        sgn.sweep(lambda k: 3, {"k": [1]})  # type: ignore[arg-type, return-value]


class Lost(Executor):
    """Workers that do not come back."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        raise RuntimeError("no workers")


def test_workers_give_the_same() -> None:
    values: dict[str, list[Number]] = {"k": [0, "1/4", "1/2"]}
    alone = sgn.sweep(line(), values)
    with ThreadPoolExecutor(2) as pool:
        found = sgn.sweep(line(), values, executor=pool)
    assert [r.document for r in found.results] == [r.document for r in alone.results]
    with pytest.raises(RuntimeError, match="no workers"):
        sgn.sweep(line(), {"k": [0]}, executor=Lost())


def test_a_sweep_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values: dict[str, list[Number]] = {"k": [0, "1/4", 3]}
    first = sgn.sweep(line(), values, folder=tmp_path / "runs")
    seen: list[tuple[int, int]] = []
    again = sgn.sweep(
        line(), values, folder=tmp_path / "runs", progress=lambda k, n: seen.append((k, n))
    )
    assert seen == []
    assert [r.document for r in again.results] == [r.document for r in first.results]
    with pytest.raises(InputError, match="another sweep is kept there"):
        sgn.sweep(line(), values, folder=tmp_path / "runs", metric="dense")


@pytest.mark.parametrize("change", ["game", "number", "text"])
def test_what_is_kept_is_not_believed(change: str, tmp_path: Path) -> None:
    """Another game's result, a raised number or a broken file is computed again."""
    [good] = sgn.sweep(line(), {"k": ["1/4"]}, folder=tmp_path).results
    [place] = tmp_path.glob("k=*.json")
    if change == "game":
        sgn.certify(line().with_parameters({"k": 0})).save(place)
    elif change == "number":
        document = json.loads(place.read_text())
        margin = next(c for c in document["claims"] if c["theorem"].startswith("margin/"))
        margin["numbers"]["margin"] = "5"
        place.write_text(json.dumps(document))
    else:
        place.write_text("{")
    [result] = sgn.sweep(line(), {"k": ["1/4"]}, folder=tmp_path).results
    assert result.document == good.document


def test_grids() -> None:
    points = grid({"a": [1, 2], "b": ["0.1", "1/3"]})
    assert list(points[1].values()) == [Fraction(1), Fraction(1, 3)]
    for wrong, said in (
        ({}, "no parameter"),
        ({"a": []}, "a has no values"),
        ({"a": ["x"]}, "a: 'x' is not a number"),
        ({"a": [float("inf")]}, "a: "),
        ({"a": range(200), "b": range(200)}, "40000 points"),
    ):
        with pytest.raises(InputError, match=said):
            grid(wrong)


@pytest.mark.parametrize(
    "text", ["a", "=1", "a=", "a=1:2", "a=1:2:1", "a=1:2:x", "a=1:2:3:4", "a=1,,2", "a=1:2:1001"]
)
def test_what_cannot_be_varied(text: str) -> None:
    with pytest.raises(InputError):
        read_vary(text)


def test_what_is_varied() -> None:
    assert read_vary("a = 1:2:3") == ("a", [1, Fraction(3, 2), 2])
    assert read_vary("a=1,1/3") == ("a", [1, Fraction(1, 3)])
    for text in ("a", "a=1", "a=1:2:3", "=1:2", "a=x:1"):
        with pytest.raises(InputError):
            read_ends(text)


def test_a_threshold_has_both_results() -> None:
    found = sgn.threshold(line(), "k", 0, 4, tolerance=1e-3)
    assert float(found.proved_at) < 2 <= float(found.not_at)  # margin 2 − k
    assert found.not_at - found.proved_at <= Fraction(4, 1000)
    assert found.certificate.verdict == "proved"
    assert found.other.verdict != "proved"
    assert bool(sgn.verify(found.certificate))
    other = sgn.threshold(line(), "k", 4, 0, tolerance=0.1)
    assert other.proved_at < 2 <= other.not_at


def test_thresholds_that_are_not_there() -> None:
    with pytest.raises(InputError, match=r"k: the game is proved at 0 and at 0\.5"):
        sgn.threshold(line(), "k", 0, "1/2")
    with pytest.raises(InputError, match="not proved at 3 and at 4"):
        sgn.threshold(line(), "k", 3, 4)
    with pytest.raises(InputError, match="both ends are 1"):
        sgn.threshold(line(), "k", 1, 1)
    with pytest.raises(ValueError, match="tolerance"):
        sgn.threshold(line(), "k", 0, 4, tolerance=0)


def test_pictures() -> None:
    pytest.importorskip("matplotlib").use("Agg")
    curve = plots.sweep(sgn.sweep(line(), {"k": [0, 1, 3]}))
    drawn, missing = curve.lines
    assert np.asarray(drawn.get_ydata())[:2] == pytest.approx([2, 1], abs=1e-9)
    assert list(np.asarray(missing.get_xdata())) == [3]
    found = sgn.sweep(lambda k, m: line().with_parameters({"k": k + m}), {"k": [0, 1], "m": [0, 3]})
    assert plots.sweep(found, "euler").get_xlabel() == "k"
    with pytest.raises(InputError, match="'foo' is not drawn"):
        plots.sweep(found, "foo")


def test_a_refutation_of_another_game_is_not_believed(tmp_path: Path) -> None:
    """Found by attack: a refusal with the game of another point, signed again."""
    game = games.SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]}, {"a": "k*x**2 + x*y", "b": "k*y**2 - x*y"}, {"k": 1}
    )
    values: dict[str, list[Number]] = {"k": [-1, 1]}
    first = sgn.sweep(game, values, folder=tmp_path)
    assert [result.verdict for result in first.results] == ["refuted", "proved"]
    places = {path.stem: path for path in tmp_path.glob("k=*.json")}
    document, other = (json.loads(places[name].read_text()) for name in ("k=-1", "k=1"))
    document.update({key: other[key] for key in ("game", "region")})
    places["k=1"].write_text(json.dumps(document | {"digest": digest(document)}))
    again = sgn.sweep(game, values, folder=tmp_path)
    assert [result.document for result in again.results] == [r.document for r in first.results]
