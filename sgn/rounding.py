"""Free choices (weights, steps) as short numbers for people; nothing is lost but optimality."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def nice_weights(weights: FloatArray) -> FloatArray:
    """The weights over the first one, to ten significant digits.

    >>> nice_weights(np.array([0.005, 1.00000000000001]))
    array([  1., 200.])
    """
    return np.array([float(f"{w:.9e}") for w in weights / weights[0]])


def nice_step(step: float, largest: float) -> float:
    """The step to four significant digits, at most the largest.

    >>> nice_step(0.9999999, 1.5)
    1.0
    """
    return min(float(f"{step:.3e}"), largest)
