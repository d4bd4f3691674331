"""A game's document as parsed costs, or as a field: the text that search and checker share."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

from certificates.kernel.document.geometry import LOGIT_KINDS
from certificates.kernel.document.reading import Document, number, read_list, require_keys
from certificates.kernel.jacobian.head import WHERE, check_head
from certificates.kernel.uncheckable import Uncheckable
from games.errors import InputError
from games.language.functions import FUNCTIONS
from games.language.graph import Graph
from games.language.parser import parse
from games.players import Player, check_names

TEXT_KINDS = ("symbolic", *LOGIT_KINDS)  # of which J can be enclosed
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


@final
@dataclass(frozen=True)
class Costs:
    """Players, all variables in order, and each player's cost as a node of one graph.

    field: F itself is given, not costs; then ``costs`` are its entries, one a variable.
    """

    players: tuple[Player, ...]
    variables: tuple[str, ...]
    graph: Graph
    costs: tuple[int, ...]
    field: bool = False

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(player.size for player in self.players)


def read_costs(game: Document) -> Costs:
    """The costs of a symbolic game, or its field, or that of a game of logits.

    Raises InputError, or Uncheckable for another kind of game.
    """
    if game.get("kind") not in TEXT_KINDS:
        raise Uncheckable("the game holds nothing that can be re-derived")
    if game.get("kind") in LOGIT_KINDS:
        from certificates.kernel.policies.logit import logit_field

        owners, graph, nodes = logit_field(game)
        return Costs(owners, tuple(v for p in owners for v in p.variables), graph, nodes, True)
    required = {"format", "kind", "name", "players"}
    fields = require_keys(game, WHERE, required, {"source", "parameters", "definitions"})
    check_head(fields)
    players, texts, entries = [], [], fields["players"]
    first = entries[0] if isinstance(entries, list) and entries else None
    key = "field" if isinstance(first, dict) and "field" in first else "cost"  # of all players
    for entry in entries:
        player = require_keys(entry, f"{WHERE}.players", {"name", "variables", key})
        variables = player["variables"]
        if not isinstance(variables, list) or not all(isinstance(v, str) for v in variables):
            raise InputError(f"{WHERE}.players: variables must be a list of names")
        players.append(Player(player["name"], tuple(variables)))
        texts += _stated(player, key)
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
    _define(fields.get("definitions", []), graph, names)
    costs = tuple(parse(text, graph, names, where) for where, text in texts)
    return Costs(tuple(players), order, graph, costs, key == "field")


def _define(stated: object, graph: Graph, names: dict[str, int]) -> None:
    """Give each definition's name the node of its text, which may use the names before it."""
    where = f"{WHERE}.definitions"
    for entry in read_list(stated, where):
        if not isinstance(entry, list) or [type(part) for part in entry] != [str, str]:
            raise InputError(f"{where}: expected pairs of a name and a text")
        name, text = entry
        _check_identifiers([name])
        if name in names:
            raise InputError(f"{where}: {name[:40]!r} is defined already")
        names[name] = parse(text, graph, names, f"{where}.{name[:40]}")


def _stated(player: Document, key: str) -> list[tuple[str, str]]:
    """The player's cost, or its field's entries, one a variable; each with its place."""
    texts = [player["cost"]] if key == "cost" else player["field"]
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise InputError(f"{WHERE}.players: a cost or an entry of a field must be text")
    if key == "field" and len(texts) != len(player["variables"]):
        raise InputError(f"{WHERE}.players: a field has one entry a variable")
    return [(f"{key} of {str(player['name'])[:60]}", text) for text in texts]


def _check_identifiers(names: Iterable[str]) -> None:
    """A name that the parser reads as something else would change what a cost says."""
    for name in names:
        if not _IDENTIFIER.fullmatch(name) or name in FUNCTIONS or name == "pi":
            raise InputError(f"{WHERE}: {name[:40]!r} is no name for a variable or parameter")
