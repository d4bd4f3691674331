"""Sampled evidence: Sobol points and descent give estimates, fresh draws the (ε, δ) statement."""

import hashlib
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from games.game import Game
from games.language.number import parse_number, to_text
from games.regions.region import Space
from games.regions.shapes import Box, Region
from sgn.bounds.bounder import (
    Bounder,
    Confirmation,
    block_quantities,
    collect,
    evaluate,
    jacobians,
    require_finite,
)
from sgn.bounds.bounds import Bounds
from sgn.bounds.descent import Objective, Schedule, descend
from sgn.bounds.exact import variables_of
from sgn.quantities.claim import CannotBound, Claim, outward, worse, worst
from sgn.quantities.quantities import Block, FloatArray, Quantity

BATCH_ENTRIES = 2**21  # floats held at once: 16 MiB
MAX_CORNER_SIDES = 10
GUARD = 64  # rounding units allowed for the evaluation of J
NUDGE = 1e-9  # relative: estimates are moved outward by this
MIN_POLLS, MAX_ROUNDS = 4, 100
Indices = NDArray[np.int64]


def _never() -> bool:
    return False


@final
@dataclass(frozen=True)
class Sampled(Bounder):
    """Estimates by sampling; never a proof.

    draws: Sobol points of the search, a power of two. epsilon, delta: see :meth:`confirm`.
    seed: of all randomness. budget: entries of J that the local descent may evaluate; late: when
    it is to end whatever is left of that.
    Raises ValueError for parameters out of range.

    >>> from games.quadratic import QuadraticGame
    >>> game = QuadraticGame(np.array([[2.0, 1.0], [1.0, 2.0]]), sizes=[1, 1])
    >>> Sampled(draws=16).block_bounds(game, Box.cube(2, 1)).curvature_lower.round(6)
    array([2., 2.])
    """

    draws: int = 2**12
    epsilon: float = 1e-3
    delta: float = 1e-6
    seed: int = 0
    budget: int = 2**28
    late: Callable[[], bool] = field(default=_never, repr=False, compare=False)

    kind: ClassVar[str] = "sampled"

    def __post_init__(self) -> None:
        if self.draws < 1 or self.draws & (self.draws - 1):
            raise ValueError(f"draws is {self.draws}; expected a power of two")
        for name, value in (("epsilon", self.epsilon), ("delta", self.delta)):
            if not 0 < value < 1:
                raise ValueError(f"{name} is {value}; expected a number between 0 and 1")

    def block_bounds(self, game: Game, region: Region) -> Bounds:
        return collect(game, self.bound(game, region, block_quantities(game)), self.kind)

    def bound(self, game: Game, region: Region, quantities: Sequence[Quantity]) -> FloatArray:
        """The worst values found, moved outward by 1e-9 of their size and rounding: estimates."""
        values, points = self.search(game, region, quantities)
        result, slices = values.copy(), game.slices
        for batch in _split(points, game.dimension**2):
            J = jacobians(game, points[batch], None, "domain")
            for k, matrix in zip(range(batch.start, batch.stop), J, strict=True):
                quantity, value = quantities[k], float(values[k])
                error = quantity.rounding(_cut(matrix[None], slices, quantity.block), GUARD)
                result[k] = outward(quantity, value, NUDGE * abs(value) + error)
        return result

    def worst(self, game: Game, region: Region, quantity: Quantity) -> tuple[float, FloatArray]:
        """The worst value found of one quantity, and the point (n,) where it is taken."""
        values, points = self.search(game, region, [quantity])
        return float(values[0]), points[0]

    def search(
        self, game: Game, region: Region, quantities: Sequence[Quantity]
    ) -> tuple[FloatArray, FloatArray]:
        """Worst values (m,) found of the quantities and the points (m, n) where they are taken."""
        cube = _Cube.of(_box(region, game))
        rng = np.random.default_rng([self.seed, 0])
        halves = np.split(cube.sobol(self.draws, rng), [self.draws // 2])
        groups = [group for group in (cube.corners(rng), *halves) if len(group)]
        found = [_best_of(game, quantities, cube, group) for group in groups]
        values = np.stack([v for v, _ in found])
        points = np.stack([p for _, p in found])
        best = _pick(quantities, values)
        item = np.arange(len(quantities))
        values_best, points_best = values[best, item], points[best, item]
        moving = [k for k, q in enumerate(quantities) if len(_axes(game, cube, q.block))]
        if not moving:
            return values_best, cube.place(points_best)
        allowance = self.budget // game.dimension**2 // len(moving)
        starts = len(groups) if allowance >= len(groups) * 2**10 else 1
        order = [_ranked(quantities[k], values[:, k])[:starts] for k in moving]
        owner = np.repeat(moving, starts)
        rank = np.concatenate(order)
        signs = np.array([-1.0 if quantities[k].upper else 1.0 for k in owner])
        width = max(1, min(64, allowance // (starts * MIN_POLLS * MAX_ROUNDS)))
        ended, reached = descend(
            _objective(game, quantities, cube, owner, signs, self.late),
            points[rank, owner],
            signs * values[rank, owner],
            [_axes(game, cube, quantities[k].block) for k in owner],
            Schedule(rounds=MAX_ROUNDS, width=width),
            rng,
            self.late,
        )
        for k, point, value in zip(owner, ended, signs * reached, strict=True):
            if worse(quantities[k], float(value), float(values_best[k])):
                values_best[k], points_best[k] = value, point
        return values_best, cube.place(points_best)

    def confirm(self, game: Game, region: Region, claims: Sequence[Claim]) -> Confirmation:
        """The (ε, δ) statement, from draws that are independent of everything the claims came from.

        The stream of draws depends on the seed and on the claims themselves: changed claims are
        met by fresh draws. Each try spends its δ: after a broken claim, try with a smaller one.
        """
        box, slices = _box(region, game), game.slices
        count = draws_needed(len(claims), self.epsilon, self.delta)
        stream = hashlib.sha256(repr([(q, float(v)) for q, v, *_ in claims]).encode()).digest()
        rng = np.random.default_rng([self.seed, 1, *stream])
        worst_values, slices = [claimed for _, claimed, *_ in claims], game.slices
        for batch in _spans(count, _batch(game.dimension**2)):
            points = box.sample(rng, batch.stop - batch.start)
            J = _checked(game, points)
            for k, (quantity, *_) in enumerate(claims):
                values = evaluate(quantity, _cut(J, slices, quantity.block))
                value = float(values[worst(quantity, values)])
                if worse(quantity, value, worst_values[k]):
                    worst_values[k] = value
        broken = tuple(
            (k, value)
            for k, (value, (quantity, claimed, *_)) in enumerate(
                zip(worst_values, claims, strict=True)
            )
            if worse(quantity, value, claimed)
        )
        epsilon, delta = _decimal(self.epsilon), _decimal(self.delta)
        evidence = {
            "kind": self.kind,
            "draws": count,
            "claims": len(claims),
            "epsilon": epsilon,
            "delta": delta,
            "seed": self.seed,
            "statement": (
                f"{len(broken)} of the {len(claims)} claims fail at one of {count} draws."
                if broken
                else f"With probability at least 1 - {delta} over {count} independent uniform"
                f" draws, the points where one of the {len(claims)} claims fails have measure"
                f" at most {epsilon} of the region."
            ),
        }
        return Confirmation(evidence, broken)


def draws_needed(claims: int, epsilon: float, delta: float) -> int:
    """The least k with m(1−ε)^k ≤ δ (theory: Evidence and verdicts).

    >>> draws_needed(7, 1e-3, 1e-6)
    15754
    """
    return math.ceil(math.log(max(claims, 1) / delta) / -math.log1p(-epsilon))


@final
@dataclass(frozen=True, eq=False)
class _Cube:
    """The free sides of a box as the unit cube [0, 1]^f."""

    low: FloatArray
    high: FloatArray
    free: Indices
    box: Box

    @classmethod
    def of(cls, box: Box) -> "_Cube":
        low, high = box.floats()
        return cls(low, high, np.asarray(box.free, dtype=np.int64), box)

    def place(self, units: FloatArray) -> FloatArray:
        """Points (k, n) of the region for units (k, f)."""
        points = np.tile(self.low, (len(units), 1))
        low, high = self.low[self.free], self.high[self.free]
        # both ends are met exactly, and nothing leaves the box by rounding
        points[:, self.free] = np.clip(low * (1 - units) + high * units, low, high)
        return self.box.pulled(points)

    def corners(self, rng: np.random.Generator) -> FloatArray:
        """The centre and the corners; 2^10 random ones of them when there are more."""
        f = len(self.free)
        if f <= MAX_CORNER_SIDES:
            ends = np.array(list(itertools.product([0.0, 1.0], repeat=f))).reshape(2**f, f)
        else:
            ends = rng.integers(0, 2, (2**MAX_CORNER_SIDES, f)).astype(float)
        return np.concatenate([np.full((1, f), 0.5), ends])

    def sobol(self, count: int, rng: np.random.Generator) -> FloatArray:
        """Scrambled Sobol points; none when no side is free."""
        if not len(self.free):
            return np.empty((0, 0))
        from scipy.stats import qmc  # slow to import

        sequence = qmc.Sobol(len(self.free), scramble=True, rng=rng)
        return np.asarray(sequence.random(count), dtype=float)


def _box(region: Region, game: Game) -> Box:
    """The region as a box small enough to sample in. Raises CannotBound."""
    if isinstance(region, Space):
        raise CannotBound("unsupported", "sampling needs a bounded region; give a box")
    if region.constraints:
        raise CannotBound(
            "unsupported", "sampling takes boxes and balls; leave the constraints out for estimates"
        )
    if _batch(game.dimension**2) < 2:
        raise CannotBound(
            "too-large",
            f"the Jacobian has {game.dimension} rows; sampling evaluates it densely"
            f" and takes at most {math.isqrt(BATCH_ENTRIES // 2)}",
        )
    return region


def _best_of(
    game: Game, quantities: Sequence[Quantity], cube: _Cube, units: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Worst value (m,) of each quantity over the points, and where (m, f)."""
    values = np.array([-np.inf if q.upper else np.inf for q in quantities])
    where, slices = np.tile(units[0], (len(quantities), 1)), game.slices
    for batch in _split(units, game.dimension**2):
        J = _checked(game, cube.place(units[batch]))
        for k, quantity in enumerate(quantities):
            found = evaluate(quantity, _cut(J, slices, quantity.block))
            at = worst(quantity, found)
            if worse(quantity, float(found[at]), float(values[k])):
                values[k], where[k] = found[at], units[batch][at]
    return values, where


def _objective(
    game: Game,
    quantities: Sequence[Quantity],
    cube: _Cube,
    owner: Indices,
    signs: FloatArray,
    late: Callable[[], bool],
) -> Objective:
    """The descent's functions: all candidates of all items in one evaluation of J per batch.

    What is not evaluated when it is late counts as no gain.
    """
    slices = game.slices

    def values(candidates: FloatArray, items: Indices) -> FloatArray:
        count, width, f = candidates.shape
        flat = candidates.reshape(count * width, f)
        source = np.repeat(owner[items], width)
        result = np.repeat(np.inf * signs[items], width)
        for batch in _split(flat, game.dimension**2):
            if late():
                break
            J = jacobians(game, cube.place(flat[batch]), None, "domain")
            # the owners of a batch stand in runs
            cuts = np.flatnonzero(np.diff(source[batch])) + 1
            for run in np.split(np.arange(len(J)), cuts):
                quantity = quantities[source[batch][run[0]]]
                part = _cut(J[run[0] : run[-1] + 1], slices, quantity.block)
                result[batch][run] = evaluate(quantity, part)
        return result.reshape(count, width) * signs[items][:, None]

    return values


def _axes(game: Game, cube: _Cube, block: Block) -> Indices:
    """Positions among the free sides of the variables that J (or the block) depends on."""
    if block is None or cube.box.ball is not None:  # in a ball all sides move a point
        return np.arange(len(cube.free))
    return np.flatnonzero(np.isin(cube.free, sorted(variables_of(game, block))))


def _checked(game: Game, points: FloatArray) -> FloatArray:
    """J at points where F and J must be finite. Raises CannotBound."""
    with np.errstate(all="ignore"):
        F = np.asarray(game.pseudo_gradient(points), dtype=float)
    require_finite(game, points, F, "the pseudo-gradient", "domain")
    return jacobians(game, points, None, "domain")


def _cut(J: FloatArray, slices: Sequence[slice], block: Block) -> FloatArray:
    """The block of whole Jacobians (k, n, n)."""
    return J if block is None else J[:, slices[block[0]], slices[block[1]]]


def _pick(quantities: Sequence[Quantity], values: FloatArray) -> Indices:
    """For each quantity the row of values (groups, m) that is worst."""
    return np.array([worst(q, values[:, k]) for k, q in enumerate(quantities)], dtype=np.int64)


def _ranked(quantity: Quantity, values: FloatArray) -> Indices:
    """Indices from the worst value to the best."""
    return np.argsort(-values if quantity.upper else values, kind="stable")


def _batch(entries: int) -> int:
    return BATCH_ENTRIES // entries


def _spans(count: int, batch: int) -> Iterator[slice]:
    """0…count cut into slices of at most `batch`."""
    return (slice(start, min(start + batch, count)) for start in range(0, count, batch))


def _split(points: FloatArray, entries: int) -> Iterator[slice]:
    return _spans(len(points), _batch(entries))


def _decimal(value: float) -> str:
    """A float's shortest decimal, as text that carries proof."""
    return to_text(parse_number(repr(value)))
