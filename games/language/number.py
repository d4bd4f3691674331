"""Exact numbers: text and floats to rationals, rationals to text and to enclosing floats.

Every number that carries proof is a :class:`fractions.Fraction`; a float is its exact binary value.
"""

import math
import re
from decimal import Decimal
from fractions import Fraction
from numbers import Integral

from games.errors import InputError

MAX_DIGITS = 1000
MAX_EXPONENT = 1000
_DECIMAL = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,5}))?", re.ASCII)
_QUOTIENT = re.compile(r"(-?[0-9]+)/([0-9]+)", re.ASCII)

Number = int | float | str | Fraction | Decimal


def parse_number(text: str) -> Fraction:
    """The rational written as ``-?digits(.digits)?(e-?digits)?`` or ``p/q``.

    Raises InputError for anything else, for more than 1,000 digits and for exponents beyond ±1,000.

    >>> parse_number("0.05"), parse_number("10/11"), parse_number("1e-3")
    (Fraction(1, 20), Fraction(10, 11), Fraction(1, 1000))
    """
    if len(text) > 2 * MAX_DIGITS + 2:
        raise InputError(f"the number {text[:20]}… has more than {MAX_DIGITS} digits; write fewer")
    if match := _QUOTIENT.fullmatch(text):
        denominator = int(match[2])
        if denominator == 0:
            raise InputError(f"the number {text} divides by zero; give a denominator that is not 0")
        return Fraction(int(match[1]), denominator)
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise InputError(f"{text[:40]!r} is not a number; write it like 12, -0.5, 1e-3 or 10/11")
    sign, whole, fraction, exponent = match[1], match[2], match[3] or "", int(match[4] or 0)
    if len(whole) + len(fraction) > MAX_DIGITS or abs(exponent) > MAX_EXPONENT:
        raise InputError(
            f"the number {text[:20]}… is too long; at most {MAX_DIGITS} digits"
            f" and exponents within ±{MAX_EXPONENT}"
        )
    value = Fraction(int(whole + fraction)) * Fraction(10) ** (exponent - len(fraction))
    return -value if sign else value


def exact(value: Number) -> Fraction:
    """The exact rational of an int, float (its binary value), Decimal, Fraction or number text.

    Raises InputError for NaN, infinities and text that is not a number.

    >>> exact(0.5), exact("1/3")
    (Fraction(1, 2), Fraction(1, 3))
    """
    if isinstance(value, str):
        return parse_number(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise InputError(f"{value} is not a finite number; give a finite one")
        return parse_number(format(value, "e").replace("E", "e"))
    if isinstance(value, Integral):
        return Fraction(int(value))  # NumPy's too: their own arithmetic overflows
    if not isinstance(value, Fraction) and not math.isfinite(value):
        raise InputError(f"{value} is not a finite number; give a finite one")
    return Fraction(value)


def to_text(value: Fraction) -> str:
    """The exact value as text that :func:`parse_number` reads: a short decimal, else ``p/q``.

    >>> to_text(Fraction(1, 20)), to_text(Fraction(1, 3))
    ('0.05', '1/3')
    """
    places = decimal_places(value.denominator)
    if places is None or places > 400:
        return f"{value.numerator}/{value.denominator}"
    digits = abs(value.numerator) * 10**places // value.denominator
    sign = "-" if value < 0 else ""
    if places == 0:
        text = str(digits)
        stripped = text.rstrip("0")
        zeros = len(text) - len(stripped)
        return f"{sign}{stripped}e{zeros}" if digits and zeros > 15 else sign + text
    text = str(digits)
    if places - len(text) > 5:
        tail = text[1:]
        return f"{sign}{text[0]}{'.' + tail if tail else ''}e-{places - len(tail)}"
    text = text.rjust(places + 1, "0")
    return f"{sign}{text[:-places]}.{text[-places:]}"


def decimal_places(denominator: int) -> int | None:
    """How many decimal places a quotient with this denominator needs; None if it never ends."""
    twos = (denominator & -denominator).bit_length() - 1
    rest, fives = denominator >> twos, 0
    while rest % 5 == 0:
        rest //= 5
        fives += 1
    return max(twos, fives) if rest == 1 else None


def float_enclosure(value: Fraction) -> tuple[float, float]:
    """The tightest floats lo ≤ value ≤ hi; an end beyond the largest float is infinite.

    >>> float_enclosure(Fraction(1, 2))
    (0.5, 0.5)
    """
    try:
        near = float(value)
    except OverflowError:
        big = math.nextafter(math.inf, 0)
        return (big, math.inf) if value > 0 else (-math.inf, -big)
    if math.isinf(near):
        return (math.nextafter(near, 0), near) if near > 0 else (near, math.nextafter(near, 0))
    back = Fraction(near)
    low = near if back <= value else math.nextafter(near, -math.inf)
    high = near if back >= value else math.nextafter(near, math.inf)
    return low, high


def _digit_unit(value: Fraction, digits: int) -> Fraction:
    """The unit 10^e of the last of `digits` significant decimal digits of a value that is not 0."""
    magnitude = abs(value)
    exponent = math.floor(
        (magnitude.numerator.bit_length() - magnitude.denominator.bit_length()) * math.log10(2)
    )
    while Fraction(10) ** exponent > magnitude:
        exponent -= 1
    while Fraction(10) ** (exponent + 1) <= magnitude:
        exponent += 1
    return Fraction(10) ** (exponent - digits + 1)


def round_down(value: Fraction, digits: int) -> Fraction:
    """The largest decimal of so many significant digits that is at most the value.

    >>> to_text(round_down(Fraction(2, 3), 4)), to_text(round_down(Fraction(-2, 3), 4))
    ('0.6666', '-0.6667')
    """
    if value == 0:
        return value
    unit = _digit_unit(value, digits)
    return math.floor(value / unit) * unit


def round_up(value: Fraction, digits: int) -> Fraction:
    """The smallest decimal of so many significant digits that is at least the value."""
    return -round_down(-value, digits)


def round_near(value: Fraction, digits: int) -> Fraction:
    """The nearest decimal of so many significant digits."""
    if value == 0:
        return value
    unit = _digit_unit(value, digits)
    return round(value / unit) * unit
