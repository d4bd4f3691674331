"""Runs notebooks and stores what they show: `make notebooks`, `python -m notebooks [NAME ...]`."""

import sys
import time
from pathlib import Path

from notebooks.running import read, run, write

FOLDER = Path(__file__).parent


def main(names: list[str]) -> int:
    """Run the notebooks named (01_first_certificate), or all; stops at the first error."""
    known = {path.stem: path for path in sorted(FOLDER.glob("*.ipynb"))}
    for name in names:
        if name not in known:
            print(f"no notebook is called {name!r}; there are {', '.join(known)}", file=sys.stderr)
            return 2
    started = time.perf_counter()
    for name in names or known:
        begun = time.perf_counter()
        write(run(read(known[name]), name), known[name])
        print(f"{name:24} {time.perf_counter() - begun:5.1f} s", flush=True)
    print(f"{'all' if not names else 'together':24} {time.perf_counter() - started:5.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
