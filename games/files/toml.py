"""Game files: TOML that a person writes, arrays in an .npz file beside it; nothing in them runs."""

import os
import re
import stat
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO, final

from games.errors import InputError
from games.files import region_table
from games.files.arrays import (
    MAX_BYTES,
    Array,
    digest_of,
    join_arrays,
    read_arrays,
    split_arrays,
    write_arrays,
)
from games.files.document import KINDS, check_format, from_document
from games.files.macros import constraints_written_out, keys_written_out, written_out
from games.files.toml_text import toml_text
from games.files.writing import Fill, StrPath, reason, write_files
from games.game import Game
from games.language.number import parse_number
from games.numbered import names_of
from games.players import Player
from games.reading import at, check_player_name, read_list, read_table, read_text, short
from games.regions.own_sets import constrained, constraint_text
from games.regions.shapes import Box
from games.work import budget

_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
MAX_TEXT = 4 * 2**20
CONSTRAINTS = "constraints"
DIGEST = "data_digest"  # the key beside "data"
MAX_KEY_PARTS = 16  # tomllib takes quadratic time and memory in the parts of a dotted key
_PART = r"""(?:(?<![\w-])[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
_LONG_KEY = re.compile(rf"(?:{_PART}[ \t]*+\.[ \t]*+){{{MAX_KEY_PARTS}}}")
_SIDE_FILE = re.compile(r"[^/\\:\x00-\x1f]{1,200}\.npz")


@final
@dataclass(frozen=True)
class Tables:
    """How one kind of game writes its [region] and [equilibrium]."""

    read_region: Callable[[Mapping[str, Any], Sequence[Player]], Box]
    read_hint: Callable[[Mapping[str, Any], Sequence[Player]], tuple[Fraction, ...]]
    region: Callable[[Box, Sequence[Player]], dict[str, Any]]
    hint: Callable[[Sequence[Fraction], Sequence[Player]], dict[str, Any]]


NAMED = Tables(
    region_table.read_sides,
    region_table.read_hint,
    region_table.sides_table,
    region_table.hint_table,
)
UNNAMED = Tables(
    region_table.read_ends,
    region_table.read_hint_point,
    region_table.ends_table,
    region_table.hint_point_table,
)
TABLES: Mapping[str, Tables] = {  # the kinds without arrays; every other: UNNAMED
    "symbolic": NAMED,
    "callable": NAMED,
}


def load(path: StrPath) -> Game:
    """The game in a file, with its ``region`` and ``equilibrium`` if the file gives them.

    path: a TOML game file; arrays are read from the .npz file that it names, in the same folder.
    Raises InputError, one sentence that begins with the file's name, for anything that is not a
    regular readable file with one valid game in it. Nothing in the file is ever run.
    Source: design, Game file.

    >>> import games, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     games.save(games.catalogue.load("harker"), folder + "/harker.toml")
    ...     load(folder + "/harker.toml").sizes
    (1, 1)
    """
    where = display_name(path)
    with budget(0):
        return _load(path, where)


def _load(path: StrPath, where: str) -> Game:
    with at(where):
        table = _parse(read_file(path))
        check_format(table)
        kind = read_text(table.get("kind", "symbolic"), "kind")
        region = _optional_table(table, "region")
        hint = _optional_table(table, "equilibrium")
        stated = read_list(table.get(CONSTRAINTS, []), CONSTRAINTS)
        texts = [read_text(text, f"{CONSTRAINTS}[{k}]") for k, text in enumerate(stated)]
        apart = ("region", "equilibrium", CONSTRAINTS)
        document = {k: v for k, v in table.items() if k not in apart}
        if kind == "symbolic":
            document, texts = written_out(document), constraints_written_out(document, texts)
            region = None if region is None else keys_written_out(region)
            hint = None if hint is None else keys_written_out(hint)
        if "data" in document:
            document = _with_arrays(document, Path(path))
        elif kind in KINDS and kind not in TABLES:
            raise InputError("it lacks the key 'data'; name the .npz file that holds its arrays")
    game = from_document(document, where)
    tables = TABLES.get(kind, UNNAMED)
    with at(where):
        if region is not None and (region or not texts):
            game.region = tables.read_region(region, game.players)
        if texts:
            numbers = getattr(game, "parameters", {})
            game.region = constrained(game.players, texts, game.region, numbers)
        if hint is not None:
            game.equilibrium = tables.read_hint(hint, game.players)
    return game


def save(game: Game, path: StrPath) -> None:
    """Write a game so that :func:`load` gives it back: same F, J, region and names, exactly.

    path: the TOML file to write; arrays go to ``<stem>.npz`` beside it, and their digest into the
        text, so that neither is read with another's. Each file is filled first and then put in
        place whole; a link is followed.
    Raises InputError for a game of Python functions, for a path that cannot be written, and where
    ``<stem>.npz`` is there and no game file of that name speaks of it.
    Source: design, Game file.

    >>> save(game, "game.toml")  # doctest: +SKIP
    >>> load("game.toml")  # doctest: +SKIP
    """
    target = Path(path)
    with at(display_name(path)):
        if not game.provable:
            raise InputError("a game of Python functions cannot be saved; write its costs as text")
        if target.suffix == ".npz" or not target.name:
            raise InputError("a game file is text; give it a name that ends in .toml")
        for i, name in enumerate(names_of(game.players), start=1):
            check_player_name(name, i)
        plain, arrays = split_arrays(game.document())
        side_file = target.with_name(f"{target.stem}.npz")
        if arrays and not _SIDE_FILE.fullmatch(side_file.name):
            raise InputError("its arrays need a plain file name; leave out : and \\")
        text = toml_text(_file_table(game, plain, arrays, side_file.name)).encode()
        if len(text) > MAX_TEXT:
            raise InputError(f"the game takes {len(text)} bytes of text; at most {MAX_TEXT} fit")
        files: list[tuple[Path, Fill]] = [(target, lambda file: file.write(text))]
        if arrays:
            _check_ours(side_file, target)
            files.append((side_file, lambda file: write_arrays(file, arrays)))
        write_files(*files)


def files_of(path: StrPath) -> tuple[Path, ...]:
    """The files that :func:`load` reads for this path: the text and what it names as ``data``."""
    with at(display_name(path)):
        data = _parse(read_file(path)).get("data")
    if isinstance(data, str) and _SIDE_FILE.fullmatch(data):
        return Path(path), Path(path).parent / data
    return (Path(path),)


def _check_ours(side_file: Path, target: Path) -> None:
    """Raise InputError where somebody else's arrays would be written over."""
    try:
        ours = not side_file.exists() or side_file in files_of(target)
    except InputError:  # there is no such game file
        ours = False
    if not ours:
        raise InputError(
            f"{side_file.name} is there and belongs to no {target.name}; choose another name"
        )


