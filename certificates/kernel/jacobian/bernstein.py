"""T24: a polynomial Jacobian on a box is an average of its Bernstein coefficients, all matrices.

The coefficients of an entry in its own variables are found from its exact polynomial, in balls: an
entry has few variables, so few numbers make the many matrices.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from math import comb, prod
from operator import mul
from typing import final

import numpy as np

from certificates.kernel.jacobian.polynomial import Polynomial, enclosure
from certificates.kernel.numbers.averages import LOOSE, Averages
from certificates.kernel.numbers.matrices import Ball, Floats, stacked
from certificates.kernel.uncheckable import Uncheckable
from games.work import spend

MAX_MATRICES = 2**12  # coefficients of J on one leaf
MAX_NUMBERS = 2**20  # entries of all of them
MAX_POWER = 20  # of one variable
STEP = 100_000  # operations of a product of balls, beside the work on its numbers


@final
class Net:
    """The Bernstein coefficients of a block (p, q) whose entries are polynomials in x − centre.

    matrices: how many a box has. Raises Uncheckable where they are too many.

    >>> square = {((0, 2),): (Fraction(1), Fraction(1))}
    >>> net = Net([square], (1, 1), np.zeros(1))
    >>> net.on(np.array([[1.0]]), np.array([[3.0]])).every().mid.ravel().round(9)
    array([1., 3., 9.])
    """

    def __init__(
        self, entries: Sequence[Polynomial], shape: tuple[int, int], centre: Floats
    ) -> None:
        self._shape, self._centre = shape, centre
        own = [_powers([entry]) for entry in entries]
        self._power = _powers(entries)
        if max(self._power.values(), default=0) > MAX_POWER:
            raise Uncheckable(f"Bernstein leaves are of powers up to {MAX_POWER}")
        self.matrices = prod(power + 1 for power in self._power.values())
        if self.matrices > MAX_MATRICES or self.matrices * len(entries) > MAX_NUMBERS:
            raise Uncheckable(f"a leaf of Bernstein form would have {self.matrices} matrices")
        self._axes = [list(powers) for powers in own]
        self._tables = [_table(entry, powers) for entry, powers in zip(entries, own, strict=True)]
        products = sum(map(len, own)) + sum(self._power.values())
        self._calls = (LOOSE + 2) * STEP * products

    def on(self, low: Floats, high: Floats) -> Averages:
        """J on the boxes (K, n)."""
        spend(self._calls, "evidence: Bernstein coefficients of {} entries", len(self._tables))
        with np.errstate(all="ignore"):
            below, above = (Ball.exact(end) - Ball.exact(self._centre) for end in (low, high))
            sides = {
                k: _from_powers(below[:, k], above[:, k], power) for k, power in self._power.items()
            }
            tables = [
                _along(table, [sides[k] for k in axes], len(low))
                for table, axes in zip(self._tables, self._axes, strict=True)
            ]
        counts = {k: power + 1 for k, power in self._power.items()}
        return Averages(self._shape, counts, self._axes, tables)


def _powers(entries: Sequence[Polynomial]) -> dict[int, int]:
    """The highest power of each variable, in their order."""
    found: dict[int, int] = {}
    for k, power in (each for entry in entries for monomial in entry for each in monomial):
        found[k] = max(power, found.get(k, 0))
    return dict(sorted(found.items()))


def _table(entry: Polynomial, powers: dict[int, int]) -> Ball:
    """Its coefficients by powers: one axis a variable."""
    low, high = (np.zeros([power + 1 for power in powers.values()]) for _ in range(2))
    for monomial, coefficient in entry.items():
        at = dict(monomial)
        place = tuple(at.get(k, 0) for k in powers)
        low[place], high[place] = enclosure(coefficient)
    return Ball.between(low, high)


def in_the_midst(low: Floats, high: Floats) -> Floats:
    """A point of short binary fractions near the middle of a box."""
    middle = low + (high - low) / 2
    _, exponent = np.frexp(high - low)
    rounded = np.ldexp(np.rint(np.ldexp(middle, 3 - exponent)), exponent - 3)
    return np.where(np.isfinite(rounded) & (high > low), rounded, np.where(low == high, low, 0.0))


def _from_powers(low: Ball, high: Ball, degree: int) -> Ball:
    """(K, d + 1, d + 1): column i holds the coefficients of x^i, of degree d, on [low, high].

    The j-th is Σ_m C(j, m)C(d − j, i − m) high^m low^(i − m) / C(d, i).
    """
    one = Ball.exact(np.ones_like(low.mid))
    lows, highs = (list(accumulate([end] * degree, mul, initial=one)) for end in (low, high))
    columns = []
    for i in range(degree + 1):
        terms = stacked([highs[m] * lows[i - m] for m in range(i + 1)], 1)
        columns.append((_weights(degree, i) @ terms[..., None])[..., 0])
    return stacked(columns, 2)


@lru_cache(maxsize=1024)
def _weights(d: int, i: int) -> Ball:
    """Row j, column m: what multiplies high^m low^(i − m) in the j-th coefficient of x^i."""
    places = range(i + 1)
    table = [[comb(j, m) * comb(d - j, i - m) for m in places] for j in range(d + 1)]
    return Ball.of(np.array(table, dtype=object) * Fraction(1, comb(d, i)))


def _along(table: Ball, sides: Sequence[Ball], count: int) -> Ball:
    """A table of powers to coefficients on each of so many boxes, axis by axis: (count, …)."""
    part = table.on(lambda a: np.broadcast_to(a, (count, *a.shape)))
    for power, side in zip(table.mid.shape, sides, strict=True):
        rows = part.reshape(count, power, -1)
        part = (side[..., :power] @ rows).T  # this axis goes last
    return part.reshape(count, *(side.mid.shape[1] for side in sides))
