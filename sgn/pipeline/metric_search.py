"""Up the ladder of metrics until the game is certified, with what each rung gave."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np

from certificates.kernel.document.metric import Metric, Rung
from sgn.metrics.block_scalar import best_direct_weights, direct_margin
from sgn.pipeline.game_on_region import Direct, Problem
from sgn.pipeline.ladder import BlockScalar, Euclidean, Strategy, choose_metric
from sgn.pipeline.objectives import Family, LargestMargin, LongestEulerStep, Objective
from sgn.pipeline.safe_side import StatedStructural
from sgn.rounding import nice_weights
from sgn.steps.euler import euler_spectral_limit

LEAST_GAIN = 0.001  # of a sampled margin, for which another metric is enclosed
PREFERRED = 1 + Fraction(1, 10**9)  # a direct margin must beat the structural one by this factor
SAME = 1e-9  # of a margin: what other weights may lose
LONGER = 1.01  # by so much their steps must be longer
HALVINGS = 30
CUTS = 4  # worst points that are added to the Jacobians a metric is chosen for


@final
@dataclass(frozen=True)
class Standing:
    """A metric with what is known in it: the margin is the structural one where that is better."""

    strategy: Strategy
    direct: Direct
    basis: str
    margin: Fraction


@final
@dataclass(frozen=True)
class Climb:
    """The metric that is chosen, and what every rung gave."""

    chosen: Standing
    rungs: tuple[Rung, ...]


def climb(
    problem: Problem,
    family: Family,
    structural: StatedStructural,
    strategies: Sequence[Strategy],
    objective: Objective,
) -> Climb:
    """The first of the strategies that reaches a positive margin, else the one that came nearest.

    Raises CannotBound where the first one cannot be bounded.
    """
    equal = problem.direct(Metric.scalar(np.ones(len(family.slices))))
    best = Standing(Euclidean(), equal, "direct", equal.margin)
    rungs = [Rung("euclidean", equal.margin, "")]
    for k, strategy in enumerate(strategies):
        if isinstance(strategy, Euclidean):
            continue
        if isinstance(strategy, BlockScalar):
            found = _scalar(problem, family, structural, objective, equal)
            rungs.append(Rung(strategy.name, found.margin, ""))
        else:
            if k > 0 and not strategy.adds_to_scalar(family.sizes):
                rungs.append(Rung(strategy.name, None, "the same as scalar: one variable a player"))
                continue
            tried = _matrix(problem, family, strategy, objective)
            if isinstance(tried, Rung):
                rungs.append(tried)
                continue
            found = tried
            rungs.append(Rung(strategy.name, found.margin, ""))
        if k == 0 or found.margin > best.margin:
            best = found
        if best.margin > 0:
            break
    alone = len(strategies) == 1
    return Climb(best, tuple(_explained(rung, best, alone) for rung in rungs))


def _explained(rung: Rung, best: Standing, alone: bool) -> Rung:
    """The rung with its outcome in words; alone: no other one was asked for."""
    if rung.outcome or rung.margin is None:
        return rung
    if rung.margin <= 0:
        return Rung(rung.metric, rung.margin, "not enough")
    if rung.metric == best.strategy.name:
        reason = "all that was asked for" if alone else "the first that certifies the game"
        return Rung(rung.metric, rung.margin, f"chosen: {reason}")
    words = "certifies less" if rung.margin < best.margin else "certifies as much"
    return Rung(rung.metric, rung.margin, f"{words}; for comparison" if alone else words)


def _scalar(
    problem: Problem,
    family: Family,
    structural: StatedStructural,
    objective: Objective,
    equal: Direct,
) -> Standing:
    """Weights: direct where that is better than what the block bounds give."""
    J, slices, direct = family.jacobians, family.slices, equal
    ones = np.ones(len(slices))
    if isinstance(objective, LargestMargin):
        weights, hoped = best_direct_weights(J, slices, [structural.weights, ones])
        worth = (1 + LEAST_GAIN) if problem.bounder.kind == "enclosed" else 1
        if hoped > worth * direct_margin(J, slices, ones):
            # the weights were chosen for samples; on the region equal ones may be better
            better = problem.direct(Metric.scalar(weights))
            direct = max(better, direct, key=lambda found: found.margin)
    else:
        known = (Metric.scalar(structural.weights), equal.metric)
        metric = choose_metric(BlockScalar(), objective, family, known)
        direct = equal if metric == equal.metric else problem.direct(metric)
        if direct.margin <= 0:
            return _scalar(problem, family, structural, LargestMargin(), equal)
        return Standing(BlockScalar(), direct, "direct", direct.margin)
    if direct.margin > structural.margin * PREFERRED:
        direct = _with_longer_steps(problem, family, direct)
        return Standing(BlockScalar(), direct, "direct", direct.margin)
    metric = Metric.scalar(structural.weights)
    if direct.metric != metric:
        direct = problem.direct(metric)
    return Standing(BlockScalar(), direct, "structural", structural.margin)


def _with_longer_steps(problem: Problem, family: Family, known: Direct) -> Direct:
    """Other weights of the same margin, where they allow longer Euler steps; J constant.

    Both {w : sym(MJ) ⪰ αM} and {w : sym(MJ) ⪰ cJᵀMJ} are convex, so on the way to the weights of
    the longest step the margin holds up to one point, and until then the step does not fall.
    """
    steps, margin = LongestEulerStep(), LargestMargin()
    if known.margin <= 0 or not family.is_one_matrix:
        return known
    reached = steps.score(known.metric, family)
    if LONGER * reached >= euler_spectral_limit(np.linalg.eigvals(family.jacobians[0])):
        return known
    if (target := family.euler_weights) is None:
        return known
    least, start = margin.score(known.metric, family) * (1 - SAME), known.metric.weights

    def between(share: float) -> Metric:
        weights = (1 - share) * start + share * target * (start.sum() / target.sum())
        return Metric.scalar(nice_weights(weights))

    metric = between(_last(lambda share: margin.score(between(share), family) >= least))
    if steps.score(metric, family) <= LONGER * reached:
        return known
    better = problem.direct(metric)
    return better if better.margin >= known.margin * (1 - 2 * Fraction(SAME)) else known


def _last(holds: Callable[[float], bool]) -> float:
    """The last share in [0, 1] up to which it holds, as it does at 0."""
    if holds(1.0):
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _matrix(
    problem: Problem, family: Family, strategy: Strategy, objective: Objective
) -> Standing | Rung:
    """A matrix metric, with the worst points added until sampling finds no worse ones."""
    if why := strategy.why_not(family):
        return Rung(strategy.name, None, why)
    margin = LargestMargin()
    metric = choose_metric(strategy, objective, family)
    for _ in range(0 if family.is_one_matrix else CUTS):
        hoped = margin.score(metric, family)
        worst = Family(problem.worst_jacobian(metric), family.slices)
        if hoped <= 0 or margin.score(metric, worst) >= hoped - LEAST_GAIN * abs(hoped):
            break
        family = Family(np.concatenate([family.jacobians, worst.jacobians]), family.slices)
        metric = choose_metric(strategy, objective, family)
    if margin.score(metric, family) <= 0:
        where = "for the Jacobian" if family.is_one_matrix else "at the sampled points"
        return Rung(strategy.name, None, f"no metric with a positive margin was found {where}")
    direct = problem.direct(metric)
    return Standing(strategy, direct, "direct", direct.margin)
