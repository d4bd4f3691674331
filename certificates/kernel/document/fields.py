"""What a field of a document holds: its reader, declared once, beside the field's name.

A record is a class under :func:`record` whose fields are :func:`stated` or a :func:`witness`.
:func:`read_fields` reads it; its JSON Schema and its rows in docs/formats.md follow from the same
fields (certificates/schemas.py), and so does the text that is written (certificates/writing.py).
"""

from collections.abc import Iterator
from dataclasses import MISSING, Field, dataclass, field, fields
from fractions import Fraction
from typing import Any, Generic, Protocol, TypeVar, dataclass_transform, final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.coupling import Coupling, read_coupling
from certificates.kernel.document.metric import Metric, declared_entries, read_metric
from certificates.kernel.document.reading import (
    Document,
    decode_array,
    is_count,
    number,
    read_list,
    require_keys,
    vector,
)
from games.errors import InputError

Vector = NDArray[Any]  # Fractions (object) or binary64
Floats = NDArray[np.float64]
T = TypeVar("T")
R = TypeVar("R")
T_co = TypeVar("T_co", covariant=True)


@final
@dataclass(frozen=True)
class Shape:
    """How many numbers vectors have: one a player, or one a variable (None: not known)."""

    players: int
    dimension: int | None


class Kind(Protocol[T_co]):
    """What a field can hold."""

    def read(self, value: object, where: str, shape: Shape) -> T_co:
        """The value; InputError for what is not well formed."""


def stated(kind: Kind[T], words: str) -> T:
    """A field that says something of the game; words: what, for people."""
    value: T = field(metadata={"kind": kind, "words": words, "witness": False})
    return value


def witness(kind: Kind[T], words: str, default: Any = MISSING) -> T:
    """A field that only helps to check the others; default: where nothing is said."""
    about = {"kind": kind, "words": words, "witness": True}
    value: T = field(metadata=about, default=default)
    return value


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(stated, witness))
def record(cls: type[R]) -> type[R]:
    """A frozen dataclass, equal to itself alone, since arrays have no one truth value."""
    return dataclass(frozen=True, eq=False)(cls)


def declared(record: type, *, witnesses: bool) -> Iterator[Field[Any]]:
    """The fields of a record that a document holds."""
    return (each for each in fields(record) if each.metadata.get("witness") is witnesses)


def read_fields(
    record: type, value: object, where: str, shape: Shape, *, witnesses: bool
) -> dict[str, object]:
    """The fields of one sort by name; InputError for anything that is not well formed."""
    kinds = {each.name: each for each in declared(record, witnesses=witnesses)}
    required = {name for name, each in kinds.items() if each.default is MISSING}
    found = require_keys(value, where, required, set(kinds) - required)
    return {
        name: kinds[name].metadata["kind"].read(entry, f"{where}.{name}", shape)
        for name, entry in found.items()
    }


# ---- kinds ---------------------------------------------------------------------------------------


@final
@dataclass(frozen=True)
class Number:
    """An exact number."""

    positive: bool = False

    def read(self, value: object, where: str, shape: Shape) -> Fraction:
        found = number(value, where)
        if self.positive and found <= 0:
            raise InputError(f"{where}: expected a number above 0")
        return found


@final
@dataclass(frozen=True)
class Text:
    """Words that nobody checks, or one of a few."""

    allowed: tuple[str, ...] = ()

    def read(self, value: object, where: str, shape: Shape) -> str:
        if not isinstance(value, str) or (self.allowed and value not in self.allowed):
            expected = f"one of {', '.join(self.allowed)}" if self.allowed else "text"
            raise InputError(f"{where}: expected {expected}")
        return value


@final
@dataclass(frozen=True)
class PerPlayer:
    """One exact number a player."""

    positive: bool = False

    def read(self, value: object, where: str, shape: Shape) -> Vector:
        entries = vector(value, where, shape.players)
        if self.positive and not (entries > 0).all():
            raise InputError(f"{where}: every entry must be positive")
        return entries


