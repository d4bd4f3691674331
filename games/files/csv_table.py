"""Tables of numbers as text: .csv with commas, semicolons, tabs or spaces between its entries."""

import csv
import re
from collections.abc import Sequence

import numpy as np

from games import work
from games.array_likes import Array
from games.errors import InputError
from games.files.gambit_text import number_of

MAX_SIDE = 2000
MARKS = ",;\t"
_NUMBER = re.compile(r"[+-]?\.?[0-9]")
_SPACES = re.compile(r"[ \t]+")


def read_table(data: bytes) -> Array:
    """The exact numbers of the table, (rows, columns) of Fractions.

    Lines that are empty or begin with # are passed over, and so are a first line of names and,
    where that has an empty first entry or none for it, a first column of names (a data frame's).
    Raises InputError, with the line, for anything but numbers in rows of one length.
    """
    work.require(work.ARRAYS, len(data), 64 * len(data), "its numbers take")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"byte {error.start} is not UTF-8 text; save it as UTF-8") from error
    lines = [
        (number, line.strip(" \r"))
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    if not lines:
        raise InputError("it holds no numbers; give one row a line")
    mark = next((mark for mark in MARKS if mark in lines[0][1]), " ")
    rows = [(number, _entries(line, mark, number)) for number, line in lines]
    skipped = 0
    if _is_head(rows[0][1]):
        head = rows.pop(0)[1]
        width = len(rows[0][1]) if rows else 0
        skipped = int(bool(head) and (not head[0] or len(head) == width - 1))
    if not rows or len(rows) > MAX_SIDE:
        raise InputError(f"it has {len(rows)} rows of numbers; from 1 to {MAX_SIDE} are read")
    width = len(rows[0][1])
    table = np.empty((len(rows), width - skipped), dtype=object)
    for k, (number, entries) in enumerate(rows):
        if len(entries) > MAX_SIDE + 1:
            raise InputError(f"line {number} has {len(entries)} entries; at most {MAX_SIDE} fit")
        if len(entries) != width:
            raise InputError(f"line {number} has {len(entries)} entries; the first row has {width}")
        for m, entry in enumerate(entries[skipped:]):
            try:
                table[k, m] = number_of(entry)
            except InputError as error:
                raise InputError(f"line {number}, entry {m + 1 + skipped}: {error}") from error
    return table


def _entries(line: str, mark: str, number: int) -> list[str]:
    if mark == " ":
        return _SPACES.split(line)
    try:
        [entries] = csv.reader([line], delimiter=mark, strict=True)
    except (csv.Error, ValueError) as error:
        raise InputError(f"line {number} is no row of a table ({error})") from error
    return [entry.strip() for entry in entries]


def _is_head(entries: Sequence[str]) -> bool:
    """Whether they are names: the first is empty, or none begins as a number does."""
    return not entries[0] or not any(_NUMBER.match(entry) for entry in entries)
