"""Claims: bounds of quantities, which side of them is safe, and why there may be none."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from games.game import Game
from sgn.quantities.quantities import Block, FloatArray, Quantity

Reason = Literal["too-large", "unsupported", "numerical", "domain", "budget"]


class Claim(NamedTuple):
    """A quantity with a bound for it, and what a whole-Jacobian bound is for in the certificate."""

    quantity: Quantity
    value: float
    purpose: str = ""


SHOWN_VARIABLES = 8


class CannotBound(Exception):
    """A bounder gives up: reason (a refusal's reason), message (a sentence), and the place.

    point: variable name → value of the point that stopped it; empty when it was no single point.
    """

    def __init__(self, reason: Reason, message: str, point: dict[str, float] | None = None) -> None:
        super().__init__(message)
        self.reason: Reason = reason
        self.message = message
        self.point: dict[str, float] = point or {}


def by_block(quantities: Sequence[Quantity]) -> dict[Block, list[int]]:
    """Indices of the quantities that are read off the same block."""
    groups: dict[Block, list[int]] = {}
    for index, quantity in enumerate(quantities):
        groups.setdefault(quantity.block, []).append(index)
    return groups


def worse(quantity: Quantity, value: float, than: float) -> bool:
    """Whether the value lies on the unsafe side of the other."""
    return value > than if quantity.upper else value < than


def worst(quantity: Quantity, values: FloatArray) -> int:
    """Index of the worst value."""
    return int(np.argmax(values) if quantity.upper else np.argmin(values))


def outward(quantity: Quantity, value: float, amount: float) -> float:
    """The value moved to its safe side."""
    return value + amount if quantity.upper else value - amount


def named_point(game: Game, point: FloatArray) -> dict[str, float]:
    """Variable name → value."""
    variables = [variable for player in game.players for variable in player.variables]
    return {name: float(value) for name, value in zip(variables, point, strict=True)}


def point_text(point: dict[str, float]) -> str:
    """x1 = 0.5, x2 = 1, … for messages; long points are cut."""
    shown = [f"{name} = {value:.6g}" for name, value in list(point.items())[:SHOWN_VARIABLES]]
    return ", ".join(shown) + (", …" if len(point) > SHOWN_VARIABLES else "")
