"""What every game family provides: players, pseudo-gradient, Jacobian, and a document.

The document is what is saved and checked.
"""

import abc
import enum
from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from games.errors import InputError
from games.language.number import Number
from games.players import Player
from games.reading import near
from games.regions.shapes import Box

Floats = NDArray[np.float64]
Document = dict[str, Any]


class Structure(enum.Enum):
    """How the Jacobian depends on the point; decides which evidence is possible."""

    CONSTANT = "constant"
    MULTI_AFFINE = "multi-affine"  # every entry a polynomial, affine in each variable alone
    GENERAL = "general"


class Game(abc.ABC):
    """N players with smooth costs; F stacks each player's gradient of its own cost, J = DF.

    Subclasses set the attributes in their constructor. x is ordered player by player.
    """

    name: str
    source: str
    players: Sequence[Player]
    region: Box | None  # where it is certified unless told otherwise
    equilibrium: tuple[Fraction, ...] | None  # a hint, never trusted
    parameters: Mapping[str, Fraction] = MappingProxyType({})  # numbers that have names

    def __repr__(self) -> str:
        name = f" {self.name[:60]!r}" if self.name else ""
        where = "no region" if self.region is None else repr(self.region)
        counts = f"{_count(len(self.players), 'player')}, {_count(self.dimension, 'variable')}"
        return f"<{type(self).__name__}{name}: {counts}, {where}>"

    def with_parameters(self, values: Mapping[str, Number]) -> Self:
        """The same game, on the same region, with other numbers for some of its ``parameters``.

        Raises InputError for a name that is none of them, and for a number that cannot be.

        >>> import games
        >>> game = games.catalogue.load("tullock").with_parameters({"c1": "0.1"})
        >>> game.parameters["c1"]
        Fraction(1, 10)
        """
        for key in values:
            if not self.parameters:
                raise InputError(f"{key!r}: the game has no parameters")
            if key not in self.parameters:
                raise InputError(
                    f"{key!r} is no parameter of the game; {near(key, self.parameters)}"
                )
        return self._with_numbers({**self.parameters, **values})

    def _with_numbers(self, numbers: Mapping[str, Number]) -> Self:
        """The game with these numbers for all its parameters; a family that has some gives it."""
        raise NotImplementedError

    @property
    def sizes(self) -> tuple[int, ...]:
        """(d_1, …, d_N)."""
        sizes: tuple[int, ...] | None = getattr(self.players, "sizes", None)
        return tuple(player.size for player in self.players) if sizes is None else sizes

    @property
    def dimension(self) -> int:
        """n = Σ d_i."""
        return sum(self.sizes)

    @property
    def slices(self) -> tuple[slice, ...]:
        """Where each player's variables stand in x."""
        ends = np.cumsum(self.sizes)
        return tuple(
            slice(int(end) - size, int(end)) for end, size in zip(ends, self.sizes, strict=True)
        )

    @property
    @abc.abstractmethod
    def structure(self) -> Structure:
        """How J depends on the point (a safe over-estimate: GENERAL is always true)."""

    @property
    @abc.abstractmethod
    def symmetric(self) -> bool:
        """Whether every J_ii is exactly symmetric (true for costs, maybe not for a field)."""

    @property
    @abc.abstractmethod
    def provable(self) -> bool:
        """Whether :meth:`document` holds all that a checker needs to rebuild the game."""

    @abc.abstractmethod
    def pseudo_gradient(self, points: Floats) -> Floats:
        """F at points of shape (n,) or (k, n); same shape back."""

    @abc.abstractmethod
    def jacobian(self, points: Floats, block: tuple[int, int] | None = None) -> Floats:
        """J (or its block J_ij) at points (n,) or (k, n).

        Shape (n, n) or (k, n, n); of a block (d_i, d_j) or (k, d_i, d_j).
        """

    @abc.abstractmethod
    def block_variables(self, i: int, j: int) -> tuple[int, ...]:
        """Indices of the variables that J_ij may depend on."""

    @abc.abstractmethod
    def document(self) -> Document:
        """The game as it stands in files and certificates: text, numbers as text, numpy arrays.

        It is what is proved: a family whose document is that of a SymbolicGame is proved as one.
        """


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def as_points(points: Floats, dimension: int) -> Floats:
    """Points as a float array whose last axis has length n; ValueError names expected and got."""
    array = np.asarray(points, dtype=float)
    if array.ndim not in (1, 2) or array.shape[-1] != dimension:
        raise ValueError(
            f"points have shape {array.shape}; expected ({dimension},) or (k, {dimension})"
        )
    return array
