"""Explicit Runge–Kutta steps, checked over intervals of h.

For constant J by matrices (T11 a, c), else by small matrices of rationals (T11 b, b′).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import comb
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.numbers.matrices import TINY, Ball, is_psd, rounded_up
from certificates.kernel.numbers.metrics import multiple, times

Matrix = list[list[Fraction]]
Interval = tuple[Fraction, Fraction, Fraction]  # h₁, h₂ and the rate κ on [h₁, h₂]


@final
@dataclass(frozen=True)
class Tableau:
    """x_s = x − hΣ_{r<s} a_sr F(x_r), x⁺ = x − hΣ_s b_s F(x_s); rows: a_s1 … a_s,s−1; all ≥ 0."""

    rows: tuple[tuple[Fraction, ...], ...]
    output: tuple[Fraction, ...]

    @property
    def stages(self) -> int:
        return len(self.output)

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """The stages themselves, as (s, 0), then the pairs of stages (s, t), s > t ≥ 1."""
        each = range(1, self.stages + 1)
        return (*((s, 0) for s in each), *((s, t) for t in each for s in each if s > t))

    @cached_property
    def stability(self) -> tuple[Fraction, ...]:
        """p with P(z) = Σ p_k z^k: one step of x' = λx, z = hλ; p_k = bᵀA^{k−1}1."""
        column, found = [Fraction(1)] * self.stages, [Fraction(1)]
        for _ in range(self.stages):
            found.append(sum(map(_product, self.output, column), Fraction(0)))
            column = [sum(map(_product, row, column), Fraction(0)) for row in self.rows]
        return tuple(found)

    def growth(self, b: Fraction, kept: Fraction) -> Fraction:
        """By how much the stages leave a ball round x*, b = hβ (T12).

        ‖x_s − x*‖ ≤ (1 + bΣ_r a_sr g_r)r; an Euler step of length a_s1 h ≤ 2c keeps the ball, kept:
        2c/h.
        """
        found: list[Fraction] = []
        for row in self.rows:
            is_short = not any(row[1:]) and row[:1] <= (kept,)
            reach = 1 + b * sum(map(_product, row, found), Fraction(0))
            found.append(Fraction(1) if is_short else reach)
        return max(found)


def _product(a: Fraction, b: Fraction) -> Fraction:
    return a * b


def _tableau(rows: Sequence[Sequence[str]], output: Sequence[str]) -> Tableau:
    return Tableau(tuple(tuple(map(Fraction, row)) for row in rows), tuple(map(Fraction, output)))


TABLEAUS = {  # by the keys of certificates/methods.py
    "rk4": _tableau([[], ["1/2"], ["0", "1/2"], ["0", "0", "1"]], ["1/6", "1/3", "1/3", "1/6"]),
    "heun": _tableau([[], ["1"]], ["1/2", "1/2"]),
}


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


