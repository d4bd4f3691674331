"""What a certificate claims of the weighted KL divergence along the flow (T19), read strictly."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, final

from certificates.kernel.document.metric import Vector
from certificates.kernel.document.reading import Document, number, require_keys, vector
from games.errors import InputError


@final
@dataclass(frozen=True, eq=False)
class RegionDecay:
    """In the region: the rate, one weight a player, and the level of a set that the flow keeps."""

    rate: Fraction
    weights: Vector
    level: Fraction


@final
@dataclass(frozen=True, eq=False)
class SimplexDecay:
    """From every interior start: the rate, the weights, and the vector x of T2 that proves them."""

    rate: Fraction
    weights: Vector
    vector: Vector


@final
@dataclass(frozen=True)
class Bregman:
    """Σ_i w_i D(π_i* ‖ π_i) falls at least like e^(−rate·t) along the flow (T19), and where."""

    region: RegionDecay | None
    simplex: SimplexDecay | None


def read_bregman(document: Document, players: int, where: str) -> Bregman | None:
    """The claim of a document, None where it has none; InputError where it is not well formed."""
    if "bregman" not in document:
        return None
    at = f"{where}: bregman"
    if document["verdict"] != "proved":
        raise InputError(f"{at}: it goes with the verdict 'proved' alone; make it again")
    fields = require_keys(document["bregman"], at, set(), {"region", "simplex"})
    if not fields:
        raise InputError(f"{at}: give 'region' or 'simplex', or leave it out")
    region, simplex = fields.get("region"), fields.get("simplex")
    return Bregman(
        region=None if region is None else _region(region, f"{at}.region", players),
        simplex=None if simplex is None else _simplex(simplex, f"{at}.simplex", players),
    )


def _region(value: Any, where: str, players: int) -> RegionDecay:
    fields = require_keys(value, where, {"rate", "weights", "level"})
    return RegionDecay(
        rate=number(fields["rate"], f"{where}.rate"),
        weights=_positive(fields["weights"], f"{where}.weights", players),
        level=number(fields["level"], f"{where}.level"),
    )


def _simplex(value: Any, where: str, players: int) -> SimplexDecay:
    fields = require_keys(value, where, {"rate", "weights", "vector"})
    return SimplexDecay(
        rate=number(fields["rate"], f"{where}.rate"),
        weights=_positive(fields["weights"], f"{where}.weights", players),
        vector=_positive(fields["vector"], f"{where}.vector", players),
    )


def _positive(value: Any, where: str, players: int) -> Vector:
    entries = vector(value, where, players)
    if not (entries > 0).all():
        raise InputError(f"{where}: every entry must be positive")
    return entries
