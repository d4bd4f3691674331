"""Lies about methods with a lifted state (T28): forms, multipliers, schemes, play and its place."""

from fractions import Fraction

from certificates.kernel.document.reading import Document
from tests.corpus.changes import (
    COCOERCIVITY,
    EQUILIBRIUM,
    KIND,
    LIPSCHITZ,
    MARGIN,
    Change,
    Lie,
    both,
    cites,
    drop,
    get,
    lowered,
    put,
    raised,
    times,
    without,
)

LIFTED = "steps of a lifted state"
PIECES = f"{LIFTED}: pieces"
DEFINITE = f"{LIFTED}: P ≻ 0 on every interval"
FIT = f"{LIFTED}: multipliers ≥ 0, three a pair of points and a point and x*"
DECREASE = f"{LIFTED}: K ⪰ 0 at both ends of every interval"
INTERVALS = f"{LIFTED}: intervals lead from 0 to the largest step, 0 < κh ≤ 1"
ZERO, OWN = f"{LIFTED}: x* is a zero of F in X", f"{LIFTED}: the metric is that of α, β and c"
BEST = f"{LIFTED}: 0 < best step ≤ largest step, the factor in [0, 1)"
FACTOR = f"{LIFTED}: q² ≥ 1 − κh at the best step"
USED = f"{LIFTED}: c is claimed where multipliers use it"


def _longer(factor: Fraction) -> Change:
    """The largest step and the end of the last interval, both."""

    def change(document: Document) -> None:
        times(f"{LIFTED}: step_max", factor)(document)
        get(document, PIECES)[-1]["end"] = get(document, f"{LIFTED}: step_max")

    return change


def _first_only(document: Document) -> None:
    """The first interval's rate for all that its form does not reach."""
    pieces = get(document, PIECES)
    pieces[0]["end"] = pieces[-1]["end"]
    del pieces[1:]


def _exchanged(document: Document) -> None:
    """Two intervals have each other's forms and multipliers."""
    first, second = get(document, PIECES)[0], get(document, PIECES)[-1]
    for key in ("form", "multipliers"):
        first[key], second[key] = second[key], first[key]


def _out_of_order(document: Document) -> None:
    pieces = get(document, PIECES)
    pieces[1], pieces[2] = pieces[2], pieces[1]


def _moved_to_the_next_pair(document: Document) -> None:
    """What belongs to a point and x* is used for two points."""
    for piece in get(document, PIECES):
        flat = piece["multipliers"]
        piece["multipliers"] = [*flat[-3:], *flat[:-3]]


def _between_runs(document: Document) -> None:
    """No multiplier towards x*: a comparison of two runs has pairs alone."""
    for piece in get(document, PIECES):
        piece["multipliers"][:6] = ["0"] * 6


def _without_pairs(document: Document) -> None:
    for piece in get(document, PIECES):
        piece["multipliers"][6:] = ["0"] * (len(piece["multipliers"]) - 6)


def _each(key: str, value: list[str]) -> Change:
    def change(document: Document) -> None:
        for piece in get(document, PIECES):
            piece[key] = list(value)

    return change


def _negated(document: Document) -> None:
    for piece in get(document, PIECES):
        piece["form"] = [str(-Fraction(v)) for v in piece["form"]]


def _of_no_margin(document: Document) -> None:
    put("margin: margin", "0")(document)


