"""Euler steps from the block bounds alone (T9), in a given metric or one of their own."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.metric import Metric
from certificates.kernel.theorems.euler import EulerByBounds
from sgn.bounds.bounds import Bounds
from sgn.metrics.perron import Perron, iteration, perron, product, sparse_rows
from sgn.metrics.weights import SMALL
from sgn.rounding import down, nice_step, nice_weights, up
from sgn.steps.euler import minimise

if TYPE_CHECKING:
    from scipy import sparse

    Coupling = sparse.csr_array[np.float64, tuple[int, int]]

FloatArray = NDArray[np.float64]
TURNS = 2  # between the best step and its vector, for many players
NEAR = 1e-4  # how near to ρ(N) its bound is wanted there
CLEAR = 1e-4  # of the largest step, by which it stays clear of the end
NEARLY = Fraction(97, 100)  # of the longest step, given up for a smaller factor
SHARES = (0.999, 0.99, 0.97)  # of the longest step, whose vectors are tried
HALVINGS = 40
CHANGES = 30  # of rows; a handful are usual
ABOVE = 1e-9  # how far above ρ(N) the resolvent is taken: its vector is positive for any graph


def structural_plan(
    bounds: Bounds, x: FloatArray | None = None, weights: FloatArray | None = None
) -> EulerByBounds | None:
    """T9: N(h) = diag(max(|1 − hμ|, |1 − hΛ|)) + hL contracts where ρ(N(h)) < 1.

    The largest such h; for many players those of the metric of the best step, in O(nonzeros) a
    sweep. None where some J_ii may not be symmetric, or no step is found.
    x, weights: vectors of T2 to start from, if they are known.
    """
    if not bounds.symmetric or (bounds.curvature_lower + bounds.curvature_upper).max() <= 0:
        return None
    if bounds.size <= SMALL:
        return _searched(bounds)
    one = np.ones(bounds.size)
    right = one if x is None else x
    return _alternated(bounds, right, right if weights is None else weights * right)


def plan_in(bounds: Bounds, weights: FloatArray, x: FloatArray) -> EulerByBounds | None:
    """T9 in the metric of these weights, with the vector that serves best of a few.

    Nearly the longest steps of these weights, by the vector with the least factor; x: T2's vector,
    the one to take for many players.
    """
    if not bounds.symmetric or bounds.curvature_lower.min() <= 0:
        return None
    vectors = [x] if bounds.size > SMALL else _vectors(bounds, weights)
    plans = [plan for vector in vectors if (plan := _with_vector(bounds, weights, vector))]
    longest = max((plan.step_max for plan in plans), default=Fraction(0))
    good = (plan for plan in plans if plan.step_max >= NEARLY * longest)
    return min(good, key=lambda plan: plan.factor_at_best, default=None)


def _vectors(bounds: Bounds, weights: FloatArray) -> Iterator[FloatArray]:
    """x with Ax ≥ ax and Aᵀwx ≥ awx for a large a, and those for nearly the longest step."""
    L, low = bounds.coupling_upper.toarray(), bounds.curvature_lower
    back = L.T * weights / weights[:, None]

    def at_margin(a: float) -> FloatArray | None:
        return _common_vector(low - a, L, back)

    def at_step(h: float) -> FloatArray | None:
        return _common_vector(1 - _own(bounds, h), h * L, h * back)

    margin, step = _largest(at_margin, low.min()), _largest(at_step, longest_step(bounds))
    found = [at_margin(SHARES[0] * margin), *(at_step(share * step) for share in SHARES)]
    yield from (x for x in found if x is not None)


def _largest(vector: Callable[[float], FloatArray | None], end: float) -> float:
    """How far from 0 to the end there is a vector, by bisection."""
    low, high = 0.0, end
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if vector(middle) is not None else (low, middle)
    return low


def _common_vector(own: FloatArray, one: FloatArray, other: FloatArray) -> FloatArray | None:
    """x > 0 with own·x > max(one x, other x), both nonnegative matrices; None where there is none.

    Row by row the larger product is taken, and the system solved anew, until no row changes.
    """
    larger = one
    for _ in range(CHANGES):
        try:
            x = np.linalg.solve(np.diag(own) - larger, np.ones(len(own)))
        except np.linalg.LinAlgError:
            return None
        if not (np.isfinite(x).all() and (x > 0).all()):
            return None
        rows = np.where((other @ x > one @ x)[:, None], other, one)
        if (rows == larger).all():
            return np.asarray(x / x.max())
        larger = rows
    return None


def _with_vector(bounds: Bounds, weights: FloatArray, x: FloatArray) -> EulerByBounds | None:
    ratios = _ratios(bounds, weights, x)
    largest = _end(bounds, ratios) * (1 - CLEAR)
    if not largest > 0:
        return None
    return _plan(bounds, largest, nice_step(_best(bounds, ratios), largest), weights, x)


def longest_step(bounds: Bounds) -> float:
    """2/max Λ_i, which no step of T9 exceeds."""
    return 2 / float(bounds.curvature_upper.max())


def _alternated(bounds: Bounds, x: FloatArray, y: FloatArray) -> EulerByBounds | None:
    """Many players: the metric of the best step, by turns the best step for x and x for that step.

    h = min 2/(μ_i + Λ_i) contracts where α* > 0 (T9); at it the Perron vectors are those of T2.
    """
    L, back = bounds.coupling_upper, sparse_rows(bounds.coupling_upper.T)

    def found(h: float, G: "Coupling", start: FloatArray) -> Perron:
        """ρ(N(h)) ≤ −level, with its vector; N(h) is −A of T2 for own = −diagonal, hG."""

        def onto(x: FloatArray) -> FloatArray:
            return h * product(G, x)

        return perron(-_own(bounds, h), onto, iteration(onto), start, close=NEAR)

    h = 2 / float((bounds.curvature_lower + bounds.curvature_upper).max())
    known = found(h, L, x)
    if known.level <= -1:
        return None
    for _ in range(TURNS):
        h = _best(bounds, product(L, known.vector) / known.vector)
        known = found(h, L, known.vector)
    x = known.vector
    weights = nice_weights(found(h, back, y / y.max()).vector / x)
    return _with_vector(bounds, weights, x)


def _best(bounds: Bounds, ratios: FloatArray) -> float:
    """The step with the least factor for a vector of these ratios."""
    return minimise(lambda h: _factor(bounds, h, ratios), 0.0, _end(bounds, ratios))


def _end(bounds: Bounds, ratios: FloatArray) -> float:
    """Where the factor for such a vector comes back to 1."""
    return 2 / float((bounds.curvature_upper + ratios).max())


def _searched(bounds: Bounds) -> EulerByBounds | None:
    """The interval {h : ρ(N(h)) < 1} starts at 0 or is empty; its end by bisection."""

    def radius(h: float) -> float:
        return float(np.abs(np.linalg.eigvals(_dense(bounds, h))).max())

    high = longest_step(bounds)
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
) -> EulerByBounds | None:
    ratios, L = _ratios(bounds, weights, x), bounds.coupling_upper
    terms = int(np.diff(L.indptr).max(initial=0) + np.bincount(L.indices, minlength=1).max())
    more = 1 + 1e-15 * (terms + 100)  # than the rounding
    at_best, at_max = (_factor(bounds, h, ratios) * more for h in (best, largest))
    if not max(at_best, at_max) < 1:
        return None
    high = down(largest)
    low = min(Fraction(repr(best)), high)
    return EulerByBounds(Metric.scalar(weights), high, low, up(at_best), up(at_max), x)


def _own(bounds: Bounds, h: float) -> FloatArray:
    """The diagonal of N(h)."""
    low, high = bounds.curvature_lower, bounds.curvature_upper
    return np.maximum(np.abs(1 - h * low), np.abs(1 - h * high))


def _dense(bounds: Bounds, h: float) -> FloatArray:
    N: FloatArray = np.diag(_own(bounds, h)) + h * bounds.coupling_upper.toarray()
    return N


def _ratios(bounds: Bounds, weights: FloatArray, x: FloatArray) -> FloatArray:
    """For each player the larger of (Lx)_i/x_i and (Lᵀwx)_i/(wx)_i; infinite for a useless x."""
    if not (np.isfinite(x).all() and (x > 0).all()):
        return np.full(len(x), np.inf)
    L, y = bounds.coupling_upper, weights * x
    return np.asarray(np.maximum(np.asarray(L @ x) / x, np.asarray(L.T @ y) / y))


def _factor(bounds: Bounds, h: float, ratios: FloatArray) -> float:
    """The least q with Nx ≤ qx and Nᵀ(wx) ≤ q(wx), up to rounding."""
    return float((_own(bounds, h) + h * ratios).max())
