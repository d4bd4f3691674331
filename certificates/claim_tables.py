"""The tables of claims in docs/formats.md, from the fields that certificates/kernel/ declares."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import singledispatch
from pathlib import Path
from typing import final

from certificates.kernel.certificate import MODULES, load_rules
from certificates.kernel.claims import STATED, Claim
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
from certificates.kernel.theorems.rule import REGISTERED

FORMATS = Path(__file__).parents[1] / "docs" / "formats.md"
THEOREMS = "certificates.kernel.theorems"
FIRST, LAST = "<!-- claims: python -m certificates.schemas -->", "<!-- end of claims -->"


@final
@dataclass(frozen=True)
class FieldRow:
    """A field as the table lists it once, for all claims that have it."""

    name: str
    kind: str
    words: str


def with_tables(text: str) -> str:
    """docs/formats.md with the tables between its two markers made again."""
    before, _, rest = text.partition(FIRST)
    _, mark, after = rest.partition(LAST)
    if not mark:
        raise ValueError(f"{FORMATS.name} has no part between {FIRST} and {LAST}")
    return f"{before}{FIRST}\n\n{tables()}\n\n{LAST}{after}"


def tables() -> str:
    """What can be claimed, the fields of claims, and what follows from them."""
    return "\n\n".join(
        [
            claims_table(stated_claims()),
            "The fields:",
            fields_table(stated_claims()),
            "What no file states and the checker computes, and tests like the rest:",
            following_table(),
        ]
    )


def stated_claims() -> list[type[Claim]]:
    """Every class of claims that can stand in a document, in the order of the theorems' modules."""
    for module in MODULES:
        load_rules(module)
    return _in_order(STATED.values())


def _in_order(claims: Iterable[type[Claim]]) -> list[type[Claim]]:
    """By module, whatever was loaded first."""
    order = {f"{THEOREMS}.{name}": k for k, name in enumerate(MODULES)}
    return sorted(claims, key=lambda claim: order[claim.__module__])


def says(claim: type[Claim]) -> str:
    """What a class of claims states, from its family to itself.

    >>> [margin] = [claim for claim in stated_claims() if claim.theorem == "margin/T5"]
    >>> says(margin)
    'sym(MJ) ⪰ αM on X: the rate of the flow. α by the whole Jacobian.'
    """
    families = [c for c in reversed(claim.__mro__) if issubclass(c, Claim) and c is not Claim]
    first = ((family.__doc__ or "").partition("\n\n")[0] for family in families)
    return " ".join(" ".join(text.split()) for text in first)


def claims_table(claims: Iterable[type[Claim]]) -> str:
    """Each claim with its theorem, the obligation that it makes, and the names of its fields."""
    rows = (
        (
            f"`{claim.theorem}`",
            claim.title.value,
            says(claim),
            _names(claim, witnesses=False),
            _names(claim, witnesses=True),
        )
        for claim in claims
    )
    return _table(("theorem", "obligation", "what is claimed", "numbers", "witnesses"), rows)


def fields_table(claims: Iterable[type[Claim]]) -> str:
    """Each field once, with the obligations of the claims that have it."""
    found: dict[FieldRow, dict[str, None]] = {}
    for claim in claims:
        for witnesses in (False, True):
            for row in _rows(claim, witnesses=witnesses):
                found.setdefault(row, {})[claim.title.value] = None
    rows = (
        (f"`{row.name}`", row.kind, row.words, ", ".join(titles)) for row, titles in found.items()
    )
    return _table(("field", "kind", "meaning", "of"), rows)


def following_table() -> str:
    """What is computed from other claims, by its theorem."""
    rows = (
        (claim.title.value, claim.label, says(claim))
        for claim in _in_order(REGISTERED)
        if not claim.theorem
    )
    return _table(("obligation", "theorem", "what holds"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *(tuple(map(_cell, row)) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _names(record: type, *, witnesses: bool) -> str:
    fields = declared(record, witnesses=witnesses)
    return ", ".join(f"`{each.name}`" for each in fields)


def _rows(record: type, *, witnesses: bool, before: str = "") -> Iterator[FieldRow]:
    """The fields of a record, and those of the records in it."""
    for each in declared(record, witnesses=witnesses):
        kind, name = each.metadata["kind"], f"{before}{each.name}"
        yield FieldRow(name, kind_words(kind), each.metadata["words"])
        inner = kind.each if isinstance(kind, ListOf) else kind
        if isinstance(inner, Record):
            yield from _rows(inner.record, witnesses=False, before=f"{name}.")


@singledispatch
def kind_words(kind: object) -> str:
    """What a kind of field holds, in words; TypeError for one that has none here."""
    raise TypeError(f"fields of kind {type(kind).__name__} have no words")


@kind_words.register
def _(kind: Number) -> str:
    return "number above 0" if kind.positive else "number"


@kind_words.register
def _(kind: Text) -> str:
    return " or ".join(f'`"{choice}"`' for choice in kind.allowed) or "text"


@kind_words.register
def _(kind: PerPlayer) -> str:
    return "a number a player" + (", each above 0" if kind.positive else "")


@kind_words.register
def _(kind: PerVariable) -> str:
    return "a number a variable"


@kind_words.register
def _(kind: Numbers) -> str:
    return f"at most {kind.most} numbers"


@kind_words.register
def _(kind: Pair) -> str:
    return "two players"


@kind_words.register
def _(kind: PairTable) -> str:
    return "a number at least 0 for each pair of players: a table, or sparse"


@kind_words.register
def _(kind: MetricKind) -> str:
    return "a metric"


@kind_words.register
def _(kind: Square) -> str:
    return "a square binary array"


@kind_words.register
def _(kind: Matrix) -> str:
    return "a binary array of two dimensions"


@kind_words.register
def _(kind: ListOf) -> str:  # type: ignore[type-arg]
    return f"a list of at most {kind.most}, each {kind_words(kind.each)}"


@kind_words.register
def _(kind: OrNull) -> str:  # type: ignore[type-arg]
    return f"{kind_words(kind.kind)}, or null"


@kind_words.register
def _(kind: Record) -> str:  # type: ignore[type-arg]
    return "an object"
