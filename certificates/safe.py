"""Numbers that round to their safe side: a lower bound down, an upper bound up.

In float() and in print alike.
"""

from fractions import Fraction
from functools import partial
from typing import Any, Self, final

from games.language.number import decimal_places, float_enclosure, round_down, round_up

UNPROVED = {"estimated": "estimated, not proved", "conditional": "if what was given holds"}


class _Safe(Fraction):
    """A Fraction with a side; arithmetic gives plain Fractions.

    verdict: of the certificate that it was read from, "" for a number that stands alone; what is
    not proved says so in its repr.
    """

    __slots__ = ("verdict",)
    verdict: str
    digits = 12  # of str()

    def __new__(cls, numerator: Any = 0, denominator: Any = None, *, verdict: str = "") -> Self:
        self = super().__new__(cls, numerator, denominator)
        self.verdict = verdict
        return self

    def __reduce__(self) -> Any:
        return partial(type(self), verdict=self.verdict), (self.numerator, self.denominator)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: Any) -> Self:
        return self

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
        return labelled(f"{type(self).__name__}({self})", self.verdict)


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


def labelled(text: str, verdict: str) -> str:
    """The text, and what it rests on where that is no proof.

    >>> labelled("12", "estimated"), labelled("12", "proved")
    ('12 (estimated, not proved)', '12')
    """
    return f"{text} ({UNPROVED[verdict]})" if verdict in UNPROVED else text


def decimal_text(value: Fraction) -> str:
    """A terminating decimal for people: plain up to nine places either way, else mantissa and e.

    >>> decimal_text(Fraction(123, 100)), decimal_text(Fraction(12, 10**9))
    ('1.23', '1.2e-8')
    """
    if value == 0:
        return "0"
    places = decimal_places(value.denominator)
    if places is None:
        raise ValueError(f"{value} has no terminating decimal; round it first")
    digits = str(abs(value.numerator) * 10**places // value.denominator)
    exponent = len(digits) - 1 - places
    digits, sign = digits.rstrip("0"), "-" if value < 0 else ""
    if -5 <= exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    if 0 <= exponent < 9:
        whole, tail = digits[: exponent + 1].ljust(exponent + 1, "0"), digits[exponent + 1 :]
        return f"{sign}{whole}{'.' + tail if tail else ''}"
    tail = digits[1:]
    return f"{sign}{digits[0]}{'.' + tail if tail else ''}e{exponent}"
