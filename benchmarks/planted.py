"""Planted games: how many of those with a positive margin are proved, how closely, how fast.

python -m benchmarks.planted
"""

import time
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np

import sgn
from certificates.certificate import Certificate
from games.errors import InputError
from sgn.bounds.enclosed import Enclosed
from tests.helpers.planted import FAMILIES, Planted, planted

GAMES = 200


@final
@dataclass(frozen=True)
class Trial:
    """One game: the part of its infimum that was proved (0: nothing) and the seconds it took."""

    subject: Planted
    share: float
    seconds: float


def attempt(seed: int, max_boxes: int = 20_000) -> Trial:
    """Certify the game of a seed and compare with its truth."""
    subject = planted(seed)
    started = time.perf_counter()
    margin = _proved(subject, max_boxes)
    seconds = time.perf_counter() - started
    truth = subject.infimum
    if margin > 0 and not isinstance(truth, Fraction):
        return Trial(subject, float("inf"), seconds)  # there is nothing to prove
    return Trial(subject, float(margin / truth) if margin > 0 else 0.0, seconds)


def _proved(subject: Planted, max_boxes: int) -> Fraction:
    """The margin that is proved with weights, of which the truth is known; 0 where none is."""
    try:
        evidence = Enclosed(max_boxes=max_boxes)
        result = sgn.certify(subject.game, subject.region, evidence=evidence, metric="scalar")
    except InputError:  # a cost that is undefined for certain
        return Fraction(0)
    return result.margin.exact if isinstance(result, Certificate) else Fraction(0)


def print_planted(games: int = GAMES) -> None:
    """One line a family: games, with a positive margin, proved, above the truth, share, time."""
    trials = [attempt(seed) for seed in range(games)]
    print(f"Planted games: {games} with a known infimum of the margin")
    print("family             games  provable  proved  too high  of infimum   seconds   worst")
    rows = {family: [t for t in trials if t.subject.family == family] for family in _families()}
    for family, members in [*rows.items(), ("all", trials)]:
        provable = [t for t in members if t.subject.provable]
        proved = [t for t in provable if t.share > 0]
        false = sum(t.share > (1 if t.subject.provable else 0) for t in members)
        share = f"{np.median([t.share for t in proved]):10.4f}" if proved else f"{'-':>10}"
        seconds = [t.seconds for t in members]
        print(
            f"{family:<18} {len(members):5}  {len(provable):8}  {len(proved):6}  {false:8}"
            f"  {share}  {np.median(seconds):8.2f}  {max(seconds):6.2f}"
        )
    print()


def _families() -> list[str]:
    return [planted(seed).family for seed in range(len(FAMILIES))]


if __name__ == "__main__":
    print_planted()
