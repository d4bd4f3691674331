"""Certificate files, read: strict JSON, exact numbers, compact arrays, digest."""

import base64
import binascii
import gzip
import hashlib
import io
import json
import math
import os
import re
import stat
import zlib
from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from games import work
from games.errors import InputError
from games.language.number import parse_number, to_text

Document = dict[str, Any]
MAX_FILE = 2**30  # bytes of JSON, after decompression
MAX_ARRAY = 2**31  # bytes of one array
LARGE = 2**20  # bytes of an array, from which it is compressed fast or not at all
SAMPLE, WORTHWHILE = 2**16, 0.9  # bytes looked at, and the ratio from which it is
MAX_DEPTH = 32  # of lists and objects inside each other
MAX_BITS = 3400  # of an integer: about 1,000 digits, as in text
_DTYPES: dict[str, np.dtype[Any]] = {name: np.dtype(name) for name in ("<f8", "<i4", "<i8")}
UNSIGNED = ("digest", "produced_by")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def digest(document: Document) -> str:
    """sha256 of the canonical text without `digest` and `produced_by`: integrity, not origin."""
    body = {key: value for key, value in document.items() if key not in UNSIGNED}
    encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    value = hashlib.sha256()
    for part in encoder.iterencode(body):  # a large document is never one text
        value.update(part.encode())
    return value.hexdigest()


