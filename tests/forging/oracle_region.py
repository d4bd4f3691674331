"""Regions for the oracle: a box, a ball in a metric, or all of R^n."""

from fractions import Fraction
from typing import Any

import numpy as np

from tests.forging.oracle_reading import Array, Document, Unjudged, mp, mps, rational, rationals
from tests.forging.oracle_reading import solve as solved

REACH = 4.0  # how far random points of R^n lie
CORNERS = 256


class Region:
    """points: float64 (…, n). An exact point is an object array of mpf."""

    n: int
    product = False  # of sets of the players' own
    bounded = True

    def sample(self, rng: np.random.Generator, count: int) -> Array:
        raise NotImplementedError

    def clamp(self, points: Array) -> Array:
        """Into the region, somehow."""
        raise NotImplementedError

    def contains(self, points: Array) -> Array:
        """In floats, rounding in favour of inside: what matters is decided by `holds`."""
        raise NotImplementedError

    def holds(self, point: Array) -> bool:
        """Exactly, but for 50 digits."""
        raise NotImplementedError

    def project(self, points: Array, M: Array) -> Array:
        """The nearest point in the metric M (n, n); M is diagonal on a box."""
        raise NotImplementedError


class Space(Region):
    product, bounded = True, False

    def __init__(self, n: int) -> None:
        self.n = n

    def sample(self, rng: np.random.Generator, count: int) -> Array:
        return rng.normal(0, REACH, (count, self.n))

    def clamp(self, points: Array) -> Array:
        return points

    def contains(self, points: Array) -> Array:
        return np.asarray(np.isfinite(points).all(axis=-1))

    def holds(self, point: Array) -> bool:
        return True

    def project(self, points: Array, M: Array) -> Array:
        return points


class Box(Region):
    product = True

    def __init__(self, lower: list[Fraction], upper: list[Fraction]) -> None:
        self.n = len(lower)
        self.lower, self.upper = lower, upper
        self.low, self.high = (np.array([float(v) for v in side]) for side in (lower, upper))
        self.exact = mps(lower), mps(upper)
        self.free = np.array([a < b for a, b in zip(lower, upper, strict=True)])

    def sample(self, rng: np.random.Generator, count: int) -> Array:
        """Corners, faces, the inside, the centre."""
        free = np.flatnonzero(self.free)
        corners = (
            (np.arange(2 ** len(free))[:, None] >> np.arange(len(free))) & 1
            if len(free) <= 8
            else rng.integers(0, 2, (CORNERS, len(free)))
        )
        at = np.zeros((len(corners), self.n))
        at[:, free] = corners
        inside = rng.random((count, self.n))
        face = rng.random((count, self.n))
        face = np.where(rng.random(face.shape) < 0.5, np.round(face), face)
        centre = np.full((1, self.n), 0.5)
        return self._from_unit(np.vstack([centre, at, inside, face]))

    def _from_unit(self, unit: Array) -> Array:
        points = self.low + unit * (self.high - self.low)
        points = np.where(unit == 1, self.high, points)
        return self.clamp(points)

    def clamp(self, points: Array) -> Array:
        return np.clip(points, self.low, self.high)

    def contains(self, points: Array) -> Array:
        return np.asarray(((points >= self.low) & (points <= self.high)).all(axis=-1))

    def holds(self, point: Array) -> bool:
        low, high = self.exact
        return all(a <= x <= b for a, x, b in zip(low, point, high, strict=True))

    def project(self, points: Array, M: Array) -> Array:
        if points.dtype != object:
            return self.clamp(points)
        low, high = self.exact
        result = np.empty_like(points)
        result[:] = [min(max(x, a), b) for a, x, b in zip(low, points, high, strict=True)]
        return result


class Ball(Region):
    def __init__(self, center: list[Fraction], radius: Fraction, metric: Any) -> None:
        self.n = len(center)
        rows = [row if isinstance(row, list) else None for row in metric]
        if all(row is None for row in rows):
            W = [[Fraction(0)] * self.n for _ in range(self.n)]
            for k, weight in enumerate(rationals(metric)):
                W[k][k] = weight
        else:
            W = [rationals(row) for row in rows]
        self.center = np.array([float(c) for c in center])
        self.radius = float(radius)
        self.W = np.array([[float(v) for v in row] for row in W])
        self.exact = mps(center), mp(radius), mps(W)
        self.free = np.full(self.n, radius > 0)
        self.root = np.linalg.cholesky(self.W)  # W = RRᵀ

    def _size(self, points: Array) -> Array:
        return np.asarray(np.linalg.norm((points - self.center) @ self.root, axis=-1))

    def sample(self, rng: np.random.Generator, count: int) -> Array:
        directions = rng.normal(size=(3 * count, self.n))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        share = rng.random((3 * count, 1)) ** (1 / self.n)
        share[:count] = 1
        axes = np.vstack([np.eye(self.n), -np.eye(self.n), np.zeros((1, self.n))])
        unit = np.vstack([axes, share * directions])
        return self.clamp(self.center + self.radius * np.linalg.solve(self.root.T, unit.T).T)

    def clamp(self, points: Array) -> Array:
        size = self._size(points)[..., None]
        inside = self.radius * (1 - 1e-13)
        share = np.where(size > inside, inside / np.maximum(size, 1e-300), 1.0)
        return np.asarray(self.center + share * (points - self.center))

    def contains(self, points: Array) -> Array:
        return np.asarray(self._size(points) <= self.radius)

    def holds(self, point: Array) -> bool:
        c, r, W = self.exact
        v = point - c
        return bool(v @ (W @ v) <= r**2)

    def project(self, points: Array, M: Array) -> Array:
        """(M + λW)(p − c) = M(x − c) with λ ≥ 0 such that ‖p − c‖_W = R, by bisection."""
        if points.dtype == object:
            return self._exact_project(points, M)
        return np.array([self._nearest(x, M) for x in points.reshape(-1, self.n)]).reshape(
            points.shape
        )

    def _nearest(self, x: Array, M: Array) -> Array:
        if self._size(x) <= self.radius:
            return x
        low, high = 0.0, 1.0

        def at(factor: float) -> Array:
            return np.asarray(np.linalg.solve(M + factor * self.W, M @ (x - self.center)))

        while np.linalg.norm(at(high) @ self.root) > self.radius and high < 1e30:
            high *= 2
        for _ in range(100):
            middle = (low + high) / 2
            outside = np.linalg.norm(at(middle) @ self.root) > self.radius
            low, high = (middle, high) if outside else (low, middle)
        return np.asarray(self.center + at(high))

    def _exact_project(self, x: Array, M: Array) -> Array:
        c, r, W = self.exact
        if self.holds(x):
            return x
        low, high = mp(0), mp(1)

        def size(v: Array) -> Any:
            return v @ (W @ v)

        while size(solved(M + high * W, M @ (x - c))) > r**2:
            high *= 2
        for _ in range(170):
            middle = (low + high) / 2
            outside = size(solved(M + middle * W, M @ (x - c))) > r**2
            low, high = (middle, high) if outside else (low, middle)
        found: Array = c + solved(M + high * W, M @ (x - c))
        return found


def region_of(value: Document) -> Region:
    """The region of a document."""
    match value["kind"]:
        case "space":
            return Space(value["dimension"])
        case "box":
            return Box(rationals(value["lower"]), rationals(value["upper"]))
        case "ball":
            return Ball(rationals(value["center"]), rational(value["radius"]), value["metric"])
    raise Unjudged(f"unknown region {value['kind']}")
