"""The claims of a certificate about its Jacobian and about steps between runs, as objectives."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.claims import Steps as StatedSteps
from certificates.kernel.document.metric import Metric
from certificates.kernel.theorems.runge_kutta import RungeKuttaNearLinear, RungeKuttaOfMatrix
from certificates.methods import METHODS
from games.language.number import round_near, to_text
from sgn.attacks.claims.contracting import BetweenNeighbours, BetweenPairs
from sgn.attacks.claims.numbers import SizeOf, SmallGain, contradiction
from sgn.attacks.claims.objectives import AtPoint, FlowBetweenPairs, Objective
from sgn.attacks.claims.promise import Promise, range_promise
from sgn.attacks.claims.step_methods import COUNTS, PLAYS, Steps
from sgn.attacks.subject.attacked import Attacked
from sgn.attacks.subject.jacobians import GameSubject, Subject
from sgn.attacks.subject.measures import (
    Cocoercivity,
    Coupling,
    Curvature,
    Deviation,
    Frame,
    Margin,
    Measure,
    Norm,
)

PROBES = 64  # places where couplings that are claimed to be 0 are looked at


def _at(
    subject: Subject, measure: Measure, claim: str, detail: str, theorem: str, claimed: Any
) -> AtPoint:
    return AtPoint(
        claim=claim,
        detail=detail,
        theorem=theorem,
        claimed=Fraction(claimed),
        upper=measure.upper,
        subject=subject,
        measure=measure,
    )


# ---- the Jacobian --------------------------------------------------------------------------------


def margin(of: Attacked) -> Iterator[Objective]:
    """In the certificate's metric: of J, between pairs of points, and of the bounds it is from."""
    claims, subject = of.claims, of.subject
    yield _at(subject, Margin(of.frame), "margin", "", "T5", claims.margin)
    if claims.margin_basis == "structural" and claims.metric.kind == "scalar":
        yield SmallGain(
            claim="margin, structural",
            detail="",
            theorem="T1",
            claimed=claims.margin,
            upper=False,
            claims=claims,
            weights=claims.metric.weights,
        )
    if isinstance(subject, GameSubject) and not subject.constant:
        yield FlowBetweenPairs(
            claim="flow, pairs",
            detail="",
            theorem="T7",
            claimed=claims.margin,
            upper=False,
            subject=subject,
            frame=of.frame,
        )


def euclidean_margin(of: Attacked) -> Iterator[Objective]:
    equal = Frame(Metric.scalar(np.ones(len(of.claims.names))), of.subject.sizes)
    claimed = of.claims.euclidean_margin
    yield _at(of.subject, Margin(equal), "Euclidean margin", "", "T5", claimed)


def structural_margin(of: Attacked) -> Iterator[Objective]:
    """Of J at the best weights, and of the stated bounds alone."""
    claims = of.claims
    found = claims.small_gain
    frame = Frame(Metric.scalar(found.weights), of.subject.sizes)
    name = "structural margin"
    yield _at(of.subject, Margin(frame), name, "", "T1", found.margin)
    yield SmallGain(
        claim=f"{name}, from the bounds",
        detail="",
        theorem="T2",
        claimed=found.margin,
        upper=False,
        claims=claims,
        weights=found.weights,
    )


def lipschitz(of: Attacked) -> Iterator[Objective]:
    yield _at(of.subject, Norm(of.frame), "Lipschitz", "", "T5", of.claims.lipschitz)


def cocoercivity(of: Attacked) -> Iterator[Objective]:
    claimed = of.claims.cocoercivity
    yield _at(of.subject, Cocoercivity(of.frame), "cocoercivity", "", "T10", claimed)


def blocks(of: Attacked) -> Iterator[Objective]:
    """Curvatures, and the couplings that are not 0 at every probe."""
    claims, subject, bounds = of.claims, of.subject, of.claims.bounds
    for name, own, low, high in zip(
        claims.names, subject.slices, bounds.curvature_lower, bounds.curvature_upper, strict=True
    ):
        yield _at(subject, Curvature(own, False), "curvature from below", name, "setting", low)
        yield _at(subject, Curvature(own, True), "curvature from above", name, "setting", high)
    size = _coupling_sizes(subject, of.rng)
    coupling = bounds.coupling_upper
    stated = {
        (int(i), int(j)): value
        for i, j, value in zip(coupling.rows, coupling.cols, coupling.values, strict=True)
    }
    seen = {(int(i), int(j)) for i, j in zip(*np.nonzero(size), strict=True) if i != j}
    for i, j in sorted(seen | set(stated)):
        measure, claimed = Coupling(subject.slices[i], subject.slices[j]), stated.get((i, j), 0)
        detail = f"{claims.names[j]} on {claims.names[i]}"
        found = _at(subject, measure, "coupling", detail, "setting", claimed)
        # how near none at all is to none is seen beside the player's own curvature
        own = max(abs(bounds.curvature_lower[i]), abs(bounds.curvature_upper[i]))
        yield found if claimed else replace(found, scale=Fraction(own))


