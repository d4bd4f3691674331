"""Numbers that round to their safe side: a lower bound down, an upper bound up, in float() and in print."""

from fractions import Fraction
from math import isqrt
from typing import final

from games.number import float_enclosure, round_down, round_up, to_text


class _Safe(Fraction):
    """A Fraction with a side; arithmetic gives plain Fractions."""

    __slots__ = ()
    digits = 12  # of str()

    @property
    def exact(self) -> Fraction:
        """The exact value."""
        return Fraction(self.numerator, self.denominator)

    def rounded(self, digits: int) -> Fraction:
        """The value to so many significant decimal digits, on the safe side."""
        raise NotImplementedError

    def text(self, digits: int) -> str:
        """Decimal text of so many significant digits, on the safe side."""
        return decimal_text(self.rounded(digits))

    def __str__(self) -> str:
        return self.text(self.digits)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self})"


@final
class Lower(_Safe):
    """A lower bound.

    >>> str(Lower(2, 3)), float(Lower(2, 3)) < Fraction(2, 3)
    ('0.666666666666', True)
    """

    __slots__ = ()

    def rounded(self, digits: int) -> Fraction:
        return round_down(self.exact, digits)

    def __float__(self) -> float:
        return float_enclosure(self.exact)[0]


@final
class Upper(_Safe):
    """An upper bound.

    >>> str(Upper(2, 3)), float(Upper(2, 3)) > Fraction(2, 3)
    ('0.666666666667', True)
    """

    __slots__ = ()

    def rounded(self, digits: int) -> Fraction:
        return round_up(self.exact, digits)

    def __float__(self) -> float:
        return float_enclosure(self.exact)[1]


def decimal_text(value: Fraction) -> str:
    """A short decimal for people; powers of ten beyond six digits.

    >>> decimal_text(Fraction(123, 100)), decimal_text(Fraction(12, 10**9))
    ('1.23', '1.2e-8')
    """
    text = to_text(value)
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, tail = digits.partition(".")
    if "e" in digits or (len(whole) <= 9 and not tail.startswith("00000")):
        return text
    significant = (whole + tail).lstrip("0")
    exponent = len(whole) - 1 if whole.strip("0") else -(len(tail) - len(tail.lstrip("0")) + 1)
    mantissa = significant[0] + ("." + significant[1:].rstrip("0")).rstrip(".")
    return f"{sign}{mantissa}e{exponent}"


def root_above(square: Fraction) -> Fraction:
    """A rational at least √square, within 2^-60 of it; 0 for negative squares (factors are ≥ 0)."""
    if square <= 0:
        return Fraction(0)
    scale = 2**120
    return Fraction(isqrt(square.numerator * scale // square.denominator) + 1, 2**60)
