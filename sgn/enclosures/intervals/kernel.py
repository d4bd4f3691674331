"""Graph nodes compiled to interval evaluation over batches of boxes (the search's side)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import final

import numpy as np
from numpy.typing import NDArray

from games.language.functions import FUNCTIONS
from games.language.graph import Graph
from sgn.enclosures.intervals import arithmetic, functions
from sgn.enclosures.intervals.arithmetic import Intervals, unpack

Floats = NDArray[np.float64]
_Operation = Callable[..., Intervals]

_BATCH = 2048  # boxes at a time: less is dearer per box, much more leaves the processor's cache


@final
@dataclass(frozen=True)
class _Step:
    """One operation: which node it gives, on which nodes, and what is no longer used after it."""

    node: int
    operation: _Operation
    args: tuple[int, ...]
    last_uses: tuple[int, ...]


@final
@dataclass(frozen=True)
class Kernel:
    """Compiled outputs: call it with boxes to get enclosures of the m outputs over each box.

    low, high: ends of the boxes, shape (B, n), low ≤ high. Returns the ends of the enclosures,
    low then high, each of shape (B, m): the value at every point of a box lies between them. Where
    an operation may not be defined somewhere in the box the outputs made from it are [−inf, inf],
    so a finite end proves that all operations of that output are defined on the box. Raises
    ValueError for arrays of other shapes.
    """

    inputs: Mapping[int, int]  # variable node to its place in the box
    constants: Mapping[int, Intervals]  # node to its enclosure, (2, 1)
    steps: tuple[_Step, ...]
    outputs: tuple[int, ...]
    size: int  # n

    def __call__(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        if low.shape != high.shape or low.ndim != 2 or low.shape[1] != self.size:
            raise ValueError(
                f"low has shape {low.shape} and high {high.shape};"
                f" expected (B, {self.size}) for both"
            )
        count = len(low)
        result = np.empty((count, len(self.outputs))), np.empty((count, len(self.outputs)))
        with np.errstate(all="ignore"):
            for start in range(0, count, _BATCH):
                batch = slice(start, start + _BATCH)
                ends = unpack(self._run(low[batch], high[batch]))
                result[0][batch], result[1][batch] = ends[0].T, ends[1].T
        return result

    def _run(self, low: Floats, high: Floats) -> Intervals:
        """The outputs over one batch: shape (2, m, b)."""
        boxes = np.fmin(np.stack([-low.T, high.T], axis=1), np.inf)
        result = np.empty((2, len(self.outputs), len(low)))
        memory = dict(self.constants)
        for node, place in self.inputs.items():
            memory[node] = boxes[place]
        for step in self.steps:
            memory[step.node] = step.operation(*[memory[argument] for argument in step.args])
            for node in step.last_uses:
                del memory[node]
        for column, node in enumerate(self.outputs):
            result[:, column] = memory[node]
        return result


def compile_intervals(graph: Graph, outputs: Sequence[int], variables: Sequence[str]) -> Kernel:
    """A kernel for the outputs (node indices) over boxes whose sides are the named variables.

    Only the needed nodes are run, each once; what does not depend on the variables is enclosed
    here. Raises ValueError when an output needs a variable that is not among the names.

    >>> graph = Graph()
    >>> square = graph.apply("*", graph.variable("x"), graph.variable("x"))
    >>> compile_intervals(graph, [square], ["x"])(-np.ones((1, 1)), np.zeros((1, 1)))[0]
    array([[0.]])
    """
    place = {name: column for column, name in enumerate(variables)}
    inputs: dict[int, int] = {}
    constants: dict[int, Intervals] = {}
    moving: list[int] = []
    with np.errstate(all="ignore"):
        for node in graph.needed(outputs):
            value = graph.values[node]
            if isinstance(value, str):
                if value not in place:
                    raise ValueError(f"an output needs {value!r}; expected {list(variables)}")
                inputs[node] = place[value]
            elif all(argument in constants for argument in graph.args[node]):
                operation, args = interval_operation(graph, node)
                constants[node] = operation(*(constants[argument] for argument in args))
            else:
                moving.append(node)
    steps = _steps(graph, moving, set(outputs))
    return Kernel(inputs, constants, steps, tuple(outputs), len(variables))


def _steps(graph: Graph, nodes: Sequence[int], kept: set[int]) -> tuple[_Step, ...]:
    steps: list[_Step] = []
    seen = set(kept)
    made = set(nodes)
    for node in reversed(nodes):
        operation, args = interval_operation(graph, node)
        last_uses = {argument for argument in args if argument in made} - seen
        seen |= last_uses
        steps.append(_Step(node, operation, args, tuple(last_uses)))
    return tuple(reversed(steps))


def interval_operation(graph: Graph, node: int) -> tuple[_Operation, tuple[int, ...]]:
    """The operation of a node that is no variable, and what it takes.

    It is the tighter or cheaper one where there is.
    """
    op, args, value = graph.ops[node], graph.args[node], graph.number(node)
    if value is not None:
        return partial(arithmetic.enclosure, value), ()
    special = _SPECIAL.get(op)
    found = None if special is None else special(graph, args)
    return (_OPERATIONS[op], args) if found is None else found


_Special = tuple[_Operation, tuple[int, ...]] | None


def _product(graph: Graph, args: tuple[int, ...]) -> _Special:
    """A square, or a multiple by an exact number."""
    if args[0] == args[1]:
        return partial(arithmetic.integer_power, exponent=2), args[:1]
    for factor, other in (args, args[::-1]):
        number = graph.number(factor)
        if number is not None and arithmetic.scalable(number):
            return arithmetic.scale(number), (other,)
    return None


def _quotient(graph: Graph, args: tuple[int, ...]) -> _Special:
    """A multiple by the inverse of an exact number."""
    number = graph.number(args[1])
    if number is None or not arithmetic.scalable(number):
        return None
    return arithmetic.scale(1 / number), args[:1]


def _power(graph: Graph, args: tuple[int, ...]) -> _Special:
    """A power with an exact exponent."""
    exponent = graph.number(args[1])
    if exponent is None:
        return None
    return _exact_power(exponent), args[:1]


def _exact_power(exponent: Fraction) -> _Operation:
    if exponent.denominator == 1:
        return partial(arithmetic.integer_power, exponent=exponent.numerator)
    return partial(functions.rational_power, exponent=exponent)


_SPECIAL: dict[str, Callable[[Graph, tuple[int, ...]], _Special]] = {
    "*": _product,
    "/": _quotient,
    "**": _power,
}
_OPERATIONS: dict[str, _Operation] = {
    "+": arithmetic.add,
    "-": arithmetic.subtract,
    "neg": arithmetic.negate,
    "*": arithmetic.multiply,
    "/": arithmetic.divide,
    "**": functions.power,
    "logsumexp": functions.logsumexp,
    "pi": functions.pi,
}
_OPERATIONS |= {
    row.name: partial(functions.enclosed, row.name)
    for row in FUNCTIONS.values()
    if not row.variadic  # of those each has a formula of its own
}
if not _OPERATIONS.keys() >= FUNCTIONS.keys():
    raise LookupError(f"no enclosure of {sorted(FUNCTIONS.keys() - _OPERATIONS.keys())}")
