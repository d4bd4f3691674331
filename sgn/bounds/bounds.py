"""Bounds: what the structural theorems need to know of a game on a region."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from games.numbered import numbered_names
from games.players import NumberedNames

FloatArray = NDArray[np.float64]
EVIDENCE = ("exact", "enclosed", "sampled", "assumed")


@final
@dataclass(frozen=True, eq=False, init=False)
class Bounds:
    """Block bounds of a game with N players on a region (theory: Setting). Arrays are read-only.

    names: N player names.
    curvature_lower: (N,), μ_i ≤ λ_min(sym J_ii) everywhere on the region.
    curvature_upper: (N,), Λ_i ≥ λ_max(sym J_ii).
    coupling_upper: (N, N) dense or sparse, L_ij ≥ ‖J_ij‖₂: how strongly j acts on i; zero diagonal.
    evidence: "exact", "enclosed", "assumed", or "sampled": then the numbers are estimates.
    symmetric: whether every J_ii is symmetric, as it is for costs.

    Raises ValueError, naming expected and got, for wrong shapes, numbers that are not finite, a
    negative coupling, a diagonal that is not zero, or a lower curvature above the upper one.

    >>> Bounds(("a", "b"), [1, 1], [1, 1], [[0, 10], [0.05, 0]], "assumed", True).size
    2
    """

    names: Sequence[str]
    curvature_lower: FloatArray
    curvature_upper: FloatArray
    coupling_upper: "sparse.csr_array[np.float64, tuple[int, int]]"
    evidence: str
    symmetric: bool

    def __init__(
        self,
        names: Sequence[str],
        curvature_lower: ArrayLike,
        curvature_upper: ArrayLike,
        coupling_upper: "ArrayLike | sparse.sparray | sparse.spmatrix",
        evidence: str,
        symmetric: bool,
    ) -> None:
        size = len(names)
        lower = _vector("curvature_lower", curvature_lower, size)
        upper = _vector("curvature_upper", curvature_upper, size)
        coupling = _coupling(coupling_upper, size)
        if np.any(lower > upper):
            i = int(np.argmax(lower > upper))
            raise ValueError(
                f"curvature_lower[{i}] is {lower[i]}; expected at most"
                f" curvature_upper[{i}] = {upper[i]}"
            )
        if evidence not in EVIDENCE:
            raise ValueError(f"evidence is {evidence!r}; expected one of {', '.join(EVIDENCE)}")
        for array in (lower, upper, coupling.data, coupling.indices, coupling.indptr):
            array.flags.writeable = False
        kept = names if isinstance(names, NumberedNames) else tuple(names)
        object.__setattr__(self, "names", kept)
        object.__setattr__(self, "curvature_lower", lower)
        object.__setattr__(self, "curvature_upper", upper)
        object.__setattr__(self, "coupling_upper", coupling)
        object.__setattr__(self, "evidence", evidence)
        object.__setattr__(self, "symmetric", bool(symmetric))

    @classmethod
    def given(
        cls,
        curvature_lower: ArrayLike,
        coupling_upper: "ArrayLike | sparse.sparray | sparse.spmatrix",
        curvature_upper: ArrayLike,
        names: Sequence[str] = (),
        symmetric: bool = True,
    ) -> "Bounds":
        """Bounds that the user asserts; what follows from them is conditional ("assumed").

        Arguments as of the class; without names the players are called "player 1", "player 2", …
        symmetric: asserted as well, True for costs. [[1, −10], [10, 1]] has μ = Λ = 1 and is not.
        Raises ValueError as the class does.

        >>> Bounds.given([1, 1], [[0, 10], [0.05, 0]], [1, 1]).names
        ('player 1', 'player 2')
        """
        count = np.size(np.asarray(curvature_lower))
        if len(set(names)) < len(names):
            raise ValueError("two players have the same name; expected one name each")
        called = names if len(names) else numbered_names(count)
        return cls(called, curvature_lower, curvature_upper, coupling_upper, "assumed", symmetric)

    @property
    def size(self) -> int:
        """N, the number of players."""
        return len(self.names)

    def with_rates(self, rates: ArrayLike) -> "Bounds":
        """T17: the bounds when player i moves at the constant rate η_i, rounded outward.

        rates: (N,), positive and finite; row i of μ, Λ and L is multiplied by η_i.
        Raises ValueError for a wrong shape or a rate that is not positive.

        >>> Bounds.given([1, 1], [[0, 4], [1, 0]], [2, 2]).with_rates([1, 0.5]).curvature_upper
        array([2., 1.])
        """
        eta = _vector("rates", rates, self.size)
        if np.any(eta <= 0):
            i = int(np.argmax(eta <= 0))
            raise ValueError(f"rates[{i}] is {eta[i]}; expected a positive number")
        L = self.coupling_upper
        row_rates = np.repeat(eta, np.diff(L.indptr))
        scaled = sparse.csr_array(
            (_product(L.data, row_rates, np.inf), L.indices, L.indptr), shape=(self.size, self.size)
        )
        return Bounds(
            self.names,
            _product(self.curvature_lower, eta, -np.inf),
            _product(self.curvature_upper, eta, np.inf),
            scaled,
            self.evidence,
            self.symmetric,
        )

    def among(self, players: NDArray[np.int64]) -> "Bounds":
        """The game among the given players alone (indices), the others held fixed.

        >>> Bounds.given([1, 2], [[0, 3], [4, 0]], [1, 2]).among(np.array([1])).names
        ('player 2',)
        """
        return Bounds(
            tuple(self.names[i] for i in players),
            self.curvature_lower[players],
            self.curvature_upper[players],
            self.coupling_upper[players][:, players],
            self.evidence,
            self.symmetric,
        )


def _product(values: FloatArray, rates: FloatArray, toward: float) -> FloatArray:
    """values · rates, rounded toward ±∞ unless the product is exact (a power of two, or zero)."""
    with np.errstate(over="ignore"):
        products = values * rates
    exact = (np.frexp(rates)[0] == 0.5) | (values == 0)
    return np.where(exact, products, np.nextafter(products, toward))


def _vector(what: str, values: ArrayLike, size: int) -> FloatArray:
    """A fresh float vector of the given length with finite entries."""
    array = np.array(values, dtype=float)
    if array.shape != (size,):
        raise ValueError(f"{what} has shape {array.shape}; expected ({size},), one per player")
    if not np.all(np.isfinite(array)):
        i = int(np.argmin(np.isfinite(array)))
        raise ValueError(f"{what}[{i}] is {array[i]}; expected a finite number")
    return array


def _coupling(
    values: "ArrayLike | sparse.sparray | sparse.spmatrix", size: int
) -> "sparse.csr_array[np.float64, tuple[int, int]]":
    """A fresh canonical CSR matrix with finite, nonnegative entries and zero diagonal."""
    source: Any = values if hasattr(values, "tocsr") else np.asarray(values, dtype=float)
    if source.shape != (size, size):
        raise ValueError(
            f"coupling_upper has shape {source.shape}; expected ({size}, {size}),"
            " one row per player"
        )
    matrix = sparse.csr_array(source, dtype=np.float64, copy=True)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    rows = np.repeat(np.arange(size), np.diff(matrix.indptr))
    wrong = ~np.isfinite(matrix.data) | (matrix.data < 0) | (rows == matrix.indices)
    if np.any(wrong):
        k = int(np.argmax(wrong))
        wanted = "0" if rows[k] == matrix.indices[k] else "a finite number, at least 0"
        raise ValueError(
            f"coupling_upper[{rows[k]}, {matrix.indices[k]}] is {matrix.data[k]}; expected {wanted}"
        )
    return matrix
