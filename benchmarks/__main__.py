"""All tables: `make bench`, or `python -m benchmarks [NAME ...]` from the repository's root."""

import sys
from collections.abc import Callable

from benchmarks.attack import print_counterexample, print_every_attack, print_speed
from benchmarks.catalogue import print_catalogue
from benchmarks.enclosure import print_table
from benchmarks.growth import print_growth
from benchmarks.kl import print_kl
from benchmarks.ladder import print_auto, print_ladder
from benchmarks.lq import print_flagship, print_random
from benchmarks.markov import (
    print_markov_play,
    print_published,
    print_radii,
    print_weights,
)
from benchmarks.markov_scale import print_named, print_share, print_sizes
from benchmarks.methods import print_methods
from benchmarks.planted import print_planted
from benchmarks.play import print_play
from benchmarks.promised import print_promised
from benchmarks.scale import print_quick
from benchmarks.startup import print_startup
from benchmarks.trusted import print_trusted

TABLES: dict[str, tuple[Callable[[], None], ...]] = {
    "lq": (print_flagship, print_random),
    "startup": (print_startup,),
    "catalogue": (print_catalogue,),
    "enclosure": (print_table,),
    "ladder": (print_ladder, print_auto),
    "markov": (print_published, print_weights, print_markov_play, print_radii),
    "markov_scale": (print_sizes, print_named, print_share),
    "kl": (print_kl,),
    "attack": (print_every_attack, print_play, print_promised, print_counterexample, print_speed),
    "methods": (print_methods,),
    "planted": (print_planted,),
    "scale": (print_quick,),
    "growth": (print_growth,),
    "trusted": (print_trusted,),
}


def main(names: list[str]) -> int:
    """Print the tables named, or every one: some twenty minutes on two cores."""
    for name in names:
        if name not in TABLES:
            print(f"no table is called {name!r}; there are {', '.join(TABLES)}", file=sys.stderr)
            return 2
    for name in names or TABLES:
        for table in TABLES[name]:
            table()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
