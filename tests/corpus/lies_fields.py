"""Lies about games whose field is given: by the tensors of a Markov game, or as text.

The checker writes the Markov game's field anew from its tensors, so what changes them must show.
"""

from typing import Any

from tests.corpus.changes import (
    COUPLING,
    CURVATURE,
    EQUILIBRIUM,
    EULER,
    JACOBIAN,
    KIND,
    LIPSCHITZ,
    MARGIN,
    Change,
    Lie,
    both,
    called,
    edited,
    entry,
    put,
    swapped,
    times,
)

SLACK = 2  # of what these certificates claim: they prove within a few percent of the truth


def _identity(transition: Any) -> None:
    """The first state leads to itself whatever is played."""
    transition[:4] = [1.0, 0.0]


def _unequal(transition: Any) -> None:
    """Less follows from acting alike."""
    transition[0], transition[3] = [0.5, 0.5], [0.5, 0.5]


def _put_part(player: int, part: int, text: str) -> Change:
    return put(f"game.players.{player}.field.{part}", text)


FIELD_LIES = (
    Lie("markov-reward-tripled", "markov", MARGIN, edited("game.rewards", entry((0, 0), 3.0))),
    Lie("markov-reward-of-the-other-sign", "markov", EQUILIBRIUM, edited(
        "game.rewards", entry((0, slice(0, 1)), -1.0))),
    Lie("markov-all-rewards-doubled", "markov", COUPLING, edited(
        "game.rewards", entry(slice(None), 2.0))),
    Lie("markov-first-state-absorbs", "markov", COUPLING, edited("game.transition", _identity)),
    Lie("markov-discount-raised", "markov", CURVATURE, put("game.discount", "0.99")),
    Lie("markov-entropy-lowered", "markov", CURVATURE, put("game.entropy", ["0.9", "1"])),
    Lie("markov-entropy-by-occupancy", "markov", CURVATURE, put("game.occupancy_entropy", True)),
    Lie("markov-field-of-kakade", "markov", COUPLING, put("game.field", "kakade")),
    Lie("markov-field-of-plain-gradients", "markov", CURVATURE, put("game.field", "euclidean")),
    Lie("markov-starts-elsewhere", "markov", COUPLING, put("game.initial", ["0", "1"])),
    Lie("markov-margin-raised", "markov", MARGIN, times("margin: margin", SLACK)),
    Lie("markov-lipschitz-lowered", "markov", LIPSCHITZ, put("Lipschitz: bound", "1")),
    Lie("markov-euler-step-lengthened", "markov", EULER, times("Euler steps: step_max", SLACK)),
    Lie("markov-region-widened", "markov", MARGIN, both(
        put("region.lower", ["-9"] * 4), put("region.upper", ["9"] * 4))),
    Lie("markov-zero-called-nash", "markov", KIND, called("T13 (Nash)")),
    Lie("markov-zero-called-quantal-response", "markov", KIND, called("T18 (Nash)")),
    Lie("field-zero-called-quantal-response", "turning", KIND, called("T18 (Nash)")),
    Lie("markov-called-exact", "markov", JACOBIAN, put("evidence", {"kind": "exact"})),
    Lie("natural-gradients-for-plain-ones", "pennies-plain", LIPSCHITZ, put(
        "game.field", "fisher")),
    Lie("plain-gradients-for-natural-ones", "pennies-kakade", MARGIN, put(
        "game.field", "euclidean")),
    Lie("field-part-of-the-other-sign", "turning", CURVATURE, _put_part(0, 1, "-y - x + cos(y)/4")),
    Lie("field-part-stronger", "turning", COUPLING, _put_part(1, 0, "z + z**3/6 - 2*x")),
    Lie("field-parts-exchanged", "turning", CURVATURE, swapped("game.players.0.field")),
    Lie("field-not-defined", "turning", JACOBIAN, _put_part(1, 0, "z + log(z)")),
    Lie("field-zero-called-nash", "turning", KIND, called("T13 (Nash)")),
)  # fmt: skip
