"""T12, checked: from which ball round the equilibrium each method stays in the region."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.claims import Claims
from certificates.kernel.document.metric import Metric
from certificates.kernel.document.promises import SlowSteps
from certificates.kernel.document.steps import Steps
from certificates.kernel.inequalities.direct import norm_holds
from certificates.kernel.inequalities.equilibrium import reach_of, room_round
from certificates.kernel.jacobian.base import Jacobian, Uncheckable
from certificates.kernel.numbers.matrices import Ball
from certificates.kernel.numbers.metrics import metric_ball
from games.regions.region import Box

MAX_CONSTANT = 300  # dimensions up to which ‖J‖ is bounded in a further metric


def largest_radius(claims: Claims, J: Jacobian, method: str) -> Fraction:
    """The largest r that can be shown for a method, its largest step taken; 0 where none can.

    x* is within the error e of x₀, so along axis k a point visited from B(x*, r) is at most
    e·√(M⁻¹)_kk + growth·r·√(M₁⁻¹)_kk from x₀, M₁ the metric of the method's claim. In a ball of
    metric W likewise, with √κ for W ⪯ κM in place of the half-widths.
    """
    found = claims.promises.equilibrium
    if found is None or not isinstance(claims.region, Box):
        return Fraction(0)
    metric, growth = _visited(claims, J, method)
    reach = reach_of(claims.metric, J.sizes, claims.region)
    other = reach if metric == claims.metric else reach_of(metric, J.sizes, claims.region)
    room = room_round(found, claims.region)
    limits = [
        (gap - found.error * own) / (growth * width)
        for gap, own, width in zip(room, reach, other, strict=True)
    ]
    return max(min(limits), Fraction(0))


def _visited(claims: Claims, J: Jacobian, method: str) -> tuple[Metric, Fraction]:
    """The metric of a method's claim, and the ball B(growth·r) in which it stays from B(r)."""
    own, promises, one = claims.metric, claims.promises, Fraction(1)
    match method:
        case "flow":
            return own, one
        case "euler" if claims.euler is not None:  # a factor below 1 towards x*, itself a run
            return claims.euler.metric, one
        case "rk4" if claims.rk4 is not None:
            return claims.rk4.metric, _stage_growth(claims, J, claims.rk4)
        case "rk4_equilibrium" if claims.rk4_equilibrium is not None:
            return own, _stage_growth(claims, J, claims.rk4_equilibrium)
        case "extragradient" if promises.extragradient is not None:
            return own, _midpoint_growth(claims, promises.extragradient)
        case "optimistic" if promises.optimistic is not None:
            return own, _stored_growth(claims, promises.optimistic)
    raise Uncheckable(f"the certificate has no claim about {method}")


def _stage_growth(claims: Claims, J: Jacobian, steps: Steps) -> Fraction:
    """T12: with b = hβ the stages stay in B((1 + b + b²/2 + b³/4)r).

    In B((1 + b + b²/2)r) when ½h ≤ 2c, for then x ↦ x − ½hF(x) keeps B(r).
    """
    c = Fraction(0)
    if steps.metric == claims.metric:
        beta, c = claims.lipschitz, claims.cocoercivity or c
    else:
        beta = constant_norm(J, steps.metric)
    return stage_growth(steps.step_max * beta, steps.step_max <= 4 * c)


def stage_growth(b: Fraction, half_step_keeps: bool) -> Fraction:
    """By how much the stages of RK4 leave a ball, b = hβ."""
    return 1 + b + b**2 / 2 + (0 if half_step_keeps else b**3 / 4)


def _midpoint_growth(claims: Claims, steps: SlowSteps) -> Fraction:
    """T20: the midpoint stays in B((1 + hβ)r), in B(r) when h ≤ 2c."""
    if claims.cocoercivity is not None and steps.step_max <= 2 * claims.cocoercivity:
        return Fraction(1)
    return 1 + steps.step_max * claims.lipschitz


def _stored_growth(claims: Claims, steps: SlowSteps) -> Fraction:
    """T20: ‖y − x*‖ ≤ r + hβ‖y' − x*‖, y' the one before: never beyond B(r/(1 − hβ)), hβ < 1."""
    b = steps.step_max * claims.lipschitz
    if b >= 1:
        raise Uncheckable("points of optimistic gradient may go anywhere with such steps")
    return 1 / (1 - b)


def constant_norm(J: Jacobian, metric: Metric) -> Fraction:
    """A bound of ‖J‖ in a further metric, where J is constant. Raises Uncheckable."""
    family = next(J.each_whole("rk4")) if J.constant and sum(J.sizes) <= MAX_CONSTANT else None
    if not isinstance(family, Ball):
        raise Uncheckable("no bound of the Jacobian is known in the metric of these steps")
    M = metric_ball(metric, J.sizes)
    bound = Fraction(_norm_hint(family.mid[0], np.diag(M.mid) if M.mid.ndim == 1 else M.mid))
    if not (bound > 0 and norm_holds(family, M, bound)):
        raise Uncheckable("the Jacobian could not be bounded in the metric of these steps")
    return bound


def _norm_hint(J: NDArray[np.float64], M: NDArray[np.float64]) -> float:
    """A little more than ‖J‖_M = ‖RJR⁻¹‖, M = RᵀR, in floats; 0 where that fails."""
    try:
        root = np.linalg.cholesky(M).T
        hint = float(np.linalg.norm(root @ J @ np.linalg.inv(root), 2)) * (1 + 1e-6)
    except np.linalg.LinAlgError:
        return 0.0
    return hint if np.isfinite(hint) else 0.0
