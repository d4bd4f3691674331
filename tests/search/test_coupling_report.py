"""The coupling as a whole: cascade, sensitivities against finite differences, fixes that hold."""

import math
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import sparse

import sgn
from sgn.bounds import Bounds
from sgn.coupling.fixes import Fix, TooNear, suggest
from sgn.coupling.report import coupling_report
from sgn.coupling.sensitivity import sensitivities
from sgn.metrics.components import components
from sgn.metrics.weights import best_margin, optimal_weights
from tests.helpers.block_games import permuted, random_bounds, scale_of
from tests.helpers.scale import examples

seeds = st.integers(0, 2**32 - 1)


def eigenvalue(mu: np.ndarray, L: np.ndarray) -> float:
    """α* of T2 as LAPACK gives it."""
    return float(np.linalg.eigvals(np.diag(mu) - L).real.min())


def moderate(seed: int) -> Bounds:
    """Three to five players, all coupled, within one decade: differences of α* are accurate."""
    rng = np.random.default_rng(seed)
    N = int(rng.integers(3, 6))
    L = 10 ** rng.uniform(-0.5, 0.5, (N, N))
    np.fill_diagonal(L, 0.0)
    mu = rng.uniform(0.5, 3, N)
    return Bounds.given(mu, L, mu + 1)


@given(seeds)
@settings(max_examples=examples(25), deadline=None)
def test_T2_sensitivities_agree_with_finite_differences(seed: int):
    bounds = moderate(seed)
    found = sensitivities(bounds)
    mu, L, step = bounds.curvature_lower, bounds.coupling_upper.toarray(), 1e-5
    for i in range(bounds.size):
        e = step * np.eye(bounds.size)[i]
        slope = (eigenvalue(mu + e, L) - eigenvalue(mu - e, L)) / (2 * step)
        assert found.curvature[i] == pytest.approx(slope, abs=1e-6)  # step² and ε/step
        for j in range(bounds.size):
            if i != j:
                E = np.outer(e, np.eye(bounds.size)[j])
                slope = (eigenvalue(mu, L + E) - eigenvalue(mu, L - E)) / (2 * step)
                assert found.coupling[i, j] == pytest.approx(slope, abs=1e-6)
    assert found.curvature.sum() == pytest.approx(1, rel=1e-12)  # adding c to every μ adds c to α*


@given(seeds)
@settings(max_examples=examples(25), deadline=None)
def test_the_report_of_any_graph(seed: int):
    bounds = random_bounds(seed)
    report = coupling_report(bounds)
    scale = scale_of(bounds)
    assert report.margin == pytest.approx(best_margin(bounds), abs=1e-9 * scale)
    place = {int(k): n for n, part in enumerate(report.components) for k in part.players}
    assert sorted(place) == list(range(bounds.size))
    L = bounds.coupling_upper.toarray()
    graph = nx.from_numpy_array(L, create_using=nx.DiGraph)
    groups = {frozenset(part.players.tolist()) for part in report.components}
    assert groups == set(map(frozenset, nx.strongly_connected_components(graph)))
    for i, j in np.argwhere(L > 0):
        assert place[j] <= place[i]  # whoever acts settles first
    # the first-order gain of scaling everything is α* itself (Euler's identity)
    weakest = report.weakest.players
    assert set(np.flatnonzero(report.curvature_sensitivity)) <= set(weakest.tolist())
    identity = report.curvature_sensitivity @ bounds.curvature_lower
    identity += report.coupling_sensitivity.multiply(bounds.coupling_upper).sum()
    assert identity == pytest.approx(report.margin, abs=1e-6 * scale)
    assert str(report).startswith(f"coupling of {bounds.size} players, from given bounds\n")


@given(seeds)
@settings(max_examples=examples(40), deadline=None)
def test_T2_a_fix_brings_the_margin_where_it_says(seed: int):
    bounds = random_bounds(seed)
    wanted = best_margin(bounds) + 0.1 * scale_of(bounds)
    for fix in suggest(bounds, wanted):
        changed = fix.apply(bounds)
        # the eigenvalue moves by the square root of rounding where A has a Jordan block
        reached = best_margin(changed)
        assert reached == pytest.approx(wanted, abs=1e-6 * max(scale_of(changed), scale_of(bounds)))
        try:
            short = fix.rounded(bounds)
        except ArithmeticError:
            continue
        assert optimal_weights(short.apply(bounds)).margin > wanted
        assert (short.after > fix.after) == (len(fix.players) == 1)


@given(seeds)
@settings(max_examples=examples(25), deadline=None)
def test_T2_no_coupling_that_is_left_out_would_do(seed: int):
    bounds = random_bounds(seed, players=4)
    wanted = best_margin(bounds) + 0.3 * scale_of(bounds)
    told = {fix.players for fix in suggest(bounds, wanted)}
    L = bounds.coupling_upper.tocoo()
    for i, j in zip(*(part.tolist() for part in L.coords), strict=True):
        without = Fix((i, j), float(bounds.coupling_upper[i, j]), 0.0, wanted).apply(bounds)
        reached = best_margin(without)
        assume(abs(reached - wanted) > 1e-6 * scale_of(bounds))
        assert ((i, j) in told) == (reached > wanted)


@given(seeds)
@settings(max_examples=examples(15), deadline=None)
def test_renaming_players_renames_fixes(seed: int):
    bounds = moderate(seed)
    wanted = best_margin(bounds) + 0.2
    order = np.random.default_rng(seed).permutation(bounds.size).tolist()
    first = {fix.players: fix.after for fix in suggest(bounds, wanted)}
    second = suggest(permuted(bounds, order), wanted)
    assert len(first) == len(second)
    for fix in second:
        assert fix.after == pytest.approx(first[tuple(order[k] for k in fix.players)], rel=1e-9)


