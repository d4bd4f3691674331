"""What the documents of Markov and normal-form games share."""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from games.errors import InputError
from games.game import Document, Floats
from games.language.number import to_text
from games.markov.logit_game import LogitGame
from games.reading import kind_of, read_list, read_number, read_players, short

HEAD = ("format", "kind", "players", "entropy")
OPTIONAL = ("name", "source", "field")
MAX_ACTIONS = 2**20  # joint actions


def head_document(game: LogitGame, kind: str) -> Document:
    """Format, kind, name, source and the players with their numbers of actions."""
    document: Document = {"format": "sgn-game/1", "kind": kind, "name": game.name}
    if game.source:
        document["source"] = game.source
    document["players"] = [
        {"name": player.name, "actions": count}
        for player, count in zip(game.players, game.tensors.actions, strict=True)
    ]
    return document


def settings_document(game: LogitGame) -> Document:
    """Entropy, and what is not as usual."""
    document: Document = {"entropy": [to_text(tau) for tau in game.tensors.entropy]}
    if game.tensors.occupancy_entropy:
        document["occupancy_entropy"] = True
    if game.field != "fisher":
        document["field"] = game.field
    return document


def read_action_players(document: Mapping[str, Any]) -> tuple[list[str], tuple[int, ...]]:
    """The players' names and numbers of actions, of which each has two at least."""
    players = read_players(document, ("name", "actions"))
    for player in players:
        count = player["actions"]
        if isinstance(count, bool) or not isinstance(count, int) or count < 2:
            raise InputError(
                f"the actions of {short(player['name'])} must be an integer of at least 2"
            )
    actions = tuple(player["actions"] for player in players)
    if math.prod(actions) > MAX_ACTIONS:
        raise InputError(f"there are more than {MAX_ACTIONS} joint actions; a smaller game fits")
    return [player["name"] for player in players], actions


def read_array(value: Any, place: str, shape: tuple[int, ...] = ()) -> Floats:
    """An array of two dimensions, of this shape if one is given; InputError otherwise."""
    if not isinstance(value, np.ndarray):
        raise InputError(f"{place} is {kind_of(value)}; give an array")
    if value.ndim != 2 or not value.size:
        raise InputError(f"{place} has shape {value.shape}; expected a matrix with entries")
    if shape and value.shape != shape:
        raise InputError(f"{place} has shape {value.shape}; the players' actions ask for {shape}")
    if value.dtype.kind != "f" or not np.isfinite(value).all():
        raise InputError(f"{place} must hold finite floating-point numbers")
    return value


def read_numbers(value: Any, place: str, count: int) -> list[Fraction]:
    """So many exact numbers."""
    entries = read_list(value, place)
    if len(entries) != count:
        raise InputError(f"{place} has {len(entries)} entries; give {count}")
    return [read_number(entry, f"entry {k} of {place}") for k, entry in enumerate(entries)]


def read_switch(document: Mapping[str, Any], key: str) -> bool:
    """True or false; false when the key is absent."""
    value = document.get(key, False)
    if not isinstance(value, bool):
        raise InputError(f"{key} is {kind_of(value)}; write true or leave it out")
    return value
