"""What is attacked: J over a cube of parameters [0, 1]^d, in floats and exactly.

For a game the parameters are the point of the region; for given bounds they are a matrix that
satisfies them.
"""

import abc
from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.claims import Claims
from certificates.kernel.document.reading import Document, decode_arrays
from games.errors import InputError
from games.files.document import from_document
from games.game import Game, Structure
from games.language.number import float_enclosure
from games.markov.logit_game import LogitGame
from games.quadratic import QuadraticGame
from games.regions.constraint import Constraint
from games.regions.region import Region
from games.regions.shapes import Box, MetricBall, as_shape
from games.symbolic import SymbolicGame
from sgn.attacks.subject.precise import (
    Balls,
    Point,
    ball,
    clipped,
    column,
    entries,
    gradient,
    jacobian,
    matrix,
    nearest,
    product,
)
from sgn.projection import Projection

Floats = NDArray[np.float64]
TURNS = 10  # times the largest bound: how much a J_ii turns that need not be symmetric
LARGEST = 200  # variables: J is dense here, and exact where a claim seems broken


class Subject(abc.ABC):
    """Something with a Jacobian at every point of a cube."""

    dimension: int  # of the cube
    sizes: tuple[int, ...]  # of the players
    constant: bool

    @abc.abstractmethod
    def jacobian(self, places: Floats) -> Floats:
        """J at places (k, d) of the cube: (k, n, n)."""

    @abc.abstractmethod
    def exact_jacobian(self, place: Floats) -> Balls:
        """J at one place (d,), exactly."""

    @abc.abstractmethod
    def describe(self, place: Floats) -> str:
        """The place as people read it."""

    @property
    def slices(self) -> tuple[slice, ...]:
        ends = np.cumsum(self.sizes)
        return tuple(
            slice(int(end) - size, int(end)) for end, size in zip(ends, self.sizes, strict=True)
        )


