"""Distances in play, and the distance below which their ratios show rounding alone."""

from dataclasses import dataclass
from typing import final

import numpy as np

from sgn.simulation.setting import Floats

FACTOR_ERROR = 1e-6  # of a per-step factor that is counted


@final
@dataclass(frozen=True, eq=False)
class Ruler:
    """M-distances of B starts to a target or within B pairs, and how far down they tell a factor.

    root: R with M = RRᵀ. target: (n,), or none, when nothing is measured unless it is pairs.
    step_error: what one step of the method may err, as a part of the points' size.

    The size of a start is the largest so far of its points x, and of the target, each as the length
    of |x| by |R|: no vector with entries at most |x_i| is longer in M. A step from a distance d
    errs by step_error · size, so the factor it shows is off by step_error · size/d. It is counted
    where that is below FACTOR_ERROR. The size is the largest so far and not that of the moment
    because F may be a difference of larger numbers, as it is near a target at 0.
    """

    root: Floats
    target: Floats | None
    paired: bool
    step_error: float

    def distances(self, points: Floats) -> Floats:
        """Of points (B, n), or pairs (2, B, n): (B,); (0,) where nothing is measured."""
        if self.paired:
            return _lengths((points[0] - points[1]) @ self.root)
        return np.zeros(0) if self.target is None else _lengths((points - self.target) @ self.root)

    def sizes(self, points: Floats) -> Floats:
        """The size of each start or pair, and at least that of the target: (B,)."""
        root = np.abs(self.root)
        if self.paired:
            return np.asarray(np.maximum(*(_lengths(np.abs(side) @ root) for side in points)))
        if self.target is None:
            return np.zeros(0)
        own = _lengths(np.abs(points) @ root)
        return np.maximum(own, np.linalg.norm(np.abs(self.target) @ root))

    def factor(self, before: Floats, now: Floats, sizes: Floats) -> float:
        """The largest now/before of the starts that tell it; 0 where none does.

        All of shape (B,); infinite for a start that was finite before and is not now.
        """
        told = before * FACTOR_ERROR > self.step_error * sizes
        told = np.where(np.isinf(now), np.isfinite(before), told)
        ratio = np.divide(now, before, out=np.zeros_like(now), where=told)
        return float(ratio.max(initial=0.0))


def _lengths(vectors: Floats) -> Floats:
    """Of rows; infinite for what is not a number."""
    lengths: Floats = np.linalg.norm(vectors, axis=1)
    return np.where(np.isnan(lengths), np.inf, lengths)
