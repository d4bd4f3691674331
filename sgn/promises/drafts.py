"""What follows from a certificate's margin: equilibrium, start sets, longer RK4 and other steps.

Added to a finished document; the checker's own rules say how much may be claimed.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.claims import Claims, read_claims
from certificates.kernel.document.metric import Metric
from certificates.kernel.document.promises import (
    KINDS,
    METHODS,
    Equilibrium,
    radius_key,
    read_promises,
)
from certificates.kernel.document.reading import Document, digest, encode_array, encode_arrays
from certificates.kernel.document.steps import Steps, read_euler, read_rk4, read_rk4_equilibrium
from certificates.kernel.inequalities.equilibrium import norms_within, off_the_faces
from certificates.kernel.inequalities.start_set import largest_radius
from certificates.kernel.jacobian.base import Blocks, Jacobian, Uncheckable, jacobian_of
from certificates.kernel.jacobian.point import force_at
from certificates.kernel.numbers.matrices import Ball
from certificates.kernel.numbers.metrics import metric_ball
from certificates.kernel.theorems.context import own_sets, projection_holds, zero_in_region
from certificates.kernel.theorems.equilibrium import AtPoint, is_proved
from certificates.kernel.theorems.rule import Stated
from certificates.kernel.theorems.start_sets import is_claimed
from certificates.safe import root_above
from games.game import Structure
from games.language.number import round_down, round_up, to_text
from games.regions.region import Box, Space
from sgn.bounds import CannotBound, Claim, Deviation
from sgn.enclosures.frame import Frame
from sgn.pipeline.assemble import rk4_document
from sgn.pipeline.game_on_region import Problem
from sgn.pipeline.left_out import FAILURES, noted
from sgn.pipeline.numbers import DIRECT_LIMIT
from sgn.pipeline.safe_side import TEXT_LIMIT, up
from sgn.promises.divergence import with_bregman
from sgn.promises.equilibrium import find_equilibrium, stated_points
from sgn.steps.euler import factor_above
from sgn.steps.near_linear import (
    longest_guess,
    middle_matrix,
    near_linear,
    near_linear_plan,
    sampled_deviation,
)
from sgn.steps.sector import sector_plan

DIGITS = 6
ERROR_DIGITS = 3
LONGER = Fraction(101, 100)  # a step must be so much longer to be stated beside another
WORTH = 1.1  # and so much, by samples, to be worth a proof that J is near one matrix
KIND = "kind of equilibrium"
BREGMAN = {"region": {"Bregman rate", "Bregman level"}, "simplex": {"Bregman simplex"}}


@final
@dataclass
class Draft:
    """A document on its way, what it claims by now, and the obligations that are to be left out."""

    document: Document
    claims: Claims
    problem: Problem | None  # None where only bounds were given
    left_out: Collection[str]

    @property
    def steps(self) -> Document:
        steps: Document = self.document["steps"]
        return steps

    def read_again(self) -> None:
        """The claims with what the document has got since they were read."""
        steps, n, claims = self.steps, len(self.claims.names), self.claims

        def read(key: str, reader: Callable[[Any, str, int], Steps]) -> Steps | None:
            return reader(steps[key], key, n) if key in steps else None

        self.claims = replace(
            claims,
            euler=read("euler", read_euler),
            rk4=read("rk4", read_rk4),
            rk4_equilibrium=read("rk4_equilibrium", read_rk4_equilibrium),
            promises=read_promises(self.document, claims.region, n, "certificate"),
        )


def with_promises(
    document: Document, problem: Problem | None, left_out: Mapping[str, str]
) -> Document:
    """The document with all that can be promised; problem: None where only bounds were given.

    left_out: obligations that are known to fail, each with why. What they are about is not stated,
    nor what rests on it; the evidence's note names them, and the promises that fail here.
    """
    started = {**document, "steps": dict(document["steps"])}
    draft = Draft(started, read_claims(started), problem, left_out)
    failed = dict(left_out)
    for promise, state in PROMISES.items():
        if promise in left_out:
            continue
        try:
            state(draft)
            draft.read_again()
        except FAILURES as error:
            failed[promise] = str(error)
    document = draft.document
    return signed_again({**document, "evidence": noted(document["evidence"], failed)})


def signed_again(document: Document) -> Document:
    """The document with the digest of what it says now."""
    return {**document, "digest": digest(document)}


# ---- steps ---------------------------------------------------------------------------------------


def _extragradient_step(claims: Claims) -> Fraction:
    """(√(α² + β²) − α)/β², without cancellation 1/(√(α² + β²) + α), from below (T20)."""
    a, b = claims.margin, claims.lipschitz
    return 1 / (root_above(a**2 + b**2) + a)


def _state_extragradient(draft: Draft) -> None:
    _state_slow(draft, "extragradient", _extragradient_step(draft.claims))


def _state_optimistic(draft: Draft) -> None:
    _state_slow(draft, "optimistic", 1 / (4 * draft.claims.lipschitz))


def _state_slow(draft: Draft, method: str, longest: Fraction) -> None:
    """T20, towards a zero or projected."""
    claims = draft.claims
    if zero_in_region(claims) or projection_holds(claims):
        draft.steps[method] = _slow_steps(claims, longest)


def _state_projection(draft: Draft) -> None:
    """T7 for Euler steps."""
    euler = draft.claims.euler
    if euler is not None and own_sets(draft.claims) and euler.metric.kind == "scalar":
        draft.steps["euler"] = {**draft.steps["euler"], "projected": True}


def _slow_steps(claims: Claims, longest: Fraction) -> Document:
    step = round_down(longest, DIGITS)
    return {
        "step_max": to_text(step),
        "best_step": to_text(step),
        "factor_at_best": to_text(factor_above(step * claims.margin)),
        "kind": "equilibrium",
        "projected": projection_holds(claims),
        "unprojected": zero_in_region(claims),
    }


def _state_sector(draft: Draft) -> None:
    """(b′) where J is not constant: then the steps towards x* are far longer (T11)."""
    claims, rk4 = draft.claims, draft.claims.rk4
    if not zero_in_region(claims) or (rk4 is not None and rk4.basis == "constant"):
        return
    c = claims.cocoercivity
    metric = _in_floats(claims.metric)
    plan = sector_plan(metric, claims.margin, claims.lipschitz, c, "equilibrium")
    known = rk4.step_max if rk4 is not None else 0
    if plan is not None and plan.step_max > LONGER * known:
        draft.steps["rk4_equilibrium"] = rk4_document(plan, kind="equilibrium")


def _state_near_linear(draft: Draft) -> None:
    """(c) where J is near one matrix, so that it beats the sector."""
    claims, problem = draft.claims, draft.problem
    if problem is None or problem.bounder.kind == "sampled":
        return
    game, metric = problem.game, _in_floats(claims.metric)
    constant = game.structure is Structure.CONSTANT and problem.bounder.kind == "exact"
    if constant or game.dimension > DIRECT_LIMIT:
        return
    frame, jacobians = Frame(metric, game.sizes), problem.representatives()
    centre = middle_matrix(jacobians)
    known = float(claims.rk4.step_max) if claims.rk4 is not None else 0.0
    hoped = near_linear(centre, up(sampled_deviation(jacobians, centre, frame)), frame)
    if longest_guess(hoped, frame) < WORTH * known:
        return
    quantity = Deviation(metric, game.slices, tuple(map(tuple, centre.tolist())))
    try:
        [bound] = problem.bounder.bound(game, problem.region, [quantity])
        linear = near_linear(centre, up(float(bound)), frame)
        plan = near_linear_plan(linear, metric, game.sizes)
        if plan is None or plan.steps.step_max < LONGER * Fraction(known):
            return
        claim = Claim(quantity, float(linear.deviation), "near_linear")
        made = problem.bounder.confirm(game, problem.region, [claim])
    except CannotBound:
        return
    if "covers" in made.evidence:
        cover = encode_arrays(made.evidence["covers"]["near_linear"])
        evidence = draft.document["evidence"]
        covers = {**evidence["covers"], "near_linear": cover}
        draft.document["evidence"] = {**evidence, "covers": covers}
    draft.steps["rk4"] = {
        **rk4_document(plan.steps, kind="pairs"),
        "linear": {
            "matrix": encode_array(linear.matrix),
            "deviation": to_text(linear.deviation),
            "norm": to_text(linear.norm),
        },
    }


def _in_floats(metric: Metric) -> Metric:
    """The metric as the search had it."""
    return Metric.scalar(metric.weights.astype(float)) if metric.kind == "scalar" else metric


# ---- equilibrium and start sets ------------------------------------------------------------------


@final
@dataclass(frozen=True)
class _Shape(Jacobian):
    """What T12 and T13 ask of a Jacobian known by covers or samples, or on all of R^n."""

    sizes: tuple[int, ...]
    constant: bool
    symmetric: bool

    def each_block(self) -> Iterator[Blocks]:
        raise Uncheckable("only the shape is known")

    def each_whole(self, purpose: str) -> Iterator[Ball]:
        raise Uncheckable("only the shape is known")


def _jacobian(problem: Problem) -> Jacobian:
    game, everywhere = problem.game, isinstance(problem.region, Space)
    if problem.document is not None and not everywhere:
        return jacobian_of(problem.document, problem.region)
    constant = everywhere and game.structure is Structure.CONSTANT
    return _Shape(game.sizes, constant, game.symmetric)


def _state_equilibrium(draft: Draft) -> None:
    """The equilibrium with its error and kind."""
    claims, problem = draft.claims, draft.problem
    if problem is None:
        return
    x = find_equilibrium(
        problem.game, problem.region, float(claims.margin), float(claims.lipschitz)
    )
    if not np.isfinite(x).all():
        return
    plain = ("zero", "variational")  # kinds that say no more than where F or the VI is solved
    kinds = plain if KIND in draft.left_out else KINDS
    found = _supported(claims, _jacobian(problem), x, problem, kinds)
    if found is None:
        return
    few = len(x) <= TEXT_LIMIT
    draft.document["equilibrium"] = {
        "point": [to_text(v) for v in found.point] if few else encode_array(found.point),
        "error": to_text(found.error),
        "kind": found.kind,
    }


def _supported(
    claims: Claims,
    J: Jacobian,
    x: NDArray[np.float64],
    problem: Problem,
    kinds: Collection[str],
) -> Equilibrium | None:
    """The first point and the strongest kind that the checker's rules grant."""
    few = len(x) <= TEXT_LIMIT
    points = stated_points(x, problem.region, few)
    for point in points:
        region = problem.region
        if isinstance(region, Box) and region.ball and not region.contains(list(point)):
            continue  # F may not be defined there
        F = _force(claims, problem, point)
        for kind in kinds:
            found = _with_error(claims, J, Equilibrium(point, Fraction(0), kind), F)
            good = found.error == 0 or point is points[-1]  # a short point only if it is exact
            if good and _is_proved(claims, J, found, F):
                return found
    return None


