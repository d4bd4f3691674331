"""Games whose costs are JAX functions: traced through their jaxpr, and so proved."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from games.callable import check_functions
from games.derivatives import Derivatives
from games.game import Game
from games.jax_bridge import JaxDerivatives, import_jax
from games.language.graph import Graph
from games.quadratic import check_region
from games.regions.shapes import Box
from games.tracing import build
from games.tracing.differences import CostDifferences
from games.tracing.functions import Costs, estimated, layout_of, plain, slices, told, traced
from games.tracing.layout import Layout, Leaf, Structure, is_shape, leaf_of
from games.tracing.places import Untraceable


def from_jax(
    costs: Costs,
    sizes: Sequence[int] | None = None,
    *,
    players: Mapping[str, Any] | None = None,
    region: Box | None = None,
    name: str = "",
    source: str = "",
    strict: bool = False,
) -> Game:
    """The game of JAX costs: traced once each through their jaxpr, and so proved, not sampled.

    costs: one function per player, in order or by name; each takes one vector of all variables, or
        one argument per player. sizes: how many variables each player has; or players: name →
        pytree of arrays (or of shapes) as that player's argument has it; the entry w[0, 1] of
        player gen is the variable ``gen_w_0_1``.
    region, strict, result and errors: as for :func:`games.from_functions`.
    Everything is traced afresh in double precision, whatever the costs were used for before; the
    user's own JAX settings stay as they are. jax.nn's softmax, logsumexp, softplus and log_softmax
    are traced as the smooth functions that they are. Raises ImportError where JAX is missing.

    >>> import jax.numpy as jnp  # doctest: +SKIP
    >>> game = from_jax([lambda a, b: a @ a + a @ b, lambda a, b: jnp.tanh(b).sum()], [2, 2])
    ... # doctest: +SKIP
    """
    jax = import_jax()
    from games.tracing import jax_costs

    layout = layout_of(sizes, players, _read)
    own = build.by_player([p.name for p in layout.players], costs, "costs")
    check_functions("costs", own, len(layout.players))
    functions = [layout.called(cost) for cost in own]
    checked = check_region(region, sum(layout.sizes))
    variables = tuple(v for player in layout.players for v in player.variables)
    graph = Graph()
    jax_costs.check_scalars(functions, len(variables))
    try:
        roots = [
            jax_costs.trace(function, graph, variables, cost)
            for function, cost in zip(functions, own, strict=True)
        ]
    except Untraceable as error:
        told(error, strict)
        return estimated(layout, _derivatives(jax, functions, layout), name, source, checked)
    at = build.points(layout.centre, checked)
    with jax.enable_x64(True):
        run = [jax.jit(function) for function in functions]
        build.compare(graph, roots, variables, run, layout.players, at)
        game = traced(layout, graph, roots, name, source, checked)
        _compare_slopes(jax, game, functions, at[:: build.POINTS // 4])
    return game


def _derivatives(jax: Any, functions: Sequence[Any], layout: Layout) -> Derivatives:
    """By JAX; of costs that JAX itself cannot trace by differences."""
    try:
        return JaxDerivatives(functions, slices(layout))
    except jax.errors.JAXTypeError:
        return CostDifferences([plain(f, k) for k, f in enumerate(functions, 1)], slices(layout))


def _compare_slopes(jax: Any, game: Any, functions: Sequence[Any], at: Any) -> None:
    """Gradients too: a derivative rule of the user's own would mean another field."""
    F = game.pseudo_gradient(at)
    for player, function, own in zip(game.players, functions, game.slices, strict=True):
        slope = jax.jit(jax.grad(function))
        try:
            slope(at[0])
        except ValueError:  # while loops have derivatives in this direction only
            slope = jax.jit(jax.jacfwd(function))
        values = np.array([np.asarray(slope(x))[own] for x in at])
        for k in range(values.shape[1]):
            build.differ(
                f"derivative by {player.variables[k]}",
                player.name,
                at,
                values[:, k],
                F[:, own][:, k],
                build.SLOPE_TOLERANCE,
            )


def _read(value: Any, place: str) -> Structure:
    """A player's pytree: of arrays, or of sizes and shapes."""
    jax = import_jax()
    found, tree = jax.tree_util.tree_flatten_with_path(value, is_leaf=is_shape)
    leaves: list[Leaf] = []
    for path, entry in found:
        keys = tuple(str(_key(part)) for part in path)
        leaf = leaf_of(entry, place, keys)
        if leaf is None:
            raise TypeError(f"{place} has a {type(entry).__name__}; give arrays or shapes")
        leaves.append(leaf)
    return Structure(tuple(leaves), lambda parts: jax.tree_util.tree_unflatten(tree, parts))


def _key(part: Any) -> Any:
    """What stands in names for a step into a pytree."""
    for attribute in ("key", "idx", "name"):
        if hasattr(part, attribute):
            return getattr(part, attribute)
    return part
