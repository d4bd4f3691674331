"""Play: the metric ball that traps what leaves the Euclidean one; runs beside their envelope."""

import math
from typing import TYPE_CHECKING

import numpy as np

from certificates.certificate import Certificate, StepRange
from games.regions.shapes import Box
from sgn.plots.style import BLUE, GREEN, INK, SQUARE, VERMILLION, dress, legend, named, new_axes
from sgn.plots.subject import Floats, equilibrium_of, metric_matrix, small_game
from sgn.simulation.simulate import simulate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RUNS = 40
SMALLEST = 1e-6  # of the first distance: below it nothing is drawn
MOST_STEPS = 400
ANGLES = 360
DONE = 8.0  # how many times 1/margin the flow is followed
SAMPLES = 400  # rows of it
INSIDE = 0.99  # of the start set's radius


def trap_and_escape(certificate: Certificate, ax: "Axes | None" = None) -> "Axes":
    """The flow of a game of two variables: it stays in the M-ball (T7), not in the Euclidean one.

    The start is the point of the M-ball from which the flow goes furthest beyond its first
    Euclidean distance to the equilibrium. Raises ValueError for more variables and where no
    equilibrium inside the region is certified.
    """
    game, centre = small_game(certificate), equilibrium_of(certificate)
    if game.dimension != 2:
        raise ValueError(f"the game has {game.dimension} variables; expected 2")
    M = metric_matrix(certificate, game)
    circle = _sphere(M, _radius(certificate, "flow", M))
    time = DONE / float(certificate.margin)
    play = simulate(
        game, centre + circle, method="flow", step=time / SAMPLES, steps=SAMPLES, target=centre
    )
    furthest = (play.distances / play.distances[0]).max(axis=0)
    worst = int(np.argmax(furthest))
    path, reach = play.trajectories[:, worst], float(play.distances[0, worst])
    escaped = play.distances[:, worst] > reach * (1 + 1e-6)
    ax = new_axes(ax, SQUARE)
    ball = centre + np.concatenate([circle, circle[:1]])
    ax.fill(ball[:, 0], ball[:, 1], color=BLUE, alpha=0.13, linewidth=0)
    ax.plot(ball[:, 0], ball[:, 1], "-", color=BLUE, linewidth=2, label="ball in the metric")
    turn = np.linspace(0, 2 * math.pi, ANGLES)
    x, y = centre[0] + reach * np.cos(turn), centre[1] + reach * np.sin(turn)
    ax.plot(x, y, "--", color=VERMILLION, linewidth=1.5, label="Euclidean ball")
    word = "play leaves it" if escaped.any() else "play"
    ax.plot(path[:, 0], path[:, 1], "-", color=GREEN, linewidth=2, label=word)
    ax.plot(*path[0], "o", color=GREEN, markersize=6)
    ax.plot(*centre, "+", color=INK, markersize=9, label="equilibrium")
    names = [variable for player in game.players for variable in player.variables]
    width = float(np.ptp(ball[:, 0])) / max(float(np.ptp(ball[:, 1])), 1e-300)
    if 1 / 3 < width < 3:
        ax.set_aspect("equal", adjustable="box")
    _frame(ax, ball)
    legend(ax, loc="lower center")
    title = "" if 1 / 3 < width < 3 else "the two axes have different scales"
    return dress(ax, named(names[0]), named(names[1]), title)


def _frame(ax: "Axes", ball: Floats) -> None:
    """The ball with a margin, and room for the legend below."""
    low, high = ball.min(axis=0), ball.max(axis=0)
    pad = 0.08 * (high - low)
    ax.set_xlim(low[0] - pad[0], high[0] + pad[0])
    ax.set_ylim(low[1] - 5.5 * pad[1], high[1] + pad[1])


def convergence(
    certificate: Certificate, method: str = "euler", ax: "Axes | None" = None
) -> "Axes":
    """Simulated runs from the start set beside the certified envelope (T7, T9–T11).

    method: euler or rk4 at the best certified step, or flow. Distances are to the equilibrium, in
    the metric of the claim, over the first one. Raises ValueError where nothing of the kind is
    certified.
    """
    game, centre = small_game(certificate), equilibrium_of(certificate)
    if method == "flow":
        M, step = metric_matrix(certificate, game), 0.05 / float(certificate.margin)
        factor = math.exp(-0.05)
    else:
        steps = _steps(certificate, method)
        M, step = steps.metric.matrix(game.sizes), float(steps.best_step)
        factor = float(steps.factor_at_best)
    count = min(MOST_STEPS, math.ceil(math.log(SMALLEST) / math.log(min(factor, 0.999))))
    rng = np.random.default_rng(0)
    starts = centre + _radius(certificate, method, M) * _directions(
        M, rng.normal(size=(RUNS, len(M)))
    )
    play = simulate(game, starts, method=method, step=step, steps=count, metric=M, target=centre)
    ax = new_axes(ax)
    unit = step if method == "flow" else 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = play.distances / play.distances[0]
    ax.semilogy(play.times * unit, np.maximum(relative, 1e-300), "-", color=BLUE, linewidth=0.6)
    ax.semilogy([], [], "-", color=BLUE, label=f"{RUNS} simulated runs")
    k = np.arange(count + 1)
    ax.semilogy(
        k * unit, factor**k, "--", color=VERMILLION, linewidth=2, label="certified envelope"
    )
    ax.set_ylim(SMALLEST, 2)
    if method != "flow":
        ax.locator_params(axis="x", integer=True)
    legend(ax, loc="upper right")
    title = "flow" if method == "flow" else f"{_TITLES[method]}, step {step:.4g}"
    return dress(
        ax,
        "time" if method == "flow" else "step number",
        "distance to the equilibrium / first one",
        title,
    )


_TITLES = {"euler": "Euler", "rk4": "Runge-Kutta 4"}


def _steps(certificate: Certificate, method: str) -> StepRange:
    found = {"euler": certificate.euler, "rk4": certificate.rk4}
    if method not in found:
        raise ValueError(f"method is {method!r}; expected flow, {', '.join(found)}")
    steps = found[method]
    if steps is None:
        raise ValueError(f"no steps of {_TITLES[method]} are certified")
    return steps


def _radius(certificate: Certificate, method: str, M: Floats) -> float:
    """Of the start set, a little inside; where every start will do, one that shows the region."""
    basin = certificate.basin
    if basin is None or method not in basin.radii:
        raise ValueError(f"no start set for {method} is certified")
    radius = basin.radii[method]
    if radius is not None:
        return INSIDE * float(radius)
    box = certificate.region
    side = 1.0
    if isinstance(box, Box):
        low, high = box.floats()
        side = float((high - low).max()) / 2
    return side * math.sqrt(float(np.linalg.eigvalsh(M)[0]))


def _sphere(M: Floats, radius: float) -> Floats:
    """Points (A, 2) of {v : ‖v‖_M = radius} in the plane."""
    turn = np.linspace(0, 2 * math.pi, ANGLES, endpoint=False)
    return radius * _directions(M, np.stack([np.cos(turn), np.sin(turn)], axis=1))


def _directions(M: Floats, vectors: Floats) -> Floats:
    """Vectors (k, n) of M-norm 1: M^{-1/2} of Euclidean unit vectors."""
    root = np.linalg.cholesky(M)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.linalg.solve(root.T, units.T).T
