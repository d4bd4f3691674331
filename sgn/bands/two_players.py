"""The band of weight ratios of two players, in closed form (T4)."""

import math
import sys
from dataclasses import dataclass
from fractions import Fraction
from typing import final

from certificates.kernel.theorems.hypotheses import Hypothesis, Theorem
from certificates.kernel.uncheckable import Uncheckable
from sgn.bounds.bounds import Bounds
from sgn.metrics.weights import best_margin


@final
@dataclass(frozen=True)
class TwoPlayers:
    """A band that is asked for: bounds of two players, and the margin a that it keeps.

    >>> TwoPlayers(Bounds.given([2, 3], [[0, 1], [1, 0]], [2, 3]), 1.0).excess
    (Fraction(1, 1), Fraction(1, 1))
    """

    bounds: Bounds
    margin: float

    @property
    def couplings(self) -> tuple[float, float]:
        """L₁₂ and L₂₁."""
        dense = self.bounds.coupling_upper.toarray()
        return float(dense[0, 1]), float(dense[1, 0])

    @property
    def product(self) -> Fraction:
        """(μ₁ − a)(μ₂ − a)."""
        first, second = (Fraction(float(m)) for m in self.bounds.curvature_lower)
        return (first - Fraction(self.margin)) * (second - Fraction(self.margin))

    @property
    def excess(self) -> tuple[Fraction, Fraction]:
        """μ₁ − a, and the determinant of A − aI: exact, as near α* a float would cancel.

        Both are positive just where a < α*.
        """
        onto, back = map(Fraction, self.couplings)
        first = Fraction(float(self.bounds.curvature_lower[0])) - Fraction(self.margin)
        return first, self.product - onto * back


def not_below(bounds: Bounds, margin: float) -> Uncheckable:
    """Why there is no band at a margin: a ≥ α*, with both numbers."""
    best = best_margin(bounds)
    return Uncheckable(f"margin is {margin}; expected less than the best margin α* = {best:.6g}")


def _is_below(asked: TwoPlayers) -> bool:
    if min(asked.excess) > 0:
        return True
    raise not_below(asked.bounds, asked.margin)


TWO_PLAYER_BAND: Theorem[TwoPlayers] = Theorem(
    "T4",
    "band of two players",
    (
        Hypothesis(
            "there are two players",
            lambda asked: asked.bounds.size == 2,
            "the closed form is for two players; sgn.band takes any pair",
        ),
        Hypothesis(
            "a < α*",
            _is_below,
            "the margin is not below the best one that any weights have",
            given=("there are two players",),
        ),
    ),
)


def _root(square: Fraction) -> float:
    """√square, where no float may hold the square itself."""
    half = (square.numerator.bit_length() - square.denominator.bit_length()) // 2
    return math.ldexp(math.sqrt(square / Fraction(4) ** half), half)


def two_player_band(bounds: Bounds, margin: float = 0.0) -> tuple[float, float]:
    """T4: the least and the largest w₂/w₁ with α(w) ≥ margin, in closed form, to the nearest float.

    bounds: of two players; margin: a < α*.
    An end is inf where player 1 does not act on player 2, and 0.0 (excluded) where player 2 does
    not act on player 1; an end beyond all floats is the outermost one. Raises ValueError unless
    N = 2 and margin < α*.

    >>> low, high = two_player_band(Bounds.given([1, 1], [[0, 10], [0.05, 0]], [1, 1]))
    >>> round(low, 3), round(high, 3)
    (34.315, 1165.685)
    """
    asked = TwoPlayers(bounds, margin)
    TWO_PLAYER_BAND.require(asked)
    L12, L21 = asked.couplings
    # root² = 2p − L₁₂L₂₁ + 2√(p(p − L₁₂L₂₁))
    root = _root(asked.product) + _root(asked.excess[1])
    low, high = L12 / root, root / L21 if L21 > 0 else math.inf
    least, largest = (sys.float_info.min if L12 > 0 else 0.0), sys.float_info.max
    return max(low * low, least), min(high * high, largest) if L21 > 0 else math.inf
