"""Explicit Runge–Kutta steps over intervals of h (T11): constant J, sectors, near one matrix."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import ClassVar, final

from certificates.kernel.claims import Claims, Cost, Steps
from certificates.kernel.document.fields import (
    Floats,
    ListOf,
    Number,
    Numbers,
    Record,
    Square,
    Text,
    record,
    stated,
    witness,
)
from certificates.kernel.inequalities.direct import deviation_holds, norm_holds
from certificates.kernel.inequalities.runge_kutta import (
    TABLEAUS,
    Tableau,
    by_pair,
    constant_cover_holds,
    constant_step,
    excess,
    sector_cover_holds,
)
from certificates.kernel.numbers.matrices import Ball
from certificates.kernel.numbers.metrics import metric_ball
from certificates.kernel.numbers.roots import root_above
from certificates.kernel.obligation import Title
from certificates.kernel.theorems.hypotheses import Hypothesis
from certificates.kernel.theorems.rule import Case, rule
from certificates.kernel.theorems.shared import OWN_METRIC, POSITIVE, SAME_METRIC, ZERO
from certificates.kernel.uncheckable import Uncheckable
from games import work

MAX_INTERVALS = 10**4
MAX_MULTIPLIERS = 100  # of one interval
FORMS = 10**6  # operations to form the small matrices of an interval of T11 (b)
SECTOR, LONGER = 150, 1.5  # steps of their elimination, and how much longer its rationals are


@final
@record
class Cover:
    """Steps over (0, H]: on [steps[k], steps[k+1]] the squared factor is ≤ 1 − rates[k]·h."""

    steps: tuple[Fraction, ...] = stated(ListOf(Number(), MAX_INTERVALS + 1), "0 = h_0 < h_1 < …")
    rates: tuple[Fraction, ...] = stated(ListOf(Number(), MAX_INTERVALS), "κ, one an interval")

    def intervals(self) -> Iterator[tuple[Fraction, Fraction, Fraction]]:
        """(low, high, rate) one after the other."""
        for (low, high), rate in zip(pairwise(self.steps), self.rates, strict=True):
            yield low, high, rate

    def leads_to(self, step_max: Fraction) -> bool:
        """Whether the intervals lead from 0 to the largest step, every rate positive."""
        steps = self.steps
        ends = len(steps) == len(self.rates) + 1 > 1 and steps[0] == 0 and steps[-1] == step_max
        return ends and all(a < b for a, b in pairwise(steps)) and all(r > 0 for r in self.rates)

    def square_at(self, step: Fraction) -> Fraction:
        """The least proved bound of the squared factor at a step; ValueError outside the cover."""
        return min(1 - rate * step for low, high, rate in self.intervals() if low <= step <= high)


@record
class RungeKuttaSteps(Steps):
    """Steps of a method with a tableau, each interval of h with a rate of its own."""

    title = Title.RK4
    scheme: str = stated(Text(tuple(TABLEAUS)), "the method: a key of its tableau")
    cover: Cover = stated(Record(Cover), "intervals of h with their rates")

    @property
    def method(self) -> str:
        return self.scheme

    @property
    def tableau(self) -> Tableau:
        return TABLEAUS[self.scheme]

    @property
    def detail(self) -> str:
        return self.scheme

    @property
    def key(self) -> object:
        return self.title, self.scheme

    def factor(self, step: Fraction) -> Fraction:
        return root_above(self.cover.square_at(step))

    def growth(self, claims: Claims) -> Fraction:
        h, c = self.step_max, (claims.cocoercivity or 0) * (self.metric == claims.metric)
        if h <= 0:
            raise Uncheckable("the largest step is not above 0")
        return self.tableau.growth(h * self._norm(claims), Fraction(2 * c) / h)

    def _norm(self, claims: Claims) -> Fraction:
        """A bound of ‖J‖ in the metric of the steps. Raises Uncheckable."""
        if self.metric != claims.metric:
            raise Uncheckable("no bound of the Jacobian is known in the metric of these steps")
        return claims.lipschitz

    def _matrices_cost(self, n: int) -> float:
        count = 2 * self.tableau.stages + 1  # matrices of an interval, and of their coefficients
        return len(self.cover.rates) * count * (work.of_test(n) + 40 * count * n**2)


ORDERED = Hypothesis[Case[RungeKuttaSteps]](
    "0 < best step ≤ largest step, the factor in [0, 1)",
    lambda case: (
        0 < case.what.best_step <= case.what.step_max and 0 <= case.what.factor_at_best < 1
    ),
)
INTERVALS = Hypothesis[Case[RungeKuttaSteps]](
    "intervals lead from 0 to the largest step, rates > 0",
    lambda case: case.what.cover.leads_to(case.what.step_max),
)

# ---- (a) constant J


@final
@record
class RungeKuttaOfMatrix(RungeKuttaSteps):
    """J is one matrix.

    norm: ‖J‖ in the metric of the steps, where start sets need it.
    """

    theorem = "runge_kutta/T11 (a)"
    label = "T11 (a)"
    basis: ClassVar[str] = "constant"
    norm: Fraction = stated(Number(), "b ≥ ‖J‖ in the metric of the steps")

    def _norm(self, claims: Claims) -> Fraction:
        return self.norm

    def cost(self, claims: Claims) -> Cost:
        n = 0 if claims.region is None else claims.region.dimension
        count = len(self.cover.rates)
        return self._matrices_cost(n), "{0} intervals of {1} × {1} matrices", (count, n)


CONSTANT = Hypothesis[Case[RungeKuttaOfMatrix]]("J is constant", lambda case: case.J.constant)


def _matrix(case: Case[RungeKuttaOfMatrix]) -> Ball:
    family = next(iter(case.J.each_whole("rk4")))
    if not isinstance(family, Ball):
        raise Uncheckable("the Jacobian is not known as one matrix")
    return family[0]


def _own(case: Case[Steps]) -> Ball:
    return metric_ball(case.what.metric, case.J.sizes)


def _norm_holds(case: Case[RungeKuttaOfMatrix]) -> bool:
    """By β, where the metric is the certificate's and no less is said."""
    claims, what = case.claims, case.what
    if what.metric == claims.metric and what.norm >= claims.lipschitz:
        return True
    return norm_holds(_matrix(case), _own(case), what.norm)


