"""The band of weight ratios of two players that keep a margin of 0 (T4, T5), rounded inwards."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np
from numpy.typing import NDArray

from games.number import round_down, round_up
from sgn.bounds import Bounds
from sgn.metric import direct_margin
from sgn.stated import DIGITS
from sgn.weights import two_player_band

FloatArray = NDArray[np.float64]
FARTHEST = 1e12  # ratio over the best one at which the search for an end stops
INWARD = 1e-9  # the part by which an end is moved inwards before it is rounded


@final
@dataclass(frozen=True)
class BandPlan:
    """[low, high] for w₂/w₁ at margin 0; high None is open, low 0 excluded."""

    basis: str
    low: Fraction
    high: Fraction | None


def structural_band(bounds: Bounds) -> BandPlan:
    """T4 in closed form; bounds of two players with α* > 0."""
    low, high = two_player_band(bounds)
    if low * (1 + INWARD) > high / (1 + INWARD):
        low = high = (low * high) ** 0.5
    return BandPlan("structural", _inner_low(low), None if np.isinf(high) else _inner_high(high))


def direct_band(jacobians: FloatArray, slices: tuple[slice, ...], ratio: float) -> BandPlan:
    """T5: the interval round a ratio with positive margin; the margin is quasi-concave in w₂/w₁."""

    def positive(t: float) -> bool:
        return direct_margin(jacobians, slices, np.array([1.0, t])) > 0

    low = _end(positive, ratio, lambda t, factor: t / factor)
    high = _end(positive, ratio, lambda t, factor: t * factor)
    return BandPlan("direct", _inner_low(low), _inner_high(high))


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
