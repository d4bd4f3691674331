"""The equilibrium and the start sets of a certificate, as values for users."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import final

from certificates.kernel.claims import Claims
from certificates.kernel.document.metric import Vector
from certificates.kernel.document.reading import Document
from certificates.kernel.jacobian.sizes import sizes_of
from certificates.kernel.theorems.start_sets import StartSet
from certificates.safe import Lower, Upper
from games.numbered import numbered_variables
from games.regions.own_sets import constraint_text
from games.regions.region import Box, Region

SHOWN = 8  # coordinates in a repr


@final
@dataclass(frozen=True, eq=False)
class Equilibrium:
    """The one zero of F (or solution of VI(F, X)) in the region, within `error` of `point` (T13).

    The distance is in the metric. In a metric of weights the solution is the only Nash equilibrium
    of the game restricted to the region too, where it is one at all.

    kind: what it is. "nash": the Nash equilibrium of the game on all of R^n; "restricted-nash": of
    the game restricted to the region; "quantal-response": a Nash equilibrium of entropy-regularised
    costs over all policies; "zero": a zero of F, of which no more is known; "boundary":
    F has no zero in the region, and this is the solution of VI(F, X) on its boundary;
    "variational": the solution of VI(F, X), perhaps a zero of F.
    multipliers: of each constraint of the region, by its text, the multiplier that proves the
    point: about how hard it holds the player back (T25); empty where there are none.
    """

    point: Vector
    error: Fraction
    kind: str
    is_zero: bool  # whether F is 0 there
    multipliers: dict[str, Fraction] = field(default_factory=dict)

    def __repr__(self) -> str:
        shown = ", ".join(f"{float(v):.6g}" for v in self.point[:SHOWN])
        more = ", …" if len(self.point) > SHOWN else ""
        near = f"within {Upper(self.error).text(3)} in the metric" if self.error else "exactly"
        return f"<Equilibrium: {self.kind}, about ({shown}{more}), stated {near}>"


@final
@dataclass(frozen=True)
class Basin:
    """Start sets (T12): balls round the equilibrium from which a method stays in the region.

    radii: by method, each in the metric of that method's claim; None: every start.
    """

    radii: dict[str, Fraction | None]

    def __repr__(self) -> str:
        each = (
            f"{key} {'everywhere' if radius is None else Lower(radius)}"
            for key, radius in self.radii.items()
        )
        return f"<Basin: {', '.join(each)}>"


def equilibrium_of(claims: Claims) -> Equilibrium | None:
    """What a certificate says of the equilibrium, if it says anything."""
    found, kind = claims.solution, claims.equilibrium_kind
    if found is None:
        return None
    plain = "zero" if found.is_zero else "variational"
    name = plain if kind is None else kind.kind
    forces = getattr(found, "multipliers", ())
    texts = constraint_texts(claims.game, claims.region) if forces else []
    return Equilibrium(
        found.point, found.error, name, found.is_zero, dict(zip(texts, forces, strict=False))
    )


def constraint_texts(game: Document | None, region: Region | None) -> list[str]:
    """The constraints of a region in the names of the game's variables."""
    if game is None or not isinstance(region, Box) or not region.constraints:
        return []
    names = list[str]()
    listed = game.get("players")
    for i, size in enumerate(sizes_of(game)):
        own = listed[i].get("variables") if isinstance(listed, list) else None
        names += own if isinstance(own, list) else numbered_variables(i + 1, size)
    if len(names) != region.dimension:
        return []
    return [constraint_text(c, [str(name) for name in names]) for c in region.constraints]


def basin_of(claims: Claims) -> Basin | None:
    """The start sets, if there are any."""
    radii = {found.method: found.radius for found in claims.each(StartSet)}
    return Basin(radii) if radii else None
