"""T24: sets of Jacobians that are averages of matrices, and tests of all of those at once.

Many matrices that differ little are one ball; what fails as one ball is looked at more closely.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.numbers.matrices import Ball, Bools, is_psd, joined

LOOSE = 2  # variables whose coefficients are taken together at first,
MANY = 128  # if there are more matrices
CHUNK = 2**16  # matrix entries worked on at once: what caches hold
Indices = NDArray[np.int64]


@final
@dataclass(frozen=True)
class Averages:
    """J on K boxes: there it is an average of p × q matrices, one for each choice of coefficients.

    counts: variable → number of its coefficients. axes, tables: per entry the variables that it
    depends on, and its coefficients (K, …), one further axis each.
    """

    shape: tuple[int, int]
    counts: dict[int, int]
    axes: Sequence[Sequence[int]]
    tables: Sequence[Ball]

    def every(self) -> Ball:
        """All the matrices: (K·V, p, q)."""
        values, index = self._groups(list(self.counts))
        return values[:, index].reshape(-1, *self.shape)

    def satisfies(self, inequality: Callable[[Ball], Ball]) -> bool:
        """Whether S(J) ⪰ 0 for all J on all boxes; S is affine."""
        return self.all_satisfy(lambda ball: is_psd(inequality(ball)))

    def all_satisfy(self, test: Callable[[Ball], Bools]) -> bool:
        """Whether the test, a convex one, accepts every matrix, alone or in a ball of some."""
        order = self._by_spread()
        many = prod(self.counts.values()) > MANY
        start = max(0, len(order) - LOOSE) if many else len(order)
        groups = prod(self.counts[k] for k in order[:start])
        few = max(1, CHUNK // len(self.tables))
        box, group = np.divmod(np.arange(len(self.tables[0].mid) * groups), groups)
        for last in range(start, len(order) + 1):
            values, index = self._groups(order[:last])
            parts = [slice(k, k + few) for k in range(0, len(box), few)]
            chosen = (values[box[part, None], index[group[part]]] for part in parts)
            failed = ~np.concatenate([test(ball.reshape(-1, *self.shape)) for ball in chosen])
            box, group = box[failed], group[failed]
            if not len(box):
                return True
            if last < len(order):
                count = self.counts[order[last]]
                box = np.repeat(box, count)
                group = (group[:, None] * count + np.arange(count)).ravel()
        return False

    def _groups(self, tight: Sequence[int]) -> tuple[Ball, Indices]:
        """Balls (K, numbers), and which are the entries (rows) for each choice in some variables.

        Each ball holds the coefficients for any choice in the other variables.
        """
        sides = tuple(self.counts[k] for k in tight)
        grid = dict(zip(tight, np.indices(sides).reshape(len(sides), prod(sides)), strict=True))
        index = np.zeros((prod(sides), len(self.tables)), dtype=np.int64)
        parts, start = [], 0
        for e, (axes, table) in enumerate(zip(self.axes, self.tables, strict=True)):
            parts.append(_hull(table, tuple(a for a, k in enumerate(axes, 1) if k not in grid)))
            own = [k for k in axes if k in grid]
            place = np.zeros(len(index), dtype=np.int64)
            for k in own:
                place = place * self.counts[k] + grid[k]
            index[:, e] = start + place
            start += prod(self.counts[k] for k in own)
        return joined(parts, 1), index

    def _by_spread(self) -> list[int]:
        """The variables, first that along which the coefficients differ most: a hint only."""
        spread = dict.fromkeys(self.counts, 0.0)
        for axes, table in zip(self.axes, self.tables, strict=True):
            for a, k in enumerate(axes, 1):
                spread[k] += float(np.ptp(table.mid, axis=a).mean())
        return sorted(spread, key=lambda k: -spread[k])


def _hull(table: Ball, axes: tuple[int, ...]) -> Ball:
    """Balls round all along some axes, flat: (K, numbers)."""
    if axes:
        low = np.nextafter((table.mid - table.rad).min(axis=axes), -np.inf)
        high = np.nextafter((table.mid + table.rad).max(axis=axes), np.inf)
        table = Ball.between(low, high)
    return table.reshape(len(table.mid), -1)
