"""Simulated play against closed forms: matrices, exponentials, SciPy's minimisers."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm
from scipy.optimize import minimize

import games
from certificates.kernel.document.metric import Metric
from games import Box, QuadraticGame, SymbolicGame
from sgn.simulation.methods import METHODS
from sgn.simulation.simulate import simulate
from tests.helpers.scale import examples

SEEDS = st.integers(0, 2**32 - 1)
CORNERED = QuadraticGame([[1.0, 0.0], [-2.0, 3.0]], sizes=[1, 1], linear=[-2.0, 0.0])  # (T21)


def random_game(rng: np.random.Generator) -> tuple[QuadraticGame, np.ndarray, np.ndarray]:
    """A strongly monotone linear game with players of 1 to 3 variables, its J and 20 starts."""
    sizes = [int(d) for d in rng.integers(1, 4, rng.integers(1, 4))]
    n = sum(sizes)
    J = rng.normal(size=(n, n))
    J += (0.3 - np.linalg.eigvalsh((J + J.T) / 2)[0]) * np.eye(n)
    return QuadraticGame(J, sizes, field=True), J, rng.normal(size=(20, n))


def linear_map(method: str, J: np.ndarray, h: float) -> np.ndarray:
    """One step from x is this matrix times x."""
    one, Y = np.eye(len(J)), -h * J
    return {
        "euler": one + Y,
        "rk4": one + Y + Y @ Y / 2 + Y @ Y @ Y / 6 + Y @ Y @ Y @ Y / 24,
        "heun": one + Y + Y @ Y / 2,
        "extragradient": one + Y + Y @ Y,
        "flow": expm(Y),
        "asynchronous": one + Y,
    }[method]


@settings(max_examples=examples(10), deadline=None)
@given(SEEDS)
@pytest.mark.parametrize(
    "method", ["euler", "rk4", "heun", "extragradient", "flow", "asynchronous"]
)
def test_a_linear_game_is_played_by_a_matrix(method: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    game, J, starts = random_game(rng)
    h = 0.5 / float(np.linalg.norm(J, 2))
    play = simulate(game, starts, method=method, step=h, steps=5)
    expected = starts @ np.linalg.matrix_power(linear_map(method, J, h), 5).T
    # the flow is integrated to 1e-10 of each variable a step; the others are exact to rounding
    assert np.allclose(play.trajectories[-1], expected, rtol=1e-7, atol=1e-8)
    assert play.trajectories.shape == (6, *starts.shape)


def test_optimistic_steps_use_the_gradient_before() -> None:
    game, J, starts = random_game(np.random.default_rng(3))
    h = 0.1
    x, y = starts, starts
    for _ in range(7):
        y = x - h * y @ J.T
        x = x - h * y @ J.T
    play = simulate(game, starts, method="optimistic", step=h, steps=7)
    assert np.allclose(play.trajectories[-1], x, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("method", ["projected-euler", "extragradient", "optimistic"])
def test_projected_play_ends_in_the_variational_solution(method: str) -> None:
    """T21's example: x₀ wants 2 and is held at 1, x₁ follows with 2/3."""
    region = Box([0, 0], [1, 1])
    play = simulate(
        CORNERED, [[0, 0], [1, 0]], method=method, step=0.1, steps=400, region=region,
        target=[1, 2 / 3],
    )  # fmt: skip
    assert play.converged(1e-9).all()


@settings(max_examples=examples(10), deadline=None)
@given(SEEDS)
def test_best_responses_of_quadratic_costs(seed: int) -> None:
    game, J, starts = random_game(np.random.default_rng(seed))
    play = simulate(game, starts, method="best-response", steps=1)
    curved = all(
        np.linalg.eigvalsh((J[s, s] + J[s, s].T) / 2)[0] > 0 and np.allclose(J[s, s], J[s, s].T)
        for s in game.slices
    )
    for own in game.slices:
        others = starts @ J[own].T - starts[:, own] @ J[own, own].T
        expected = -np.linalg.solve(J[own, own], others.T).T
        if curved:  # a field's own block need not be a Hessian
            assert np.allclose(play.trajectories[1][:, own], expected, rtol=1e-6, atol=1e-8)


