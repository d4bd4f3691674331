"""Documents from values: the inverse of what certificates/kernel/ reads, field by field."""

import platform
from collections.abc import Sequence
from dataclasses import MISSING
from fractions import Fraction
from functools import singledispatch
from typing import Any

import numpy as np

from certificates.kernel.claims import Claim, Claims
from certificates.kernel.document.coupling import Coupling
from certificates.kernel.document.fields import (
    ListOf,
    Matrix,
    MetricKind,
    Number,
    Numbers,
    OrNull,
    Pair,
    PairTable,
    PerPlayer,
    PerVariable,
    Record,
    Square,
    Text,
    Vector,
    declared,
)
from certificates.kernel.document.head import FORMAT
from certificates.kernel.document.metric import Metric, Rung
from certificates.kernel.document.reading import Document, digest, encode_array, texts
from certificates.version import VERSION
from games.language.number import to_text
from games.players import NumberedNames
from games.regions.constraint import Constraint
from games.regions.ends import Ends
from games.regions.region import Box, Region

TEXT_LIMIT = 30  # players up to which numbers are stated as text; beyond, binary arrays


def certificate_document(claims: Claims) -> Document:
    """A certificate's document, written once, with its digest."""
    names = claims.names
    counted = isinstance(names, NumberedNames)
    document: Document = {"format": FORMAT}
    if claims.game is not None:
        document["game"] = claims.game
    else:
        document["players"] = len(names) if counted else list(names)
    if claims.region is not None:
        document["region"] = region_document(claims.region)
    document |= {
        "evidence": claims.evidence,
        "verdict": claims.verdict,
        "metric": metric_document(claims.metric),
        "claims": [claim_document(claim) for claim in claims.stated],
    }
    if claims.rungs:
        document["ladder"] = [_rung(rung) for rung in claims.rungs]
    return signed(document)


def signed(document: Document) -> Document:
    """The document with its producer and the digest of what it says now."""
    produced_by = {
        "sgn": VERSION,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
    document = {**document, "produced_by": produced_by, "digest": ""}
    return {**document, "digest": digest(document)}


def claim_document(claim: Claim) -> Document:
    """One claim: the theorem that it cites, its numbers, and its witnesses."""
    document: Document = {"theorem": claim.theorem}
    for key, witnesses in (("numbers", False), ("witnesses", True)):
        found = _written(claim, witnesses=witnesses)
        if found:
            document[key] = found
    return document


def _written(record: object, *, witnesses: bool) -> Document:
    return {
        each.name: write(each.metadata["kind"], getattr(record, each.name))
        for each in declared(type(record), witnesses=witnesses)
        if each.default is MISSING or getattr(record, each.name) != each.default
    }


@singledispatch
def write(kind: object, value: Any) -> Any:
    """A value as it stands in a document; TypeError for a kind of field that nobody taught it."""
    raise TypeError(f"fields of kind {type(kind).__name__} cannot be written")


@write.register
def _(kind: Number, value: Fraction) -> str:
    return to_text(Fraction(value))


@write.register
def _(kind: Text, value: str) -> str:
    return value


@write.register
def _(kind: PerVariable, value: Vector) -> Any:
    """Binary only where that is the same point: on constraints it may be no float."""
    if value.dtype == np.float64 or all(Fraction(float(v)) == v for v in value):
        return vector(value)
    return [number_text(v) for v in value]


@write.register(PerPlayer)
@write.register(Numbers)
def _(kind: object, value: Vector) -> Any:
    return vector(value)


@write.register
def _(kind: Pair, value: tuple[int, int]) -> list[int]:
    return list(value)


@write.register
def _(kind: PairTable, value: Coupling) -> Any:
    return coupling(value, value.players)


@write.register
def _(kind: MetricKind, value: Metric) -> Document:
    return metric_document(value)


@write.register(Square)
@write.register(Matrix)
def _(kind: object, value: Any) -> Document:
    return encode_array(value)


@write.register
def _(kind: ListOf, value: Sequence[Any]) -> list[Any]:  # type: ignore[type-arg]
    return [write(kind.each, entry) for entry in value]


@write.register
def _(kind: OrNull, value: Any) -> Any:  # type: ignore[type-arg]
    return None if value is None else write(kind.kind, value)


@write.register
def _(kind: Record, value: Any) -> Document:  # type: ignore[type-arg]
    return _written(value, witnesses=False)


def vector(values: Vector | Sequence[Any]) -> Any:
    """Text for few numbers (floats by their shortest decimal), a binary array for many."""
    if len(values) > TEXT_LIMIT:
        return encode_array(np.asarray(values, dtype=float))
    return [number_text(v) for v in values]


def number_text(value: Any) -> str:
    """A rational exactly, a float by its shortest decimal."""
    return to_text(value if isinstance(value, Fraction) else Fraction(repr(float(value))))


def coupling(value: Coupling, n: int) -> Any:
    """A table for few players, sparse rows for many."""
    if n <= TEXT_LIMIT:
        dense = [["0"] * n for _ in range(n)]
        for i, j, entry in zip(value.rows, value.cols, value.values, strict=True):
            dense[i][j] = number_text(entry)
        return dense
    codes = value.rows * n + value.cols
    order = slice(None) if (np.diff(codes) > 0).all() else np.argsort(codes, kind="stable")
    counts = np.bincount(value.rows, minlength=n)
    return {
        "indptr": encode_array(np.concatenate([[0], np.cumsum(counts)])),
        "indices": encode_array(value.cols[order].astype(np.int32)),
        "data": encode_array(np.asarray(value.values[order], dtype=float)),
        "shape": [n, n],
    }


def metric_document(metric: Metric) -> Document:
    """A metric as it stands in a document."""
    if metric.kind == "scalar":
        return {"kind": metric.kind, "weights": vector(metric.weights)}
    parts = [encode_array(part) for part in metric.matrices]
    if metric.kind == "block":
        return {"kind": "block", "blocks": parts}
    return {"kind": "dense", "matrix": parts[0]}


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
        lower, upper = _ends(region.lower), _ends(region.upper)
        if not region.constraints:
            return {"kind": "box", "lower": lower, "upper": upper}
        listed = [_constraint(c) for c in region.constraints]
        return {"kind": "constrained", "lower": lower, "upper": upper, "constraints": listed}
    return {"kind": "space", "dimension": region.dimension}


def _ends(values: Ends) -> Any:
    """Text, since a number may be no float; a binary array of many that are."""
    if len(values) > TEXT_LIMIT and values.are_floats:
        return encode_array(values.below)
    return texts(values)


def _constraint(constraint: Constraint) -> Document:
    curved = {"squares": [to_text(q) for q in constraint.squares]} if constraint.curved else {}
    return {
        "variables": list(constraint.variables),
        "linear": [to_text(a) for a in constraint.linear],
        **curved,
        "relation": "=" if constraint.equal else "<=",
        "bound": to_text(constraint.bound),
    }


def _rung(rung: Rung) -> Document:
    margin = None if rung.margin is None else to_text(rung.margin)
    return {"metric": rung.metric, "margin": margin, "outcome": rung.outcome}
