"""Lies that break one hypothesis of a theorem and nothing else, where no other lie does that."""

from fractions import Fraction

import numpy as np

from certificates.kernel.document.reading import Document, encode_array
from games.language.number import parse_number, to_text
from tests.corpus.changes import BAND, EULER, MARGIN, RK4, WITNESS, Change, Lie, both, drop, put
from tests.corpus.changes import times as scaled

EXTRA, OPTIMISTIC = "extragradient", "optimistic gradient"
TOWARDS, NEAR = "RK4 towards the equilibrium", "RK4 near-linear"
EQUILIBRIUM, KIND, START = "equilibrium", "kind of equilibrium", "start set"
RATE, LEVEL, SIMPLEX = "Bregman rate", "Bregman level", "Bregman simplex"
POSITIVE = "margin is positive"
TO = "steps.rk4_equilibrium"


def _without(*keys: str) -> Change:
    """As far as they are there."""

    def change(document: Document) -> None:
        for key in keys:
            *parents, last = key.split(".")
            here = document
            for parent in parents:
                here = here.get(parent, {})
            here.pop(last, None)

    return change


def _blocks(document: Document, path: str) -> None:
    """The same metric, as one matrix a player, 1 × 1 each."""
    here = document
    *parents, last = path.split(".")
    for parent in parents:
        here = here[parent]
    weights = [float(parse_number(w)) for w in here[last]["weights"]]
    blocks = [encode_array(np.array([[w]])) for w in weights]
    here[last] = {"kind": "block", "blocks": blocks}


def _dense(diagonal: list[float]) -> Document:
    """One diagonal matrix for all variables."""
    return {"kind": "dense", "matrix": encode_array(np.diag(diagonal))}


def _indefinite(document: Document) -> None:
    """A matrix that is no metric, and only claims that are in it."""
    document["metric"]["matrix"] = encode_array(np.diag([1.0, 1.0, -1.0]))


def _exchanged(document: Document) -> None:
    """The best step and the largest change places, each with its own factor."""
    euler = document["steps"]["euler"]
    euler["best_step"], euler["step_max"] = euler["step_max"], euler["best_step"]
    first, second = "factor_at_best", "factor_at_max"
    euler[first], euler[second] = euler[second], euler[first]


def _cut(method: str) -> Change:
    """The cover ends before the best step."""

    def change(document: Document) -> None:
        steps = document["steps"][method]
        cover, best = steps["cover"], parse_number(steps["best_step"])
        kept = [h for h in cover["steps"] if parse_number(h) < best * Fraction(99, 100)]
        end = to_text((parse_number(kept[-1]) + best) / 2)
        cover["steps"] = [*kept, end]
        for key in ("rates", "multipliers"):
            if key in cover:
                cover[key] = cover[key][: len(kept)]
        steps["step_max"] = end

    return change


def _projected_only(document: Document) -> None:
    for method in ("extragradient", "optimistic"):
        document["steps"][method]["unprojected"] = False


def _unprojected_only(document: Document) -> None:
    for method in ("extragradient", "optimistic"):
        document["steps"][method]["projected"] = False
    document["steps"]["euler"].pop("projected", None)


def _ball(center: list[str], radius: str) -> Change:
    region = {"kind": "ball", "center": center, "radius": radius, "metric": ["1"] * len(center)}
    return put("region", region)


def _turned(document: Document) -> None:
    """The ends of a band change places."""
    [band] = document["bands"]
    band["low"], band["high"] = band["high"], band["low"]


def _band_of_many(document: Document) -> None:
    """A band by the whole Jacobian, among 33 players."""
    band = {"players": [0, 1], "ratio": "w_j/w_i", "basis": "direct", "margin": "0"}
    document["bands"] = [{**band, "low": "0.99", "high": "1.01"}]


def _narrow(document: Document) -> None:
    """So many players' band at one ratio, which has the margin."""
    band = document["bands"][0]
    w = band["witnesses"][0]["weights"]
    i, j = band["players"]
    ratio = to_text(parse_number(w[j]) / parse_number(w[i]))
    band.update(witnesses=band["witnesses"][:1], low=ratio, high=ratio, margin="-0.001")


def _norms(document: Document) -> None:
    """The bounds of the blocks are to prove ‖J‖ in a matrix metric."""
    n = len(document["curvature_lower"])
    document["witnesses"]["lipschitz"] = ["1"] * n
    document["witnesses"]["lipschitz_image"] = ["1000"] * n


