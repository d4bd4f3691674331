"""The theorems on play, tried by playing: T7, T9–T11, T14–T16, T20, T23 (docs/theory.md)."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sgn
from games import Box, QuadraticGame, SymbolicGame
from sgn.simulation.simulate import simulate
from tests.helpers.rk4_counterexample import PAIR, counterexample
from tests.helpers.scale import examples

SEEDS = st.integers(0, 2**32 - 1)
REACHES = st.floats(0.01, 0.99)  # of the longest step
ROUNDING = 1 + 1e-6  # factors are counted where rounding shows as less (FACTOR_ERROR)


def monotone(rng: np.random.Generator) -> tuple[QuadraticGame, np.ndarray, float, float]:
    """A linear game with sym J ⪰ αI, α > 0, of 1-dimensional players; J, α and β."""
    n = int(rng.integers(2, 6))
    J = rng.normal(size=(n, n))
    J += (rng.uniform(0.1, 2) - np.linalg.eigvalsh((J + J.T) / 2)[0]) * np.eye(n)
    alpha = float(np.linalg.eigvalsh((J + J.T) / 2)[0])
    return QuadraticGame(J, [1] * n), J, alpha, float(np.linalg.norm(J, 2))


def small_gain(rng: np.random.Generator) -> tuple[QuadraticGame, np.ndarray, np.ndarray]:
    """A linear game of 1-dimensional players with A = diag(μ) − L an M-matrix; μ and L."""
    n = int(rng.integers(2, 6))
    mu, L = rng.uniform(0.5, 3, n), rng.exponential(size=(n, n))
    np.fill_diagonal(L, 0)
    L *= rng.uniform(0.2, 0.95) / np.abs(np.linalg.eigvals(L / mu[:, None])).max()
    J = np.diag(mu) + L * rng.choice([-1, 1], (n, n))
    return QuadraticGame(J, [1] * n), mu, L


@settings(max_examples=examples(15), deadline=None)
@given(SEEDS)
def test_flow_and_euler_contract_at_their_rates(seed: int) -> None:
    """T7 and T10, between any two starts, at every step."""
    rng = np.random.default_rng(seed)
    game, J, alpha, beta = monotone(rng)
    c = float(np.linalg.eigvalsh((np.linalg.inv(J) + np.linalg.inv(J).T) / 2)[0])
    pairs = rng.normal(size=(2, 20, game.dimension))
    time = 0.3 / beta
    flow = simulate(game, pairs, method="flow", step=time, steps=10)
    assert flow.worst_factor <= math.exp(-alpha * time) * ROUNDING
    for share in (0.1, 0.5, 0.99):
        h = 2 * c * share
        euler = simulate(game, pairs, step=h, steps=20)
        assert euler.worst_factor**2 <= (1 - h * (2 - h / c) * alpha) * ROUNDING


@settings(max_examples=examples(15), deadline=None)
@given(SEEDS)
def test_structural_euler_factor(seed: int) -> None:
    """T9 below min 2/(μ + Λ): factor 1 − hα* in the metric of T2's weights."""
    rng = np.random.default_rng(seed)
    game, mu, L = small_gain(rng)
    A = np.diag(mu) - L
    values, right = np.linalg.eig(A)
    _, left = np.linalg.eig(A.T)
    k = values.real.argmin()
    x = np.abs(right[:, k].real)
    y = np.abs(left[:, np.linalg.eigvals(A.T).real.argmin()].real)
    h = float((1 / mu).min()) * rng.uniform(0.1, 1)
    pairs = rng.normal(size=(2, 20, len(mu)))
    play = simulate(game, pairs, step=h, steps=20, metric=y / x)
    assert play.worst_factor <= (1 - h * values[k].real) * ROUNDING


@settings(max_examples=examples(15), deadline=None)
@given(SEEDS)
def test_steps_to_an_accuracy(seed: int) -> None:
    """T14: ⌈log(ε/r)/log q⌉ steps of factor q take distance r to ε."""
    rng = np.random.default_rng(seed)
    game, J, _, beta = monotone(rng)
    h = 0.1 * float(np.linalg.eigvalsh((J + J.T) / 2)[0]) / beta**2
    q = float(np.linalg.norm(np.eye(len(J)) - h * J, 2))
    start = rng.normal(size=(1, len(J)))
    r = float(np.linalg.norm(start))
    accuracy = r * rng.uniform(0.5, 0.99)
    promised = math.ceil(math.log(accuracy / r) / math.log(q))
    play = simulate(game, start, step=h, steps=promised, target=np.zeros(len(J)))
    assert play.steps_to(accuracy * ROUNDING)[0] <= promised


