"""The functions of the game language at points, to 200 bits by python-flint, and points to try."""

import operator
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from games.language.functions import FUNCTIONS
from games.language.graph import Graph
from games.language.parser import parse

Floats = NDArray[np.float64]

flint.ctx.prec = 200
arb: Any = flint.arb

HUGE = float(np.finfo(float).max)
TINY = 2.0**-1022
LEAST = 2.0**-1074


def _written(text: str, x: Any) -> Any:
    """A text of the table of functions in x."""
    graph, balls = Graph(), list[Any]()
    root = parse(text, graph, {"x": graph.variable("x")}, "table of functions")
    for op, args, value in zip(graph.ops, graph.args, graph.values, strict=True):
        if isinstance(value, Fraction):
            balls.append(arb(value.numerator) / value.denominator)
        else:
            balls.append(x if op == "var" else BALLS[op](*(balls[argument] for argument in args)))
    return balls[root]


BALLS: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "neg": operator.neg,
    "**": operator.pow,
    "pi": arb.pi,
}
# The functions of one argument: arb's of that name, else the text of the table (or, where that
# overflows, a formula of these tests); never the table's own formula on balls.
FAR = {
    "logistic": lambda a: 1 / (1 + (-a).exp()) if a >= 0 else a.exp() / (1 + a.exp()),
    "softplus": lambda a: a + (-a).exp().log1p() if a >= 0 else a.exp().log1p(),
}
EXACT: dict[str, Callable[[Any], Any]] = {
    row.name: getattr(arb, row.name) if hasattr(arb, row.name) else partial(_written, row.written)
    for row in FUNCTIONS.values()
    if not row.variadic
} | FAR
BALLS |= EXACT

# Ends of domains, overflow and underflow of exp and its kin, extremes.
EDGES = [0.0, LEAST, TINY, 1e-300, 1e-16, 1e-8, 0.5, 1.0, 2.0, 19.0, 36.7, 37.5, 708.4, 709.7827]
EDGES += [709.79, 710.4758, 710.48, 745.13, 745.14, 1000.0, 2.0**20, 1e8, 1e15, 1e22, 1e300, HUGE]


def points(rng: np.random.Generator, count: int) -> Floats:
    """About `count`: moderate, of any exponent, subnormal, near multiples of π/2, at edges."""
    part = count // 5
    edges = rng.choice([*EDGES, *(-v for v in EDGES)], part)
    turns = np.rint(10 ** rng.uniform(0, 8, part)) * rng.choice([-1, 1], part) * (np.pi / 2)
    any_bits = rng.integers(0, 2**64, part, dtype=np.uint64).view(np.float64)
    subnormal = rng.integers(0, 2**40, part) * LEAST * rng.choice([-1, 1], part)
    values = np.concatenate([rng.uniform(-12, 12, part), any_bits, subnormal, turns, edges])
    values = values[np.isfinite(values)]
    steps = rng.integers(-3, 4, len(values))
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.nan_to_num(values + steps * np.spacing(values)))


def wide(rng: np.random.Generator, points: Floats) -> tuple[Floats, Floats]:
    """Intervals that begin or end at the points, of any width; some have an infinite end."""
    with np.errstate(over="ignore", under="ignore"):
        width = 10 ** rng.uniform(-20, 3, len(points)) * rng.choice([1.0, 1.0, 1e-300], len(points))
        width *= np.maximum(np.abs(points), rng.choice([0.0, 1.0], len(points)))
        ends = points, points + width * rng.choice([-1, 1], len(points))
    low, high = np.minimum(*ends), np.maximum(*ends)
    low[rng.random(len(low)) < 0.01] = -np.inf
    high[rng.random(len(low)) < 0.01] = np.inf
    return low, high


def inside(rng: np.random.Generator, low: Floats, high: Floats) -> Floats:
    """One float in each interval: an end, a multiple of π/2 if there is one, or any."""
    low, high = np.maximum(low, -HUGE), np.minimum(high, HUGE)
    share = rng.choice([0.0, 1.0, 0.5, rng.random()], len(low))
    middle = low * (1 - share) + high * share
    turn = np.rint(middle / (np.pi / 2)) * (np.pi / 2)
    use_turn = (low <= turn) & (turn <= high) & (rng.random(len(low)) < 0.3)
    return np.asarray(np.clip(np.where(use_turn, turn, middle), low, high))


def misses(exact: Callable[[Any], Any], x: Floats, low: Floats, high: Floats) -> list[float]:
    """The points at which the exact value lies beyond the ends for certain."""
    found = []
    for point, below, above in zip(x.tolist(), low.tolist(), high.tolist(), strict=True):
        value = exact(arb(point))
        if value < arb(below) or value > arb(above) or not below <= above:
            found.append(point)
    return found
