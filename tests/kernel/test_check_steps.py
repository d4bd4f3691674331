"""The checker's Runge–Kutta obligations against direct norms and direct algebra (T11)."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from certificates.documents import signed
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
from certificates.kernel.verify import verify
from sgn.steps.runge_kutta import constant_plan, spectral_limit
from sgn.steps.sector import sector_plan
from tests.corpus.changes import put
from tests.corpus.make import valid
from tests.helpers.random_games import STEP_MAPS
from tests.helpers.scale import examples

F = Fraction
DIVISORS = {"rk4": (4, 3, 2, 1), "heun": (2, 1)}  # P(z) = 1 + z(1 + z/2(1 + z/3(…))), so far
STAGES = {  # how far each stage goes along the one before, in parts of h, and how much each counts
    "rk4": ((F(1, 2), F(1, 2), F(1)), (F(1, 6), F(1, 3), F(1, 3), F(1, 6))),
    "heun": ((F(1),), (F(1, 2), F(1, 2))),
}
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


def exact_step(scheme: str, J: Matrix, h: Fraction) -> Matrix:
    """I − hJ(I − (h/2)J(I − (h/3)J(…))): one Runge–Kutta step, of order its number of stages."""
    n = len(J)
    eye = [[Fraction(int(i == j)) for j in range(n)] for i in range(n)]
    result = eye
    for k in DIVISORS[scheme]:
        inner = exact_product(J, result)
        result = [[eye[i][j] - h / k * inner[i][j] for j in range(n)] for i in range(n)]
    return result


def rationals(values: Floats) -> Matrix:
    return [[Fraction(v) for v in row] for row in values]


def rounded(rng: np.random.Generator, n: int) -> Floats:
    """Entries with few bits, so that exact arithmetic stays short."""
    return np.round(rng.normal(size=(n, n)) * 16) / 16


# ---- (a): J constant -----------------------------------------------------------------------------


def test_every_tableau_is_one_of_the_two_here() -> None:
    """P(z): 1 + z + z²/2 + z³/6 + z⁴/24, and 1 + z + z²/2 of Heun."""
    assert TABLEAUS["rk4"].stability == (F(1), F(1), F(1, 2), F(1, 6), F(1, 24))
    assert TABLEAUS["heun"].stability == (F(1), F(1), F(1, 2))
    assert TABLEAUS.keys() == DIVISORS.keys() == STAGES.keys()


@given(positive)
def test_stages_leave_a_ball_by_as_much_as_the_theory_says(b: Fraction):
    """T12, g_s = 1 + bΣ_r a_sr g_r, and where the first step is short."""
    rk4, heun = TABLEAUS["rk4"], TABLEAUS["heun"]
    assert rk4.growth(b, F(0)) == 1 + b + b**2 / 2 + b**3 / 4
    assert rk4.growth(b, F(1, 2)) == 1 + b + b**2 / 2
    assert heun.growth(b, F(99, 100)) == 1 + b
    assert heun.growth(b, F(1)) == 1


@pytest.mark.parametrize("scheme", TABLEAUS)
@settings(max_examples=examples(40))
@given(seeds, st.integers(1, 3), positive, st.integers(1, 16).map(lambda k: Fraction(k, 16)))
def test_the_decrease_is_that_of_the_step(
    scheme: str, seed: int, n: int, step: Fraction, t: Fraction
):
    """Σ_k t^k C_k encloses the symmetric part of (M − PᵀMP)/t at h = t·step."""
    rng = np.random.default_rng(seed)
    J, w = rounded(rng, n), np.round(rng.uniform(1, 64, n)) / 4
    C = decrease(TABLEAUS[scheme], Ball.exact(J), Ball.exact(w), step)
    P = exact_step(scheme, rationals(J), t * step)
    for i in range(n):
        for j in range(n):
            PMP = sum((P[k][i] * Fraction(w[k]) * P[k][j] for k in range(n)), Fraction(0))
            exact = ((Fraction(w[i]) if i == j else 0) - PMP) / t
            powers = [t**k for k in range(len(C.mid))]
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


@pytest.mark.parametrize("scheme", TABLEAUS)
@settings(max_examples=examples(40))
@given(seeds, st.integers(1, 3), positive)
def test_one_step_is_enclosed_in_scaled_coordinates(scheme: str, seed: int, n: int, step: Fraction):
    """P(−hJ) of D J D⁻¹ is D P(−hJ) D⁻¹; the scaling D is read off the metrics."""
    rng = np.random.default_rng(seed)
    J = rounded(rng, n)
    w = 4.0 ** rng.integers(-300, 300, n)
    P, metric = constant_step(TABLEAUS[scheme], Ball.exact(J), Ball.exact(w), step)
    exact = exact_step(scheme, rationals(J), step)
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


def square_at(scheme: str, J: Floats, w: Floats, h: float) -> float:
    """‖P(−hJ)‖²_M in floating point."""
    root = np.sqrt(w)
    B = -h * J * root[:, None] / root[None, :]
    P = np.eye(len(J))
    for k in DIVISORS[scheme]:
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


@pytest.mark.parametrize("scheme", TABLEAUS)
@settings(max_examples=examples(25))
@given(seeds)
def test_accepted_covers_hold_at_every_step(scheme: str, seed: int):
    """At 40 steps of each interval the true factor is below the claim, and raised claims fall."""
    (J, w), tableau = monotone(seed), TABLEAUS[scheme]
    plan = constant_plan(
        J,
        Metric.scalar(w),
        (1,) * len(J),
        spectral_limit(np.linalg.eigvals(J).astype(complex), scheme),
        scheme,
    )
    assert plan is not None
    cover = plan.cover
    whole, metric = Ball.exact(J), Ball.exact(w)
    assert constant_cover_holds(tableau, whole, metric, cover.intervals())
    for k, (low, high, rate) in enumerate(cover.intervals()):
        grid = np.linspace(float(low), float(high), 41)[1:]
        # 1e-9: rounding of the direct norm, entries of size 1e2 at most
        squares = np.array([square_at(scheme, J, w, h) for h in grid])
        assert (squares <= 1 - float(rate) * grid + 1e-9).all()
        truth = float(((1 - squares) / grid).min())
        raised = [*cover.rates]
        raised[k] = Fraction(truth) + Fraction(1, 10**6)
        if truth + 1e-6 > float(rate):
            higher = replace(cover, rates=tuple(raised))
            assert not constant_cover_holds(tableau, whole, metric, higher.intervals())


# ---- covers --------------------------------------------------------------------------------------


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


def test_no_interval_leads_nowhere() -> None:
    assert not Cover((F(0),), ()).leads_to(F(0))
    document = valid("toy")
    put("Runge-Kutta steps: step_max", "0")(document)
    put("Runge-Kutta steps: cover", {"steps": ["0"], "rates": []})(document)
    failed = [o.name for o in verify(signed(document)).obligations if not o.holds]
    assert failed == ["Runge-Kutta steps"]


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


@pytest.mark.parametrize("scheme", TABLEAUS)
@settings(max_examples=examples(100))
@given(vectors, multipliers, positive, positive, positive, small, positive)
def test_the_sector_form_is_that_of_the_theory(
    scheme: str,
    vs: list[Vector],
    m: list[Fraction],
    alpha: Fraction,
    beta: Fraction,
    c: Fraction,
    kappa: Fraction,
    h: Fraction,
):
    """T11 (b) written out with vectors in R²: q²|Δx|² − |Δx⁺|² − Σ_s […], q² = 1 − κh."""
    shares, weights = STAGES[scheme]
    count = len(weights)
    x, *forces = vs[: count + 1]
    stages = [x, *(along(x, -h * a, f) for a, f in zip(shares, forces[:-1], strict=True))]
    out = x
    for weight, force in zip(weights, forces, strict=True):
        out = along(out, -h * weight, force)
    direct = (1 - kappa * h) * dot(x, x) - dot(out, out)
    for s, (xs, Fs) in enumerate(zip(stages, forces, strict=True)):
        direct -= h * m[s] * (dot(Fs, xs) - alpha * dot(xs, xs))
        direct -= h * m[count + s] * (beta**2 * dot(xs, xs) - dot(Fs, Fs))
        direct -= h * m[2 * count + s] * (dot(Fs, xs) - c * dot(Fs, Fs))
    K = sector_matrices(TABLEAUS[scheme], alpha, beta, c, kappa, m[: 3 * count])
    form = sum(
        (
            h**power * part[i][j] * dot(vs[i], vs[j])
            for power, part in enumerate(K)
            for i in range(count + 1)
            for j in range(count + 1)
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


@pytest.mark.parametrize("scheme", TABLEAUS)
@pytest.mark.parametrize("ratio", [Fraction(1, 2), Fraction(1, 10)])
def test_sector_covers_hold_for_different_stages(
    scheme: str, ratio: Fraction, rng: np.random.Generator, scale: int
):
    """Different admissible Jacobians at the stages, every step: below the claimed factor (T11)."""
    alpha, beta = 2 * ratio, Fraction(2)
    plan = sector_plan(Metric.scalar(np.ones(1)), alpha, beta, None, scheme=scheme)
    assert plan is not None
    cover = plan.cover
    constants = alpha, beta, Fraction(0)
    assert sector_cover_holds(TABLEAUS[scheme], constants, cover.intervals(), plan.multipliers)
    count, step_map = STEP_MAPS[scheme]
    for _ in range(2000 * scale):
        h = float(plan.step_max) * rng.choice([1.0, rng.random()])
        stages = [admissible(rng, float(alpha), float(beta)) for _ in range(count)]
        square = np.linalg.norm(step_map(stages, h), 2) ** 2
        # 1e-9: rounding; the admissible set is met to 1e-15
        assert square <= float(cover.square_at(min(Fraction(h), plan.step_max))) + 1e-9


@pytest.mark.parametrize(
    ("scheme", "where"),
    [(key, k) for key, tableau in TABLEAUS.items() for k in range(3 * tableau.stages)],
)
def test_a_negative_multiplier_is_refused(scheme: str, where: int):
    plan = sector_plan(
        Metric.scalar(np.ones(1)), Fraction(1), Fraction(2), Fraction(1, 4), scheme=scheme
    )
    assert plan is not None
    constants = Fraction(1), Fraction(2), Fraction(1, 4)
    assert sector_cover_holds(TABLEAUS[scheme], constants, plan.cover.intervals(), plan.multipliers)
    rows = [list(row) for row in plan.multipliers]
    rows[0][where] = -Fraction(1, 10**12)
    for multipliers, good in (
        (plan.multipliers, True),
        (tuple(map(tuple, rows)), False),
        ((), False),
    ):
        case = Case(given_bounds(), None, replace(plan, multipliers=multipliers))
        assert MULTIPLIERS.holds(case) is good
