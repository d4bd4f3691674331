"""Running each trick in a process of its own."""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import final

from tests.hostile.documents import Trick

SECONDS, BYTES = 20, 1.5 * 2**30  # of the processor and of memory, that a trick may take
SIZE = 10**6  # bytes of the files of one trick together
GUARD = 8 * 10**9  # bytes of address space, so that what is not refused does no harm


@final
@dataclass(frozen=True)
class Outcome:
    """Of one trick: the files' bytes, seconds, bytes held, the exit status, the last line."""

    size: int
    seconds: float
    held: int
    status: int
    says: str

    @property
    def is_well(self) -> bool:
        """Whether it was answered soon, in little memory, by a sentence or a verdict."""
        soon = self.seconds <= SECONDS and self.held <= BYTES
        return soon and self.status in (0, 1, 2) and "Traceback" not in self.says


_GUARD = (  # in the process itself: what runs between fork and exec would warn under JAX
    "import resource\n"
    f"resource.setrlimit(resource.RLIMIT_AS, ({GUARD}, {GUARD}))\n"
    "resource.setrlimit(resource.RLIMIT_CPU, ({0}, {0}))\n"
)
# In between: what a process holds counts from its fork, so it must not come from a large one.
_MEASURED = (
    "import resource, subprocess, sys\n"
    "status = subprocess.run([sys.executable, '-c', *sys.argv[2:]]).returncode\n"
    "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
    "with open(sys.argv[1], 'w') as file:\n"
    "    print(used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, status, file=file)\n"
)
_LOAD = (
    "import sys, games; from games import InputError\n"
    "from games.files.load import file_options\n"
    "path, sizes, form = (*sys.argv[2:], '', '')[:3]\n"
    "try: games.load(path, **file_options(None, sizes or None, form or None))\n"
    "except InputError as e: print('sgn:', e, file=sys.stderr); sys.exit(2)"
)
_CLI = "import sys; from sgn.cli import main; sys.exit(main(sys.argv[1:]))"


def run(made: Trick, limit: int = 2 * SECONDS) -> Outcome:
    """One trick in a process of its own, which is ended after so many seconds of the processor."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        arguments = made.make(folder)
        size = sum(file.stat().st_size for file in folder.iterdir())
        code = _LOAD if arguments[0] == "load" else _CLI
        with (folder / "out").open("w+b") as out:
            measured, guarded = str(folder / "measured"), _GUARD.format(limit) + code
            subprocess.run(
                [sys.executable, "-c", _MEASURED, measured, guarded, *arguments],
                stdout=out, stderr=out, check=True,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            )  # fmt: skip
            seconds, held, status = Path(measured).read_text().split()
            out.seek(max(0, out.seek(0, os.SEEK_END) - 2000))
            lines = out.read().decode(errors="replace").replace(name, "").strip().splitlines()
    says = next((x for x in lines if x.startswith("Traceback")), "") + (lines[-1] if lines else "")
    return Outcome(size, float(seconds), int(held), int(status), says.removeprefix("sgn: /"))
