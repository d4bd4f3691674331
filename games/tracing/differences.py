"""F and J of costs that are functions of floats alone, by differences of the costs."""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any, final

import numpy as np

from games.derivatives import Derivatives
from games.game import Floats

_EPSILON = float(np.finfo(np.float64).eps)
FIRST, SECOND = _EPSILON ** (1 / 5), _EPSILON ** (1 / 6)  # balance h^4 and eps/h, eps/h^2
SLOPE = {-2: 1 / 12, -1: -8 / 12, 1: 8 / 12, 2: -1 / 12}  # f' = sum of weight*f(x + k h)/h + O(h^4)


@final
class CostDifferences(Derivatives):
    """Differences of fourth order of each player's cost, once for F and twice for J."""

    label = "finite differences of the costs"
    symmetric = True

    def __init__(self, costs: Sequence[Callable[[Any], Any]], slices: Sequence[slice]) -> None:
        self.costs, self.slices = tuple(costs), tuple(slices)

    def gradient(self, points: Floats) -> Floats:
        return np.stack([self._gradient(x) for x in points])

    def jacobian(self, points: Floats, rows: slice, columns: slice) -> Floats:
        J = np.zeros((len(points), points.shape[1], points.shape[1]))
        for found, x in zip(J, points, strict=True):
            for cost, own in zip(self.costs, self.slices, strict=True):
                for r in range(own.start, own.stop):
                    for c in range(len(x)):
                        found[r, c] = _second(cost, x, r, c)
                found[own, own] = (found[own, own] + found[own, own].T) / 2
        return J[:, rows, columns]

    def _gradient(self, x: Floats) -> Floats:
        F = np.zeros(len(x))
        for cost, own in zip(self.costs, self.slices, strict=True):
            for k in range(own.start, own.stop):
                h = _step(x, k, FIRST)
                F[k] = sum(w * _at(cost, x, (k, m * h)) for m, w in SLOPE.items()) / h
        return F


def _second(cost: Callable[[Any], Any], x: Floats, r: int, c: int) -> float:
    """∂²f/∂x_r∂x_c."""
    h, k = _step(x, r, SECOND), _step(x, c, SECOND)
    moves = product(SLOPE.items(), SLOPE.items())
    total = sum(v * w * _at(cost, x, (r, m * h), (c, p * k)) for (m, v), (p, w) in moves)
    return total / (h * k)


def _step(x: Floats, k: int, relative: float) -> float:
    return relative * max(1.0, abs(float(x[k])))


def _at(cost: Callable[[Any], Any], x: Floats, *moves: tuple[int, float]) -> float:
    y = x.copy()
    for k, move in moves:
        y[k] += move
    return float(cost(y))
