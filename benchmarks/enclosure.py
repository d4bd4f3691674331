"""Nonlinear regions: leaves and seconds to prove inf λ_min(sym J) − 1 %, and to re-check."""

import json
import time
from fractions import Fraction
from pathlib import Path

import numpy as np

import games
from certificates.kernel.document.metric import Metric
from certificates.kernel.inequalities.direct import margin_holds
from certificates.kernel.jacobian.enclosed import EnclosedJacobian
from sgn.enclosures.forms import Forms
from sgn.enclosures.prover import Proved, prove
from sgn.quantities.claim import Claim
from sgn.quantities.quantities import Margin

DATA = Path(__file__).parent.parent / "tests" / "data"
MAX_BOXES = 200_000
REPORTED = {  # leaves of the best form reported for each game: Taylor vertices, or Bernstein
    "mixed-2d": 83,
    "mixed-4d": 1_900,
    "mixed-6d": 14_600,
    "polynomial-2d": 33,
    "polynomial-4d": 175,
    "polynomial-6d": 815,
}


def load() -> dict[str, tuple[games.SymbolicGame, games.Box, float]]:
    """Name → game, box and the sampled infimum (an upper estimate)."""
    found = {}
    for entry in json.loads((DATA / "enclosure_games.json").read_text())["games"]:
        players = {f"player {k + 1}": names for k, names in enumerate(entry["players"])}
        costs = dict(zip(players, entry["costs"], strict=True))
        low, high = (str(end) for end in entry["box"])
        count = sum(map(len, players.values()))
        game = games.SymbolicGame.from_costs(players, costs, name=entry["id"])
        box = games.Box([low] * count, [high] * count)
        found[entry["id"]] = (game, box, entry["smallest_eigenvalue_sampled"])
    return found


def print_table() -> None:
    """Leaves, seconds and the checker's speed beside the reported leaves."""
    print("Proof of inf λ_min(sym J) − 1 % (Euclidean metric)")
    print("game            leaves  reported  ratio  search s  check s  leaves/s checked")
    for name, (game, box, infimum) in load().items():
        claim = infimum - 0.01 * abs(infimum)
        equal = (1.0,) * len(game.players)
        started = time.perf_counter()
        goal = [Claim(Margin(equal, game.slices), claim, "margin")]
        found = prove(Forms(game, None), box, goal, MAX_BOXES)
        searched = time.perf_counter() - started
        if not isinstance(found, Proved):
            print(f"{name:14}  not proved with {found.boxes} boxes")
            continue
        leaves = int((found.tokens >= box.dimension).sum())
        started = time.perf_counter()
        J = EnclosedJacobian(game.document(), box, {"margin": found.tokens})
        holds = margin_holds(J, Metric.scalar(np.ones(len(equal))), Fraction(claim))
        checked = time.perf_counter() - started
        print(
            f"{name:14}  {leaves:6}  {REPORTED[name]:8}  {leaves / REPORTED[name]:5.2f}"
            f"  {searched:8.2f}  {checked:7.2f}  {leaves / checked:8.0f}"
            + ("" if holds else "  NOT CONFIRMED")
        )
    print()
