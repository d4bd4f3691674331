"""Steps of Euler's method (T7, T9, T10), each range in a metric of its own."""

from collections.abc import Callable
from fractions import Fraction

from certificates.check_direct import step_factor_holds
from certificates.check_steps import well_ordered
from certificates.check_structural import structural_factor_holds
from certificates.claims import Claims
from certificates.hypotheses import Hypothesis
from certificates.step_claims import Steps
from certificates.theorems.context import own_sets, symmetric_blocks
from certificates.theorems.rule import Stated, rule
from certificates.theorems.words import ORDERED, PRODUCT, SYMMETRIC, WEIGHTS

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


RULES = (
    rule(
        "T10",
        "Euler steps",
        _with_basis("direct"),
        Hypothesis(ORDERED, lambda case: well_ordered(case.what)),
        Hypothesis(
            "‖I − hJ‖_M ≤ q on X at the best step",
            lambda case: _direct(case, case.what.best_step, case.what.factor_at_best, "euler_best"),
        ),
        Hypothesis(
            "‖I − hJ‖_M ≤ q on X at the largest step",
            lambda case: _direct(case, case.what.step_max, case.what.factor_at_max, "euler_max"),
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
        "T7",
        "projected Euler",
        _projected,
        Hypothesis(PRODUCT, lambda case: own_sets(case.claims)),
        Hypothesis(WEIGHTS, lambda case: case.what.metric.kind == "scalar"),
    ),
)
