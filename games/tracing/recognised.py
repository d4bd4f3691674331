"""What is looked for in a graph: sums, exponentials, and what they are together."""

from fractions import Fraction

from games.language.graph import Graph

MAX_TERMS = 1_000  # of a logarithm of a sum that is looked through


def terms(graph: Graph, node: int) -> list[int]:
    """The terms of a sum, in order; only itself if it is none, or one of very many."""
    found: list[int] = []
    todo = [node]
    while todo:
        term = todo.pop()
        if graph.ops[term] == "+":
            todo += reversed(graph.args[term])
        else:
            found.append(term)
        if len(found) + len(todo) > MAX_TERMS:
            return [node]
    return found


def exponent(graph: Graph, node: int) -> int | None:
    """u for a node exp(u), 0 for the node 1, None for every other."""
    if graph.ops[node] == "exp":
        return graph.args[node][0]
    return graph.constant(Fraction(0)) if graph.number(node) == 1 else None


def logarithm(graph: Graph, node: int) -> tuple[str, tuple[int, ...]] | None:
    """The function and arguments that log(node) is; None for log itself.

    Of one exponential its exponent, as ("", (u,)); of a sum of them softplus or logsumexp.
    """
    parts = terms(graph, node)
    inside = [exponent(graph, part) for part in parts]
    known = [u for u in inside if u is not None]
    if len(parts) == 1 and graph.ops[node] == "exp":
        return "", graph.args[node]
    if len(known) < len(inside) or len(known) < 2:
        return None
    return logsumexp(graph, known)


def logsumexp(graph: Graph, nodes: list[int]) -> tuple[str, tuple[int, ...]]:
    """logsumexp of nodes, or the softplus that it is."""
    rest = [u for u in nodes if graph.number(u) != 0]
    if len(nodes) == 2 and len(rest) == 1:
        return "softplus", tuple(rest)
    return "logsumexp", tuple(nodes)


def sigmoid(graph: Graph, a: int, b: int) -> tuple[int, bool] | None:
    """u and whether to take −u, for a/b = logistic(±u): 1/(1 + exp(u)), exp(u)/(1 + exp(u))."""
    inside = [exponent(graph, part) for part in terms(graph, b)]
    if len(inside) != 2 or None in inside or graph.constant(Fraction(0)) not in inside:
        return None
    u = next((u for u in inside if u is not None and graph.number(u) != 0), None)
    if u is None:
        return None
    if graph.number(a) == 1:
        return u, True
    if graph.ops[a] == "exp" and graph.args[a] == (u,):
        return u, False
    return None


def is_difference(graph: Graph, node: int, a: int, b: int) -> bool:
    """Whether a node is a − b or b − a."""
    for p, q in ((a, b), (b, a)):
        if graph.ops[node] == "-" and graph.args[node] == (p, q):
            return True
        if graph.number(q) == 0 and node == p:
            return True
        if graph.number(q) == 0 and graph.ops[node] == "neg" and graph.args[node] == (p,):
            return True
    return False
