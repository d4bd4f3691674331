"""T4 for any number of players: bands against brute force, and in certificates."""

import copy
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize_scalar

import games
import sgn
from certificates.kernel.certificate import read_claims
from certificates.kernel.claims import Band
from certificates.kernel.document.coupling import Coupling
from certificates.kernel.inequalities.structural import structural_margin_holds
from certificates.kernel.theorems.bands import acts_on
from sgn.bands.band import Ratios, TooNarrow, band, band_matrix, band_slice
from sgn.bands.two_players import two_player_band
from sgn.bounds import Bounds
from sgn.metrics.weights import best_margin, optimal_weights, small_gain_margin
from tests.helpers.block_games import permuted, random_bounds, random_jacobian, scale_of
from tests.helpers.documents import numbers, signed
from tests.helpers.scale import examples

seeds = st.integers(0, 2**32 - 1)
below = st.floats(0.05, 2.0)  # of the scale: how far the margin is below the best one
RING = Bounds.given([1, 1, 1], np.array([[0, 2, 0], [0, 0, 0.5], [0.5, 0, 0]]), [1, 1, 1])


def margin_below(bounds: Bounds, part: float) -> float:
    return best_margin(bounds) - part * scale_of(bounds)


def best_with_ratio(bounds: Bounds, i: int, j: int, log_ratio: float) -> float:
    """max α(w) over weights of three players with log w_j/w_i given, by search over the third."""
    k = 3 - i - j

    def negative(third: float) -> float:
        logs = np.zeros(3)
        logs[j], logs[k] = log_ratio, third
        return -small_gain_margin(bounds, np.exp(logs))

    grid = np.linspace(-30, 30, 61)  # α is concave in the third logarithm
    start = float(grid[np.argmin([negative(v) for v in grid])])
    found = minimize_scalar(
        negative, bounds=(start - 1, start + 1), method="bounded", options={"xatol": 1e-9}
    )
    return -float(found.fun)


@given(seeds, below, st.permutations([0, 1, 2]))
@settings(max_examples=examples(8), deadline=None)
def test_T4_three_players_against_brute_force(seed: int, part: float, order: list[int]):
    bounds = random_bounds(seed, irreducible=True, players=3)
    a, (i, j, _) = margin_below(bounds, part), order
    found = band(bounds, i, j, a)
    low, high = math.log(found.lower), math.log(found.upper)

    def excess(log_ratio: float) -> float:
        return best_with_ratio(bounds, i, j, log_ratio) - a

    # the margin falls off linearly beyond the ends, so a search to 1e-9 finds them well within 1e-6
    for end, outward in ((low, -1.0), (high, 1.0)):
        brute = brentq(excess, (low + high) / 2, end + 2 * outward, xtol=1e-10)
        assert end == pytest.approx(brute, abs=1e-6)
    for position in np.linspace(0.001, 0.999, 7):
        assert excess(low + position * (high - low)) > 0
    for step in (0.001, 0.1, 1.0):
        assert excess(low - step) < 0
        assert excess(high + step) < 0


def test_T4_every_point_of_a_grid_of_weights_is_told_right():
    ends = {(i, j): band(RING, i, j) for i in range(3) for j in range(3) if i != j}
    logs = np.linspace(-3, 6, 46)
    margins = np.array([[small_gain_margin(RING, np.exp([0, s, t])) for t in logs] for s in logs])
    assert margins.max() > 0 > margins.min()
    for s, row in zip(logs, margins, strict=True):
        for t, margin in zip(logs, row, strict=True):
            w = np.exp([0, s, t])
            inside = [each.contains(w[j] / w[i]) for (i, j), each in ends.items()]
            if margin > 0:  # a point of the set is in its every projection
                assert all(inside)
    # and what a projection holds is met by some point of the grid's line
    for (i, j), each in ends.items():
        for ratio in np.exp(logs):
            assert each.contains(ratio) == (best_with_ratio(RING, i, j, math.log(ratio)) >= 0)


@given(seeds, below)
@settings(max_examples=examples(40), deadline=None)
def test_T4_the_ends_carry_proved_weights_and_hold_all_others(seed: int, part: float):
    bounds = random_bounds(seed)
    a = margin_below(bounds, part)
    rng = np.random.default_rng(seed)
    i, j = rng.permutation(bounds.size)[:2].tolist()
    found = band(bounds, i, j, a)
    L = bounds.coupling_upper.tocoo()
    rows, cols = (part.astype(np.int64) for part in L.coords)
    coupling = Coupling(rows, cols, L.data, bounds.size)
    for witness in found.witnesses:
        w, x = witness.weights, witness.vector
        assert structural_margin_holds(bounds.curvature_lower, coupling, w, x, Fraction(a))
    if found.lower > 0:
        assert found.lower == found.lower_weights[j] / found.lower_weights[i]
    if found.upper < math.inf:
        assert found.upper == found.upper_weights[j] / found.upper_weights[i]
    assert (found.upper == math.inf) is not acts_on(coupling, i, j)
    assert (found.lower == 0) is not acts_on(coupling, j, i)
    centre = np.log(optimal_weights(bounds).weights)
    for _ in range(30):
        w = np.exp(centre + rng.normal(size=bounds.size) * 10 ** rng.uniform(-2, 1))
        if small_gain_margin(bounds, w) >= a:
            # inwards by 1e-9 at best and 1e-3 at worst, where players hardly interact
            assert found.lower * (1 - 2e-3) <= w[j] / w[i] <= found.upper * (1 + 2e-3)


