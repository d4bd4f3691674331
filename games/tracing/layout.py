"""Players' variables as costs see them: arrays in lists and dictionaries, a name for each entry.

A player's structure is a size (3), a shape ((3, 2); () is one number), an array (its shape), a
float (one number), or a list, tuple or dictionary of structures. The variable of an entry is called
by its player, its keys and its indices from 0, joined by ``_``: w[0, 1] of player gen, given as
{"w": (3, 2)}, is ``gen_w_0_1``. Players given by sizes alone have x1, x2, … or x1_1, x1_2, ….
"""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, final

import numpy as np

from games.errors import InputError
from games.language.functions import FUNCTIONS
from games.numbered import numbered_names, numbered_variables
from games.players import Player, check_names

Shape = tuple[int, ...]
Build = Callable[[Sequence[Any]], Any]  # from the arrays of the leaves, in order, to the structure
_OTHER = re.compile(r"[^A-Za-z0-9_]", re.ASCII)


@final
@dataclass(frozen=True)
class Leaf:
    """An array in a player's structure: the keys to it, its shape, and what it holds if known."""

    keys: tuple[str, ...]
    shape: Shape
    value: Any = None

    @property
    def size(self) -> int:
        return prod(self.shape)


@final
@dataclass(frozen=True)
class Structure:
    """One player's leaves, and how its argument is built from arrays for them."""

    leaves: tuple[Leaf, ...]
    build: Build

    @property
    def size(self) -> int:
        return sum(leaf.size for leaf in self.leaves)

    def of(self, flat: Any) -> Any:
        """The argument whose entries, in order, are those of a vector; slices and reshapes it."""
        parts, start = [], 0
        for leaf in self.leaves:
            part = flat[start : start + leaf.size]
            parts.append(part[0] if leaf.shape == () else part.reshape(leaf.shape))
            start += leaf.size
        return self.build(parts)


