"""Euler steps: direct from the Jacobian (T10) or structural from the block bounds (T9)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from sgn.bounds.bounds import Bounds
from sgn.rounding import nice_step, nice_weights

FloatArray = NDArray[np.float64]
STRUCTURAL_LIMIT = 400  # players up to which the largest structural step is searched densely
_GOLDEN = (np.sqrt(5) - 1) / 2


@final
@dataclass(frozen=True)
class EulerPlan:
    """Steps to certify: every h ≤ step_max, with the factors at two steps, in the metric of weights."""

    basis: str
    weights: FloatArray
    step_max: float
    best_step: float
    factor_at_best: float
    factor_at_max: float
    vector: FloatArray | None  # x of T9


def euler_spectral_limit(eigenvalues: NDArray[np.complex128]) -> float:
    """min 2 Re λ/|λ|²: with constant J no metric certifies more (T10).

    >>> euler_spectral_limit(np.array([1.0 + 1.0j]))
    1.0
    """
    return float((2 * eigenvalues.real / np.abs(eigenvalues) ** 2).min())


def direct_plan(
    weights: FloatArray,
    margin: float,
    cocoercivity: float,
    factor_upper: Callable[[float], float],
    factor_near: Callable[[float], float],
) -> EulerPlan | None:
    """T10: every h < 2c contracts. `factor_upper` bounds sup ‖I − hJ‖_M, `factor_near` estimates it cheaply.

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
    return EulerPlan("direct", weights, largest, best, at_best, at_max, None)


def structural_plan(bounds: Bounds) -> EulerPlan | None:
    """T9: N(h) = diag(max|1 − hμ|, |1 − hΛ|) + hL; the largest h with ρ(N(h)) < 1, in its own metric."""
    if not bounds.symmetric or bounds.size > STRUCTURAL_LIMIT:
        return None
    L = bounds.coupling_upper.toarray()

    def matrix(h: float) -> FloatArray:
        own = np.maximum(
            np.abs(1 - h * bounds.curvature_lower), np.abs(1 - h * bounds.curvature_upper)
        )
        return np.diag(own) + h * L

    def radius(h: float) -> float:
        return float(np.abs(np.linalg.eigvals(matrix(h))).max())

    low, high = (
        0.0,
        2 / float(bounds.curvature_upper.max()) if bounds.curvature_upper.max() > 0 else 0.0,
    )
    probe = high
    for _ in range(40):  # {h > 0 : ρ < 1} is an interval that starts at 0, or empty
        if probe > 0 and radius(probe) < 1:
            low = probe
            break
        probe /= 2
    if low == 0:
        return None
    high = min(high, 2 * low)
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if radius(middle) < 1 else (low, middle)
    best = minimise(radius, 0.0, low)
    gap = min(1e-3, max(1e-6, 1e-9 / max(1 - radius(best), 1e-12)))
    largest = low * (1 - gap)
    best = nice_step(best, largest)
    N = matrix(largest)
    weights, x = _perron_metric(N, radius(largest))
    at_best, at_max = (_factor(matrix(h), weights, x) for h in (best, largest))
    if not max(at_best, at_max) < 1:
        return None
    return EulerPlan("structural", weights, largest, best, at_best, at_max, x)


def _perron_metric(N: FloatArray, radius: float) -> tuple[FloatArray, FloatArray]:
    """x = (qI − N)^{-1}1 and w = y/x with y = (qI − N)^{-T}1, for q just above ρ(N)."""
    n = len(N)
    q = radius + 1e-9 * max(radius, 1 - radius)
    one = np.ones(n)
    x = np.linalg.solve(q * np.eye(n) - N, one)
    y = np.linalg.solve(q * np.eye(n) - N.T, one)
    weights = nice_weights(y / x)
    return weights, x / x.max()


def _factor(N: FloatArray, weights: FloatArray, x: FloatArray) -> float:
    """The least q with Nx ≤ qx and Nᵀ(wx) ≤ q(wx), moved up by more than its rounding."""
    if not (np.isfinite(x).all() and (x > 0).all()):
        return np.inf
    y = weights * x
    return float(max((N @ x / x).max(), (N.T @ y / y).max()) * (1 + 1e-13 * len(N)))


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
