"""What a certificate is said to rest on is what its check loads; lines are counted by tokens."""

import ast
import io
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

import games
import sgn
from certificates.trust import PACKAGES, ROOT, code_lines, rests_on, trust_line, whole_base

LAYOUT = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
    tokenize.ENDMARKER,
}  # fmt: skip
FRESH = """
import sys
from certificates.trust import verify_file
found, files = verify_file(sys.argv[1])
assert found, found
loaded = (module.__file__ or "" for module in sys.modules.values() if hasattr(module, "__file__"))
print(*(path for path in loaded if "/certificates/kernel/" in path), sep="\\n")
print("listed", *(file.path for file in files), sep="\\n")
"""


def lines_of_tokens(source: str) -> int:
    """Lines of all tokens but layout, less those of texts that are statements."""
    rows = set[int]()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in LAYOUT:
            rows.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            rows.difference_update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(rows)


@pytest.mark.parametrize("package", PACKAGES)
def test_lines_are_those_that_hold_tokens(package: str) -> None:
    for file in sorted((ROOT / package).rglob("*.py")):
        source = file.read_text(encoding="utf-8")
        assert code_lines(source) == lines_of_tokens(source), file


def test_code_lines_counts_code_alone() -> None:
    assert code_lines('"""Doc\n\nstring."""\n\nx = (1,\n     2)  # two\n# a comment\n') == 2
    assert code_lines('x = """\n\n# no comment\n"""\n') == 4


def quadratic() -> sgn.Certificate | sgn.Refusal:
    return sgn.certify(games.catalogue.load("harker"))


def nonlinear() -> sgn.Certificate | sgn.Refusal:
    game = games.SymbolicGame.from_costs(
        {"one": ["x"], "two": ["y"]},
        {"one": "x**2 + exp(x)/9 + x*y/9", "two": "y**2 - x*y/9"},
    )
    return sgn.certify(game, games.Box.cube(2, 0.5))


def policies() -> sgn.Certificate | sgn.Refusal:
    game = games.NormalFormGame([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]], entropy=[1, 1])
    return sgn.certify(game, games.Box.cube(2, 0.5), evidence=sgn.Enclosed(form="values"))


def refuted() -> sgn.Certificate | sgn.Refusal:
    return sgn.certify(games.QuadraticGame([[-1.0, 0.0], [0.0, 1.0]], sizes=[1, 1]))


@pytest.mark.parametrize("make", [quadratic, nonlinear, policies, refuted])
def test_what_is_listed_is_what_a_process_of_its_own_loads(make, tmp_path: Path) -> None:
    """Every module of the checker that is loaded is listed, and no other."""
    file = tmp_path / "made.json"
    make().save(file)
    out = subprocess.run(
        [sys.executable, "-c", FRESH, str(file)], capture_output=True, text=True, check=True
    ).stdout
    loaded, _, listed = out.partition("listed\n")
    modules = {Path(path).relative_to(ROOT).as_posix() for path in loaded.split()}
    kernel = {path for path in listed.split() if path.startswith("certificates/")}
    assert kernel == {path for path in modules if not path.endswith("__init__.py")}
    assert all(path.startswith(("certificates/kernel/", "games/")) for path in listed.split())


def test_here_no_less_is_listed_and_never_more_than_the_whole_base() -> None:
    files, everything = rests_on(quadratic().document), whole_base()
    assert {file.path for file in files} <= {file.path for file in everything}
    assert all(file.lines > 0 and file.summary for file in everything)
    assert trust_line(files[:1]) == f"rests on {files[0].lines} lines of code in 1 files"
