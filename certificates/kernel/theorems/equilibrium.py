"""The equilibrium (T13): that there is one, how near the stated point, and what it is."""

from dataclasses import field
from fractions import Fraction
from typing import ClassVar, final

from certificates.kernel.claims import Claim, EquilibriumKind, Solution
from certificates.kernel.document.fields import Numbers, record, witness
from certificates.kernel.document.reading import Document
from certificates.kernel.inequalities.equilibrium import (
    given_way,
    norms_within,
    off_the_faces,
    reach_of,
    room_round,
)
from certificates.kernel.jacobian.point import force_at
from certificates.kernel.numbers.matrices import Ball
from certificates.kernel.numbers.metrics import metric_ball
from certificates.kernel.numbers.roots import root_above
from certificates.kernel.theorems.hypotheses import Hypothesis
from certificates.kernel.theorems.rule import Case, rule
from certificates.kernel.theorems.shared import (
    CONVEX,
    COSTS,
    METRIC,
    POSITIVE,
    PRODUCT,
    SYMMETRIC,
    WEIGHTS,
    has_decay,
)
from certificates.kernel.uncheckable import Uncheckable
from games.regions.region import MOST_CONSTRAINTS, Box, Region


@record
class StatedSolution(Solution):
    """F at the point is enclosed from the game."""

    _force: list[Ball] = field(default_factory=list, repr=False)

    def force(self, game: Document | None) -> Ball:
        """Raises Uncheckable or InputError."""
        if not self._force:
            if game is None:
                raise Uncheckable("there is no game to evaluate at the point")
            self._force.append(force_at(game, self.point))
        return self._force[0]


@final
class Zero(StatedSolution):
    """F has one zero in X; it solves VI(F, X)."""

    theorem = "equilibrium/T13"
    label = "T13"
    is_zero: ClassVar[bool] = True


@final
@record
class VariationalSolution(StatedSolution):
    """VI(F, X) has one solution, perhaps on the boundary and no zero of F."""

    theorem = "equilibrium/T13 (boundary)"
    label = "T13 (boundary)"
    is_zero: ClassVar[bool] = False
    multipliers: tuple[Fraction, ...] = witness(
        Numbers(MOST_CONSTRAINTS), "λ, one a constraint of the region", default=()
    )


Stated = Case[StatedSolution]


def _region(case: Case[Claim]) -> Region:
    if case.claims.region is None:
        raise Uncheckable("there is no region")
    return case.claims.region


def _lies_inside(case: Stated) -> bool:
    return room_round(case.what, _region(case)).is_nonnegative()


def _ball_fits(case: Stated) -> bool:
    """B(x₀, e) ⊂ X: side by side in a box, by the metric of a ball."""
    room = room_round(case.what, _region(case))
    if not len(room):
        return True
    reach = reach_of(case.claims.metric, case.J.sizes, _region(case), case.what)
    return len(room) == len(reach) and (room - reach.times(case.what.error)).is_nonnegative()


def _squares(case: Case[Claim], vector: Ball) -> tuple[Fraction, Fraction]:
    return norms_within(vector, metric_ball(case.claims.metric, case.J.sizes))


def _force_is_small(case: Stated) -> bool:
    F = case.what.force(case.claims.game)
    return _squares(case, F)[1] <= (case.claims.margin * case.what.error) ** 2


def _forces_push_back(case: Case[VariationalSolution]) -> bool:
    region, forces = _region(case), case.what.multipliers
    constraints = region.constraints if isinstance(region, Box) else ()
    return len(forces) == len(constraints) and all(
        force >= 0 or c.equal for force, c in zip(forces, constraints, strict=True)
    )


def _residual_is_small(case: Case[VariationalSolution]) -> bool:
    claims, what, region = case.claims, case.what, _region(case)
    residual = off_the_faces(what.force(claims.game), what, what.multipliers, region)
    spare = claims.margin * what.error - root_above(_squares(case, residual)[1])
    lost = given_way(what, what.multipliers, region, claims.metric, case.J.sizes)
    return spare >= 0 and spare * what.error >= lost


