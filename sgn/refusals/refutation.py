"""The search for refutations (T6): points, and what is wrong there with every metric.

Nothing here is believed: the checker confirms a witness before anything is called refuted.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.fields import Vector
from certificates.kernel.theorems.refutation import (
    MAX_EXACT,
    DualForMetrics,
    DualForWeights,
    DualWitness,
    EigenvalueWitness,
    ExactWitness,
    Witness,
)
from games.game import Game, Structure
from games.regions.shapes import Box, Region
from sgn.bounds.descent import Schedule, descend
from sgn.metrics.lmi import NoProposal, Opposition, oppose_block_weights, oppose_every_metric
from sgn.pipeline.game_on_region import Problem
from sgn.pipeline.numbers import DIRECT_LIMIT
from sgn.refusals.constant_metrics import NoWitness, eigenvalue_witness
from sgn.rounding import decimals, objects

FloatArray = NDArray[np.float64]
Point = tuple[Fraction, ...]

SAMPLES, WORK = 4096, 2**20  # points at most, fewer where eigenvalues (n³) are more work
STARTS = 4  # worst sampled points from which the search descends
SEARCH = Schedule(rounds=40, width=16)
PLACES = (1, 2, 4, 8)  # decimals, in units of a side, to which points are rounded
KEPT = 0.5  # of the least real part that a rounded point must keep
DUAL_LIMIT = 16  # dimensions up to which dual witnesses are searched for
ROUNDS = 6  # of the dual search, each with the worst points for the last metric added
ADDED = 3  # of those points
CLEAR = 1e-8  # of the Jacobians' size: what a dual witness must reach
NEARLY = 1e-9  # of the Jacobian's size: a real part that may be 0
NEGLIGIBLE = 1e-9  # part of the total trace


@final
@dataclass(frozen=True)
class LeastStable:
    """A point and the least real part of an eigenvalue of J there."""

    point: Point
    real_part: float


def least_stable(problem: Problem) -> list[LeastStable]:
    """The least stable points found, worst first, short decimals before long ones.

    Empty where the Jacobian is too large to look at.
    """
    game, region = problem.game, problem.region
    if game.dimension > DIRECT_LIMIT:
        return []
    points = problem.points()
    varies = game.structure is not Structure.CONSTANT
    if isinstance(region, Box) and region.free and varies:
        rng = np.random.default_rng([problem.seed, 4])
        more = region.sample(rng, min(SAMPLES, WORK // game.dimension**3))
        points = np.concatenate([points, more])
    worst = points[np.argsort(_real_parts(problem, points), kind="stable")[:STARTS]]
    if isinstance(region, Box) and region.free and varies:
        worst = _descended(problem, region, worst)
    found = []
    for point in worst:
        exact = _inside(region, [Fraction(float(v)) for v in point])
        tried = [*(_rounded(region, exact, places) for places in PLACES), exact]
        values = _real_parts(problem, _floats(tried))
        k = int(np.argmax(values <= KEPT * min(values[-1], 0.0)))
        found.append(LeastStable(tried[k], float(values[k])))
    return sorted(found, key=lambda each: each.real_part)


def eigenvalue_refutations(problem: Problem, places: list[LeastStable]) -> Iterator[Witness]:
    """At each point, a witness of an eigenvalue with negative real part, where there is one."""
    for place in places:
        if place.real_part >= 0:
            return
        try:
            witness = eigenvalue_witness(problem.game.jacobian(_floats([place.point]))[0])
        except NoWitness:
            continue
        point = stated(problem, place.point)
        shift = Fraction(witness.shift)
        yield EigenvalueWitness(_vector(point), shift, witness.H, decimals(witness.v))


def exact_refutations(problem: Problem, places: list[LeastStable]) -> Iterator[Witness]:
    """At each point, that an eigenvalue's real part is at most 0, where rounding hides which."""
    if problem.game.dimension > MAX_EXACT:
        return
    for place in places:
        size = np.abs(problem.game.jacobian(_floats([place.point]))).max()
        if place.real_part <= NEARLY * size:
            yield ExactWitness(_vector(stated(problem, place.point)))


def dual_refutations(problem: Problem, only_weights: bool) -> Iterator[Witness]:
    """Points that together refute every constant metric, else all block weights (T6, dual).

    only_weights: whether to refute the weights is enough.
    """
    game, region = problem.game, problem.region
    if game.dimension > DUAL_LIMIT:
        return
    nearby = [[Fraction(float(v)) for v in point] for point in problem.points()]
    points = list(dict.fromkeys(_rounded(region, point, 3) for point in nearby))
    jacobians = game.jacobian(_floats(points))
    scale = np.abs(jacobians).max()
    if not 0 < scale < np.inf:
        return
    where = [stated(problem, point) for point in points]
    parts = [_Part.of(game, jacobians / scale, members) for members in _components(game, jacobians)]
    if game.structure is not Structure.CONSTANT:
        for part in parts:
            if part.closed:
                yield from _dual(where, part, DualForMetrics, oppose_every_metric)
    for part in parts if only_weights else ():
        yield from _dual(where, part, DualForWeights, part.oppose_weights)


