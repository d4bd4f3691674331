"""Start sets (T12): balls round the equilibrium from which a method stays in the region."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import final

from certificates.kernel.document.claims import Claims
from certificates.kernel.inequalities.start_set import largest_radius
from certificates.kernel.theorems.context import certified_zero
from certificates.kernel.theorems.hypotheses import Hypothesis
from certificates.kernel.theorems.rule import Rule, rule
from certificates.kernel.theorems.words import CERTIFIED
from games.regions.region import Box

CLAIMED = "unprojected steps of the method are claimed"
BOUNDED = "every start only where X = R^n"


@final
@dataclass(frozen=True)
class Start:
    """A method with its radius; None: every start."""

    method: str
    radius: Fraction | None


def _each(claims: Claims) -> Iterator[Start]:
    basin = claims.promises.basin
    for method, radius in (basin.radii if basin is not None else {}).items():
        yield Start(method, radius)


def is_claimed(claims: Claims, method: str) -> bool:
    """Whether the certificate claims steps of the method that need no projection."""
    slow = {
        "extragradient": claims.promises.extragradient,
        "optimistic": claims.promises.optimistic,
    }
    if method in slow:
        steps = slow[method]
        return steps is not None and steps.unprojected
    made = {"euler": claims.euler, "rk4": claims.rk4, "rk4_equilibrium": claims.rk4_equilibrium}
    return method == "flow" or made[method] is not None


RULES: tuple[Rule[Start], ...] = (
    rule(
        "T12",
        "start set",
        _each,
        Hypothesis(CERTIFIED, lambda case: certified_zero(case.claims)),
        Hypothesis(CLAIMED, lambda case: is_claimed(case.claims, case.what.method)),
        Hypothesis(
            BOUNDED,
            lambda case: (case.what.radius is None) is not isinstance(case.claims.region, Box),
        ),
        Hypothesis("r ≥ 0", lambda case: case.what.radius is None or case.what.radius >= 0),
        Hypothesis(
            "what the method visits from B(x*, r) lies in X",
            lambda case: (
                case.what.radius is None
                or case.what.radius <= largest_radius(case.claims, case.J, case.what.method)
            ),
            given=(CERTIFIED, CLAIMED, BOUNDED),
        ),
        detail=lambda start: start.method.replace("_", " "),
    ),
)
