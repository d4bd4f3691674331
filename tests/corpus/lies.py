"""The lies of the corpus: which true certificate, what is changed in it, and what must catch it.

Every lie has its digest recomputed, so that only the obligation named here can refuse it.
"""

from fractions import Fraction

import numpy as np

from certificates.kernel.document.reading import Document, decode_array, encode_array
from games.language.number import parse_number, to_text
from tests.corpus.changes import (
    ABOVE,
    BAND,
    BELOW,
    COUPLING,
    EULER,
    JACOBIAN,
    LIPSCHITZ,
    MARGIN,
    PPM,
    RK4,
    STRUCTURAL,
    WITNESS,
    Lie,
    both,
    drop,
    edited,
    entry,
    longer,
    lowered,
    put,
    raised,
    swapped,
    text,
    times,
)
from tests.corpus.lies_bands import BAND_LIES
from tests.corpus.lies_bernstein import BERNSTEIN_LIES
from tests.corpus.lies_bregman import BREGMAN_LIES
from tests.corpus.lies_enclosed import ENCLOSED_LIES
from tests.corpus.lies_fields import FIELD_LIES
from tests.corpus.lies_hypotheses import HYPOTHESIS_LIES
from tests.corpus.lies_metrics import METRIC_LIES
from tests.corpus.lies_promises import PROMISE_LIES
from tests.corpus.lies_sector import SECTOR_LIES
from tests.corpus.lies_values import VALUES_LIES


def _without_one_coupling(document: Document) -> None:
    """The first entry of the last row of a sparse table is left out."""
    table = document["coupling_upper"]
    arrays = {k: decode_array(table[k], k).copy() for k in ("indptr", "indices", "data")}
    start = arrays["indptr"][-2]
    arrays["indptr"][-1] -= 1
    for key in ("indices", "data"):
        arrays[key] = np.delete(arrays[key], start)
    table.update({k: encode_array(v) for k, v in arrays.items()})


def _huge_multipliers(document: Document) -> None:
    """As floats they overflow: K becomes inf and NaN, and a NaN is not ≤ 0."""
    cover = document["steps"]["rk4"]["cover"]
    huge = encode_array(np.array([1e308] * 8 + [0.0] * 4))
    cover["multipliers"] = [huge for _ in cover["rates"]]
    document["steps"]["rk4"]["step_max"] = "1000"
    document["steps"]["rk4"]["best_step"] = "1000"
    cover["steps"] = ["0", "1000"]
    cover["rates"], cover["multipliers"] = ["0.001"], [huge]
    document["steps"]["rk4"]["factor_at_best"] = "0"


def _one_interval(document: Document) -> None:
    """The whole cover as one interval at its largest rate."""
    cover = document["steps"]["rk4"]["cover"]
    best = max(cover["rates"], key=parse_number)
    cover["steps"], cover["rates"] = [cover["steps"][0], cover["steps"][-1]], [best]
    if "multipliers" in cover:
        cover["multipliers"] = cover["multipliers"][:1]


def _order_reversed(document: Document) -> None:
    steps = document["steps"]["rk4"]["cover"]["steps"]
    if len(steps) < 3:
        middle = to_text(parse_number(steps[-1]) * 2)
        steps.insert(1, middle)
        for key in ("rates", "multipliers"):
            rows = document["steps"]["rk4"]["cover"].get(key, [])
            rows.extend(rows[-1:])
    else:
        steps[1], steps[-2] = steps[-1], steps[1]


_EULER_BY_NORMS = both(
    put("steps.euler.basis", "structural"),
    put("steps.euler.step_max", "0.1"),
    put("steps.euler.best_step", "0.1"),
    put("steps.euler.factor_at_best", "0.99"),
    put("steps.euler.factor_at_max", "0.99"),
    put("steps.euler.metric.weights", ["1", "1"]),
    put("witnesses.euler", ["1", "1"]),
)
_LIPSCHITZ_BY_NORMS = both(
    put("lipschitz", "1000"),
    put("witnesses.lipschitz", ["1", "1"]),
    put("witnesses.lipschitz_image", ["10", "10"]),
)

