"""The equilibrium (T13): that there is one, how near the stated point, and what it is."""

from collections.abc import Callable
from fractions import Fraction

from certificates.kernel.document.claims import Claims
from certificates.kernel.document.geometry import LOGIT_KINDS
from certificates.kernel.document.promises import Equilibrium
from certificates.kernel.document.reading import Document
from certificates.kernel.inequalities.equilibrium import (
    has_costs,
    norms_within,
    off_the_faces,
    reach_of,
    room_round,
)
from certificates.kernel.jacobian.base import Uncheckable
from certificates.kernel.jacobian.point import force_at
from certificates.kernel.numbers.matrices import Ball
from certificates.kernel.numbers.metrics import is_metric, metric_ball
from certificates.kernel.policies.quantal import zero_is_nash
from certificates.kernel.theorems.context import has_decay, is_convex, own_sets, symmetric_blocks
from certificates.kernel.theorems.hypotheses import Hypothesis
from certificates.kernel.theorems.rule import Rule, Stated, rule
from certificates.kernel.theorems.words import (
    CONVEX,
    COSTS,
    METRIC,
    POSITIVE,
    PRODUCT,
    SYMMETRIC,
    WEIGHTS,
)
from games.regions.region import Region


class AtPoint:
    """A stated equilibrium, and F at its point: enclosed by the checker, unless it is given."""

    def __init__(self, found: Equilibrium, force: Ball | None = None) -> None:
        self.found, self._force = found, force

    def force(self, game: Document | None) -> Ball:
        """F at the point. Raises Uncheckable or InputError."""
        if self._force is None:
            if game is None:
                raise Uncheckable("there is no game to evaluate at the point")
            self._force = force_at(game, self.found.point)
        return self._force


Case = Stated[AtPoint]
INSIDE = "x₀ ∈ X"
ERROR = "e ≥ 0"


def _of(kinds: Callable[[Equilibrium, Claims], bool]) -> Callable[[Claims], tuple[AtPoint, ...]]:
    def each(claims: Claims) -> tuple[AtPoint, ...]:
        found = claims.promises.equilibrium
        return (AtPoint(found),) if found is not None and kinds(found, claims) else ()

    return each


def _of_policies(claims: Claims) -> bool:
    return claims.game is not None and claims.game.get("kind") in LOGIT_KINDS


def _region(case: Case) -> Region:
    if case.claims.region is None:
        raise Uncheckable("there is no region")
    return case.claims.region


def _lies_inside(case: Case) -> bool:
    return min(room_round(case.what.found, _region(case)), default=Fraction(0)) >= 0


def _ball_fits(case: Case) -> bool:
    """B(x₀, e) ⊂ X: side by side in a box, by the metric of a ball."""
    found, room = case.what.found, room_round(case.what.found, _region(case))
    reach = reach_of(case.claims.metric, case.J.sizes, _region(case)) if room else []
    return all(gap >= found.error * width for gap, width in zip(room, reach, strict=True))


def _force_is_small(case: Case) -> bool:
    F, M = case.what.force(case.claims.game), metric_ball(case.claims.metric, case.J.sizes)
    return norms_within(F, M)[1] <= (case.claims.margin * case.what.found.error) ** 2


def _residual_is_small(case: Case) -> bool:
    F, M = case.what.force(case.claims.game), metric_ball(case.claims.metric, case.J.sizes)
    residual = off_the_faces(F, case.what.found, _region(case))
    return norms_within(residual, M)[1] <= (case.claims.margin * case.what.found.error) ** 2


def _force_is_large(case: Case) -> bool:
    """‖F(x*)‖_M ≥ ‖F(x₀)‖_M − β‖x₀ − x*‖_M > 0."""
    F, M = case.what.force(case.claims.game), metric_ball(case.claims.metric, case.J.sizes)
    return norms_within(F, M)[0] > (case.claims.lipschitz * case.what.found.error) ** 2


_NEAR: tuple[Hypothesis[Case], ...] = (
    Hypothesis(POSITIVE, lambda case: case.claims.margin > 0),
    Hypothesis(ERROR, lambda case: case.what.found.error >= 0),
    Hypothesis(INSIDE, _lies_inside),
)
_OWN_CONVEX: tuple[Hypothesis[Case], ...] = (
    Hypothesis(COSTS, lambda case: case.claims.game is not None and has_costs(case.claims.game)),
    Hypothesis(SYMMETRIC, lambda case: symmetric_blocks(case.claims, case.known)),
    Hypothesis(CONVEX, lambda case: is_convex(case.claims)),
)
_ZERO = rule(
    "T13",
    "equilibrium",
    _of(lambda found, claims: found.is_zero),
    Hypothesis(METRIC, lambda case: is_metric(case.claims.metric, case.J.sizes)),
    *_NEAR,
    Hypothesis("B(x₀, e) ⊂ X", _ball_fits, given=(METRIC, INSIDE, ERROR)),
    Hypothesis("‖F(x₀)‖_M ≤ αe", _force_is_small, given=(METRIC, POSITIVE, ERROR)),
)
_SOLUTION = rule(
    "T13 (boundary)",
    "equilibrium",
    _of(lambda found, claims: not found.is_zero),
    *_NEAR,
    Hypothesis(PRODUCT, lambda case: own_sets(case.claims)),
    Hypothesis(WEIGHTS, lambda case: case.claims.metric.kind == "scalar"),
    Hypothesis(
        "‖r‖_M ≤ αe, r what no face holds",
        _residual_is_small,
        given=(POSITIVE, ERROR, INSIDE, PRODUCT, WEIGHTS),
    ),
)
_KIND = "kind of equilibrium"
RULES: tuple[Rule[AtPoint], ...] = (
    _ZERO,
    _SOLUTION,
    rule(
        "T13 (Nash)",
        _KIND,
        _of(lambda found, claims: found.kind == "nash"),
        *_OWN_CONVEX,
        Hypothesis("J is constant", lambda case: case.J.constant),
    ),
    rule(
        "T13 (restricted Nash)",
        _KIND,
        _of(lambda found, claims: found.kind == "restricted-nash" and not _of_policies(claims)),
        *_OWN_CONVEX,
        Hypothesis(PRODUCT, lambda case: own_sets(case.claims)),
    ),
    rule(
        "T18 (Nash)",
        _KIND,
        _of(lambda found, claims: found.kind == "quantal-response"),
        Hypothesis(
            "one round, or entropy by occupancy and ρ > 0",
            lambda case: case.claims.game is not None and zero_is_nash(case.claims.game),
        ),
    ),
    rule(
        "T19 (Nash)",
        _KIND,
        _of(lambda found, claims: found.kind == "restricted-nash" and _of_policies(claims)),
        Hypothesis("T19 is claimed on X", lambda case: has_decay(case.claims)),
    ),
    rule(
        "T13 (no zero)",
        _KIND,
        _of(lambda found, claims: found.kind == "boundary"),
        Hypothesis("‖F(x₀)‖_M > βe", _force_is_large),
    ),
)


def is_proved(case: Case) -> bool:
    """Whether the equilibrium that the claims state is near the point and of its kind."""
    return all(
        not each.theorem.failing(case)
        for each in RULES
        if any(True for _ in each.each(case.claims))
    )