def _is_proved(claims: Claims, J: Jacobian, found: Equilibrium, F: Ball) -> bool:
    stated = replace(claims, promises=replace(claims.promises, equilibrium=found))
    return is_proved(Stated(stated, J, AtPoint(found, F)))


def _force(claims: Claims, problem: Problem, point: NDArray[np.float64]) -> Ball:
    """F at the point: enclosed where the checker can, else as the game computes it."""
    if claims.game is not None and problem.game.provable:
        return force_at(claims.game, point)
    return Ball.exact(problem.game.pseudo_gradient(point.astype(float)))


def _with_error(claims: Claims, J: Jacobian, found: Equilibrium, F: Ball) -> Equilibrium:
    """The least error that F grants (T13)."""
    residual = F
    if not found.is_zero and claims.region is not None:
        residual = off_the_faces(F, found, claims.region)
    _, square = norms_within(residual, metric_ball(claims.metric, J.sizes))
    error = round_up(root_above(square) / claims.margin, ERROR_DIGITS)
    return replace(found, error=error)


def _state_basin(draft: Draft) -> None:
    """Every method's largest radius that is positive; null on R^n."""
    claims, problem, found = draft.claims, draft.problem, draft.claims.promises.equilibrium
    if problem is None or found is None or not found.is_zero:
        return
    basin: Document = {}
    J = _jacobian(problem)
    for method in METHODS:
        if not is_claimed(claims, method) or start_set(method) in draft.left_out:
            continue
        if isinstance(claims.region, Space):
            basin[radius_key(method)] = None
            continue
        try:
            radius = round_down(largest_radius(claims, J, method), DIGITS)
        except Uncheckable:
            continue
        if radius > 0:
            basin[radius_key(method)] = to_text(radius)
    if basin:
        draft.document["basin"] = basin


def start_set(method: str) -> str:
    """What the start set of a method is called where it is left out."""
    return f"start set of {method.replace('_', ' ')}"


# ---- the divergence of policies ------------------------------------------------------------------


def _state_bregman(draft: Draft) -> None:
    """T19, by which the equilibrium may be more than a zero."""
    if draft.problem is None:
        return
    parts = {part for part, names in BREGMAN.items() if names.isdisjoint(draft.left_out)}
    result = with_bregman(draft.document, draft.claims, draft.problem, parts)
    falls = "region" in result.get("bregman", {}) and KIND not in draft.left_out
    if falls and result["equilibrium"]["kind"] == "zero":
        result["equilibrium"] = {**result["equilibrium"], "kind": "restricted-nash"}
    draft.document = result


# ---- all of them ---------------------------------------------------------------------------------

PROMISES: dict[str, Callable[[Draft], None]] = {  # by obligation; each may rest on those before it
    "RK4 near-linear": _state_near_linear,
    "equilibrium": _state_equilibrium,
    "RK4 towards the equilibrium": _state_sector,
    "extragradient": _state_extragradient,
    "optimistic gradient": _state_optimistic,
    "projected Euler": _state_projection,
    "start set": _state_basin,
    "Bregman": _state_bregman,
}
