"""What a metric is chosen for: the margin, the longest Euler or RK4 step, or the least factor.

An objective scores a metric on Jacobians that stand for the region (larger is better), and says
for which families of matrices a large direct margin serves it: the cocoercivity of J is the margin
of J⁻¹ (multiply sym(MJ) ⪰ cJᵀMJ by J⁻ᵀ and J⁻¹), hence the Euler steps of J (T10).
"""

import abc
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.metric import Metric
from sgn.metrics.block_scalar import best_direct_weights
from sgn.quantities.frame import Frame
from sgn.quantities.quantities import Cocoercivity, EulerFactor, Margin
from sgn.steps.euler import minimise
from sgn.steps.near_linear import longest_guess, middle_matrix, near_linear, sampled_deviation
from sgn.steps.runge_kutta import rk4_reach

FloatArray = NDArray[np.float64]
FEW = 24  # players up to which weights of the longest step are searched beside those of the margin


@final
@dataclass(frozen=True, eq=False)
class Family:
    """Jacobians (V, n, n) that stand for the region; V = 1 where J is constant."""

    jacobians: FloatArray
    slices: tuple[slice, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """The players' numbers of variables."""
        return tuple(part.stop - part.start for part in self.slices)

    @property
    def is_one_matrix(self) -> bool:
        return len(self.jacobians) == 1

    @cached_property
    def inverses(self) -> tuple[FloatArray, ...]:
        """J⁻¹ for all of them; nothing where one is singular."""
        try:
            found = np.asarray(np.linalg.inv(self.jacobians), float)
        except np.linalg.LinAlgError:
            return ()
        return (found,) if np.isfinite(found).all() else ()

    @cached_property
    def euler_weights(self) -> FloatArray | None:
        """Weights of the longest Euler step, those of the largest margin of J⁻¹; one small J."""
        if not (self.is_one_matrix and len(self.slices) <= FEW and self.inverses):
            return None
        [inverse] = self.inverses
        weights, _ = best_direct_weights(inverse, self.slices, [np.ones(len(self.slices))])
        return weights


class Objective(abc.ABC):
    """What a metric is chosen for."""

    name: ClassVar[str]

    @abc.abstractmethod
    def score(self, metric: Metric, family: Family) -> float:
        """How well the metric serves; larger is better. Not proved."""

    @abc.abstractmethod
    def targets(self, family: Family) -> tuple[FloatArray, ...]:
        """Families whose margin serves the objective, to look for metrics."""


@final
@dataclass(frozen=True)
class LargestMargin(Objective):
    """T5: the contraction rate of the flow."""

    name: ClassVar[str] = "margin"

    def score(self, metric: Metric, family: Family) -> float:
        return float(Margin(metric, family.slices).values(family.jacobians).min())

    def targets(self, family: Family) -> tuple[FloatArray, ...]:
        return (family.jacobians,)


@final
@dataclass(frozen=True)
class LongestEulerStep(Objective):
    """T10: 2c."""

    name: ClassVar[str] = "euler_step"

    def score(self, metric: Metric, family: Family) -> float:
        return 2 * float(Cocoercivity(metric, family.slices).values(family.jacobians).min())

    def targets(self, family: Family) -> tuple[FloatArray, ...]:
        return family.inverses


@final
@dataclass(frozen=True)
class LongestRK4Step(Objective):
    """T11 (a) for one matrix; else the longer of (c) and of 2c, which (b) always reaches."""

    name: ClassVar[str] = "rk4_step"

    def score(self, metric: Metric, family: Family) -> float:
        if not family.is_one_matrix:
            return max(LongestEulerStep().score(metric, family), _near_linear_reach(metric, family))
        return rk4_reach(Frame(metric, family.sizes).similar(family.jacobians)[0])

    def targets(self, family: Family) -> tuple[FloatArray, ...]:
        return (family.jacobians, *family.inverses)


def _near_linear_reach(metric: Metric, family: Family) -> float:
    frame, centre = Frame(metric, family.sizes), middle_matrix(family.jacobians)
    deviation = Fraction(sampled_deviation(family.jacobians, centre, frame))
    return longest_guess(near_linear(centre, deviation, frame), frame)


@final
@dataclass(frozen=True)
class LeastFactor(Objective):
    """T10: −min_h ‖I − hJ‖_M."""

    name: ClassVar[str] = "factor"

    def score(self, metric: Metric, family: Family) -> float:
        longest = LongestEulerStep().score(metric, family)
        if not 0 < longest < np.inf:
            return -np.inf

        def factor(step: float) -> float:
            quantity = EulerFactor(metric, family.slices, step)
            return float(quantity.values(family.jacobians).max())

        return -factor(minimise(factor, 0.0, longest))

    def targets(self, family: Family) -> tuple[FloatArray, ...]:
        return (family.jacobians, *family.inverses)


OBJECTIVES: dict[str, Objective] = {
    each.name: each
    for each in (LargestMargin(), LongestEulerStep(), LongestRK4Step(), LeastFactor())
}
