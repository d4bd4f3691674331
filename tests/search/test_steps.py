"""Steps against the truth: Euler (T8, T9, T10), Runge-Kutta (T11 a, b), per-player rates (T17)."""

from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sgn
from certificates.certificate import StepRange
from certificates.kernel.document.metric import Metric
from certificates.kernel.theorems.euler import EulerByBounds
from certificates.kernel.theorems.runge_kutta import SectorSteps
from games import QuadraticGame
from sgn import Bounds
from sgn.bounds import Cocoercivity
from sgn.metrics.weights import best_margin, optimal_weights
from sgn.steps.euler import euler_spectral_limit
from sgn.steps.runge_kutta import spectral_limit
from sgn.steps.sector import sector_plan
from sgn.steps.structural_euler import structural_plan
from tests.helpers.block_games import FloatArray, random_bounds, random_jacobian
from tests.helpers.random_games import block_game, certified, euler_map, in_metric, norm, rk4_map
from tests.helpers.scale import examples

ROUNDING = 1e-12  # of norms of matrices up to 15 × 15 with entries of order 1: some 100 ε
GAMES = st.integers(0, examples(8) - 1)  # few games, each certified once for all laws
SEEDS = st.integers(0, 2**32 - 1)
FIELDS = st.booleans()
PARTS = st.floats(1e-3, 1)  # of the largest step


def jacobian(game: QuadraticGame) -> FloatArray:
    J: FloatArray = game.jacobian(np.zeros(game.dimension))
    return J


def euler_of(seed: int, field: bool) -> tuple[FloatArray, StepRange]:
    """M^{1/2}JM^{-1/2} in the metric of the certified Euler steps, and the steps."""
    game, certificate = certified(seed, field=field)
    assert certificate.euler is not None
    return in_metric(jacobian(game), certificate.euler.weights, game.sizes), certificate.euler


def rk4_of(seed: int, field: bool) -> tuple[FloatArray, StepRange]:
    game, certificate = certified(seed, field=field)
    assert certificate.rk4 is not None
    return in_metric(jacobian(game), certificate.rk4.weights, game.sizes), certificate.rk4


def cocoercivity(B: FloatArray) -> float:
    """c = λ_min(sym(B⁻¹)), another formula than the code's."""
    inverse = np.linalg.inv(B)
    return float(np.linalg.eigvalsh((inverse + inverse.T) / 2)[0])


# ---- Euler, direct ---------------------------------------------------------------------------


@settings(max_examples=examples(40))
@given(GAMES, FIELDS, PARTS)
def test_t10_factor_bounds_the_true_one(seed: int, field: bool, part: float) -> None:
    B, euler = euler_of(seed, field)
    h = part * float(euler.step_max)
    assert norm(euler_map(B, h)) <= float(euler.factor(h)) + ROUNDING < 1 + ROUNDING


@settings(max_examples=examples(24))
@given(GAMES, FIELDS)
def test_t10_step_is_twice_the_cocoercivity_and_no_metric_has_more(seed: int, field: bool) -> None:
    B, euler = euler_of(seed, field)
    if euler.basis == "direct":
        # 0.1 % is given up, so that the factor at the largest step stands clear of 1;
        # the inverse behind the oracle loses some digits: 1e-9
        assert 0.999 * (1 - 1e-9) <= float(euler.step_max) / (2 * cocoercivity(B)) <= 1 + 1e-9
        assert norm(euler_map(B, 2.002 * cocoercivity(B))) > 1
    limit = euler_spectral_limit(np.linalg.eigvals(B).astype(complex))
    assert float(euler.step_max) <= limit * (1 + ROUNDING)


