"""Nodes of a graph as affine forms over many boxes (theory, T30): the search's own arithmetic.

A form is t_0 + Σ_k ε_k t_k ± doubt with |ε_k| ≤ 1, and has a range, an interval that also holds it.
Every operation raises the doubt by what its roundings can cost (u = 2^-53, u times a count that is
about twice what is met); of numbers below 2^-1022 nothing is trusted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial, reduce
from typing import final

import numpy as np

from games.language.graph import Graph
from sgn.enclosures.intervals.arithmetic import LEAST_NORMAL, UNIT, Floats, Intervals
from sgn.enclosures.intervals.kernel import Kernel, compile_intervals, interval_operation
from sgn.enclosures.slopes import Slopes

TWO, INVERSE = Fraction(2), Fraction(-1)


@final
@dataclass(frozen=True, eq=False)
class Moving:
    """terms: (1 + n, B), the first in the midst; doubt: (B,); range: (2, B), −low and high.

    What moves in no box has one term, and B may be 1.
    """

    terms: Floats
    doubt: Floats
    range: Intervals

    @property
    def still(self) -> bool:
        """Whether it does not move."""
        return len(self.terms) == 1


Parts = tuple[Floats, Floats]  # terms and doubt


def ball(own: Intervals) -> Parts:
    """What does not move, within an interval."""
    low, high = -own[0], own[1]
    middle = low + (high - low) / 2
    reach = np.maximum(high - middle, middle - low)
    return middle[None], reach * (1 + 4 * UNIT) + LEAST_NORMAL


def met(parts: Parts, own: Intervals) -> Moving:
    """Both hold: the range is cut, and where the form is of no use it is the range.

    NaN where that is: an operation may not be defined there.
    """
    terms, doubt = (
        np.broadcast_arrays(parts[0], own[:1])[0],
        np.broadcast_to(parts[1], own[0].shape),
    )
    lost = ~np.isfinite(np.abs(terms).sum(axis=0) + doubt) | np.isnan(own[0] + own[1])
    if lost.any():
        middle, reach = ball(own)
        terms, doubt = np.where(lost, 0.0, terms), np.where(lost, reach, doubt)
        terms[0] = np.where(lost, middle[0], terms[0])
    grown = (4 * len(terms) + 16) * UNIT
    reach = np.abs(terms[1:]).sum(axis=0) + doubt
    margin = reach + grown * (reach + np.abs(terms[0]))
    return Moving(terms, doubt, np.minimum(own, np.stack([margin - terms[0], margin + terms[0]])))


def plus(x: Moving, y: Moving) -> Parts:
    """x + y."""
    few, many = sorted((x.terms, y.terms), key=len)
    shape = np.broadcast_shapes(few[0].shape, many[0].shape)
    terms = np.broadcast_to(many, (len(many), *shape)).copy()
    terms[: len(few)] += few
    size = np.abs(terms).sum(axis=0)
    return terms, (x.doubt + y.doubt) * (1 + 4 * UNIT) + (2 + len(terms) * UNIT) * UNIT * size


def minus(x: Moving, y: Moving) -> Parts:
    """x − y."""
    return plus(x, Moving(-y.terms, y.doubt, y.range))


def times(x: Moving, y: Moving) -> Parts:
    """xy: of ε_k² x_ky_k, which is ½ ± ½ of it, the middle goes to the centre."""
    shape = np.broadcast_shapes(x.doubt.shape, y.doubt.shape)
    count = max(len(x.terms), len(y.terms))
    terms = np.zeros((count, *shape))
    terms[0] = x.terms[0] * y.terms[0]
    terms[1 : len(x.terms)] += x.terms[1:] * y.terms[0]
    terms[1 : len(y.terms)] += y.terms[1:] * x.terms[0]
    moved_x, moved_y = np.abs(x.terms[1:]).sum(axis=0), np.abs(y.terms[1:]).sum(axis=0)
    size_x, size_y = np.abs(x.terms[0]) + moved_x, np.abs(y.terms[0]) + moved_y
    doubt = size_x * y.doubt + x.doubt * (size_y + y.doubt)
    if not (x.still or y.still):
        same = x.terms[1:] * y.terms[1:]
        terms[0] += same.sum(axis=0) / 2
        doubt = doubt + (moved_x * moved_y - np.abs(same).sum(axis=0) / 2)
    grown = (6 * count + 32) * UNIT
    return terms, doubt * (1 + grown) + grown * (size_x * size_y) + 4 * count * LEAST_NORMAL


@final
@dataclass(frozen=True)
class Jet:
    """A function of one variable with its two derivatives, compiled: f and f' together, and f''."""

    near: Kernel
    bend: Kernel

    def __call__(self, x: Moving) -> Parts:
        """f(m) + f'(m)(x − m) + ½f''(R)(x − m)², m in the midst of the range R of x."""
        low, high = -x.range[0], x.range[1]
        middle = low + (high - low) / 2
        reach = np.maximum(high - middle, middle - low) * (1 + 4 * UNIT) + LEAST_NORMAL
        area = reach * reach * (0.5 + 4 * UNIT) + LEAST_NORMAL
        at = middle[:, None]
        (value, slope), (doubt, unsure) = (each.T for each in _middles(*self.near(at, at)))
        bottom, top = (each[:, 0] for each in self.bend(low[:, None], high[:, None]))
        least, most = np.minimum(bottom, 0.0) * area, np.maximum(top, 0.0) * area
        curved = least / 2 + most / 2
        off = x.terms[0] - middle
        terms = slope * x.terms
        terms[0] = slope * off + (value + curved)
        size = np.abs(off) + np.abs(x.terms[1:]).sum(axis=0)
        rest = np.abs(slope) * x.doubt + unsure * (size + x.doubt) + doubt + (most / 2 - least / 2)
        grown = (4 * len(terms) + 32) * UNIT
        lost = grown * (np.abs(slope) * size + np.abs(value) + most - least + unsure * size)
        return terms, rest * (1 + grown) + lost + 8 * len(terms) * LEAST_NORMAL


