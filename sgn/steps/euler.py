"""Euler steps from the whole Jacobian (T10)."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.metric import Metric
from certificates.kernel.theorems.euler import EulerOfJacobian
from sgn.rounding import down, nice_step, up

FloatArray = NDArray[np.float64]
_GOLDEN = (np.sqrt(5) - 1) / 2


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
) -> EulerOfJacobian | None:
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
    high = down(largest)
    low = min(Fraction(repr(best)), high)
    return EulerOfJacobian(metric, high, low, up(at_best), up(at_max))


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
