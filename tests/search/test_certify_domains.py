"""Domains where they matter: a cost that is not defined on the region certifies nothing."""

from pathlib import Path

import pytest

import games
import sgn
from certificates.certificate import Refusal
from games import Box
from games.errors import InputError
from games.symbolic import SymbolicGame
from sgn.cli import main

EVIDENCE = ["auto", "enclosed", "sampled"]


def game_of(cost: str, low: object, high: object) -> SymbolicGame:
    box = Box([str(low)], [str(high)])
    return SymbolicGame.from_costs({"a": ["x"]}, {"a": cost}, region=box)


@pytest.mark.parametrize("evidence", EVIDENCE)
def test_outside_somewhere_is_unusable_input(evidence: str) -> None:
    """The pole at 1 is a single point, which sampling never meets."""
    game = game_of("9*x**2 + 1/(x - 1)", 0, 3)
    with pytest.raises(InputError, match=r"cost of a: the denominator x - 1 .*; choose a region"):
        sgn.certify(game, evidence=evidence)


def test_the_command_line_says_so_with_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pole.toml"
    games.save(game_of("x**2 - log(x)", -1, 1), path)
    assert main(["certify", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"sgn: {path}: cost of a: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("evidence", EVIDENCE)
def test_undecided_is_refused_with_the_box(evidence: str) -> None:
    """(x − √2)² is 0 at an irrational point only: no box and no point shows that."""
    game = game_of("x**2 + 1/((x - sqrt(2))**2)", 1, 2)
    refusal = sgn.certify(game, evidence=evidence)
    assert isinstance(refusal, Refusal)
    assert (refusal.verdict, refusal.reason) == ("undecided", "domain")
    assert "perhaps (not decided) for x in [1.41421" in refusal.message
    assert any("choose a region" in tip for tip in refusal.suggestions)


def test_defined_games_go_on() -> None:
    result = sgn.certify(game_of("x**2 - log(x)", "0.1", 1))
    assert result.verdict == "proved"
