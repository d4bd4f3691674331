"""Games given as Python functions, gradients in NumPy or costs in JAX: never proved."""

import abc
from collections.abc import Callable, Sequence
from typing import Any, final

import numpy as np

from games.game import Document, Floats, Game, Structure, as_points
from games.quadratic import check_region, check_sizes, numbered_players
from games.regions.shapes import Box

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
class CallableGame(Game):
    """A game given by Python functions; the strongest verdict on it is *estimated*.

    gradients: one function per player, x (n,) to ∂f_i/∂x_i (d_i,). sizes: d_1, …, d_N.
    jacobian: x (n,) to DF (n, n); if absent, central finite differences of the gradients with step
        h_k = ε^(1/3) max(1, |x_k|), ε = 2^-52, whose error is about 1e-10 of the function's scale.
    names: one per player, "player 1", … if absent. region: where it is certified by default.
    ``derivatives`` says where J comes from: "given", "finite differences" or "automatic (JAX)".
    Raises ValueError for a wrong number of functions or, when evaluated, a wrong shape.
    Source: theory, Setting.

    >>> game = CallableGame([lambda x: [x[0] + x[1]], lambda x: [x[1] - x[0]]], sizes=[1, 1])
    >>> game.pseudo_gradient([1.0, 2.0]), game.derivatives
    (array([3., 1.]), 'finite differences')
    """

    _derivatives: Derivatives

    def __init__(
        self,
        gradients: Sequence[Gradient],
        sizes: Sequence[int],
        *,
        jacobian: Callable[[Floats], Any] | None = None,
        names: Sequence[str] | None = None,
        name: str = "",
        source: str = "",
        region: Box | None = None,
    ) -> None:
        self._describe(sizes, names, name, source, region)
        check_functions("gradients", gradients, len(self.players))
        field = Field(gradients, self.slices)
        self._derivatives = (
            FiniteDifferences(field) if jacobian is None else GivenJacobian(field, jacobian)
        )

    @classmethod
    def from_jax(
        cls,
        costs: Sequence[Callable[[Any], Any]],
        sizes: Sequence[int],
        *,
        names: Sequence[str] | None = None,
        name: str = "",
        source: str = "",
        region: Box | None = None,
    ) -> "CallableGame":
        """The game of JAX costs, differentiated automatically in double precision.

        costs: one function per player, from the *full* vector x (n,) to a scalar; sizes as above.
        Raises ImportError with the command to install JAX, ValueError for a cost that is no scalar.

        >>> costs = [lambda x: x[0] ** 2 / 2 + 10 * x[0] * x[1], lambda x: x[1] ** 2 / 2]
        >>> game = CallableGame.from_jax(costs, sizes=[1, 1])  # doctest: +SKIP
        """
        from games.jax_bridge import JaxDerivatives

        game = cls.__new__(cls)
        game._describe(sizes, names, name, source, region)
        check_functions("costs", costs, len(game.players))
        game._derivatives = JaxDerivatives(costs, game.slices)
        return game

    def _describe(
        self,
        sizes: Sequence[int],
        names: Sequence[str] | None,
        name: str,
        source: str,
        region: Box | None,
    ) -> None:
        self.players = numbered_players(check_sizes(sizes), names)
        self.name, self.source = name, source
        self.region = check_region(region, self.dimension)
        self.equilibrium = None

    @property
    def derivatives(self) -> str:
        """Where J comes from."""
        return self._derivatives.label

    @property
    def structure(self) -> Structure:
        return Structure.GENERAL

    @property
    def symmetric(self) -> bool:
        return self._derivatives.symmetric

    @property
    def provable(self) -> bool:
        return False

    def pseudo_gradient(self, points: Floats) -> Floats:
        """F at points (n,) or (k, n); same shape back."""
        x = as_points(points, self.dimension)
        return self._derivatives.gradient(np.atleast_2d(x)).reshape(x.shape)

    def jacobian(self, points: Floats, block: tuple[int, int] | None = None) -> Floats:
        """J or its block J_ij at points (n,) or (k, n)."""
        x = as_points(points, self.dimension)
        if block is None:
            rows = columns = slice(0, self.dimension)
        else:
            slices = self.slices
            rows, columns = slices[block[0]], slices[block[1]]
        J = self._derivatives.jacobian(np.atleast_2d(x), rows, columns)
        return J.reshape(x.shape[:-1] + J.shape[1:])

    def block_variables(self, i: int, j: int) -> tuple[int, ...]:
        return tuple(range(self.dimension))

    def document(self) -> Document:
        """Names, sizes and where J comes from; the functions themselves cannot be written down."""
        document: Document = {"format": "sgn-game/1", "kind": "callable", "name": self.name}
        if self.source:
            document["source"] = self.source
        document["players"] = [{"name": p.name, "size": p.size} for p in self.players]
        document["derivatives"] = self.derivatives
        return document


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


def check_functions(what: str, functions: Sequence[Any], players: int) -> None:
    """Raise ValueError unless there is one callable per player."""
    if len(functions) != players:
        raise ValueError(f"{what} has {len(functions)} entries; expected {players}, one per player")
    for i, function in enumerate(functions):
        if not callable(function):
            raise ValueError(
                f"{what}[{i}] (player {i + 1}) is {type(function).__name__};"
                " expected a function of x"
            )


def _stacked_gradient(field: Field, points: Floats) -> Floats:
    F = np.empty_like(points)
    for k, x in enumerate(points):
        F[k] = field.part(x, slice(0, x.size))
    return F