def _coupling_sizes(subject: Subject, rng: np.random.Generator) -> NDArray[np.float64]:
    """The largest entry of each block at the probes, (N, N); what is not finite counts as 0."""
    J = subject.jacobian(rng.random((1 if subject.constant else PROBES, subject.dimension)))
    size = np.where(np.isfinite(J), np.abs(J), 0.0).max(axis=0)
    starts = [own.start for own in subject.slices]
    rows = np.maximum.reduceat(size, starts, axis=0)
    return np.asarray(np.maximum.reduceat(rows, starts, axis=1))


# ---- steps between any two runs ------------------------------------------------------------------


def promise_of(of: Attacked, steps: StatedSteps) -> Promise:
    """The steps of a method, in their own metric."""
    frame, count = Frame(steps.metric, of.subject.sizes), COUNTS.get(steps.method, 1)
    name = METHODS[steps.method].name
    return range_promise(name, steps.label, PLAYS[steps.method], steps, frame, count, of.claims)


def between_runs(of: Attacked, promise: Promise, where: str = "") -> Iterator[Objective]:
    """At the best step, at the largest, and at every one: of neighbours and of pairs."""
    for which, step in chosen(promise):
        yield BetweenNeighbours(**of_steps(promise, which, step, where), subject=of.subject)
    if isinstance(of.subject, GameSubject) and not of.subject.constant:
        for step in (promise.best, None):
            yield pairs_of(promise, step, Steps(of.subject, promise.play), where)


def pairs_of(promise: Promise, step: Fraction | None, steps: Steps, where: str) -> Objective:
    parts = of_steps(promise, "pairs", step, where)
    return BetweenPairs(**parts, steps=steps)


def chosen(promise: Promise) -> Iterator[tuple[str, Fraction | None]]:
    yield "best step", promise.best
    if promise.largest != promise.best:
        yield "largest step", promise.largest
    yield "every step", None


def of_steps(
    promise: Promise, which: str, step: Fraction | None, where: str = ""
) -> dict[str, Any]:
    """What all claims of steps have in common."""
    if step is None:
        detail, claimed = "the share of the promised progress, every h", Fraction(1)
    else:
        detail = f"h = {to_text(round_near(step, 6))}"
        claimed = promise.at_best if step == promise.best else promise.exact(step)
    return {
        "claim": f"{promise.name}{where}, {which}",
        "detail": detail,
        "theorem": promise.theorem,
        "claimed": claimed,
        "upper": step is not None,
        "promise": promise,
        "step": step,
    }


def runge_kutta_norm(of: Attacked, steps: RungeKuttaOfMatrix) -> Iterator[Objective]:
    """How large J is in the metric of the steps (T11 a)."""
    measure = Norm(Frame(steps.metric, of.subject.sizes))
    name = f"{METHODS[steps.scheme].name}, norm"
    yield _at(of.subject, measure, name, "", steps.label, steps.norm)


def near_linear(of: Attacked, steps: RungeKuttaNearLinear) -> Iterator[Objective]:
    """How far J is from J₀, and how large J₀ is (T11 c)."""
    name = f"{METHODS[steps.scheme].name}, near-linear"
    if steps.matrix.shape != (sum(of.subject.sizes),) * 2:
        yield contradiction(name, "T11 (c)", "the stated matrix has another size")
        return
    frame = Frame(steps.metric, of.subject.sizes)
    away = Deviation(frame, steps.matrix)
    yield _at(of.subject, away, f"{name}, deviation", "", "T11 (c)", steps.deviation)
    yield SizeOf(
        claim=f"{name}, norm",
        detail="",
        theorem="T11 (c)",
        claimed=steps.norm,
        upper=True,
        frame=frame,
        matrix=steps.matrix,
    )
