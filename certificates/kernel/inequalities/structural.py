"""Obligations that follow from the block bounds alone (T2, T4, T9, T11 b).

Sums and products of nonnegative numbers.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.claims import Bounds
from certificates.kernel.document.coupling import Coupling, Vector
from certificates.kernel.numbers.matrices import UNIT, Ball, rounded_up
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


def structural_factor_holds(
    bounds: Bounds, weights: Vector, x: Vector, step: Fraction, factor: Fraction
) -> bool:
    """T9: N(h)x ≤ qx and N(h)ᵀ(wx) ≤ q(wx)."""
    L = bounds.coupling_upper
    low, high, w, x, values = _numbers(
        bounds.curvature_lower, bounds.curvature_upper, weights, x, L.values
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


def image_holds(bounds: Bounds, x: Vector, image: Vector) -> bool:
    """T9 (norms): Nx ≤ s, N = diag(max(|μ|, |Λ|)) + L."""
    L = bounds.coupling_upper
    low, high, x, s, values = _numbers(
        bounds.curvature_lower, bounds.curvature_upper, x, image, L.values
    )
    zero = _scalar(low, Fraction(0))
    onto = totals(low, L.rows, lambda k: values[k] * x[L.cols[k]])
    return all(dominates(s - own * x, onto) for own in (low, zero - low, high, zero - high))


def square_holds(bounds: Bounds, weights: Vector, x: Vector, image: Vector, norm: Fraction) -> bool:
    """T9 (norms): NᵀWs ≤ β²Wx."""
    L = bounds.coupling_upper
    low, high, w, x, s, values = _numbers(
        bounds.curvature_lower, bounds.curvature_upper, weights, x, image, L.values
    )
    zero, ws = _scalar(low, Fraction(0)), w * s
    wx = _scalar(low, norm**2) * w * x
    back = totals(low, L.cols, lambda k: values[k] * ws[L.rows[k]])
    return all(dominates(wx - own * ws, back) for own in (low, zero - low, high, zero - high))


def positive_vector_holds(curvature: Vector, L: Coupling, vector: Vector, margin: Fraction) -> bool:
    """T22: x > 0 and Ax ≥ ax entrywise, A = diag(μ) − L."""
    mu, x, values = _numbers(curvature, vector, L.values)
    left = (mu - _scalar(mu, margin)) * x
    onto = totals(mu, L.rows, lambda k: values[k] * x[L.cols[k]])
    return bool((vector > 0).all()) and dominates(left, onto)
