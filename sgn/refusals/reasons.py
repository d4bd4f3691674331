"""Why a game was not certified, said with the evidence and with what to try."""

from collections.abc import Iterable
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from certificates.certificate import Refusal
from certificates.kernel.document.reading import Document, texts
from certificates.kernel.theorems.refutation import NO_WEIGHTS, ExactWitness, Witness
from certificates.kernel.verify import Verification, verify
from certificates.report.refusal import refuted_sentence
from certificates.safe import Lower, Upper
from games.game import Structure
from games.language.number import to_text
from games.regions.shapes import Box
from games.work import PATIENCE, TooMuch
from sgn.bounds import CannotBound
from sgn.metrics.weights import SMALL
from sgn.pipeline.game_on_region import Problem
from sgn.pipeline.numbers import DIRECT_LIMIT, Study
from sgn.refusals.document import refusal_document
from sgn.refusals.refutation import (
    dual_refutations,
    eigenvalue_refutations,
    exact_refutations,
    least_stable,
    stated,
)
from sgn.rounding import up

if TYPE_CHECKING:
    from sgn.coupling.graph import BlockingCycle

LOOKED_AT = 20_000  # players up to which the blocking cycle is looked for, in plain Python
FIXES = {
    "domain": "choose a region on which every denominator, logarithm and root is defined",
    "too-large": "fix some variables (degenerate sides), or use evidence 'sampled' for an estimate",
    "unsupported": "use evidence 'sampled' for an estimate",
    "budget": "shrink the region, raise Enclosed(max_boxes=…), or use evidence 'sampled'",
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
    problem: Problem | None,
    subject: Document,
    evidence: Document,
    found: Study,
    only_weights: bool = True,
) -> Refusal:
    """No positive margin: refuted with a witness of T6, or undecided with the blocking cycle.

    only_weights: no other metrics were asked for, so that to refute them is enough.
    """
    details: dict[str, Any] = {"best": _best(found)}
    _add_cycle(details, found)
    if problem is not None:
        places = least_stable(problem)
        if places and places[0].real_part < 0:
            point = stated(problem, places[0].point)
            if point is not None:
                details["worst_point"] = texts(point)
        witnesses = chain(
            eigenvalue_refutations(problem, places),
            exact_refutations(problem, places),
            dual_refutations(problem, only_weights),
        )
        refuted = _refuted(problem, subject, evidence, details, witnesses, found)
        if refuted is not None:
            return refuted
        if places and places[0].real_part < 0:
            message, tips = _unstable(problem, places[0].real_part)
            tips += _promises(found)
            return _refusal(subject, evidence, "undecided", "unstable", message, tips, details)
    reason, message, tips = _why_not(problem, found)
    return _refusal(subject, evidence, "undecided", reason, message, tips, details)


def _unstable(problem: Problem, real_part: float) -> tuple[str, list[str]]:
    """Sentence and suggestions where an eigenvalue was computed and is not proved to be there.

    On a region without interior it would not even refute: the margin along the free sides may be
    positive (T6).
    """
    where = "" if _is_constant(problem) else "at the worst point found "
    computed = (
        f"{where}the Jacobian has an eigenvalue of real part about {real_part:.3g} (computed, not"
        " proved)"
    )
    if not _has_interior(problem):
        message = (
            f"{computed}; the region has sides of length 0, and along the others play may contract"
            " all the same"
        )
        return message, ["put the values of the fixed variables into the costs", _REGULARISE]
    message = f"{computed}; no constant metric would have a positive margin there"
    away = [] if _is_constant(problem) else ["shrink the region away from the worst point"]
    return message, [*away, _REGULARISE]


def _is_constant(problem: Problem) -> bool:
    """Whether J is the same everywhere, by its structure or at every point looked at."""
    game = problem.game
    if game.structure is Structure.CONSTANT or game.dimension > DIRECT_LIMIT:
        return game.structure is Structure.CONSTANT
    with np.errstate(all="ignore"):
        jacobians = game.jacobian(problem.points())
    return bool((jacobians == jacobians[:1]).all())


def _has_interior(problem: Problem) -> bool:
    region = problem.region
    return not isinstance(region, Box) or (
        len(region.free) == region.dimension and not any(c.equal for c in region.constraints)
    )


def _why_not(problem: Problem | None, found: Study) -> tuple[str, str, list[str]]:
    """Reason, sentence and suggestions where nothing is refuted."""
    best = found.structural.margin
    if best <= 0:
        tried = {rung.metric for rung in found.rungs}
        among = ", with weights or with matrices," if tried & {"block", "dense"} else ""
        message = (
            f"the best margin found{among} is {_down(found.margin)}; it must be positive."
            " This does not say that play diverges"
        )
        return "small-gain", message, _suggestions(problem, found)
    if found.direct is not None:
        message = (
            f"with equal weights the margin found is {_down(found.margin)}, with the best ones at"
            f" least {_down(best)}"
        )
        return "small-gain", message, ["let the weights be chosen: metric 'auto'"]
    if found.bounds.floats.symmetric:
        message = f"the margin is at least {_down(best)}, but no Lipschitz constant was found"
        return "numerical", message, [FIXES["numerical"]]
    message = (
        f"the margin is at least {_down(best)}, but the bounds give no Lipschitz constant where the"
        " Jacobian of a player's gradient in its own variables may not be symmetric"
    )
    return "unsupported", message, ["use costs, whose second derivatives are symmetric"]


