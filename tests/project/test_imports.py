"""Who imports whom: the layers, the wrappers of heavy packages, and what the checker runs on."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from certificates.trust import whole_base
from tests.helpers.import_graph import (
    PACKAGES,
    ROOT,
    Graph,
    arrows,
    cycles,
    front_door,
    inside,
    place,
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
    "jax": {"games.jax_bridge", "games.tracing.jax_costs", "games.tracing.jaxpr"},
    "matplotlib": {"sgn.plots"},
    "flint": {"games.regions.region", "certificates", "sgn.attacks.subject.precise"},
    "scipy.stats": {"sgn.bounds.sampled"},
    "scipy.optimize": {
        "games.regions.inner",
        "sgn.bounds.sampled",
        "sgn.projection",
        "sgn.promises.constrained",
    },
    "scipy.linalg": {"sgn.refusals.constant_metrics", "sgn.metrics.spectral"},
}

# Each folder, and each module beside the folders, after all that it imports.
ORDER = (
    "sgn.neighbours",
    "games.front_door",
    "games.errors",
    "games.work",
    "games.language",
    "games.reals",
    "games.players",
    "games.numbered",
    "games.regions",
    "games.reading",
    "games.game",
    "games.array_likes",
    "games.symbolic_checks",
    "games.symbolic",
    "games.quadratic",
    "games.linear",
    "games.derivatives",
    "games.jax_bridge",
    "games.callable",
    "games.tracing",
    "games.markov",
    "games.normal_form",
    "games.rates",
    "games.catalogue",
    "games.files",
    "games.summary",
    "certificates.version",
    "certificates.safe",
    "certificates.kernel",
    "certificates.documents",
    "certificates.methods",
    "certificates.equilibrium",
    "certificates.decay",
    "certificates.step_range",
    "certificates.promise_theorems",
    "certificates.promises",
    "certificates.report",
    "certificates.plain",
    "certificates.trust",
    "certificates.claim_tables",
    "certificates.schema_kinds",
    "certificates.schemas",
    "certificates.writing",
    "certificates.certificate",
    "sgn.rounding",
    "sgn.geometry",
    "sgn.projection",
    "sgn.quantities",
    "sgn.enclosures.intervals",
    "sgn.enclosures",
    "sgn.enclosures.policies",
    "sgn.bounds",
    "sgn.metrics",
    "sgn.steps",
    "sgn.bands",
    "sgn.coupling",
    "sgn.pipeline",
    "sgn.promises",
    "sgn.refusals",
    "sgn.recheck",
    "sgn.certify",
    "sgn.largest",
    "sgn.methods",
    "sgn.learning_rates",
    "sgn.bound_theorems",
    "sgn.simulation",
    "sgn.attacks.report",
    "sgn.attacks.subject",
    "sgn.attacks.claims",
    "sgn.attacks",
    "sgn.files",
    "sgn.table",
    "sgn.sweeps",
    "sgn.plots",
    "sgn.report",
    "sgn.explore",
    "sgn.progress",
    "sgn.console",
    "sgn.completion",
    "sgn.inputs",
    "sgn.commands",
    "sgn.sweep_commands",
    "sgn.arguments",
    "sgn.cli",
    "sgn.__main__",
)

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


def test_no_cycles(graph: Graph) -> None:
    """Imports inside functions, and those for types alone, count."""
    assert cycles(graph) == set()


def test_cycles_are_seen_wherever_the_imports_stand(tmp_path: Path) -> None:
    sources = {
        "a": "from games.b import f",
        "b": "def f():\n    from games.c import g",
        "c": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import games.a",
        "d": "import games.a",
    }
    graph = {}
    for name, text in sources.items():
        (tmp_path / f"{name}.py").write_text(text)
        graph[f"games.{name}"] = read_imports(tmp_path / f"{name}.py", tmp_path)
    assert cycles(graph) == {frozenset({"games.a", "games.b", "games.c"})}


def test_no_folder_imports_from_a_later_one(graph: Graph) -> None:
    """The order of the folders is the data flow."""
    wrong = [
        f"{module} imports {found}"
        for module in graph
        if module not in PACKAGES
        for found in arrows(module, graph)
        if found not in PACKAGES and place(found, ORDER) > place(module, ORDER)
    ]
    assert wrong == []


def test_the_order_names_what_there_is_once(graph: Graph) -> None:
    assert len(set(ORDER)) == len(ORDER)
    assert set(ORDER) <= set(graph)


@pytest.mark.parametrize("package", ["games", "sgn"])
def test_front_door_lists_each_name_once(package: str) -> None:
    listed = front_door(package)
    names = [name for name, _ in listed]
    assert len(set(names)) == len(names)
    module = importlib.import_module(package)
    assert names == module.__all__
    assert sorted(names) == dir(module)
    for name, home in listed:
        expected = f"{home}.{name}"
        found = getattr(module, name)
        known = sys.modules.get(expected) if home == package else None
        assert found is (known or getattr(importlib.import_module(home), name))
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'absent'"):
        module.absent  # noqa: B018


@pytest.mark.parametrize("package", ["games", "sgn"])
def test_front_door_is_for_others(graph: Graph, package: str) -> None:
    """Modules of a package import each other from home, so that arrows are seen."""
    wrong = [
        module
        for module in graph
        if inside(module, package) and module != package
        for found in graph[module]
        if resolve(found.target, graph) == package
    ]
    assert wrong == []


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


def test_reader_sees_every_way_to_import(tmp_path: Path) -> None:
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
    found = [(one.target, one.at_import, one.at_run) for one in read_imports(file, tmp_path)]
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


def test_the_checker_loads_what_is_trusted_and_nothing_else() -> None:
    """No game, no family of games: but for packages on the way and the door of one."""
    loaded = {m for m in modules_after("import certificates.kernel.verify") if top(m) in PACKAGES}
    passed = {m for m in loaded if (ROOT / m.replace(".", "/")).is_dir()} | {"games.front_door"}
    trusted = {file.path.removesuffix(".py").replace("/", ".") for file in whole_base()}
    assert loaded - passed <= trusted
    assert not loaded & {"games.game", "games.regions.shapes", "games.quadratic"}


@pytest.mark.parametrize("package", ["games", "certificates", "sgn"])
def test_importing_a_package_is_light(package: str) -> None:
    assert modules_after(f"import {package}") & (HEAVY | HEAVY_SCIPY) == set()


def test_certifying_and_verifying_a_two_player_game_is_light(game_file: Path) -> None:
    certificate = game_file.with_suffix(".json")
    certifying = modules_after(CERTIFY, game_file, certificate)
    # steps of optimistic gradient are searched for by clarabel, which takes 2 ms to load
    assert certifying & (HEAVY - {"clarabel"} | {"scipy.stats"}) == set()
    verifying = modules_after(VERIFY, certificate)
    assert verifying & (HEAVY | HEAVY_SCIPY | {"scipy"}) == set()
