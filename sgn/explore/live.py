"""What is seen at once as a slider moves: numbers of the Jacobian at sampled points. No bounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from games.errors import InputError
from games.game import Game, Structure
from games.regions.shapes import Box, Region
from sgn.explore.settings import Settings
from sgn.quantities.quantities import EulerFactor, Lipschitz, Margin

Floats = NDArray[np.float64]
POINTS, CORNERS = 96, 32  # at most, for few variables
ENTRIES = 40_000  # of all Jacobians together
BAND = np.linspace(-4, 4, 33)  # log10 of one player's weight
ITERATIONS, HALVINGS, SMALL = 40, 12, 1e-10  # of Newton's method


@final
@dataclass(frozen=True)
class Samples:
    """Points of the region (k, n), J there (k, n, n), and a zero of F (n,) where one was found."""

    game: Game
    points: Floats
    J: Floats
    zero: Floats | None


def window(game: Game, region: Region) -> tuple[Floats, Floats]:
    """The ends of the box that is drawn: the region, or one round the equilibrium."""
    if isinstance(region, Box):
        return region.floats()
    middle = np.zeros(game.dimension)
    if game.equilibrium is not None:
        middle = np.array([float(v) for v in game.equilibrium])
    size = max(1.0, float(np.abs(middle).max()) / 2)
    return middle - size, middle + size


def sampled(game: Game, region: Region) -> Samples:
    """J at points of the region: its middle, some corners, some at random, the same each time.

    Raises InputError where J is not finite at one of them.
    """
    low, high = window(game, region)
    n = game.dimension
    count = max(4, min(POINTS, ENTRIES // n**2))
    rng = np.random.default_rng(0)
    inner = low + (high - low) * rng.random((count, n))
    signs = rng.integers(0, 2, (min(CORNERS, count), n))
    points = np.vstack([(low + high) / 2, np.where(signs, high, low), inner])
    if isinstance(region, Box) and region.ball is not None:
        points = region.ball.pulled(points)
    if game.structure is Structure.CONSTANT:
        points = points[:1]
    with np.errstate(all="ignore"):
        J = game.jacobian(points)
        if not np.isfinite(J).all():
            raise InputError(
                "the costs are not smooth at a sampled point of the region;"
                " make the region smaller, or move the parameters back"
            )
        return Samples(game, points, J, _zero(game, low, high))


def numbers(samples: Samples, settings: Settings) -> Mapping[str, Any]:
    """The margin and the rest in the metric of the sliders' weights, over the sampled points."""
    weights, slices, J = _floats(settings.weights), samples.game.slices, samples.J
    step = float(settings.step)
    margins = Margin(weights, slices).values(J)
    worst = int(np.argmin(margins))
    return {
        "count": len(J),
        "constant": samples.game.structure is Structure.CONSTANT,
        "margin": float(margins[worst]),
        "worst": samples.points[worst].tolist(),
        "lipschitz": float(Lipschitz(weights, slices).values(J).max()),
        "factor": float(EulerFactor(weights, slices, step).values(J).max()),
        "growth": float(np.linalg.eigvals(J).real.min()),
        "band": band(samples, weights),
    }


def band(samples: Samples, weights: list[float]) -> list[list[bool]]:
    """Of each player's weight at each place of its slider, alone: is the sampled margin positive.

    >>> import games
    >>> from games.regions.shapes import Space
    >>> toy = games.QuadraticGame([[1.0, 10.0], [0.05, 1.0]], sizes=[1, 1])
    >>> found = band(sampled(toy, Space(2)), [1.0, 1.0])[1]
    >>> [round(10 ** w) for w, good in zip(BAND, found) if good]
    [56, 100, 178, 316, 562, 1000]
    """
    root = np.repeat(np.sqrt(weights), samples.game.sizes)
    B = root[:, None] * samples.J / root
    found = []
    for i, own in enumerate(samples.game.slices):
        row = []
        for place in 10**BAND:
            scale = np.ones(len(root))
            scale[own] = np.sqrt(place / weights[i])
            moved = scale[:, None] * B / scale
            row.append(bool(np.linalg.eigvalsh((moved + np.swapaxes(moved, 1, 2)) / 2).min() > 0))
        found.append(row)
    return found


def _floats(values: "tuple[Any, ...]") -> list[float]:
    return [float(v) for v in values]


def _zero(game: Game, low: Floats, high: Floats) -> Floats | None:
    """A zero of F in the window by Newton's method with shorter steps; None where none is found."""
    middle = (low + high) / 2
    x = middle
    if game.equilibrium is not None:
        x = np.array([float(v) for v in game.equilibrium])
    for _ in range(ITERATIONS):
        F = game.pseudo_gradient(x)
        size = float(np.linalg.norm(F))
        if size <= SMALL * max(1.0, float(np.abs(x).max())):
            room = 1e-9 * np.maximum(1.0, np.abs(high - low))
            inside = bool(((x >= low - room) & (x <= high + room)).all())
            return x if inside else None
        try:
            move = np.linalg.solve(game.jacobian(x), -F)
        except np.linalg.LinAlgError:
            return None
        for k in range(HALVINGS):
            nearer = np.clip(x + move / 2**k, low, high)
            if np.linalg.norm(game.pseudo_gradient(nearer)) < size:
                x = nearer
                break
        else:
            return None
    return None
