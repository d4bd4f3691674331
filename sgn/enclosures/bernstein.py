"""T24 for the search, in floats: Bernstein coefficients of a block of J where it is polynomial.

What rounding may do to them is a radius; the checker finds its own coefficients in its own way.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import comb, prod
from typing import final

import numpy as np
from numpy.typing import NDArray

from sgn.enclosures.polynomials import Terms, highest_powers
from sgn.quantities.quantities import FloatArray

Indices = NDArray[np.int64]
Bools = NDArray[np.bool_]
Test = Callable[[FloatArray, FloatArray], Bools]  # of middles and reaches, (P, entries) each

MAX_MATRICES = 2**10  # coefficients of J on a box
MAX_NUMBERS = 2**16  # entries of all of them
MAX_POWER = 20  # of one variable
FIRST = 16  # matrices looked at before the others
TOGETHER = 2  # variables whose coefficients are taken together at first,
MANY = 128  # if there are more matrices
HELD = 2**16  # matrix entries held at once: what caches hold
DOUBT = 2.0**-45  # of the sizes of the terms: some hundred roundings


@final
@dataclass(frozen=True)
class _Groups:
    """Middles (B, numbers) and reaches; row g of index (G, entries) says which make the group g."""

    middle: FloatArray
    reach: FloatArray
    index: Indices

    def pass_each(self, test: Test, box: Indices, group: Indices) -> Bools:
        """Whether these groups on these boxes pass, in parts."""
        few = max(1, HELD // self.index.shape[1])
        results = [np.ones(0, dtype=bool)]
        for k in range(0, len(box), few):
            at = box[k : k + few, None], self.index[group[k : k + few]]
            results.append(test(self.middle[at], self.reach[at]))
        return np.concatenate(results)


@final
class Net:
    """The Bernstein coefficients of a block, entry by entry: one of each makes a matrix.

    matrices: how many there are.
    """

    def __init__(self, entries: Sequence[Terms], centre: FloatArray) -> None:
        self._centre = centre
        self._own = [highest_powers([terms]) for terms in entries]
        self._highest = highest_powers(entries)
        self._tables = [_table(terms, own) for terms, own in zip(entries, self._own, strict=True)]
        self.matrices = prod(power + 1 for power in self._highest.values())
        self._few = np.random.default_rng(0).permutation(self.matrices)[:FIRST]
        self._known: dict[tuple[int, ...], Indices] = {}

    def satisfy(self, test: Test, low: FloatArray, high: FloatArray) -> Bools:
        """Whether the test accepts all matrices, on each box (B, n).

        A few from everywhere at first: a box that fails mostly does so there. Then those that
        differ little as one, and what fails in parts again.
        """
        values, doubt = self.coefficients(low, high), self._doubt(low, high)
        good = np.ones(len(low), dtype=bool)
        few = self._few
        box, group = np.repeat(np.arange(len(low)), len(few)), np.tile(few, len(low))
        passed = self._groups(values, doubt, tuple(self._highest)).pass_each(test, box, group)
        good[box[~passed]] = False
        if not good.any() or self.matrices <= FIRST:
            return good
        order = self._by_spread(values) if self.matrices > MANY else tuple(self._highest)
        start = max(0, len(order) - TOGETHER) if self.matrices > MANY else len(order)
        every = np.arange(prod(self._highest[k] + 1 for k in order[:start]))
        box = np.repeat(np.flatnonzero(good), len(every))
        group = np.tile(every, int(good.sum()))
        for last in range(start, len(order) + 1):
            groups = self._groups(values, doubt, order[:last])
            failed = ~groups.pass_each(test, box, group)
            box, group = box[failed], group[failed]
            if last < len(order):
                parts = self._highest[order[last]] + 1
                box = np.repeat(box, parts)
                group = np.repeat(parts * group, parts) + np.tile(np.arange(parts), len(group))
        good[box] = False
        return good

    def coefficients(self, low: FloatArray, high: FloatArray) -> list[FloatArray]:
        """Of every entry on every box: (B, …), one further axis for each variable it has."""
        first, width = low - self._centre, high - low
        sides = {k: _side(first[:, k], width[:, k], power) for k, power in self._highest.items()}
        found = []
        for table, own in zip(self._tables, self._own, strict=True):
            flat = np.broadcast_to(table.reshape(1, -1), (len(low), table.size))
            for k, count in zip(own, table.shape, strict=True):
                part = sides[k][:, :, :count] @ flat.reshape(len(low), count, -1)
                flat = np.swapaxes(part, 1, 2).reshape(len(low), -1)
            found.append(flat.reshape(len(low), *(self._highest[k] + 1 for k in own)))
        return found

    def _doubt(self, low: FloatArray, high: FloatArray) -> list[float]:
        """What rounding may do to the coefficients of each entry on any of the boxes."""
        size = (np.abs(low - self._centre) + (high - low)).max(axis=0)
        result = []
        for table, own in zip(self._tables, self._own, strict=True):
            total = np.abs(table)
            for k in reversed(list(own)):
                total = total @ size[k] ** np.arange(total.shape[-1])
            result.append(DOUBT * float(total))
        return result

    def _by_spread(self, values: Sequence[FloatArray]) -> tuple[int, ...]:
        """The variables, first those along which the coefficients differ most."""
        spread = dict.fromkeys(self._highest, 0.0)
        for own, each in zip(self._own, values, strict=True):
            for axis, k in enumerate(own, 1):
                spread[k] += float(np.abs(np.diff(each, axis=axis)).mean())
        return tuple(sorted(spread, key=lambda k: -spread[k]))

    def _groups(
        self, values: Sequence[FloatArray], doubt: Sequence[float], tight: tuple[int, ...]
    ) -> _Groups:
        """One for each choice of the coefficients in the tight variables, the last one fastest."""
        middles, reaches = [], []
        for own, each, unsure in zip(self._own, values, doubt, strict=True):
            loose = tuple(axis for axis, k in enumerate(own, 1) if k not in tight)
            least, most = (each.min(axis=loose), each.max(axis=loose)) if loose else (each, each)
            middles.append((least / 2 + most / 2).reshape(len(each), -1))
            reaches.append((most / 2 - least / 2).reshape(len(each), -1) + unsure)
        if tight not in self._known:
            self._known[tight] = self._places(tight)
        middle, reach = np.concatenate(middles, axis=1), np.concatenate(reaches, axis=1)
        return _Groups(middle, reach, self._known[tight])

    def _places(self, tight: tuple[int, ...]) -> Indices:
        """For each such choice (rows) where every entry (columns) has its coefficient."""
        choice = np.indices([self._highest[k] + 1 for k in tight])
        columns, start = [], 0
        for own in self._own:
            place, size = np.zeros(choice.shape[1:], dtype=np.int64), 1
            for k in own:
                if k in tight:
                    place = place * (self._highest[k] + 1) + choice[tight.index(k)]
                    size *= self._highest[k] + 1
            columns.append(start + place.ravel())
            start += size
        return np.stack(columns, axis=1)


def pays(powers: Sequence[tuple[int, ...] | None]) -> bool:
    """Whether entries with these powers (None: no polynomial) have coefficients for a search."""
    polynomials = [entry for entry in powers if entry is not None]
    if len(polynomials) < len(powers):
        return False
    highest = list(map(max, zip(*polynomials, strict=True)))
    matrices = prod(power + 1 for power in highest)
    small = matrices <= MAX_MATRICES and matrices * len(powers) <= MAX_NUMBERS
    return small and max(highest, default=0) <= MAX_POWER


def _table(terms: Terms, own: Mapping[int, int]) -> FloatArray:
    """The coefficients by exponents, one axis for each variable that occurs."""
    table = np.zeros([power + 1 for power in own.values()])
    for monomial, value in terms.items():
        table[tuple(monomial[k] for k in own)] = float(value)
    return table


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