LIES = [
    # margins
    Lie("margin-above-the-structural-margin", "toy", MARGIN, raised("margin")),
    Lie("margin-raised", "blocks", MARGIN, raised("margin")),
    Lie("margin-raised-multi-affine", "mixed", MARGIN, raised("margin")),
    Lie("margin-raised-33-players", "ring", MARGIN, raised("margin")),
    Lie("margin-zero", "blocks", "margin is positive", put("margin", "0")),
    Lie("margin-negative", "toy", "margin is positive", put("margin", "-1")),
    Lie("structural-margin-raised", "toy", STRUCTURAL, raised("structural_margin")),
    Lie("structural-margin-raised-blocks", "blocks", STRUCTURAL, raised("structural_margin")),
    Lie("structural-margin-raised-33-players", "ring", STRUCTURAL, raised("structural_margin")),
    Lie("structural-margin-raised-conditional", "bounds", STRUCTURAL, raised("structural_margin")),
    Lie("structural-called-direct", "toy", MARGIN, both(
        put("margin_basis", "direct"), times("margin", 2))),
    Lie("direct-called-structural", "zero-sum", MARGIN, put("margin_basis", "structural")),
    Lie("euclidean-margin-raised", "mixed", "Euclidean margin", raised("euclidean_margin")),
    Lie("euclidean-margin-made-positive", "toy", "Euclidean margin",
        put("euclidean_margin", "0.001")),
    # weights
    Lie("weights-swapped", "toy", MARGIN, both(
        swapped("metric.weights"), put("weights", ["200", "1"]))),
    Lie("weights-and-structural-weights-swapped", "toy", STRUCTURAL, both(
        swapped("metric.weights"), put("weights", ["200", "1"]), swapped("structural_weights"))),
    Lie("weights-not-those-of-the-structural-margin", "toy", MARGIN, both(
        put("metric.weights", ["1", "200.001"]), put("weights", ["1", "200.001"]))),
    Lie("one-weight-doubled-33-players", "ring", STRUCTURAL, edited(
        "structural_weights", entry(7, 2.0))),
    Lie("witness-of-the-margin-swapped", "toy", STRUCTURAL, swapped("witnesses.structural")),
    Lie("witness-of-the-margin-halved-33-players", "ring", STRUCTURAL, edited(
        "witnesses.structural", entry(3, 0.5))),
    # bounds of the blocks
    Lie("coupling-lowered", "toy", COUPLING, lowered("coupling_upper.0.1")),
    Lie("coupling-lowered-multi-affine", "mixed", COUPLING, lowered("coupling_upper.0.1")),
    Lie("coupling-left-out", "toy", COUPLING, put("coupling_upper.0.1", "0")),
    Lie("coupling-transposed", "toy", COUPLING, put(
        "coupling_upper", [["0", "0.05"], ["10", "0"]])),
    Lie("coupling-lowered-33-players", "ring", COUPLING, edited(
        "coupling_upper.data", entry(11, 1 - 1e-12))),
    Lie("coupling-left-out-33-players", "ring", COUPLING, _without_one_coupling),
    Lie("curvature-raised", "blocks", BELOW, raised("curvature_lower.0")),
    Lie("curvature-raised-multi-affine", "mixed", BELOW, raised("curvature_lower.1")),
    Lie("curvature-raised-33-players", "ring", BELOW, edited(
        "curvature_lower", entry(32, 1 + 1e-15))),
    Lie("curvatures-swapped", "blocks", BELOW, swapped("curvature_lower")),
    Lie("upper-curvature-lowered", "blocks", ABOVE, lowered("curvature_upper.0")),
    Lie("upper-curvature-lowered-multi-affine", "mixed", ABOVE, lowered("curvature_upper.1")),
    Lie("lipschitz-lowered", "blocks", LIPSCHITZ, lowered("lipschitz")),
    Lie("lipschitz-lowered-multi-affine", "mixed", LIPSCHITZ, lowered("lipschitz")),
    Lie("lipschitz-lowered-conditional", "bounds", LIPSCHITZ, lowered("lipschitz")),
    Lie("lipschitz-image-lowered", "bounds", LIPSCHITZ, lowered("witnesses.lipschitz_image.0")),
    Lie("lipschitz-by-norms-where-blocks-are-not-symmetric", "field", LIPSCHITZ,
        _LIPSCHITZ_BY_NORMS),
    Lie("cocoercivity-raised", "blocks", "cocoercivity", raised("cocoercivity")),
    Lie("cocoercivity-raised-multi-affine", "mixed", "cocoercivity", raised("cocoercivity")),
    Lie("cocoercivity-negative", "blocks", "cocoercivity", put("cocoercivity", "-1")),
    # Euler
    Lie("euler-step-longer", "toy", EULER, raised("steps.euler.step_max")),
    Lie("euler-step-longer-multi-affine", "mixed", EULER, raised("steps.euler.step_max")),
    Lie("euler-step-longer-conditional", "bounds", EULER, raised("steps.euler.step_max")),
    Lie("euler-step-longer-33-players", "ring", EULER, raised("steps.euler.step_max")),
    Lie("euler-step-ten-times", "blocks", EULER, times("steps.euler.step_max", 10)),
    Lie("euler-factor-lowered", "toy", EULER, lowered("steps.euler.factor_at_best")),
    Lie("euler-factor-zero", "blocks", EULER, put("steps.euler.factor_at_best", "0")),
    Lie("euler-factor-negative", "blocks", EULER, put("steps.euler.factor_at_best", "-0.5")),
    Lie("euler-factor-at-the-largest-step-lowered", "blocks", EULER,
        lowered("steps.euler.factor_at_max")),
    Lie("euler-factor-lowered-conditional", "bounds", EULER, lowered("steps.euler.factor_at_best")),
    Lie("euler-factor-one", "toy", EULER, both(
        put("steps.euler.factor_at_max", "1"), put("steps.euler.step_max", "1.1716"))),
    Lie("euler-best-step-beyond-the-largest", "toy", EULER, both(
        put("steps.euler.best_step", "1.5"), put("steps.euler.factor_at_best", "0.9999"))),
    Lie("euler-steps-negative", "toy", EULER, both(
        put("steps.euler.best_step", "-1"), put("steps.euler.step_max", "-1"))),
    Lie("euler-weights-swapped", "toy", EULER, swapped("steps.euler.metric.weights")),
    Lie("euler-by-norms-where-blocks-are-not-symmetric", "field", EULER, _EULER_BY_NORMS),
    Lie("euler-by-norms-without-a-witness", "bounds", EULER, drop("witnesses.euler")),
    Lie("euler-witness-changed", "bounds", EULER, times("witnesses.euler.1", 2)),
    # Runge–Kutta, J constant
    Lie("rk4-step-longer", "toy", RK4, longer("steps.rk4", 1 + 1000 * PPM)),
    Lie("rk4-step-longer-than-its-cover", "toy", RK4, raised("steps.rk4.step_max")),
    Lie("rk4-cover-does-not-start-at-0", "toy", RK4, put("steps.rk4.cover.steps.0", "1e-6")),
    Lie("rk4-cover-starts-below-0", "toy", RK4, put("steps.rk4.cover.steps.0", "-1e-6")),
    Lie("rk4-cover-out-of-order", "toy", RK4, _order_reversed),
    Lie("sector-cover-in-one-piece", "bounds", RK4, _one_interval),
    Lie("rk4-rate-doubled", "toy", RK4, times("steps.rk4.cover.rates.0", 2)),
    Lie("rk4-rate-zero", "toy", RK4, put("steps.rk4.cover.rates.0", "0")),
    Lie("rk4-rate-negative", "toy", RK4, put("steps.rk4.cover.rates.0", "-1")),
    Lie("rk4-factor-lowered", "toy", RK4, lowered("steps.rk4.factor_at_best")),
    Lie("rk4-factor-zero", "blocks", RK4, put("steps.rk4.factor_at_best", "0")),
    Lie("rk4-best-step-beyond-the-cover", "toy", RK4, put("steps.rk4.best_step", "2")),
    Lie("rk4-weights-swapped", "toy", RK4, swapped("steps.rk4.metric.weights")),
    Lie("rk4-of-a-constant-jacobian-where-it-varies", "mixed", RK4, both(
        put("steps.rk4.basis", "constant"), drop("steps.rk4.cover.multipliers"))),
    # Runge–Kutta, any J
    Lie("sector-step-longer", "mixed", RK4, longer("steps.rk4", Fraction(5, 4))),
    Lie("sector-step-longer-conditional", "bounds", RK4, longer("steps.rk4", Fraction(5, 4))),
    Lie("sector-rate-raised", "mixed", RK4, times("steps.rk4.cover.rates.0", Fraction(6, 5))),
    Lie("sector-factor-lowered", "mixed", RK4, times(
        "steps.rk4.factor_at_best", Fraction(99, 100))),
    Lie("sector-multiplier-negative", "mixed", RK4, put(
        "steps.rk4.cover.multipliers.0.11", "-1e-9")),
    Lie("sector-multipliers-zero", "mixed", RK4, put(
        "steps.rk4.cover.multipliers.0", ["0"] * 12)),
    Lie("sector-multipliers-missing", "mixed", RK4, drop("steps.rk4.cover.multipliers")),
    Lie("sector-multipliers-overflow", "bounds", RK4, _huge_multipliers),
    Lie("sector-uses-cocoercivity-not-claimed", "bounds", RK4, put(
        "steps.rk4.cover.multipliers.0.9", "0.1")),
    Lie("sector-in-another-metric", "mixed", RK4, times("steps.rk4.metric.weights.0", 2)),
    Lie("sector-cover-does-not-start-at-0", "mixed", RK4, put("steps.rk4.cover.steps.0", "0.01")),
    # bands
    Lie("band-widened-below", "toy", BAND, lowered("bands.0.low")),
    Lie("band-widened-above", "toy", BAND, raised("bands.0.high")),
    Lie("direct-band-widened-below", "mixed", BAND, lowered("bands.0.low")),
    Lie("direct-band-widened-above", "mixed", BAND, raised("bands.0.high")),
    Lie("band-margin-raised", "toy", BAND, put("bands.0.margin", "1e-6")),
    Lie("band-margin-below-0", "toy", BAND, both(
        put("bands.0.margin", "-1000"), put("bands.0.low", "1e-6"))),
    Lie("direct-band-margin-below-0", "mixed", BAND, both(
        put("bands.0.margin", "-1000"), put("bands.0.high", "1e6"))),
    Lie("band-without-upper-end", "toy", BAND, put("bands.0.high", None)),
    Lie("direct-band-without-upper-end", "zero-sum", BAND, put("bands.0.high", None)),
    Lie("band-down-to-0", "toy", BAND, put("bands.0.low", "0")),
    Lie("band-of-the-other-ratio", "toy", BAND, put("bands.0.players", [1, 0])),
    Lie("band-below-0", "toy", BAND, put("bands.0.low", "-40")),
    Lie("band-upside-down", "toy", BAND, both(
        put("bands.0.low", "1000"), put("bands.0.high", "100"))),
    Lie("band-of-three-and-more-players", "ring", BAND, put("bands", [
        {"players": [0, 1], "ratio": "w_j/w_i", "basis": "structural", "margin": "0",
         "low": "1", "high": "1"}])),
    # the game and its region
    Lie("cost-changed", "mixed", BELOW, text("game.players.1.cost", "2*z**2", "1.9*z**2")),
    Lie("cost-sign-changed", "mixed", COUPLING, text("game.players.1.cost", "- x*y/3", "- x*y/2")),
    Lie("parameter-changed", "mixed", BELOW, put("game.parameters.k", "1.999999")),
    Lie("matrix-entry-changed", "blocks", COUPLING, edited("game.jacobian", entry((0, 2), 1.001))),
    Lie("matrix-diagonal-changed", "blocks", BELOW, edited("game.jacobian", entry((0, 0), 0.99))),
    Lie("matrix-made-skew", "blocks", MARGIN, edited("game.jacobian", entry((0, 1), -1.0))),
    Lie("sparse-entry-changed", "ring", COUPLING, edited("game.jacobian.data", entry(1, 1.0001))),
    Lie("region-widened", "mixed", COUPLING, put("region.upper.2", "1.500001")),
    Lie("region-moved", "mixed", COUPLING, put("region.lower.2", "-2")),
    Lie("flat-region-opened", "flat-region", COUPLING, put("region.upper.1", "1")),
    Lie("region-made-all-of-space", "mixed", JACOBIAN, put(
        "region", {"kind": "space", "dimension": 3})),
    Lie("region-of-another-dimension", "toy", JACOBIAN, put(
        "region", {"kind": "space", "dimension": 3})),
    Lie("region-of-another-dimension-multi-affine", "mixed", JACOBIAN, put(
        "region", {"kind": "box", "lower": ["-1", "-1"], "upper": ["1", "1"]})),
    Lie("region-missing", "mixed", JACOBIAN, drop("region")),
    Lie("cost-no-polynomial", "toy", JACOBIAN, put("game.players.0.cost", "exp(x1) + x1*x2")),
    Lie("cost-of-higher-degree", "mixed", JACOBIAN, text(
        "game.players.0.cost", "k*x**2", "k*x**2 + x**4/1000000")),
    Lie("game-of-python-code", "toy", JACOBIAN, put("game.kind", "callable")),
    # what the numbers rest on
    Lie("conditional-called-proved", "bounds", JACOBIAN, both(
        put("evidence", {"kind": "exact"}), put("verdict", "proved"))),
    Lie("conditional-with-a-direct-margin", "bounds", MARGIN, both(
        put("margin_basis", "direct"), put("margin", "1"))),
    Lie("conditional-with-a-euclidean-margin", "bounds", "Euclidean margin", put(
        "euclidean_margin", "1")),
    Lie("conditional-with-cocoercivity", "bounds", "cocoercivity", put("cocoercivity", "1")),
    Lie("conditional-with-direct-euler-steps", "bounds", EULER, both(
        put("steps.euler.basis", "direct"), put("steps.euler.step_max", "5"))),
    Lie("conditional-with-constant-rk4-steps", "bounds", RK4, put(
        "steps.rk4.basis", "constant")),
    Lie("conditional-with-a-direct-band", "bounds", BAND, both(
        put("bands.0.basis", "direct"), put("bands.0.high", "1e9"))),
    Lie("conditional-lipschitz-without-witness", "bounds", LIPSCHITZ, both(
        drop("witnesses.lipschitz"), put("lipschitz", "1"))),
    Lie("conditional-steps-without-symmetry", "bounds", EULER, put("evidence.symmetric", False)),
    Lie("conditional-coupling-raised", "bounds", STRUCTURAL, raised("coupling_upper.0.1")),
    Lie("conditional-curvature-lowered", "bounds", STRUCTURAL, lowered("curvature_lower.0")),
    Lie("digest-not-recomputed", "toy", "digest", put("game.name", "another"), keep_digest=True),
    Lie("digest-of-nothing", "toy", "digest", put("digest", "0" * 64), keep_digest=True),
    # refusals
    Lie("witness-vector-changed", "refuted", WITNESS, edited(
        "witness.vector", entry(slice(None), 0.0))),
    Lie("witness-vector-of-the-stable-side", "refuted-space", WITNESS, put(
        "witness.vector", ["1", "1"])),
    Lie("witness-matrix-negated", "refuted", WITNESS, edited(
        "witness.matrix", entry(slice(None), -1.0))),
    Lie("witness-matrix-zero", "refuted", WITNESS, edited(
        "witness.matrix", entry(slice(None), 0.0))),
    Lie("witness-matrix-not-symmetric", "refuted", WITNESS, edited(
        "witness.matrix", entry((0, 1), 1.5))),
    Lie("witness-shift-above-0", "refuted", WITNESS, put("witness.shift", "0.5")),
    Lie("witness-shift-below-the-eigenvalue", "refuted-space", WITNESS, put(
        "witness.shift", "-1.45")),
    Lie("witness-point-outside-the-region", "refuted", WITNESS, put(
        "witness.point", ["0", "-2.000001"])),
    Lie("witness-point-where-play-is-stable", "refuted", WITNESS, put("witness.point", ["0", "1"])),
    Lie("witness-point-missing", "refuted", WITNESS, put("witness.point", None)),
    Lie("witness-point-of-another-dimension", "refuted", WITNESS, put(
        "witness.point", ["0", "-2", "0"])),
    Lie("witness-region-of-another-dimension", "refuted", WITNESS, both(
        put("region", {"kind": "box", "lower": ["-1", "-2", "0"], "upper": ["1", "2", "1"]}),
        put("witness.point", ["0", "-2", "0"]))),
    Lie("witness-space-of-another-dimension", "refuted-space", WITNESS, put("region.dimension", 3)),
    Lie("witness-region-without-interior", "refuted", WITNESS, put("region.lower.0", "1")),
    Lie("witness-region-missing", "refuted", WITNESS, drop("region")),
    Lie("witness-of-another-game", "refuted", WITNESS, text(
        "game.players.0.cost", "x**2/2", "2*x**2")),
    Lie("witness-of-another-matrix", "refuted-space", WITNESS, edited(
        "game.jacobian", entry((0, 1), -1.0))),
    Lie("witness-matrix-of-another-size", "refuted-space", WITNESS, both(
        put("witness.matrix", encode_array(np.diag([1.0, -1.0, 1.0]))),
        put("witness.vector", ["0", "1", "0"]))),
    Lie("witness-of-weights-called-one-of-all-metrics", "refuted-weights", WITNESS, put(
        "witness.metrics", "all")),
    *BAND_LIES,
    *BERNSTEIN_LIES,
    *BREGMAN_LIES,
    *ENCLOSED_LIES,
    *FIELD_LIES,
    *HYPOTHESIS_LIES,
    *VALUES_LIES,
    *SECTOR_LIES,
    *METRIC_LIES,
    *PROMISE_LIES,
]  # fmt: skip
