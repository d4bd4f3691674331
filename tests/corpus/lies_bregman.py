"""Lies about the KL divergence along the flow (T19)."""

from fractions import Fraction

import numpy as np

from certificates.kernel.document.reading import Document, encode_array
from tests.corpus.changes import Change, Lie, both, drop, edited, entry, put, swapped, times

RATE, LEVEL, SIMPLEX = "Bregman rate", "Bregman level", "Bregman simplex"
MORE, ABIT = Fraction(101, 100), 1 + Fraction(1, 10**4)
COVER = "evidence.covers.bregman"


def _without_equilibrium(document: Document) -> None:
    del document["equilibrium"], document["basin"]


def _cover(*tokens: int) -> Change:
    return put(COVER, encode_array(np.array(tokens, dtype=np.int64)))


def _claimed(document: Document) -> None:
    """A claim that another game's certificate makes, in this one."""
    document["bregman"] = {"region": {"rate": "0.01", "weights": ["1", "1"], "level": "0.0001"}}


def _simplex_claimed(document: Document) -> None:
    document["bregman"]["simplex"] = {"rate": "0.1", "weights": ["1", "1"], "vector": ["1", "1"]}


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
    Lie("bregman-rate-raised", "uneven", RATE, times("bregman.region.rate", MORE)),
    Lie("bregman-rate-raised-three-players", "shares", RATE, times("bregman.region.rate", MORE)),
    Lie("bregman-rate-of-the-entropy", "uneven", RATE, put("bregman.region.rate", "1.5")),
    Lie("bregman-rate-zero", "uneven", RATE, put("bregman.region.rate", "0")),
    Lie("bregman-rate-negative", "uneven", RATE, put("bregman.region.rate", "-1")),
    Lie("bregman-weights-exchanged", "uneven", RATE, swapped("bregman.region.weights")),
    Lie("bregman-weight-halved", "shares", LEVEL, times(
        "bregman.region.weights.1", Fraction(1, 2))),
    Lie("bregman-level-raised", "uneven", LEVEL, times("bregman.region.level", ABIT)),
    Lie("bregman-level-raised-three-players", "shares", LEVEL, times(
        "bregman.region.level", ABIT)),
    Lie("bregman-level-zero", "uneven", LEVEL, put("bregman.region.level", "0")),
    Lie("bregman-level-negative", "uneven", LEVEL, put("bregman.region.level", "-1")),
    Lie("bregman-level-at-an-uncertain-equilibrium", "shares", LEVEL, put(
        "equilibrium.error", "0.01")),
    Lie("bregman-of-kakade", "stage", RATE, put("game.field", "kakade")),
    Lie("bregman-of-kakade-level", "stage", LEVEL, put("game.field", "kakade")),
    Lie("bregman-everywhere-of-kakade", "shares", SIMPLEX, put("game.field", "kakade")),
    Lie("bregman-of-plain-gradients", "plain", RATE, _claimed),
    Lie("bregman-of-entropy-by-occupancy", "stage", RATE, put("game.occupancy_entropy", True)),
    Lie("bregman-of-a-symbolic-game", "bent", RATE, _claimed),
    Lie("bregman-of-a-matrix", "blocks", RATE, _claimed),
    Lie("bregman-without-an-equilibrium", "uneven", RATE, _without_equilibrium),
    Lie("bregman-level-without-an-equilibrium", "uneven", LEVEL, _without_equilibrium),
    Lie("bregman-at-the-boundary", "uneven", RATE, put("equilibrium.kind", "variational")),
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
        "bregman.simplex.rate", 1 + Fraction(1, 10**6))),
    Lie("bregman-everywhere-rate-zero", "shares", SIMPLEX, put("bregman.simplex.rate", "0")),
    Lie("bregman-everywhere-weights-exchanged", "shares", SIMPLEX, put(
        "bregman.simplex.weights", ["1", "3", "0.5"])),
    Lie("bregman-everywhere-vector-exchanged", "shares", SIMPLEX, swapped(
        "bregman.simplex.vector")),
    Lie("bregman-everywhere-payoffs-larger", "shares", SIMPLEX, edited(
        "game.payoffs", entry(slice(None), 1 + 2.0**-20))),
    Lie("bregman-everywhere-entropy-lowered", "shares", SIMPLEX, put(
        "game.entropy", ["0.999999", "2", "1.5"])),
)  # fmt: skip
