"""Steps of RK4 over intervals of h (T11): constant J, sectors, towards x*, near one matrix."""

from collections.abc import Callable
from fractions import Fraction

from certificates.kernel.document.claims import Claims
from certificates.kernel.document.steps import Cover, NearLinear, Steps
from certificates.kernel.inequalities.direct import deviation_holds, norm_holds
from certificates.kernel.inequalities.near_linear import excess, linear_cover
from certificates.kernel.inequalities.steps import (
    constant_cover_holds,
    constant_step,
    covers,
    multipliers_fit,
    sector_cover_holds,
    well_ordered,
)
from certificates.kernel.jacobian.base import Uncheckable
from certificates.kernel.numbers.matrices import Ball
from certificates.kernel.numbers.metrics import is_metric, metric_ball
from certificates.kernel.theorems.context import zero_in_region
from certificates.kernel.theorems.hypotheses import Hypothesis
from certificates.kernel.theorems.rule import Rule, Stated, given, rule
from certificates.kernel.theorems.words import (
    INTERVALS,
    METRIC,
    ORDERED,
    POSITIVE,
    SAME_METRIC,
    ZERO,
)

Case = Stated[Steps]
CONSTANT = "J is constant"
COCOERCIVE = "c is claimed where multipliers use it"
MULTIPLIERS = "multipliers ≥ 0, one row an interval"
FITS = "J₀ is a matrix of all variables, δ ≥ 0, b ≥ 0"


def _with_basis(basis: str) -> Callable[[Claims], tuple[Steps, ...]]:
    def each(claims: Claims) -> tuple[Steps, ...]:
        rk4 = claims.rk4
        return (rk4,) if rk4 is not None and rk4.basis == basis else ()

    return each


def _cover(steps: Steps) -> Cover:
    if steps.cover is None:
        raise Uncheckable("there is no cover of the steps")
    return steps.cover


def _linear(steps: Steps) -> NearLinear:
    if steps.linear is None:
        raise Uncheckable("there is no matrix J₀")
    return steps.linear


def _intervals_lead_on(steps: Steps) -> bool:
    return steps.cover is not None and covers(steps.cover, steps.step_max)


# ---- (a) constant J


def _matrix(case: Case) -> Ball:
    family = next(iter(case.J.each_whole("rk4")))
    if not isinstance(family, Ball):
        raise Uncheckable("the Jacobian is not known as one matrix")
    return family[0]


def _constant_rates_hold(case: Case) -> bool:
    M = metric_ball(case.what.metric, case.J.sizes)
    return constant_cover_holds(_matrix(case), M, _cover(case.what))


def _constant_factor_holds(case: Case) -> bool:
    M = metric_ball(case.what.metric, case.J.sizes)
    P, metric = constant_step(_matrix(case), M, case.what.best_step)
    return norm_holds(P, metric, case.what.factor_at_best)


# ---- (b), (b′) sectors


def _cocoercivity_is_claimed(case: Case) -> bool:
    """The last third of the multipliers of the stages, and of the pairs, belong to c."""
    used = any(any(row[8:12] + row[24:]) for row in _cover(case.what).multipliers)
    return not used or (case.claims.cocoercivity or 0) > 0


def _form_is_definite(case: Case) -> bool:
    claims = case.claims
    c = max(claims.cocoercivity or Fraction(0), Fraction(0))
    return sector_cover_holds(claims.margin, claims.lipschitz, c, _cover(case.what))


def _sector_factor_holds(case: Case) -> bool:
    steps = case.what
    return steps.factor_at_best**2 >= _cover(steps).square_at(steps.best_step)