def test_noise_stays_within_its_floor() -> None:
    """T15: E‖x_k − x*‖² ≤ q^{2k}‖x_0 − x*‖² + h²σ²/(1 − q²), over 2,000 runs."""
    J = np.array([[1.0, 0.8, 0.0], [-0.8, 1.5, 0.3], [0.0, -0.3, 0.7]])
    game, h, sigma, runs = QuadraticGame(J, [1, 1, 1]), 0.2, 0.5, 2000
    q = np.linalg.norm(np.eye(3) - h * J, 2)
    start = np.array([3.0, -2.0, 1.0])
    play = simulate(
        game, np.tile(start, (runs, 1)), step=h, steps=60, noise=sigma, target=[0, 0, 0], seed=4
    )
    squares = play.distances**2
    mean, error = squares.mean(axis=1), squares.std(axis=1) / math.sqrt(runs)
    bound = q ** (2 * play.times) * (start @ start) + h**2 * sigma**2 / (1 - q**2)
    # 4 standard errors: one of 60 means strays so far once in 500 seeds
    assert (mean <= bound + 4 * error).all()
    assert mean[-1] >= 0.3 * bound[-1]  # the floor is there: the bound is not idle


@settings(max_examples=examples(10), deadline=None)
@given(SEEDS)
@pytest.mark.parametrize("delay", [0, 3, 50])
def test_stale_reads_of_the_others_do_no_harm(delay: int, seed: int) -> None:
    """T16: a factor 1 − ha a round; with reads up to D steps old a round takes D + 1 steps."""
    rng = np.random.default_rng(seed)
    game, mu, L = small_gain(rng)
    x = np.linalg.solve(np.diag(mu) - L, np.ones(len(mu)))
    a, h = float((1 / x).min()), float((1 / mu).min())
    starts = rng.normal(size=(20, len(mu)))
    steps = 6 * (delay + 1)
    play = simulate(game, starts, method="asynchronous", step=h, steps=steps, delay=delay, seed=1)
    weighted = (np.abs(play.trajectories) / x).max(axis=2)
    rounds = play.times // (delay + 1)
    bound = (1 - h * a) ** rounds[:, None] * weighted[0]
    assert (weighted <= bound * ROUNDING + 1e-13).all()


def test_stale_reads_of_ones_own_action_diverge() -> None:
    """T16's counterexample: F = x, h = 1, own reads two steps old."""
    past = [1.0, 1.0, 1.0]
    for _ in range(200):
        past.append(past[-1] - past[-3])
    assert max(map(abs, past)) > 1e6
    fresh = simulate(
        QuadraticGame([[1.0]], [1]), [[1.0]], method="asynchronous", step=1, steps=5, delay=2
    )
    assert not fresh.trajectories[-1].any()


@settings(max_examples=examples(10), deadline=None)
@given(SEEDS)
def test_simultaneous_best_responses_contract(seed: int) -> None:
    """T16: L u ≤ q·diag(μ)u, u > 0, is a factor q in max_i|v_i|/u_i."""
    rng = np.random.default_rng(seed)
    game, mu, L = small_gain(rng)
    u = np.linalg.solve(np.diag(mu) - L, np.ones(len(mu)))
    q = float((L @ u / (mu * u)).max())
    region = Box.cube(len(mu), 1) if seed % 2 else None
    play = simulate(
        game, rng.uniform(-1, 1, (20, len(mu))), method="best-response", steps=8, region=region
    )
    size = (np.abs(play.trajectories) / u).max(axis=2)
    assert (size[1:] <= q * size[:-1] * ROUNDING + 1e-12).all()


def contraction(reach: float, ratio: float, bend: int) -> float:
    """T20's 1 − κ at hβ and α/β."""
    twice, rest = 2 * reach * ratio, 1 - bend * reach**2
    return 1 - twice * rest / (twice + rest)


@settings(max_examples=examples(6), deadline=None)
@given(SEEDS, REACHES)
def test_extragradient_contracts_towards_the_solution(seed: int, reach: float) -> None:
    """T20, free and projected, at any step below 1/β."""
    rng = np.random.default_rng(seed)
    game, J, alpha, beta = monotone(rng)
    h, bound = reach / beta, contraction(reach, alpha / beta, 1)
    n = len(J)
    starts = rng.normal(size=(20, n))
    free = simulate(game, starts, method="extragradient", step=h, steps=20, target=np.zeros(n))
    assert free.worst_factor**2 <= bound * ROUNDING
    region = Box([0.1] * n, [1] * n)  # without the zero: the solution is on the boundary
    start = [[0.5] * n]
    settled = simulate(game, start, method="extragradient", step=1 / (2 * beta), steps=4000,
                       region=region)  # fmt: skip
    solution = settled.trajectories[-1][0]
    held = simulate(
        game, region.sample(rng, 20), method="extragradient", step=h, steps=20, region=region,
        target=solution,
    )  # fmt: skip
    assert held.worst_factor**2 <= bound * ROUNDING


