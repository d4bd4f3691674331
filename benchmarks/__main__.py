"""All tables: `make bench`, or `python -m benchmarks [NAME ...]` from the repository's root."""

import sys
from collections.abc import Callable

from benchmarks.attack import print_counterexample, print_speed
from benchmarks.catalogue import print_catalogue
from benchmarks.enclosure import print_table
from benchmarks.ladder import print_auto, print_ladder
from benchmarks.lq import print_flagship, print_random
from benchmarks.markov_scale import print_named, print_share, print_sizes
from benchmarks.scale import print_quick
from benchmarks.startup import print_startup
from benchmarks.trusted import print_trusted

TABLES: dict[str, tuple[Callable[[], None], ...]] = {
    "lq": (print_flagship, print_random),
    "startup": (print_startup,),
    "catalogue": (print_catalogue,),
    "enclosure": (print_table,),
    "ladder": (print_ladder, print_auto),
    "attack": (print_counterexample, print_speed),
    "markov_scale": (print_sizes, print_named, print_share),
    "scale": (print_quick,),
    "trusted": (print_trusted,),
}


def main(names: list[str]) -> int:
    """Print the tables named, or every one: a few minutes on two cores."""
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
