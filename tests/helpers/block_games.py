"""Random block games for the laws of weights, coupling and metrics."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sgn.bounds import Bounds

FloatArray = NDArray[np.float64]


def random_bounds(seed: int, *, irreducible: bool = False, players: int = 0) -> Bounds:
    """2 to 6 players, curvatures of any sign, couplings over three decades, many of them zero."""
    rng = np.random.default_rng(seed)
    N = players or int(rng.integers(2, 7))
    L = 10 ** rng.uniform(-1.5, 1.5, (N, N)) * (rng.random((N, N)) < rng.choice([0.2, 0.5, 1.0]))
    if irreducible:
        ring = (np.arange(N), (np.arange(N) + 1) % N)
        L[ring] = np.maximum(L[ring], 10 ** rng.uniform(-1.5, 0, N))
    np.fill_diagonal(L, 0.0)
    mu = rng.uniform(-1, 3, N) * 10 ** rng.uniform(-1, 1)
    return Bounds.given(mu, L, mu + rng.uniform(0, 1, N))


def random_jacobian(
    bounds: Bounds, rng: np.random.Generator
) -> tuple[FloatArray, tuple[slice, ...]]:
    """A Jacobian with blocks of 1 to 3 coordinates that attains every bound, and its blocks."""
    sizes = rng.integers(1, 4, bounds.size)
    ends = np.cumsum(sizes)
    blocks = tuple(slice(int(e - d), int(e)) for d, e in zip(sizes, ends, strict=True))
    J = rng.normal(size=(ends[-1], ends[-1]))
    L = bounds.coupling_upper.toarray()
    for i, rows in enumerate(blocks):
        for j, columns in enumerate(blocks):
            J[rows, columns] *= L[i, j] / np.linalg.norm(J[rows, columns], 2)
        Q = np.linalg.qr(rng.normal(size=(sizes[i], sizes[i])))[0]
        curvatures = rng.uniform(bounds.curvature_lower[i], bounds.curvature_upper[i], sizes[i])
        curvatures[0] = bounds.curvature_lower[i]
        J[rows, rows] = (Q * curvatures) @ Q.T
    return J, blocks


def permuted(bounds: Bounds, order: Sequence[int]) -> Bounds:
    """The same game with the players in another order."""
    L = bounds.coupling_upper.toarray()[np.ix_(order, order)]
    pick = list(order)
    return Bounds.given(bounds.curvature_lower[pick], L, bounds.curvature_upper[pick])


def scaled(bounds: Bounds, factor: float) -> Bounds:
    """The same game with every cost multiplied by a factor."""
    return Bounds.given(
        bounds.curvature_lower * factor,
        bounds.coupling_upper.toarray() * factor,
        bounds.curvature_upper * factor,
    )


def scale_of(bounds: Bounds) -> float:
    """max(|μ|, ‖L‖): what absolute errors are measured against."""
    size = float(np.linalg.norm(bounds.coupling_upper.toarray(), 2))
    return max(float(np.abs(bounds.curvature_lower).max()), size)