@final
@dataclass(frozen=True)
class PerVariable:
    """One exact number a variable."""

    def read(self, value: object, where: str, shape: Shape) -> Vector:
        if shape.dimension is None:
            raise InputError(f"{where}: a point goes with a region")
        return vector(value, where, shape.dimension)


@final
@dataclass(frozen=True)
class Pair:
    """The numbers of two different players."""

    def read(self, value: object, where: str, shape: Shape) -> tuple[int, int]:
        if not isinstance(value, list) or len(value) != 2 or not all(map(is_count, value)):
            raise InputError(f"{where}: expected two player numbers")
        if value[0] == value[1] or max(value) >= shape.players:
            raise InputError(f"{where}: expected two different players of this game")
        return value[0], value[1]


@final
@dataclass(frozen=True)
class PairTable:
    """A number at least 0 for each pair of players: a table, or sparse rows."""

    def read(self, value: object, where: str, shape: Shape) -> Coupling:
        return read_coupling(value, where, shape.players)


@final
@dataclass(frozen=True)
class MetricKind:
    """A metric M: of a weight a player, a matrix a player, or one matrix."""

    def read(self, value: object, where: str, shape: Shape) -> Metric:
        return read_metric(value, where, shape.players)


@final
@dataclass(frozen=True)
class Square:
    """A square matrix of binary64 numbers."""

    def read(self, value: object, where: str, shape: Shape) -> Floats:
        declared_entries(value, where)
        matrix = decode_array(value, where)
        if matrix.dtype.kind != "f" or matrix.ndim != 2 or len(set(matrix.shape)) != 1:
            raise InputError(f"{where}: expected a square of binary64 numbers")
        return matrix


@final
@dataclass(frozen=True)
class Matrix:
    """A matrix of binary64 numbers."""

    def read(self, value: object, where: str, shape: Shape) -> Floats:
        matrix = decode_array(value, where)
        if matrix.dtype.kind != "f" or matrix.ndim != 2:
            raise InputError(f"{where}: expected a matrix of binary64 numbers")
        return matrix


@final
@dataclass(frozen=True)
class Numbers:
    """A row of at most so many exact numbers."""

    most: int

    def read(self, value: object, where: str, shape: Shape) -> tuple[Fraction, ...]:
        return tuple(map(Fraction, vector(value, where, None, self.most)))


@final
@dataclass(frozen=True)
class ListOf(Generic[T]):
    """A list of at most so many of one kind."""

    each: Kind[T]
    most: int

    def read(self, value: object, where: str, shape: Shape) -> tuple[T, ...]:
        entries = read_list(value, where)
        if len(entries) > self.most:
            raise InputError(f"{where}: more than {self.most}; they take too long to check")
        return tuple(
            self.each.read(entry, f"{where}[{k}]", shape) for k, entry in enumerate(entries)
        )


@final
@dataclass(frozen=True)
class OrNull(Generic[T]):
    """A value of one kind, or null."""

    kind: Kind[T]

    def read(self, value: object, where: str, shape: Shape) -> T | None:
        return None if value is None else self.kind.read(value, where, shape)


@final
@dataclass(frozen=True)
class Record(Generic[R]):
    """An object of declared fields."""

    record: type[R]

    def read(self, value: object, where: str, shape: Shape) -> R:
        return self.record(**read_fields(self.record, value, where, shape, witnesses=False))


def read_entry(record: type[R], entry: Document, where: str, shape: Shape) -> R:
    """A record whose numbers and witnesses stand apart, as in a claim."""
    parts: dict[str, object] = {}
    for key, witnesses in (("numbers", False), ("witnesses", True)):
        given = entry.get(key, {})
        parts |= read_fields(record, given, f"{where}.{key}", shape, witnesses=witnesses)
    return record(**parts)
