"""The claims of a study, as typed records: what a certificate will say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, final

from certificates.kernel.certificate import following
from certificates.kernel.claims import Claim, Claims, Lipschitz, Margin, Steps
from certificates.kernel.document.head import VERDICTS
from certificates.kernel.document.reading import Document
from certificates.kernel.theorems.bounds import BlockBounds
from certificates.kernel.theorems.euler import EulerByBounds, EulerByMargin
from certificates.kernel.theorems.margin import (
    CocoercivityOfJacobian,
    EuclideanMarginOfJacobian,
    LipschitzByBounds,
    LipschitzOfJacobian,
    MarginByBounds,
    MarginOfBounds,
    MarginOfJacobian,
)
from games.regions.shapes import Region
from sgn.pipeline.numbers import Study
from sgn.pipeline.safe_side import stated_metric
from sgn.rounding import decimals

S = TypeVar("S", bound=Steps)


@final
@dataclass(frozen=True)
class Subject:
    """What a document speaks of: a game on a region, or players whose bounds were given."""

    names: Sequence[str]
    game: Document | None = None
    region: Region | None = None


def claims_of(study: Study, evidence: Document, subject: Subject) -> Claims:
    """What the study found, as a certificate says it."""
    return Claims(
        names=subject.names,
        game=subject.game,
        region=subject.region,
        evidence=evidence,
        verdict=VERDICTS[evidence["kind"]],
        metric=stated_metric(study.metric),
        stated=tuple(_each(study)),
        following=following(),
        rungs=study.rungs,
    )


def _each(study: Study) -> Iterator[Claim]:
    bounds, structural, direct = study.bounds, study.structural, study.direct
    yield BlockBounds(bounds.lower, bounds.upper, bounds.coupling)
    weights, vector = decimals(structural.weights), decimals(structural.vector)
    yield MarginOfBounds(structural.margin, weights, vector)
    yield _margin(study)
    yield _lipschitz(study)
    if direct is not None and direct.euclidean_margin is not None:
        yield EuclideanMarginOfJacobian(direct.euclidean_margin)
    if direct is not None and direct.cocoercivity > 0:
        yield CocoercivityOfJacobian(direct.cocoercivity)
    if study.euler is not None and not isinstance(study.euler, EulerByMargin):
        yield stated_steps(study.euler)
    yield from map(stated_steps, study.runge_kutta)
    yield from study.bands


def _margin(study: Study) -> Margin:
    kind = MarginByBounds if study.basis == "structural" else MarginOfJacobian
    return kind(study.margin)


def _lipschitz(study: Study) -> Lipschitz:
    if (norms := study.norms) is None:
        return LipschitzOfJacobian(study.lipschitz)
    return LipschitzByBounds(study.lipschitz, decimals(norms.vector), decimals(norms.image))


def stated_steps(steps: S) -> S:
    """Steps with their metric, and the vector of T9, as a document holds them."""
    if isinstance(steps, EulerByBounds):
        steps = replace(steps, vector=decimals(steps.vector))
    return replace(steps, metric=stated_metric(steps.metric))
