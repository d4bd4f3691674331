"""A Lipschitz constant from the block bounds alone: a nonnegative matrix's norm, with witness."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import NDArray

from sgn.bounds import Bounds
from sgn.metrics.perron import iteration, perron, product, sparse_rows
from sgn.metrics.weights import SMALL
from sgn.rounding import up

if TYPE_CHECKING:
    from scipy import sparse

    Coupling = sparse.csr_array[np.float64, tuple[int, int]]

FloatArray = NDArray[np.float64]
ABOVE = 1e-9  # how far above ρ(BᵀB) the resolvent is taken: its vector is positive for any graph
NEAR = 1e-2  # the same for many players, found without dense matrices
SHAVE = 1e-12


@final
@dataclass(frozen=True)
class NormPlan:
    """‖J‖_M ≤ bound: with N = diag(max(|μ|, |Λ|)) + L, N x ≤ s and NᵀWs ≤ bound²·Wx."""

    bound: Fraction
    vector: FloatArray
    image: FloatArray


def norm_plan(bounds: Bounds, weights: FloatArray) -> NormPlan | None:
    """The bound in the metric M(weights); None where some J_ii may not be symmetric.

    >>> bounds = Bounds.given([1, 1], [[0, 10], [0.05, 0]], [1, 1])
    >>> round(float(norm_plan(bounds, np.array([1.0, 200.0])).bound), 6)
    1.707107
    """
    if not bounds.symmetric:
        return None
    own = np.maximum(np.abs(bounds.curvature_lower), np.abs(bounds.curvature_upper))
    L, root = bounds.coupling_upper, np.sqrt(weights)
    if not (own.any() or L.nnz):
        return None
    terms = 1 + int(np.diff(L.indptr).max() + np.bincount(L.indices, minlength=1).max())
    shave = SHAVE + 1e-15 * terms
    z = _dense(own, L.toarray(), root) if bounds.size <= SMALL else _sparse(own, L, root)
    x = z / root
    image = (own * x + product(L, x)) * (1 + shave)
    if not (x.min() > 0 and image.min() > 0):
        return None
    y = weights * image
    square = float(((own * y + product(sparse_rows(L.T), y)) / (weights * x)).max()) * (1 + shave)
    if not 0 < square < np.inf:
        return None
    return NormPlan(up(float(np.sqrt(square)) * (1 + SHAVE)), x, image)


def _dense(own: FloatArray, L: FloatArray, root: FloatArray) -> FloatArray:
    """z > 0 with BᵀBz ≤ β²z, B = W^{1/2}NW^{-1/2}: the resolvent just above the top eigenvalue."""
    B = (np.diag(own) + L) * (root[:, None] / root[None, :])
    gram = B.T @ B
    top = float(np.linalg.eigvalsh(gram)[-1]) * (1 + ABOVE)
    z = np.linalg.solve(top * np.eye(len(own)) - gram, np.ones(len(own)))
    return np.asarray(z / z.max())


def _sparse(own: FloatArray, L: "Coupling", root: FloatArray) -> FloatArray:
    """The same by products with N alone."""
    back = sparse_rows(L.T)

    def gram(z: FloatArray) -> FloatArray:
        v = root * root * (own * z / root + product(L, z / root))
        return np.asarray((own * v + product(back, v)) / root)

    none, one = np.zeros(len(own)), np.ones(len(own))
    return perron(none, gram, iteration(gram), one, close=NEAR).vector
