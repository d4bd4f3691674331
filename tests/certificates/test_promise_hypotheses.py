"""Every hypothesis of every promise: a certificate that lacks this one alone gets its sentence."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest

import games
import sgn
from certificates.kernel.claims import Claims, Margin, Steps
from certificates.kernel.document.metric import Metric
from certificates.kernel.document.reading import Document
from certificates.kernel.theorems import shared
from certificates.kernel.theorems.euler import EulerSteps
from certificates.kernel.theorems.extragradient import Extragradient
from certificates.promise_theorems import THEOREMS, Asked
from games import Box, QuadraticGame
from tests.helpers.lacking import Pair, assert_lacks_only, name_of, pairs_of

MATRIX = [[2.0, 0.5, -0.25], [0.5, 1.5, 0.25], [-0.5, 0.25, 1.0]]
UNIT = Box([-1, -1, -1], [1, 1, 1])
PRESSED = [-3.0, 0.5, 0.25]  # moves the zero out of the box
SKEW = [[-0.5, 2.0], [-2.0, 3.0]]  # no weights: a matrix metric


@cache
def free() -> Claims:
    return sgn.certify(QuadraticGame(MATRIX, [1, 1, 1]), metric="scalar").require().claims


@cache
def inside() -> Claims:
    return sgn.certify(QuadraticGame(MATRIX, [1, 1, 1]), UNIT, metric="scalar").require().claims


@cache
def boundary() -> Claims:
    game = QuadraticGame(MATRIX, [1, 1, 1], linear=PRESSED)
    return sgn.certify(game, UNIT, metric="scalar").require().claims


@cache
def ball() -> Claims:
    game, region = QuadraticGame(MATRIX, [1, 1, 1]), games.MetricBall([0, 0, 0], 1, [1, 1, 1])
    return sgn.certify(game, region, metric="scalar").require().claims


@cache
def dense() -> Claims:
    return sgn.certify(QuadraticGame(SKEW, [1, 1]), Box([-1, -1], [1, 1])).require().claims


@cache
def cancelling() -> Claims:
    """A margin that the block bounds do not see."""
    return sgn.certify(QuadraticGame([[1.0, 3.0], [-3.0, 1.0]], [1, 1])).require().claims


@cache
def field() -> Claims:
    """One player whose own block is not symmetric."""
    return sgn.certify(QuadraticGame([[2.0, 0.5], [0.1, 1.0]], [2], field=True)).require().claims


def near(claims: Claims, method: str = "euler", **numbers: Any) -> Asked:
    given = {"accuracy": Fraction(1, 100), "start": Fraction(1, 10)} | numbers
    return Asked(claims, method, **given)


def no_contraction() -> Claims:
    euler = inside().require(EulerSteps)
    return inside().with_claims(
        replace(euler, factor_at_best=Fraction(1), factor_at_max=Fraction(1))
    )


def with_margin(claims: Claims, margin: Fraction) -> Claims:
    return claims.with_claims(replace(claims.require(Margin), margin=margin))


def matrix() -> Claims:
    """The same metric, said as a matrix a player."""
    blocks = tuple(np.eye(1) * float(w) for w in boundary().metric.weights)
    return replace(boundary(), metric=Metric.block(blocks))


def of_game(change: Callable[[Document], Document]) -> Claims:
    game = boundary().game
    assert game is not None
    return replace(boundary(), game=change(game))


def only_projected() -> Claims:
    """Such steps follow where no zero is known; here one is."""
    steps = free().find(Extragradient)
    assert steps is not None
    return free().with_claims(replace(steps, to_solution=True, to_zero=False))


def without_steps(claims: Claims) -> Claims:
    """Nothing follows from the others either."""
    return replace(claims.without(Steps), following=())


def flat(claims: Claims) -> Claims:
    """μ_i + Λ_i = 0, with the margin of before."""
    bounds = claims.bounds
    return claims.with_claims(replace(bounds, curvature_upper=-bounds.curvature_lower))


def not_convex() -> Claims:
    bounds = boundary().bounds
    bent = replace(bounds, curvature_lower=-bounds.curvature_lower)
    return with_margin(boundary().with_claims(bent), -FAR)


def vague() -> Claims:
    """x* is known to lie in the region, but nowhere so well that a ball round it does."""
    found = inside().solution
    assert found is not None
    return inside().with_claims(replace(found, error=FAR))


NONE, FAR, LONG = Fraction(0), Fraction(50), Fraction(10)
DISTANCES, STEP, SHRINKS = "ε > 0, r ≥ 0", "0 < h ≤ the largest step", "0 ≤ q < 1 at h"
CERTIFIED, ZERO = "steps of the method are certified", "x* is a zero of F in X"
START, NOISY = "r is in the method's start set (T12)", "σ > 0"
PRODUCT, CONVEX = shared.PRODUCT.name, shared.CONVEX.name
SYMMETRIC, GAIN = "every J_ii is symmetric", "x > 0, Ax ≥ ax, a > 0"
KEPT = "X = R^n, or the steps hold with every point projected to X"
BROKEN: dict[tuple[str, str], Callable[[], Asked]] = {
    ("T7, time to an accuracy", DISTANCES): lambda: near(inside(), "flow", accuracy=NONE),
    ("T7, time to an accuracy", "α > 0"): lambda: near(with_margin(inside(), NONE), "flow"),
    ("T7, time to an accuracy", ZERO): lambda: near(boundary(), "flow"),
    ("T7, time to an accuracy", START): lambda: near(inside(), "flow", start=FAR),
    ("T14, steps to an accuracy", DISTANCES): lambda: near(inside(), accuracy=NONE),
    ("T14, steps to an accuracy", CERTIFIED): lambda: near(free(), "rk4_equilibrium"),
    ("T14, steps to an accuracy", STEP): lambda: near(inside(), step=LONG),
    ("T14, steps to an accuracy", SHRINKS): lambda: near(no_contraction()),
    ("T14, steps to an accuracy", "the steps hold without projection"): lambda: near(
        only_projected(), "extragradient"
    ),
    ("T14, steps to an accuracy", ZERO): lambda: near(boundary()),
    ("T14, steps to an accuracy", START): lambda: near(inside(), start=FAR),
    ("T14, projected steps to an accuracy", DISTANCES): lambda: near(boundary(), start=-FAR),
    ("T14, projected steps to an accuracy", CERTIFIED): lambda: near(without_steps(boundary())),
    ("T14, projected steps to an accuracy", STEP): lambda: near(boundary(), step=NONE),
    ("T14, projected steps to an accuracy", SHRINKS): lambda: near(no_contraction()),
    (
        "T14, projected steps to an accuracy",
        "the steps hold with every point projected to X",
    ): lambda: near(boundary(), "rk4"),
    ("T15, noise floor", NOISY): lambda: near(boundary(), sigma=NONE),
    ("T15, noise floor", CERTIFIED): lambda: near(without_steps(boundary())),
    ("T15, noise floor", STEP): lambda: near(boundary(), step=LONG),
    ("T15, noise floor", SHRINKS): lambda: near(no_contraction()),
    ("T15, noise floor", KEPT): lambda: near(dense()),
    ("T15, step for an accuracy", NOISY): lambda: near(boundary(), sigma=NONE),
    ("T15, step for an accuracy", DISTANCES): lambda: near(boundary(), accuracy=NONE),
    ("T15, step for an accuracy", CERTIFIED): lambda: near(without_steps(free())),
    ("T15, step for an accuracy", STEP): lambda: near(free(), step=LONG),
    ("T15, step for an accuracy", SHRINKS): lambda: near(no_contraction()),
    ("T15, step for an accuracy", KEPT): lambda: near(ball()),
    ("T16, stale reads", SYMMETRIC): lambda: Asked(field()),
    ("T16, stale reads", GAIN): lambda: Asked(cancelling()),
    ("T16, stale reads", "μ_i + Λ_i > 0"): lambda: Asked(flat(free())),
    ("T16, stale reads", ZERO): lambda: Asked(boundary()),
    ("T16, stale reads", "a ball of max_i ‖v_i‖/x_i round x* lies in X"): lambda: Asked(ball()),
    ("T16, best responses", SYMMETRIC): lambda: Asked(field()),
    ("T16, best responses", GAIN): lambda: Asked(cancelling()),
    ("T16, best responses", "X is a product of the players' own sets"): lambda: Asked(ball()),
    ("T13 (restricted Nash), solution of VI(F, X)", PRODUCT): lambda: Asked(ball()),
    ("T13 (restricted Nash), solution of VI(F, X)", "M = M(w)"): lambda: Asked(matrix()),
    ("T13 (restricted Nash), solution of VI(F, X)", "F has costs"): lambda: Asked(
        of_game(lambda game: game | {"field": True})
    ),
    ("T13 (restricted Nash), solution of VI(F, X)", SYMMETRIC): lambda: Asked(
        of_game(lambda game: game | {"players": [{"name": "one", "size": 3}]})
    ),
    ("T13 (restricted Nash), solution of VI(F, X)", CONVEX): lambda: Asked(not_convex()),
    ("T13 (restricted Nash), no other one", "M = M(w), or T19 is claimed on X"): lambda: Asked(
        matrix()
    ),
    ("T23, implicit step", "h > 0"): lambda: Asked(inside(), step=NONE),
    ("T23, implicit step", "α > 0"): lambda: Asked(with_margin(inside(), NONE), step=LONG),
    ("T23, implicit step", ZERO): lambda: Asked(boundary(), step=LONG),
    ("T23, implicit step", START): lambda: Asked(vague(), step=LONG),
}
PAIRS = pairs_of(THEOREMS)


@pytest.mark.parametrize("pair", PAIRS, ids=name_of)
def test_what_lacks_one_hypothesis_gets_its_sentence(pair: Pair) -> None:
    theorem, hypothesis = pair
    assert_lacks_only(pair, BROKEN[theorem.key, hypothesis.name]())


def test_no_lie_is_left_over() -> None:
    assert set(BROKEN) == {(theorem.key, hypothesis.name) for theorem, hypothesis in PAIRS}


def test_each_theorem_speaks_where_nothing_is_lacking() -> None:
    for theorem in THEOREMS:
        claims = boundary() if "projected" in theorem.key else inside()
        method = "flow" if theorem.label in ("T7", "T16", "T23") else "euler"
        step = Fraction(1, 10) if theorem.label == "T23" else None
        theorem.require(near(claims, method, step=step))
