"""Every kind of claim: where in a document it stands, when it is stated, and how it is measured.

A claim is stated in whatever context its document puts it: with a zero, with a solution on the
boundary, with none that is certified; on a box, in a ball, on R^n; in weights, blocks or one
matrix; for costs, a field, policies or given bounds. So the table has no column for contexts: each
measure has to work in all of them, and what it cannot measure is told, not passed over.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import final

from certificates.kernel.document.geometry import geometry_of
from sgn.attacks.claims import claimed, towards
from sgn.attacks.claims.bands import bands
from sgn.attacks.claims.divergence import divergences
from sgn.attacks.claims.domain import domain, is_partial
from sgn.attacks.claims.equilibrium import equilibrium_claims
from sgn.attacks.claims.numbers import contradiction
from sgn.attacks.claims.objectives import Objective
from sgn.attacks.subject.attacked import Attacked
from sgn.attacks.subject.jacobians import GameSubject


@final
@dataclass(frozen=True)
class Kind:
    """A kind of claim. keys: what of a document it reads, dotted, a star for all below."""

    name: str
    keys: tuple[str, ...]
    stated: Callable[[Attacked], bool]
    measures: Callable[[Attacked], Iterator[Objective]]


def _always(of: Attacked) -> bool:
    return True


def _equilibrium(of: Attacked) -> Iterator[Objective]:
    found, solution = of.claims.promises.equilibrium, of.solution
    if found is not None and solution is not None:
        yield from equilibrium_claims(of.claims, found, solution, of.frame)


def _slow(key: str, projected: bool) -> Kind:
    def stated(of: Attacked) -> bool:
        found = of.slow(key)
        return found is not None and (found[0].projected if projected else found[1])

    def measures(of: Attacked) -> Iterator[Objective]:
        return towards.slow_towards(of, key, projected=projected)

    name = f"{key}, {'' if projected else 'un'}projected"
    return Kind(name, (f"steps.{key}.*",), stated, measures)


def _has_start_sets(of: Attacked) -> bool:
    """Balls in R^n, and points of radius 0, are kept by every method."""
    basin, region = of.claims.promises.basin, of.claims.region
    bounded = not isinstance(of.subject, GameSubject) or of.subject.region is not None
    radii = [] if basin is None else list(basin.radii.values())
    return region is not None and bounded and any(r is None or r > 0 for r in radii)


def _geometry(of: Attacked) -> Iterator[Objective]:
    """Which gradient the game's play follows (T18)."""
    own = geometry_of(of.claims.game)
    other = of.claims.geometry != own
    yield contradiction("geometry", "T18", f"the game's play is {own.play}", other)


KINDS: Sequence[Kind] = (
    Kind("domain", ("game.*",), is_partial, domain),
    Kind("geometry", ("geometry",), _always, _geometry),
    Kind("margin", ("margin", "margin_basis", "metric.*", "weights"), _always, claimed.margin),
    Kind(
        "Euclidean margin",
        ("euclidean_margin",),
        lambda of: of.claims.euclidean_margin is not None,
        claimed.euclidean_margin,
    ),
    Kind(
        "structural margin",
        ("structural_margin", "structural_weights"),
        _always,
        claimed.structural_margin,
    ),
    Kind("Lipschitz", ("lipschitz",), _always, claimed.lipschitz),
    Kind(
        "cocoercivity",
        ("cocoercivity",),
        lambda of: of.claims.cocoercivity is not None,
        claimed.cocoercivity,
    ),
    Kind(
        "blocks", ("curvature_lower", "curvature_upper", "coupling_upper"), _always, claimed.blocks
    ),
    Kind(
        "bands",
        ("bands.*",),
        lambda of: bool(of.claims.bands),
        lambda of: bands(of.claims, of.subject),
    ),
    Kind(
        "Euler",
        ("steps.euler.*",),
        lambda of: of.claims.euler is not None,
        lambda of: claimed.between_runs(of, claimed.pair_promise(of, "Euler")),
    ),
    Kind(
        "Euler, projected",
        ("steps.euler.projected",),
        lambda of: of.claims.euler is not None and of.claims.euler.projected,
        towards.projected_euler,
    ),
    Kind(
        "RK4",
        ("steps.rk4.*",),
        lambda of: of.claims.rk4 is not None,
        lambda of: claimed.between_runs(of, claimed.pair_promise(of, "RK4")),
    ),
    Kind(
        "RK4, near-linear",
        ("steps.rk4.linear.*",),
        lambda of: of.claims.rk4 is not None and of.claims.rk4.linear is not None,
        claimed.near_linear,
    ),
    Kind(
        "RK4 to equilibrium",
        ("steps.rk4_equilibrium.*",),
        lambda of: of.claims.rk4_equilibrium is not None,
        towards.runge_kutta_towards,
    ),
    _slow("extragradient", projected=False),
    _slow("extragradient", projected=True),
    _slow("optimistic", projected=False),
    _slow("optimistic", projected=True),
    Kind(
        "equilibrium",
        ("equilibrium.*",),
        lambda of: of.claims.promises.equilibrium is not None,
        _equilibrium,
    ),
    Kind("start sets", ("basin.*",), _has_start_sets, towards.start_sets),
    Kind(
        "KL divergence",
        ("bregman.*",),
        lambda of: of.claims.promises.bregman is not None,
        divergences,
    ),
)


def measured(of: Attacked) -> tuple[list[Objective], list[str]]:
    """All that is stated, measured; and the kinds of which nothing can be."""
    objectives, without = list[Objective](), list[str]()
    for kind in KINDS:
        if kind.stated(of):
            found = list(kind.measures(of))
            objectives += found
            if not found:
                without.append(kind.name)
    return objectives, without
