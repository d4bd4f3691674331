"""All numbers of a certificate, found and rounded to their safe side; the checker believes none."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar, final

import numpy as np
from numpy.typing import NDArray

from certificates.document import Document
from games.game import Game, Structure
from games.region import Box, Region
from sgn.band import BandPlan, direct_band, structural_band
from sgn.bounds import Bounder, Cocoercivity, EulerFactor, Lipschitz, Margin
from sgn.euler import EulerPlan, direct_plan, euler_spectral_limit
from sgn.metric import best_direct_weights, direct_margin
from sgn.norms import NormPlan, norm_plan
from sgn.runge_kutta import RK4Plan, constant_plan, spectral_limit
from sgn.sector import sector_plan
from sgn.stated import (
    StatedBounds,
    StatedStructural,
    down,
    stated_bounds,
    stated_structural,
    up,
)
from sgn.structural_euler import structural_plan
from sgn.weights import optimal_weights

FloatArray = NDArray[np.float64]
Plan = TypeVar("Plan", EulerPlan, RK4Plan)
DIRECT_LIMIT = 1000  # dimensions up to which whole (dense) Jacobians are worked with
SAMPLES = 128  # Jacobians that stand for the region while weights and steps are chosen
LEAST_GAIN = 0.001  # of a sampled margin, for which another metric is enclosed
PREFERRED = 1 + Fraction(1, 10**9)  # a direct margin must beat the structural one by this factor


@final
@dataclass(frozen=True)
class Direct:
    """What the whole Jacobian says in the metric M(weights) (T5, T10)."""

    weights: FloatArray
    margin: Fraction
    euclidean_margin: Fraction
    lipschitz: Fraction
    cocoercivity: Fraction


@final
@dataclass(frozen=True)
class Study:
    """Everything a certificate will state; margin ≤ 0 means that there is nothing to certify."""

    bounds: StatedBounds
    structural: StatedStructural
    direct: Direct | None
    basis: str
    weights: FloatArray
    margin: Fraction
    lipschitz: Fraction
    norms: NormPlan | None = None  # proves lipschitz where the whole Jacobian is not used
    euler: EulerPlan | None = None
    rk4: RK4Plan | None = None
    band: BandPlan | None = None


@final
@dataclass(frozen=True)
class Problem:
    """A game on a region, with the means to bound it."""

    game: Game
    region: Region
    bounder: Bounder
    document: Document | None  # of the game, where the checker can rebuild what is claimed
    seed: int

    def points(self) -> FloatArray:
        """Points (V, n) that stand for the region: one if J is constant, else corners and draws."""
        if not isinstance(self.region, Box):
            return np.zeros((1, self.game.dimension))
        low, high = self.region.floats()
        if self.game.structure is Structure.CONSTANT:
            return (low + (high - low) / 2)[None]
        rng = np.random.default_rng([self.seed, 2])
        points = self.region.sample(rng, SAMPLES)
        corners = np.where(rng.random(points.shape) < 0.5, low, high)
        if len(self.region.free) <= 6:
            vertices = self.region.vertices(self.region.free)
            corners = np.array([[float(v) for v in p] for p in vertices])
        return np.concatenate([corners, points])

    def representatives(self) -> FloatArray:
        """Jacobians (V, n, n) at those points."""
        return self.game.jacobian(self.points())

    def direct(self, weights: FloatArray) -> Direct:
        """T5 and T10 in one metric."""
        w, equal, slices = as_tuple(weights), (1.0,) * len(weights), self.game.slices
        margins = [Margin(w, slices), Margin(equal, slices)]
        quantities = [*margins, Lipschitz(w, slices), Cocoercivity(w, slices)]
        margin, euclidean, norm, c = self.bounder.bound(self.game, self.region, quantities)
        cocoercivity = down(c) if c > 0 else Fraction(0)
        return Direct(weights, down(margin), down(euclidean), up(norm), cocoercivity)

    def euler_factor(self, weights: FloatArray) -> Callable[[float], float]:
        """h ↦ a stated upper bound of sup ‖I − hJ‖_M."""

        def factor(step: float) -> float:
            quantity = EulerFactor(as_tuple(weights), self.game.slices, step)
            return float(self.bounder.bound(self.game, self.region, [quantity])[0])

        return factor


def study(problem: Problem, metric: str) -> Study:
    """Bounds, weights and margins; steps and band where the margin is positive. Raises CannotBound.

    metric: "euclidean" (equal weights) or "scalar" (the best block weights).
    """
    game = problem.game
    found = problem.bounder.block_bounds(game, problem.region)
    bounds = stated_bounds(found, problem.document, problem.region)
    structural = stated_structural(bounds, optimal_weights(bounds.floats))
    if game.dimension > DIRECT_LIMIT:
        return _structural_study(bounds, structural)
    jacobians = problem.representatives()
    equal = np.ones(bounds.floats.size)
    direct = problem.direct(equal)
    if metric != "euclidean":
        starts = [structural.weights, equal]
        weights, hoped = best_direct_weights(jacobians, game.slices, starts)
        worth = (1 + LEAST_GAIN) if problem.bounder.kind == "enclosed" else 1
        if hoped > worth * direct_margin(jacobians, game.slices, equal):
            # the weights were chosen for samples; on the region equal ones may be better
            direct = max(problem.direct(weights), direct, key=lambda found: found.margin)
    basis, margin = "direct", direct.margin
    if metric != "euclidean" and direct.margin <= structural.margin * PREFERRED:
        basis, margin = "structural", structural.margin
        if not np.array_equal(direct.weights, structural.weights):
            direct = problem.direct(structural.weights)
    base = Study(bounds, structural, direct, basis, direct.weights, margin, direct.lipschitz)
    return _with_steps(problem, base, direct, jacobians) if margin > 0 else base


def conditional_study(bounds: StatedBounds) -> Study:
    """What follows from bounds that the user asserts."""
    return _structural_study(bounds, stated_structural(bounds, optimal_weights(bounds.floats)))


def _structural_study(bounds: StatedBounds, structural: StatedStructural) -> Study:
    """Without the whole Jacobian: T2, T4, T9, norms and T11 (b)."""
    margin, weights = structural.margin, structural.weights
    base = Study(bounds, structural, None, "structural", weights, margin, Fraction(0))
    norms = norm_plan(bounds.floats, weights) if margin > 0 else None
    if norms is None:
        return replace(base, margin=min(margin, Fraction(0)))
    return replace(
        base,
        lipschitz=norms.bound,
        norms=norms,
        euler=structural_plan(bounds.floats),
        rk4=sector_plan(weights, margin, norms.bound, None),
        band=structural_band(bounds.floats) if bounds.floats.size == 2 else None,
    )


def _with_steps(problem: Problem, base: Study, direct: Direct, jacobians: FloatArray) -> Study:
    """Euler and RK4 steps, each in the metric that serves it best, and the band."""
    game = problem.game
    metrics, euler_limit, rk4_limit = [base.weights], np.inf, np.inf
    if game.structure is Structure.CONSTANT:
        eigenvalues = np.linalg.eigvals(jacobians[0])
        euler_limit, rk4_limit = euler_spectral_limit(eigenvalues), spectral_limit(eigenvalues)
        candidates = [base.weights, base.structural.weights, np.ones(len(base.weights))]
        metrics = list({as_tuple(w): w for w in candidates}.values())
    euler = _longest((_direct_euler(problem, direct, w, jacobians) for w in metrics), euler_limit)
    structural = structural_plan(base.bounds.floats)
    if euler is None or (structural and structural.step_max > euler.step_max * 1.001):
        euler = structural
    # on covers the checker sees boxes of matrices, not that they are one matrix
    if game.structure is Structure.CONSTANT and problem.bounder.kind != "enclosed":
        plans = (constant_plan(jacobians[0], w, game.sizes, rk4_limit) for w in metrics)
        rk4 = _longest(plans, rk4_limit)
    else:
        rk4 = sector_plan(base.weights, base.margin, base.lipschitz, direct.cocoercivity)
    band = None
    if len(game.players) == 2 and base.basis == "structural":
        band = structural_band(base.bounds.floats)
    elif len(game.players) == 2 and problem.document is not None:
        band = direct_band(jacobians, game.slices, float(base.weights[1]))
    return replace(base, euler=euler, rk4=rk4, band=band)


def _direct_euler(
    problem: Problem, known: Direct, weights: FloatArray, jacobians: FloatArray
) -> EulerPlan | None:
    """T10 in one metric."""
    direct = known if np.array_equal(weights, known.weights) else problem.direct(weights)

    def near(step: float) -> float:
        quantity = EulerFactor(as_tuple(weights), problem.game.slices, step)
        return float(quantity.values(jacobians).max())

    margin, c = float(direct.margin), float(direct.cocoercivity)
    return direct_plan(weights, margin, c, problem.euler_factor(weights), near)


def _longest(plans: Iterable[Plan | None], limit: float) -> Plan | None:
    """The plan with the largest step; the first within 0.5 % of what any metric allows."""
    best = None
    for plan in plans:
        if plan is not None and (best is None or plan.step_max > best.step_max):
            best = plan
        if best is not None and best.step_max > 0.995 * limit:
            break
    return best


def as_tuple(weights: FloatArray) -> tuple[float, ...]:
    """Weights as plain floats, for quantities."""
    return tuple(map(float, weights))
