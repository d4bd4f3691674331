"""The table of all tricks."""

import sys

from tests.hostile import TRICKS
from tests.hostile.run import run


def main(names: list[str]) -> int:
    """Print the table of all tricks, or those named."""
    print("| file | bytes | s | MB | status | sentence |\n|---|---:|---:|---:|---:|---|")
    wrong = 0
    for made in TRICKS:
        if not names or made.name in names:
            found = run(made)
            wrong += not found.is_well
            print(
                f"| {made.name} | {found.size} | {found.seconds:.1f} | {found.held / 10**6:.0f}"
                f" | {found.status}{'' if found.is_well else ' !'} | {found.says[:230]} |",
                flush=True,
            )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
