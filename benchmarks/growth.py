"""How time and memory grow, for every family: `python -m benchmarks.growth [full]`.

Seconds are of the processor, of one process with one thread for linear algebra; the search's share
of certifying is what verifying does not take.
"""

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar, final

import numpy as np

import games
import sgn
from benchmarks.scale import game_of, game_of_blocks
from games.catalogue.markov import random_game
from games.catalogue.oligopoly import cournot
from games.game import Game
from games.regions.shapes import Box

T = TypeVar("T")
LIMIT = 20.0  # seconds (time_limit) of each search
COLUMNS = ("certify", "save", "load", "verify", "search %", "peak MiB", "gz MiB")
MILLION = 10**6
UNIT = 2**20 if sys.platform == "darwin" else 2**10  # of ru_maxrss in a MiB


@final
@dataclass(frozen=True)
class Family:
    """Games of one kind by size, each with its region (None: its own, or all of R^n)."""

    make: Callable[[int], tuple[Game, Box | None]]
    sizes: tuple[int, ...]
    full: tuple[int, ...] = ()  # sizes that take minutes and gigabytes


def _sparse(players: int) -> tuple[Game, Box | None]:
    return game_of("random", players)[0], None


def _sparse_box(players: int) -> tuple[Game, Box | None]:
    return game_of("random", players)[0], Box.cube(players, 1.0)


def _blocks_box(players: int) -> tuple[Game, Box | None]:
    return game_of_blocks(players)[0], Box.cube(2 * players, 1.0)


def _dense(players: int) -> tuple[Game, Box | None]:
    """J = I + A with ‖A‖ about 1/2, everybody with everybody."""
    A = np.random.default_rng(7).normal(size=(players, players)) / (4 * np.sqrt(players))
    return games.QuadraticGame(np.eye(players) + A - np.diag(np.diag(A)), [1] * players), None


def _cournot(firms: int) -> tuple[Game, Box | None]:
    return cournot(firms), None


def _logit(players: int) -> tuple[Game, Box | None]:
    """Two actions a player, payoffs uniform in [−1, 1]/N, τ = 1; a box of log-odds."""
    rng = np.random.default_rng(players)
    payoffs = rng.uniform(-1, 1, (players, *(2,) * players)) / players
    game = games.NormalFormGame(list(payoffs), entropy=1)
    return game, game.logit_box("0.2")


def _markov(states: int) -> tuple[Game, Box | None]:
    return random_game(states), None


def _network(players: int) -> tuple[Game, Box | None]:
    """On a ring, each with four neighbours: x² + x⁴/20 and tanh couplings."""
    rng = np.random.default_rng(3)

    def cost(i: int) -> str:
        near = (f"{rng.uniform(0.05, 0.15):.3f}*x{i}*tanh(x{(i + d) % players})" for d in (1, 2))
        far = (f"{rng.uniform(0.05, 0.15):.3f}*x{i}*tanh(x{(i - d) % players})" for d in (1, 2))
        return f"{rng.uniform(1, 2):.3f}*x{i}**2 + x{i}**4/20 + " + " + ".join((*near, *far))

    names = {f"p{i}": [f"x{i}"] for i in range(players)}
    game = games.SymbolicGame.from_costs(names, {f"p{i}": cost(i) for i in range(players)})
    return game, Box.cube(players, 1)


FAMILIES: dict[str, Family] = {
    "sparse, R^n": Family(_sparse, (10**3, 10**4, 10**5), (MILLION,)),
    "sparse, box": Family(_sparse_box, (10**3, 10**4, 10**5), (MILLION,)),
    "blocks of 2, box": Family(_blocks_box, (10**3, 10**4, 10**5), (MILLION,)),
    "dense, R^n": Family(_dense, (16, 32, 64, 128), (200, 500, 1000)),
    "Cournot (quadratic costs as text)": Family(_cournot, (5, 10, 20)),
    "logit, two actions a player": Family(_logit, (2, 3, 4)),
    "Markov, states of two players": Family(_markov, (2, 4, 8)),
    "network of four neighbours, tanh": Family(_network, (5, 10, 20)),
}


def measured(name: str, size: int) -> dict[str, float | str]:
    """Certify, save, load and verify one game in this process."""
    given = [FAMILIES[name].make(size)]  # let go once it is certified
    figures: dict[str, float | str] = {}

    def timed(what: str, do: Callable[[], T]) -> T:
        start = time.process_time()
        result = do()
        figures[what] = time.process_time() - start
        return result

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "certificate.json.gz"
        found = [timed("certify", lambda: sgn.certify(*given.pop(), time_limit=LIMIT))]
        timed("save", lambda: found[0].save(path))
        figures["gz MiB"] = path.stat().st_size / 2**20
        figures["verdict"] = found.pop().verdict
        loaded = timed("load", lambda: sgn.load(path))
        if not isinstance(loaded, sgn.Certificate | sgn.Refusal):
            raise RuntimeError(f"{name}, {size}: the file holds another thing")
        verification = timed("verify", lambda: sgn.verify(loaded))
    if not verification:
        raise RuntimeError(f"{name}, {size}: {verification.message}")
    share = 1 - float(figures["verify"]) / float(figures["certify"])
    figures["search %"] = 100 * max(share, 0.0)
    figures["peak MiB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / UNIT
    return figures


def _fresh(name: str, size: int) -> dict[str, float | str]:
    """The same in a process of its own, whose memory is its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.growth", name, str(size)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    found: dict[str, float | str] = json.loads(done.stdout.splitlines()[-1])
    return found


def print_growth(full: bool = False) -> None:
    """One table a family, with the exponents of its last two sizes. full: the largest as well."""
    print(f"Growth: CPU seconds, MiB; searches of at most {LIMIT:.0f} s. {_machine()}")
    for name, family in FAMILIES.items():
        sizes = family.sizes + (family.full if full else ())
        print(f"\n{name}\n{_line('size', COLUMNS)}  verdict")
        rows = []
        for size in sizes:
            rows.append(_fresh(name, size))
            cells = [f"{float(rows[-1][c]):.2f}" for c in COLUMNS]
            print(f"{_line(f'{size:,}', cells)}  {rows[-1]['verdict']}", flush=True)
        print(_line("exponent", _exponents(sizes, rows)), flush=True)
    print()


def _exponents(sizes: Sequence[int], rows: Sequence[dict[str, float | str]]) -> list[str]:
    ratio = np.log(sizes[-1] / sizes[-2])
    return [
        "" if c == "search %" else f"{np.log(float(rows[-1][c]) / float(rows[-2][c])) / ratio:.2f}"
        for c in COLUMNS
    ]


def _machine() -> str:
    day = datetime.now(UTC).date().isoformat()
    return (
        f"{day}, {os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"
    )


def _line(label: str, cells: Sequence[str]) -> str:
    return f"{label:<10}" + "".join(f"{cell:>10}" for cell in cells)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(measured(sys.argv[1], int(sys.argv[2]))))
    else:
        print_growth(full=sys.argv[1:] == ["full"])
