"""Rigorous matrices for the checker: midpoint–radius balls, and one test of them.

The test is "every member is positive semidefinite". Trusted: IEEE binary64 + − * in
round-to-nearest, and that a matrix product sums its products in some order (any order, with or
without fused multiply-add). Nothing is asked of LAPACK: its factor is a hint, checked here.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from games import work
from games.language.number import float_enclosure

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

UNIT = 2.0**-53  # relative error of one rounding
SMALL = 32  # rows of matrices that are factored together
COPIES = 15  # of a matrix, or as much, that its test holds at once
TINY = 2.0**-1022  # more than the absolute error of an operation that underflows


def rounded_up(value: Floats, roundings: int) -> Floats:
    """An upper bound of a sum of nonnegative terms that was computed with so many roundings."""
    grown = np.asarray(value * (1 + 2 * (roundings + 4) * UNIT))
    grown += TINY  # the product may underflow
    np.copyto(grown, value, where=value == 0)
    return grown


@final
@dataclass(frozen=True)
class Ball:
    """All matrices A with |A − mid| ≤ rad entrywise; leading axes are batches."""

    mid: Floats
    rad: Floats

    @classmethod
    def exact(cls, values: Any) -> "Ball":
        """The floats themselves."""
        mid = np.asarray(values, dtype=float)
        return cls(mid, np.zeros_like(mid))

    @classmethod
    def of(cls, values: Any) -> "Ball":
        """An enclosure of rationals: an array or nested sequence of Fractions, or one Fraction."""
        array = np.asarray(values, dtype=object)
        ends = [float_enclosure(v) for v in array.ravel()]
        low = np.array([a for a, _ in ends]).reshape(array.shape)
        high = np.array([b for _, b in ends]).reshape(array.shape)
        return cls.between(low, high)

    @classmethod
    def of_vector(cls, values: NDArray[Any]) -> "Ball":
        """A vector of Fractions (object) or floats."""
        return cls.of(values) if values.dtype == object else cls.exact(values)

    @classmethod
    def between(cls, low: Floats, high: Floats) -> "Ball":
        """The smallest ball round an interval with float ends (thin ones: their end as centre)."""
        mid = np.where(low == high, low, low + (high - low) / 2)
        rad = np.maximum(rounded_up(high - mid, 1), rounded_up(mid - low, 1))
        return cls(mid, rad)

    def on(self, change: Callable[[Floats], Floats]) -> "Ball":
        """The same numbers in another order or shape."""
        return Ball(change(self.mid), change(self.rad))

    def reshape(self, *shape: int) -> "Ball":
        return self.on(lambda a: a.reshape(shape))

    @property
    def T(self) -> "Ball":
        return self.on(lambda a: np.swapaxes(a, -1, -2))

    def __getitem__(self, key: Any) -> "Ball":
        return Ball(self.mid[key], self.rad[key])

    def __neg__(self) -> "Ball":
        return Ball(-self.mid, self.rad)

    def __add__(self, other: "Ball") -> "Ball":
        mid = self.mid + other.mid
        return Ball(mid, rounded_up(self.rad + other.rad + UNIT * np.abs(mid), 3))

    def __sub__(self, other: "Ball") -> "Ball":
        return self + (-other)

    def __mul__(self, other: "Ball") -> "Ball":
        """Entrywise, broadcasting."""
        mid = self.mid * other.mid
        a, b = np.abs(self.mid), np.abs(other.mid)
        rad = a * other.rad + self.rad * (b + other.rad) + UNIT * np.abs(mid)
        nonzero = (a + self.rad > 0) & (b + other.rad > 0)
        return Ball(mid, rounded_up(rad + np.where(nonzero, 4 * TINY, 0.0), 6))

    def __matmul__(self, other: "Ball") -> "Ball":
        """|fl(AB) − AB| ≤ γ_k |A||B| for any order of summation, γ_k ≤ 1.01 k u."""
        _count_product(self.mid.shape, other.mid.shape)
        k = self.mid.shape[-1]
        a, b = np.abs(self.mid), np.abs(other.mid)
        share = 1.01 * (k + 4) * UNIT * b
        # one up where it underflowed: its row of A may be huge
        rad = a @ (other.rad + np.where(b > 0, np.nextafter(share, np.inf), 0.0))
        if self.rad.any():
            rad = rad + self.rad @ (b + other.rad)
        return Ball(self.mid @ other.mid, rounded_up(rad + 4 * k * TINY, 2 * k + 8))

    def sum(self, axis: int) -> "Ball":
        """|fl(Σa) − Σa| ≤ γ_k Σ|a| for any order of summation."""
        k = self.mid.shape[axis]
        rad = self.rad.sum(axis) + 1.01 * k * UNIT * np.abs(self.mid).sum(axis)
        return Ball(self.mid.sum(axis), rounded_up(rad, 2 * k + 4))

    @property
    def least(self) -> Floats:
        """A lower bound of all members; NaN where one may not be finite."""
        return self.mid - rounded_up(self.rad + UNIT * np.abs(self.mid), 2)

    def every(self) -> "Ball":
        """As a family of matrices: itself."""
        return self

    def satisfies(self, inequality: Callable[["Ball"], "Ball"]) -> bool:
        """Whether S(J) ⪰ 0 for all J in the batch."""
        return bool(is_psd(inequality(self)).all())


def magnitude(ball: Ball) -> Floats:
    """An upper bound of |x| over the ball."""
    return rounded_up(np.abs(ball.mid) + ball.rad, 2)


def stacked(balls: Sequence[Ball], axis: int = 0) -> Ball:
    """Along a new axis."""
    return Ball(np.stack([b.mid for b in balls], axis), np.stack([b.rad for b in balls], axis))


def joined(balls: Sequence[Ball], axis: int = 0) -> Ball:
    """Along an axis that they have."""
    mid, rad = ([getattr(b, end) for b in balls] for end in ("mid", "rad"))
    return Ball(np.concatenate(mid, axis), np.concatenate(rad, axis))


def _count_product(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    """Count the work of a product of balls of these shapes, batches in front."""
    rows, inner, columns = left[-2:] + right[-1:]
    count = max(math.prod(left[:-2]), math.prod(right[:-2]))
    each = work.of_product(rows, inner, columns, count)
    work.spend(
        each, "products of {} × {} matrices by {} columns ({} of them)", rows, inner, columns, count
    )


def diagonal(entries: Ball) -> Ball:
    """Diagonal matrices with the given (..., n) entries."""
    return entries.on(lambda a: a[..., None] * np.eye(a.shape[-1]))


def scaled_identity(values: Ball, n: int) -> Ball:
    """a·I, n × n, for each value a: (…, n, n)."""
    return values.on(lambda a: a[..., None, None] * np.eye(n))


def block(rows: Sequence[Sequence[Ball]]) -> Ball:
    """A matrix put together from blocks; batches broadcast."""
    batch = np.broadcast_shapes(*(b.mid.shape[:-2] for row in rows for b in row))

    def wide(ball: Ball) -> Ball:
        return ball.on(lambda a: np.broadcast_to(a, batch + a.shape[-2:]))

    return joined([joined([wide(ball) for ball in row], -1) for row in rows], -2)


def symmetric_part(S: Ball) -> Ball:
    """(S + Sᵀ)/2: the same quadratic form."""
    total = S + S.T
    nonzero = (total.mid != 0) | (total.rad != 0)
    return Ball(total.mid / 2, rounded_up(total.rad / 2 + np.where(nonzero, TINY, 0.0), 2))


def is_diagonally_dominant(S: Ball) -> Bools:
    """Gershgorin: S_ii ≥ Σ_{j≠i} |S_ij| in every row of every member, hence all are ⪰ 0."""
    n = S.mid.shape[-1]
    centre = np.diagonal(S.mid, axis1=-2, axis2=-1)
    off = np.abs(S.mid) * (1 - np.eye(n)) + S.rad
    bound = rounded_up(off.sum(axis=-1), n + 2)
    finite = np.isfinite(S.mid).all(axis=(-1, -2)) & np.isfinite(S.rad).all(axis=(-1, -2))
    return np.asarray(finite & (centre >= bound).all(axis=-1))


def is_psd(matrix: Ball) -> Bools:
    """For each ball of the batch: True only if the symmetric part of every member is ⪰ 0.

    S = LLᵀ + D with D diagonally dominant. L comes from a floating-point Cholesky factorisation
    of a slightly smaller matrix and is not trusted; the congruence by powers of two that balances
    S first is exact.
    """
    n, count = matrix.mid.shape[-1], math.prod(matrix.mid.shape[:-2])
    what = "tests of {0} × {0} matrices ({1} of them)"
    work.spend(work.of_test(n, count), what, n, count)
    work.hold(COPIES * matrix.mid.nbytes, what, n, count)
    with np.errstate(all="ignore"):
        S = symmetric_part(matrix.reshape(-1, n, n))
        accepted = is_diagonally_dominant(S)
        centre = np.diagonal(S.mid, axis1=-2, axis2=-1)
        left = ~accepted & (centre > 0).all(axis=-1) & np.isfinite(S.mid).all(axis=(-1, -2))
        if left.any():
            accepted[left] = _is_dominant_after_factor(S[left])
    return accepted.reshape(matrix.mid.shape[:-2])


def _is_dominant_after_factor(S: Ball) -> Bools:
    """The test of :func:`is_psd` on a flat batch with positive diagonals."""
    n = S.mid.shape[-1]
    B = balanced(S, np.diagonal(S.mid, axis1=-2, axis2=-1))
    root = np.sqrt(np.diagonal(B.mid, axis1=-2, axis2=-1))
    rounding = 1.5 * (n + 8) * UNIT * root * root.sum(axis=-1, keepdims=True)
    slack = (1 + 1e-9) * B.rad.sum(axis=-1) + rounding  # what D must outweigh
    L = _factor(B.mid - slack[..., None] * np.eye(n))
    return is_diagonally_dominant(B - gram(L))


def balanced(S: Ball, diagonal: Floats) -> Ball:
    """The congruence by powers of two after which entries of that diagonal are from ½ to 2."""
    _, exponent = np.frexp(diagonal)
    shift = -(exponent // 2)
    power = shift[..., :, None] + shift[..., None, :]
    return Ball(np.ldexp(S.mid, power), rounded_up(np.ldexp(S.rad, power) + 2 * TINY, 2))


def gram(L: Floats) -> Ball:
    """LLᵀ: the products of row i and row j sum to at most |l_i||l_j| in size (Cauchy–Schwarz)."""
    k = L.shape[-1]
    mid = L @ np.swapaxes(L, -1, -2)
    square = np.diagonal(mid, axis1=-2, axis2=-1) + k * TINY  # products may have underflowed
    length = np.sqrt(rounded_up(square, k + 3))
    rad = 1.01 * (k + 4) * UNIT * length[..., :, None] * length[..., None, :]
    return Ball(mid, rounded_up(rad + 4 * k * TINY, 8))


def _factor(matrices: Floats) -> Floats:
    """Cholesky factors, nothing that passes where there is none: a hint only."""
    try:
        return np.asarray(np.linalg.cholesky(matrices), dtype=float)
    except np.linalg.LinAlgError:
        if len(matrices) == 1:
            return np.zeros_like(matrices)
        if matrices.shape[-1] <= SMALL:
            return _eliminated(matrices)
        return np.concatenate([_factor(matrices[k : k + 1]) for k in range(len(matrices))])


def _eliminated(matrices: Floats) -> Floats:
    """The same column by column for all at once; NaN from where there is none."""
    left, L = matrices.copy(), np.zeros_like(matrices)
    for k in range(matrices.shape[-1]):
        column = left[:, k:, k] / np.sqrt(left[:, k, None, k])
        L[:, k:, k] = column
        left[:, k:, k:] -= column[:, :, None] * column[:, None, :]
    return L
