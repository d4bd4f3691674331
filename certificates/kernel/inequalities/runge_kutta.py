"""Runge–Kutta steps, checked over intervals of h.

For constant J by matrices (T11 a), else by 5 × 5 rationals (T11 b).
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import comb

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.numbers.matrices import TINY, Ball, is_psd, rounded_up
from certificates.kernel.numbers.metrics import multiple, times

RK4 = (
    Fraction(1),
    Fraction(1),
    Fraction(1, 2),
    Fraction(1, 6),
    Fraction(1, 24),
)  # P(z) = Σ p_k z^k
_STAGE = (Fraction(0), Fraction(1, 2), Fraction(1, 2), Fraction(1))  # x_s = x − τ_s h F_{s−1}
_OUTPUT = (Fraction(1), Fraction(2), Fraction(2), Fraction(1))  # x⁺ = x − (h/6) Σ γ_s F_s
# the stages themselves (their difference to x*, or between two runs), then the pairs of stages
STAGE_PAIRS = ((1, 0), (2, 0), (3, 0), (4, 0), (2, 1), (3, 1), (4, 1), (3, 2), (4, 2), (4, 3))
Matrix = list[list[Fraction]]
Interval = tuple[Fraction, Fraction, Fraction]  # h₁, h₂ and the rate κ on [h₁, h₂]
STAGES, PAIRS = 12, 18  # multipliers of the four stages, and of their six pairs: a, b and c of each


# ---- constant J: factor² ≤ 1 − κh on [h₁, h₂] ⇔ (M − P(−hJ)ᵀMP(−hJ))/h ⪰ κM ---------------------


def balanced(J: Ball, M: Ball) -> tuple[Ball, Ball]:
    """J and M in coordinates scaled by powers of two near √M_ii: exact, and of moderate size."""
    flat = M.mid.ndim == 1
    _, exponent = np.frexp(M.mid if flat else np.diagonal(M.mid))
    half = exponent // 2
    metric = -2 * half if flat else -half[:, None] - half[None, :]
    return _scaled(J, half[:, None] - half[None, :]), _scaled(M, metric)


def _scaled(ball: Ball, power: NDArray[np.int32]) -> Ball:
    """Entries times powers of two; the radius covers underflow."""
    used = (ball.mid != 0) | (ball.rad != 0)
    rad = np.ldexp(ball.rad, power) + np.where(used, 2 * TINY, 0.0)
    return Ball(np.ldexp(ball.mid, power), rounded_up(rad, 2))


def decrease(J: Ball, metric: Ball, step: Fraction) -> Ball:
    """The eight coefficients (8, n, n) in t of (M − PᵀMP)/t at h = t·step."""
    n = J.mid.shape[-1]
    Y = J * Ball.of(-step)
    powers = [Ball.exact(np.eye(n)), Y]
    for _ in range(3):
        powers.append(powers[-1] @ Y)
    terms = [p * Ball.of(c) for p, c in zip(powers, RK4, strict=True)]
    weighted = [times(metric, t) for t in terms]
    coefficients = []
    for m in range(1, 9):
        total = Ball.exact(np.zeros((n, n)))
        for i in range(max(0, m - 4), m // 2 + 1):
            term = terms[i].T @ weighted[m - i]
            total = total - (term if 2 * i == m else term * Ball.exact(2.0))
        coefficients.append(total)
    return Ball(np.stack([c.mid for c in coefficients]), np.stack([c.rad for c in coefficients]))


def bernstein(coefficients: Ball, low: Fraction, high: Fraction) -> Ball:
    """Matrix Bernstein coefficients of Σ_k t^k A_k on [low, high]: it lies in their convex hull."""
    degree = len(coefficients.mid) - 1
    table = [
        [_blossom(k, m, degree, low, high) for k in range(degree + 1)] for m in range(degree + 1)
    ]
    flat = Ball(coefficients.mid.reshape(degree + 1, -1), coefficients.rad.reshape(degree + 1, -1))
    result = Ball.of(table) @ flat
    shape = coefficients.mid.shape
    return Ball(result.mid.reshape(shape), result.rad.reshape(shape))


def _blossom(k: int, m: int, degree: int, low: Fraction, high: Fraction) -> Fraction:
    """The polar form of t^k at m times high and degree − m times low."""
    total = Fraction(0)
    for j in range(max(0, k - (degree - m)), min(k, m) + 1):
        total += comb(m, j) * comb(degree - m, k - j) * high**j * low ** (k - j)
    return total / comb(degree, k)


def constant_cover_holds(J: Ball, M: Ball, intervals: Iterable[Interval]) -> bool:
    """T11 (a) on every interval, which lead from 0 to the largest step."""
    cover = list(intervals)
    step = cover[-1][1]
    scaled, metric = balanced(J, M)
    coefficients = decrease(scaled, metric, step)
    for low, high, rate in cover:
        matrices = bernstein(coefficients, low / step, high / step)
        if not is_psd(matrices - multiple(metric, Ball.of(rate * step))).all():
            return False
    return True


def constant_step(J: Ball, M: Ball, step: Fraction) -> tuple[Ball, Ball]:
    """P(−hJ) and M, in balanced coordinates."""
    scaled, metric = balanced(J, M)
    Y = scaled * Ball.of(-step)
    eye = Ball.exact(np.eye(J.mid.shape[-1]))
    result = eye * Ball.of(RK4[4])
    for c in reversed(RK4[:4]):  # Horner
        result = result @ Y + eye * Ball.of(c)
    return result, metric


# ---- any J: the sector condition -----------------------------------------------------------------


def sector_cover_holds(
    constants: tuple[Fraction, Fraction, Fraction],
    intervals: Iterable[Interval],
    multipliers: Sequence[Sequence[Fraction]],
) -> bool:
    """T11 (b) on every interval: the form at q² = 1 − κh is positive definite; exact.

    constants: α, β and c.
    """
    for (low, high, rate), weights in zip(intervals, multipliers, strict=True):
        parts = sector_matrices(*constants, rate, weights)
        if not all(map(is_positive_definite, quadratic_bernstein(parts, low, high))):
            return False
    return True


def sector_matrices(
    margin: Fraction,
    lipschitz: Fraction,
    cocoercivity: Fraction,
    rate: Fraction,
    multipliers: Sequence[Fraction],
) -> tuple[Matrix, Matrix, Matrix]:
    """T11 (b), divided by h: K₀ + hK₁ + h²K₂, 5 × 5 matrices in the basis (Δx, ΔF₁ … ΔF₄).

    multipliers: a, b, c of the four stages; for (b′) also a, b, c of the six pairs of stages.
    """
    K = (_zero(), _zero(), _zero())

    def add(power: int, i: int, j: int, value: Fraction) -> None:
        """value · (e_i e_jᵀ + e_j e_iᵀ)/2."""
        K[power][i][j] += value / 2
        K[power][j][i] += value / 2

    add(0, 0, 0, -rate)
    for s, gamma in enumerate(_OUTPUT, start=1):
        add(0, 0, s, gamma / 3)
        for r, delta in enumerate(_OUTPUT, start=1):
            add(1, s, r, -gamma * delta / 36)
    for (s, t), (a, b, c) in zip(STAGE_PAIRS, _by_pair(multipliers), strict=False):
        length = a * margin - b * lipschitz**2  # times |x_s − x_t|²
        x = _between_stages(s, t)
        force = {s: 1, t: -1} if t else {s: 1}  # F_s − F_t
        for i, (u, p) in x.items():
            for j, (v, q) in x.items():
                add(p + q, i, j, u * v * length)
            for j, sign in force.items():
                add(p, i, j, -u * sign * (a + c))
        for i, first in force.items():
            for j, second in force.items():
                add(0, i, j, first * second * (b + c * cocoercivity))
    return K


def _by_pair(multipliers: Sequence[Fraction]) -> Iterator[tuple[Fraction, Fraction, Fraction]]:
    """(a, b, c) for each of STAGE_PAIRS, as far as they are given."""
    for part in (multipliers[:12], multipliers[12:]):
        count = len(part) // 3
        yield from zip(part[:count], part[count : 2 * count], part[2 * count :], strict=True)


def _between_stages(s: int, t: int) -> dict[int, tuple[Fraction, int]]:
    """x_s − x_t as coefficient and power of h for each basis vector; t = 0: x_s alone."""
    terms: dict[int, tuple[Fraction, int]] = {} if t else {0: (Fraction(1), 0)}
    if s > 1:
        terms[s - 1] = (-_STAGE[s - 1], 1)
    if t > 1:
        terms[t - 1] = (_STAGE[t - 1], 1)
    return terms


def _zero() -> Matrix:
    return [[Fraction(0)] * 5 for _ in range(5)]


def quadratic_bernstein(
    parts: tuple[Matrix, Matrix, Matrix], low: Fraction, high: Fraction
) -> tuple[Matrix, Matrix, Matrix]:
    """Bernstein coefficients on [low, high] of K₀ + hK₁ + h²K₂."""

    def combine(first: Fraction, second: Fraction) -> Matrix:
        return [
            [k0 + first * k1 + second * k2 for k0, k1, k2 in zip(*rows, strict=True)]
            for rows in zip(*parts, strict=True)
        ]

    first, second, third = (combine(*weights) for weights in bernstein_weights(low, high))
    return first, second, third


def bernstein_weights(low: Fraction, high: Fraction) -> tuple[tuple[Fraction, Fraction], ...]:
    """What h and h² become in each of the three Bernstein coefficients on [low, high]."""
    return (low, low**2), ((low + high) / 2, low * high), (high, high**2)


def is_positive_definite(matrix: Matrix) -> bool:
    """Whether every pivot of exact elimination is positive."""
    rows = [list(row) for row in matrix]
    for k, pivot_row in enumerate(rows):
        if not pivot_row[k] > 0:
            return False
        for row in rows[k + 1 :]:
            factor = row[k] / pivot_row[k]
            for j in range(k, len(row)):
                row[j] -= factor * pivot_row[j]
    return True


# ---- near one matrix -----------------------------------------------------------------------------


def excess(step: Fraction, norm: Fraction, deviation: Fraction) -> Fraction:
    """D(h) = p(h(b + δ)) − p(hb), p(z) = z + z²/2 + z³/6 + z⁴/24 (T11 c)."""
    near = step * norm
    return _polynomial(near + step * deviation) - _polynomial(near)


def _polynomial(z: Fraction) -> Fraction:
    return sum((c * z**k for k, c in enumerate(RK4) if k), Fraction(0))
