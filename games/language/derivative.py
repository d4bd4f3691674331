"""Exact derivatives on the graph by reverse mode (the search's side; a checker has its own).

New nodes are built with 0 and 1 dropped and constants folded, so that the second derivatives of a
quadratic cost come out as constant nodes. Source: the chain rule.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction

from games.errors import InputError
from games.language.functions import FUNCTIONS
from games.language.graph import Graph
from games.language.template import written
from games.work import spend

MAX_NODES = 500_000  # of a graph that grows by derivatives
NODE = 5_000  # operations for a node that is looked at


def gradient(graph: Graph, output: int, variables: Sequence[int]) -> list[int]:
    """The nodes of ∂output/∂v for each variable node v; the graph grows by what they need.

    Raises ValueError when a wanted node is not a variable, InputError when the graph outgrows
    500,000 nodes.

    >>> graph = Graph()
    >>> x = graph.variable("x")
    >>> [graph.number(node) for node in gradient(graph, graph.apply("neg", x), [x])]
    [Fraction(-1, 1)]
    """
    for variable in variables:
        if graph.ops[variable] != "var":
            raise ValueError(f"node {variable} is {graph.ops[variable]!r}; expected a variable")
    order = graph.needed([output])
    spend(NODE * len(order), "a derivative of a cost: {} operations", len(order))
    active = _depending(graph, order, variables)
    adjoints = {output: graph.constant(Fraction(1))}
    for node in reversed(order):
        if node in active and node in adjoints:
            for place, argument in enumerate(graph.args[node]):
                if argument in active:
                    term = _multiply(graph, adjoints[node], _partial(graph, node, place))
                    known = adjoints.get(argument)
                    adjoints[argument] = term if known is None else _add(graph, known, term)
    if len(graph) > MAX_NODES:
        raise InputError(
            f"the derivatives of the costs take more than {MAX_NODES} operations; write shorter"
            " costs, or give the game as functions"
        )
    zero = graph.constant(Fraction(0))
    return [adjoints.get(variable, zero) for variable in variables]


def _depending(graph: Graph, order: Sequence[int], variables: Sequence[int]) -> set[int]:
    """The nodes, out of those in tape order, that depend on one of the variables."""
    active = set(variables)
    for node in order:
        if not active.isdisjoint(graph.args[node]):
            active.add(node)
    return active


# Constructors that drop 0 and 1.


def _constant(graph: Graph, value: int) -> int:
    return graph.constant(Fraction(value))


def _add(graph: Graph, a: int, b: int) -> int:
    if graph.number(a) == 0:
        return b
    return a if graph.number(b) == 0 else graph.apply("+", a, b)


def _negate(graph: Graph, a: int) -> int:
    return graph.args[a][0] if graph.ops[a] == "neg" else graph.apply("neg", a)


def _multiply(graph: Graph, a: int, b: int) -> int:
    for factor, other in ((graph.number(a), b), (graph.number(b), a)):
        if factor == 0:
            return _constant(graph, 0)
        if factor == 1:
            return other
        if factor == -1:
            return _negate(graph, other)
    return graph.apply("*", a, b)


def _divide(graph: Graph, a: int, b: int) -> int:
    return a if graph.number(a) == 0 or graph.number(b) == 1 else graph.apply("/", a, b)


def _power(graph: Graph, a: int, b: int) -> int:
    exponent = graph.number(b)
    if exponent == 0:
        return _constant(graph, 1)
    return a if exponent == 1 else graph.apply("**", a, b)


# Partial derivatives: the node, its arguments, and which argument.


def _partial(graph: Graph, node: int, place: int) -> int:
    """∂node/∂(its argument at this place)."""
    op, args = graph.ops[node], graph.args[node]
    if op in _PARTIALS:
        return _PARTIALS[op](graph, node, args, place)
    row = FUNCTIONS[op]
    return written(row.slope_of_floats or row.slope, graph, args[place], node)


def _d_sum(graph: Graph, node: int, args: tuple[int, ...], place: int) -> int:
    return _constant(graph, 1)


def _d_difference(graph: Graph, node: int, args: tuple[int, ...], place: int) -> int:
    return _constant(graph, (1, -1)[place])


def _d_negation(graph: Graph, node: int, args: tuple[int, ...], place: int) -> int:
    return _constant(graph, -1)


def _d_product(graph: Graph, node: int, args: tuple[int, ...], place: int) -> int:
    return args[1 - place]


def _d_quotient(graph: Graph, node: int, args: tuple[int, ...], place: int) -> int:
    if place == 0:
        return _divide(graph, _constant(graph, 1), args[1])
    return _negate(graph, _divide(graph, node, args[1]))


def _d_power(graph: Graph, node: int, args: tuple[int, ...], place: int) -> int:
    base, exponent = args
    if place == 1:
        return _multiply(graph, node, graph.apply("log", base))
    lower = graph.apply("-", exponent, _constant(graph, 1))
    return _multiply(graph, exponent, _power(graph, base, lower))


_PARTIALS: dict[str, Callable[[Graph, int, tuple[int, ...], int], int]] = {
    "+": _d_sum,
    "-": _d_difference,
    "neg": _d_negation,
    "*": _d_product,
    "/": _d_quotient,
    "**": _d_power,
}
