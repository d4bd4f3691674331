"""What is bounded: numbers read off a Jacobian, each with the side on which its bound must lie.

Matrices come in batches: J has shape (k, p, q), results (k,).
Every quantity obeys one law, on which the exact method stands: for a lower quantity each set
{J : value ≥ c} is convex, for an upper one each {J : value ≤ c}; so on a multi-affine J over a box
the worst value is at a vertex.
"""

import abc
from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.metric import Metric
from sgn.quantities.frame import Frame, norm_bound

FloatArray = NDArray[np.float64]
Block = tuple[int, int] | None
EPS = float(np.finfo(np.float64).eps)


def symmetric_part(J: FloatArray) -> FloatArray:
    """sym(J) = (J + Jᵀ)/2, halved first so that it cannot overflow."""
    return 0.5 * J + 0.5 * np.swapaxes(J, -1, -2)


def least_eigenvalue(J: FloatArray) -> FloatArray:
    """λ_min(sym J) of each matrix; exact for 1×1."""
    if J.shape[-1] == 1:
        return J[:, 0, 0].copy()
    return np.asarray(np.linalg.eigvalsh(symmetric_part(J))[:, 0])


def greatest_eigenvalue(J: FloatArray) -> FloatArray:
    """λ_max(sym J) of each matrix; exact for 1×1."""
    return -least_eigenvalue(-J)


def spectral_norm(J: FloatArray) -> FloatArray:
    """‖J‖₂ of each matrix; exact for 1×1, scaled against overflow and underflow for vectors."""
    if J.shape[1:] == (1, 1):
        return np.abs(J[:, 0, 0])
    if 1 in J.shape[1:]:
        entries = np.abs(J.reshape(len(J), -1))
        largest = entries.max(axis=1)
        divisor = np.where(largest > 0, largest, 1.0)[:, None]
        return np.asarray(largest * np.sqrt(np.square(entries / divisor).sum(axis=1)))
    return np.asarray(np.linalg.svd(J, compute_uv=False)[:, 0])


def slack(order: int, scale: FloatArray, entries: float | FloatArray) -> FloatArray:
    """A safe error of an eigenvalue or norm from a definiteness test of the given order.

    Twice what a verified Cholesky factorisation of that order loses (Rump's shift, about
    order²·ε/2 of the scale), with room for the eigenvalue routine; scale: (k,); entries: the
    relative error of the matrix entries themselves in units of ε, for all or each matrix (k,).
    """
    return np.asarray((order * (order + 8) + entries) * EPS * scale)


def eigenvalue_rounding(J: FloatArray, entries: float | FloatArray = 0.0) -> FloatArray:
    """Error of :func:`least_eigenvalue` and :func:`greatest_eigenvalue`; 0 for exact 1×1 blocks."""
    order = J.shape[-1]
    return slack(order if order > 1 else 0, norm_bound(J), entries)


def norm_rounding(J: FloatArray, entries: float | FloatArray = 0.0) -> FloatArray:
    """Error of :func:`spectral_norm`, tested on the (p+q)-square matrix of ±σ; 0 for 1×1."""
    order = J.shape[1] + J.shape[2]
    return slack(order if order > 2 else 0, norm_bound(J), entries)


class Quantity(abc.ABC):
    """A number read off the Jacobian (or one block of it)."""

    @property
    @abc.abstractmethod
    def block(self) -> Block:
        """The block (i, j) it is read off; None for the whole Jacobian."""

    @property
    @abc.abstractmethod
    def upper(self) -> bool:
        """Whether an upper bound is wanted (else a lower one)."""

    @abc.abstractmethod
    def values(self, J: FloatArray) -> FloatArray:
        """The number for each of the matrices (k, p, q): shape (k,)."""

    @abc.abstractmethod
    def rounding(self, J: FloatArray, entries: float = 0.0) -> float:
        """A safe size of the error of :meth:`values` on these matrices, in the unit of the value.

        entries: relative error of the entries of J, in units of the machine ε.
        """


@final
@dataclass(frozen=True)
class Curvature(Quantity):
    """μ_i: λ_min(sym J_ii), wanted from below.

    >>> Curvature(0).values(np.array([[[2.0, 1.0], [1.0, 2.0]]])).round(12)
    array([1.])
    """

    player: int

    @property
    def block(self) -> Block:
        return (self.player, self.player)

    @property
    def upper(self) -> bool:
        return False

    def values(self, J: FloatArray) -> FloatArray:
        return least_eigenvalue(J)

    def rounding(self, J: FloatArray, entries: float = 0.0) -> float:
        return float(eigenvalue_rounding(J, entries).max())


