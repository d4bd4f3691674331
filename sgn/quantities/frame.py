"""Coordinates in which a metric is Euclidean."""

from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.metric import Metric

FloatArray = NDArray[np.float64]


def norm_bound(J: FloatArray) -> FloatArray:
    """√(‖J‖₁‖J‖_∞) ≥ ‖J‖₂ of each matrix: cheap, for the size of rounding errors."""
    A = np.abs(J)
    return np.asarray(np.sqrt(A.sum(axis=1).max(axis=1)) * np.sqrt(A.sum(axis=2).max(axis=1)))


@final
@dataclass(frozen=True)
class Frame:
    """M with a root R, RᵀR = M: in coordinates Rx its norm is the Euclidean one.

    metric: of N players; sizes: their variables. Raises ValueError for weights that are not N
    positive finite numbers, and for matrices that do not fit or are not positive definite.

    >>> frame = Frame(Metric.scalar(np.array([1.0, 4.0])), (1, 1))
    >>> frame.similar(np.array([[[0.0, 8.0], [1.0, 0.0]]])).tolist()
    [[[0.0, 4.0], [2.0, 0.0]]]
    """

    metric: Metric
    sizes: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.is_diagonal:
            count = sum(len(part) for part in self.metric.matrices)
            if count != sum(self.sizes):
                raise ValueError(f"the metric has {count} rows; expected {sum(self.sizes)}")
            if not np.isfinite(self.inverse_root).all():
                raise ValueError("the metric is not positive definite in floating point")
            return
        w = self.metric.weights
        if len(w) != len(self.sizes):
            raise ValueError(
                f"weights has {len(w)} entries; expected {len(self.sizes)}, one per player"
            )
        for i, v in enumerate(w):
            if not (0 < v < np.inf):
                raise ValueError(f"weights[{i}] is {v}; expected a positive finite number")

    @property
    def is_diagonal(self) -> bool:
        """Whether M is diagonal: then J is only scaled, entry by entry."""
        return self.metric.kind == "scalar"

    @cached_property
    def matrix(self) -> FloatArray:
        """M, (n, n)."""
        return self.metric.matrix(self.sizes)

    @cached_property
    def root(self) -> FloatArray:
        """R, upper triangular."""
        try:
            return np.asarray(np.linalg.cholesky(self.matrix).T)
        except np.linalg.LinAlgError:
            raise ValueError("the metric is not positive definite in floating point") from None

    @cached_property
    def inverse_root(self) -> FloatArray:
        """R⁻¹."""
        return np.asarray(np.linalg.inv(self.root))

    @cached_property
    def loss(self) -> float:
        """How much more a relative error of MJ weighs in RJR⁻¹, against a diagonal metric."""
        if self.is_diagonal:
            return 1.0
        scale = np.sqrt(np.diag(self.matrix))
        return float(np.square(scale[:, None] * self.inverse_root).sum())

    def similar(self, J: FloatArray) -> FloatArray:
        """B = R J R⁻¹: Euclidean statements about B are statements about J in M."""
        if not self.is_diagonal:
            return np.asarray(self.root @ J @ self.inverse_root)
        root = np.repeat(np.sqrt(self.metric.weights), self.sizes)
        return np.asarray(J * (root[:, None] / root[None, :]))

    def magnitude(self, J: FloatArray) -> FloatArray:
        """The size (k,) of what rounding acts on in :meth:`similar` and in a test of MJ."""
        if self.is_diagonal:
            return norm_bound(self.similar(J))
        scale = np.sqrt(np.diag(self.matrix))
        return self.loss * norm_bound(J * (scale[:, None] / scale[None, :]))
