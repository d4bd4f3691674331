"""The campaign: so many inputs, and a table of what came of them, by kind and command."""

import argparse
import resource
import time
from collections import Counter
from pathlib import Path

from tests.fuzz.campaign import Case, Outcome, case, outcome
from tests.fuzz.originals import originals

MEMORY = 8 * 2**30  # bytes of addresses that the process may use


def main() -> int:
    """Runs it; status 1 when anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("count", type=int, nargs="?", default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the number of the first input")
    parser.add_argument("--keep", type=Path, help="a folder for the inputs that went wrong")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    files = originals()
    statuses, slowest = Counter[tuple[str, str, int | None]](), dict[tuple[str, str], float]()
    problems: dict[str, list[int]] = {}
    started = time.monotonic()
    for number in range(options.first, options.first + options.count):
        tried = case(number, files)
        found = outcome(tried)
        key = (tried.kind, tried.command)
        statuses[(*key, found.status)] += 1
        slowest[key] = max(slowest.get(key, 0.0), found.seconds)
        if found.problem:
            problem = found.problem.partition(": ")[0]
            if problem not in problems:
                print(f"input {number}, {tried.kind}, {tried.command}: {found.problem[:300]}")
                if options.keep is not None:
                    _keep(options.keep / str(number), tried, found)
            problems.setdefault(problem, []).append(number)
        if (number + 1) % 500 == 0:
            print(f"... {number + 1} after {time.monotonic() - started:.0f} s", flush=True)
    _print_table(statuses, slowest)
    wrong = sum(map(len, problems.values()))
    print(f"{options.count} inputs, {wrong} wrong, {time.monotonic() - started:.0f} s")
    for problem, numbers in sorted(problems.items(), key=lambda item: -len(item[1])):
        print(f"  {len(numbers):5} {problem}  e.g. {numbers[:3]}")
    return 1 if problems else 0


def _keep(folder: Path, tried: Case, found: Outcome) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in tried.files.items():
        (folder / name).write_bytes(content)
    (folder / "problem.txt").write_text(f"{' '.join(tried.arguments)}\n{found.problem}\n")


def _print_table(
    statuses: Counter[tuple[str, str, int | None]], slowest: dict[tuple[str, str], float]
) -> None:
    print("| file | command | inputs | status 0 | 1 | 2 | other | slowest, s of CPU |")
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    for kind, command in sorted(slowest):
        counts = [statuses[kind, command, status] for status in (0, 1, 2, None)]
        row = " | ".join(map(str, [sum(counts), *counts]))
        print(f"| {kind} | {command} | {row} | {slowest[kind, command]:.1f} |")


if __name__ == "__main__":
    raise SystemExit(main())
