"""What every game family provides: players, pseudo-gradient, Jacobian, and a document.

The document is what is saved and checked.
"""

import abc
import enum
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from games.errors import InputError
from games.regions.region import Box

Floats = NDArray[np.float64]
Document = dict[str, Any]


class Structure(enum.Enum):
    """How the Jacobian depends on the point; decides which evidence is possible."""

    CONSTANT = "constant"
    MULTI_AFFINE = "multi-affine"  # every entry a polynomial, affine in each variable alone
    GENERAL = "general"


@final
@dataclass(frozen=True)
class Player:
    """One player: a name and the names of its variables (d_i of them)."""

    name: str
    variables: tuple[str, ...]

    @property
    def size(self) -> int:
        return len(self.variables)


class Game(abc.ABC):
    """N players with smooth costs; F stacks each player's gradient of its own cost, J = DF.

    Subclasses set the attributes in their constructor. x is ordered player by player.
    """

    name: str
    source: str
    players: Sequence[Player]
    region: Box | None  # where it is certified unless told otherwise
    equilibrium: tuple[Fraction, ...] | None  # a hint, never trusted

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


def check_names(players: Sequence[Player]) -> None:
    """Raise InputError for no players, a player without variables, or a name used twice."""
    if not players:
        raise InputError("the game has no players; give at least one")
    seen_players: set[str] = set()
    owner: dict[str, str] = {}
    for player in players:
        if player.name in seen_players:
            raise InputError(f"two players are called {player.name!r}; give each its own name")
        seen_players.add(player.name)
        if not player.variables:
            raise InputError(f"player {player.name!r} has no variables; give it at least one")
        for variable in player.variables:
            if variable in owner:
                raise InputError(
                    f"variable {variable!r} belongs to both {owner[variable]!r} and"
                    f" {player.name!r}; give it to one of them"
                )
            owner[variable] = player.name


def as_points(points: Floats, dimension: int) -> Floats:
    """Points as a float array whose last axis has length n; ValueError names expected and got."""
    array = np.asarray(points, dtype=float)
    if array.ndim not in (1, 2) or array.shape[-1] != dimension:
        raise ValueError(
            f"points have shape {array.shape}; expected ({dimension},) or (k, {dimension})"
        )
    return array