def to_text(game: Game) -> str:
    """The text of the game's file; arrays, if any, stand in a side file called game.npz.

    >>> import games
    >>> print(to_text(games.catalogue.load("harker")).splitlines()[0])
    format = "sgn-game/1"
    """
    plain, arrays = split_arrays(game.document())
    return toml_text(_file_table(game, plain, arrays, "game.npz"))


def _file_table(
    game: Game, plain: Mapping[str, Any], arrays: Mapping[str, Array], side_file: str
) -> dict[str, Any]:
    """The document with numbers as numbers, and region and equilibrium beside it."""
    kind = str(plain["kind"])
    tables = TABLES.get(kind, UNNAMED)
    table = {
        key: value
        for key, value in plain.items()
        if (key, value) not in (("kind", "symbolic"), ("name", ""))
    }
    if "parameters" in table:
        table["parameters"] = {k: parse_number(v) for k, v in table["parameters"].items()}
    if "definitions" in table:
        table["definitions"] = dict(table["definitions"])
    if arrays:
        table |= {"data": side_file, DIGEST: digest_of(arrays)}
    if game.region is not None:
        if game.region.ball is not None:
            raise InputError("a game file holds no balls; write the game without its ball")
        if game.region.constraints:
            names = [name for player in game.players for name in player.variables]
            table[CONSTRAINTS] = [constraint_text(c, names) for c in game.region.constraints]
        table["region"] = tables.region(game.region, game.players)
    if game.equilibrium is not None:
        table["equilibrium"] = tables.hint(game.equilibrium, game.players)
    return table


