"""How the best structural margin α* answers to each curvature and coupling, from Perron vectors."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.theorems.hypotheses import Hypothesis, Theorem
from sgn.bounds.bounds import Bounds
from sgn.metrics.perron import connected
from sgn.metrics.weights import optimal_weights

if TYPE_CHECKING:
    from scipy import sparse

FloatArray = NDArray[np.float64]


@final
@dataclass(frozen=True, eq=False)
class Sensitivities:
    """∂α*/∂μ_i = x_iy_i/Σxy, (N,), and ∂α*/∂L_ij = −y_ix_j/Σxy, sparse, where L_ij > 0 (T2)."""

    curvature: FloatArray
    coupling: "sparse.csr_array[np.float64, tuple[int, int]]"


SENSITIVITIES: Theorem[Bounds] = Theorem(
    "T2",
    "sensitivities",
    (
        Hypothesis(
            "L is irreducible",
            lambda bounds: connected(bounds.coupling_upper, "strong")[0] == 1,
            "some players do not act on each other, even through others, and α* may have a kink;"
            " take one component: sgn.coupling_report does",
        ),
    ),
)
THEOREMS = (SENSITIVITIES,)


def sensitivities(bounds: Bounds) -> Sensitivities:
    """T2: α* is a simple eigenvalue of A = diag(μ) − L, with Ax = α*x and Aᵀy = α*y.

    bounds: of players who all act on each other, directly or not (ValueError otherwise: x or y has
    zeros). Up to 300 players to about 1e-9, beyond to the accuracy of the weights.

    >>> found = sensitivities(Bounds.given([1, 1], [[0, 10], [0.05, 0]], [1, 1]))
    >>> found.curvature.round(6), found.coupling.toarray().round(6)
    (array([0.5, 0.5]), array([[ 0.      , -0.035355],
           [-7.071068,  0.      ]]))
    """
    from scipy import sparse

    SENSITIVITIES.require(bounds)
    best = optimal_weights(bounds)
    x = best.vector / best.vector.max()
    y = best.weights * x
    y = y / (x @ y)
    L = bounds.coupling_upper
    rows = np.repeat(np.arange(bounds.size), np.diff(L.indptr))
    slopes = sparse.csr_array((-y[rows] * x[L.indices], L.indices, L.indptr), shape=L.shape)
    return Sensitivities(x * y, slopes)
