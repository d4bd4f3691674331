"""Boxes and intervals as balls, for what leaves can be: (K, entries) and stacks of matrices."""

import numpy as np

from certificates.kernel.numbers.intervals import Interval
from certificates.kernel.numbers.matrices import Ball, Floats, rounded_up


def centred(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Points in the boxes, and how far at most the boxes reach from them."""
    centre = low + (high - low) / 2
    above, below = np.maximum(high - centre, 0.0), np.maximum(centre - low, 0.0)
    return centre, np.maximum(rounded_up(above, 1), rounded_up(below, 1))


def product_up(a: Floats, b: Floats) -> Floats:
    """At least a·b, both ≥ 0."""
    return np.nextafter(a * b, np.inf)


def with_axis(ball: Ball) -> Ball:
    """(K, entries) as (K, 1, entries)."""
    return Ball(ball.mid[:, None, :], ball.rad[:, None, :])


def joined(first: Ball, second: Ball) -> Ball:
    """Both, along the second axis."""
    return Ball(
        np.concatenate([first.mid, second.mid], axis=1),
        np.concatenate([first.rad, second.rad], axis=1),
    )


def balls(intervals: list[Interval], count: int) -> Ball:
    """One interval per entry, over so many boxes: (count, entries)."""
    low, high = np.empty((2, count, len(intervals)))
    for k, interval in enumerate(intervals):
        low[:, k], high[:, k] = interval.low, interval.high
    return Ball.between(low, high)


def magnitude(ball: Ball) -> Floats:
    """An upper bound of |x| over the ball."""
    return rounded_up(np.abs(ball.mid) + ball.rad, 2)


def reshaped(ball: Ball, shape: tuple[int, int]) -> Ball:
    """(…, p·q) as a flat batch of p × q matrices."""
    size = (-1, *shape)
    return Ball(ball.mid.reshape(size), ball.rad.reshape(size))
