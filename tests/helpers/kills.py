"""Processes that save the same file over and over, and are killed at any moment.

python -m tests.helpers.kills FOLDER COUNT [named]
prints how many of so many kills left a spare file, after how many the game could not be read, and
what is in the folder after one more save. "named": as where files need a name to be written.
A process of its own, since it forks.
"""

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

import games
import sgn
from games import InputError, QuadraticGame
from games.files import writing


def _written(folder: Path, which: int) -> None:
    """A game of two files and a certificate, in one of two versions."""
    game = QuadraticGame(np.eye(40) * (1 + which), [20, 20], name=f"version {which}")
    games.save(game, folder / "game.toml")
    CERTIFICATES[which].save(folder / "game.json.gz")


def _killed_after(seconds: float, folder: Path) -> None:
    child = os.fork()
    if child == 0:
        for k in range(10**9):
            _written(folder, k % 2)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _readable(folder: Path) -> bool:
    sgn.load(folder / "game.json.gz")
    try:
        game = games.load(folder / "game.toml")
    except InputError:
        return False
    assert isinstance(game, QuadraticGame)
    assert game.jacobian(np.zeros(40))[0, 0] == 1 + int(game.name[-1])
    return True


def main() -> None:
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    if sys.argv[3:] == ["named"]:
        vars(writing)["_UNNAMED"] = None
    rng = np.random.default_rng(0)
    spare = unreadable = 0
    _written(folder, 0)
    for _ in range(count):
        _killed_after(rng.uniform(0, 0.02), folder)
        spare += len(os.listdir(folder)) > 3
        unreadable += not _readable(folder)
        _written(folder, 0)
    print(spare, unreadable, *sorted(os.listdir(folder)))


CERTIFICATES = [sgn.certify(QuadraticGame(np.eye(2) * scale, [1, 1])).require() for scale in (1, 2)]
if __name__ == "__main__":
    main()
