"""Regions on which a game is certified: a box with exact ends, a ball in one, or all of R^n."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import NDArray

from games.errors import InputError
from games.language.number import Number, exact, float_enclosure, to_text

if TYPE_CHECKING:
    from games.regions.ball import MetricBall

Floats = NDArray[np.float64]


@final
@dataclass(frozen=True)
class Space:
    """All of R^n: the region of a game with constant Jacobian when none is given."""

    dimension: int


@final
@dataclass(frozen=True, init=False)
class Box:
    """A compact box with exact rational end points; sides may be degenerate (lower = upper).

    lower, upper: n numbers each (int, float taken at its binary value, Decimal, Fraction or text).
    ball: a ball in the box; the region is then the ball, and the box encloses it.
    Raises InputError (a ValueError) for different lengths, an upside-down side or a number that is
    not finite.

    >>> box = Box([0, 0], [15, "31/2"])
    >>> box.dimension, box.contains([1, 15.5])
    (2, True)
    """

    lower: tuple[Fraction, ...]
    upper: tuple[Fraction, ...]
    ball: "MetricBall | None" = None

    def __init__(
        self,
        lower: Sequence[Number],
        upper: Sequence[Number],
        *,
        ball: "MetricBall | None" = None,
    ) -> None:
        for side, ends in (("lower", lower), ("upper", upper)):
            if isinstance(ends, str) or not hasattr(ends, "__len__"):
                raise InputError(f"{side} is {ends!r}; expected a list with one number a variable")
        low, high = tuple(exact(v) for v in lower), tuple(exact(v) for v in upper)
        if len(low) != len(high):
            raise InputError(
                f"lower has {len(low)} entries and upper {len(high)};"
                " expected one of each per variable"
            )
        if not low:
            raise InputError("the box has no sides; give one [lower, upper] per variable")
        for k, (a, b) in enumerate(zip(low, high, strict=True)):
            if a > b:
                raise InputError(
                    f"side {k} of the box is upside down: lower {to_text(a)} exceeds"
                    f" upper {to_text(b)}; swap them"
                )
        object.__setattr__(self, "lower", low)
        object.__setattr__(self, "upper", high)
        object.__setattr__(self, "ball", ball)

    @classmethod
    def cube(cls, dimension: int, radius: Number) -> "Box":
        """The box [-radius, radius]^dimension.

        >>> Box.cube(2, 1).lower
        (Fraction(-1, 1), Fraction(-1, 1))
        """
        r = exact(radius)
        return cls([-r] * dimension, [r] * dimension)

    @property
    def dimension(self) -> int:
        return len(self.lower)

    @property
    def free(self) -> tuple[int, ...]:
        """The indices of the sides that are not degenerate."""
        return tuple(
            k for k, (a, b) in enumerate(zip(self.lower, self.upper, strict=True)) if a < b
        )

    def floats(self) -> tuple[Floats, Floats]:
        """End points as floats, rounded outward: arrays of shape (n,), lower then upper."""
        low = np.array([float_enclosure(a)[0] for a in self.lower])
        high = np.array([float_enclosure(b)[1] for b in self.upper])
        return low, high

    def contains(self, point: Sequence[Number]) -> bool:
        """Whether the exact point lies in the box, and in the ball if there is one."""
        values = [exact(v) for v in point]
        if len(values) != self.dimension:
            raise ValueError(f"point has {len(values)} entries; expected {self.dimension}")
        if not all(a <= v <= b for a, v, b in zip(self.lower, values, self.upper, strict=True)):
            return False
        return self.ball is None or self.ball.contains(values)

    def nearest(self, point: Sequence[Fraction]) -> tuple[Fraction, ...]:
        """The point clipped to the box, then moved straight towards the centre of the ball."""
        sides = zip(self.lower, point, self.upper, strict=True)
        clipped = tuple(min(max(low, v), high) for low, v, high in sides)
        return clipped if self.ball is None else self.ball.nearest(clipped)

    def pulled(self, points: Floats) -> Floats:
        """Points (k, n) of the box moved straight into the ball, if there is one."""
        return points if self.ball is None else self.ball.pulled(points)

    def split(self, axis: int) -> tuple["Box", "Box"]:
        """The two halves of the box at the exact midpoint of one side."""
        middle = (self.lower[axis] + self.upper[axis]) / 2
        low, high = list(self.lower), list(self.upper)
        low[axis] = high[axis] = middle
        return Box(self.lower, high), Box(low, self.upper)

    def sample(self, rng: "np.random.Generator", count: int) -> Floats:
        """`count` independent uniform points, shape (count, n)."""
        if self.ball is not None:
            return self.ball.sample(rng, count)
        low, high = self.floats()
        return low + (high - low) * rng.random((count, self.dimension))

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


Region = Box | Space
