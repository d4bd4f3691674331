"""Claims about steps towards the solution, and about the start sets round it.

What is towards "the equilibrium" is measured at the solution that is found anew: the zero of F in
the region, on its faces or its sphere the solution of VI(F, X), or the zero of Jx where only bounds
are given.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from certificates.kernel.claims import Steps as StatedSteps
from certificates.kernel.theorems.euler import ProjectedEuler
from certificates.kernel.theorems.start_sets import StartSet as StatedSet
from sgn.attacks.claims.claimed import chosen, of_steps, pairs_of, promise_of
from sgn.attacks.claims.contracting import BetweenNeighbours, Towards
from sgn.attacks.claims.objectives import Objective
from sgn.attacks.claims.promise import Promise
from sgn.attacks.claims.start_sets import StartSet
from sgn.attacks.claims.step_methods import PLAYS, Steps, euler, flow
from sgn.attacks.subject.attacked import Attacked
from sgn.attacks.subject.jacobians import GameSubject
from sgn.attacks.subject.measures import Frame

RUN = 4  # steps of a run that is to stay in the region
FAR = 16  # sides: how far starts are tried where every start is promised


def steps_towards(of: Attacked, steps: StatedSteps, *, projected: bool) -> Iterator[Objective]:
    """Steps that are claimed towards the solution alone (T11 b′, T20)."""
    yield from towards(of, promise_of(of, steps), projected=projected)


def projected_euler(of: Attacked) -> Iterator[Objective]:
    """Pairs stay as near as without projection, and go to the solution (T7)."""
    found = of.claims.find(ProjectedEuler)
    if found is None:
        return
    promise = promise_of(of, found.steps)
    if isinstance(of.subject, GameSubject) and of.subject.region is not None:
        yield pairs_of(promise, None, Steps(of.subject, euler, projected=True), ", projected")
    yield from towards(of, promise, projected=True)


def towards(of: Attacked, promise: Promise, *, projected: bool) -> Iterator[Objective]:
    """Nothing where no solution is found to go to.

    Steps are promised while F is read in the region. Where the solution is no zero, no run without
    projection stays there as it comes near; then the promise is also taken as it is read, from
    every start in the region.
    """
    solution, where = of.solution, ", projected" if projected else ""
    for which, step in chosen(promise):
        parts = of_steps(promise, which, step, where)
        if _is_linear(of, projected):
            yield BetweenNeighbours(**parts, subject=of.subject, common=True)
        if isinstance(of.subject, GameSubject) and of.subject.region is not None and solution:
            steps = Steps(of.subject, promise.play, projected, promise.count)
            yield Towards(**parts, solution=solution, steps=steps)
            if solution.is_zero is False and not projected:
                parts = of_steps(promise, which, step, ", anywhere")
                yield Towards(**parts, solution=solution, steps=replace(steps, anywhere=True))


def _is_linear(of: Attacked, projected: bool) -> bool:
    """Whether play near the solution is all of Jx: of given bounds, or of a constant J.

    A solution on the boundary does not let play come from every side, nor does a projection.
    """
    if not isinstance(of.subject, GameSubject) or of.subject.region is None:
        return True
    solution = of.solution
    if solution is None or solution.is_zero is not True:
        return False
    inside = of.subject.beyond(solution.floats[None])[0] < 0
    return of.subject.constant and bool(inside) and not projected


def start_sets(of: Attacked) -> Iterator[Objective]:
    """Each with all of its method's steps, in the metric of the method's own claim."""
    for found in of.claims.each(StatedSet):
        yield from start_set(of, found)


def start_set(of: Attacked, found: StatedSet) -> Iterator[Objective]:
    """One method's, in its own metric. Nothing where no run can leave."""
    subject, solution, steps = of.subject, of.solution, found.steps
    if not isinstance(subject, GameSubject) or subject.region is None or solution is None:
        return
    reach = _far(of) if found.radius is None else found.radius
    if not reach > 0:
        return
    play, count = (flow, 1) if steps is None else (PLAYS[steps.method], RUN)
    yield StartSet(
        claim=f"start set of {found.method}",
        detail="every start" if found.radius is None else "",
        theorem="T12",
        claimed=Fraction(0),
        upper=True,
        scale=Fraction(1),
        solution=solution,
        frame=of.frame if steps is None else Frame(steps.metric, subject.sizes),
        steps=Steps(subject, play, count=count),
        largest=Fraction(0) if steps is None else steps.step_max,
        radius=reach,
    )


def _far(of: Attacked) -> Fraction:
    """A radius that reaches far out of the region, in the metric of the certificate."""
    region = of.solution.subject.region if of.solution is not None else None
    if region is None:
        return Fraction(0)
    side = max(b - a for a, b in zip(region.lower, region.upper, strict=True))
    return FAR * side * Fraction(float(abs(of.frame.root).sum()))
