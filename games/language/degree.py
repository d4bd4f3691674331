"""What can be read off a node without evaluating it: its variables, its degrees, its domain.

All answers are safe over-estimates: terms that would cancel are counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import final

from games.language.functions import FUNCTIONS
from games.language.graph import Graph
from games.language.powers import natural_exponent

_PARTIAL = {row.name for row in FUNCTIONS.values() if not row.is_total}
_POSITIVE = {"pi"} | {row.name for row in FUNCTIONS.values() if row.is_positive}


@final
@dataclass(frozen=True)
class Degree:
    """How a node depends on the variables; sets of variables are bit masks over their order."""

    variables: int  # those it may depend on
    twice: int  # those in which its degree may be two or more (meaningful for polynomials)
    polynomial: bool  # certainly a polynomial (of degree 0 where no variable is)

    @property
    def multi_affine(self) -> bool:
        """Whether it is a polynomial with degree at most one in each variable."""
        return self.polynomial and self.twice == 0


def degrees(graph: Graph, outputs: Iterable[int], variables: Sequence[int]) -> dict[int, Degree]:
    """The degree of every node that the outputs need; bit k stands for variables[k].

    >>> graph = Graph()
    >>> x = graph.variable("x")
    >>> degrees(graph, [graph.apply("*", x, x)], [x])[1]
    Degree(variables=1, twice=1, polynomial=True)
    """
    bit = {variable: 1 << place for place, variable in enumerate(variables)}
    known: dict[int, Degree] = {}
    for node in graph.needed(outputs):
        args = [known[argument] for argument in graph.args[node]]
        used = reduce(int.__or__, (argument.variables for argument in args), bit.get(node, 0))
        twice = reduce(int.__or__, (argument.twice for argument in args), 0)
        polynomial = not used or _polynomial(graph, node, args)
        known[node] = Degree(used, _twice(graph, node, args, twice), polynomial)
    return known


def defined_everywhere(graph: Graph, nodes: Iterable[int]) -> bool:
    """Whether all these nodes are certainly defined at every real point."""
    return all(
        graph.ops[node] not in _PARTIAL
        and (graph.ops[node] != "/" or _never_zero(graph, graph.args[node][1]))
        and (graph.ops[node] != "**" or natural_exponent(graph, node) is not None)
        for node in nodes
    )


def _twice(graph: Graph, node: int, args: Sequence[Degree], twice: int) -> int:
    if graph.ops[node] == "*":
        return twice | (args[0].variables & args[1].variables)
    if graph.ops[node] == "**":
        exponent = natural_exponent(graph, node)
        return twice if exponent in (0, 1) else args[0].variables
    return twice


def _polynomial(graph: Graph, node: int, args: Sequence[Degree]) -> bool:
    op = graph.ops[node]
    if op == "/":
        constant = not args[1].variables and _never_zero(graph, graph.args[node][1])
        return args[0].polynomial and constant
    if op == "**":
        return args[0].polynomial and natural_exponent(graph, node) is not None
    return op in ("const", "var", "+", "-", "*", "neg") and all(a.polynomial for a in args)


def _never_zero(graph: Graph, node: int) -> bool:
    """Whether a divisor is certainly not 0 at any point."""
    number = graph.number(node)
    return graph.ops[node] in _POSITIVE if number is None else number != 0