_SECTOR: tuple[Hypothesis[Case], ...] = (
    Hypothesis(POSITIVE, lambda case: case.claims.margin > 0),
    Hypothesis(SAME_METRIC, lambda case: case.what.metric == case.claims.metric),
    Hypothesis(ORDERED, lambda case: well_ordered(case.what)),
    Hypothesis(INTERVALS, lambda case: _intervals_lead_on(case.what)),
    Hypothesis(COCOERCIVE, _cocoercivity_is_claimed),
    Hypothesis(MULTIPLIERS, lambda case: multipliers_fit(_cover(case.what))),
    Hypothesis(
        "the form is ≻ 0 on every interval",
        _form_is_definite,
        given=(POSITIVE, INTERVALS, COCOERCIVE, MULTIPLIERS),
    ),
    Hypothesis("q² ≥ 1 − κh at the best step", _sector_factor_holds, given=(INTERVALS, ORDERED)),
)

# ---- (c) near one matrix


def _fits(case: Case) -> bool:
    linear, n = _linear(case.what), sum(case.J.sizes)
    return linear.matrix.shape == (n, n) and linear.deviation >= 0 and linear.norm >= 0


def _norm_holds(case: Case) -> bool:
    linear, M = _linear(case.what), metric_ball(case.what.metric, case.J.sizes)
    return norm_holds(Ball.exact(linear.matrix), M, linear.norm)


def _is_near(case: Case) -> bool:
    linear = _linear(case.what)
    return deviation_holds(case.J, case.what.metric, linear.matrix, linear.deviation)


def _near_rates_hold(case: Case) -> bool:
    linear, M = _linear(case.what), metric_ball(case.what.metric, case.J.sizes)
    cover = linear_cover(_cover(case.what), linear)
    return constant_cover_holds(Ball.exact(linear.matrix), M, cover)


def _near_factor_holds(case: Case) -> bool:
    steps, linear = case.what, _linear(case.what)
    M = metric_ball(steps.metric, case.J.sizes)
    P, metric = constant_step(Ball.exact(linear.matrix), M, steps.best_step)
    left = steps.factor_at_best - excess(linear, steps.best_step)
    return left >= 0 and norm_holds(P, metric, left)


RULES: tuple[Rule[Steps], ...] = (
    rule(
        "T11 (a)",
        "RK4 steps",
        _with_basis("constant"),
        Hypothesis(METRIC, lambda case: is_metric(case.what.metric, case.J.sizes)),
        Hypothesis(CONSTANT, lambda case: case.J.constant),
        Hypothesis(ORDERED, lambda case: well_ordered(case.what)),
        Hypothesis(INTERVALS, lambda case: _intervals_lead_on(case.what)),
        Hypothesis(
            "every Q_m ⪰ κM on every interval",
            _constant_rates_hold,
            given=(METRIC, CONSTANT, INTERVALS),
        ),
        Hypothesis(
            "‖P(−hJ)‖_M ≤ q at the best step", _constant_factor_holds, given=(METRIC, CONSTANT)
        ),
    ),
    rule("T11 (b)", "RK4 steps", _with_basis("sector"), *_SECTOR),
    rule(
        "T11 (b′)",
        "RK4 towards the equilibrium",
        lambda claims: given(claims.rk4_equilibrium),
        Hypothesis(ZERO, lambda case: zero_in_region(case.claims)),
        *_SECTOR,
    ),
    rule(
        "T11 (c)",
        "RK4 near-linear",
        _with_basis("near-linear"),
        Hypothesis(METRIC, lambda case: is_metric(case.what.metric, case.J.sizes)),
        Hypothesis(ORDERED, lambda case: well_ordered(case.what)),
        Hypothesis(INTERVALS, lambda case: _intervals_lead_on(case.what)),
        Hypothesis(FITS, _fits),
        Hypothesis("‖J₀‖_M ≤ b", _norm_holds, given=(METRIC, FITS)),
        Hypothesis("‖J − J₀‖_M ≤ δ on X", _is_near, given=(METRIC, FITS)),
        Hypothesis(
            "J₀ contracts at κ + 2d + d²h₂ on every interval",
            _near_rates_hold,
            given=(METRIC, FITS, INTERVALS),
        ),
        Hypothesis(
            "‖P(−hJ₀)‖_M + D(h) ≤ q at the best step", _near_factor_holds, given=(METRIC, FITS)
        ),
    ),
)
