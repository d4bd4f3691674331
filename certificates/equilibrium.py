"""The equilibrium and the start sets of a certificate, as values for users."""

from dataclasses import dataclass
from fractions import Fraction
from typing import final

from certificates.kernel.claims import Claims
from certificates.kernel.document.metric import Vector
from certificates.kernel.theorems.start_sets import StartSet
from certificates.safe import Lower, Upper

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
    """

    point: Vector
    error: Fraction
    kind: str
    is_zero: bool  # whether F is 0 there

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
    return Equilibrium(found.point, found.error, name, found.is_zero)


def basin_of(claims: Claims) -> Basin | None:
    """The start sets, if there are any."""
    radii = {found.method: found.radius for found in claims.each(StartSet)}
    return Basin(radii) if radii else None
