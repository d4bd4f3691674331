"""The JSON Schemas (draft 2020-12) of certificates and refusals, for other programs to read by.

They follow from the fields that certificates/kernel/ declares and reads by, and from
certificates/schema/definitions.json, where what no field declares is written: numbers, arrays,
regions, games. `python -m certificates.schemas` writes them again, and the tables of claims in
docs/formats.md (certificates/claim_tables.py). The checker uses none of them.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from certificates.claim_tables import FORMATS, says, stated_claims, with_tables
from certificates.kernel.certificate import NEEDED, OPTIONAL, REQUIRED
from certificates.kernel.claims import Claim
from certificates.kernel.document.fields import PerVariable, declared
from certificates.kernel.document.head import EVIDENCE, FORMAT, REFUSAL_FORMAT, VERDICTS
from certificates.kernel.document.metric import MAX_RUNGS, RUNGS
from certificates.kernel.refusal import BEST, MAX_SUGGESTIONS, REASONS
from certificates.kernel.refusal import OPTIONAL as REFUSAL_OPTIONAL
from certificates.kernel.refusal import REQUIRED as REFUSAL_REQUIRED
from certificates.kernel.theorems.refutation import Witness
from certificates.schema_kinds import (
    Schema,
    fields_schema,
    object_of,
    or_null,
    ref,
    text_of,
)

NAMES = ("certificate-2", "refusal-2")
WIDTH = 100  # characters of a line, where what stands in it can be cut


def schema(name: str) -> Schema:
    """The schema of a document: "certificate-2" or "refusal-2".

    Raises ValueError for another name. Source: docs/formats.md.

    >>> schema("certificate-2")["title"]
    'sgn-certificate/2'
    """
    if name not in NAMES:
        raise ValueError(f"schema is {name!r}; expected one of {', '.join(map(repr, NAMES))}")
    return _read(name)


def _read(name: str) -> Schema:
    file = resources.files("certificates") / "schema" / f"{name}.json"
    content: Schema = json.loads(file.read_text(encoding="utf-8"))
    return content


def generated() -> dict[str, Schema]:
    """Both schemas by name, from what the reader is made of."""
    made = (certificate_schema(), refusal_schema())
    return dict(zip(NAMES, made, strict=True))


# ---- documents -----------------------------------------------------------------------------------


def certificate_schema() -> Schema:
    """What certificates.kernel.certificate reads."""
    classes = [claim for claim in stated_claims() if not issubclass(claim, Witness)]
    properties = {
        "format": {"const": FORMAT},
        "game": ref("game"),
        "players": ref("players"),
        "region": ref("region"),
        "evidence": ref("evidence"),
        "verdict": {"enum": list(dict.fromkeys(VERDICTS.values()))},
        "metric": ref("metric"),
        "claims": {
            "description": "Each cites a theorem, whose hypotheses the checker tests.",
            "type": "array",
            "items": ref("claim"),
        },
        "ladder": {
            "description": "What each kind of metric gave in the search: information, no claim.",
            "type": "array",
            "maxItems": MAX_RUNGS,
            "items": ref("rung"),
        },
        "produced_by": ref("produced_by"),
        "digest": ref("digest"),
    }
    conditions = [
        *(_when("evidence", kind, {"verdict": {"const": v}}) for kind, v in VERDICTS.items()),
        _when("evidence", "assumed", {"game": False, "region": False}),
        *_counts(classes),
        _place(classes),
    ]
    return _document(
        NAMES[0],
        "A certified game with every number that the checker re-establishes; see docs/formats.md.",
        (properties, REQUIRED, OPTIONAL),
        conditions,
        {"evidence": _evidence(complete=True), "claim": _claims(classes), "rung": _rung()},
    )


def refusal_schema() -> Schema:
    """What certificates.kernel.refusal reads."""
    classes = [claim for claim in stated_claims() if issubclass(claim, Witness)]
    properties = {
        "format": {"const": REFUSAL_FORMAT},
        "game": ref("game"),
        "players": ref("players"),
        "region": ref("region"),
        "evidence": ref("evidence"),
        "verdict": {"enum": ["undecided", "refuted"]},
        "reason": {"enum": list(REASONS)},
        "message": text_of("One sentence of the search, not checked."),
        "suggestions": {
            "description": "What to try, by the search.",
            "type": "array",
            "maxItems": MAX_SUGGESTIONS,
            "items": {"type": "string"},
        },
        "best": {
            "description": "Margins reached, by the search: not checked.",
            **object_of({key: ref("number") for key in BEST}, ()),
        },
        "claims": {
            "description": "What refutes, if anything does.",
            "type": "array",
            "maxItems": 1,
            "items": ref("claim"),
        },
        "cycle": {
            "description": "The players (from 0) of the cycle that blocks, and its gain; null: no"
            " bound.",
            **or_null(
                object_of(
                    {
                        "players": {"type": "array", "items": ref("count")},
                        "gain": or_null(ref("number")),
                    }
                )
            ),
        },
        "worst_point": or_null(ref("vector")),
        "produced_by": ref("produced_by"),
        "digest": ref("digest"),
    }
    refuted = {"properties": {"verdict": {"const": "refuted"}}}
    some, none = (
        {"properties": {"claims": {key: n}}} for key, n in (("minItems", 1), ("maxItems", 0))
    )
    conditions: list[Schema] = [
        {"if": refuted, "then": some, "else": none},
        *(
            _if_cited([c for c in classes if c.reason == reason], {"reason": {"const": reason}})
            for reason in dict.fromkeys(c.reason for c in classes)
        ),
        _place(classes),
        {
            "if": {
                "required": ["worst_point"],
                "properties": {"worst_point": {"not": {"type": "null"}}},
            },
            "then": {"required": ["region"]},
        },
    ]
    return _document(
        NAMES[1],
        "A game that was not certified: why, with the evidence, and what to try; see"
        " docs/formats.md.",
        (properties, REFUSAL_REQUIRED, REFUSAL_OPTIONAL),
        conditions,
        {"evidence": _evidence(complete=False), "claim": _claims(classes)},
    )


def _document(
    name: str,
    description: str,
    content: tuple[Schema, set[str], set[str]],
    conditions: Iterable[Schema],
    own: Schema,
) -> Schema:
    """A document of these properties, of which some are required and all others optional."""
    properties, required, optional = content
    if set(properties) != required | optional:
        raise ValueError(f"the keys of {name} are not those of its reader")
    either = {"oneOf": [{"required": ["game"]}, {"required": ["players"]}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:sgn:schema:{name}",
        "title": properties["format"]["const"],
        "description": description,
        **object_of(properties, required),
        "allOf": [either, *conditions],
        "$defs": own | {k: v for k, v in _read("definitions").items() if k not in own},
    }


def _evidence(*, complete: bool) -> Schema:
    """Each kind of evidence with the keys that EVIDENCE lists; a refusal may have fewer."""
    choices = []
    for choice in _read("definitions")["evidence"]["oneOf"]:
        required, optional = EVIDENCE[choice["properties"]["kind"]["const"]]
        keys = {"kind"} | required | optional
        if keys != set(choice["properties"]):
            raise ValueError(f"keys of evidence are not those of the reader: {keys}")
        given = {"kind"} | (required if complete else set())
        found = {**choice, "required": [key for key in choice["properties"] if key in given]}
        if complete and {"covers", "values"} <= keys:
            found["oneOf"] = [{"required": ["covers"]}, {"required": ["values"]}]
        choices.append(found)
    return {"oneOf": choices}


def _rung() -> Schema:
    return object_of(
        {
            "metric": {"enum": list(RUNGS)},
            "margin": or_null(ref("number")),
            "outcome": {"type": "string"},
        }
    )


def _when(key: str, kind: str, properties: Schema) -> Schema:
    """What has to hold of other keys where an object is of a kind."""
    return {
        "if": {"properties": {key: {"properties": {"kind": {"const": kind}}}}},
        "then": {"properties": properties},
    }


# ---- claims --------------------------------------------------------------------------------------


def _claims(classes: Iterable[type[Claim]]) -> Schema:
    return {"oneOf": [claim_schema(claim) for claim in classes]}


def claim_schema(claim: type[Claim]) -> Schema:
    """One claim: the theorem that it cites, its numbers and its witnesses."""
    parts = {
        key: fields_schema(claim, witnesses=witnesses)
        for key, witnesses in (("numbers", False), ("witnesses", True))
    }
    required = ["theorem", *(key for key, part in parts.items() if part.get("required"))]
    return {
        "description": f"{claim.title.value}, {claim.label}: {says(claim)}",
        **object_of({"theorem": {"const": claim.theorem}, **parts}, required),
    }


def _counts(classes: Sequence[type[Claim]]) -> Iterator[Schema]:
    """What every certificate claims, and what can be claimed once."""
    once = [c for c in classes if c.key is Claim.key]
    for title in dict.fromkeys(c.title for c in once):
        group = [c for c in once if c.title is title]
        least = int(any(issubclass(c, NEEDED) for c in group))
        claims = {**_cited(group), "minContains": least, "maxContains": 1}
        yield {"properties": {"claims": claims}}


def _place(classes: Sequence[type[Claim]]) -> Schema:
    """Claims of points go with a region."""
    return _if_cited([c for c in classes if any(_points(c))], {}, required=["region"])


def _points(claim: type[Claim]) -> Iterator[bool]:
    for witnesses in (False, True):
        for each in declared(claim, witnesses=witnesses):
            yield isinstance(each.metadata["kind"], PerVariable)


def _cited(classes: Iterable[type[Claim]]) -> Schema:
    theorems = [c.theorem for c in classes]
    return {"contains": {"properties": {"theorem": {"enum": theorems}}, "required": ["theorem"]}}


def _if_cited(
    classes: Iterable[type[Claim]], properties: Schema, required: Iterable[str] = ()
) -> Schema:
    then = {"properties": properties, "required": list(required)}
    return {
        "if": {"required": ["claims"], "properties": {"claims": _cited(classes)}},
        "then": {key: value for key, value in then.items() if value},
    }


# ---- files ---------------------------------------------------------------------------------------


def as_text(value: Any, indent: str = "") -> str:
    """JSON in lines of at most WIDTH characters where what stands in them can be cut."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) <= WIDTH or not isinstance(value, dict | list) or not value:
        return line
    inner = indent + "  "
    if isinstance(value, list):
        rows, (first, last) = [as_text(entry, inner) for entry in value], "[]"
    else:
        rows = [f"{json.dumps(key)}: {as_text(entry, inner)}" for key, entry in value.items()]
        first, last = "{}"
    return f"{first}\n{inner}{f',{chr(10)}{inner}'.join(rows)}\n{indent}{last}"


def write_files() -> None:
    """Writes the schemas beside definitions.json, and the tables of docs/formats.md."""
    folder = Path(__file__).parent / "schema"
    for name, content in generated().items():
        (folder / f"{name}.json").write_text(as_text(content) + "\n", encoding="utf-8")
    FORMATS.write_text(with_tables(FORMATS.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write_files()
