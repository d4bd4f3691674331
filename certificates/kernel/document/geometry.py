"""Which gradient a certificate's play follows, and in which coordinates (T18)."""

from dataclasses import dataclass
from typing import final

from certificates.kernel.document.reading import Document

LOGIT_KINDS = ("markov", "normal-form")  # of games: their players have policies
COORDINATES = "drop-one logits, action 0 dropped"
FIELDS = {  # of natural gradients: the matrix that each is natural for
    "fisher": "the Fisher matrix not weighted by occupancy",
    "kakade": "the Fisher matrix weighted by occupancy (Kakade's)",
}


@final
@dataclass(frozen=True)
class Geometry:
    """field: "fisher" or "kakade" of a natural gradient; "" for plain gradients of the costs."""

    field: str = ""

    @property
    def document(self) -> str | Document:
        """As it stands in a certificate.

        >>> Geometry().document, Geometry("fisher").document["kind"]
        ('euclidean', 'entropic-dual')
        """
        if not self.field:
            return "euclidean"
        return {"kind": "entropic-dual", "field": self.field, "coordinates": COORDINATES}

    @property
    def play(self) -> str:
        """What is played, for sentences: gradient play or natural-gradient play."""
        return "natural-gradient play" if self.field else "gradient play"

    @property
    def prefix(self) -> str:
        """Before the name of a method; empty for plain gradients."""
        return "natural-gradient " if self.field else ""


def geometry_of(game: Document | None) -> Geometry:
    """The geometry that a game's document says: of the field of its policies, if it has any.

    >>> geometry_of({"kind": "markov", "field": "kakade"}), geometry_of({"kind": "quadratic"})
    (Geometry(field='kakade'), Geometry(field=''))
    """
    if game is None or game.get("kind") not in LOGIT_KINDS:
        return Geometry()
    field = game.get("field", "fisher")
    return Geometry(field if isinstance(field, str) and field in FIELDS else "")