@settings(max_examples=examples(24))
@given(GAMES, FIELDS, PARTS)
def test_t8_is_never_better_than_t10(seed: int, field: bool, part: float) -> None:
    game, certificate = certified(seed, field=field)
    B = in_metric(jacobian(game), certificate.weights, game.sizes)
    alpha, beta = float(certificate.margin), float(certificate.lipschitz)
    assert certificate.cocoercivity is not None
    c = float(certificate.cocoercivity)
    # stated numbers are shaved by about 1e-12 of ‖J‖, which counts κ² ≤ 1e5 times in c·β²/α
    assert c >= alpha / beta**2 * (1 - 1e-6)
    h = part * 2 * alpha / beta**2
    t8 = 1 - 2 * alpha * h + (beta * h) ** 2
    t10 = 1 - h * (2 - h / c) * alpha
    assert t10 <= t8 + 1e-6
    assert norm(euler_map(B, h)) ** 2 <= t10 + ROUNDING
    assert certificate.euler is not None
    published = float(certificate.published_rules["euler"])
    assert published == pytest.approx(2 * alpha / beta**2, rel=1e-9)  # margins are read as floats
    # 0.1 % as above
    assert float(certificate.euler.step_max) >= published * 0.999 * (1 - 1e-6)


@settings(max_examples=examples(40))
@given(SEEDS)
def test_t10_holds_for_averaged_jacobians(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, count = int(rng.integers(2, 5)), int(rng.integers(2, 5))
    J = rng.normal(size=(count, n, n)) + 2 * np.sqrt(n) * np.eye(n)
    mean = np.tensordot(rng.dirichlet(np.ones(count)), J, axes=1)
    quantity = Cocoercivity((1.0,) * n, [slice(k, k + 1) for k in range(n)])
    values = quantity.values(np.concatenate([J, mean[None]]))
    assert values[-1] >= values[:-1].min() - ROUNDING


# ---- Euler, structural -----------------------------------------------------------------------


def monotone_bounds(seed: int) -> Bounds:
    """Random block bounds moved to a positive structural margin."""
    bounds, rng = random_bounds(seed), np.random.default_rng(seed)
    scale = 1 + np.abs(bounds.coupling_upper.toarray()).max()
    move = 10 ** rng.uniform(-1, 0.5) * scale / 10 - best_margin(bounds)
    return Bounds.given(
        bounds.curvature_lower + move, bounds.coupling_upper, bounds.curvature_upper + move
    )


def comparison(bounds: Bounds, h: float) -> FloatArray:
    """N(h) of T9, written out."""
    own = [
        max(abs(1 - h * mu), abs(1 - h * top))
        for mu, top in zip(bounds.curvature_lower, bounds.curvature_upper, strict=True)
    ]
    N: FloatArray = np.diag(own) + h * bounds.coupling_upper.toarray()
    return N


def radius(N: FloatArray) -> float:
    return float(np.abs(np.linalg.eigvals(N)).max())


@cache
def structural_steps(seed: int) -> tuple[sgn.Certificate, StepRange]:
    certificate = sgn.certify_bounds(monotone_bounds(seed)).require()
    assert certificate.euler is not None
    assert certificate.euler.basis == "structural"
    return certificate, certificate.euler


@settings(max_examples=examples(20))
@given(GAMES, st.lists(PARTS, min_size=1, max_size=5))
def test_t9_factor_bounds_every_game_with_these_bounds(seed: int, parts: list[float]) -> None:
    bounds, rng = monotone_bounds(seed), np.random.default_rng(seed)
    certificate, euler = structural_steps(seed)
    stated = certificate.claims.find(EulerByBounds)
    assert stated is not None
    x = stated.vector.astype(float)
    J, blocks = random_jacobian(bounds, rng)
    sizes = [block.stop - block.start for block in blocks]
    for part in parts:
        h = part * float(euler.step_max)
        factor = float(euler.factor(h)) + ROUNDING
        assert norm(in_metric(euler_map(J, h), euler.weights, sizes)) <= factor
        # the worst game: every entry of I − hJ as large as N(h) allows
        assert norm(in_metric(comparison(bounds, h), euler.weights, [1] * bounds.size)) <= factor
        # and in max_i ‖·‖/x_i, on a vector that every block of the row sees at full length
        v = np.concatenate([rng.normal(size=d) for d in sizes])
        lengths = np.array([np.linalg.norm(v[block]) for block in blocks])
        after = euler_map(J, h) @ v
        moved = np.array([np.linalg.norm(after[block]) for block in blocks])
        assert (moved / x).max() <= factor * (lengths / x).max()


@settings(max_examples=examples(8))
@given(GAMES)
def test_t9_step_is_the_largest_with_spectral_radius_below_1(seed: int) -> None:
    bounds = monotone_bounds(seed)
    plan = structural_plan(bounds)
    assert plan is not None
    largest = float(plan.step_max)
    assert radius(comparison(bounds, largest)) < 1
    # 0.1 % is given up; beyond, no vectors x, y exist
    assert radius(comparison(bounds, 1.002 * largest)) >= 1


@settings(max_examples=examples(100))
@given(SEEDS, PARTS, PARTS)
def test_t9_steps_with_spectral_radius_below_1_are_an_interval(
    seed: int, part: float, shorter: float
) -> None:
    bounds = monotone_bounds(seed)
    h = part * 2.2 / float(bounds.curvature_upper.max())
    if radius(comparison(bounds, h)) < 1:
        # eigenvalues of a matrix near the identity, up to 6 × 6
        assert radius(comparison(bounds, shorter * h)) < 1 + ROUNDING


@settings(max_examples=examples(100))
@given(SEEDS, st.floats(1e-3, 1))
def test_t9_at_the_vectors_of_t2_the_factor_of_short_steps_is_1_minus_h_margin(
    seed: int, part: float
) -> None:
    irreducible = random_bounds(seed, irreducible=True)
    move = 0.5 - best_margin(irreducible)
    bounds = Bounds.given(
        irreducible.curvature_lower + move,
        irreducible.coupling_upper,
        irreducible.curvature_upper + move,
    )
    h = part * float((2 / (bounds.curvature_lower + bounds.curvature_upper)).min())
    best = optimal_weights(bounds)
    N = in_metric(comparison(bounds, h), best.weights, [1] * bounds.size)
    # weights have 10 digits and the factor is of second order in them; the margin is shaved 1e-12
    assert norm(N) == pytest.approx(1 - h * best.margin, abs=1e-9 * norm(N - np.eye(len(N))))


def test_t9_needs_symmetric_blocks() -> None:
    bounds = Bounds.given([1, 1], [[0, 0.1], [0.1, 0]], [1, 1], symmetric=False)
    assert structural_plan(bounds) is None


def test_direct_steps_beat_structural_ones_where_signs_cancel() -> None:
    certificate = sgn.certify(QuadraticGame([[1.0, 5.0], [-5.0, 1.0]], sizes=[1, 1])).require()
    assert certificate.euler is not None
    assert certificate.margin_basis == certificate.euler.basis == "direct"
    # normal: 2 Re λ/|λ|² = 2/26, less the 0.1 % (1e-12: rounding)
    assert 0.999 - 1e-12 <= float(certificate.euler.step_max) * 13 <= 1


# ---- Runge–Kutta, constant J -----------------------------------------------------------------


@settings(max_examples=examples(40))
@given(GAMES, FIELDS, PARTS)
def test_t11a_factor_bounds_the_true_one(seed: int, field: bool, part: float) -> None:
    B, rk4 = rk4_of(seed, field)
    h = part * float(rk4.step_max)
    assert norm(rk4_map([B] * 4, h)) <= float(rk4.factor(h)) + ROUNDING < 1 + ROUNDING
    best = float(rk4.best_step)
    # the best step is exact up to four digits, its factor up to 1e-12 of rounding allowed for
    assert norm(rk4_map([B] * 4, best)) == pytest.approx(float(rk4.factor_at_best), abs=1e-10)


@settings(max_examples=examples(24))
@given(GAMES, FIELDS)
def test_t11a_step_is_close_to_the_limit_of_its_metric(seed: int, field: bool) -> None:
    B, rk4 = rk4_of(seed, field)
    assert rk4.basis == "constant"
    largest = float(rk4.step_max)
    assert all(norm(rk4_map([B] * 4, h)) < 1 for h in np.linspace(0, largest, 101)[1:])
    assert norm(rk4_map([B] * 4, 1.002 * largest)) >= 1  # 0.1 % is given up, and 0.01 % by halving
    limit = spectral_limit(np.linalg.eigvals(B).astype(complex))
    assert largest <= limit * (1 + 1e-9)  # the eigenvalues' own rounding


def test_the_polynomial_is_one_step_of_runge_kutta(rng: np.random.Generator) -> None:
    """P(−hJ) against four stages written out."""
    J, x, h = rng.normal(size=(4, 4)), rng.normal(size=4), 0.3

    def F(point: FloatArray) -> FloatArray:
        return -J @ point

    k1 = F(x)
    k2 = F(x + h / 2 * k1)
    k3 = F(x + h / 2 * k2)
    k4 = F(x + h * k3)
    stepped = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    np.testing.assert_allclose(rk4_map([J] * 4, h) @ x, stepped, rtol=1e-13)  # the same products


# ---- Runge–Kutta, sector ---------------------------------------------------------------------


def as_steps(steps: SectorSteps | None) -> StepRange:
    """The steps as a certificate would show them."""
    assert steps is not None
    return StepRange("RK4", steps, "proved")


def sector(alpha: float, beta: float, c: float | None = None) -> StepRange:
    lower = None if c is None else Fraction(c)
    return as_steps(sector_plan(Metric.scalar(np.ones(2)), Fraction(alpha), Fraction(beta), lower))


Complex = np.typing.NDArray[np.complex128]


def admissible(z: Complex, alpha: float, beta: float, c: float) -> Complex:
    """Each z moved into {Re z ≥ α, |z| ≤ β, Re z ≥ c|z|²}, along the segment to a point inside.

    As 2 × 2 matrices [[Re z, −Im z], [Im z, Re z]] these are Jacobians with the bounds α, β, c.
    """
    centre = (alpha + min(beta, 1 / c if c > 0 else beta)) / 2
    low, high = np.zeros(z.shape), np.ones(z.shape)
    for _ in range(50):
        middle = (low + high) / 2
        point = centre + middle * (z - centre)
        square = np.abs(point) ** 2
        inside = (point.real >= alpha) & (square <= beta**2) & (point.real >= c * square)
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return centre + low * (z - centre)


def complex_factor(z: Complex, h: float) -> FloatArray:
    """|1 + (h/6)(K1 + 2K2 + 2K3 + K4)| for stages z (k, 4)."""
    k1 = -z[:, 0]
    k2 = -z[:, 1] * (1 + h / 2 * k1)
    k3 = -z[:, 2] * (1 + h / 2 * k2)
    k4 = -z[:, 3] * (1 + h * k3)
    return np.asarray(np.abs(1 + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)))


