"""T6, checked: at points of the region, J refutes every constant metric or all block weights."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.claims import Point
from certificates.kernel.document.metric import Floats, Vector
from certificates.kernel.numbers.matrices import Ball, diagonal, is_psd
from games.regions.region import Box, Region


def has_interior(region: Region | None, points: Sequence[Point]) -> bool:
    """Whether the region is shown to have one: no side of its box is degenerate, and one of the
    points, if they lie in it, is inside every constraint."""
    if not isinstance(region, Box):
        return region is not None
    inner = not region.constraints or any(
        point is not None
        and len(point) == region.dimension
        and all(c.room(point) > 0 for c in region.constraints)
        for point in points
    )
    return len(region.free) == region.dimension and inner


def lie_in(region: Region | None, points: Sequence[Point]) -> bool:
    """Whether every point lies in the region; any point of R^n will do where J is constant."""
    return region is not None and all(_lies_in(region, point) for point in points)


def _lies_in(region: Region, point: Point) -> bool:
    if point is None:
        return not isinstance(region, Box)
    if len(point) != region.dimension:
        return False
    return not isinstance(region, Box) or region.contains(point)


# ---- an eigenvalue of real part < s ≤ 0 ----------------------------------------------------------


def eigenvalue_form(J: Ball, H: Floats, shift: Fraction) -> Ball:
    """HK, K = J − sI.

    With sym(HK) ≻ 0 and vᵀHv < 0 some eigenvalue of K has negative real part: Ku = iωu would give
    u*sym(HK)u = 0; were all to the right of that axis, H = ∫ e^{−Kᵀt}(HK + KᵀH)e^{−Kt} dt ≻ 0.
    """
    return Ball.exact(H) @ (J - diagonal(Ball.of([shift] * J.mid.shape[-1])))


def is_strictly_positive(product: Ball) -> bool:
    """sym(HK) ≻ 0: still semidefinite after something positive is taken away."""
    floor = diagonal(Ball.exact(2.0**-60 * np.abs(np.diagonal(product.mid))))
    return bool((np.diagonal(floor.mid) > 0).all() and is_psd(product - floor))


def is_negative(H: Floats, vector: Vector) -> bool:
    """vᵀHv < 0."""
    v = Ball.of_vector(vector)[:, None]
    value = v.T @ (Ball.exact(H) @ v)
    return bool(value.mid[0, 0] + value.rad[0, 0] < 0)


# ---- an eigenvalue of real part ≤ 0, exactly -----------------------------------------------------


def characteristic(J: Sequence[Sequence[Fraction]]) -> list[Fraction]:
    """1, c_1, …, c_n with det(λI + J) = λⁿ + c_1 λⁿ⁻¹ + … + c_n (Faddeev, LeVerrier)."""
    n = len(J)
    found, M = [Fraction(1)], [[Fraction(0)] * n for _ in range(n)]
    for k in range(1, n + 1):  # M ← c_{k−1}I − JM, c_k = tr(JM)/k
        for i in range(n):
            M[i][i] += found[-1]
        columns = list(zip(*M, strict=True))
        product = [
            [sum(map(Fraction.__mul__, row, column), Fraction(0)) for column in columns]
            for row in J
        ]
        found.append(sum((product[i][i] for i in range(n)), Fraction(0)) / k)
        M = [[-value for value in row] for row in product]
    return found


def is_positive_stable(coefficients: Sequence[Fraction]) -> bool:
    """Routh and Hurwitz: whether every zero of λⁿ + c_1 λⁿ⁻¹ + … has negative real part.

    Of det(λI + J): whether every eigenvalue of J has positive real part. It has if and only if the
    first column of Routh's array is positive.
    """
    upper, lower = list(coefficients[0::2]), list(coefficients[1::2])
    while lower:
        if not lower[0] > 0:
            return False
        padded = [*lower, *[Fraction(0)] * (len(upper) - len(lower))]
        rest = [b - upper[0] / lower[0] * a for b, a in zip(upper[1:], padded[1:], strict=True)]
        upper, lower = lower, rest
    return True


# ---- the dual form -------------------------------------------------------------------------------


def factors_used(factors: Sequence[Floats]) -> NDArray[np.bool_]:
    """The variables in which some C_k is not 0."""
    return np.asarray(np.any([C.any(axis=1) for C in factors], axis=0))


def _sum(J: Ball, factors: Sequence[Floats]) -> Ball:
    """S = Σ_k J(x_k)Z_k, Z_k = C_kC_kᵀ.

    A metric M with sym(MJ) ⪰ αM, α > 0, at these points would give
    tr(MS) = Σ_k tr(sym(MJ(x_k))Z_k) ≥ α Σ_k tr(MZ_k) > 0, but tr(MS) = ½ tr(M(S + Sᵀ)).
    """
    n = J.mid.shape[-1]
    S = Ball.exact(np.zeros((n, n)))
    for k, factor in enumerate(factors):
        C = Ball.exact(factor)
        S = S + (J[k] @ C) @ C.T
    return S


def sums_are_semidefinite(J: Ball, factors: Sequence[Floats]) -> bool:
    """S + Sᵀ ⪯ 0.

    Variables where every C_k is 0 have columns 0 in S, and rows 0 if J has zeros there: such
    variables are left out.
    """
    used = factors_used(factors)
    rows = J[:, ~used][:, :, used]
    zero = not rows.mid.any() and not rows.rad.any()
    return bool(zero and is_psd(-_sum(J, factors)[used][:, used]))


def traces_are_not_positive(J: Ball, factors: Sequence[Floats], sizes: Sequence[int]) -> bool:
    """tr S_ii ≤ 0 for each player: tr(MS) = Σ_i w_i tr S_ii for M = M(w)."""
    used, S = factors_used(factors), _sum(J, factors)
    owners = np.repeat(np.arange(len(sizes)), sizes)
    traces = [np.flatnonzero(used & (owners == i)) for i in np.unique(owners[used])]
    return bool(traces) and all(_sum_is_not_positive(S[own, own]) for own in traces)


def _sum_is_not_positive(entries: Ball) -> bool:
    total = Ball.exact(np.ones((1, len(entries.mid)))) @ entries[:, None]
    return bool((total.mid <= -total.rad).all())
