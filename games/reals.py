"""Arrays of real numbers as users give them, checked once and kept read-only."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def real_array(what: str, values: Any, shape: tuple[int, ...]) -> Floats:
    """A read-only float copy; ValueError for another shape or entries that are not finite reals.

    >>> real_array("rates", [1, 2], (2,))
    array([1., 2.])
    """
    raw = np.asarray(values)
    if raw.dtype.kind not in "fiu":
        raise ValueError(f"{what} has entries of type {raw.dtype}; expected real numbers")
    if raw.shape != shape:
        raise ValueError(f"{what} has shape {raw.shape}; expected {shape}")
    array = np.array(raw, dtype=np.float64, order="C")
    if not np.isfinite(array).all():
        place = ", ".join(str(int(k)) for k in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{what}[{place}] is not finite; give a finite number")
    array.setflags(write=False)
    return array
