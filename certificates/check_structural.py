"""Obligations that follow from the block bounds alone (T2, T4, T9, T11 b).

Sums and products of nonnegative numbers.
"""

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from certificates.check_matrix import UNIT, Ball, rounded_up
from certificates.check_steps import covers, sector_cover_holds, well_ordered
from certificates.claims import Band, Claims, Coupling, Vector
from certificates.step_claims import Steps

EXACT_ENTRIES = 20_000  # up to here in rationals, beyond in directed floats

# An object array of Fractions, or a Ball with one entry each: + − * and indexing work on both.
Numbers = Any


def _numbers(*vectors: Vector) -> list[Numbers]:
    """All as rationals when there are few, else all as balls."""
    if sum(len(v) for v in vectors) > EXACT_ENTRIES:
        return [Ball.of_vector(np.asarray(v)) for v in vectors]
    return [np.array([Fraction(e) for e in v], dtype=object) for v in vectors]


def dominates(left: Numbers, rows: NDArray[np.int64], terms: Numbers) -> bool:
    """left_i ≥ Σ_{k: rows_k = i} terms_k for every i, the terms being nonnegative."""
    if isinstance(left, Ball):
        upper = rounded_up(np.maximum(terms.mid, 0) + terms.rad, 1)
        count = int(np.bincount(rows).max()) if len(rows) else 0
        sums = np.bincount(rows, upper, minlength=len(left.mid)).astype(float)
        total = rounded_up(sums, count)
        low = left.mid - rounded_up(left.rad + UNIT * np.abs(left.mid), 2)
        return bool(np.isfinite(total).all() and (low >= total).all())
    sums = np.full(len(left), Fraction(0), dtype=object)
    np.add.at(sums, rows, terms)
    return bool((left >= sums).all())


def _scalar(like: Numbers, value: Fraction) -> Any:
    return Ball.of(value) if isinstance(like, Ball) else value


def structural_margin_holds(
    curvature: Vector, L: Coupling, weights: Vector, vector: Vector, margin: Fraction
) -> bool:
    """T2: x > 0 and W(A − aI)x + (A − aI)ᵀWx ≥ 0 entrywise, A = diag(μ) − L."""
    mu, w, x, values = _numbers(curvature, weights, vector, L.values)
    left = (mu - _scalar(mu, margin)) * w * x
    onto = w[L.rows] * values * x[L.cols]
    back = values * w[L.rows] * x[L.rows]
    return dominates(left + left, np.concatenate([L.rows, L.cols]), _join(onto, back))


def _join(first: Numbers, second: Numbers) -> Numbers:
    if isinstance(first, Ball):
        return Ball(
            np.concatenate([first.mid, second.mid]), np.concatenate([first.rad, second.rad])
        )
    return np.concatenate([first, second])


def structural_euler_holds(claims: Claims, steps: Steps) -> bool:
    """T9 at the best and at the largest step with one x: N(h)x ≤ qx and N(h)ᵀ(wx) ≤ q(wx).

    The entries of N(h) are convex in h and N(0) = I, so every h in between is covered, by
    interpolation.
    """
    x, at_max = claims.witnesses.get("euler"), steps.factor_at_max
    if x is None or at_max is None or not well_ordered(steps) or steps.metric.kind != "scalar":
        return False
    return all(
        _structural_factor_holds(claims, steps.metric.weights, x, h, q)
        for h, q in ((steps.best_step, steps.factor_at_best), (steps.step_max, at_max))
    )


def _structural_factor_holds(
    claims: Claims, weights: Vector, x: Vector, step: Fraction, factor: Fraction
) -> bool:
    L = claims.coupling_upper
    low, high, w, x, values = _numbers(
        claims.curvature_lower, claims.curvature_upper, weights, x, L.values
    )
    h, q, one = (_scalar(low, v) for v in (step, factor, Fraction(1)))
    y = w * x
    onto = h * values * x[L.cols]
    back = h * values * y[L.rows]
    for curvature in (low, high):
        own = one - h * curvature
        for rest in (q - own, q + own):  # q − |1 − hμ|
            if not dominates(rest * x, L.rows, onto) or not dominates(rest * y, L.cols, back):
                return False
    return True


def lipschitz_from_bounds_holds(claims: Claims) -> bool:
    """‖J‖_M ≤ β from the bounds alone (T9, norms).

    N = diag(max(|μ|, |Λ|)) + L, N x ≤ s and NᵀWs ≤ β²Wx with x, s > 0.
    """
    L, x, s = (
        claims.coupling_upper,
        claims.witnesses["lipschitz"],
        claims.witnesses.get("lipschitz_image"),
    )
    if s is None or claims.metric.kind != "scalar":
        return False
    low, high, w, x, s, values = _numbers(
        claims.curvature_lower, claims.curvature_upper, claims.metric.weights, x, s, L.values
    )
    square = _scalar(low, claims.lipschitz**2)
    zero = _scalar(low, Fraction(0))
    onto = values * x[L.cols]
    back = values * (w * s)[L.rows]
    return claims.lipschitz > 0 and all(
        dominates(s - own * x, L.rows, onto)
        and dominates(square * w * x - own * w * s, L.cols, back)
        for own in (low, zero - low, high, zero - high)
    )


def sector_rk4_holds(claims: Claims, steps: Steps) -> bool:
    """T11 (b) or (b′) in the certificate's own metric, from margin, Lipschitz and a proved c.

    The rows of multipliers say which: those of (b′) also hold some for the pairs of stages.
    """
    cover = steps.cover
    if cover is None or not well_ordered(steps) or not covers(cover, steps.step_max):
        return False
    if steps.metric != claims.metric or claims.margin <= 0 or claims.lipschitz <= 0:
        return False
    c = claims.cocoercivity if claims.cocoercivity is not None and claims.cocoercivity > 0 else None
    if c is None and any(any(row[8:12] + row[24:]) for row in cover.multipliers):
        return False
    within = steps.factor_at_best**2 >= cover.square_at(steps.best_step)
    return within and sector_cover_holds(claims.margin, claims.lipschitz, c or Fraction(0), cover)


def structural_band_holds(claims: Claims, band: Band) -> bool:
    """T4, two players: 4(μ_i − a)(μ_j − a)t ≥ (L_ij + L_ji t)² at both ends t of w_j/w_i."""
    if len(claims.names) != 2:
        return False
    i, j = band.players
    p = Fraction(claims.curvature_lower[i]) - band.margin
    r = Fraction(claims.curvature_lower[j]) - band.margin
    onto, back = (Fraction(claims.coupling_upper.entry(*pair)) for pair in ((i, j), (j, i)))
    if (
        band.margin < 0
        or p < 0
        or r < 0
        or band.low < 0
        or (band.high is not None and band.high < band.low)
    ):
        return False

    def inside(t: Fraction) -> bool:
        return 4 * p * r * t >= (onto + back * t) ** 2

    low_ok = inside(band.low) if band.low > 0 else onto == 0
    high_ok = inside(band.high) if band.high is not None else back == 0
    return low_ok and high_ok


def positive_vector_holds(curvature: Vector, L: Coupling, vector: Vector, margin: Fraction) -> bool:
    """T22: x > 0 and Ax ≥ ax entrywise, A = diag(μ) − L."""
    mu, x, values = _numbers(curvature, vector, L.values)
    left = (mu - _scalar(mu, margin)) * x
    return bool((vector > 0).all()) and dominates(left, L.rows, values * x[L.cols])
