"""Start sets (T12): runs from inside the promised ball, which are to stay in the region."""

from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np
from numpy.typing import NDArray

from sgn.attacks.claims.objectives import Objective
from sgn.attacks.claims.step_methods import Steps
from sgn.attacks.subject.jacobians import point_text
from sgn.attacks.subject.measures import Frame
from sgn.attacks.subject.precise import ball, column, nearest
from sgn.attacks.subject.solution import Solution

Floats = NDArray[np.float64]
INWARD = 1 - 1e-12  # of a start set's radius: what rounding takes
SHORTEST = 0.05  # of the largest step


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class StartSet(Objective):
    """How far runs from the promised ball read F outside the region, in sides of it.

    frame: of the ball's radius. largest: of the steps, any of which may be made; the last
    coordinate of a place says which (0: the flow, which has none).
    """

    solution: Solution
    frame: Frame
    steps: Steps
    largest: Fraction
    radius: Fraction

    @property
    def dimension(self) -> int:
        return self._axes + (self.largest > 0)

    @property
    def _axes(self) -> int:
        return self.steps.subject.game.dimension

    @property
    def seeds(self) -> Floats:
        """The ball's surface along each axis of the region, where it reaches farthest."""
        n = self._axes
        ways = self.frame.root @ self.frame.inverse @ self.frame.inverse.T  # M⁻¹ in the frame
        ways = np.vstack([ways.T, -ways.T])
        size = np.abs(ways).max(axis=1, keepdims=True)
        places = (1 + ways / np.where(size > 0, size, 1.0)) / 2
        return np.hstack([places, np.ones((2 * n, 1))]) if self.largest > 0 else places

    def _starts(self, places: Floats) -> Floats:
        """The cube's surface goes to the ball's, in the metric."""
        cube = 2 * places[:, : self._axes] - 1
        length = np.linalg.norm(cube, axis=1, keepdims=True)
        largest = np.abs(cube).max(axis=1, keepdims=True)
        round_ = cube * largest / np.where(length > 0, length, 1.0)
        reach = nearest(self.radius) * INWARD
        return np.asarray(self.solution.floats + reach * round_ @ self.frame.inverse.T)

    def _step(self, place: Floats) -> Fraction:
        if not self.largest > 0:
            return Fraction(1)
        return self.largest * Fraction(float(SHORTEST + (1 - SHORTEST) * place[-1]))

    def values(self, places: Floats) -> Floats:
        steps = np.array([[nearest(self._step(place))] for place in places])
        read = self.steps.read(self._starts(places), steps)
        return np.asarray(np.max([self.steps.subject.beyond(point) for point in read], axis=0))

    def broken(self, place: Floats) -> bool:
        x = column(self._starts(place[None])[0])
        if not self.frame.square(x - self.solution.known) <= ball(self.radius**2):
            return False
        read = self.steps.exact_read(x, self._step(place))
        return any(self.steps.subject.surely_outside(point) for point in read)

    def describe(self, place: Floats) -> str:
        start = f"from {point_text(self._starts(place[None])[0])}"
        return f"{start} with h = {nearest(self._step(place)):.12g}" if self.largest > 0 else start
