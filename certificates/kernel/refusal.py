"""What a refusal says, read strictly; only its witness is ever checked, and speaks for itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import final

from certificates.kernel.certificate import read_stated
from certificates.kernel.claims import Point
from certificates.kernel.document.fields import PerVariable, Shape, Text
from certificates.kernel.document.head import (
    REFUSAL_FORMAT,
    check_format,
    read_evidence,
    read_names,
)
from certificates.kernel.document.reading import (
    Document,
    is_count,
    number,
    read_choice,
    read_list,
    require_keys,
)
from certificates.kernel.document.regions import read_region
from certificates.kernel.theorems.refutation import Witness
from games.errors import InputError
from games.regions.region import Region

BEST = (
    "structural_margin", "direct_margin", "euclidean_margin", "block_margin", "dense_margin",
)  # fmt: skip
MAX_SUGGESTIONS = 100
REASONS = ("small-gain", "unstable", "domain", "budget", "too-large", "unsupported", "numerical")
REQUIRED = {
    "format", "evidence", "verdict", "reason", "message", "suggestions", "best", "claims",
    "produced_by", "digest",
}  # fmt: skip
OPTIONAL = {"game", "players", "region", "cycle", "worst_point"}


@final
@dataclass(frozen=True)
class RefusalClaims:
    """A refusal's content.

    verdict and reason of a refuted game are those that its witness shows. message, suggestions,
    best, cycle and worst_point are the search's words: nobody checks them.
    """

    names: Sequence[str]
    game: Document | None
    region: Region | None
    verdict: str
    reason: str
    message: str
    suggestions: tuple[str, ...]
    best: dict[str, Fraction]  # numbers reached: structural_margin, direct_margin, …
    cycle: tuple[tuple[int, ...], Fraction | None]  # blocking players and their gain
    worst_point: Point
    witness: Witness | None


def read_refusal(document: Document, where: str = "refusal") -> RefusalClaims:
    """The claims of a refusal document; raises InputError for anything that is not well formed."""
    check_format(document, where, REFUSAL_FORMAT)
    require_keys(document, where, REQUIRED, OPTIONAL)
    read_evidence(document["evidence"], f"{where}: evidence", complete=False)
    names = read_names(document, where)
    region = read_region(document["region"], f"{where}: region") if "region" in document else None
    shape = Shape(len(names), None if region is None else region.dimension)
    witness = _witness(document, where, shape)
    suggestions = read_list(document["suggestions"], f"{where}: suggestions")
    if len(suggestions) > MAX_SUGGESTIONS:
        raise InputError(f"{where}: suggestions: expected at most {MAX_SUGGESTIONS}")
    best = require_keys(document["best"], f"{where}: best", set(), set(BEST))
    worst = document.get("worst_point")
    return RefusalClaims(
        names=names,
        game=document.get("game"),
        region=region,
        verdict=document["verdict"],
        reason=document["reason"],
        message=Text().read(document["message"], f"{where}: message", shape),
        suggestions=tuple(Text().read(s, f"{where}: suggestions", shape) for s in suggestions),
        best={key: number(value, f"{where}: best.{key}") for key, value in best.items()},
        cycle=_cycle(document.get("cycle"), f"{where}: cycle", len(names)),
        worst_point=None
        if worst is None
        else tuple(map(Fraction, PerVariable().read(worst, f"{where}: worst_point", shape))),
        witness=witness,
    )


def _witness(document: Document, where: str, shape: Shape) -> Witness | None:
    """What refutes, with which verdict and reason have to go."""
    verdict = read_choice(document["verdict"], f"{where}: verdict", ("undecided", "refuted"))
    reason = read_choice(document["reason"], f"{where}: reason", REASONS)
    stated = read_stated(document["claims"], f"{where}: claims", shape)
    found = next((claim for claim in stated if isinstance(claim, Witness)), None)
    if len(stated) != (found is not None):
        raise InputError(f"{where}: claims: a refusal claims one thing at most, a refutation")
    if (verdict == "refuted") != (found is not None):
        raise InputError(f"{where}: a refuted game needs a witness, and only a refuted one has one")
    if found is not None and reason != found.reason:
        raise InputError(
            f"{where}: the reason {reason!r} does not follow from the witness, which shows"
            f" {found.reason!r}; make the refusal again"
        )
    return found


def _cycle(value: object, where: str, count: int) -> tuple[tuple[int, ...], Fraction | None]:
    if value is None:
        return (), None
    fields = require_keys(value, where, {"players", "gain"})
    players = read_list(fields["players"], f"{where}.players")
    if not all(is_count(k) and k < count for k in players):
        raise InputError(f"{where}.players: expected player numbers")
    gain = fields["gain"]
    return tuple(players), None if gain is None else number(gain, f"{where}.gain")
