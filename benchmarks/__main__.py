"""All tables: `make bench`, or `python -m benchmarks` from the root of the repository."""

from benchmarks.attack import print_counterexample, print_speed
from benchmarks.catalogue import print_catalogue
from benchmarks.enclosure import print_table
from benchmarks.lq import print_flagship, print_random
from benchmarks.startup import print_startup
from benchmarks.trusted import print_trusted


def main() -> None:
    """Print every table; about a minute on two cores."""
    print_flagship()
    print_random()
    print_startup()
    print_catalogue()
    print_table()
    print_counterexample()
    print_speed()
    print("Trusted: what the checker runs, in lines of code")
    print_trusted()


if __name__ == "__main__":
    main()
