"""What is stated beside a margin: equilibrium, longer RK4 steps, the divergence of policies.

Added to the claims of a study; the checker's own rules say how much may be claimed.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.documents import TEXT_LIMIT
from certificates.kernel.claims import Claim, Claims, EquilibriumKind, Solution
from certificates.kernel.document.metric import Metric, Vector
from certificates.kernel.document.reading import encode_arrays
from certificates.kernel.inequalities.equilibrium import given_way, norms_within, off_the_faces
from certificates.kernel.inequalities.runge_kutta import TABLEAUS
from certificates.kernel.jacobian.base import Blocks, Jacobian
from certificates.kernel.jacobian.exact import jacobian_of
from certificates.kernel.jacobian.point import force_at
from certificates.kernel.numbers.matrices import Ball
from certificates.kernel.numbers.metrics import metric_ball
from certificates.kernel.numbers.roots import root_above
from certificates.kernel.obligation import Title
from certificates.kernel.theorems.equilibrium import (
    Nash,
    NoZero,
    QuantalResponse,
    RestrictedNash,
    RestrictedNashOfPolicies,
    StatedSolution,
    VariationalSolution,
    Zero,
)
from certificates.kernel.theorems.lifted import LiftedSteps
from certificates.kernel.theorems.rule import REGISTERED, Case
from certificates.kernel.theorems.runge_kutta import (
    RungeKuttaOfMatrix,
    RungeKuttaSteps,
    RungeKuttaTowards,
)
from certificates.kernel.theorems.shared import zero_in_region
from certificates.kernel.uncheckable import Uncheckable
from games.game import Structure
from games.language.number import round_up
from games.quadratic import QuadraticGame
from games.regions.region import Space
from games.regions.shapes import Box
from sgn.bounds import CannotBound, Deviation
from sgn.bounds import Claim as Bounded
from sgn.pipeline.claims import stated_steps
from sgn.pipeline.game_on_region import Problem
from sgn.pipeline.left_out import FAILURES, noted
from sgn.pipeline.numbers import DIRECT_LIMIT
from sgn.promises.constrained import exact_points, multipliers, solution
from sgn.promises.divergence import with_divergence
from sgn.promises.equilibrium import find_equilibrium, stated_points
from sgn.quantities.frame import Frame
from sgn.rounding import objects, up
from sgn.steps.lifted import lifted_plan
from sgn.steps.near_linear import (
    longest_guess,
    middle_matrix,
    near_linear,
    near_linear_plan,
    sampled_deviation,
)
from sgn.steps.sector import sector_plan

ERROR_DIGITS = 3
STATED_DIGITS = (10, 17)  # of a point that is stated: short, then as it is found
LONGER = Fraction(101, 100)  # a step must be so much longer to be stated beside another
LIFTED = ("optimistic_equilibrium",)  # what is searched for unasked
WORTH = 1.1  # and so much, by samples, to be worth a proof that J is near one matrix

# the strongest first: a solution, and what it is beyond that
KINDS: tuple[tuple[type[StatedSolution], type[EquilibriumKind] | None], ...] = (
    (Zero, Nash),
    (Zero, RestrictedNash),
    (Zero, QuantalResponse),
    (Zero, None),
    (VariationalSolution, NoZero),
    (VariationalSolution, None),
)


def with_promises(claims: Claims, problem: Problem | None, left_out: Mapping[Title, str]) -> Claims:
    """The claims with all that can be promised; problem: None where only bounds were given.

    left_out: what is known to fail, each with why. It is not stated, nor what rests on it; the
    evidence's note names it, and the promises that fail here.
    """
    failed = dict(left_out)
    for title, add in PROMISES.items():
        if title in left_out:
            continue
        try:
            claims = add(claims, problem, left_out)
        except FAILURES as error:
            failed[title] = str(error)
    return replace(claims, evidence=noted(claims.evidence, failed))


# ---- steps ---------------------------------------------------------------------------------------


def _add_towards(claims: Claims, problem: Problem | None, left_out: Collection[Title]) -> Claims:
    """(b′) where J is not constant: then the steps towards x* are far longer (T11)."""
    if not zero_in_region(claims):
        return claims
    metric, c = _in_floats(claims.metric), claims.cocoercivity
    for scheme in TABLEAUS:
        known = _known(claims, scheme)
        if isinstance(known, RungeKuttaOfMatrix):
            continue
        plan = sector_plan(metric, claims.margin, claims.lipschitz, c, RungeKuttaTowards, scheme)
        if plan is not None and plan.step_max > LONGER * (known.step_max if known else 0):
            claims = claims.with_claims(stated_steps(plan))
    return claims


def _add_lifted(claims: Claims, problem: Problem | None, left_out: Collection[Title]) -> Claims:
    """Optimistic gradient towards a zero: twice the steps and the rate of T20 (T28)."""
    if not (zero_in_region(claims) and claims.margin > 0):
        return claims
    return claims.with_claims(*lifted_steps(claims, LIFTED))


def lifted_steps(claims: Claims, names: Collection[str]) -> Iterator[LiftedSteps]:
    """The steps of methods with a lifted state, of those that have some (T28)."""
    metric, c = _in_floats(claims.metric), claims.cocoercivity
    for name in names:
        plan = lifted_plan(name, metric, claims.margin, claims.lipschitz, c)
        if plan is not None:
            yield stated_steps(plan)


def _known(claims: Claims, scheme: str) -> RungeKuttaSteps | None:
    """The steps of a Runge–Kutta method between any two runs."""
    each = (steps for steps in claims.each(RungeKuttaSteps) if not steps.towards)
    return next((steps for steps in each if steps.scheme == scheme), None)


def _add_near_linear(
    claims: Claims, problem: Problem | None, left_out: Collection[Title]
) -> Claims:
    """(c) where J is near one matrix, so that it beats the sector."""
    if problem is None or problem.bounder.kind == "sampled" or Title.RK4 in left_out:
        return claims
    game, metric = problem.game, _in_floats(claims.metric)
    constant = game.structure is Structure.CONSTANT and problem.bounder.kind == "exact"
    if constant or game.dimension > DIRECT_LIMIT:
        return claims
    frame, jacobians = Frame(metric, game.sizes), problem.representatives()
    centre = middle_matrix(jacobians)
    hoped = near_linear(centre, up(sampled_deviation(jacobians, centre, frame)), frame)
    steps = {scheme: _known(claims, scheme) for scheme in TABLEAUS}
    known = {scheme: found.step_max if found else Fraction(0) for scheme, found in steps.items()}
    worth = [
        scheme
        for scheme in TABLEAUS
        if longest_guess(replace(hoped, scheme=scheme), frame) >= WORTH * float(known[scheme])
    ]
    if not worth:
        return claims
    quantity = Deviation(metric, game.slices, tuple(map(tuple, centre.tolist())))
    try:
        [bound] = problem.bounder.bound(game, problem.region, [quantity])
        linear = near_linear(centre, up(float(bound)), frame)
        tried = (near_linear_plan(replace(linear, scheme=s), metric, game.sizes) for s in worth)
        plans = [p for p in tried if p is not None and p.step_max >= LONGER * known[p.scheme]]
        if not plans:
            return claims
        bounded = Bounded(quantity, float(linear.deviation), "near_linear")
        made = problem.bounder.confirm(game, problem.region, [bounded])
    except CannotBound:
        return claims
    if "covers" in made.evidence:
        claims = _with_cover(claims, "near_linear", made.evidence["covers"]["near_linear"])
    return claims.with_claims(*map(stated_steps, plans))


def _with_cover(claims: Claims, purpose: str, cover: NDArray[np.int32]) -> Claims:
    covers = {**claims.evidence["covers"], purpose: encode_arrays(cover)}
    return replace(claims, evidence={**claims.evidence, "covers": covers})


def _in_floats(metric: Metric) -> Metric:
    """The metric as the search had it."""
    return Metric.scalar(metric.weights.astype(float)) if metric.kind == "scalar" else metric


# ---- the equilibrium -----------------------------------------------------------------------------


@final
@dataclass(frozen=True)
class _Shape(Jacobian):
    """What T13 asks of a Jacobian that is known by covers or samples, or need not be derived."""

    sizes: tuple[int, ...]
    constant: bool
    symmetric: bool

    def each_block(self) -> Iterator[Blocks]:
        raise Uncheckable("only the shape is known")

    def each_whole(self, purpose: str) -> Iterator[Ball]:
        raise Uncheckable("only the shape is known")


def _jacobian(problem: Problem) -> Jacobian:
    game = problem.game
    known = isinstance(problem.region, Space) or isinstance(game, QuadraticGame)
    if problem.document is not None and not known:
        return jacobian_of(problem.document, problem.region)
    constant = known and game.structure is Structure.CONSTANT
    return _Shape(game.sizes, constant, game.symmetric)


def _add_equilibrium(
    claims: Claims, problem: Problem | None, left_out: Collection[Title]
) -> Claims:
    """The equilibrium with its error and kind."""
    if problem is None:
        return claims
    points = _stated_points(claims, problem)
    known = Title.KIND not in left_out
    kinds = [(solution, kind) for solution, kind in KINDS if known or kind is None]
    return claims.with_claims(*_supported(claims, _jacobian(problem), points, problem, kinds))


def _stated_points(claims: Claims, problem: Problem) -> Sequence[Vector]:
    """Points near the solution as they may be stated, short ones first; none if it is not found."""
    game, region = problem.game, problem.region
    margin, lipschitz = float(claims.margin), float(claims.lipschitz)
    if isinstance(region, Box) and region.constraints:
        x, held = solution(game, region, margin, lipschitz)
        if not np.isfinite(x).all():
            return []
        return [objects(point) for point in exact_points(x, held, region, STATED_DIGITS)]
    x = find_equilibrium(game, region, margin, lipschitz)
    return stated_points(x, region, len(x) <= TEXT_LIMIT) if np.isfinite(x).all() else []


def _supported(
    claims: Claims,
    J: Jacobian,
    points: Sequence[Vector],
    problem: Problem,
    kinds: Collection[tuple[type[StatedSolution], type[EquilibriumKind] | None]],
) -> tuple[Claim, ...]:
    """The first point and the strongest kind that the checker's rules grant."""
    for point in points:
        region = problem.region
        if isinstance(region, Box) and not region.plain and not region.contains(list(point)):
            continue  # F may not be defined there
        F = _force(claims, problem, point)
        for kind_of_point, kind in kinds:
            found = _with_error(claims, J, kind_of_point(point, Fraction(0), [F]))
            stated = (found,) if kind is None else (found, kind())
            good = found.error == 0 or point is points[-1]  # a short point only if it is exact
            if good and _hold(claims.with_claims(*stated), J, stated):
                return stated
    return ()


