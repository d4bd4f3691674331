"""Regions as exact data: a box, constraints or a ball in it, all of R^n; which points they hold.

Here is what reading and checking a certificate needs. :mod:`games.regions.shapes` adds what users
and the search ask of a region: samples, halves, projections.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from typing import final

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray

from games import work
from games.errors import InputError
from games.language.number import Number, exact, round_up, to_text
from games.regions.constraint import Constraint
from games.regions.ends import Ends

Floats = NDArray[np.float64]
Rows = tuple[tuple[Fraction, ...], ...]
DIGITS = 15  # of the half-widths of the bounding box, rounded up
LARGEST = 64  # variables of a metric given as a matrix, which is inverted in rationals
MOST_CONSTRAINTS = 10_000
SWEEPS = 20  # of the search for a box's nearest point; any point found gives a true bound


@final
@dataclass(frozen=True)
class Space:
    """All of R^n: the region of a game with constant Jacobian when none is given."""

    dimension: int


@dataclass(frozen=True, init=False)
class MetricBall:
    """The points x with ‖x − center‖_M ≤ radius, ‖v‖_M = √(vᵀMv), all exact.

    Raises InputError for other lengths, a negative radius or a metric not positive definite.
    """

    center: tuple[Fraction, ...]
    radius: Fraction
    weights: tuple[Fraction, ...]  # of the variables; empty where there is a matrix
    matrix: Rows  # M; empty where there are weights
    bits: int = field(repr=False, compare=False)  # of the numbers of M over one denominator
    inverse: tuple[Fraction, ...] = field(repr=False, compare=False)  # the diagonal of M⁻¹

    def __init__(
        self,
        center: Sequence[Number],
        radius: Number,
        metric: Sequence[Number | Sequence[Number]] | None = None,
    ) -> None:
        point, reach = tuple(_row("center", center)), exact(radius)
        if not point:
            raise InputError("the ball has no center; give one number per variable")
        if reach < 0:
            raise InputError(f"the radius is {to_text(reach)}; expected at least 0")
        entries = [1] * len(point) if metric is None else list(metric)
        if len(entries) != len(point):
            raise InputError(
                f"the metric has {len(entries)} entries; expected {len(point)}, one per variable"
            )
        weights = tuple(exact(v) for v in entries if isinstance(v, Number))
        rows = tuple(tuple(map(exact, v)) for v in entries if not isinstance(v, Number))
        _check_metric(weights, rows)
        bits = work.common_bits(chain(weights, *rows))
        inverse = _inverse_diagonal(rows, bits) if rows else [1 / w for w in weights]
        vars(self).update(center=point, radius=reach, weights=weights, matrix=rows)
        vars(self).update(bits=bits, inverse=tuple(inverse))

    @property
    def dimension(self) -> int:
        return len(self.center)

    def image(self, v: Sequence[Fraction]) -> list[Fraction]:
        """Mv."""
        if self.weights:
            return [w * x for w, x in zip(self.weights, v, strict=True)]
        return [_product(row, v) for row in self.matrix]

    def square(self, point: Sequence[Number]) -> Fraction:
        """‖point − center‖²_M, exactly."""
        values = _point(point, self.dimension)
        v = [x - c for x, c in zip(values, self.center, strict=True)]
        bits = self.bits + 2 * work.common_bits(v)
        terms = self.dimension * max(1, len(self.matrix))
        work.spend(terms * work.of_rational(bits), "a point in a ball: rationals of {} bits", bits)
        return _product(v, self.image(v))

    def contains(self, point: Sequence[Number]) -> bool:
        """Whether the exact point lies in the ball."""
        return self.square(point) <= self.radius**2

    @property
    def ends(self) -> Rows:
        """Of its bounding box, lower then upper: c_k ± r√(M⁻¹)_kk, rounded outward to 15 digits."""
        half = [root_above(self.radius**2 * entry) for entry in self.inverse]
        sides = [(c - h, c + h) for c, h in zip(self.center, half, strict=True)]
        return tuple(zip(*sides, strict=True))


@dataclass(frozen=True, init=False)
class Box:
    """A compact box with exact ends; with constraints or a ball, the part of it that meets these.

    Raises InputError for different lengths, an upside-down side, a number that is not finite, or
    a constraint on a variable that is not there.
    """

    lower: Ends
    upper: Ends
    ball: MetricBall | None = None
    constraints: tuple[Constraint, ...] = ()

    def __init__(
        self,
        lower: Sequence[Number],
        upper: Sequence[Number],
        *,
        ball: MetricBall | None = None,
        constraints: Sequence[Constraint] = (),
    ) -> None:
        low, high = _row("lower", lower), _row("upper", upper)
        if len(low) != len(high):
            raise InputError(
                f"lower has {len(low)} entries and upper {len(high)};"
                " expected one of each per variable"
            )
        if not low:
            raise InputError("the box has no sides; give one [lower, upper] per variable")
        for k in np.flatnonzero(low.exceeds(high))[:1].tolist():
            raise InputError(
                f"side {k} of the box is upside down: lower {to_text(low[k])} exceeds"
                f" upper {to_text(high[k])}; swap them"
            )
        last = max((c.variables[-1] for c in constraints), default=0)
        if last >= len(low) or (ball is not None and constraints):
            raise InputError(
                f"a constraint is on variable {last} of {len(low)}; expected at most {len(low) - 1}"
                if last >= len(low)
                else "a ball takes no constraints; give a box with them"
            )
        if len(constraints) > MOST_CONSTRAINTS:
            raise InputError(f"{len(constraints)} constraints; expected at most {MOST_CONSTRAINTS}")
        vars(self).update(lower=low, upper=high, ball=ball, constraints=tuple(constraints))

    def __hash__(self) -> int:
        return hash((self.dimension, self.lower[0], self.upper[0], self.ball))

    @property
    def dimension(self) -> int:
        return len(self.lower)

    @property
    def plain(self) -> bool:
        """Whether all of the box is the region."""
        return self.ball is None and not self.constraints

    @property
    def free(self) -> tuple[int, ...]:
        """The indices of the sides that are not degenerate."""
        return tuple(np.flatnonzero(~self.lower.equals(self.upper)).tolist())

    def floats(self) -> tuple[Floats, Floats]:
        """End points as floats, rounded outward: arrays of shape (n,), lower then upper."""
        return self.lower.below, self.upper.above

    def contains(self, point: Sequence[Number]) -> bool:
        """Whether the exact point lies in the box, meets the constraints, and lies in the ball."""
        if len(point) != self.dimension:
            raise ValueError(f"point has {len(point)} entries; expected {self.dimension}")
        values = Ends.of(point)
        outside = self.lower.exceeds(values) | values.exceeds(self.upper)
        met = not outside.any() and all(c.room(values) >= 0 for c in self.constraints)
        return met and (self.ball is None or self.ball.contains(values))


Region = Box | Space


def near_points(M: Floats, center: Floats, low: Floats, high: Floats) -> Floats:
    """Points of the boxes (k, n) near those nearest to the centre; the very ones for diagonal M."""
    point = np.asarray(np.clip(center, low, high))
    for _ in range(SWEEPS if (M - np.diag(np.diagonal(M))).any() else 0):
        for k, row in enumerate(M):
            rest = (point - center) @ row - row[k] * (point[:, k] - center[k])
            point[:, k] = np.clip(center[k] - rest / row[k], low[:, k], high[:, k])
    return point


def _row(name: str, values: Sequence[Number]) -> Ends:
    if isinstance(values, str) or not hasattr(values, "__len__"):
        raise InputError(f"{name} is {values!r}; expected a list with one number a variable")
    return Ends.of(values)


def _point(values: Sequence[Number], dimension: int) -> list[Fraction]:
    if len(values) != dimension:
        raise ValueError(f"point has {len(values)} entries; expected {dimension}")
    return [exact(v) for v in values]


def _product(u: Sequence[Fraction], v: Sequence[Fraction]) -> Fraction:
    """uᵀv."""
    return sum((a * b for a, b in zip(u, v, strict=True)), Fraction(0))


def _check_metric(weights: tuple[Fraction, ...], rows: Rows) -> None:
    """Raise InputError unless they are positive weights alone, or a symmetric matrix alone."""
    n = len(rows)
    if bool(weights) == bool(rows):
        raise InputError("the metric mixes weights and rows; give one weight or row per variable")
    if weights and min(weights) <= 0:
        raise InputError(f"a weight is {to_text(min(weights))}; expected positive ones")
    if n > LARGEST:
        raise InputError(f"the metric has {n} rows; expected at most {LARGEST}")
    if any(len(row) != n for row in rows) or tuple(zip(*rows, strict=True)) != rows:
        raise InputError(f"the metric is not symmetric; expected {n} rows of {n}")


def _inverse_diagonal(rows: Rows, bits: int) -> list[Fraction]:
    """The diagonal of M⁻¹; InputError unless M ≻ 0.

    M is symmetric: all roots of det(xI − M) are real, and positive if and only if the signs of its
    coefficients alternate.
    """
    n = len(rows)
    work.spend(work.of_inverse(n, bits), "the metric: {0} × {0} rationals of {1} bits", n, bits)
    M = fmpq_mat(n, n, [fmpq(v.numerator, v.denominator) for row in rows for v in row])
    if not all((-1) ** (n - k) * c > 0 for k, c in enumerate(M.charpoly())):
        raise InputError("the metric is not positive definite; give another matrix")
    inverse = M.inv()
    return [Fraction(int(inverse[k, k].p), int(inverse[k, k].q)) for k in range(n)]


def root_above(square: Fraction) -> Fraction:
    """√square, exact for squares of rationals, else rounded up."""
    top, bottom = math.isqrt(square.numerator), math.isqrt(square.denominator)
    if top**2 == square.numerator and bottom**2 == square.denominator:
        return Fraction(top, bottom)
    scale = 4 ** max(0, 64 - square.numerator.bit_length() + square.denominator.bit_length())
    root = math.isqrt(math.ceil(square * scale)) + 1
    return round_up(Fraction(root, math.isqrt(scale)), DIGITS)
