"""What theorems ask of a certificate as a whole: where x* lies, whose the constraints are."""

from certificates.check_equilibrium import is_product
from certificates.check_jacobian import Jacobian
from certificates.claims import Claims
from games.region import Space


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
