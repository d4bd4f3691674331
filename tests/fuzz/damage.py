"""Ways to damage a file: its bytes, its text, its numbers and names, its structure, its arrays."""

import copy
import gzip
import io
import json
import random
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.reading import decode_array, digest, encode_array
from games.errors import InputError
from games.language.number import parse_number, to_text
from tests.helpers.game_files import tied

Random = random.Random
NUMBERS = (
    "0", "-0", "-1", "1e999", "-1e999", "1e400", "1e308", "-1e308", "1e-320", "1e-999", "1e99999",
    "9" * 1001, "0." + "0" * 400 + "1", "nan", "inf", "-inf", "1/0", "1/3", "0/1", "0x10", "1_000",
    "+1", "1.", ".5", "１", "1e", "--1", "2147483648", "18446744073709551616", "true", '"', "",
)  # fmt: skip
MILD = ("2", "0.5", "10", "-3", "1e5", "1e-5", "1e12", "1e-12", "1e100", "1e-100", "0.99", "1/7")
TEXTS = (
    "", " ", "x", "x1", "x" * 300, "x" * 5000, "\u0000", "\u202e", "\u2028", "\x1b[31m", "é", "θ",
    "a/b", "../x.npz", "game.npz", "CON", "player 2", "__class__", "{}", "%s", "\\", "'", "\r",
    "🎲", "proved", "exact", "direct", "dense", "box", "space", "sgn-certificate/1",
    "sgn-certificate/3", "1e5", "nan",
    "margin/T5", "euler/T10", "equilibrium/T13", "refutation/T6", "/T5", "margin/", "../T5",
)  # fmt: skip
COSTS = (
    "x1**1000", "exp(exp(exp(x1)))", "1/(x1 - x1)", "log(x1)", "x1**-1", "1e400*x1**2", "x1/0",
    "1e-400*x1**2", "x1**0.5", "tan(x1)", "sqrt(x1 - 1e-300)", "x1*1e308*1e308", "", "x1**x1",
    "(" * 250 + "x1" + ")" * 250, "x1" + "*x1" * 3000, "0", "pi", "x1 +", "x1 x1", "sin(1e300*x1)",
    "x2", "x2**2 + x2*x1*1e200", "log1p(x1)", "atan(x1)/x1", "-" * 300 + "x1", "1e-200*x1**2",
)  # fmt: skip
OTHERS: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 10**400, 1.5, 1e308, float("nan"), float("inf"),
    [], {}, [[]], [0], ["1"], {"zlib64": "", "dtype": "<f8", "shape": [0]}, "\ud800",
    {"kind": "box", "lower": [], "upper": []}, [1] * 1000,
)  # fmt: skip
FLOATS = (
    0.0, -0.0, -1.0, 0.5, 2.0, 0.1, 10.0, 1e-9, 1e9, 1e308, -1e308, 1e-320, 5e-324, 1e200, 1e-200,
    np.nan, np.inf, -np.inf,
)  # fmt: skip
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?:/\d+)?")
_QUOTED = re.compile(r'"[^"\n]{0,200}"')


def damaged(content: bytes, name: str, rng: Random) -> bytes:
    """The file after one to three changes, of a kind that fits its name."""
    if name.endswith(".gz"):
        if rng.random() < 0.3:
            return raw_bytes(content, rng)
        return gzip.compress(damaged(gzip.decompress(content), name.removesuffix(".gz"), rng))
    ways: tuple[Callable[[bytes, Random], bytes], ...] = {
        "json": (raw_bytes, text, tokens, structure, structure, structure),
        "toml": (raw_bytes, text, tokens, tokens, lines),
        **dict.fromkeys(("nfg", "efg", "gam", "csv", "mtx"), (raw_bytes, text, tokens, tokens)),
        **dict.fromkeys(("npy", "mat"), (raw_bytes,)),
        "npz": (raw_bytes, arrays, arrays, arrays, arrays, arrays),
    }[name.rpartition(".")[2]]
    way = rng.choice(ways)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        content = way(content, rng)
    return content


def raw_bytes(content: bytes, rng: Random) -> bytes:
    """Cut, flipped, removed, repeated or put in."""
    if not content:
        return content
    start = rng.randrange(len(content))
    end = min(len(content), start + rng.randrange(40))
    pieces = (b"", content[start:end] * 2, b"\x00", b"\xff\xfe", bytes([rng.randrange(256)]))
    flipped = bytes([content[start] ^ 1 << rng.randrange(8)])
    return rng.choice(
        (
            content[:start],
            content[:start] + flipped + content[start + 1 :],
            content[:start] + rng.choice(pieces) + content[end:],
            b"" if rng.random() < 0.1 else content[start:],
        )
    )


def text(content: bytes, rng: Random) -> bytes:
    """What editors and systems do to text, and brackets without end."""
    start = rng.randrange(len(content) + 1)
    deep = rng.choice((b"[", b"{", b'{"a":', b"(", b"[[", b"a.")) * rng.choice((40, 5000, 100_000))
    return rng.choice(
        (
            content.replace(b"\n", b"\r\n"),
            content.replace(b"\n", b"\r"),
            b"\xef\xbb\xbf" + content,
            content.decode("utf-8", "replace").encode("utf-16"),
            content[:start] + deep + content[start:],
            content[:start] + rng.choice(TEXTS).encode() + content[start:],
            content + content,
            content.replace(b'"', b"'"),
            content.replace(b",", b",,", 1),
            content.upper(),
        )
    )


