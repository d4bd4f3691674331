"""Documents read anew for the oracle: numbers as rationals, arrays from their bytes."""

import base64
import importlib
import zlib
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

mpmath: Any = importlib.import_module("mpmath")  # it has no types; sympy brings it
DIGITS = 50  # in which what floats suspect is computed again
mpmath.mp.dps = DIGITS
Document = dict[str, Any]
Array = NDArray[Any]  # of float64, or of mpf or Fraction (dtype object)


class Unjudged(Exception):
    """The oracle has no opinion: it cannot read or follow what the document says."""


def rational(value: Any) -> Fraction:
    """An integer or a number text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise Unjudged(f"{value!r} is no number")
    return Fraction(value)


def array(value: Any) -> Array:
    """The bytes of a binary array."""
    data = zlib.decompress(base64.b64decode(value["zlib64"]))
    return np.frombuffer(data, dtype=value["dtype"]).reshape(value["shape"])


def rationals(value: Any) -> list[Fraction]:
    """A list of numbers, or a binary array of one row, exactly."""
    entries = array(value).tolist() if isinstance(value, dict) else value
    return [Fraction(v) if isinstance(v, float) else rational(v) for v in entries]


def sparse(value: Any) -> tuple[Array, Array, Array]:
    """Rows, columns, values of CSR arrays."""
    indptr, columns, values = (array(value[key]) for key in ("indptr", "indices", "data"))
    return np.repeat(np.arange(len(indptr) - 1), np.diff(indptr)), columns, values


def couplings(value: Any) -> dict[tuple[int, int], Fraction]:
    """L_ij where it is not 0."""
    if isinstance(value, list):
        table = [rationals(row) for row in value]
        return {(i, j): v for i, row in enumerate(table) for j, v in enumerate(row) if v}
    rows, columns, values = sparse(value)
    entries = zip(rows.tolist(), columns.tolist(), values.tolist(), strict=True)
    return {(i, j): Fraction(v) for i, j, v in entries if v}


def mp(value: Any) -> Any:
    """A rational, float or integer in 50 digits."""
    if isinstance(value, Fraction):
        return mpmath.mpf(value.numerator) / value.denominator
    return mpmath.mpf(value)


def mps(values: Iterable[Any]) -> Array:
    """The same of many, as an object array of the same shape."""
    given = np.asarray(list(values), dtype=object)
    result = np.empty(given.shape, dtype=object)
    result.ravel()[:] = [mp(v) for v in given.ravel()]
    return result


def solve(matrix: Array, right: Array) -> Array:
    """The solution of linear equations in 50 digits."""
    found = mpmath.lu_solve(mpmath.matrix(matrix.tolist()), mpmath.matrix(right.tolist()))
    result = np.empty(len(found), dtype=object)
    result[:] = list(found)
    return result
