"""A symbolic game's document as parsed costs: the text that search and checker share."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

from certificates.document import Document, number, require_keys
from games.errors import InputError
from games.expression import FUNCTIONS, Graph, parse
from games.game import Player, check_names

WHERE = "game"
_FORMAT = "sgn-game/1"
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


@final
@dataclass(frozen=True)
class Costs:
    """Players, all variables in order, and each player's cost as a node of one graph."""

    players: tuple[Player, ...]
    variables: tuple[str, ...]
    graph: Graph
    costs: tuple[int, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(player.size for player in self.players)


def read_costs(game: Document) -> Costs:
    """Parse the costs of a symbolic game; raises InputError."""
    required = {"format", "kind", "name", "players"}
    fields = require_keys(game, WHERE, required, {"source", "parameters"})
    check_head(fields)
    players, texts = [], []
    for entry in fields["players"]:
        player = require_keys(entry, f"{WHERE}.players", {"name", "variables", "cost"})
        variables = player["variables"]
        if not isinstance(variables, list) or not all(isinstance(v, str) for v in variables):
            raise InputError(f"{WHERE}.players: variables must be a list of names")
        if not isinstance(player["cost"], str):
            raise InputError(f"{WHERE}.players: a cost must be text")
        players.append(Player(player["name"], tuple(variables)))
        texts.append(player["cost"])
    check_names(players)
    graph = Graph()
    order = tuple(v for player in players for v in player.variables)
    _check_identifiers(order)
    names = {name: graph.variable(name) for name in order}
    parameters = fields.get("parameters", {})
    if not isinstance(parameters, dict):
        raise InputError(f"{WHERE}.parameters: expected an object of numbers")
    _check_identifiers(parameters)
    for name, value in parameters.items():
        if name in names:
            raise InputError(f"{WHERE}.parameters: {name!r} is also a variable")
        names[name] = graph.constant(number(value, f"{WHERE}.parameters.{name}"))
    costs = tuple(
        parse(text, graph, names, f"cost of {owner.name}")
        for owner, text in zip(players, texts, strict=True)
    )
    return Costs(tuple(players), order, graph, costs)


def check_head(game: Document) -> None:
    if game["format"] != _FORMAT:
        raise InputError(f"{WHERE}.format: expected {_FORMAT!r}")
    for key in ("name", "source"):
        if not isinstance(game.get(key, ""), str):
            raise InputError(f"{WHERE}.{key}: expected text")


def _check_identifiers(names: Iterable[str]) -> None:
    """A name that the parser reads as something else would change what a cost says."""
    for name in names:
        if not _IDENTIFIER.fullmatch(name) or name in FUNCTIONS or name == "pi":
            raise InputError(f"{WHERE}: {name[:40]!r} is no name for a variable or parameter")
