"""Every hypothesis of what is said of bounds: a case that lacks one alone gets its sentence."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from sgn.bands.band import Held, Margin
from sgn.bands.two_players import TwoPlayers
from sgn.bound_theorems import THEOREMS
from sgn.bounds import Bounds
from sgn.coupling.fixes import Eliminated, Wanted
from sgn.learning_rates.constant import Rated, Reweighted
from sgn.learning_rates.varying import RatedStep, TimeVaryingRates
from sgn.metrics.weights import margin_at
from tests.helpers.lacking import Pair, assert_lacks_only, name_of, pairs_of

PAIR = Bounds.given([1, 1], [[0, 0.5], [0.5, 0]], [2, 2])
SKEW = Bounds.given([1, 1], [[0, 0.5], [0.5, 0]], [2, 2], symmetric=False)
STRONG = Bounds.given([1, 1], [[0, 2], [2, 0]], [2, 2])
APART = Bounds.given(np.ones(4), np.kron(np.eye(2), [[0, 2], [2, 0]]), np.ones(4))
FLAT = Bounds.given([0, 1], [[0, 0.5], [0.5, 0]], [1, 1])
THREE = Bounds.given([1, 1, 1], np.zeros((3, 3)), [1, 1, 1])
HALF = Fraction(1, 2)


def varying(**changes: Any) -> TimeVaryingRates:
    """As it would be with these numbers, which its constructor refuses."""
    made = TimeVaryingRates(PAIR, np.ones(2), HALF, Fraction(1, 10))
    for name, value in changes.items():
        object.__setattr__(made, name, value)
    return made


def step(play: TimeVaryingRates, h: Fraction = HALF, largest: float = 1) -> RatedStep:
    return RatedStep(play, h, (Fraction(largest),) * 2)


def solved(least: float, wanted: float) -> Eliminated:
    return Eliminated(np.array([1.0, least]), np.ones(2), wanted)


def reweighted(weights: list[float], rates: list[float]) -> Reweighted:
    return Reweighted(np.array(weights), np.array(rates))


BROKEN: dict[tuple[str, str], Callable[[], object]] = {
    ("T2, sensitivities", "L is irreducible"): lambda: APART,
    ("T2, critical scale", "μ > 0"): lambda: FLAT,
    ("T2, one change", "some component has α* < a"): lambda: Wanted(PAIR, 0.0),
    ("T2, one change", "no two components have α* < a"): lambda: Wanted(APART, 0.0),
    ("T2, one coupling changed", "A₀ − aI is an M-matrix: α*(A₀) > a"): lambda: solved(-1, 1),
    ("T2, one coupling changed", "the changed number is one"): lambda: solved(1, math.inf),
    (
        "T2, one curvature changed",
        "R is an M-matrix: the others among themselves have α* > a",
    ): lambda: solved(-1, 1),
    ("T2, one curvature changed", "the changed number is one"): lambda: solved(1, math.nan),
    ("T4, band of two players", "there are two players"): lambda: TwoPlayers(THREE, 0.0),
    ("T4, band of two players", "a < α*"): lambda: TwoPlayers(PAIR, 0.5),
    ("T4, band of a pair", "a < α*"): lambda: Margin(PAIR, 0.6),
    ("T4, slice of one weight", "α(w) > a"): lambda: Held(margin_at(PAIR, [1, 1]), 0.5),
    ("T17, best rates", "every J_ii is symmetric"): lambda: Rated(SKEW),
    ("T17, best rates", "α* > 0"): lambda: Rated(STRONG),
    ("T17, metric at rates", "w > 0"): lambda: reweighted([1, 0], [1, 2]),
    ("T17, metric at rates", "η > 0"): lambda: reweighted([1, 2], [1, -1]),
    ("T17, metric at rates", "w_i/η_i are numbers"): lambda: reweighted([1, 1e300], [1, 1e-300]),
    ("T22, rates that vary, flow", "a > 0"): lambda: varying(contraction=Fraction(0)),
    ("T22, rates that vary, flow", "x > 0, Ax ≥ ax"): lambda: varying(
        contraction=Fraction(51, 100)
    ),
    ("T22, rates that vary, flow", "η_i(t) ≥ η_min > 0"): lambda: varying(least_rate=Fraction(0)),
    ("T22, rates that vary, steps", "every J_ii is symmetric"): lambda: step(varying(bounds=SKEW)),
    ("T22, rates that vary, steps", "h > 0"): lambda: step(varying(), Fraction(0)),
    ("T22, rates that vary, steps", "η_i ≥ η_min"): lambda: step(varying(), largest=1 / 16),
    ("T22, rates that vary, steps", "hη_i ≤ 2/(μ_i + Λ_i)"): lambda: step(varying(), largest=2),
}
PAIRS = pairs_of(THEOREMS)


@pytest.mark.parametrize("pair", PAIRS, ids=name_of)
def test_what_lacks_one_hypothesis_gets_its_sentence(pair: Pair) -> None:
    theorem, hypothesis = pair
    assert_lacks_only(pair, BROKEN[theorem.key, hypothesis.name]())


def test_no_case_is_left_over() -> None:
    assert set(BROKEN) == {(theorem.key, hypothesis.name) for theorem, hypothesis in PAIRS}
