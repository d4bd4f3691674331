"""What several theorems ask of a certificate, in the words in which docs/theory.md lists it."""

from certificates.kernel.claims import Claim, Claims, Steps
from certificates.kernel.inequalities.equilibrium import has_costs, is_product
from certificates.kernel.jacobian.base import Jacobian
from certificates.kernel.numbers.metrics import is_metric
from certificates.kernel.obligation import Title
from certificates.kernel.theorems.hypotheses import Hypothesis
from certificates.kernel.theorems.rule import Case
from games.regions.region import Space


def certified_zero(claims: Claims) -> bool:
    """Whether the certificate states a zero of F in X (T13)."""
    return claims.solution is not None and claims.solution.is_zero


def zero_in_region(claims: Claims) -> bool:
    """Whether x* may be called a zero of F in X.

    It is certified (T13); or X = R^n, where α > 0 gives exactly one; or only bounds are given,
    and x* is a zero in the region where they hold, if there is one: that is said then.
    """
    if (found := claims.solution) is not None:
        return found.is_zero
    return isinstance(claims.region, Space) or claims.verdict == "conditional"


def own_sets(claims: Claims) -> bool:
    """Whether X is a product of the players' own sets: not a ball, not unknown."""
    return is_product(claims.region, claims.game)


def symmetric_blocks(claims: Claims, J: Jacobian | None) -> bool:
    """Whether every J_ii is symmetric: known of the game, or part of what is assumed."""
    return J.symmetric if J is not None else claims.evidence.get("symmetric") is True


def is_convex(claims: Claims) -> bool:
    """Whether every cost is convex in its player's own variables on X.

    By the bounds μ_i, or by sym(MJ) ⪰ αM with M(w), whose block of player i says sym J_ii ⪰ αI.
    """
    own = claims.metric.kind == "scalar" and claims.margin >= 0
    return own or bool((claims.bounds.curvature_lower >= 0).all())


def has_decay(claims: Claims) -> bool:
    """Whether T19 is claimed, and so checked, in the region: each f_i is convex in p_i there."""
    return any(claim.title is Title.KL_RATE for claim in claims.stated)


POSITIVE = Hypothesis[Case[Claim]]("α > 0", lambda case: case.claims.margin > 0)
ZERO = Hypothesis[Case[Claim]]("x* is a zero of F in X", lambda case: zero_in_region(case.claims))
CERTIFIED = Hypothesis[Case[Claim]](
    "a zero of F in X is certified", lambda case: certified_zero(case.claims)
)
SYMMETRIC = Hypothesis[Case[Claim]](
    "every J_ii is symmetric", lambda case: symmetric_blocks(case.claims, case.known)
)
WEIGHTS = Hypothesis[Case[Claim]]("M = M(w)", lambda case: case.claims.metric.kind == "scalar")
METRIC = Hypothesis[Case[Claim]](
    "M ≻ 0, of the players' sizes", lambda case: is_metric(case.claims.metric, case.J.sizes)
)
PRODUCT = Hypothesis[Case[Claim]](
    "X is a product of the players' own sets", lambda case: own_sets(case.claims)
)
COSTS = Hypothesis[Case[Claim]](
    "F has costs", lambda case: case.claims.game is not None and has_costs(case.claims.game)
)
CONVEX = Hypothesis[Case[Claim]](
    "every μ_i ≥ 0, or α ≥ 0 and M = M(w)", lambda case: is_convex(case.claims)
)

# of steps, which may have a metric of their own
OWN_METRIC = Hypothesis[Case[Steps]](
    METRIC.name, lambda case: is_metric(case.what.metric, case.J.sizes)
)
OWN_WEIGHTS = Hypothesis[Case[Steps]](WEIGHTS.name, lambda case: case.what.metric.kind == "scalar")
SAME_METRIC = Hypothesis[Case[Steps]](
    "the metric is that of α, β and c", lambda case: case.what.metric == case.claims.metric
)
