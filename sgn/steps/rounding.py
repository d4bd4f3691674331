"""Free choices (weights, steps) as short numbers for people; nothing is lost but optimality."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
FEW = 1000  # numbers that are shortened as decimals, for people; beyond, as binary fractions
KEPT_BITS = 32  # of 53: the rest compresses to nothing


def short_floats(values: FloatArray) -> FloatArray:
    """Positive floats near the given ones: to ten significant digits, or 32 bits where many.

    >>> short_floats(np.array([200.00000000000001, 1 / 3]))
    array([200.        ,   0.33333333])
    """
    if len(values) <= FEW:
        return np.array([float(f"{v:.9e}") for v in values])
    mantissa, exponent = np.frexp(values)
    unit = 2.0**KEPT_BITS
    return np.asarray(np.ldexp(np.rint(mantissa * unit) / unit, exponent))


def nice_weights(weights: FloatArray) -> FloatArray:
    """The weights over the first one, as short floats.

    >>> nice_weights(np.array([0.005, 1.00000000000001]))
    array([  1., 200.])
    """
    return short_floats(weights / weights[0])


def nice_step(step: float, largest: float) -> float:
    """The step to four significant digits, at most the largest.

    >>> nice_step(0.9999999, 1.5)
    1.0
    """
    return min(float(f"{step:.3e}"), largest)
