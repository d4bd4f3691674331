"""One claim each, as something to be searched: its value at places of a cube, and its disproof."""

import abc
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from sgn.attacks.subject.jacobians import GameSubject, Subject, point_text
from sgn.attacks.subject.measures import Frame, Measure
from sgn.attacks.subject.precise import ball, column, nearest, product
from sgn.simulation.setting import finite_rows

Floats = NDArray[np.float64]
APART = 1e-4  # of the region's sides: nearer pairs are left to the Jacobian, where nothing cancels


@dataclass(frozen=True, eq=False, kw_only=True)
class Objective(abc.ABC):
    """A claim: its name, of what, by which theorem, the number, and whether that is from above.

    scale: a size that the number is compared with at least (0: with itself alone).
    """

    claim: str
    detail: str
    theorem: str
    claimed: Fraction
    upper: bool
    scale: Fraction = Fraction(0)

    def tightness(self, value: float) -> float:
        """How near a value is to the claim: 1 attained, 0 far, above 1 beyond."""
        return tightness(nearest(self.claimed), value, self.upper, nearest(self.scale))

    @property
    @abc.abstractmethod
    def dimension(self) -> int:
        """Of the cube that is searched; 0: one place tells all."""

    @property
    def seeds(self) -> Floats:
        """Places (k, d) to look at first, beside random ones."""
        return np.zeros((0, self.dimension))

    @abc.abstractmethod
    def values(self, places: Floats) -> Floats:
        """The number at places (k, d) of the cube; NaN where the claim does not speak."""

    @abc.abstractmethod
    def broken(self, place: Floats) -> bool:
        """Whether the claim fails there for certain."""

    @abc.abstractmethod
    def describe(self, place: Floats) -> str:
        """Where that is."""


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class AtPoint(Objective):
    """A claim about J at every point."""

    subject: Subject
    measure: Measure

    @property
    def dimension(self) -> int:
        return 0 if self.subject.constant else self.subject.dimension

    def values(self, places: Floats) -> Floats:
        J = self.subject.jacobian(full(places, self.subject))
        finite = finite_rows(J)
        values = self.measure.values(np.where(finite[:, None, None], J, 0.0))
        return np.where(finite, values, np.nan)

    def broken(self, place: Floats) -> bool:
        where = full(place[None], self.subject)
        J = self.subject.jacobian(where)[0]
        return self.measure.broken(J, self.subject.exact_jacobian(where[0]), self.claimed)

    def describe(self, place: Floats) -> str:
        return f"at {self.subject.describe(full(place[None], self.subject)[0])}"


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class FlowBetweenPairs(Objective):
    """⟨F(x) − F(y), x − y⟩_M / ‖x − y‖²_M: the rate at which the flow brings two points together.

    The claim that distances shrink like exp(−αt) while both stay in the region (T7) is that this is
    at least α for all pairs.
    """

    subject: GameSubject
    frame: Frame

    @property
    def dimension(self) -> int:
        return 2 * self.subject.dimension

    def values(self, places: Floats) -> Floats:
        x, y = pair(self.subject, places)
        F = self.subject.game.pseudo_gradient
        root = self.frame.root.T
        first, second = (x - y) @ root, (F(x) - F(y)) @ root
        square = (first**2).sum(axis=1)
        rate = (first * second).sum(axis=1) / np.where(square > 0, square, 1.0)
        return np.where(apart(places), rate, np.nan)

    def broken(self, place: Floats) -> bool:
        x, y = exact_pair(self.subject, place)
        change = self.subject.exact_gradient(x) - self.subject.exact_gradient(y)
        turned = product(self.frame.exact * (x - y), change)
        return bool(turned < ball(self.claimed) * self.frame.square(x - y))

    def describe(self, place: Floats) -> str:
        return describe_pair(self.subject, place)


def tightness(claimed: float, worst: float, upper: bool, scale: float = 0.0) -> float:
    """1 less the gap, as a part of the larger number; turned round beyond the bound.

    So it is the ratio of the smaller to the larger number where both have one sign.

    >>> tightness(0.99, 1.0, upper=False), tightness(1.0, 2.0, upper=True)
    (0.99, 2.0)
    """
    if not math.isfinite(worst):
        return 0.0
    size = max(abs(claimed), abs(worst), scale)
    kept = max(0.0, 1 - abs(claimed - worst) / size) if size > 0 else 1.0
    beyond = worst > claimed if upper else worst < claimed
    if not beyond:
        return kept
    return 1 / kept if kept > 0 else math.inf


def pair(subject: GameSubject, places: Floats) -> tuple[Floats, Floats]:
    """The two points (k, n) that places (k, 2n) stand for."""
    first, second = np.split(places, 2, axis=1)
    return subject.points(first), subject.points(second)


def exact_pair(subject: GameSubject, place: Floats) -> tuple[Any, Any]:
    """The same of one place, exactly."""
    x, y = pair(subject, place[None])
    return column(subject.exact_point(x[0])), column(subject.exact_point(y[0]))


def apart(places: Floats) -> NDArray[np.bool_]:
    """Whether the two points are far enough from each other for a ratio in floating point."""
    first, second = np.split(places, 2, axis=1)
    return np.asarray(np.abs(first - second).max(axis=1) > APART)


def describe_pair(subject: GameSubject, place: Floats) -> str:
    """Both points."""
    x, y = pair(subject, place[None])
    return f"from {point_text(x[0])} and {point_text(y[0])}"


def full(places: Floats, subject: Subject) -> Floats:
    """Places of the subject's own cube; where one place tells all, its middle."""
    if places.shape[1] == subject.dimension:
        return places
    return np.full((len(places), subject.dimension), 0.5)