@settings(max_examples=examples(15), deadline=None)
@given(SEEDS, REACHES, st.booleans())
def test_optimistic_steps_converge_at_their_rate(seed: int, reach: float, walled: bool) -> None:
    """T20: ‖x_k − x*‖² ≤ (1 − κ)^k‖x_0 − x*‖² at any step below 1/(2β), free and projected."""
    rng = np.random.default_rng(seed)
    game, J, alpha, beta = monotone(rng)
    n, h = len(J), reach / (2 * beta)
    region = Box([0.1] * n, [1] * n) if walled else None
    starts, target = rng.normal(size=(20, n)), np.zeros(n)
    if region is not None:
        starts = region.sample(rng, 20)
        target = simulate(game, [[0.5] * n], method="extragradient", step=1 / (2 * beta),
                          steps=4000, region=region).trajectories[-1][0]  # fmt: skip
    play = simulate(
        game, starts, method="optimistic", step=h, steps=100, region=region, target=target
    )
    rate = contraction(reach / 2, alpha / beta, 4) ** play.times[:, None]
    assert (play.distances**2 <= rate * play.distances[0] ** 2 * ROUNDING + 1e-24).all()


@settings(max_examples=examples(15), deadline=None)
@given(SEEDS)
def test_implicit_steps_contract_for_every_step(seed: int) -> None:
    """T23: x⁺ = x − hF(x⁺) has factor 1/(1 + hα), for linear and for curved games."""
    rng = np.random.default_rng(seed)
    _, J, alpha, _ = monotone(rng)
    h = 10 ** rng.uniform(-2, 3)
    factor = np.linalg.norm(np.linalg.inv(np.eye(len(J)) + h * J), 2)
    assert factor <= ROUNDING / (1 + h * alpha)
    n, x = len(J), rng.normal(size=len(J))  # F = Jx + tanh(x): α as before, zero at 0
    after = x.copy()
    for _ in range(200):  # a damped Newton method; the equation is strongly monotone
        residual = after + h * (J @ after + np.tanh(after)) - x
        slope = np.eye(n) + h * (J + np.diag(1 / np.cosh(after) ** 2))
        after = after - 0.5 * np.linalg.solve(slope, residual)
    assert np.abs(after + h * (J @ after + np.tanh(after)) - x).max() < 1e-8 * (1 + h)
    assert np.linalg.norm(after) <= np.linalg.norm(x) / (1 + h * alpha) + 1e-8


@pytest.mark.parametrize("margin", [pytest.param("0.5", marks=pytest.mark.stress), "0.05"])
def test_the_published_runge_kutta_rule_breaks_and_the_certified_step_holds(margin: str) -> None:
    """T11: h = 2.5/β is no rule for a Jacobian that varies; found by search, kept here."""
    game = counterexample(margin)
    result = sgn.certify(game).require()
    assert result.verdict == "proved"
    published = float(result.published_rules["rk4"])
    broken = simulate(game, PAIR, method="rk4", step=published, steps=1)
    assert broken.worst_factor > {"0.5": 2.4, "0.05": 4.0}[margin]
    steps = result.rk4
    assert steps is not None
    for h in (steps.best_step, steps.step_max):
        held = simulate(game, PAIR, method="rk4", step=float(h), steps=200)
        assert held.worst_factor <= float(steps.factor(h.exact)) * ROUNDING


def test_certified_steps_contract_in_a_catalogue_game() -> None:
    """Pairs of starts, at 0.99 of the largest steps, while they stay in the region."""
    game = SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]},
        {"a": "x**2 + x**2*y/4 + x*y", "b": "y**2 - x*y/2 + x*y**2/8"},
        region=Box.cube(2, 1),
    )
    result = sgn.certify(game).require()
    assert result.euler is not None
    assert result.rk4 is not None
    pairs = Box.cube(2, "0.3").sample(np.random.default_rng(0), 2000).reshape(2, 1000, 2)
    for method, steps in (("euler", result.euler), ("rk4", result.rk4)):
        h = 0.99 * float(steps.step_max)
        metric = steps.steps.metric
        play = simulate(game, pairs, method=method, step=h, steps=30, metric=metric)
        assert np.abs(play.trajectories).max() <= 1
        assert play.worst_factor <= float(steps.factor(h)) * ROUNDING
