"""Steps of Euler's method (T7, T8, T9, T10), each range in a metric of its own."""

from collections.abc import Iterator
from fractions import Fraction
from typing import ClassVar, final

from certificates.kernel.claims import Claim, Claims, Steps
from certificates.kernel.document.fields import Number, PerPlayer, Vector, record, stated, witness
from certificates.kernel.document.metric import Metric
from certificates.kernel.inequalities.direct import step_factor_holds
from certificates.kernel.inequalities.structural import structural_factor_holds
from certificates.kernel.numbers.roots import DIGITS, factor_above
from certificates.kernel.obligation import Title
from certificates.kernel.theorems.hypotheses import Hypothesis
from certificates.kernel.theorems.rule import Case, rule
from certificates.kernel.theorems.shared import (
    OWN_METRIC,
    OWN_WEIGHTS,
    POSITIVE,
    PRODUCT,
    SAME_METRIC,
    SYMMETRIC,
    own_sets,
)
from games.language.number import round_down, round_near

END = Fraction(1, 10**6)  # by which the largest step of T8 stays below 2c, where nothing contracts
LEAST = Fraction(1, 10**300)  # decrease of a squared factor that can be told from none in a file


@record
class EulerSteps(Steps):
    """x⁺ = x − hF(x): any two runs approach each other. The factor is convex in h."""

    title = Title.EULER
    factor_at_max: Fraction = stated(Number(), "a bound of the factor at the largest step")

    @property
    def method(self) -> str:
        return "euler"

    def factor(self, step: Fraction) -> Fraction:
        """Below the chords through 0, the best and the largest step."""
        best, at_best = self.best_step, self.factor_at_best
        if step <= best:
            return 1 - (1 - at_best) * step / best
        rise = (self.factor_at_max - at_best) / (self.step_max - best)
        return at_best + rise * (step - best)


ORDERED = Hypothesis[Case[EulerSteps]](
    "0 < best step ≤ largest step, factors in [0, 1)",
    lambda case: (
        0 < case.what.best_step <= case.what.step_max
        and 0 <= case.what.factor_at_best < 1
        and 0 <= case.what.factor_at_max < 1
    ),
)


class EulerOfJacobian(EulerSteps):
    """By the whole Jacobian."""

    theorem = "euler/T10"
    label = "T10"
    basis: ClassVar[str] = "direct"


def _norm(case: Case[EulerOfJacobian], step: Fraction, factor: Fraction, purpose: str) -> bool:
    return step_factor_holds(case.J, case.what.metric, step, factor, purpose)


rule(
    EulerOfJacobian,
    OWN_METRIC,
    ORDERED,
    Hypothesis(
        "‖I − hJ‖_M ≤ q on X at the best step",
        lambda case: _norm(case, case.what.best_step, case.what.factor_at_best, "euler_best"),
        given=(OWN_METRIC.name,),
    ),
    Hypothesis(
        "‖I − hJ‖_M ≤ q on X at the largest step",
        lambda case: _norm(case, case.what.step_max, case.what.factor_at_max, "euler_max"),
        given=(OWN_METRIC.name,),
    ),
)


@final
@record
class EulerByBounds(EulerSteps):
    """By the block bounds alone."""

    theorem = "euler/T9"
    label = "T9"
    basis: ClassVar[str] = "structural"
    vector: Vector = witness(PerPlayer(positive=True), "x > 0")


def _blocks(case: Case[EulerByBounds], step: Fraction, factor: Fraction) -> bool:
    what = case.what
    return structural_factor_holds(
        case.claims.bounds, what.metric.weights, what.vector, step, factor
    )


rule(
    EulerByBounds,
    ORDERED,
    SYMMETRIC,
    OWN_WEIGHTS,
    Hypothesis(
        "N(h)x ≤ qx, N(h)ᵀWx ≤ qWx at the best step",
        lambda case: _blocks(case, case.what.best_step, case.what.factor_at_best),
        given=(OWN_WEIGHTS.name,),
    ),
    Hypothesis(
        "N(h)x ≤ qx, N(h)ᵀWx ≤ qWx at the largest step",
        lambda case: _blocks(case, case.what.step_max, case.what.factor_at_max),
        given=(OWN_WEIGHTS.name,),
    ),
)


class EulerByMargin(EulerSteps):
    """By α, β and c; computed where no other Euler steps are stated."""

    label = "T8"
    basis: ClassVar[str] = "sector"


def _cocoercivity(claims: Claims) -> Fraction:
    """What is claimed, or α/β² where that is more or none is claimed."""
    return max(claims.margin / claims.lipschitz**2, claims.cocoercivity or Fraction(0))


def steps_of_margin(
    metric: Metric, margin: Fraction, lipschitz: Fraction, cocoercivity: Fraction
) -> EulerByMargin | None:
    """T8: every h < 2c, c the cocoercivity (0: not known) or α/β².

    None without a margin, or where a factor cannot be told from 1.

    >>> import numpy as np
    >>> one = Fraction(1)
    >>> steps = steps_of_margin(Metric.scalar(np.ones(2)), one / 2, one, Fraction(0))
    >>> float(steps.step_max), float(steps.best_step), float(round_near(steps.factor_at_best, 3))
    (0.999999, 0.5, 0.866)
    """
    if not (margin > 0 and lipschitz > 0):
        return None
    c = max(margin / lipschitz**2, cocoercivity)
    largest, best = round_down(2 * c * (1 - END), DIGITS), round_near(c, 4)
    decreases = [h * (2 - h / c) * margin for h in (best, largest)]
    if min(decreases) < LEAST:
        return None
    at_best, at_max = map(factor_above, decreases)
    return EulerByMargin(metric, largest, best, at_best, at_max)


def _follow(claims: Claims) -> Iterator[EulerByMargin]:
    if any(isinstance(claim, EulerSteps) for claim in claims.stated):
        return
    c = claims.cocoercivity or Fraction(0)
    steps = steps_of_margin(claims.metric, claims.margin, claims.lipschitz, c)
    if steps is not None:
        yield steps


def _square_holds(case: Case[EulerByMargin], step: Fraction, factor: Fraction) -> bool:
    decrease = step * (2 - step / _cocoercivity(case.claims)) * case.claims.margin
    return factor**2 >= 1 - decrease


rule(
    EulerByMargin,
    POSITIVE,
    SAME_METRIC,
    ORDERED,
    Hypothesis(
        "q² ≥ 1 − h(2 − h/c)α at the best step",
        lambda case: _square_holds(case, case.what.best_step, case.what.factor_at_best),
        given=(POSITIVE.name,),
    ),
    Hypothesis(
        "q² ≥ 1 − h(2 − h/c)α at the largest step",
        lambda case: _square_holds(case, case.what.step_max, case.what.factor_at_max),
        given=(POSITIVE.name,),
    ),
    follow=_follow,
)


@final
@record
class ProjectedEuler(Claim):
    """The same steps hold with every point projected to X, towards the solution of VI(F, X)."""

    label = "T7"
    title = Title.PROJECTED_EULER
    steps: EulerSteps


def _follow_projected(claims: Claims) -> Iterator[ProjectedEuler]:
    steps = claims.find(EulerSteps)
    if steps is not None and own_sets(claims) and steps.metric.kind == "scalar":
        yield ProjectedEuler(steps)


rule(
    ProjectedEuler,
    PRODUCT,
    Hypothesis(OWN_WEIGHTS.name, lambda case: case.what.steps.metric.kind == "scalar"),
    follow=_follow_projected,
)
