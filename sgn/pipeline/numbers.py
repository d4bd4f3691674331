"""All numbers of a certificate, found and rounded to their safe side; the checker believes none."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, TypeVar, final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.claims import Band
from certificates.kernel.document.metric import Metric, Rung
from certificates.kernel.inequalities.runge_kutta import TABLEAUS
from certificates.kernel.obligation import Title
from certificates.kernel.theorems.euler import EulerSteps, steps_of_margin
from certificates.kernel.theorems.runge_kutta import RungeKuttaSteps
from games.game import Structure
from sgn.bands.certificate_bands import direct_band, structural_bands
from sgn.bounds import EulerFactor
from sgn.metrics.norms import NormPlan, norm_plan
from sgn.metrics.weights import optimal_weights
from sgn.pipeline.game_on_region import Direct, Problem
from sgn.pipeline.ladder import Choice, choose_metric
from sgn.pipeline.left_out import FAILURES
from sgn.pipeline.metric_search import Standing, climb
from sgn.pipeline.objectives import Family, LongestEulerStep, LongestRK4Step, Objective
from sgn.pipeline.safe_side import StatedBounds, StatedStructural, stated_bounds, stated_structural
from sgn.steps.euler import direct_plan, euler_spectral_limit
from sgn.steps.runge_kutta import constant_plan, spectral_limit
from sgn.steps.sector import sector_plan
from sgn.steps.structural_euler import longest_step, plan_in, structural_plan

FloatArray = NDArray[np.float64]
Plan = TypeVar("Plan", EulerSteps, RungeKuttaSteps)
DIRECT_LIMIT = 1000  # dimensions up to which whole (dense) Jacobians are worked with
QUICK_LIMIT = 100  # the same where the block bounds suffice and nothing special is asked for
# how much longer steps in another metric than the certificate's must be: a reader has to tell two
# sets of weights apart, while no one reads matrices, which are there to reach the spectral limits
WORTH = {"scalar": Fraction("1.05"), "block": Fraction("1.001"), "dense": Fraction("1.001")}
FURTHER = Fraction("1.01")  # T8 than T9, which knows the blocks and so has the lesser factor


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
    euler: EulerSteps | None = None  # none of T8: they follow from the rest
    runge_kutta: tuple[RungeKuttaSteps, ...] = ()  # one a scheme
    bands: tuple[Band, ...] = ()
    rungs: tuple[Rung, ...] = ()  # what each kind of metric gave
    left_out: Mapping[Title, str] = field(default_factory=dict)  # each with why


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
    base = replace(base, lipschitz=norms.bound, norms=norms)
    return _with_parts(
        base,
        euler=lambda: _structural_euler(base),
        runge_kutta=lambda: _each_scheme(
            lambda scheme: sector_plan(metric, margin, norms.bound, None, scheme=scheme)
        ),
        bands=lambda: structural_bands(bounds.floats),
    )


def _with_parts(
    base: Study,
    euler: Callable[[], EulerSteps | None],
    runge_kutta: Callable[[], tuple[RungeKuttaSteps, ...]],
    bands: Callable[[], tuple[Band, ...]],
) -> Study:
    """The study with its steps and bands, less those that cannot be had."""
    found, left_out = dict[str, Any](), dict[Title, str]()
    for obligation, key, find in (
        (Title.EULER, "euler", euler),
        (Title.RK4, "runge_kutta", runge_kutta),
        (Title.BAND, "bands", bands),
    ):
        try:
            found[key] = find()
        except FAILURES as error:
            left_out[obligation] = str(error)
    return replace(base, **found, left_out=left_out)


def _structural_euler(base: Study) -> EulerSteps | None:
    """T9 or T8 in the certificate's metric; T9 in a metric of its own where that is worth it."""
    bounds, known = base.bounds.floats, base.structural
    # one at a time: it takes long, and may not be needed
    others = (structural_plan(bounds, known.vector, known.weights) for _ in range(1))
    return _preferred(_bounded_euler(base), others, longest_step(bounds), base.metric)


def _bounded_euler(base: Study) -> EulerSteps | None:
    """T9 in the certificate's metric, or T8 where that reaches further."""
    c = base.direct.cocoercivity if base.direct is not None else Fraction(0)
    plan: EulerSteps | None = steps_of_margin(base.metric, base.margin, base.lipschitz, c)
    if base.metric.kind != "scalar":
        return plan
    by_blocks = plan_in(base.bounds.floats, base.metric.weights, base.structural.vector)
    if plan and by_blocks and plan.step_max > FURTHER * by_blocks.step_max:
        return plan
    return by_blocks or plan


