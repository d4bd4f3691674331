"""The trusted base: every file that the checker can run, with its lines of code.

python -m benchmarks.trusted            by folder, as README shows it
python -m benchmarks.trusted --files    file by file
"""

import sys
from collections import Counter
from pathlib import PurePosixPath

from certificates.trust import TrustedFile, whole_base

FOLDERS = {
    "certificates/kernel": "the checker, and what a certificate and a refusal say",
    "certificates/kernel/document": "strict reading: exact numbers, arrays, the metric, the region",
    "certificates/kernel/theorems": "one module a family of theorems, each with its hypotheses",
    "certificates/kernel/inequalities": "the tests that hypotheses ask for",
    "certificates/kernel/numbers": "intervals, balls, affine forms, positive semidefinite matrices",
    "certificates/kernel/jacobian": "the Jacobian, re-derived from the text or arrays of a game",
    "certificates/kernel/policies": "the same for games of policies",
    "games": "errors, names of players, limits of work, what all games have",
    "games/language": "the text of costs: tokens, parser, graph, exact numbers",
    "games/markov": "Markov games: their tensors, and their field as text",
    "games/regions": "boxes, balls, all of R^n",
}


def folder_of(file: TrustedFile) -> str:
    """The folder of a trusted file, from the root of the repository."""
    return str(PurePosixPath(file.path).parent)


def total() -> int:
    """Lines of code in all trusted files."""
    return sum(file.lines for file in whole_base())


def by_folder() -> str:
    """The table that README shows."""
    files, lines = Counter[str](), Counter[str]()
    for file in whole_base():
        files[folder_of(file)] += 1
        lines[folder_of(file)] += file.lines
    order = [*FOLDERS, *sorted(set(files) - set(FOLDERS))]
    return "\n".join(
        [
            "| folder | files | lines | what it is |\n|---|---:|---:|---|",
            *(
                f"| `{folder}` | {files[folder]} | {lines[folder]} | {FOLDERS.get(folder, '')} |"
                for folder in order
                if files[folder]
            ),
            f"| **total** | **{files.total()}** | **{lines.total()}** | |",
        ]
    )


def by_file() -> str:
    """Every trusted file."""
    return "\n".join(
        [
            "| file | lines | what it is |\n|---|---:|---|",
            *(f"| `{file.path}` | {file.lines} | {file.summary} |" for file in whole_base()),
            f"| **total** | **{total()}** | |",
        ]
    )


def print_trusted() -> None:
    """The table that README shows."""
    print(by_folder())


if __name__ == "__main__":
    print(by_file() if "--files" in sys.argv[1:] else by_folder())
