"""What the checker refuses by a rounding is proved again, with more left for that."""

from collections.abc import Callable

from certificates.check import Verification, verify
from certificates.document import Document, encode_arrays
from games.work import PATIENCE
from sgn.bounds import CannotBound, Enclosed
from sgn.claims_made import claims_of
from sgn.problem import Problem
from sgn.study import Study

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
                claims = claims_of(problem, found)
                confirmation = bounder.confirm(problem.game, problem.region, claims)
            except CannotBound:
                break
            made = {**made, **encode_arrays(confirmation.evidence)}
            certificate = build(made)
            verification = verify(certificate, patience=PATIENCE)
    return made, certificate, verification
