"""Games whose costs are Python functions, traced: what is proved is the function that they compute.

That is the real function of the code, constants at their exact binary values; the rounding of the
code's own arithmetic is left out.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from games.callable import CallableGame, check_functions
from games.errors import InputError
from games.game import Game
from games.language.graph import Graph
from games.quadratic import check_region, check_sizes
from games.regions.shapes import Box
from games.symbolic import SymbolicGame
from games.tracing import build, numpy_costs
from games.tracing.differences import CostDifferences
from games.tracing.layout import Layout, of_players, of_sizes, read_structure
from games.tracing.places import Untraceable

Cost = Callable[..., Any]
Costs = Sequence[Cost] | Mapping[str, Cost]


def from_functions(
    costs: Costs,
    sizes: Sequence[int] | None = None,
    *,
    players: Mapping[str, Any] | None = None,
    region: Box | None = None,
    name: str = "",
    source: str = "",
    strict: bool = False,
) -> Game:
    """The game of costs written with NumPy: traced once each, and so proved, not sampled.

    costs: one function per player, in order or by name; each takes one vector of all variables, or
        one argument per player. sizes: how many variables each player has (variables x1, x2, … or
        x1_1, …); or players: name → size, shape, array, or lists and dictionaries of these; the
        entry w[0, 1] of player gen is the variable ``gen_w_0_1``.
    region: where it is certified unless told otherwise, and compared with the functions.
    strict: raise where a cost cannot be traced.
    Returns a :class:`games.SymbolicGame`; where a cost cannot be traced a :class:`CallableGame`
    (estimated at best), with a warning that names the line. Raises InputError for sizes, names or
    results that make no game, and where a trace is not its function at random points.
    What is proved is the real function that the code computes: constants are their exact binary
    values, the rounding of the code's own arithmetic is left out.

    >>> game = from_functions([lambda x: x[0]**2 + x[0]*x[1], lambda x: np.exp(x[1])], [1, 1])
    >>> game.costs
    ('x1**2 + x1*x2', 'exp(x2)')
    """
    layout = layout_of(sizes, players, read_structure)
    own = build.by_player([p.name for p in layout.players], costs, "costs")
    check_functions("costs", own, len(layout.players))
    functions = [plain(layout.called(cost), k) for k, cost in enumerate(own, start=1)]
    checked = check_region(region, sum(layout.sizes))
    at = build.points(layout.centre, checked)
    for function in functions:  # the user's own mistakes are told as they are
        function(at[0])
    variables = tuple(v for player in layout.players for v in player.variables)
    graph = Graph()
    try:
        roots = [numpy_costs.trace(layout.called(cost), graph, variables, cost) for cost in own]
    except Untraceable as error:
        told(error, strict)
        return estimated(layout, CostDifferences(functions, slices(layout)), name, source, checked)
    build.compare(graph, roots, variables, functions, layout.players, at)
    return traced(layout, graph, roots, name, source, checked)


def traced(
    layout: Layout, graph: Graph, roots: Sequence[int], name: str, source: str, region: Box | None
) -> SymbolicGame:
    """The game of traced costs, its shared parts as definitions."""
    variables = [v for player in layout.players for v in player.variables]
    definitions, costs = build.texts(graph, roots, variables)
    return SymbolicGame.from_costs(
        {player.name: player.variables for player in layout.players},
        {player.name: cost for player, cost in zip(layout.players, costs, strict=True)},
        name=name,
        source=source,
        region=region,
        definitions=definitions,
    )


def estimated(
    layout: Layout, derivatives: Any, name: str, source: str, region: Box | None
) -> CallableGame:
    """The game of functions that cannot be traced."""
    names = [player.name for player in layout.players]
    return CallableGame.of(derivatives, layout.sizes, names, name, source, region)


def slices(layout: Layout) -> list[slice]:
    ends = np.cumsum(layout.sizes).tolist()
    return [slice(end - size, end) for end, size in zip(ends, layout.sizes, strict=True)]


def layout_of(
    sizes: Sequence[int] | None, players: Mapping[str, Any] | None, read: Callable[..., Any]
) -> Layout:
    if (sizes is None) == (players is None):
        raise InputError("give sizes or players, one of the two")
    if players is not None:
        return of_players(players, read)
    assert sizes is not None
    return of_sizes(check_sizes(sizes))


def told(error: Untraceable, strict: bool) -> None:
    """Raise the error, or warn that the game is not proved."""
    if strict:
        raise error
    warnings.warn(
        f"{error}. Until then this game is a CallableGame: estimated, not proved",
        UserWarning,
        stacklevel=3,
    )


def plain(function: Cost, number: int) -> Cost:
    """The cost of floats as a float, its shape checked."""

    def of_floats(x: Any) -> float:
        value = np.asarray(function(np.array(x, dtype=float)))
        if value.shape != ():
            raise ValueError(
                f"the cost of player {number} returns shape {value.shape}; expected (), a scalar"
            )
        return float(value)

    return of_floats
