"""Weights in closed form (T1–T4, T17) against rationals, eigenvalues, programs and grids."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csgraph, csr_array

from sgn.bands.two_players import two_player_band
from sgn.bounds import Bounds
from sgn.metrics.weights import (
    Structural,
    best_margin,
    margin_at,
    optimal_weights,
    rounded_weights,
    small_gain_margin,
    small_gain_matrix,
)
from tests.helpers.block_games import permuted, random_bounds, random_jacobian, scale_of, scaled
from tests.helpers.scale import examples

TOY = Bounds.given([1, 1], np.array([[0, 10], [0.05, 0]]), [1, 1])
seeds = st.integers(0, 2**32 - 1)


def proves_margin(bounds: Bounds, claim: Structural) -> bool:
    """T2's test in rationals: W(A − aI)x + (A − aI)ᵀWx ≥ 0, with w, x > 0."""
    N, a = bounds.size, Fraction(claim.margin)
    L = [[Fraction(float(v)) for v in row] for row in bounds.coupling_upper.toarray()]
    mu = [Fraction(float(m)) for m in bounds.curvature_lower]
    w = [Fraction(float(v)) for v in claim.weights]
    x = [Fraction(float(v)) for v in claim.vector]
    rows = (
        2 * w[i] * (mu[i] - a) * x[i]
        - sum(w[i] * L[i][j] * x[j] + L[j][i] * w[j] * x[j] for j in range(N))
        for i in range(N)
    )
    return min(*w, *x) > 0 and all(row >= 0 for row in rows)


def alpha_star(bounds: Bounds) -> float:
    """T2's eigenvalue itself, which the code does not compute."""
    A = np.diag(bounds.curvature_lower) - bounds.coupling_upper.toarray()
    return float(np.linalg.eigvals(A).real.min())


def is_irreducible(bounds: Bounds) -> bool:
    return csgraph.connected_components(bounds.coupling_upper, connection="strong")[0] == 1


def largest_loss(bounds: Bounds, claim: Structural) -> float:
    """How far below α* the margin may be: T2 promises 1e-9 of the scale, T3 0.1 % of α* besides."""
    spread = claim.weights.max() / claim.weights.min()
    if not is_irreducible(bounds) and spread > 1e36:
        return math.inf
    given_up = 0 if is_irreducible(bounds) else 1e-3 * abs(alpha_star(bounds))
    return float(given_up + 1e-9 * scale_of(bounds))


def test_toy_has_the_published_weights_and_margin():
    best = optimal_weights(TOY)
    assert best.weights.tolist() == [1.0, 200.0]
    assert 0.2928932188 <= best.margin <= 1 - math.sqrt(0.5)
    assert proves_margin(TOY, best)


@given(seeds)
@settings(max_examples=examples(100))
def test_T2_T3_margin_is_proved_in_rationals_and_close_to_the_best(seed: int):
    bounds = random_bounds(seed)
    best = optimal_weights(bounds)
    assert proves_margin(bounds, best)
    # 1e-9: rounding of the oracle's eigenvalues
    assert best.margin <= alpha_star(bounds) + 1e-9 * scale_of(bounds)
    assert alpha_star(bounds) - best.margin <= largest_loss(bounds, best)
    assert best.weights[0] == 1.0
    assert all(w == float(f"{w:.9e}") for w in best.weights)


@given(seeds)
@settings(max_examples=examples(60))
def test_best_margin_is_the_least_eigenvalue(seed: int):
    bounds = random_bounds(seed)
    # 1e-7: the oracle's error on a nearly defective least eigenvalue of a reducible game
    assert best_margin(bounds) == pytest.approx(alpha_star(bounds), abs=1e-7 * scale_of(bounds))


