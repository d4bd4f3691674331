"""The commands `sgn sweep` and `sgn threshold`; what takes time to import is imported on use."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse
    from concurrent.futures import Executor
    from contextlib import AbstractContextManager

    from sgn.sweeps.sweep import Sweep

Said = tuple[int, str]
TABLES = (".csv", ".md", ".tex")
PICTURES = (".png", ".svg", ".pdf")


def sweep(options: argparse.Namespace) -> Said:
    """A table of what is certified at every combination of values."""
    from games.errors import InputError
    from games.reading import at
    from sgn.commands import EXIT_OK, check_not_read, chosen_game
    from sgn.sweeps.points import read_vary
    from sgn.sweeps.sweep import sweep as swept

    if options.jobs < 1:
        raise InputError("--jobs must be at least 1")
    _check_ending("--output", options.output, TABLES)
    _check_ending("--plot", options.plot, PICTURES)
    values: dict[str, Any] = {}
    for text in options.vary:
        name, numbers = read_vary(text)
        if name in values:
            raise InputError(f"--vary: {name} is varied twice; name it once")
        values[name] = numbers
    if options.plot:
        from sgn.plots.sweeps import check_drawn

        check_drawn(len(values), options.of)
    game, read = chosen_game(options)
    for path in filter(None, (options.output, options.plot)):
        check_not_read(path, read)
    with at(options.place), _workers(options.jobs) as executor:
        found = swept(
            game,
            values,
            executor=executor,
            folder=options.save,
            progress=_told if sys.stderr.isatty() else None,
            **_asked(options),
        )
    if options.plot:
        _draw(found, options.of, options.plot)
    return EXIT_OK, _written(found, options.output)


def threshold(options: argparse.Namespace) -> Said:
    """The two values between which the proof ends."""
    from certificates.writing import check_name
    from games.errors import InputError
    from games.reading import at
    from sgn.commands import EXIT_OK, check_not_read, chosen_game
    from sgn.sweeps.points import read_ends
    from sgn.sweeps.threshold import threshold as found_threshold

    if not 0 < options.tolerance < 1:
        raise InputError("--tolerance must be more than 0 and less than 1")
    name, low, high = read_ends(options.vary)
    game, read = chosen_game(options)
    if options.output:
        check_not_read(options.output, read)
        check_name(options.output)
    with at(options.place):
        found = found_threshold(
            game, name, low, high, tolerance=options.tolerance, **_asked(options)
        )
    if options.output:
        found.certificate.save(options.output)
    return EXIT_OK, str(found)


def _asked(options: argparse.Namespace) -> dict[str, Any]:
    return {"metric": options.metric, "time_limit": options.time_limit, "seed": options.seed}


def _check_ending(option: str, path: str | None, endings: tuple[str, ...]) -> None:
    from games.errors import InputError
    from games.files.writing import check_target
    from games.reading import at

    if path is None:
        return
    if os.path.splitext(path)[1].lower() not in endings:
        raise InputError(f"{option}: {path} must end in {', '.join(endings)}")
    with at(path):
        check_target(path)


def _workers(jobs: int) -> AbstractContextManager[Executor | None]:
    """Processes for several jobs; none for one."""
    from concurrent.futures import ProcessPoolExecutor
    from contextlib import nullcontext
    from multiprocessing import get_context

    return nullcontext() if jobs == 1 else ProcessPoolExecutor(jobs, get_context("spawn"))


def _told(done: int, count: int) -> None:
    end = "\n" if done == count else ""
    print(f"\r{done} of {count} points", end=end, file=sys.stderr, flush=True)


def _draw(found: Sweep, of: str, path: str) -> None:
    from certificates.writing import write_file
    from sgn.plots.sweeps import sweep as picture

    figure = picture(found, of).get_figure(root=True)
    assert figure is not None
    kind = os.path.splitext(path)[1][1:].lower()
    write_file(path, lambda file: figure.savefig(file, format=kind, dpi=150))


def _written(found: Sweep, path: str | None) -> str:
    table = found.table()
    if path is None:
        return str(found)
    write = {".csv": table.to_csv, ".md": table.to_markdown, ".tex": table.to_latex}
    write[os.path.splitext(path)[1].lower()](path)
    proved = sum(result.verdict == "proved" for result in found.results)
    return f"{len(found)} points, {proved} proved: written to {path}"
