"""Arrays of game files: a side file in NumPy's .npz format, read without trusting it.

Every size is compared with a limit before memory is taken, and nothing is ever unpickled.
"""

import hashlib
import io
import math
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import IO, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from games import work
from games.errors import InputError
from games.game import Document

Array = NDArray[Any]
MAX_BYTES = 4 * 2**30
MAX_MEMBERS = 64
TYPES = ("<f8", "<i8", "<i4")
_WIDE = ("f2", "f4", "f8", "i2", "i4", "i8", "u2", "u4", "u8")
ANY_TYPES = ("|i1", "|u1", *(order + kind for order in "<>" for kind in _WIDE))
SPARSE_PARTS = ("indptr", "indices", "data")
_NAME = re.compile(r"([A-Za-z][A-Za-z0-9_]{0,60})\.npy", re.ASCII)
_HEADER = re.compile(
    rb"\{'descr': '([^']{1,8})', 'fortran_order': (True|False), 'shape': \(([0-9, ]{0,200})\),? ?\}"
    rb" *\n"
)


def read_arrays(stream: BinaryIO) -> dict[str, Array]:
    """The named arrays of an .npz file.

    Raises InputError for anything but plain arrays of float64, int32 or int64, 4 GiB in all, and
    for more than files of its size may unpack to (games/work.py).
    """
    try:
        size = stream.seek(0, io.SEEK_END)
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            _check_members(members, size)
            return {_member_name(m): _read_member(archive, m) for m in members}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise InputError(f"it is no readable .npz file ({error}); save the game again") from error


def read_array(data: bytes) -> Array:
    """The one array of an .npy file: real numbers of any type and order of bytes.

    Raises InputError for anything else, Python objects above all.
    """
    return _parse_member("it", io.BytesIO(data), len(data), ANY_TYPES)


def write_arrays(stream: BinaryIO, arrays: Mapping[str, Array]) -> None:
    """Write the named arrays as an uncompressed .npz file."""
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            plain = np.ascontiguousarray(array)
            member = zipfile.ZipInfo(f"{name}.npy")  # a fixed date: same arrays, same bytes
            with archive.open(member, "w", force_zip64=True) as file:
                np.lib.format.write_array(file, plain, allow_pickle=False)


def digest_of(arrays: Mapping[str, Array]) -> str:
    """sha256 of names, types, shapes and bytes: it ties a game's text to its arrays.

    The same for any order of the arrays and of their axes in memory, packed or not.
    """
    value = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        value.update(f"{name} {array.dtype.str} {arrays[name].shape}\n".encode())
        value.update(array.data)
    return value.hexdigest()


def split_arrays(document: Document) -> tuple[Document, dict[str, Array]]:
    """A document's plain entries, and its arrays by name (a sparse one as three)."""
    plain: Document = {}
    arrays: dict[str, Array] = {}
    for key, value in document.items():
        if isinstance(value, np.ndarray):
            arrays[key] = value
        elif isinstance(value, Mapping) and "indptr" in value:
            arrays |= {f"{key}_{part}": value[part] for part in SPARSE_PARTS}
        else:
            plain[key] = value
    return plain, arrays


def join_arrays(arrays: Mapping[str, Array]) -> Document:
    """The document entries that the arrays stand for; three parts become one square CSR matrix."""
    entries: Document = {}
    for name, array in arrays.items():
        if _is_part(name):
            key, _, part = name.rpartition("_")
            entries.setdefault(key, {})[part] = array
    for name, array in arrays.items():
        if name in entries:
            raise InputError(f"it holds {name!r} both whole and in parts; keep one")
        if not _is_part(name):
            entries[name] = array
    for key, entry in entries.items():
        if isinstance(entry, dict):
            for part in SPARSE_PARTS:
                if part not in entry:
                    raise InputError(f"it lacks the array '{key}_{part}'; save the game again")
            rows = entry["indptr"].size - 1
            entry["shape"] = [rows, rows]
    return entries


def _is_part(name: str) -> bool:
    key, _, part = name.rpartition("_")
    return bool(key) and part in SPARSE_PARTS


def _check_members(members: list[zipfile.ZipInfo], size: int) -> None:
    if len(members) > MAX_MEMBERS:
        raise InputError(f"it has {len(members)} members; at most {MAX_MEMBERS} are read")
    seen: set[str] = set()
    for member in members:
        name = _member_name(member)
        if name in seen:
            raise InputError(f"it holds the array {name!r} twice; keep one")
        seen.add(name)
        if member.flag_bits & 1:
            raise InputError(f"its array {name!r} is encrypted; save it without a password")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise InputError(f"its array {name!r} is packed in an unusual way; save it with numpy")
    total = sum(member.file_size for member in members)
    if total > MAX_BYTES:
        raise InputError(f"its arrays take {total} bytes; at most {MAX_BYTES} are read")
    work.require(work.ARRAYS, size, total, "its arrays unpack to")


def _member_name(member: zipfile.ZipInfo) -> str:
    match = _NAME.fullmatch(member.filename)
    if match is None:
        raise InputError(f"its member {member.filename[:40]!r} is no array; save it with numpy")
    return match[1]


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Array:
    with archive.open(member) as file:
        return _parse_member(f"its array {_member_name(member)!r}", file, member.file_size, TYPES)


def _parse_member(what: str, file: IO[bytes], total: int, types: Sequence[str]) -> Array:
    """An array in NumPy's format, of so many bytes in all."""
    start = file.read(12)
    version, width = start[6:8], 4 if start[6:7] > b"\x01" else 2
    if start[:6] != b"\x93NUMPY" or version not in (b"\x01\x00", b"\x02\x00", b"\x03\x00"):
        raise InputError(f"{what} is not in NumPy's format; save it with numpy")
    length = int.from_bytes(start[8 : 8 + width], "little")
    begun = start[8 + width :]
    if length > 4096:
        raise InputError(f"{what} has a header of {length} bytes; save it again")
    header = begun + file.read(length - len(begun))
    dtype, fortran, shape = _parse_header(what, header, types)
    size = math.prod(shape) * dtype.itemsize
    if 8 + width + length + size != total:
        raise InputError(f"{what} has another size than it says; save it again")
    data = file.read(size)
    if len(data) != size or file.read(1):
        raise InputError(f"{what} is cut short; save it again")
    return np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")


def _parse_header(
    what: str, header: bytes, types: Sequence[str]
) -> tuple[np.dtype[Any], bool, tuple[int, ...]]:
    match = _HEADER.fullmatch(header)
    if match is None:
        raise InputError(f"the header of {what} is not a plain one; save it with numpy")
    kind = match[1].decode("latin-1")
    if kind not in types:
        raise InputError(f"{what} has type {kind}; save it as float64 or int64")
    sides = [side for side in match[3].decode("ascii").replace(" ", "").split(",") if side]
    if any(len(side) > 15 for side in sides):
        raise InputError(f"{what} is too large; at most {MAX_BYTES} bytes are read")
    return np.dtype(kind), match[2] == b"True", tuple(int(side) for side in sides)
