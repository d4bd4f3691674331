"""How fast the weighted KL divergence to the equilibrium falls along the flow, for users (T19)."""

from dataclasses import dataclass
from fractions import Fraction
from typing import final

from certificates.kernel.claims import Claims
from certificates.kernel.theorems.kl import DecayInRegion, DecayLevel, DecayOnSimplex
from certificates.safe import Lower, Upper
from games.language.number import Number, exact, round_down, round_up, to_text

DIGITS = 30
TERMS = 24  # of e^y, y ≤ 1/2: the next is below 10^-31
FARTHEST = 10**4  # rate·time beyond which nothing smaller is said


@final
@dataclass(frozen=True)
class Decay:
    """Σ_i w_i D(π_i* ‖ π_i(t)) ≤ e^(−rate·t) Σ_i w_i D(π_i* ‖ π_i(0)) along the flow (T19).

    D is the sum over the states. scope: "region", from starts whose weighted divergence is at most
    `level`, which stay in it; or "simplex", from every interior start, level None. It says nothing
    of steps.
    """

    scope: str
    rate: Lower
    weights: tuple[Fraction, ...]
    level: Lower | None

    def after(self, divergence: Number, time: Number) -> Upper:
        """What the weighted divergence is at most after a time, from what it is at the start.

        ValueError for a start that is not promised to stay in the region, and for negative numbers.

        >>> str(Decay("simplex", Lower(1), (Fraction(1),), None).after(2, "0.5"))
        '1.21306131943'
        """
        start, t = exact(divergence), exact(time)
        if start < 0 or t < 0:
            raise ValueError("a divergence or a time is negative; expected at least 0")
        if self.level is not None and start > self.level:
            raise ValueError(
                f"nothing is promised for a start of divergence {to_text(start)}: the flow is shown"
                f" to stay in the region up to {self.level}"
            )
        return Upper(round_up(start * falling_exp(self.rate.exact * t), 12))


@final
@dataclass(frozen=True)
class Decays:
    """What is certified of the divergence: in the region, and on the whole simplex."""

    region: Decay | None
    simplex: Decay | None


def decays_of(claims: Claims) -> Decays | None:
    """What a certificate says of the divergence; None where it says nothing."""
    level, on_simplex = claims.find(DecayLevel), claims.find(DecayOnSimplex)
    in_region = claims.find(DecayInRegion)
    region = simplex = None
    if in_region is not None and level is not None:
        weights = tuple(map(Fraction, in_region.weights))
        region = Decay("region", Lower(in_region.rate), weights, Lower(level.level))
    if on_simplex is not None:
        weights = tuple(map(Fraction, on_simplex.weights))
        simplex = Decay("simplex", Lower(on_simplex.rate), weights, None)
    return None if region is None and simplex is None else Decays(region, simplex)


def falling_exp(x: Fraction) -> Fraction:
    """An upper bound of e^(−x), x ≥ 0, to about 28 digits where it is above e^(−10^4).

    >>> float(falling_exp(Fraction(1)))
    0.36787944117144233
    """
    x = min(x, Fraction(FARTHEST))
    halvings = max(0, (2 * x.numerator // x.denominator).bit_length())
    y, term, total = x / 2**halvings, Fraction(1), Fraction(1)
    for k in range(1, TERMS):
        term = round_down(term * y / k, DIGITS)
        total += term
    total = round_down(total, DIGITS)  # ≤ e^y
    for _ in range(halvings):
        total = round_down(total * total, DIGITS)
    return round_up(1 / total, DIGITS)
