"""Interval arithmetic for the checker, vectorised over boxes.

+ − * / √ and powers: IEEE binary64 and one nextafter outward. Functions: arb at the end points of
their monotone pieces, which are those of the table of the language. An enclosure that cannot be had
(division by an interval with 0, a logarithm of what may not be positive) is NaN; NaN stays NaN, and
no test accepts it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, final

import flint
import numpy as np
from numpy.typing import NDArray

from games.language.functions import FUNCTIONS, Function, Turn
from games.language.graph import Graph
from games.language.number import float_enclosure

Floats = NDArray[np.float64]
PRECISION = 96  # bits of arb
_UNKNOWN = (math.nan, math.nan)


@final
@dataclass(frozen=True)
class Interval:
    """low ≤ value ≤ high, one pair a box; NaN: nothing is known."""

    low: Floats
    high: Floats

    def __add__(self, other: "Interval") -> "Interval":
        return _outward(self.low + other.low, self.high + other.high)

    def __sub__(self, other: "Interval") -> "Interval":
        return _outward(self.low - other.high, self.high - other.low)

    def __neg__(self) -> "Interval":
        return Interval(-self.high, -self.low)

    def __mul__(self, other: "Interval") -> "Interval":
        a, b = self.low * other.low, self.low * other.high
        c, d = self.high * other.low, self.high * other.high
        return _hull(a, b, c, d)

    def __truediv__(self, other: "Interval") -> "Interval":
        apart = (other.low > 0) | (other.high < 0)
        a, b = self.low / other.low, self.low / other.high
        c, d = self.high / other.low, self.high / other.high
        return _where(apart, _hull(a, b, c, d))


def _hull(a: Floats, b: Floats, c: Floats, d: Floats) -> Interval:
    """From the least to the greatest, rounded outward; NaN where one of them is."""
    low = np.minimum(np.minimum(a, b), np.minimum(c, d))
    return _outward(low, np.maximum(np.maximum(a, b), np.maximum(c, d)))


def _outward(low: Floats, high: Floats) -> Interval:
    return Interval(np.nextafter(low, -np.inf), np.nextafter(high, np.inf))


def _where(condition: NDArray[np.bool_], interval: Interval) -> Interval:
    """The interval where the condition is true, else NaN."""
    low, high = np.broadcast_arrays(interval.low, interval.high)
    return Interval(np.where(condition, low, np.nan), np.where(condition, high, np.nan))


def enclose(graph: Graph, outputs: Sequence[int], values: Mapping[str, Interval]) -> list[Interval]:
    """Enclosures of the output nodes over all boxes, given one interval array a variable."""
    known: dict[int, Interval] = {}
    with np.errstate(all="ignore"):
        for node in graph.needed(outputs):
            name = graph.values[node]
            inner = [known[a] for a in graph.args[node]]
            known[node] = (
                values[name] if isinstance(name, str) else enclose_node(graph, node, inner)
            )
    return [known[node] for node in outputs]


def enclose_node(graph: Graph, node: int, args: list[Interval]) -> Interval:
    """A node that is no variable, given enclosures of its arguments."""
    op, value = graph.ops[node], graph.values[node]
    if isinstance(value, Fraction):
        low, high = float_enclosure(value)
        return Interval(np.array([low]), np.array([high]))
    if op == "**":
        return _power(args[0], graph.number(graph.args[node][1]), args[1])
    return _apply(op, args)


def _apply(op: str, args: list[Interval]) -> Interval:
    match op:
        case "+":
            return args[0] + args[1]
        case "-":
            return args[0] - args[1]
        case "*":
            return args[0] * args[1]
        case "/":
            return args[0] / args[1]
        case "neg":
            return -args[0]
        case "sqrt":  # correctly rounded, so as tight as by its row, and faster
            roots = _outward(np.sqrt(args[0].low), np.sqrt(args[0].high))
            return _where(args[0].low > 0, roots)
        case "pi":
            return _evaluate(lambda _: flint.arb.pi(), [np.zeros(1)])
        case _:
            return _function(FUNCTIONS[op], args)


def _function(row: Function, args: list[Interval]) -> Interval:
    """A function by its row of the table: NaN unless it is smooth on all of its argument."""
    ends = [np.stack(np.broadcast_arrays(x.low, x.high)) for x in args]
    if row.above is not None:
        ends = [np.where(x > row.above, x, np.nan) for x in ends]
    at = _evaluate(row.value, ends)
    return _turned(row, ends[0], at) if row.turns else Interval(at.low[0], at.high[1])


def _turned(row: Function, ends: Floats, at: Interval) -> Interval:
    """The hull of the values at both ends and at the turns between them; NaN over a pole."""
    low, high = at.low.min(axis=0), at.high.max(axis=0)
    first, last = map(_quarters, ends)
    for turn in row.turns:
        met = np.array([_meets(turn, a, b) for a, b in zip(first, last, strict=True)])
        low = np.where(met, np.minimum(low, turn.value), low)
        high = np.where(met, np.maximum(high, turn.value), high)
    return Interval(low, high)


def _quarters(points: Floats) -> list[int | None]:
    """⌊2x/π⌋ at each point; None where it is too large to place, or not known."""
    different, place = np.unique(points, return_inverse=True)
    with flint.ctx.workprec(PRECISION):
        half_pi = flint.arb.pi() / 2
        floors = [(flint.arb(x) / half_pi).floor().unique_fmpz() for x in different.tolist()]
    known = [None if floor is None else int(floor) for floor in floors]
    return [known[k] for k in place]


def _meets(turn: Turn, first: int | None, last: int | None) -> bool:
    """Whether a turn may lie between points in two quarters, the first of them excepted."""
    if first is None or last is None:
        return True
    if not turn.every:
        return first < turn.quarter <= last
    return (last - turn.quarter) // turn.every > (first - turn.quarter) // turn.every


def _evaluate(function: Callable[..., Any], args: list[Floats]) -> Interval:
    """Bounds of the function at points, by arb; NaN where it has no finite value there."""
    points = np.stack([x.ravel() for x in np.broadcast_arrays(*args)])
    axis = 1 if len(args) > 1 else None
    different, place = np.unique(points, axis=axis, return_inverse=True)
    bounds = []
    with flint.ctx.workprec(PRECISION):
        for point in different.reshape(len(args), -1).T.tolist():
            value = function(*map(flint.arb, point))
            known = value.is_finite()
            bounds.append((float(value.lower()), float(value.upper())) if known else _UNKNOWN)
    low, high = np.array(bounds).T[:, place.ravel()]
    shape = np.broadcast_shapes(*(x.shape for x in args))
    return _outward(low.reshape(shape), high.reshape(shape))


def _power(base: Interval, exponent: Fraction | None, general: Interval) -> Interval:
    """base ** exponent; an exponent that is no constant, or no integer, needs a positive base."""
    if exponent is not None and exponent.denominator == 1:
        return _integer_power(base, int(exponent))
    if exponent is None:
        return _function(FUNCTIONS["exp"], [_function(FUNCTIONS["log"], [base]) * general])
    c = flint.fmpq(exponent.numerator, exponent.denominator)
    ends = np.stack(np.broadcast_arrays(base.low, base.high))
    at = _evaluate(lambda x: (x.log() * c).exp(), [np.where(ends > 0, ends, np.nan)])
    low, high = (0, 1) if exponent > 0 else (1, 0)
    return Interval(at.low[low], at.high[high])


def _integer_power(x: Interval, n: int) -> Interval:
    if n < 0:
        one = Interval(np.array([1.0]), np.array([1.0]))
        return one / _integer_power(x, -n)
    if n % 2:  # increasing
        return Interval(_signed_power(x.low, n, up=False), _signed_power(x.high, n, up=True))
    near = np.maximum(np.maximum(x.low, -x.high), 0.0)
    far = np.maximum(-x.low, x.high)
    return Interval(_signed_power(near, n, up=False), _signed_power(far, n, up=True))


def _signed_power(x: Floats, n: int, up: bool) -> Floats:
    """xⁿ rounded one way, by multiplication; for x < 0 the size is rounded the other way.

    x⁰ is 1 where x is known.
    """
    size, grow = np.abs(x), (x >= 0) if up else (x < 0)
    toward = np.where(grow, np.inf, 0.0)
    result = size if n else np.where(np.isnan(x), x, 1.0)
    for bit in bin(n)[3:]:
        result = np.nextafter(result * result, toward)
        if bit == "1":
            result = np.nextafter(result * size, toward)
    return np.where((x < 0) & (n % 2 == 1), -result, result)
