"""Time and memory up to a million players: `python -m benchmarks.scale` (some minutes)."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

import games
import sgn
from benchmarks.graphs import COUPLINGS, GRAPHS, Graph, chain
from sgn.metrics.large_weights import perron_of
from sgn.metrics.perron import sparse_rows

SIZES = (10**3, 10**4, 10**5, 10**6)
OTHERS = 10**5  # players of the other graphs
COLUMNS = ("certify", "save", "load", "verify", "peak MiB", "file MiB", "gz MiB", "below")
BLOCKS = "random, blocks of 2"


def game_of(name: str, players: int) -> tuple[games.QuadraticGame, Graph]:
    """A quadratic game whose μ and L are those of the graph, and the graph."""
    graph = GRAPHS[name](players, np.random.default_rng(12345))
    J = sparse.csr_array(sparse.diags_array(graph.mu, format="csr") + graph.L)
    return games.QuadraticGame(J, sizes=[1] * players, linear=np.ones(players)), graph


def game_of_blocks(players: int) -> tuple[games.QuadraticGame, Graph]:
    """Two variables a player: blocks R·L_ij with rotations R, μ_i I on the diagonal."""
    graph = GRAPHS["random"](players, np.random.default_rng(12345))
    mu, L = graph
    angle = np.random.default_rng(1).uniform(0, 2 * np.pi, L.nnz)
    rows = np.repeat(np.arange(players), np.diff(L.indptr))
    cosine, sine = L.data * np.cos(angle), L.data * np.sin(angle)
    entries = ((0, 0, cosine), (0, 1, -sine), (1, 0, sine), (1, 1, cosine))
    data = np.concatenate([part for _, _, part in entries])
    at = np.concatenate([2 * rows + p for p, _, _ in entries])
    by = np.concatenate([2 * L.indices + q for _, q, _ in entries])
    J = sparse.csr_array((data, (at, by)), shape=(2 * players,) * 2)
    J = sparse.csr_array(J + sparse.diags_array(np.repeat(mu, 2), format="csr"))
    return games.QuadraticGame(J, sizes=[2] * players), graph


def perron_near(graph: Graph) -> float:
    """α* by yᵀAx/yᵀx of nearly Perron vectors: wrong by the product of their errors."""
    mu, L = graph
    x, y = perron_of(mu, L).vector, perron_of(mu, sparse_rows(L.T)).vector
    return float((y @ (mu * x - L @ x)) / (y @ x))


def cycle_value(graph: Graph) -> float:
    """α* where all couplings form one cycle: Π(μ_i − a) = ΠL_ij, by bisection of the logarithms."""
    low, high = float(graph.mu.min()) - float(graph.L.data.max()), float(graph.mu.min())
    target = float(np.log(graph.L.data).sum())
    for _ in range(60):
        middle = (low + high) / 2
        beyond = middle < high and float(np.log(graph.mu - middle).sum()) > target
        low, high = (middle, high) if beyond else (low, middle)
    return low


ORACLES = {"one-way ring": cycle_value}  # for the others: perron_near


def run_once(name: str, players: int) -> dict[str, float]:
    """Certify, save, load and verify one game in this process."""
    game, graph = game_of_blocks(players) if name == BLOCKS else game_of(name, players)
    times: dict[str, float] = {}

    def timed(what: str, started: float) -> None:
        times[what] = time.perf_counter() - started

    with tempfile.TemporaryDirectory() as folder:
        path, packed = Path(folder) / "certificate.json", Path(folder) / "certificate.json.gz"
        start = time.perf_counter()
        certificate = sgn.certify(game).require()
        timed("certify", start)
        margin = float(certificate.margin)
        start = time.perf_counter()
        certificate.save(path)
        timed("save", start)
        certificate.save(packed)
        times["file MiB"], times["gz MiB"] = (p.stat().st_size / 2**20 for p in (path, packed))
        del certificate, game
        start = time.perf_counter()
        loaded = sgn.load(path)
        timed("load", start)
        start = time.perf_counter()
        if not isinstance(loaded, sgn.Certificate) or not sgn.verify(loaded):
            raise RuntimeError(f"{name}, {players} players: the certificate does not verify")
        timed("verify", start)
    unit = 2**20 if sys.platform == "darwin" else 2**10
    times["peak MiB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    times["below"] = (ORACLES.get(name, perron_near)(graph) - margin) / float(
        np.abs(graph[0]).max()
    )
    return times


def run_fresh(name: str, players: int) -> dict[str, float]:
    """The same in a process of its own, whose memory is its own."""
    command = [sys.executable, "-m", "benchmarks.scale", name, str(players)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {key: float(value) for key, value in figures.items()}


def print_quick() -> None:
    """The same for fewer players: about a minute."""
    print_scale(SIZES[:-1], 10**4)


def print_scale(sizes: Sequence[int] = SIZES, others: int = OTHERS) -> None:
    """The table over N with fitted exponents, then the other graphs."""
    print(f"Sparse quadratic games, {COUPLINGS} couplings a player; seconds, MiB, and how far the")
    print("margin lies below the Perron value (relative to the largest curvature)")
    print(_row("players", COLUMNS))
    rows = []
    for players in sizes:
        rows.append(run_fresh("random", players))
        print(_row(f"{players:,}", _values(rows[-1])), flush=True)
    last = [(n, row) for n, row in zip(sizes, rows, strict=True)][-2:]
    (n, first), (m, second) = last
    growth = [np.log(second[c] / first[c]) / np.log(m / n) for c in COLUMNS[:-1]]
    print(_row("last exponent", [f"{g:.2f}" for g in growth]))
    logs = np.log([[row[c] for c in COLUMNS[:-1]] for row in rows])
    slopes = np.polyfit(np.log(sizes), logs, 1)[0]
    print(_row("fitted exponent", [f"{s:.2f}" for s in slopes]))
    print(f"Other shapes, {others:,} players")
    for name in [*(g for g in GRAPHS if g != "random"), BLOCKS]:
        print(_row(name, _values(run_fresh(name, others))), flush=True)
    print_chain()


def print_chain() -> None:
    """Six players in a row with gain 100: weights that are thirty decades apart."""
    mu, L = chain(6, np.random.default_rng(0))
    found = sgn.certify_bounds(sgn.Bounds.given(mu, L, mu)).require()
    w = [float(v) for v in found.weights]
    ratio, holds = max(w) / min(w), "holds" if sgn.verify(found) else "FAILS"
    print(
        f"chain of 6, gain 100: margin {found.margin}, weights 1 to {ratio:.1e}; the proof {holds}"
    )


def _values(row: dict[str, float]) -> list[str]:
    seconds = [f"{row[c]:.2f}" for c in COLUMNS[:4]]
    return [*seconds, *(f"{row[c]:.1f}" for c in COLUMNS[4:-1]), f"{row['below']:.0e}"]


def _row(label: str, cells: Sequence[str]) -> str:
    return f"{label:<20}" + "".join(f"{cell:>10}" for cell in cells)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(run_once(sys.argv[1], int(sys.argv[2]))))
    else:
        print_scale()