def _middles(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Midpoints of intervals and how far they reach from there."""
    middle = low + (high - low) / 2
    reach = np.maximum(high - middle, middle - low)
    return middle, reach * (1 + 4 * UNIT) + LEAST_NORMAL * (reach > 0)


@lru_cache(maxsize=256)
def jet(op: str, exponent: Fraction | None = None) -> Jet:
    """That of a function, or of a power."""
    graph = Graph()
    x = graph.variable("x")
    value = graph.apply(op, x, *([] if exponent is None else [graph.constant(exponent)]))
    slopes = Slopes(graph)
    first = slopes.of(value, x)
    second = slopes.of(first, x)
    return Jet(
        compile_intervals(graph, [value, first], ["x"]), compile_intervals(graph, [second], ["x"])
    )


@final
@dataclass(frozen=True)
class _Step:
    """A node: how its range and its parts follow from other nodes; and which are not used again."""

    node: int
    own: Callable[..., Intervals]
    own_args: tuple[int, ...]
    parts: Callable[..., Parts]
    args: tuple[int, ...]
    done: list[int]


@final
class MovingKernel:
    """Outputs (node indices) of a graph, compiled; the variables used have a move each.

    The graph may grow by what operations are made of.
    """

    def __init__(
        self, graph: Graph, outputs: Sequence[int], names: Sequence[str], used: Sequence[int]
    ) -> None:
        self._graph, self._outputs, self._used = graph, outputs, list(used)
        self._place = {names[k]: k for k in self._used}
        self._inputs: dict[int, int] = {}
        self._constants: dict[int, Moving] = {}
        self._steps: list[_Step] = []
        self._made: set[int] = set()
        with np.errstate(all="ignore"):
            for node in graph.needed(outputs):
                self._make(node)
        seen = set(outputs)
        for step in reversed(self._steps):
            mine = {*step.own_args, *step.args} & self._made
            step.done.extend(mine - seen)
            seen |= mine

    def __call__(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """On boxes (B, n): terms (B, 1 + used, outputs) and doubts (B, outputs)."""
        count, moves = len(low), len(self._used)
        sides = {}
        for node, k in self._inputs.items():
            own = np.stack([-low[:, k], high[:, k]])
            middle, reach = _middles(low[:, k], high[:, k])
            terms = np.zeros((1 + moves, count))
            terms[0], terms[1 + self._used.index(k)] = middle, reach
            sides[node] = Moving(terms, np.zeros(count), own)
        terms = np.zeros((count, 1 + moves, len(self._outputs)))
        doubt = np.empty((count, len(self._outputs)))
        for e, found in enumerate(self.on(sides)):
            terms[:, : len(found.terms), e], doubt[:, e] = found.terms.T, found.doubt
        return terms, doubt

    def on(self, sides: Mapping[int, Moving]) -> list[Moving]:
        """The outputs, given the nodes of variables."""
        memory = {**self._constants, **sides}
        for step in self._steps:
            own = step.own(*(memory[a].range for a in step.own_args))
            memory[step.node] = met(step.parts(*(memory[a] for a in step.args)), own)
            for node in step.done:
                del memory[node]
        return [memory[node] for node in self._outputs]

    def _make(self, node: int) -> int:
        """Have a node among the steps, and those before it."""
        graph, args = self._graph, self._graph.args[node]
        name = graph.values[node]
        if node in self._made or node in self._constants or node in self._inputs:
            return node
        if isinstance(name, str):
            self._inputs[node] = self._place[name]
            return node
        for argument in args:
            self._make(argument)
        operation, own_args = interval_operation(graph, node)
        if all(argument in self._constants for argument in args):
            own = operation(*(self._constants[a].range for a in own_args))
            self._constants[node] = met(ball(own), own)
            return node
        parts, inner = self._parts(node)
        self._made.add(node)
        self._steps.append(_Step(node, operation, own_args, parts, inner, []))
        return node

    def _parts(self, node: int) -> tuple[Callable[..., Parts], tuple[int, ...]]:
        """How the parts of a node follow, and from which nodes."""
        graph, args = self._graph, self._graph.args[node]
        match graph.ops[node]:
            case "+":
                return plus, args
            case "-":
                return minus, args
            case "neg":
                return _negative, args
            case "*" if args[0] != args[1]:
                return times, args
            case "*":
                return jet("**", TWO), args[:1]
            case "/":
                inverse = graph.apply("**", args[1], graph.constant(INVERSE))
                return times, (args[0], self._make(inverse))
            case "**" if (exponent := graph.number(args[1])) is not None:
                return jet("**", exponent), args[:1]
            case "**":
                product = graph.apply("*", args[1], graph.apply("log", args[0]))
                return _itself, (self._make(graph.apply("exp", product)),)
            case "logsumexp":
                each = [graph.apply("exp", argument) for argument in args]
                total = reduce(partial(graph.apply, "+"), each)
                return _itself, (self._make(graph.apply("log", total)),)
            case op:
                return jet(op), args[:1]


def _negative(x: Moving) -> Parts:
    return -x.terms, x.doubt


def _itself(x: Moving) -> Parts:
    return x.terms, x.doubt
