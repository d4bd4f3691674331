"""The lies of the corpus: which true certificate, what is changed in it, and what must catch it.

Every lie has its digest recomputed, so that only the obligation named here can refuse it.
"""

from fractions import Fraction

import numpy as np

from certificates.kernel.document.reading import Document, decode_array, encode_array
from games.language.number import parse_number
from tests.corpus.changes import (
    BAND,
    COCOERCIVITY,
    COUPLING,
    CURVATURE,
    EQUILIBRIUM,
    EUCLIDEAN,
    EULER,
    JACOBIAN,
    KIND,
    LIPSCHITZ,
    MARGIN,
    POSITIVE,
    PPM,
    RK4,
    STRUCTURAL,
    WITNESS,
    Lie,
    added,
    both,
    cites,
    claimed,
    drop,
    edited,
    entry,
    get,
    longer,
    lowered,
    put,
    raised,
    swapped,
    text,
    times,
    without,
)
from tests.corpus.lies_bands import BAND_LIES
from tests.corpus.lies_bernstein import BERNSTEIN_LIES
from tests.corpus.lies_bregman import BREGMAN_LIES
from tests.corpus.lies_constraints import CONSTRAINT_LIES
from tests.corpus.lies_enclosed import ENCLOSED_LIES
from tests.corpus.lies_fields import FIELD_LIES
from tests.corpus.lies_hypotheses import HYPOTHESIS_LIES
from tests.corpus.lies_lifted import LIFTED_LIES
from tests.corpus.lies_metrics import METRIC_LIES
from tests.corpus.lies_promises import PROMISE_LIES
from tests.corpus.lies_sector import SECTOR_LIES
from tests.corpus.lies_values import VALUES_LIES


def _without_one_coupling(document: Document) -> None:
    """The first entry of the last row of a sparse table is left out."""
    table = get(document, "block bounds: coupling_upper")
    arrays = {k: decode_array(table[k], k).copy() for k in ("indptr", "indices", "data")}
    start = arrays["indptr"][-2]
    arrays["indptr"][-1] -= 1
    for key in ("indices", "data"):
        arrays[key] = np.delete(arrays[key], start)
    table.update({k: encode_array(v) for k, v in arrays.items()})


_HUGE = both(  # as floats they overflow: K becomes inf and NaN, and a NaN is not ≤ 0
    put("Runge-Kutta steps: step_max", "1000"),
    put("Runge-Kutta steps: best_step", "1000"),
    put("Runge-Kutta steps: factor_at_best", "0"),
    put("Runge-Kutta steps: cover.steps", ["0", "1000"]),
    put("Runge-Kutta steps: cover.rates", ["0.001"]),
    put("Runge-Kutta steps: multipliers", [encode_array(np.array([1e308] * 8 + [0.0] * 4))]),
)


def _one_interval(document: Document) -> None:
    """The whole cover as one interval at its largest rate."""
    cover = get(document, "Runge-Kutta steps: cover")
    best = max(cover["rates"], key=parse_number)
    cover["steps"], cover["rates"] = [cover["steps"][0], cover["steps"][-1]], [best]
    del get(document, "Runge-Kutta steps: multipliers")[1:]


def _order_reversed(document: Document) -> None:
    steps = get(document, "Runge-Kutta steps: cover.steps")
    steps[1], steps[-2] = steps[-1], steps[1]


_EULER_BY_NORMS = both(
    cites("Euler steps", "euler/T9"),
    put("Euler steps: step_max", "0.1"),
    put("Euler steps: best_step", "0.1"),
    put("Euler steps: factor_at_best", "0.99"),
    put("Euler steps: factor_at_max", "0.99"),
    put("Euler steps: metric.weights", ["1", "1"]),
    added("Euler steps: vector", ["1", "1"]),
)
_LIPSCHITZ_BY_NORMS = both(
    cites("Lipschitz", "margin/T9 (norms)"),
    put("Lipschitz: bound", "1000"),
    added("Lipschitz: vector", ["1", "1"]),
    added("Lipschitz: image", ["10", "10"]),
)
_CONSTANT = both(
    cites("Runge-Kutta steps", "runge_kutta/T11 (a)", "multipliers"),
    put("Runge-Kutta steps: norm", "1000"),
)
_NO_VECTOR = ("vector", "image")

