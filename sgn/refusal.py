"""Why a game was not certified, said with the evidence and with what to try."""

from fractions import Fraction
from typing import Any

import numpy as np

from certificates.certificate import Refusal
from certificates.check import Verification, verify
from certificates.document import Document
from games.number import to_text
from games.region import Box
from sgn.assemble import refusal_document, witness_document
from sgn.bounds import CannotBound
from sgn.refute import NoWitness, eigenvalue_witness
from sgn.stated import up
from sgn.study import DIRECT_LIMIT, Problem, Study

FIXES = {
    "domain": "choose a region on which every denominator, logarithm and root is defined",
    "too-large": "fix some variables (degenerate sides), or use evidence 'sampled' for an estimate",
    "unsupported": "use evidence 'sampled' for an estimate",
    "numerical": "rescale the variables or the costs, so that curvatures are near 1",
}


def not_bounded(subject: Document, kind: str, obstacle: Exception) -> Refusal:
    """The bounds could not be had."""
    reason, message, details = "unsupported", str(obstacle), dict[str, Any]()
    if isinstance(obstacle, CannotBound):
        reason, message = obstacle.reason, obstacle.message
        if obstacle.point:
            details["worst_point"] = [to_text(Fraction(v)) for v in obstacle.point.values()]
    evidence = {"kind": kind}
    return _refusal(subject, evidence, "undecided", reason, message, [FIXES[reason]], details)


def not_checked(subject: Document, evidence: Document, verification: Verification) -> Refusal:
    """The search believed it, the checker did not: nothing is claimed."""
    message = f"the checker does not confirm what the search found ({verification.message})"
    return _refusal(subject, evidence, "undecided", "numerical", message, [FIXES["numerical"]], {})


def not_certified(
    problem: Problem | None, subject: Document, evidence: Document, found: Study
) -> Refusal:
    """No positive margin: refuted with a witness of T6, or undecided with the blocking cycle."""
    details: dict[str, Any] = {"best": _best(found)}
    _add_cycle(details, found)
    if problem is not None and (at := _least_stable(problem)) is not None:
        point, _, real_part = at
        refuted = _refuted(problem, subject, evidence, details, at)
        if refuted is not None:
            return refuted
        if real_part < 0:
            if point is not None:
                details["worst_point"] = [to_text(v) for v in point]
            message = (
                "at the worst point found the Jacobian has an eigenvalue of real part"
                f" {real_part:.6g} (computed, not proved), where no constant metric has a positive"
                " margin"
            )
            tips = ["shrink the region away from the worst point", _REGULARISE]
            return _refusal(subject, evidence, "undecided", "unstable", message, tips, details)
    message = (
        f"the best margin found is {float(found.margin):.6g}; it must be positive."
        " This does not say that play diverges"
    )
    return _refusal(
        subject, evidence, "undecided", "small-gain", message, _suggestions(problem, found), details
    )


_REGULARISE = "add curvature to the costs (regularise), or weaken the coupling"


def _refuted(
    problem: Problem, subject: Document, evidence: Document, details: Document, at: Any
) -> Refusal | None:
    """A refutation that the checker confirms, if there is one."""
    point, jacobian, _ = at
    if not problem.game.provable or (isinstance(problem.region, Box) and point is None):
        return None
    try:
        witness = eigenvalue_witness(jacobian)
    except NoWitness:
        return None
    message = (
        f"the Jacobian has an eigenvalue of real part below {witness.shift:.6g} in the region, so no"
        " constant metric certifies this region"
    )
    if point is not None:
        details = {**details, "worst_point": [to_text(v) for v in point]}
    refusal = _refusal(
        subject,
        evidence,
        "refuted",
        "unstable",
        message,
        ["weaken the coupling or add curvature (regularise)", "shrink the region"],
        {**details, "witness": witness_document(witness, point)},
    )
    return refusal if verify(refusal.document) else None


def _least_stable(problem: Problem) -> tuple[list[Fraction] | None, Any, float] | None:
    """The point, Jacobian and real part of the least stable eigenvalue found."""
    game, region = problem.game, problem.region
    if game.dimension > DIRECT_LIMIT:
        return None
    points = problem.points()
    jacobians = game.jacobian(points)
    real_parts = np.linalg.eigvals(jacobians).real.min(axis=1)
    k = int(np.argmin(real_parts))
    point = None
    if isinstance(region, Box):  # its ends as floats may lie outside by a rounding
        sides = zip(region.lower, points[k], region.upper, strict=True)
        point = [min(max(low, Fraction(float(v))), high) for low, v, high in sides]
    return point, jacobians[k], float(real_parts[k])


def _best(found: Study) -> Document:
    best = {"structural_margin": to_text(found.structural.margin)}
    if found.direct is not None:
        best["direct_margin"] = to_text(found.direct.margin)
        best["euclidean_margin"] = to_text(found.direct.euclidean_margin)
    return best


def _add_cycle(details: Document, found: Study) -> None:
    from sgn.coupling import blocking_cycle

    cycle = blocking_cycle(found.bounds.floats)
    if cycle.players:
        gain = None if np.isinf(cycle.gain) else to_text(up(cycle.gain))
        details["cycle"] = {"players": list(cycle.players), "gain": gain}


def _suggestions(problem: Problem | None, found: Study) -> list[str]:
    from sgn.coupling import blocking_cycle

    cycle = blocking_cycle(found.bounds.floats)
    names = found.bounds.floats.names
    tips = []
    if len(cycle.players) == 1:
        name = names[cycle.players[0]]
        tips.append(f"the cost of {name} is not convex in its own variables: add curvature to it")
    elif cycle.players:
        ring = " <- ".join(names[k] for k in (*cycle.players, cycle.players[0]))
        tips.append(f"weaken one coupling of the cycle {ring}, or add curvature to its players")
    if problem is not None and problem.game.structure.value != "constant":
        tips.append("shrink the region round the equilibrium")
    return tips


def _refusal(
    subject: Document,
    evidence: Document,
    verdict: str,
    reason: str,
    message: str,
    suggestions: list[str],
    details: Document,
) -> Refusal:
    return Refusal(
        refusal_document(subject, evidence, verdict, reason, message, suggestions, details)
    )
