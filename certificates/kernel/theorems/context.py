"""What theorems ask of a certificate as a whole: where x* lies, whose the constraints are."""

from certificates.kernel.document.claims import Claims
from certificates.kernel.inequalities.equilibrium import is_product
from certificates.kernel.jacobian.base import Jacobian
from games.regions.region import Space


def certified_zero(claims: Claims) -> bool:
    """Whether the certificate states a zero of F in X (T13)."""
    found = claims.promises.equilibrium
    return found is not None and found.is_zero


def zero_in_region(claims: Claims) -> bool:
    """Whether x* may be called a zero of F in X.

    It is certified (T13); or X = R^n, where α > 0 gives exactly one; or only bounds are given,
    and x* is a zero in the region where they hold, if there is one: that is said then.
    """
    if (found := claims.promises.equilibrium) is not None:
        return found.is_zero
    return isinstance(claims.region, Space) or claims.verdict == "conditional"


def own_sets(claims: Claims) -> bool:
    """Whether X is a product of the players' own sets: a box or R^n, not a ball, not unknown."""
    return is_product(claims.region)


def projection_holds(claims: Claims) -> bool:
    """T7: on a product, in M(w), the projection is the players' own and moves nothing apart."""
    return own_sets(claims) and claims.metric.kind == "scalar"


def symmetric_blocks(claims: Claims, J: Jacobian | None) -> bool:
    """Whether every J_ii is symmetric: known of the game, or part of what is assumed."""
    return J.symmetric if J is not None else claims.evidence.get("symmetric") is True


def is_convex(claims: Claims) -> bool:
    """Whether every cost is convex in its player's own variables on X.

    By the bounds μ_i, or by sym(MJ) ⪰ αM with M(w), whose block of player i says sym J_ii ⪰ αI.
    """
    own = claims.metric.kind == "scalar" and claims.margin >= 0
    return own or bool((claims.curvature_lower >= 0).all())


def has_decay(claims: Claims) -> bool:
    """Whether T19 is claimed, and so checked, in the region: each f_i is convex in p_i there."""
    claimed = claims.promises.bregman
    return claimed is not None and claimed.region is not None
