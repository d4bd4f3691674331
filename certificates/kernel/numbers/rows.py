"""A number for each variable: enclosed in floats all at once, exact where that decides.

Trusted beside + − ×: that / and square roots are rounded correctly, as IEEE 754 asks.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.numbers.matrices import Floats
from certificates.kernel.uncheckable import Uncheckable
from games.language.number import float_enclosure
from games.regions.ends import Ends

FEW = 100  # numbers that are compared exactly where floats do not tell them apart
Operation = Callable[[Any, Any], Any]


@final
@dataclass(frozen=True)
class Row:
    """Numbers low_k ≤ x_k ≤ high_k, of which exact(k) is the k-th.

    Ends are rounded outward; one that is not a number stands for one that is not known.

    >>> thirds = Row.of([Fraction(1, 3), Fraction(2, 3)])
    >>> (thirds - thirds.times(Fraction(1, 2))).least()
    Fraction(1, 6)
    """

    low: Floats
    high: Floats
    exact: Callable[[int], Fraction]

    @classmethod
    def of(cls, values: Sequence[Fraction] | NDArray[Any]) -> "Row":
        row = Ends.of(values)
        return cls(row.below, row.above, row.__getitem__)

    def joined(self, more: Sequence[Fraction]) -> "Row":
        """These numbers, then more."""
        if not more:
            return self
        other, count = Row.of(more), len(self)
        low, high = (
            np.concatenate(ends) for ends in ((self.low, other.low), (self.high, other.high))
        )
        return Row(low, high, lambda k: self.exact(k) if k < count else other.exact(k - count))

    def __len__(self) -> int:
        return len(self.low)

    def __iter__(self) -> Iterator[Fraction]:
        return map(self.exact, range(len(self)))

    def __sub__(self, other: "Row") -> "Row":
        low, high = _below(self.low, other.high), -_below(other.low, self.high)
        return Row(low, high, lambda k: self.exact(k) - other.exact(k))

    def minimum(self, other: "Row") -> "Row":
        """min(x_k, y_k)."""
        low, high = np.minimum(self.low, other.low), np.minimum(self.high, other.high)
        return Row(low, high, lambda k: min(self.exact(k), other.exact(k)))

    def times(self, factor: Fraction) -> "Row":
        """x_k·factor."""
        ends = float_enclosure(factor)
        return Row(*_hull(np.multiply, self, ends), lambda k: self.exact(k) * factor)

    def over(self, other: "Row") -> "Row":
        """x_k/y_k, for y_k > 0."""
        low = np.where(other.low > 0, other.low, np.nan)
        ends = _hull(np.divide, self, (low, other.high))
        return Row(*ends, lambda k: self.exact(k) / other.exact(k))

    def least(self) -> Fraction:
        """The least x_k; a lower bound of it where too many are about as small.

        Raises Uncheckable where that bound is not finite.
        """
        near = np.flatnonzero(~(self.low > self.high.min()))  # what is not a number counts as near
        if len(near) <= FEW:
            return min(map(self.exact, near.tolist()))
        bound = float(self.low.min())
        if not np.isfinite(bound):
            raise Uncheckable("the numbers are too large to compare")
        return Fraction(bound)

    def is_nonnegative(self) -> bool:
        """Whether every x_k ≥ 0; True of no numbers."""
        return not len(self) or self.least() >= 0


@np.errstate(all="ignore")  # what is not a number stays so
def roots_over(weights: Ends) -> tuple[Floats, Floats]:
    """Floats below √(1/w) and above :func:`root_above` of it, which is within 2^-58 of its size."""
    low = _down(1 / _up(np.sqrt(weights.above)))
    least = np.maximum(_down(np.sqrt(weights.below)), 0.0)  # of weights that round to 0: inf
    return low, _up(_up(1 / least))


def _down(x: Floats) -> Floats:
    """At most the number of which x is the nearest float."""
    return np.asarray(np.nextafter(x, -np.inf))


def _up(x: Floats) -> Floats:
    return np.asarray(np.nextafter(x, np.inf))


@np.errstate(all="ignore")  # what is not a number stays so
def _below(a: Floats, b: Floats) -> Floats:
    """At most a − b; that very number where it is a float (Knuth: s + error = a − b)."""
    s = a - b
    part = s - a
    error = (a - (s - part)) - (b + part)
    return np.where(error >= 0, s, _down(s))


@np.errstate(all="ignore")  # what is not a number stays so
def _hull(operation: Operation, row: Row, ends: tuple[Any, Any]) -> tuple[Floats, Floats]:
    """The least and the greatest result at the ends; 0 of 0 stays as it is."""
    found = [operation(x, y) for x in (row.low, row.high) for y in ends]
    low, high = np.minimum.reduce(found), np.maximum.reduce(found)
    zero = (row.low == 0) & (row.high == 0) & (low == 0) & (high == 0)
    return np.where(zero, low, _down(low)), np.where(zero, high, _up(high))
