"""Lies about the KL divergence along the flow (T19)."""

from fractions import Fraction

import numpy as np

from certificates.kernel.document.reading import Document, encode_array
from tests.corpus.changes import (
    EQUILIBRIUM,
    KIND,
    RATE,
    SIMPLEX,
    Change,
    Lie,
    both,
    cites,
    claimed,
    drop,
    edited,
    entry,
    put,
    swapped,
    times,
    without,
)

MORE = Fraction(101, 100)
COVER = "evidence.covers.bregman"


def _cover(*tokens: int) -> Change:
    return put(COVER, encode_array(np.array(tokens, dtype=np.int64)))


# claims that another game's certificate makes
_claimed = claimed("kl/T19", {"rate": "0.01", "weights": ["1", "1"]})
_simplex_claimed = claimed(
    "kl/T19 (corollary)", {"rate": "0.1", "weights": ["1", "1"]}, {"vector": ["1", "1"]}
)


def _ball(document: Document) -> None:
    """The largest ball in the box: no convex set of policies."""
    box = document["region"]
    document["region"] = {
        "kind": "ball",
        "center": ["0"] * len(box["lower"]),
        "radius": "0.1",
        "metric": ["1"] * len(box["lower"]),
    }


BREGMAN_LIES = (
    Lie("bregman-rate-raised", "uneven", RATE, times("KL rate: rate", MORE)),
    Lie("bregman-rate-raised-three-players", "shares", RATE, times("KL rate: rate", MORE)),
    Lie("bregman-rate-of-the-entropy", "uneven", RATE, put("KL rate: rate", "1.5")),
    Lie("bregman-rate-zero", "uneven", RATE, put("KL rate: rate", "0")),
    Lie("bregman-rate-negative", "uneven", RATE, put("KL rate: rate", "-1")),
    Lie("bregman-weights-exchanged", "uneven", RATE, swapped("KL rate: weights")),
    Lie("bregman-of-kakade", "stage", RATE, put("game.field", "kakade")),
    Lie("bregman-everywhere-of-kakade", "shares", SIMPLEX, put("game.field", "kakade")),
    Lie("bregman-of-plain-gradients", "plain", RATE, _claimed),
    Lie("bregman-of-entropy-by-occupancy", "stage", RATE, put("game.occupancy_entropy", True)),
    Lie("bregman-of-a-symbolic-game", "bent", RATE, _claimed),
    Lie("bregman-of-a-matrix", "blocks", RATE, _claimed),
    Lie("bregman-without-an-equilibrium", "uneven", RATE, without(EQUILIBRIUM, KIND)),
    Lie("bregman-at-the-boundary", "uneven", RATE, both(
        cites(EQUILIBRIUM, "equilibrium/T13 (boundary)"), without(KIND))),
    Lie("bregman-cover-missing", "uneven", RATE, drop(COVER)),
    Lie("bregman-cover-empty", "uneven", RATE, _cover()),
    Lie("bregman-cover-of-one-leaf", "uneven", RATE, _cover(4)),
    Lie("bregman-cover-of-taylor-leaves", "uneven", RATE, _cover(5)),
    Lie("bregman-cover-of-leaves-outside", "uneven", RATE, _cover(0, 4, 7)),
    Lie("bregman-in-a-ball", "uneven", RATE, _ball),
    Lie("bregman-entropy-lowered", "uneven", RATE, put("game.entropy", ["1.496", "1.996"])),
    Lie("bregman-everywhere-with-two-states", "uneven", SIMPLEX, _simplex_claimed),
    Lie("bregman-everywhere-in-a-markov-game", "stage", SIMPLEX, _simplex_claimed),
    Lie("bregman-everywhere-in-a-symbolic-game", "bent", SIMPLEX, both(
        _claimed, _simplex_claimed)),
    Lie("bregman-everywhere-rate-raised", "shares", SIMPLEX, times(
        "KL rate on the simplex: rate", 1 + Fraction(1, 10**6))),
    Lie("bregman-everywhere-rate-zero", "shares", SIMPLEX, put(
        "KL rate on the simplex: rate", "0")),
    Lie("bregman-everywhere-weights-exchanged", "shares", SIMPLEX, put(
        "KL rate on the simplex: weights", ["1", "3", "0.5"])),
    Lie("bregman-everywhere-vector-exchanged", "shares", SIMPLEX, swapped(
        "KL rate on the simplex: vector")),
    Lie("bregman-everywhere-payoffs-larger", "shares", SIMPLEX, edited(
        "game.payoffs", entry(slice(None), 1 + 2.0**-20))),
    Lie("bregman-everywhere-entropy-lowered", "shares", SIMPLEX, put(
        "game.entropy", ["0.999999", "2", "1.5"])),
)  # fmt: skip
