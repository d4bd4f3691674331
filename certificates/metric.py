"""The metric M of a certificate: a value with its document, nothing proved here."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, final

import numpy as np
from numpy.typing import NDArray

from certificates.document import Document, decode_array, require_keys, vector
from games.errors import InputError

Floats = NDArray[np.float64]
Vector = NDArray[Any]  # Fractions (object) or binary64
Kind = Literal["scalar", "block", "dense"]


@final
@dataclass(frozen=True, eq=False)
class Metric:
    """M: a positive weight a player (scalar), a matrix a player (block), or one matrix (dense).

    weights: (N,) for kind scalar, else empty. matrices: (d_i, d_i) for each player for kind block,
    one (n, n) for kind dense, else empty; binary64, exactly symmetric. Whether they are positive
    definite is for the checker to find.

    >>> Metric.scalar(np.array([1.0, 4.0])).matrix((1, 2))
    array([[1., 0., 0.],
           [0., 4., 0.],
           [0., 0., 4.]])
    """

    kind: Kind
    weights: Vector = field(default_factory=lambda: np.zeros(0))
    matrices: tuple[Floats, ...] = ()

    @classmethod
    def scalar(cls, weights: Vector) -> "Metric":
        """M(w) = diag(w_i I)."""
        return cls("scalar", weights)

    @classmethod
    def block(cls, matrices: tuple[Floats, ...]) -> "Metric":
        """One symmetric matrix a player."""
        return cls("block", matrices=matrices)

    @classmethod
    def dense(cls, matrix: Floats) -> "Metric":
        """One symmetric matrix for all variables."""
        return cls("dense", matrices=(matrix,))

    def matrix(self, sizes: tuple[int, ...]) -> Floats:
        """M, (n, n), to the nearest floats."""
        if self.kind == "scalar":
            return np.diag(np.repeat(self.weights.astype(float), sizes))
        M, start = np.zeros((sum(sizes), sum(sizes))), 0
        for part in self.matrices:
            end = start + len(part)
            M[start:end, start:end] = part
            start = end
        return M

    @cached_property
    def _identity(self) -> tuple[Any, ...]:
        return (self.kind, *map(float, self.weights), *(m.tobytes() for m in self.matrices))

    def __eq__(self, other: object) -> bool:
        """Whether they are the same numbers."""
        if not isinstance(other, Metric):
            return NotImplemented
        return (
            self.kind == other.kind
            and len(self.weights) == len(other.weights)
            and bool((self.weights == other.weights).all())
            and len(self.matrices) == len(other.matrices)
            and all(map(np.array_equal, self.matrices, other.matrices))
        )

    def __hash__(self) -> int:
        return hash(self._identity)


def read_metric(value: Any, where: str, players: int) -> Metric:
    """The metric a document states; InputError when it is not well formed."""
    kind = value.get("kind") if isinstance(value, dict) else None
    if kind == "scalar":
        fields = require_keys(value, where, {"kind", "weights"})
        weights = vector(fields["weights"], f"{where}.weights", players)
        if not (weights > 0).all():
            raise InputError(f"{where}.weights: every entry must be positive")
        return Metric.scalar(weights)
    if kind == "block":
        parts = require_keys(value, where, {"kind", "blocks"})["blocks"]
        if not isinstance(parts, list) or len(parts) != players:
            raise InputError(f"{where}.blocks: expected {players} matrices, one a player")
        return Metric.block(
            tuple(_matrix(part, f"{where}.blocks[{k}]") for k, part in enumerate(parts))
        )
    if kind == "dense":
        fields = require_keys(value, where, {"kind", "matrix"})
        return Metric.dense(_matrix(fields["matrix"], f"{where}.matrix"))
    raise InputError(f"{where}.kind: expected one of scalar, block, dense")


def _matrix(value: Document, where: str) -> Floats:
    array = decode_array(value, where)
    if array.dtype.kind != "f" or array.ndim != 2 or not np.array_equal(array, array.T):
        raise InputError(f"{where}: expected a symmetric matrix of binary64 numbers")
    return array
