"""Euler steps from the block bounds alone (T9), in a metric of their own."""

import numpy as np
from numpy.typing import NDArray

from sgn.bounds.bounds import Bounds
from sgn.euler import EulerPlan, minimise
from sgn.rounding import nice_step, nice_weights

FloatArray = NDArray[np.float64]
SEARCHED = 400  # players up to which the largest step is searched, with dense eigenvalues
ITERATIONS = 500  # of the power method beyond
ABOVE = 1e-9  # how far above ρ(N) the resolvent is taken: its vector is positive for any graph


def structural_plan(bounds: Bounds) -> EulerPlan | None:
    """T9: N(h) = diag(max(|1 − hμ|, |1 − hΛ|)) + hL contracts where ρ(N(h)) < 1.

    Few players: the largest such h. Many: h = min 2/(μ_i + Λ_i), in O(nonzeros) a round.
    None where some J_ii may not be symmetric, or no step is found.
    """
    if not bounds.symmetric or (bounds.curvature_lower + bounds.curvature_upper).max() <= 0:
        return None
    if bounds.size <= SEARCHED:
        return _searched(bounds)
    step = 2 / float((bounds.curvature_lower + bounds.curvature_upper).max())
    x, y = (_power(bounds, step, transposed) for transposed in (False, True))
    return _plan(bounds, step, step, nice_weights(y / x), x)


def _searched(bounds: Bounds) -> EulerPlan | None:
    """The interval {h : ρ(N(h)) < 1} starts at 0 or is empty; its end by bisection."""

    def radius(h: float) -> float:
        return float(np.abs(np.linalg.eigvals(_dense(bounds, h))).max())

    high = 2 / float(bounds.curvature_upper.max())
    probes = [high / 2**k for k in range(40)]
    low = next((h for h in probes if radius(h) < 1), 0.0)
    if low == 0:
        return None
    high = min(high, 2 * low)
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if radius(middle) < 1 else (low, middle)
    best = minimise(radius, 0.0, low)
    gap = min(1e-3, max(1e-6, 1e-9 / max(1 - radius(best), 1e-12)))
    largest = low * (1 - gap)
    N, one = _dense(bounds, largest), np.ones(bounds.size)
    q = radius(largest)
    shifted = (q + ABOVE * max(q, 1 - q)) * np.eye(bounds.size) - N
    x, y = np.linalg.solve(shifted, one), np.linalg.solve(shifted.T, one)
    return _plan(bounds, largest, nice_step(best, largest), nice_weights(y / x), x / x.max())


def _plan(
    bounds: Bounds, largest: float, best: float, weights: FloatArray, x: FloatArray
) -> EulerPlan | None:
    at_best, at_max = (_factor(bounds, h, weights, x) for h in (best, largest))
    if not max(at_best, at_max) < 1:
        return None
    return EulerPlan("structural", weights, largest, best, at_best, at_max, x)


def _own(bounds: Bounds, h: float) -> FloatArray:
    """The diagonal of N(h)."""
    low, high = bounds.curvature_lower, bounds.curvature_upper
    return np.maximum(np.abs(1 - h * low), np.abs(1 - h * high))


def _dense(bounds: Bounds, h: float) -> FloatArray:
    N: FloatArray = np.diag(_own(bounds, h)) + h * bounds.coupling_upper.toarray()
    return N


def _power(bounds: Bounds, h: float, transposed: bool) -> FloatArray:
    """A positive vector near the Perron vector of N(h) or its transpose."""
    L = bounds.coupling_upper.T if transposed else bounds.coupling_upper
    own, x = _own(bounds, h) + 0.01, np.ones(bounds.size)
    for _ in range(ITERATIONS):
        x = own * x + h * (L @ x)
        x /= x.max()
    return x


def _factor(bounds: Bounds, h: float, weights: FloatArray, x: FloatArray) -> float:
    """The least q with Nx ≤ qx and Nᵀ(wx) ≤ q(wx), moved up by more than its rounding."""
    if not (np.isfinite(x).all() and (x > 0).all()):
        return np.inf
    own, L, y = _own(bounds, h), bounds.coupling_upper, weights * x
    terms = int(np.diff(L.indptr).max(initial=0) + np.bincount(L.indices, minlength=1).max())
    onto, back = own + h * np.asarray(L @ x) / x, own + h * np.asarray(L.T @ y) / y
    return float(max(onto.max(), back.max()) * (1 + 1e-15 * (terms + 100)))
