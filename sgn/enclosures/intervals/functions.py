"""The functions of the game language on arrays of intervals, as sound as + − * /.

Each is cut into monotone pieces and evaluated by NumPy at their ends. NumPy's functions are trusted
to 8 ulp, twice what its own tests allow on any platform (see LIBM), and results below 2^-1022 not
at all; nothing is taken from them near poles and at huge arguments. Where an interval leaves the
domain of a function both ends of the result are NaN: nothing is known.
"""

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from games.language.number import float_enclosure
from sgn.enclosures.intervals.arithmetic import (
    LEAST_NORMAL,
    LIBM,
    UNIT,
    Floats,
    Intervals,
    forget,
    magnitudes,
    multiply,
    raise_by,
    settle,
)

_Function = Callable[[Floats], Floats]

_NOT_NEGATIVE = (0.0, math.inf)  # −low ≤ 0
_HALF_PI = 1.5707963267948968  # above π/2
_COMPOSED = 40 * UNIT  # k for E = 38u: exp (16u), then log1p (16u) or a sum and a quotient
_FAR = 2.0**20  # beyond it nothing is taken from sin, cos and tan
_NEAR = 2.0**-30  # more than the error of the turns x/2π and x/π for |x| ≤ 2^20
_TURN, _HALF_TURN = 1 / (2 * math.pi), 1 / math.pi


def pi() -> Intervals:
    """π: shape (2, 1). math.pi is below it by less than one ulp."""
    return np.array([[-math.pi], [math.nextafter(math.pi, 4)]])


def exp(x: Intervals) -> Intervals:
    """The exponential."""
    return _increasing(np.exp, x, LIBM, _NOT_NEGATIVE)


def log(x: Intervals) -> Intervals:
    """The natural logarithm; it needs low > 0."""
    return forget(_increasing(np.log, x, LIBM), _not_positive(x))


def log1p(x: Intervals) -> Intervals:
    """log(1 + x); it needs low > −1."""
    return forget(_increasing(np.log1p, x, LIBM), ~(x[0] < 1))


def sqrt(x: Intervals) -> Intervals:
    """The square root, correctly rounded and never subnormal; it needs low ≥ 0."""
    ends = _at_ends(np.sqrt, x)
    return forget(raise_by(ends, 2 * UNIT, 0.0), ~(x[0] <= 0))


def logistic(x: Intervals) -> Intervals:
    """1/(1 + exp(−x)) without overflow."""
    return _increasing(_logistic, x, _COMPOSED, (0.0, 1.0))


def softplus(x: Intervals) -> Intervals:
    """log(1 + exp(x)) without overflow."""
    return _increasing(_softplus, x, _COMPOSED, _NOT_NEGATIVE)


def tanh(x: Intervals) -> Intervals:
    """The hyperbolic tangent."""
    return _odd_increasing(np.tanh, x, 1.0)


def sinh(x: Intervals) -> Intervals:
    """The hyperbolic sine."""
    return _odd_increasing(np.sinh, x, math.inf)


def atan(x: Intervals) -> Intervals:
    """The inverse tangent."""
    return _odd_increasing(np.arctan, x, _HALF_PI)


def cosh(x: Intervals) -> Intervals:
    """The hyperbolic cosine: increasing in |x|."""
    ends = np.cosh(magnitudes(x))
    np.negative(ends[0], out=ends[0])
    return settle(ends, LIBM, LEAST_NORMAL, (-1.0, math.inf))


def sin(x: Intervals) -> Intervals:
    """The sine: 1 where π/2 + 2kπ may lie in x, else the larger end; its least value by oddness.

    Row by row this bounds −sin on x and sin on x, that is sin on −x and on x.
    """
    ends = np.sin(x)
    upper = np.maximum(ends, -ends[::-1])
    turns = x * _TURN
    peak = _meets(-turns[::-1], turns, 0.25) | _far(x)
    upper += _near_zero(x)
    np.copyto(upper, 1.0, where=peak)
    return forget(np.minimum(upper, 1.0), np.isnan(x[0] + x[1]))


def cos(x: Intervals) -> Intervals:
    """The cosine: 1 where 2kπ may lie in x, −1 where π + 2kπ may, else from the ends."""
    ends = np.cos(x)
    upper = np.empty_like(x)
    np.negative(np.minimum(ends[0], ends[1]), out=upper[0])
    np.maximum(ends[0], ends[1], out=upper[1])
    turns = x * _TURN
    upper += LIBM
    for row, where in enumerate((0.5, 0.0)):
        np.copyto(upper[row], 1.0, where=_meets(-turns[0], turns[1], where) | _far(x))
    return forget(np.minimum(upper, 1.0), np.isnan(x[0] + x[1]))


