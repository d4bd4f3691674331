"""How many examples a law is tried on: the counts of `make test` times SGN_TEST_SCALE."""

import os

SCALE = int(os.environ.get("SGN_TEST_SCALE", "1"))


def examples(count: int) -> int:
    """The count for this run."""
    return count * SCALE