def decrease(tableau: Tableau, J: Ball, metric: Ball, step: Fraction) -> Ball:
    """The 2s coefficients (2s, n, n) in t of (M − PᵀMP)/t at h = t·step, s stages."""
    n, degree = J.mid.shape[-1], tableau.stages
    Y = J * Ball.of(-step)
    powers = [Ball.exact(np.eye(n)), Y]
    while len(powers) <= degree:
        powers.append(powers[-1] @ Y)
    terms = [p * Ball.of(c) for p, c in zip(powers, tableau.stability, strict=True)]
    weighted = [times(metric, t) for t in terms]
    coefficients = []
    for m in range(1, 2 * degree + 1):
        total = Ball.exact(np.zeros((n, n)))
        for i in range(max(0, m - degree), m // 2 + 1):
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


def constant_cover_holds(tableau: Tableau, J: Ball, M: Ball, intervals: Iterable[Interval]) -> bool:
    """T11 (a) on every interval, which lead from 0 to the largest step."""
    cover = list(intervals)
    step = cover[-1][1]
    scaled, metric = balanced(J, M)
    coefficients = decrease(tableau, scaled, metric, step)
    for low, high, rate in cover:
        matrices = bernstein(coefficients, low / step, high / step)
        if not is_psd(matrices - multiple(metric, Ball.of(rate * step))).all():
            return False
    return True


def constant_step(tableau: Tableau, J: Ball, M: Ball, step: Fraction) -> tuple[Ball, Ball]:
    """P(−hJ) and M, in balanced coordinates."""
    scaled, metric = balanced(J, M)
    Y = scaled * Ball.of(-step)
    eye = Ball.exact(np.eye(J.mid.shape[-1]))
    *others, last = tableau.stability
    result = eye * Ball.of(last)
    for c in reversed(others):  # Horner
        result = result @ Y + eye * Ball.of(c)
    return result, metric


def excess(tableau: Tableau, step: Fraction, norm: Fraction, deviation: Fraction) -> Fraction:
    """D(h) = p(h(b + δ)) − p(hb), p(z) = Σ_{k≥1} p_k z^k: how far steps leave P(−hJ₀) (T11 c)."""
    near, far = step * norm, step * (norm + deviation)
    return sum((c * (far**k - near**k) for k, c in enumerate(tableau.stability)), Fraction(0))


# ---- any J: the sector condition -----------------------------------------------------------------


def sector_cover_holds(
    tableau: Tableau,
    constants: tuple[Fraction, Fraction, Fraction],
    intervals: Iterable[Interval],
    multipliers: Sequence[Sequence[Fraction]],
) -> bool:
    """T11 (b) on every interval: the form at q² = 1 − κh is positive definite; exact.

    constants: α, β and c.
    """
    for (low, high, rate), weights in zip(intervals, multipliers, strict=True):
        parts = sector_matrices(tableau, *constants, rate, weights)
        if not all(map(is_positive_definite, quadratic_bernstein(parts, low, high))):
            return False
    return True


def sector_matrices(
    tableau: Tableau,
    margin: Fraction,
    lipschitz: Fraction,
    cocoercivity: Fraction,
    rate: Fraction,
    multipliers: Sequence[Fraction],
) -> tuple[Matrix, Matrix, Matrix]:
    """T11 (b), divided by h: K₀ + hK₁ + h²K₂, in the basis (Δx, ΔF₁ … ΔF_s).

    multipliers: a, b, c of the stages; for (b′) also a, b, c of the pairs of stages.
    """
    size = tableau.stages + 1
    K = tuple([[Fraction(0)] * size for _ in range(size)] for _ in range(3))

    def add(power: int, i: int, j: int, value: Fraction) -> None:
        """value · (e_i e_jᵀ + e_j e_iᵀ)/2."""
        K[power][i][j] += value / 2
        K[power][j][i] += value / 2

    add(0, 0, 0, -rate)
    for s, gamma in enumerate(tableau.output, start=1):
        add(0, 0, s, 2 * gamma)
        for r, delta in enumerate(tableau.output, start=1):
            add(1, s, r, -gamma * delta)
    for (s, t), (a, b, c) in zip(tableau.pairs, by_pair(tableau, multipliers), strict=False):
        length = a * margin - b * lipschitz**2  # times |x_s − x_t|²
        x = _between_stages(tableau, s, t)
        force = {s: 1, t: -1} if t else {s: 1}  # F_s − F_t
        for i, (u, p) in x.items():
            for j, (v, q) in x.items():
                add(p + q, i, j, u * v * length)
            for j, sign in force.items():
                add(p, i, j, -u * sign * (a + c))
        for i, first in force.items():
            for j, second in force.items():
                add(0, i, j, first * second * (b + c * cocoercivity))
    return K[0], K[1], K[2]


def by_pair(
    tableau: Tableau, multipliers: Sequence[Fraction]
) -> Iterator[tuple[Fraction, Fraction, Fraction]]:
    """(a, b, c) for each of the pairs, as far as they are given."""
    own = 3 * tableau.stages
    for part in (multipliers[:own], multipliers[own:]):
        count = len(part) // 3
        yield from zip(part[:count], part[count : 2 * count], part[2 * count :], strict=True)


def _between_stages(tableau: Tableau, s: int, t: int) -> dict[int, tuple[Fraction, int]]:
    """x_s − x_t as coefficient and power of h for each basis vector; t = 0: x_s alone."""
    terms: dict[int, tuple[Fraction, int]] = {} if t else {0: (Fraction(1), 0)}
    other = tableau.rows[t - 1] if t else ()
    for r in range(1, tableau.stages):
        a, b = (
            row[r - 1] if r <= len(row) else Fraction(0) for row in (tableau.rows[s - 1], other)
        )
        if a != b:
            terms[r] = (b - a, 1)
    return terms


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
