"""The direct margin over block-scalar metrics M(w), maximised over the weights (theory: T5).

α_dir(M(w)) ≥ a is linear in w for each a: the superlevel sets are convex, every local maximum is
global, and an eigenvector at one w bounds the margin at all others.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sgn.metrics.weights import rounded_weights

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

CLOSE = 1e-9  # of |margin|: a gain below it is not worth other weights
CLOSE_FAR = 1e-6  # likewise, where only weights further apart would do better
ROUNDING = 1e-13  # of ‖J‖: differences below it are rounding
MAX_CUTS = 60  # two players: each halves the interval or better; 10 to 25 are usual
FIRST_STRIDE = 1.0  # two players, in log(w₂/w₁); doubled until the maximum is enclosed
WIDEST = 31.0  # two players: how far from the start in log(w₂/w₁), a factor of 3e13
ROUNDS = 16  # three players and more: linear matrix inequalities solved at most
FLOOR = 0.02  # three players and more: the least m_i of one round, where the m_i average 1
SMALL = 24  # coordinates up to which an inequality is solved whole: some 50 ms
WINDOW = 12  # beyond: the least eigenvectors taken along from each worst Jacobian
COLUMNS = 36  # beyond: of them, the latest kept; the time grows with the sixth power


def direct_margin(jacobians: ArrayLike, slices: Sequence[slice], weights: ArrayLike) -> float:
    """T5: α_dir(M(w)) = min_v λ_min(M^{-1/2} sym(MJ_v) M^{-1/2}) over the given Jacobians.

    jacobians: (V, n, n); slices: the coordinates of each of the N players; weights: (N,), positive.
    Returns what floating point gives, neither shaved nor rounded. Raises ValueError for wrong
    shapes and for a weight that is not positive.

    >>> direct_margin([[[1, 10], [-10, 2]]], [slice(0, 1), slice(1, 2)], [1, 1])
    1.0
    """
    family = _family(jacobians, slices)
    return family.at(_half_logs(weights, len(slices))).margin


def best_direct_weights(
    jacobians: ArrayLike, slices: Sequence[slice], starts: Sequence[ArrayLike]
) -> tuple[FloatArray, float]:
    """T5: weights of the largest direct margin over the given Jacobians, and that margin.

    jacobians: (V, n, n), V ≥ 1; slices: the coordinates of each of the N players.
    starts: at least one set of weights (N,) to begin from and to fall back on.
    Returns weights (N,), the first one 1, rounded to 10 digits, and direct_margin at them. A start
    that reaches min_v min Re λ(J_v), which no metric exceeds, is returned at once. Two players:
    by cuts, each an eigenvector's bound, to 1e-9 of the margin (1e-6 where only weights further
    apart would do better); more: by linear matrix inequalities, each proposal evaluated here,
    mostly to 1e-9 of ‖J‖ and no worse than 1e-6 in trials. Never worse than a start, by more than
    the part 1e-9.
    Raises ValueError for wrong shapes and for a weight that is not positive.

    >>> one, two = slice(0, 1), slice(1, 2)
    >>> weights, margin = best_direct_weights([[[1, 10], [-0.4, 1]]], [one, two], [[1, 1]])
    >>> weights.round(3), round(margin, 6)
    (array([ 1., 25.]), 1.0)
    """
    family = _family(jacobians, slices)
    if not starts:
        raise ValueError("there are no starts; expected at least one set of weights")
    nice = [_half_logs(rounded_weights(_half_logs(w, len(slices))), len(slices)) for w in starts]
    best = _preferred([family.at(u) for u in nice])
    if len(slices) > 1 and best.margin < family.ceiling() - family.tolerance(best.margin):
        search = _by_cuts if len(slices) == 2 else _by_inequalities
        found = rounded_weights(search(family, best))
        best = _preferred([best, family.at(_half_logs(found, len(slices)))])
    return rounded_weights(best.u), best.margin


@final
@dataclass(frozen=True, eq=False)
class _Point:
    """The direct margin at u = ½ log w, and the Jacobian that attains it."""

    u: FloatArray
    margin: float
    worst: int


@final
@dataclass(frozen=True, eq=False)
class _Family:
    """Jacobians (V, n, n) and the player who owns each of the n coordinates."""

    jacobians: FloatArray
    owner: IntArray
    size: float  # max_v ‖J_v‖, Frobenius

    def scaled(self, u: FloatArray, which: int | slice = slice(None)) -> FloatArray:
        """M^{1/2}J_vM^{-1/2} of the chosen Jacobians."""
        v = u[self.owner]
        scaled: FloatArray = self.jacobians[which] * np.exp(v[:, None] - v[None, :])
        return scaled

    def at(self, u: FloatArray) -> _Point:
        """T5 at one metric."""
        lowest = np.linalg.eigvalsh(_symmetric(self.scaled(u)))[:, 0]
        worst = int(np.argmin(lowest))
        return _Point(u, float(lowest[worst]), worst)

    def ceiling(self) -> float:
        """min_v min Re λ(J_v): no metric has a larger margin."""
        return float(np.linalg.eigvals(self.jacobians).real.min())

    def tolerance(self, margin: float) -> float:
        return CLOSE * abs(margin) + ROUNDING * self.size


@final
@dataclass(frozen=True)
class _Cut:
    """α_dir ≤ (p₁ + p₂τ)/(n₁ + n₂τ) at w₂/w₁ = τ·e^position: an eigenvector's Rayleigh quotient.

    p_i = ζ_iᵀ(Gζ)_i and n_i = |ζ_i|² for the eigenvector ζ of the scaled Jacobian G at τ = 1.
    """

    position: float
    margin: float
    p: tuple[float, float]
    n: tuple[float, float]

    @property
    def rises(self) -> bool:
        return self.p[1] * self.n[0] > self.p[0] * self.n[1]

    @property
    def limit(self) -> float:
        """The bound at the far end of the direction in which it rises."""
        end = 1 if self.rises else 0
        return self.p[end] / self.n[end] if self.n[end] > 0 else math.inf

    def bound(self, position: float) -> float:
        tau = math.exp(position - self.position)
        return (self.p[0] + self.p[1] * tau) / (self.n[0] + self.n[1] * tau)


def _by_cuts(family: _Family, start: _Point) -> FloatArray:
    """Two players: enclose the maximum, then go where the two innermost bounds cross."""
    best = cut = _cut(family, 2 * float(start.u[1] - start.u[0]))
    ends: dict[bool, _Cut] = {cut.rises: cut}
    stride = FIRST_STRIDE
    for _ in range(MAX_CUTS):
        if len(ends) == 2:
            position = _crossing(ends[True], ends[False])
            ceiling, gain = ends[True].bound(position), family.tolerance(best.margin) / 4
        else:
            position = cut.position + (stride if cut.rises else -stride)
            ceiling, gain = cut.limit, CLOSE_FAR * abs(best.margin)
            stride *= 2
        far = abs(position - 2 * float(start.u[1] - start.u[0])) > WIDEST
        if far or ceiling <= best.margin + gain:
            break
        cut = _cut(family, position)
        ends[cut.rises] = cut
        best = max(best, cut, key=lambda c: c.margin)
    return np.array([0.0, best.position / 2])


def _cut(family: _Family, position: float) -> _Cut:
    """The bound by the least eigenvector at w₂/w₁ = e^position."""
    point = family.at(np.array([0.0, position / 2]))
    G = family.scaled(point.u, point.worst)
    zeta = np.linalg.eigh(_symmetric(G))[1][:, 0]
    products, squares = zeta * (G @ zeta), zeta * zeta
    second = family.owner == 1
    return _Cut(
        position,
        point.margin,
        (float(products[~second].sum()), float(products[second].sum())),
        (float(squares[~second].sum()), float(squares[second].sum())),
    )


def _crossing(left: _Cut, right: _Cut) -> float:
    """Where a rising bound and a falling one further right are equal: a quadratic in τ.

    The rising one less the falling one is negative at τ = 0 and positive at τ = ∞, so the quadratic
    has one positive root; it lies between the two. Rounding is answered by the midpoint.
    """
    c = math.exp(left.position - right.position)
    (p1, p2), (n1, n2) = left.p, left.n
    (q1, q2), (m1, m2) = (right.p[0], right.p[1] * c), (right.n[0], right.n[1] * c)
    a2, a1, a0 = p2 * m2 - q2 * n2, p1 * m2 + p2 * m1 - q1 * n2 - q2 * n1, p1 * m1 - q1 * n1
    root = math.sqrt(max(a1 * a1 - 4 * a2 * a0, 0.0))
    above, below = (-2 * a0, a1 + root) if a1 > 0 else (root - a1, 2 * a2)
    inside = below > 0 and below < above < below / c
    return left.position + math.log(above / below) if inside else _midpoint(left, right)


def _midpoint(left: _Cut, right: _Cut) -> float:
    return (left.position + right.position) / 2


def _by_inequalities(family: _Family, start: _Point) -> FloatArray:
    """Three players and more: Dinkelbach's rounds, over the worst Jacobians, cut by cut.

    Around the best metric M_k of margin α_k: the largest t with sym(MJ_v) − α_kM ⪰ tM_k over
    M = M(m∘w_k), tested on subspaces that grow by the least eigenvectors of each worst Jacobian.
    A t of 0 says that no weights are better.
    """
    from sgn.metrics.lmi import NoProposal, best_combination

    best = start
    seen = {start.worst: _lowest(family, start)}
    for _ in range(ROUNDS):
        pencils = [_pencil(family, best, v, vectors) / family.size for v, vectors in seen.items()]
        found = best_combination(pencils, FLOOR)
        if isinstance(found, NoProposal) or found.coefficients.min() <= 0:
            break
        trial = family.at(best.u + np.log(found.coefficients) / 2)
        if found.value * family.size <= 10 * family.tolerance(best.margin):
            break
        known = seen.get(trial.worst, np.zeros((len(family.owner), 0)))
        seen[trial.worst] = np.hstack([known, _lowest(family, trial)])[:, -COLUMNS:]
        best = max(best, trial, key=lambda point: point.margin)
    return best.u


def _lowest(family: _Family, point: _Point) -> FloatArray:
    """Least eigenvectors of the worst scaled Jacobian, in the game's own coordinates: (n, k)."""
    vectors = np.linalg.eigh(_symmetric(family.scaled(point.u, point.worst)))[1]
    if len(family.owner) > SMALL:
        vectors = vectors[:, :WINDOW]
    basis: FloatArray = vectors * np.exp(-point.u[family.owner])[:, None]
    return basis