def corners(alpha: float, beta: float, c: float) -> Complex:
    """Where the line Re z = α and the circles |z| = β, Re z = c|z|² meet."""
    real = np.array([alpha, c * beta**2, alpha])
    square = np.array([beta**2, beta**2, alpha / c if c > 0 else beta**2])
    upper = real + 1j * np.sqrt(np.maximum(square - real**2, 0))
    return np.append(upper, upper.conj())


def worst_stages(
    alpha: float, beta: float, c: float, h: float, rng: np.random.Generator
) -> Complex:
    """Four admissible stages (4,) found to give the largest factor.

    The derivative is affine in each stage alone, so its modulus is largest on the edge; from many
    starts, each stage in turn goes to the best of some 180 points there until nothing grows.
    """
    far = 4 * beta * np.exp(2j * np.pi * np.arange(180) / 180)
    edge = admissible(np.append(far, corners(alpha, beta, c)), alpha, beta, c)
    z = rng.choice(edge, (60, 4))
    reached = np.zeros(len(z))
    while (found := complex_factor(z, h)).max() > reached.max() + 1e-9:
        reached = found
        for stage in range(4):
            trials = np.repeat(z[:, None, :], len(edge), axis=1)
            trials[:, :, stage] = edge
            factors = complex_factor(trials.reshape(-1, 4), h).reshape(len(z), len(edge))
            z[:, stage] = edge[np.argmax(factors, axis=1)]
    worst: Complex = z[np.argmax(complex_factor(z, h))]
    return worst