def _constant_factor_holds(case: Case[RungeKuttaOfMatrix]) -> bool:
    what = case.what
    P, metric = constant_step(what.tableau, _matrix(case), _own(case), what.best_step)
    return norm_holds(P, metric, what.factor_at_best)


rule(
    RungeKuttaOfMatrix,
    OWN_METRIC,
    CONSTANT,
    ORDERED,
    INTERVALS,
    Hypothesis(
        "every Q_m ⪰ κM on every interval",
        lambda case: constant_cover_holds(
            case.what.tableau, _matrix(case), _own(case), case.what.cover.intervals()
        ),
        given=(OWN_METRIC.name, CONSTANT.name, INTERVALS.name),
    ),
    Hypothesis(
        "‖P(−hJ)‖_M ≤ q at the best step",
        _constant_factor_holds,
        given=(OWN_METRIC.name, CONSTANT.name),
    ),
    Hypothesis("‖J‖_M ≤ b", _norm_holds, given=(OWN_METRIC.name, CONSTANT.name)),
)

# ---- (b), (b′) sectors


@record
class SectorSteps(RungeKuttaSteps):
    """By α, β and c.

    multipliers: an interval's, times h: a, b and c of the stages.
    """

    basis: ClassVar[str] = "sector"
    multipliers: tuple[tuple[Fraction, ...], ...] = witness(
        ListOf(Numbers(MAX_MULTIPLIERS), MAX_INTERVALS),
        "a of every stage, then b, then c; towards x* then those of the pairs; a row an interval",
    )

    def cost(self, claims: Claims) -> Cost:
        known = (claims.margin, claims.lipschitz**2, claims.cocoercivity or Fraction(0))
        rows = zip(pairwise(self.cover.steps), self.cover.rates, self.multipliers, strict=False)
        bits = work.common_bits(known) + max(
            (work.common_bits((*ends, rate, *row)) for ends, rate, row in rows), default=0
        )
        count = len(self.cover.rates)
        each = FORMS + SECTOR * work.of_rational(LONGER * bits)
        return count * each, "{} intervals with rationals of {} bits", (count, bits)


class RungeKuttaOfSector(SectorSteps):
    """Between any two runs."""

    theorem = "runge_kutta/T11 (b)"
    label = "T11 (b)"


@final
@record
class RungeKuttaTowards(SectorSteps):
    """Towards x*, where the stages of one step may be compared with each other too."""

    theorem = "runge_kutta/T11 (b′)"
    label = "T11 (b′)"
    title = Title.RK4_TOWARDS
    towards: ClassVar[bool] = True

    @property
    def method(self) -> str:
        return f"{self.scheme}_equilibrium"


def _cocoercivity_is_claimed(case: Case[SectorSteps]) -> bool:
    tableau = case.what.tableau
    used = any(c for row in case.what.multipliers for _, _, c in by_pair(tableau, row))
    return not used or (case.claims.cocoercivity or 0) > 0


def _multipliers_fit(case: Case[SectorSteps]) -> bool:
    what, tableau = case.what, case.what.tableau
    count = 3 * (len(tableau.pairs) if what.towards else tableau.stages)
    fitting = len(what.multipliers) == len(what.cover.rates)
    return fitting and all(len(row) == count and min(row) >= 0 for row in what.multipliers)


