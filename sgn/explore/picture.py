"""The picture: arrows of the flow on a slice of the region, simulated runs, and their distances."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from games.game import Game
from games.regions.shapes import Region
from sgn.explore.live import Samples, window
from sgn.explore.settings import Settings
from sgn.simulation.simulate import simulate

Floats = NDArray[np.float64]
ARROWS = 13  # along each axis
STARTS = 10
ROWS = 120  # of a run
TIMES = 6.0  # how many times 1/rate the flow is followed
FAR = 1e6  # beyond it, over the window's size, a point is drawn there


def picture(samples: Samples, settings: Settings, region: Region, rate: float) -> Mapping[str, Any]:
    """What the page draws: window, arrows, runs, and the runs' distances to the zero of F.

    rate: sets how long the flow is followed. In games of more than two variables
    the arrows are those of the slice through the zero of F, or the middle.
    """
    game, (a, b) = samples.game, settings.axes
    low, high = window(game, region)
    middle = (low + high) / 2 if samples.zero is None else samples.zero
    with np.errstate(all="ignore"):
        runs = _runs(samples, settings, low, high, rate)
        arrows = _arrows(game, middle, low, high, settings.axes)
    reach = FAR * (high - low)
    rows = np.clip(np.nan_to_num(runs["points"], nan=FAR, posinf=FAR), low - reach, high + reach)
    return {
        "low": [float(low[a]), float(low[b])],
        "high": [float(high[a]), float(high[b])],
        "zero": None if samples.zero is None else [float(middle[a]), float(middle[b])],
        "slice": game.dimension > 2,
        "arrows": arrows.tolist(),
        "runs": np.moveaxis(rows[:, :, [a, b]], 0, 1).tolist(),
        "times": runs["times"].tolist(),
        "distances": [[_finite(v) for v in one] for one in runs["distances"].T],
    }


def _arrows(game: Game, middle: Floats, low: Floats, high: Floats, axes: tuple[int, int]) -> Floats:
    """(k, 4): a point and −F there, along the two axes; left out where F is not finite."""
    a, b = axes
    parts = (np.arange(ARROWS) + 0.5) / ARROWS
    xs, ys = np.meshgrid(low[a] + parts * (high - low)[a], low[b] + parts * (high - low)[b])
    points = np.tile(middle, (ARROWS**2, 1))
    points[:, a], points[:, b] = xs.ravel(), ys.ravel()
    F = game.pseudo_gradient(points)
    found = np.stack([points[:, a], points[:, b], -F[:, a], -F[:, b]], axis=1)
    return found[np.isfinite(found).all(axis=1)]


def _runs(
    samples: Samples, settings: Settings, low: Floats, high: Floats, rate: float
) -> Mapping[str, Floats]:
    """Rows of runs from points of the window: (K, B, n), their times and distances (K, B)."""
    starts = low + (high - low) * _spread(STARTS, samples.game.dimension)
    size = float(np.linalg.norm(samples.J, 2, axis=(1, 2)).max())
    step = float(settings.step)
    if settings.method == "flow":
        step = TIMES / max(rate, size / 50, 1e-9) / ROWS
    weights = [float(w) for w in settings.weights]
    played = simulate(
        samples.game,
        starts,
        method=settings.method,
        step=step,
        steps=ROWS,
        metric=weights,
        target=samples.zero,
    )
    return {
        "points": played.trajectories,
        "times": np.asarray(played.times, float) * (step if settings.method == "flow" else 1),
        "distances": played.distances,
    }


def _spread(count: int, dimension: int) -> Floats:
    """Points of the unit cube, well apart and the same each time: an additive recurrence."""
    golden = 1.0
    for _ in range(40):  # the root of g^(n+1) = g + 1
        golden = (1 + golden) ** (1 / (dimension + 1))
    steps = golden ** -np.arange(1.0, dimension + 1)
    points: Floats = (0.5 + np.outer(np.arange(1, count + 1), steps)) % 1
    return 0.04 + 0.92 * points


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
