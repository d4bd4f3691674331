"""Sparse games of any size, by the shape of who acts on whom: curvatures μ and couplings L."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

COUPLINGS = 8  # by which each player is acted on


class Graph(NamedTuple):
    """Curvatures (N,) and couplings (N, N)."""

    mu: NDArray[np.float64]
    L: "sparse.csr_array[np.float64, tuple[int, int]]"


def random_graph(players: int, rng: np.random.Generator) -> Graph:
    """Eight others act on each player; curvatures from 1 to 2, couplings up to 0.2."""
    rows = np.repeat(np.arange(players), COUPLINGS)
    cols = rng.integers(0, players, len(rows))
    return _graph(players, rows, cols, rng.uniform(0, 0.2, len(rows)), rng)


def nearly_decoupled(players: int, rng: np.random.Generator) -> Graph:
    """The same with couplings of a thousandth: the least curvature decides."""
    mu, L = random_graph(players, rng)
    return Graph(mu, L * 5e-3)


def scale_free(players: int, rng: np.random.Generator) -> Graph:
    """Four acquaintances each, who are the more popular the lower their number; both ways.

    The first player knows a good part of all. Couplings shrink with the root of both degrees.
    """
    rows = np.repeat(np.arange(players), 4)
    cols = np.minimum((players ** rng.random(len(rows))).astype(np.int64) - 1, players - 1)
    rows, cols = np.concatenate([rows, cols]), np.concatenate([cols, rows])
    degree = np.bincount(rows, minlength=players)
    values = rng.uniform(0, 0.8, len(rows)) / np.sqrt(degree[rows] * degree[cols])
    return _graph(players, rows, cols, values, rng)


def ring(players: int, rng: np.random.Generator) -> Graph:
    """Each player and the next act on each other."""
    here = np.arange(players)
    after = (here + 1) % players
    rows, cols = np.concatenate([here, after]), np.concatenate([after, here])
    return _graph(players, rows, cols, rng.uniform(0, 0.5, len(rows)), rng)


def one_way_ring(players: int, rng: np.random.Generator) -> Graph:
    """Each player acts on the next alone: what goes round comes back after N players."""
    here = np.arange(players)
    return _graph(players, (here + 1) % players, here, rng.uniform(0, 0.9, players), rng)


def hierarchy(players: int, rng: np.random.Generator) -> Graph:
    """Two levels: one in a hundred leads, among leaders; eight leaders act on each follower."""
    leaders = max(players // 100, COUPLINGS)
    rows = np.repeat(np.arange(players), COUPLINGS)
    cols = rng.integers(0, leaders, len(rows))
    return _graph(players, rows, cols, rng.uniform(0, 0.2, len(rows)), rng)


def chain(players: int, rng: np.random.Generator) -> Graph:
    """Each player acts on the next with gain 100; nobody acts back."""
    here = np.arange(players - 1)
    L = sparse.csr_array((np.full(players - 1, 100.0), (here + 1, here)), shape=(players,) * 2)
    return Graph(np.ones(players), L)


GRAPHS: dict[str, Callable[[int, np.random.Generator], Graph]] = {
    "random": random_graph,
    "scale-free": scale_free,
    "ring": ring,
    "one-way ring": one_way_ring,
    "hierarchy": hierarchy,
    "nearly decoupled": nearly_decoupled,
}


def _graph(
    players: int,
    rows: NDArray[np.int64],
    cols: NDArray[np.int64],
    values: NDArray[np.float64],
    rng: np.random.Generator,
) -> Graph:
    """Curvatures from 1 to 2, and L without its diagonal; what stands twice is added up."""
    other = rows != cols
    L = sparse.csr_array((values[other], (rows[other], cols[other])), shape=(players, players))
    return Graph(rng.uniform(1, 2, players), L)
