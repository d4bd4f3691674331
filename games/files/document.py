"""Documents (the plain data of game files and certificates) to games, every key checked."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from games.errors import InputError
from games.game import Game
from games.markov.game import read_markov
from games.normal_form import read_normal_form
from games.quadratic import read_quadratic
from games.reading import (
    at,
    check_keys,
    near,
    read_head,
    read_list,
    read_number,
    read_players,
    read_table,
    read_text,
    short,
)
from games.symbolic import SymbolicGame

FORMAT = "sgn-game/1"
_SHARED = "definitions"
MAX_VARIABLES = 2000  # of a symbolic game: its Jacobian has their square of entries
_FORMAT = re.compile(r"sgn-game/([0-9]{1,9})", re.ASCII)


def from_document(document: Mapping[str, Any], where: str) -> Game:
    """The game that a document describes.

    document: keys as in the game file ("format", "kind", "name", "players", …), arrays as NumPy
        arrays, numbers as integers, Decimals or text.
    where: the file or place that messages begin with.
    Raises InputError for unknown or missing keys, wrong types, and what a game family refuses.
    Source: design, Game file.

    >>> game = from_document({"format": "sgn-game/1", "players": [
    ...     {"name": "one", "variables": ["x"], "cost": "x**2"}]}, "example")
    >>> game.pseudo_gradient([3.0])
    array([6.])
    """
    with at(where):
        return _build(document)


def _build(document: Mapping[str, Any]) -> Game:
    check_format(document)
    kind = read_text(document.get("kind", "symbolic"), "kind")
    if kind not in KINDS:
        raise InputError(f"the kind {short(kind)} is unknown; {near(kind, KINDS)}")
    return KINDS[kind](document)


def check_format(document: Mapping[str, Any]) -> None:
    """Raise InputError unless the format is one that this version reads."""
    if "format" not in document:
        raise InputError(f'this is no game, it has no format; begin with format = "{FORMAT}"')
    text = read_text(document["format"], "format")
    match = _FORMAT.fullmatch(text)
    if match is None:
        raise InputError(f'the format {short(text)} is not that of a game; write "{FORMAT}"')
    if int(match[1]) > 1:
        raise InputError(f"the format {text} was made by a newer version; update sgn")
    if text != FORMAT:
        raise InputError(f'the format {short(text)} does not exist; write "{FORMAT}"')


def _symbolic(document: Mapping[str, Any]) -> Game:
    check_keys(
        document,
        ("format", "players"),
        ("kind", "name", "source", "parameters", "definitions"),
        "the game",
    )
    key = "field" if _has_field(document) else "cost"
    players = read_players(document, ("name", "variables", key))
    variables: dict[str, list[str]] = {}
    owner: dict[str, str] = {}
    for player in players:
        name = player["name"]
        place = f"variables of {short(name)}"
        variables[name] = [read_text(v, place) for v in read_list(player["variables"], place)]
        for variable in variables[name]:
            if variable in owner:
                raise InputError(
                    f"variable {short(variable)} belongs to {short(owner[variable])} and to"
                    f" {short(name)}; list it once"
                )
            owner[variable] = name
    if len(owner) > MAX_VARIABLES:
        raise InputError(
            f"the game has {len(owner)} variables; a symbolic game has at most {MAX_VARIABLES}"
        )
    title, source = read_head(document)
    parameters = read_table(document.get("parameters", {}), "parameters")
    numbers = {key: read_number(v, f"parameter {short(key)}") for key, v in parameters.items()}
    shared = _definitions(document.get("definitions", {}))
    if key == "field":
        fields = {p["name"]: _parts(p) for p in players}
        return SymbolicGame.from_field(
            variables, fields, numbers, name=title, source=source, definitions=shared
        )
    costs = {p["name"]: read_text(p["cost"], f"cost of {short(p['name'])}") for p in players}
    return SymbolicGame.from_costs(
        variables, costs, numbers, name=title, source=source, definitions=shared
    )


def _definitions(stated: Any) -> dict[str, str]:
    """Name to text in order: a table in a game file, a list of pairs in a certificate."""
    pairs = list(stated.items()) if isinstance(stated, Mapping) else read_list(stated, _SHARED)
    found: dict[str, str] = {}
    for pair in pairs:
        if len(pair) != 2 or isinstance(pair, str):
            raise InputError(f"{_SHARED} has an entry that is no pair; give a name and a text")
        name, text = (read_text(part, _SHARED) for part in pair)
        if name in found:
            raise InputError(f"{short(name)} is defined twice; define it once")
        found[name] = text
    return found


def _has_field(document: Mapping[str, Any]) -> bool:
    """Whether the first player's table gives a field, as then all must."""
    players = document["players"]
    first = players[0] if isinstance(players, list) and players else None
    return isinstance(first, Mapping) and "field" in first


def _parts(player: Mapping[str, Any]) -> list[str]:
    place = f"field of {short(player['name'])}"
    return [read_text(part, place) for part in read_list(player["field"], place)]


def _callable(document: Mapping[str, Any]) -> Game:
    raise InputError(
        "a game of Python functions cannot be rebuilt from a document; write its costs as text"
    )


KINDS: Mapping[str, Callable[[Mapping[str, Any]], Game]] = {
    "symbolic": _symbolic,
    "quadratic": read_quadratic,
    "markov": read_markov,
    "normal-form": read_normal_form,
    "callable": _callable,
}
