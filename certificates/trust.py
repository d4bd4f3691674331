"""On which code a certificate rests: the files that checking it runs, with their lines of code.

These are certificates.kernel.verify, the theorems that the document cites, and every module of the
project that those import, at any depth; imports inside functions count where their module has been
loaded. So after a check in a process of its own, as `sgn verify` is, this is what the check used;
where other work has loaded more, more may be listed, never less. A package's own __init__ is left
out where it is only run on the way to a module. Python, numpy and python-flint come on top.
"""

import ast
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import final

from certificates.kernel.certificate import ALWAYS, MODULES
from certificates.kernel.document.head import is_refusal
from certificates.kernel.document.reading import Document, read
from certificates.kernel.verify import Verification, verify

ROOT = Path(__file__).parents[1]
PACKAGES = ("certificates", "games", "sgn")
START = "certificates.kernel.verify"
THEOREMS = "certificates.kernel.theorems"
BLOCKS = frozenset({"body", "orelse", "handlers", "cases", "finalbody"})  # of statements


@final
@dataclass(frozen=True)
class TrustedFile:
    """A file that is trusted: its path from the root, its lines of code, and what it is."""

    path: str
    lines: int
    summary: str


@final
@dataclass(frozen=True)
class _Source:
    """What is read off a module. imports: (name, whether it stands inside a function)."""

    lines: int
    summary: str
    imports: tuple[tuple[str, bool], ...]


def verify_file(
    path: str | os.PathLike[str], *, patience: float = 1
) -> tuple[Verification, list[TrustedFile]]:
    """The check of a file, and what it rests on.

    patience: how many times the work of about fifteen seconds may be done. Raises InputError for a
    document that is not well formed, or that asks for more work.
    """
    document, name = read(path), os.fspath(path)
    found = verify(document, name, size=os.path.getsize(name), patience=patience)
    return found, rests_on(document)


def rests_on(document: Document) -> list[TrustedFile]:
    """The files that the check of a document, just done, rests on."""
    theorems = {str(claim["theorem"]).partition("/")[0] for claim in document["claims"]}
    if not is_refusal(document):
        theorems.update(ALWAYS)
    return _files(_modules(theorems, lambda module: module in sys.modules))


def whole_base() -> list[TrustedFile]:
    """The files that the check of any document can rest on."""
    return _files(_modules(MODULES, lambda module: True))


def trust_line(files: Iterable[TrustedFile]) -> str:
    """How much is trusted, in a few words."""
    lines = [file.lines for file in files]
    return f"rests on {sum(lines)} lines of code in {len(lines)} files"


def trust_table(files: Iterable[TrustedFile]) -> str:
    """The same, file by file."""
    files = list(files)
    return "\n".join(
        [f"{trust_line(files)}:", *(f"  {file.lines:5}  {file.path}" for file in files)]
    )


def code_lines(source: str) -> int:
    """Lines that hold code: no blank ones, no comments, no docstrings.

    >>> code_lines('''def f():
    ...     "What it does."
    ...
    ...     return 1  # one
    ... ''')
    2
    """
    return _code_lines(source, [node for node, _ in _statements(ast.parse(source))])


def _code_lines(source: str, statements: Iterable[ast.stmt]) -> int:
    texts = (line.strip() for line in source.splitlines())
    lines = {k for k, text in enumerate(texts, 1) if text and not text.startswith("#")}
    docstrings = [
        node
        for node in statements
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ]
    if source.count('"""') > 2 * len(docstrings) or "'''" in source or "\\\n" in source:
        for node in ast.walk(ast.parse(source)):  # texts whose lines may look like none of code
            if isinstance(node, ast.Constant | ast.JoinedStr):
                lines.update(_rows(node))
    return len(lines.difference(*map(_rows, docstrings)))


def _rows(node: ast.expr | ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


# ---- modules -------------------------------------------------------------------------------------


def _modules(theorems: Iterable[str], deferred: Callable[[str], bool]) -> set[str]:
    """The checker with these theorems and all that they import; deferred: inside functions."""
    seen = set[str]()
    waiting = [START, *(f"{THEOREMS}.{name}" for name in theorems)]
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            imports = _source(module).imports
            waiting.extend(name for name, inside in imports if not inside or deferred(name))
    return seen


def _files(modules: Iterable[str]) -> list[TrustedFile]:
    found = ((_file(module), _source(module)) for module in modules)
    return sorted(
        (
            TrustedFile(file.relative_to(ROOT).as_posix(), source.lines, source.summary)
            for file, source in found
        ),
        key=lambda file: file.path,
    )


@cache
def _file(module: str) -> Path:
    """The module's file; of a package that of its __init__, which need not be there."""
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _source(module: str) -> _Source:
    text = _file(module).read_text(encoding="utf-8")
    tree = ast.parse(text)
    statements = list(_statements(tree))
    imports = dict.fromkeys(
        (name, inside)
        for node, inside in statements
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in _named(node)
    )
    summary = (ast.get_docstring(tree) or "").partition("\n\n")[0]
    lines = _code_lines(text, (node for node, _ in statements))
    return _Source(lines, " ".join(summary.split()), tuple(imports))


def _statements(block: ast.AST, *, inside: bool = False) -> Iterator[tuple[ast.stmt, bool]]:
    """Every statement in a block, but for those that types alone need; inside: a function."""
    for name in BLOCKS.intersection(block._fields):
        if name == "body" and isinstance(block, ast.If) and _is_for_types(block.test):
            continue
        for part in _listed(getattr(block, name, None)):
            if isinstance(part, ast.stmt):
                yield part, inside
            within = inside or isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)
            yield from _statements(part, inside=within)


def _listed(value: object) -> list[ast.AST]:
    """The nodes of a block; the body of a lambda is none."""
    return value if isinstance(value, list) else []


def _is_for_types(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return bool(name == "TYPE_CHECKING")


def _named(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """The project's modules that an import names."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif node.level:
        raise ValueError("imports relative to a package are not counted; name the module in full")
    else:
        home = node.module or ""
        if home.partition(".")[0] not in PACKAGES:
            return
        names = [f"{home}.{alias.name}" for alias in node.names]
        names = [name if _file(name).exists() else home for name in names]
    yield from (name for name in names if name.partition(".")[0] in PACKAGES)
