"""What the checker refuses is proved again, with more left for rounding, or else left out.

Left out is what the margin does not need: a promise never costs the certificate.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from certificates.documents import certificate_document
from certificates.kernel.document.reading import Document, encode_arrays
from certificates.kernel.obligation import Title, Verification
from certificates.kernel.theorems.runge_kutta import RungeKuttaOfSector, SectorSteps
from certificates.kernel.verify import verify
from games.work import PATIENCE
from sgn.bounds import Bounder, CannotBound, Enclosed
from sgn.bounds.bounder import Confirmation
from sgn.pipeline.claims import Subject, claims_of
from sgn.pipeline.game_on_region import Problem
from sgn.pipeline.numbers import Study
from sgn.pipeline.sampled_claims import bounded_claims
from sgn.promises.added import PROMISES, with_promises
from sgn.steps.sector import sector_plan

COVERED = {  # what rests on covers
    Title.JACOBIAN,
    Title.BOUNDS,
    Title.MARGIN,
    Title.EUCLIDEAN,
    Title.LIPSCHITZ,
    Title.COCOERCIVITY,
    Title.EULER,
    Title.RK4,
}


def confirmed(problem: Problem, found: Study) -> tuple[Study, Confirmation]:
    """Evidence for the study's claims, less those for which there is none. Raises CannotBound."""
    for title in (Title.EULER, Title.COCOERCIVITY, Title.EUCLIDEAN):
        try:
            return found, _confirmation(problem.bounder, problem, found)
        except CannotBound as obstacle:
            left_out = {**found.left_out, title: str(obstacle)}
            found = replace(WEAKER[title](found), left_out=left_out)
    return found, _confirmation(problem.bounder, problem, found)


def _confirmation(bounder: Bounder, problem: Problem, found: Study) -> Confirmation:
    return bounder.confirm(problem.game, problem.region, bounded_claims(problem, found))


def standing(
    problem: Problem | None, found: Study, made: Document, subject: Subject
) -> tuple[Document, Verification]:
    """The certificate, with what it cannot do without and all else that stands; and its check.

    problem: None where only bounds were given; made: the evidence.
    """
    left_out = dict(found.left_out)

    def build(evidence: Document) -> Document:
        claims = claims_of(found, evidence, subject)
        return certificate_document(with_promises(claims, problem, left_out))

    if problem is None:
        certificate = build(made)
        verification = verify(certificate, patience=PATIENCE)
    else:
        made, certificate, verification = verified(problem, found, made, build)
    for _ in range(2 * len(OPTIONAL)):
        failed = list(dict.fromkeys(o.title for o in verification.obligations if not o.holds))
        if not failed or not OPTIONAL.issuperset(failed):
            break
        for title in failed:
            if title in WEAKER and (title in left_out or title not in PROMISES):
                found = WEAKER[title](found)  # what a promise added goes first
        left_out |= dict.fromkeys(failed, "not confirmed")
        certificate = build(made)
        verification = verify(certificate, patience=PATIENCE)
    return certificate, verification


def verified(
    problem: Problem, found: Study, made: Document, build: Callable[[Document], Document]
) -> tuple[Document, Document, Verification]:
    """The evidence, the certificate that `build` makes of it, and what the checker says.

    Enclosed claims that are refused are proved again by finer covers, a few times.
    """
    certificate = build(made)
    verification = verify(certificate, patience=PATIENCE)
    if isinstance(problem.bounder, Enclosed):
        for bounder in problem.bounder.stricter():
            if not any(o.title in COVERED and not o.holds for o in verification.obligations):
                break
            try:
                confirmation = _confirmation(bounder, problem, found)
            except CannotBound:
                break
            made = {**made, **encode_arrays(confirmation.evidence)}
            certificate = build(made)
            verification = verify(certificate, patience=PATIENCE)
    return made, certificate, verification


def _without_cocoercivity(found: Study) -> Study:
    """Steps that rest on c are found again without it."""
    if found.direct is None:
        return found
    found = replace(found, direct=replace(found.direct, cocoercivity=Fraction(0)))
    steps = (
        _sector_steps(found, steps.scheme) if isinstance(steps, RungeKuttaOfSector) else steps
        for steps in found.runge_kutta
    )
    return replace(found, runge_kutta=tuple(filter(None, steps)))


def _without_euclidean_margin(found: Study) -> Study:
    direct = found.direct
    return replace(found, direct=direct and replace(direct, euclidean_margin=None))


def _without_euler(found: Study) -> Study:
    """T8 follows then."""
    return replace(found, euler=None)


def _without_runge_kutta(found: Study) -> Study:
    """T11 (b) in place of another rule; nothing in place of T11 (b)."""
    steps = (
        _sector_steps(found, steps.scheme)
        for steps in found.runge_kutta
        if not isinstance(steps, RungeKuttaOfSector)
    )
    return replace(found, runge_kutta=tuple(filter(None, steps)))


def _sector_steps(found: Study, scheme: str) -> SectorSteps | None:
    c = found.direct.cocoercivity if found.direct is not None else None
    return sector_plan(found.metric, found.margin, found.lipschitz, c, scheme=scheme)


WEAKER: dict[Title, Callable[[Study], Study]] = {  # the study with less, or without it
    Title.COCOERCIVITY: _without_cocoercivity,
    Title.EUCLIDEAN: _without_euclidean_margin,
    Title.EULER: _without_euler,
    Title.RK4: _without_runge_kutta,
    Title.BAND: lambda found: replace(found, bands=()),
}
OPTIONAL = {*WEAKER, *PROMISES, Title.KIND, Title.KL_LEVEL, Title.KL_SIMPLEX}