def random_stage(
    alpha: float, beta: float, c: float, size: int, rng: np.random.Generator
) -> FloatArray:
    """αI + t·G on the edge of {sym J ⪰ αI, ‖J‖ ≤ β, sym J ⪰ cJᵀJ}, which is convex."""
    G = rng.normal(size=(size, size))
    root = rng.normal(size=(size, size)) * rng.choice([0.0, 1.0])
    G = (G - G.T) * 10 ** rng.uniform(-1, 1) + root @ root.T

    def inside(t: float) -> bool:
        J = alpha * np.eye(size) + t * G
        rest = np.linalg.eigvalsh((J + J.T) / 2 - c * J.T @ J)[0]
        return norm(J) <= beta and bool(rest >= 0)

    low, high = 0.0, 2 * beta / norm(G)
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if inside(middle) else (low, middle)
    stage: FloatArray = alpha * np.eye(size) + low * G
    return stage


SECTORS = [(0.5, 1.0, 0.0), (0.1, 1.0, 0.0), (0.9, 1.0, 0.0), (1.0, 4.0, 0.2), (0.05, 1.0, 0.8)]


@pytest.fixture(scope="module", params=SECTORS, ids=str)
def sector_case(request: pytest.FixtureRequest) -> tuple[tuple[float, float, float], StepRange]:
    alpha, beta, c = request.param
    return request.param, sector(alpha, beta, c or None)


