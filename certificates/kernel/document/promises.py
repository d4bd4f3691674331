"""What a certificate claims beyond contraction: equilibrium, start set, further methods.

Read once, strictly, into exact numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, final

from certificates.kernel.document.kl import Bregman, read_bregman
from certificates.kernel.document.metric import Vector
from certificates.kernel.document.reading import Document, number, require_keys, vector
from games.errors import InputError
from games.regions.region import Region

ZEROS = (
    "nash",
    "restricted-nash",
    "quantal-response",
    "zero",
)  # kinds of equilibrium at which F is 0
KINDS = (*ZEROS, "boundary", "variational")
METHODS = ("flow", "euler", "rk4", "rk4_equilibrium", "extragradient", "optimistic")


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

    @property
    def is_zero(self) -> bool:
        """Whether F is 0 there."""
        return self.kind in ZEROS


@final
@dataclass(frozen=True)
class Basin:
    """Start sets (T12): balls round the equilibrium from which a method stays in the region.

    radii: by method, each in the metric of that method's claim; None: every start.
    """

    radii: dict[str, Fraction | None]


@final
@dataclass(frozen=True)
class SlowSteps:
    """Steps towards the equilibrium of a method with squared factor 1 − hα (T20), h ≤ step_max.

    projected: with every point projected to the region, towards the solution of VI(F, X);
    unprojected: as they are, towards a zero of F. At least one is claimed.
    """

    step_max: Fraction
    best_step: Fraction
    factor_at_best: Fraction
    projected: bool
    unprojected: bool


@final
@dataclass(frozen=True)
class Promises:
    """All of these, as far as they are claimed."""

    equilibrium: Equilibrium | None
    basin: Basin | None
    extragradient: SlowSteps | None
    optimistic: SlowSteps | None
    bregman: Bregman | None  # speaks of the flow alone: no step follows from it


def read_promises(document: Document, region: Region | None, players: int, where: str) -> Promises:
    """The promises of a certificate; InputError for anything that is not well formed."""

    def part(value: Document, key: str, read: Callable[[Any, str], Any]) -> Any:
        return read(value[key], f"{where}: {key}") if key in value else None

    def equilibrium(value: Any, at: str) -> Equilibrium:
        if region is None:
            raise InputError(f"{at}: an equilibrium goes with a region")
        return _equilibrium(value, at, region.dimension)

    return Promises(
        equilibrium=part(document, "equilibrium", equilibrium),
        basin=part(document, "basin", _basin),
        extragradient=part(document["steps"], "extragradient", _slow_steps),
        optimistic=part(document["steps"], "optimistic", _slow_steps),
        bregman=read_bregman(document, players, where),
    )


def radius_key(method: str) -> str:
    """Where the radius of a method stands in `basin`.

    >>> radius_key("flow"), radius_key("rk4")
    ('radius', 'rk4_radius')
    """
    return "radius" if method == "flow" else f"{method}_radius"


def _equilibrium(value: Any, where: str, dimension: int) -> Equilibrium:
    fields = require_keys(value, where, {"point", "error", "kind"})
    if fields["kind"] not in KINDS:
        raise InputError(f"{where}.kind: expected one of {', '.join(KINDS)}")
    return Equilibrium(
        point=vector(fields["point"], f"{where}.point", dimension),
        error=number(fields["error"], f"{where}.error"),
        kind=fields["kind"],
    )


def _basin(value: Any, where: str) -> Basin:
    keys = {radius_key(method): method for method in METHODS}
    fields = require_keys(value, where, set(), set(keys))
    return Basin(
        {
            keys[key]: None if radius is None else number(radius, f"{where}.{key}")
            for key, radius in fields.items()
        }
    )


def _slow_steps(value: Any, where: str) -> SlowSteps:
    keys = {"step_max", "best_step", "factor_at_best", "kind", "projected"}
    fields = require_keys(value, where, keys, {"unprojected"})
    if fields["kind"] != "equilibrium":
        raise InputError(f"{where}: the kind must be 'equilibrium'")
    ways = fields["projected"], fields.get("unprojected", True)
    if not all(isinstance(way, bool) for way in ways) or not any(ways):
        raise InputError(f"{where}: projected and unprojected are true or false, at least one true")
    return SlowSteps(
        step_max=number(fields["step_max"], where),
        best_step=number(fields["best_step"], where),
        factor_at_best=number(fields["factor_at_best"], where),
        projected=fields["projected"],
        unprojected=ways[1],
    )
