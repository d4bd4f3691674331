"""Running each trick in a process of its own."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import final

from tests.hostile.documents import Trick

SECONDS, BYTES = 20, 1.5 * 2**30  # of the processor and of memory, that a trick may take
SIZE = 2**20  # bytes of the files of one trick together
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


_NFG = (
    "import sys; from games import InputError, read_nfg\ntry: read_nfg(sys.argv[2])\n"
    "except InputError as e: print('sgn:', e, file=sys.stderr); sys.exit(2)"
)
_CLI = "import sys; from sgn.cli import main; sys.exit(main(sys.argv[1:]))"


def run(made: Trick, limit: float = 4 * SECONDS) -> Outcome:
    """One trick in a process of its own, which is ended at the limit."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        arguments = made.make(folder)
        size = sum(file.stat().st_size for file in folder.iterdir())
        code = _NFG if arguments[0] == "nfg" else _CLI
        with (folder / "out").open("w+b") as out:
            started = time.monotonic()
            process = subprocess.Popen(
                [sys.executable, "-c", code, *arguments],
                stdout=out, stderr=out, preexec_fn=_guard,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            )  # fmt: skip
            status, held, seconds = _wait(process, started + limit)
            out.seek(max(0, out.tell() - 2000))
            lines = out.read().decode(errors="replace").replace(name, "").strip().splitlines()
    says = next((x for x in lines if x.startswith("Traceback")), "") + (lines[-1] if lines else "")
    return Outcome(size, seconds, held, status, says.removeprefix("sgn: /"))


def _guard() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (GUARD, GUARD))


def _wait(process: "subprocess.Popen[bytes]", end: float) -> tuple[int, int, float]:
    """The exit status (negative: ended by a signal), the greatest memory, the processor's time."""
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, usage.ru_maxrss * 1024, usage.ru_utime + usage.ru_stime
        if time.monotonic() > end:
            process.kill()
        time.sleep(0.02)
