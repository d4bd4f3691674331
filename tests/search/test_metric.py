"""The direct margin over weights (T5), against grids, T2 where both agree, and planted solvers."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import sgn.metrics.lmi
from sgn.bounds import Bounds
from sgn.metrics.block_scalar import best_direct_weights, direct_margin
from sgn.metrics.weights import best_margin, optimal_weights
from tests.helpers.block_games import random_bounds, random_jacobian
from tests.helpers.scale import examples

FloatArray = NDArray[np.float64]
seeds = st.integers(0, 2**32 - 1)


def random_family(seed: int, players: int) -> tuple[FloatArray, tuple[slice, ...]]:
    """One to four Jacobians with the same blocks, the couplings over two decades."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 4, players)
    ends = np.cumsum(sizes).tolist()
    blocks = tuple(slice(e - d, e) for d, e in zip(sizes.tolist(), ends, strict=True))
    strength = 10 ** rng.uniform(-1, 1, (players, players))
    J = rng.normal(size=(int(rng.integers(1, 5)), ends[-1], ends[-1]))
    J *= np.repeat(np.repeat(strength, sizes, axis=0), sizes, axis=1)
    for block in blocks:
        R = J[:, block, block]
        J[:, block, block] = R @ np.swapaxes(R, 1, 2) + np.eye(block.stop - block.start)
    return J, blocks


def _diagonal(J: FloatArray, blocks: tuple[slice, ...]) -> list[FloatArray]:
    return [J[:, block, block] for block in blocks]


def scalar_blocks(count: int) -> tuple[slice, ...]:
    return tuple(slice(i, i + 1) for i in range(count))


@given(seeds)
@settings(max_examples=examples(40))
def test_two_players_no_ratio_on_a_grid_is_better(seed: int):
    J, blocks = random_family(seed, 2)
    weights, margin = best_direct_weights(J, blocks, [[1, 1]])
    assert margin == direct_margin(J, blocks, weights)
    assert weights[0] == 1.0
    assert weights[1] == float(f"{weights[1]:.9e}")
    near = weights[1] * np.exp(np.linspace(-0.1, 0.1, 21))
    grid = [direct_margin(J, blocks, [1, t]) for t in (*np.logspace(-6, 6, 61), *near)]
    own = [np.linalg.eigvalsh((B + np.swapaxes(B, 1, 2)) / 2).min() for B in _diagonal(J, blocks)]
    # 1e-6 is given up where only weights further apart would do better, else the part 1e-9
    part = 2e-9 if margin < min(own) * (1 - 1e-6) else 1e-6
    assert margin >= max(grid) - part * abs(margin) - 1e-12 * np.abs(J).max()  # eigvalsh's rounding


@given(seeds)
@settings(max_examples=examples(8))
def test_three_and_more_players_no_neighbour_is_better(seed: int):
    rng = np.random.default_rng(seed)
    J, blocks = random_family(seed, int(rng.integers(3, 6)))
    weights, margin = best_direct_weights(J, blocks, [np.ones(len(blocks))])
    for size in (1e-3, 0.03, 1.0):  # a local maximum is global: T5's superlevel sets are convex
        for step in rng.normal(size=(30, len(blocks))) * size:
            other = direct_margin(J, blocks, weights * np.exp(step))
            assert margin >= other - 1e-6 * np.abs(J).max()  # what is promised of the rounds


@given(seeds)
@settings(max_examples=examples(12))
def test_where_signs_do_not_cancel_it_is_the_structural_margin(seed: int):
    """J = diag(μ) − L: then sym(M^{1/2}JM^{-1/2}) is S(w) itself, and T2 has the answer."""
    bounds = random_bounds(seed, irreducible=True)
    J = np.diag(bounds.curvature_lower) - bounds.coupling_upper.toarray()
    margin = best_direct_weights([J], scalar_blocks(bounds.size), [np.ones(bounds.size)])[1]
    assert margin <= best_margin(bounds) + 1e-9 * np.abs(J).max()  # rounding
    assert margin >= best_margin(bounds) - 1e-6 * np.abs(J).max()  # what is promised of the rounds
    best = optimal_weights(bounds).weights
    one_solve = best_direct_weights([J], scalar_blocks(bounds.size), [best])[0]
    assert one_solve.tolist() == best.tolist()  # no metric is better than α*, an eigenvalue of J


@given(seeds)
@settings(max_examples=examples(20))
def test_T5_direct_is_at_least_structural(seed: int):
    bounds, rng = random_bounds(seed, players=2), np.random.default_rng(seed)
    J, blocks = random_jacobian(bounds, rng)
    structural = optimal_weights(bounds)
    margin = best_direct_weights([J], blocks, [structural.weights, [1, 1]])[1]
    assert margin >= structural.margin - 2e-9 * abs(margin)  # the promised part


@given(seeds)
@settings(max_examples=examples(15))
def test_players_and_coordinates_may_change_places(seed: int):
    J, blocks = random_family(seed, 2)
    margin = best_direct_weights(J, blocks, [[1, 1]])[1]
    order = [*range(blocks[1].start, blocks[1].stop), *range(blocks[0].start, blocks[0].stop)]
    swapped = J[:, order][:, :, order]
    second = blocks[1].stop - blocks[1].start
    other = best_direct_weights(swapped, [slice(0, second), slice(second, len(order))], [[1, 1]])[1]
    assert other == pytest.approx(margin, rel=3e-9, abs=1e-12)  # the promised part, twice
    # the same slices in another order name the players in another order
    again = best_direct_weights(J, blocks[::-1], [[1, 1]])[1]
    assert again == pytest.approx(margin, rel=3e-9, abs=1e-12)