def tan(x: Intervals) -> Intervals:
    """The tangent: increasing between poles; nothing is known where one may lie in x."""
    ends = raise_by(np.tan(x), LIBM, 0.0)
    ends += _near_zero(x)
    turns = x * _HALF_TURN
    return forget(ends, _meets(-turns[0], turns[1], 0.5) | _far(x))


def logsumexp(*args: Intervals) -> Intervals:
    """log Σ exp(a_k) without overflow: increasing in every argument.

    With m = max a_k the n terms exp(a_k − m) are within (16 + 1)u of the true ones, relative to the
    largest; so the sum within (17 + n)u·n of a sum ≥ 1, and its logarithm within that and 16u of
    itself (≤ log n). Nothing of this error is relative to the result.
    """
    if len(args) == 1:
        return args[0]
    ends = np.stack(np.broadcast_arrays(*args))
    np.negative(ends[:, 0], out=ends[:, 0])
    top = ends.max(axis=0)
    result = top + np.log(np.exp(ends - top).sum(axis=0))
    np.negative(result[0], out=result[0])
    count = len(args)
    error = (count * (17 + count) + 16 * math.log(count) + 4) * UNIT  # 4u: its own rounding
    return raise_by(result, 4 * UNIT, error)


def rational_power(x: Intervals, exponent: Fraction) -> Intervals:
    """x**c for an exact c that is not whole; it needs low > 0.

    Where c is no float the power lies between those with the floats on both sides of c.
    """
    below, above = float_enclosure(exponent)
    low, high = (-x[0], x[1]) if exponent > 0 else (x[1], -x[0])
    ends = np.empty_like(x)
    np.power(low, below, out=ends[0])
    np.power(high, below, out=ends[1])
    if above > below:
        np.minimum(ends[0], np.power(low, above), out=ends[0])
        np.maximum(ends[1], np.power(high, above), out=ends[1])
    np.negative(ends[0], out=ends[0])
    settle(ends, LIBM, LEAST_NORMAL, _NOT_NEGATIVE)
    return forget(ends, _not_positive(x))


def power(base: Intervals, exponent: Intervals) -> Intervals:
    """base**exponent = exp(exponent·log base); it needs the low end of the base > 0."""
    return exp(multiply(exponent, log(base)))


# Ends of monotone pieces.


def _at_ends(function: _Function, x: Intervals) -> Intervals:
    """(−f(low), f(high)) as NumPy gives them."""
    ends = np.stack([-x[0], x[1]])
    ends = function(ends)
    np.negative(ends[0], out=ends[0])
    return ends


def _increasing(
    function: _Function,
    x: Intervals,
    relative: float,
    caps: tuple[float, float] = (math.inf, math.inf),
) -> Intervals:
    return settle(_at_ends(function, x), relative, LEAST_NORMAL, caps)


def _odd_increasing(function: _Function, x: Intervals, cap: float) -> Intervals:
    """−f(low) = f(−low): both ends are values of f."""
    return settle(function(x), LIBM, LEAST_NORMAL, (cap, cap))


def _logistic(a: Floats) -> Floats:
    small = np.exp(-np.abs(a))
    return np.asarray(np.where(a < 0, small, 1.0) / (1.0 + small))


def _softplus(a: Floats) -> Floats:
    return np.asarray(np.maximum(a, 0.0) + np.log1p(np.exp(-np.abs(a))))


# Where things happen. Written so that an end that is not known counts as the bad case.


def _not_positive(x: Intervals) -> NDArray[np.bool_]:
    return np.asarray(~(x[0] < 0))


def _far(x: Intervals) -> NDArray[np.bool_]:
    return np.asarray(~(np.maximum(x[0], x[1]) <= _FAR))


def _meets(low: Floats, high: Floats, offset: float) -> NDArray[np.bool_]:
    """Whether offset + a whole number may lie in [low, high], given in turns that are not exact."""
    return ~(np.floor(high + (_NEAR - offset)) <= np.floor(low - (_NEAR + offset)))


def _near_zero(x: Intervals) -> Floats:
    """An error of sin and tan that is relative to |x| below 1 and to 1 above."""
    size = np.minimum(np.maximum(x[0], x[1]), 1.0)
    return np.asarray(size * LIBM + LEAST_NORMAL)
