"""What the checker refuses is proved again, with more left for rounding, or else left out.

Left out is what the margin does not need: a promise never costs the certificate.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from certificates.kernel.document.reading import Document, encode_arrays
from certificates.kernel.verify import Obligation, Verification, verify
from games.work import PATIENCE
from sgn.bounds import Bounder, CannotBound, Enclosed
from sgn.bounds.bounder import Confirmation
from sgn.pipeline.assemble import certificate_document
from sgn.pipeline.game_on_region import Problem
from sgn.pipeline.numbers import Study
from sgn.pipeline.sampled_claims import claims_of
from sgn.promises.drafts import BREGMAN, KIND, PROMISES, start_set, with_promises
from sgn.steps.euler import EulerPlan, sector_steps
from sgn.steps.runge_kutta import RK4Plan
from sgn.steps.sector import sector_plan

COVERED = {  # obligations that rest on covers
    "Jacobian",
    "curvature from below",
    "curvature from above",
    "coupling",
    "margin",
    "Euclidean margin",
    "Lipschitz",
    "cocoercivity",
    "Euler steps",
    "RK4 near-linear",
}


def confirmed(problem: Problem, found: Study) -> tuple[Study, Confirmation]:
    """Evidence for the study's claims, less those for which there is none. Raises CannotBound."""
    for name in ("Euler steps", "cocoercivity", "Euclidean margin"):
        try:
            return found, _confirmation(problem.bounder, problem, found)
        except CannotBound as obstacle:
            left_out = {**found.left_out, name: str(obstacle)}
            found = replace(WEAKER[name](found), left_out=left_out)
    return found, _confirmation(problem.bounder, problem, found)


def _confirmation(bounder: Bounder, problem: Problem, found: Study) -> Confirmation:
    return bounder.confirm(problem.game, problem.region, claims_of(problem, found))


def standing(
    problem: Problem | None, found: Study, made: Document, subject: Document
) -> tuple[Document, Verification]:
    """The certificate, with what it cannot do without and all else that stands; and its check.

    problem: None where only bounds were given; made: the evidence.
    """
    left_out = dict(found.left_out)

    def build(evidence: Document) -> Document:
        return with_promises(certificate_document(found, evidence, subject), problem, left_out)

    if problem is None:
        certificate = build(made)
        verification = verify(certificate, patience=PATIENCE)
    else:
        made, certificate, verification = verified(problem, found, made, build)
    for _ in range(2 * len(OPTIONAL)):
        failed = [o for o in verification.obligations if not o.holds]
        names = {o.name for o in failed}
        if not failed or not names <= OPTIONAL:
            break
        for name in names & WEAKER.keys():
            found = WEAKER[name](found)
        left_out |= {_claim(o): "not confirmed" for o in failed}
        certificate = build(made)
        verification = verify(certificate, patience=PATIENCE)
    return certificate, verification


def _claim(failed: Obligation) -> str:
    """What is left out: for start sets, that of one method."""
    method, _, _ = failed.detail.partition(":")
    return start_set(method) if failed.name == "start set" else failed.name


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
            if not any(o.name in COVERED and not o.holds for o in verification.obligations):
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
    euler, rk4 = found.euler, found.rk4
    return replace(
        found,
        euler=_sector_euler(found) if euler is not None and euler.basis == "sector" else euler,
        rk4=_sector_rk4(found) if rk4 is not None and rk4.basis == "sector" else rk4,
    )


def _without_euclidean_margin(found: Study) -> Study:
    direct = found.direct
    return replace(found, direct=direct and replace(direct, euclidean_margin=None))


def _without_euler(found: Study) -> Study:
    """T8 in place of another rule; nothing in place of T8."""
    by_sector = found.euler is not None and found.euler.basis == "sector"
    return replace(found, euler=None if by_sector else _sector_euler(found))


def _without_rk4(found: Study) -> Study:
    """T11 (b) in place of another rule; nothing in place of T11 (b)."""
    by_sector = found.rk4 is not None and found.rk4.basis == "sector"
    return replace(found, rk4=None if by_sector else _sector_rk4(found))


def _sector_euler(found: Study) -> EulerPlan | None:
    c = found.direct.cocoercivity if found.direct is not None else Fraction(0)
    return sector_steps(found.metric, found.margin, found.lipschitz, c)


def _sector_rk4(found: Study) -> RK4Plan | None:
    c = found.direct.cocoercivity if found.direct is not None else None
    return sector_plan(found.metric, found.margin, found.lipschitz, c)


WEAKER: dict[str, Callable[[Study], Study]] = {  # by obligation: the study with less, or without it
    "cocoercivity": _without_cocoercivity,
    "Euclidean margin": _without_euclidean_margin,
    "Euler steps": _without_euler,
    "RK4 steps": _without_rk4,
    "band": lambda found: replace(found, bands=()),
}
OPTIONAL = WEAKER.keys() | PROMISES.keys() | {KIND}.union(*BREGMAN.values())
