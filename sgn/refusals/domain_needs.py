"""What the operations of a cost need of their arguments to be defined, and smooth."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from games.language.graph import Graph
from sgn.enclosures.intervals import Intervals, pack, unpack
from sgn.enclosures.intervals.arithmetic import add
from sgn.enclosures.intervals.functions import cos

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


def _itself(x: Intervals) -> Intervals:
    return x


def _plus_one(x: Intervals) -> Intervals:
    return add(x, np.array([[-1.0], [1.0]]))


@final
@dataclass(frozen=True)
class Need:
    """The measure of an argument must be of a kind."""

    node: int
    argument: int
    kind: Kind
    text: str  # with {} for the argument; then what is so where it fails
    measure: Callable[[Intervals], Intervals] = _itself

    def measured(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """The ends of the measure of arguments in [low, high], each of shape (k,)."""
        with np.errstate(all="ignore"):
            return unpack(self.measure(pack(low, high)))


def needs(graph: Graph, costs: Sequence[int]) -> list[Need]:
    """What the operations of the costs need, each thing once, in tape order."""
    found: dict[tuple[int, str], Need] = {}
    moving: set[int] = set()
    for node in graph.needed(costs):
        if graph.ops[node] == "var" or not moving.isdisjoint(graph.args[node]):
            moving.add(node)
        make = _MAKERS.get(graph.ops[node])
        for need in () if make is None else make(graph, node, moving):
            found.setdefault((need.argument, need.text), need)
    return list(found.values())


def _quotient_needs(graph: Graph, node: int, moving: set[int]) -> Iterator[Need]:
    text = "the denominator {} must not be 0, and is"
    yield Need(node, graph.args[node][1], NOT_ZERO, text)


def _power_needs(graph: Graph, node: int, moving: set[int]) -> Iterator[Need]:
    base, exponent = graph.args[node]
    number = graph.number(exponent)
    if number is None or number.denominator > 1:
        text = "the base {} of a power that is not whole must be > 0, and is not"
        yield Need(node, base, POSITIVE, text)
    elif number < 0:
        yield Need(node, base, NOT_ZERO, "the base {} of a negative power must not be 0, and is")


def _log_needs(graph: Graph, node: int, moving: set[int]) -> Iterator[Need]:
    text = "the argument {} of log must be > 0, and is not"
    yield Need(node, graph.args[node][0], POSITIVE, text)


def _log1p_needs(graph: Graph, node: int, moving: set[int]) -> Iterator[Need]:
    text = "the argument {} of log1p must be > -1, and is not"
    yield Need(node, graph.args[node][0], POSITIVE, text, _plus_one)


def _sqrt_needs(graph: Graph, node: int, moving: set[int]) -> Iterator[Need]:
    (argument,) = graph.args[node]
    if argument in moving:
        text = "the argument {} of sqrt, which is differentiated, must be > 0, and is not"
        yield Need(node, argument, POSITIVE, text)
    else:
        text = "the argument {} of sqrt must be >= 0, and is not"
        yield Need(node, argument, NOT_NEGATIVE, text)


def _tan_needs(graph: Graph, node: int, moving: set[int]) -> Iterator[Need]:
    text = "the argument {} of tan must not be a pole pi/2 + k*pi, and is"
    yield Need(node, graph.args[node][0], NOT_ZERO, text, cos)


_MAKERS: dict[str, Callable[[Graph, int, set[int]], Iterator[Need]]] = {
    "/": _quotient_needs,
    "**": _power_needs,
    "log": _log_needs,
    "log1p": _log1p_needs,
    "sqrt": _sqrt_needs,
    "tan": _tan_needs,
}