@final
@dataclass(frozen=True, eq=False)
class _Part:
    """Players that all act on each other, directly or not: their variables, and J of these."""

    variables: NDArray[np.int64]
    slices: tuple[slice, ...]
    jacobians: FloatArray
    dimension: int  # of the whole game
    closed: bool  # they act on nobody else

    @classmethod
    def of(cls, game: Game, jacobians: FloatArray, members: NDArray[np.int64]) -> "_Part":
        own = np.isin(np.repeat(np.arange(len(game.sizes)), game.sizes), members)
        ends = np.cumsum([game.sizes[k] for k in members]).tolist()
        return cls(
            variables=np.flatnonzero(own),
            slices=tuple(slice(a, b) for a, b in pairwise([0, *ends])),
            jacobians=jacobians[:, own][:, :, own],
            dimension=game.dimension,
            closed=not jacobians[:, ~own][:, :, own].any(),
        )

    def oppose_weights(self, jacobians: FloatArray) -> Opposition | NoProposal:
        return oppose_block_weights(jacobians, self.slices)

    def factor(self, Z: FloatArray) -> FloatArray:
        """C (n, r) with CCᵀ = Z on these variables and 0 elsewhere, but for what is negligible."""
        values, vectors = np.linalg.eigh(Z)
        kept = values > NEGLIGIBLE * values[-1]
        C = np.zeros((self.dimension, int(kept.sum())))
        C[self.variables] = vectors[:, kept] * np.sqrt(values[kept])
        return C


def _components(game: Game, jacobians: FloatArray) -> list[NDArray[np.int64]]:
    """The players, grouped by who acts on each other; a metric can treat the groups one by one."""
    acts = np.array(
        [[bool(jacobians[:, i, j].any()) for j in game.slices] for i in game.slices]
    ) | np.eye(len(game.sizes), dtype=bool)
    for _ in game.sizes:  # paths of any length
        acts = acts @ acts
    return [np.flatnonzero(row) for row in np.unique(acts & acts.T, axis=0)]


def _dual(
    points: list[Point | None],
    part: _Part,
    kind: type[DualWitness],
    oppose: Callable[[FloatArray], Opposition | NoProposal],
) -> Iterator[Witness]:
    """Few points first; then those are added where the metric that resists them fails most."""
    chosen = _worst_for(np.eye(len(part.variables)), part.jacobians)
    for _ in range(ROUNDS):
        found = oppose(part.jacobians[chosen])
        if isinstance(found, NoProposal):
            return
        if found.value < -CLEAR:
            share = np.trace(found.Z, axis1=1, axis2=2)
            used = [k for k in range(len(chosen)) if share[k] > NEGLIGIBLE]
            places = [points[chosen[k]] for k in used]
            factors = [part.factor(found.Z[k]) for k in used]
            yield kind(tuple(map(_vector, places)), tuple(factors))
            return
        fresh = [k for k in _worst_for(found.metric, part.jacobians) if k not in chosen]
        if not fresh:
            return
        chosen += fresh


def _vector(point: Point | None) -> Vector | None:
    return None if point is None else objects(point)


def _worst_for(metric: FloatArray, jacobians: FloatArray) -> list[int]:
    """The Jacobians with the least λ_min(sym(MJ)), worst first."""
    product = metric @ jacobians
    least = np.linalg.eigvalsh(product + np.swapaxes(product, 1, 2))[:, 0]
    return [int(k) for k in np.argsort(least, kind="stable")[:ADDED]]


def _descended(problem: Problem, region: Box, starts: FloatArray) -> FloatArray:
    """Points where the least real part is a local minimum, worst first."""
    low, high = region.floats()
    free = list(region.free)
    side = (high - low)[free]

    def place(units: FloatArray) -> FloatArray:
        points = np.tile(low, (len(units), 1))
        points[:, free] = np.clip(low[free] + side * units, low[free], high[free])
        return region.pulled(points)

    def objective(candidates: FloatArray, items: NDArray[np.int64]) -> FloatArray:
        flat = candidates.reshape(-1, len(free))
        return _real_parts(problem, place(flat)).reshape(candidates.shape[:2])

    units = (starts[:, free] - low[free]) / side
    axes = [np.arange(len(free))] * len(starts)
    rng = np.random.default_rng([problem.seed, 3])
    values = objective(units[:, None, :], np.arange(len(units)))[:, 0]
    ended, reached = descend(objective, units, values, axes, SEARCH, rng)
    return place(ended[np.argsort(reached, kind="stable")])


def _real_parts(problem: Problem, points: FloatArray) -> FloatArray:
    """The least real part of an eigenvalue of J at each point (k, n); inf where J is not finite."""
    with np.errstate(all="ignore"):
        jacobians = problem.game.jacobian(points)
    finite = np.isfinite(jacobians).all(axis=(1, 2))
    result = np.full(len(points), np.inf)
    result[finite] = np.linalg.eigvals(jacobians[finite]).real.min(axis=1)
    return result


def _rounded(region: Region, point: Sequence[Fraction], places: int) -> Point:
    """The nearest decimals that are short for the size of each side, inside the region."""
    if not isinstance(region, Box):
        return tuple(point)
    units = [_unit(b - a) / 10**places for a, b in zip(region.lower, region.upper, strict=True)]
    return _inside(region, [round(v / u) * u for v, u in zip(point, units, strict=True)])


def _unit(side: Fraction) -> Fraction:
    """A power of ten near the length of a side; 1 for a degenerate one."""
    return Fraction(10) ** round(math.log10(side)) if side else Fraction(1)


def _inside(region: Region, point: Sequence[Fraction]) -> Point:
    if not isinstance(region, Box):
        return tuple(point)
    return region.nearest(point)


def _floats(points: Sequence[Point]) -> FloatArray:
    return np.array([[float(v) for v in point] for point in points])


def stated(problem: Problem, point: Point) -> Point | None:
    """The point as a refusal states it: None where J is the same on all of R^n."""
    return point if isinstance(problem.region, Box) else None
