"""The checker's Runge–Kutta obligations against direct norms and direct algebra (T11)."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from certificates.kernel.certificate import read_claims
from certificates.kernel.claims import Claims
from certificates.kernel.document.metric import Metric
from certificates.kernel.inequalities.runge_kutta import (
    TABLEAUS,
    Matrix,
    bernstein,
    constant_cover_holds,
    constant_step,
    decrease,
    is_positive_definite,
    quadratic_bernstein,
    sector_cover_holds,
    sector_matrices,
)
from certificates.kernel.numbers.matrices import Ball
from certificates.kernel.theorems.euler import ORDERED as EULER_ORDERED
from certificates.kernel.theorems.euler import EulerOfJacobian
from certificates.kernel.theorems.rule import Case
from certificates.kernel.theorems.runge_kutta import MULTIPLIERS, Cover
from sgn.steps.runge_kutta import constant_plan, spectral_limit
from sgn.steps.sector import sector_plan
from tests.corpus.make import valid
from tests.helpers.scale import examples

RK4 = TABLEAUS["rk4"]
Floats = NDArray[np.float64]


def given_bounds() -> Claims:
    """Any certificate."""
    return read_claims(valid("bounds"))


small = st.integers(-12, 12).map(lambda k: Fraction(k, 4))
positive = st.integers(1, 40).map(lambda k: Fraction(k, 8))
seeds = st.integers(0, 10**9)


def exact_product(a: Matrix, b: Matrix) -> Matrix:
    return [
        [
            sum((x * y for x, y in zip(row, col, strict=True)), Fraction(0))
            for col in zip(*b, strict=True)
        ]
        for row in a
    ]


def exact_step(J: Matrix, h: Fraction) -> Matrix:
    """I − hJ(I − (h/2)J(I − (h/3)J(I − (h/4)J))): one Runge–Kutta step."""
    n = len(J)
    eye = [[Fraction(int(i == j)) for j in range(n)] for i in range(n)]
    result = eye
    for k in (4, 3, 2, 1):
        inner = exact_product(J, result)
        result = [[eye[i][j] - h / k * inner[i][j] for j in range(n)] for i in range(n)]
    return result


def rationals(values: Floats) -> Matrix:
    return [[Fraction(v) for v in row] for row in values]


def rounded(rng: np.random.Generator, n: int) -> Floats:
    """Entries with few bits, so that exact arithmetic stays short."""
    return np.round(rng.normal(size=(n, n)) * 16) / 16


# ---- (a): J constant -----------------------------------------------------------------------------


@settings(max_examples=examples(40))
@given(seeds, st.integers(1, 3), positive, st.integers(1, 16).map(lambda k: Fraction(k, 16)))
def test_the_decrease_is_that_of_the_step(seed: int, n: int, step: Fraction, t: Fraction):
    """Σ_k t^k C_k encloses the symmetric part of (M − PᵀMP)/t at h = t·step."""
    rng = np.random.default_rng(seed)
    J, w = rounded(rng, n), np.round(rng.uniform(1, 64, n)) / 4
    C = decrease(RK4, Ball.exact(J), Ball.exact(w), step)
    P = exact_step(rationals(J), t * step)
    for i in range(n):
        for j in range(n):
            PMP = sum((P[k][i] * Fraction(w[k]) * P[k][j] for k in range(n)), Fraction(0))
            exact = ((Fraction(w[i]) if i == j else 0) - PMP) / t
            powers = [t**k for k in range(8)]
            mids = [
                (Fraction(a) + Fraction(b)) / 2
                for a, b in zip(C.mid[:, i, j], C.mid[:, j, i], strict=True)
            ]
            rads = [
                (Fraction(a) + Fraction(b)) / 2
                for a, b in zip(C.rad[:, i, j], C.rad[:, j, i], strict=True)
            ]
            centre = sum((p * m for p, m in zip(powers, mids, strict=True)), Fraction(0))
            radius = sum((p * r for p, r in zip(powers, rads, strict=True)), Fraction(0))
            assert abs(exact - centre) <= radius
            assert radius < Fraction(1, 10**6)  # of size 1e3 at most: not a bound that says nothing


@settings(max_examples=examples(40))
@given(seeds, st.integers(1, 3), positive)
def test_one_step_is_enclosed_in_scaled_coordinates(seed: int, n: int, step: Fraction):
    """P(−hJ) of D J D⁻¹ is D P(−hJ) D⁻¹; the scaling D is read off the metrics."""
    rng = np.random.default_rng(seed)
    J = rounded(rng, n)
    w = 4.0 ** rng.integers(-300, 300, n)
    P, metric = constant_step(RK4, Ball.exact(J), Ball.exact(w), step)
    exact = exact_step(rationals(J), step)
    assert ((metric.mid > 0.1) & (metric.mid < 10)).all()  # balanced
    for i in range(n):
        for j in range(n):
            # D_i² = w_i / metric_i, a power of four
            D = np.sqrt(w / metric.mid)
            ratio = Fraction(D[i]) / Fraction(D[j])
            assert abs(exact[i][j] * ratio - Fraction(P.mid[i, j])) <= Fraction(P.rad[i, j])


@settings(max_examples=examples(40))
@given(
    seeds,
    st.integers(0, 7),
    st.integers(0, 15).map(lambda k: Fraction(k, 16)),
    st.integers(1, 16).map(lambda k: Fraction(k, 16)),
    st.integers(0, 8).map(lambda k: Fraction(k, 8)),
)
def test_bernstein_coefficients_enclose(
    seed: int, degree: int, low: Fraction, width: Fraction, place: Fraction
):
    """Σ t^k A_k = Σ_m C(d, m) s^m (1 − s)^(d−m) B_m at t = low + s·width (Bernstein's form)."""
    rng = np.random.default_rng(seed)
    A = np.round(rng.normal(size=(degree + 1, 1, 2)) * 16) / 16
    B = bernstein(Ball.exact(A), low, low + width)
    t = low + place * width
    binomial = Fraction(1)
    centre, radius = [Fraction(0)] * 2, [Fraction(0)] * 2
    for m in range(degree + 1):
        share = binomial * place**m * (1 - place) ** (degree - m)
        for j in range(2):
            centre[j] += share * Fraction(B.mid[m, 0, j])
            radius[j] += share * Fraction(B.rad[m, 0, j])
        binomial = binomial * (degree - m) / (m + 1)
    for j in range(2):
        exact = sum((t**k * Fraction(A[k, 0, j]) for k in range(degree + 1)), Fraction(0))
        assert abs(exact - centre[j]) <= radius[j]


def square_at(J: Floats, w: Floats, h: float) -> float:
    """‖P(−hJ)‖²_M in floating point."""
    root = np.sqrt(w)
    B = -h * J * root[:, None] / root[None, :]
    P = np.eye(len(J))
    for k in (4, 3, 2, 1):
        P = np.eye(len(J)) + B @ P / k
    return float(np.linalg.norm(P, 2) ** 2)


def monotone(seed: int) -> tuple[Floats, Floats]:
    """J with sym(MJ) ≻ 0, and the weights of M."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 5))
    B = rng.normal(size=(n, n)) * 10 ** rng.uniform(-1, 1)
    B += (rng.uniform(0.05, 1) - np.linalg.eigvalsh((B + B.T) / 2)[0]) * np.eye(n)
    w = 10 ** rng.uniform(-4, 4, n)
    root = np.sqrt(w)
    return B * root[None, :] / root[:, None], w


@settings(max_examples=examples(25))
@given(seeds)
def test_accepted_covers_hold_at_every_step(seed: int):
    """At 40 steps of each interval the true factor is below the claim, and raised claims fall."""
    J, w = monotone(seed)
    plan = constant_plan(
        J,
        Metric.scalar(w),
        (1,) * len(J),
        spectral_limit(np.linalg.eigvals(J).astype(complex)),
    )
    assert plan is not None
    cover = plan.cover
    whole, metric = Ball.exact(J), Ball.exact(w)
    assert constant_cover_holds(RK4, whole, metric, cover.intervals())
    for k, (low, high, rate) in enumerate(cover.intervals()):
        grid = np.linspace(float(low), float(high), 41)[1:]
        # 1e-9: rounding of the direct norm, entries of size 1e2 at most
        squares = np.array([square_at(J, w, h) for h in grid])
        assert (squares <= 1 - float(rate) * grid + 1e-9).all()
        truth = float(((1 - squares) / grid).min())
        raised = [*cover.rates]
        raised[k] = Fraction(truth) + Fraction(1, 10**6)
        if truth + 1e-6 > float(rate):
            higher = replace(cover, rates=tuple(raised))
            assert not constant_cover_holds(RK4, whole, metric, higher.intervals())


# ---- covers --------------------------------------------------------------------------------------

F = Fraction


@pytest.mark.parametrize(
    ("steps", "rates", "good"),
    [
        ([0, 1, 2], [1, 1], True),
        ([0, 2], [1], True),
        ([F(1, 10**9), 1, 2], [1, 1], False),  # a gap at 0
        ([0, 1, F(19, 10)], [1, 1], False),  # ends early
        ([0, 1, F(21, 10)], [1, 1], False),  # ends late
        ([0, 2, 1, 2], [1, 1, 1], False),
        ([0, 1, 1, 2], [1, 1, 1], False),
        ([0, 1, 2], [1, 0], False),
        ([0, 1, 2], [1, -1], False),
        ([2], [], False),
        ([0], [], False),
    ],
)
def test_a_cover_goes_from_0_to_the_largest_step(
    steps: list[Fraction], rates: list[Fraction], good: bool
):
    assert Cover(tuple(map(F, steps)), tuple(map(F, rates))).leads_to(F(2)) is good


@pytest.mark.parametrize(
    ("change", "good"),
    [
        ({}, True),
        ({"best_step": F(2)}, True),
        ({"best_step": F(0)}, False),
        ({"best_step": F(-1)}, False),
        ({"best_step": F(201, 100)}, False),
        ({"factor_at_best": F(1)}, False),
        ({"factor_at_best": F(-1, 2)}, False),
        ({"factor_at_best": F(0)}, True),
        ({"factor_at_max": F(1)}, False),
        ({"factor_at_max": F(-1, 10)}, False),
        ({"step_max": F(-1), "best_step": F(-1)}, False),
    ],
)
def test_steps_and_factors_in_order(change: dict[str, Any], good: bool):
    metric = Metric.scalar(np.ones(1))
    steps = EulerOfJacobian(metric, F(2), F(1), F(1, 2), factor_at_max=F(1, 2))
    case = Case(given_bounds(), None, replace(steps, **change))
    assert EULER_ORDERED.holds(case) is good


# ---- (b): the sector condition -------------------------------------------------------------------

Vector = list[Fraction]


def dot(u: Vector, v: Vector) -> Fraction:
    return sum((a * b for a, b in zip(u, v, strict=True)), Fraction(0))


def along(u: Vector, t: Fraction, v: Vector) -> Vector:
    return [a + t * b for a, b in zip(u, v, strict=True)]


vectors = st.lists(st.lists(small, min_size=2, max_size=2), min_size=5, max_size=5)
multipliers = st.lists(positive, min_size=12, max_size=12)


@settings(max_examples=examples(100))
@given(vectors, multipliers, positive, positive, positive, small, positive)
def test_the_sector_form_is_that_of_the_theory(
    vs: list[Vector],
    m: list[Fraction],
    alpha: Fraction,
    beta: Fraction,
    c: Fraction,
    kappa: Fraction,
    h: Fraction,
):
    """T11 (b) written out with vectors in R²: q²|Δx|² − |Δx⁺|² − Σ_s […], q² = 1 − κh."""
    x, F1, F2, F3, F4 = vs
    stages = [x, along(x, -h / 2, F1), along(x, -h / 2, F2), along(x, -h, F3)]
    forces = [F1, F2, F3, F4]
    out = x
    for weight, force in zip((1, 2, 2, 1), forces, strict=True):
        out = along(out, -h * weight / 6, force)
    direct = (1 - kappa * h) * dot(x, x) - dot(out, out)
    for s, (xs, Fs) in enumerate(zip(stages, forces, strict=True)):
        direct -= h * m[s] * (dot(Fs, xs) - alpha * dot(xs, xs))
        direct -= h * m[4 + s] * (beta**2 * dot(xs, xs) - dot(Fs, Fs))
        direct -= h * m[8 + s] * (dot(Fs, xs) - c * dot(Fs, Fs))
    K = sector_matrices(RK4, alpha, beta, c, kappa, m)
    form = sum(
        (
            h**power * part[i][j] * dot(vs[i], vs[j])
            for power, part in enumerate(K)
            for i in range(5)
            for j in range(5)
        ),
        Fraction(0),
    )
    assert h * form == direct


@settings(max_examples=examples(60))
@given(st.lists(small, min_size=3, max_size=3), small, positive, st.integers(0, 8))
def test_quadratics_are_combinations_of_their_coefficients(
    parts: list[Fraction], low: Fraction, width: Fraction, eighths: int
):
    K0, K1, K2 = parts
    high, s = low + width, Fraction(eighths, 8)
    t = low + s * width
    first, middle, last = (
        m[0][0] for m in quadratic_bernstein(([[K0]], [[K1]], [[K2]]), low, high)
    )
    combined = (1 - s) ** 2 * first + 2 * s * (1 - s) * middle + s**2 * last
    assert combined == K0 + K1 * t + K2 * t**2


@settings(max_examples=examples(100))
@given(st.integers(1, 5), seeds, st.booleans())
def test_definiteness_is_decided_by_pivots(n: int, seed: int, singular: bool):
    """Against eigenvalues, where those are clear; exactly singular matrices are not definite."""
    rng = np.random.default_rng(seed)
    B = rng.integers(-6, 7, (n, n + 2 if not singular else max(n - 1, 1))).astype(float)
    S = B @ B.T if singular or seed % 2 else B[:, :n] + B[:, :n].T
    least = np.linalg.eigvalsh(S)[0]
    found = is_positive_definite(rationals(S))
    if abs(least) > 1e-9:  # integer entries below 1e3: eigvalsh is right to 1e-12
        assert found == (least > 0)
    elif singular and n > 1:
        assert not found


def test_what_is_no_number_is_not_definite():
    nan: Any = [[float("nan")] * 5 for _ in range(5)]
    assert not is_positive_definite(nan)


def admissible(rng: np.random.Generator, alpha: float, beta: float) -> Floats:
    """A 2 × 2 matrix with sym(J) ⪰ α and ‖J‖ ≤ β, often on the border."""
    angle = np.arccos(alpha / beta) * rng.choice([-1.0, 1.0, rng.uniform(-1, 1)])
    size = rng.choice([beta, alpha / np.cos(angle), rng.uniform(alpha / np.cos(angle), beta)])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray(size * turn)


@pytest.mark.parametrize("ratio", [Fraction(1, 2), Fraction(1, 10)])
def test_sector_covers_hold_for_different_stages(
    ratio: Fraction, rng: np.random.Generator, scale: int
):
    """Four different admissible Jacobians, every step: below the claimed factor (T11)."""
    alpha, beta = 2 * ratio, Fraction(2)
    plan = sector_plan(Metric.scalar(np.ones(1)), alpha, beta, None)
    assert plan is not None
    cover = plan.cover
    constants = alpha, beta, Fraction(0)
    assert sector_cover_holds(RK4, constants, cover.intervals(), plan.multipliers)
    eye = np.eye(2)
    for _ in range(2000 * scale):
        h = float(plan.step_max) * rng.choice([1.0, rng.random()])
        J1, J2, J3, J4 = (admissible(rng, float(alpha), float(beta)) for _ in range(4))
        K1 = -J1
        K2 = -J2 @ (eye + h / 2 * K1)
        K3 = -J3 @ (eye + h / 2 * K2)
        K4 = -J4 @ (eye + h * K3)
        square = np.linalg.norm(eye + h / 6 * (K1 + 2 * K2 + 2 * K3 + K4), 2) ** 2
        # 1e-9: rounding; the admissible set is met to 1e-15
        assert square <= float(cover.square_at(min(Fraction(h), plan.step_max))) + 1e-9


@pytest.mark.parametrize("where", range(12))
def test_a_negative_multiplier_is_refused(where: int):
    plan = sector_plan(Metric.scalar(np.ones(1)), Fraction(1), Fraction(2), Fraction(1, 4))
    assert plan is not None
    constants = Fraction(1), Fraction(2), Fraction(1, 4)
    assert sector_cover_holds(RK4, constants, plan.cover.intervals(), plan.multipliers)
    rows = [list(row) for row in plan.multipliers]
    rows[0][where] = -Fraction(1, 10**12)
    for multipliers, good in (
        (plan.multipliers, True),
        (tuple(map(tuple, rows)), False),
        ((), False),
    ):
        case = Case(given_bounds(), None, replace(plan, multipliers=multipliers))
        assert MULTIPLIERS.holds(case) is good
