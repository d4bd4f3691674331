"""The nearest points of a product of the players' own sets, in floats: what projected play does.

In every metric M(w) they are the same, each player's own Euclidean projection (T25).
"""

from collections.abc import Sequence
from typing import final

import numpy as np
from numpy.typing import NDArray

from games.regions.constraint import Constraint
from games.regions.shapes import Box

Floats = NDArray[np.float64]
HALVINGS = 110  # of an interval of multipliers
DOUBLINGS = 100
CLEAR = 1e-12  # of the size of a point: a constraint exceeded by less is met


@final
class Projection:
    """The projection to a box, or to all of R^n, with constraints that fall apart into groups.

    Raises ValueError for a group with two curved constraints: those are not projected onto.

    >>> from games import simplex
    >>> Projection(simplex(2), 2)(np.array([[1.0, 0.5], [3.0, 0.0]]))
    array([[0.75, 0.25],
           [1.  , 0.  ]])
    """

    def __init__(self, region: Box | None, dimension: int) -> None:
        self.low, self.high = np.full(dimension, -np.inf), np.full(dimension, np.inf)
        if region is not None:
            self.low, self.high = region.floats()
        constraints = () if region is None else region.constraints
        self.groups = [_Group(each, self.low, self.high) for each in _apart(constraints)]

    def __call__(self, points: Floats) -> Floats:
        """Of points (k, n)."""
        result: Floats = np.clip(points, self.low, self.high)
        for group in self.groups:
            result[:, group.at] = group.nearest(points[:, group.at])
        return result


def _apart(constraints: Sequence[Constraint]) -> list[list[Constraint]]:
    """Constraints that share variables, together."""
    groups: list[tuple[set[int], list[Constraint]]] = []
    for c in constraints:
        own, joined = set(c.variables), [c]
        for group in [g for g in groups if g[0] & own]:
            own |= group[0]
            joined = group[1] + joined
            groups.remove(group)
        groups.append((own, joined))
    return [joined for _, joined in groups]