def _down(margin: Fraction) -> str:
    """A margin as a sentence states it: a lower bound."""
    return Lower(margin).text(6)


NOISE = Fraction(1, 10**9)  # of a margin that may be 0
_OTHER_PLAY = (
    "or play extragradient or optimistic gradient, which may converge where gradient play circles;"
    " without a margin nothing is certified of them"
)
_REGULARISE = "add curvature to the costs (regularise), or weaken the coupling"


def _refuted(
    problem: Problem,
    subject: Document,
    evidence: Document,
    details: Document,
    witnesses: Iterable[Witness],
    found: Study,
) -> Refusal | None:
    """The first refutation that the checker confirms, if there is one."""
    if not (problem.game.provable and _has_interior(problem)):
        return None
    for witness in witnesses:
        refusal = _refusal(
            subject,
            evidence,
            "refuted",
            witness.reason,
            refuted_sentence(witness, subject["game"]),
            _beside(problem, witness, found),
            details,
            witness,
        )
        try:
            if verify(refusal.document, patience=PATIENCE):
                return refusal
        except TooMuch:
            continue
    return None


def _beside(problem: Problem, witness: Witness, found: Study) -> list[str]:
    """What to try where a witness refutes every metric, or the weights alone."""
    matrices = ["let matrices be tried: metric 'auto'"] if witness.refutes == NO_WEIGHTS else []
    smaller = [] if _is_constant(problem) else ["shrink the region"]
    circling = [_OTHER_PLAY] if isinstance(witness, ExactWitness) else []
    return [*matrices, *_regularisers(found), *circling, *_promises(found), *smaller]


def _regularisers(found: Study) -> list[str]:
    """How much curvature is enough: sym(J + eI) ⪰ (a + e)I where sym J ⪰ aI."""
    equal = None if found.direct is None else found.direct.euclidean_margin
    if equal is None or equal > 0:
        return [_REGULARISE]
    enough = Upper(-equal).text(3) if -equal > NOISE else "0"
    return [
        f"add (e/2)*x**2 for each variable x to its player's cost: with e above {enough} the margin"
        " with equal weights is positive",
        "or weaken the coupling",
    ]


def _best(found: Study) -> Document:
    best = {"structural_margin": to_text(found.structural.margin)}
    if found.direct is not None:
        best["direct_margin"] = to_text(found.direct.margin)
        if (equal := found.direct.euclidean_margin) is not None:
            best["euclidean_margin"] = to_text(equal)
    for rung in found.rungs:
        if rung.metric in ("block", "dense") and rung.margin is not None:
            best[f"{rung.metric}_margin"] = to_text(rung.margin)
    return best


def _add_cycle(details: Document, found: Study) -> None:
    if found.structural.margin > 0:
        return
    cycle = _cycle(found)
    if cycle.players:
        gain = None if np.isinf(cycle.gain) else to_text(up(cycle.gain))
        details["cycle"] = {"players": list(cycle.players), "gain": gain}


def _suggestions(problem: Problem | None, found: Study) -> list[str]:
    cycle = _cycle(found)
    names = found.bounds.floats.names
    tips = []
    if len(cycle.players) == 1:
        name = names[cycle.players[0]]
        tips.append(
            f"no curvature above 0 was found for {name} in its own variables: add curvature there"
        )
    elif cycle.players:
        ring = " <- ".join(names[k] for k in (*cycle.players, cycle.players[0]))
        tips.append(f"weaken one coupling of the cycle {ring}, or add curvature to its players")
    else:
        tips.append(_REGULARISE)
    tips += _promises(found)
    if problem is not None and not _is_constant(problem):
        tips.append("shrink the region round the equilibrium")
    return tips


def _cycle(found: Study) -> "BlockingCycle":
    """The cycle that blocks, where the graph is small enough to look for it."""
    from sgn.coupling.graph import BlockingCycle, blocking_cycle

    bounds = found.bounds.floats
    if bounds.size > LOOKED_AT and bounds.curvature_lower.min() > 0:
        return BlockingCycle((), 0.0, 0.0)
    return blocking_cycle(bounds)


def _promises(found: Study) -> list[str]:
    """The smallest changes of one coupling and of one curvature that alone are enough (T2)."""
    from sgn.coupling.fixes import suggest

    bounds, tips = found.bounds.floats, list[str]()
    if bounds.size > SMALL:
        return tips
    fixes = suggest(bounds)
    for kind in (2, 1):  # players in a coupling, in a curvature
        fix = next((fix for fix in fixes if len(fix.players) == kind), None)
        if fix is not None:
            tips += fix.promises(bounds)
    return tips


def _refusal(
    subject: Document,
    evidence: Document,
    verdict: str,
    reason: str,
    message: str,
    suggestions: list[str],
    details: Document,
    witness: Witness | None = None,
) -> Refusal:
    return Refusal(
        refusal_document(subject, evidence, verdict, reason, message, suggestions, details, witness)
    )
