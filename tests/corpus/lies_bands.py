"""Lies about bands of more than two players, which stand on witnesses.

The base: three players in a ring, 0 <- 1 <- 2 <- 0, and a fourth on whom player 0 acts.
Its bands: 0 to 1, 0 to 2, 0 to 3 (down to 0, since 3 acts on nobody), 1 to 2.
"""

from certificates.kernel.document.reading import Document
from tests.corpus.changes import BAND, Change, Lie, both, get, lowered, put, raised, swapped, times


def _without_witness(band: int, witness: int) -> Change:
    def change(document: Document) -> None:
        del get(document, f"band[{band}]: points")[witness]

    return change


def _witnesses_of(band: int, source: int) -> Change:
    """A band is given the witnesses of another."""

    def change(document: Document) -> None:
        put(f"band[{band}]: points", get(document, f"band[{source}]: points"))(document)

    return change


def _lie(name: str, change: Change) -> Lie:
    return Lie(f"witnessed-band-{name}", "four-bounds", BAND, change)


BAND_LIES = [
    _lie("widened-below", lowered("band: low")),
    _lie("widened-above", raised("band: high")),
    _lie("widened-with-its-weights", both(
        times("band: points.1.weights.1", 2), times("band: high", 2))),
    _lie("widened-with-its-vector", both(
        times("band: points.1.weights.1", 2), times("band: high", 2),
        times("band: points.1.vector.1", 2))),
    _lie("margin-raised", put("band: margin", "1e-3")),
    _lie("margin-below-0", both(put("band: margin", "-1000"), put("band: low", "1e-6"))),
    _lie("without-upper-end", put("band: high", None)),
    _lie("down-to-0", put("band: low", "0")),
    _lie("open-at-the-other-end", both(put("band[2]: low", "0"), put("band[2]: high", "1"))),
    _lie("of-the-other-ratio", put("band: players", [1, 0])),
    _lie("of-another-pair", put("band: players", [2, 3])),
    _lie("with-witnesses-of-another-pair", _witnesses_of(0, 2)),
    _lie("with-vectors-swapped", swapped("band: points.0.vector")),
    _lie("without-its-lower-witness", _without_witness(0, 0)),
    _lie("without-its-upper-witness", _without_witness(0, 1)),
    _lie("without-witnesses", put("band: points", [])),
    _lie("upside-down", both(put("band: low", "40"), put("band: high", "2"))),
]  # fmt: skip
