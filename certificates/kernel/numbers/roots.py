"""Square roots of rationals, from above and from below, and factors of steps from them."""

from fractions import Fraction
from math import isqrt

from games.language.number import round_down

DIGITS = 13  # of what is computed and stated


def root_above(square: Fraction) -> Fraction:
    """A rational at least √square; 0 for negative squares (factors are ≥ 0).

    Within 2^-60 of it, and within 2^-58 of its size; of the square of a rational the root itself.

    >>> root_above(Fraction(9, 4))
    Fraction(3, 2)
    """
    return Fraction(0) if square <= 0 else _root(square, 1)


def root_below(square: Fraction) -> Fraction:
    """A rational at most √square, as near.

    >>> root_below(Fraction(2)) ** 2 < 2 < root_above(Fraction(2)) ** 2
    True
    """
    return Fraction(0) if square <= 0 else _root(square, 0)


def _root(square: Fraction, up: int) -> Fraction:
    exact = Fraction(isqrt(square.numerator), isqrt(square.denominator))
    if exact**2 == square:
        return exact
    smallness = square.denominator.bit_length() - square.numerator.bit_length()
    bits = 60 + max(0, smallness // 2)
    return Fraction(isqrt((square.numerator << 2 * bits) // square.denominator) + up, 2**bits)


def factor_above(decrease: Fraction) -> Fraction:
    """At least √(1 − decrease), and below 1 however small the decrease is.

    >>> float(factor_above(Fraction(3, 4))), factor_above(Fraction(1, 10**30)) < 1
    (0.5, True)
    """
    return 1 - round_down(max(1 - root_above(1 - decrease), decrease / 2), DIGITS)
