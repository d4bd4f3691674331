"""Writing TOML that is pleasant to read: plain values, then tables, then arrays of tables."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from games.errors import InputError
from games.language.number import parse_number, to_text

WIDTH = 88
_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def toml_text(table: Mapping[str, Any]) -> str:
    """A TOML document of strings, booleans, integers, Fractions, lists, tables and lists of tables.

    A Fraction is a number if it is a short decimal and text "p/q" otherwise.

    >>> print(toml_text({"name": "a", "region": {"x": [Fraction(0), Fraction(1, 3)]}}))
    name = "a"
    <BLANKLINE>
    [region]
    x = [0, "1/3"]
    <BLANKLINE>
    """
    lines: list[str] = []
    tables: list[str] = []
    for key, value in table.items():
        if isinstance(value, Mapping):
            tables += ["", f"[{_key(key)}]", *_entries(value)]
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            for entry in value:
                tables += ["", f"[[{_key(key)}]]", *_entries(entry)]
        else:
            lines.append(_entry(key, value))
    return "\n".join(lines + tables) + "\n"


def quoted(text: str) -> str:
    """The text as a TOML basic string."""
    return '"' + "".join(_character(c) for c in text) + '"'


def _entries(table: Mapping[str, Any]) -> list[str]:
    return [_entry(key, value) for key, value in table.items()]


def _entry(key: str, value: Any) -> str:
    line = f"{_key(key)} = {_value(value)}"
    return line if len(line) <= WIDTH or not isinstance(value, list) else _wrapped(key, value)


def _wrapped(key: str, values: Sequence[Any]) -> str:
    """A long list over several lines, indented."""
    lines = [f"{_key(key)} = ["]
    row = "   "
    for value in values:
        item = f" {_value(value)},"
        if len(row) + len(item) > WIDTH:
            lines.append(row)
            row = "   "
        row += item
    return "\n".join([*lines, row, "]"])


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    return _number(Fraction(value))


def _number(value: Fraction) -> str:
    text = to_text(value)
    parse_number(text)  # raises InputError for a number too long to be read again
    plain = "/" not in text and len(text) <= 300 and (value.denominator > 1 or abs(value) < 2**63)
    return text if plain else quoted(text)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else quoted(key)


def _character(c: str) -> str:
    if c in _ESCAPES:
        return _ESCAPES[c]
    if "\ud800" <= c <= "\udfff":
        raise InputError(f"the text has the lone surrogate {c!a}, which no file holds; drop it")
    if c.isprintable():
        return c
    return f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}"
