"""The command line: certify, verify, show, attack, report, explore, catalogue, demo,
completion, cite.

Exit status: 0 proved (or estimated, when that was asked for), verified, or not broken by an attack;
1 not certified, or the check failed, or only estimated, or a claim was broken, or interrupted;
2 unusable input or arithmetic, or output that cannot be written, with one line on standard error.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from sgn.commands import EXIT_INPUT, EXIT_NO, EXIT_OK
from sgn.console import complain, interruptible, open_streams, tell

if TYPE_CHECKING:  # what takes time to import is imported where Ctrl-C is heard
    import argparse
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    try:
        with interruptible(last=arguments is None):
            return _main(arguments)
    except KeyboardInterrupt:
        complain("interrupted; nothing was written")
        return EXIT_NO


def _main(arguments: Sequence[str] | None) -> int:
    if not open_streams():
        complain("standard output is closed; send it to a file, or to /dev/null")
        return EXIT_INPUT
    from sgn.arguments import parser

    try:
        options = parser().parse_args(arguments)
    except SystemExit as stop:  # help, or a complaint
        return _said(int(stop.code or EXIT_OK), "")
    return _run(options)


def _run(options: argparse.Namespace) -> int:
    from certificates.kernel.numbers.ieee import ArithmeticChangedError
    from games.errors import InputError
    from games.reading import one_line

    try:
        status, text = options.run(options)
    except (InputError, ArithmeticChangedError) as error:
        problem = str(error)
    except ValueError as error:
        problem = f"{options.place}: {error}"
    except MemoryError:
        problem = f"{options.place}: it takes more memory than there is; give a smaller one"
    else:
        return _said(status, text)
    complain(one_line(problem))
    return EXIT_INPUT


def _said(status: int, text: str) -> int:
    """The status, once the text is printed."""
    if problem := tell(text):
        complain(f"standard output cannot be written ({problem}); send it elsewhere")
        return EXIT_INPUT
    return status


if __name__ == "__main__":
    sys.exit(main())
