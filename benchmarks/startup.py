"""Time and memory from the shell: importing, certifying and verifying in a fresh interpreter."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import games
from benchmarks.lq import flagship

RUNS = 5  # the first one fills caches and is not counted
_KIB_PER_UNIT = 1 / 1024 if sys.platform == "darwin" else 1  # what ru_maxrss counts in
# A process counts the memory of the one that started it, so a small one starts each.
_LAUNCHER = """
import os, subprocess, sys, time
started = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
child.returncode = os.waitstatus_to_exitcode(status)
print(child.returncode, time.perf_counter() - started, usage.ru_maxrss)
"""
_LIST_MODULES = "import json, sys, sgn.cli; sgn.cli.main(); print(json.dumps(sorted(sys.modules)))"


@final
@dataclass(frozen=True)
class Usage:
    """The quickest of several runs, and the most memory one of them held."""

    seconds: float
    mebibytes: float


def measure(arguments: Sequence[str]) -> Usage:
    """Run Python with these arguments in fresh processes. Raises RuntimeError when one fails."""
    runs = []
    for _ in range(RUNS):
        done = subprocess.run(
            [sys.executable, "-c", _LAUNCHER, sys.executable, *arguments],
            capture_output=True,
            text=True,
            check=True,
        )
        status, seconds, peak = done.stdout.split()
        if int(status):
            raise RuntimeError(f"{' '.join(arguments)}: exit status {status}; {done.stderr}")
        runs.append((float(seconds), int(peak) * _KIB_PER_UNIT / 1024))
    return Usage(min(s for s, _ in runs[1:]), max(m for _, m in runs))


def modules_of_verify(certificate: Path) -> set[str]:
    """The modules that `sgn verify` loads."""
    done = subprocess.run(
        [sys.executable, "-c", _LIST_MODULES, "verify", str(certificate)],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def print_startup() -> None:
    """Cold start and peak memory, and what `sgn verify` loads."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "harker.toml", Path(folder) / "flagship.toml"
        games.save(games.catalogue.load("harker"), small)
        games.save(flagship(1.0), large)
        print(f"From the shell, fresh interpreters: best of {RUNS - 1} after one to warm up")
        print("what                                       seconds   peak MiB")
        print_usage("import sgn", ["-c", "import sgn"])
        for file, label in ((small, "2 players, 1 + 1 variables"), (large, "LQ flagship, 32 + 32")):
            certificate = file.with_suffix(".json")
            command = ["certify", str(file), "-o", str(certificate)]
            print_usage(f"sgn certify, {label}", ["-m", "sgn.cli", *command])
            print_usage(f"sgn verify, {label}", ["-m", "sgn.cli", "verify", str(certificate)])
        modules = modules_of_verify(small.with_suffix(".json"))
    tops = {module.partition(".")[0] for module in modules} - sys.stdlib_module_names
    outside = sorted(name for name in tops if not name.startswith("_"))
    print(f"`sgn verify` loads {len(modules)} modules; outside the standard library: {outside}\n")


def print_usage(label: str, arguments: Sequence[str]) -> None:
    """One line of the table."""
    usage = measure(arguments)
    print(f"{label:<42} {usage.seconds:7.2f}   {usage.mebibytes:8.0f}")
