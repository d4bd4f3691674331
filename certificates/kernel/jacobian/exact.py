"""The Jacobian of a game that is constant or multi-affine (evidence exact)."""

from certificates.kernel.document.reading import Document
from certificates.kernel.jacobian.base import ExactJacobian
from certificates.kernel.uncheckable import Uncheckable
from games.regions.region import Region


def jacobian_of(game: Document, region: Region | None) -> ExactJacobian:
    """J from the game's document. Raises Uncheckable or InputError."""
    kind = game.get("kind")
    if kind == "quadratic":
        from certificates.kernel.jacobian.quadratic import quadratic

        return quadratic(game)
    if kind == "symbolic":
        from certificates.kernel.jacobian.multi_affine import multi_affine

        return multi_affine(game, region)
    raise Uncheckable(f"a game of kind {str(kind)[:40]!r} holds nothing that can be re-derived")
