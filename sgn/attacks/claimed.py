"""Every claim of a certificate as an objective."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from certificates.certificate import Certificate, StepRange
from certificates.claims import Band, Claims
from certificates.metric import Metric, Vector
from games.number import round_near, to_text
from sgn.attacks.divergence import divergences
from sgn.attacks.measures import (
    Cocoercivity,
    Coupling,
    Curvature,
    EulerFactor,
    Frame,
    Margin,
    Measure,
    Norm,
    RungeKuttaFactor,
)
from sgn.attacks.objectives import (
    AtPoint,
    BetweenPairs,
    FlowBetweenPairs,
    Objective,
    RungeKuttaAtStages,
)
from sgn.attacks.step_methods import Euler, RungeKutta, Step
from sgn.attacks.subject import GameSubject, Subject
from sgn.attacks.towards import promises

RANDOM_STEPS = 3  # between 0 and the largest, beside the best and the largest
PROBES = 64  # places where couplings that are claimed to be 0 are looked at


def objectives(
    certificate: Certificate, subject: Subject, rng: np.random.Generator
) -> list[Objective]:
    """All claims, of the Jacobian first."""
    claims = certificate.claims
    return [
        *_margins(claims, subject),
        *_norms(claims, subject),
        *_blocks(claims, subject, rng),
        *_bands(claims, subject),
        *_euler(certificate, subject, rng),
        *_runge_kutta(certificate, subject, rng),
        *_flow(claims, subject),
        *promises(certificate, subject),
        *divergences(certificate, subject),
    ]


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


def _margins(claims: Claims, subject: Subject) -> Iterator[Objective]:
    def margin(metric: Metric, claim: str, theorem: str, claimed: Fraction) -> Objective:
        return _at(subject, Margin(Frame(metric, subject.sizes)), claim, "", theorem, claimed)

    yield margin(claims.metric, "margin", "T5", claims.margin)
    if claims.euclidean_margin is not None:
        equal = Metric.scalar(np.ones(len(claims.names)))
        yield margin(equal, "Euclidean margin", "T5", claims.euclidean_margin)
    best = Metric.scalar(claims.structural_weights)
    yield margin(best, "structural margin", "T1", claims.structural_margin)


def _norms(claims: Claims, subject: Subject) -> Iterator[Objective]:
    frame = Frame(claims.metric, subject.sizes)
    yield _at(subject, Norm(frame), "Lipschitz", "", "T5", claims.lipschitz)
    if claims.cocoercivity is not None:
        measure = Cocoercivity(frame)
        yield _at(subject, measure, "cocoercivity", "", "T10", claims.cocoercivity)


def _blocks(claims: Claims, subject: Subject, rng: np.random.Generator) -> Iterator[Objective]:
    """Curvatures, and the couplings that are not 0 at every probe."""
    for name, own, low, high in zip(
        claims.names, subject.slices, claims.curvature_lower, claims.curvature_upper, strict=True
    ):
        yield _at(subject, Curvature(own, False), "curvature from below", name, "setting", low)
        yield _at(subject, Curvature(own, True), "curvature from above", name, "setting", high)
    size = _coupling_sizes(subject, rng)
    coupling = claims.coupling_upper
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
        own = max(abs(claims.curvature_lower[i]), abs(claims.curvature_upper[i]))
        yield found if claimed else replace(found, scale=Fraction(own))


def _coupling_sizes(subject: Subject, rng: np.random.Generator) -> NDArray[np.float64]:
    """The largest entry of each block at the probes, (N, N); what is not finite counts as 0."""
    J = subject.jacobian(rng.random((1 if subject.constant else PROBES, subject.dimension)))
    size = np.where(np.isfinite(J), np.abs(J), 0.0).max(axis=0)
    starts = [own.start for own in subject.slices]
    rows = np.maximum.reduceat(size, starts, axis=0)
    return np.asarray(np.maximum.reduceat(rows, starts, axis=1))


def _bands(claims: Claims, subject: Subject) -> Iterator[Objective]:
    """The margin at both ends of each band: the others have the weights that are stated there."""
    for band in claims.bands:
        ends = [weights for weights, _ in band.witnesses]
        if len(claims.names) == 2:
            ends = [_pair(band, end) for end in (band.low, band.high) if end]
        for weights in ends:
            ratio = Fraction(weights[band.players[1]]) / Fraction(weights[band.players[0]])
            measure = Margin(Frame(Metric.scalar(weights), subject.sizes))
            detail = f"w_j/w_i = {_short(ratio)}"
            found = _at(subject, measure, "band end", detail, "T4", band.margin)
            # mostly a margin of 0 is claimed: how near that is, is seen beside the certified one
            yield replace(found, scale=claims.margin)


def _pair(band: Band, ratio: Fraction) -> Vector:
    """Two players' weights of a ratio."""
    weights = np.array([Fraction(1), Fraction(1)], dtype=object)
    weights[band.players[1]] = ratio
    return weights


