"""The strongly connected components of the coupling, each with its own best margin (T3)."""

from collections import deque
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from sgn.bounds.bounds import Bounds
from sgn.metrics.perron import connected
from sgn.metrics.weights import best_margin

IntArray = NDArray[np.int64]


@final
@dataclass(frozen=True, eq=False)
class Component:
    """Players who all act on each other, directly or not, and α* of the game among them (T2)."""

    players: IntArray
    margin: float


def components(bounds: Bounds) -> tuple[Component, ...]:
    """All of them, in the order of a cascade: each after those that act on it.

    α* of the game is the least of theirs (T3). O(nonzeros), but for the margins of those with more
    than one player.

    >>> parts = components(Bounds.given([3, 2, 1], np.diag([4.0, 4.0], k=1), [3, 3, 3]))
    >>> [(part.players.tolist(), part.margin) for part in parts]
    [([2], 1.0), ([1], 2.0), ([0], 3.0)]
    """
    count, labels = connected(bounds.coupling_upper, "strong")
    order = np.argsort(labels, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(labels, minlength=count))[:-1])
    found = []
    for k in _cascade(bounds, labels, count):
        players = parts[k]
        if len(players) == 1:
            margin = float(bounds.curvature_lower[players[0]])
        else:
            margin = best_margin(bounds.among(players))
        found.append(Component(players, margin))
    return tuple(found)


def _cascade(bounds: Bounds, labels: NDArray[np.int32], count: int) -> list[int]:
    """A topological order of the components; those without an order between them as they come."""
    coupling = bounds.coupling_upper.tocoo()
    rows, cols = (labels[part] for part in coupling.coords)
    between = rows != cols
    edges = np.unique(np.stack([cols[between], rows[between]], axis=1), axis=0)
    waiting = np.bincount(edges[:, 1], minlength=count)
    starts = np.searchsorted(edges[:, 0], np.arange(count + 1))
    ready = deque(np.flatnonzero(waiting == 0).tolist())
    order = []
    while ready:
        k = ready.popleft()
        order.append(k)
        for other in edges[starts[k] : starts[k + 1], 1].tolist():
            waiting[other] -= 1
            if waiting[other] == 0:
                ready.append(other)
    return order
