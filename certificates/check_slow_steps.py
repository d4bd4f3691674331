"""T20, checked: extragradient and optimistic gradient, and what projection keeps."""

from collections.abc import Iterator

from certificates.check_equilibrium import is_product
from certificates.check_structural import sector_rk4_holds
from certificates.claims import Claims
from certificates.metric import Metric
from certificates.promise_claims import SlowSteps


def towards_equilibrium(claims: Claims) -> Iterator[tuple[str, str, bool]]:
    """Obligations (name, theorem, whether it holds) of steps whose factor is one of ‖x − x*‖."""
    promises, euler = claims.promises, claims.euler
    if (rk4 := claims.rk4_equilibrium) is not None:
        yield "RK4 towards the equilibrium", "T11 (b′)", sector_rk4_holds(claims, rk4)
    if (steps := promises.extragradient) is not None:
        yield "extragradient", "T20", extragradient_holds(claims, steps)
    if (steps := promises.optimistic) is not None:
        yield "optimistic gradient", "T20", optimistic_holds(claims, steps)
    if euler is not None and euler.projected:
        yield "projected Euler", "T7", projection_holds(claims, euler.metric)


def extragradient_holds(claims: Claims, steps: SlowSteps) -> bool:
    """T20: (hβ)² + 2hα ≤ 1 at the largest h, hence at every smaller one: factor² ≤ 1 − hα."""
    h, a, b = steps.step_max, claims.margin, claims.lipschitz
    return (h * b) ** 2 + 2 * h * a <= 1 and _is_stated(claims, steps)


def optimistic_holds(claims: Claims, steps: SlowSteps) -> bool:
    """T20: 4hβ ≤ 1, from x with y' = x: ‖x⁺ − x*‖² ≤ (1 − hα)^k‖x − x*‖² after k steps."""
    return 4 * steps.step_max * claims.lipschitz <= 1 and _is_stated(claims, steps)


def _is_stated(claims: Claims, steps: SlowSteps) -> bool:
    h, q = steps.best_step, steps.factor_at_best
    ordered = 0 < h <= steps.step_max and 0 <= q < 1
    rate = claims.margin > 0 and q**2 >= 1 - h * claims.margin
    return ordered and rate and (not steps.projected or projection_holds(claims, claims.metric))


def projection_holds(claims: Claims, metric: Metric) -> bool:
    """T7: a box (or R^n) and M(w): the projection is the players' own, and moves nothing apart."""
    return is_product(claims.region) and metric.kind == "scalar"
