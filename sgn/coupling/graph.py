"""The coupling graph: who blocks the small-gain condition, and by how much (networkx on use).

Gains are L_ij/μ_i: j acts on i, so a cycle of players reads i ← j ← … ← i.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
from scipy import sparse

from certificates.kernel.theorems.hypotheses import Hypothesis, Theorem
from certificates.kernel.uncheckable import Uncheckable
from sgn.bounds.bounds import Bounds
from sgn.metrics.components import components

if TYPE_CHECKING:
    import networkx as nx

LARGEST_LOG = 709.0  # of a float
ROUNDING = 1e-13  # of a logarithm, per hop: a smaller gain is rounding, not a better cycle


@final
@dataclass(frozen=True)
class BlockingCycle:
    """The cycle of players with the largest geometric mean of gains.

    players: indices in order; each is acted on by the next, the last one by the first. Empty where
        no player acts on itself through others; one player i where μ_i ≤ 0, itself the block.
    gain: the product of L_ij/μ_i around the cycle: 1 or more rules a positive small-gain margin
        out (T2). 0.0 for no cycle, inf where μ_i ≤ 0.
    mean: the geometric mean per hop, at most ρ(diag(μ)^{-1}L).

    >>> BlockingCycle((0, 1), 0.5, 0.5**0.5).players
    (0, 1)
    """

    players: tuple[int, ...]
    gain: float
    mean: float


def blocking_cycle(bounds: Bounds) -> BlockingCycle:
    """T2: where the coupling feeds back most: the cycle of largest geometric-mean gain L_ij/μ_i.

    A mean of 1 or more blocks every small-gain certificate. A mean below 1 does not grant one,
    since ρ(diag(μ)^{-1}L) also counts how cycles add up.
    bounds: of N players; the coupling may be sparse. A few rounds of O(nnz) in plain Python.

    >>> cycle = blocking_cycle(Bounds.given([1, 1], [[0, 10], [0.05, 0]], [1, 1]))
    >>> cycle.players, cycle.gain
    ((0, 1), 0.5)
    """
    mu = bounds.curvature_lower
    if mu.min() <= 0:
        return BlockingCycle((int(np.argmin(mu)),), math.inf, math.inf)
    import networkx as nx

    graph = _gain_graph(bounds)
    best = BlockingCycle((), 0.0, 0.0)
    for part in nx.strongly_connected_components(graph):
        if len(part) > 1:
            inside = graph.subgraph(part)
            best = max(best, _largest_mean(inside), key=lambda cycle: cycle.mean)
    return best


def _is_curved(bounds: Bounds) -> bool:
    mu = bounds.curvature_lower
    if mu.min() > 0:
        return True
    i = int(np.argmin(mu))
    raise Uncheckable(f"curvature_lower[{i}] is {mu[i]}; expected a positive number")


CRITICAL_SCALE: Theorem[Bounds] = Theorem(
    "T2",
    "critical scale",
    (
        Hypothesis(
            "μ > 0", _is_curved, "some curvature is not positive: no coupling is weak enough"
        ),
    ),
)
THEOREMS = (CRITICAL_SCALE,)


def critical_scale(bounds: Bounds) -> float:
    """T2: 1/ρ(diag(μ)^{-1}L), the factor by which all coupling could grow before α* reaches 0.

    Below 1: the factor to which it must shrink. inf where no player acts on itself through others.
    Raises ValueError unless every μ_i > 0.

    >>> round(critical_scale(Bounds.given([1, 1], [[0, 10], [0.05, 0]], [1, 1])), 6)
    1.414214
    """
    CRITICAL_SCALE.require(bounds)
    mu = bounds.curvature_lower
    none = np.zeros(bounds.size)
    gains = sparse.diags_array(1 / mu, format="csr") @ bounds.coupling_upper
    # −ρ(G) is T2's α* of diag(0) − G
    radius = -min(part.margin for part in components(Bounds.given(none, gains, none)))
    return 1 / radius if radius > 0 else math.inf


def _gain_graph(bounds: Bounds) -> "nx.DiGraph[int]":
    """An edge i → j for each L_ij > 0, with its gain and log gain."""
    import networkx as nx

    coupling = bounds.coupling_upper.tocoo()
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(bounds.size))
    rows, columns = coupling.coords
    for i, j, value in zip(rows.tolist(), columns.tolist(), coupling.data.tolist(), strict=True):
        own = float(bounds.curvature_lower[i])
        graph.add_edge(i, j, gain=value / own, log=math.log(value) - math.log(own))
    return graph


def _largest_mean(graph: "nx.DiGraph[int]") -> BlockingCycle:
    """The best cycle of a strongly connected graph, by Howard's policy iteration.

    Each player chooses one who acts on it. Relative to the best cycle among these choices, every
    walk to that cycle has a value; a choice that betters it is taken, until there is none.
    """
    choice = {i: max((_log(graph, i, j), j) for j in graph[i])[1] for i in graph}
    largest = max(abs(_log(graph, i, j)) for i, j in graph.edges)
    rounding = ROUNDING * len(graph) * max(1.0, largest)
    while True:
        cycles = _cycles(choice)
        level, players = max((_total_log(graph, c) / len(c), c) for c in cycles)
        values = _values(graph, choice, players[0], level)
        better: dict[int, int] = {}
        for i in graph:
            value, j = max((_log(graph, i, j) - level + values[j], j) for j in graph[i])
            if value > values[i] + rounding:
                better[i] = j
        if not better:
            return _measured(graph, players, level)
        choice |= better


def _log(graph: "nx.DiGraph[int]", i: int, j: int) -> float:
    return float(graph.edges[i, j]["log"])


def _cycles(choice: dict[int, int]) -> list[tuple[int, ...]]:
    """The cycles of a graph in which each player has one successor."""
    seen: set[int] = set()
    cycles = []
    for start in choice:
        path: dict[int, None] = {}
        i = start
        while i not in seen:
            seen.add(i)
            path[i] = None
            i = choice[i]
        if i in path:
            walk = list(path)
            cycles.append(_from_least(walk[walk.index(i) :]))
    return cycles


def _values(
    graph: "nx.DiGraph[int]", choice: dict[int, int], root: int, level: float
) -> dict[int, float]:
    """Σ (log gain − level) along each player's choices to the root; −inf if they miss it."""
    choosers: dict[int, list[int]] = {i: [] for i in choice}
    for i, j in choice.items():
        if i != root:
            choosers[j].append(i)
    values = dict.fromkeys(choice, -math.inf)
    values[root] = 0.0
    stack = [root]
    while stack:
        j = stack.pop()
        for i in choosers[j]:
            values[i] = _log(graph, i, j) - level + values[j]
            stack.append(i)
    return values


def _from_least(cycle: list[int]) -> tuple[int, ...]:
    """The same cycle, begun at its least player."""
    start = cycle.index(min(cycle))
    return tuple(cycle[start:] + cycle[:start])


def _hops(players: tuple[int, ...]) -> list[tuple[int, int]]:
    return list(zip(players, players[1:] + players[:1], strict=True))


def _total_log(graph: "nx.DiGraph[int]", players: tuple[int, ...]) -> float:
    return math.fsum(float(graph.edges[hop]["log"]) for hop in _hops(players))


def _measured(graph: "nx.DiGraph[int]", players: tuple[int, ...], log_mean: float) -> BlockingCycle:
    gain = math.prod(float(graph.edges[hop]["gain"]) for hop in _hops(players))
    return BlockingCycle(players, gain, math.exp(min(log_mean, LARGEST_LOG)))
