"""How a game of Python functions gets F and J: by differences, or as the user wrote them."""

import abc
from collections.abc import Callable, Sequence
from typing import Any, final

import numpy as np

from games.game import Floats

Gradient = Callable[[Floats], Any]  # x (n,) -> (d_i,)
STEP = float(np.finfo(np.float64).eps) ** (1 / 3)  # balances truncation h² and rounding eps/h


class Derivatives(abc.ABC):
    """How a callable game gets F and J at many points."""

    label: str
    symmetric: bool

    @abc.abstractmethod
    def gradient(self, points: Floats) -> Floats:
        """F at points (k, n): shape (k, n)."""

    @abc.abstractmethod
    def jacobian(self, points: Floats, rows: slice, columns: slice) -> Floats:
        """The part of J at points (k, n): shape (k, rows, columns)."""


@final
class Field:
    """The players' gradients, evaluated one point at a time, their shapes checked."""

    def __init__(self, gradients: Sequence[Gradient], slices: Sequence[slice]) -> None:
        self.gradients = tuple(gradients)
        self.slices = tuple(slices)

    def part(self, x: Floats, rows: slice) -> Floats:
        """The entries of F(x) in these rows; only the players that own them are called."""
        values = np.zeros(self.slices[-1].stop)
        for i, own in enumerate(self.slices):
            if own.start < rows.stop and rows.start < own.stop:
                values[own] = self._player(i, x)
        return values[rows]

    def _player(self, i: int, x: Floats) -> Floats:
        value = np.asarray(self.gradients[i](x.copy()), dtype=np.float64)
        expected = (self.slices[i].stop - self.slices[i].start,)
        if value.shape != expected:
            raise ValueError(
                f"the gradient of player {i + 1} returns shape {value.shape}; expected {expected}"
            )
        return value


@final
class FiniteDifferences(Derivatives):
    """Central differences of the gradients: (F(x + h_k e_k) - F(x - h_k e_k)) / 2h_k."""

    label = "finite differences"
    symmetric = False

    def __init__(self, field: Field) -> None:
        self.field = field

    def gradient(self, points: Floats) -> Floats:
        return _stacked_gradient(self.field, points)

    def jacobian(self, points: Floats, rows: slice, columns: slice) -> Floats:
        J = np.empty((len(points), rows.stop - rows.start, columns.stop - columns.start))
        for k, x in enumerate(points):
            J[k] = self._at(x, rows, columns)
        return J

    def _at(self, x: Floats, rows: slice, columns: slice) -> Floats:
        J = np.empty((rows.stop - rows.start, columns.stop - columns.start))
        for column, k in enumerate(range(columns.start, columns.stop)):
            h = STEP * max(1.0, abs(float(x[k])))
            ahead, behind = x.copy(), x.copy()
            ahead[k] += h
            behind[k] -= h
            width = ahead[k] - behind[k]  # the step that the floats really took
            J[:, column] = (self.field.part(ahead, rows) - self.field.part(behind, rows)) / width
        return J


@final
class GivenJacobian(Derivatives):
    """The Jacobian that the user wrote."""

    label = "given"
    symmetric = False

    def __init__(self, field: Field, jacobian: Callable[[Floats], Any]) -> None:
        self.field = field
        self.function = jacobian

    def gradient(self, points: Floats) -> Floats:
        return _stacked_gradient(self.field, points)

    def jacobian(self, points: Floats, rows: slice, columns: slice) -> Floats:
        J = np.empty((len(points), rows.stop - rows.start, columns.stop - columns.start))
        for k, x in enumerate(points):
            J[k] = self._at(x)[rows, columns]
        return J

    def _at(self, x: Floats) -> Floats:
        J = np.asarray(self.function(x.copy()), dtype=np.float64)
        if J.shape != (x.size, x.size):
            raise ValueError(f"jacobian returns shape {J.shape}; expected {(x.size, x.size)}")
        return J


def _stacked_gradient(field: Field, points: Floats) -> Floats:
    F = np.empty_like(points)
    for k, x in enumerate(points):
        F[k] = field.part(x, slice(0, x.size))
    return F
