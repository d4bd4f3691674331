"""Lies about equilibria, start sets and steps towards the equilibrium."""

from fractions import Fraction

import numpy as np

from certificates.kernel.document.reading import Document, encode_array
from games.language.number import parse_number, to_text
from tests.corpus.changes import (
    EQUILIBRIUM,
    KIND,
    RK4,
    TOWARDS,
    Lie,
    at,
    both,
    called,
    cites,
    drop,
    edited,
    entry,
    get,
    longer,
    put,
    times,
    without,
)

BOUNDARY = "equilibrium/T13 (boundary)"


def _without_pairs(document: Document) -> None:
    """The multipliers of the pairs of stages are all 0."""
    rows = get(document, f"{TOWARDS}: multipliers")
    rows[:] = [[*row[:12], *["0"] * 18] for row in rows]


def _as_pairs(document: Document) -> None:
    """Steps towards the equilibrium as steps between any two runs."""
    rows = get(document, f"{TOWARDS}: multipliers")
    rows[:] = [row[:12] for row in rows]
    document["claims"].remove(at(document, RK4))
    cites(TOWARDS, "runge_kutta/T11 (b)")(document)


def _moved(document: Document) -> None:
    """The point moves by a hundredth, its error does not."""
    point = get(document, "equilibrium: point")
    point[0] = to_text(parse_number(point[0]) + Fraction(1, 100))


_AT_THE_MIDDLE = both(  # a zero inside, where the solution is on the boundary
    cites(EQUILIBRIUM, "equilibrium/T13"),
    put("equilibrium: point", ["0.25", "0.25"]),
    put("equilibrium: error", "0"),
    called("T13 (Nash)"),
)

PROMISE_LIES = (
    Lie("equilibrium-moved", "settled", EQUILIBRIUM, _moved),
    Lie("equilibrium-error-too-small", "settled", EQUILIBRIUM, both(
        _moved, put("equilibrium: error", "0.001"))),
    Lie("equilibrium-error-larger-than-the-region", "settled", EQUILIBRIUM, put(
        "equilibrium: error", "1000")),
    Lie("equilibrium-error-negative", "settled", EQUILIBRIUM, put("equilibrium: error", "-1")),
    Lie("equilibrium-outside", "settled", EQUILIBRIUM, put("equilibrium: point.0", "7")),
    Lie("equilibrium-inside-invented", "cornered", EQUILIBRIUM, _AT_THE_MIDDLE),
    Lie("equilibrium-on-the-boundary-called-zero", "cornered", EQUILIBRIUM, both(
        cites(EQUILIBRIUM, "equilibrium/T13"), without(KIND))),
    Lie("equilibrium-on-the-boundary-called-nash", "cornered", EQUILIBRIUM, both(
        cites(EQUILIBRIUM, "equilibrium/T13"), called("T13 (Nash)"))),
    Lie("equilibrium-at-another-corner", "cornered", EQUILIBRIUM, put("equilibrium: point.0", "0")),
    Lie("equilibrium-inside-called-boundary", "settled", KIND, called("T13 (no zero)")),
    Lie("equilibrium-of-a-field-called-nash", "settled-field", KIND, called("T13 (Nash)")),
    Lie("equilibrium-restricted-called-nash", "bent", KIND, called("T13 (Nash)")),
    Lie("equilibrium-of-another-game", "settled", EQUILIBRIUM, edited(
        "game.linear", entry(0, 1.01))),
    Lie("towards-the-equilibrium-longer", "bent", TOWARDS, longer(
        TOWARDS, Fraction(11, 10))),
    Lie("towards-the-equilibrium-rate-raised", "bent", TOWARDS, times(
        f"{TOWARDS}: cover.rates.0", Fraction(6, 5))),
    Lie("towards-the-equilibrium-factor-lowered", "bent", TOWARDS, times(
        f"{TOWARDS}: factor_at_best", Fraction(1, 2))),
    Lie("towards-the-equilibrium-multiplier-negative", "bent", TOWARDS, put(
        f"{TOWARDS}: multipliers.0.20", "-1")),
    Lie("towards-the-equilibrium-without-pairs-of-stages", "bent", TOWARDS, _without_pairs),
    Lie("towards-the-equilibrium-without-multipliers", "bent", TOWARDS, put(
        f"{TOWARDS}: multipliers", [])),
    Lie("towards-the-equilibrium-in-another-metric", "bent", TOWARDS, times(
        f"{TOWARDS}: metric.weights.0", 2)),
    Lie("towards-the-equilibrium-called-pairs", "bent", RK4, _as_pairs),
    Lie("near-linear-deviation-lowered", "near-linear", RK4, times(
        f"{RK4}: deviation", Fraction(9, 10))),
    Lie("near-linear-norm-lowered", "near-linear", RK4, times(
        f"{RK4}: norm", Fraction(99, 100))),
    Lie("near-linear-matrix-of-another-game", "near-linear", RK4, edited(
        f"{RK4}: matrix", entry((0, 0), 1.1))),
    Lie("near-linear-step-longer", "near-linear", RK4, longer(RK4, Fraction(11, 10))),
    Lie("near-linear-rate-raised", "near-linear", RK4, times(
        "Runge-Kutta steps: cover.rates.0", Fraction(6, 5))),
    Lie("near-linear-factor-lowered", "near-linear", RK4, times(
        "Runge-Kutta steps: factor_at_best", Fraction(9, 10))),
    Lie("near-linear-deviation-negative", "near-linear", RK4, put(f"{RK4}: deviation", "-1")),
    Lie("near-linear-cover-missing", "near-linear", RK4, drop("evidence.covers.near_linear")),
    Lie("near-linear-cover-empty", "near-linear", RK4, put(
        "evidence.covers.near_linear", encode_array(np.zeros(0, dtype=np.int64)))),
)  # fmt: skip