@given(seeds, st.integers(1, 10**6))
@settings(max_examples=examples(60))
def test_T1_no_jacobian_within_the_bounds_is_below(seed: int, draw: int):
    bounds, rng = random_bounds(seed), np.random.default_rng(draw)
    weights = 10 ** rng.uniform(-2, 2, bounds.size)
    claims = [margin_at(bounds, weights), optimal_weights(bounds)]
    J, blocks = random_jacobian(bounds, rng)
    for claim in claims:
        m = np.repeat(claim.weights, [block.stop - block.start for block in blocks])
        G = J * np.sqrt(m)[:, None] / np.sqrt(m)[None, :]
        # eigvalsh errs by about n·eps·‖G‖, n ≤ 18
        assert np.linalg.eigvalsh((G + G.T) / 2)[0] >= claim.margin - 1e-13 * np.linalg.norm(G)


@given(seeds)
@settings(max_examples=examples(60))
def test_margin_at_proves_what_small_gain_margin_computes(seed: int):
    bounds = random_bounds(seed)
    weights = 10 ** np.random.default_rng(seed).uniform(-3, 3, bounds.size)
    claim = margin_at(bounds, weights)
    size = np.abs(small_gain_matrix(bounds, weights)).sum(axis=1).max()
    # a is 1e-12 of ‖S‖ below λ_min, and shaved by 1e-13 of a row sum
    assert claim.margin == pytest.approx(small_gain_margin(bounds, weights), abs=3e-12 * size)
    assert claim.margin <= small_gain_margin(bounds, weights) + 1e-14 * size
    assert proves_margin(bounds, claim)


@given(seeds)
@settings(max_examples=examples(20))
def test_no_weights_on_a_grid_are_better(seed: int):
    bounds = random_bounds(seed, players=3)
    best = alpha_star(bounds)
    grid = np.logspace(-4, 4, 15)
    largest = max(small_gain_margin(bounds, [1, s, t]) for s in grid for t in grid)
    assert largest <= best + 1e-9 * scale_of(bounds)  # rounding of both eigenvalues


def test_a_geometric_program_agrees_with_T2():
    import cvxpy as cp

    for seed in range(examples(4)):
        bounds = random_bounds(seed, irreducible=True)
        shift = float(bounds.curvature_lower.max()) + 1
        B = shift * np.eye(bounds.size) - np.diag(bounds.curvature_lower)
        B = B + bounds.coupling_upper.toarray()  # nonnegative; ρ(B) = shift − α*
        x, t = cp.Variable(bounds.size, pos=True), cp.Variable(pos=True)
        rows = [
            sum(B[i, j] * x[j] / x[i] for j in range(bounds.size) if B[i, j] > 0) <= t
            for i in range(bounds.size)
        ]
        radius = cp.Problem(cp.Minimize(t), [*rows, x[0] == 1]).solve(gp=True, solver=cp.CLARABEL)
        # the solver stops at a relative gap of 1e-8, in the logarithm of ρ(B)
        assert optimal_weights(bounds).margin == pytest.approx(shift - radius, abs=1e-6 * radius)


@given(seeds, st.sampled_from([2.0**-20, 0.3, 7.0, 2.0**20]))
@settings(max_examples=examples(30))
def test_scaling_the_costs_scales_the_margin(seed: int, factor: float):
    bounds = random_bounds(seed, irreducible=True)
    one, other = optimal_weights(bounds), optimal_weights(scaled(bounds, factor))
    # 1e-9: the loss promised by T2
    assert other.margin == pytest.approx(factor * one.margin, abs=1e-9 * factor * scale_of(bounds))


@given(seeds)
@settings(max_examples=examples(30))
def test_renaming_players_changes_nothing(seed: int):
    bounds = random_bounds(seed)
    order = np.random.default_rng(seed).permutation(bounds.size).tolist()
    one, other = optimal_weights(bounds), optimal_weights(permuted(bounds, order))
    # each is below α* by at most the promised loss
    assert abs(one.margin - other.margin) <= largest_loss(bounds, one)
    moved = margin_at(permuted(bounds, order), one.weights[order])
    assert moved.margin == pytest.approx(one.margin, abs=1e-10 * scale_of(bounds))  # rounding of w


