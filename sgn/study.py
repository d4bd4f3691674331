"""All numbers of a certificate, found and rounded to their safe side; the checker believes none."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar, final

import numpy as np
from numpy.typing import NDArray

from certificates.metric import Metric, Rung
from games.game import Structure
from sgn.band import BandPlan, direct_band, structural_bands
from sgn.bounds import EulerFactor
from sgn.climb import Standing, climb
from sgn.euler import EulerPlan, direct_plan, euler_spectral_limit
from sgn.ladder import Choice, choose_metric
from sgn.norms import NormPlan, norm_plan
from sgn.objectives import Family, LongestEulerStep, LongestRK4Step, Objective
from sgn.problem import Direct, Problem
from sgn.runge_kutta import RK4Plan, constant_plan, spectral_limit
from sgn.sector import sector_plan
from sgn.stated import StatedBounds, StatedStructural, stated_bounds, stated_structural
from sgn.structural_euler import structural_plan
from sgn.weights import optimal_weights

FloatArray = NDArray[np.float64]
Plan = TypeVar("Plan", EulerPlan, RK4Plan)
DIRECT_LIMIT = 1000  # dimensions up to which whole (dense) Jacobians are worked with
QUICK_LIMIT = 100  # the same where the block bounds suffice and nothing special is asked for


@final
@dataclass(frozen=True)
class Study:
    """Everything a certificate will state; margin ≤ 0 means that there is nothing to certify."""

    bounds: StatedBounds
    structural: StatedStructural
    direct: Direct | None
    basis: str
    metric: Metric
    margin: Fraction
    lipschitz: Fraction
    norms: NormPlan | None = None  # proves lipschitz where the whole Jacobian is not used
    euler: EulerPlan | None = None
    rk4: RK4Plan | None = None
    bands: tuple[BandPlan, ...] = ()
    rungs: tuple[Rung, ...] = ()  # what each kind of metric gave


def study(problem: Problem, choice: Choice) -> Study:
    """Bounds, metric and margins; steps and band where the margin is positive. Raises CannotBound.

    choice: which metrics are tried, one after the other, and what for.
    """
    game = problem.game
    block_bounds = problem.bounder.block_bounds(game, problem.region)
    bounds = stated_bounds(block_bounds, problem.document, problem.region)
    structural = stated_structural(bounds, optimal_weights(bounds.floats))
    enough = structural.margin > 0 and block_bounds.symmetric and choice.is_automatic
    if game.dimension > (QUICK_LIMIT if enough else DIRECT_LIMIT):
        return _structural_study(bounds, structural)
    family = Family(problem.representatives(), game.slices)
    found = climb(problem, family, structural, choice.strategies, choice.objective)
    chosen = found.chosen
    base = Study(
        bounds,
        structural,
        chosen.direct,
        chosen.basis,
        chosen.direct.metric,
        chosen.margin,
        chosen.direct.lipschitz,
        rungs=found.rungs,
    )
    return _with_steps(problem, base, family, chosen, choice) if chosen.margin > 0 else base


def conditional_study(bounds: StatedBounds) -> Study:
    """What follows from bounds that the user asserts."""
    return _structural_study(bounds, stated_structural(bounds, optimal_weights(bounds.floats)))


def _structural_study(bounds: StatedBounds, structural: StatedStructural) -> Study:
    """Without the whole Jacobian: T2, T4, T9, norms and T11 (b)."""
    margin, metric = structural.margin, Metric.scalar(structural.weights)
    base = Study(bounds, structural, None, "structural", metric, margin, Fraction(0))
    norms = norm_plan(bounds.floats, structural.weights) if margin > 0 else None
    if norms is None:
        return replace(base, margin=min(margin, Fraction(0)))
    return replace(
        base,
        lipschitz=norms.bound,
        norms=norms,
        euler=structural_plan(bounds.floats, structural.vector, structural.weights),
        rk4=sector_plan(metric, margin, norms.bound, None),
        bands=structural_bands(bounds.floats),
    )


def _with_steps(
    problem: Problem, base: Study, family: Family, chosen: Standing, choice: Choice
) -> Study:
    """Euler and RK4 steps, where J is constant each in the metric that serves it best; bands."""
    game, direct, jacobians = problem.game, chosen.direct, family.jacobians
    euler_metrics, rk4_metrics = [base.metric], [base.metric]
    euler_limit, rk4_limit = np.inf, np.inf
    if game.structure is Structure.CONSTANT:
        eigenvalues = np.linalg.eigvals(jacobians[0])
        euler_limit, rk4_limit = euler_spectral_limit(eigenvalues), spectral_limit(eigenvalues)
        known = (base.structural.weights, np.ones(len(game.players)))
        others = [base.metric, *map(Metric.scalar, known)]
        euler_metrics = _served(LongestEulerStep(), family, chosen, choice, others)
        rk4_metrics = _served(LongestRK4Step(), family, chosen, choice, others)
    plans = (_direct_euler(problem, direct, m, jacobians) for m in euler_metrics)
    euler = _longest(plans, euler_limit)
    structural = structural_plan(base.bounds.floats)
    if euler is None or (structural is not None and _is_better(structural, euler)):
        euler = structural
    # on covers the checker sees boxes of matrices, not that they are one matrix
    if game.structure is Structure.CONSTANT and problem.bounder.kind != "enclosed":
        covers = (constant_plan(jacobians[0], m, game.sizes, rk4_limit) for m in rk4_metrics)
        rk4 = _longest(covers, rk4_limit)
    else:
        rk4 = sector_plan(base.metric, base.margin, base.lipschitz, direct.cocoercivity)
    bands: tuple[BandPlan, ...] = ()
    direct_pair = len(game.players) == 2 and base.basis == "direct"
    if direct_pair and base.metric.kind == "scalar" and problem.document is not None:
        bands = (direct_band(jacobians, game.slices, float(base.metric.weights[1])),)
    elif base.structural.margin > 0:
        bands = structural_bands(base.bounds.floats)
    return replace(base, euler=euler, rk4=rk4, bands=bands)


def _served(
    objective: Objective, family: Family, chosen: Standing, choice: Choice, others: list[Metric]
) -> list[Metric]:
    """Metrics to try for one method; more are searched where weights are not all that was asked."""
    if chosen.direct.metric.kind != "scalar" or choice.objective == objective:
        others = [choose_metric(chosen.strategy, objective, family), *others]
    return list(dict.fromkeys(others))


def _direct_euler(
    problem: Problem, known: Direct, metric: Metric, jacobians: FloatArray
) -> EulerPlan | None:
    """T10 in one metric."""
    direct = known if metric == known.metric else problem.direct(metric)

    def near(step: float) -> float:
        quantity = EulerFactor(metric, problem.game.slices, step)
        return float(quantity.values(jacobians).max())

    margin, c = float(direct.margin), float(direct.cocoercivity)
    return direct_plan(metric, margin, c, problem.euler_factor(metric), near)


def _is_better(one: EulerPlan, other: EulerPlan) -> bool:
    """Whether it reaches further, and not by giving up most of the contraction."""
    kept = 1 - one.factor_at_best >= (1 - other.factor_at_best) / 2
    return kept and one.step_max > other.step_max * 1.001


def _longest(plans: Iterable[Plan | None], limit: float) -> Plan | None:
    """The plan with the largest step; the first within 0.5 % of what any metric allows."""
    best = None
    for plan in plans:
        if plan is not None and (best is None or plan.step_max > best.step_max):
            best = plan
        if best is not None and best.step_max > 0.995 * limit:
            break
    return best
