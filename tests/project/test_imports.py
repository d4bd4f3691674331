"""Who imports whom: the layers, the wrappers of heavy packages, and what the checker runs on."""

import graphlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.import_graph import (
    ROOT,
    Graph,
    inside,
    neighbours,
    reachable,
    read_imports,
    read_packages,
    resolve,
    top,
)

# Each package of the project: the project's packages it may import.
LAYERS = {
    "games": {"games"},
    "certificates": {"games", "certificates"},
    "sgn": {"games", "certificates", "sgn"},
}

# Each heavy package: the modules that wrap it. `certificates` stands for all in that package.
WRAPPERS = {
    "cvxpy": {"sgn.metrics.lmi"},
    "clarabel": {"sgn.metrics.lmi"},
    "sympy": {"games.language.sympy_bridge"},
    "networkx": {"sgn.coupling.graph", "sgn.plots.graph"},
    "jax": {"games.jax_bridge"},
    "matplotlib": {"sgn.plots"},
    "flint": {"certificates", "sgn.attacks.subject.precise"},
    "scipy.stats": {"sgn.bounds.sampled"},
    "scipy.optimize": {"sgn.bounds.sampled"},
    "scipy.linalg": {"sgn.refusals.constant_metrics", "sgn.metrics.spectral"},
}

CHECKER_PACKAGES = {"numpy", "flint", "games", "certificates"}
HEAVY = {"cvxpy", "clarabel", "sympy", "networkx", "jax", "matplotlib"}
HEAVY_SCIPY = {"scipy.stats", "scipy.optimize", "scipy.linalg", "scipy.sparse"}

GAME = """
format = "sgn-game/1"
name = "Harker duopoly"
[[players]]
name = "firm 1"
variables = ["x1"]
cost = "x1**2 + 8*x1*x2/3 - 34*x1"
[[players]]
name = "firm 2"
variables = ["x2"]
cost = "x2**2 + 5*x1*x2/4 - 97*x2/4"
[region]
x1 = [0, 15]
x2 = [0, 15]
"""


@pytest.fixture(scope="module")
def graph() -> Graph:
    return read_packages()


def is_checker(module: str) -> bool:
    return module.startswith("certificates.kernel.")


def test_layers(graph: Graph) -> None:
    wrong = [
        f"{module}:{found.line} imports {found.target}"
        for module, imports in graph.items()
        for found in imports
        if top(found.target) in LAYERS and top(found.target) not in LAYERS[top(module)]
    ]
    assert wrong == []


def test_enclosing_shares_nothing_with_checking(graph: Graph) -> None:
    """They meet in the game's text and in the values of a certificate only."""
    shared = {
        name.target
        for module, names in graph.items()
        for name in names
        if module.startswith(("sgn.bounds", "sgn.enclosures.intervals"))
        if name.target.startswith("certificates.kernel.")
        and not name.target.startswith("certificates.kernel.document.")
    }
    assert not shared


def test_project_imports_name_modules_that_exist(graph: Graph) -> None:
    missing = [
        f"{module}:{found.line} imports {found.target}"
        for module, imports in graph.items()
        for found in imports
        if top(found.target) in LAYERS and resolve(found.target, graph) not in graph
    ]
    assert missing == []


def test_no_cycles_when_modules_are_imported(graph: Graph) -> None:
    edges = {module: neighbours(module, graph) for module in graph}
    order = list(graphlib.TopologicalSorter(edges).static_order())  # CycleError names the cycle
    assert set(order) == set(graph)


@pytest.mark.parametrize("package", sorted(WRAPPERS))
def test_heavy_package_is_imported_by_its_wrapper_alone(graph: Graph, package: str) -> None:
    wrong = [
        f"{module}:{found.line} imports {found.target}"
        for module, imports in graph.items()
        for found in imports
        if found.at_run
        and inside(found.target, package)
        and not any(inside(module, wrapper) for wrapper in WRAPPERS[package])
    ]
    assert wrong == []


def test_checker_imports_little(graph: Graph) -> None:
    """At any depth, functions and annotations included."""
    wrong = [
        f"{module}:{found.line} imports {found.target}"
        for module, imports in graph.items()
        if is_checker(module)
        for found in imports
        if top(found.target) not in CHECKER_PACKAGES | sys.stdlib_module_names
    ]
    assert wrong == []


def test_all_that_the_checker_loads_imports_little(graph: Graph) -> None:
    """The checker with every module that it loads, `games/__init__.py` included."""
    loaded = reachable(filter(is_checker, graph), graph)
    wrong = [
        f"{module}:{found.line} imports {found.target}"
        for module in sorted(loaded)
        for found in graph[module]
        if found.at_import and top(found.target) not in CHECKER_PACKAGES | sys.stdlib_module_names
    ]
    assert wrong == []


def test_reader_sees_every_way_to_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.helpers.import_graph.ROOT", tmp_path)
    file = tmp_path / "sgn" / "bounds" / "sample.py"
    file.parent.mkdir(parents=True)
    file.write_text(
        "import a.b\n"
        "from typing import TYPE_CHECKING\n"
        "from . import exact\n"
        "from ..weights import w\n"
        "if TYPE_CHECKING:\n"
        "    import c\n"
        "else:\n"
        "    import d\n"
        "def f():\n"
        "    from e import g\n"
        "    return importlib.import_module('h')\n"
    )
    found = [(one.target, one.at_import, one.at_run) for one in read_imports(file)]
    assert found == [
        ("a.b", True, True),
        ("typing.TYPE_CHECKING", True, True),
        ("sgn.bounds.exact", True, True),
        ("sgn.weights.w", True, True),
        ("c", False, False),
        ("d", True, True),
        ("e.g", False, True),
        ("h", False, True),
    ]


def modules_after(code: str, *arguments: Path) -> set[str]:
    """The modules loaded in a new interpreter once the code has run there."""
    script = f"import json, sys\n{code}\nprint()\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,  # a cold disk; warm it takes well under a second
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.fixture(scope="module")
def game_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("game") / "harker.toml"
    file.write_text(GAME, encoding="utf-8")
    return file


CERTIFY = "import sgn.cli; assert sgn.cli.main(['certify', sys.argv[1], '-o', sys.argv[2]]) == 0"
VERIFY = "import sgn.cli; assert sgn.cli.main(['verify', sys.argv[1]]) == 0"


@pytest.mark.parametrize("package", ["games", "certificates", "sgn"])
def test_importing_a_package_is_light(package: str) -> None:
    assert modules_after(f"import {package}") & (HEAVY | HEAVY_SCIPY) == set()


def test_certifying_and_verifying_a_two_player_game_is_light(game_file: Path) -> None:
    certificate = game_file.with_suffix(".json")
    certifying = modules_after(CERTIFY, game_file, certificate)
    assert certifying & (HEAVY | {"scipy.stats"}) == set()
    verifying = modules_after(VERIFY, certificate)
    assert verifying & (HEAVY | HEAVY_SCIPY | {"scipy"}) == set()
