"""Interval arithmetic for the checker, vectorised over boxes.

+ − * / and powers: IEEE binary64 and one nextafter outward. Functions: arb at the end points of
their monotone pieces. An enclosure that cannot be had (division by an interval with 0, a logarithm
of what may not be positive) is NaN; NaN stays NaN, and no test accepts it.
"""

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
            op, value = graph.ops[node], graph.values[node]
            if op == "const" and isinstance(value, Fraction):
                low, high = float_enclosure(value)
                known[node] = Interval(np.array([low]), np.array([high]))
            elif op == "var" and isinstance(value, str):
                known[node] = values[value]
            elif op == "**":
                base, exponent = graph.args[node]
                known[node] = _power(known[base], graph.number(exponent), known[exponent])
            else:
                known[node] = _apply(op, [known[a] for a in graph.args[node]])
    return [known[node] for node in outputs]


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
        case "pi":
            return _ends(lambda: flint.arb.pi(), [], [])
        case _:
            return _function(FUNCTIONS[op], args)


def _function(row: Function, args: list[Interval]) -> Interval:
    """A function by its row of the table: NaN unless it is smooth on all of its argument."""
    lows, highs = [x.low for x in args], [x.high for x in args]
    if row.above is not None:
        lows = [np.where(low > row.above, low, np.nan) for low in lows]
    return _turned(row, lows[0], highs[0]) if row.turns else _ends(row.value, lows, highs)


def _turned(row: Function, low: Floats, high: Floats) -> Interval:
    """The hull of the values at both ends and at the turns between them; NaN over a pole."""
    ends = np.stack(np.broadcast_arrays(low, high))
    points, flat = np.unique(ends, return_inverse=True)
    place = flat.reshape(ends.shape)
    least, most = (_evaluate(row.value, [points], up)[place] for up in (False, True))
    bounds = Interval(least.min(axis=0), most.max(axis=0))
    quarters = _quarters(points)
    first, last = ([quarters[k] for k in side] for side in (place[0], place[1]))
    for turn in row.turns:
        met = np.array([_meets(turn, a, b) for a, b in zip(first, last, strict=True)])
        least = np.where(met, np.minimum(bounds.low, turn.value), bounds.low)
        bounds = Interval(least, np.where(met, np.maximum(bounds.high, turn.value), bounds.high))
    return bounds


def _quarters(points: Floats) -> list[int | None]:
    """⌊2x/π⌋ at each point; None where it is too large to place, or not known."""
    with flint.ctx.workprec(PRECISION):
        floors = [
            (2 * flint.arb(x) / flint.arb.pi()).floor().unique_fmpz() for x in points.tolist()
        ]
    return [None if floor is None else int(floor) for floor in floors]


def _meets(turn: Turn, first: int | None, last: int | None) -> bool:
    """Whether a turn may lie between points in two quarters, the first of them excepted."""
    if first is None or last is None:
        return True
    if not turn.every:
        return first < turn.quarter <= last
    return (last - turn.quarter) // turn.every > (first - turn.quarter) // turn.every


def _ends(function: Callable[..., Any], lows: list[Floats], highs: list[Floats]) -> Interval:
    """A function that increases in every argument: arb at the lower and at the upper ends."""
    return Interval(_evaluate(function, lows, up=False), _evaluate(function, highs, up=True))


def _evaluate(function: Callable[..., Any], args: list[Floats], up: bool) -> Floats:
    """Bounds of the function at points, downward or upward; NaN where it has no finite value."""
    if args:
        arrays = np.broadcast_arrays(*args)
        points, inverse = np.unique(np.stack(arrays), axis=1, return_inverse=True)
    else:
        points, inverse = np.zeros((0, 1)), np.zeros(1, dtype=int)
    result = np.empty(points.shape[1])
    with flint.ctx.workprec(PRECISION):
        for k, point in enumerate(points.T.tolist()):
            value = function(*(flint.arb(v) for v in point))
            if value.is_finite():
                near = float(value.upper() if up else value.lower())
                result[k] = np.nextafter(near, np.inf if up else -np.inf)
            else:
                result[k] = np.nan
    return result[inverse.ravel()]


def _power(base: Interval, exponent: Fraction | None, general: Interval) -> Interval:
    """base ** exponent; an exponent that is no constant, or no integer, needs a positive base."""
    if exponent is not None and exponent.denominator == 1:
        return _integer_power(base, int(exponent))
    if exponent is None:
        return _function(FUNCTIONS["exp"], [_function(FUNCTIONS["log"], [base]) * general])
    c = flint.fmpq(exponent.numerator, exponent.denominator)
    ends = [[np.where(base.low > 0, base.low, np.nan)], [base.high]]
    return _ends(lambda x: (x.log() * c).exp(), *(ends if exponent > 0 else reversed(ends)))


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
