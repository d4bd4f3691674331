"""Steps are in the certificate's own metric, or in another one that is worth it (T8, T9, T10)."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import sgn
from certificates.kernel.document.metric import Metric
from certificates.kernel.numbers.roots import factor_above
from certificates.kernel.theorems.euler import steps_of_margin
from games import Box, QuadraticGame
from sgn.pipeline.numbers import WORTH
from sgn.pipeline.objectives import Family, LongestEulerStep
from tests.helpers.random_games import euler_map, in_metric, norm
from tests.helpers.scale import examples

FloatArray = NDArray[np.float64]
SEEDS = st.integers(0, 2**32 - 1)
ROUNDING = 1e-12  # matrices of at most 5 rows, entries of order 10, weights within 1e4
FAR_WEIGHTS = [[5.477, -0.696, -0.053], [0.082, 5.361, -1.144], [0.93, 0.01, 1.093]]


def random_jacobian(rng: np.random.Generator, share: float) -> FloatArray:
    """Stable, couplings over two decades, of which this share is not 0."""
    n = int(rng.integers(2, 6))
    while True:
        J = rng.normal(size=(n, n)) * 10 ** rng.uniform(-1.5, 0.5, (n, n))
        J *= rng.random((n, n)) < share
        np.fill_diagonal(J, rng.uniform(0.5, 6, n))
        if np.linalg.eigvals(J).real.min() > 0.05:
            return np.round(J, 3)


@settings(max_examples=examples(15))
@given(SEEDS, st.sampled_from([0.4, 1.0]))
def test_another_metric_is_worth_it(seed: int, share: float) -> None:
    J = random_jacobian(np.random.default_rng(seed), share)
    result = sgn.certify(QuadraticGame(J, sizes=[1] * len(J)), metric="scalar")
    if not isinstance(result, sgn.Certificate):
        return
    assert result.euler is not None
    family = Family(J[None], tuple(slice(k, k + 1) for k in range(len(J))))
    own = Metric.scalar(np.array([float(w) for w in result.weights]))
    longest = LongestEulerStep().score(own, family)
    if result.euler.metric == result.claims.metric:
        # 0.1 % is given up before the end, where the factor is 1
        assert float(result.euler.step_max) >= longest * 0.999 * (1 - 1e-9)
    else:
        assert float(result.euler.step_max) > float(WORTH["scalar"]) * 0.999 * longest
    # in the metric that is named, the factor is what it is said to be
    B = in_metric(J, result.euler.weights, [1] * len(J))
    for part in (0.3, 1.0):
        h = part * float(result.euler.step_max)
        assert norm(euler_map(B, h)) <= float(result.euler.factor(h)) + ROUNDING


def test_where_weights_are_far_apart_the_steps_have_weights_of_their_own() -> None:
    """In the metric of the margin, 1 : .0065 : .138, steps are a fifth as long."""
    found = sgn.certify(QuadraticGame(FAR_WEIGHTS, sizes=[1] * 3, region=Box.cube(3, 1))).require()
    assert found.euler is not None
    assert found.euler.metric != found.claims.metric
    assert found.margin > Fraction("1.09")
    assert found.basin is not None
    radius = found.basin.radii["euler"]
    assert radius is not None
    # the ball in the metric of the steps lies in the region, round the equilibrium 0
    assert float(radius) <= np.sqrt(min(float(w) for w in found.euler.weights))


def test_of_weights_with_one_margin_those_of_the_longest_steps_are_taken() -> None:
    """The second player decides the margin, for many weights; some give steps of 0.49 only."""
    J = [[3.073, 0.0, 0.0], [0.0, 1.928, -0.141], [-2.847, 0.105, 2.541]]
    found = sgn.certify(QuadraticGame(J, sizes=[1] * 3)).require()
    assert found.euler is not None
    assert found.euler.metric == found.claims.metric
    assert float(found.margin) == pytest.approx(1.928, rel=1e-8)  # SAME is 1e-9
    assert float(found.euler.step_max) > 0.65


# ---- from margin, Lipschitz constant and cocoercivity --------------------------------------------


@settings(max_examples=examples(60))
@given(SEEDS, st.booleans(), st.floats(0, 1))
def test_t8_bounds_every_jacobian_with_these_constants(seed: int, known: bool, part: float) -> None:
    rng = np.random.default_rng(seed)
    J = random_jacobian(rng, 1.0)
    sym = (J + J.T) / 2
    margin, lipschitz = float(np.linalg.eigvalsh(sym)[0]), norm(J)
    if margin <= 0:
        return
    inverse = np.linalg.inv(J)
    c = float(np.linalg.eigvalsh((inverse + inverse.T) / 2)[0]) if known else 0.0
    stated = (Fraction(v) * Fraction(999_999, 10**6) for v in (margin, max(c, 0.0)))
    alpha, cocoercivity = stated
    metric = Metric.scalar(np.ones(len(J)))
    beta = Fraction(lipschitz) * Fraction(1_000_001, 10**6)
    plan = steps_of_margin(metric, alpha, beta, cocoercivity)
    assert plan is not None
    assert plan.step_max >= (1 - Fraction(1, 10**5)) * 2 * alpha / beta**2
    steps = [(plan.best_step, plan.factor_at_best), (plan.step_max, plan.factor_at_max)]
    h = Fraction(part) * plan.best_step
    steps.append((h, 1 - (1 - plan.factor_at_best) * Fraction(part)))  # the chord from (0, 1)
    for step, factor in steps:
        assert norm(euler_map(J, float(step))) <= float(factor) + ROUNDING


@given(st.fractions(min_value=0, max_value=1))
def test_a_factor_is_rounded_up_and_stays_below_1(decrease: Fraction) -> None:
    factor = factor_above(decrease)
    assert factor**2 >= 1 - decrease
    assert (factor < 1) is (decrease > 0)
