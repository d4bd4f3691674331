"""Games given as Python functions, gradients in NumPy or costs in JAX: never proved."""

from collections.abc import Callable, Sequence
from typing import Any, final

import numpy as np

from games.derivatives import (
    Derivatives,
    Field,
    FiniteDifferences,
    GivenJacobian,
    Gradient,
)
from games.game import Document, Floats, Game, Structure, as_points
from games.jax_bridge import JaxDerivatives
from games.quadratic import check_region, check_sizes, numbered_players
from games.regions.shapes import Box


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
        game = cls.__new__(cls)
        game._describe(sizes, names, name, source, region)
        check_functions("costs", costs, len(game.players))
        game._derivatives = JaxDerivatives(costs, game.slices)
        return game

    @classmethod
    def of(
        cls,
        derivatives: Derivatives,
        sizes: Sequence[int],
        names: Sequence[str] | None = None,
        name: str = "",
        source: str = "",
        region: Box | None = None,
    ) -> "CallableGame":
        """The game whose F and J are computed so; the rest as above."""
        game = cls.__new__(cls)
        game._describe(sizes, names, name, source, region)
        game._derivatives = derivatives
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
