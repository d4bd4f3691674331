"""T6, checked: a point of the region where J has an eigenvalue with negative real part."""

import numpy as np

from certificates.check_jacobian import jacobian_at
from certificates.check_matrix import Ball, diagonal, is_psd
from certificates.claims import EigenvalueWitness
from certificates.document import Document
from games.region import Box, Region


def witness_holds(game: Document, region: Region | None, witness: EigenvalueWitness) -> bool:
    """J(x) has an eigenvalue of real part < s ≤ 0 at a point x of a region with interior.

    With K = J(x) − sI: sym(HK) ≻ 0 and vᵀHv < 0. An eigenvalue of K on the imaginary axis, Ku = iωu,
    would give u*sym(HK)u = 0; were all to its right, H = ∫ e^{−Kᵀt}(HK + KᵀH)e^{−Kt} dt ≻ 0. Neither
    is so, hence some eigenvalue of K has negative real part.
    """
    if region is None or witness.shift > 0:
        return False
    if isinstance(region, Box):
        inside = witness.point is not None and region.contains(witness.point)
        if not inside or len(region.free) < region.dimension:
            return False
    J = jacobian_at(game, witness.point)
    n = J.mid.shape[-1]
    if witness.matrix.shape != (n, n) or len(witness.vector) != n:
        return False
    H = Ball.exact(witness.matrix)
    symmetric = H.mid == H.mid.T
    product = H @ (J - diagonal(Ball.of([witness.shift] * n)))
    # strictly positive definite: still semidefinite after something positive is taken away
    floor = diagonal(Ball.exact(2.0**-60 * np.abs(np.diagonal(product.mid))))
    positive = (np.diagonal(product.mid) > 0).all() and is_psd(product - floor)
    v = Ball.of_vector(witness.vector)[:, None]
    value = v.T @ (H @ v)
    negative = value.mid[0, 0] + value.rad[0, 0] < 0
    return bool(symmetric.all() and positive and negative)
