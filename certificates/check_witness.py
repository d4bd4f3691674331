"""T6, checked: at points of the region, J refutes every constant metric or all block weights."""

import numpy as np

from certificates.check_matrix import Ball, diagonal, is_psd
from certificates.check_point import jacobians_at, player_sizes
from certificates.document import Document
from certificates.witness import DualWitness, EigenvalueWitness, Point, Witness
from games.region import Box, Region


def witness_holds(game: Document, region: Region | None, witness: Witness) -> bool:
    """Whether the witness lies in a region with interior and refutes a positive margin there."""
    if region is None or not all(_lies_in(region, point) for point in witness.points):
        return False
    if not _fits(witness, region.dimension):
        return False
    J = jacobians_at(game, witness.points)
    if J.mid.shape[-1] != region.dimension:
        return False
    if isinstance(witness, DualWitness):
        return _dual_holds(J, witness, player_sizes(game))
    return _eigenvalue_holds(J[0], witness)


def _fits(witness: Witness, n: int) -> bool:
    """Whether its arrays have the sizes that n variables ask for."""
    if isinstance(witness, DualWitness):
        return all(len(factor) == n for factor in witness.factors)
    return witness.matrix.shape == (n, n) and len(witness.vector) == n


def _lies_in(region: Region, point: Point) -> bool:
    if isinstance(region, Box):
        n = region.dimension
        return point is not None and len(point) == n == len(region.free) and region.contains(point)
    return point is None or len(point) == region.dimension


def _eigenvalue_holds(J: Ball, witness: EigenvalueWitness) -> bool:
    """J has an eigenvalue of real part < s ≤ 0.

    With K = J − sI: sym(HK) ≻ 0 and vᵀHv < 0. An eigenvalue of K on the imaginary axis,
    Ku = iωu, would give u*sym(HK)u = 0; were all to its right, then
    H = ∫ e^{−Kᵀt}(HK + KᵀH)e^{−Kt} dt ≻ 0. Neither is so, hence some eigenvalue of K has negative
    real part.
    """
    n = J.mid.shape[-1]
    if witness.shift > 0:
        return False
    H = Ball.exact(witness.matrix)
    symmetric = H.mid == H.mid.T
    product = H @ (J - diagonal(Ball.of([witness.shift] * n)))
    # strictly positive definite: still semidefinite after something positive is taken away
    floor = diagonal(Ball.exact(2.0**-60 * np.abs(np.diagonal(product.mid))))
    positive = (np.diagonal(floor.mid) > 0).all() and is_psd(product - floor)
    v = Ball.of_vector(witness.vector)[:, None]
    value = v.T @ (H @ v)
    negative = value.mid[0, 0] + value.rad[0, 0] < 0
    return bool(symmetric.all() and positive and negative)


def _dual_holds(J: Ball, witness: DualWitness, sizes: tuple[int, ...]) -> bool:
    """S = Σ_k J(x_k)Z_k, Z_k = C_kC_kᵀ not all 0, has S + Sᵀ ⪯ 0.

    A metric M with sym(MJ) ⪰ αM, α > 0, at these points would give
    tr(MS) = Σ_k tr(sym(MJ(x_k))Z_k) ≥ α Σ_k tr(MZ_k) > 0, but tr(MS) = ½ tr(M(S + Sᵀ)) ≤ 0. For
    M = M(w), tr(MS) = Σ_i w_i tr S_ii: the traces of the players' blocks say enough.
    Variables where every C_k is 0 have columns 0 in S, and rows 0 if J has zeros there.
    """
    n = J.mid.shape[-1]
    used = np.any([C.any(axis=1) for C in witness.factors], axis=0)
    S = Ball.exact(np.zeros((n, n)))
    for k, factor in enumerate(witness.factors):
        C = Ball.exact(factor)
        S = S + (J[k] @ C) @ C.T
    if witness.metrics == "all":
        rows = J[:, ~used][:, :, used]
        zero = not rows.mid.any() and not rows.rad.any()
        return bool(used.any() and zero and is_psd(-S[used][:, used]))
    owners = np.repeat(np.arange(len(sizes)), sizes)
    traces = [np.flatnonzero(used & (owners == i)) for i in np.unique(owners[used])]
    return bool(traces) and all(_sum_is_not_positive(S[own, own]) for own in traces)


def _sum_is_not_positive(entries: Ball) -> bool:
    total = Ball.exact(np.ones((1, len(entries.mid)))) @ entries[:, None]
    return bool((total.mid <= -total.rad).all())
