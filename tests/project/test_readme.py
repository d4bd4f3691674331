"""README tells the truth: its example, its commands, its game file, its count of trusted lines."""

import contextlib
import io
import re
import shlex
import tomllib
from pathlib import Path

import numpy as np
import pytest

import games
import sgn
from benchmarks.trusted import FOLDERS, by_folder, folder_of, total
from certificates.trust import whole_base
from sgn.cli import main
from tests.helpers.game_files import tied
from tests.helpers.import_graph import ROOT

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
LINK = re.compile(r"\]\(([^)#]+)\)")
PASTE = "paste the table that `python -m benchmarks.trusted` prints into README.md"


def blocks(kind: str) -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def test_example_prints_what_is_shown() -> None:
    [code], [shown] = blocks("python"), blocks("text")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {})
    assert NUMBER.sub("#", printed.getvalue()) == NUMBER.sub("#", shown)
    numbers = [float(v) for v in NUMBER.findall(printed.getvalue())]
    # 1e-3: the search picks free numbers (the best step) by comparing floats, which another BLAS
    # may decide otherwise; proved numbers differ in the last digit shown at most.
    assert numbers == pytest.approx([float(v) for v in NUMBER.findall(shown)], rel=1e-3)


def test_commands_succeed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    [commands] = blocks("sh")
    for line in commands.splitlines():
        program, *arguments = shlex.split(line, comments=True)
        assert program == "sgn"
        assert main(arguments) == 0, line


def test_game_file_is_certified(tmp_path: Path) -> None:
    [text] = blocks("toml")
    file = tmp_path / "game.toml"
    file.write_text(text, encoding="utf-8")
    game = games.load(file)
    assert sgn.certify(game).verdict == "proved"


def test_documented_game_files_are_read(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    symbolic, _definitions, quadratic, markov = re.findall(
        r"^```toml\n(.*?)^```$", text, re.DOTALL | re.MULTILINE
    )
    file = tmp_path / "game.toml"
    file.write_text(symbolic, encoding="utf-8")
    assert games.load(file).sizes == (1, 1)
    assert tomllib.loads(quadratic)["kind"] == "quadratic"
    P = np.full((8, 2), 0.5)
    np.savez(tmp_path / "game.npz", transition=P, rewards=np.arange(16.0).reshape(2, 8))
    stated = markov.replace('data_digest = "…"\n', "").encode()
    file.write_bytes(tied(stated, (tmp_path / "game.npz").read_bytes()))
    assert games.load(file).sizes == (2, 2)


@pytest.mark.parametrize(
    "name", ["README.md", "CONTRIBUTING.md", "docs/theory.md", "docs/formats.md"]
)
def test_links_lead_somewhere(name: str) -> None:
    file = ROOT / name
    targets = LINK.findall(file.read_text(encoding="utf-8"))
    missing = [t for t in targets if "://" not in t and not (file.parent / t).exists()]
    assert missing == []


def test_count_of_trusted_lines_is_current() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"\*\*total\*\* \| \*\*\d+\*\* \| \*\*(\d+)\*\*", text)
    # 5 %: so that not every line that is mended changes the README
    assert int(shown) == pytest.approx(total(), rel=0.05), PASTE
    made = NUMBER.sub("#", by_folder())
    assert made in NUMBER.sub("#", text), PASTE


def test_trusted_files_are_the_checker_and_what_it_uses() -> None:
    files = {file.path: file for file in whole_base()}
    assert {
        "certificates/kernel/verify.py",
        "certificates/kernel/document/fields.py",
        "certificates/kernel/theorems/kl.py",
        "games/language/parser.py",
    } <= set(files)
    assert not any(path.startswith("sgn") for path in files)
    assert {folder_of(file) for file in files.values()} == set(FOLDERS)
    assert all(file.lines > 0 and file.summary for file in files.values())
