"""A bounder turns a game and a region into numbers; what it cannot do it says as data."""

import abc
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from games.game import Game
from games.numbered import names_of
from games.regions.shapes import Region
from sgn.bounds.bounds import Bounds
from sgn.quantities.claim import CannotBound, Claim, Reason, named_point, point_text
from sgn.quantities.quantities import (
    Block,
    Coupling,
    Curvature,
    FloatArray,
    Quantity,
    UpperCurvature,
)


@final
@dataclass(frozen=True, eq=False)
class Confirmation:
    """What stands behind claims after weights, metric and steps were fixed.

    evidence: JSON-able (integers and text). broken: (index of the claim, a worse value found).
    """

    evidence: dict[str, Any]
    broken: tuple[tuple[int, float], ...]


class Bounder(abc.ABC):
    """One way to know about J on a region."""

    kind: ClassVar[str]

    @abc.abstractmethod
    def block_bounds(self, game: Game, region: Region) -> Bounds:
        """μ, Λ and L of all players and pairs. Raises CannotBound."""

    @abc.abstractmethod
    def bound(self, game: Game, region: Region, quantities: Sequence[Quantity]) -> FloatArray:
        """Each quantity on its safe side: lower ones down, upper ones up. Raises CannotBound."""

    @abc.abstractmethod
    def confirm(self, game: Game, region: Region, claims: Sequence[Claim]) -> Confirmation:
        """The evidence for claims (quantity, bound) that are fixed by now. Raises CannotBound."""


def block_quantities(game: Game) -> tuple[Quantity, ...]:
    """All μ_i, then all Λ_i, then L_ij for i ≠ j row by row."""
    players = range(len(game.players))
    return (
        *(Curvature(i) for i in players),
        *(UpperCurvature(i) for i in players),
        *(Coupling(i, j) for i in players for j in players if i != j),
    )


def collect(game: Game, values: FloatArray, evidence: str) -> Bounds:
    """Bounds from the values of :func:`block_quantities`."""
    N = len(game.players)
    L = np.zeros((N, N))
    L[~np.eye(N, dtype=bool)] = values[2 * N :]
    names = names_of(game.players)
    return Bounds(names, values[:N], values[N : 2 * N], L, evidence, game.symmetric)


def jacobians(game: Game, points: FloatArray, block: Block, reason: Reason) -> FloatArray:
    """J (or a block) at points (k, n). Raises CannotBound with the point where it is not finite."""
    with np.errstate(all="ignore"):
        J = np.asarray(game.jacobian(points, block), dtype=float)
    require_finite(game, points, J, "the Jacobian", reason)
    return J


def require_finite(
    game: Game, points: FloatArray, values: FloatArray, what: str, reason: Reason
) -> None:
    """Raise CannotBound with the first point whose values (k, …) are not all finite."""
    finite = np.isfinite(values).reshape(len(points), -1).all(axis=1)
    if not finite.all():
        point = named_point(game, points[int(np.argmin(finite))])
        raise CannotBound(
            reason,
            f"{what} is not finite at {point_text(point)};"
            " choose a region inside the domain of the costs",
            point,
        )


def evaluate(quantity: Quantity, J: FloatArray) -> FloatArray:
    """The values of a quantity; CannotBound when the floating-point routine breaks down."""
    try:
        with np.errstate(all="ignore"):
            values = quantity.values(J)
    except np.linalg.LinAlgError as error:
        raise _breakdown(quantity) from error
    if np.any(np.isnan(values)):
        raise _breakdown(quantity)
    return values


def _breakdown(quantity: Quantity) -> CannotBound:
    return CannotBound(
        "numerical",
        f"{type(quantity).__name__} could not be computed in floating point;"
        " rescale the variables or the costs",
    )
