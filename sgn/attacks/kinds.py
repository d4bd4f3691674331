"""Every kind of claim, and how it is measured.

A claim is stated in whatever context its document puts it: with a zero, with a solution on the
boundary, with none that is certified; on a box, in a ball, on R^n; in weights, blocks or one
matrix; for costs, a field, policies or given bounds. So the table has no column for contexts: each
measure has to work in all of them, and what it cannot measure is told, not passed over.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar, final

from certificates.equilibrium import equilibrium_of
from certificates.kernel.claims import (
    Band,
    Bounds,
    Claim,
    Cocoercivity,
    Decay,
    EquilibriumKind,
    EuclideanMargin,
    Lipschitz,
    Margin,
    SmallGain,
    Solution,
    Steps,
)
from certificates.kernel.inequalities.runge_kutta import TABLEAUS
from certificates.kernel.theorems.euler import ProjectedEuler
from certificates.kernel.theorems.kl import DecayLevel
from certificates.kernel.theorems.runge_kutta import (
    RungeKuttaNearLinear,
    RungeKuttaOfMatrix,
    RungeKuttaSteps,
)
from certificates.kernel.theorems.start_sets import StartSet
from certificates.methods import METHODS
from sgn.attacks.claims import claimed, towards
from sgn.attacks.claims.bands import bands
from sgn.attacks.claims.divergence import divergences
from sgn.attacks.claims.domain import domain, is_partial
from sgn.attacks.claims.equilibrium import equilibrium_claims
from sgn.attacks.claims.objectives import Objective
from sgn.attacks.subject.attacked import Attacked
from sgn.attacks.subject.jacobians import GameSubject

RungeKutta = TypeVar("RungeKutta", bound=RungeKuttaSteps)


@final
@dataclass(frozen=True)
class Kind:
    """A kind of claim: the classes of which one has to be claimed, and its measures."""

    name: str
    classes: tuple[type[Claim], ...]
    measures: Callable[[Attacked], Iterator[Objective]]
    stated: Callable[[Attacked], bool] = lambda of: True


def _equilibrium(of: Attacked) -> Iterator[Objective]:
    found, solution = equilibrium_of(of.claims), of.solution
    if found is not None and solution is not None:
        yield from equilibrium_claims(of.claims, found, solution, of.frame)


def _steps(of: Attacked, method: str) -> Steps | None:
    return next((steps for steps in of.claims.each(Steps) if steps.method == method), None)


def _between_runs(method: str) -> Kind:
    """Steps that bring any two runs together."""

    def stated(of: Attacked) -> bool:
        steps = _steps(of, method)
        return steps is not None and not steps.towards

    def measures(of: Attacked) -> Iterator[Objective]:
        if (steps := _steps(of, method)) is not None:
            yield from claimed.between_runs(of, claimed.promise_of(of, steps))

    return Kind(METHODS[method].name, (Steps,), measures, stated)


def _of_jacobian(
    scheme: str,
    what: str,
    kind: type[RungeKutta],
    measures: Callable[[Attacked, RungeKutta], Iterator[Objective]],
) -> Kind:
    """What the steps of a Runge–Kutta method say of J."""

    def found(of: Attacked) -> Iterator[RungeKutta]:
        return (steps for steps in of.claims.each(kind) if steps.scheme == scheme)

    def measured_each(of: Attacked) -> Iterator[Objective]:
        for steps in found(of):
            yield from measures(of, steps)

    name = f"{METHODS[scheme].name}, {what}"
    return Kind(name, (kind,), measured_each, lambda of: any(found(of)))


def _towards(method: str, projected: bool) -> Kind:
    """Steps towards the solution alone, as they are or with every point projected."""

    def stated(of: Attacked) -> bool:
        steps = _steps(of, method)
        ways = steps is not None and (steps.projected if projected else steps.unprojected)
        return steps is not None and steps.towards and ways

    def measures(of: Attacked) -> Iterator[Objective]:
        if (steps := _steps(of, method)) is not None:
            yield from towards.steps_towards(of, steps, projected=projected)

    name = f"{METHODS[method].name}, {'' if projected else 'un'}projected"
    return Kind(name, (Steps,), measures, stated)


def _has_start_sets(of: Attacked) -> bool:
    """Balls in R^n, and points of radius 0, are kept by every method."""
    bounded = not isinstance(of.subject, GameSubject) or of.subject.region is not None
    radii = [found.radius for found in of.claims.each(StartSet)]
    return bounded and any(r is None or r > 0 for r in radii)


KINDS: Sequence[Kind] = (
    Kind("domain", (), domain, is_partial),
    Kind("margin", (Margin,), claimed.margin),
    Kind("Euclidean margin", (EuclideanMargin,), claimed.euclidean_margin),
    Kind("structural margin", (SmallGain,), claimed.structural_margin),
    Kind("Lipschitz", (Lipschitz,), claimed.lipschitz),
    Kind("cocoercivity", (Cocoercivity,), claimed.cocoercivity),
    Kind("blocks", (Bounds,), claimed.blocks),
    Kind("bands", (Band,), lambda of: bands(of.claims, of.subject)),
    *(_between_runs(method) for method in METHODS),
    Kind("Euler, projected", (ProjectedEuler,), towards.projected_euler),
    *(
        kind
        for scheme in TABLEAUS
        for kind in (
            _of_jacobian(scheme, "norm", RungeKuttaOfMatrix, claimed.runge_kutta_norm),
            _of_jacobian(scheme, "near-linear", RungeKuttaNearLinear, claimed.near_linear),
        )
    ),
    *(_towards(method, projected) for method in METHODS for projected in (False, True)),
    Kind("equilibrium", (Solution, EquilibriumKind), _equilibrium),
    Kind("start sets", (StartSet,), towards.start_sets, _has_start_sets),
    Kind("KL divergence", (Decay, DecayLevel), divergences),
)


def is_stated(kind: Kind, of: Attacked) -> bool:
    """Whether such a claim is made."""
    claims = not kind.classes or any(of.claims.find(each) is not None for each in kind.classes)
    return claims and kind.stated(of)


def measured(of: Attacked) -> tuple[list[Objective], list[str]]:
    """All that is stated, measured; and the kinds of which nothing can be."""
    objectives, without = list[Objective](), list[str]()
    for kind in KINDS:
        if is_stated(kind, of):
            found = list(kind.measures(of))
            objectives += found
            if not found:
                without.append(kind.name)
    return objectives, without