def display_name(path: StrPath) -> str:
    return Path(path).name or str(path)


def _optional_table(table: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    return read_table(table[key], key) if key in table else None


def _parse(text: str) -> dict[str, Any]:
    if text.lstrip().startswith("{"):
        raise InputError("it is JSON, a certificate perhaps; give a game file (TOML)")
    if _LONG_KEY.search(text):
        raise InputError(f"a key in it has {MAX_KEY_PARTS} parts or more; write one without dots")
    try:
        return tomllib.loads(text, parse_float=_decimal)
    except InputError:
        raise
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"it is not valid TOML: {error}") from error
    except RecursionError as error:
        raise InputError("its lists or tables are nested too deeply; write them flat") from error
    except ValueError as error:  # Python's own limit on the digits of an integer
        raise InputError("an integer in it has too many digits; write at most 1000") from error


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise InputError(f"the exponent of {text[:20]}… is too large; write it shorter") from error


def read_bytes(path: StrPath, most: int) -> bytes:
    """What a regular file holds, if it is no longer than so many bytes."""
    with _regular_file(path) as file:
        data = file.read(most + 1) or b""  # None: there is nothing yet, as in /proc/kmsg
    if len(data) > most:
        raise InputError(f"it is longer than {most} bytes; a game file is shorter")
    return data


def read_file(path: StrPath) -> str:
    data = read_bytes(path, MAX_TEXT)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"byte {error.start} is not UTF-8 text; save it as UTF-8") from error


def _with_arrays(table: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The table with the arrays of its side file as entries, in place of the file's name."""
    document = dict(table)
    name = read_text(document.pop("data"), "data")
    stated = document.pop(DIGEST, None)
    arrays = _read_side_file(path, name)
    with at(f"data {short(name)}"):
        if stated != (found := digest_of(arrays)):
            raise InputError(
                f"its arrays are not those of the text, which {_stating(stated)}; save the game"
                f' again, or, if they are, write {DIGEST} = "{found}"'
            )
        entries = join_arrays(arrays)
        for key in entries:
            if key in document:
                raise InputError(f"it holds {key!r}, which the game file gives too; keep one")
    return document | entries


def _stating(digest: object) -> str:
    return f"has no {DIGEST}" if digest is None else f"has another {DIGEST}"


def _read_side_file(path: Path, name: str) -> dict[str, Array]:
    if not _SIDE_FILE.fullmatch(name):
        raise InputError(
            f"data is {short(name)}; name an .npz file in the same folder, without the folder"
        )
    with at(f"data {short(name)}"), _regular_file(path.parent / name) as file:
        if os.fstat(file.fileno()).st_size > MAX_BYTES:
            raise InputError(f"it is larger than {MAX_BYTES} bytes; a smaller file is needed")
        arrays = read_arrays(file)
        if not arrays:
            raise InputError("it holds no arrays; save the game again")
        return arrays


@contextmanager
def _regular_file(path: StrPath) -> Iterator[BinaryIO]:
    """The open file; a folder, pipe or device is refused without waiting for it."""
    try:
        descriptor = os.open(path, _OPEN_FLAGS)
    except (OSError, ValueError) as error:
        raise InputError(f"it cannot be read ({reason(error)}); check the name") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise InputError("it is not a regular file; give the name of a game file")
    with os.fdopen(descriptor, "rb") as file:
        try:
            yield file
        except OSError as error:
            raise InputError(f"it cannot be read ({reason(error)}); check the file") from error
