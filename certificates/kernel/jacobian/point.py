"""F and J of a game's document at given points, by the module of its kind, loaded for it alone."""

from collections.abc import Sequence
from fractions import Fraction

from certificates.kernel.claims import Point
from certificates.kernel.document.geometry import LOGIT_KINDS
from certificates.kernel.document.metric import Vector
from certificates.kernel.document.reading import Document
from certificates.kernel.numbers.matrices import Ball
from certificates.kernel.uncheckable import Uncheckable


def force_at(game: Document, point: Vector) -> Ball:
    """An enclosure (n,) of F at the point; exact zeros stay exact where the game is polynomial.

    Raises Uncheckable or InputError.
    """
    if game.get("kind") == "quadratic":
        from certificates.kernel.jacobian.quadratic import force

        return force(game, point)
    if game.get("kind") in LOGIT_KINDS:
        from certificates.kernel.policies.point import policy_force

        return policy_force(game, point)
    from certificates.kernel.jacobian.text_point import text_force

    return text_force(game, point)


def jacobians_at(game: Document, points: Sequence[Point]) -> Ball:
    """Enclosures (K, n, n) of J at rational points (any point, None, where J is constant).

    Raises Uncheckable, also where a cost is not certainly smooth at one of the points.
    """
    if game.get("kind") == "quadratic":
        from certificates.kernel.jacobian.quadratic import constant_at

        return constant_at(game, points)
    if game.get("kind") in LOGIT_KINDS:
        from certificates.kernel.policies.point import policy_jacobians

        return policy_jacobians(game, points)
    from certificates.kernel.jacobian.text_point import text_jacobians

    return text_jacobians(game, points)


def rational_jacobian_at(game: Document, point: Point) -> list[list[Fraction]]:
    """J at a rational point (any point, None, where J is constant), exactly.

    Raises Uncheckable where it is not known to be rational.
    """
    if game.get("kind") == "quadratic":
        from certificates.kernel.jacobian.quadratic import rational_matrix

        return rational_matrix(game)
    if game.get("kind") in LOGIT_KINDS:
        raise Uncheckable("the Jacobian of a game of policies is not rational")
    from certificates.kernel.jacobian.text_point import rational_jacobian

    return rational_jacobian(game, point)