def test_two_blocked_components_have_no_single_fix():
    L = np.zeros((4, 4))
    L[0, 1] = L[1, 0] = L[2, 3] = L[3, 2] = 2.0
    assert suggest(Bounds.given(np.ones(4), L, np.ones(4))) == ()
    assert suggest(Bounds.given([1, 1], [[0, 0.5], [0.5, 0]], [1, 1])) == ()  # nothing to mend
    negative = Bounds.given([1, -1], np.zeros((2, 2)), [1, 1])
    (only,) = suggest(negative)
    assert (only.players, only.after) == ((1,), 0.0)


def test_a_refusal_carries_fixes_that_are_true():
    bounds = Bounds.given(
        np.ones(3), np.array([[0, 10, 0], [0.4, 0, 0], [1, 0, 0]]), np.ones(3),
        names=["firm 1", "firm 2", "firm 3"],
    )  # fmt: skip
    refusal = sgn.certify_bounds(bounds)
    assert refusal.reason == "small-gain"
    tips = refusal.document["suggestions"]
    promise = (
        "weaken the coupling of firm 2 into firm 1 from 10 to at most 2.4, which alone gives a"
        " structural margin above 0"
    )
    assert promise in tips
    assert any(
        tip.startswith("raise the curvature of firm 1 from 1 to at least 4.1") for tip in tips
    )
    L = bounds.coupling_upper.toarray()
    L[0, 1] = 2.4
    assert optimal_weights(Bounds.given(np.ones(3), L, np.ones(3))).margin > 0
    raised = Bounds.given([4.1, 1.0, 1.0], bounds.coupling_upper, [4.1, 1, 1])
    assert optimal_weights(raised).margin > 0


def test_a_fix_in_few_digits_is_on_the_safe_side():
    bounds = Bounds.given([1, 1], np.array([[0, 10], [0.4, 0]]), [1, 1])
    coupling, *_ = suggest(bounds)
    assert coupling.players == (0, 1)
    assert coupling.after == pytest.approx(2.5)
    assert coupling.rounded(bounds).after == 2.4
    assert coupling.size == pytest.approx(0.75)
    with pytest.raises(ValueError, match="player 1 does not act on player 0"):
        coupling.apply(Bounds.given([1, 1], np.zeros((2, 2)), [1, 1]))
    with pytest.raises(TooNear, match="cannot be told in few digits"):
        replace(coupling, after=3.0).rounded(bounds)


def test_a_player_without_curvature_is_not_called_nonconvex():
    """Of linear costs, μ = 0: convex; of a bound below 0 nothing follows either."""
    linear = Bounds.given([0, 1], np.array([[0, 0.5], [0.5, 0]]), [0, 1], names=["a", "b"])
    shown = str(coupling_report(linear))
    assert "a alone: its curvature, 0, is not above 0" in shown
    assert "convex" not in shown
    sampled = Bounds(("a", "b"), [1, 1], [1, 1], [[0, 0.5], [0.5, 0]], "sampled", True)
    assert "all of this is estimated" in str(coupling_report(sampled))


def test_numbers_are_rounded_to_their_safe_side():
    third = Bounds.given([2 / 3, 1], np.array([[0, 0], [0.1, 0]]), [1, 1])
    assert "best margin      0.666666\n" in str(coupling_report(third))  # %.6g says 0.666667
    toy = Bounds.given([1, 1], np.array([[0, 10], [0.05, 0]]), [1, 1])
    assert "1.41421: all coupling could grow by less than this factor" in str(coupling_report(toy))
    blocked = Bounds.given([1, 1], np.array([[0, 10], [0.4, 0]]), [1, 1])
    wanted = 0.1234567
    fix, *_ = suggest(blocked, wanted)
    assert fix.promises(blocked)[0].endswith("which alone gives a structural margin above 0.123456")


def test_sensitivities_are_of_players_who_all_act_on_each_other():
    """With μ equal α* has a kink: it moves by the lesser of the two."""
    apart = Bounds.given([1, 1], np.zeros((2, 2)), [1, 1])
    with pytest.raises(ValueError, match="take one component"):
        sensitivities(apart)


@pytest.mark.parametrize("coupling", [1e200, 1e-200, 1e-320, 1e300])
def test_extreme_couplings_are_told_or_left_out(coupling: float):
    bounds = Bounds.given([1, 1], np.array([[0, coupling], [coupling, 0]]), [1, 1])
    for fix in suggest(bounds):
        assert math.isfinite(fix.after)
        fix.promises(bounds)
    assert sgn.certify_bounds(bounds).success == (coupling < 1)
    with np.errstate(all="raise"):
        suggest(bounds)


def test_a_large_sparse_cascade():
    n = 20_000
    L = sparse.eye_array(n, k=1) * 0.5  # k is acted on by k + 1 alone
    bounds = Bounds.given(np.linspace(1, 2, n), L, np.full(n, 2.0))
    parts = components(bounds)
    assert [int(part.players[0]) for part in parts[:2]] == [n - 1, n - 2]
    assert min(part.margin for part in parts) == 1.0
    report = coupling_report(bounds)
    assert report.critical_scale == math.inf
    assert report.fixes == ()
    assert "found when asked for" in str(report)
    assert report.cycle.players == ()
