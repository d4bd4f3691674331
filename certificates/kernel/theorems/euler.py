"""Steps of Euler's method (T7, T8, T9, T10), each range in a metric of its own."""

from collections.abc import Callable
from fractions import Fraction

from certificates.kernel.document.claims import Claims
from certificates.kernel.document.steps import Steps
from certificates.kernel.inequalities.direct import step_factor_holds
from certificates.kernel.inequalities.steps import well_ordered
from certificates.kernel.inequalities.structural import structural_factor_holds
from certificates.kernel.numbers.metrics import is_metric
from certificates.kernel.theorems.context import own_sets, symmetric_blocks
from certificates.kernel.theorems.hypotheses import Hypothesis
from certificates.kernel.theorems.rule import Stated, rule
from certificates.kernel.theorems.words import (
    METRIC,
    ORDERED,
    POSITIVE,
    PRODUCT,
    SAME_METRIC,
    SYMMETRIC,
    WEIGHTS,
)

Case = Stated[Steps]
VECTOR = "a vector x is given"


def _with_basis(basis: str) -> Callable[[Claims], tuple[Steps, ...]]:
    def each(claims: Claims) -> tuple[Steps, ...]:
        euler = claims.euler
        return (euler,) if euler is not None and euler.basis == basis else ()

    return each


def _projected(claims: Claims) -> tuple[Steps, ...]:
    return (claims.euler,) if claims.euler is not None and claims.euler.projected else ()


def _direct(case: Case, step: Fraction, factor: Fraction | None, purpose: str) -> bool:
    return factor is not None and step_factor_holds(case.J, case.what.metric, step, factor, purpose)


def _structural(case: Case, step: Fraction, factor: Fraction | None) -> bool:
    x = case.claims.witnesses["euler"]
    weights = case.what.metric.weights
    return factor is not None and structural_factor_holds(case.claims, weights, x, step, factor)


def _sector(case: Case, step: Fraction, factor: Fraction | None) -> bool:
    """T8: c is the claimed cocoercivity, or α/β² where that is more or none is claimed."""
    claims = case.claims
    c = max(claims.margin / claims.lipschitz**2, claims.cocoercivity or Fraction(0))
    return factor is not None and factor**2 >= 1 - step * (2 - step / c) * claims.margin


RULES = (
    rule(
        "T10",
        "Euler steps",
        _with_basis("direct"),
        Hypothesis(METRIC, lambda case: is_metric(case.what.metric, case.J.sizes)),
        Hypothesis(ORDERED, lambda case: well_ordered(case.what)),
        Hypothesis(
            "‖I − hJ‖_M ≤ q on X at the best step",
            lambda case: _direct(case, case.what.best_step, case.what.factor_at_best, "euler_best"),
            given=(METRIC,),
        ),
        Hypothesis(
            "‖I − hJ‖_M ≤ q on X at the largest step",
            lambda case: _direct(case, case.what.step_max, case.what.factor_at_max, "euler_max"),
            given=(METRIC,),
        ),
    ),
    rule(
        "T9",
        "Euler steps",
        _with_basis("structural"),
        Hypothesis(ORDERED, lambda case: well_ordered(case.what)),
        Hypothesis(SYMMETRIC, lambda case: symmetric_blocks(case.claims, case.known)),
        Hypothesis(WEIGHTS, lambda case: case.what.metric.kind == "scalar"),
        Hypothesis(VECTOR, lambda case: "euler" in case.claims.witnesses),
        Hypothesis(
            "N(h)x ≤ qx, N(h)ᵀWx ≤ qWx at the best step",
            lambda case: _structural(case, case.what.best_step, case.what.factor_at_best),
            given=(WEIGHTS, VECTOR),
        ),
        Hypothesis(
            "N(h)x ≤ qx, N(h)ᵀWx ≤ qWx at the largest step",
            lambda case: _structural(case, case.what.step_max, case.what.factor_at_max),
            given=(WEIGHTS, VECTOR),
        ),
    ),
    rule(
        "T8",
        "Euler steps",
        _with_basis("sector"),
        Hypothesis(POSITIVE, lambda case: case.claims.margin > 0),
        Hypothesis(SAME_METRIC, lambda case: case.what.metric == case.claims.metric),
        Hypothesis(ORDERED, lambda case: well_ordered(case.what)),
        Hypothesis(
            "q² ≥ 1 − h(2 − h/c)α at the best step",
            lambda case: _sector(case, case.what.best_step, case.what.factor_at_best),
            given=(POSITIVE,),
        ),
        Hypothesis(
            "q² ≥ 1 − h(2 − h/c)α at the largest step",
            lambda case: _sector(case, case.what.step_max, case.what.factor_at_max),
            given=(POSITIVE,),
        ),
    ),
    rule(
        "T7",
        "projected Euler",
        _projected,
        Hypothesis(PRODUCT, lambda case: own_sets(case.claims)),
        Hypothesis(WEIGHTS, lambda case: case.what.metric.kind == "scalar"),
    ),
)