def _form_is_definite(case: Case[SectorSteps]) -> bool:
    claims, what = case.claims, case.what
    c = max(claims.cocoercivity or Fraction(0), Fraction(0))
    constants = claims.margin, claims.lipschitz, c
    return sector_cover_holds(what.tableau, constants, what.cover.intervals(), what.multipliers)


MULTIPLIERS = Hypothesis[Case[SectorSteps]](
    "multipliers ≥ 0, one row an interval", _multipliers_fit
)
COCOERCIVE = Hypothesis[Case[SectorSteps]](
    "c is claimed where multipliers use it", _cocoercivity_is_claimed, given=(MULTIPLIERS.name,)
)
SECTOR_LIST: tuple[Hypothesis[Case[SectorSteps]], ...] = (
    POSITIVE,
    SAME_METRIC,
    ORDERED,
    INTERVALS,
    MULTIPLIERS,
    COCOERCIVE,
    Hypothesis(
        "the form is ≻ 0 on every interval",
        _form_is_definite,
        given=(POSITIVE.name, INTERVALS.name, COCOERCIVE.name, MULTIPLIERS.name),
    ),
    Hypothesis(
        "q² ≥ 1 − κh at the best step",
        lambda case: case.what.factor_at_best**2 >= case.what.cover.square_at(case.what.best_step),
        given=(INTERVALS.name, ORDERED.name),
    ),
)
rule(RungeKuttaOfSector, *SECTOR_LIST)
rule(RungeKuttaTowards, ZERO, *SECTOR_LIST)

# ---- (c) near one matrix


@final
@record
class RungeKuttaNearLinear(RungeKuttaSteps):
    """‖J(x) − J₀‖_M ≤ deviation on the region, ‖J₀‖_M ≤ norm."""

    theorem = "runge_kutta/T11 (c)"
    label = "T11 (c)"
    basis: ClassVar[str] = "near-linear"
    deviation: Fraction = stated(Number(), "δ ≥ ‖J − J₀‖_M on X")
    norm: Fraction = stated(Number(), "b ≥ ‖J₀‖_M")
    matrix: Floats = witness(Square(), "J₀, of all variables")

    def cost(self, claims: Claims) -> Cost:
        count, n = len(self.cover.rates), len(self.matrix)
        return self._matrices_cost(n), "{0} intervals of {1} × {1} matrices", (count, n)

    def rates(self) -> Iterator[tuple[Fraction, Fraction, Fraction]]:
        """The intervals with the rates κ at which J₀ alone must contract for those of the cover, ρ.

        With D(h) = p(h(b + δ)) − p(hb) ≤ dh on [h₁, h₂], d = D(h₂)/h₂ (D is convex and D(0) = 0):
        (√(1 − κh) + dh)² ≤ 1 − (κ − 2d − d²h₂)h = 1 − ρh.
        """
        for low, high, rate in self.cover.intervals():
            d = self.excess(high) / high
            yield low, high, rate + 2 * d + d**2 * high

    def excess(self, step: Fraction) -> Fraction:
        """D(h)."""
        return excess(self.tableau, step, self.norm, self.deviation)


def _fits(case: Case[RungeKuttaNearLinear]) -> bool:
    what, n = case.what, sum(case.J.sizes)
    return what.matrix.shape == (n, n) and what.deviation >= 0 and what.norm >= 0


def _is_near(case: Case[RungeKuttaNearLinear]) -> bool:
    what = case.what
    return deviation_holds(case.J, what.metric, what.matrix, what.deviation)


def _near_factor_holds(case: Case[RungeKuttaNearLinear]) -> bool:
    what = case.what
    P, metric = constant_step(what.tableau, Ball.exact(what.matrix), _own(case), what.best_step)
    left = what.factor_at_best - what.excess(what.best_step)
    return left >= 0 and norm_holds(P, metric, left)


FITS = "J₀ is a matrix of all variables, δ ≥ 0, b ≥ 0"
rule(
    RungeKuttaNearLinear,
    OWN_METRIC,
    ORDERED,
    INTERVALS,
    Hypothesis(FITS, _fits),
    Hypothesis(
        "‖J₀‖_M ≤ b",
        lambda case: norm_holds(Ball.exact(case.what.matrix), _own(case), case.what.norm),
        given=(OWN_METRIC.name, FITS),
    ),
    Hypothesis("‖J − J₀‖_M ≤ δ on X", _is_near, given=(OWN_METRIC.name, FITS)),
    Hypothesis(
        "J₀ contracts at κ + 2d + d²h₂ on every interval",
        lambda case: constant_cover_holds(
            case.what.tableau, Ball.exact(case.what.matrix), _own(case), case.what.rates()
        ),
        given=(OWN_METRIC.name, FITS, INTERVALS.name),
    ),
    Hypothesis(
        "‖P(−hJ₀)‖_M + D(h) ≤ q at the best step",
        _near_factor_holds,
        given=(OWN_METRIC.name, FITS),
    ),
)
