"""The metric M of a certificate: a value with its document, nothing proved here."""

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from typing import Any, Literal, final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.reading import (
    Document,
    decode_array,
    is_count,
    number,
    read_list,
    require_keys,
    vector,
)
from games.errors import InputError

Floats = NDArray[np.float64]
Vector = NDArray[Any]  # Fractions (object) or binary64
Kind = Literal["scalar", "block", "dense"]
MAX_SIDE, MAX_ENTRIES = 2000, 4 * 10**6  # of one matrix, of all of a metric


@final
@dataclass(frozen=True, eq=False, repr=False)
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

    @property
    def condition(self) -> float:
        """The ratio of the greatest to the least eigenvalue of M, about; inf where M is singular.

        >>> Metric.scalar(np.array([1.0, 4.0])).condition
        4.0
        """
        if self.kind == "scalar":
            spectrum = self.weights.astype(float)
        else:
            spectrum = np.concatenate([np.linalg.eigvalsh(part) for part in self.matrices])
        least, greatest = float(spectrum.min()), float(spectrum.max())
        return greatest / least if least > 0 else float("inf")

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

    def __repr__(self) -> str:
        """Weights in full, matrices by a digest: different metrics have different texts."""
        if self.kind == "scalar":
            return f"Metric.scalar({self.weights.tolist()})"
        shapes = ", ".join(str(len(part)) for part in self.matrices)
        name = sha256(b"".join(part.tobytes() for part in self.matrices)).hexdigest()[:16]
        return f"Metric.{self.kind}({shapes}; {name})"


@final
@dataclass(frozen=True)
class Rung:
    """What one kind of metric gave in the search: information, nothing that is proved.

    metric: euclidean, scalar, block or dense; margin: None where it was not found; outcome: words.
    """

    metric: str
    margin: Fraction | None
    outcome: str


MAX_RUNGS = 100  # one a kind of metric is usual
RUNGS = ("euclidean", "scalar", "block", "dense")


def read_ladder(value: Any, where: str) -> tuple[Rung, ...]:
    """The rungs a document lists; InputError when they are not well formed."""
    if not isinstance(value, list) or len(value) > MAX_RUNGS:
        raise InputError(f"{where}: expected a list of at most {MAX_RUNGS} rungs")
    return tuple(_rung(entry, f"{where}[{k}]") for k, entry in enumerate(value))


def _rung(value: Any, where: str) -> Rung:
    fields = require_keys(value, where, {"metric", "margin", "outcome"})
    if fields["metric"] not in RUNGS or not isinstance(fields["metric"], str):
        raise InputError(f"{where}.metric: expected one of {', '.join(RUNGS)}")
    if not isinstance(fields["outcome"], str):
        raise InputError(f"{where}.outcome: expected text")
    margin = fields["margin"]
    found = None if margin is None else number(margin, f"{where}.margin")
    return Rung(fields["metric"], found, fields["outcome"])


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
        if (
            sum(declared_entries(p, f"{where}.blocks[{k}]") for k, p in enumerate(parts))
            > MAX_ENTRIES
        ):
            raise InputError(f"{where}.blocks: more than {MAX_ENTRIES} entries can not be checked")
        return Metric.block(
            tuple(_matrix(part, f"{where}.blocks[{k}]") for k, part in enumerate(parts))
        )
    if kind == "dense":
        fields = require_keys(value, where, {"kind", "matrix"})
        return Metric.dense(_matrix(fields["matrix"], f"{where}.matrix"))
    raise InputError(f"{where}.kind: expected one of scalar, block, dense")


def _matrix(value: Document, where: str) -> Floats:
    declared_entries(value, where)
    array = decode_array(value, where)
    if array.dtype.kind != "f" or array.ndim != 2 or not np.array_equal(array, array.T):
        raise InputError(f"{where}: expected a symmetric matrix of binary64 numbers")
    return array


def declared_entries(value: Any, where: str) -> int:
    """How many entries an encoded matrix says it has, before it is unpacked; few enough."""
    fields = require_keys(value, where, {"dtype", "shape", "zlib64"})
    shape = read_list(fields["shape"], f"{where}.shape")
    if len(shape) != 2 or not all(is_count(side) and side <= MAX_SIDE for side in shape):
        raise InputError(f"{where}: expected a square matrix of at most {MAX_SIDE} rows")
    return int(shape[0] * shape[1])
