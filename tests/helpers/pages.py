"""Runs the code of a page of docs/, block by block, as a reader would who copies it.

Blocks share one folder and one namespace. A block that begins with `# NAME.py` or `# NAME.toml` is
that file. Python runs; lines of shell are commands of sgn, or of pytest for a test file. A text
block shows what the block before it prints. A comment `# exits with 1` says how a command ends.
"""

import contextlib
import io
import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from sgn.cli import main

DOCS = Path(__file__).parents[2] / "docs"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"# (\w+\.(?:py|toml))\n")
_STATUS = re.compile(r"# exits with (\d)")


@final
@dataclass(frozen=True)
class Shown:
    """What a page shows that a block prints, and what it printed."""

    page: str
    shown: str
    printed: str

    @property
    def numbers(self) -> tuple[list[float], list[float]]:
        """Both as numbers."""
        shown, printed = (NUMBER.findall(text) for text in (self.shown, self.printed))
        return [float(v) for v in shown], [float(v) for v in printed]

    @property
    def words(self) -> tuple[str, str]:
        """Both without their numbers."""
        shown, printed = (NUMBER.sub("#", text).rstrip() for text in (self.shown, self.printed))
        return shown, printed


def blocks(page: Path) -> list[tuple[str, str]]:
    """The fenced blocks of a page: language and text."""
    return _BLOCK.findall(page.read_text(encoding="utf-8"))


def run(page: Path, folder: Path) -> Iterator[Shown]:
    """Run a page in a folder, which must be the working one; yields each output that it shows."""
    namespace: dict[str, Any] = {"__name__": page.stem}
    printed = ""
    for kind, text in blocks(page):
        if kind == "text":
            yield Shown(page.name, text, printed)
        elif match := _FILE.match(text):
            (folder / match[1]).write_text(text, encoding="utf-8")
        elif kind in ("python", "sh"):
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                if kind == "python":
                    exec(compile(text, str(page), "exec"), namespace)
                else:
                    _run_shell(text, page)
            printed = output.getvalue()


def _run_shell(text: str, page: Path) -> None:
    for line in text.splitlines():
        program, *arguments = shlex.split(line, comments=True) or [""]
        expected = _STATUS.search(line)
        if program == "sgn":
            status = main(arguments)
            assert status == int(expected[1] if expected else 0), f"{page.name}: {line}"
        elif program not in ("", "pip", "make", "git"):
            raise AssertionError(f"{page.name}: {line}: no test knows the command {program!r}")


def modules_of(folder: Path) -> set[str]:
    """The modules that were imported from a folder."""
    files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
    return {name for name, file in files.items() if file and Path(file).parent == folder}
