"""A game on a region with the means to bound it: what every part of the search works on."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.metric import Metric
from certificates.kernel.document.reading import Document
from games.game import Game, Structure
from games.regions.shapes import Box, Region
from sgn.bounds import Bounder, Cocoercivity, EulerFactor, Lipschitz, Margin, Sampled
from sgn.rounding import down, up

FloatArray = NDArray[np.float64]
SAMPLES = 128  # Jacobians that stand for the region while weights and steps are chosen


@final
@dataclass(frozen=True)
class Direct:
    """What the whole Jacobian says in one metric (T5, T10)."""

    metric: Metric
    margin: Fraction
    euclidean_margin: Fraction | None  # None: not stated
    lipschitz: Fraction
    cocoercivity: Fraction


@final
@dataclass(frozen=True)
class Problem:
    """A game on a region, with the means to bound it."""

    game: Game
    region: Region
    bounder: Bounder
    document: Document | None  # of the game, where the checker can rebuild what is claimed
    seed: int

    def points(self) -> FloatArray:
        """Points (V, n) that stand for the region: one if J is constant, else corners and draws."""
        if not isinstance(self.region, Box):
            return np.zeros((1, self.game.dimension))
        low, high = self.region.floats()
        if self.game.structure is Structure.CONSTANT:
            return (low + (high - low) / 2)[None]
        rng = np.random.default_rng([self.seed, 2])
        points = self.region.sample(rng, SAMPLES)
        corners = np.where(rng.random(points.shape) < 0.5, low, high)
        if len(self.region.free) <= 6:
            vertices = self.region.vertices(self.region.free)
            corners = np.array([[float(v) for v in p] for p in vertices])
        return np.concatenate([self.region.pulled(corners), points])

    def representatives(self) -> FloatArray:
        """Jacobians (V, n, n) at those points."""
        return self.game.jacobian(self.points())

    def worst_jacobian(self, metric: Metric) -> FloatArray:
        """J (1, n, n) where the margin in this metric is least, as far as sampling finds it."""
        goal = [Margin(metric, self.game.slices)]
        _, points = Sampled(seed=self.seed).search(self.game, self.region, goal)
        return self.game.jacobian(points)

    def direct(self, metric: Metric) -> Direct:
        """T5 and T10 in one metric."""
        equal, slices = (1.0,) * len(self.game.players), self.game.slices
        margins = [Margin(metric, slices), Margin(equal, slices)]
        quantities = [*margins, Lipschitz(metric, slices), Cocoercivity(metric, slices)]
        margin, euclidean, norm, c = self.bounder.bound(self.game, self.region, quantities)
        cocoercivity = down(c) if c > 0 else Fraction(0)
        return Direct(metric, down(margin), down(euclidean), up(norm), cocoercivity)

    def euler_factor(self, metric: Metric) -> Callable[[float], float]:
        """h ↦ a stated upper bound of sup ‖I − hJ‖_M."""

        def factor(step: float) -> float:
            quantity = EulerFactor(metric, self.game.slices, step)
            return float(self.bounder.bound(self.game, self.region, [quantity])[0])

        return factor
