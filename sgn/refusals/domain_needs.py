"""What the operations of a cost need of their arguments to be defined, and smooth."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import final

import numpy as np
from numpy.typing import NDArray

from games.language.functions import FUNCTIONS, Function, Turn
from games.language.graph import Graph
from games.language.template import written
from sgn.enclosures.intervals import Kernel, compile_intervals

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@final
@dataclass(frozen=True)
class Kind:
    """Where a value that lies in [low, high] is good, or bad, for certain."""

    holds: Callable[[Floats, Floats], Mask]
    fails: Callable[[Floats, Floats], Mask]


POSITIVE = Kind(lambda low, high: low > 0, lambda low, high: high <= 0)
NOT_NEGATIVE = Kind(lambda low, high: low >= 0, lambda low, high: high < 0)
NOT_ZERO = Kind(
    lambda low, high: (low > 0) | (high < 0), lambda low, high: (low == 0) & (high == 0)
)


@final
@dataclass(frozen=True)
class Need:
    """The measure of an argument must be of a kind."""

    node: int
    argument: int
    kind: Kind
    text: str  # with {} for the argument; then what is so where it fails
    above: int = 0  # the measure is the argument less that,
    pole: Turn | None = None  # or what is 0 at these

    def measured(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """The ends of the measure of arguments in [low, high], each of shape (k,)."""
        kernel = _measure(self.above, self.pole)
        ends = kernel(low[:, None], high[:, None])
        return ends[0][:, 0], ends[1][:, 0]


@cache
def _measure(above: int, pole: Turn | None) -> Kernel:
    """x − above; or sin(2(x − qπ/2)/p), which is 0 at the poles (q + kp)π/2."""
    graph = Graph()
    x, y = graph.variable("x"), graph.constant(Fraction(0))
    text = f"x - {above}" if pole is None else f"sin(2*(x - {pole.quarter}*pi/2)/{pole.every})"
    return compile_intervals(graph, [written(text, graph, x, y)], ["x"])


def needs(graph: Graph, costs: Sequence[int]) -> list[Need]:
    """What the operations of the costs need, each thing once, in tape order."""
    found: dict[tuple[int, str], Need] = {}
    moving: set[int] = set()
    for node in graph.needed(costs):
        if graph.ops[node] == "var" or not moving.isdisjoint(graph.args[node]):
            moving.add(node)
        for need in _needs_of(graph, node, moving):
            found.setdefault((need.argument, need.text), need)
    return list(found.values())


def _needs_of(graph: Graph, node: int, moving: set[int]) -> Iterator[Need]:
    op = graph.ops[node]
    if op == "/":
        yield from _quotient_needs(graph, node)
    elif op == "**":
        yield from _power_needs(graph, node)
    elif op in FUNCTIONS:
        for argument in graph.args[node]:
            yield from _function_needs(FUNCTIONS[op], node, argument, argument in moving)


def _quotient_needs(graph: Graph, node: int) -> Iterator[Need]:
    text = "the denominator {} must not be 0, and is"
    yield Need(node, graph.args[node][1], NOT_ZERO, text)


def _power_needs(graph: Graph, node: int) -> Iterator[Need]:
    base, exponent = graph.args[node]
    number = graph.number(exponent)
    if number is None or number.denominator > 1:
        text = "the base {} of a power that is not whole must be > 0, and is not"
        yield Need(node, base, POSITIVE, text)
    elif number < 0:
        yield Need(node, base, NOT_ZERO, "the base {} of a negative power must not be 0, and is")


def _function_needs(row: Function, node: int, argument: int, moves: bool) -> Iterator[Need]:
    """moves: whether the argument depends on a variable, so that the function is differentiated."""
    if row.above is not None:
        smoothly = ", which is differentiated," if row.closed and moves else ""
        kind, sign = (NOT_NEGATIVE, ">=") if row.closed and not moves else (POSITIVE, ">")
        text = f"the argument {{}} of {row.name}{smoothly} must be {sign} {row.above}, and is not"
        yield Need(node, argument, kind, text, row.above)
    for pole in filter(lambda turn: turn.is_pole, row.turns):
        where = f"{_of_pi(pole.quarter)} + k*{_of_pi(pole.every)}"
        text = f"the argument {{}} of {row.name} must not be a pole {where}, and is"
        yield Need(node, argument, NOT_ZERO, text, pole=pole)


def _of_pi(quarters: int) -> str:
    """As text, so many times π/2."""
    share = Fraction(quarters, 2)
    times = "pi" if share.numerator == 1 else f"{share.numerator}*pi"
    return times if share.denominator == 1 else f"{times}/{share.denominator}"