def _with_steps(
    problem: Problem, base: Study, family: Family, chosen: Standing, choice: Choice
) -> Study:
    """Euler and RK4 steps, in the certificate's metric unless another one is worth it; bands."""
    game = problem.game
    # on covers the checker sees boxes of matrices, not that they are one matrix
    constant = game.structure is Structure.CONSTANT and problem.bounder.kind != "enclosed"

    def runge_kutta(scheme: str) -> RungeKuttaSteps | None:
        c = chosen.direct.cocoercivity
        plan = _constant_plan(base, family, chosen, choice, scheme) if constant else None
        return plan or sector_plan(base.metric, base.margin, base.lipschitz, c, scheme=scheme)

    def bands() -> tuple[Band, ...]:
        weights, known = base.metric.weights, problem.document is not None
        if len(game.players) == 2 and base.basis == "direct" and len(weights) and known:
            return (direct_band(family.jacobians, game.slices, float(weights[1])),)
        return structural_bands(base.bounds.floats) if base.structural.margin > 0 else ()

    return _with_parts(
        base,
        lambda: _euler(problem, base, family, chosen, choice),
        lambda: _each_scheme(runge_kutta),
        bands,
    )


def _each_scheme(
    find: Callable[[str], RungeKuttaSteps | None],
) -> tuple[RungeKuttaSteps, ...]:
    """The steps of every Runge–Kutta method that has some."""
    return tuple(steps for steps in map(find, TABLEAUS) if steps is not None)


def _euler(
    problem: Problem, base: Study, family: Family, chosen: Standing, choice: Choice
) -> EulerSteps | None:
    """T10, else T8 or T9, in the certificate's metric; T10 or T9 in another that is worth it."""
    direct, jacobians = chosen.direct, family.jacobians
    own = _direct_euler(problem, direct, base.metric, jacobians) or _bounded_euler(base)
    if problem.game.structure is Structure.CONSTANT:
        limit = euler_spectral_limit(np.linalg.eigvals(jacobians[0]))
        metrics = _others(LongestEulerStep(), base, family, chosen, choice)
        plans = (_direct_euler(problem, direct, metric, jacobians) for metric in metrics)
        own = _preferred(own, plans, limit, base.metric)
    return _preferred(own, [structural_plan(base.bounds.floats)], np.inf, base.metric)


def _constant_plan(
    base: Study, family: Family, chosen: Standing, choice: Choice, scheme: str
) -> RungeKuttaSteps | None:
    """T11 (a) likewise."""
    J, sizes = family.jacobians[0], family.sizes
    limit = spectral_limit(np.linalg.eigvals(J), scheme)
    metrics = _others(LongestRK4Step(), base, family, chosen, choice)
    plans = (constant_plan(J, metric, sizes, limit, scheme) for metric in metrics)
    own = constant_plan(J, base.metric, sizes, limit, scheme)
    return _preferred(own, plans, limit, base.metric)


def _others(
    objective: Objective, base: Study, family: Family, chosen: Standing, choice: Choice
) -> Iterator[Metric]:
    """Other metrics to try for one method, each once."""
    tried = {base.metric}
    for metric in _candidates(objective, base, family, chosen, choice):
        if metric not in tried:
            tried.add(metric)
            yield metric


def _candidates(
    objective: Objective, base: Study, family: Family, chosen: Standing, choice: Choice
) -> Iterator[Metric]:
    """Matrices that are searched for the method, where they are allowed, then weights."""
    if base.metric.kind != "scalar" or choice.objective == objective:
        yield choose_metric(chosen.strategy, objective, family)
    if (weights := family.euler_weights) is not None:
        yield Metric.scalar(weights)
    yield Metric.scalar(base.structural.weights)
    yield Metric.scalar(np.ones(len(family.slices)))


def _direct_euler(
    problem: Problem, known: Direct, metric: Metric, jacobians: FloatArray
) -> EulerSteps | None:
    """T10 in one metric."""
    direct = known if metric == known.metric else problem.direct(metric)

    def near(step: float) -> float:
        quantity = EulerFactor(metric, problem.game.slices, step)
        return float(quantity.values(jacobians).max())

    margin, c = float(direct.margin), float(direct.cocoercivity)
    return direct_plan(metric, margin, c, problem.euler_factor(metric), near)


def _preferred(
    own: Plan | None, others: Iterable[Plan | None], limit: float, metric: Metric
) -> Plan | None:
    """The plan in the certificate's metric, or the longest other one that is worth a second metric.

    limit: what no metric exceeds.
    """
    worth = WORTH[metric.kind]
    if own and own.step_max * worth > limit:
        return own
    worthy = (plan for plan in others if plan and (not own or _is_better(plan, own, worth)))
    return _longest(worthy, limit) or own


def _is_better(one: Plan, other: Plan, worth: Fraction) -> bool:
    """Whether it reaches further, and not by giving up most of the contraction."""
    kept = 1 - one.factor_at_best >= (1 - other.factor_at_best) / 2
    return kept and one.step_max > other.step_max * worth


def _longest(plans: Iterable[Plan], limit: float) -> Plan | None:
    """The plan with the largest step; the first within 0.5 % of what any metric allows."""
    best = None
    for plan in plans:
        if best is None or plan.step_max > best.step_max:
            best = plan
        if best.step_max > 0.995 * limit:
            break
    return best
