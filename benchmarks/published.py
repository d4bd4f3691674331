"""The catalogue's page: published against computed, by `python -m benchmarks.published`.

It certifies every game (minutes) and writes docs/catalogue.md.
"""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import games
import sgn
from games.catalogue import Entry
from games.game import Game
from games.markov.logit_game import LogitGame

PAGE = Path(__file__).parents[1] / "docs" / "catalogue.md"
SHOWN = 3  # variables of a point
HEAD = """# Games of the literature

Every game of `games.catalogue` on its own region: the equilibrium that is published, or follows
from the published closed form, what SGN computes and encloses, the verdict, and CPU seconds on one
core. Written by `python -m benchmarks.published`; the tests compare every published equilibrium
with the game's pseudo-gradient, and the numbers expected with the Jacobian.

- *published*: where the source has the equilibrium, to six digits; of games of policies in
  log-odds. A dash: it gives none, or not for these numbers.
- *computed*: the point of the certificate, to six digits; the true one is within the error that
  the certificate states.
- *is*: what the certificate calls it. A **zero** is not shown to be a Nash equilibrium; some are
  known to be none (tag `not Nash`).

`sgn catalogue --tag TAG` lists the games of a tag: {tags}.
Sources: [reference](reference/games.md#the-games-in-it).

| game | variables | published | computed | is | verdict | margin | seconds |
|---|---:|---|---|---|---|---:|---:|
"""


def row(name: str) -> str:
    """One game as a line of the table."""
    entry = games.catalogue.entry(name)
    game = entry.build()
    started = time.process_time()
    result = sgn.certify(game)
    seconds = time.process_time() - started
    computed, kind, margin = "-", "-", "-"
    if isinstance(result, sgn.Certificate):
        margin = f"{result.margin:.4f}"
        if result.equilibrium is not None:
            computed = _point([float(v) for v in result.equilibrium.point])
            kind = result.equilibrium.kind
    parts = (f"`{name}`", str(game.dimension), _published(entry, game), computed, kind)
    return f"| {' | '.join(parts)} | {result.verdict} | {margin} | {seconds:.1f} |"


def _published(entry: Entry, game: Game) -> str:
    if isinstance(game, LogitGame):
        return "uniform play" if np.allclose(game.find_equilibrium(), 0) else "-"
    return "-" if game.equilibrium is None else _point([float(v) for v in game.equilibrium])


def _point(values: Sequence[float]) -> str:
    shown = ", ".join(f"{v:.6g}" for v in np.round(values[:SHOWN], 9) + 0.0)
    return f"({shown}{', …' if len(values) > SHOWN else ''})"


def main() -> None:
    """Write the page, a line as soon as it is known."""
    tags = ", ".join(f"`{tag}`" for tag in games.catalogue.tags())
    lines = []
    for name in games.catalogue.names():
        lines.append(row(name))
        print(lines[-1], flush=True)
    PAGE.write_text(HEAD.format(tags=tags) + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
