"""The field of a Markov or normal-form game, built again from the tensors of its document."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.reading import (
    Document,
    decode_array,
    is_count,
    number,
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
MAX_JOINT = 2**14  # joint actions
Floats = NDArray[np.float64]


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
    field = game.get("field", "fisher")
    if not isinstance(field, str) or field not in DIVIDED:
        raise InputError(f"{WHERE}.field: expected one of {', '.join(DIVIDED)}")
    if DIVIDED[field]:
        check_visited(tensors)
    players = tuple(
        Player(entry["name"], coordinate_names(i, tensors.states, entry["actions"]))
        for i, entry in enumerate(game["players"], start=1)
    )
    for key in ("name", "source"):
        if not isinstance(game.get(key, ""), str):
            raise InputError(f"{WHERE}.{key}: expected text")
    if game["format"] != FORMAT:
        raise InputError(f"{WHERE}.format: expected {FORMAT!r}")
    check_names(players)
    return players, tensors, field


def read_tensors(game: Document) -> Tensors:
    """The tensors of a Markov or normal-form game; InputError."""
    return _markov(game) if game["kind"] == "markov" else _one_state(game)


def _markov(game: Document) -> Tensors:
    required = HEAD | {"transition", "rewards", "discount", "initial"}
    fields = require_keys(game, WHERE, required, {"source", "field", "occupancy_entropy"})
    actions, joint = _actions(fields)
    transition = decode_array(fields["transition"], f"{WHERE}.transition")
    states = transition.shape[-1]
    rows = states * joint
    _require_floats(transition, (rows, states), "transition")
    rewards = decode_array(fields["rewards"], f"{WHERE}.rewards")
    _require_floats(rewards, (len(actions), rows), "rewards")
    switch = fields.get("occupancy_entropy", False)
    if not isinstance(switch, bool):
        raise InputError(f"{WHERE}.occupancy_entropy: expected true or false")
    return _tensors(
        transition.reshape(states, *actions, states),
        [reward.reshape(states, *actions) for reward in rewards],
        fields,
        switch,
    )


def _one_state(game: Document) -> Tensors:
    """A normal-form game: one state, nothing follows."""
    fields = require_keys(game, WHERE, HEAD | {"payoffs"}, {"source", "field"})
    actions, joint = _actions(fields)
    payoffs = decode_array(fields["payoffs"], f"{WHERE}.payoffs")
    _require_floats(payoffs, (len(actions), joint), "payoffs")
    alone = {**fields, "discount": 0, "initial": [1]}
    rewards = [payoff.reshape(1, *actions) for payoff in payoffs]
    return _tensors(np.ones((1, *actions, 1)), rewards, alone, False)


def _tensors(transition: Floats, rewards: list[Floats], fields: Document, switch: bool) -> Tensors:
    numbers: dict[str, list[Any]] = {}
    for key in ("entropy", "initial"):
        if not isinstance(fields[key], list):
            raise InputError(f"{WHERE}.{key}: expected a list of numbers")
        numbers[key] = [number(v, f"{WHERE}.{key}[{k}]") for k, v in enumerate(fields[key])]
    discount = number(fields["discount"], f"{WHERE}.discount")
    try:
        return Tensors.checked(
            transition, rewards, discount, numbers["entropy"], numbers["initial"], switch
        )
    except ValueError as error:
        raise InputError(f"{WHERE}: {error}") from None


def _actions(fields: Document) -> tuple[tuple[int, ...], int]:
    """How many actions each player has, and how many joint ones there are."""
    if not isinstance(fields["players"], list) or not fields["players"]:
        raise InputError(f"{WHERE}.players: expected a list of players")
    counts = []
    for entry in fields["players"]:
        player = require_keys(entry, f"{WHERE}.players", {"name", "actions"})
        if not isinstance(player["name"], str):
            raise InputError(f"{WHERE}.players: a name must be text")
        if not is_count(player["actions"]) or not 2 <= player["actions"] <= MAX_JOINT:
            raise InputError(f"{WHERE}.players: actions must be from 2 to {MAX_JOINT}")
        counts.append(player["actions"])
    joint = math.prod(counts)
    if joint > MAX_JOINT:
        raise InputError(f"{WHERE}.players: more than {MAX_JOINT} joint actions")
    return tuple(counts), joint


def _require_floats(array: NDArray[Any], shape: tuple[int, ...], key: str) -> None:
    if array.dtype.kind != "f" or array.shape != shape:
        raise InputError(f"{WHERE}.{key}: expected binary64 numbers of shape {shape}")