@pytest.mark.parametrize("factor", [2.0**-10, 2.0**10])
def test_scaling_the_costs_scales_the_margin(factor: float):
    for seed, players in itertools.product(range(3), (2, 3)):
        J, blocks = random_family(seed, players)
        one = best_direct_weights(J, blocks, [np.ones(players)])[1]
        other = best_direct_weights(J * factor, blocks, [np.ones(players)])[1]
        # what is promised of the rounds
        assert other == pytest.approx(factor * one, abs=1e-6 * factor * np.abs(J).max())


def test_zero_sum_coupling_cancels_at_equal_weights():
    J, rng = np.zeros((5, 5)), np.random.default_rng(1)
    J[:2, 2:] = rng.normal(size=(2, 3)) * 100
    J += np.eye(5) - J.T
    weights, margin = best_direct_weights([J], [slice(0, 2), slice(2, 5)], [[1, 7]])
    assert weights[1] == pytest.approx(1.0, rel=1e-6)  # the margin is flat there to second order
    assert margin == pytest.approx(1.0, rel=2e-9)  # the promised part


def test_a_start_that_no_metric_beats_is_returned_as_it_is():
    J = [[[1.0, -10.0], [-0.05, 1.0]]]
    weights, margin = best_direct_weights(J, scalar_blocks(2), [[1, 200], [1, 1]])
    assert weights.tolist() == [1.0, 200.0]
    assert margin == pytest.approx(1 - np.sqrt(0.5), rel=1e-13)  # eigvalsh of a 2 × 2 matrix


def test_one_way_coupling_comes_close_with_weights_that_stay_finite():
    weights, margin = best_direct_weights([[[1, 5], [0, 1]]], scalar_blocks(2), [[1, 1]])
    assert 1 - 1e-5 < margin < 1  # the best, 1, is not attained: 1e-6 of it is given up
    assert 1 < weights[1] < 1e14
    back = best_direct_weights([[[1, 0], [5, 1]]], scalar_blocks(2), [[1, 1]])
    assert 1e-14 < back[0][1] < 1
    assert back[1] > 1 - 1e-5


def test_one_player_and_pure_rotation():
    assert best_direct_weights([[[2.0]]], scalar_blocks(1), [[3]])[1] == 2.0
    weights, margin = best_direct_weights([[[0, 1], [-1, 0]]], scalar_blocks(2), [[1, 3], [1, 1]])
    assert weights.tolist() == [1.0, 1.0]
    assert margin == 0.0


@pytest.mark.parametrize(
    "answer",
    [
        sgn.metrics.lmi.NoProposal("infeasible"),
        sgn.metrics.lmi.Proposal(np.array([1e9, 1.0, 1e-9]), 1.0, "optimal"),
        sgn.metrics.lmi.Proposal(np.array([-1.0, 2.0, 2.0]), 1.0, "optimal_inaccurate"),
    ],
)
def test_a_solver_that_fails_or_lies_costs_no_margin(
    answer: sgn.metrics.lmi.NoProposal | sgn.metrics.lmi.Proposal, monkeypatch: pytest.MonkeyPatch
):
    def planted(*_: Any) -> sgn.metrics.lmi.NoProposal | sgn.metrics.lmi.Proposal:
        return answer

    monkeypatch.setattr(sgn.metrics.lmi, "best_combination", planted)
    J, blocks = random_family(5, 3)
    start = direct_margin(J, blocks, np.ones(3))
    weights, margin = best_direct_weights(J, blocks, [np.ones(3)])
    assert margin >= start
    assert margin == direct_margin(J, blocks, weights)


def test_wide_starts_do_not_overflow():
    J = np.eye(3) + np.diag([5.0, 5.0], 1)
    weights, margin = best_direct_weights([J], scalar_blocks(3), [[1, 1e19, 1e38], [1, 1, 1]])
    assert margin > 0.99
    assert np.all(np.isfinite(weights))


def test_thirty_coordinates_go_by_subspaces():
    rng = np.random.default_rng(3)
    blocks = [slice(0, 10), slice(10, 20), slice(20, 30)]
    J = 0.3 * rng.normal(size=(30, 30))
    for block in blocks:
        J[block, block] = J[block, block] @ J[block, block].T + np.eye(10)
    J[:10, 10:] *= 5
    weights, margin = best_direct_weights([J], blocks, [np.ones(3)])
    assert margin > direct_margin([J], blocks, np.ones(3))
    for step in rng.normal(size=(100, 3)) * 0.02:
        other = direct_margin([J], blocks, weights * np.exp(step))
        assert margin >= other - 1e-6 * np.abs(J).max()  # what is promised of the rounds


def test_misuse_is_named():
    two = scalar_blocks(2)
    with pytest.raises(ValueError, match=r"shape \(2, 2\); expected \(V, 2, 2\)"):
        best_direct_weights(np.eye(2), two, [[1, 1]])
    with pytest.raises(ValueError, match="V ≥ 1"):
        direct_margin(np.zeros((0, 2, 2)), two, [1, 1])
    with pytest.raises(ValueError, match=r"shape \(3,\); expected \(2,\)"):
        direct_margin([np.eye(2)], two, [1, 1, 1])
    with pytest.raises(ValueError, match="expected positive"):
        best_direct_weights([np.eye(2)], two, [[1, 0]])
    with pytest.raises(ValueError, match="no starts"):
        best_direct_weights([np.eye(2)], two, [])


def test_bounds_of_the_toy_and_its_direct_margin_agree():
    toy = Bounds.given([1, 1], np.array([[0, 10], [0.05, 0]]), [1, 1])
    J = [np.array([[1, 10], [0.05, 1]])]
    margin = best_direct_weights(J, scalar_blocks(2), [np.ones(2)])[1]
    assert margin == pytest.approx(best_margin(toy), rel=2e-9)  # the promised part
