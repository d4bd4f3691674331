"""Reading documents: checks of keys and types whose messages name the place and the mend."""

import difflib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from typing import Any

from games.errors import InputError
from games.language.number import exact

MAX_BITS = 3400  # of an integer: about 1,000 digits, as in text
MAX_NAMES = 1_000  # among which a near match is looked for


@contextmanager
def at(where: str) -> Iterator[None]:
    """Begin the message of an InputError with its place, on one printable line."""
    try:
        yield
    except InputError as error:
        raise InputError(one_line(f"{where}: {error}")) from error


def one_line(text: str) -> str:
    """The text with line ends and other unprintable characters escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def check_keys(
    table: Mapping[str, Any], required: Collection[str], optional: Collection[str], place: str
) -> None:
    """Raise InputError for an unknown key (with its near match) or one that lacks."""
    known = [*required, *optional]
    for key in table:
        if key not in known:
            raise InputError(f"{place} has the unknown key {short(key)}; {near(key, known)}")
    for key in required:
        if key not in table:
            raise InputError(f"{place} lacks the key {key!r}; add it")


def near(word: str, known: Collection[str]) -> str:
    """The mend for an unknown word: its near match, or the words there are."""
    match = difflib.get_close_matches(str(word)[:100], list(known)[:MAX_NAMES], n=1)
    return f"did you mean {match[0]!r}?" if match else f"use one of {', '.join(list(known)[:30])}"


def short(value: Any) -> str:
    """A value as messages quote it, cut to 40 characters."""
    text = repr(value) if isinstance(value, str) else type(value).__name__
    return text if len(text) <= 40 else text[:39] + "…"


def read_text(value: Any, place: str) -> str:
    """A string; InputError otherwise."""
    if not isinstance(value, str):
        raise InputError(f"{place} is {kind_of(value)}; write text in quotes")
    return value


def read_number(value: Any, place: str) -> Fraction:
    """The exact value of an integer, a Decimal or number text; InputError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise InputError(f'{place} is {kind_of(value)}; write a number like 12, -0.5 or "1/3"')
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        raise InputError(f"{place} has more than 1000 digits; write fewer")
    try:
        return exact(value)
    except InputError as error:
        raise InputError(f"{place}: {error}") from error


def read_list(value: Any, place: str) -> list[Any]:
    """A list; InputError otherwise."""
    if not isinstance(value, list):
        raise InputError(f"{place} is {kind_of(value)}; write a list like [1, 2]")
    return value


def read_table(value: Any, place: str) -> Mapping[str, Any]:
    """A table (mapping); InputError otherwise."""
    if not isinstance(value, Mapping):
        raise InputError(f"{place} is {kind_of(value)}; write a table of keys and values")
    return value


def kind_of(value: Any) -> str:
    names = {
        bool: "true or false",
        int: "an integer",
        Decimal: "a number",
        str: "text",
        list: "a list",
    }
    return names.get(type(value), "a table" if isinstance(value, Mapping) else type(value).__name__)


def read_players(document: Mapping[str, Any], keys: Collection[str]) -> list[Mapping[str, Any]]:
    """The players' tables, each with exactly these keys and a name of its own."""
    players = [
        read_table(player, f"player {i}")
        for i, player in enumerate(read_list(document["players"], "players"), start=1)
    ]
    if not players:
        raise InputError("the game has no players; give at least one")
    seen: set[str] = set()
    for i, player in enumerate(players, start=1):
        check_keys(player, keys, (), f"player {i}")
        name = read_text(player["name"], f"the name of player {i}")
        check_player_name(name, i)
        if name in seen:
            raise InputError(f"two players are called {short(name)}; give each its own name")
        seen.add(name)
    return players


def check_player_name(name: str, i: int) -> None:
    """Raise InputError for a name that no file may hold."""
    if not name or len(name) > 200:
        raise InputError(f"the name of player {i} has {len(name)} characters; give 1 to 200")


def read_head(document: Mapping[str, Any]) -> tuple[str, str]:
    """Name and source, empty when absent."""
    name = read_text(document.get("name", ""), "name")
    return name, read_text(document.get("source", ""), "source")