def read(path: str | os.PathLike[str]) -> Document:
    """The document in a .json or .json.gz file; InputError in one sentence names the file."""
    name = os.fspath(path)
    if name.lower().endswith(".toml"):
        raise InputError(f"{name}: this is a game, not a certificate; certify it first")
    try:
        with open(os.open(name, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise InputError(f"{name}: this is not a regular file; name a certificate file")
            raw = file.read(MAX_FILE + 1) or b""  # None: nothing yet, as in /proc/kmsg
    except OSError as error:
        raise InputError(f"{name}: {error.strerror}; name a readable certificate file") from None
    try:
        size = len(raw)
        if size > MAX_FILE:
            raise InputError(f"{name}: the file exceeds {MAX_FILE} bytes; it is no certificate")
        if raw[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as stream:
                raw = stream.read(work.TEXT.of(size) + 1)
            work.require(work.TEXT, size, len(raw), f"{name}: it unpacks to at least")
        return parse(raw.decode(), name, size)
    except (OSError, EOFError, zlib.error):
        raise InputError(f"{name}: the gzip data is damaged; copy the file again") from None
    except UnicodeDecodeError:
        raise InputError(f"{name}: the file is not UTF-8 text; name a certificate file") from None


def parse(text: str, name: str = "certificate", size: int | None = None) -> Document:
    """Strict JSON: no duplicate keys, no floats, no NaN or Infinity, an object at the top.

    size: of the file, from which the text was perhaps unpacked.
    """
    size = len(text) if size is None else size
    work.require(work.ENTRIES, size, sum(map(text.count, "[{:,")), f"{name}: it holds")

    def no_duplicates(pairs: list[tuple[str, Any]]) -> Document:
        result = dict(pairs)
        if len(result) < len(pairs):
            keys = [key for key, _ in pairs]
            [(twice, _)] = Counter(keys).most_common(1)
            raise InputError(f"{name}: the key {twice[:60]!r} stands twice in one object; keep one")
        return result

    def no_float(token: str) -> Any:
        raise InputError(f"{name}: the number {token[:40]} is a JSON float; write it as a string")

    try:
        document = json.loads(
            text, object_pairs_hook=no_duplicates, parse_float=no_float, parse_constant=no_float
        )
    except json.JSONDecodeError as error:
        raise InputError(
            f"{name}: not JSON at line {error.lineno}, column {error.colno} ({error.msg});"
            " make the certificate again"
        ) from None
    except RecursionError:
        raise InputError(f"{name}: the JSON is nested too deeply; it is no certificate") from None
    except InputError:
        raise
    except ValueError:
        raise InputError(f"{name}: an integer has too many digits; it is no certificate") from None
    if not isinstance(document, dict):
        raise InputError(f"{name}: the file holds no JSON object; name a certificate file")
    if _is_deeper_than(document, MAX_DEPTH):
        raise InputError(f"{name}: the JSON is nested too deeply; it is no certificate")
    if _SURROGATE.search(text) and not _is_unicode(document):
        raise InputError(f"{name}: a text holds half a character (\\ud800 to \\udfff); remove it")
    require_arrays(document, name, size)
    return document


def require_arrays(document: Document, name: str, size: int | None = None) -> int:
    """The size; TooMuch where all arrays together say that they unpack to more than is taken.

    size: bytes of the file; without it, of the texts in the document.
    """
    texts, unpacked, largest = 0, 0, (0, "")
    todo: list[tuple[str, Any]] = [("", document)]
    while todo:
        key, part = todo.pop()
        if isinstance(part, str):
            texts += len(part)
        elif isinstance(part, list):
            todo += [(key, entry) for entry in part if isinstance(entry, str | list | dict)]
        elif isinstance(part, dict):
            todo += part.items()
            unpacked += (own := declared_bytes(part))
            largest = max(largest, (own, key))
    size = texts if size is None else size
    what = f"{name}: its arrays, {largest[1][:60]!r} above all, unpack to"
    work.require(work.ARRAYS, size, unpacked, what)
    return size


def declared_bytes(array: Document) -> int:
    """How many bytes an encoded array says that it has; 0 for what is none."""
    dtype, shape = _DTYPES.get(str(array.get("dtype"))), array.get("shape")
    if dtype is None or not isinstance(shape, list) or not all(map(is_count, shape)):
        return 0
    return dtype.itemsize * math.prod(shape)


def _is_deeper_than(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        inside = (v.values() if isinstance(v, dict) else v for v in level)
        level = [v for part in inside for v in part if isinstance(v, dict | list)]
    return bool(level)


def _is_unicode(document: Document) -> bool:
    """Whether it can be written as UTF-8, hence digested and printed; lone surrogates cannot."""
    try:
        for part in json.JSONEncoder(ensure_ascii=False).iterencode(document):
            part.encode()
    except UnicodeEncodeError:
        return False
    return True


def encode_array(array: NDArray[Any]) -> Document:
    """A binary array: dtype, shape and its bytes, compressed, in base64 (binary64 is exact)."""
    kind = "<f8" if array.dtype.kind == "f" else ("<i4" if array.dtype.itemsize <= 4 else "<i8")
    data = np.ascontiguousarray(array, dtype=_DTYPES[kind]).tobytes()
    packed = base64.b64encode(zlib.compress(data, _level(data))).decode()
    return {"dtype": kind, "shape": list(array.shape), "zlib64": packed}


def _level(data: bytes) -> int:
    """How hard to compress; not at all where a sample says that many bytes are as good as random.

    Then it would take 4 s for 10⁸ bytes, and save 5 % of them.
    """
    if len(data) <= LARGE:
        return 6
    return 1 if len(zlib.compress(data[:SAMPLE], 1)) < WORTHWHILE * SAMPLE else 0


def encode_arrays(value: Any) -> Any:
    """The document with every numpy array in it encoded."""
    if isinstance(value, np.ndarray):
        return encode_array(value)
    if isinstance(value, dict):
        return {key: encode_arrays(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [encode_arrays(entry) for entry in value]
    return value


def decode_arrays(value: Any, where: str) -> Any:
    """The document with every encoded array as one, where objects alone lead to it."""
    if not isinstance(value, dict):
        return value
    if "zlib64" in value:
        return decode_array(value, where)
    return {key: decode_arrays(entry, key) for key, entry in value.items()}


def decode_array(value: Any, where: str) -> NDArray[Any]:
    """The array that :func:`encode_array` wrote; sizes are checked before decompression."""
    fields = require_keys(value, where, {"dtype", "shape", "zlib64"})
    dtype, shape, packed = _DTYPES.get(str(fields["dtype"])), fields["shape"], fields["zlib64"]
    if dtype is None:
        raise InputError(f"{where}: the dtype must be one of {', '.join(_DTYPES)}")
    if not isinstance(shape, list) or not 1 <= len(shape) <= 3 or not all(map(is_count, shape)):
        raise InputError(f"{where}: the shape must be a list of one to three sizes")
    size = dtype.itemsize
    for side in shape:
        size *= side
    if size > MAX_ARRAY or not isinstance(packed, str):
        raise InputError(f"{where}: the array must be base64 text of at most {MAX_ARRAY} bytes")
    try:
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(base64.b64decode(packed, validate=True), size + 1)
    except (zlib.error, binascii.Error, ValueError):
        raise InputError(f"{where}: the compressed data is damaged") from None
    if len(data) != size or not unpacker.eof or unpacker.unused_data:
        raise InputError(f"{where}: the data does not fill the shape {shape} exactly")
    array: NDArray[Any] = np.frombuffer(data, dtype=dtype).reshape(shape)
    if dtype.kind == "f" and not np.isfinite(array).all():
        raise InputError(f"{where}: the array holds a number that is not finite")
    return array


def is_count(value: Any) -> bool:
    """A JSON integer ≥ 0 (true and false are not)."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def require_keys(
    value: Any, where: str, required: set[str], optional: frozenset[str] | set[str] = frozenset()
) -> Document:
    """The object with exactly these keys, or an InputError that names the key that is wrong."""
    if not isinstance(value, dict):
        raise InputError(f"{where}: expected an object with the keys {', '.join(sorted(required))}")
    for key in value:
        if key not in required and key not in optional:
            raise InputError(f"{where}: unknown key {key[:60]!r}; remove it")
    for key in sorted(required):
        if key not in value:
            raise InputError(f"{where}: the key {key!r} is missing; make the certificate again")
    return value


def read_list(value: Any, where: str) -> list[Any]:
    """The list, or an InputError."""
    if not isinstance(value, list):
        raise InputError(f"{where}: expected a list")
    return value


def read_choice(value: Any, where: str, allowed: tuple[str, ...]) -> str:
    """One of the allowed texts, or an InputError that lists them."""
    if value not in allowed or not isinstance(value, str):
        raise InputError(f"{where}: expected one of {', '.join(allowed)}")
    return value


def number(value: Any, where: str) -> Fraction:
    """An exact number: a JSON integer or number text."""
    if isinstance(value, int) and not isinstance(value, bool):
        if value.bit_length() > MAX_BITS:
            raise InputError(f"{where}: an integer has too many digits; write it like 1e400")
        return Fraction(value)
    if not isinstance(value, str):
        raise InputError(f"{where}: expected an integer or a number written as text")
    try:
        return parse_number(value)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def vector(value: Any, where: str, length: int | None, most: int = MAX_ARRAY) -> NDArray[Any]:
    """So many exact numbers: a list (object array of Fractions) or a binary array (binary64).

    length: None for any number of them up to most.
    """
    if isinstance(value, dict):
        array = decode_array(value, where)
        if array.dtype.kind != "f" or array.ndim != 1:
            raise InputError(f"{where}: expected one row of binary64 numbers")
    elif isinstance(value, list):
        array = _exact_numbers(value, where)
    else:
        raise InputError(f"{where}: expected a list of numbers")
    if length is not None and len(array) != length:
        raise InputError(f"{where}: {len(array)} numbers; expected {length}")
    if len(array) > most:
        raise InputError(f"{where}: {len(array)} numbers; expected at most {most}")
    return array


def _exact_numbers(entries: list[Any], where: str) -> NDArray[Any]:
    """Fractions, (n,); what stands there often is read once."""
    array = np.empty(len(entries), dtype=object)
    if not set(map(type, entries)) <= {int, str}:
        array[:] = [number(entry, f"{where}[{k}]") for k, entry in enumerate(entries)]
        return array
    places = range(len(entries))
    first = dict(zip(reversed(entries), reversed(places), strict=True))
    known = {entries[k]: number(entries[k], f"{where}[{k}]") for k in sorted(first.values())}
    array[:] = list(map(known.__getitem__, entries))
    return array


def texts(values: Any) -> list[str]:
    """Exact numbers as text."""
    return [to_text(Fraction(v)) for v in values]
