"""What a refusal says, read strictly; only its witness is ever checked, and speaks for itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, final

from certificates.kernel.document.claims import (
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
from certificates.kernel.document.witness import Point, Witness, read_point, read_witness
from games.errors import InputError
from games.regions.region import Region

BEST = (
    "structural_margin", "direct_margin", "euclidean_margin", "block_margin", "dense_margin",
)  # fmt: skip
MAX_SUGGESTIONS = 100
REASONS = ("small-gain", "unstable", "domain", "budget", "too-large", "unsupported", "numerical")


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
    best: Document  # numbers reached: structural_margin, direct_margin, euclidean_margin
    cycle: tuple[tuple[int, ...], Fraction | None]  # blocking players and their gain
    worst_point: Point
    witness: Witness | None


def read_refusal(document: Document, where: str = "refusal") -> RefusalClaims:
    """The claims of a refusal document; raises InputError for anything that is not well formed."""
    check_format(document, where, REFUSAL_FORMAT)
    required = {"format", "evidence", "verdict", "reason", "message", "suggestions", "best"}
    optional = {"game", "players", "region", "cycle", "worst_point", "witness"}
    require_keys(document, where, required | {"produced_by", "digest"}, optional)
    read_evidence(document["evidence"], f"{where}: evidence", complete=False)
    verdict = read_choice(document["verdict"], f"{where}: verdict", ("undecided", "refuted"))
    reason = read_choice(document["reason"], f"{where}: reason", REASONS)
    witness = None
    if "witness" in document:
        witness = read_witness(document["witness"], f"{where}: witness")
    if (verdict == "refuted") != (witness is not None):
        raise InputError(f"{where}: a refuted game needs a witness, and only a refuted one has one")
    if witness is not None and reason != witness.reason:
        raise InputError(
            f"{where}: the reason {reason!r} does not follow from the witness, which shows"
            f" {witness.reason!r}; make the refusal again"
        )
    names = read_names(document, where)
    suggestions = read_list(document["suggestions"], f"{where}: suggestions")
    if len(suggestions) > MAX_SUGGESTIONS:
        raise InputError(f"{where}: suggestions: expected at most {MAX_SUGGESTIONS}")
    best = require_keys(document["best"], f"{where}: best", set(), set(BEST))
    cycle: tuple[tuple[int, ...], Fraction | None] = ((), None)
    if "cycle" in document:
        fields = require_keys(document["cycle"], f"{where}: cycle", {"players", "gain"})
        players = read_list(fields["players"], f"{where}: cycle.players")
        if not all(is_count(k) and k < len(names) for k in players):
            raise InputError(f"{where}: cycle.players: expected player numbers")
        gain = fields["gain"]
        cycle = (
            tuple(players),
            None if gain is None else number(gain, f"{where}: cycle.gain"),
        )
    return RefusalClaims(
        names=names,
        game=document.get("game"),
        region=read_region(document["region"], f"{where}: region")
        if "region" in document
        else None,
        verdict=verdict,
        reason=reason,
        message=_text(document["message"], f"{where}: message"),
        suggestions=tuple(_text(s, f"{where}: suggestions") for s in suggestions),
        best={key: number(value, f"{where}: best.{key}") for key, value in best.items()},
        cycle=cycle,
        worst_point=read_point(document.get("worst_point"), f"{where}: worst_point"),
        witness=witness,
    )


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise InputError(f"{where}: expected text")
    return value
