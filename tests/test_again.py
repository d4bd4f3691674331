"""A proof that the checker refuses by a rounding is made again, with more left for it."""

from fractions import Fraction

import pytest

import games
import sgn
from certificates.certificate import Certificate, Refusal
from sgn.bounds import prover
from sgn.bounds.enclosed import Enclosed
from sgn.bounds.prover import CUSHIONS, Cushion

GREEDY = Cushion(-0.05, -0.3)  # forgives what no checker forgives


def game() -> games.SymbolicGame:
    return games.SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]},
        {"a": "x**2 + x**4/12 + x*y", "b": "y**2 + sin(y)/4 - x*y"},
        region=games.Box.cube(2, 1),
    )


def test_refused_covers_are_proved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prover, "CUSHIONS", (GREEDY, *CUSHIONS[1:]))
    greedy = sgn.certify(game())
    assert isinstance(greedy, Certificate)
    assert sgn.verify(greedy)
    truth = 2 - Fraction(1, 4)  # the second derivative of y² + sin(y)/4 is ≥ 2 − sin(1)/4
    assert truth < greedy.margin.exact < 2 - Fraction(21, 100)


def test_after_the_last_try_it_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prover, "CUSHIONS", (GREEDY,) * len(CUSHIONS))
    refusal = sgn.certify(game(), evidence="enclosed")
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "numerical"


def test_each_try_leaves_more() -> None:
    tries = list(Enclosed(max_boxes=7).stricter())
    assert [each.strictness for each in tries] == [1, 2, 3]
    assert {each.max_boxes for each in tries} == {7}
    slacks = [(cushion.slack, cushion.part) for cushion in CUSHIONS]
    assert slacks == sorted(slacks)
    with pytest.raises(ValueError, match="strictness is 4; expected 0 to 3"):
        Enclosed(strictness=4)