def _pencil(family: _Family, point: _Point, which: int, vectors: FloatArray) -> FloatArray:
    """sym(Qᵀ E_i(G − αI) Q) for each player i: (N, k, k), Q a basis in scaled coordinates."""
    G = family.scaled(point.u, which) - point.margin * np.eye(len(family.owner))
    Q = np.linalg.qr(vectors * np.exp(point.u[family.owner])[:, None])[0]
    parts = [Q[mine].T @ (G[mine] @ Q) for mine in _masks(family.owner)]
    return _symmetric(np.array(parts))


def _masks(owner: IntArray) -> list[NDArray[np.bool_]]:
    return [owner == i for i in range(int(owner.max()) + 1)]


def _preferred(points: Sequence[_Point]) -> _Point:
    """The first point whose margin none exceeds by more than the part 1e-9.

    Raises ArithmeticError where a margin is not finite.
    """
    top = max(point.margin for point in points)
    if not all(math.isfinite(point.margin) for point in points):
        raise OverflowError("a margin is not finite")
    return next(point for point in points if point.margin >= top - CLOSE * abs(top))


def _symmetric(matrices: FloatArray) -> FloatArray:
    return (matrices + np.swapaxes(matrices, -1, -2)) / 2


def _half_logs(weights: ArrayLike, count: int) -> FloatArray:
    w = np.asarray(weights, dtype=float)
    if w.shape != (count,):
        raise ValueError(f"weights have shape {w.shape}; expected ({count},), one per player")
    if not np.all((w > 0) & np.isfinite(w)):
        raise ValueError(f"the least weight is {w.min()}; expected positive finite weights")
    half_logs: FloatArray = np.log(w) / 2
    return half_logs


def _family(jacobians: ArrayLike, slices: Sequence[slice]) -> _Family:
    J = np.asarray(jacobians, dtype=float)
    size = sum(block.stop - block.start for block in slices)
    if J.ndim != 3 or J.shape[0] == 0 or J.shape[1:] != (size, size):
        raise ValueError(f"jacobians have shape {J.shape}; expected (V, {size}, {size}) with V ≥ 1")
    owner = np.empty(size, dtype=np.int64)
    for i, block in enumerate(slices):
        owner[block] = i
    return _Family(J, owner, float(np.sqrt(np.max(np.sum(J * J, axis=(1, 2))))))
