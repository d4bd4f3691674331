"""A Lipschitz constant from the block bounds alone: a nonnegative matrix's norm, with witness."""

from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np
from numpy.typing import NDArray

from sgn.bounds import Bounds
from sgn.stated import up

FloatArray = NDArray[np.float64]
ABOVE = 1e-9  # how far above ρ(BᵀB) the resolvent is taken: its vector is positive for any graph
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
    N = np.diag(own) + bounds.coupling_upper.toarray()
    root = np.sqrt(weights)
    B = N * (root[:, None] / root[None, :])
    gram = B.T @ B
    top = float(np.linalg.eigvalsh(gram)[-1]) * (1 + ABOVE)
    if not top > 0:
        return None
    z = np.linalg.solve(top * np.eye(len(N)) - gram, np.ones(len(N)))
    x = z / z.max() / root
    image = (N @ x) * (1 + SHAVE)
    if not (x.min() > 0 and image.min() > 0):
        return None
    square = float(((N.T @ (weights * image)) / (weights * x)).max()) * (1 + SHAVE)
    return NormPlan(up(float(np.sqrt(square)) * (1 + SHAVE)), x, image)
