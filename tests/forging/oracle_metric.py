"""Metrics for the oracle: products with M, norms, and coordinates in which M is I."""

from fractions import Fraction
from typing import Any

import numpy as np

from tests.forging.oracle_reading import Array, Document, Unjudged, array, mps, rationals


class Metric:
    """M by a diagonal (n,) or as a matrix (n, n): in floats, and exactly as mpf."""

    def __init__(self, entries: Any) -> None:
        self.exact = mps(entries)
        self.floats = np.array(entries, dtype=float)
        self.flat = self.floats.ndim == 1
        self.n = len(self.floats)
        self.key = hash(tuple(self.exact.ravel().tolist()))

    @classmethod
    def read(cls, document: Document, sizes: list[int]) -> "Metric":
        match document["kind"]:
            case "scalar":
                weights = rationals(document["weights"])
                pairs = zip(weights, sizes, strict=True)
                return cls([w for w, size in pairs for _ in range(size)])
            case "block":
                blocks = [array(block) for block in document["blocks"]]
                M = np.zeros((sum(sizes), sum(sizes)))
                start = 0
                for block in blocks:
                    end = start + len(block)
                    M[start:end, start:end] = block
                    start = end
                return cls(M)
            case "dense":
                return cls(array(document["matrix"]))
        raise Unjudged(f"unknown metric {document['kind']}")

    @classmethod
    def identity(cls, n: int) -> "Metric":
        return cls([Fraction(1)] * n)

    def times(self, X: Array) -> Array:
        """MX for columns X."""
        M = self.exact if X.dtype == object else self.floats
        return np.asarray(M[:, None] * X if self.flat else M @ X)

    @property
    def positive(self) -> bool:
        """Whether M is positive definite; by floats, of weights exactly."""
        if self.flat:
            return all(w > 0 for w in self.exact)
        return bool(np.linalg.eigvalsh(self.floats).min() > 0)

    @property
    def whitening(self) -> Array:
        """U with UᵀMU = I."""
        if self.flat:
            return np.diag(1 / np.sqrt(self.floats))
        return np.asarray(np.linalg.inv(np.linalg.cholesky(self.floats).T))

    def square(self, v: Array) -> Any:
        """‖v‖²_M for v (…, n), exactly if v is an object array (n,)."""
        if v.dtype == object:
            return v @ self.times(v[:, None])[:, 0]
        Mv = v * self.floats if self.flat else v @ self.floats
        return np.asarray((Mv * v).sum(axis=-1))

    @property
    def matrix(self) -> Array:
        """As a matrix in floats."""
        return np.diag(self.floats) if self.flat else self.floats

    @property
    def exact_matrix(self) -> Array:
        if not self.flat:
            return self.exact
        M = mps(np.zeros((self.n, self.n)))
        np.fill_diagonal(M, self.exact)
        return M