@final
@dataclass(frozen=True)
class UpperCurvature(Quantity):
    """Λ_i: λ_max(sym J_ii), wanted from above.

    >>> UpperCurvature(0).values(np.array([[[2.0, 1.0], [1.0, 2.0]]])).round(12)
    array([3.])
    """

    player: int

    @property
    def block(self) -> Block:
        return (self.player, self.player)

    @property
    def upper(self) -> bool:
        return True

    def values(self, J: FloatArray) -> FloatArray:
        return greatest_eigenvalue(J)

    def rounding(self, J: FloatArray, entries: float = 0.0) -> float:
        return float(eigenvalue_rounding(J, entries).max())


@final
@dataclass(frozen=True)
class Coupling(Quantity):
    """L_ij: ‖J_ij‖₂, how strongly player j acts on player i, wanted from above.

    >>> Coupling(0, 1).values(np.array([[[3.0, 4.0]]]))
    array([5.])
    """

    player: int
    other: int

    @property
    def block(self) -> Block:
        return (self.player, self.other)

    @property
    def upper(self) -> bool:
        return True

    def values(self, J: FloatArray) -> FloatArray:
        return spectral_norm(J)

    def rounding(self, J: FloatArray, entries: float = 0.0) -> float:
        return float(norm_rounding(J, entries).max())


@dataclass(frozen=True, eq=False)
class Weighted(Quantity):
    """A number of the whole Jacobian in a metric M, the same at every point.

    given: a Metric, or N positive finite weights w_i for M(w) = diag(w_i I); slices: where each
    player's variables stand (``game.slices``). Raises ValueError as :class:`Frame` does.
    """

    given: InitVar[Metric | Sequence[float]]
    slices: Sequence[slice]
    frame: Frame = field(init=False)

    def __post_init__(self, given: Metric | Sequence[float]) -> None:
        metric = given if isinstance(given, Metric) else Metric.scalar(np.array(given, float))
        sizes = tuple(part.stop - part.start for part in self.slices)
        object.__setattr__(self, "slices", tuple(self.slices))
        object.__setattr__(self, "frame", Frame(metric, sizes))

    @property
    def block(self) -> Block:
        return None

    def similar(self, J: FloatArray) -> FloatArray:
        """B = M^{1/2} J M^{-1/2}: Euclidean statements about B are statements about J in M."""
        return self.frame.similar(J)

    def order(self, J: FloatArray) -> int:
        """Of the test of an eigenvalue of B; 0 for 1×1, which is exact."""
        n = J.shape[-1]
        return n if n > 1 or not self.frame.is_diagonal else 0


@final
@dataclass(frozen=True, eq=False)
class Margin(Weighted):
    """T5: λ_min(M^{-1/2} sym(MJ) M^{-1/2}), wanted from below.

    >>> J = np.array([[[1.0, 10.0], [-10.0, 2.0]]])
    >>> Margin((1, 1), (slice(0, 1), slice(1, 2))).values(J)
    array([1.])
    """

    @property
    def upper(self) -> bool:
        return False

    def values(self, J: FloatArray) -> FloatArray:
        return least_eigenvalue(self.similar(J))

    def rounding(self, J: FloatArray, entries: float = 0.0) -> float:
        # 4 more units: the roots, the quotient and the product that make B
        return float(slack(self.order(J), self.frame.magnitude(J), entries + 4).max())


@final
@dataclass(frozen=True, eq=False)
class Lipschitz(Weighted):
    """β: ‖J‖_M = ‖M^{1/2} J M^{-1/2}‖₂, wanted from above.

    >>> J = np.array([[[0.0, 8.0], [1.0, 0.0]]])
    >>> Lipschitz((1, 4), (slice(0, 1), slice(1, 2))).values(J)
    array([4.])
    """

    @property
    def upper(self) -> bool:
        return True

    def values(self, J: FloatArray) -> FloatArray:
        return spectral_norm(self.similar(J))

    def rounding(self, J: FloatArray, entries: float = 0.0) -> float:
        return float(slack(2 * self.order(J), self.frame.magnitude(J), entries + 4).max())


