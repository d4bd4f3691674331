"""Lies about games whose field is given: by the tensors of a Markov game, or as text.

The checker writes the Markov game's field anew from its tensors, so what changes them must show.
"""

from typing import Any

from tests.corpus.changes import (
    BELOW,
    COUPLING,
    EULER,
    JACOBIAN,
    LIPSCHITZ,
    MARGIN,
    Change,
    Lie,
    both,
    edited,
    entry,
    put,
    swapped,
    times,
)

EQUILIBRIUM, GEOMETRY = "equilibrium", "geometry"
KIND = "kind of equilibrium"
FISHER = {
    "kind": "entropic-dual",
    "field": "fisher",
    "coordinates": "drop-one logits, action 0 dropped",
}
KAKADE = {**FISHER, "field": "kakade"}
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
    Lie("markov-discount-raised", "markov", BELOW, put("game.discount", "0.99")),
    Lie("markov-entropy-lowered", "markov", BELOW, put("game.entropy", ["0.9", "1"])),
    Lie("markov-entropy-by-occupancy", "markov", BELOW, put("game.occupancy_entropy", True)),
    Lie("markov-field-of-kakade", "markov", COUPLING, put("game.field", "kakade")),
    Lie("markov-field-of-plain-gradients", "markov", BELOW, put("game.field", "euclidean")),
    Lie("markov-starts-elsewhere", "markov", COUPLING, put("game.initial", ["0", "1"])),
    Lie("markov-margin-raised", "markov", MARGIN, times("margin", SLACK)),
    Lie("markov-lipschitz-lowered", "markov", LIPSCHITZ, put("lipschitz", "1")),
    Lie("markov-euler-step-lengthened", "markov", EULER, times("steps.euler.step_max", SLACK)),
    Lie("markov-region-widened", "markov", MARGIN, both(
        put("region.lower", ["-9"] * 4), put("region.upper", ["9"] * 4))),
    Lie("markov-zero-called-nash", "markov", KIND, put("equilibrium.kind", "nash")),
    Lie("markov-zero-called-quantal-response", "markov", KIND, put(
        "equilibrium.kind", "quantal-response")),
    Lie("field-zero-called-quantal-response", "turning", KIND, put(
        "equilibrium.kind", "quantal-response")),
    Lie("markov-called-exact", "markov", JACOBIAN, put("evidence", {"kind": "exact"})),
    Lie("geometry-euclidean-for-a-natural-gradient", "markov", GEOMETRY, put(
        "geometry", "euclidean")),
    Lie("geometry-of-kakade-for-fisher", "markov", GEOMETRY, put("geometry", KAKADE)),
    Lie("geometry-of-fisher-for-kakade", "pennies-kakade", GEOMETRY, put("geometry", FISHER)),
    Lie("geometry-natural-for-plain-gradients", "pennies-plain", GEOMETRY, put("geometry", FISHER)),
    Lie("geometry-natural-for-costs", "toy", GEOMETRY, put("geometry", FISHER)),
    Lie("geometry-natural-for-a-field-in-text", "turning", GEOMETRY, put("geometry", FISHER)),
    Lie("geometry-natural-for-given-bounds", "bounds", GEOMETRY, put("geometry", KAKADE)),
    Lie("geometry-kept-where-the-field-is-plain", "pennies-kakade", GEOMETRY, put(
        "game.field", "euclidean")),
    Lie("geometry-and-field-of-kakade", "markov", COUPLING, both(
        put("game.field", "kakade"), put("geometry", KAKADE))),
    Lie("geometry-and-field-of-plain-gradients", "markov", BELOW, both(
        put("game.field", "euclidean"), put("geometry", "euclidean"))),
    Lie("geometry-and-field-natural-for-plain-gradients", "pennies-plain", LIPSCHITZ, both(
        put("game.field", "fisher"), put("geometry", FISHER))),
    Lie("field-part-of-the-other-sign", "turning", BELOW, _put_part(0, 1, "-y - x + cos(y)/4")),
    Lie("field-part-stronger", "turning", COUPLING, _put_part(1, 0, "z + z**3/6 - 2*x")),
    Lie("field-parts-exchanged", "turning", BELOW, swapped("game.players.0.field")),
    Lie("field-not-defined", "turning", JACOBIAN, _put_part(1, 0, "z + log(z)")),
    Lie("field-zero-called-nash", "turning", KIND, put("equilibrium.kind", "nash")),
)  # fmt: skip
