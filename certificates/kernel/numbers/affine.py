"""Affine forms for the checker: numbers that move linearly with the sides of a box, and a doubt.

A form is x(t) = part_0 + Σ_g t_g part_g + e with |t_g| ≤ 1 and |e| ≤ rad, entry by entry. Products
keep what is linear; the rest, and every rounding, goes into the radius. Trusted: as for balls.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any, final

import numpy as np

from certificates.kernel.numbers.matrices import TINY, UNIT, Ball, Floats, joined, rounded_up
from certificates.kernel.numbers.stars import is_star_psd


@final
@dataclass(frozen=True)
class Form:
    """Arrays of numbers over K boxes: part (K, 1 + G, …) and rad (K, …); G = 0 where none moves."""

    part: Floats
    rad: Floats

    @classmethod
    def of(cls, ball: Ball) -> "Form":
        """What depends on no box: a ball of numbers (…)."""
        return cls(ball.mid[None, None], ball.rad[None])

    @classmethod
    def each(cls, ball: Ball) -> "Form":
        """What does not move within a box: a ball (K, …)."""
        return cls(ball.mid[:, None], ball.rad)

    @classmethod
    def moved(cls, parts: Ball) -> "Form":
        """Balls (K, 1 + G, …): a centre and its moves; what they leave open is the doubt."""
        return cls(parts.mid, rounded_up(parts.rad.sum(axis=1), parts.mid.shape[1]))

    @property
    def centre(self) -> Ball:
        """What does not move, with the doubt: (K, …)."""
        return Ball(self.part[:, 0], self.rad)

    @property
    def moves(self) -> Ball:
        """The part_g: (K, G, …)."""
        return Ball.exact(self.part[:, 1:])

    @property
    def size(self) -> Floats:
        """An upper bound of Σ_g |part_g|, the centre included: (K, …)."""
        return rounded_up(np.abs(self.part).sum(axis=1), self.part.shape[1])

    @property
    def hull(self) -> Ball:
        """All values: (K, …)."""
        return Ball(self.part[:, 0], rounded_up(_moved(self) + self.rad, 1))

    def parts(self, count: int) -> Iterator["Form"]:
        """On some of the boxes after others: so many at a time, or one."""
        step = max(1, count)
        for k in range(0, len(self.rad), step):
            yield Form(self.part[k : k + step], self.rad[k : k + step])

    def every(self) -> Ball:
        """The vertices t_g = ±1, of which all values are averages, with the doubt: (K·2^G, …)."""
        corners = self.centre[:, None]
        for g in range(self.part.shape[1] - 1):
            move = self.moves[:, g, None]
            corners = joined([corners + move, corners - move], 1)
        return corners.reshape(-1, *self.rad.shape[1:])

    def satisfies(self, inequality: Callable[[Ball], Ball]) -> bool:
        """Whether S ⪰ 0 for all values, matrices, on all boxes; S is affine."""
        moves = inequality(self.moves) - inequality(Ball.exact(np.zeros(self.rad.shape[1:])))
        return bool(is_star_psd(inequality(self.centre), moves).all())

    def on(self, change: Callable[[Floats], Floats]) -> "Form":
        """The same numbers in another order or shape: a change of what follows two first axes."""
        return Form(change(self.part), change(self.rad[:, None])[:, 0])

    def to_end(self, axis: int) -> "Form":
        """With that axis of the numbers last."""
        return self.on(lambda a: np.moveaxis(a, 2 + axis, -1))

    def __getitem__(self, key: Any) -> "Form":
        key = key if isinstance(key, tuple) else (key,)
        return Form(self.part[(slice(None), slice(None), *key)], self.rad[(slice(None), *key)])

    def __neg__(self) -> "Form":
        return Form(-self.part, self.rad)

    def __add__(self, other: "Form") -> "Form":
        """Shapes as of the numbers broadcast, and so do K and G."""
        count = max(self.part.shape[1], other.part.shape[1])
        part = _padded(self.part, count) + _padded(other.part, count)
        rounding = 1.01 * UNIT * np.abs(part).sum(axis=1)
        return Form(part, rounded_up(self.rad + other.rad + rounding, count + 3))

    def __sub__(self, other: "Form") -> "Form":
        return self + (-other)

    def __mul__(self, other: "Form") -> "Form":
        """Entry by entry (T30): t_g² x_gy_g is ½ ± ½ of x_gy_g, whose half goes to the centre."""
        result = _product(self, other, np.multiply, 1)
        count = min(self.part.shape[1], other.part.shape[1])
        if count == 1:
            return result
        same = self.part[:, 1:count] * other.part[:, 1:count]
        half, less = same.sum(axis=1) / 2, np.abs(same).sum(axis=1) / 2
        centre = result.part[:, 0] + half
        part = np.concatenate([centre[:, None], result.part[:, 1:]], axis=1)
        missed = UNIT * ((4 * count + 16) * less + 2 * np.abs(centre)) + count * TINY
        return Form(part, rounded_up(result.rad - less + missed, 4))

    def __matmul__(self, other: "Form") -> "Form":
        """Over the last axis of the one and the last but one of the other."""
        return _product(self, other, np.matmul, self.rad.shape[-1])

    def widened(self, rad: Floats) -> "Form":
        """With so much more doubt."""
        return Form(self.part, rounded_up(self.rad + rad, 1))

    def sum(self, axis: int) -> "Form":
        """Along an axis, counted from the end (negative)."""
        terms = self.part.shape[axis]
        rounding = 1.01 * terms * UNIT * np.abs(self.part).sum(axis=1).sum(axis=axis)
        count = self.part.shape[1] + 2 * terms + 4
        return Form(self.part.sum(axis=axis), rounded_up(self.rad.sum(axis=axis) + rounding, count))


def _padded(part: Floats, count: int) -> Floats:
    """With moves of 0 up to so many parts."""
    missing = count - part.shape[1]
    if not missing:
        return part
    return np.concatenate([part, np.zeros((len(part), missing, *part.shape[2:]))], axis=1)


def _product(x: Form, y: Form, times: Callable[..., Any], terms: int) -> Form:
    """x₀y₀ + Σ t_g(x_gy₀ + x₀y_g), for a bilinear product that sums so many terms an entry.

    The rest is at most (Σ|x_g|)(Σ|y_g|) and what the radii do; |fl(ab) − ab| ≤ γ_k|a||b|.
    """
    first_x, first_y, moves_x, moves_y = x.part[:, :1], y.part[:, :1], x.part[:, 1:], y.part[:, 1:]
    pairs = (moves_x, first_y), (first_x, moves_y)
    linear = [times(a, b) for a, b in pairs if a.shape[1] and b.shape[1]]
    parts = [times(first_x, first_y), *([reduce(np.add, linear)] if linear else [])]
    size_x, size_y = x.size, y.size
    rad = times(size_x, y.rad)
    if x.rad.any():
        rad = rad + times(x.rad, size_y + y.rad)
    if moves_x.shape[1] and moves_y.shape[1]:
        rad = rad + times(_moved(x), _moved(y))
    share = np.nextafter(1.01 * (terms + 6) * UNIT * size_y, np.inf)
    count = max(x.part.shape[1], y.part.shape[1])
    rad = rad + times(size_x, share) + 8 * terms * count * TINY
    return Form(np.concatenate(parts, axis=1), rounded_up(rad, 3 * terms + 16))


def _moved(x: Form) -> Floats:
    """An upper bound of Σ_g |part_g|, the centre left out."""
    return rounded_up(np.abs(x.part[:, 1:]).sum(axis=1), x.part.shape[1])


def inverse(x: Form, least: Floats) -> Form:
    """1/x for x ≥ least > 0: 2y − y²x + (1 − yx)²/x for any y, here near 1/part_0.

    NaN where least is not positive.
    """
    y = Form(1 / x.part[:, :1], np.zeros_like(x.rad))
    miss = (x * y - Form.of(Ball.exact(np.ones(x.rad.shape[1:])))).hull
    far = rounded_up(np.abs(miss.mid) + miss.rad, 1)
    floor = np.where(least > 0, least, np.nan)
    rest = rounded_up(far * far / floor, 3)
    half = rest / 2
    linear = y + y - y * (y * x)
    return (linear + Form(half[:, None], np.zeros_like(half))).widened(half)
