"""Lies about players' own constraints: sets, multipliers, points on them, what rests on these."""

from fractions import Fraction

import numpy as np

from certificates.kernel.document.reading import Document, encode_array
from games.language.number import parse_number, to_text
from tests.corpus.changes import (
    EQUILIBRIUM,
    KIND,
    Change,
    Lie,
    added,
    both,
    called,
    cites,
    claimed,
    drop,
    get,
    put,
    text,
    times,
    without,
)

FORCES = f"{EQUILIBRIUM}: multipliers"
POINT = f"{EQUILIBRIUM}: point"
RULES = "region.constraints"


def _moved(k: int, by: str) -> Change:
    """One coordinate of the point moves."""

    def change(document: Document) -> None:
        point = get(document, POINT)
        point[k] = to_text(parse_number(point[k]) + parse_number(by))

    return change


def _turned(path: str) -> Change:
    """A number of the other sign."""
    return times(path, -1)


def _inner(document: Document) -> None:
    """The point half-way towards another of the region, on the equality still."""
    point = [parse_number(v) for v in get(document, POINT)]
    inner = [Fraction(v) for v in (1, 1, 0, 0, "1/2", "1/2")]
    found = [to_text((a + b) / 2) for a, b in zip(point, inner, strict=True)]
    put(POINT, found)(document)


def _with_a_shared_one(document: Document) -> None:
    """One more constraint, of two players, which presses nothing."""
    shared = {"variables": [0, 2], "linear": ["1", "1"], "relation": "<=", "bound": "9"}
    get(document, RULES).append(shared)
    get(document, FORCES).append("0")


def _in_one_matrix(document: Document) -> None:
    """The same metric as one matrix, in which no projection is known to be the players' own."""
    weights = np.repeat([float(parse_number(w)) for w in get(document, "metric.weights")], 2)
    document["metric"] = {"kind": "dense", "matrix": encode_array(np.diag(weights))}


def _box(document: Document) -> None:
    """No constraints any more, and so no multipliers."""
    region = document["region"]
    document["region"] = {"kind": "box", "lower": region["lower"], "upper": region["upper"]}
    drop(FORCES)(document)


