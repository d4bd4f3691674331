"""Refusal documents, and the witnesses in them, from what the search found."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.claims import REFUSAL_FORMAT
from certificates.kernel.document.reading import Document, digest, encode_array
from certificates.kernel.document.witness import Point
from games.language.number import to_text
from sgn.pipeline.assemble import producer
from sgn.refusals.constant_metrics import EigenWitness


def refusal_document(
    subject: Document,
    evidence: Document,
    verdict: str,
    reason: str,
    message: str,
    suggestions: list[str],
    details: Document,
) -> Document:
    """The document of a refusal; details: best, cycle, worst_point, witness as far as known."""
    document = {
        "format": REFUSAL_FORMAT,
        **subject,
        "evidence": evidence,
        "verdict": verdict,
        "reason": reason,
        "message": message,
        "suggestions": suggestions,
        "best": {},
        **details,
    }
    return {**document, "produced_by": producer(), "digest": digest(document)}


def witness_document(witness: EigenWitness, point: Point) -> Document:
    """T6's eigenvalue as it stands in a refusal."""
    return {
        "kind": "eigenvalue",
        "point": point_document(point),
        "shift": to_text(Fraction(witness.shift)),
        "matrix": encode_array(witness.H),
        "vector": encode_array(witness.v),
    }


def dual_document(
    metrics: str, points: Sequence[Point], factors: Sequence[NDArray[np.float64]]
) -> Document:
    """T6's dual form: metrics "all" or "scalar"; a factor C_k of Z_k for each point."""
    return {
        "kind": "dual",
        "metrics": metrics,
        "points": [point_document(point) for point in points],
        "matrices": [encode_array(factor) for factor in factors],
    }


def point_document(point: Point) -> list[str] | None:
    """A point as it stands in a document."""
    return None if point is None else [to_text(v) for v in point]
