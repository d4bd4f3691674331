"""What people hold as arrays: lists, tensors, data frames, exact numbers; to plain NumPy arrays."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from games.errors import InputError
from games.language.number import exact, to_text

Array = NDArray[Any]
ROUNDED = {"float16": 1e-2, "float32": 1e-5}  # how far probabilities of a type may sum from one


def plain_array(what: str, values: Any, cure: str = "give a float to round it") -> Array:
    """The values as a NumPy array of numbers; nothing is rounded on the way.

    values: anything that NumPy takes; a tensor (detached and brought to the host); a data frame,
        whose row and column labels, where both are texts, must be the same in the same order; or
        exact numbers (text, fractions, integers of any size) that are binary64 numbers.
    cure: what to do about an exact number that is none.
    Raises ValueError for masked arrays and other labels, InputError for such numbers.

    >>> plain_array("J", [["1/2", 2**70], ["-0.25", "0"]]).tolist()
    [[0.5, 1.1805916207174113e+21], [-0.25, 0.0]]
    """
    raw = _held(what, values)
    return _floats(what, exact_array(what, raw), cure) if raw.dtype.kind == "O" else raw


def exact_array(what: str, values: Any) -> Array:
    """The values as Fractions, each number exactly what it is; a float is its binary value.

    Raises InputError for what is no number, ValueError for rows of different lengths.
    """
    raw = _held(what, values).astype(object)
    result = np.empty(raw.shape, dtype=object)
    for place in np.ndindex(*raw.shape):
        value: Any = raw[place]
        if isinstance(value, np.generic):
            value = value.item()
        try:
            result[place] = exact(value)
        except (InputError, TypeError) as error:
            raise InputError(f"{what}[{_told(place)}] is no number ({error})") from error
    return result


def normalised(what: str, probabilities: Any) -> tuple[Any, str]:
    """Probabilities along the last axis, and what was done to them, "" if nothing.

    Those of fewer than 64 bits are divided by their sum, which rounding has moved away from one.
    Others come back as they are. Raises ValueError as :func:`plain_array` does.

    >>> row, note = normalised("transition", np.full((1, 3), 1/3, dtype=np.float32))
    >>> float(row.sum()), note
    (1.0, 'transition of type float32, its rows divided by their sums')
    """
    array = _held(what, probabilities)
    near = ROUNDED.get(array.dtype.name)
    if near is None or not array.ndim:
        return probabilities if array.dtype.kind == "O" else array, ""
    wide = array.astype(np.float64)
    sums = wide.sum(axis=-1, keepdims=True)
    if not (np.abs(sums - 1) <= near).all():
        return wide, ""  # whoever checks them says where
    return wide / sums, f"{what} of type {array.dtype.name}, its rows divided by their sums"


def by_name(
    arrays: Sequence[Any] | Mapping[str, Any], names: Sequence[str] | None
) -> tuple[Sequence[Any], Sequence[str] | None]:
    """Arrays and names from a list, or from a mapping such as PettingZoo's, agent → array.

    Raises ValueError for names given twice.

    >>> by_name({"agent_0": [1], "agent_1": [2]}, None)
    ([[1], [2]], ['agent_0', 'agent_1'])
    """
    if not isinstance(arrays, Mapping):
        return arrays, names
    if names is not None:
        raise ValueError("players is given, but the arrays have names; leave players out")
    return list(arrays.values()), [str(name) for name in arrays]


def _held(what: str, values: Any) -> Array:
    """The values as NumPy holds them; text and exact numbers as objects."""
    parts = values if isinstance(values, list | tuple) else [values]
    if any(isinstance(part, np.ma.MaskedArray) for part in parts):
        raise ValueError(f"{what} is a masked array; fill what is masked, or leave it out")
    if hasattr(values, "detach"):
        values = values.detach().cpu().numpy()
    if hasattr(values, "columns") and hasattr(values, "index") and hasattr(values, "to_numpy"):
        _check_labels(what, list(values.index), list(values.columns))
        values = values.to_numpy()
    raw = np.asarray(values)
    if raw.dtype.kind in "OUS" or _has_large_integers(values, raw):
        return np.array(values, dtype=object)
    return raw


def _has_large_integers(values: Any, array: Array) -> bool:
    """Whether there are integers, or were in a list, that may be no binary64 numbers."""
    if array.dtype.kind not in ("iu" if hasattr(values, "dtype") else "iuf"):
        return False
    size = np.abs(array.astype(np.float64))
    return bool(((size >= 2.0**53) & np.isfinite(size)).any())


def _check_labels(what: str, rows: list[Any], columns: list[Any]) -> None:
    named = all(isinstance(label, str) for label in (*rows, *columns))
    if named and sorted(rows) == sorted(columns) and rows != columns:
        raise ValueError(f"{what} has its rows in another order than its columns; sort both alike")


def _floats(what: str, values: Array, cure: str) -> Array:
    result = np.empty(values.shape)
    for place in np.ndindex(*values.shape):
        value: Any = values[place]
        try:
            result[place] = float(value)
        except OverflowError:
            raise InputError(f"{what}[{_told(place)}] is larger than any float") from None
        if result[place] != value:
            text = to_text(value)
            shown = text if len(text) <= 40 else text[:39] + "…"
            raise InputError(
                f"{what}[{_told(place)}] is {shown}, which is no binary64 number; {cure}"
            )
    return result


def _told(place: tuple[int, ...]) -> str:
    return ", ".join(map(str, place))
