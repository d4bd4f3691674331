"""Lies about the cover of a Markov game that is proved by its values, and about what rests on it.

The game has two states and players with three and two actions.
"""

from typing import Any

import numpy as np

from certificates.kernel.document.reading import Document, decode_array, encode_array
from tests.corpus.changes import (
    CURVATURE,
    EQUILIBRIUM,
    EULER,
    JACOBIAN,
    LIPSCHITZ,
    MARGIN,
    Lie,
    both,
    edited,
    put,
    times,
)

COVER = "evidence.values.cover"
LEAF = 6  # the token of a leaf: there are six sides


def _shorter(document: Document) -> None:
    """The last leaf left out."""
    tokens = decode_array(document["evidence"]["values"]["cover"], COVER)
    put(COVER, encode_array(tokens[:-1]))(document)


def _no_reward(rewards: Any) -> None:
    rewards[:, 0] += 0.5


VALUES_LIES = (
    Lie("values-on-one-leaf-for-all", "valued", MARGIN, put(
        COVER, encode_array(np.array([LEAF], dtype=np.int32)))),
    Lie("values-cover-cut", "valued", JACOBIAN, _shorter),
    Lie("values-discount-of-the-game-raised", "valued", MARGIN, put("game.discount", "0.95")),
    Lie("values-rewards-of-the-game-changed", "valued", LIPSCHITZ, edited(
        "game.rewards", _no_reward)),
    Lie("values-entropy-lowered", "valued", CURVATURE, put("game.entropy", ["0.75", "1"])),
    Lie("values-field-of-kakade", "valued", CURVATURE, put("game.field", "kakade")),
    Lie("values-field-of-plain-gradients", "valued", JACOBIAN, put("game.field", "euclidean")),
    Lie("values-game-starts-elsewhere", "valued", EQUILIBRIUM, put("game.initial", ["0", "1"])),
    Lie("values-region-widened", "valued", MARGIN, both(
        put("region.lower", ["-2"] * 6), put("region.upper", ["2"] * 6))),
    Lie("values-margin-raised", "valued", MARGIN, times("margin: margin", 2)),
    Lie("values-lipschitz-lowered", "valued", LIPSCHITZ, put("Lipschitz: bound", "1/2")),
    Lie("values-euler-step-lengthened", "valued", EULER, times("Euler steps: step_max", 2)),
    Lie("values-zero-moved", "valued", EQUILIBRIUM, put("equilibrium: point.0", "0")),
    Lie("values-of-a-normal-game", "mixed", JACOBIAN, put("evidence", {
        "kind": "enclosed", "values": {
            "cover": encode_array(np.array([3], dtype=np.int32))}})),
)  # fmt: skip
