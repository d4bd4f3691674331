"""Numbers that move linearly with the sides of a box, in plain floats: the search's arithmetic."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@final
@dataclass(frozen=True, eq=False)
class Affine:
    """terms[:, 0] + Σ_g t_g·terms[:, g] ± doubt for |t_g| ≤ 1, over K boxes: (K, 1 + G, …), (K, …).

    >>> x = Affine(np.array([[2.0, 1.0]]), np.array([0.0]))
    >>> (x * x).terms.tolist(), (x * x).doubt.tolist()
    ([[4.5, 4.0]], [0.5])
    """

    terms: FloatArray
    doubt: FloatArray

    @property
    def moved(self) -> FloatArray:
        """How far the linear part goes: (K, …)."""
        return np.asarray(np.abs(self.terms[:, 1:]).sum(axis=1))

    @property
    def reach(self) -> FloatArray:
        """How far it is from 0 at most: (K, …)."""
        return np.asarray(np.abs(self.terms[:, 0]) + self.moved + self.doubt)

    def at(self, *key: Any) -> "Affine":
        """Indexed, the boxes and terms left out."""
        every = slice(None)
        return Affine(self.terms[(every, every, *key)], self.doubt[(every, *key)])

    def turned(self, change: Callable[[FloatArray], FloatArray]) -> "Affine":
        """In another order or shape, given for arrays with the boxes and terms first."""
        return Affine(change(self.terms), change(self.doubt[:, None])[:, 0])

    def last(self, axis: int) -> "Affine":
        """With that axis of the numbers as the last one."""
        return self.turned(lambda a: np.moveaxis(a, 2 + axis, -1))

    def __add__(self, other: "Affine") -> "Affine":
        few, many = sorted((self.terms, other.terms), key=lambda terms: terms.shape[1])
        shape = np.broadcast_shapes(few[:, 0].shape, many[:, 0].shape)
        terms = np.broadcast_to(many, (shape[0], many.shape[1], *shape[1:])).copy()
        terms[:, : few.shape[1]] += few
        return Affine(terms, self.doubt + other.doubt)

    def __neg__(self) -> "Affine":
        return Affine(-self.terms, self.doubt)

    def __sub__(self, other: "Affine") -> "Affine":
        return self + -other

    def __mul__(self, other: "Affine") -> "Affine":
        """Entry by entry; t_g² x_gy_g is ½ ± ½ of x_gy_g, whose half goes to the centre."""
        result = bilinear(np.multiply, self, other)
        count = min(self.terms.shape[1], other.terms.shape[1])
        if count == 1:
            return result
        same = self.terms[:, 1:count] * other.terms[:, 1:count]
        result.terms[:, 0] += same.sum(axis=1) / 2
        return Affine(result.terms, result.doubt - np.abs(same).sum(axis=1) / 2)

    def __matmul__(self, other: "Affine") -> "Affine":
        return bilinear(np.matmul, self, other)

    def widened(self, more: FloatArray) -> "Affine":
        return Affine(self.terms, self.doubt + more)

    def sum(self) -> "Affine":
        """Over the last axis."""
        return Affine(self.terms.sum(axis=-1), self.doubt.sum(axis=-1))


def constant(values: Any) -> Affine:
    """The same numbers in every box."""
    array = np.asarray(values, dtype=float)
    return Affine(array[None, None], np.zeros((1, *array.shape)))


def still(values: FloatArray) -> Affine:
    """Numbers (K, …), one set a box, that do not move in it."""
    return Affine(values[:, None], np.zeros_like(values))


def bilinear(product: Callable[[Any, Any], Any], x: Affine, y: Affine) -> Affine:
    """A product that is linear in both: what is quadratic in the moves becomes doubt."""
    head_x, head_y = x.terms[:, :1], y.terms[:, :1]
    head = product(head_x, head_y)
    tail = product(x.terms[:, 1:], head_y) if x.terms.shape[1] > 1 else 0.0
    if y.terms.shape[1] > 1:
        tail = tail + product(head_x, y.terms[:, 1:])
    terms = np.concatenate([head, tail], axis=1) if np.ndim(tail) else head
    size = np.abs(x.terms).sum(axis=1)
    doubt = product(size, y.doubt) + product(x.doubt, np.abs(y.terms).sum(axis=1) + y.doubt)
    return Affine(terms, doubt + product(x.moved, y.moved))


def reciprocal(x: Affine, least: FloatArray) -> Affine:
    """1/x for x ≥ least > 0, by 2y − y²x + (1 − yx)²/x with y = 1/x at the centre."""
    y = still(1 / x.terms[:, 0])
    half = (constant(1.0) - x * y).reach ** 2 / np.where(least > 0, least, np.nan) / 2
    return (y + y - y * y * x + still(half)).widened(half)