SectorCase = tuple[tuple[float, float, float], StepRange]


def test_t11b_worst_complex_stages_stay_below_the_factor(
    sector_case: SectorCase, rng: np.random.Generator, scale: int
) -> None:
    bounds, steps = sector_case
    for part in (0.05, 0.5, 0.9, 1.0, *rng.random(scale)):
        h = part * float(steps.step_max)
        worst = worst_stages(*bounds, h, rng)
        # both sides in floating point: the factor is of order 1
        assert complex_factor(worst[None], h)[0] <= float(steps.factor(h)) + ROUNDING


def test_t11b_random_matrix_stages_stay_below_the_factor(
    sector_case: SectorCase, rng: np.random.Generator, scale: int
) -> None:
    bounds, steps = sector_case
    for _ in range(40 * scale):
        h = float(steps.step_max) * rng.choice([rng.random(), 1.0])
        size = int(rng.integers(2, 5))
        stages = [random_stage(*bounds, size, rng) for _ in range(4)]
        assert norm(rk4_map(stages, h)) <= float(steps.factor(h)) + ROUNDING


def test_t11b_is_not_far_from_the_worst_case(
    sector_case: SectorCase, rng: np.random.Generator
) -> None:
    """At twice the certified step some admissible stages expand: nothing far off is claimed."""
    bounds, steps = sector_case
    h = 2 * float(steps.step_max)
    assert complex_factor(worst_stages(*bounds, h, rng)[None], h)[0] > 1


@pytest.mark.parametrize(("alpha", "expected"), [(0.5, 3.20052), (0.05, 5.49740)])
def test_t11_published_rule_fails_for_changing_jacobians(
    alpha: float, expected: float, rng: np.random.Generator
) -> None:
    """At hβ = 2.5 the worst stages α ± i√(β² − α²), by turns, expand."""
    worst = worst_stages(alpha, 1.0, 0.0, 2.5, rng)
    factor = complex_factor(worst[None], 2.5)[0]
    assert factor == pytest.approx(expected, abs=1e-5)  # all given digits
    stages = [np.array([[z.real, -z.imag], [z.imag, z.real]]) for z in worst]
    assert all(norm(J) <= 1 + ROUNDING for J in stages)
    assert all(J[0, 0] >= alpha - ROUNDING for J in stages)  # sym J = Re z · I
    assert norm(rk4_map(stages, 2.5)) == pytest.approx(factor, abs=ROUNDING)


