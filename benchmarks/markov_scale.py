"""Markov games by size, by their values: time to prove and to check, and how many are proved."""

import time
from dataclasses import dataclass
from typing import final

import games
import sgn
from certificates.kernel.verify import verify
from games import MarkovGame
from games.catalogue.markov import random_game
from games.language.number import Number

STATES, ACTIONS, ENTROPIES = (2, 3, 5, 8, 10), (2, 3), (1, 2, 4)
NAMED = ("stochastic-congestion", "stochastic-public-good")
RADII = ("0.02", "0.05", "0.1")
DRAWS, LIMIT = 50, 60.0  # games of the share; seconds for each


@final
@dataclass(frozen=True)
class Outcome:
    """What was proved of a game and checked again; seconds of the search and of the checker."""

    verdict: str
    margin: float
    sampled: float
    leaves: int
    search: float
    check: float
    message: str = ""


def outcome(game: MarkovGame, radius: Number, limit: float = LIMIT) -> Outcome:
    """The game on the box of that logit radius round its equilibrium, by its values."""
    box = game.logit_box(radius)
    start = time.perf_counter()
    values = sgn.Enclosed(form="values")
    found = sgn.certify(game, box, evidence=values, metric="scalar", time_limit=limit)
    middle = time.perf_counter()
    if not isinstance(found, sgn.Certificate):
        message = str(found.document["message"])
        return Outcome(found.verdict, 0.0, 0.0, 0, middle - start, 0.0, message)
    verification = verify(found.document)
    end = time.perf_counter()
    verdict = found.verdict if verification else "not verified"
    leaves = (found.document["evidence"]["values"]["cover"]["shape"][0] + 1) // 2
    aim = [sgn.bounds.Margin(tuple(float(w) for w in found.weights), game.slices)]
    sampled = float(sgn.Sampled(draws=2**8, budget=2**21).bound(game, box, aim)[0])
    return Outcome(verdict, float(found.margin), sampled, leaves, middle - start, end - middle)


def print_sizes(
    states: tuple[int, ...] = STATES,
    actions: tuple[int, ...] = ACTIONS,
    entropies: tuple[int, ...] = ENTROPIES,
) -> None:
    """Two players, random games: states and actions against entropy."""
    print("## Markov games by size: random games of two players, logit radius 0.1\n")
    print("| states | actions | logits | entropy | margin | sampled | leaves | search | check |")
    print("|---|---|---|---|---|---|---|---|---|")
    for S in states:
        for A in actions:
            for tau in entropies:
                game = random_game(S, (A, A), entropy=tau)
                print(f"| {S} | {A} | {game.dimension} | {tau} | {_row(outcome(game, '0.1'))}")
    print()


def print_named() -> None:
    """Three players, three actions, five states: 30 logits at entropy 0.1."""
    print("## Stochastic games of the catalogue: 3 players × 3 actions × 5 states\n")
    print("| game | radius | margin | sampled | leaves | search | check |")
    print("|---|---|---|---|---|---|---|")
    for name in NAMED:
        game = games.catalogue.load(name)
        if isinstance(game, MarkovGame):
            for radius in RADII:
                print(f"| {name} | {radius} | {_row(outcome(game, radius))}")
    print()


def print_share(count: int = DRAWS) -> None:
    """The share of random games with large entropy that is proved."""
    print(f"## {count} random games, 2 to 10 states, 2 or 3 actions, entropy 4, logit radius 0.1\n")
    found = []
    for seed in range(count):
        S, A = 2 + seed % 9, 2 + seed // 9 % 2
        found.append(outcome(random_game(S, (A, A), seed=seed + 1, entropy=4), "0.1"))
    proved = sum(each.verdict == "proved" for each in found)
    slowest = max(each.search for each in found)
    print(f"proved {proved} of {count}; the slowest search took {slowest:.0f} s\n")
    for each in found:
        if each.verdict != "proved":
            print(f"- {each.verdict}: {each.message}")


def _row(found: Outcome) -> str:
    if found.verdict != "proved":
        return f"{found.verdict}: {found.message} | | | {found.search:.1f} s | |"
    return (
        f"{found.margin:.4f} | {found.sampled:.4f} | {found.leaves} | {found.search:.1f} s"
        f" | {found.check:.2f} s |"
    )