INSIDE = Hypothesis[Stated]("x₀ ∈ X", _lies_inside)
ERROR = Hypothesis[Stated]("e ≥ 0", lambda case: case.what.error >= 0)
NEAR: tuple[Hypothesis[Stated], ...] = (POSITIVE, ERROR, INSIDE)
rule(
    Zero,
    METRIC,
    *NEAR,
    Hypothesis("B(x₀, e) ⊂ X", _ball_fits, given=(METRIC.name, INSIDE.name, ERROR.name)),
    Hypothesis("‖F(x₀)‖_M ≤ αe", _force_is_small, given=(METRIC.name, POSITIVE.name, ERROR.name)),
)
FORCES = Hypothesis[Case[VariationalSolution]](
    "a λ for each constraint, λ ≥ 0 but for equalities", _forces_push_back
)
rule(
    VariationalSolution,
    *NEAR,
    PRODUCT,
    WEIGHTS,
    FORCES,
    Hypothesis(
        "‖r‖_M ≤ αe and (αe − ‖r‖_M)e ≥ ε, r what nothing holds",
        _residual_is_small,
        given=(POSITIVE.name, ERROR.name, INSIDE.name, PRODUCT.name, WEIGHTS.name, FORCES.name),
    ),
)

# ---- what it is

Kinds = Case[EquilibriumKind]


def _has_zero(case: Kinds) -> bool:
    return case.claims.solution is not None and case.claims.solution.is_zero


ZERO_STATED = Hypothesis[Kinds]("a zero of F in X is certified", _has_zero)


@final
class Nash(EquilibriumKind):
    """The Nash equilibrium of the game on all of R^n."""

    theorem = "equilibrium/T13 (Nash)"
    label = "T13 (Nash)"
    kind: ClassVar[str] = "nash"


rule(
    Nash,
    ZERO_STATED,
    COSTS,
    SYMMETRIC,
    CONVEX,
    Hypothesis("J is constant", lambda case: case.J.constant),
)


@final
class RestrictedNash(EquilibriumKind):
    """A Nash equilibrium of the game restricted to the region."""

    theorem = "equilibrium/T13 (restricted Nash)"
    label = "T13 (restricted Nash)"
    kind: ClassVar[str] = "restricted-nash"


rule(RestrictedNash, ZERO_STATED, COSTS, SYMMETRIC, CONVEX, PRODUCT)


@final
class QuantalResponse(EquilibriumKind):
    """A Nash equilibrium of the entropy-regularised game over all policies."""

    theorem = "equilibrium/T18 (Nash)"
    label = "T18 (Nash)"
    kind: ClassVar[str] = "quantal-response"


def _zero_is_nash(case: Kinds) -> bool:
    from certificates.kernel.policies.quantal import zero_is_nash

    return case.claims.game is not None and zero_is_nash(case.claims.game)


rule(
    QuantalResponse,
    ZERO_STATED,
    Hypothesis("one round, or entropy by occupancy and ρ > 0", _zero_is_nash),
)


@final
class RestrictedNashOfPolicies(EquilibriumKind):
    """A Nash equilibrium among the policies of the region."""

    theorem = "equilibrium/T19 (Nash)"
    label = "T19 (Nash)"
    kind: ClassVar[str] = "restricted-nash"


rule(
    RestrictedNashOfPolicies,
    ZERO_STATED,
    Hypothesis("T19 is claimed on X", lambda case: has_decay(case.claims)),
)


@final
class NoZero(EquilibriumKind):
    """F has no zero in X."""

    theorem = "equilibrium/T13 (no zero)"
    label = "T13 (no zero)"
    kind: ClassVar[str] = "boundary"


def _force_is_large(case: Kinds) -> bool:
    """‖F(x*)‖_M ≥ ‖F(x₀)‖_M − β‖x₀ − x*‖_M > 0."""
    found = case.claims.solution
    if not isinstance(found, VariationalSolution):
        raise Uncheckable("no solution of VI(F, X) is certified")
    below, _ = _squares(case, found.force(case.claims.game))
    return below > (case.claims.lipschitz * found.error) ** 2


rule(NoZero, Hypothesis("‖F(x₀)‖_M > βe", _force_is_large))
