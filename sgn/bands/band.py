"""T4 for any number of players: which weight ratios keep a margin, with weights that show it.

With a < α*, eliminating all players but i and j from A − aI, A = diag(μ) − L, leaves the matrix M
of a two-player game whose band is exactly the extent of w_j/w_i over {w : α(w) ≥ a}
(docs/theory.md). So the closed form for two players serves any pair of any game.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from certificates.kernel.theorems.hypotheses import Hypothesis, Theorem
from certificates.kernel.uncheckable import Uncheckable
from sgn.bands.two_players import TWO_PLAYER_BAND, not_below, two_player_band
from sgn.bounds.bounds import Bounds
from sgn.metrics.weights import Structural, best_margin, margin_at, optimal_weights

if TYPE_CHECKING:
    from scipy import sparse

    Sparse = sparse.csr_array[np.float64, tuple[int, int]]

FloatArray = NDArray[np.float64]
Solve = Callable[[FloatArray], FloatArray]
DENSE = 500  # players up to which systems are solved densely
# how far (relative) an end is moved inwards, and the part of what that frees that goes to
# positive weights for players on whom the pair does not act; the first that is proved is taken
INWARD = ((1e-9, 1e-4), (1e-7, 1e-4), (1e-5, 1e-3), (1e-3, 1e-2))
SPREAD = 500.0  # of log w at most
LEVELS = (1e-3, 0.5)  # of the way from the margin to α*: where weights for it are looked for


@final
class TooNarrow(ValueError):
    """Floating point cannot tell the band: the margin is too near α*, or an end too far away."""

    def __init__(self, players: tuple[int, int]) -> None:
        i, j = players
        super().__init__(
            f"the band of players {i} and {j} is too narrow for floating point, or its ends too far"
            " apart; take a margin further below the best one, or scale the couplings"
        )


@final
@dataclass(frozen=True)
class Margin:
    """Bounds, and the margin a that weights are to keep."""

    bounds: Bounds
    margin: float


@final
@dataclass(frozen=True)
class Held:
    """Weights with their margin, and the margin a that is to be kept while one of them moves."""

    at: Structural
    margin: float


def _is_below(asked: Margin) -> bool:
    if asked.margin < best_margin(asked.bounds):
        return True
    raise not_below(asked.bounds, asked.margin)


def _holds_more(asked: Held) -> bool:
    if asked.at.margin > asked.margin:
        return True
    raise Uncheckable(
        f"the weights have margin {asked.at.margin:.6g}; expected more than {asked.margin}"
    )


PAIR_BAND: Theorem[Margin] = Theorem(
    "T4",
    "band of a pair",
    (
        Hypothesis(
            "a < α*",
            _is_below,
            "the margin is not below the best one that any weights have",
        ),
    ),
)
SLICE: Theorem[Held] = Theorem(
    "T4",
    "slice of one weight",
    (
        Hypothesis(
            "α(w) > a",
            _holds_more,
            "the weights do not have more than this margin",
        ),
    ),
)
THEOREMS = (TWO_PLAYER_BAND, PAIR_BAND, SLICE)


@final
@dataclass(frozen=True, eq=False)
class Ratios:
    """The ratios w_j/w_i of two players that keep a margin: lower to upper, rounded inwards (T4).

    players: (i, j). margin: a. lower: 0.0 (itself excluded) where j does not act on i, even through
    others; upper: inf where i does not act on j.
    lower_weights, upper_weights: (N,) weights of that ratio and of margin at least a; where an end
    is open, weights from which the ratio may move on to that end for ever.

    >>> ends = band(Bounds.given([1, 1], [[0, 10], [0.05, 0]], [1, 1]), 0, 1)
    >>> round(ends.lower, 3), round(ends.upper, 3)
    (34.315, 1165.685)
    """

    players: tuple[int, int]
    margin: float
    lower: float
    upper: float
    witnesses: tuple[Structural, ...]  # by their ratio

    @property
    def ends(self) -> tuple[FloatArray, ...]:
        """The weights of the witnesses: one or two."""
        return tuple(witness.weights for witness in self.witnesses)

    @property
    def lower_weights(self) -> FloatArray:
        return self.ends[0]

    @property
    def upper_weights(self) -> FloatArray:
        return self.ends[-1]

    def contains(self, ratio: float) -> bool:
        """Whether some weights with this w_j/w_i have the margin."""
        return ratio > 0 and self.lower <= ratio <= self.upper


def band(bounds: Bounds, i: int, j: int, margin: float = 0.0) -> Ratios:
    """T4: the least and the largest w_j/w_i over all weights w with α(w) ≥ margin.

    bounds: of N players, the coupling dense or sparse; i, j: two of them, from 0; margin: a < α*.
    Read for learning rates (T17): sym(diag(η)J) ⪰ a·diag(η) is the margin a of the weights w = η,
    so where a > 0, play at rates η contracts in the plain Euclidean distance, and the two time
    scales η_j/η_i that some such play has are this band; at other rates the flow still contracts,
    in the metric w_i/η_i.
    What it says holds if the bounds do: of sampled bounds it is an estimate.
    Raises ValueError for i = j, an index out of range and unless margin < α*; TooNarrow where the
    margin is too near α*, or an end too far away for floating point.

    >>> ring = Bounds.given([1, 1, 1], [[0, 2, 0], [0, 0, 0.5], [0.5, 0, 0]], [1, 1, 1])
    >>> ends = band(ring, 0, 1)
    >>> round(ends.lower, 4), round(ends.upper, 4)
    (1.3726, 46.6274)
    """
    _check(bounds, (i, j), margin)
    PAIR_BAND.require(Margin(bounds, margin))
    pair = _Pair.of(bounds, i, j, margin)
    low, high = pair.ends
    found = []
    if low > 0:
        found.append(_inside(bounds, pair, margin, lambda d: low * (1 + d)))
    if high < math.inf:
        found.append(_inside(bounds, pair, margin, lambda d: high * (1 - d)))
    if not found:
        found.append(_anywhere(bounds, pair, margin))
    ratios = [float(each.weights[j] / each.weights[i]) for each in found]
    lower = ratios[0] if low > 0 else 0.0
    upper = ratios[-1] if high < math.inf else math.inf
    return Ratios((i, j), margin, lower, upper, tuple(found))


def band_matrix(bounds: Bounds, margin: float = 0.0) -> FloatArray:
    """T4: the projection of the band on every pair: entry [i, j] is the largest w_j/w_i.

    The least w_j/w_i is the inverse of entry [j, i]. To the nearest float, for plotting; inf where
    i does not act on j, even through others; 1.0 on the diagonal. O(N⁵): for some ten players.
    Arguments and errors as of :func:`band`.

    >>> band_matrix(Bounds.given([1, 1], [[0, 10], [0.05, 0]], [1, 1])).round(4)
    array([[1.0000000e+00, 1.1656854e+03],
           [2.9100000e-02, 1.0000000e+00]])
    """
    _check(bounds, (), margin)
    PAIR_BAND.require(Margin(bounds, margin))
    result = np.ones((bounds.size, bounds.size))
    for i in range(bounds.size):
        for j in range(i + 1, bounds.size):
            low, high = _Pair.of(bounds, i, j, margin).ends
            result[i, j], result[j, i] = high, (1 / low if low > 0 else math.inf)
    return result


def band_slice(
    bounds: Bounds, player: int, weights: ArrayLike | None = None, margin: float = 0.0
) -> tuple[float, float]:
    """T4: the factors s by which one player's weight may be multiplied, all others held.

    weights: (N,), where the slice is taken; the best ones (T2) if absent.
    The condition W(A−aI) + (A−aI)ᵀW ⪰ 0 is quadratic in s after eliminating the others. To the
    nearest float; 0.0 (excluded) and inf for an open end.
    Raises ValueError for a player out of range and unless α(weights) > margin.

    >>> toy = Bounds.given([1, 1], [[0, 10], [0.05, 0]], [1, 1])
    >>> [round(200 * s, 2) for s in band_slice(toy, 1)]
    [34.31, 1165.69]
    """
    _check(bounds, (player,), margin)
    held = optimal_weights(bounds) if weights is None else margin_at(bounds, weights)
    SLICE.require(Held(held, margin))
    w, L = held.weights, bounds.coupling_upper.toarray()
    own = w * (bounds.curvature_lower - margin)
    rest = np.arange(bounds.size) != player
    Q = 2 * np.diag(own) - w[:, None] * L - (w[:, None] * L).T
    fixed, moving = w[rest] * L[rest, player], w[player] * L[player, rest]
    image = np.linalg.solve(Q[np.ix_(rest, rest)], np.stack([fixed, moving], axis=1))
    # s² m'Q⁻¹m − 2s(own − f'Q⁻¹m) + f'Q⁻¹f ≤ 0
    square, linear = float(moving @ image[:, 1]), float(own[player] - fixed @ image[:, 1])
    constant = float(fixed @ image[:, 0])
    left = max(1 - (square / linear) * (constant / linear), 0.0)  # of the discriminant, ÷ linear²
    root = linear * (1 + math.sqrt(left))
    return constant / root, root / square if square > 0 else math.inf


@final
@dataclass(frozen=True, eq=False)
class _Pair:
    """A − aI with all players but i and j eliminated, and how the others follow the two."""

    players: tuple[int, int]
    ends: tuple[float, float]  # the band of M
    rest: NDArray[np.int64]
    kept: FloatArray  # M (2, 2) = P − B R⁻¹ C of the blocks [[P, B], [C, R]]
    onto: FloatArray  # −R⁻¹C (N−2, 2): x of the others per x of the pair
    back: FloatArray  # −R⁻ᵀBᵀ (N−2, 2): y of the others per y of the pair
    free: FloatArray  # R⁻¹1 and R⁻ᵀ1 (N−2, 2)
    leak: FloatArray  # what these take from the pair's rows: L R⁻¹1 and LᵀR⁻ᵀ1 (2, 2)

    @classmethod
    def of(cls, bounds: Bounds, i: int, j: int, margin: float) -> "_Pair":
        two = np.array([i, j])
        rest = np.delete(np.arange(bounds.size), two)
        L, own = bounds.coupling_upper, bounds.curvature_lower - margin
        near = L[two][:, two].toarray()
        acting, acted = L[two][:, rest], L[rest][:, two].toarray()  # of the others on the pair
        ones = np.ones((len(rest), 1))
        solve, solve_transposed = solvers(L[rest][:, rest], own[rest])
        try:
            first = solve(np.hstack([acted, ones]))
            second = solve_transposed(np.hstack([acting.toarray().T, ones]))
        except (np.linalg.LinAlgError, RuntimeError):  # R is singular, told densely or sparsely
            raise TooNarrow((i, j)) from None
        free = np.stack([first[:, 2], second[:, 2]], axis=1)
        if not free.min(initial=1.0) > 0:  # R is no M-matrix: R⁻¹1 > 0 would make it one
            raise TooNarrow((i, j))
        kept = np.diag(own[two]) - near - np.asarray(acting @ first[:, :2])
        leak = np.stack([np.asarray(acting @ free[:, 0]), acted.T @ free[:, 1]], axis=1)
        left = np.diag(kept)
        coupled = np.maximum(np.diag(left) - kept, 0.0)  # −0.0 and rounding
        try:
            ends = two_player_band(Bounds.given(left, coupled, left))
        except ValueError:  # M has no margin
            raise TooNarrow((i, j)) from None
        return cls((i, j), ends, rest, kept, first[:, :2], second[:, :2], free, leak)

    def weights(self, ratio: float, share: float) -> FloatArray:
        """Weights y/x of this ratio with margin ≥ a, where the ratio is inside the band of M.

        On the pair x and y are a null vector of its small-gain matrix, or as near as it gets;
        share: of the slack that is left, what the others may use.
        """
        root = np.array([1.0, math.sqrt(ratio)])
        scaled = self.kept * (root[:, None] / root[None, :])
        values, vectors = np.linalg.eigh((scaled + scaled.T) / 2)
        z = np.maximum(np.abs(vectors[:, 0]), np.finfo(float).eps)
        x, y = z / root, z * root
        slack = share * abs(float(values[0])) * np.stack([x, y], axis=1)
        open_ended = np.full((2, 2), np.inf)
        room = np.divide(slack, self.leak, out=open_ended, where=self.leak > 0).min(axis=0)
        room = np.where(np.isfinite(room), room, np.stack([x, y]).max(axis=1))
        w = np.ones(len(self.rest) + 2)
        w[list(self.players)] = 1.0, ratio
        xs = self.onto @ x + room[0] * self.free[:, 0]
        ys = self.back @ y + room[1] * self.free[:, 1]
        w[self.rest] = ys / xs
        return w


def solvers(L: "Sparse", own: FloatArray) -> tuple[Solve, Solve]:
    """b ↦ R⁻¹b and b ↦ R⁻ᵀb for the M-matrix R = diag(own) − L."""
    if len(own) <= DENSE:
        R = np.diag(own) - L.toarray()
        return partial(_dense_solve, R), partial(_dense_solve, R.T)
    from scipy import sparse
    from scipy.sparse.linalg import splu

    matrix = sparse.diags_array(own) - L
    return splu(sparse.csc_array(matrix)).solve, splu(sparse.csc_array(matrix.T)).solve


def _dense_solve(R: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.solve(R, b))


def _inside(
    bounds: Bounds, pair: _Pair, margin: float, move: Callable[[float], float]
) -> Structural:
    """The end moved inwards by a small part of itself, with weights that have the margin there."""
    for inward, share in INWARD:
        weights = pair.weights(move(inward), share)
        if (weights > 0).all() and np.ptp(np.log(weights)) < SPREAD:
            found = margin_at(bounds, weights)
            if found.margin >= margin:
                return found
    raise TooNarrow(pair.players)


def _anywhere(bounds: Bounds, pair: _Pair, margin: float) -> Structural:
    """Weights with the margin where the two do not interact: any ratio of theirs will do.

    T3: y/x with x, y from a level between the margin and α*, which need not be attained.
    """
    found, best = optimal_weights(bounds), best_margin(bounds)
    if found.margin >= margin:
        return found
    ones = np.ones(bounds.size)
    for share in LEVELS:
        own = bounds.curvature_lower - (margin + share * (best - margin))
        solve, solve_transposed = solvers(bounds.coupling_upper, own)
        x, y = solve(ones), solve_transposed(ones)
        if min(x.min(), y.min()) > 0 and np.ptp(np.log(y / x)) < SPREAD:
            found = margin_at(bounds, y / x)
            if found.margin >= margin:
                return found
    raise TooNarrow(pair.players)


def _check(bounds: Bounds, players: tuple[int, ...], margin: float) -> None:
    for k in players:
        if not 0 <= k < bounds.size:
            raise ValueError(f"player {k} is out of range; expected 0 to {bounds.size - 1}")
    if len(set(players)) < len(players):
        raise ValueError(f"player {players[0]} stands against itself; expected two players")
    if not math.isfinite(margin):
        raise ValueError(f"margin is {margin}; expected a finite number")
