"""Euler steps from the whole Jacobian (T10), or from margin, Lipschitz and cocoercivity (T8)."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.metric import Metric
from certificates.safe import root_above
from games.language.number import round_down, round_near
from sgn.rounding import DIGITS, down, nice_step, up

FloatArray = NDArray[np.float64]
_GOLDEN = (np.sqrt(5) - 1) / 2
LEAST = Fraction(1, 10**300)  # decrease of a squared factor that can be told from none in a file
END = Fraction(1, 10**6)  # by which the largest step of T8 stays below 2c, where nothing contracts


@final
@dataclass(frozen=True)
class EulerPlan:
    """Steps to certify: every h ≤ step_max, with the factors at two steps, in one metric."""

    basis: str
    metric: Metric
    step_max: Fraction
    best_step: Fraction
    factor_at_best: Fraction
    factor_at_max: Fraction
    vector: FloatArray | None = None  # x of T9


def stated_plan(
    basis: str,
    metric: Metric,
    steps: tuple[float, float],
    factors: tuple[float, float],
    vector: FloatArray | None = None,
) -> EulerPlan:
    """A plan as it is stated; steps: the largest and the best one, factors: at these."""
    largest = down(steps[0])
    best = min(Fraction(repr(steps[1])), largest)
    at_max, at_best = map(up, factors)
    return EulerPlan(basis, metric, largest, best, at_best, at_max, vector)


def sector_steps(
    metric: Metric, margin: Fraction, lipschitz: Fraction, cocoercivity: Fraction
) -> EulerPlan | None:
    """T8: every h < 2c, c the cocoercivity or α/β²; the numbers are those that the document states.

    cocoercivity: 0 where none is known. None without a margin.

    >>> one = Fraction(1)
    >>> plan = sector_steps(Metric.scalar(np.ones(2)), one / 2, one, Fraction(0))
    >>> float(plan.step_max), float(plan.best_step), float(round_near(plan.factor_at_best, 3))
    (0.999999, 0.5, 0.866)
    """
    if not (margin > 0 and lipschitz > 0):
        return None
    c = max(margin / lipschitz**2, cocoercivity)
    largest, best = round_down(2 * c * (1 - END), DIGITS), round_near(c, 4)
    decreases = [h * (2 - h / c) * margin for h in (best, largest)]
    if min(decreases) < LEAST:
        return None
    at_best, at_max = map(factor_above, decreases)
    return EulerPlan("sector", metric, largest, best, at_best, at_max)


def factor_above(decrease: Fraction) -> Fraction:
    """At least √(1 − decrease), and below 1 however small the decrease is.

    >>> float(factor_above(Fraction(3, 4))), factor_above(Fraction(1, 10**30)) < 1
    (0.5000000000001, True)
    """
    return 1 - round_down(max(1 - root_above(1 - decrease), decrease / 2), DIGITS)


def euler_spectral_limit(eigenvalues: NDArray[np.complex128]) -> float:
    """min 2 Re λ/|λ|²: with constant J no metric certifies more (T10).

    >>> euler_spectral_limit(np.array([1.0 + 1.0j]))
    1.0
    """
    return float((2 * eigenvalues.real / np.abs(eigenvalues) ** 2).min())


def direct_plan(
    metric: Metric,
    margin: float,
    cocoercivity: float,
    factor_upper: Callable[[float], float],
    factor_near: Callable[[float], float],
) -> EulerPlan | None:
    """T10: every h < 2c contracts.

    factor_upper: h to a bound of sup ‖I − hJ‖_M; factor_near: a cheap estimate of it.
    None when no step contracts by more than rounding.
    """
    if not (margin > 0 and cocoercivity > 0):
        return None
    # at h = 2c(1 − δ) the factor is about 1 − 2cαδ, which must stand clear of rounding
    gap = min(1e-3, max(1e-6, 1e-9 / (cocoercivity * margin)))
    largest = 2 * cocoercivity * (1 - gap)
    best = nice_step(minimise(factor_near, 0.0, largest), largest)
    at_best, at_max = factor_upper(best), factor_upper(largest)
    if not max(at_best, at_max) < 1:
        return None
    return stated_plan("direct", metric, (largest, best), (at_max, at_best))


def minimise(function: Callable[[float], float], low: float, high: float) -> float:
    """Golden-section search of a convex function; about 1e-4 of the interval."""
    a, b = low, high
    c, d = b - _GOLDEN * (b - a), a + _GOLDEN * (b - a)
    fc, fd = function(c), function(d)
    for _ in range(18):
        if fc <= fd:
            b, d, fd = d, c, fc
            c = b - _GOLDEN * (b - a)
            fc = function(c)
        else:
            a, c, fc = c, d, fd
            d = a + _GOLDEN * (b - a)
            fd = function(d)
    return float(c if fc <= fd else d)