@given(seeds)
@settings(max_examples=examples(30))
def test_T17_rates_keep_the_sign_of_the_best_margin(seed: int):
    bounds = random_bounds(seed)
    faster = bounds.with_rates(10 ** np.random.default_rng(seed).uniform(-1, 1, bounds.size))
    assert abs(best_margin(bounds)) < 1e-6 or best_margin(bounds) * best_margin(faster) > 0
    assert proves_margin(faster, optimal_weights(faster))


@given(seeds)
@settings(max_examples=examples(30))
def test_T4_alpha_is_concave_in_the_logarithm(seed: int):
    bounds, rng = random_bounds(seed), np.random.default_rng(seed)
    u, v = rng.normal(size=(2, bounds.size)) * 2
    ends = [small_gain_margin(bounds, np.exp(z)) for z in (u, v)]
    size = max(np.abs(small_gain_matrix(bounds, np.exp(z))).sum() for z in (u, v))
    assert (
        small_gain_margin(bounds, np.exp((u + v) / 2)) >= sum(ends) / 2 - 1e-13 * size
    )  # rounding


@given(seeds, st.floats(1e-6, 3.0))
@settings(max_examples=examples(60))
def test_T4_band_ends_have_the_margin_and_the_grid_agrees(seed: int, below: float):
    bounds = random_bounds(seed, irreducible=True, players=2)
    a = best_margin(bounds) - below
    low, high = two_player_band(bounds, a)
    for end in (low, high):
        claim = margin_at(bounds, [1, end])
        size = np.abs(small_gain_matrix(bounds, [1, end])).sum()
        assert claim.margin == pytest.approx(a, abs=1e-11 * size)  # the shaves of margin_at
    middle = math.sqrt(low * high)
    reach = math.log(high / low) / 2
    for part in (0.0, 0.5, -0.5, 0.999, -0.999):
        assert small_gain_margin(bounds, [1, middle * math.exp(part * reach)]) > a
    for part in (1.001, -1.001, 2.0, -2.0):
        assert small_gain_margin(bounds, [1, middle * math.exp(part * reach)]) < a


def test_band_of_the_toy_and_its_open_ends():
    low, high = two_player_band(TOY)
    # (1 ± √½)²·400 with 0.05 at its binary value: a relative change of 1e-16
    assert low == pytest.approx(400 * (1 - math.sqrt(0.5)) ** 2, rel=1e-14)
    assert high == pytest.approx(400 * (1 + math.sqrt(0.5)) ** 2, rel=1e-14)
    assert two_player_band(Bounds.given([1, 1], [[0, 2], [0, 0]], [1, 1])) == (1.0, math.inf)
    assert two_player_band(Bounds.given([1, 1], [[0, 0], [2, 0]], [1, 1])) == (0.0, 1.0)
    assert two_player_band(Bounds.given([1, 1], np.zeros((2, 2)), [1, 1])) == (0.0, math.inf)


def test_band_refuses_a_margin_that_no_weights_have():
    with pytest.raises(ValueError, match=r"margin is 0\.3; expected less than .* 0\.292893"):
        two_player_band(TOY, 0.3)
    with pytest.raises(ValueError, match="expected less than"):
        two_player_band(Bounds.given([-1, -1], [[0, 0.5], [0.5, 0]], [0, 0]))
    with pytest.raises(ValueError, match="for two players"):
        two_player_band(Bounds.given([1, 1, 1], np.zeros((3, 3)), [1, 1, 1]))


@given(seeds)
@settings(max_examples=examples(30))
def test_symmetric_coupling_gets_equal_weights_exactly(seed: int):
    bounds = random_bounds(seed)
    L = bounds.coupling_upper.toarray()
    symmetric = Bounds.given(bounds.curvature_lower, L + L.T, bounds.curvature_upper)
    best = optimal_weights(symmetric)
    assert best.weights.tolist() == [1.0] * bounds.size
    assert proves_margin(symmetric, best)


