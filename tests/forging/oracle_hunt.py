"""Descent without derivatives: where in a region a value is least."""

from collections.abc import Callable

import numpy as np

from tests.forging.oracle_reading import Array
from tests.forging.oracle_region import Region

KEPT = 4  # points from which the descent goes on
Value = Callable[[Array], Array]


def hunt(
    value: Value, region: Region, starts: Array, rng: np.random.Generator, rounds: int
) -> tuple[Array, float]:
    """The least value found and where; starts (K, n) in the region, what is not finite is skipped.

    Steps along each axis and in random directions, halved when nothing is gained.
    """
    values = _finite(value(starts))
    order = np.argsort(values)[:KEPT]
    best, least = starts[order], values[order]
    n = starts.shape[1]
    spread = np.ptp(starts, axis=0)
    scale = np.where(spread > 0, spread, 1.0) / 4
    steps = np.full(len(best), 1.0)
    for _ in range(rounds):
        axes = np.vstack([np.eye(n), -np.eye(n)]) if n <= 12 else np.zeros((0, n))
        moves = np.vstack([axes, rng.normal(size=(6, n)) / np.sqrt(n)])
        tried = best[:, None] + steps[:, None, None] * moves[None] * scale
        tried = region.clamp(tried.reshape(-1, n))
        found = _finite(value(tried)).reshape(len(best), len(moves))
        k = found.argmin(axis=1)
        better = found.min(axis=1) < least
        tried = tried.reshape(len(best), len(moves), n)
        best = np.where(better[:, None], tried[np.arange(len(best)), k], best)
        least = np.where(better, found.min(axis=1), least)
        steps = np.where(better, steps * 1.5, steps / 2)
    k = int(least.argmin())
    return best[k], float(least[k])


def _finite(values: Array) -> Array:
    return np.where(np.isfinite(values), values, np.inf)
