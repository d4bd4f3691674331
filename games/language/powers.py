"""Polynomials among the nodes of a graph: the highest power of each variable."""

from collections.abc import Iterable, Sequence

from games.language.graph import Graph

MAX_POWER = 10**6  # a node with a higher one is taken for no polynomial: shared squares double it


def powers(
    graph: Graph, outputs: Iterable[int], variables: Sequence[int]
) -> dict[int, tuple[int, ...]]:
    """At most which power of each variable is in each node; nodes without are no polynomials.

    >>> graph = Graph()
    >>> x = graph.variable("x")
    >>> powers(graph, [graph.apply("*", x, x)], [x])[1]
    (2,)
    """
    none = (0,) * len(variables)
    known: dict[int, tuple[int, ...]] = {}
    for node in graph.needed(outputs):
        args = [known[a] for a in graph.args[node] if a in known]
        op = graph.ops[node]
        if len(args) < len(graph.args[node]):
            continue
        if node in variables:
            known[node] = tuple(int(node == variable) for variable in variables)
        elif all(arg == none for arg in args):
            known[node] = none
        elif op in ("+", "-", "neg"):
            known[node] = tuple(map(max, zip(*args, strict=True)))
        elif op == "*":
            known[node] = tuple(map(sum, zip(*args, strict=True)))
        elif op == "/" and args[1] == none:
            known[node] = args[0]
        elif op == "**" and (exponent := natural_exponent(graph, node)) is not None:
            known[node] = tuple(max(1, exponent) * power for power in args[0])
        if max(known.get(node, none), default=0) > MAX_POWER:
            del known[node]
    return known


def natural_exponent(graph: Graph, node: int) -> int | None:
    """The exponent of a power when it is the constant 0, 1, 2, …; None for every other exponent."""
    exponent = graph.number(graph.args[node][1])
    if exponent is None or exponent < 0 or exponent.denominator != 1:
        return None
    return int(exponent)
