"""L: bounds of how strongly the players act on each other, a number a pair, mostly 0."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.reading import decode_array, require_keys, vector
from games.errors import InputError

Ints = NDArray[np.int64]
Vector = NDArray[Any]  # Fractions (object) or binary64


@final
@dataclass(frozen=True, eq=False)
class Coupling:
    """L by its nonzero entries, L[rows[k], cols[k]] = values[k]; each pair once, none diagonal."""

    rows: Ints
    cols: Ints
    values: Vector
    players: int

    def entry(self, i: int, j: int) -> Fraction:
        """L_ij."""
        found = np.flatnonzero((self.rows == i) & (self.cols == j))
        return Fraction(self.values[found[0]]) if len(found) else Fraction(0)


def read_coupling(value: object, where: str, n: int) -> Coupling:
    """L of n players, as a table or in sparse rows; InputError where it is not well formed."""
    if isinstance(value, list):
        table = [vector(row, f"{where}[{i}]", n) for i, row in enumerate(value)]
        if len(table) != n:
            raise InputError(f"{where}: {len(table)} rows; expected {n}")
        full = np.array([list(map(Fraction, row)) for row in table], dtype=object).reshape(n, n)
        rows, cols = (part.astype(np.int64) for part in np.nonzero(full))
        values: Vector = full[rows, cols]
    else:
        rows, cols, values = read_sparse(value, where, n)
    if (rows == cols).any() or not (values >= 0).all():
        raise InputError(f"{where}: couplings must be at least 0, and 0 on the diagonal")
    return Coupling(rows, cols, values, n)


def read_sparse(value: object, where: str, n: int) -> tuple[Ints, Ints, NDArray[np.float64]]:
    """Rows, columns and values of an n × n matrix in CSR with sorted columns, no pair twice."""
    fields = require_keys(value, where, {"indptr", "indices", "data", "shape"})
    if fields["shape"] != [n, n]:
        raise InputError(f"{where}: the shape must be [{n}, {n}]")
    indptr, indices = (decode_array(fields[key], f"{where}.{key}") for key in ("indptr", "indices"))
    data = vector(fields["data"], f"{where}.data", indices.size)
    if indptr.dtype.kind != "i" or indices.dtype.kind != "i" or data.dtype.kind != "f":
        raise InputError(f"{where}: indices must be integers and data binary64")
    indptr, cols = indptr.astype(np.int64), indices.astype(np.int64)
    if indptr.shape != (n + 1,) or cols.ndim != 1 or indptr[0] != 0 or indptr[-1] != cols.size:
        raise InputError(f"{where}: indptr does not fit {n} rows")
    # the ends first: differences of huge ones would wrap round
    if (
        any(
            ((part < 0) | (part > most)).any()
            for part, most in ((indptr, cols.size), (cols, n - 1))
        )
        or (np.diff(indptr) < 0).any()
    ):
        raise InputError(f"{where}: an index is out of range")
    rows = np.repeat(np.arange(n, dtype=np.int64), np.diff(indptr))
    if (np.diff(rows * n + cols) <= 0).any():
        raise InputError(f"{where}: the columns of a row must increase")
    return rows, cols, data
