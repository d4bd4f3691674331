"""T24 for the search, in floats: Bernstein coefficients of a block of J where it is polynomial.

What rounding may do to them is a radius; the checker finds its own coefficients in its own way.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import comb, prod
from typing import final

import numpy as np
from numpy.typing import NDArray

from sgn.bounds.polynomials import Terms, highest_powers
from sgn.bounds.quantities import FloatArray

Indices = NDArray[np.int64]

MAX_MATRICES = 2**10  # coefficients of J on a box
MAX_NUMBERS = 2**16  # entries of all of them
MAX_POWER = 20  # of one variable
FIRST = 16  # coefficients looked at before the others
DOUBT = 2.0**-45  # of the sizes of the terms: some hundred roundings


@final
class Net:
    """The Bernstein coefficients of a block: numbers entry by entry, and matrices of them."""

    def __init__(self, entries: Sequence[Terms], centre: FloatArray) -> None:
        self._centre = centre
        self._own = [highest_powers([terms]) for terms in entries]
        self._highest = highest_powers(entries)
        self._tables = [_table(terms, own) for terms, own in zip(entries, self._own, strict=True)]
        index = _index(self._own, self._highest)
        # in an order in which the first few are from everywhere
        self._index = index[np.random.default_rng(0).permutation(len(index))]
        self.matrices = len(index)

    def coefficients(self, low: FloatArray, high: FloatArray) -> FloatArray:
        """Of every entry on every box: (B, numbers)."""
        first, width = low - self._centre, high - low
        sides = {k: _side(first[:, k], width[:, k], power) for k, power in self._highest.items()}
        parts = []
        for table, own in zip(self._tables, self._own, strict=True):
            flat = np.broadcast_to(table.reshape(1, -1), (len(low), table.size))
            for k, count in zip(own, table.shape, strict=True):
                part = sides[k][:, :, :count] @ flat.reshape(len(low), count, -1)
                flat = np.swapaxes(part, 1, 2).reshape(len(low), -1)
            parts.append(flat)
        return np.concatenate(parts, axis=1)

    def doubt(self, low: FloatArray, high: FloatArray) -> FloatArray:
        """What rounding may do to the coefficients of each entry on any box: (entries,)."""
        size = (np.abs(low - self._centre) + (high - low)).max(axis=0)
        result = []
        for table, own in zip(self._tables, self._own, strict=True):
            total = np.abs(table)
            for k in reversed(list(own)):
                total = total @ size[k] ** np.arange(total.shape[-1])
            result.append(float(total))
        return DOUBT * np.array(result)

    def stages(self) -> Iterator[Indices]:
        """The matrices, a few at first, then more: places (V, entries) among the coefficients."""
        start, count = 0, FIRST
        while start < self.matrices:
            yield self._index[start : start + count]
            start, count = start + count, 8 * count


def pays(entries: Sequence[Terms]) -> bool:
    """Whether there are polynomials, with a number of coefficients that can be looked at."""
    powers = highest_powers(entries).values()
    matrices = prod(power + 1 for power in powers)
    small = matrices <= MAX_MATRICES and matrices * len(entries) <= MAX_NUMBERS
    return bool(entries) and small and max(powers, default=0) <= MAX_POWER


def _table(terms: Terms, own: Mapping[int, int]) -> FloatArray:
    """The coefficients by exponents, one axis for each variable that occurs."""
    table = np.zeros([power + 1 for power in own.values()])
    for monomial, value in terms.items():
        table[tuple(monomial[k] for k in own)] = float(value)
    return table


def _index(own: Sequence[Mapping[int, int]], highest: Mapping[int, int]) -> Indices:
    """For each matrix (rows) and entry (columns) its place among all numbers."""
    shape = [power + 1 for power in highest.values()]
    columns, start = [], 0
    for axes in own:
        size = prod(highest[k] + 1 for k in axes)
        sides = [power + 1 if k in axes else 1 for k, power in highest.items()]
        places = start + np.arange(size).reshape(sides)
        columns.append(np.broadcast_to(places, shape).ravel())
        start += size
    return np.stack(columns, axis=1)


def _side(first: FloatArray, width: FloatArray, power: int) -> FloatArray:
    """(B, d + 1, d + 1): powers of x = first + width·t to Bernstein coefficients of degree d in t.

    x^i = Σ_m C(i, m) first^(i − m) width^m t^m, and t^m has the coefficients C(j, m)/C(d, m).
    """
    count = range(power + 1)
    moved = np.zeros((len(first), power + 1, power + 1))
    for i in count:
        for m in range(i + 1):
            moved[:, m, i] = comb(i, m) * first ** (i - m) * width**m
    return np.array([[comb(j, m) / comb(power, m) for m in count] for j in count]) @ moved
