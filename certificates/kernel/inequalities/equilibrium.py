"""T13, checked: one equilibrium in the region, how near the stated point, and what it is."""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import isqrt

import numpy as np

from certificates.kernel.claims import Solution
from certificates.kernel.document.metric import Metric
from certificates.kernel.document.reading import Document
from certificates.kernel.jacobian.outside import metric_of
from certificates.kernel.numbers.matrices import Ball, diagonal, is_psd
from certificates.kernel.numbers.metrics import metric_ball, times
from certificates.kernel.numbers.roots import root_above
from certificates.kernel.numbers.rows import Row, roots_over
from certificates.kernel.uncheckable import Uncheckable
from games.regions.ends import Ends
from games.regions.region import Box, Region

MAX_SIDES = 300  # of a matrix whose inverse is bounded


def room_round(found: Solution, region: Region) -> Row:
    """How far the point is from the nearer face of the box, side by side; nothing on R^n.

    In a ball: how far it is from the sphere, in the metric of the ball, alone.
    """
    if not isinstance(region, Box):
        return Row.of([])
    if (ball := region.ball) is not None:
        return Row.of([ball.radius - root_above(ball.square([Fraction(x) for x in found.point]))])
    point, lower, upper = (Row.of(each) for each in (found.point, region.lower, region.upper))
    return (point - lower).minimum(upper - point)


def is_product(region: Region | None) -> bool:
    """Whether the region is a product of sets of the players' own: a box or R^n."""
    return region is not None and not (isinstance(region, Box) and region.ball is not None)


def has_costs(game: Document) -> bool:
    """Whether F is known to be the players' gradients of costs, and not just a field."""
    if game.get("kind") == "symbolic":
        return all("cost" in player for player in game["players"])
    return game.get("kind") == "quadratic" and game.get("field") is not True


def off_the_faces(F: Ball, found: Solution, region: Region) -> Ball:
    """F without the entries that press the point against its own face of the box.

    With r what is left, ⟨F(x₀) − r, x − x₀⟩_M ≥ 0 on X. Add ⟨F(x*), x₀ − x*⟩_M ≥ 0 at x = x*:
    α‖x₀ − x*‖² ≤ ⟨r, x₀ − x*⟩_M, so ‖x₀ − x*‖_M ≤ ‖r‖_M/α for the solution x* of VI(F, X).
    """
    if not isinstance(region, Box):
        return F
    point = Ends.of(found.point)
    at_low, at_high = point.equals(region.lower), point.equals(region.upper)
    pressed = (at_low & (F.mid >= F.rad)) | (at_high & (-F.mid >= F.rad))
    keep = ~((pressed | (at_low & at_high)) & np.isfinite(F.mid) & np.isfinite(F.rad))
    return Ball(np.where(keep, F.mid, 0.0), np.where(keep, F.rad, 0.0))


def norms_within(F: Ball, M: Ball) -> tuple[Fraction, Fraction]:
    """Bounds of ‖F‖²_M from below and above; raises Uncheckable where F is not finite."""
    if not (F.mid.any() or F.rad.any()):
        return Fraction(0), Fraction(0)
    column = F[:, None]
    value = column.T @ times(M, column)
    mid, rad = float(value.mid[0, 0]), float(value.rad[0, 0])
    if not np.isfinite([mid, rad]).all():
        raise Uncheckable("F is not finite at the point")
    return max(Fraction(mid) - Fraction(rad), Fraction(0)), Fraction(mid) + Fraction(rad)


def reach_of(metric: Metric, sizes: Sequence[int], region: Region) -> Row:
    """How far a ball of radius 1 reaches, in the numbers in which :func:`room_round` has room.

    In a ball of metric W: √κ with W ⪯ κM, for then ‖v‖_W ≤ √κ ‖v‖_M. Raises Uncheckable.
    """
    if not isinstance(region, Box) or region.ball is None:
        return half_widths(metric, sizes)
    if metric.kind == "scalar" and region.ball.weights:
        each = [w for w, size in zip(metric.weights, sizes, strict=True) for _ in range(size)]
        ratios = [w / Fraction(m) for w, m in zip(region.ball.weights, each, strict=True)]
        return Row.of([root_above(max(ratios))])
    return Row.of([root_above(_stretch(metric_of(region.ball), metric_ball(metric, tuple(sizes))))])


def half_widths(metric: Metric, sizes: Sequence[int]) -> Row:
    """Upper bounds of √(M⁻¹)_kk: a ball of radius r reaches r times that far along axis k."""
    if metric.kind != "scalar":
        parts = (np.asarray(part, dtype=float).tobytes() for part in metric.matrices)
        return Row.of([width for part in parts for width in _half_widths(part)])
    weights = Ends.of(metric.weights)
    if len(weights) != len(sizes) or not (weights.above > 0).all():
        raise Uncheckable("the metric needs one positive weight a player")
    owner = np.repeat(np.arange(len(sizes)), sizes)
    low, high = (end[owner] for end in roots_over(weights))
    return Row(low, high, lambda k: root_above(1 / weights[owner[k]]))


def _stretch(W: Ball, M: Ball) -> Fraction:
    """κ with W ⪯ κM, the eigenvalue a hint only. Raises Uncheckable."""
    n = len(W.mid)
    M = diagonal(M) if M.mid.ndim == 1 else M
    if M.mid.shape != (n, n) or n > MAX_SIDES:
        raise Uncheckable("no ball in the metric of the claims is measured in that of the region")
    try:
        hint = float(np.linalg.eigvals(np.linalg.solve(M.mid, W.mid)).real.max()) * (1 + 1e-6)
    except np.linalg.LinAlgError:
        hint = 0.0
    if not (0 < hint < np.inf and is_psd(M * Ball.exact(hint) - W)):
        raise Uncheckable("the metric of the claims is too ill-conditioned to measure a ball in")
    return Fraction(hint)


@lru_cache(maxsize=16)  # asked for each method in turn
def _half_widths(matrix: bytes) -> tuple[Fraction, ...]:
    """(M⁻¹)_kk ≤ s ⇔ sM − e_ke_kᵀ ⪰ 0, for M ≻ 0. Raises Uncheckable."""
    n = isqrt(len(matrix) // 8)
    M = np.frombuffer(matrix).reshape(n, n)
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
    return tuple(root_above(Fraction(hint)) for hint in hints)