def test_best_responses_within_a_box_minimise_the_cost() -> None:
    costs = {
        "a": "exp(x + u) + x**2 + u**2 - x*u/2 + x*tanh(y)",
        "b": "cosh(y) + y*(x - 2*u)",
    }
    region = Box([-1, "-0.25", -1], [0.5, 1, 1])
    game = SymbolicGame.from_costs({"a": ["x", "u"], "b": ["y"]}, costs)
    starts = region.sample(np.random.default_rng(0), 30)
    play = simulate(game, starts, method="best-response", steps=1, region=region)
    for x, found in zip(starts, play.trajectories[1], strict=True):

        def cost(v: np.ndarray, y: float = x[2]) -> float:
            total = np.exp(v[0] + v[1]) + v[0] ** 2 + v[1] ** 2 - v[0] * v[1] / 2
            return float(total + v[0] * np.tanh(y))

        best = minimize(cost, [0.0, 0.0], bounds=[(-1, 0.5), (-0.25, 1)], tol=1e-12)
        assert cost(found[:2]) <= best.fun + 1e-9  # what L-BFGS-B leaves
        slope = np.arcsinh(-(x[0] - 2 * x[1]))
        assert found[2] == pytest.approx(np.clip(slope, -1, 1), abs=1e-9)


def test_where_no_best_response_exists_the_start_is_flagged() -> None:
    game = SymbolicGame.from_costs({"a": ["x"], "b": ["y"]}, {"a": "-x**2 + x*y", "b": "y**2"})
    play = simulate(game, [1.0, 1.0], method="best-response", steps=3, target=[0, 0])
    assert not play.finite.any()
    assert np.isinf(play.distances[-1]).all()


def test_what_overflows_is_flagged_and_play_stops() -> None:
    game = SymbolicGame.from_costs({"a": ["x"]}, {"a": "exp(x**2) - 2*x**4"})
    starts = [[0.1], [5.0]]
    play = simulate(game, starts, step=0.1, steps=200, target=[0])
    assert play.finite.tolist() == [True, False]
    assert np.isinf(play.worst_factor)
    alone = simulate(game, [[5.0]], step=0.1, steps=200, target=[0])
    assert len(alone.factors) < 200
    assert alone.times[-1] == len(alone.factors)
    escaping = SymbolicGame.from_costs({"a": ["x"]}, {"a": "-x**4"})  # in finite time
    for method in ("flow", "rk4"):
        assert not simulate(escaping, [[2.0]], method=method, step=1.0, steps=50).finite.any()


def test_distances_of_pairs_and_metrics() -> None:
    game, J, starts = random_game(np.random.default_rng(5))
    n, pairs = game.dimension, starts.reshape(2, 10, -1)
    weights = np.arange(1.0, 1 + len(game.sizes))
    M = np.diag(np.repeat(weights, game.sizes))
    h = 0.1
    plays = [
        simulate(game, pairs, step=h, steps=3, metric=metric)
        for metric in (weights, M, Metric.scalar(weights))
    ]
    difference = (pairs[0] - pairs[1]) @ np.linalg.matrix_power(np.eye(n) - h * J, 3).T
    expected = np.sqrt(np.einsum("bi,ij,bj->b", difference, M, difference))
    for play in plays:
        assert np.allclose(play.distances[-1], expected, rtol=1e-12)
        assert play.trajectories.shape == (4, 2, 10, n)
    ratios = plays[0].distances[1:] / plays[0].distances[:-1]
    assert np.allclose(plays[0].factors, ratios.max(axis=1), rtol=1e-12)


def test_factors_are_counted_down_to_rounding_and_no_further() -> None:
    """F = (x + 1)³ − 1 near its zero, 0: one step from x > 0 has a factor below 1 − 3h."""
    game = SymbolicGame.from_costs({"a": ["x"]}, {"a": "(x + 1)**4/4 - x"})
    play = simulate(game, [[0.5], [1e-3]], step=0.1, steps=400, target=[0])
    assert play.distances[-1].max() < 1e-15
    assert 0.7 * (1 - 1e-6) <= play.worst_factor <= 0.7 * (1 + 1e-6)  # FACTOR_ERROR
    counted = np.flatnonzero(play.factors)
    assert counted.tolist() == list(range(len(counted)))
    before = play.distances.max(axis=1)[len(counted)]
    assert 1e-9 < before <= 1e-8 * 0.5  # of the size of the first start


@settings(max_examples=examples(10), deadline=None)
@given(SEEDS, st.integers(-30, 30), st.integers(-30, 30))
def test_factors_do_not_depend_on_units(seed: int, weight: int, size: int) -> None:
    """Of the metric or of the variables: powers of 2 change no rounding."""
    game, _, starts = random_game(np.random.default_rng(seed))
    pairs, M = starts.reshape(2, 10, -1), np.eye(game.dimension)
    one = simulate(game, pairs, step=0.05, steps=300, metric=M)
    other = simulate(game, pairs * 2.0**size, step=0.05, steps=300, metric=M * 4.0**weight)
    assert np.array_equal(one.factors, other.factors)


