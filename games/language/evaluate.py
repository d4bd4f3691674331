"""Vectorised floating-point evaluation of graph nodes over many points (the search's side).

Values that are not finite flow through without a warning; whoever reads them decides.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from games.language.floats import floats_of
from games.language.functions import FUNCTIONS
from games.language.graph import Graph

Floats = NDArray[np.float64]
_Kernel = Callable[..., Any]  # arrays of one shape (or scalars) to an array of that shape

_BATCH = 4096  # points at a time: the intermediate arrays stay in the processor's cache
_SMALL_POWER = 16  # up to here products are faster than np.power and as accurate


@final
@dataclass(frozen=True)
class _Step:
    """One operation: which node it gives, where that goes, and what is no longer used after it."""

    node: int
    kernel: _Kernel
    args: tuple[int, ...]
    columns: tuple[int, ...]
    last_uses: tuple[int, ...]


@final
@dataclass(frozen=True)
class Program:
    """Compiled outputs: call it with points (k, n) to get their values (k, m) as float64.

    When no output depends on the point the result is a read-only broadcast of one row.
    """

    size: int  # n
    row: Floats  # (m,): the outputs that do not depend on the point, 0 at the others
    constants: dict[int, np.float64]
    inputs: dict[int, int]  # variable node to its place in the point
    steps: tuple[_Step, ...]
    varying: bool

    def __call__(self, points: Floats) -> Floats:
        if points.ndim != 2 or points.shape[1] != self.size:
            raise ValueError(f"points have shape {points.shape}; expected (k, {self.size})")
        shape = (len(points), len(self.row))
        if not self.varying:
            return np.broadcast_to(self.row, shape)
        result = np.empty(shape)
        with np.errstate(all="ignore"):
            for start in range(0, len(points), _BATCH):
                batch = slice(start, start + _BATCH)
                self._run(points[batch], result[batch])
        return result

    def _run(self, points: Floats, result: Floats) -> None:
        result[:] = self.row
        memory: dict[int, Any] = dict(self.constants)
        for node, place in self.inputs.items():
            memory[node] = np.ascontiguousarray(points[:, place])
        for step in self.steps:
            value = step.kernel(*(memory[argument] for argument in step.args))
            memory[step.node] = value
            for column in step.columns:
                result[:, column] = value
            for node in step.last_uses:
                del memory[node]


def compile(graph: Graph, outputs: Sequence[int], variables: Sequence[str]) -> Program:
    """A program for the outputs (node indices) at points whose columns are the named variables.

    Only the needed nodes are run, each once. Raises ValueError when an output needs a variable
    that is not among the names.

    >>> graph = Graph()
    >>> compile(graph, [graph.apply("exp", graph.variable("x"))], ["x"])(np.zeros((1, 1)))
    array([[1.]])
    """
    place = {name: column for column, name in enumerate(variables)}
    needed = graph.needed(outputs)
    inputs: dict[int, int] = {}
    constants: dict[int, np.float64] = {}
    moving: list[int] = []
    for node in needed:
        value = graph.values[node]
        if isinstance(value, str):
            if value not in place:
                raise ValueError(f"an output needs {value!r}; expected one of {list(variables)}")
            inputs[node] = place[value]
        elif all(argument in constants for argument in graph.args[node]):
            constants[node] = _constant(graph, node, constants)
        else:
            moving.append(node)
    row = np.array([constants.get(output, 0.0) for output in outputs], dtype=float)
    row.setflags(write=False)
    steps = _steps(graph, [*inputs, *moving], outputs)
    return Program(len(variables), row, constants, inputs, steps, bool(inputs))


def _steps(graph: Graph, nodes: Sequence[int], outputs: Sequence[int]) -> tuple[_Step, ...]:
    columns: dict[int, list[int]] = {}
    for column, output in enumerate(outputs):
        columns.setdefault(output, []).append(column)
    computed = set(nodes)
    last_uses: dict[int, list[int]] = {}
    seen: set[int] = set()
    for node in reversed(nodes):
        for argument in ({node, *graph.args[node]} & computed) - seen:
            last_uses.setdefault(node, []).append(argument)
            seen.add(argument)
    return tuple(
        _Step(
            node,
            *_operation(graph, node),
            tuple(columns.get(node, ())),
            tuple(last_uses.get(node, ())),
        )
        for node in nodes
    )


def _constant(graph: Graph, node: int, constants: dict[int, np.float64]) -> np.float64:
    """The value of a node without variables, from those of its arguments."""
    value = graph.values[node]
    if isinstance(value, Fraction):
        return np.float64(nearest(value))
    if graph.ops[node] == "pi":
        return np.float64(math.pi)
    kernel, args = _operation(graph, node)
    with np.errstate(all="ignore"):
        return np.float64(kernel(*(constants[argument] for argument in args)))


def nearest(value: Fraction) -> float:
    """The float nearest to a rational; infinite beyond the largest float."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _operation(graph: Graph, node: int) -> tuple[_Kernel, tuple[int, ...]]:
    """The kernel of a node and the nodes whose values it takes."""
    op, args = graph.ops[node], graph.args[node]
    if op == "var":
        return np.positive, (node,)
    exponent = graph.number(args[1]) if op == "**" else None
    if exponent is not None and exponent.denominator == 1:
        return partial(_integer_power, exponent=int(exponent)), args[:1]
    return _OPERATORS[op] if op in _OPERATORS else floats_of(FUNCTIONS[op]), args


def _integer_power(base: Floats, exponent: int) -> Floats:
    """base**exponent; small ones by repeated squaring."""
    if abs(exponent) > _SMALL_POWER:
        return np.asarray(np.power(base, float(exponent)))
    if exponent < 0:
        return np.asarray(1.0 / _integer_power(base, -exponent))
    result, square, left = np.ones_like(base), base, exponent
    while left:
        if left & 1:
            result = result * square
        left >>= 1
        if left:
            square = square * square
    return result


def _real_power(base: Floats, exponent: Floats) -> Floats:
    """exp(exponent·log(base)), defined where base > 0 only."""
    return np.where(base > 0, np.power(base, exponent), np.nan)


_OPERATORS: dict[str, _Kernel] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "neg": np.negative,
    "**": _real_power,
}
