"""Players that a game's document counts instead of listing: how many variables each has."""

from typing import Any

from certificates.kernel.document.reading import decode_array
from games.errors import InputError
from games.players import check_count

MAX_SIZE = 10**6  # variables of one player


def counted_sizes(value: Any, where: str) -> tuple[int, ...]:
    """The sizes of all players from one binary array; InputError unless each is a positive count.

    >>> from certificates.kernel.document.reading import encode_array
    >>> import numpy as np
    >>> counted_sizes(encode_array(np.array([1, 2])), "game.sizes")
    (1, 2)
    """
    array = decode_array(value, where)
    if array.dtype.kind != "i" or array.ndim != 1:
        raise InputError(f"{where}: expected one row of integers")
    check_count(array.size, where)
    if array.min() < 1 or array.max() > MAX_SIZE:
        raise InputError(f"{where}: expected sizes from 1 to {MAX_SIZE}")
    return tuple(array.tolist())