@pytest.mark.parametrize(("ratio", "expected"), [(2, 1.09), (5, 0.405), (10, 0.20)])
def test_t11b_steps_are_those_of_the_theory(ratio: float, expected: float) -> None:
    # two to three digits are given, and 0.4 % is lost where no interval of h can be covered
    assert float(sector(1 / ratio, 1.0).step_max) == pytest.approx(expected, rel=0.006)


@pytest.mark.parametrize("c", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("alpha", [0.05, 0.5])
def test_t11b_with_cocoercivity_reaches_the_euler_step(alpha: float, c: float) -> None:
    """[DJ]: at least h = 2c, also where c is worse than α/β² and tells nothing."""
    # 2 %: the last interval of h cannot be covered, and the solver keeps 1e-7 away from singular
    assert float(sector(alpha, 1.0, c).step_max) >= 2 * max(c, alpha) * 0.98


def test_t11b_scales_with_the_game() -> None:
    one, ten = sector(0.3, 1.0, 0.4), sector(3.0, 10.0, 0.04)
    # the same problem in the units of the search; steps are rounded to six digits
    assert float(ten.step_max) * 10 == pytest.approx(float(one.step_max), rel=1e-5)


@pytest.mark.parametrize(("alpha", "c"), [(0.01, 0.99), (0.05, 0.8), (0.2, 0.8), (0.999, 1.0)])
def test_t11b_has_a_plan_where_the_solver_once_overflowed(alpha: float, c: float) -> None:
    assert float(sector(alpha, 1.0, c).step_max) >= 2 * c * 0.98  # as above


# ---- rates that differ by player -------------------------------------------------------------


def with_rates(game: QuadraticGame, rates: FloatArray) -> QuadraticGame:
    J = np.repeat(rates, game.sizes)[:, None] * jacobian(game)
    return QuadraticGame(J, game.sizes, field=not game.symmetric)


@settings(max_examples=examples(60))
@given(SEEDS, st.booleans())
def test_t17_rates_do_not_change_the_sign_of_the_margin(seed: int, irreducible: bool) -> None:
    bounds = random_bounds(seed, irreducible=irreducible)
    rates = 10 ** np.random.default_rng(seed).uniform(-2, 2, bounds.size)
    before, after = best_margin(bounds), best_margin(bounds.with_rates(rates))
    # outward rounding and eigenvalues: 1e-10 of the size of what is rounded
    size = 1 + np.abs(bounds.curvature_lower).max() + bounds.coupling_upper.toarray().sum()
    if abs(before) > 1e-10 * size:
        assert np.sign(after) == np.sign(before)
    # each weighted row sum moves by its rate, so the margin moves by no more than the extremes
    if before > 0:
        slack = 1e-10 * size * rates.max()
        assert rates.min() * before - slack <= after <= rates.max() * before + slack


@settings(max_examples=examples(12))
@given(GAMES, FIELDS)
def test_t17_a_rescaled_game_has_the_bounds_with_rates(seed: int, field: bool) -> None:
    game = block_game(seed, field=field)
    rates = 10 ** np.random.default_rng(seed).uniform(-1, 1, len(game.sizes))
    direct, scaled = (
        sgn.estimate_bounds(with_rates(game, rates)),
        sgn.estimate_bounds(game).with_rates(rates),
    )
    for one, other in (
        (direct.curvature_lower, scaled.curvature_lower),
        (direct.curvature_upper, scaled.curvature_upper),
        (direct.coupling_upper.toarray(), scaled.coupling_upper.toarray()),
    ):
        # the rounding of products and of eigenvalues of blocks up to 3 × 3, both outward
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12 * np.abs(other).max())
    structural = sgn.optimal_weights(scaled).margin
    result = sgn.certify(with_rates(game, rates))
    value = (
        result.structural_margin
        if isinstance(result, sgn.Certificate)
        else result.claims.best["structural_margin"]
    )
    # 1e-3: a reducible coupling may reach its margin only up to that part (T3)
    assert float(value) == pytest.approx(structural, rel=1e-3, abs=1e-9)