def test_decoupled_players_get_equal_weights_and_the_least_curvature():
    bounds = Bounds.given([3, 0.5, 2], np.zeros((3, 3)), [3, 3, 3])
    best = optimal_weights(bounds)
    assert best.weights.tolist() == [1.0, 1.0, 1.0]
    assert 0.5 - 1e-12 < best.margin <= 0.5  # shaved by 1e-13 of a curvature
    lonely = Bounds.given([2], [[0]], [2])
    assert proves_margin(lonely, optimal_weights(lonely))


def test_groups_that_do_not_interact_share_the_least_weight():
    L = np.zeros((4, 4))
    L[:2, :2] = L[2:, 2:] = np.array([[0, 10], [0.05, 0]])
    best = optimal_weights(Bounds.given(np.ones(4), L, np.ones(4)))
    assert best.weights.tolist() == [1.0, 200.0, 1.0, 200.0]


@pytest.mark.parametrize(
    ("players", "least"),
    [(6, 0.9), (12, 0.0), (40, 0.0)],  # 0: long chains need weights that spread without end
)
def test_chain_of_gain_100_is_certified_without_overflow(players: int, least: float):
    chain = np.diag(np.full(players - 1, 100.0), -1)
    bounds = Bounds.given(np.ones(players), chain, np.ones(players))
    best = optimal_weights(bounds)
    assert best.margin > least
    assert best.weights.max() / best.weights.min() > 1e30
    assert proves_margin(bounds, best)


def test_chain_with_a_whisper_of_feedback_reaches_its_perron_value():
    chain = np.diag(np.full(5, 100.0), -1)
    chain[0, 5] = 1e-16
    bounds = Bounds.given(np.ones(6), chain, np.ones(6))
    best = optimal_weights(bounds)
    gain = 1e-6 ** (1 / 6)  # of the one cycle, per hop
    assert 1 - gain - 1e-10 < best.margin <= 1 - gain  # 1e-10: far below the promised 1e-9 of 100
    assert best.weights.max() / best.weights.min() > 1e20
    assert proves_margin(bounds, best)


def test_a_chain_too_long_for_floats_still_gets_a_true_margin():
    chain = np.diag(np.full(79, 100.0), -1)
    bounds = Bounds.given(np.ones(80), chain, np.ones(80))
    best = optimal_weights(bounds)
    assert -100 < best.margin < 0
    assert np.all(np.isfinite(best.weights))


def test_negative_curvature_is_told_by_a_negative_margin():
    bounds = Bounds.given([-1, -1], [[0, 0.5], [0.5, 0]], [0, 0])
    assert optimal_weights(bounds).margin == pytest.approx(-1.5, abs=1e-11)  # the shave


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        ([1, 2, 3], r"shape \(3,\); expected \(2,\)"),
        ([1, 0], "expected positive"),
        ([1, -2], "expected positive"),
        ([1, math.nan], "expected positive"),
        ([1, math.inf], "expected positive"),
        ([1e-200, 1e200], "expected ratios of at most"),
    ],
)
def test_unusable_weights_are_refused(weights: list[float], sentence: str):
    for function in (small_gain_matrix, small_gain_margin, margin_at):
        with pytest.raises(ValueError, match=sentence):
            function(TOY, weights)


def test_a_dense_matrix_of_too_many_players_is_refused():
    bounds = Bounds.given(np.ones(3001), csr_array((3001, 3001)), np.ones(3001))
    with pytest.raises(ValueError, match="3001 rows; expected at most 3000"):
        small_gain_matrix(bounds, np.ones(3001))
    assert best_margin(bounds) == 1.0  # 3001 components of one player each


def test_results_are_read_only_and_rounded_to_ten_digits():
    best = optimal_weights(TOY)
    with pytest.raises(ValueError, match="read-only"):
        best.weights[0] = 2.0
    assert rounded_weights(np.log([1.0, 3.0, 7.0]) / 2).tolist() == [1.0, 3.0, 7.0]
