"""The field of a Markov or normal-form game, built again from the tensors of its document."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.reading import (
    Document,
    decode_array,
    is_count,
    number,
    read_choice,
    read_list,
    require_keys,
)
from games.errors import InputError
from games.language.graph import Graph
from games.markov.expressions import field_nodes
from games.markov.powers import DIVIDED, coordinate_names
from games.markov.tensors import Tensors, check_visited
from games.players import Player, check_names

WHERE, FORMAT = "game", "sgn-game/1"
HEAD = {"format", "kind", "name", "players", "entropy"}
MARKOV = {"transition", "rewards", "discount", "initial"}
MAX_JOINT = 2**14  # joint actions


def logit_field(game: Document) -> tuple[tuple[Player, ...], Graph, tuple[int, ...]]:
    """Players with the names of their coordinates, a graph, and the nodes of G in it (T18).

    Raises InputError.
    """
    players, tensors, field = read_policies_game(game)
    graph = Graph()
    nodes = [graph.variable(name) for player in players for name in player.variables]
    return players, graph, field_nodes(graph, tensors, field, nodes)


def read_policies_game(game: Document) -> tuple[tuple[Player, ...], Tensors, str]:
    """Players with their coordinates' names, the tensors, the field's name. Raises InputError."""
    tensors = read_tensors(game)
    field = read_choice(game.get("field", "fisher"), f"{WHERE}.field", tuple(DIVIDED))
    if DIVIDED[field]:
        check_visited(tensors)
    players = tuple(
        Player(entry["name"], coordinate_names(i, tensors.states, entry["actions"]))
        for i, entry in enumerate(game["players"], start=1)
    )
    for key in ("name", "source"):
        if not isinstance(game.get(key, ""), str):
            raise InputError(f"{WHERE}.{key}: expected text")
    read_choice(game["format"], f"{WHERE}.format", (FORMAT,))
    check_names(players)
    return players, tensors, field


def read_tensors(game: Document) -> Tensors:
    """The tensors; a normal-form game has one state, after which nothing follows. InputError."""
    if game["kind"] == "markov":
        fields = require_keys(game, WHERE, HEAD | MARKOV, {"source", "field", "occupancy_entropy"})
        key, transition = "rewards", decode_array(fields["transition"], f"{WHERE}.transition")
    else:
        alone = require_keys(game, WHERE, HEAD | {"payoffs"}, {"source", "field"})
        fields = {**alone, "discount": 0, "initial": [1]}
        key, transition = "payoffs", np.ones((math.prod(_actions(fields)), 1))
    actions, states = _actions(fields), transition.shape[-1]
    joint, shape = math.prod(actions), (states, *actions)
    rewards = decode_array(fields[key], f"{WHERE}.{key}")
    _require_floats(transition, (states * joint, states), "transition")
    _require_floats(rewards, (len(actions), states * joint), key)
    switch = fields.get("occupancy_entropy", False)
    if not isinstance(switch, bool):
        raise InputError(f"{WHERE}.occupancy_entropy: expected true or false")
    return Tensors.checked(
        transition.reshape(*shape, states),
        rewards.reshape(-1, *shape),
        number(fields["discount"], f"{WHERE}.discount"),
        _numbers(fields, "entropy"),
        _numbers(fields, "initial"),
        switch,
    )


def _actions(fields: Document) -> tuple[int, ...]:
    """How many actions each player has."""
    counts = []
    for entry in read_list(fields["players"], f"{WHERE}.players"):
        player = require_keys(entry, f"{WHERE}.players", {"name", "actions"})
        if not isinstance(player["name"], str):
            raise InputError(f"{WHERE}.players: a name must be text")
        if not is_count(player["actions"]) or not 2 <= player["actions"] <= MAX_JOINT:
            raise InputError(f"{WHERE}.players: actions must be from 2 to {MAX_JOINT}")
        counts.append(player["actions"])
    if not counts:
        raise InputError(f"{WHERE}.players: expected a list of players, with one at least")
    if math.prod(counts) > MAX_JOINT:
        raise InputError(f"{WHERE}.players: more than {MAX_JOINT} joint actions")
    return tuple(counts)


def _numbers(fields: Document, key: str) -> list[Fraction]:
    values = read_list(fields[key], f"{WHERE}.{key}")
    return [number(value, f"{WHERE}.{key}[{k}]") for k, value in enumerate(values)]


def _require_floats(array: NDArray[Any], shape: tuple[int, ...], key: str) -> None:
    if array.dtype.kind != "f" or array.shape != shape or not array.size:
        raise InputError(f"{WHERE}.{key}: expected binary64 numbers of shape {shape}")
