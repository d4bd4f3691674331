"""Short forms in game files: ranges of variables, sums, dot and norm2, written out when read."""

from pathlib import Path

import pytest

import games
import sgn

COURNOT = """
format = "sgn-game/1"
[parameters]
c = [1, "1.5", 2]
[definitions]
Q = "sum(q)"
"""


def _load(text: str, folder: Path) -> games.SymbolicGame:
    (folder / "game.toml").write_text(text)
    game = games.load(folder / "game.toml")
    assert isinstance(game, games.SymbolicGame)
    return game


def test_a_market_of_families(tmp_path: Path) -> None:
    firms = "".join(
        f'[[players]]\nname = "{k}"\nvariables = ["q{k}"]\ncost = "c[{k}]*q{k} - q{k}*(12 - Q)"\n'
        for k in (1, 2, 3)
    )
    game = _load(COURNOT + firms + '[region]\n"q[1..3]" = [0, 6]\n', tmp_path)
    assert game.definitions == {"Q": "(q1 + q2 + q3)"}
    assert game.costs[1] == "c2*q2 - q2*(12 - Q)"
    assert list(game.parameters) == ["c1", "c2", "c3"]
    assert sgn.certify(game).verdict == "proved"


ONE = """
format = "sgn-game/1"
[parameters]
c = [1, 2, 3]
[[players]]
name = "a"
variables = ["q[1..3]", "p"]
cost = "{cost}"
"""


@pytest.mark.parametrize(
    ("cost", "written"),
    [
        ("norm2(q)/2 + p**2", "((q1**2) + (q2**2) + (q3**2))/2 + p**2"),
        ("dot(c, q)**2", "((c1*q1) + (c2*q2) + (c3*q3))**2"),
        ("sum(i, i*exp(q[i]))", "((1*exp(q1)) + (2*exp(q2)) + (3*exp(q3)))"),
        (
            "sum(i, sum(j, q[i]*c[j]))",
            "((((q1*c1) + (q1*c2) + (q1*c3))) + (((q2*c1) + (q2*c2) + (q2*c3)))"
            " + (((q3*c1) + (q3*c2) + (q3*c3))))",
        ),
        ("q[2] + exp(p)", "q2 + exp(p)"),
        ("sum ( q )*2", "(q1 + q2 + q3)*2"),
    ],
)
def test_what_a_short_form_stands_for(cost: str, written: str, tmp_path: Path) -> None:
    game = _load(ONE.format(cost=cost), tmp_path)
    assert game.costs == (written,)
    games.save(game, tmp_path / "again.toml")
    assert games.load(tmp_path / "again.toml").document() == game.document()


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        ("sum(z)", "'z' is no family"),
        ("sum(i, q)", "has no family with"),
        ("q[i]", "belongs to no sum"),
        ("q[7]", "no q.7."),
        ("sum(q", "never closed"),
        ("dot(q)", "1 arguments"),
        ("sum(2, q[2])", "cannot be an index"),
        ("sum(i, sum(i, q[i]))", "cannot be an index"),
        ("sum(i, q[i]*c[i]*r[i])", "'r' is no family"),
        ("sum(i, q[i] + 1])", "never closed"),
        ("sumq(q)", "unknown name 'sumq'"),
    ],
)
def test_what_it_may_not_be(cost: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(games.InputError, match=said):
        _load(ONE.format(cost=cost), tmp_path)


@pytest.mark.parametrize("names", ["q[3..1]", "q[1..99999]", "q[1..999999999]", "q[a..b]", "q[1]"])
def test_ranges_that_are_none(names: str, tmp_path: Path) -> None:
    with pytest.raises(games.InputError):
        _load(ONE.format(cost="p").replace("q[1..3]", names), tmp_path)


def test_sums_of_sums_end(tmp_path: Path) -> None:
    cost = "1"
    for k in range(8):
        cost = f"sum(i{k}, q[i{k}]*({cost}))"
    with pytest.raises(games.InputError, match="take more than"):
        _load(ONE.format(cost=cost).replace("1..3", "1..40"), tmp_path)


def test_the_checker_knows_no_sums() -> None:
    with pytest.raises(games.InputError, match="unknown name 'sum'"):
        games.SymbolicGame.from_costs({"a": ["q1"]}, {"a": "sum(q)"})
