"""The coupling graph with its blocking cycle (networkx lays it out)."""

from typing import TYPE_CHECKING

import numpy as np

from sgn.bounds import Bounds
from sgn.coupling.graph import blocking_cycle
from sgn.plots.style import BLUE, INK, SMALL, SQUARE, VERMILLION, named, new_axes
from sgn.plots.subject import Subject, bounds_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 40  # players
ROUND = 12  # players up to which each has its curvature beside it
SHORT = 9  # characters of a name where there are more
NUMBERED = 12  # gains up to which each is written down
UNBOUNDED = 1e290  # a gain of a player without curvature
FLAT = (4.4, 2.0)  # inches, for two players
APART = 0.13  # of a number from its arrow
BEND = 0.18  # of an arrow
Place = tuple[float, float]


def coupling_graph(subject: Subject, ax: "Axes | None" = None) -> "Axes":
    """Who acts on whom: an arrow j → i for L_ij > 0, as wide as its gain L_ij/μ_i.

    The cycle with the largest mean gain, which blocks first (T2), is drawn in another colour; so is
    a player whose own curvature is not positive. Gains are those of a certificate's bounds, or of
    the game's, sampled unless its Jacobian is constant. ValueError for more than 40 players.
    """
    bounds = bounds_of(subject)
    if bounds.size > MOST:
        raise ValueError(f"there are {bounds.size} players; expected at most {MOST}")
    cycle = blocking_cycle(bounds)
    hops = set(zip(cycle.players, cycle.players[1:] + cycle.players[:1], strict=True))
    gains = _gains(bounds)
    largest = max(gains.values(), default=1.0)
    places = _places(bounds.size, list(gains))
    ax = new_axes(ax, SQUARE if bounds.size > 2 else FLAT)
    for (i, j), gain in gains.items():
        hot = (i, j) in hops
        _arrow(ax, places[j], places[i], VERMILLION if hot else BLUE, 0.8 + 2.4 * gain / largest)
        if len(gains) <= NUMBERED or (hot and bounds.size <= ROUND):
            x, y = _beside(places[j], places[i])
            text = f"{gain:.3g}" if gain < UNBOUNDED else "unbounded"
            ax.text(x, y, text, fontsize=SMALL, color=INK, ha="center", va="center")
    size = 11 if bounds.size <= ROUND else 6
    for k, (x, y) in enumerate(places):
        hot = k in cycle.players
        ax.plot(x, y, "o", color=VERMILLION if hot else BLUE, markersize=size, zorder=3)
        _label(ax, bounds, k, (x, y))
    ax.set_xlim(-1.55, 1.55)
    tall = 1.45 if bounds.size > 2 else 0.6
    ax.set_ylim(-tall, tall)
    ax.set_aspect("equal", adjustable="box")
    ax.set_axis_off()
    ax.set_title(_title(bounds, cycle.players, cycle.gain), fontsize=SMALL + 1, color=INK)
    return ax


def _gains(bounds: Bounds) -> dict[tuple[int, int], float]:
    """L_ij/|μ_i| by (i, j), nothing where L_ij is 0."""
    table = bounds.coupling_upper.tocoo()
    rows, cols = table.coords
    own = np.maximum(np.abs(bounds.curvature_lower), 1e-300)
    return {
        (i, j): value / float(own[i])
        for i, j, value in zip(rows.tolist(), cols.tolist(), table.data.tolist(), strict=True)
        if value > 0
    }


def _places(count: int, edges: list[tuple[int, int]]) -> list[Place]:
    """On a circle."""
    import networkx as nx

    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from(edges)
    found = nx.circular_layout(graph)
    return [(float(found[k][0]), float(found[k][1])) for k in range(count)]


def _arrow(ax: "Axes", tail: Place, head: Place, colour: str, width: float) -> None:
    style = {
        "arrowstyle": "-|>",
        "color": colour,
        "linewidth": width,
        "mutation_scale": 11,
        "shrinkA": 8,
        "shrinkB": 8,
        "connectionstyle": f"arc3,rad={BEND}",
    }
    ax.annotate("", xy=head, xytext=tail, arrowprops=style)


def _beside(tail: Place, head: Place) -> Place:
    """Beyond the middle of the bent arrow, on its outer side."""
    (a, b), (c, d) = tail, head
    length = max(float(np.hypot(c - a, d - b)), 1e-9)
    away = BEND / 2 + APART / length
    return (a + c) / 2 + away * (d - b), (b + d) / 2 - away * (c - a)


def _label(ax: "Axes", bounds: Bounds, k: int, place: Place) -> None:
    """The name and the player's own curvature, outside the circle."""
    x, y = place
    if bounds.size > ROUND:
        _ray(ax, named(bounds.names[k], SHORT), place)
        return
    text = f"{named(bounds.names[k])}\nμ = {bounds.curvature_lower[k]:.3g}"
    size = max(float(np.hypot(x, y)), 1e-9)
    ax.text(
        x + 0.12 * x / size,
        y + 0.16 * (y / size if abs(y) > 0.1 else -1.0),
        text,
        fontsize=SMALL,
        color=INK,
        ha="center",
        va="bottom" if y > 0.1 else "top",
    )


def _ray(ax: "Axes", text: str, place: Place) -> None:
    """A name that points away from the centre, never upside down."""
    x, y = place
    turn, left = float(np.degrees(np.arctan2(y, x))), x < 0
    ax.text(
        1.1 * x,
        1.1 * y,
        text,
        fontsize=SMALL,
        color=INK,
        rotation=turn + 180 if left else turn,
        rotation_mode="anchor",
        ha="right" if left else "left",
        va="center",
    )


def _title(bounds: Bounds, players: tuple[int, ...], gain: float) -> str:
    if not players:
        return "no player acts on itself through others"
    if len(players) == 1:
        return f"{named(bounds.names[players[0]])} has no curvature above 0"
    return f"gains; the cycle that blocks first multiplies to {gain:.4g}"
