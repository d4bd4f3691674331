"""Regions as users and the search handle them: boxes and balls, sampled, halved, projected onto."""

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from typing import final

import numpy as np
from numpy.typing import NDArray

from games.language.number import Number, exact, round_near, to_text
from games.regions import region as exact_data
from games.regions.inner import inner_point, towards, towards_floats
from games.regions.region import Space, near_points, root_above

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
CUSHION = 1e-12  # of squares, so that the exact test agrees with the one in floats
LONGEST = 24  # letters of a number
SHOWN = 8  # numbers written before an ellipsis
INSIDE = 1 - 1e-12  # of the radius, so that rounded samples stay in the ball


def _number(value: Fraction) -> str:
    """An integer as it is, another number as text, at most so long.

    >>> _number(Fraction(3)), _number(Fraction(1, 10))
    ('3', "'0.1'")
    """
    text = to_text(value)
    short = text if len(text) <= LONGEST else f"{float(round_near(value, 6)):.6g}…"
    return short if value.denominator == 1 and short == text else repr(short)


def _numbers(values: Sequence[Fraction]) -> str:
    more = f", … {len(values)} in all" if len(values) > SHOWN else ""
    return f"[{', '.join(map(_number, values[:SHOWN]))}{more}]"


@final
class Box(exact_data.Box):
    """A compact box with exact rational end points; sides may be degenerate (lower = upper).

    lower, upper: n numbers each (int, float taken at its binary value, Decimal, Fraction or text).
    ball: a ball in the box; the region is then the ball, and the box encloses it.
    constraints: what its points meet beside (games.constrained, games.polyhedron, games.simplex
    and games.disc make them); the region is then the set of these points.
    Raises InputError (a ValueError) for different lengths, an upside-down side or a number that is
    not finite.

    >>> box = Box([0, 0], [15, "31/2"])
    >>> box.dimension, box.contains([1, 15.5])
    (2, True)
    """

    ball: "MetricBall | None"

    def __repr__(self) -> str:
        """What makes it, in short: numbers that are not integers are text, so exact.

        >>> Box([0, 0.5], [15, "31/2"]), Box.cube(100, "0.1")
        (Box([0, '0.5'], [15, '15.5']), Box.cube(100, '0.1'))
        """
        if self.ball is not None:
            return f"{self.ball!r}.box"
        n, radius = self.dimension, self.upper[0]
        more = f", constraints={len(self.constraints)}" if self.constraints else ""
        if n > SHOWN and self.upper == [radius] * n and self.lower == [-radius] * n:
            return f"Box.cube({n}, {_number(radius)}{more})"
        return f"Box({_numbers(self.lower)}, {_numbers(self.upper)}{more})"

    @classmethod
    def cube(cls, dimension: int, radius: Number) -> "Box":
        """The box [-radius, radius]^dimension.

        >>> Box.cube(2, 1).lower
        (Fraction(-1, 1), Fraction(-1, 1))
        """
        r = exact(radius)
        return cls([-r] * dimension, [r] * dimension)

    def nearest(self, point: Sequence[Fraction]) -> tuple[Fraction, ...]:
        """The point clipped to the box, then moved straight towards the inside of the region.

        Raises InputError where no point meets all constraints.
        """
        if self.constraints:
            return towards(point, self.inner, self)
        clipped = self.clipped(point)
        return clipped if self.ball is None else self.ball.nearest(clipped)

    @cached_property
    def inner(self) -> tuple[Fraction, ...]:
        """A point well inside the constraints. Raises InputError where none is found."""
        return inner_point(self)

    def clipped(self, point: Sequence[Fraction]) -> tuple[Fraction, ...]:
        """The point of the box that is nearest side by side, whatever the ball."""
        sides = zip(self.lower, point, self.upper, strict=True)
        return tuple(min(max(low, v), high) for low, v, high in sides)

    def pulled(self, points: Floats) -> Floats:
        """Points (k, n) of the box moved straight into the region, but for rounding."""
        if self.constraints:
            return towards_floats(points, self.inner, self)
        return points if self.ball is None else self.ball.pulled(points)

    def split(self, axis: int) -> tuple["Box", "Box"]:
        """The two halves of the box at the exact midpoint of one side."""
        middle = (self.lower[axis] + self.upper[axis]) / 2
        low, high = list(self.lower), list(self.upper)
        low[axis] = high[axis] = middle
        return Box(self.lower, high), Box(low, self.upper)

    def sample(self, rng: "np.random.Generator", count: int) -> Floats:
        """`count` independent points, shape (count, n); uniform but where there are constraints."""
        if self.ball is not None:
            return self.ball.sample(rng, count)
        low, high = self.floats()
        return self.pulled(low + (high - low) * rng.random((count, self.dimension)))

    def vertices(self, axes: Sequence[int] | None = None) -> Iterator[tuple[Fraction, ...]]:
        """The vertices over the given axes, or all of them; other coordinates at their lower end.

        >>> len(list(Box([0, 0, 0], [1, 2, 0]).vertices()))
        4
        """
        ends = [
            (a, b) if (axes is None or k in axes) and a < b else (a,)
            for k, (a, b) in enumerate(zip(self.lower, self.upper, strict=True))
        ]
        return itertools.product(*ends)


