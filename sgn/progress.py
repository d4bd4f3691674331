"""A line on the terminal that tells how far a search is; the only user of rich's live display."""

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from sgn.quantities.effort import Progress

PATIENCE = 1.0  # seconds before anything is shown
Listener = Callable[[Progress], object]


@contextmanager
def progress_line(stream: TextIO = sys.stderr) -> Iterator[Listener | None]:
    """A listener for certify's progress that shows a line; None where the stream is no terminal."""
    if not stream.isatty():
        yield None
        return
    started, shown = time.monotonic(), list[Any]()

    def show(state: Progress) -> None:
        if not shown and time.monotonic() - started > PATIENCE:
            from rich.console import Console
            from rich.status import Status

            shown.append(Status("", console=Console(file=stream)))
            shown[0].start()
        for status in shown:
            status.update(describe(state))

    try:
        yield show
    finally:
        for status in shown:
            status.stop()


def describe(state: Progress) -> str:
    """Boxes done, best margin, gap.

    >>> describe(Progress(1200, 0.5, 0.01))
    'enclosing: 1,200 boxes, margin 0.5 (at most 0.01 more); Ctrl-C keeps what is proved'
    """
    margin = "no margin yet"
    if math.isfinite(state.margin):
        margin = f"margin {state.margin:.6g} (at most {max(state.gap, 0):.3g} more)"
    return f"enclosing: {state.boxes:,} boxes, {margin}; Ctrl-C keeps what is proved"
