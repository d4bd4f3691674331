"""Certificate and refusal documents from what the search found."""

import platform
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from certificates.kernel.document.claims import FORMAT, VERDICTS, Vector
from certificates.kernel.document.geometry import geometry_of
from certificates.kernel.document.metric import Metric, Rung
from certificates.kernel.document.reading import Document, encode_array
from games.language.number import to_text
from games.regions.shapes import Box, Region
from sgn.bands.certificate_bands import BandPlan
from sgn.pipeline.numbers import Study
from sgn.pipeline.safe_side import TEXT_LIMIT, StatedBounds
from sgn.steps.euler import EulerPlan
from sgn.steps.runge_kutta import RK4Plan

VERSION = "0.1.0"


def certificate_document(study: Study, evidence: Document, subject: Document) -> Document:
    """The document of a certificate, not yet with its digest.

    subject: game and region, or players if bounds were given.
    """
    metric = _metric(study.metric)
    structural = study.structural
    witnesses = {"structural": _vector(structural.vector)}
    if study.norms is not None:
        witnesses["lipschitz"] = _vector(study.norms.vector)
        witnesses["lipschitz_image"] = _vector(study.norms.image)
    if study.euler is not None and study.euler.vector is not None:
        witnesses["euler"] = _vector(study.euler.vector)
    document = {
        "format": FORMAT,
        **subject,
        "geometry": geometry_of(subject.get("game")).document,
        "evidence": evidence,
        "verdict": VERDICTS[evidence["kind"]],
        "curvature_lower": _vector(study.bounds.lower),
        "curvature_upper": _vector(study.bounds.upper),
        "coupling_upper": _coupling(study.bounds),
        "metric": metric,
        **({"weights": metric["weights"]} if study.metric.kind == "scalar" else {}),
        "margin": to_text(study.margin),
        "margin_basis": study.basis,
        "structural_margin": to_text(structural.margin),
        "structural_weights": _vector(structural.weights),
        "lipschitz": to_text(study.lipschitz),
        "witnesses": witnesses,
        **({"ladder": _ladder(study.rungs)} if study.rungs else {}),
        "steps": _steps(study.euler, study.rk4),
        "bands": [_band(plan) for plan in study.bands],
    }
    if study.direct is not None:
        if study.direct.euclidean_margin is not None:
            document["euclidean_margin"] = to_text(study.direct.euclidean_margin)
        if study.direct.cocoercivity > 0:
            document["cocoercivity"] = to_text(study.direct.cocoercivity)
    return {**document, "produced_by": producer(), "digest": ""}


def region_document(region: Region) -> Document:
    """A region as it stands in a document."""
    if isinstance(region, Box) and (ball := region.ball) is not None:
        rows = [[to_text(v) for v in row] for row in ball.matrix]
        return {
            "kind": "ball",
            "center": [to_text(v) for v in ball.center],
            "radius": to_text(ball.radius),
            "metric": rows or [to_text(v) for v in ball.weights],
        }
    if isinstance(region, Box):
        lower, upper = ([to_text(v) for v in end] for end in (region.lower, region.upper))
        return {"kind": "box", "lower": lower, "upper": upper}
    return {"kind": "space", "dimension": region.dimension}


def producer() -> Document:
    return {
        "sgn": VERSION,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def _vector(values: Vector) -> Any:
    """Text for few numbers (floats by their shortest decimal), a binary array for many."""
    if len(values) > TEXT_LIMIT:
        return encode_array(np.asarray(values, dtype=float))
    return [_text(v) for v in values]


def _text(value: Any) -> str:
    return to_text(value if isinstance(value, Fraction) else Fraction(repr(float(value))))


def _ladder(rungs: Sequence[Rung]) -> list[Document]:
    return [
        {
            "metric": rung.metric,
            "margin": None if rung.margin is None else to_text(rung.margin),
            "outcome": rung.outcome,
        }
        for rung in rungs
    ]


def _metric(metric: Metric) -> Document:
    if metric.kind == "scalar":
        return {"kind": metric.kind, "weights": _vector(metric.weights)}
    parts = [encode_array(part) for part in metric.matrices]
    return (
        {"kind": "block", "blocks": parts}
        if metric.kind == "block"
        else {
            "kind": "dense",
            "matrix": parts[0],
        }
    )


def _coupling(bounds: StatedBounds) -> Any:
    """A table for few players, sparse rows for many."""
    table, n = bounds.coupling, bounds.floats.size
    if n <= TEXT_LIMIT:
        dense = [["0"] * n for _ in range(n)]
        for i, j, value in zip(table.rows, table.cols, table.values, strict=True):
            dense[i][j] = _text(value)
        return dense
    L = bounds.floats.coupling_upper
    parts = {key: encode_array(getattr(L, key)) for key in ("indptr", "indices", "data")}
    return {**parts, "shape": [n, n]}


def _steps(euler: EulerPlan | None, rk4: RK4Plan | None) -> Document:
    steps: Document = {}
    if euler is not None:
        steps["euler"] = euler_document(euler)
    if rk4 is not None:
        steps["rk4"] = rk4_document(rk4, "pairs")
    return steps


def euler_document(plan: EulerPlan) -> Document:
    """Euler steps as they stand in a document."""
    return {
        "step_max": to_text(plan.step_max),
        "best_step": to_text(plan.best_step),
        "factor_at_best": to_text(plan.factor_at_best),
        "factor_at_max": to_text(plan.factor_at_max),
        "basis": plan.basis,
        "metric": _metric(plan.metric),
    }


def rk4_document(plan: RK4Plan, kind: str) -> Document:
    """RK4 steps as they stand in a document; kind: between "pairs", or towards "equilibrium"."""
    cover: Document = {
        "steps": [to_text(h) for h in plan.steps],
        "rates": [to_text(r) for r in plan.rates],
    }
    if plan.multipliers:
        cover["multipliers"] = [[to_text(m) for m in row] for row in plan.multipliers]
    return {
        "step_max": to_text(plan.step_max),
        "best_step": to_text(plan.best_step),
        "factor_at_best": to_text(plan.factor_at_best),
        "basis": plan.basis,
        "kind": kind,
        "metric": _metric(plan.metric),
        "cover": cover,
    }


def _band(plan: BandPlan) -> Document:
    band: Document = {
        "players": list(plan.players),
        "ratio": "w_j/w_i",
        "basis": plan.basis,
        "margin": "0",
        "low": to_text(plan.low),
        "high": None if plan.high is None else to_text(plan.high),
    }
    if plan.witnesses:
        band["witnesses"] = [
            {"weights": _vector(found.weights), "vector": _vector(found.vector)}
            for found in plan.witnesses
        ]
    return band
