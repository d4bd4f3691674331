"""What a simulated method works with, and the option sentences it is refused with."""

from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np
from numpy.typing import NDArray

from games.game import Game
from games.regions.shapes import Box
from sgn.projection import Projection

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@final
@dataclass(frozen=True, eq=False)
class Setting:
    """One run: the game, the step, and what some methods need beside them.

    box: the ends (2, n) that points are clipped to, infinite where there is no region.
    spread: (n, n), what standard normal noise is multiplied with (0: no noise).
    delay: the oldest read in steps. rng: the only source of randomness.
    """

    game: Game
    step: float
    box: Floats
    spread: Floats
    delay: int
    rng: np.random.Generator
    region: Box | None = None

    @cached_property
    def _nearest(self) -> Projection:
        return Projection(self.region, self.game.dimension)

    def gradient(self, points: Floats) -> Floats:
        """F at points (B, n)."""
        return self.game.pseudo_gradient(points)

    def project(self, points: Floats) -> Floats:
        """The nearest points of the region, in every metric M(w)."""
        return self._nearest(points)


def finite_rows(values: Floats) -> Flags:
    """Of (B, …): whether all numbers of a row are finite."""
    return np.asarray(np.isfinite(values).all(axis=tuple(range(1, values.ndim))))


def ends(region: Box | None, dimension: int) -> Floats:
    """The ends of a box (2, n); all of R^n without one."""
    if region is None:
        return np.array([[-np.inf] * dimension, [np.inf] * dimension])
    if region.ball is not None:
        raise ValueError("region is a ball; points are projected to the players' own sets only")
    if region.dimension != dimension:
        raise ValueError(f"region has {region.dimension} sides; expected {dimension}")
    return np.array(region.floats())
