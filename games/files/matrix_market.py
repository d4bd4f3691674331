"""Matrix Market's text files of matrices, .mtx and .mtx.gz.

Source: Boisvert, Pozo and Remington, The Matrix Market Exchange Formats, NISTIR 5935.
"""

import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from games import work
from games.errors import InputError
from games.reading import near, short

if TYPE_CHECKING:
    from scipy.sparse import coo_array

Floats = NDArray[np.float64]
LAYOUTS = ("coordinate", "array")
FIELDS = ("real", "double", "integer", "pattern")
SYMMETRIES = ("general", "symmetric", "skew-symmetric")
CHUNK = 2**16  # lines that are turned into numbers at once
MAX_SIDE = 10**7


def read_matrix_market(data: bytes) -> "Floats | coo_array[Any]":
    """The matrix: an array for the array layout, sparse for coordinates.

    Integers beyond 2^53 are rounded to the nearest binary64 numbers. Raises InputError for complex
    or Hermitian matrices, entries out of place, and more of them, or fewer, than are announced.
    """
    text = _unpacked(data) if data[:2] == b"\x1f\x8b" else data
    head, _, rest = text.partition(b"\n")
    words = head.decode("latin-1").lower().split()
    if words[:2] != ["%%matrixmarket", "matrix"] or len(words) != 5:
        raise InputError('it does not begin with "%%MatrixMarket matrix"; save it with scipy.io')
    layout, field, symmetry = words[2:]
    for word, known in ((layout, LAYOUTS), (field, FIELDS), (symmetry, SYMMETRIES)):
        if word not in known:
            raise InputError(f"{short(word)} is not read; {near(word, known)}")
    lines = _lines(rest)
    sizes = _sizes(next(lines, b""), 3 if layout == "coordinate" else 2)
    rows, columns = sizes[:2]
    if not 1 <= rows == columns <= MAX_SIDE:
        raise InputError(f"it has shape {(rows, columns)}; 1 to {MAX_SIDE} rows are read")
    if layout == "array":
        return _array(lines, rows, symmetry, len(text))
    work.require(work.ARRAYS, len(text), 16 * rows, "its rows take")
    return _coordinates(lines, rows, sizes[2], field, symmetry, len(text))


def _unpacked(data: bytes) -> bytes:
    most = work.TEXT.of(len(data))
    packer = zlib.decompressobj(wbits=31)
    try:
        text = packer.decompress(data, most + 1)
    except zlib.error as error:
        raise InputError(f"it is no readable .gz file ({error}); pack it again") from error
    work.require(work.TEXT, len(data), len(text), "it unpacks to")
    if not packer.eof:
        raise InputError("it is cut short; pack it again")
    return text


def _lines(rest: bytes) -> Iterator[bytes]:
    """The lines that say something."""
    start = 0
    while start < len(rest):
        end = rest.find(b"\n", start)
        end = len(rest) if end < 0 else end
        line = rest[start:end].strip()
        if line and not line.startswith(b"%"):
            yield line
        start = end + 1


def _sizes(line: bytes, count: int) -> list[int]:
    words = line.decode("latin-1").split()
    if len(words) != count or not all(w.isascii() and w.isdigit() and len(w) < 13 for w in words):
        raise InputError(f"its line of sizes is {short(' '.join(words))}; give {count} counts")
    return [int(word) for word in words]


def _numbers(lines: Iterator[bytes], columns: int, most: int) -> Floats:
    """Rows of so many numbers each, at most so many."""
    parts, total = [], 0
    while chunk := [line for _, line in zip(range(CHUNK), lines, strict=False)]:
        total += len(chunk)
        if total > most:
            raise InputError(f"it has more than the {most} entries that it announces")
        words = b" ".join(chunk).split()
        if len(words) != columns * len(chunk):
            raise InputError(f"an entry has not {columns} numbers a line; save it with scipy.io")
        try:
            parts.append(np.array(words, dtype=np.float64).reshape(-1, columns))
        except ValueError as error:
            raise InputError(f"an entry is no number ({error}); save it with scipy.io") from error
    if total != most:
        raise InputError(f"it has {total} of the {most} entries that it announces")
    return np.concatenate(parts) if parts else np.zeros((0, columns))


def _array(lines: Iterator[bytes], n: int, symmetry: str, size: int) -> Floats:
    """Column by column; of a symmetric matrix the lower part alone."""
    work.require(work.ARRAYS, size, 8 * n * n, "its entries take")
    strict = symmetry == "skew-symmetric"
    count = n * n if symmetry == "general" else n * (n - 1) // 2 if strict else n * (n + 1) // 2
    values = _numbers(lines, 1, count)[:, 0]
    if symmetry == "general":
        return values.reshape(n, n, order="F")
    matrix = np.zeros((n, n))
    columns, rows = np.triu_indices(n, k=int(strict))
    matrix[columns, rows] = -values if strict else values
    matrix[rows, columns] = values
    return matrix


def _coordinates(
    lines: Iterator[bytes], n: int, count: int, field: str, symmetry: str, size: int
) -> "coo_array[Any]":
    from scipy.sparse import coo_array

    work.require(work.ARRAYS, size, 24 * count, "its entries take")
    pattern = field == "pattern"
    table = _numbers(lines, 2 if pattern else 3, count)
    places = table[:, :2]
    if not (np.isfinite(places).all() and (places == np.floor(places)).all()):
        raise InputError("the place of an entry is not whole; save it with scipy.io")
    if count and not (places.min() >= 1 and places.max() <= n):
        raise InputError(f"the place of an entry is beyond 1 to {n}; save it with scipy.io")
    rows, columns = (places - 1).astype(np.int64).T
    values = np.ones(count) if pattern else table[:, 2]
    if symmetry != "general":
        if (rows < columns).any():
            raise InputError(f"a {symmetry} matrix has an entry above its diagonal; leave it out")
        other = rows != columns
        if symmetry == "skew-symmetric" and not other.all():
            raise InputError("a skew-symmetric matrix has an entry on its diagonal; leave it out")
        mirrored = values[other] if symmetry == "symmetric" else -values[other]
        values = np.concatenate([values, mirrored])
        rows, columns = (
            np.concatenate([rows, columns[other]]),
            np.concatenate([columns, rows[other]]),
        )
    return coo_array((values, (rows, columns)), shape=(n, n))