LIES = [
    # margins
    Lie("margin-above-the-structural-margin", "toy", MARGIN, raised("margin: margin")),
    Lie("margin-raised", "blocks", MARGIN, raised("margin: margin")),
    Lie("margin-raised-multi-affine", "mixed", MARGIN, raised("margin: margin")),
    Lie("margin-raised-33-players", "ring", MARGIN, raised("margin: margin")),
    Lie("margin-zero", "blocks", POSITIVE, put("margin: margin", "0")),
    Lie("margin-negative", "toy", POSITIVE, put("margin: margin", "-1")),
    Lie("structural-margin-raised", "toy", STRUCTURAL, raised("structural margin: margin")),
    Lie("structural-margin-raised-blocks", "blocks", STRUCTURAL, raised(
        "structural margin: margin")),
    Lie("structural-margin-raised-33-players", "ring", STRUCTURAL, raised(
        "structural margin: margin")),
    Lie("structural-margin-raised-conditional", "bounds", STRUCTURAL, raised(
        "structural margin: margin")),
    Lie("structural-called-direct", "toy", MARGIN, both(
        cites("margin", "margin/T5"), times("margin: margin", 2))),
    Lie("direct-called-structural", "zero-sum", MARGIN, cites("margin", "margin/T1")),
    Lie("euclidean-margin-raised", "mixed", EUCLIDEAN, raised("Euclidean margin: margin")),
    Lie("euclidean-margin-made-positive", "toy", EUCLIDEAN,
        put("Euclidean margin: margin", "0.001")),
    # weights
    Lie("weights-swapped", "toy", MARGIN, swapped("metric.weights")),
    Lie("weights-and-structural-weights-swapped", "toy", STRUCTURAL, both(
        swapped("metric.weights"), swapped("structural margin: weights"))),
    Lie("weights-not-those-of-the-structural-margin", "toy", MARGIN, put(
        "metric.weights", ["1", "200.001"])),
    Lie("one-weight-doubled-33-players", "ring", STRUCTURAL, edited(
        "structural margin: weights", entry(7, 2.0))),
    Lie("witness-of-the-margin-swapped", "toy", STRUCTURAL, swapped("structural margin: vector")),
    Lie("witness-of-the-margin-halved-33-players", "ring", STRUCTURAL, edited(
        "structural margin: vector", entry(3, 0.5))),
    # bounds of the blocks
    Lie("coupling-lowered", "toy", COUPLING, lowered("block bounds: coupling_upper.0.1")),
    Lie("coupling-lowered-multi-affine", "mixed", COUPLING, lowered(
        "block bounds: coupling_upper.0.1")),
    Lie("coupling-left-out", "toy", COUPLING, put("block bounds: coupling_upper.0.1", "0")),
    Lie("coupling-transposed", "toy", COUPLING, put(
        "block bounds: coupling_upper", [["0", "0.05"], ["10", "0"]])),
    Lie("coupling-lowered-33-players", "ring", COUPLING, edited(
        "block bounds: coupling_upper.data", entry(11, 1 - 1e-12))),
    Lie("coupling-left-out-33-players", "ring", COUPLING, _without_one_coupling),
    Lie("curvature-raised", "blocks", CURVATURE, raised("block bounds: curvature_lower.0")),
    Lie("curvature-raised-multi-affine", "mixed", CURVATURE, raised(
        "block bounds: curvature_lower.1")),
    Lie("curvature-raised-33-players", "ring", CURVATURE, edited(
        "block bounds: curvature_lower", entry(32, 1 + 1e-15))),
    Lie("curvatures-swapped", "blocks", CURVATURE, swapped("block bounds: curvature_lower")),
    Lie("upper-curvature-lowered", "blocks", CURVATURE, lowered("block bounds: curvature_upper.0")),
    Lie("upper-curvature-lowered-multi-affine", "mixed", CURVATURE, lowered(
        "block bounds: curvature_upper.1")),
    Lie("lipschitz-lowered", "blocks", LIPSCHITZ, lowered("Lipschitz: bound")),
    Lie("lipschitz-lowered-multi-affine", "mixed", LIPSCHITZ, lowered("Lipschitz: bound")),
    Lie("lipschitz-lowered-conditional", "bounds", LIPSCHITZ, lowered("Lipschitz: bound")),
    Lie("lipschitz-image-lowered", "bounds", LIPSCHITZ, lowered("Lipschitz: image.0")),
    Lie("lipschitz-by-norms-where-blocks-are-not-symmetric", "field", LIPSCHITZ,
        _LIPSCHITZ_BY_NORMS),
    Lie("cocoercivity-raised", "blocks", COCOERCIVITY, raised("cocoercivity: constant")),
    Lie("cocoercivity-raised-multi-affine", "mixed", COCOERCIVITY, raised(
        "cocoercivity: constant")),
    Lie("cocoercivity-negative", "blocks", COCOERCIVITY, put("cocoercivity: constant", "-1")),
    # Euler
    Lie("euler-step-longer", "toy", EULER, raised("Euler steps: step_max")),
    Lie("euler-step-longer-multi-affine", "mixed", EULER, raised("Euler steps: step_max")),
    Lie("euler-step-longer-conditional", "bounds", EULER, raised("Euler steps: step_max")),
    Lie("euler-step-longer-33-players", "ring", EULER, raised("Euler steps: step_max")),
    Lie("euler-step-ten-times", "blocks", EULER, times("Euler steps: step_max", 10)),
    Lie("euler-factor-lowered", "toy", EULER, lowered("Euler steps: factor_at_best")),
    Lie("euler-factor-zero", "blocks", EULER, put("Euler steps: factor_at_best", "0")),
    Lie("euler-factor-negative", "blocks", EULER, put("Euler steps: factor_at_best", "-0.5")),
    Lie("euler-factor-at-the-largest-step-lowered", "blocks", EULER,
        lowered("Euler steps: factor_at_max")),
    Lie("euler-factor-lowered-conditional", "bounds", EULER, lowered(
        "Euler steps: factor_at_best")),
    Lie("euler-factor-one", "toy", EULER, both(
        put("Euler steps: factor_at_max", "1"), put("Euler steps: step_max", "1.1716"))),
    Lie("euler-best-step-beyond-the-largest", "toy", EULER, both(
        put("Euler steps: best_step", "1.5"), put("Euler steps: factor_at_best", "0.9999"))),
    Lie("euler-steps-negative", "toy", EULER, both(
        put("Euler steps: best_step", "-1"), put("Euler steps: step_max", "-1"))),
    Lie("euler-weights-swapped", "toy", EULER, swapped("Euler steps: metric.weights")),
    Lie("euler-by-norms-where-blocks-are-not-symmetric", "field", EULER, _EULER_BY_NORMS),
    Lie("euler-by-the-jacobian-where-there-is-none", "bounds", EULER, cites(
        "Euler steps", "euler/T10", *_NO_VECTOR)),
    Lie("euler-witness-changed", "bounds", EULER, times("Euler steps: vector.1", 2)),
    # Runge–Kutta, J constant
    Lie("rk4-step-longer", "toy", RK4, longer("Runge-Kutta steps", 1 + 1000 * PPM)),
    Lie("rk4-step-longer-than-its-cover", "toy", RK4, raised("Runge-Kutta steps: step_max")),
    Lie("rk4-cover-does-not-start-at-0", "toy", RK4, put(f"{RK4}: cover.steps.0", "1e-6")),
    Lie("rk4-cover-starts-below-0", "toy", RK4, put("Runge-Kutta steps: cover.steps.0", "-1e-6")),
    Lie("rk4-cover-out-of-order", "toy", RK4, _order_reversed),
    Lie("sector-cover-in-one-piece", "bounds", RK4, _one_interval),
    Lie("rk4-rate-doubled", "toy", RK4, times("Runge-Kutta steps: cover.rates.0", 2)),
    Lie("rk4-rate-zero", "toy", RK4, put("Runge-Kutta steps: cover.rates.0", "0")),
    Lie("rk4-rate-negative", "toy", RK4, put("Runge-Kutta steps: cover.rates.0", "-1")),
    Lie("rk4-factor-lowered", "toy", RK4, lowered("Runge-Kutta steps: factor_at_best")),
    Lie("rk4-factor-zero", "blocks", RK4, put("Runge-Kutta steps: factor_at_best", "0")),
    Lie("rk4-best-step-beyond-the-cover", "toy", RK4, put("Runge-Kutta steps: best_step", "2")),
    Lie("rk4-weights-swapped", "toy", RK4, swapped("Runge-Kutta steps: metric.weights")),
    Lie("rk4-of-a-constant-jacobian-where-it-varies", "mixed", RK4, _CONSTANT),
    Lie("rk4-called-heun", "toy", RK4, put("Runge-Kutta steps: scheme", "heun")),
    Lie("heun-step-longer", "heun", RK4, longer("Runge-Kutta steps", 1 + 1000 * PPM)),
    Lie("heun-rate-doubled", "heun", RK4, times("Runge-Kutta steps: cover.rates.0", 2)),
    Lie("heun-factor-lowered", "heun", RK4, lowered("Runge-Kutta steps: factor_at_best")),
    # Runge–Kutta, any J
    Lie("sector-step-longer", "mixed", RK4, longer("Runge-Kutta steps", Fraction(5, 4))),
    Lie("sector-step-longer-conditional", "bounds", RK4, longer(RK4, Fraction(5, 4))),
    Lie("sector-rate-raised", "mixed", RK4, times(f"{RK4}: cover.rates.0", Fraction(6, 5))),
    Lie("sector-factor-lowered", "mixed", RK4, times(
        "Runge-Kutta steps: factor_at_best", Fraction(99, 100))),
    Lie("sector-multiplier-negative", "mixed", RK4, put(
        "Runge-Kutta steps: multipliers.0.11", "-1e-9")),
    Lie("sector-multipliers-zero", "mixed", RK4, put(
        "Runge-Kutta steps: multipliers.0", ["0"] * 12)),
    Lie("sector-multipliers-of-11", "mixed", RK4, drop("Runge-Kutta steps: multipliers.0.0")),
    Lie("sector-multipliers-missing", "mixed", RK4, put("Runge-Kutta steps: multipliers", [])),
    Lie("sector-multipliers-overflow", "bounds", RK4, _HUGE),
    Lie("sector-uses-cocoercivity-not-claimed", "bounds", RK4, put(
        "Runge-Kutta steps: multipliers.0.9", "0.1")),
    Lie("sector-in-another-metric", "mixed", RK4, times("Runge-Kutta steps: metric.weights.0", 2)),
    Lie("sector-cover-does-not-start-at-0", "mixed", RK4, put(f"{RK4}: cover.steps.0", "0.01")),
    # bands
    Lie("direct-band-widened-below", "mixed", BAND, lowered("band: low")),
    Lie("direct-band-widened-above", "mixed", BAND, raised("band: high")),
    Lie("direct-band-margin-below-0", "mixed", BAND, both(
        put("band: margin", "-1000"), put("band: high", "1e6"))),
    Lie("direct-band-without-upper-end", "zero-sum", BAND, put("band: high", None)),
    # the game and its region
    Lie("cost-changed", "mixed", CURVATURE, text("game.players.1.cost", "2*z**2", "1.9*z**2")),
    Lie("cost-sign-changed", "mixed", COUPLING, text("game.players.1.cost", "- x*y/3", "- x*y/2")),
    Lie("parameter-changed", "mixed", CURVATURE, put("game.parameters.k", "1.999999")),
    Lie("matrix-entry-changed", "blocks", COUPLING, edited("game.jacobian", entry((0, 2), 1.001))),
    Lie("matrix-diagonal-changed", "blocks", CURVATURE, edited(
        "game.jacobian", entry((0, 0), 0.99))),
    Lie("matrix-made-skew", "blocks", MARGIN, edited("game.jacobian", entry((0, 1), -1.0))),
    Lie("sparse-entry-changed", "ring", COUPLING, edited("game.jacobian.data", entry(1, 1.0001))),
    Lie("region-widened", "mixed", COUPLING, put("region.upper.2", "1.500001")),
    Lie("region-moved", "mixed", COUPLING, put("region.lower.2", "-2")),
    Lie("flat-region-opened", "flat-region", COUPLING, put("region.upper.1", "1")),
    Lie("region-made-all-of-space", "mixed", JACOBIAN, put(
        "region", {"kind": "space", "dimension": 3})),
    Lie("region-of-another-dimension", "toy", JACOBIAN, both(
        without(EQUILIBRIUM, KIND), put(
        "region", {"kind": "space", "dimension": 3}))),
    Lie("region-of-another-dimension-multi-affine", "mixed", JACOBIAN, both(
        without(EQUILIBRIUM, KIND), put(
        "region", {"kind": "box", "lower": ["-1", "-1"], "upper": ["1", "1"]}))),
    Lie("region-missing", "mixed", JACOBIAN, both(
        without(EQUILIBRIUM, KIND), drop("region"))),
    Lie("cost-no-polynomial", "toy", JACOBIAN, put("game.players.0.cost", "exp(x1) + x1*x2")),
    Lie("cost-of-higher-degree", "mixed", JACOBIAN, text(
        "game.players.0.cost", "k*x**2", "k*x**2 + x**4/1000000")),
    Lie("game-of-python-code", "toy", JACOBIAN, put("game.kind", "callable")),
    # what the numbers rest on
    Lie("conditional-called-proved", "bounds", JACOBIAN, both(
        put("evidence", {"kind": "exact"}), put("verdict", "proved"))),
    Lie("conditional-with-a-direct-margin", "bounds", MARGIN, both(
        cites("margin", "margin/T5"), put("margin: margin", "1"))),
    Lie("conditional-with-a-euclidean-margin", "bounds", EUCLIDEAN, claimed(
        "margin/T5 (equal weights)", {"margin": "1"})),
    Lie("conditional-with-cocoercivity", "bounds", COCOERCIVITY, claimed(
        "margin/T10", {"constant": "1"})),
    Lie("conditional-with-direct-euler-steps", "bounds", EULER, both(
        cites("Euler steps", "euler/T10", *_NO_VECTOR), put("Euler steps: step_max", "5"))),
    Lie("conditional-with-constant-rk4-steps", "bounds", RK4, _CONSTANT),
    Lie("conditional-with-a-direct-band", "bounds", BAND, claimed("bands/T5", {
        "players": [0, 1], "margin": "0", "low": "200", "high": "1e9"})),
    Lie("conditional-lipschitz-without-witness", "bounds", LIPSCHITZ, both(
        cites("Lipschitz", "margin/T5 (norm)", *_NO_VECTOR), put("Lipschitz: bound", "1"))),
    Lie("conditional-steps-without-symmetry", "bounds", EULER, put("evidence.symmetric", False)),
    Lie("conditional-coupling-raised", "bounds", STRUCTURAL, raised(
        "block bounds: coupling_upper.0.1")),
    Lie("conditional-curvature-lowered", "bounds", STRUCTURAL, lowered(
        "block bounds: curvature_lower.0")),
    Lie("digest-not-recomputed", "toy", "digest", put("game.name", "another"), keep_digest=True),
    Lie("digest-of-nothing", "toy", "digest", put("digest", "0" * 64), keep_digest=True),
    # refusals
    Lie("witness-vector-changed", "refuted", WITNESS, put(
        "witness: vector", ["0", "0"])),
    Lie("witness-vector-of-the-stable-side", "refuted-space", WITNESS, put(
        "witness: vector", ["1", "1"])),
    Lie("witness-matrix-negated", "refuted", WITNESS, edited(
        "witness: matrix", entry(slice(None), -1.0))),
    Lie("witness-matrix-zero", "refuted", WITNESS, edited(
        "witness: matrix", entry(slice(None), 0.0))),
    Lie("witness-matrix-not-symmetric", "refuted", WITNESS, edited(
        "witness: matrix", entry((0, 1), 1.5))),
    Lie("witness-shift-above-0", "refuted", WITNESS, put("witness: shift", "0.5")),
    Lie("witness-shift-below-the-eigenvalue", "refuted-space", WITNESS, put(
        "witness: shift", "-1.45")),
    Lie("witness-point-outside-the-region", "refuted", WITNESS, put(
        "witness: point", ["0", "-2.000001"])),
    Lie("witness-point-where-play-is-stable", "refuted", WITNESS, put(
        "witness: point", ["0", "1"])),
    Lie("witness-point-missing", "refuted", WITNESS, put("witness: point", None)),
    Lie("witness-region-of-another-dimension", "refuted", WITNESS, both(
        drop("worst_point"),
        put("region", {"kind": "box", "lower": ["-1", "-2", "0"], "upper": ["1", "2", "1"]}),
        put("witness: point", ["0", "-2", "0"]), put("witness: vector", ["1", "1", "1"]))),
    Lie("witness-space-of-another-dimension", "refuted-space", WITNESS, both(
        put("region.dimension", 3), put("witness: vector", ["1", "-1", "0"]))),
    Lie("witness-region-without-interior", "refuted", WITNESS, put("region.lower.0", "1")),
    Lie("witness-of-another-game", "refuted", WITNESS, text(
        "game.players.0.cost", "x**2/2", "2*x**2")),
    Lie("witness-of-another-matrix", "refuted-space", WITNESS, edited(
        "game.jacobian", entry((0, 1), -1.0))),
    Lie("witness-matrix-of-another-size", "refuted-space", WITNESS, put(
        "witness: matrix", encode_array(np.diag([1.0, -1.0, 1.0])))),
    Lie("exact-witness-outside-the-region", "refuted-corner", WITNESS, put(
        "witness: point", ["-0.5", "0"])),
    Lie("exact-witness-where-play-is-stable", "refuted-corner", WITNESS, put(
        "witness: point", ["1", "1"])),
    Lie("exact-witness-point-missing", "refuted-corner", WITNESS, put("witness: point", None)),
    Lie("exact-witness-without-interior", "refuted-corner", WITNESS, put("region.upper.1", "0")),
    Lie("exact-witness-of-another-matrix", "refuted-circling", WITNESS, put(
        "game.jacobian", encode_array(np.array([[1e-300, 1.0], [-1.0, 0.0]])))),
    Lie("exact-witness-of-another-dimension", "refuted-circling", WITNESS, put(
        "region.dimension", 3)),
    Lie("exact-witness-of-another-game", "refuted-corner", WITNESS, text(
        "game.players.0.cost", "x*y", "exp(x)*y")),
    Lie("witness-of-weights-called-one-of-all-metrics", "refuted-weights", WITNESS, cites(
        "witness", "refutation/T6 (dual)")),
    *BAND_LIES,
    *BERNSTEIN_LIES,
    *BREGMAN_LIES,
    *CONSTRAINT_LIES,
    *ENCLOSED_LIES,
    *FIELD_LIES,
    *HYPOTHESIS_LIES,
    *LIFTED_LIES,
    *VALUES_LIES,
    *SECTOR_LIES,
    *METRIC_LIES,
    *PROMISE_LIES,
]  # fmt: skip
