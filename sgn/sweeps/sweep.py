"""What is certified as parameters of a game move: one result a point, a table, a picture."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass
from typing import Any, final

from games.language.number import Number
from sgn.sweeps.kept import Folder
from sgn.sweeps.points import Asked, Family, Result, Values, Where, grid
from sgn.table import Table, columns_of

SHOWN = 4  # columns that print: verdict, margin, Lipschitz constant, the first method's step


@final
@dataclass(frozen=True, repr=False)
class Sweep:
    """The points of a sweep, in the order of the grid, and what certify said at each.

    It prints few of its columns; :func:`sgn.plots.sweep` draws it.
    """

    names: tuple[str, ...]
    points: tuple[Values, ...]
    results: tuple[Result, ...]

    def table(self) -> Table:
        """A row a point: the parameters, verdict, margin, Lipschitz constant, and steps."""
        heads, cells = columns_of(self.results)
        rows = zip(self.points, self.results, strict=True)
        return Table(
            (*self.names, *heads),
            tuple((*map(float, point.values()), *cells(result)) for point, result in rows),
        )

    def __len__(self) -> int:
        return len(self.points)

    def __str__(self) -> str:
        whole, count = self.table(), len(self.names) + SHOWN
        return str(Table(whole.columns[:count], tuple(row[:count] for row in whole.rows)))

    def __repr__(self) -> str:
        proved = sum(result.verdict == "proved" for result in self.results)
        return f"<Sweep over {', '.join(self.names)}: {len(self)} points, {proved} proved>"


def sweep(
    game: Family,
    parameters: Mapping[str, Sequence[Number]],
    region: Where = None,
    *,
    executor: Executor | None = None,
    folder: str | os.PathLike[str] | None = None,
    progress: Callable[[int, int], object] | None = None,
    **options: Any,
) -> Sweep:
    """Certify a game at every combination of values of some of its parameters.

    game: a game with ``parameters`` (named numbers of costs; "entropy" and "discount" of games of
        policies), or a function of the parameters that gives a game.
    parameters: name → values; text is exact, a float its binary value.
    region: one for all, or a function of the game; without it each game's own.
    executor: any concurrent.futures.Executor; of processes needs a game or function that pickles.
    folder: where each result is kept as a file. A sweep that was stopped goes on from there: what
        is proved or refuted is read back, if it is about the same game and region and verifies.
    progress: called with the number of points done, and of all.
    options: of :func:`sgn.certify`, the same at every point, such as time_limit or metric.
    Raises InputError for an unknown parameter, no values, or a folder of another sweep, and what
    certify raises.

    >>> import games
    >>> found = sweep(games.catalogue.load("tullock"), {"c1": ["0.9", 1]}, time_limit=20)
    >>> found
    <Sweep over c1: 2 points, 2 proved>
    """
    points = grid(parameters)
    asked = Asked(game, region, options)
    kept = None if folder is None else Folder(folder, asked)
    results: dict[int, Result] = {}
    for k, point in enumerate(points):
        found = None if kept is None else kept.get(point)
        if found is not None:
            results[k] = found
    left = [k for k in range(len(points)) if k not in results]
    for k, result in _computed(asked, points, left, executor):
        results[k] = result
        if kept is not None:
            kept.put(points[k], result)
        if progress is not None:
            progress(len(results), len(points))
    return Sweep(tuple(parameters), tuple(points), tuple(results[k] for k in range(len(points))))


def _computed(
    asked: Asked, points: Sequence[Values], which: Sequence[int], executor: Executor | None
) -> Iterator[tuple[int, Result]]:
    """The results at these points, as they come."""
    if executor is None:
        yield from ((k, asked.result(points[k])) for k in which)
        return
    futures = {executor.submit(asked.result, points[k]): k for k in which}
    try:
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        for future in futures:
            future.cancel()
