"""Quadratic games: J is the matrix of the document, and F(x) = Jx + linear."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.coupling import read_sparse
from certificates.kernel.document.metric import Vector
from certificates.kernel.document.player_sizes import MAX_SIZE, counted_sizes
from certificates.kernel.document.reading import (
    Document,
    decode_array,
    is_count,
    require_keys,
    vector,
)
from certificates.kernel.jacobian.base import MAX_DENSE, Blocks, ExactJacobian, repeated
from certificates.kernel.jacobian.head import WHERE, check_head
from certificates.kernel.numbers.matrices import UNIT, Ball, Floats, rounded_up
from certificates.kernel.uncheckable import Uncheckable
from games.errors import InputError
from games.work import common_bits, of_rational, spend

MAX_BLOCK_ENTRIES = 10**8  # of all blocks of a Jacobian
FEW_ENTRIES, FILLED = 2**25, 4  # of such blocks, and how many more an entry that is not 0 allows
EXACT_ENTRIES = 20_000  # of J: up to here F is found in rationals


@final
@dataclass(frozen=True)
class Entries:
    """A constant J by its entries that are not 0, row by row, and `linear` (zeros if absent)."""

    sizes: tuple[int, ...]
    rows: NDArray[np.int64]
    cols: NDArray[np.int64]
    values: Floats
    linear: Vector


def read_entries(game: Document) -> Entries:
    """What the document of a quadratic game says. Raises InputError."""
    required = {"format", "kind", "name", "sizes" if "sizes" in game else "players", "jacobian"}
    fields = require_keys(game, WHERE, required, {"source", "linear", "field"})
    check_head(fields)
    if not isinstance(fields.get("field", True), bool):
        raise InputError(f"{WHERE}.field: expected true or false")
    sizes = _sizes(fields)
    n = sum(sizes)
    linear = np.zeros(n)
    if "linear" in fields:
        linear = vector(fields["linear"], f"{WHERE}.linear", n)
    matrix, where = fields["jacobian"], f"{WHERE}.jacobian"
    if isinstance(matrix, dict) and "indptr" in matrix:
        return Entries(sizes, *read_sparse(matrix, where, n), linear)
    table = decode_array(matrix, where)
    if table.dtype.kind != "f" or table.shape != (n, n):
        raise InputError(f"{where}: expected {n} × {n} binary64 numbers")
    rows, cols = np.nonzero(table)
    return Entries(sizes, rows, cols, table[rows, cols], linear)


def _sizes(game: Document) -> tuple[int, ...]:
    """d_1 … d_N, listed or counted."""
    if "sizes" in game:
        return counted_sizes(game["sizes"], f"{WHERE}.sizes")
    for player in game["players"]:
        entry = require_keys(player, f"{WHERE}.players", {"name", "size"})
        if not is_count(entry["size"]) or not 0 < entry["size"] <= MAX_SIZE:
            raise InputError(f"{WHERE}.players: a size must be a count from 1 to {MAX_SIZE}")
    return tuple(player["size"] for player in game["players"])


def quadratic(game: Document) -> ExactJacobian:
    """The matrix of the document. Raises InputError, or Uncheckable when it is too large."""
    entries = read_entries(game)
    sizes, n, whole = entries.sizes, sum(entries.sizes), None
    if n <= MAX_DENSE:
        dense = np.zeros((1, n, n))
        dense[0, entries.rows, entries.cols] = entries.values
        whole = Ball.exact(dense)
    blocks = tuple(_blocks(entries))
    own = (group.ball.mid[group.rows == group.cols] for group in blocks)
    symmetric = all(np.array_equal(B, np.swapaxes(B, -1, -2)) for B in own if len(B))
    return ExactJacobian(sizes, constant=True, symmetric=symmetric, blocks=blocks, whole=whole)


def _blocks(entries: Entries) -> Iterator[Blocks]:
    """The nonzero blocks and all diagonal ones, stacked by shape. Raises Uncheckable."""
    size, count = np.array(entries.sizes), len(entries.sizes)
    owner = np.repeat(np.arange(count), size)
    offset = np.arange(len(owner)) - (np.cumsum(size) - size)[owner]
    code = owner[entries.rows] * count + owner[entries.cols]
    codes = np.concatenate([code, np.arange(count) * (count + 1)])
    codes.sort(kind="stable")  # two runs that are nearly sorted: much faster than any other
    codes = codes[np.append(True, np.diff(codes) != 0)]
    place = np.searchsorted(codes, code)  # of each entry the number of its block
    rows, cols = np.divmod(codes, count)
    most = min(MAX_BLOCK_ENTRIES, FEW_ENTRIES + FILLED * len(code))
    if (size[rows].astype(float) * size[cols]).sum() > most:
        raise Uncheckable("the blocks that are not zero are too large to be dense")
    shapes = size[rows] * (MAX_SIZE + 1) + size[cols]
    for shape in np.unique(shapes).tolist():
        mine = shapes == shape
        own = np.flatnonzero(mine[place])
        at = (np.cumsum(mine) - 1)[place[own]]
        stack = np.zeros((int(mine.sum()), 1, *divmod(shape, MAX_SIZE + 1)))
        stack[at, 0, offset[entries.rows[own]], offset[entries.cols[own]]] = entries.values[own]
        exact = stack[..., 0, 0] if stack.shape[2:] == (1, 1) else None
        yield Blocks(rows[mine], cols[mine], Ball.exact(stack), exact, exact)


def force(game: Document, point: Vector) -> Ball:
    """An enclosure of Jx + linear, exact up to one rounding where J has few entries."""
    entries = read_entries(game)
    row, values, linear = entries.rows, entries.values, entries.linear
    n, count = sum(entries.sizes), len(values)
    if count > EXACT_ENTRIES:
        terms = Ball.exact(values) * Ball.of_vector(point)[entries.cols]
        additions = int(np.bincount(row, minlength=1).max())
        wrong = terms.rad + 1.01 * (additions + 2) * UNIT * np.abs(terms.mid)
        mid = np.bincount(row, terms.mid, minlength=n).astype(float)
        rad = rounded_up(np.bincount(row, wrong, minlength=n).astype(float), additions + 4)
        return Ball(mid, rad) + Ball.of_vector(linear)
    exact, sums, x = (
        np.array([Fraction(v) for v in part], dtype=object)
        for part in (values.tolist(), linear.tolist(), point.tolist())
    )
    bits = sum(map(common_bits, (exact, sums, x)))
    what = "equilibrium.point: {} products of {} bits"
    spend(2 * count * of_rational(bits), what, count, bits)
    np.add.at(sums, row, exact * x[entries.cols])
    return Ball.of(sums)


def rational_matrix(game: Document) -> list[list[Fraction]]:
    """J, exactly. Raises InputError."""
    entries = read_entries(game)
    n = sum(entries.sizes)
    dense = [[Fraction(0)] * n for _ in range(n)]
    for i, j, value in zip(entries.rows, entries.cols, entries.values.tolist(), strict=True):
        dense[i][j] = Fraction(value)
    return dense


def constant_at(game: Document, points: Sequence[object]) -> Ball:
    """J (K, n, n), the same at each of the K points. Raises Uncheckable or InputError."""
    [whole] = quadratic(game).each_whole("point")
    return repeated(whole, len(points))