@final
class MetricBall(exact_data.MetricBall):
    """The points x with ‖x − center‖_M ≤ radius, ‖v‖_M = √(vᵀMv).

    center: n numbers; radius: at least 0. metric: a positive weight for each variable, or a
    symmetric positive definite matrix (n rows of n, n ≤ 64); 1 for each variable if absent. All
    are exact, as those of Box. As a region it is its bounding box, which knows that it is a ball.
    Raises InputError for other lengths, a negative radius or a metric not positive definite.

    >>> ball = MetricBall([0, 1], 2, [1, 4])
    >>> ball.contains([0, 2]), ball.contains([0, "2.01"]), ball.box.upper
    (True, False, (Fraction(2, 1), Fraction(2, 1)))
    """

    def __repr__(self) -> str:
        metric = ""
        if self.matrix:
            metric = f", {len(self.matrix)} rows of a matrix"
        elif set(self.weights) != {1}:
            metric = f", {_numbers(self.weights)}"
        return f"MetricBall({_numbers(self.center)}, {_number(self.radius)}{metric})"

    @property
    def box(self) -> Box:
        """The bounding box: c_k ± r√(M⁻¹)_kk, rounded outward to 15 digits."""
        return Box(*self.ends)

    @property
    def region(self) -> Box:
        """The ball as a region: its bounding box, of which only the ball counts."""
        return Box(*self.ends, ball=self)

    def nearest(self, point: Sequence[Fraction]) -> tuple[Fraction, ...]:
        """The point itself if it is in the ball, else moved straight towards the centre, into it.

        >>> MetricBall([0, 0], 1).nearest([Fraction(3), Fraction(4)])
        (Fraction(3, 5), Fraction(4, 5))
        """
        square = self.square(point)
        if square <= self.radius**2:
            return tuple(point)
        share = self.radius / root_above(square)
        return tuple(c + share * (x - c) for x, c in zip(point, self.center, strict=True))

    def pulled(self, points: Floats) -> Floats:
        """The same for points (k, n) in floats, just inside the sphere but for rounding."""
        center = _floats(self.center)
        v, length = points - center, np.sqrt(self.square_floats(points))[..., None]
        reach = float(self.radius) * INSIDE
        with np.errstate(all="ignore"):
            moved = np.where(length > reach, center + v * (reach / length), points)
        return np.asarray(moved, dtype=np.float64)

    def square_floats(self, points: Floats) -> Floats:
        """‖point − center‖²_M of points (k, n), in floats."""
        v = points - _floats(self.center)
        square = (v * (v @ self._floats_of_metric())).sum(axis=-1)
        return np.asarray(np.maximum(square, 0.0), dtype=np.float64)

    def outside(self, low: Floats, high: Floats) -> Bools:
        """Whether boxes (k, n) are clear of the ball, by a cushion that rounding does not reach."""
        center, M = _floats(self.center), self._floats_of_metric()
        point = near_points(M, center, low, high)
        v = point - center
        slope = 2 * (v @ M)
        ends = np.minimum(slope * (low - point), slope * (high - point))
        size = np.abs(center) + np.maximum(np.abs(low), np.abs(high))
        noise = CUSHION * ((np.abs(size) @ np.abs(M)) * size).sum(axis=-1)
        least = (v * slope).sum(axis=-1) / 2 + ends.sum(axis=-1)
        return np.asarray(least > float(self.radius) ** 2 * (1 + CUSHION) + noise)

    def excludes(self, box: Box) -> bool:
        """Whether the box is proved to lie outside the ball; False may mean that it is too close.

        f(x) = ‖x − c‖²_M is convex, so f(x) ≥ f(p) + f'(p)(x − p) for any p, and the least of the
        right side over the box is a sum over its sides.
        """
        point = self.near(box)
        v = [x - c for x, c in zip(point, self.center, strict=True)]
        least = self.square(point)
        for slope, x, low, high in zip(self.image(v), point, box.lower, box.upper, strict=True):
            least += 2 * slope * ((low if slope > 0 else high) - x)
        return least > self.radius**2

    def boxes(self, splits: int) -> Iterator[Box]:
        """Boxes that together hold the ball: its bounding box, each side halved in turn.

        splits: how many times a box is halved; parts proved to lie outside the ball are left out.
        Raises ValueError for a negative number.
        """
        if splits < 0:
            raise ValueError(f"splits is {splits}; expected at least 0")
        parts = [(self.box, 0)]
        while parts:
            box, depth = parts.pop()
            if self.excludes(box):
                continue
            if depth == splits:
                yield box
            else:
                parts += [(half, depth + 1) for half in box.split(depth % self.dimension)]

    def sample(self, rng: "np.random.Generator", count: int) -> Floats:
        """`count` independent uniform points, shape (count, n)."""
        n = self.dimension
        directions = rng.normal(size=(count, n))
        directions /= np.linalg.norm(directions, axis=1)[:, None]
        reach = float(self.radius) * INSIDE * rng.random((count, 1)) ** (1 / n)
        # with M = CCᵀ and v = C⁻ᵀz, vᵀMv = |z|²
        root = np.linalg.cholesky(self._floats_of_metric())
        spread = np.linalg.solve(root.T, (reach * directions).T).T
        return np.asarray(_floats(self.center) + spread, dtype=np.float64)

    def near(self, box: Box) -> tuple[Fraction, ...]:
        """A point of the box near the one nearest to the centre: that one, for weights."""
        if self.weights:
            return box.clipped(self.center)
        low, high = (ends[None] for ends in box.floats())
        [point] = near_points(self._floats_of_metric(), _floats(self.center), low, high)
        return box.clipped([Fraction(float(x)) for x in point])

    def _floats_of_metric(self) -> Floats:
        rows = [_floats(row) for row in self.matrix]
        return np.array(rows) if rows else np.diag(_floats(self.weights))


Region = Box | Space


def as_shape(region: exact_data.Region | None) -> Region | None:
    """The same region, as a certificate's reader gives it, with all that can be asked of one.

    >>> as_shape(exact_data.Box([0], [1])) == Box([0], [1])
    True
    """
    if region is None or isinstance(region, Space | Box):
        return region
    if (ball := region.ball) is None:
        return Box(region.lower, region.upper, constraints=region.constraints)
    metric = ball.matrix or ball.weights
    return MetricBall(ball.center, ball.radius, metric).region


def _floats(values: Sequence[Fraction]) -> Floats:
    return np.array([float(v) for v in values])
