"""Small-gain margins and the weights that maximise them, in closed form (theory: T1–T4).

The search works on u = ½ log w: with A = diag(μ) − L, the scaled matrix B = W^{1/2} A W^{-1/2} has
the symmetric part S(w). The weights are T2's y/x with x, y from T3's two linear systems.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sgn.bounds.bounds import Bounds
from sgn.metrics.large_weights import best_pair, perron_of, symmetric_vector
from sgn.metrics.perron import connected
from sgn.rounding import short_floats

if TYPE_CHECKING:
    from scipy import sparse

    Coupling = sparse.csr_array[np.float64, tuple[int, int]]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

DENSE_LIMIT = 3000  # players up to which S(w) is handed out: 72 MB
SMALL = 300  # players up to which weights are found with dense eigenvalues
SHAVE = 1e-12  # a below λ_min(S), relative to ‖S‖: far above rounding, far below what users read
MAX_STEPS = 100  # of the climb; 3 to 35 are usual
CLOSE = 1e-3  # reducible coupling: the part of |α*| given up, since α* may not be attained (T3)
MODERATE_SPREAD = 1e36  # of w, beyond which a positive margin is not improved
LARGEST_SPREAD = 1e250  # of w, so that products of w_i, L_ij and x_j stay finite floats


@final
@dataclass(frozen=True, eq=False)
class Structural:
    """A small-gain margin with the weights and the positive vector that prove it (theory: T1, T2).

    margin: a, a lower bound of α(w), shaved so that with A = diag(μ) − L and W = diag(weights)
        W(A − aI)x + (A − aI)ᵀWx ≥ 0 holds entrywise with slack well above rounding.
    weights: (N,), w > 0, the first one 1.
    vector: (N,), x > 0; y = w∘x is its partner in T2.

    >>> Structural(1.0, np.ones(2), np.ones(2)).margin
    1.0
    """

    margin: float
    weights: FloatArray
    vector: FloatArray

    def __post_init__(self) -> None:
        for array in (self.weights, self.vector):
            array.flags.writeable = False


def small_gain_matrix(bounds: Bounds, weights: ArrayLike) -> FloatArray:
    """T1: S(w), shape (N, N), with S_ii = μ_i and S_ij = −½(L_ij√(w_i/w_j) + L_ji√(w_j/w_i)).

    bounds: of N players, at most 3,000 of them (the matrix is dense).
    weights: (N,), positive; only their ratios matter.
    Raises ValueError for a wrong shape, a weight that is not positive and for too many players.

    >>> toy = Bounds.given([1, 1], [[0, 10], [0.05, 0]], [1, 1])
    >>> small_gain_matrix(toy, [1, 100])
    array([[ 1.  , -0.75],
           [-0.75,  1.  ]])
    """
    w = _positive(weights, bounds.size)
    if bounds.size > DENSE_LIMIT:
        raise ValueError(f"S has {bounds.size} rows; expected at most {DENSE_LIMIT}, it is dense")
    B = _scaled(bounds.curvature_lower, bounds.coupling_upper.toarray(), np.log(w) / 2)
    return (B + B.T) / 2


def small_gain_margin(bounds: Bounds, weights: ArrayLike) -> float:
    """T1: α(w) = λ_min(S(w)), as floating point gives it (neither shaved nor rounded).

    Arguments and errors as of small_gain_matrix.

    >>> toy = Bounds.given([1, 1], [[0, 10], [0.05, 0]], [1, 1])
    >>> small_gain_margin(toy, [1, 1])
    -4.025
    """
    return float(np.linalg.eigvalsh(small_gain_matrix(bounds, weights))[0])


def best_margin(bounds: Bounds) -> float:
    """T2, T3: α* = sup_w α(w), the least real part of an eigenvalue of diag(μ) − L.

    It is the least over the strongly connected components of the coupling; correct to about
    1e-12 of the scale, for more than 300 players to about 1e-8.

    >>> best_margin(Bounds.given([1, 2], [[0, 7], [0, 0]], [1, 2]))
    1.0
    """
    if bounds.size > SMALL:
        return perron_of(bounds.curvature_lower, bounds.coupling_upper).level
    return min(
        _attained(mu, L)[-1].margin if mu.size > 1 else float(mu[0])
        for mu, L in _blocks(bounds, _components(bounds.coupling_upper, "strong"))
    )


def optimal_weights(bounds: Bounds) -> Structural:
    """T2, T3: the weights that maximise the small-gain margin, rounded to 10 digits, with proof.

    bounds: of N players; the coupling may be reducible or absent.
    Irreducible coupling: α* is reached to 1e-9 of the scale. Reducible coupling: α* may not be
    attained, and weights come closer to it the further they spread; 0.1 % of α* is given up, more
    where the spread would pass 1e36. Players who do not interact, even through others, share no
    scale: the least weight of each such group is the same. More than 300 players: in O(nonzeros)
    a sweep, α* to about 1e-8 of the scale where the sweeps converge.

    >>> best = optimal_weights(Bounds.given([1, 1], [[0, 10], [0.05, 0]], [1, 1]))
    >>> best.weights, round(best.margin, 10)
    (array([  1., 200.]), 0.2928932188)
    """
    if bounds.size > SMALL:
        w, x = best_pair(bounds.curvature_lower, bounds.coupling_upper)
        return Structural(_proved_margin(bounds, w, x), w, x)
    u = np.zeros(bounds.size)
    for players in _components(bounds.coupling_upper, "weak"):
        if players.size > 1:
            u[players] = _best_scaling(bounds.among(players))
            u[players] -= u[players].min()
    return margin_at(bounds, rounded_weights(u))


def rounded_weights(half_logs: FloatArray) -> FloatArray:
    """Weights w from u = ½ log w: the first one 1, each a short float; the margin is proved anew.

    >>> rounded_weights(np.log([2, 1 / 3]) / 2)
    array([1.        , 0.16666667])
    """
    return short_floats(np.exp(2 * (half_logs - half_logs[0])))


def margin_at(bounds: Bounds, weights: ArrayLike) -> Structural:
    """T1, T2: the small-gain margin of given weights, with the vector that proves it.

    With b > 0 and a just below λ_min(S(w)), x = W^{-1/2}(S(w) − aI)^{-1}b is positive and passes
    T2's test at a; the margin is the largest a that this x proves, less a shave for rounding.
    weights: (N,), positive; divided by the first. Raises ValueError for a wrong shape or a weight
    that is not positive.

    >>> toy = Bounds.given([1, 1], [[0, 10], [0.05, 0]], [1, 1])
    >>> margin_at(toy, [2, 200]).weights, round(margin_at(toy, [2, 200]).margin, 9)
    (array([  1., 100.]), 0.25)
    """
    w = _positive(weights, bounds.size)
    w = w / w[0]
    if bounds.size > SMALL:
        x = symmetric_vector(bounds.curvature_lower, bounds.coupling_upper, w)
        return Structural(_proved_margin(bounds, w, x), w, x)
    z = np.ones(bounds.size)
    parts = _components(bounds.coupling_upper, "weak")
    for players, (mu, L) in zip(parts, _blocks(bounds, parts), strict=True):
        if players.size > 1:
            step = _step(mu, L, np.log(w[players]) / 2)
            S = (step.scaled + step.scaled.T) / 2
            positive = np.linalg.solve(_shifted(S, step), np.ones(players.size))
            z[players] = positive / positive.max()
    x = z / np.sqrt(w)
    return Structural(_proved_margin(bounds, w, x), w, x)


@final
@dataclass(frozen=True, eq=False)
class _Step:
    """One point of the climb: u = ½ log w, B = W^{1/2}AW^{-1/2}, α(w) and the size of S(w)."""

    u: FloatArray
    scaled: FloatArray
    margin: float
    scale: float

    @property
    def spread(self) -> float:
        """max w / min w."""
        with np.errstate(over="ignore"):
            return float(np.exp(2 * np.ptp(self.u)))


def _scaled(mu: FloatArray, L: FloatArray, u: FloatArray) -> FloatArray:
    """B = W^{1/2}(diag(μ) − L)W^{-1/2} for u = ½ log w; its symmetric part is S(w) of T1."""
    with np.errstate(over="ignore", invalid="ignore"):
        B = np.where(L > 0, -L * np.exp(u[:, None] - u[None, :]), 0.0)
    np.fill_diagonal(B, mu)
    return B


def _step(mu: FloatArray, L: FloatArray, u: FloatArray) -> _Step:
    B = _scaled(mu, L, u)
    S = (B + B.T) / 2
    scale = float(np.abs(S).sum(axis=1).max())
    return _Step(u, B, float(np.linalg.eigvalsh(S)[0]), scale)


def _shifted(matrix: FloatArray, step: _Step) -> FloatArray:
    """matrix − aI, a shaved just below α(w): an M-matrix, so its inverse is nonnegative."""
    return matrix - (step.margin - SHAVE * step.scale) * np.eye(len(matrix))


def _climb(mu: FloatArray, L: FloatArray) -> Iterator[_Step]:
    """Weights of never smaller margin, quadratically convergent where α* is attained.

    T3 at a just below α(w), which is below α*: x = (A − aI)^{-1}b and y = (A − aI)^{-T}b are
    positive and α(y/x) ≥ a by T2; they are as far from the Perron vectors as a is from α*.
    """
    step = _step(mu, L, np.zeros(mu.size))
    ones = np.ones(mu.size)
    while True:
        yield step
        M = _shifted(step.scaled, step)
        x, y = np.linalg.solve(M, ones), np.linalg.solve(M.T, ones)
        if min(x.min(), y.min()) <= 0:  # rounding has the last word: no better weights to be had
            return
        u = step.u + np.log(y / x) / 2
        step = _step(mu, L, u - u.mean())


def _attained(mu: FloatArray, L: FloatArray) -> list[_Step]:
    """T2 for irreducible coupling: the climb to its end, where the margin no longer grows."""
    path: list[_Step] = []
    for step in islice(_climb(mu, L), MAX_STEPS):
        path.append(step)
        if len(path) > 1 and step.margin - path[-2].margin <= SHAVE * step.scale:
            break
    return path


def _best_scaling(bounds: Bounds) -> FloatArray:
    """½ log w of the best weights of a weakly connected game."""
    mu, L = bounds.curvature_lower, bounds.coupling_upper
    if len(_components(L, "strong")) == 1:
        return _attained(mu, L.toarray())[-1].u
    best = best_margin(bounds)
    kept = np.zeros(bounds.size)
    for step in islice(_climb(mu, L.toarray()), MAX_STEPS):
        if step.spread > LARGEST_SPREAD:
            break
        kept = step.u
        wide = step.spread > MODERATE_SPREAD and (step.margin > 0 or best <= 0)
        if wide or step.margin >= best - CLOSE * abs(best):
            break
    return kept


def _proved_margin(bounds: Bounds, w: FloatArray, x: FloatArray) -> float:
    """T2: min_i [WAx + AᵀWx]_i/(2w_ix_i), less what rounding in this very sum could amount to."""
    mu, L = bounds.curvature_lower, bounds.coupling_upper
    coupled: FloatArray = np.asarray(w * (L @ x) + L.T @ (w * x)) / (2 * w * x)
    terms = np.diff(L.indptr).max() + np.bincount(L.indices, minlength=1).max()
    shave = 1e-13 + float(np.finfo(float).eps) * int(terms)
    return float(np.min(mu - coupled - shave * (np.abs(mu) + coupled)))


def _components(L: "Coupling", connection: Literal["weak", "strong"]) -> list[IntArray]:
    """The players of each strongly or weakly connected component, in increasing order."""
    count, labels = connected(L, connection)
    order = np.argsort(labels, kind="stable")
    sizes = np.bincount(labels, minlength=count)
    return np.split(order, np.cumsum(sizes)[:-1])


def _blocks(bounds: Bounds, parts: list[IntArray]) -> Iterator[tuple[FloatArray, FloatArray]]:
    """μ and dense L restricted to each part."""
    for players in parts:
        if players.size == 1:
            yield bounds.curvature_lower[players], np.zeros((1, 1))
        else:
            L = bounds.coupling_upper[players][:, players]
            yield bounds.curvature_lower[players], L.toarray()


def _positive(weights: ArrayLike, size: int) -> FloatArray:
    w = np.array(weights, dtype=float)
    if w.shape != (size,):
        raise ValueError(f"weights have shape {w.shape}; expected ({size},), one per player")
    if not np.all((w > 0) & np.isfinite(w)):
        raise ValueError(f"the least weight is {w.min()}; expected positive finite weights")
    if np.ptp(np.log(w)) > math.log(LARGEST_SPREAD):
        raise ValueError(
            f"the weights spread from {w.min()} to {w.max()}; expected ratios of at most"
            f" {LARGEST_SPREAD:.0e}"
        )
    return w
