"""Runge–Kutta steps where the Jacobian stays near one matrix (T11 c)."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.metric import Metric
from certificates.kernel.inequalities.runge_kutta import TABLEAUS, excess
from certificates.kernel.numbers.metrics import metric_ball
from certificates.kernel.theorems.runge_kutta import Cover, RungeKuttaNearLinear
from games.language.number import round_up
from sgn.quantities.frame import Frame
from sgn.rounding import nice_step, up
from sgn.steps.euler import minimise
from sgn.steps.runge_kutta import (
    CLEARANCE,
    rated_cover,
    spectral_limit,
    stability_matrix,
)

FloatArray = NDArray[np.float64]
HALVINGS = 12
SHAVE = 1e-9
ROUNDING = 1e-8  # of a factor: far more than its evaluation loses


@final
@dataclass(frozen=True)
class NearLinear:
    """‖J(x) − J₀‖_M ≤ deviation on the region, ‖J₀‖_M ≤ norm (T11 c); matrix: J₀ (n, n)."""

    matrix: FloatArray
    deviation: Fraction
    norm: Fraction
    scheme: str = "rk4"

    def excess(self, step: Fraction) -> Fraction:
        """D(h)."""
        return excess(TABLEAUS[self.scheme], step, self.norm, self.deviation)


def middle_matrix(jacobians: FloatArray) -> FloatArray:
    """J₀ for Jacobians (V, n, n): the middle of each entry's range, to nine digits."""
    low, high = jacobians.min(axis=0), jacobians.max(axis=0)
    middle = low + (high - low) / 2
    return np.array([[float(f"{v:.8e}") for v in row] for row in middle])


def sampled_deviation(jacobians: FloatArray, centre: FloatArray, frame: Frame) -> float:
    """max ‖J − J₀‖_M over the Jacobians at hand."""
    return float(np.linalg.norm(frame.similar(jacobians - centre), 2, axis=(1, 2)).max())


def near_linear(centre: FloatArray, deviation: Fraction, frame: Frame) -> NearLinear:
    """J₀ with δ and a bound of its own norm."""
    norm = float(np.linalg.norm(frame.similar(centre[None])[0], 2))
    return NearLinear(centre, deviation, up(norm * (1 + SHAVE)))


def factor_bound(linear: NearLinear, frame: Frame) -> Callable[[float], float]:
    """h ↦ ‖P(−hJ₀)‖_M + p(h(b + δ)) − p(hb), in floats."""
    B = frame.similar(linear.matrix[None])[0]

    def factor(h: float) -> float:
        return float(np.linalg.norm(stability_matrix(B, h, linear.scheme), 2)) + float(
            linear.excess(Fraction(h))
        )

    return factor


def longest_guess(linear: NearLinear, frame: Frame) -> float:
    """About the largest h whose factor is below 1; proves nothing."""
    factor = factor_bound(linear, frame)
    if not linear.norm > 0:
        return 0.0
    limit = spectral_limit(np.linalg.eigvals(linear.matrix).astype(complex), linear.scheme)
    low, high = 0.0, min(limit, 3 / float(linear.norm))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if factor(middle) < 1 else (low, middle)
    return low


def near_linear_plan(
    linear: NearLinear, metric: Metric, sizes: tuple[int, ...]
) -> RungeKuttaNearLinear | None:
    """The longest (0, H] that T11 (c) gives in the metric; None where it gives nothing.

    The cover's rates are those of J₀ alone less what the deviation takes (see the checker).
    """
    frame = Frame(metric, sizes)
    limit = longest_guess(linear, frame) * (1 - CLEARANCE)
    if not limit > 0:
        return None
    cover, _ = rated_cover(
        linear.matrix, metric_ball(metric, sizes), limit, linear.scheme, _loss(linear)
    )
    steps, rates = cover
    if len(steps) == 1:
        return None
    factor, largest = factor_bound(linear, frame), float(steps[-1])
    best = min(Fraction(repr(nice_step(minimise(factor, 0.0, largest), largest))), steps[-1])
    at_best = round_up(Fraction(factor(float(best)) * (1 + ROUNDING)), 13)
    if at_best >= 1:
        return None
    return RungeKuttaNearLinear(
        metric=metric,
        step_max=steps[-1],
        best_step=best,
        factor_at_best=at_best,
        scheme=linear.scheme,
        cover=Cover(steps, rates),
        deviation=linear.deviation,
        norm=linear.norm,
        matrix=linear.matrix,
    )


def _loss(linear: NearLinear) -> Callable[[Fraction], Fraction]:
    def loss(high: Fraction) -> Fraction:
        d = linear.excess(high) / high
        return 2 * d + d**2 * high

    return loss
