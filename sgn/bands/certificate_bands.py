"""The bands of weight ratios that keep a margin of 0 (T4, T5), as a certificate states them."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.claims import WeightsPoint
from certificates.kernel.numbers.roots import DIGITS
from certificates.kernel.theorems.bands import BandOfJacobian, BandOfPoints
from games.language.number import round_down, round_up
from sgn.bands.band import band
from sgn.bounds import Bounds
from sgn.metrics.block_scalar import direct_margin
from sgn.rounding import decimals

FloatArray = NDArray[np.float64]
FARTHEST = 1e12  # ratio over the best one at which the search for an end stops
INWARD = 1e-9  # the part by which an end is moved inwards before it is rounded
STATED_PLAYERS = 8  # up to which a certificate states a band for every pair that interacts


def structural_bands(bounds: Bounds) -> tuple[BandOfPoints, ...]:
    """T4 for bounds with α* > 0: a few players, pair by pair; two need no witnesses."""
    if not 2 < bounds.size <= STATED_PLAYERS:
        return ()
    L = bounds.coupling_upper.toarray()
    pairs = [(i, j) for i in range(bounds.size) for j in range(i + 1, bounds.size)]
    coupled = [(i, j) for i, j in pairs if L[i, j] > 0 or L[j, i] > 0]
    return tuple(plan for i, j in coupled for plan in _witnessed(bounds, i, j))


def _witnessed(bounds: Bounds, i: int, j: int) -> tuple[BandOfPoints, ...]:
    """Ends inside the ratios of the witnesses, which are the decimals that stand for floats."""
    try:
        found = band(bounds, i, j)
    except ValueError:  # the margin is positive by so little that there is no band to tell
        return ()
    ratios = [Fraction(repr(float(w[j]))) / Fraction(repr(float(w[i]))) for w in found.ends]
    low = round_up(min(ratios), DIGITS) if found.lower > 0 else Fraction(0)
    high = None if np.isinf(found.upper) else round_down(max(ratios), DIGITS)
    if high is not None and low > high:
        return ()
    points = tuple(WeightsPoint(decimals(w.weights), decimals(w.vector)) for w in found.witnesses)
    return (BandOfPoints((i, j), Fraction(0), low, high, points),)


def direct_band(jacobians: FloatArray, slices: tuple[slice, ...], ratio: float) -> BandOfJacobian:
    """T5: the interval round a ratio with positive margin; the margin is quasi-concave in w₂/w₁."""

    def positive(t: float) -> bool:
        return direct_margin(jacobians, slices, np.array([1.0, t])) > 0

    low = _end(positive, ratio, lambda t, factor: t / factor)
    high = _end(positive, ratio, lambda t, factor: t * factor)
    return BandOfJacobian((0, 1), Fraction(0), _inner_low(low), _inner_high(high))


def _end(
    positive: Callable[[float], bool], start: float, move: Callable[[float, float], float]
) -> float:
    """The last ratio with positive margin in one direction, to about 1e-9 of itself."""
    factor = 2.0
    while positive(move(start, factor)):
        if factor > FARTHEST:
            return move(start, factor)
        factor *= factor
    good, bad = np.log(max(np.sqrt(factor), 1.0)) if factor > 2 else 0.0, np.log(factor)
    for _ in range(40):
        middle = (good + bad) / 2
        good, bad = (
            (middle, bad) if positive(move(start, float(np.exp(middle)))) else (good, middle)
        )
    return move(start, float(np.exp(good)))


def _inner_low(value: float) -> Fraction:
    return round_up(Fraction(value * (1 + INWARD)), DIGITS)


def _inner_high(value: float) -> Fraction:
    return round_down(Fraction(value * (1 - INWARD)), DIGITS)
