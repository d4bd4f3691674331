"""Geometry as a value: along which gradient the players move.

With one metric for all points the plain gradient of the costs is followed. In the entropic dual,
policies move along natural gradients: mirror descent with negative entropy, which is Euler's method
on a field in logits, so that one constant metric serves there too (theory, T18).
"""

import abc
from dataclasses import dataclass
from typing import final

from certificates.kernel.document.geometry import FIELDS
from games.game import Game
from games.markov.logit_game import LogitGame
from games.reading import near


class Geometry(abc.ABC):
    """Which field of a game is certified, or played."""

    @abc.abstractmethod
    def of(self, game: Game) -> Game:
        """The game with this geometry's field. Raises ValueError where the game has none."""


@final
@dataclass(frozen=True)
class EntropicDual(Geometry):
    """Natural gradients of policies, in log-odds against action 0 (z_k = θ_k − θ_0).

    field: "fisher" (−V, for the Fisher matrix not weighted by occupancy; the published choice) or
        "kakade" (−V/d, for the one that is). In games of one state they are the same.
    Raises ValueError for another field. Source: theory, Mirror geometry, T18.

    >>> import games
    >>> EntropicDual("kakade").of(games.catalogue.load("markov-coordination")).field
    'kakade'
    """

    field: str = "fisher"

    def __post_init__(self) -> None:
        if self.field not in FIELDS:
            raise ValueError(
                f"the field of EntropicDual is {self.field!r}; {near(self.field, FIELDS)}"
            )

    def of(self, game: Game) -> LogitGame:
        if not isinstance(game, LogitGame):
            raise ValueError(
                f"EntropicDual needs players with policies, and {type(game).__name__} has none;"
                " leave geometry out, or give a MarkovGame or a NormalFormGame"
            )
        return game.with_field(self.field)


def in_geometry(game: Game, geometry: Geometry | None) -> Game:
    """The game to be certified or played; without a geometry as it is, by its own field."""
    if geometry is None:
        return game
    if not isinstance(geometry, Geometry):
        raise ValueError(
            f"geometry is {type(geometry).__name__}; expected sgn.EntropicDual or sgn.Euclidean"
        )
    return geometry.of(game)
