"""T13, checked: one equilibrium in the region, how near the stated point, and what it is."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from certificates.check_force import force_at
from certificates.check_jacobian import Jacobian, Uncheckable
from certificates.check_matrix import Ball, is_psd
from certificates.check_metric import metric_ball, times
from certificates.claims import Claims
from certificates.document import Document
from certificates.metric import Metric
from certificates.promise_claims import Equilibrium
from certificates.safe import root_above
from games.region import Box, Region

MAX_SIDES = 300  # of a matrix whose inverse is bounded


def equilibrium_holds(claims: Claims, J: Jacobian, found: Equilibrium) -> bool:
    """T13, F being enclosed at the point from the game's own text or matrix."""
    if claims.game is None:
        return False
    return force_suffices(claims, J, found, force_at(claims.game, found.point))


def force_suffices(claims: Claims, J: Jacobian, found: Equilibrium, F: Ball) -> bool:
    """T13: F at the point is so small that the equilibrium is within the error, and of its kind.

    With ⟨F(x) − F(y), x − y⟩_M ≥ α‖x − y‖²_M on X, for any zero x* of F in X
    ‖x₀ − x*‖_M ≤ ‖F(x₀)‖_M/α; and there is one in B(x₀, e) ⊂ X if ‖F(x₀)‖_M ≤ αe (Brouwer).
    """
    if claims.region is None or found.error < 0 or claims.margin <= 0:
        return False
    room = room_round(found, claims.region)
    if min(room, default=Fraction(0)) < 0:
        return False
    M = metric_ball(claims.metric, J.sizes)
    if found.is_zero:
        reach = half_widths(claims.metric, J.sizes) if room else []
        within = all(gap >= found.error * w for gap, w in zip(room, reach, strict=True))
        residual = F
    else:  # VI(F, X) on a product, in a metric that leaves it the same problem (T7, T13)
        within = isinstance(claims.region, Box) and claims.metric.kind == "scalar"
        residual = off_the_faces(F, found, claims.region)
    _, largest = square_norm(residual, M)
    near = largest <= (claims.margin * found.error) ** 2
    return within and near and _is_of_kind(claims, J, found, F, M)


def room_round(found: Equilibrium, region: Region) -> list[Fraction]:
    """How far the point is from the nearer face of the box, side by side; nothing on R^n."""
    if not isinstance(region, Box):
        return []
    sides = zip(found.point, region.lower, region.upper, strict=True)
    return [min(Fraction(x) - low, high - Fraction(x)) for x, low, high in sides]


def _is_of_kind(claims: Claims, J: Jacobian, found: Equilibrium, F: Ball, M: Ball) -> bool:
    """Nash: every cost is convex in its player's own variables, μ_i ≥ 0, where that matters."""
    convex = J.symmetric and bool((claims.curvature_lower >= 0).all())
    costs = claims.game is not None and _has_costs(claims.game)
    match found.kind:
        case "nash":
            return convex and costs and J.constant
        case "restricted-nash":
            return convex and costs
        case "boundary":  # ‖F(x*)‖ ≥ ‖F(x₀)‖ − βe > 0 at the one solution: no zero in the region
            least, _ = square_norm(F, M)
            return least > (claims.lipschitz * found.error) ** 2
        case _:
            return True


def _has_costs(game: Document) -> bool:
    """Whether F is known to be the players' gradients of costs, and not just a field."""
    if game.get("kind") == "symbolic":
        return all("cost" in player for player in game["players"])
    return game.get("kind") == "quadratic" and game.get("field") is not True


def off_the_faces(F: Ball, found: Equilibrium, region: Region) -> Ball:
    """F without the entries that press the point against its own face of the box.

    With r what is left, ⟨F(x₀) − r, x − x₀⟩_M ≥ 0 on X. Add ⟨F(x*), x₀ − x*⟩_M ≥ 0 at x = x*:
    α‖x₀ − x*‖² ≤ ⟨r, x₀ − x*⟩_M, so ‖x₀ − x*‖_M ≤ ‖r‖_M/α for the solution x* of VI(F, X).
    """
    if not isinstance(region, Box):
        return F
    sides = list(zip(found.point, region.lower, region.upper, strict=True))
    at_low = np.array([Fraction(x) == low for x, low, _ in sides])
    at_high = np.array([Fraction(x) == high for x, _, high in sides])
    pressed = (at_low & (F.mid >= F.rad)) | (at_high & (-F.mid >= F.rad))
    keep = ~((pressed | (at_low & at_high)) & np.isfinite(F.mid) & np.isfinite(F.rad))
    return Ball(np.where(keep, F.mid, 0.0), np.where(keep, F.rad, 0.0))


def square_norm(F: Ball, M: Ball) -> tuple[Fraction, Fraction]:
    """Bounds of FᵀMF from below and above; raises Uncheckable where F is not finite."""
    if not (F.mid.any() or F.rad.any()):
        return Fraction(0), Fraction(0)
    column = F[:, None]
    value = column.T @ times(M, column)
    mid, rad = float(value.mid[0, 0]), float(value.rad[0, 0])
    if not np.isfinite([mid, rad]).all():
        raise Uncheckable("F is not finite at the point")
    return max(Fraction(mid) - Fraction(rad), Fraction(0)), Fraction(mid) + Fraction(rad)


def half_widths(metric: Metric, sizes: Sequence[int]) -> list[Fraction]:
    """Upper bounds of √(M⁻¹)_kk: a ball of radius r reaches r times that far along axis k."""
    if metric.kind == "scalar":
        each = [root_above(1 / Fraction(w)) for w in metric.weights]
        return [w for w, size in zip(each, sizes, strict=True) for _ in range(size)]
    return [w for part in metric.matrices for w in _half_widths(np.asarray(part, dtype=float))]


def _half_widths(M: NDArray[np.float64]) -> list[Fraction]:
    """(M⁻¹)_kk ≤ s ⇔ sM − e_ke_kᵀ ⪰ 0, for M ≻ 0. Raises Uncheckable."""
    n = len(M)
    if n > MAX_SIDES:
        raise Uncheckable(f"the metric has {n} sides; a ball of at most {MAX_SIDES} is measured")
    try:
        hints = np.diagonal(np.linalg.inv(M)) * (1 + 1e-6)
    except np.linalg.LinAlgError:
        raise Uncheckable("the metric is not shown to be positive definite") from None
    for k, hint in enumerate(hints):
        corner = np.zeros((n, n))
        corner[k, k] = 1.0
        if not (hint > 0 and is_psd(Ball.exact(M) * Ball.exact(hint) - Ball.exact(corner))):
            raise Uncheckable("the metric is too ill-conditioned to measure a ball")
    return [root_above(Fraction(hint)) for hint in hints]