def _hold(claims: Claims, J: Jacobian, stated: Collection[Claim]) -> bool:
    return all(
        not REGISTERED[type(claim)].theorem.failing(Case(claims, J, claim)) for claim in stated
    )


def _force(claims: Claims, problem: Problem, point: NDArray[np.float64]) -> Ball:
    """F at the point: enclosed where the checker can, else as the game computes it."""
    if claims.game is not None and problem.game.provable:
        return force_at(claims.game, point)
    return Ball.exact(problem.game.pseudo_gradient(point.astype(float)))


def _with_error(claims: Claims, J: Jacobian, found: StatedSolution) -> StatedSolution:
    """The least error that F grants (T13, T25)."""
    residual, lost, region = found.force(claims.game), Fraction(0), claims.region
    weighted = claims.metric.kind == "scalar"  # else nothing of the boundary can be claimed
    if isinstance(found, VariationalSolution) and region is not None and weighted:
        if isinstance(region, Box) and region.constraints:
            forces = multipliers(residual.mid, list(map(Fraction, found.point)), region)
            found = replace(found, multipliers=forces)
        residual = off_the_faces(residual, found, found.multipliers, region)
        lost = given_way(found, found.multipliers, region, claims.metric, J.sizes)
    _, square = norms_within(residual, metric_ball(claims.metric, J.sizes))
    length = root_above(square)
    error = length / claims.margin
    if lost > 0:  # αe² = ‖r‖e + ε
        error = (length + root_above(length**2 + 4 * claims.margin * lost)) / (2 * claims.margin)
    return replace(found, error=round_up(error, ERROR_DIGITS))


# ---- the divergence of policies ------------------------------------------------------------------


def _add_divergence(claims: Claims, problem: Problem | None, left_out: Collection[Title]) -> Claims:
    """T19, by which the equilibrium may be more than a zero."""
    if problem is None:
        return claims
    claims = with_divergence(claims, problem, left_out)
    stated, kind = [RestrictedNashOfPolicies()], claims.find(EquilibriumKind)
    plain = claims.find(Solution) is not None and kind is None and Title.KIND not in left_out
    if plain and _hold(claims, _jacobian(problem), stated):
        return claims.with_claims(*stated)
    return claims


# ---- all of them ---------------------------------------------------------------------------------

Adding = Callable[[Claims, Problem | None, Collection[Title]], Claims]
PROMISES: dict[Title, Adding] = {  # each may rest on those before it
    Title.RK4: _add_near_linear,
    Title.EQUILIBRIUM: _add_equilibrium,
    Title.RK4_TOWARDS: _add_towards,
    Title.LIFTED: _add_lifted,
    Title.KL_RATE: _add_divergence,
}