CONSTRAINT_LIES = (
    # λ
    Lie("constraint-multiplier-negative", "capped", EQUILIBRIUM, _turned(f"{FORCES}.0")),
    Lie("constraint-multiplier-of-the-disc-negative", "capped", EQUILIBRIUM, _turned(
        f"{FORCES}.1")),
    Lie("constraint-multiplier-barely-negative", "capped", EQUILIBRIUM, put(
        f"{FORCES}.0", "-1e-300")),
    Lie("constraint-multiplier-of-an-equality-turned", "capped", EQUILIBRIUM, _turned(
        f"{FORCES}.2")),
    Lie("constraint-multiplier-smaller", "capped", EQUILIBRIUM, times(
        f"{FORCES}.0", Fraction(99, 100))),
    Lie("constraint-multiplier-larger", "capped", EQUILIBRIUM, times(
        f"{FORCES}.1", Fraction(101, 100))),
    Lie("constraint-multipliers-missing", "capped", EQUILIBRIUM, drop(FORCES)),
    Lie("constraint-multipliers-one-too-few", "capped", EQUILIBRIUM, drop(f"{FORCES}.2")),
    Lie("constraint-multipliers-exchanged", "capped", EQUILIBRIUM, lambda document: get(
        document, FORCES).reverse()),
    Lie("constraint-multipliers-of-no-constraints", "cornered", EQUILIBRIUM, added(
        FORCES, ["1"])),
    # the error
    Lie("constraint-solution-error-too-small", "capped", EQUILIBRIUM, put(
        f"{EQUILIBRIUM}: error", "1e-20")),
    Lie("constraint-solution-error-0", "capped", EQUILIBRIUM, put(f"{EQUILIBRIUM}: error", "0")),
    Lie("constraint-solution-error-negative", "capped", EQUILIBRIUM, put(
        f"{EQUILIBRIUM}: error", "-1")),
    Lie("constraint-given-way-forgotten", "capped", EQUILIBRIUM, both(
        _moved(0, "-1e-8"), put(f"{EQUILIBRIUM}: error", "1e-7"))),
    # x₀ ∈ X
    Lie("constraint-solution-beyond-a-capacity", "capped", EQUILIBRIUM, _moved(0, "1e-30")),
    Lie("constraint-solution-beyond-a-disc", "capped", EQUILIBRIUM, _moved(2, "1e-12")),
    Lie("constraint-solution-beside-an-equality", "capped", EQUILIBRIUM, _moved(4, "1e-30")),
    Lie("constraint-solution-beneath-an-equality", "capped", EQUILIBRIUM, _moved(4, "-1e-30")),
    Lie("constraint-solution-far-inside", "capped", EQUILIBRIUM, _inner),
    # the sets
    Lie("constraint-capacity-raised", "capped", EQUILIBRIUM, put(f"{RULES}.0.bound", "4.1")),
    Lie("constraint-capacity-lowered", "capped", EQUILIBRIUM, put(f"{RULES}.0.bound", "3.9")),
    Lie("constraint-matrix-altered", "capped", EQUILIBRIUM, put(f"{RULES}.0.linear.1", "1.99")),
    Lie("constraint-disc-larger", "capped", EQUILIBRIUM, put(f"{RULES}.1.bound", "1.01")),
    Lie("constraint-disc-into-an-ellipse", "capped", EQUILIBRIUM, put(
        f"{RULES}.1.squares.0", "0.9")),
    Lie("constraint-inequality-for-an-equality", "capped", EQUILIBRIUM, put(
        f"{RULES}.2.relation", "<=")),
    Lie("constraint-of-another-variable", "capped", EQUILIBRIUM, put(
        f"{RULES}.0.variables", [0, 2])),
    Lie("constraint-shared-by-two-players", "roomy", KIND, both(
        called("T13 (restricted Nash)"), put(f"{RULES}.0.variables", [0, 2]))),
    Lie("constraint-shared-and-slack", "capped", EQUILIBRIUM, _with_a_shared_one),
    Lie("constraints-left-out", "capped", EQUILIBRIUM, _box),
    # the game and the metric
    Lie("constraint-solution-of-another-game", "capped", EQUILIBRIUM, text(
        "game.players.0.cost", "8*q", "8.1*q")),
    Lie("constraint-solution-in-another-metric", "capped", EQUILIBRIUM, both(
        put("metric.weights.0", "1e6"), put(f"{EQUILIBRIUM}: error", "1e-16"))),
    Lie("constraint-solution-in-one-matrix", "capped", EQUILIBRIUM, _in_one_matrix),
    # what it is
    Lie("constraint-solution-called-zero", "capped", EQUILIBRIUM, both(
        cites(EQUILIBRIUM, "equilibrium/T13", "multipliers"), without(KIND))),
    Lie("constraint-solution-called-nash", "capped", KIND, called("T13 (Nash)")),
    Lie("constraint-solution-that-may-be-a-zero", "capped", KIND, put(
        f"{EQUILIBRIUM}: error", "1000")),
    # a zero inside
    Lie("constraint-cuts-off-the-zero", "roomy", EQUILIBRIUM, put(f"{RULES}.0.bound", "9.5")),
    Lie("constraint-cuts-the-ball-of-the-zero", "roomy", EQUILIBRIUM, put(
        f"{EQUILIBRIUM}: error", "0.3")),
    Lie("constraint-disc-cuts-the-ball-of-the-zero", "roomy", EQUILIBRIUM, both(
        put(f"{RULES}.1.bound", "6.1"), put(f"{EQUILIBRIUM}: error", "0.15"))),
    Lie("constraint-equality-beside-the-zero", "roomy", EQUILIBRIUM, put(
        f"{RULES}.2.relation", "=")),
    Lie("constraint-no-zero-where-there-is-one", "roomy", KIND, both(
        without(KIND), claimed("equilibrium/T13 (no zero)"))),
)  # fmt: skip
