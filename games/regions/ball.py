"""Balls in a metric, with exact centre, radius and metric, and the boxes that enclose them."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import final

import numpy as np
from numpy.typing import NDArray

from games import work
from games.errors import InputError
from games.language.number import Number, exact, round_up, to_text
from games.regions.region import Box

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Rows = tuple[tuple[Fraction, ...], ...]
DIGITS = 15  # of the half-widths of the bounding box, rounded up
LARGEST = 64  # variables of a metric given as a matrix, which is inverted in rationals
SWEEPS = 20  # of the search for a box's nearest point; any point found gives a true bound
CUSHION = 1e-12  # of squares, so that the exact test agrees with the one in floats
INSIDE = 1 - 1e-12  # of the radius, so that rounded samples stay in the ball


@final
@dataclass(frozen=True, init=False)
class MetricBall:
    """The points x with ‖x − center‖_M ≤ radius, ‖v‖_M = √(vᵀMv).

    center: n numbers; radius: at least 0. metric: a positive weight for each variable, or a
    symmetric positive definite matrix (n rows of n, n ≤ 64); 1 for each variable if absent. All
    are exact, as those of Box. As a region it is its bounding box, which knows that it is a ball.
    Raises InputError for other lengths, a negative radius or a metric not positive definite.

    >>> ball = MetricBall([0, 1], 2, [1, 4])
    >>> ball.contains([0, 2]), ball.contains([0, "2.01"]), ball.box.upper
    (True, False, (Fraction(2, 1), Fraction(2, 1)))
    """

    center: tuple[Fraction, ...]
    radius: Fraction
    weights: tuple[Fraction, ...]  # of the variables; empty where there is a matrix
    matrix: Rows  # M; empty where there are weights
    _unit: int = field(repr=False, compare=False)  # the common denominator of M
    _inverse: tuple[Fraction, ...] = field(repr=False, compare=False)  # the diagonal of M⁻¹

    def __init__(
        self,
        center: Sequence[Number],
        radius: Number,
        metric: Sequence[Number | Sequence[Number]] | None = None,
    ) -> None:
        point, reach = tuple(exact(v) for v in center), exact(radius)
        if not point:
            raise InputError("the ball has no center; give one number per variable")
        if reach < 0:
            raise InputError(f"the radius is {to_text(reach)}; expected at least 0")
        entries = [1] * len(point) if metric is None else list(metric)
        if len(entries) != len(point):
            raise InputError(
                f"the metric has {len(entries)} entries; expected {len(point)}, one per variable"
            )
        rows = tuple(
            tuple(exact(v) for v in row)
            for row in entries
            if not isinstance(row, int | float | str | Fraction | Decimal)
        )
        weights = tuple(
            exact(v) for v in entries if isinstance(v, int | float | str | Fraction | Decimal)
        )
        _check_metric(weights, rows, len(point))
        object.__setattr__(self, "center", point)
        object.__setattr__(self, "radius", reach)
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "matrix", rows)
        unit = _common_denominator(chain(weights, *rows), self._form_work)
        inverse = _inverse_diagonal(rows, unit) if rows else [1 / w for w in weights]
        object.__setattr__(self, "_unit", unit)
        object.__setattr__(self, "_inverse", tuple(inverse))

    @property
    def dimension(self) -> int:
        return len(self.center)

    def square(self, point: Sequence[Number]) -> Fraction:
        """‖point − center‖²_M, exactly."""
        values = [exact(v) for v in point]
        if len(values) != self.dimension:
            raise ValueError(f"point has {len(values)} entries; expected {self.dimension}")
        v = [x - c for x, c in zip(values, self.center, strict=True)]
        self._count_form(v)
        return sum((a * b for a, b in zip(v, self._image(v), strict=True)), Fraction(0))

    def contains(self, point: Sequence[Number]) -> bool:
        """Whether the exact point lies in the ball."""
        return self.square(point) <= self.radius**2

    @property
    def box(self) -> Box:
        """The bounding box: c_k ± r√(M⁻¹)_kk, rounded outward to 15 digits."""
        half = [_root_above(self.radius**2 * entry) for entry in self._inverse]
        sides = list(zip(self.center, half, strict=True))
        return Box([c - h for c, h in sides], [c + h for c, h in sides])

    @property
    def region(self) -> Box:
        """The ball as a region: its bounding box, of which only the ball counts."""
        box = self.box
        return Box(box.lower, box.upper, ball=self)

    def nearest(self, point: Sequence[Fraction]) -> tuple[Fraction, ...]:
        """The point itself if it is in the ball, else moved straight towards the centre, into it.

        >>> MetricBall([0, 0], 1).nearest([Fraction(3), Fraction(4)])
        (Fraction(3, 5), Fraction(4, 5))
        """
        square = self.square(point)
        if square <= self.radius**2:
            return tuple(point)
        share = self.radius / _root_above(square)
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
        for slope, x, low, high in zip(self._image(v), point, box.lower, box.upper, strict=True):
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

    def _floats_of_metric(self) -> Floats:
        rows = [_floats(row) for row in self.matrix]
        return np.array(rows) if rows else np.diag(_floats(self.weights))

    def _form_work(self, bits: int) -> float:
        """Of vᵀMv with rationals of so many bits."""
        return len(self.center) * max(1, len(self.matrix)) * work.of_rational(bits)

    def _count_form(self, v: Sequence[Fraction]) -> None:
        """Count the work of vᵀMv, in which all rationals have one denominator."""
        own = 2 * self._unit.bit_length() + 2 * max(x.numerator.bit_length() for x in v)
        unit = _common_denominator(v, lambda bits: self._form_work(own + 2 * bits))
        bits = own + 2 * unit.bit_length()
        work.spend(self._form_work(bits), "a point in a ball: rationals of {} bits", bits)

    def _image(self, v: Sequence[Fraction]) -> list[Fraction]:
        """Mv."""
        if self.weights:
            return [w * x for w, x in zip(self.weights, v, strict=True)]
        zero = Fraction(0)
        return [sum((a * b for a, b in zip(row, v, strict=True)), zero) for row in self.matrix]

    def near(self, box: Box) -> tuple[Fraction, ...]:
        """A point of the box near the one nearest to the centre: that one, for weights."""
        first = _clamped(self.center, box)
        if self.weights:
            return first
        low, high = (ends[None] for ends in box.floats())
        [point] = near_points(self._floats_of_metric(), _floats(self.center), low, high)
        return _clamped([Fraction(float(x)) for x in point], box)


def near_points(M: Floats, center: Floats, low: Floats, high: Floats) -> Floats:
    """Points of the boxes (k, n) near those nearest to the centre; the very ones for diagonal M."""
    point = np.clip(center, low, high)
    if not (M - np.diag(np.diagonal(M))).any():
        return np.asarray(point)
    for _ in range(SWEEPS):
        for k, row in enumerate(M):
            rest = (point - center) @ row - row[k] * (point[:, k] - center[k])
            point[:, k] = np.clip(center[k] - rest / row[k], low[:, k], high[:, k])
    return np.asarray(point)


def _floats(values: Sequence[Fraction]) -> Floats:
    return np.array([float(v) for v in values])


def _clamped(point: Sequence[Fraction], box: Box) -> tuple[Fraction, ...]:
    sides = zip(box.lower, point, box.upper, strict=True)
    return tuple(min(max(low, x), high) for low, x, high in sides)


def _check_metric(weights: tuple[Fraction, ...], rows: Rows, n: int) -> None:
    if bool(weights) == bool(rows):
        raise InputError("the metric mixes weights and rows; give one weight or row per variable")
    if weights and min(weights) <= 0:
        raise InputError(f"a weight is {to_text(min(weights))}; expected positive ones")
    if not rows:
        return
    if n > LARGEST:
        raise InputError(f"the metric has {n} rows; expected at most {LARGEST}")
    if any(len(row) != n for row in rows) or tuple(zip(*rows, strict=True)) != rows:
        raise InputError(f"the metric is not symmetric; expected {n} rows of {n}")


def _inverse_diagonal(rows: Rows, unit: int) -> list[Fraction]:
    """The diagonal of M⁻¹; InputError unless every pivot is positive (M ≻ 0).

    Gauss-Jordan in integers, in place: each entry stays a minor of M, up to its sign, so that the
    division by the pivot before is exact. Entries below the diagonal equal those above, or minus
    those where just one of their two rows is done.
    """
    n = len(rows)
    table = [[v.numerator * (unit // v.denominator) for v in row] for row in rows]
    bits = max(entry.bit_length() for row in table for entry in row)
    work.spend(work.of_elimination(n, bits), "the metric: {0} × {0} rationals of {1} bits", n, bits)
    before = 1
    for k in range(n):
        pivot = table[k][k]
        if pivot <= 0:
            raise InputError("the metric is not positive definite; give another matrix")
        column = [table[i][k] for i in range(k)] + table[k][k:]
        onto = [-entry for entry in column[:k]] + column[k:]  # row k: of done columns, the opposite
        for i in range(n):
            if i != k:
                row, factor = table[i], column[i]
                for j in range(i, n):
                    if j != k:
                        row[j] = (pivot * row[j] - factor * onto[j]) // before
        for i in range(k):
            table[i][k] = -table[i][k]
        table[k][k], before = before, pivot
    return [Fraction(table[k][k] * unit, before) for k in range(n)]


def _common_denominator(values: Iterable[Fraction], price: Callable[[int], float]) -> int:
    """The least one; TooMuch before it has more bits than can be afforded at the price."""
    unit = 1
    for value in values:
        unit = math.lcm(unit, value.denominator)
        bits = unit.bit_length()
        work.look(price(bits), "a ball: rationals with a common denominator of {} bits", bits)
    return unit


def _root_above(square: Fraction) -> Fraction:
    """√square, exact for squares of rationals, else rounded up."""
    top, bottom = math.isqrt(square.numerator), math.isqrt(square.denominator)
    if top**2 == square.numerator and bottom**2 == square.denominator:
        return Fraction(top, bottom)
    scale = 4 ** max(0, 64 - square.numerator.bit_length() + square.denominator.bit_length())
    root = math.isqrt(math.ceil(square * scale)) + 1
    return round_up(Fraction(root, math.isqrt(scale)), DIGITS)
