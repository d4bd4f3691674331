"""Simulated play: many starts at once by one method, with distances and per-step factors.

A picture of what a certificate promises, in floating point: it proves nothing.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from certificates.kernel.document.geometry import FIELDS
from certificates.kernel.document.metric import Metric
from games.game import Game
from games.language.number import Number
from games.markov.logit_game import LogitGame
from games.reading import near, short
from games.regions.shapes import Box
from sgn.geometry import Geometry, in_geometry
from sgn.simulation.methods import METHODS, Advance, Method
from sgn.simulation.ruler import Ruler
from sgn.simulation.setting import Flags, Floats, Setting, ends, finite_rows

MAX_BYTES = 2**30  # of the trajectories that are kept
Listener = Callable[[int, int], object]


@final
@dataclass(frozen=True, eq=False)
class Simulation:
    """What was played. B starts (or B pairs of starts), n variables, T steps, K kept rows.

    times: (K,) how many steps were done at each kept row, from 0.
    trajectories: (K, B, n), of pairs (K, 2, B, n).
    distances: (K, B) M-distances to the target or within the pairs; (K, 0) with neither.
    factors: (T,) the largest ratio of a distance to the one before it, over all starts, to 1e-6.
        Where rounding could show as more than that the ratio is left out: below 1e-8 of the start's
        size (of the flow 1e-4), the largest M-length so far of its points and the target.
    finite: (B,) whether a start stayed finite throughout.

    Play stops early, with fewer than T factors, once no start is finite.
    """

    method: str
    step: float
    times: NDArray[np.int64]
    trajectories: Floats
    distances: Floats
    factors: Floats
    finite: Flags

    def __repr__(self) -> str:
        starts = self.trajectories.shape[-2]
        what = (
            f"{len(self.factors)} steps of {self.step:.6g} from {starts} start{'s' * (starts != 1)}"
        )
        said = f", worst factor {self.worst_factor:.6g}" if self.distances.shape[-1] else ""
        return f"<Simulation: {self.method}, {what}{said}>"

    @property
    def worst_factor(self) -> float:
        """The largest per-step factor; 0 where none could be resolved."""
        return float(self.factors.max(initial=0.0))

    def converged(self, accuracy: float) -> Flags:
        """Whether each start ended within the accuracy, in M-distance, and stayed finite: (B,)."""
        self._require_distances()
        return np.asarray(self.finite & (self.distances[-1] <= accuracy))

    def steps_to(self, accuracy: float) -> Floats:
        """The steps after which each start first was within the accuracy: (B,); infinity: never.

        To the next kept row when only every so many steps were kept.
        """
        self._require_distances()
        reached = self.distances <= accuracy
        return np.where(reached.any(axis=0), self.times[reached.argmax(axis=0)], np.inf)

    def _require_distances(self) -> None:
        if not self.distances.shape[-1]:
            raise ValueError("no target was given, so there are no distances; give target=")


def simulate(
    game: Game,
    starts: ArrayLike,
    *,
    method: str = "euler",
    step: Number | None = None,
    steps: int = 1000,
    metric: Metric | ArrayLike | None = None,
    target: ArrayLike | None = None,
    region: Box | None = None,
    noise: float = 0.0,
    delay: int = 0,
    every: int = 1,
    geometry: Geometry | None = None,
    seed: int = 0,
    progress: Listener | None = None,
) -> Simulation:
    """Play from many starts at once.

    starts: (n,) or (B, n); pairs of starts as (2, B, n), whose distances to each other are taken.
        In games with policies these are coordinates; game.logits(policies) gives them.
    method: flow (x' = −F(x), to 1e-10 a step), euler, projected-euler, rk4 (or another
        Runge-Kutta method of certificates/methods.py), extragradient, optimistic, best-response
        (all players at once, each in its own part of the region), asynchronous (gradient steps
        that read the others' actions up to `delay` steps late, their own being fresh: `delay` + 1
        steps are a round of T16), or natural-gradient (of policies: Euler's method on the field G
        in log-odds, π' ∝ π exp(−hV) or π exp(−hV/d)).
    step: the step h (of the flow: the time between two rows); best-response has none.
    metric: M, as a certificate's Metric, one weight a player, or an (n, n) matrix; equal weights
        when absent. A factor is of the metric of its steps, `certificate.euler.metric` and so on.
    target: (n,) the point that distances are taken to.
    region: what points are projected to; projected-euler needs one, extragradient, optimistic,
        best-response (a box alone) and asynchronous may have one. No certificate speaks of best
        responses outside its region.
    noise: σ of T15, E‖ξ‖²_M = σ² with mean 0, for euler and projected-euler.
    every: keep one row in so many.
    geometry: which field is played, as for certify: EntropicDual() or EntropicDual("kakade") for
        natural gradients, Euclidean() for plain ones; without it the game's own.
    progress: called with the steps done and all of them.
    Raises ValueError in one sentence for whatever does not fit. Source: T7–T11, T15, T16, T18, T20.

    >>> import games
    >>> game = games.QuadraticGame([[2, 1], [-1, 2]], sizes=[1, 1])
    >>> play = simulate(game, [[1.0, 0.0], [0.0, 2.0]], step=0.25, steps=40, target=[0, 0])
    >>> round(play.worst_factor, 6), bool(play.converged(1e-6).all())
    (0.559017, True)
    """
    game, chosen = in_geometry(game, geometry), _method(method)
    h = _step(method, chosen, step)
    points = _starts(starts, game.dimension)
    paired = points.ndim == 3
    M = _matrix(metric, game)
    _check_options(method, chosen, region, noise, delay)
    if chosen.natural:
        _require_natural(method, game)
    if steps < 0 or every < 1:
        raise ValueError(f"steps is {steps} and every {every}; expected at least 0 and 1")
    rows = 1 + -(-steps // every)
    if rows * points.nbytes > MAX_BYTES:
        fits = -(-steps * points.nbytes // (MAX_BYTES - 2 * points.nbytes))
        raise ValueError(f"{rows} rows of {points.nbytes} bytes are too many; keep every={fits}")
    setting = Setting(
        game=game,
        step=h,
        box=ends(region, game.dimension),
        spread=noise / math.sqrt(game.dimension) * np.linalg.inv(np.linalg.cholesky(M)),
        delay=delay,
        rng=np.random.default_rng(seed),
        region=region,
    )
    ruler = Ruler(
        root=np.asarray(np.linalg.cholesky(M)),
        target=_target(target, paired, game.dimension),
        paired=paired,
        step_error=chosen.error,
    )
    advance = chosen.make(setting)
    with np.errstate(all="ignore"):  # what overflows is flagged
        kept, distances, factors, finite = _play(advance, ruler, points, steps, every, progress)
    times = [min(k * every, steps) for k in range(len(kept) - 1)] + [len(factors)]
    return Simulation(
        method=method,
        step=h,
        times=np.array(times),
        trajectories=np.stack(kept),
        distances=np.stack(distances),
        factors=factors,
        finite=finite,
    )


def _play(
    advance: Advance,
    ruler: Ruler,
    points: Floats,
    steps: int,
    every: int,
    progress: Listener | None,
) -> tuple[list[Floats], list[Floats], Floats, Flags]:
    """Rows kept, their distances, a factor per step, and which starts stayed finite."""
    shape, flat = points.shape, points.reshape(-1, points.shape[-1])
    kept, before, sizes = [points], ruler.distances(points), ruler.sizes(points)
    distances, factors = [before], list[float]()
    alive = finite_rows(flat)
    for k in range(1, steps + 1):
        flat = advance(flat)
        alive &= finite_rows(flat)
        flat = np.where(alive[:, None], flat, np.inf)
        points = flat.reshape(shape)
        now, sizes = ruler.distances(points), np.maximum(sizes, ruler.sizes(points))
        factors.append(ruler.factor(before, now, sizes))
        over = not alive.any()
        if k % every == 0 or k == steps or over:
            kept.append(points)
            distances.append(now)
        before = now
        if progress is not None:
            progress(k, steps)
        if over:
            break
    return kept, distances, np.array(factors), _together(alive, shape)


def _together(alive: Flags, shape: tuple[int, ...]) -> Flags:
    """Of pairs: whether both are finite."""
    return alive if len(shape) == 2 else np.asarray(alive.reshape(shape[:-1]).all(axis=0))


def _target(target: ArrayLike | None, paired: bool, n: int) -> Floats | None:
    if target is None:
        return None
    if paired:
        raise ValueError("pairs of starts are compared with each other; give no target")
    centre = np.asarray(target, dtype=float)
    if centre.shape != (n,):
        raise ValueError(f"target has shape {centre.shape}; expected ({n},)")
    if not np.isfinite(centre).all():
        raise ValueError("target is not finite; expected finite numbers")
    return centre


def _method(name: str) -> Method:
    if name not in METHODS:
        raise ValueError(f"the method {short(name)} is unknown; {near(name, METHODS)}")
    return METHODS[name]


def _step(name: str, method: Method, step: Number | None) -> float:
    if not method.steps:
        if step is not None:
            raise ValueError(f"{name} has no step size; leave step out")
        return 0.0
    h = math.nan if step is None else float(step)
    if not 0 < h < math.inf:
        raise ValueError(f"step is {step}; {name} needs a positive one")
    return h


def _starts(starts: ArrayLike, n: int) -> Floats:
    points = np.array(starts, dtype=float)
    points = points[None] if points.ndim == 1 else points
    paired = points.ndim == 3 and len(points) == 2
    if not (points.ndim == 2 or paired) or points.shape[-1] != n or not points.size:
        raise ValueError(f"starts have shape {points.shape}; expected (B, {n}) or (2, B, {n})")
    return points


def _matrix(metric: Metric | ArrayLike | None, game: Game) -> Floats:
    n, players = game.dimension, len(game.players)
    given = np.ones(players) if metric is None else metric
    if not isinstance(given, Metric):
        array = np.asarray(given, dtype=float)
        if array.shape not in ((players,), (n, n)):
            raise ValueError(
                f"metric has shape {array.shape}; expected one weight a player ({players},)"
                f" or a matrix ({n}, {n})"
            )
        given = Metric.scalar(array) if array.ndim == 1 else Metric.dense(array)
    M = given.matrix(game.sizes)
    if not (np.isfinite(M).all() and np.allclose(M, M.T) and np.linalg.eigvalsh(M)[0] > 0):
        raise ValueError("metric is not symmetric and positive definite; give one that is")
    return M


def _check_options(name: str, method: Method, region: Box | None, noise: float, delay: int) -> None:
    if method.region == "needed" and region is None:
        raise ValueError(f"{name} needs a region to project to; give region=")
    if method.region == "none" and region is not None:
        raise ValueError(f"{name} takes no region: {method.reason}")
    if not method.steps and region is not None and region.constraints:
        raise ValueError(f"{name} is played in boxes only; use extragradient with constraints")
    if not 0 <= noise < math.inf or (noise and not method.noise):
        takes = _names(lambda m: m.noise)
        raise ValueError(f"noise is {noise}; expected at least 0, and only for {takes}")
    if delay < 0 or (delay and not method.delay):
        takes = _names(lambda m: m.delay)
        raise ValueError(f"delay is {delay}; expected at least 0, and only for {takes}")


def _require_natural(name: str, game: Game) -> None:
    if not isinstance(game, LogitGame):
        raise ValueError(
            f"{name} is for players with policies, and {type(game).__name__} has none; use euler"
        )
    if game.field not in FIELDS:
        raise ValueError(
            f"the game's field is {game.field!r}, no natural gradient; give"
            " geometry=EntropicDual(), or use euler"
        )


def _names(has: Callable[[Method], bool]) -> str:
    return " and ".join(name for name, method in METHODS.items() if has(method))
