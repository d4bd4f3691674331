"""IEEE 754 arithmetic, asked of the process before a verification and again after it."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

SIDE = 128  # of a matrix product that is shared among threads
UNIT, LEAST, NORMAL = 2.0**-53, 2.0**-1074, 2.0**-1022  # UNIT: half of the last bit of 1
ROWS = np.array([[1, UNIT, 0], [1, 1.5 * UNIT, 0], [LEAST, 0, 0], [0, 0, NORMAL]])
FACTORS = np.array([1, 1, 0.5])
# 1 (a tie), the next number, the least one and NORMAL / 2: as bits, which no arithmetic changes
SUMS = np.array([0x3FF0 << 48, (0x3FF0 << 48) + 1, 1, 0x8 << 48], dtype=np.uint64)
KINDS = np.resize([0, 1, 2, 3] + 6 * [0, 1], SIDE)  # few rows of subnormals, which take long
LEFT = np.pad(ROWS[KINDS], [(0, 0), (0, SIDE - 3)])
RIGHT = np.pad(np.tile(FACTORS[:, None], SIDE), [(0, SIDE - 3), (0, 0)])


class ArithmeticChangedError(RuntimeError):
    """Rounding is not to nearest, or subnormals do not survive: nothing can be checked."""

    def __init__(self) -> None:
        super().__init__(
            "floating-point arithmetic was changed (rounding mode or flush-to-zero);"
            " nothing can be checked in this process, start a fresh one"
        )


@contextmanager
def ieee_arithmetic() -> Iterator[None]:
    """What is computed inside counts only if arithmetic is as it should be before and after.

    Native libraries can change it, for a thread or for all that are started later, at any time.
    Raises ArithmeticChangedError, in place of any other error, if it is not.
    """
    require_ieee_arithmetic()
    try:
        yield
    finally:
        require_ieee_arithmetic()


def require_ieee_arithmetic() -> None:
    """Raise ArithmeticChangedError unless rounding is to nearest and subnormals survive.

    In this thread, and in those of matrix products, which keep what they were started with.
    """
    with np.errstate(all="ignore"):
        terms = ROWS * FACTORS
        sums, product = terms[:, 0] + terms[:, 1] + terms[:, 2], LEFT @ RIGHT
    here = np.array_equal(sums.view(np.uint64), SUMS)
    if not (here and (product.view(np.uint64) == SUMS[KINDS, None]).all()):
        raise ArithmeticChangedError
