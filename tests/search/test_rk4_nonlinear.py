"""T11 (b′) and (c): Runge–Kutta steps towards the equilibrium, and where J is near one matrix."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import sgn
from certificates.certificate import Certificate
from certificates.kernel.document.metric import Metric
from certificates.kernel.inequalities.runge_kutta import (
    TABLEAUS,
    is_positive_definite,
    sector_cover_holds,
    sector_matrices,
)
from certificates.kernel.theorems.runge_kutta import (
    Cover,
    RungeKuttaNearLinear,
    RungeKuttaTowards,
    SectorSteps,
)
from sgn.bounds import Deviation
from sgn.quantities.frame import Frame
from sgn.steps.near_linear import near_linear, near_linear_plan
from sgn.steps.sector import sector_plan
from tests.corpus.make import valid
from tests.helpers.random_games import STEP_MAPS
from tests.helpers.scale import examples

Floats = NDArray[np.float64]
SEEDS = st.integers(0, 2**32 - 1)
PLAIN = Metric.scalar(np.ones(2))
Force = Callable[[Floats], Floats]
TABLE = [(2, 1.090, 2.237), (5, 0.405, 1.845), (10, 0.200, 1.553)]  # β/α: hβ by (b), by (b′)


def rk4(F: Force, x: Floats, h: float) -> Floats:
    k1 = F(x)
    k2 = F(x - h / 2 * k1)
    k3 = F(x - h / 2 * k2)
    return x - h / 6 * (k1 + 2 * k2 + 2 * k3 + F(x - h * k3))


def heun(F: Force, x: Floats, h: float) -> Floats:
    k1 = F(x)
    return x - h / 2 * (k1 + F(x - h * k1))


STEPS = {"rk4": rk4, "heun": heun}


@cache
def towards(ratio: int, scheme: str = "rk4") -> SectorSteps:
    plan = sector_plan(PLAIN, Fraction(1, ratio), Fraction(1), None, RungeKuttaTowards, scheme)
    assert plan is not None
    return plan


@pytest.mark.parametrize(("ratio", "pairs", "equilibrium"), TABLE)
def test_the_table_of_the_theory(ratio: int, pairs: float, equilibrium: float) -> None:
    between = sector_plan(PLAIN, Fraction(1, ratio), Fraction(1), None)
    assert between is not None
    assert float(between.step_max) == pytest.approx(pairs, abs=0.002)  # three digits in the theory
    assert float(towards(ratio).step_max) == pytest.approx(equilibrium, abs=0.002)


@pytest.mark.parametrize("scheme", TABLEAUS)
@pytest.mark.parametrize("ratio", [2, 5, 10])
def test_the_checker_grants_them_and_no_more(ratio: int, scheme: str) -> None:
    plan, constants = towards(ratio, scheme), (Fraction(1, ratio), Fraction(1), Fraction(0))
    ends, rates = plan.cover.steps, plan.cover.rates
    assert sector_cover_holds(plan.tableau, constants, plan.cover.intervals(), plan.multipliers)
    longer = Cover((*ends[:-1], ends[-1] * Fraction(11, 10)), rates)
    assert not sector_cover_holds(plan.tableau, constants, longer.intervals(), plan.multipliers)


@pytest.mark.parametrize("scheme", TABLEAUS)
@settings(max_examples=examples(60), deadline=None)
@given(SEEDS, st.sampled_from([2, 5, 10]), st.floats(0.01, 1))
def test_nonlinear_runs_approach_at_the_factor(
    scheme: str, seed: int, ratio: int, part: float
) -> None:
    """F = ax + Sx + bUᵀtanh(Ux), S skew of norm s, U orthogonal: α = a, β ≤ √(a² + s²) + b."""
    rng = np.random.default_rng(seed)
    a, s = 1 / ratio, float(rng.uniform(0, 1 - 1 / ratio))
    b = 1 - np.hypot(a, s)
    if b < 0:
        s, b = 0.0, 1 - a
    U, _ = np.linalg.qr(rng.normal(size=(2, 2)))
    S = s * np.array([[0.0, 1.0], [-1.0, 0.0]])

    def F(x: Floats) -> Floats:
        value: Floats = a * x + x @ S.T + b * np.tanh(x @ U.T) @ U
        return value

    steps = towards(ratio, scheme)
    h = float(steps.step_max) * part
    x = rng.normal(size=(50, 2)) * 10 ** rng.uniform(-2, 2, (50, 1))
    after = STEPS[scheme](F, x, h)
    factors = np.linalg.norm(after, axis=1) / np.linalg.norm(x, axis=1)
    bound = steps.factor(min(Fraction(h), steps.step_max))
    assert factors.max() <= float(bound) + 1e-12  # rounding of order 1 numbers


def test_pairs_of_stages_are_what_makes_it_longer() -> None:
    plan = towards(5)
    row = plan.multipliers[-1]
    args = Fraction(1, 5), Fraction(1), Fraction(0), plan.cover.rates[-1]
    h = plan.step_max

    def at(multipliers: tuple[Fraction, ...]) -> bool:
        parts = sector_matrices(plan.tableau, *args, multipliers)
        lines = zip(*parts, strict=True)
        K = [[u + h * v + h**2 * w for u, v, w in zip(*rows, strict=True)] for rows in lines]
        return is_positive_definite(K)

    assert at(row)
    assert not at(row[:12])


def linear_case(seed: int) -> tuple[Floats, float]:
    rng = np.random.default_rng(seed)
    J = rng.normal(size=(3, 3)) / 2
    J = J - J.T + 0.3 * (J + J.T) + 1.2 * np.eye(3)
    return J, float(rng.uniform(0, 0.02))


@pytest.mark.parametrize("scheme", TABLEAUS)
@settings(max_examples=examples(25), deadline=None)
@given(SEEDS)
def test_stages_near_one_matrix_contract(scheme: str, seed: int) -> None:
    """Any stage Jacobians within δ of J₀, at any h up to the largest."""
    J, delta = linear_case(seed)
    metric = Metric.scalar(np.ones(3))
    linear = near_linear(J, Fraction(delta), Frame(metric, (1, 1, 1)))
    plan = near_linear_plan(replace(linear, scheme=scheme), metric, (1, 1, 1))
    if plan is None:
        return
    rng, (count, step_map) = np.random.default_rng(seed), STEP_MAPS[scheme]
    for part in (0.05, 0.5, 0.9, 1.0):
        h = plan.step_max * Fraction(part)
        stages = []
        for _ in range(count):
            E = rng.normal(size=(3, 3))
            stages.append(J + delta * E / np.linalg.norm(E, 2))
        factor = np.linalg.norm(step_map(stages, float(h)), 2)
        assert factor <= float(plan.factor(h)) + 1e-12  # rounding


def test_the_loss_covers_the_excess_on_the_whole_interval() -> None:
    ends, rates = (Fraction(0), Fraction(1), Fraction(2)), (Fraction(1, 10), Fraction(1, 20))
    near = RungeKuttaNearLinear(
        metric=PLAIN,
        step_max=ends[-1],
        best_step=ends[-1],
        factor_at_best=Fraction(1),
        scheme="rk4",
        cover=Cover(ends, rates),
        deviation=Fraction(1, 20),
        norm=Fraction(1),
        matrix=np.eye(2),
    )
    for low, high, kappa in near.rates():
        for k in range(11):
            h = low + (high - low) * k / 10
            alone = max(1 - kappa * h, Fraction(0))
            whole = float(alone) ** 0.5 + float(near.excess(h))
            assert whole**2 <= float(near.cover.square_at(h)) + 1e-12


def test_a_rotation_is_certified_near_linear() -> None:
    result = Certificate(valid("near-linear"))
    assert result.rk4 is not None
    assert result.rk4.basis == "near-linear"
    assert result.rk4.step_max * result.lipschitz > 2  # the sector gives about 0.6
    assert "T11 (c)" in {o.theorem for o in sgn.verify(result).obligations if o.holds}


def test_the_deviation_is_a_norm_of_differences() -> None:
    centre = ((1.0, 0.0), (0.0, 1.0))
    quantity = Deviation((1.0, 4.0), (slice(0, 1), slice(1, 2)), centre=centre)
    J = np.array([[[1.0, 2.0], [0.0, 1.0]]])
    assert quantity.values(J) == pytest.approx([1.0])  # 2·√(1/4)
