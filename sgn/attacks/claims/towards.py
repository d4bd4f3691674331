"""Claims about steps towards the solution, and about the start sets round it.

What is towards "the equilibrium" is measured at the solution that is found anew: the zero of F in
the region, on its faces or its sphere the solution of VI(F, X), or the zero of Jx where only bounds
are given.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from sgn.attacks.claims.claimed import chosen, of_steps, pair_promise, pairs_of
from sgn.attacks.claims.contracting import BetweenNeighbours, Towards
from sgn.attacks.claims.numbers import contradiction
from sgn.attacks.claims.objectives import Objective
from sgn.attacks.claims.promise import Promise, range_promise, slow_promise
from sgn.attacks.claims.start_sets import StartSet
from sgn.attacks.claims.step_methods import (
    Play,
    Steps,
    euler,
    extragradient,
    flow,
    optimistic,
    runge_kutta,
)
from sgn.attacks.subject.attacked import Attacked
from sgn.attacks.subject.jacobians import GameSubject
from sgn.attacks.subject.measures import Frame

OVER = 8  # steps of optimistic gradient, whose factor is one of many
RUN = 4  # steps of a run that is to stay in the region
FAR = 16  # sides: how far starts are tried where every start is promised
PLAYS: dict[str, Play] = {
    "euler": euler,
    "rk4": runge_kutta,
    "rk4_equilibrium": runge_kutta,
    "extragradient": extragradient,
    "optimistic": optimistic,
}


def runge_kutta_towards(of: Attacked) -> Iterator[Objective]:
    """RK4 towards the equilibrium (T11 b′), as steps are made: without projection."""
    steps = of.claims.rk4_equilibrium
    if steps is not None:
        frame = Frame(steps.metric, of.subject.sizes)
        promise = range_promise("RK4 to equilibrium", "T11 (b')", runge_kutta, steps, frame)
        yield from towards(of, promise, projected=False)


def slow_towards(of: Attacked, key: str, *, projected: bool) -> Iterator[Objective]:
    """Extragradient or optimistic gradient (T20)."""
    found = of.slow(key)
    if found is not None:
        count = OVER if key == "optimistic" else 1
        steps, margin = found[0], of.claims.margin
        promise = slow_promise(key, PLAYS[key], steps, margin, of.frame, count)
        yield from towards(of, promise, projected=projected)


def projected_euler(of: Attacked) -> Iterator[Objective]:
    """Pairs stay as near as without projection, and go to the solution (T7)."""
    promise = pair_promise(of, "Euler")
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
    basin = of.claims.promises.basin
    for method, radius in () if basin is None else basin.radii.items():
        yield from start_set(of, method, radius)


def start_set(of: Attacked, method: str, radius: Fraction | None) -> Iterator[Objective]:
    """One method's, in its own metric. Nothing where no run can leave."""
    subject, solution = of.subject, of.solution
    if not isinstance(subject, GameSubject) or subject.region is None or solution is None:
        return
    own, largest = _range(of, method)
    reach = _far(of) if radius is None else radius
    if own is None:
        yield contradiction(f"start set of {method}", "T12", "no steps of this method are stated")
    if own is None or not reach > 0:
        return
    play, count = PLAYS.get(method, flow), 1 if method == "flow" else RUN
    yield StartSet(
        claim=f"start set of {method}",
        detail="every start" if radius is None else "",
        theorem="T12",
        claimed=Fraction(0),
        upper=True,
        scale=Fraction(1),
        solution=solution,
        frame=own,
        steps=Steps(subject, play, count=count),
        largest=largest,
        radius=reach,
    )


def _far(of: Attacked) -> Fraction:
    """A radius that reaches far out of the region, in the metric of the certificate."""
    region = of.solution.subject.region if of.solution is not None else None
    if region is None:
        return Fraction(0)
    side = max(b - a for a, b in zip(region.lower, region.upper, strict=True))
    return FAR * side * Fraction(float(abs(of.frame.root).sum()))


def _range(of: Attacked, method: str) -> tuple[Frame | None, Fraction]:
    """The metric of a method's claim and its largest step; no metric where there is no claim."""
    if method == "flow":
        return of.frame, Fraction(0)
    claims = of.claims
    ranges = {"euler": claims.euler, "rk4": claims.rk4, "rk4_equilibrium": claims.rk4_equilibrium}
    if (steps := ranges.get(method)) is not None:
        return Frame(steps.metric, of.subject.sizes), steps.step_max
    slow = of.slow(method) if method in ("extragradient", "optimistic") else None
    return (None, Fraction(0)) if slow is None else (of.frame, slow[0].step_max)