def _not_convex(kind: str) -> Change:
    return both(
        put("equilibrium.kind", kind),
        put("curvature_lower.0", "-0.5"),
        put("structural_margin", "-1000"),
    )


def _simplex(document: Document) -> None:
    document["bregman"] = {"simplex": {"rate": "0.1", "weights": ["1", "1"], "vector": ["1", "1"]}}


def _factors(edit: object) -> Change:
    def change(document: Document) -> None:
        witness = document["witness"]
        witness["matrices"] = [encode_array(np.asarray(edit)) for _ in witness["matrices"]]

    return change


_NO_BASIN = _without("basin")
_DUALS = ("refuted-dual", "refuted-weights")
_ORIGIN = both(
    _NO_BASIN, put("region.lower", ["0", "0", "0"]), put("region.upper", ["1", "1", "1"])
)

HYPOTHESIS_LIES = (
    Lie("metric-of-no-sign", "dense", "metric", both(
        _indefinite, put("steps.euler.metric.kind", "dense"))),
    Lie("euler-in-a-metric-of-no-sign", "dense", EULER, put(
        "steps.euler.metric", _dense([1.0, 1.0, -1.0]))),
    Lie("rk4-near-linear-in-a-metric-of-no-sign", "near-linear", NEAR, both(
        put("steps.rk4.metric", _dense([1.0, -1.0])),
        _NO_BASIN)),
    Lie("margin-in-weights-of-no-proof", "toy", MARGIN, both(
        put("structural_weights", ["1", "201"]), put("structural_margin", "0.29"),
        put("margin", "0.29"))),
    Lie("lipschitz-by-norms-in-matrices", "dense", "Lipschitz", _norms),
    Lie("lipschitz-without-its-image", "bounds", "Lipschitz", drop("witnesses.lipschitz_image")),
    Lie("euler-best-and-largest-exchanged", "toy", EULER, _exchanged),
    Lie("euler-by-norms-best-and-largest-exchanged", "bounds", EULER, _exchanged),
    Lie("euler-by-norms-in-matrices", "bounds", EULER, lambda d: _blocks(d, "steps.euler.metric")),
    Lie("rk4-ends-before-its-best-step", "toy", RK4, _cut("rk4")),
    Lie("rk4-by-sectors-ends-before-its-best-step", "bounds", RK4, _cut("rk4")),
    Lie("rk4-near-linear-ends-before-its-best-step", "near-linear", NEAR, _cut("rk4")),
    Lie("rk4-near-linear-rate-0", "near-linear", NEAR, put("steps.rk4.cover.rates.0", "0")),
    Lie("towards-the-equilibrium-ends-before-its-best-step", "bent", TOWARDS, _cut(
        "rk4_equilibrium")),
    Lie("towards-the-equilibrium-rate-0", "bent", TOWARDS, put(f"{TO}.cover.rates.0", "0")),
    Lie("towards-the-equilibrium-in-a-metric-of-its-own", "bent", TOWARDS, both(
        scaled(f"{TO}.metric.weights.0", 2), _without("basin.rk4_equilibrium_radius"))),
    Lie("multipliers-of-a-cocoercivity-not-claimed", "bent", TOWARDS, both(
        drop("cocoercivity"), _NO_BASIN)),
    Lie("towards-an-equilibrium-that-is-not-there", "bent", TOWARDS, both(
        _without("equilibrium", "basin"), _projected_only)),
    Lie("towards-an-equilibrium-of-no-margin", "bent", POSITIVE, put("margin", "0")),
    Lie("boundary-solution-of-no-margin", "quartic", POSITIVE, put("margin", "0")),
    Lie("extragradient-unprojected-at-the-boundary", "cornered", EXTRA, put(
        "steps.extragradient.unprojected", True)),
    Lie("optimistic-unprojected-at-the-boundary", "cornered", OPTIMISTIC, put(
        "steps.optimistic.unprojected", True)),
    Lie("optimistic-projected-without-a-region", "promised-bounds", OPTIMISTIC, put(
        "steps.optimistic.projected", True)),
    Lie("optimistic-projected-in-a-matrix", "dense", OPTIMISTIC, put(
        "steps.optimistic.projected", True)),
    Lie("optimistic-best-step-longer-than-the-largest", "settled", OPTIMISTIC, scaled(
        "steps.optimistic.best_step", 2)),
    Lie("optimistic-step-a-little-longer", "settled", OPTIMISTIC, both(
        scaled("steps.optimistic.step_max", Fraction(1_00001, 100_000)),
        _without("basin.optimistic_radius"))),
    Lie("direct-band-of-many-players", "ring", BAND, _band_of_many),
    Lie("direct-band-upside-down", "zero-sum", BAND, _turned),
    Lie("band-above-both-curvatures", "toy", BAND, both(
        put("bands.0.low", "200"), put("bands.0.high", "200"), put("bands.0.margin", "1.8"))),
    Lie("band-with-a-margin-below-0", "bounds", BAND, put("bands.0.margin", "-0.001")),
    Lie("band-at-no-ratio-but-0", "bounds-one-way", BAND, both(
        put("bands.0.low", "0"), put("bands.0.high", "0"))),
    Lie("witnessed-band-with-a-margin-below-0", "four-bounds", BAND, _narrow),
    Lie("equilibrium-beside-the-region", "settled", EQUILIBRIUM, _ORIGIN),
    Lie("equilibrium-in-a-ball-larger-than-the-region", "settled", EQUILIBRIUM, both(
        put("equilibrium.error", "1000"), _NO_BASIN)),
    Lie("boundary-solution-of-negative-error", "cornered", EQUILIBRIUM, put(
        "equilibrium.error", "-1e-30")),
    Lie("boundary-solution-beside-the-region", "cornered", EQUILIBRIUM, put(
        "region.upper", ["0.25", "1"])),
    Lie("boundary-solution-of-a-ball", "cornered", EQUILIBRIUM, both(
        _ball(["0.5", "0.25"], "0.5"), _without(
            "steps.extragradient", "steps.optimistic", "steps.euler.projected"))),
    Lie("boundary-solution-in-matrices", "cornered", EQUILIBRIUM, both(
        lambda d: _blocks(d, "metric"), put("margin_basis", "direct"), _without(
            "weights", "steps.extragradient", "steps.optimistic"))),
    Lie("boundary-solution-that-may-be-a-zero", "cornered", KIND, put("equilibrium.error", "1000")),
    Lie("nash-of-a-field-that-is-symmetric", "settled", KIND, put("game.field", True)),
    Lie("nash-of-a-block-that-is-not-symmetric", "settled-field", KIND, both(
        put("equilibrium.kind", "nash"), drop("game.field"))),
    Lie("nash-of-costs-that-are-not-convex", "dense", KIND, _not_convex("nash")),
    Lie("restricted-nash-of-a-field-that-is-symmetric", "settled", KIND, both(
        put("equilibrium.kind", "restricted-nash"), put("game.field", True))),
    Lie("restricted-nash-of-a-block-that-is-not-symmetric", "settled-field", KIND, both(
        put("equilibrium.kind", "restricted-nash"), drop("game.field"))),
    Lie("restricted-nash-of-costs-that-are-not-convex", "dense", KIND, _not_convex(
        "restricted-nash")),
    Lie("restricted-nash-in-a-ball", "settled", KIND, both(
        put("equilibrium.kind", "restricted-nash"), _unprojected_only, _NO_BASIN,
        _ball(["0", "0", "0"], "1"))),
    Lie("restricted-nash-without-a-rate", "markov", KIND, put(
        "equilibrium.kind", "restricted-nash")),
    Lie("bregman-towards-nothing", "uneven", RATE, both(
        _without("equilibrium", "basin", TO), _projected_only)),
    Lie("bregman-in-a-ball-alone", "uneven", LEVEL, both(
        _ball(["0"] * 4, "0.1"), _unprojected_only, _NO_BASIN)),
    Lie("bregman-everywhere-of-another-field", "pennies-kakade", SIMPLEX, _simplex),
    *(
        Lie(f"{base}-{name}", base, WITNESS, change)
        for base in _DUALS
        for name, change in (
            ("without-interior", lambda d: put("region.upper.0", d["region"]["lower"][0])(d)),
            ("at-points-outside", lambda d: put("witness.points", [["9", "9", "9"][
                : len(p)] for p in d["witness"]["points"]])(d)),
            ("of-another-size", _factors(np.ones((5, 1)))),
            ("of-zeros", lambda d: _factors(np.zeros((len(d["region"]["lower"]), 1)))(d)),
            ("of-other-factors", lambda d: _factors(np.eye(len(d["region"]["lower"])))(d)),
        )
    ),
)  # fmt: skip
