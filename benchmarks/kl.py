"""KL divergence along simulated flows against the certified rates (T19).

python -m benchmarks kl
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

import sgn
from certificates.certificate import Certificate
from certificates.decay import Decay
from games import NormalFormGame, kl_divergence
from games.catalogue import markov
from games.game import Floats
from games.markov.logit_game import LogitGame

STARTS = 100
ROWS = 40  # of one flow
BISECTIONS = 60
SEEN = 1e-18  # a divergence below says more of the equilibrium's rounding than of the flow


@final
@dataclass(frozen=True)
class Fall:
    """One claim against simulation.

    slowest: the least −d log K/dt between two rows, over all starts; kept: the largest
    K(t)/(e^(−rate·t)K(0)), at most 1 where the claim holds.
    """

    scope: str
    rate: float
    level: float | None
    starts: int
    slowest: float
    kept: float


def falls(game: LogitGame, certificate: Certificate, seed: int = 0) -> list[Fall]:
    """Both claims of a certificate from 100 starts each; none where it makes none."""
    decays = certificate.bregman
    if decays is None:
        return []
    rng, zero = np.random.default_rng(seed), game.find_equilibrium()
    found = []
    if (region := decays.region) is not None:
        found.append(_fall(game, zero, region, _below_level(game, zero, region, rng)))
    if (simplex := decays.simplex) is not None:
        found.append(_fall(game, zero, simplex, _interior(game, rng)))
    return found


def _weighted(game: LogitGame, zero: Floats, points: Floats, decay: Decay) -> Floats:
    weights = np.array([float(w) for w in decay.weights])
    return np.asarray(kl_divergence(game.policies(zero), game.policies(points)) @ weights)


def _below_level(game: LogitGame, zero: Floats, decay: Decay, rng: np.random.Generator) -> Floats:
    """Half of the starts just below the level, half anywhere below it, in random directions."""
    directions, level = rng.normal(size=(STARTS, game.dimension)), float(decay.level or 0)
    low, high = np.zeros(STARTS), np.ones(STARTS)
    for _ in range(BISECTIONS):  # the divergence grows along rays
        middle = (low + high) / 2
        inside = _weighted(game, zero, zero + middle[:, None] * directions, decay) < level
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    part = np.where(np.arange(STARTS) % 2, rng.random(STARTS), 1 - 1e-9)
    return np.asarray(zero + (part * low)[:, None] * directions)


def _interior(game: LogitGame, rng: np.random.Generator) -> Floats:
    """Policies uniform on the simplices."""
    counts, states = game.tensors.actions, game.tensors.states
    return game.logits([rng.dirichlet(np.ones(a), (STARTS, states)) for a in counts])


def _fall(game: LogitGame, zero: Floats, decay: Decay, starts: Floats) -> Fall:
    rate = float(decay.rate)
    step = 8 / (rate * ROWS)
    play = sgn.simulate(game, starts, method="flow", step=step, steps=ROWS)
    K = np.array([_weighted(game, zero, row, decay) for row in play.trajectories])
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = -np.diff(np.log(K), axis=0) / step
    promised = np.exp(-rate * step * np.arange(ROWS + 1))[:, None] * K[0]
    seen = K > SEEN
    return Fall(
        scope=decay.scope,
        rate=rate,
        level=None if decay.level is None else float(decay.level),
        starts=len(starts),
        slowest=float(slopes[seen[1:]].min()),
        kept=float((K / promised)[1:][seen[1:]].max()),
    )


def _mixed(actions: Sequence[int], entropy: str, seed: int) -> NormalFormGame:
    """Payoffs uniform in [−1, 1], a box of logit radius 0.1."""
    rng = np.random.default_rng([seed, *actions])
    payoffs = [rng.uniform(-1, 1, tuple(actions)) for _ in actions]
    game = NormalFormGame(payoffs, entropy)
    game.region = game.logit_box("0.1")
    return game


def _near(game: LogitGame) -> LogitGame:
    game.region = game.logit_box("0.1")
    return game


GAMES: dict[str, Callable[[], LogitGame]] = {
    "two states, as published": markov.coordination,
    "matching pennies": lambda: _near(markov.matching_pennies()),
    "rock, paper, scissors": lambda: _near(markov.rock_paper_scissors()),
    "the same, entropy 0.1": lambda: _near(markov.rock_paper_scissors("0.1")),
    "Jordan's pennies": lambda: _near(markov.jordan_pennies()),
    "Jordan's, entropy 3": lambda: _near(markov.jordan_pennies(3)),
    "random 2 x 3, entropy 1": lambda: _mixed((2, 3), "1", 1),
    "random 3 x 3, entropy 1": lambda: _mixed((3, 3), "1", 2),
    "random 2 x 2 x 2, entropy 2": lambda: _mixed((2, 2, 2), "2", 3),
    "random 3 x 2 x 2, entropy 2": lambda: _mixed((3, 2, 2), "2", 4),
}


def print_kl() -> None:
    """Every game: certified rate, slowest rate seen, and how near the bound is met."""
    print(f"Weighted KL divergence along {STARTS} simulated flows (T19); logit radius 0.1")
    print("game                          scope    level     rate    slowest  K/bound  seconds")
    for name, make in GAMES.items():
        game, started = make(), time.perf_counter()
        result = sgn.certify(game)
        seconds = time.perf_counter() - started
        if not isinstance(result, Certificate):
            print(f"{name:<29} refused: {result.message}")
            continue
        found = falls(game, result)
        for fall in found:
            level = "" if fall.level is None else f"{fall.level:.5f}"
            print(
                f"{name:<29} {fall.scope:<8} {level:<8} {fall.rate:.5f}  {fall.slowest:.5f}"
                f"  {fall.kept:.5f}  {seconds:.1f}"
            )
        if not found:
            print(f"{name:<29} no claim of the divergence")
    print()
