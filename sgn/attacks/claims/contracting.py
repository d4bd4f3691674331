"""What is claimed of steps: factors between neighbours, between pairs, and towards a solution.

A claim is of one step size, and the value is the factor; or of every one of a range, h being
searched beside the place. Then the value is the share of the promised progress, (1 − factor) over
(1 − the factor stated at h), which is to be at least 1.
"""

import abc
from dataclasses import dataclass
from fractions import Fraction
from operator import mul
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from sgn.attacks.claims.objectives import (
    APART,
    Objective,
    apart,
    describe_pair,
    exact_pair,
    full,
    pair,
)
from sgn.attacks.claims.promise import Promise
from sgn.attacks.claims.step_methods import Steps, linearised, reads
from sgn.attacks.subject.jacobians import GameSubject, Subject
from sgn.attacks.subject.measures import norms, stretches
from sgn.attacks.subject.precise import Balls, ball, column, matrix, nearest
from sgn.attacks.subject.solution import Solution
from sgn.simulation.setting import finite_rows

Floats = NDArray[np.float64]
SHORTEST = 1e-3  # of the largest step: shorter ones hardly move
NEAR = (1e-3, 1e-2, 1e-1, 1.0)  # of the sides: how far from the solution runs are started first


@dataclass(frozen=True, eq=False, kw_only=True)
class OfSteps(Objective):
    """A claim of steps. step: None for every one of the range, the last coordinate of a place."""

    promise: Promise
    step: Fraction | None

    @property
    def dimension(self) -> int:
        return self.cube + (self.step is None)

    @property
    @abc.abstractmethod
    def cube(self) -> int:
        """The dimension without that of the steps."""

    @abc.abstractmethod
    def factors(self, places: Floats, h: Floats) -> Floats:
        """The factor of a step h (k,) at places (k, cube); NaN where the claim does not speak."""

    @abc.abstractmethod
    def exceeds(self, place: Floats, h: Fraction, factor: Fraction) -> bool:
        """Whether the factor there is larger than that for certain."""

    def values(self, places: Floats) -> Floats:
        if self.step is not None:
            return self.factors(places, np.full(len(places), nearest(self.step)))
        h = nearest(self.promise.largest) * _share(places[:, -1])
        promised, found = 1 - self.promise.floats(h), 1 - self.factors(places[:, :-1], h)
        return np.where(promised > 0, found / np.where(promised > 0, promised, 1.0), 1 + found)

    def broken(self, place: Floats) -> bool:
        h = self.exact_step(place)
        factor = self.promise.exact(h) if self.step is None else self.claimed
        return factor < 0 or self.exceeds(place[: self.cube], h, factor)

    def exact_step(self, place: Floats) -> Fraction:
        if self.step is not None:
            return self.step
        return self.promise.largest * Fraction(float(_share(place[-1])))

    def describe(self, place: Floats) -> str:
        if self.step is not None:
            return self.where(place)
        return f"with h = {nearest(self.exact_step(place)):.12g} {self.where(place[:-1])}"

    @abc.abstractmethod
    def where(self, place: Floats) -> str:
        """The place as people read it."""


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class BetweenNeighbours(OfSteps):
    """The factor between neighbours: the norm of a step's derivative, from J where F is read.

    Of given bounds these J are any, or all the same; of a game they are where the step takes them,
    and the claim speaks only where all of that is inside the region. common: F is Jx, and its zero
    is as near as any neighbour.
    """

    subject: Subject
    common: bool = False

    @property
    def cube(self) -> int:
        if self.subject.constant:
            return 0
        one = isinstance(self.subject, GameSubject) or self.common
        return self.subject.dimension * (1 if one else self._reads)

    @property
    def _reads(self) -> int:
        return reads(self.promise.play)

    def factors(self, places: Floats, h: Floats) -> Floats:
        stages, inside = self._jacobians(places, h)
        inside &= np.all([finite_rows(J) for J in stages], axis=0)
        held = [np.where(inside[:, None, None], J, 0.0) for J in stages]
        found = [norms(self.promise.frame.whiten(D)) for D in self._derivatives(held, h)]
        most = self.promise.constants(h)
        powers = [(norm / most) ** (1 / k) for k, norm in enumerate(found, 1)]
        return np.where(inside, np.max(powers, axis=0), np.nan)

    def _derivatives(self, stages: list[Floats], h: Floats) -> list[Floats]:
        one = np.broadcast_to(np.eye(stages[0].shape[-1]), stages[0].shape)
        steps = h[:, None, None]
        found = linearised(self.promise.play, steps, stages, one, np.matmul, self.promise.count)
        return [np.asarray(D) for D in found]

    def _jacobians(self, places: Floats, h: Floats) -> tuple[list[Floats], NDArray[np.bool_]]:
        subject, everywhere = self.subject, np.ones(len(places), dtype=bool)
        if subject.constant or self.common:
            return [subject.jacobian(full(places, subject))], everywhere
        if not isinstance(subject, GameSubject):
            parts = np.split(places, self._reads, axis=1)
            return [subject.jacobian(part) for part in parts], everywhere
        points = subject.points(places)
        read = Steps(subject, self.promise.play).read(points, h[:, None])
        inside = np.all([subject.inside(point) for point in read], axis=0)
        held = [np.where(inside[:, None], point, points) for point in read]
        return [subject.game.jacobian(point) for point in held], inside

    def exceeds(self, place: Floats, h: Fraction, factor: Fraction) -> bool:
        stages, _ = self._jacobians(place[None], np.array([nearest(h)]))
        near = self._derivatives(stages, np.array([nearest(h)]))
        exact = self._exact_jacobians(place, h)
        if not exact:
            return False
        one = matrix(np.eye(stages[0].shape[-1]))
        maps = linearised(self.promise.play, ball(h), exact, one, mul, self.promise.count)
        return any(
            stretches(self.promise.frame, guess[0], D, self.promise.constant(h) * factor**k)
            for k, (guess, D) in enumerate(zip(near, maps, strict=True), 1)
        )

    def _exact_jacobians(self, place: Floats, h: Fraction) -> list[Balls]:
        """J where F is read; none when that may be outside."""
        subject = self.subject
        if subject.constant or self.common:
            return [subject.exact_jacobian(full(place[None], subject)[0])]
        if not isinstance(subject, GameSubject):
            return [subject.exact_jacobian(part) for part in np.split(place, self._reads)]
        start = column(subject.exact_point(subject.points(place[None])[0]))
        read = list(Steps(subject, self.promise.play).exact_read(start, h))
        if not all(subject.surely_inside(point) for point in read[1:]):
            return []
        return [subject.exact_jacobian_at(point) for point in read]

    def where(self, place: Floats) -> str:
        one = isinstance(self.subject, GameSubject) or self.common or self.subject.constant
        if one:
            return f"at {self.subject.describe(full(place[None], self.subject)[0])}"
        return "at " + " then ".join(map(self.subject.describe, np.split(place, self._reads)))


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class BetweenPairs(OfSteps):
    """The factor ‖x⁺ − y⁺‖_M / ‖x − y‖_M of a step, for two points of the region."""

    steps: Steps

    @property
    def cube(self) -> int:
        return 2 * self.steps.subject.dimension

    def factors(self, places: Floats, h: Floats) -> Floats:
        x, y = pair(self.steps.subject, places)
        frame = self.promise.frame
        [first], [second] = (self.steps.ends(point, h[:, None]) for point in (x, y))
        before, after = frame.lengths(x - y), frame.lengths(first - second)
        return np.where(apart(places), after / np.where(before > 0, before, 1.0), np.nan)

    def exceeds(self, place: Floats, h: Fraction, factor: Fraction) -> bool:
        x, y = exact_pair(self.steps.subject, place)
        ends = [list(self.steps.exact_ends(point, h)) for point in (x, y)]
        if not all(ends):
            return False
        square = self.promise.frame.square
        return bool(square(ends[0][0] - ends[1][0]) > ball(factor) ** 2 * square(x - y))

    def where(self, place: Floats) -> str:
        return describe_pair(self.steps.subject, place)


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class Towards(OfSteps):
    """The factor by which steps from x shrink its distance to the solution, per step (T11 b′, T20).

    Over k steps it is the k-th root of (‖x_k − x*‖_M / ‖x_0 − x*‖_M), the largest over k.
    """

    solution: Solution
    steps: Steps

    @property
    def cube(self) -> int:
        return self.steps.subject.dimension

    @property
    def seeds(self) -> Floats:
        """Near the solution, along the axes and across; at the largest step and at half of it."""
        subject, n = self.steps.subject, self.cube
        across = np.random.default_rng(n).standard_normal((2 * n, n))
        ways = np.vstack([np.eye(n), -np.eye(n), across, np.sign(across)])
        middle = subject.places(self.solution.floats[None])
        places = np.vstack([np.clip(middle + reach * ways, 0.0, 1.0) for reach in NEAR])
        if self.step is not None:
            return places
        shares = [np.full((len(places), 1), share) for share in (1.0, 0.5)]
        return np.vstack([np.hstack([places, share]) for share in shares])

    def factors(self, places: Floats, h: Floats) -> Floats:
        subject, frame = self.steps.subject, self.promise.frame
        zero, x = self.solution.floats, subject.points(places)
        side = np.subtract(*subject.ends[::-1])
        far = (np.abs(x - zero) > APART * side).any(axis=1)
        before = frame.lengths(x - zero)
        before = np.where(far & (before > 0), before, np.nan) * self.promise.constants(h)
        ends = self.steps.ends(x, h[:, None])
        powers = [(frame.lengths(end - zero) / before) ** (1 / k) for k, end in enumerate(ends, 1)]
        return np.asarray(np.fmax.reduce(powers))

    def exceeds(self, place: Floats, h: Fraction, factor: Fraction) -> bool:
        subject, known = self.steps.subject, self.solution.known
        square = self.promise.frame.square
        x = column(subject.exact_point(subject.points(place[None])[0]))
        before = square(x - known) * ball(self.promise.constant(h)) ** 2
        return any(
            bool(square(end - known) > ball(factor) ** (2 * k) * before)
            for k, end in enumerate(self.steps.exact_ends(x, h), 1)
        )

    def where(self, place: Floats) -> str:
        return f"from {self.steps.subject.describe(place)}"


def _share(coordinate: Any) -> Any:
    return SHORTEST + (1 - SHORTEST) * coordinate
