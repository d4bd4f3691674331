"""From traced costs to a game: texts with definitions, and a comparison with the functions."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from games.errors import InputError
from games.language.evaluate import compile
from games.language.expression import to_text
from games.language.graph import Graph
from games.players import Player
from games.regions.shapes import Box

Floats = NDArray[np.float64]

POINTS = 20
TOLERANCE = 1e-9  # relative, of values
FLOOR = 1e-3  # beside their size: where terms of size 1 cancel, what is left is rounding
SLOPE_TOLERANCE = 1e-7  # relative, of gradients: JAX's own take more steps
SHORT = 12  # characters up to which a shared part is written out
DEEP, LONG = 40, 2000  # nesting and characters from which a part gets a name


def texts(
    graph: Graph, roots: Sequence[int], taken: Sequence[str]
) -> tuple[dict[str, str], list[str]]:
    """Definitions of the nodes that are used more than once, and a text for each root.

    taken: names of variables; definitions are called v1, v2, … or with more letters v. Their length
    together is linear in the number of nodes.
    """
    prefix = "v"
    while any(name.startswith(prefix) and name[len(prefix) :].isdigit() for name in taken):
        prefix += "v"
    needed = graph.needed(roots)
    uses = Counter(chain(*(graph.args[node] for node in needed)))
    length: dict[int, int] = {}
    depth: dict[int, int] = {}
    names: dict[int, str] = {}
    definitions: dict[str, str] = {}
    for node in needed:
        args = graph.args[node]
        if not args:
            length[node], depth[node] = len(to_text(graph, node)), 0
            worth = graph.number(node) is not None and length[node] > SHORT
        else:
            length[node] = 4 + sum(length[a] for a in args)
            depth[node] = max(depth[args[0]], *(1 + depth[a] for a in args[1:]), 0)
            depth[node] += graph.ops[node] not in ("+", "-", "*", "/")
            worth = length[node] > SHORT
        shared = worth and uses[node] > 1
        if shared or depth[node] > DEEP or length[node] > LONG:
            name = f"{prefix}{len(definitions) + 1}"
            definitions[name] = to_text(graph, node, names)
            names[node], length[node], depth[node] = name, len(name), 0
    written = [names[root] if root in names else to_text(graph, root, names) for root in roots]
    return definitions, written


def points(centre: Floats, region: Box | None) -> Floats:
    """Points to compare at: in the region, or round the centre, some with positive entries only."""
    rng = np.random.default_rng(20)
    n = len(centre)
    if region is not None and region.ball is None:
        low = np.array([float(v) for v in region.lower])
        high = np.array([float(v) for v in region.upper])
        found: Floats = low + rng.random((POINTS, n)) * (high - low)
        return found
    half = POINTS // 2
    near = centre + rng.normal(size=(half, n)) / 2
    return np.concatenate([near, rng.uniform(0.1, 1.5, (POINTS - half, n))])


def compare(
    graph: Graph,
    roots: Sequence[int],
    variables: Sequence[str],
    functions: Sequence[Callable[[Floats], Any]],
    players: Sequence[Player],
    at: Floats,
) -> None:
    """Raise InputError unless each traced cost is its function at the points.

    Points where the function itself overflows are left out; there must be one where it does not.
    """
    traced = compile(graph, roots, variables)(at)
    for player, function, values in zip(players, functions, traced.T, strict=True):
        own = np.array([float(function(x)) for x in at])
        differ("cost", player.name, at, own, values, TOLERANCE)


def differ(
    what: str, player: str, at: Floats, own: Floats, traced: Floats, tolerance: float
) -> None:
    """Raise InputError where numbers of the function and of its trace are not the same."""
    with np.errstate(invalid="ignore"):
        used = np.isfinite(own) & np.isfinite(traced)
        scale = FLOOR + np.abs(own) + (np.median(np.abs(own[used])) if used.any() else 0)
        wrong = used & ~(np.abs(own - traced) <= tolerance * scale)
        wrong |= np.isnan(own) & (np.abs(traced) < 1e100)
    if wrong.any():
        k = int(np.argmax(wrong))
        place = ", ".join(f"{v:.6g}" for v in at[k % len(at)][:8])
        raise InputError(
            f"the {what} of {player} was traced as another function: at ({place}) it is"
            f" {own[k]:.12g}, and its trace {traced[k]:.12g}; it depends on something beside its"
            " arguments, or rounds in single precision"
        )
    if not used.any():
        raise InputError(
            f"the {what} of {player} is not finite at any point that was tried; give a region where"
            " it is defined"
        )


def by_player(names: Sequence[str], given: Any, what: str) -> list[Any]:
    """One function a player, from a mapping by name or a sequence in the players' order."""
    if isinstance(given, Mapping):
        if sorted(given) != sorted(names):
            raise InputError(f"{what} are given for {sorted(given)}; expected {sorted(names)}")
        return [given[name] for name in names]
    return list(given)
