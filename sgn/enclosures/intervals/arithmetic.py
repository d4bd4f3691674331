"""Interval + − * / and powers on arrays, rounded outward.

An interval [l, h] is stored as the pair (−l, h), so that both are upper bounds and every operation
rounds one way, up. An array of intervals has shape (2, …), at least two axes: first all −l, then
all h. An end of inf is not bounded.

NaN says that nothing is known, and stays: where an operation may not be defined at some point of
its arguments both ends of its result are NaN, and so are those of all that is made from it. (Ends
of inf can make NaN too.) So an interval with a finite end proves that all it was made from is
defined. Such operations, and overflow, make NumPy warn: run them under
``np.errstate(all="ignore")``, as the kernel does.

Rounding to nearest and subnormal numbers are assumed. With u = 2^-53 and η the least subnormal
number: fl(v + fl(φ|v| + η)) ≥ succ(v) for φ = u(1 + 2u) (Rump, Zimmermann, Boldo, Melquiond,
'Computing predecessor and successor in rounding to nearest', BIT 49, 2009); and where the true
value is within E|v| of v, fl(v + fl(fl(k|v|) + η)) bounds it for k ≥ E + 2u (the 2u are the two
roundings), as long as E < 2^-40.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np
from numpy.typing import NDArray

from games.language.number import float_enclosure

Floats = NDArray[np.float64]
Intervals = NDArray[np.float64]  # (2, …): −low, high

UNIT = 2.0**-53  # the relative error of one rounding to nearest
LEAST_NORMAL = 2.0**-1022  # above what underflow can cost, also where results are flushed to zero
LIBM = (
    18 * UNIT
)  # k for E = 16u = 8 ulp: twice the 4 ulp that NumPy's own tests allow its functions
_NEXT = UNIT * (1 + 2 * UNIT)  # φ
_LEAST = 2.0**-1074  # η
LARGEST = float(np.finfo(np.float64).max)
_SAFE = (2.0**-1000, 2.0**1000)  # sizes of factors whose float has a relative error of u


def pack(low: Floats, high: Floats) -> Intervals:
    """The intervals [low, high]; arrays of one shape (…) give shape (2, …).

    >>> one = pack(np.ones(1), np.ones(1))
    >>> [end.item() for end in unpack(add(one, one))]
    [1.9999999999999996, 2.0000000000000004]
    """
    return np.fmin(np.stack([-low, high]), np.inf)


def unpack(x: Intervals) -> tuple[Floats, Floats]:
    """The ends, low then high, each of shape (…); where one is not known it is −inf, or inf."""
    ends = np.fmin(x, np.inf)
    return 0.0 - ends[0], ends[1]


def enclosure(value: Fraction) -> Intervals:
    """The narrowest interval round an exact number: shape (2, 1), one column for every box."""
    low, high = float_enclosure(value)
    return np.array([[-low], [high]])


def raise_by(values: Floats, relative: float, absolute: float) -> Floats:
    """The values, in place, raised by relative·|value| + absolute (k and η in the text above)."""
    margin = np.abs(values)
    margin *= relative
    margin += absolute
    values += margin
    return values


def settle(
    ends: Intervals, relative: float, absolute: float, caps: tuple[float, float]
) -> Intervals:
    """Computed ends, in place, raised by their error and cut to the range [−caps[0], caps[1]].

    Where a lower end overflowed the largest number is still below it (within its error).
    """
    np.maximum(ends, -LARGEST, out=ends)
    raise_by(ends, relative, absolute)
    for row, cap in zip(ends, caps, strict=True):
        if cap < np.inf:
            np.minimum(row, cap, out=row)
    return ends


def forget(x: Intervals, where: NDArray[np.bool_]) -> Intervals:
    """The intervals, in place, with nothing known where the condition (…) holds."""
    np.copyto(x, np.nan, where=where)
    return x


def magnitudes(x: Intervals) -> Intervals:
    """The least and the largest |x|, as ends of the same kind but not negated: shape (2, …)."""
    result = np.empty_like(x)
    np.minimum(x[0], x[1], out=result[0])
    np.negative(result[0], out=result[0])
    np.maximum(result[0], 0.0, out=result[0])
    np.maximum(x[0], x[1], out=result[1])
    return result


def negate(x: Intervals) -> Intervals:
    """−x, exactly (a view)."""
    return x[::-1]


def add(x: Intervals, y: Intervals) -> Intervals:
    """x + y.

    2^-52|v| ≥ ulp(v) for normal v, and sums below 2^-1021 are exact: no η is needed, so 0 stays 0.
    """
    total = x + y
    margin = np.abs(total)
    margin *= 2 * UNIT
    total += margin
    return total


def subtract(x: Intervals, y: Intervals) -> Intervals:
    """x − y."""
    return add(x, y[::-1])


def multiply(x: Intervals, y: Intervals) -> Intervals:
    """x·y."""
    return _corners(np.multiply, x, y)


def divide(x: Intervals, y: Intervals) -> Intervals:
    """x/y; nothing is known where 0 lies in y."""
    has_zero = np.minimum(y[0], y[1]) >= 0
    return forget(_corners(np.divide, x, y), has_zero)


def _corners(
    operation: Callable[[Floats, Floats], Floats], x: Intervals, y: Intervals
) -> Intervals:
    """The hull of the operation (* or /) at the four corners.

    With x = [−p, q] and y = [−r, s] the corners are pr, qs and the negated ps, qr (÷ alike).
    """
    same, mixed = operation(x, y), operation(x, y[::-1])  # (pr, qs) and (ps, qr)
    result, other = np.empty_like(same), np.empty_like(same)
    np.maximum(mixed[0], mixed[1], out=result[0])
    np.maximum(same[0], same[1], out=result[1])
    np.minimum(same[0], same[1], out=other[0])
    np.minimum(mixed[0], mixed[1], out=other[1])
    np.negative(other, out=other)
    np.maximum(result, other, out=result)
    return raise_by(result, _NEXT, _LEAST)


@final
@dataclass(frozen=True)
class Scale:
    """Multiplication by an exact number of moderate size; make one with :func:`scale`."""

    size: float  # the float nearest to |number|
    negative: bool
    relative: float

    def __call__(self, x: Intervals) -> Intervals:
        return raise_by((x[::-1] if self.negative else x) * self.size, self.relative, _LEAST)


def scalable(number: Fraction) -> bool:
    """Whether :func:`scale` takes the number."""
    return _SAFE[0] < abs(number) < _SAFE[1]


def scale(number: Fraction) -> Scale:
    """The map x ↦ number·x, cheaper than :func:`multiply` by the number's enclosure.

    The rounded number and the rounded product make E = 2u + 4u². Raises ValueError for a number
    that is not :func:`scalable`.
    """
    if not scalable(number):
        raise ValueError("the factor is 0 or of extreme size; expected one within 2^±1000")
    size = abs(float(number))
    return Scale(size, number < 0, _NEXT if size == abs(number) else 5 * UNIT)


def integer_power(x: Intervals, exponent: int) -> Intervals:
    """x**n for a whole number n; tight: even powers are not negative, and x**0 is 1.

    k products of numbers below 1, or above, make E ≤ ku(1 + ku) and lose less than 2kη to
    underflow. Nothing is known where n < 0 and 0 lies in x.
    """
    if exponent <= 0:
        one = np.where(np.isnan(x), x, 1.0)
        np.negative(one[0], out=one[0])
        return divide(one, integer_power(x, -exponent)) if exponent else one
    if exponent == 1:
        return x
    even = exponent % 2 == 0
    ends = _product(magnitudes(x) if even else x, exponent)
    if even:
        np.negative(ends[0], out=ends[0])
    error = (_NEXT, _LEAST) if exponent == 2 else ((exponent + 2) * UNIT, LEAST_NORMAL)
    return settle(ends, *error, (0.0 if even else np.inf, np.inf))


def _product(values: Floats, count: int) -> Floats:
    """values**count by repeated squaring."""
    while count % 2 == 0:
        values, count = values * values, count // 2
    result = values
    while count > 1:
        values, count = values * values, count // 2
        if count % 2:
            result = result * values
    return result