class _Group:
    """Constraints on variables `at`, with the sides of these."""

    def __init__(self, constraints: Sequence[Constraint], low: Floats, high: Floats) -> None:
        self.at = np.array(sorted({k for c in constraints for k in c.variables}))
        self.low, self.high = low[self.at], high[self.at]
        curved = [c for c in constraints if c.curved]
        if len(curved) > 1:
            raise ValueError(
                "a player has two curved constraints; points are projected to one of them at most,"
                " beside linear ones"
            )
        linear = [c for c in constraints if not c.curved]
        self.rows = np.array([self._spread(c, c.linear) for c in linear]).reshape(-1, len(self.at))
        self.ends = np.array([float(c.bound) for c in linear])
        self.equal = np.array([c.equal for c in linear], dtype=bool)
        self.curve = [
            (self._spread(c, c.linear), self._spread(c, c.squares), float(c.bound)) for c in curved
        ]

    def _spread(self, c: Constraint, factors: Sequence[object]) -> Floats:
        row = np.zeros(len(self.at))
        row[np.searchsorted(self.at, c.variables)] = [float(v) for v in factors]  # type: ignore[arg-type]
        return row

    def nearest(self, v: Floats) -> Floats:
        """Of points (k, d): with a curved one, by its multiplier μ ≥ 0, on which it falls."""
        x = self._flat(v, np.ones_like(v))
        for a, q, bound in self.curve:
            out = np.flatnonzero(x @ a + (x * x) @ q > bound)
            if len(out):
                x[out] = self._curved(v[out], a, q, bound)
        return x

    def _curved(self, v: Floats, a: Floats, q: Floats, bound: float) -> Floats:
        """The root of what exceeds the bound, by false position with halves [Illinois]."""

        def at(mu: Floats) -> tuple[Floats, Floats]:
            weight = 1 + 2 * mu[:, None] * q
            x = self._flat((v - mu[:, None] * a) / weight, weight)
            return x, np.asarray(x @ a + (x * x) @ q - bound)

        low, high = np.zeros(len(v)), np.ones(len(v))
        above = at(low)[1]
        best, below = at(high)
        for _ in range(DOUBLINGS):
            far = below > 0
            if not far.any():
                break
            low[far], above[far] = high[far], below[far]
            high[far] *= 4
            best, below = at(high)
        size = CLEAR * CLEAR + np.spacing(np.abs(v) @ np.abs(a) + (v * v) @ q + abs(bound))
        for k in range(HALVINGS):
            if (below >= -size).all():
                break
            share = np.clip(above / (above - below), 0.0, 1.0) if k % 3 < 2 else 0.5
            middle = low + (high - low) * share
            x, value = at(middle)
            right = value <= 0
            # what stays at one end counts half, so that it moves at last
            above = np.where(right, above / 2, value)
            low = np.where(right, low, middle)
            below_now = np.where(right, value, below / 2)
            best = np.where(right[:, None], x, best)
            high, below = np.where(right, middle, high), below_now
            if (high - low <= 4 * np.spacing(high)).all():
                break
        return best

    def _flat(self, z: Floats, weight: Floats) -> Floats:
        """Σ weight (x − z)² made least on the sides and the linear constraints."""
        x: Floats = np.clip(z, self.low, self.high)
        if not len(self.rows):
            return x
        gap = x @ self.rows.T - self.ends
        size = CLEAR * (1 + np.abs(x) @ np.abs(self.rows).T + np.abs(self.ends))
        out = np.flatnonzero((np.where(self.equal, np.abs(gap), gap) > size).any(axis=1))
        if len(self.rows) == 1 and len(out):
            x[out] = self._along(z[out], weight[out])
            return x
        for k in out:
            x[k] = self._corner(z[k], weight[k])
        return x

    def _along(self, z: Floats, weight: Floats) -> Floats:
        """One row: x = clip(z − λa/weight), whose aᵀx falls in λ, straight between its bends."""
        [a], [end] = self.rows, self.ends
        used = a != 0
        slope = a[used] / weight[:, used]
        ends = [(z[:, used] - side[used]) / slope for side in (self.low, self.high)]
        bends = np.sort(np.concatenate(ends, axis=1), axis=1)
        moved = z[:, None, :] - bends[:, :, None] * (a / weight)[:, None, :]
        values = np.clip(moved, self.low, self.high) @ a
        place = np.clip((values > end).sum(axis=1), 1, bends.shape[1] - 1)
        rows = np.arange(len(z))
        first, last = bends[rows, place - 1], bends[rows, place]
        above, below = values[rows, place - 1], values[rows, place]
        fall = np.where(above > below, above - below, 1.0)
        force = first + (last - first) * np.clip((above - end) / fall, 0.0, 1.0)
        return np.asarray(np.clip(z - force[:, None] * a / weight, self.low, self.high))

    def _corner(self, z: Floats, weight: Floats) -> Floats:
        """Nonnegative least squares [Lawson–Hanson], then exactly on the rows that these hold."""
        from scipy.optimize import nnls

        root, eye = np.sqrt(weight), np.eye(len(z))
        finite = [np.isfinite(self.high), np.isfinite(self.low)]
        rows = [self.rows, -self.rows[self.equal], eye[finite[0]], -eye[finite[1]]]
        ends = [self.ends, -self.ends[self.equal], self.high[finite[0]], -self.low[finite[1]]]
        C, d = np.vstack(rows) / root, np.concatenate(ends)
        y = z * root
        length = np.linalg.norm(C, axis=1)
        C, d = C / length[:, None], d / length
        h = C @ y - d
        scale = max(float(np.abs(h).max()), 1e-300)
        u, _ = nnls(np.vstack([-C.T, h / scale]), np.append(np.zeros(len(z)), 1.0), maxiter=300)
        held = C[u > 0]
        forces = np.linalg.lstsq(held @ held.T, held @ y - d[u > 0], rcond=None)[0]
        return np.asarray(np.clip((y - held.T @ forces) / root, self.low, self.high))