def _steps(steps: StepRange, rng: np.random.Generator) -> Iterator[tuple[str, Fraction]]:
    """The best step, the largest, and some others, with what each is."""
    largest, best = steps.step_max.exact, steps.best_step.exact
    yield "best step", best
    if largest != best:
        yield "largest step", largest
    for share in 1 - rng.random(RANDOM_STEPS):
        yield "other steps", Fraction(float(share)) * largest


def _euler(
    certificate: Certificate, subject: Subject, rng: np.random.Generator
) -> Iterator[Objective]:
    steps, stated = certificate.euler, certificate.claims.euler
    if steps is None or stated is None:
        return
    frame = Frame(stated.metric, subject.sizes)
    for which, h in _steps(steps, rng):
        yield euler_factor(subject, frame, h, steps.factor(h).exact, f"Euler, {which}")
    yield from _pairs(subject, frame, steps, "Euler", Euler)


def _runge_kutta(
    certificate: Certificate, subject: Subject, rng: np.random.Generator
) -> Iterator[Objective]:
    steps, stated = certificate.rk4, certificate.claims.rk4
    if steps is None or stated is None:
        return
    frame = Frame(stated.metric, subject.sizes)
    for which, h in _steps(steps, rng):
        yield runge_kutta_factor(subject, frame, h, steps.factor(h).exact, f"RK4, {which}")
    yield from _pairs(subject, frame, steps, "RK4", RungeKutta)


def euler_factor(
    subject: Subject, frame: Frame, h: Fraction, claimed: Fraction, claim: str = "Euler"
) -> Objective:
    """The claim that Euler with this step has so small a factor."""
    return _at(subject, EulerFactor(frame, h), claim, _at_step(h), "T9, T10", claimed)


def runge_kutta_factor(
    subject: Subject, frame: Frame, h: Fraction, claimed: Fraction, claim: str = "RK4"
) -> Objective:
    """The same of RK4."""
    return RungeKuttaAtStages(
        claim=claim,
        detail=_at_step(h),
        theorem="T11",
        claimed=claimed,
        upper=True,
        subject=subject,
        measure=RungeKuttaFactor(frame, h),
    )


def _pairs(
    subject: Subject,
    frame: Frame,
    steps: StepRange,
    method: str,
    make: Callable[[Fraction], Step],
) -> Iterator[Objective]:
    """Pairs at a distance, at the best step and the largest; with constant J they tell no more."""
    if not isinstance(subject, GameSubject) or subject.constant:
        return
    for h in sorted({steps.best_step.exact, steps.step_max.exact}):
        yield BetweenPairs(
            claim=f"{method}, pairs",
            detail=_at_step(h),
            theorem="T9–T11",
            claimed=steps.factor(h).exact,
            upper=True,
            subject=subject,
            frame=frame,
            step=make(h),
        )


def _flow(claims: Claims, subject: Subject) -> Iterator[Objective]:
    if isinstance(subject, GameSubject) and not subject.constant:
        yield FlowBetweenPairs(
            claim="flow, pairs",
            detail="",
            theorem="T7",
            claimed=claims.margin,
            upper=False,
            subject=subject,
            frame=Frame(claims.metric, subject.sizes),
        )


def _at_step(h: Fraction) -> str:
    return f"h = {_short(h)}"


def _short(value: Fraction) -> str:
    return to_text(round_near(value, 6))
