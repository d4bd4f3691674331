"""A game in a few lines, and as plain JSON: who plays, with which variables, where."""

import textwrap
from collections.abc import Sequence
from itertools import islice
from typing import Any

from games.game import Game
from games.numbered import names_of

SHOWN = 20  # players listed
WIDTH = 80
_STRUCTURES = {
    "constant": "constant Jacobian (quadratic costs)",
    "multi-affine": "every entry of the Jacobian affine in each variable",
    "general": "general smooth costs",
}


def words(game: Game) -> str:
    """The game as text: name, source, players with their costs where they are text, region."""
    lines = [game.name or "A game without a name"]
    if game.source:
        lines.append(_wrapped("source", game.source))
    count = len(game.players)
    players = f"{count} player{'s' * (count != 1)}"
    lines.append(_wrapped("players", f"{players}, {game.dimension} variables"))
    lines += [_wrapped(f"  {name}", text) for name, text in islice(_players(game), SHOWN)]
    if count > SHOWN:
        lines.append(f"  … and {count - SHOWN} more players")
    lines.append(_wrapped("structure", _STRUCTURES[game.structure.value]))
    lines.append(_wrapped("region", "none is given" if game.region is None else repr(game.region)))
    return "\n".join(_printable(line) for line in lines)


def facts(game: Game) -> dict[str, Any]:
    """The game as plain JSON; the ends of the region rounded outward."""
    region = None
    if game.region is not None:
        low, high = game.region.floats()
        region = {"lower": low.tolist(), "upper": high.tolist()}
    return {
        "name": game.name,
        "source": game.source,
        "players": [
            {"name": name, "variables": size}
            for name, size in zip(names_of(game.players), game.sizes, strict=True)
        ],
        "structure": game.structure.value,
        "provable": game.provable,
        "region": region,
    }


def _players(game: Game) -> "Sequence[tuple[str, str]]":
    costs: Sequence[object] = getattr(game, "costs", ())
    found = []
    for i, player in enumerate(islice(game.players, SHOWN)):
        told = ", ".join(player.variables[:8]) + (", …" if player.size > 8 else "")
        cost = f"; cost {costs[i]}" if i < len(costs) else ""
        found.append((player.name, f"{told}{cost}"))
    return found


def _wrapped(label: str, text: str) -> str:
    return textwrap.fill(f"{label}: {text}", WIDTH, initial_indent="  ", subsequent_indent=" " * 6)


def _printable(text: str) -> str:
    kept = (c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
    return "".join(kept)
