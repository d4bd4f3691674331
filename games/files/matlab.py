"""MATLAB's .mat files, version 5: the one real matrix in it, full or sparse.

Only numbers are looked at: functions, objects, cells and structures are refused unread.
Source: MathWorks, MAT-File Format (R2019b), level 5.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np
from numpy.typing import NDArray

from games import work
from games.errors import InputError
from games.reading import short

if TYPE_CHECKING:
    from scipy.sparse import csc_array

Array = NDArray[Any]
MATRIX, COMPRESSED = 14, 15  # types of elements
TYPES = {  # of numbers: their NumPy names without the order of bytes
    1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8",
}  # fmt: skip
SPARSE, NUMBERS = 5, range(6, 16)  # classes of arrays
COMPLEX = 0x08
MAX_MATRICES = 64


@final
@dataclass(frozen=True)
class _Found:
    name: str
    matrix: "Array | csc_array[Any]"


def read_matlab(data: bytes) -> "Array | csc_array[Any]":
    """The matrix: of several in the file the one called J, else the only one.

    Raises InputError for other versions (save with -v7 or scipy.io.savemat), for complex numbers,
    for more than a file of its size may unpack to, and where it is not clear which one is meant.
    """
    if data[:8] == b"\x89HDF\r\n\x1a\n" or data[:10] == b"MATLAB 7.3":
        raise InputError("it is of version 7.3; save it with save('-v7') or scipy.io.savemat")
    if len(data) < 128 or data[126:128] not in (b"IM", b"MI"):
        raise InputError("it is no MAT-file of version 5; save it with scipy.io.savemat")
    order = "<" if data[126:128] == b"IM" else ">"
    if struct.unpack(f"{order}H", data[124:126])[0] != 0x0100:
        raise InputError("it is no MAT-file of version 5; save it with scipy.io.savemat")
    found = list(_matrices(data, order))
    chosen = [each for each in found if each.name == "J"] or found
    if len(chosen) != 1:
        names = ", ".join(each.name for each in found[:10])
        raise InputError(f"it holds {len(found)} matrices ({names}); keep one, or call it J")
    return chosen[0].matrix


def _matrices(data: bytes, order: str) -> Iterator[_Found]:
    """All of them; what is compressed is unpacked within the limit for all together."""
    unpacked = 0
    for seen, (kind, content) in enumerate(_elements(data[128:], order, 1)):
        if seen >= MAX_MATRICES:
            raise InputError(f"it holds more than {MAX_MATRICES} matrices; keep one")
        if kind == COMPRESSED:
            whole = _unpacked(content, work.ARRAYS.of(len(data)) - unpacked, len(data))
            unpacked += len(whole)
            inner = list(_elements(whole, order, 1))
            if len(inner) != 1:
                raise InputError("a compressed element holds no single matrix; save it again")
            [(kind, content)] = inner
        if kind == MATRIX:
            yield _matrix(content, order)


def _unpacked(content: bytes, most: int, size: int) -> bytes:
    packer = zlib.decompressobj()
    try:
        whole = packer.decompress(content, most + 1)
    except zlib.error as error:
        raise InputError(f"it cannot be unpacked ({error}); save it again") from error
    if len(whole) > most:
        work.require(work.ARRAYS, size, work.ARRAYS.of(size) + 1, "its matrices unpack to")
    if not packer.eof:
        raise InputError("it is cut short; save it again")
    return whole


def _elements(data: bytes, order: str, unit: int = 8) -> Iterator[tuple[int, bytes]]:
    """Types and contents of the elements; inside of matrices they begin at multiples of 8."""
    place = 0
    while place < len(data):
        if place + 8 > len(data):
            raise InputError("it is cut short; save it again")
        kind, size = struct.unpack_from(f"{order}II", data, place)
        if kind >> 16:  # a small element: both in four bytes, the content in the next four
            kind, size, start = kind & 0xFFFF, kind >> 16, place + 4
            if size > 4:
                raise InputError("a small element is too large; save it again")
            following = place + 8
        else:
            start = place + 8
            following = start + -(-size // unit) * unit
        if start + size > len(data):
            raise InputError("it is cut short; save it again")
        yield kind, data[start : start + size]
        place = following


def _matrix(content: bytes, order: str) -> _Found:
    parts = _elements(content, order)
    flags = _numbers(next(parts, None), order)
    shape = _numbers(next(parts, None), order)
    name = bytes(_numbers(next(parts, None), order).astype(np.uint8)).decode("latin-1")
    if flags.size != 2 or flags.dtype.kind != "u":
        raise InputError("its flags cannot be read; save it again")
    kind, bits = int(flags[0]) & 0xFF, int(flags[0]) >> 8
    if kind != SPARSE and kind not in NUMBERS:
        raise InputError(f"{short(name)} is no matrix of numbers; keep one of numbers")
    if bits & COMPLEX:
        raise InputError(f"{short(name)} is complex; a Jacobian is real")
    if shape.size != 2 or shape.min() < 0:
        raise InputError(f"{short(name)} has {shape.size} sides; a Jacobian has two")
    sides = (int(shape[0]), int(shape[1]))
    if kind == SPARSE:
        return _Found(name, _sparse(parts, order, sides, len(content)))
    values = _numbers(next(parts, None), order)
    if values.size != sides[0] * sides[1]:
        raise InputError(f"{short(name)} has {values.size} numbers for shape {sides}")
    return _Found(name, values.reshape(sides, order="F"))


def _sparse(
    parts: Iterator[tuple[int, bytes]], order: str, sides: tuple[int, int], size: int
) -> "csc_array[Any]":
    """Compressed columns, every number of them checked."""
    from scipy.sparse import csc_array

    rows, ends, values = (_numbers(next(parts, None), order) for _ in range(3))
    if rows.dtype.kind not in "iu" or ends.dtype.kind not in "iu" or ends.size != sides[1] + 1:
        raise InputError("its sparse matrix has another number of columns than it says")
    count = int(ends[-1])
    ends, rows = ends.astype(np.int64), rows.astype(np.int64)[:count]
    if ends[0] != 0 or (np.diff(ends) < 0).any() or not count == rows.size <= values.size:
        raise InputError("its sparse matrix has columns that do not follow each other")
    if count and not (rows.min() >= 0 and rows.max() < sides[0]):
        raise InputError("its sparse matrix has an entry beyond its rows")
    work.require(work.ARRAYS, size, 8 * (sides[0] + sides[1]), "its rows and columns take")
    return csc_array((values[:count].astype(np.float64), rows, ends), shape=sides)


def _numbers(element: tuple[int, bytes] | None, order: str) -> Array:
    if element is None:
        raise InputError("it is cut short; save it again")
    kind, content = element
    if kind not in TYPES:
        raise InputError("an element holds no numbers; keep one real matrix")
    dtype = np.dtype(order + TYPES[kind])
    if len(content) % dtype.itemsize:
        raise InputError("an element is cut short; save it again")
    return np.frombuffer(content, dtype)