def test_thinning_keeps_the_same_rows_and_all_factors() -> None:
    game, _, starts = random_game(np.random.default_rng(7))
    target = np.zeros(game.dimension)
    full = simulate(game, starts, step=0.05, steps=23, target=target)
    thin = simulate(game, starts, step=0.05, steps=23, target=target, every=5)
    assert thin.times.tolist() == [0, 5, 10, 15, 20, 23]
    assert np.array_equal(thin.trajectories, full.trajectories[thin.times])
    assert np.array_equal(thin.factors, full.factors)
    near = full.steps_to(1.0)
    assert all(full.distances[int(k), b] <= 1.0 for b, k in enumerate(near) if np.isfinite(k))


def test_randomness_is_of_the_seed_alone() -> None:
    game, _, starts = random_game(np.random.default_rng(9))

    first, again, other = (
        simulate(game, starts, step=0.05, steps=20, seed=seed, noise=0.1).trajectories[-1]
        for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_progress_is_told() -> None:
    told = list[tuple[int, int]]()
    simulate(CORNERED, [0, 0], step=0.1, steps=4, progress=lambda k, all: told.append((k, all)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_catalogue_games_reach_their_equilibria() -> None:
    game = games.catalogue.load("harker")
    starts = Box([0, 0], [15, 15]).sample(np.random.default_rng(0), 100)
    for method, h in (("euler", 0.4), ("rk4", 0.5), ("extragradient", 0.2), ("flow", 1.0)):
        play = simulate(game, starts, method=method, step=h, steps=1000, target=[5, 9])
        assert play.converged(1e-6).all()


UNIT = Box([0, 0], [1, 1])
MISUSED: list[tuple[dict[str, Any], str]] = [
    ({"method": "eular", "step": 1}, r"the method 'eular' is unknown; did you mean 'euler'\?"),
    ({"method": "rk4", "step": 1, "region": UNIT}, "rk4 takes no region: projecting after the"),
    ({"method": "heun", "step": 1, "region": UNIT}, "heun takes no region: projecting after the"),
    ({"method": "euler", "step": 1, "region": UNIT}, "euler takes no region: ask for projected-e"),
    ({"method": "flow", "step": 1, "region": UNIT}, "flow takes no region: use projected-euler"),
    ({"method": "projected-euler", "step": 1}, "projected-euler needs a region"),
    ({"method": "best-response", "step": 1}, "best-response has no step size"),
    ({}, "step is None; euler needs a positive one"),
    ({"step": float("nan")}, "step is nan; euler needs a positive one"),
    ({"step": 1, "steps": -1}, "steps is -1 and every 1; expected at least 0 and 1"),
    ({"step": 1, "steps": 10**9}, r"rows of 16 bytes are too many; keep every=\d+"),
    ({"step": 1, "noise": 1.0, "method": "rk4"}, "only for euler and projected-euler"),
    ({"step": 1, "noise": -1.0}, "noise is -1.0; expected at least 0"),
    ({"step": 1, "delay": 3}, "delay is 3; expected at least 0, and only for asynchronous"),
    ({"step": 1, "metric": [1, 2, 3]}, r"metric has shape \(3,\); expected one weight a player"),
    ({"step": 1, "metric": [1, -2]}, "metric is not symmetric and positive definite"),
    ({"step": 1, "target": [1]}, r"target has shape \(1,\); expected \(2,\)"),
    ({"step": 1, "method": "extragradient", "region": Box([0], [1])}, "region has 1 sides; exp"),
]


@pytest.mark.parametrize(("options", "sentence"), MISUSED)
def test_misuse_is_told_in_one_sentence(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        simulate(CORNERED, [0.0, 0.0], **options)
    assert "\n" not in str(caught.value)


def test_wrong_starts_are_refused() -> None:
    for starts in ([1.0], np.zeros((3, 4, 2)), np.zeros((0, 2)), 1.0):
        with pytest.raises(ValueError, match="expected"):
            simulate(CORNERED, starts, step=0.1)
    with pytest.raises(ValueError, match="give no target"):
        simulate(CORNERED, np.zeros((2, 4, 2)), step=0.1, target=[0, 0])


def test_every_method_has_a_reason_where_it_takes_no_region() -> None:
    assert {m.region for m in METHODS.values()} == {"none", "needed", "allowed"}
    assert all(m.reason for m in METHODS.values() if m.region == "none")
