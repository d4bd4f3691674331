"""Bands of weight ratios (T4, T5): every ratio between two ends has the margin."""

from collections.abc import Iterator
from fractions import Fraction
from typing import ClassVar, final

import numpy as np

from certificates.kernel.claims import Band, Claims, Cost, WeightsPoint
from certificates.kernel.document.coupling import Coupling, Vector
from certificates.kernel.document.fields import ListOf, Record, record, witness
from certificates.kernel.document.metric import Metric
from certificates.kernel.inequalities.direct import margin_holds
from certificates.kernel.inequalities.structural import (
    EXACT_BITS,
    EXACT_ENTRIES,
    bits_of,
    exact_work,
    structural_margin_holds,
)
from certificates.kernel.numbers.roots import DIGITS, root_below
from certificates.kernel.theorems.hypotheses import Hypothesis
from certificates.kernel.theorems.rule import Case, rule
from games import work
from games.language.number import round_down, round_up

MAX_WITNESSES = 100

TWO = Hypothesis[Case[Band]]("there are two players", lambda case: len(case.claims.names) == 2)
MARGIN = Hypothesis[Case[Band]]("a ≥ 0", lambda case: case.what.margin >= 0)
ENDS = Hypothesis[Case[Band]](
    "0 ≤ low ≤ high, high > 0",
    lambda case: (
        case.what.low >= 0 and (case.what.high is None or 0 < case.what.high >= case.what.low)
    ),
)

# ---- two players, by the whole Jacobian


class BandOfJacobian(Band):
    """Two players: the margin by the whole Jacobian at both ends."""

    theorem = "bands/T5"
    label = "T5"
    basis: ClassVar[str] = "direct"

    def cost(self, claims: Claims) -> Cost:
        n = 0 if claims.region is None else claims.region.dimension
        return 2 * work.of_test(n), "a band with {0} × {0} matrices", (n,)


def _margin_at(case: Case[BandOfJacobian], ratio: Fraction | None) -> bool:
    """T5 at one ratio of the two players' weights, with the band's margin."""
    weights = np.array([Fraction(1), Fraction(1)], dtype=object)
    weights[case.what.players[1]] = ratio
    return margin_holds(case.J, Metric.scalar(weights), case.what.margin)


CLOSED = Hypothesis[Case[Band]](
    "both ends are closed, low > 0",
    lambda case: case.what.low > 0 and case.what.high is not None,
)
rule(
    BandOfJacobian,
    TWO,
    MARGIN,
    ENDS,
    CLOSED,
    Hypothesis(
        "sym(MJ) ⪰ aM on X at the lower end",
        lambda case: _margin_at(case, case.what.low),
        given=(TWO.name, CLOSED.name),
    ),
    Hypothesis(
        "sym(MJ) ⪰ aM on X at the upper end",
        lambda case: _margin_at(case, case.what.high),
        given=(TWO.name, CLOSED.name),
    ),
)

# ---- two players, by the block bounds: in closed form


class BandByBounds(Band):
    """Two players at margin 0, computed from μ and L where no other band is stated."""

    label = "T4"
    basis: ClassVar[str] = "structural"


def _follow(claims: Claims) -> Iterator[BandByBounds]:
    """The ends of 4μ_iμ_j t ≥ (L_ij + L_ji t)²: rounded inwards."""
    stated = any(isinstance(claim, Band) for claim in claims.stated)
    if stated or len(claims.names) != 2 or claims.small_gain.margin <= 0:
        return
    p, r = (Fraction(v) for v in claims.bounds.curvature_lower)
    onto, back = (claims.bounds.coupling_upper.entry(*pair) for pair in ((0, 1), (1, 0)))
    half = 2 * p * r - onto * back
    if min(p, r) < 0 or half <= 0:  # no weights have a margin above 0 then
        return
    middle = half + root_below(half**2 - (onto * back) ** 2)
    low = round_up(onto**2 / middle, DIGITS) if onto else Fraction(0)
    high = round_down(middle / back**2, DIGITS) if back else None
    if high is None or 0 < high >= low:
        yield BandByBounds((0, 1), Fraction(0), low, high)


def _ratio_holds(case: Case[BandByBounds], ratio: Fraction) -> bool:
    """T4, two players: 4(μ_i − a)(μ_j − a)t ≥ (L_ij + L_ji t)² at one ratio t of w_j/w_i."""
    bounds, (i, j) = case.claims.bounds, case.what.players
    p, r = (Fraction(bounds.curvature_lower[k]) - case.what.margin for k in (i, j))
    onto, back = (bounds.coupling_upper.entry(*pair) for pair in ((i, j), (j, i)))
    return 4 * p * r * ratio >= (onto + back * ratio) ** 2


