"""Stale reads, best responses and noise: the bounds of T15 and T16 beside simulated play.

python -m benchmarks.promised
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np
from numpy.typing import NDArray

import games
import sgn
from benchmarks.play import ACCURACY, SHARE, STARTS, lasting, proved
from certificates.certificate import Certificate
from certificates.promises import Asynchronous, BestResponse, steps_needed
from games.regions.shapes import Box
from sgn.simulation.ruler import FACTOR_ERROR

Floats = NDArray[np.float64]
DELAYS = (0, 10, 50)
RUNS = 2000  # with noise
FLOOR = 0.2  # the noise settles at this part of the first distance
SETTLED = Fraction(1, 100)  # so much of the first distance is left when play ends
MOST = 2000  # steps with noise
INWARD = 1 - 1e-12  # of a radius: what rounding takes


@final
@dataclass(frozen=True)
class Sup:
    """Play measured in max_i ‖v_i‖/x_i: the factor claimed a round and the worst seen.

    seen: the largest (d_k/d_0)^{1/k}. With stale reads a single round is promised nothing but to
    stay below the bound. promised, needed: rounds to ACCURACY.
    """

    claimed: float
    seen: float
    promised: int
    needed: float

    @property
    def exceeds(self) -> bool:
        return not self.seen <= self.claimed * (1 + FACTOR_ERROR)


def in_vector(points: Floats, centre: Floats, game: games.Game, x: Floats) -> Floats:
    """max_i ‖v_i‖/x_i of v = points − centre, (…, n): (…)."""
    v = points - centre
    blocks = [np.linalg.norm(v[..., own], axis=-1) for own in game.slices]
    return np.asarray((np.stack(blocks, axis=-1) / x).max(axis=-1))


def sup_starts(game: games.Game, centre: Floats, x: Floats, radius: float) -> Floats:
    """Starts in the ball of that norm, each player anywhere in its own or, half of them, at r."""
    rng = np.random.default_rng(0)
    starts = np.empty((STARTS, game.dimension))
    for own, part in zip(game.slices, x, strict=True):
        size = own.stop - own.start
        v = rng.standard_normal((STARTS, size))
        v /= np.linalg.norm(v, axis=1, keepdims=True)
        reach = np.where(np.arange(STARTS) % 2 == 0, 1.0, rng.random(STARTS) ** (1 / size))
        starts[:, own] = centre[own] + radius * part * INWARD * reach[:, None] * v
    return starts


def sup_play(
    game: games.Game, certificate: Certificate, answer: Asynchronous | BestResponse, delay: int
) -> Sup:
    """Play at 0.99 of the largest step, a round being as many steps as the oldest read."""
    found = certificate.equilibrium
    assert found is not None
    centre = np.array([float(v) for v in found.point])
    x = np.array([float(v) for v in answer.vector])
    starts = sup_starts(game, centre, x, 1.0 if answer.radius is None else float(answer.radius))
    if isinstance(answer, Asynchronous):
        h = answer.step_max.exact * SHARE
        factor = answer.factor(h)
        rounds = steps_needed(factor.exact, ACCURACY)
        play = sgn.simulate(
            game, starts, method="asynchronous", step=h, delay=delay, every=delay + 1,
            steps=rounds * (delay + 1),
        )  # fmt: skip
    else:
        factor = answer.factor
        rounds = steps_needed(factor.exact, ACCURACY)
        region = certificate.region if isinstance(certificate.region, games.Box) else None
        inside = starts if region is None else np.clip(starts, *region.floats())
        play = sgn.simulate(game, inside, method="best-response", steps=rounds, region=region)
    sizes = in_vector(play.trajectories, centre, game, x)
    relative = sizes / sizes[0]
    reached = (relative <= float(ACCURACY)).all(axis=1)
    needed = float(reached.argmax()) if reached.any() else math.inf
    return Sup(float(factor), lasting(relative), rounds, needed)


def print_stale(certificates: dict[str, Certificate]) -> None:
    """Asynchronous play with fresh and stale reads, and best responses."""
    print(f"Play from {STARTS:,} starts to {float(ACCURACY):g}, in the sup-norm: factor and rounds")
    print(f"{'game':<25} {'play':<20} {'claimed':>9} {'seen':>9} {'promised':>9} {'needed':>7}")
    rows, over = 0, list[str]()
    for name, certificate in certificates.items():
        try:
            answers = (certificate.promises.asynchronous(), certificate.promises.best_response())
        except ValueError:  # nothing is promised without a small gain, or to fields
            continue
        game = games.catalogue.load(name)
        for delay in (*DELAYS, None):
            stale = delay is not None
            label = f"reads up to {delay} old" if stale else "best responses"
            found = sup_play(game, certificate, answers[0 if stale else 1], delay or 0)
            print(
                f"{name:<25} {label:<20} {found.claimed:9.6f} {found.seen:9.6f}"
                f" {found.promised:9} {found.needed:7.0f}",
                flush=True,
            )
            rows += 1
            over += [f"{name} {label}"] if found.exceeds else []
    print(f"The claimed factor, in {rows} rows, to {FACTOR_ERROR:g}: {_verdict(over)}")
    print()


@final
@dataclass(frozen=True)
class Noisy:
    """E‖x_k − x*‖² beside T15's bound.

    worst: the largest (mean − bound)/standard error of all steps; mean, spread, bound: at the last
    step, the spread being 1.96 standard errors.
    """

    sigma: float
    steps: int
    worst: float
    mean: float
    spread: float
    bound: float


def noisy(game: games.Game, certificate: Certificate) -> Noisy:
    """Projected Euler at its best step with noise, from one start, many times."""
    euler, found, region = certificate.euler, certificate.equilibrium, certificate.region
    assert euler is not None
    assert found is not None
    centre = np.array([float(v) for v in found.point])
    M = euler.metric.matrix(game.sizes)
    low, high = region.floats() if isinstance(region, Box) else (centre - 1, centre + 1)
    start = np.where(high - centre > centre - low, high, low)
    distance = math.sqrt((start - centre) @ M @ (start - centre))
    h, q = float(euler.best_step), float(euler.factor_at_best)
    sigma = FLOOR * distance * math.sqrt(1 - q * q) / h
    steps = min(MOST, steps_needed(euler.factor_at_best.exact, SETTLED))
    play = sgn.simulate(
        game, np.tile(start, (RUNS, 1)), method="projected-euler" if isinstance(region, Box)
        else "euler", step=h, steps=steps, metric=M, target=centre, noise=sigma,
        region=region if isinstance(region, Box) else None, every=max(1, steps // 100),
    )  # fmt: skip
    squares = play.distances[1:] ** 2
    mean, error = squares.mean(axis=1), squares.std(axis=1) / math.sqrt(RUNS)
    floor = float(certificate.promises.noise_floor(sigma, euler.best_step.exact)) ** 2
    bound = q ** (2 * play.times[1:]) * distance**2 + floor
    worst = float(((mean - bound) / np.maximum(error, 1e-300)).max())
    return Noisy(sigma, steps, worst, float(mean[-1]), float(1.96 * error[-1]), float(bound[-1]))


def print_noise(certificates: dict[str, Certificate]) -> None:
    """Of each certified game the mean square distance under noise, and T15's bound."""
    print(f"Noise: the mean of ‖x − x*‖² over {RUNS:,} runs of projected Euler, and its bound")
    print(
        f"{'game':<25} {'sigma':>10} {'steps':>6} {'mean, 95 %':>24} {'bound':>11} {'part':>6}"
        f" {'(mean - bound)/error, at worst':>30}"
    )
    rows, over = 0, list[str]()
    for name, certificate in certificates.items():
        if certificate.euler is None or certificate.equilibrium is None:
            continue
        found = noisy(games.catalogue.load(name), certificate)
        interval = f"{found.mean:.4g} ± {found.spread:.2g}"
        print(
            f"{name:<25} {found.sigma:10.4g} {found.steps:6} {interval:>24} {found.bound:11.4g}"
            f" {found.mean / found.bound:6.3f} {found.worst:30.1f}",
            flush=True,
        )
        rows += 1
        over += [name] if found.worst > 4 else []  # one mean strays so far in 30,000
    print(f"The bound, in {rows} rows, to 4 standard errors: {_verdict(over)}")
    print()


def _verdict(over: list[str]) -> str:
    return f"EXCEEDED: {', '.join(over)}" if over else "exceeded nowhere"


def print_promised() -> None:
    """Both tables, of the proved games of the catalogue."""
    certificates = proved()
    print_stale(certificates)
    print_noise(certificates)


if __name__ == "__main__":
    print_promised()
