"""Steps of extragradient and optimistic gradient towards the equilibrium (T20)."""

from certificates.kernel.document.promises import SlowSteps
from certificates.kernel.theorems.context import own_sets, zero_in_region
from certificates.kernel.theorems.hypotheses import Hypothesis
from certificates.kernel.theorems.rule import Rule, Stated, given, rule
from certificates.kernel.theorems.words import ORDERED, POSITIVE, PRODUCT, WEIGHTS, ZERO

Case = Stated[SlowSteps]


def _ordered(steps: SlowSteps) -> bool:
    return 0 < steps.best_step <= steps.step_max and 0 <= steps.factor_at_best < 1


_KNOWN: tuple[Hypothesis[Case], ...] = (
    Hypothesis(POSITIVE, lambda case: case.claims.margin > 0),
    Hypothesis(
        f"{ZERO}, or every point is projected",
        lambda case: not case.what.unprojected or zero_in_region(case.claims),
    ),
    Hypothesis(
        f"{PRODUCT}, or none is projected",
        lambda case: not case.what.projected or own_sets(case.claims),
    ),
    Hypothesis(
        f"{WEIGHTS}, or none is projected",
        lambda case: not case.what.projected or case.claims.metric.kind == "scalar",
    ),
    Hypothesis(ORDERED, lambda case: _ordered(case.what)),
    Hypothesis(
        "q² ≥ 1 − hα at the best step",
        lambda case: case.what.factor_at_best**2 >= 1 - case.what.best_step * case.claims.margin,
        given=(POSITIVE,),
    ),
)


def _shortness(case: Case) -> bool:
    h, a, b = case.what.step_max, case.claims.margin, case.claims.lipschitz
    return (h * b) ** 2 + 2 * h * a <= 1


RULES: tuple[Rule[SlowSteps], ...] = (
    rule(
        "T20",
        "extragradient",
        lambda claims: given(claims.promises.extragradient),
        *_KNOWN,
        Hypothesis("(hβ)² + 2hα ≤ 1 at the largest step", _shortness),
    ),
    rule(
        "T20",
        "optimistic gradient",
        lambda claims: given(claims.promises.optimistic),
        *_KNOWN,
        Hypothesis(
            "4hβ ≤ 1 at the largest step",
            lambda case: 4 * case.what.step_max * case.claims.lipschitz <= 1,
        ),
    ),
)
