"""Lies about the vectors that bound the values of a Markov game, and about what rests on them.

The game has two states and players with three and two actions; a leaf has eight rows of two: super-
solutions of both players' rewards and of the visits to both states, then sub-solutions.
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
    Change,
    Lie,
    both,
    edited,
    put,
    times,
)

VECTORS, COVER = "evidence.values.vectors", "evidence.values.cover"
LEAF = 6  # the token of a leaf: there are six sides
SUPER, SUB = slice(0, 4), slice(4, 8)


def _moved(index: Any, by: float) -> Change:
    """Some of the numbers moved."""

    def edit(rows: Any) -> None:
        rows[index] += by

    return edited(VECTORS, edit)


def _ordered(*order: int) -> Change:
    """The rows of every leaf in another order."""

    def edit(rows: Any) -> None:
        rows[:] = rows[:, list(order)]

    return edited(VECTORS, edit)


def _turned(rows: Any) -> None:
    """Every leaf with the vectors of the one before."""
    rows[:] = np.roll(rows, 1, axis=0)


def _states_exchanged(rows: Any) -> None:
    rows[:] = rows[..., ::-1]


def _nothing(rows: Any) -> None:
    rows[:] = 0


def _scaled(rows: Any) -> None:
    """Values of a smaller discount are smaller."""
    rows *= 0.9


def _taken(leaves: slice, *tokens: int) -> Change:
    """Another cover, with the vectors of some leaves."""

    def change(document: Document) -> None:
        rows = decode_array(document["evidence"]["values"]["vectors"], VECTORS)
        put(VECTORS, encode_array(rows[leaves]))(document)
        put(COVER, encode_array(np.array(tokens, dtype=np.int32)))(document)

    return change


def _shorter(document: Document) -> None:
    """The last leaf left out, with its vectors."""
    tokens = decode_array(document["evidence"]["values"]["cover"], COVER).tolist()
    _taken(slice(0, -1), *tokens[:-1])(document)


def _fewer(document: Document) -> None:
    """The cover as it was, the vectors of the last leaf left out."""
    rows = decode_array(document["evidence"]["values"]["vectors"], VECTORS)
    put(VECTORS, encode_array(rows[:-1]))(document)


def _deranged(document: Document) -> None:
    """The cover splits other sides than the vectors know of."""
    tokens = decode_array(document["evidence"]["values"]["cover"], COVER).tolist()
    other = [(token + 1) % LEAF if token < LEAF else token for token in tokens]
    put(COVER, encode_array(np.array(other, dtype=np.int32)))(document)


def _no_reward(rewards: Any) -> None:
    rewards[:, 0] += 0.5


VALUES_LIES = (
    Lie("values-super-solution-lowered", "valued", JACOBIAN, _moved((0, 0), -0.1)),
    Lie("values-super-solution-lowered-in-one-state", "valued", JACOBIAN, _moved((-1, 1, 1), -0.1)),
    Lie("values-sub-solution-raised", "valued", JACOBIAN, _moved((2, 4), 0.1)),
    Lie("values-sub-solution-of-visits-raised", "valued", JACOBIAN, _moved((2, 7), 0.1)),
    Lie("values-of-another-leaf", "valued", JACOBIAN, edited(VECTORS, _turned)),
    Lie("values-of-exchanged-players", "valued", JACOBIAN, _ordered(1, 0, 2, 3, 5, 4, 6, 7)),
    Lie("values-of-exchanged-visits", "valued", JACOBIAN, _ordered(0, 1, 3, 2, 4, 5, 7, 6)),
    Lie("values-of-exchanged-states", "valued", JACOBIAN, edited(VECTORS, _states_exchanged)),
    Lie("values-above-and-below-exchanged", "valued", JACOBIAN, _ordered(4, 5, 6, 7, 0, 1, 2, 3)),
    Lie("values-of-another-discount", "valued", JACOBIAN, edited(VECTORS, _scaled)),
    Lie("values-all-zero", "valued", JACOBIAN, edited(VECTORS, _nothing)),
    Lie("values-too-wide-to-prove-anything", "valued", MARGIN, both(
        _moved((slice(None), SUPER), 1e9), _moved((slice(None), SUB), -1e9))),
    Lie("values-on-one-leaf-for-all", "valued", JACOBIAN, _taken(slice(0, 1), LEAF)),
    Lie("values-cover-cut", "valued", JACOBIAN, _shorter),
    Lie("values-of-a-leaf-left-out", "valued", JACOBIAN, _fewer),
    Lie("values-cover-of-other-sides", "valued", JACOBIAN, _deranged),
    Lie("values-discount-of-the-game-raised", "valued", JACOBIAN, put("game.discount", "0.95")),
    Lie("values-rewards-of-the-game-changed", "valued", JACOBIAN, edited(
        "game.rewards", _no_reward)),
    Lie("values-entropy-lowered", "valued", CURVATURE, put("game.entropy", ["0.75", "1"])),
    Lie("values-field-of-kakade", "valued", CURVATURE, put("game.field", "kakade")),
    Lie("values-field-of-plain-gradients", "valued", JACOBIAN, put("game.field", "euclidean")),
    Lie("values-game-starts-elsewhere", "valued", EQUILIBRIUM, put("game.initial", ["0", "1"])),
    Lie("values-region-widened", "valued", JACOBIAN, both(
        put("region.lower", ["-2"] * 6), put("region.upper", ["2"] * 6))),
    Lie("values-margin-raised", "valued", MARGIN, times("margin: margin", 2)),
    Lie("values-lipschitz-lowered", "valued", LIPSCHITZ, put("Lipschitz: bound", "1/2")),
    Lie("values-euler-step-lengthened", "valued", EULER, times("Euler steps: step_max", 2)),
    Lie("values-zero-moved", "valued", EQUILIBRIUM, put("equilibrium: point.0", "0")),
    Lie("values-of-a-normal-game", "mixed", JACOBIAN, put("evidence", {
        "kind": "enclosed", "values": {
            "cover": encode_array(np.array([3], dtype=np.int32)),
            "vectors": encode_array(np.zeros((1, 8, 2)))}})),
)  # fmt: skip
