"""Leaves of a cover that are left out: boxes proved to lie outside the ball that is the region."""

import numpy as np

from certificates.kernel.numbers.matrices import Ball, Bools, Floats, diagonal
from games.regions.region import MetricBall, near_points

BATCH = 4096  # boxes at once


def metric_of(region: MetricBall) -> Ball:
    """An enclosure of the ball's matrix M."""
    if region.weights:
        return diagonal(Ball.of(list(region.weights)))
    return Ball.of([list(row) for row in region.matrix])


def lie_outside(region: MetricBall, low: Floats, high: Floats) -> Bools:
    """Whether each box (k, n) is proved to have no point in the ball.

    f(x) = ‖x − c‖²_M is convex: f(x) ≥ f(p) + f'(p)(x − p), whatever p is. The right side is
    linear, so over the box its least value is a sum of ends; the box is outside if it exceeds r².
    """
    parts = [slice(k, k + BATCH) for k in range(0, len(low), BATCH)]
    return np.concatenate([_lie_outside(region, low[part], high[part]) for part in parts])


def _lie_outside(region: MetricBall, low: Floats, high: Floats) -> Bools:
    with np.errstate(all="ignore"):
        M, center = metric_of(region), Ball.of(list(region.center))
        point = near_points(M.mid, center.mid, low, high)
        p = Ball.exact(point)
        v = p - center
        image = v @ M
        slope = image + image
        ends = [(slope * (Ball.exact(side) - p)).least for side in (low, high)]
        total = (v * image + Ball.exact(np.minimum(*ends))).sum(-1)
        return np.asarray((total - Ball.of(region.radius**2)).least > 0)