def tokens(content: bytes, rng: Random) -> bytes:
    """One number or quoted text replaced by another; a cost by a worse one."""
    original = content.decode("utf-8", "replace")
    pattern = rng.choice((_NUMBER, _NUMBER, _QUOTED))
    found = list(pattern.finditer(original))
    if not found:
        return content
    match = rng.choice(found)
    quoted = f'"{rng.choice(TEXTS + COSTS + NUMBERS)}"'
    new = rng.choice(rng.choice((NUMBERS, MILD))) if pattern is _NUMBER else quoted
    return (original[: match.start()] + new + original[match.end() :]).encode("utf-8", "replace")


def lines(content: bytes, rng: Random) -> bytes:
    """A line removed, repeated, moved, or its key renamed."""
    rows = content.split(b"\n")
    k, j = rng.randrange(len(rows)), rng.randrange(len(rows))
    return b"\n".join(
        rng.choice(
            (
                rows[:k] + rows[k + 1 :],
                rows[: k + 1] + rows[k:],
                [*rows[:j], rows[k], *rows[j:]],
                [*rows[:k], b"u" + rows[k], *rows[k + 1 :]],
                rows[:k],
            )
        )
    )


def structure(content: bytes, rng: Random) -> bytes:
    """Keys removed, added, renamed; values of another type, size or place. Most are sealed anew."""
    try:
        document = json.loads(content)
    except ValueError:
        return raw_bytes(content, rng)
    places = list(_places(document))
    if not isinstance(document, dict) or not places:
        return raw_bytes(content, rng)
    where, key = rng.choice(places)
    _change(where, key, places, rng)
    if rng.random() < 0.9:
        try:
            document["digest"] = digest(document)
        except (TypeError, ValueError, RecursionError):
            return raw_bytes(content, rng)
    return json.dumps(document).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with each of its keys."""
    keys = value.keys() if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])


def _change(where: Any, key: Any, places: list[tuple[Any, Any]], rng: Random) -> None:
    other, name = rng.choice(places)
    draw = rng.random()
    if _is_number(where[key]) and rng.random() < 0.6:
        factor = rng.choice((*MILD, "-1", "1000001/1000000", "1e300", "1e-300", "0"))
        where[key] = to_text(parse_number(str(where[key])) * parse_number(factor))
    elif draw < 0.15:
        del where[key]
    elif draw < 0.25 and isinstance(where, dict):
        where[rng.choice(TEXTS)] = where[key]
    elif draw < 0.4:
        where[key] = copy.deepcopy(other[name])
    elif draw < 0.5 and isinstance(where[key], list):
        where[key] = rng.choice((where[key] * 2, where[key][:-1], where[key][::-1], [where[key]]))
    elif draw < 0.8 and isinstance(where[key], str):
        where[key] = rng.choice(NUMBERS + TEXTS + COSTS)
    elif isinstance(where[key], dict) and "zlib64" in where[key]:
        where[key] = _packed(where[key], rng)
    else:
        where[key] = rng.choice((*OTHERS, *NUMBERS))


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return False
    try:
        parse_number(str(value))
    except ValueError:
        return False
    return True


def _packed(value: dict[str, Any], rng: Random) -> Any:
    """A binary array with other numbers, another shape, or other data."""
    try:
        array = decode_array(value, "array").copy()
    except (InputError, TypeError):
        return None
    draw = rng.random()
    if draw < 0.6 and array.size:
        _set_one(array, rng)
        return encode_array(array)
    if draw < 0.8:
        shapes: tuple[Any, ...] = ([], [-1], [0], [10**9, 10**9], [1.5], ["2"], [2] * 4, None)
        return value | {"shape": rng.choice(shapes)}
    return value | {"zlib64": rng.choice(("", "!", "AAAA", value["zlib64"] * 2))}


def _set_one(array: NDArray[Any], rng: Random) -> None:
    numbers: tuple[Any, ...] = FLOATS if array.dtype.kind == "f" else (-1, 0, 2**31 - 1, 7)
    with np.errstate(all="ignore"):  # in float32 some are infinite
        array.flat[rng.randrange(array.size)] = rng.choice(numbers)


def arrays(content: bytes, rng: Random) -> bytes:
    """Other numbers, types, shapes and names in an .npz file."""
    try:
        with np.load(io.BytesIO(content)) as file:
            found = dict(file)
    except (
        ValueError,
        OSError,
        EOFError,
        KeyError,
        zlib.error,
        NotImplementedError,
        zipfile.BadZipFile,
    ):
        return raw_bytes(content, rng)
    if not found:
        return raw_bytes(content, rng)
    name = rng.choice(sorted(found))
    array = found.pop(name)
    draw = rng.random()
    if draw < 0.45 and array.size and array.dtype.kind in "fi":
        array = array.copy()
        _set_one(array, rng)
    elif draw < 0.6 and array.ndim:
        shapes = (
            array.ravel(),
            array[None],
            array[:1],
            array[:0],
            np.array(1.0),
            array.repeat(2, 0),
        )
        array = shapes[rng.randrange(len(shapes))]
    elif draw < 0.75 and array.dtype.kind in "fi":
        with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
            array = array.astype(rng.choice(("<f4", ">f8", "<i8", "<i4", "|b1", "<c16", "<U3")))
    found |= {} if draw > 0.9 else {name if draw < 0.85 else rng.choice(("a", "x" * 70)): array}
    stream = io.BytesIO()
    np.savez(stream, **found)
    return stream.getvalue()


def tied_again(files: dict[str, bytes]) -> dict[str, bytes]:
    """A game's text with the digest of its arrays, as far as they can be read."""
    if "game.npz" not in files:
        return files
    text_alone = re.sub(rb"data_digest = .*\n", b"", files["game.toml"])
    return files | {"game.toml": tied(text_alone, files["game.npz"])}
