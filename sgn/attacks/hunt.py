"""The search for the place where a claim is nearest to broken: samples, corners, then climbing."""

from typing import final

import numpy as np
from numpy.typing import NDArray

from sgn.attacks.claims.objectives import Objective

Floats = NDArray[np.float64]
SAMPLES = 512  # places looked at first, a part of them corners and faces
CLIMBERS = 8  # the best of them are improved at the same time
TRIALS = 8  # of a climber in one round
FINEST = 1e-9  # of the cube: a climber whose steps are smaller starts anew


@final
class Hunt:
    """One claim's search; `advance` makes it a little better, `place` is the worst found."""

    def __init__(self, objective: Objective, rng: np.random.Generator) -> None:
        self.objective, self._rng = objective, rng
        self.done = False
        self.place = np.full(objective.dimension, 0.5)
        self.worst = -np.inf  # of the value with its sign turned so that larger is worse
        self._climbers = np.zeros((0, objective.dimension))
        self._heights = self._reach = np.zeros(0)

    @property
    def value(self) -> float:
        """The worst value found; infinite, on the harmless side, where the claim never speaks."""
        return self.worst if self.objective.upper else -self.worst

    def advance(self) -> None:
        """One round: the first looks around, the others climb."""
        if self.objective.dimension == 0:
            self._take(self.place[None])
            self.done = True
        elif not len(self._climbers):
            self._start()
        else:
            self._climb()

    def _start(self) -> None:
        places = np.vstack([self.objective.seeds, self._samples(SAMPLES)])
        heights = self._take(places)
        best = np.argsort(-heights)[:CLIMBERS]
        self._climbers, self._heights = places[best], heights[best]
        self._reach = np.full(len(best), 0.2)

    def _climb(self) -> None:
        """Each climber tries steps of its reach: along all axes, along few, or on to faces."""
        count, d = self._climbers.shape
        moves = self._rng.standard_normal((count, TRIALS, d)) * self._reach[:, None, None]
        few = self._rng.random((count, TRIALS, d)) < 2 / d
        sparse = np.arange(TRIALS)[None, :, None] % 2 == 1
        moves = np.where(sparse & ~few, 0.0, moves)
        trials = np.clip(self._climbers[:, None, :] + moves, 0.0, 1.0)
        heights = self._take(trials.reshape(-1, d)).reshape(count, TRIALS)
        best = heights.argmax(axis=1)
        higher = heights[np.arange(count), best] > self._heights
        self._climbers[higher] = trials[higher, best[higher]]
        self._heights[higher] = heights[higher, best[higher]]
        self._reach = np.minimum(np.where(higher, 1.6, 0.6) * self._reach, 0.5)
        for k in np.flatnonzero(self._reach < FINEST):
            fresh = self._samples(TRIALS * CLIMBERS)
            heights = self._take(fresh)
            top = heights.argmax()
            self._climbers[k], self._heights[k], self._reach[k] = fresh[top], heights[top], 0.2

    def _samples(self, count: int) -> Floats:
        """Random places, a quarter of them on faces, a quarter at corners."""
        places = self._rng.random((count, self.objective.dimension))
        edge = np.rint(places)
        on_face = self._rng.random(places.shape) < 0.5
        kind = np.arange(count)[:, None] % 4
        places = np.where((kind == 1) & on_face, edge, places)
        return np.where(kind == 2, edge, places)

    def _take(self, places: Floats) -> Floats:
        """How near to broken each place is; the worst is kept."""
        with np.errstate(all="ignore"):
            values = self.objective.values(places)
        heights = values if self.objective.upper else -values
        heights = np.where(np.isfinite(values), heights, -np.inf)
        top = int(heights.argmax())
        if heights[top] > self.worst:
            self.worst, self.place = float(heights[top]), places[top].copy()
        return heights