@final
@dataclass(frozen=True, eq=False)
class Deviation(Weighted):
    """T11 (c): ‖J − J₀‖_M, how far J is from one matrix, wanted from above.

    >>> J = np.array([[[1.0, 0.0], [0.0, 3.0]]])
    >>> centre = ((1.0, 0.0), (0.0, 1.0))
    >>> Deviation((1, 1), (slice(0, 1), slice(1, 2)), centre=centre).values(J)
    array([2.])
    """

    centre: tuple[tuple[float, ...], ...]  # J₀, row by row

    @property
    def upper(self) -> bool:
        return True

    def values(self, J: FloatArray) -> FloatArray:
        return spectral_norm(self.similar(self.difference(J)))

    def rounding(self, J: FloatArray, entries: float = 0.0) -> float:
        # both summands of J − J₀, so that their cancellation is covered
        size = self.frame.magnitude(np.abs(J) + np.abs(np.array(self.centre)))
        return float(slack(2 * J.shape[-1], size, entries + 6).max())

    def difference(self, J: FloatArray) -> FloatArray:
        """J − J₀."""
        return np.asarray(J - np.array(self.centre))


@final
@dataclass(frozen=True, eq=False)
class EulerFactor(Weighted):
    """‖I − hJ‖_M at the step h > 0 (T9, T10), wanted from above.

    >>> J = np.array([[[1.0, 0.0], [0.0, 3.0]]])
    >>> EulerFactor((1, 1), (slice(0, 1), slice(1, 2)), step=0.5).values(J)
    array([0.5])
    """

    step: float

    @property
    def upper(self) -> bool:
        return True

    def values(self, J: FloatArray) -> FloatArray:
        return spectral_norm(self._map(J))

    def rounding(self, J: FloatArray, entries: float = 0.0) -> float:
        order = 2 * J.shape[-1]
        # both summands of I − hB, so that their cancellation is covered
        scale = self.frame.loss + abs(self.step) * self.frame.magnitude(J)
        return float(slack(order, scale, entries + 6).max())

    def _map(self, J: FloatArray) -> FloatArray:
        return np.asarray(np.eye(J.shape[-1]) - self.step * self.similar(J))


@final
@dataclass(frozen=True, eq=False)
class Cocoercivity(Weighted):
    """T10: the largest c with sym(MJ) ⪰ c JᵀMJ, wanted from below.

    It is λ_min(sym(B⁻¹)) for B = M^{1/2} J M^{-1/2}, computed as 1/‖B S^{-1/2}‖² with S = sym(B),
    which loses far fewer digits. Where S is not positive definite the value is −∞: T10 needs α > 0.

    >>> J = np.array([[[1.0, 0.0], [0.0, 4.0]], [[0.0, 1.0], [-1.0, 0.0]]])
    >>> Cocoercivity((1, 1), (slice(0, 1), slice(1, 2))).values(J)
    array([0.25, -inf])
    """

    @property
    def upper(self) -> bool:
        return False

    def values(self, J: FloatArray) -> FloatArray:
        c, _ = self._spectrum(self.similar(J))
        return c

    def rounding(self, J: FloatArray, entries: float = 0.0) -> float:
        B = self.similar(J)
        c, curvature = self._spectrum(B)
        good = np.isfinite(c)
        if not np.any(good):
            return 0.0
        size, order = self.frame.magnitude(J[good]), 2 * B.shape[-1]
        smallest = np.linalg.svd(B[good], compute_uv=False)[:, -1]
        # the test's loss over σ_min² (J ↦ c moves by that much), and our own through S^{-1/2}
        scale = 2 * size / np.square(smallest) + c[good] * size / curvature[good]
        return float(slack(order, scale, entries + 8).max())

    @staticmethod
    def _spectrum(B: FloatArray) -> tuple[FloatArray, FloatArray]:
        """c, and λ_min(sym B)."""
        eigenvalues, vectors = np.linalg.eigh(symmetric_part(B))
        least = eigenvalues[:, 0]
        positive = least > 0
        roots = np.sqrt(np.where(positive[:, None], eigenvalues, 1.0))
        gain = spectral_norm(B @ (vectors / roots[:, None, :]))
        return np.where(positive, 1 / np.square(np.where(positive, gain, 1.0)), -np.inf), least