@final
@dataclass(frozen=True)
class Layout:
    """All players: their names and variables, and what a cost is called with."""

    players: tuple[Player, ...]
    structures: tuple[Structure, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(structure.size for structure in self.structures)

    @property
    def centre(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """The values that came with the structures, 0 where there were none."""
        leaves = [leaf for structure in self.structures for leaf in structure.leaves]
        parts = [
            np.zeros(leaf.size)
            if leaf.value is None
            else np.asarray(leaf.value, dtype=float).ravel()
            for leaf in leaves
        ]
        found: np.ndarray[Any, np.dtype[np.float64]] = np.nan_to_num(np.concatenate(parts))
        return found

    def called(self, cost: Callable[..., Any]) -> Callable[[Any], Any]:
        """The cost as a function of the vector of all variables."""
        if not self._takes_each(cost):
            return cost

        def of_vector(x: Any) -> Any:
            ends = np.cumsum(self.sizes).tolist()
            parts = zip(self.structures, [0, *ends], ends, strict=False)
            return cost(*(structure.of(x[start:end]) for structure, start, end in parts))

        return of_vector

    def _takes_each(self, cost: Callable[..., Any]) -> bool:
        """Whether a cost has an argument a player, not one vector of all."""
        count = len(self.players)
        try:
            parameters = list(inspect.signature(cost).parameters.values())
        except (TypeError, ValueError):
            return False
        places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        needed = [p for p in places if p.default is p.empty]
        if count == 1 and len(needed) <= 1:
            return (
                self.structures[0].leaves[0].keys != ()
                or len(self.structures[0].leaves) > 1
                or (len(self.structures[0].leaves[0].shape) != 1)
            )
        if len(needed) == count or any(p.kind == p.VAR_POSITIONAL for p in parameters):
            return True
        if len(needed) == 1 or (not needed and len(places) != count):
            return False
        if len(needed) < count <= len(places):
            return True
        name = getattr(cost, "__name__", "a cost")
        raise InputError(
            f"{name} takes {len(needed)} arguments; give it one vector of all variables, or one"
            f" argument for each of the {count} players"
        )


def of_sizes(sizes: Sequence[int]) -> Layout:
    """Players of so many variables each."""
    players, structures = [], []
    for number, (name, size) in enumerate(
        zip(numbered_names(len(sizes)), sizes, strict=True), start=1
    ):
        players.append(Player(name, numbered_variables(number, size)))
        structures.append(Structure((Leaf((), (size,)),), lambda parts: parts[0]))
    return Layout(tuple(players), tuple(structures))


def of_players(players: Mapping[str, Any], read: Callable[[Any, str], Structure]) -> Layout:
    """Named players with structures, read by a function of structure and place."""
    structures = {name: read(value, f"player {name!r}") for name, value in players.items()}
    members = tuple(
        Player(name, tuple(_names(name, structure))) for name, structure in structures.items()
    )
    check_names(members)
    return Layout(members, tuple(structures.values()))


def read_structure(value: Any, place: str, keys: tuple[str, ...] = ()) -> Structure:
    """A structure of lists, tuples and dictionaries (by sorted keys) round shapes and arrays."""
    leaf = leaf_of(value, place, keys)
    if leaf is not None:
        return Structure((leaf,), lambda parts: parts[0])
    if isinstance(value, Mapping):
        names = sorted(value)
        parts = [read_structure(value[name], place, (*keys, str(name))) for name in names]
        return _joined(parts, lambda built: dict(zip(names, built, strict=True)))
    if isinstance(value, list | tuple):
        parts = [read_structure(part, place, (*keys, str(k))) for k, part in enumerate(value)]
        kind = type(value)
        make = kind._make if hasattr(kind, "_make") else kind
        return _joined(parts, make)
    raise InputError(
        f"{place} has a {type(value).__name__}; give sizes, shapes or arrays, in lists or"
        " dictionaries"
    )


def leaf_of(value: Any, place: str, keys: tuple[str, ...]) -> Leaf | None:
    """The leaf that a size, a shape, an array or a number is; None for a structure."""
    if isinstance(value, bool):
        raise InputError(f"{place} has {value}; give a size, a shape or an array")
    if is_shape(value):
        shape = (value,) if isinstance(value, int) else tuple(value)
        if prod(shape) < 1 or min(shape, default=1) < 1:
            raise InputError(f"{place} has the shape {shape}; every side is at least 1")
        return Leaf(keys, shape)
    if isinstance(value, float):
        return Leaf(keys, (), value)
    sides: tuple[int, ...] | None = getattr(value, "shape", None)
    if sides is None:
        return None
    if prod(sides) < 1:
        raise InputError(f"{place} has an array of shape {tuple(sides)}; every side is at least 1")
    holds = value if hasattr(value, "__array__") else None
    return Leaf(keys, tuple(int(side) for side in sides), holds)


def is_shape(value: Any) -> bool:
    """Whether it is a size or a tuple of sizes."""
    if type(value) is tuple:
        return all(type(side) is int for side in value)
    return type(value) is int


def _joined(parts: Sequence[Structure], make: Callable[[list[Any]], Any]) -> Structure:
    counts = [len(part.leaves) for part in parts]

    def build(leaves: Sequence[Any]) -> Any:
        built, start = [], 0
        for part, count in zip(parts, counts, strict=True):
            built.append(part.build(leaves[start : start + count]))
            start += count
        return make(built)

    return Structure(tuple(leaf for part in parts for leaf in part.leaves), build)


def _names(player: str, structure: Structure) -> list[str]:
    return [
        _plain("_".join((player, *leaf.keys, *map(str, index))))
        for leaf in structure.leaves
        for index in np.ndindex(leaf.shape)
    ]


def _plain(name: str) -> str:
    """A name that costs may use: other signs become _."""
    plain = _OTHER.sub("_", name)
    if not plain or plain[0].isdigit():
        plain = f"_{plain}"
    return f"{plain}_" if plain in FUNCTIONS or plain == "pi" else plain