@given(seeds, below)
@settings(max_examples=examples(25), deadline=None)
def test_T4_two_players_have_the_closed_form(seed: int, part: float):
    bounds = random_bounds(seed, irreducible=True, players=2)
    a = margin_below(bounds, part)
    low, high = two_player_band(bounds, a)
    found = band(bounds, 0, 1, a)
    assert low <= found.lower <= low * (1 + 2e-9)  # moved inwards by 1e-9
    assert high * (1 - 2e-9) <= found.upper <= high
    other = band(bounds, 1, 0, a)
    assert (other.lower, other.upper) == pytest.approx((1 / found.upper, 1 / found.lower), rel=4e-9)


@given(seeds, below)
@settings(max_examples=examples(15), deadline=None)
def test_T4_the_matrix_of_ends_is_that_of_a_convex_set(seed: int, part: float):
    bounds = random_bounds(seed, irreducible=True)
    a = margin_below(bounds, part)
    extent = np.log(band_matrix(bounds, a))
    n = bounds.size
    rounding = 1e-9 * (1 + np.abs(extent).max())  # solves of condition up to 1e6
    # log w_k − log w_i is the sum of two differences
    assert (extent[:, :, None] + extent[None, :, :] >= extent[:, None, :] - rounding).all()
    narrower = np.log(band_matrix(bounds, (a + best_margin(bounds)) / 2))
    assert (narrower <= extent + rounding).all()
    order = np.random.default_rng(seed).permutation(n).tolist()
    renamed = np.log(band_matrix(permuted(bounds, order), a))
    assert renamed == pytest.approx(extent[np.ix_(order, order)], abs=rounding)


@given(seeds, below)
@settings(max_examples=examples(25), deadline=None)
def test_T4_a_slice_ends_where_the_margin_does(seed: int, part: float):
    bounds = random_bounds(seed)
    weights = optimal_weights(bounds)
    a = weights.margin - part * scale_of(bounds)
    player = seed % bounds.size

    def margin(factor: float) -> float:
        w = weights.weights.copy()
        w[player] *= factor
        return small_gain_margin(bounds, w) - a

    low, high = band_slice(bounds, player, weights.weights, a)
    assert low < 1 < high
    for end, outward in ((low, 0.99), (high, 1.01)):
        if 1e-12 < end < 1e12:
            assert margin(end * outward) < 0 < margin(end / outward)
    if high == math.inf:
        assert margin(1e6) > 0
    if low == 0:
        assert margin(1e-6) > 0


@given(seeds, st.floats(0.02, 0.98))
@settings(max_examples=examples(25), deadline=None)
def test_T17_rates_in_the_band_contract_in_the_euclidean_distance(seed: int, position: float):
    bounds = random_bounds(seed, irreducible=True, players=2)
    mu = bounds.curvature_lower - best_margin(bounds) + 0.2
    bounds = Bounds.given(mu, bounds.coupling_upper, mu + 1)
    found = band(bounds, 0, 1)
    eta = found.lower ** (1 - position) * found.upper**position
    J, blocks = random_jacobian(bounds, np.random.default_rng(seed))
    J[blocks[1]] *= eta
    assert np.linalg.eigvalsh(J + J.T)[0] > 0


def test_a_chain_has_open_ends():
    chain = Bounds.given([1, 1, 1], np.diag([4.0, 4.0], k=1), [1, 1, 1])
    assert band_matrix(chain)[0, 1] == math.inf  # 0 does not act on 1
    first = band(chain, 0, 1)
    assert first.upper == math.inf
    assert first.lower == pytest.approx(4, rel=1e-4)  # T4: L₁₂²/(4p), the third aside
    apart = band(Bounds.given([1, 1, 1], np.zeros((3, 3)), [1, 1, 1]), 0, 2)
    assert (apart.lower, apart.upper) == (0.0, math.inf)
    assert apart.contains(1e-300)
    assert not apart.contains(0.0)


