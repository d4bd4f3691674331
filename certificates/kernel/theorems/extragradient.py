"""Steps of extragradient and optimistic gradient towards the equilibrium (T20), from α and β."""

from collections.abc import Iterator
from fractions import Fraction
from typing import ClassVar, Self, final

from certificates.kernel.claims import Claims, Steps
from certificates.kernel.document.fields import record
from certificates.kernel.numbers.roots import factor_above, root_above, root_below
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
from games.language.number import round_down, round_near

DIGITS, SHORT = 6, 4  # of the largest step, and of the best one
END = Fraction(1, 10**6)  # by which the largest step stays below the end, where nothing contracts
HALVINGS = 20


@record
class TowardsSteps(Steps):
    """Squared factor 1 − κ towards x*: projected, to the solution of VI(F, X), or to a zero.

    κ = 2aρ/(2a + ρ) with a = hα, ρ = 1 − bend·(hβ)².
    """

    basis: ClassVar[str] = "sector"
    towards: ClassVar[bool] = True
    bend: ClassVar[int]
    margin: Fraction
    lipschitz: Fraction
    to_solution: bool
    to_zero: bool

    @property
    def projected(self) -> bool:
        return self.to_solution

    @property
    def unprojected(self) -> bool:
        return self.to_zero

    @classmethod
    def left(cls, reach: Fraction) -> Fraction:
        """ρ at hβ."""
        return 1 - cls.bend * reach**2

    @classmethod
    def decrease(cls, margin: Fraction, lipschitz: Fraction, step: Fraction) -> Fraction:
        """κ."""
        twice, rest = 2 * step * margin, cls.left(step * lipschitz)
        return twice * rest / (twice + rest)

    def factor(self, step: Fraction) -> Fraction:
        """√(1 − κ), rounded up."""
        return root_above(1 - self.decrease(self.margin, self.lipschitz, step))

    @classmethod
    def best(cls, ratio: Fraction) -> Fraction:
        """About the hβ of the largest κ, α/β given: there ρ² = 4·bend·(α/β)(hβ)³."""
        low, high = Fraction(0), root_below(Fraction(1, cls.bend))
        for _ in range(HALVINGS):
            middle = round_near((low + high) / 2, DIGITS)
            if cls.left(middle) ** 2 > 4 * cls.bend * ratio * middle**3:
                low = middle
            else:
                high = middle
        return low

    @classmethod
    def follow(cls, claims: Claims) -> Iterator[Self]:
        """What α and β give, towards a zero or projected."""
        to_zero, margin, beta = zero_in_region(claims), claims.margin, claims.lipschitz
        to_solution = own_sets(claims) and claims.metric.kind == "scalar"
        if not (margin > 0 and (to_zero or to_solution)):
            return
        longest = round_down(root_below(Fraction(1, cls.bend)) * (1 - END) / beta, DIGITS)
        best = min(round_down(cls.best(margin / beta) / beta, SHORT), longest)
        if best > 0:
            yield cls(
                metric=claims.metric,
                step_max=longest,
                best_step=best,
                factor_at_best=factor_above(cls.decrease(margin, beta, best)),
                margin=margin,
                lipschitz=beta,
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
)


def _square_holds(case: Case[TowardsSteps]) -> bool:
    claims, what = case.claims, case.what
    step = what.best_step
    return what.factor_at_best**2 >= 1 - what.decrease(claims.margin, claims.lipschitz, step)


def _is_short(case: Case[TowardsSteps]) -> bool:
    return case.what.left(case.what.step_max * case.claims.lipschitz) > 0


@final
class Extragradient(TowardsSteps):
    """y = x − hF(x), x⁺ = x − hF(y)."""

    label = "T20"
    title = Title.EXTRAGRADIENT
    bend: ClassVar[int] = 1

    @property
    def method(self) -> str:
        return "extragradient"

    def growth(self, claims: Claims) -> Fraction:
        """The midpoint stays in B(√(1 − 2a + b²)·r) or B(r), in B(r) when h ≤ 2c."""
        h, c = self.step_max, claims.cocoercivity
        if c is not None and h <= 2 * c:
            return Fraction(1)
        square = 1 - 2 * h * claims.margin + (h * claims.lipschitz) ** 2
        return max(root_above(square), Fraction(1))


@final
class Optimistic(TowardsSteps):
    """y_k = x_k − hF(y_{k−1}), x_{k+1} = x_k − hF(y_k); the factor is one over many steps."""

    label = "T20"
    title = Title.OPTIMISTIC
    bend: ClassVar[int] = 4

    @property
    def method(self) -> str:
        return "optimistic"

    def growth(self, claims: Claims) -> Fraction:
        """‖y − x*‖ ≤ r + hβ‖y' − x*‖, y' the one before: never beyond B(r/(1 − hβ)), hβ < 1."""
        b = self.step_max * claims.lipschitz
        if b >= 1:
            raise Uncheckable("points of optimistic gradient may go anywhere with such steps")
        return 1 / (1 - b)


SHORT_ENOUGH = "hβ < 1 at the largest step"
rule(
    Extragradient,
    *KNOWN,
    Hypothesis(SHORT_ENOUGH, _is_short),
    Hypothesis(
        "q² ≥ 1 − 2aρ/(2a + ρ) at the best step, ρ = 1 − (hβ)²",
        _square_holds,
        given=(POSITIVE.name, SHORT_ENOUGH),
    ),
    follow=Extragradient.follow,
)
HALF_AS_SHORT = "2hβ < 1 at the largest step"
rule(
    Optimistic,
    *KNOWN,
    Hypothesis(HALF_AS_SHORT, _is_short),
    Hypothesis(
        "q² ≥ 1 − 2aρ/(2a + ρ) at the best step, ρ = 1 − 4(hβ)²",
        _square_holds,
        given=(POSITIVE.name, HALF_AS_SHORT),
    ),
    follow=Optimistic.follow,
)
