"""The same bytes from the same versions and processor, and what others make is confirmed here.

OPENBLAS_CORETYPE makes OpenBLAS, which numpy and scipy come with, compute as on other processors;
another library of linear algebra takes no notice, and then all is the same.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import sgn

ROOT = Path(__file__).parents[2]
MAKE = """
import json, sys
import numpy as np
import games, sgn
from pathlib import Path

folder, rng = Path(sys.argv[1]), np.random.default_rng(0)
J = rng.standard_normal((70, 70)) / 20 + 2 * np.eye(70)
J[:35, :35], J[35:, 35:] = J[:35, :35] + J[:35, :35].T, J[35:, 35:] + J[35:, 35:].T
costs = {"a": "x**2 + exp(x)/8 + x*y/4", "b": "y**2 + x*y/4"}
made = {
    "dense": games.QuadraticGame(J, [35, 35]),
    "enclosed": games.SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]}, costs, region=games.Box.cube(2, 0.5)
    ),
}
for name, game in made.items():
    for file in (name, f"{name}-again"):
        sgn.certify(game).save(folder / f"{file}.json")
"""


def _made(folder: Path, **environment: str) -> dict[str, bytes]:
    folder.mkdir()
    subprocess.run(
        [sys.executable, "-W", "error", "-c", MAKE, str(folder)],
        cwd=ROOT,
        env=os.environ | environment,
        check=True,
    )
    return {path.stem: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return _made(tmp_path_factory.mktemp("here") / "made", OPENBLAS_NUM_THREADS="1")


def test_the_same_bytes_when_a_process_does_it_again(here: dict[str, bytes]) -> None:
    for name in [name for name in here if not name.endswith("-again")]:
        assert here[name] == here[f"{name}-again"], name


@pytest.mark.stress  # threads that wait for busy cores take long
def test_the_same_bytes_with_other_threads(here: dict[str, bytes], tmp_path: Path) -> None:
    assert _made(tmp_path / "threads", OPENBLAS_NUM_THREADS="2") == here


def test_what_another_processor_makes_is_confirmed_here(
    here: dict[str, bytes], tmp_path: Path
) -> None:
    there = tmp_path / "there"
    for name, content in _made(there, OPENBLAS_CORETYPE="Nehalem").items():
        assert json.loads(content)["verdict"] == json.loads(here[name])["verdict"], name
        assert sgn.verify(there / f"{name}.json"), name
