"""The import graph of the packages, read from their syntax trees without importing them."""

import ast
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("games", "certificates", "sgn")


@dataclass(frozen=True)
class Import:
    """One imported name; where it stands decides when it runs."""

    target: str  # dotted: the module, or module.name for `from module import name`
    line: int
    at_import: bool  # runs when the module is imported: outside functions and TYPE_CHECKING
    at_run: bool  # runs at all: outside TYPE_CHECKING


Graph = Mapping[str, tuple[Import, ...]]


def read_packages() -> Graph:
    """Every module of the packages with its imports at any depth."""
    files = itertools.chain.from_iterable((ROOT / name).rglob("*.py") for name in PACKAGES)
    return {module_name(file.relative_to(ROOT)): read_imports(file) for file in sorted(files)}


def module_name(file: Path) -> str:
    parts = file.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def read_imports(file: Path, root: Path = ROOT) -> tuple[Import, ...]:
    package = file.relative_to(root).parent.parts
    tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    return tuple(_walk(tree, package, at_import=True, at_run=True))


def _walk(
    node: ast.AST, package: tuple[str, ...], *, at_import: bool, at_run: bool
) -> Iterator[Import]:
    for target in _targets(node, package):
        yield Import(target, getattr(node, "lineno", 0), at_import and at_run, at_run)
    in_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    for field, value in ast.iter_fields(node):
        types_only = field == "body" and isinstance(node, ast.If) and _is_type_checking(node.test)
        # Decorators, defaults and annotations of a function run where it is defined.
        deferred = in_function and field == "body"
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _walk(
                    child,
                    package,
                    at_import=at_import and not deferred,
                    at_run=at_run and not types_only,
                )


def _targets(node: ast.AST, package: tuple[str, ...]) -> list[str]:
    """What a node imports: an import statement, or import_module/__import__ of a literal name."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        above = package[: len(package) - node.level + 1] if node.level else ()
        base = ".".join([*above, *([node.module] if node.module else [])])
        return [f"{base}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        called = node.func.id if isinstance(node.func, ast.Name) else called
        if called in {"import_module", "__import__"}:
            return [str(node.args[0].value)]
    return []


def _is_type_checking(test: ast.expr) -> bool:
    return ast.unparse(test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}


def inside(name: str, package: str) -> bool:
    """Whether a dotted name is the package or lies in it."""
    return name == package or name.startswith(package + ".")


def top(name: str) -> str:
    return name.partition(".")[0]


def resolve(target: str, graph: Graph) -> str:
    """The project's module a target names: itself, or its parent when it is a name in there."""
    return target if target in graph else target.rpartition(".")[0]


def arrows(module: str, graph: Graph) -> set[str]:
    """The project's modules that a module names in imports anywhere, if only for types."""
    named = {resolve(found.target, graph) for found in graph[module]}
    return named & set(graph) - {module}


def neighbours(module: str, graph: Graph) -> set[str]:
    """Those that it names in imports that run when it is imported."""
    named = {resolve(found.target, graph) for found in graph[module] if found.at_import}
    return named & set(graph)


def cycles(graph: Graph) -> set[frozenset[str]]:
    """The largest sets of modules that all lead to each other by arrows."""
    ahead = {module: _ahead(module, graph) for module in graph}
    together = (
        frozenset(other for other in ahead[module] if module in ahead[other]) for module in graph
    )
    return {knot for knot in together if knot}


def _ahead(start: str, graph: Graph) -> set[str]:
    """All modules that arrows lead to, the start itself where it is on a cycle."""
    seen, waiting = set[str](), [start]
    while waiting:
        found = arrows(waiting.pop(), graph) - seen
        seen |= found
        waiting.extend(found)
    return seen


def place(module: str, order: Sequence[str]) -> int:
    """Where the module stands in an order of folders and modules: by the longest that holds it."""
    holding = [k for k, folder in enumerate(order) if inside(module, folder)]
    if not holding:
        raise LookupError(f"{module} has no place in the order; give its folder one")
    return max(holding, key=lambda k: len(order[k]))


def front_door(package: str) -> list[tuple[str, str]]:
    """(name, home) of every line of the package's stub that lists a name."""
    stub = ast.parse((ROOT / package / "__init__.pyi").read_text(encoding="utf-8"))
    return [
        (alias.name, str(node.module))
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]


def reachable(starts: Iterable[str], graph: Graph) -> set[str]:
    """All modules that importing `starts` imports, packages' own __init__ among them."""
    seen: set[str] = set()
    waiting = list(starts)
    while waiting:
        module = waiting.pop()
        if module not in seen and module in graph:
            seen.add(module)
            parts = module.split(".")
            parents = {".".join(parts[:depth]) for depth in range(1, len(parts))}
            waiting.extend(neighbours(module, graph) | parents)
    return seen
