"""Lies that break one hypothesis of a theorem and nothing else, where no other lie does that."""

from fractions import Fraction

import numpy as np

from certificates.kernel.document.reading import Document, encode_array
from games.language.number import parse_number, to_text
from tests.corpus.changes import (
    BAND,
    EQUILIBRIUM,
    EULER,
    KIND,
    LIPSCHITZ,
    MARGIN,
    METRIC,
    POSITIVE,
    RATE,
    RK4,
    SIMPLEX,
    TOWARDS,
    WITNESS,
    Change,
    Lie,
    added,
    at,
    both,
    called,
    cites,
    claimed,
    drop,
    get,
    put,
    times,
    without,
)

BOUNDARY = "equilibrium/T13 (boundary)"


def _blocks(path: str) -> Change:
    """The same metric, as one matrix a player, 1 × 1 each."""

    def change(document: Document) -> None:
        weights = get(document, path)["weights"]
        blocks = [encode_array(np.array([[float(parse_number(w))]])) for w in weights]
        put(path, {"kind": "block", "blocks": blocks})(document)

    return change


def _dense(diagonal: list[float]) -> Document:
    """One diagonal matrix for all variables."""
    return {"kind": "dense", "matrix": encode_array(np.diag(diagonal))}


def _indefinite(document: Document) -> None:
    """A matrix that is no metric, and only claims that are in it."""
    document["metric"]["matrix"] = encode_array(np.diag([1.0, 1.0, -1.0]))


def _exchanged(document: Document) -> None:
    """The best step and the largest change places, each with its own factor."""
    euler = at(document, EULER)["numbers"]
    for one, other in (("best_step", "step_max"), ("factor_at_best", "factor_at_max")):
        euler[one], euler[other] = euler[other], euler[one]


def _cut(title: str) -> Change:
    """The cover ends before the best step."""

    def change(document: Document) -> None:
        claim = at(document, title)
        numbers, cover = claim["numbers"], claim["numbers"]["cover"]
        best = parse_number(numbers["best_step"])
        kept = [h for h in cover["steps"] if parse_number(h) < best * Fraction(99, 100)]
        numbers["step_max"] = to_text((parse_number(kept[-1]) + best) / 2)
        cover["steps"] = [*kept, numbers["step_max"]]
        del cover["rates"][len(kept) :]
        del claim.get("witnesses", {}).get("multipliers", [])[len(kept) :]

    return change


def _ball(center: list[str], radius: str) -> Change:
    region = {"kind": "ball", "center": center, "radius": radius, "metric": ["1"] * len(center)}
    return put("region", region)


def _turned(document: Document) -> None:
    """The ends of a band change places."""
    band = at(document, BAND)["numbers"]
    band["low"], band["high"] = band["high"], band["low"]


def _narrow(document: Document) -> None:
    """So many players' band at one ratio, which has the margin."""
    points = get(document, "band: points")
    del points[1:]
    i, j = get(document, "band: players")
    w = points[0]["weights"]
    ratio = to_text(parse_number(w[j]) / parse_number(w[i]))
    at(document, BAND)["numbers"].update(low=ratio, high=ratio, margin="-0.001")


_NORMS = both(  # the bounds of the blocks are to prove ‖J‖ in a matrix metric
    cites(LIPSCHITZ, "margin/T9 (norms)"),
    added("Lipschitz: vector", ["1"] * 3),
    added("Lipschitz: image", ["1000"] * 3),
)
_BAND_OF_MANY = claimed(  # by the whole Jacobian, among 33 players
    "bands/T5", {"players": [0, 1], "margin": "0", "low": "0.99", "high": "1.01"}
)
_SIMPLEX = claimed(
    "kl/T19 (corollary)", {"rate": "0.1", "weights": ["1", "1"]}, {"vector": ["1", "1"]}
)


def _not_convex(theorem: str) -> Change:
    return both(
        called(theorem),
        put("block bounds: curvature_lower.0", "-0.5"),
        put("structural margin: margin", "-1000"),
    )


def _factors(edit: object) -> Change:
    def change(document: Document) -> None:
        factors = get(document, "witness: factors")
        factors[:] = [encode_array(np.asarray(edit)) for _ in factors]

    return change


_DUALS = ("refuted-dual", "refuted-weights")

