"""Blocking cycles and the critical scale, against brute force and T2."""

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgn.bounds import Bounds
from sgn.coupling.graph import BlockingCycle, blocking_cycle, critical_scale
from sgn.metrics.weights import best_margin
from tests.helpers.block_games import permuted, random_bounds, scale_of
from tests.helpers.scale import examples

seeds = st.integers(0, 2**32 - 1)


def positive_bounds(seed: int) -> Bounds:
    """A random game with every curvature positive."""
    bounds = random_bounds(seed)
    mu = np.abs(bounds.curvature_lower) + 0.1
    return Bounds.given(mu, bounds.coupling_upper, mu)


def gain_around(bounds: Bounds, players: list[int] | tuple[int, ...]) -> float:
    """Π L_ij/μ_i over i ← j along the cycle."""
    L = bounds.coupling_upper.toarray()
    following = [*players[1:], players[0]]
    hops = zip(players, following, strict=True)
    return math.prod(float(L[i, j] / bounds.curvature_lower[i]) for i, j in hops)


@given(seeds)
@settings(max_examples=examples(60))
def test_no_simple_cycle_has_a_larger_mean(seed: int):
    bounds = positive_bounds(seed)
    graph = nx.from_numpy_array(bounds.coupling_upper.toarray(), create_using=nx.DiGraph)
    means = [gain_around(bounds, c) ** (1 / len(c)) for c in nx.simple_cycles(graph)]
    found = blocking_cycle(bounds)
    # 1e-11: a better mean is sought only beyond 1e-13 a hop, times the size of a logarithm
    assert found.mean == pytest.approx(max(means, default=0.0), rel=1e-11)
    if means:
        assert found.gain == pytest.approx(gain_around(bounds, found.players), rel=1e-13)
        # the mean comes by way of logarithms
        assert found.mean == pytest.approx(found.gain ** (1 / len(found.players)), rel=1e-13)
        assert found.players[0] == min(found.players)


@given(seeds)
@settings(max_examples=examples(30))
def test_a_gain_of_one_or_more_rules_a_positive_margin_out(seed: int):
    bounds = positive_bounds(seed)
    if blocking_cycle(bounds).gain >= 1:
        assert best_margin(bounds) <= 1e-9 * scale_of(bounds)  # rounding


@given(seeds)
@settings(max_examples=examples(40))
def test_at_the_critical_scale_the_best_margin_is_zero(seed: int):
    bounds = positive_bounds(seed)
    scale = critical_scale(bounds)
    cycle = blocking_cycle(bounds)
    if not cycle.players:
        assert scale == math.inf
        return
    assert cycle.mean <= (1 + 1e-9) / scale  # ρ is at least every cycle's mean; rounding
    grown = Bounds.given(
        bounds.curvature_lower, bounds.coupling_upper * scale, bounds.curvature_upper
    )
    assert abs(best_margin(grown)) <= 1e-8 * scale_of(grown)  # two eigenvalues' rounding


@given(seeds)
@settings(max_examples=examples(20))
def test_renaming_players_changes_no_mean(seed: int):
    bounds = positive_bounds(seed)
    order = np.random.default_rng(seed).permutation(bounds.size).tolist()
    assert blocking_cycle(permuted(bounds, order)).mean == pytest.approx(
        blocking_cycle(bounds).mean,
        rel=1e-11,  # as above
    )


def test_the_cycle_reads_against_the_direction_of_action():
    L = np.zeros((3, 3))
    L[0, 1], L[1, 2], L[2, 0] = 2.0, 3.0, 4.0  # 1 acts on 0, 2 on 1, 0 on 2
    cycle = blocking_cycle(Bounds.given([1, 2, 4], L, [1, 2, 4]))
    assert cycle.players == (0, 1, 2)
    assert cycle.gain == 3.0


def test_a_cascade_has_no_cycle():
    bounds = Bounds.given([1, 1, 1], np.diag([100.0, 100.0], -1), [1, 1, 1])
    assert blocking_cycle(bounds) == BlockingCycle((), 0.0, 0.0)
    assert critical_scale(bounds) == math.inf


def test_a_player_without_curvature_is_itself_the_block():
    bounds = Bounds.given([1, -0.5, 0], np.zeros((3, 3)), [1, 1, 1])
    assert blocking_cycle(bounds) == BlockingCycle((1,), math.inf, math.inf)
    with pytest.raises(ValueError, match=r"curvature_lower\[1\] is -0\.5; expected a positive"):
        critical_scale(bounds)


def test_gains_beyond_floats_do_not_overflow():
    L = np.array([[0, 1e200], [1e200, 0]])
    cycle = blocking_cycle(Bounds.given([1, 1], L, [1, 1]))
    assert cycle.gain == math.inf
    assert cycle.mean == pytest.approx(1e200, rel=1e-12)  # by way of logarithms of size 460


def test_a_graph_on_which_networkx_loses_its_negative_cycle():
    bounds = positive_bounds(89)  # nx.find_negative_cycle: "is detected but not found"
    graph = nx.from_numpy_array(bounds.coupling_upper.toarray(), create_using=nx.DiGraph)
    best = max(gain_around(bounds, c) ** (1 / len(c)) for c in nx.simple_cycles(graph))
    assert blocking_cycle(bounds).mean == pytest.approx(best, rel=1e-11)  # as above


def test_the_toy():
    toy = Bounds.given([1, 1], np.array([[0, 10], [0.05, 0]]), [1, 1])
    assert blocking_cycle(toy).gain == 0.5
    # ρ = √½ from a climb that stops at 1e-12
    assert critical_scale(toy) == pytest.approx(math.sqrt(2), rel=1e-11)
