"""T11 (c), checked: RK4 where the Jacobian stays near one matrix J₀."""

from fractions import Fraction

from certificates.check_direct import deviation_holds, norm_holds
from certificates.check_jacobian import Jacobian
from certificates.check_matrix import Ball
from certificates.check_metric import metric_ball
from certificates.check_steps import constant_cover_holds, constant_step, covers, well_ordered
from certificates.step_claims import Cover, NearLinear, Steps


def near_linear_holds(J: Jacobian, steps: Steps) -> bool:
    """T11 (c) on every interval of the cover, and the factor at the best step."""
    linear, cover = steps.linear, steps.cover
    if linear is None or cover is None or not well_ordered(steps):
        return False
    n = sum(J.sizes)
    if not covers(cover, steps.step_max) or linear.matrix.shape != (n, n):
        return False
    if linear.deviation < 0 or linear.norm < 0:
        return False
    M, centre, h = metric_ball(steps.metric, J.sizes), Ball.exact(linear.matrix), steps.best_step
    P, metric = constant_step(centre, M, h)
    left = steps.factor_at_best - excess(linear, h)
    return (
        left >= 0
        and norm_holds(centre, M, linear.norm)
        and norm_holds(P, metric, left)
        and constant_cover_holds(centre, M, linear_cover(cover, linear))
        and deviation_holds(J, steps.metric, linear.matrix, linear.deviation)
    )


def linear_cover(cover: Cover, linear: NearLinear) -> Cover:
    """The rates κ at which J₀ alone must contract for the cover's rates ρ to hold.

    With D(h) = p(h(b + δ)) − p(hb) ≤ dh on [h₁, h₂], d = D(h₂)/h₂ (D is convex and D(0) = 0):
    (√(1 − κh) + dh)² ≤ 1 − (κ − 2d − d²h₂)h = 1 − ρh.
    """
    rates = []
    for _, high, rate in cover.intervals():
        d = excess(linear, high) / high
        rates.append(rate + 2 * d + d**2 * high)
    return Cover(cover.steps, tuple(rates), ())


def excess(linear: NearLinear, step: Fraction) -> Fraction:
    """D(h) = p(h(b + δ)) − p(hb), p(z) = z + z²/2 + z³/6 + z⁴/24 (T11 c)."""
    near = step * linear.norm
    return _polynomial(near + step * linear.deviation) - _polynomial(near)


def _polynomial(z: Fraction) -> Fraction:
    return z + z**2 / 2 + z**3 / 6 + z**4 / 24
