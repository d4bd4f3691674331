"""Euler steps from the block bounds alone (T9), in a metric of their own."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from certificates.metric import Metric
from sgn.bounds.bounds import Bounds
from sgn.euler import EulerPlan, minimise
from sgn.perron import Perron, iteration, perron, product, sparse_rows
from sgn.rounding import nice_step, nice_weights
from sgn.weights import SMALL

if TYPE_CHECKING:
    from scipy import sparse

    Coupling = sparse.csr_array[np.float64, tuple[int, int]]

FloatArray = NDArray[np.float64]
SECANTS = 4  # in search of the largest step, for many players
NEAR = 1e-4  # how near to ρ(N) its bound is wanted there
CLEAR = 1e-3  # how far below 1 that bound is aimed at
ABOVE = 1e-9  # how far above ρ(N) the resolvent is taken: its vector is positive for any graph


def structural_plan(bounds: Bounds) -> EulerPlan | None:
    """T9: N(h) = diag(max(|1 − hμ|, |1 − hΛ|)) + hL contracts where ρ(N(h)) < 1.

    The largest such h; for many players to about 0.5 %, in O(nonzeros) a sweep. None where
    some J_ii may not be symmetric, or no step is found.
    """
    if not bounds.symmetric or (bounds.curvature_lower + bounds.curvature_upper).max() <= 0:
        return None
    return _searched(bounds) if bounds.size <= SMALL else _bisected(bounds)


def _bisected(bounds: Bounds) -> EulerPlan | None:
    """Many players: h = min 2/(μ_i + Λ_i) contracts where α* > 0 (T9); beyond, by bisection."""
    L, back = bounds.coupling_upper, sparse_rows(bounds.coupling_upper.T)

    def found(h: float, G: "Coupling", start: FloatArray) -> Perron:
        """ρ(N(h)) ≤ −level, with its vector; N(h) is −A of T2 for own = −diagonal, hG."""

        def onto(x: FloatArray) -> FloatArray:
            return h * product(G, x)

        return perron(-_own(bounds, h), onto, iteration(onto), start, close=NEAR)

    low = 2 / float((bounds.curvature_lower + bounds.curvature_upper).max())
    high = 2 / float(bounds.curvature_upper.max())
    below = found(low, L, np.ones(bounds.size))
    if below.level <= -1:
        return None
    above = found(high, L, below.vector) if high > low else below
    for _ in range(SECANTS):
        if above.level >= -1 + CLEAR:  # every step up to `high` contracts
            low, below = high, above
        if below.level <= -1 + 2 * CLEAR or not low < high:
            break
        middle = low + (high - low) * (below.level + 1 - CLEAR) / (below.level - above.level)
        tried = found(middle, L, below.vector)
        if tried.level > -1 + CLEAR / 2:
            low, below = middle, tried
        else:
            high, above = middle, tried
    x, y = below.vector, found(low, back, np.ones(bounds.size)).vector
    weights = nice_weights(y / x)
    near = minimise(lambda h: _factor(bounds, h, weights, x), 0.0, low)
    return _plan(bounds, low, nice_step(near, low), weights, x)


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
    return EulerPlan("structural", Metric.scalar(weights), largest, best, at_best, at_max, x)


def _own(bounds: Bounds, h: float) -> FloatArray:
    """The diagonal of N(h)."""
    low, high = bounds.curvature_lower, bounds.curvature_upper
    return np.maximum(np.abs(1 - h * low), np.abs(1 - h * high))


def _dense(bounds: Bounds, h: float) -> FloatArray:
    N: FloatArray = np.diag(_own(bounds, h)) + h * bounds.coupling_upper.toarray()
    return N


def _factor(bounds: Bounds, h: float, weights: FloatArray, x: FloatArray) -> float:
    """The least q with Nx ≤ qx and Nᵀ(wx) ≤ q(wx), moved up by more than its rounding."""
    if not (np.isfinite(x).all() and (x > 0).all()):
        return np.inf
    own, L, y = _own(bounds, h), bounds.coupling_upper, weights * x
    terms = int(np.diff(L.indptr).max(initial=0) + np.bincount(L.indices, minlength=1).max())
    onto, back = own + h * np.asarray(L @ x) / x, own + h * np.asarray(L.T @ y) / y
    return float(max(onto.max(), back.max()) * (1 + 1e-15 * (terms + 100)))