HYPOTHESIS_LIES = (
    Lie("metric-of-no-sign", "dense", METRIC, both(
        _indefinite, without("cocoercivity"))),
    Lie("euler-in-a-metric-of-no-sign", "dense", EULER, put(
        "Euler steps: metric", _dense([1.0, 1.0, -1.0]))),
    Lie("rk4-in-a-metric-of-no-sign", "dense", RK4, put(
        "Runge-Kutta steps: metric", _dense([1.0, 1.0, -1.0]))),
    Lie("rk4-near-linear-in-a-metric-of-no-sign", "near-linear", RK4, put(
        "Runge-Kutta steps: metric", _dense([1.0, -1.0]))),
    Lie("margin-in-weights-of-no-proof", "toy", MARGIN, both(
        put("structural margin: weights", ["1", "201"]),
        put("structural margin: margin", "0.29"), put("margin: margin", "0.29"))),
    Lie("lipschitz-by-norms-in-matrices", "dense", LIPSCHITZ, _NORMS),
    Lie("euler-best-and-largest-exchanged", "toy", EULER, _exchanged),
    Lie("euler-by-norms-best-and-largest-exchanged", "bounds", EULER, _exchanged),
    Lie("euler-by-norms-in-matrices", "bounds", EULER, _blocks("Euler steps: metric")),
    Lie("rk4-ends-before-its-best-step", "toy", RK4, _cut(RK4)),
    Lie("rk4-norm-lowered", "blocks", RK4, times("Runge-Kutta steps: norm", Fraction(9, 10))),
    Lie("rk4-by-sectors-ends-before-its-best-step", "bounds", RK4, _cut(RK4)),
    Lie("rk4-near-linear-ends-before-its-best-step", "near-linear", RK4, _cut(RK4)),
    Lie("rk4-near-linear-rate-0", "near-linear", RK4, put("Runge-Kutta steps: cover.rates.0", "0")),
    Lie("towards-the-equilibrium-ends-before-its-best-step", "bent", TOWARDS, _cut(TOWARDS)),
    Lie("towards-the-equilibrium-rate-0", "bent", TOWARDS, put(f"{TOWARDS}: cover.rates.0", "0")),
    Lie("towards-the-equilibrium-in-a-metric-of-its-own", "bent", TOWARDS, times(
        f"{TOWARDS}: metric.weights.0", 2)),
    Lie("multipliers-of-a-cocoercivity-not-claimed", "bent", TOWARDS, without("cocoercivity")),
    Lie("towards-an-equilibrium-that-is-not-there", "bent", TOWARDS, without(EQUILIBRIUM, KIND)),
    Lie("towards-an-equilibrium-of-no-margin", "bent", POSITIVE, put("margin: margin", "0")),
    Lie("boundary-solution-of-no-margin", "quartic", POSITIVE, put("margin: margin", "0")),
    Lie("direct-band-of-many-players", "ring", BAND, _BAND_OF_MANY),
    Lie("direct-band-upside-down", "zero-sum", BAND, _turned),
    Lie("witnessed-band-with-a-margin-below-0", "four-bounds", BAND, _narrow),
    Lie("equilibrium-beside-the-region", "settled", EQUILIBRIUM, both(
        put("region.lower", ["0", "0", "0"]), put("region.upper", ["1", "1", "1"]))),
    Lie("equilibrium-in-a-ball-larger-than-the-region", "settled", EQUILIBRIUM, put(
        "equilibrium: error", "1000")),
    Lie("boundary-solution-of-negative-error", "cornered", EQUILIBRIUM, put(
        "equilibrium: error", "-1e-30")),
    Lie("boundary-solution-beside-the-region", "cornered", EQUILIBRIUM, put(
        "region.upper", ["0.25", "1"])),
    Lie("boundary-solution-of-a-ball", "cornered", EQUILIBRIUM, _ball(["0.5", "0.25"], "0.5")),
    Lie("boundary-solution-in-matrices", "cornered", EQUILIBRIUM, both(
        _blocks("metric"), cites(MARGIN, "margin/T5"))),
    Lie("boundary-solution-that-may-be-a-zero", "cornered", KIND, put(
        "equilibrium: error", "1000")),
    Lie("nash-of-a-field-that-is-symmetric", "settled", KIND, put("game.field", True)),
    Lie("nash-of-a-block-that-is-not-symmetric", "settled-field", KIND, both(
        called("T13 (Nash)"), drop("game.field"))),
    Lie("nash-of-costs-that-are-not-convex", "dense", KIND, _not_convex("T13 (Nash)")),
    Lie("restricted-nash-of-a-field-that-is-symmetric", "settled", KIND, both(
        called("T13 (restricted Nash)"), put("game.field", True))),
    Lie("restricted-nash-of-a-block-that-is-not-symmetric", "settled-field", KIND, both(
        called("T13 (restricted Nash)"), drop("game.field"))),
    Lie("restricted-nash-of-costs-that-are-not-convex", "dense", KIND, _not_convex(
        "T13 (restricted Nash)")),
    Lie("restricted-nash-in-a-ball", "settled", KIND, both(
        called("T13 (restricted Nash)"), _ball(["0", "0", "0"], "1"))),
    Lie("restricted-nash-without-a-rate", "markov", KIND, without(RATE)),
    Lie("nash-without-an-equilibrium", "settled", KIND, without(EQUILIBRIUM)),
    Lie("restricted-nash-without-an-equilibrium", "near-linear", KIND, without(EQUILIBRIUM)),
    Lie("quantal-response-without-an-equilibrium", "pennies-kakade", KIND, without(
        EQUILIBRIUM, TOWARDS)),
    Lie("restricted-nash-of-policies-without-an-equilibrium", "stage", KIND, without(
        EQUILIBRIUM, TOWARDS)),
    Lie("kl-rate-towards-nothing", "uneven", RATE, without(
        EQUILIBRIUM, KIND, TOWARDS)),
    Lie("kl-rate-everywhere-of-another-field", "pennies-kakade", SIMPLEX, _SIMPLEX),
    *(
        Lie(f"{base}-{name}", base, WITNESS, change)
        for base in _DUALS
        for name, change in (
            ("without-interior", lambda d: put("region.upper.0", d["region"]["lower"][0])(d)),
            ("at-points-outside", lambda d: put("witness: places", [["9"] * len(p) for p in get(
                d, "witness: places")])(d)),
            ("of-another-size", _factors(np.ones((5, 1)))),
            ("of-zeros", lambda d: _factors(np.zeros((len(d["region"]["lower"]), 1)))(d)),
            ("of-other-factors", lambda d: _factors(np.eye(len(d["region"]["lower"])))(d)),
        )
    ),
)  # fmt: skip
