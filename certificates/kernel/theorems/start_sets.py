"""Start sets (T12): balls round the equilibrium from which a method stays in the region."""

from collections.abc import Iterator
from fractions import Fraction
from typing import final

from certificates.kernel.claims import Claim, Claims, Steps
from certificates.kernel.document.fields import record
from certificates.kernel.document.metric import Metric
from certificates.kernel.inequalities.equilibrium import reach_of, room_round
from certificates.kernel.jacobian.sizes import sizes_of
from certificates.kernel.numbers.rows import Row
from certificates.kernel.obligation import Title
from certificates.kernel.theorems.hypotheses import Hypothesis
from certificates.kernel.theorems.rule import Case, rule
from certificates.kernel.theorems.shared import CERTIFIED, certified_zero
from certificates.kernel.uncheckable import Uncheckable
from games.language.number import round_down
from games.regions.region import Box

FLOW = "flow"
DIGITS = 6


@final
@record
class StartSet(Claim):
    """From B(x*, radius) the method stays in the region; None: from every start.

    steps: those of the method, in whose metric the ball is; None for the flow.
    """

    label = "T12"
    title = Title.START
    steps: Steps | None
    radius: Fraction | None

    @property
    def method(self) -> str:
        return FLOW if self.steps is None else self.steps.method

    @property
    def detail(self) -> str:
        return self.method.replace("_", " ")


def _follow(claims: Claims) -> Iterator[StartSet]:
    """Of the flow and of every method that needs no projection, where its radius is positive."""
    if not certified_zero(claims):
        return
    each: list[Steps | None] = [None, *(s for s in claims.each(Steps) if s.unprojected)]
    if not isinstance(claims.region, Box):
        yield from (StartSet(steps, None) for steps in each)
        return
    for steps in each:
        try:
            radius = round_down(largest_radius(claims, steps), DIGITS)
        except Uncheckable:
            continue
        if radius > 0:
            yield StartSet(steps, radius)


def largest_radius(claims: Claims, steps: Steps | None) -> Fraction:
    """The largest r that can be shown for a method, its largest step taken; 0 where none can.

    x* is within the error e of x₀, so along axis k a point visited from B(x*, r) is at most
    e·√(M⁻¹)_kk + growth·r·√(M₁⁻¹)_kk from x₀, M₁ the metric of the method's claim. In a ball of
    metric W likewise, with √κ for W ⪯ κM in place of the half-widths.
    """
    found, region = claims.solution, claims.region
    if found is None or claims.game is None or not isinstance(region, Box):
        return Fraction(0)
    sizes = sizes_of(claims.game)

    def reach(metric: Metric) -> Row:
        return reach_of(metric, sizes, region, found)

    own = reach(claims.metric)
    same = steps is None or steps.metric == claims.metric
    other = own if same or steps is None else reach(steps.metric)
    growth = Fraction(1) if steps is None else steps.growth(claims)
    if growth <= 0:
        raise Uncheckable("the steps are not above 0")
    room = room_round(found, region)
    if not len(room) == len(own) == len(other):
        raise Uncheckable("the metric has another dimension than the region")
    limits = (room - own.times(found.error)).over(other.times(growth))
    return max(limits.least(), Fraction(0))


BOUNDED = Hypothesis[Case[StartSet]](
    "every start only where X = R^n",
    lambda case: (case.what.radius is None) is not isinstance(case.claims.region, Box),
)
rule(
    StartSet,
    CERTIFIED,
    Hypothesis(
        "unprojected steps of the method are claimed",
        lambda case: case.what.steps is None or case.what.steps.unprojected,
    ),
    BOUNDED,
    Hypothesis(
        "what the method visits from B(x*, r) lies in X",
        lambda case: (
            case.what.radius is None
            or 0 <= case.what.radius <= largest_radius(case.claims, case.what.steps)
        ),
        given=(CERTIFIED.name, BOUNDED.name),
    ),
    follow=_follow,
)
