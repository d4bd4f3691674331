"""Steps of extragradient and optimistic gradient towards the equilibrium (T20), from α and β."""

from collections.abc import Iterator
from fractions import Fraction
from typing import ClassVar, Self, final

from certificates.kernel.claims import Claims, Steps
from certificates.kernel.document.fields import record
from certificates.kernel.numbers.roots import factor_above, root_above
from certificates.kernel.obligation import Title
from certificates.kernel.theorems.hypotheses import Hypothesis
from certificates.kernel.theorems.rule import Case, rule
from certificates.kernel.theorems.shared import (
    POSITIVE,
    PRODUCT,
    SAME_METRIC,
    WEIGHTS,
    ZERO,
    own_sets,
    zero_in_region,
)
from certificates.kernel.uncheckable import Uncheckable
from games.language.number import round_down

DIGITS = 6  # of the largest step


@record
class TowardsSteps(Steps):
    """Squared factor 1 − hα towards x*: projected, to the solution of VI(F, X), or to a zero."""

    basis: ClassVar[str] = "sector"
    towards: ClassVar[bool] = True
    margin: Fraction
    to_solution: bool
    to_zero: bool

    @property
    def projected(self) -> bool:
        return self.to_solution

    @property
    def unprojected(self) -> bool:
        return self.to_zero

    def factor(self, step: Fraction) -> Fraction:
        """√(1 − hα), rounded up."""
        return root_above(1 - step * self.margin)

    @staticmethod
    def longest(margin: Fraction, lipschitz: Fraction) -> Fraction:
        """The largest step of the theorem, from below."""
        raise NotImplementedError

    @classmethod
    def follow(cls, claims: Claims) -> Iterator[Self]:
        """What α and β give, towards a zero or projected."""
        to_zero = zero_in_region(claims)
        to_solution = own_sets(claims) and claims.metric.kind == "scalar"
        if claims.margin > 0 and (to_zero or to_solution):
            h = round_down(cls.longest(claims.margin, claims.lipschitz), DIGITS)
            yield cls(
                metric=claims.metric,
                step_max=h,
                best_step=h,
                factor_at_best=factor_above(h * claims.margin),
                margin=claims.margin,
                to_solution=to_solution,
                to_zero=to_zero,
            )


KNOWN: tuple[Hypothesis[Case[TowardsSteps]], ...] = (
    POSITIVE,
    SAME_METRIC,
    Hypothesis(
        f"{ZERO.name}, or every point is projected",
        lambda case: not case.what.unprojected or ZERO.holds(case),
    ),
    Hypothesis(
        f"{PRODUCT.name}, or none is projected",
        lambda case: not case.what.projected or PRODUCT.holds(case),
    ),
    Hypothesis(
        f"{WEIGHTS.name}, or none is projected",
        lambda case: not case.what.projected or WEIGHTS.holds(case),
    ),
    Hypothesis(
        "0 < best step ≤ largest step, the factor in [0, 1)",
        lambda case: (
            0 < case.what.best_step <= case.what.step_max and 0 <= case.what.factor_at_best < 1
        ),
    ),
    Hypothesis(
        "q² ≥ 1 − hα at the best step",
        lambda case: case.what.factor_at_best**2 >= 1 - case.what.best_step * case.claims.margin,
        given=(POSITIVE.name,),
    ),
)


@final
class Extragradient(TowardsSteps):
    """y = x − hF(x), x⁺ = x − hF(y)."""

    label = "T20"
    title = Title.EXTRAGRADIENT

    @property
    def method(self) -> str:
        return "extragradient"

    @staticmethod
    def longest(margin: Fraction, lipschitz: Fraction) -> Fraction:
        """(√(α² + β²) − α)/β², without cancellation 1/(√(α² + β²) + α)."""
        return 1 / (root_above(margin**2 + lipschitz**2) + margin)

    def growth(self, claims: Claims) -> Fraction:
        """The midpoint stays in B((1 + hβ)r), in B(r) when h ≤ 2c."""
        c = claims.cocoercivity
        return Fraction(1) if c is not None and self.step_max <= 2 * c else self._reach(claims)

    def _reach(self, claims: Claims) -> Fraction:
        return 1 + self.step_max * claims.lipschitz


@final
class Optimistic(TowardsSteps):
    """y_k = x_k − hF(y_{k−1}), x_{k+1} = x_k − hF(y_k); the factor is one over many steps."""

    label = "T20"
    title = Title.OPTIMISTIC

    @property
    def method(self) -> str:
        return "optimistic"

    @staticmethod
    def longest(margin: Fraction, lipschitz: Fraction) -> Fraction:
        return 1 / (4 * lipschitz)

    def growth(self, claims: Claims) -> Fraction:
        """‖y − x*‖ ≤ r + hβ‖y' − x*‖, y' the one before: never beyond B(r/(1 − hβ)), hβ < 1."""
        b = self.step_max * claims.lipschitz
        if b >= 1:
            raise Uncheckable("points of optimistic gradient may go anywhere with such steps")
        return 1 / (1 - b)


def _is_short(case: Case[Extragradient]) -> bool:
    h, a, b = case.what.step_max, case.claims.margin, case.claims.lipschitz
    return (h * b) ** 2 + 2 * h * a <= 1


rule(
    Extragradient,
    *KNOWN,
    Hypothesis("(hβ)² + 2hα ≤ 1 at the largest step", _is_short),
    follow=Extragradient.follow,
)
rule(
    Optimistic,
    *KNOWN,
    Hypothesis(
        "4hβ ≤ 1 at the largest step",
        lambda case: 4 * case.what.step_max * case.claims.lipschitz <= 1,
    ),
    follow=Optimistic.follow,
)
