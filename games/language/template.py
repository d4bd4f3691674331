"""Text in x and y written onto nodes of a graph: what a row of the table of functions says."""

from fractions import Fraction
from functools import cache

from games.language.functions import FUNCTIONS
from games.language.graph import Graph
from games.language.parser import parse


@cache
def _template(text: str) -> tuple[Graph, list[int]]:
    """The text on a graph of its own, and the nodes that it needs; its value is the last."""
    graph = Graph()
    names = {name: graph.variable(name) for name in ("x", "y")}
    root = parse(text, graph, names, "games/language/functions.py")
    return graph, graph.needed([root])


def written(text: str, graph: Graph, x: int, y: int) -> int:
    """The node of a text in x and y, on the nodes that these stand for.

    >>> graph = Graph()
    >>> x = graph.variable("z")
    >>> written("1 + y", graph, x, graph.apply("exp", x)), graph.args[3]
    (3, (2, 1))
    """
    template, needed = _template(text)
    nodes: dict[int, int] = {}
    for node in needed:
        op, value = template.ops[node], template.values[node]
        if isinstance(value, Fraction):
            nodes[node] = graph.constant(value)
        elif isinstance(value, str):
            nodes[node] = x if value == "x" else y
        elif op == "pi":
            nodes[node] = graph.pi()
        else:
            nodes[node] = graph.apply(op, *(nodes[argument] for argument in template.args[node]))
    return nodes[needed[-1]]


for _row in FUNCTIONS.values():  # a derivative that cannot be read is told at once
    _template(_row.slope)