def _low_holds(case: Case[BandByBounds]) -> bool:
    """An open end (0) only where i does not feel j."""
    i, j = case.what.players
    if case.what.low > 0:
        return _ratio_holds(case, case.what.low)
    return not case.claims.bounds.coupling_upper.entry(i, j)


def _high_holds(case: Case[BandByBounds]) -> bool:
    i, j = case.what.players
    if case.what.high is not None:
        return _ratio_holds(case, case.what.high)
    return not case.claims.bounds.coupling_upper.entry(j, i)


def _curvatures_reach(case: Case[BandByBounds]) -> bool:
    mu = case.claims.bounds.curvature_lower
    return all(Fraction(mu[k]) >= case.what.margin for k in case.what.players)


rule(
    BandByBounds,
    TWO,
    MARGIN,
    ENDS,
    Hypothesis("μ_i, μ_j ≥ a", _curvatures_reach),
    Hypothesis(
        "4(μ_i − a)(μ_j − a)t ≥ (L_ij + L_ji t)² at the lower end", _low_holds, given=(TWO.name,)
    ),
    Hypothesis(
        "4(μ_i − a)(μ_j − a)t ≥ (L_ij + L_ji t)² at the upper end", _high_holds, given=(TWO.name,)
    ),
    follow=_follow,
)

# ---- any number of players


@final
@record
class BandOfPoints(Band):
    """Between the ratios of points of a convex set, for any number of players.

    {log w : α(w) ≥ a} is convex, so with two points every ratio w_j/w_i between theirs is that of
    weights with the margin. Where i does not act on j, even through others, the weights of j and of
    all who act on it may be multiplied by any s ≥ 1: no |S_kl| grows, so α(w) does not fall.
    """

    theorem = "bands/T4 (any pair)"
    label = "T4 (any pair)"
    basis: ClassVar[str] = "structural"
    points: tuple[WeightsPoint, ...] = witness(
        ListOf(Record(WeightsPoint), MAX_WITNESSES), "weights with the margin, each with its x"
    )

    @property
    def witnesses(self) -> tuple[WeightsPoint, ...]:
        return self.points

    def cost(self, claims: Claims) -> Cost:
        """One test of T2 for each point, in rationals where the numbers are few and short."""
        bounds, count = claims.bounds, len(claims.names)
        shared = (bounds.curvature_lower, bounds.coupling_upper.values)
        size = sum(map(len, shared)) + 2 * count
        known = sum(map(_bits, shared)) if self.points and size <= EXACT_ENTRIES else 0
        total = sum(
            exact_work(size, known + work.common_bits([self.margin]) + sum(map(_bits, own)))
            for own in ((point.weights, point.vector) for point in self.points)
            if size <= EXACT_ENTRIES and bits_of((*shared, *own)) <= EXACT_BITS
        )
        return total, "a band with {} witnesses of {} players", (len(self.points), count)


def _bits(values: Vector) -> int:
    return work.common_bits(map(Fraction, values))


def _points_hold(case: Case[BandOfPoints]) -> bool:
    bounds, what = case.claims.bounds, case.what
    return bool(what.points) and all(
        structural_margin_holds(
            bounds.curvature_lower, bounds.coupling_upper, p.weights, p.vector, what.margin
        )
        for p in what.points
    )


def _ratios(band: BandOfPoints) -> list[Fraction]:
    i, j = band.players
    return [Fraction(p.weights[j]) / Fraction(p.weights[i]) for p in band.points]


def _low_is_reached(case: Case[BandOfPoints]) -> bool:
    i, j = case.what.players
    if case.what.low > 0:
        return min(_ratios(case.what)) <= case.what.low
    return not acts_on(case.claims.bounds.coupling_upper, j, i)


def _high_is_reached(case: Case[BandOfPoints]) -> bool:
    i, j = case.what.players
    if case.what.high is not None:
        return max(_ratios(case.what)) >= case.what.high
    return not acts_on(case.claims.bounds.coupling_upper, i, j)


def acts_on(L: Coupling, source: int, target: int) -> bool:
    """Whether a player acts on another, directly or through others."""
    present = L.values > 0
    rows, cols = L.rows[present], L.cols[present]
    order = np.argsort(rows, kind="stable")
    rows, cols = rows[order], cols[order]
    reached, stack = {target}, [target]
    while stack:
        first, last = np.searchsorted(rows, [stack[-1], stack.pop() + 1])
        for k in cols[first:last].tolist():
            if k == source:
                return True
            if k not in reached:
                reached.add(k)
                stack.append(k)
    return False


POINTS = "T2 at every witness, margin a"
rule(
    BandOfPoints,
    MARGIN,
    ENDS,
    Hypothesis(POINTS, _points_hold),
    Hypothesis(
        "a witness at or below low, or j does not act on i", _low_is_reached, given=(POINTS,)
    ),
    Hypothesis(
        "a witness at or above high, or i does not act on j", _high_is_reached, given=(POINTS,)
    ),
)
