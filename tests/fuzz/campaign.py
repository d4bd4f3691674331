"""Running the command line on damaged files, and what may come of it."""

import contextlib
import io
import os
import random
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import games
from games.errors import InputError
from games.files.load import ending
from games.files.matrices import MATRICES
from sgn.cli import main
from tests.fuzz.damage import TEXTS, Random, damaged, tied_again
from tests.fuzz.originals import Original

SECONDS, WAITING = 30, 600  # of computing, and on the clock of a busy machine, for one input
COMMANDS: dict[str, Sequence[str]] = {  # as often as they stand here
    "game text": ("certify",) * 8 + ("verify", "attack", "report"),
    "arrays": ("certify",),
    "people's": ("load",),
    "certificate": ("verify",) * 5 + ("attack", "report", "certify"),
    "refusal": ("verify", "verify", "attack", "report"),
    "compressed": ("verify",) * 5 + ("attack", "report", "certify"),
    "name": ("catalogue",),
}
CERTIFIED = 2  # variables of somebody's game up to which it is certified as well
SHARES = {
    "game text": 30, "arrays": 15, "people's": 8, "certificate": 25, "refusal": 8, "compressed": 10,
    "name": 2,
}  # fmt: skip


@final
@dataclass(frozen=True)
class Case:
    """One input: the command with its arguments, and the files that are there by name."""

    kind: str
    arguments: Sequence[str]
    files: Mapping[str, bytes]

    @property
    def command(self) -> str:
        return self.arguments[0]


@final
@dataclass(frozen=True)
class Outcome:
    """The exit status, and what was wrong with it all; "" where nothing was."""

    status: int | None
    problem: str
    seconds: float


class TooLong(BaseException):
    """The input took longer than it may."""


def case(number: int, originals: Mapping[str, Sequence[Original]]) -> Case:
    """Input number so-and-so: the same in every run."""
    rng = random.Random(number)
    [kind] = rng.choices(list(SHARES), list(SHARES.values()))
    if kind == "name":
        known = ("harker", "sgn-toy", *TEXTS)
        output = rng.choice(([], ["-o", "out.toml"], ["-o", "none/out.toml"], ["-o", "."]))
        return Case(kind, ["catalogue", rng.choice(known).replace("\0", "0") or "x", *output], {})
    original = rng.choice(originals[kind])
    files = dict(original.files)
    files[original.damaged] = damaged(files[original.damaged], original.damaged, rng)
    if kind == "arrays":
        files = tied_again(files)
    command = rng.choice(COMMANDS[kind])
    return Case(kind, [command, next(iter(files)), *_options(command, rng)], files)


def _options(command: str, rng: Random) -> list[str]:
    if command == "certify":
        evidence = rng.choice(("auto", "auto", "auto", "exact", "enclosed", "sampled"))
        metric = rng.choice(("auto", "auto", "scalar", "block", "dense", "euclidean"))
        options = ["--time-limit", "0.2", "--evidence", evidence, "--metric", metric]
        return options + rng.choice(([], ["-o", "out.json"], ["--json"]))
    if command == "attack":
        return ["--seconds", "0.1"]
    return ["-o", "out.html"] if command == "report" else []


def outcome(case: Case) -> Outcome:
    """Runs it, with warnings as errors, in a folder of its own."""
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        for file, content in case.files.items():
            Path(file).write_bytes(content)
        started = time.process_time()
        with _watched() as (out, err, unraisable):
            try:
                status, problem = _run(case), ""
            except (Exception, SystemExit, TooLong) as error:
                status, problem = None, _place(error)
        seconds = time.process_time() - started
        return Outcome(status, problem or unraisable[0] or _wrong(case, status, out, err), seconds)


def _run(case: Case) -> int:
    if case.command != "load":
        return main(case.arguments)
    try:
        path = case.arguments[1]
        sizes = [1, 1] if ending(path) in MATRICES else None
        game = games.load(path, sizes=sizes)
        game.region = games.Box.cube(game.dimension, 1)
        games.save(game, "saved.toml")
    except InputError as error:
        print(f"sgn: {error}", file=sys.stderr)
        return 2
    if game.dimension > CERTIFIED:
        return 0
    return main(["certify", "saved.toml", "--time-limit", "0.1", "--evidence", "sampled"])


@contextlib.contextmanager
def _watched() -> Iterator[tuple[io.StringIO, io.StringIO, list[str]]]:
    """Output kept, warnings and errors that nobody hears made known, and no longer than it may."""
    unraisable, before = [""], sys.unraisablehook

    def keep(found: Any) -> None:
        unraisable[0] = f"unraisable {found.exc_value!r}"

    def stop(number: int, frame: object) -> None:
        raise TooLong

    timers = {signal.SIGPROF: signal.ITIMER_PROF, signal.SIGALRM: signal.ITIMER_REAL}
    handlers = {number: signal.signal(number, stop) for number in timers}
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    signal.setitimer(signal.ITIMER_REAL, WAITING)
    sys.unraisablehook = keep
    out, err = io.StringIO(), io.StringIO()
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            warnings.simplefilter("error")
            yield out, err, unraisable
    finally:
        for number, timer in timers.items():
            signal.setitimer(timer, 0)
            signal.signal(number, handlers[number])
        sys.unraisablehook = before


def _place(error: BaseException) -> str:
    """The error with the last line of the project's own that it passed."""
    root = str(Path(__file__).parent.parent.parent) + os.sep
    own = [
        f"{frame.filename.removeprefix(root)}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(root) and "/tests/" not in frame.filename
    ]
    return f"{type(error).__name__} at {own[-1] if own else '?'}: {error}"


def _wrong(case: Case, status: int | None, out: io.StringIO, err: io.StringIO) -> str:
    """What is against the rules in what was said and written."""
    said = err.getvalue()
    written = {p.name: p.read_bytes() for p in Path().iterdir() if p.name != "saved.toml"}
    if any(written.pop(name, None) != content for name, content in case.files.items()):
        return "an input was changed"
    if status not in (0, 1, 2):
        return f"status {status}"
    if status < 2:
        return f"standard error: {said[:200]}" if said else ""
    written.pop("saved.npz", None)
    if not (said.startswith("sgn: ") and said.endswith("\n") and said[:-1].isprintable()):
        return f"not one line: {said[:200]!r}"
    if out.getvalue() or written:
        return f"status 2, but written: {sorted(written)} {out.getvalue()[:80]!r}"
    return ""
