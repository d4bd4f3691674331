"""Where the nodes of a graph are defined, and which are positive, by their form alone."""

from collections.abc import Iterable
from typing import final

from games.language.functions import FUNCTIONS
from games.language.graph import Graph

MAX_PARTS = 1_000  # of a value that is looked through for its sign
_POSITIVE = {"pi"} | {row.name for row in FUNCTIONS.values() if row.is_positive}


def is_positive(graph: Graph, node: int) -> bool:
    """Whether a node is > 0 wherever it is defined: sums, products, quotients of what is."""
    todo = [node]
    for _ in range(MAX_PARTS):
        if not todo:
            return True
        part = todo.pop()
        number = graph.number(part)
        if number is not None and number > 0:
            continue
        if graph.ops[part] in ("+", "*", "/"):
            todo += graph.args[part]
        elif graph.ops[part] not in _POSITIVE:
            return False
    return False


@final
class Domains:
    """Which nodes of a growing graph are certainly defined at every point."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._total: dict[int, bool] = {}

    def is_total(self, node: int) -> bool:
        """Whether a node is defined at every point; False where its form does not show it."""
        todo = [node]
        while todo:
            missing = [arg for arg in self.graph.args[todo[-1]] if arg not in self._total]
            if missing:
                todo += missing
                continue
            part = todo.pop()
            arguments = all(self._total[arg] for arg in self.graph.args[part])
            self._total[part] = arguments and not self._is_partial(part)
        return self._total[node]

    def lost(self, nodes: Iterable[int], root: int) -> int | None:
        """A part of these nodes that may be undefined and is no part of the root."""
        kept = set(self.graph.needed([root]))
        for part in self.graph.needed(nodes):
            if part not in kept and self._is_partial(part):
                return part
        return None

    def _is_partial(self, node: int) -> bool:
        """Whether the operation itself, on defined arguments, may be undefined."""
        graph = self.graph
        match graph.ops[node]:
            case "/":
                divisor = graph.args[node][1]
                return not (graph.number(divisor) or graph.ops[divisor] in _POSITIVE)
            case "**":
                exponent = graph.number(graph.args[node][1])
                return exponent is None or exponent < 0 or exponent.denominator != 1
            case op:
                return op in FUNCTIONS and not FUNCTIONS[op].is_total
