"""Lies about what Euler steps follow from (T8) where none are stated: margin, Lipschitz, c."""

from fractions import Fraction

from tests.corpus.changes import (
    COCOERCIVITY,
    LIPSCHITZ,
    MARGIN,
    POSITIVE,
    Lie,
    both,
    put,
    times,
    without,
)

SECTOR_LIES = (
    Lie("sector-euler-without-a-margin", "by-sector-bounds", POSITIVE, both(
        put("margin: margin", "0"), without("Runge-Kutta steps"))),
    Lie("sector-euler-by-a-raised-cocoercivity", "by-sector", COCOERCIVITY, times(
        "cocoercivity: constant", Fraction(11, 10))),
    Lie("sector-euler-by-a-lower-lipschitz", "by-sector-bounds", LIPSCHITZ, times(
        "Lipschitz: bound", Fraction(9, 10))),
    Lie("sector-euler-by-a-raised-margin", "by-sector-bounds", MARGIN, times(
        "margin: margin", Fraction(11, 10))),
)  # fmt: skip
