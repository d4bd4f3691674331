"""What promises rest on (T7, T14, T15, T16, T23): each theorem with its tested hypotheses.

A promise is computed after its theorem's list was tested: :mod:`certificates.promises`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, final

import numpy as np

from certificates.equilibrium import basin_of
from certificates.kernel.claims import Claims
from certificates.kernel.document.coupling import Vector
from certificates.kernel.document.reading import Document
from certificates.kernel.inequalities.equilibrium import half_widths, has_costs, room_round
from certificates.kernel.jacobian.quadratic import quadratic
from certificates.kernel.jacobian.sizes import sizes_of
from certificates.kernel.numbers.rows import Row
from certificates.kernel.theorems import shared
from certificates.kernel.theorems.hypotheses import Hypothesis, Theorem
from certificates.kernel.uncheckable import Uncheckable
from certificates.methods import METHODS
from certificates.safe import Lower
from certificates.step_range import StepRange, in_range, range_of
from games.language.number import to_text
from games.regions.region import Box, Space


@final
@dataclass(frozen=True)
class Asked:
    """What is asked of a certificate, with numbers as far as the question has some.

    method: of METHODS, or the flow. step: h; its best one unless given. accuracy, start: distances
    to x* in the metric of the method. sigma: of the noise, in the same.
    """

    claims: Claims
    method: str = "flow"
    step: Fraction | None = None
    accuracy: Fraction = Fraction(1)
    start: Fraction = Fraction(0)
    sigma: Fraction = Fraction(1)

    @cached_property
    def range(self) -> StepRange | None:
        """The certified steps of the method, if there are any."""
        return range_of(self.claims, self.method) if self.method in METHODS else None

    @property
    def h(self) -> Fraction:
        """The step; 0 where none is given and none is known."""
        if self.step is not None:
            return self.step
        return Fraction(0) if self.range is None else self.range.best_step.exact

    @cached_property
    def factor(self) -> Fraction:
        """q at h. Raises Uncheckable where no steps are certified."""
        if self.range is None:
            raise Uncheckable("there are no steps")
        return self.range.factor(self.h).exact

    @cached_property
    def constant(self) -> Fraction:
        """C at h: k steps multiply distances by at most C·q^k."""
        return Fraction(1) if self.range is None else self.range.constant_at(self.h).exact

    @cached_property
    def gain(self) -> "SmallGain":
        return small_gain(self.claims)


# ---- what is tested


@final
@dataclass(frozen=True)
class SmallGain:
    """T16: the structural witness x > 0, and the largest a known with Ax ≥ ax.

    factor: the least q with Lx ≤ q diag(μ)x, where a > 0.
    """

    vector: tuple[Fraction, ...]
    rate: Fraction
    factor: Fraction


def small_gain(claims: Claims) -> SmallGain:
    """What the block bounds give along the structural witness."""
    x = [Fraction(v) for v in claims.small_gain.vector]
    mu = [Fraction(v) for v in claims.bounds.curvature_lower]
    L = claims.bounds.coupling_upper
    acting = np.full(len(x), Fraction(0), dtype=object)
    np.add.at(acting, L.rows, np.array([Fraction(v) for v in L.values]) * _at(x, L.cols))
    rows = list(zip(mu, acting, x, strict=True))
    rate = min(m - total / v for m, total, v in rows)
    factor = max(total / (m * v) for m, total, v in rows) if rate > 0 else Fraction(1)
    return SmallGain(tuple(x), rate, factor)


def own_symmetric(game: Document) -> bool:
    """Whether every J_ii is symmetric for certain: of a matrix that is, or of second derivatives.

    Fields, policies and functions that are only called need not have such blocks.
    """
    if game.get("kind") == "quadratic":
        return quadratic(game).symmetric
    return game.get("kind") == "symbolic" and all("cost" in player for player in game["players"])


def largest_ball(claims: Claims, x: Sequence[Fraction]) -> Fraction | None:
    """The largest r known with {max_i ‖v_i − x_i*‖/x_i ≤ r} ⊂ X; None: any. Raises Uncheckable."""
    found, region, game = claims.solution, claims.region, claims.game
    if isinstance(region, Space):
        return None
    if found is None or not isinstance(region, Box) or not region.plain or game is None:
        raise Uncheckable("no ball of this norm is measured in such a region")
    sizes = sizes_of(game)
    reach, room = half_widths(claims.metric, sizes), room_round(found, region)
    each = Row.of([v for v, size in zip(x, sizes, strict=True) for _ in range(size)])
    return max((room - reach.times(found.error)).over(each).least(), Fraction(0))


def _starts_inside(asked: Asked) -> bool:
    """T12: whether the method stays in X from this start; it does on all of R^n."""
    basin, method = basin_of(asked.claims), asked.method
    if isinstance(asked.claims.region, Space):
        return True
    radius = None if basin is None else basin.radii.get(method)
    if radius is None:
        raise Uncheckable(f"no start set is certified for {method}: nothing is promised")
    if asked.start > radius:
        raise Uncheckable(
            f"nothing is promised for a start at distance {to_text(asked.start)}: the certified"
            f" start set of {method} has radius {Lower(radius)}"
        )
    return True


def _in_range(asked: Asked) -> bool:
    largest = Fraction(0) if asked.range is None else asked.range.step_max.exact
    try:
        in_range(asked.h, largest)
    except ValueError as error:
        raise Uncheckable(str(error)) from None
    return True


def _holds_with_projection(asked: Asked) -> bool:
    return asked.range is not None and asked.range.projected


def _holds_as_it_is(asked: Asked) -> bool:
    return asked.range is not None and asked.range.unprojected


def _symmetric(claims: Claims) -> bool:
    if claims.game is None:
        return claims.evidence.get("symmetric") is True
    return own_symmetric(claims.game)


def _has_room(asked: Asked) -> bool:
    radius = largest_ball(asked.claims, asked.gain.vector)
    return radius is None or radius > 0


def _sums(claims: Claims) -> list[Fraction]:
    low, high = claims.bounds.curvature_lower, claims.bounds.curvature_upper
    return [Fraction(m) + Fraction(most) for m, most in zip(low, high, strict=True)]


def longest_stale_step(claims: Claims) -> Fraction:
    """T16: min 2/(μ_i + Λ_i)."""
    return min(2 / total for total in _sums(claims))


def _at(values: Sequence[Fraction], places: Vector) -> Any:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array[places]


# ---- hypotheses


DISTANCES = Hypothesis[Asked](
    "ε > 0, r ≥ 0",
    lambda asked: asked.accuracy > 0 and asked.start >= 0,
    "accuracy and start are distances; expected above 0 and at least 0",
)
NOISY = Hypothesis[Asked](
    "σ > 0", lambda asked: asked.sigma > 0, "sigma is not above 0; expected the size of the noise"
)
CERTIFIED = Hypothesis[Asked](
    "steps of the method are certified",
    lambda asked: asked.range is not None,
    "this certificate holds no steps of this method",
)
IN_RANGE = Hypothesis[Asked](
    "0 < h ≤ the largest step",
    _in_range,
    "the step is outside the certified range",
    given=(CERTIFIED.name,),
)
SHRINKS = Hypothesis[Asked](
    "0 ≤ q < 1 at h",
    lambda asked: 0 <= asked.factor < 1,
    "the factor at this step is not below 1: nothing is promised; take a shorter step",
    given=(CERTIFIED.name, IN_RANGE.name),
)
POSITIVE = Hypothesis[Asked](
    shared.POSITIVE.name,
    lambda asked: asked.claims.margin > 0,
    "the margin is not positive: nothing shrinks",
)
ZERO = Hypothesis[Asked](
    shared.ZERO.name,
    lambda asked: shared.zero_in_region(asked.claims),
    "no zero in the region is certified: nothing is promised without projection",
)
START = Hypothesis[Asked](
    "r is in the method's start set (T12)",
    _starts_inside,
    "nothing is promised for a start outside the start set of the method (certificate.basin)",
    given=(ZERO.name,),
)
PROJECTED = Hypothesis[Asked](
    "the steps hold with every point projected to X",
    _holds_with_projection,
    "this certificate promises nothing for this method with projection (of a Runge-Kutta method"
    " none can: projecting after a step has the wrong fixed point, T21)",
    given=(CERTIFIED.name,),
)
UNPROJECTED = Hypothesis[Asked](
    "the steps hold without projection",
    _holds_as_it_is,
    "this certificate promises nothing for this method without projection; ask with projected=True",
    given=(CERTIFIED.name,),
)
KEPT = Hypothesis[Asked](
    "X = R^n, or the steps hold with every point projected to X",
    lambda asked: isinstance(asked.claims.region, Space) or _holds_with_projection(asked),
    "noise may leave the region: a bound needs projection to a box in a metric of weights, or all"
    " of R^n as the region",
    given=(CERTIFIED.name,),
)
SYMMETRIC = Hypothesis[Asked](
    shared.SYMMETRIC.name,
    lambda asked: _symmetric(asked.claims),
    "some J_ii is not symmetric, or not known to be: T16 needs costs, not a field",
)
GAIN = Hypothesis[Asked](
    "x > 0, Ax ≥ ax, a > 0",
    lambda asked: asked.gain.rate > 0,
    "the block bounds alone do not contract (the structural margin is not positive): nothing is"
    " promised for stale reads or best responses",
)
CURVED = Hypothesis[Asked](
    "μ_i + Λ_i > 0",
    lambda asked: min(_sums(asked.claims)) > 0,
    "some μ_i + Λ_i is not above 0: no step is promised for stale reads",
)
ROOM = Hypothesis[Asked](
    "a ball of max_i ‖v_i‖/x_i round x* lies in X",
    _has_room,
    "no ball round the equilibrium to start in is known to lie in the region",
    given=(ZERO.name,),
)
PRODUCT = Hypothesis[Asked](
    shared.PRODUCT.name,
    lambda asked: shared.own_sets(asked.claims),
    "the region is no product of the players' own sets (a box, or R^n): a best response is one in"
    " a set of the player's own",
)
ANY_STEP = Hypothesis[Asked](
    "h > 0", lambda asked: asked.h > 0, "the step is not above 0; expected a positive one"
)

WEIGHTS = Hypothesis[Asked](
    shared.WEIGHTS.name,
    lambda asked: asked.claims.metric.kind == "scalar",
    "the metric has matrices: in it VI(F, X) may be another problem than the players' own",
)
COSTS = Hypothesis[Asked](
    shared.COSTS.name,
    lambda asked: asked.claims.game is not None and has_costs(asked.claims.game),
    "only a field is given: no costs that a player could lower",
)
CONVEX = Hypothesis[Asked](
    shared.CONVEX.name,
    lambda asked: shared.is_convex(asked.claims),
    "some cost is not shown to be convex in its player's own variables",
)
ONE_NASH = Hypothesis[Asked](
    "M = M(w), or T19 is claimed on X",
    lambda asked: asked.claims.metric.kind == "scalar" or shared.has_decay(asked.claims),
    "in a metric of matrices only the zero of F is known to be one",
)

# ---- theorems

TIME = Theorem("T7", "time to an accuracy", (DISTANCES, POSITIVE, ZERO, START))
STEPS = Theorem(
    "T14",
    "steps to an accuracy",
    (DISTANCES, CERTIFIED, IN_RANGE, SHRINKS, UNPROJECTED, ZERO, START),
)
PROJECTED_STEPS = Theorem(
    "T14", "projected steps to an accuracy", (DISTANCES, CERTIFIED, IN_RANGE, SHRINKS, PROJECTED)
)
NOISE_FLOOR = Theorem("T15", "noise floor", (NOISY, CERTIFIED, IN_RANGE, SHRINKS, KEPT))
ACCURATE_STEP = Theorem(
    "T15", "step for an accuracy", (NOISY, DISTANCES, CERTIFIED, IN_RANGE, SHRINKS, KEPT)
)
STALE_READS = Theorem("T16", "stale reads", (SYMMETRIC, GAIN, CURVED, ZERO, ROOM))
BEST_RESPONSES = Theorem("T16", "best responses", (SYMMETRIC, GAIN, PRODUCT))
IMPLICIT_STEP = Theorem("T23", "implicit step", (ANY_STEP, POSITIVE, ZERO, START))

NASH_SOLUTION = Theorem(
    "T13 (restricted Nash)",
    "solution of VI(F, X)",
    (PRODUCT, WEIGHTS, COSTS, SYMMETRIC, CONVEX),
)
ONLY_NASH = Theorem("T13 (restricted Nash)", "no other one", (ONE_NASH,))

THEOREMS = (
    TIME,
    STEPS,
    PROJECTED_STEPS,
    NOISE_FLOOR,
    ACCURATE_STEP,
    STALE_READS,
    BEST_RESPONSES,
    IMPLICIT_STEP,
    NASH_SOLUTION,
    ONLY_NASH,
)
