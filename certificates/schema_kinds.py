"""JSON Schemas of the kinds of fields that certificates/kernel/ declares."""

from collections.abc import Iterable
from dataclasses import MISSING
from functools import singledispatch
from typing import Any

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
    declared,
)

Schema = dict[str, Any]


def fields_schema(record: type, *, witnesses: bool) -> Schema:
    """The object of a record's fields of one sort."""
    fields = list(declared(record, witnesses=witnesses))
    properties = {
        each.name: {
            "description": each.metadata["words"],
            **schema_of(each.metadata["kind"]),
        }
        for each in fields
    }
    return object_of(properties, [each.name for each in fields if each.default is MISSING])


@singledispatch
def schema_of(kind: object) -> Schema:
    """The schema of a kind of field; TypeError for one that has none here."""
    raise TypeError(f"fields of kind {type(kind).__name__} have no schema")


@schema_of.register
def _(kind: Number) -> Schema:
    return ref("number")


@schema_of.register
def _(kind: Text) -> Schema:
    return {"enum": list(kind.allowed)} if kind.allowed else {"type": "string"}


@schema_of.register(PerPlayer)
@schema_of.register(PerVariable)
def _(kind: object) -> Schema:
    return ref("vector")


@schema_of.register
def _(kind: Numbers) -> Schema:
    floats = {"properties": {"shape": {"items": {"maximum": kind.most}}}}
    return {
        "oneOf": [
            {**list_of(ref("number")), "maxItems": kind.most},
            {"allOf": [ref("floats"), floats]},
        ]
    }


@schema_of.register
def _(kind: Pair) -> Schema:
    return {**list_of(ref("count")), "minItems": 2, "maxItems": 2, "uniqueItems": True}


@schema_of.register
def _(kind: PairTable) -> Schema:
    return ref("couplings")


@schema_of.register
def _(kind: MetricKind) -> Schema:
    return ref("metric")


@schema_of.register(Square)
@schema_of.register(Matrix)
def _(kind: object) -> Schema:
    return ref("table")


@schema_of.register
def _(kind: ListOf) -> Schema:  # type: ignore[type-arg]
    return {**list_of(schema_of(kind.each)), "maxItems": kind.most}


@schema_of.register
def _(kind: OrNull) -> Schema:  # type: ignore[type-arg]
    return or_null(schema_of(kind.kind))


@schema_of.register
def _(kind: Record) -> Schema:  # type: ignore[type-arg]
    return fields_schema(kind.record, witnesses=False)


# ---- pieces --------------------------------------------------------------------------------------


def ref(name: str) -> Schema:
    """What definitions.json says under a name."""
    return {"$ref": f"#/$defs/{name}"}


def text_of(description: str) -> Schema:
    """Any text."""
    return {"description": description, "type": "string"}


def list_of(items: Schema) -> Schema:
    """A list of any length."""
    return {"type": "array", "items": items}


def or_null(choice: Schema) -> Schema:
    """That, or null."""
    return {"oneOf": [choice, {"type": "null"}]}


def object_of(properties: Schema, required: Iterable[str] | None = None) -> Schema:
    """An object of these keys alone; without a list of them all are required."""
    needed = properties if required is None else required
    found = [key for key in properties if key in set(needed)]
    return {
        "type": "object",
        "additionalProperties": False,
        **({"required": found} if found else {}),
        "properties": properties,
    }
