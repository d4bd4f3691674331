"""The trusted base: every file that the checker runs, with its lines of code.

python -m benchmarks.trusted
"""

import ast
import io
import tokenize

from tests.helpers.import_graph import ROOT, Graph, read_packages, resolve

START = "certificates.kernel.verify"
_LAYOUT = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
    tokenize.ENDMARKER,
}  # fmt: skip


def trusted_modules(graph: Graph) -> list[str]:
    """The checker and all of the project that it imports, at any depth, inside functions too.

    A package's own __init__ file is left out where it is only run on the way to a module.
    """
    seen, waiting = set[str](), [START]
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            named = {resolve(found.target, graph) for found in graph[module] if found.at_run}
            waiting.extend(named & set(graph))
    return sorted(seen)


def file_of(module: str) -> str:
    """The module's file, or that of the package, from the root of the repository."""
    path = module.replace(".", "/")
    return f"{path}/__init__.py" if (ROOT / path).is_dir() else f"{path}.py"


def code_lines(source: str) -> int:
    """Lines that hold code: no blank ones, no comments, no docstrings.

    >>> code_lines('''def f():
    ...     "What it does."
    ...
    ...     return 1  # one
    ... ''')
    2
    """
    lines = set[int]()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _LAYOUT:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            lines.difference_update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(lines)


def trusted_files() -> list[tuple[str, int, str]]:
    """(file, lines of code, what it is: the first sentence of its docstring)."""
    found = []
    for module in trusted_modules(read_packages()):
        source = (ROOT / file_of(module)).read_text(encoding="utf-8")
        summary = (ast.get_docstring(ast.parse(source)) or "").partition("\n\n")[0]
        found.append((file_of(module), code_lines(source), " ".join(summary.split())))
    return found


def total() -> int:
    """Lines of code in all trusted files."""
    return sum(lines for _, lines, _ in trusted_files())


def print_trusted() -> None:
    """The table that README shows."""
    print("| file | lines | what it is |\n|---|---:|---|")
    for file, lines, summary in trusted_files():
        print(f"| `{file}` | {lines} | {summary} |")
    print(f"| **total** | **{total()}** | |")


if __name__ == "__main__":
    print_trusted()
