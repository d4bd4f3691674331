"""The [region] and [equilibrium] tables of game files."""

import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from games.errors import InputError
from games.language.number import to_text
from games.players import Player
from games.reading import check_keys, kind_of, near, read_list, read_number, short
from games.regions.shapes import Box

Pair = tuple[Fraction, Fraction]
LARGEST = Fraction(sys.float_info.max)


def read_sides(table: Mapping[str, Any], players: Sequence[Player]) -> Box:
    """The box of a symbolic game: one side `x1 = [0, 15]` for every variable."""
    names = _each_variable(table, players, "region", "[lower, upper]")
    sides = [_side(table[name], f"the region side {name!r}") for name in names]
    return Box([low for low, _ in sides], [high for _, high in sides])


def read_ends(table: Mapping[str, Any], players: Sequence[Player]) -> Box:
    """The box of a game with unnamed variables: `radius = 1`, or `lower` and `upper` as lists."""
    n = sum(player.size for player in players)
    if "radius" in table:
        check_keys(table, ("radius",), (), "region")
        radius = _coordinate(table["radius"], "the region's radius")
        if radius < 0:
            raise InputError("the region's radius is negative; give 0 or more")
        return Box.cube(n, radius)
    check_keys(table, ("lower", "upper"), (), "region")
    lower = read_point(table["lower"], n, "the region's lower")
    upper = read_point(table["upper"], n, "the region's upper")
    for k, pair in enumerate(zip(lower, upper, strict=True)):
        _check_side(pair, f"the region side {k}")
    return Box(lower, upper)


def read_hint(table: Mapping[str, Any], players: Sequence[Player]) -> tuple[Fraction, ...]:
    """The equilibrium of a symbolic game: `x1 = 5` for every variable."""
    names = _each_variable(table, players, "equilibrium", "its value")
    return tuple(_coordinate(table[name], f"the equilibrium's {name!r}") for name in names)


def read_hint_point(table: Mapping[str, Any], players: Sequence[Player]) -> tuple[Fraction, ...]:
    """The equilibrium of a game with unnamed variables: `point = […]`."""
    check_keys(table, ("point",), (), "equilibrium")
    n = sum(player.size for player in players)
    return tuple(read_point(table["point"], n, "the equilibrium's point"))


def read_point(value: Any, length: int, place: str) -> list[Fraction]:
    """So many numbers; InputError otherwise."""
    entries = read_list(value, place)
    if len(entries) != length:
        raise InputError(f"{place} has {len(entries)} entries; give {length}, one per variable")
    return [_coordinate(entry, f"entry {k} of {place}") for k, entry in enumerate(entries)]


def sides_table(box: Box, players: Sequence[Player]) -> dict[str, Any]:
    """The table that :func:`read_sides` reads."""
    pairs = zip(_variables(players), box.lower, box.upper, strict=True)
    return {name: [low, high] for name, low, high in pairs}


def ends_table(box: Box, players: Sequence[Player]) -> dict[str, Any]:
    """The table that :func:`read_ends` reads."""
    radius = box.upper[0]
    if set(box.upper) == {radius} and set(box.lower) == {-radius}:
        return {"radius": radius}
    return {"lower": list(box.lower), "upper": list(box.upper)}


def hint_table(point: Sequence[Fraction], players: Sequence[Player]) -> dict[str, Any]:
    """The table that :func:`read_hint` reads."""
    return dict(zip(_variables(players), point, strict=True))


def hint_point_table(point: Sequence[Fraction], players: Sequence[Player]) -> dict[str, Any]:
    """The table that :func:`read_hint_point` reads."""
    return {"point": list(point)}


def _variables(players: Sequence[Player]) -> list[str]:
    return [variable for player in players for variable in player.variables]


def _each_variable(
    table: Mapping[str, Any], players: Sequence[Player], place: str, entry: str
) -> list[str]:
    names = _variables(players)
    known = set(names)
    for key in table:
        if key not in known:
            raise InputError(
                f"the {place} names {short(key)}, which no player owns; {near(key, names)}"
            )
    for name in names:
        if name not in table:
            raise InputError(f"the {place} lacks the variable {name!r}; add {entry} for it")
    return names


def _side(value: Any, place: str) -> Pair:
    if not isinstance(value, list) or len(value) != 2:
        found = f"has {len(value)} entries" if isinstance(value, list) else f"is {kind_of(value)}"
        raise InputError(f"{place} {found}; write it as [lower, upper]")
    pair = (
        _coordinate(value[0], f"the lower end of {place}"),
        _coordinate(value[1], f"the upper end of {place}"),
    )
    _check_side(pair, place)
    return pair


def _check_side(pair: Pair, place: str) -> None:
    if pair[0] > pair[1]:
        raise InputError(
            f"{place} is upside down: lower {to_text(pair[0])} exceeds upper {to_text(pair[1])};"
            " swap them"
        )


def _coordinate(value: Any, place: str) -> Fraction:
    """An exact number near which there are floats: the search walks there."""
    number = read_number(value, place)
    if abs(number) > LARGEST:
        raise InputError(f"{place} is beyond the largest float, 1.8e308; give a nearer number")
    return number
