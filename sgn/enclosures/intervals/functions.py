"""The functions of the game language on arrays of intervals, as sound as + − * /.

Each is cut into monotone pieces and evaluated in floats at their ends. Its floats are trusted to
the error that its row of the table states (NumPy's to 8 ulp, twice what its own tests allow on any
platform: see LIBM), and results below 2^-1022 not at all; no turns and poles are placed at huge
arguments. Where an interval leaves the domain of a function both ends of the result are NaN:
nothing is known.
"""

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from games.language.floats import floats_of
from games.language.functions import FUNCTIONS, Function, Turn
from games.language.number import float_enclosure
from sgn.enclosures.intervals.arithmetic import (
    LARGEST,
    LEAST_NORMAL,
    LIBM,
    UNIT,
    Floats,
    Intervals,
    forget,
    multiply,
    raise_by,
    settle,
)

_NOT_NEGATIVE = (0.0, math.inf)  # −low ≤ 0
_FAR = 2.0**20  # beyond it no turns and poles are placed
_NEAR = 2.0**-30  # more than the error of the turns x/2π and x/π for |x| ≤ 2^20


def pi() -> Intervals:
    """π: shape (2, 1). math.pi is below it by less than one ulp."""
    return np.array([[-math.pi], [math.nextafter(math.pi, 4)]])


def enclosed(name: str, x: Intervals) -> Intervals:
    """A function of one argument, by its row in the table of the language."""
    row = FUNCTIONS[name]
    ends = floats_of(row)(np.stack([-x[0], x[1]]))
    if row.turns:
        ends = _turned(row, x, ends)
    else:
        np.negative(ends[0], out=ends[0])
        settle(ends, _margin(row), LEAST_NORMAL, (-row.range[0], row.range[1]))
    return ends if row.above is None else forget(ends, _outside(row, x, row.above))


def _margin(row: Function) -> float:
    """k for the row's E: its error, and 2u."""
    return (row.error + 2) * UNIT


def _outside(row: Function, x: Intervals, above: int) -> NDArray[np.bool_]:
    """Where x may leave the domain."""
    return np.asarray(~(x[0] <= -above) if row.closed else ~(x[0] < -above))


def _turned(row: Function, x: Intervals, values: Floats) -> Intervals:
    """The hull of the values at the ends and of those at turns that may lie between them.

    Near the zeros of a function with a period the error is relative to |x| below 1, to 1 above.
    """
    ends = np.empty_like(values)
    np.negative(np.minimum(values[0], values[1]), out=ends[0])
    np.maximum(values[0], values[1], out=ends[1])
    np.maximum(ends, -LARGEST, out=ends)  # above it, where it overflowed
    error = np.abs(ends)
    if any(turn.every for turn in row.turns):
        np.maximum(error, np.minimum(np.maximum(x[0], x[1]), 1.0), out=error)
    ends += error * _margin(row) + LEAST_NORMAL
    lost = np.isnan(x[0] + x[1])
    for turn in row.turns:
        met = _meets(turn, x)
        if turn.is_pole:
            lost |= met
        for side, value in zip(ends, (-turn.value, turn.value), strict=True):
            np.copyto(side, np.fmax(side, value), where=met)
    for side, cap in zip(ends, (-row.range[0], row.range[1]), strict=True):
        np.minimum(side, cap, out=side)
    return forget(ends, lost)


def _meets(turn: Turn, x: Intervals) -> NDArray[np.bool_]:
    """Whether a turn may lie in x; an end that is not known counts as if it did."""
    if not turn.every:
        return np.asarray(~(np.minimum(x[0], x[1]) < 0))
    offset = turn.quarter / turn.every
    turns = x * (2 / (math.pi * turn.every))
    met = ~(np.floor(turns[1] + (_NEAR - offset)) <= np.floor(-turns[0] - (_NEAR + offset)))
    return np.asarray(met | ~(np.maximum(x[0], x[1]) <= _FAR))


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
    return forget(ends, ~(x[0] < 0))


def power(base: Intervals, exponent: Intervals) -> Intervals:
    """base**exponent = exp(exponent·log base); it needs the low end of the base > 0."""
    return enclosed("exp", multiply(exponent, enclosed("log", base)))
