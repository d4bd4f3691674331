"""Numbers that round to their safe side: a lower bound down, an upper bound up.

In float(), round(), format() and in print alike.
"""

import math
import re
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any, Self, final

from games.language.number import decimal_places, float_enclosure, round_down, round_up

UNPROVED = {"estimated": "estimated, not proved", "conditional": "if what was given holds"}


_SPEC = re.compile(
    r"(?P<align>(?:.?[<>=^])?)(?P<sign>[-+ ]?)(?P<other>z?#?0?)(?P<width>[0-9]*)(?P<comma>[,_]?)"
    r"(?:\.(?P<digits>[0-9]+))?(?P<kind>[eEfFgG%]?)",
    re.DOTALL,
)
_FLOAT_DIGITS = 15  # up to which a float prints the decimal that it was read from


class _Safe(Fraction):
    """A Fraction with a side; arithmetic gives plain Fractions, with floats (rounded) floats.

    What is computed has no side any more: to go on exactly, use `exact`.

    verdict: of the certificate that it was read from, "" for a number that stands alone; what is
    not proved says so in its repr.
    """

    __slots__ = ("verdict",)
    verdict: str
    digits = 12  # of str()
    sign: str  # how the number itself lies to what is printed

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

    def cut(self, unit: Fraction) -> Fraction:
        """The multiple of the unit that is nearest on the safe side."""
        raise NotImplementedError

    def text(self, digits: int) -> str:
        """Decimal text of so many significant digits, on the safe side."""
        return decimal_text(self.rounded(digits))

    def stated(self, digits: int) -> str:
        """The same; where that is not the number itself, with the sign that says on which side."""
        value = self.rounded(digits)
        return decimal_text(value) if value == self else f"{self.sign} {decimal_text(value)}"

    def __format__(self, spec: str) -> str:
        """As of a float (e, f, g and %), but rounded to the safe side.

        Raises ValueError for what floats do not know.
        """
        match = _SPEC.fullmatch(spec)
        if match is None:
            raise ValueError(f"invalid format {spec!r}; write one for floats, like '.3f' or '>12'")
        kind, digits = match["kind"].lower(), match["digits"]
        if not kind and digits is None:
            if match["sign"] in ("", "-") and not match["other"] and not match["comma"]:
                return format(str(self), match["align"] + match["width"] or "")
            return format(self, f"{spec}.{self.digits}g")
        places = 6 if digits is None else int(digits)
        if kind in ("f", "%"):
            unit = Fraction(1, 10 ** (places + 2 * (kind == "%")))
            value = self.cut(unit)
            length = len(str(abs(value // unit)))
        else:
            length = places + 1 if kind == "e" else max(places, 1)
            value = self.rounded(length)
        printable = _printable(value, length)
        if isinstance(printable, Decimal):  # which knows neither # nor z
            head, tail = match["align"] + match["sign"], match["width"] + match["comma"]
            spec = f"{head}{match['other'].strip('z#')}{tail}.{places}{match['kind']}"
        return format(printable, spec if kind else f"{spec}g")

    def __round__(self, ndigits: int | None = None) -> Any:
        """To so many places, on the safe side; to an int without a number of places.

        >>> round(Lower(2, 3), 3), round(Upper(2, 3), 3), round(Lower(5, 3))
        (Lower(0.666), Upper(0.667), 1)
        """
        if ndigits is None:
            return int(self.cut(Fraction(1)))
        return type(self)(self.cut(1 / Fraction(10) ** ndigits), verdict=self.verdict)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """A float for numpy, rounded to the safe side; the number itself where dtype is object."""
        import numpy as np

        if dtype is not None and np.dtype(dtype).kind == "O":
            return np.array(self.exact, dtype=object)
        return np.array(float(self), dtype=dtype)

    def __str__(self) -> str:
        return self.text(self.digits)

    def __repr__(self) -> str:
        return labelled(f"{type(self).__name__}({self})", self.verdict)


@final
class Lower(_Safe):
    """A lower bound.

    >>> str(Lower(2, 3)), float(Lower(2, 3)) < Fraction(2, 3)
    ('0.666666666666', True)
    >>> f"{Lower(2, 3):.3f}", f"{Lower(2, 3):.1%}"
    ('0.666', '66.6%')
    """

    __slots__ = ()
    sign = "≥"

    def cut(self, unit: Fraction) -> Fraction:
        return math.floor(self.exact / unit) * unit

    def rounded(self, digits: int) -> Fraction:
        return round_down(self.exact, digits)

    def __float__(self) -> float:
        return float_enclosure(self.exact)[0]


@final
class Upper(_Safe):
    """An upper bound.

    >>> str(Upper(2, 3)), float(Upper(2, 3)) > Fraction(2, 3)
    ('0.666666666667', True)
    >>> f"{Upper(2, 3):.3f}", f"{Upper(2, 3):>8.2g}"
    ('0.667', '    0.67')
    """

    __slots__ = ()
    sign = "≤"

    def cut(self, unit: Fraction) -> Fraction:
        return math.ceil(self.exact / unit) * unit

    def rounded(self, digits: int) -> Fraction:
        return round_up(self.exact, digits)

    def __float__(self) -> float:
        return float_enclosure(self.exact)[1]


def _printable(value: Fraction, digits: int) -> float | Decimal:
    """What `format` prints in so many digits as the decimal that the value is."""
    near = float(value) if digits <= _FLOAT_DIGITS and abs(value) < 10**300 else math.inf
    if value == 0 or 1e-300 < abs(near) < math.inf:
        return near
    places = decimal_places(value.denominator) or 0
    whole = value.numerator * 10**places // value.denominator
    return Decimal(f"{whole}e-{places}")


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
