"""T24: a polynomial Jacobian on a box is an average of its Bernstein coefficients, all matrices.

The coefficients of an entry in its own variables are found from its exact polynomial, in balls: an
entry has few variables, so few numbers make the many matrices.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import comb, prod
from typing import final

import numpy as np

from certificates.kernel.jacobian.base import Uncheckable
from certificates.kernel.jacobian.polynomial import (
    NotPolynomial,
    Polynomial,
    Work,
    polynomials_near,
)
from certificates.kernel.numbers.averages import LOOSE, Averages
from certificates.kernel.numbers.matrices import Ball, Floats
from games.language.graph import Graph
from games.language.number import float_enclosure
from games.language.powers import powers

MAX_MATRICES = 2**12  # coefficients of J on one leaf
MAX_NUMBERS = 2**20  # entries of all of them
MAX_POWER = 20  # of one variable
MAX_TERMS = 10**6  # products of terms, to expand all that leaves of Bernstein form need
HELD = 2**22  # entries held at once
STEP = 100_000  # nanoseconds that a product of balls takes, beside the work on its numbers


def expanded(
    graph: Graph, entries: Sequence[int], variables: Mapping[str, int], centre: Floats, work: Work
) -> list[Polynomial]:
    """The entries of J as polynomials in x − centre; raises Uncheckable unless they are and small.

    variables: of all on which J may depend, the number.
    """
    if 2 ** len(variables) * len(entries) > MAX_NUMBERS:
        raise Uncheckable(f"Bernstein leaves of so many variables: {len(variables)} are too many")
    known = powers(graph, entries, [graph.variable(name) for name in variables])
    if any(entry not in known for entry in entries):
        raise Uncheckable("a leaf of Bernstein form, and J is no polynomial")
    highest = list(map(max, zip(*(known[entry] for entry in entries), strict=True)))
    if max(highest, default=0) > MAX_POWER:
        raise Uncheckable(f"Bernstein leaves are of powers up to {MAX_POWER}")
    matrices = prod(power + 1 for power in highest)
    if matrices > MAX_MATRICES or matrices * len(entries) > MAX_NUMBERS:
        raise Uncheckable(f"a leaf of Bernstein form would have {matrices} matrices")
    try:
        point = [Fraction(value) for value in centre.tolist()]
        return polynomials_near(graph, entries, variables, point, work)
    except NotPolynomial as error:
        raise Uncheckable(f"a leaf of Bernstein form, and J is no polynomial: {error}") from None


@final
class Net:
    """The Bernstein coefficients of a block (p, q) whose entries are polynomials in x − centre.

    matrices: how many a box has; batch: boxes to take at once.

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
        self.matrices = prod(power + 1 for power in self._power.values())
        self._axes = [list(powers) for powers in own]
        self._tables = [_table(entry, powers) for entry, powers in zip(entries, own, strict=True)]
        self.batch = max(1, HELD // (self.matrices * len(entries)))

    @property
    def work(self) -> int:
        """What finding the coefficients costs a box at most, in nanoseconds."""
        products = sum(map(len, self._axes)) + sum(self._power.values())
        return (LOOSE + 2) * STEP * products // self.batch

    def on(self, low: Floats, high: Floats) -> Averages:
        """J on the boxes (K, n)."""
        with np.errstate(all="ignore"):
            sides = {
                k: _from_powers(_moved(low, self._centre, k), _moved(high, self._centre, k), power)
                for k, power in self._power.items()
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


def _table(entry: Polynomial, powers: Mapping[int, int]) -> Ball:
    """Its coefficients by powers: one axis a variable."""
    low, high = (np.zeros([power + 1 for power in powers.values()]) for _ in range(2))
    for monomial, ends in entry.items():
        at = dict(monomial)
        place = tuple(at.get(k, 0) for k in powers)
        low[place], high[place] = float_enclosure(ends[0])[0], float_enclosure(ends[1])[1]
    return Ball.between(low, high)


def in_the_midst(low: Floats, high: Floats) -> Floats:
    """A point of short binary fractions near the middle of a box."""
    middle = low + (high - low) / 2
    _, exponent = np.frexp(high - low)
    rounded = np.ldexp(np.rint(np.ldexp(middle, 3 - exponent)), exponent - 3)
    return np.where(np.isfinite(rounded) & (high > low), rounded, np.where(low == high, low, 0.0))


def _moved(ends: Floats, centre: Floats, k: int) -> Ball:
    return Ball.exact(ends[:, k]) - Ball.exact(centre[k])


def _from_powers(low: Ball, high: Ball, degree: int) -> Ball:
    """(K, d + 1, d + 1): column i holds the coefficients of x^i, of degree d, on [low, high].

    The j-th is Σ_m C(j, m)C(d − j, i − m) high^m low^(i − m) / C(d, i).
    """
    columns = []
    lows, highs = _up_to(low, degree), _up_to(high, degree)
    for i in range(degree + 1):
        terms = _stacked([highs[m] * lows[i - m] for m in range(i + 1)])
        columns.append((_weights(degree, i) @ terms[..., None])[..., 0])
    table = _stacked(columns)
    return table.T


@lru_cache(maxsize=1024)
def _weights(d: int, i: int) -> Ball:
    return Ball.of(
        [
            [Fraction(comb(j, m) * comb(d - j, i - m), comb(d, i)) for m in range(i + 1)]
            for j in range(d + 1)
        ]
    )


def _up_to(x: Ball, degree: int) -> list[Ball]:
    """1, x, x², …"""
    powers = [Ball.exact(np.ones_like(x.mid))]
    for _ in range(degree):
        powers.append(powers[-1] * x)
    return powers


def _stacked(rows: Sequence[Ball]) -> Ball:
    """(K,) or (K, m) each to (K, rows) or (K, rows, m)."""
    return Ball(np.stack([b.mid for b in rows], 1), np.stack([b.rad for b in rows], 1))


def _along(table: Ball, sides: Sequence[Ball], count: int) -> Ball:
    """A table of powers to coefficients on each of so many boxes, axis by axis: (count, …)."""
    if not sides:
        return Ball(np.full(count, table.mid), np.full(count, table.rad))
    part = Ball(table.mid[None], table.rad[None])
    for power, side in zip(table.mid.shape, sides, strict=True):
        rows = (len(part.mid), power, -1)
        done = side[..., :power] @ Ball(part.mid.reshape(rows), part.rad.reshape(rows))
        part = done.T  # this axis goes last
    every = (count, *(side.mid.shape[1] for side in sides))
    return Ball(part.mid.reshape(every), part.rad.reshape(every))
