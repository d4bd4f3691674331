"""Obligations that follow from the block bounds alone (T2, T4, T9, T11 b).

Sums and products of nonnegative numbers.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from certificates.check_matrix import UNIT, Ball, rounded_up
from certificates.check_steps import covers, sector_cover_holds, well_ordered
from certificates.claims import Band, Claims, Coupling, Vector
from certificates.step_claims import Steps
from games.work import common_bits, of_rational, spend

EXACT_ENTRIES = 20_000  # up to here in rationals, beyond in directed floats
EXACT_BITS = 2 * 10**6  # of all numerators and denominators: likewise
RATIONALS = 8  # operations of such a test on each of them
BATCH = 2**19  # entries of L multiplied at once

# An object array of Fractions, or a Ball with one entry each: + − * and indexing work on both.
Numbers = Any


def _numbers(*vectors: Vector) -> list[Numbers]:
    """All as rationals when they are few and short, else all as balls."""
    count = sum(len(v) for v in vectors)
    if count > EXACT_ENTRIES or bits_of(vectors) > EXACT_BITS:
        return [Ball.of_vector(np.asarray(v)) for v in vectors]
    bits = sum(common_bits(map(Fraction, v)) for v in vectors)
    spend(exact_work(count, bits), "{} bounds and weights of {} bits together", count, bits)
    return [np.array([Fraction(e) for e in v], dtype=object) for v in vectors]


def exact_work(count: int, bits: int) -> float:
    """What a test on so many rationals costs, of so many bits in products over one denominator."""
    return RATIONALS * count * of_rational(bits)


def bits_of(vectors: tuple[Vector, ...]) -> int:
    """Of all that are rationals; binary64 numbers are short, and so are their sums."""
    return sum(
        part.bit_length()
        for vector in vectors
        if vector.dtype == object
        for entry in vector
        for part in Fraction(entry).as_integer_ratio()
    )


def totals(like: Numbers, rows: NDArray[np.int64], terms: Callable[[slice], Numbers]) -> Any:
    """Σ_{k: rows_k = i} terms_k for every i (upper bounds where like is a ball), all terms ≥ 0.

    terms: those of a part of the entries, so that a large matrix is never multiplied as a whole.
    """
    if not isinstance(like, Ball):
        exact = np.full(len(like), Fraction(0), dtype=object)
        np.add.at(exact, rows, terms(slice(None)))
        return exact
    sums = np.zeros(len(like.mid))
    for start in range(0, len(rows), BATCH):
        part = slice(start, start + BATCH)
        batch = terms(part)
        upper = rounded_up(np.maximum(batch.mid, 0) + batch.rad, 1)
        sums += np.bincount(rows[part], upper, minlength=len(sums))
    batches = len(rows) // BATCH + 1
    return rounded_up(sums, int(np.bincount(rows, minlength=1).max()) + batches)


def dominates(left: Numbers, total: Any) -> bool:
    """left_i ≥ total_i for every i."""
    if isinstance(left, Ball):
        low = left.mid - rounded_up(left.rad + UNIT * np.abs(left.mid), 2)
        return bool(np.isfinite(total).all() and (low >= total).all())
    return bool((left >= total).all())


def _scalar(like: Numbers, value: Fraction) -> Any:
    return Ball.of(value) if isinstance(like, Ball) else value


def structural_margin_holds(
    curvature: Vector, L: Coupling, weights: Vector, vector: Vector, margin: Fraction
) -> bool:
    """T2: x > 0 and W(A − aI)x + (A − aI)ᵀWx ≥ 0 entrywise, A = diag(μ) − L."""
    mu, w, x, values = _numbers(curvature, weights, vector, L.values)
    left = (mu - _scalar(mu, margin)) * w * x
    y = w * x
    onto = totals(mu, L.rows, lambda k: w[L.rows[k]] * values[k] * x[L.cols[k]])
    back = totals(mu, L.cols, lambda k: values[k] * y[L.rows[k]])
    total = rounded_up(onto + back, 1) if isinstance(mu, Ball) else onto + back
    return dominates(left + left, total)


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
    onto = totals(low, L.rows, lambda k: h * values[k] * x[L.cols[k]])
    back = totals(low, L.cols, lambda k: h * values[k] * y[L.rows[k]])
    for curvature in (low, high):
        own = one - h * curvature
        for rest in (q - own, q + own):  # q − |1 − hμ|
            if not dominates(rest * x, onto) or not dominates(rest * y, back):
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
    ws = w * s
    onto = totals(low, L.rows, lambda k: values[k] * x[L.cols[k]])
    back = totals(low, L.cols, lambda k: values[k] * ws[L.rows[k]])
    return claims.lipschitz > 0 and all(
        dominates(s - own * x, onto) and dominates(square * w * x - own * ws, back)
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
    onto = totals(mu, L.rows, lambda k: values[k] * x[L.cols[k]])
    return bool((vector > 0).all()) and dominates(left, onto)
