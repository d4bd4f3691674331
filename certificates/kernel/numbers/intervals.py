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
        case "logsumexp":
            lows, highs = [a.low for a in args], [a.high for a in args]
            return _ends(_log_sum_exp, lows, highs)
        case "sqrt":
            roots = _outward(np.sqrt(args[0].low), np.sqrt(args[0].high))
            return _where(args[0].low > 0, roots)  # smooth only where positive
        case "sin":
            return _wave(args[0], 1)
        case "cos":
            return _wave(args[0], 0)
        case "tan":
            return _tangent(args[0])
        case "cosh":
            u = args[0]
            far = np.maximum(-u.low, u.high)
            near = np.maximum(np.maximum(u.low, -u.high), 0.0)
            return _ends(_FUNCTIONS["cosh"], [near], [far])
        case "log":
            return _ends(_FUNCTIONS[op], [_positive(args[0].low)], [args[0].high])
        case "log1p":
            low = np.where(args[0].low > -1, args[0].low, np.nan)
            return _ends(_FUNCTIONS[op], [low], [args[0].high])
        case _:
            return _ends(_FUNCTIONS[op], [args[0].low], [args[0].high])


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": lambda x: x.exp(),
    "log": lambda x: x.log(),
    "log1p": lambda x: x.log1p(),
    "tanh": lambda x: x.tanh(),
    "sinh": lambda x: x.sinh(),
    "cosh": lambda x: x.cosh(),
    "atan": lambda x: x.atan(),
    "logistic": lambda x: 1 / (1 + (-x).exp()),
    "softplus": lambda x: x.exp().log1p() if x < 0 else x + (-x).exp().log1p(),
}


def _log_sum_exp(*x: Any) -> Any:
    top = max(x, key=lambda each: float(each))
    return top + sum(((each - top).exp() for each in x), flint.arb(0)).log()


def _positive(values: Floats) -> Floats:
    return np.where(values > 0, values, np.nan)


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
    positive = Interval(_positive(base.low), base.high)
    logarithm = _ends(_FUNCTIONS["log"], [positive.low], [positive.high])
    if exponent is None:
        product = logarithm * general
        return _ends(_FUNCTIONS["exp"], [product.low], [product.high])
    c = flint.fmpq(exponent.numerator, exponent.denominator)
    low, high = positive.low, positive.high
    if exponent < 0:
        low, high = high, low
    return _ends(lambda x: (x.log() * c).exp(), [low], [high])


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


def _wave(x: Interval, quarter: int) -> Interval:
    """sin (quarter 1) or cos (quarter 0): the maximum is at t ≡ quarter mod 4, t = 2x/π."""
    low, high = np.broadcast_arrays(x.low, x.high)
    least, most = np.full(low.shape, np.nan), np.full(low.shape, np.nan)
    name = "sin" if quarter else "cos"
    with flint.ctx.workprec(PRECISION):
        for k, ends in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
            if not all(map(np.isfinite, ends)):
                continue
            points = [flint.arb(v) for v in ends]
            floors = [(2 * p / flint.arb.pi()).floor().unique_fmpz() for p in points]
            if floors[0] is None or floors[1] is None:  # too large to place: nothing better known
                least[k], most[k] = -1.0, 1.0
                continue
            first, last = int(floors[0]) - quarter, int(floors[1]) - quarter
            values = [getattr(p, name)() for p in points]
            least[k] = np.nextafter(min(float(v.lower()) for v in values), -np.inf)
            most[k] = np.nextafter(max(float(v.upper()) for v in values), np.inf)
            if last // 4 > first // 4:
                most[k] = 1.0
            if (last - 2) // 4 > (first - 2) // 4:
                least[k] = -1.0
    return Interval(least, most)


def _tangent(x: Interval) -> Interval:
    """Increasing between poles: NaN unless both ends lie on one branch."""
    low, high = np.broadcast_arrays(x.low, x.high)
    same = np.zeros(low.shape, dtype=bool)
    with flint.ctx.workprec(PRECISION):
        for k, (a, b) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
            if np.isfinite(a) and np.isfinite(b):
                branch = [
                    (flint.arb(v) / flint.arb.pi() + flint.arb(0.5)).floor().unique_fmpz()
                    for v in (a, b)
                ]
                same[k] = branch[0] is not None and branch[0] == branch[1]
    return _where(same, _ends(lambda t: t.tan(), [low], [high]))
