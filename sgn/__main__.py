"""`python -m sgn` is `sgn`."""

import sys

from sgn.cli import main

if __name__ == "__main__":
    sys.exit(main())