@final
class GameSubject(Subject):
    """A game on its region."""

    def __init__(self, game: Game, region: Box | None) -> None:
        self.game, self.region, self.sizes = game, region, game.sizes
        self.sphere = None if region is None else region.ball
        self.constraints = () if region is None else region.constraints
        self.constant = game.structure is Structure.CONSTANT
        if region is None and not self.constant:
            raise InputError("the game's Jacobian is not constant and no box is given")
        self.dimension = 0 if region is None else game.dimension

    @cached_property
    def ends(self) -> Floats:
        """Floats inside the box, (2, n); a side without any stands at its nearest float."""
        if self.region is None:
            n = self.game.dimension
            return np.array([[-np.inf] * n, [np.inf] * n])
        low = np.array([float_enclosure(a)[1] for a in self.region.lower])
        high = np.array([float_enclosure(b)[0] for b in self.region.upper])
        return np.array([low, np.maximum(low, high)])

    def points(self, places: Floats) -> Floats:
        """Points (k, n) of the region at places (k, n)."""
        if self.region is None:
            return np.zeros((len(places), self.game.dimension))
        low, high = self.ends
        return self.region.pulled(np.clip(low + places * (high - low), low, high))

    def inside(self, points: Floats) -> NDArray[np.bool_]:
        """Whether points (k, n) are inside the region."""
        low, high = self.ends
        within = ((low <= points) & (points <= high)).all(axis=-1)
        if self.sphere is not None:
            within &= self.sphere.square_floats(points) <= float(self.sphere.radius) ** 2
        for c in self.constraints:
            within &= _room(c, points) >= 0
        return np.asarray(within)

    def beyond(self, points: Floats) -> Floats:
        """How far points (k, n) are outside the region, in sides of it; below 0 inside."""
        if self.region is None:
            return np.full(len(points), -np.inf)
        low, high = self.ends
        side = np.where(high > low, high - low, 1.0)
        result = np.maximum((low - points) / side, (points - high) / side).max(axis=-1)
        if self.sphere is not None:
            length = np.sqrt(self.sphere.square_floats(points)) / float(self.sphere.radius)
            result = np.maximum(result, (length - 1) / 2)
        for c in self.constraints:
            scale = 1 + abs(float(c.bound)) + float(side.max())
            result = np.maximum(result, -_room(c, points) / scale)
        return np.asarray(result)

    def project(self, points: Floats) -> Floats:
        """The nearest points (k, n) of the region: in a ball, in the metric of the ball."""
        if self.constraints:
            return self._nearest(points)
        low, high = self.ends
        return np.clip(points, low, high) if self.sphere is None else self.sphere.pulled(points)

    @cached_property
    def _nearest(self) -> Projection:
        return Projection(self.region, self.game.dimension)

    def exact_project(self, point: Balls) -> Balls:
        """The same of a column of balls; not finite where it is not known."""
        if self.region is None:
            return point
        if self.constraints:
            return column([ball(0) / ball(0) for _ in entries(point)])
        if self.sphere is None:
            sides = zip(self.region.lower, entries(point), self.region.upper, strict=True)
            return column([clipped(v, low, high) for low, v, high in sides])
        radius, center = ball(self.sphere.radius), column(self.sphere.center)
        length = self._square(point, self.sphere).max(radius**2).sqrt()
        return center + (point - center) * (radius / length)

    def places(self, points: Floats) -> Floats:
        """Places (k, n) of the cube that stand for points of the region."""
        low, high = self.ends
        side = np.where(high > low, high - low, 1.0)
        return np.asarray(np.clip((points - low) / side, 0.0, 1.0))

    def exact_point(self, point: Floats) -> Point:
        """The point itself, moved into the region where it is not inside it."""
        if self.region is None:
            return tuple(Fraction(v) for v in point)
        return self.region.nearest([Fraction(v) for v in point])

    def surely_inside(self, point: Balls) -> bool:
        """Whether a column of balls is in the region for certain."""
        if self.region is None:
            return True
        sides = zip(self.region.lower, entries(point), self.region.upper, strict=True)
        within = all(bool(ball(a) <= v) and bool(v <= ball(b)) for a, v, b in sides)
        within &= all(bool(left >= 0) and not c.equal for c, left in self.rooms(point))
        if self.sphere is None:
            return within
        return within and bool(self._square(point, self.sphere) <= ball(self.sphere.radius**2))

    def surely_outside(self, point: Balls) -> bool:
        """Whether a column of balls is outside the region for certain."""
        if self.region is None:
            return False
        sides = zip(self.region.lower, entries(point), self.region.upper, strict=True)
        beyond = any(bool(v < ball(a)) or bool(v > ball(b)) for a, v, b in sides)
        beyond |= any(bool(abs(left) > 0 if c.equal else left < 0) for c, left in self.rooms(point))
        if self.sphere is None:
            return beyond
        return beyond or bool(self._square(point, self.sphere) > ball(self.sphere.radius**2))

    def rooms(self, point: Balls) -> Iterator[tuple[Constraint, Any]]:
        """Each constraint with its bound less its left side at a column of balls."""
        x = entries(point)
        for c in self.constraints:
            left = ball(c.bound)
            for k, a, q in zip(c.variables, c.linear, c.squares, strict=True):
                left -= (ball(a) + ball(q) * x[k]) * x[k]
            yield c, left

    def _square(self, point: Balls, sphere: MetricBall) -> Any:
        """‖x − c‖² in the metric of the ball."""
        v = point - column(sphere.center)
        return product(v, sphere_matrix(sphere) * v)

    def jacobian(self, places: Floats) -> Floats:
        return self.game.jacobian(self.points(places))

    def exact_jacobian(self, place: Floats) -> Balls:
        return self.exact_jacobian_at(column(self.exact_point(self.points(place[None])[0])))

    def exact_jacobian_at(self, point: Balls) -> Balls:
        """J at a column of balls."""
        return self._constant_jacobian if self.constant else jacobian(self.game, point)

    @cached_property
    def _constant_jacobian(self) -> Balls:
        return jacobian(self.game, column(np.zeros(self.game.dimension)))

    def exact_gradient(self, point: Balls) -> Balls:
        """F at a column of balls."""
        return gradient(self.game, point)

    def describe(self, place: Floats) -> str:
        return point_text(self.points(place[None])[0])


def _room(c: Constraint, points: Floats) -> Floats:
    """What points (k, n) leave of a constraint, in floats; of an equality, less 0 where unmet."""
    x = points[..., list(c.variables)]
    a, q = (np.array([float(v) for v in part]) for part in (c.linear, c.squares))
    left = float(c.bound) - x @ a - (x * x) @ q
    return np.asarray(-np.abs(left) if c.equal else left)