def test_T4_both_ends_open_and_the_best_margin_not_attained():
    """Players 0 and 1 act on each other alone, 2 and 3 likewise: any ratio of w₂ and w₀ will do."""
    L = np.zeros((4, 4))
    L[0, 1], L[2, 3] = 100.0, 7.0  # cascades: weights reach α* = 1 only at infinity
    bounds = Bounds.given(np.ones(4), L, np.ones(4))
    for margin in (0.5, 0.9995, 1 - 1e-7):
        found = band(bounds, 0, 2, margin)
        assert (found.lower, found.upper) == (0.0, math.inf)
        (witness,) = found.witnesses
        assert small_gain_margin(bounds, witness.weights) >= margin
        coupling = Coupling(np.array([0, 2]), np.array([1, 3]), np.array([100.0, 7.0]), 4)
        w, x = witness.weights, witness.vector
        assert structural_margin_holds(bounds.curvature_lower, coupling, w, x, Fraction(margin))


def test_T4_ends_beyond_floats_are_closed_all_the_same():
    tiny = Bounds.given([1, 1], [[0, 1e-200], [1e-200, 0]], [1, 1])
    low, high = two_player_band(tiny)
    assert low > 0  # the true ends are about 2.5e-401 and 4e400
    assert high < math.inf
    with pytest.raises(TooNarrow, match="ends too far apart"):
        band(tiny, 0, 1)
    certificate = sgn.certify_bounds(tiny).require()
    assert sgn.verify(certificate)


def test_a_large_sparse_ring():
    from scipy import sparse

    n = 2000  # eliminated sparsely
    L = 0.5 * sparse.eye_array(n, k=1) + 0.4 * sparse.eye_array(n, k=1 - n)
    bounds = Bounds.given(np.ones(n), L, np.ones(n))
    found = band(bounds, 0, 1)
    small = band(Bounds.given(np.ones(40), L.toarray()[:40, :40] * 1.0, np.ones(40)), 0, 1)
    assert isinstance(found, Ratios)
    assert found.lower == pytest.approx(small.lower, rel=1e-3)  # what is far away hardly matters


def test_what_is_refused():
    with pytest.raises(ValueError, match="player 3 is out of range; expected 0 to 2"):
        band(RING, 0, 3)
    with pytest.raises(ValueError, match="player 1 stands against itself"):
        band(RING, 1, 1)
    with pytest.raises(ValueError, match=r"margin is 0\.5; expected less than .* 0\.2062"):
        band(RING, 0, 1, 0.5)
    with pytest.raises(ValueError, match=r"expected more than 0\.2"):
        band_slice(RING, 0, [1, 1, 1], 0.2)
    with pytest.raises(TooNarrow, match="too narrow"):
        band(RING, 0, 1, math.nextafter(best_margin(RING), -1))


def test_a_certificate_of_three_players_states_verified_bands():
    game = games.QuadraticGame([[1.0, 2.0, 0], [0, 1.0, 0.5], [0.5, 0, 1.0]], sizes=[1, 1, 1])
    certificate = sgn.certify(game).require()
    assert sgn.verify(certificate)
    bands = list(certificate.claims.each(Band))
    assert len(bands) == 3
    for stated in bands:
        found = band(RING, *stated.players)
        assert stated.high is not None
        assert float(stated.low) == pytest.approx(found.lower, rel=1e-9)  # rounded inwards again
        assert float(stated.high) == pytest.approx(found.upper, rel=1e-9)
    low, high = certificate.band("player 1", "player 2")
    assert float(low) > 1.3725  # 24 − 16√2 = 1.372583
    assert high is not None
    assert float(high) < 46.6275


def test_bands_are_stated_for_pairs_that_interact():
    L = np.zeros((4, 4))
    L[0, 1] = L[1, 0] = L[2, 3] = 0.5
    certificate = sgn.certify_bounds(Bounds.given(np.ones(4), L, np.ones(4))).require()
    bands = list(certificate.claims.each(Band))
    assert [each.players for each in bands] == [(0, 1), (2, 3)]
    assert bands[1].high is None
    many = Bounds.given(np.full(9, 9.0), np.ones((9, 9)) - np.eye(9), np.full(9, 9.0))
    assert not list(sgn.certify_bounds(many).require().claims.each(Band))


@pytest.mark.parametrize(
    ("curvature", "coupling"),
    [([0, 0], [[0, 10], [0, 0]]), ([1, 1], [[0, 2], [1, 0]]), ([-1, -1], [[0, 1], [1, 0]])],
)
def test_bounds_that_cannot_have_the_margin_they_state_get_no_band(
    curvature: list[int], coupling: list[list[int]]
):
    """A false file is refused for what it states, and nothing is divided by 0 on the way."""
    toy = sgn.certify(games.catalogue.load("sgn-toy")).require()
    assert toy.claims.find(Band) is not None
    lie = copy.deepcopy(toy.document)
    numbers(lie, "bounds/Setting").update(curvature_lower=texts(curvature))
    numbers(lie, "bounds/Setting").update(coupling_upper=[texts(row) for row in coupling])
    assert read_claims(lie).find(Band) is None
    failing = {o.name for o in sgn.verify(sgn.Certificate(signed(lie))).obligations if not o.holds}
    assert {"block bounds", "structural margin"} & failing


def texts(values: list[int]) -> list[str]:
    return [str(value) for value in values]