_IDENTITY = ["1", "0", "0", "1", "0", "1"]
LIFTED_LIES = (
    Lie("lifted-step-longer", "lifted", DECREASE, _longer(Fraction(101, 100))),
    Lie("lifted-step-doubled", "lifted", DECREASE, _longer(Fraction(2))),
    Lie("lifted-step-longer-than-its-intervals", "lifted", INTERVALS, raised(
        f"{LIFTED}: step_max")),
    Lie("lifted-intervals-out-of-order", "lifted", INTERVALS, _out_of_order),
    Lie("lifted-interval-missing", "lifted", DECREASE, drop(f"{PIECES}.0")),
    Lie("lifted-intervals-of-none", "lifted", INTERVALS, put(PIECES, [])),
    Lie("lifted-first-interval-for-all", "lifted", DECREASE, _first_only),
    Lie("lifted-end-below-0", "lifted", INTERVALS, put(f"{PIECES}.0.end", "-1")),
    Lie("lifted-rate-0", "lifted", INTERVALS, put(f"{PIECES}.0.rate", "0")),
    Lie("lifted-rate-negative", "lifted", INTERVALS, put(f"{PIECES}.0.rate", "-1")),
    Lie("lifted-rate-beyond-1", "lifted", INTERVALS, put(f"{PIECES}.4.rate", "1000")),
    Lie("lifted-rate-raised", "lifted", DECREASE, times(f"{PIECES}.2.rate", Fraction(11, 10))),
    Lie("lifted-first-rate-raised", "lifted", DECREASE, times(f"{PIECES}.0.rate", 2)),
    Lie("lifted-factor-lowered", "lifted", FACTOR, lowered(f"{LIFTED}: factor_at_best")),
    Lie("lifted-factor-0", "lifted", FACTOR, put(f"{LIFTED}: factor_at_best", "0")),
    Lie("lifted-factor-1", "lifted", BEST, put(f"{LIFTED}: factor_at_best", "1")),
    Lie("lifted-factor-negative", "lifted", BEST, put(f"{LIFTED}: factor_at_best", "-1")),
    Lie("lifted-best-step-0", "lifted", BEST, put(f"{LIFTED}: best_step", "0")),
    Lie("lifted-best-step-beyond", "lifted", BEST, put(f"{LIFTED}: best_step", "1000")),
    Lie("lifted-form-negated", "lifted", DEFINITE, _negated),
    Lie("lifted-form-of-no-sign", "lifted", DEFINITE, put(f"{PIECES}.1.form.0", "-1")),
    Lie("lifted-form-singular", "lifted", DEFINITE, _each("form", ["1", "1", "0", "1", "0", "1"])),
    Lie("lifted-form-of-zeros", "lifted", DEFINITE, _each("form", ["0"] * 6)),
    Lie("lifted-form-the-identity", "lifted", DECREASE, _each("form", _IDENTITY)),
    Lie("lifted-form-of-two-blocks", "lifted", DEFINITE, put(f"{PIECES}.0.form", ["1", "0", "1"])),
    Lie("lifted-form-empty", "lifted", DEFINITE, put(f"{PIECES}.0.form", [])),
    Lie("lifted-form-of-another-interval", "lifted", DECREASE, _exchanged),
    Lie("lifted-multiplier-negative", "lifted", FIT, put(f"{PIECES}.2.multipliers.1", "-1e-9")),
    Lie("lifted-multipliers-of-8", "lifted", FIT, drop(f"{PIECES}.2.multipliers.0")),
    Lie("lifted-multipliers-of-10", "lifted", FIT, put(f"{PIECES}.2.multipliers", ["0"] * 10)),
    Lie("lifted-multipliers-empty", "lifted", FIT, put(f"{PIECES}.2.multipliers", [])),
    Lie("lifted-multipliers-of-zeros", "lifted", DECREASE, _each("multipliers", ["0"] * 9)),
    Lie("lifted-multipliers-of-other-pairs", "lifted", DECREASE, _moved_to_the_next_pair),
    Lie("lifted-between-two-runs", "lifted", DECREASE, _between_runs),
    Lie("lifted-without-pairs", "lifted", DECREASE, _without_pairs),
    Lie("lifted-multiplier-at-0-moved", "lifted", DECREASE, times(
        f"{PIECES}.0.multipliers.0", Fraction(1000001, 1000000))),
    Lie("lifted-of-another-scheme", "lifted", DECREASE, put(
        f"{LIFTED}: scheme", "adams_bashforth_2")),
    Lie("lifted-forward-reflected-called-heavy-ball", "lifted-reflected", DECREASE, put(
        f"{LIFTED}: scheme", "heavy_ball")),
    Lie("lifted-momentum-of-another-sign", "lifted-momentum", DECREASE, put(
        f"{LIFTED}: scheme", "heavy_ball")),
    Lie("lifted-in-a-metric-of-its-own", "lifted", OWN, times(
        f"{LIFTED}: metric.weights.0", 2)),
    Lie("lifted-towards-nothing", "lifted", ZERO, without(EQUILIBRIUM, KIND)),
    Lie("lifted-towards-a-solution-on-the-boundary", "lifted", ZERO, cites(
        EQUILIBRIUM, "equilibrium/T13 (boundary)")),
    Lie("lifted-of-no-margin", "lifted", f"{LIFTED}: α > 0", _of_no_margin),
    Lie("lifted-of-a-cocoercivity-not-claimed", "lifted", USED, without("cocoercivity")),
    Lie("lifted-by-a-raised-cocoercivity", "lifted", COCOERCIVITY, times(
        "cocoercivity: constant", 2)),
    Lie("lifted-by-a-lower-lipschitz", "lifted", LIPSCHITZ, times(
        "Lipschitz: bound", Fraction(9, 10))),
    Lie("lifted-by-a-raised-margin", "lifted", MARGIN, times(
        "margin: margin", Fraction(11, 10))),
    Lie("lifted-in-a-wider-region", "lifted", MARGIN, both(
        put("region.lower", ["-10", "-10"]), put("region.upper", ["10", "10"]))),
)  # fmt: skip