def sphere_matrix(sphere: MetricBall) -> Balls:
    """The metric of a ball."""
    return matrix(sphere.matrix or np.diag(np.array(sphere.weights, dtype=object)))


@final
class BoundsSubject(Subject):
    """Matrices that satisfy given bounds, with one variable a player.

    J_ii = μ_i + t(Λ_i − μ_i) and J_ij = (2t − 1)L_ij. Where the J_ii need not be symmetric a player
    has two variables, these numbers stand twice on the diagonal of a block, and J_ii also turns.
    """

    def __init__(self, claims: Claims) -> None:
        n, bounds = len(claims.names), claims.bounds
        coupling = bounds.coupling_upper
        self.constant, turns = False, claims.evidence.get("symmetric") is not True
        width = 2 if turns else 1
        self.sizes = (width,) * n
        values = [Fraction(v) for v in coupling.values]
        lower = [Fraction(v) for v in bounds.curvature_lower]
        upper = [Fraction(v) for v in bounds.curvature_upper]
        size = TURNS * max(map(abs, (*lower, *upper, *values)))
        self.low = [*lower, *(-v for v in values), *([-size] * (n if turns else 0))]
        self.high = [*upper, *values, *([size] * (n if turns else 0))]
        self.dimension = len(self.low)
        rows = width * np.concatenate([np.arange(n), coupling.rows])
        cols = width * np.concatenate([np.arange(n), coupling.cols])
        which, own = np.arange(len(rows)), width * np.arange(n)
        parts = [(rows + k, cols + k, which, 1) for k in range(width)]
        if turns:
            last = len(rows) + np.arange(n)
            parts += [(own, own + 1, last, 1), (own + 1, own, last, -1)]
        self.entries = [
            (int(i), int(j), int(k), sign)
            for part in parts
            for i, j, k, sign in zip(*part[:3], [part[3]] * len(part[0]), strict=True)
        ]

    def jacobian(self, places: Floats) -> Floats:
        low, high = (np.array([nearest(v) for v in side]) for side in (self.low, self.high))
        J = np.zeros((len(places), sum(self.sizes), sum(self.sizes)))
        numbers = low + places * (high - low)
        rows, cols, which, signs = np.array(self.entries).T
        J[:, rows, cols] = signs * numbers[:, which]
        return J

    def exact_jacobian(self, place: Floats) -> Balls:
        n = sum(self.sizes)
        table = [[Fraction(0)] * n for _ in range(n)]
        for i, j, k, sign in self.entries:
            low, high = self.low[k], self.high[k]
            table[i][j] = sign * (low + Fraction(float(place[k])) * (high - low))
        return matrix(table)

    def describe(self, place: Floats) -> str:
        J = self.jacobian(place[None])[0]
        return "J = [" + ", ".join(point_text(row) for row in J) + "]"


def point_text(point: Floats) -> str:
    """(0.1, 0.2, …), each number exactly, many cut short.

    >>> point_text(np.array([0.5, -1.0]))
    '(0.5, -1.0)'
    """
    shown = ", ".join(str(float(v)) for v in point[:8])
    return f"({shown}{', …' if len(point) > 8 else ''})"


def subject_of(claims: Claims) -> Subject:
    """What a certificate speaks of. Raises InputError for what cannot be attacked."""
    if len(claims.names) > LARGEST:
        raise InputError(
            f"the certificate has {len(claims.names)} players; attack handles up to {LARGEST}"
        )
    if claims.game is None:
        return BoundsSubject(claims)
    return game_subject(claims.game, claims.region)


def game_subject(document: Document, region: Region | None) -> GameSubject:
    """A game on its region. Raises InputError for what cannot be attacked."""
    game = from_document(decode_arrays(document, "game"), "game")
    if not isinstance(game, SymbolicGame | QuadraticGame | LogitGame):
        raise InputError("attack reads games given by text, a matrix or tensors, not of this kind")
    if game.dimension > LARGEST:
        raise InputError(f"the game has {game.dimension} variables; attack handles {LARGEST}")
    if region is not None and region.dimension != game.dimension:
        raise InputError(f"the region has {region.dimension} sides; expected {game.dimension}")
    shape = as_shape(region)
    return GameSubject(game, shape if isinstance(shape, Box) else None)
