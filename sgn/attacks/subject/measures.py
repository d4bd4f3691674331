"""What is claimed of a Jacobian: its value at many, and a proof that one J breaks the claim.

A claim is an inequality between quadratic forms; a vector where it fails breaks it, and that is
tried in ball arithmetic.
"""

import abc
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.metric import Metric
from games.errors import InputError
from sgn.attacks.subject.precise import Balls, ball, column, matrix, metric_matrix, product

Floats = NDArray[np.float64]
SINGULAR = 1e-13  # of the norm: a J this near a singular one is not inverted in floating point


@final
@dataclass(frozen=True, eq=False)
class Frame:
    """A metric M = C·Cᵀ and the coordinates Cᵀx in which it is the plain length."""

    metric: Metric
    sizes: tuple[int, ...]

    @cached_property
    def root(self) -> Floats:
        """Cᵀ, (n, n)."""
        try:
            return np.asarray(np.linalg.cholesky(self.metric.matrix(self.sizes)).T)
        except np.linalg.LinAlgError:
            raise InputError(
                "a metric is too near to an indefinite one; nothing is measured in it"
            ) from None

    @cached_property
    def inverse(self) -> Floats:
        return np.asarray(np.linalg.inv(self.root))

    @cached_property
    def exact(self) -> Balls:
        return metric_matrix(self.metric, self.sizes)

    def whiten(self, J: Floats) -> Floats:
        """Cᵀ J C^{-T}, of each (…, n, n)."""
        return np.asarray(self.root @ J @ self.inverse)

    def lengths(self, vectors: Floats) -> Floats:
        """‖v‖_M of each row."""
        return np.asarray(np.linalg.norm(vectors @ self.root.T, axis=-1))

    def square(self, vector: Balls) -> Balls:
        """‖v‖²_M, exactly."""
        return product(vector, self.exact * vector)


class Measure(abc.ABC):
    """A number that J has, and a certificate bounds: from above or from below."""

    upper: bool

    @abc.abstractmethod
    def values(self, J: Floats) -> Floats:
        """The number of each (k, n, n); NaN where it cannot be told."""

    @abc.abstractmethod
    def broken(self, J: Floats, exact: Balls, claimed: Fraction) -> bool:
        """Whether a vector shows for certain that J does not keep the claim."""


def symmetric(J: NDArray[np.floating]) -> Floats:
    """sym J."""
    return np.asarray((J + np.swapaxes(J, -1, -2)) / 2, dtype=np.float64)


@final
@dataclass(frozen=True)
class Margin(Measure):
    """λ_min of sym(MJ) against M (T5)."""

    frame: Frame
    upper = False

    def values(self, J: Floats) -> Floats:
        return spectra(symmetric(self.frame.whiten(J)))[:, 0]

    def broken(self, J: Floats, exact: Balls, claimed: Fraction) -> bool:
        u = np.linalg.eigh(symmetric(self.frame.whiten(J)))[1][:, 0]
        v = column(self.frame.inverse @ u)
        return bool(product(self.frame.exact * v, exact * v) < ball(claimed) * self.frame.square(v))


@final
@dataclass(frozen=True)
class Norm(Measure):
    """‖J‖_M (T5)."""

    frame: Frame
    upper = True

    def values(self, J: Floats) -> Floats:
        return norms(self.frame.whiten(J))

    def broken(self, J: Floats, exact: Balls, claimed: Fraction) -> bool:
        return stretches(self.frame, J, exact, claimed)


@final
@dataclass(frozen=True)
class Cocoercivity(Measure):
    """The largest c with sym(MJ) ⪰ c JᵀMJ (T10): λ_min of sym(J^{-1}), in whitened coordinates."""

    frame: Frame
    upper = False

    def values(self, J: Floats) -> Floats:
        B = self.frame.whiten(J)
        finite = _finite(B)
        spread = np.linalg.svd(np.where(finite[:, None, None], B, 0.0), compute_uv=False)
        regular = finite & (spread[:, -1] > SINGULAR * spread[:, 0])
        B = np.where(regular[:, None, None], B, np.eye(B.shape[-1]))
        least = spectra(symmetric(np.linalg.inv(B)))[:, 0]
        return np.asarray(np.where(regular, least, np.nan))

    def broken(self, J: Floats, exact: Balls, claimed: Fraction) -> bool:
        inverse = np.asarray(np.linalg.inv(self.frame.whiten(J)))
        u = np.linalg.eigh(symmetric(inverse))[1][:, 0]
        v = column(self.frame.inverse @ inverse @ u)
        image = exact * v
        turned = product(self.frame.exact * v, image)
        return bool(turned < ball(claimed) * self.frame.square(image))


@final
@dataclass(frozen=True)
class Curvature(Measure):
    """The least (or largest) eigenvalue of sym J_ii (setting)."""

    own: slice
    upper: bool

    def values(self, J: Floats) -> Floats:
        return spectra(symmetric(J[:, self.own, self.own]))[:, -1 if self.upper else 0]

    def broken(self, J: Floats, exact: Balls, claimed: Fraction) -> bool:
        vectors = np.linalg.eigh(symmetric(J[self.own, self.own]))[1]
        v = np.zeros(len(J))
        v[self.own] = vectors[:, -1 if self.upper else 0]
        point = column(v)
        turned = product(point, exact * point)
        bound = ball(claimed) * product(point, point)
        return bool(turned > bound if self.upper else turned < bound)


@final
@dataclass(frozen=True)
class Coupling(Measure):
    """‖J_ij‖ (setting)."""

    row: slice
    col: slice
    upper = True

    def values(self, J: Floats) -> Floats:
        return norms(J[:, self.row, self.col])

    def broken(self, J: Floats, exact: Balls, claimed: Fraction) -> bool:
        left, _, right = np.linalg.svd(J[self.row, self.col])
        u, v = np.zeros(len(J)), np.zeros(len(J))
        u[self.row], v[self.col] = left[:, 0], right[0]
        first, second = column(u), column(v)
        crossed = product(first, exact * second)
        bound = ball(claimed) ** 2 * product(first, first) * product(second, second)
        return bool(crossed * crossed > bound)


@final
@dataclass(frozen=True)
class Deviation(Measure):
    """‖J − J₀‖_M (T11 c)."""

    frame: Frame
    centre: Floats
    upper = True

    def values(self, J: Floats) -> Floats:
        return norms(self.frame.whiten(J - self.centre))

    def broken(self, J: Floats, exact: Balls, claimed: Fraction) -> bool:
        return stretches(self.frame, J - self.centre, exact - matrix(self.centre), claimed)


@final
@dataclass(frozen=True)
class Asymmetry(Measure):
    """The largest entry of J_ii − J_iiᵀ, which is 0 where F is made of costs."""

    own: slice
    upper = True

    def values(self, J: Floats) -> Floats:
        turn = J[:, self.own, self.own]
        return np.asarray(np.abs(turn - np.swapaxes(turn, 1, 2)).max(axis=(1, 2)))

    def broken(self, J: Floats, exact: Balls, claimed: Fraction) -> bool:
        turn = J[self.own, self.own]
        place = np.unravel_index(np.abs(turn - turn.T).argmax(), turn.shape)
        i, j = (int(k) + self.own.start for k in place)
        return bool(abs(exact[i, j] - exact[j, i]) > ball(claimed))


def _finite(matrices: Floats) -> NDArray[np.bool_]:
    """Whether each (…, n, m) is finite."""
    return np.asarray(np.isfinite(matrices).all(axis=(-2, -1)))


def spectra(matrices: Floats) -> Floats:
    """The eigenvalues of each symmetric (k, n, n), ascending; NaN where one is not finite."""
    finite = _finite(matrices)
    found = np.linalg.eigvalsh(np.where(finite[:, None, None], matrices, 0.0))
    return np.where(finite[:, None], found, np.nan)


def norms(matrices: Floats) -> Floats:
    """The spectral norm of each (…, n, m); NaN where one is not finite."""
    finite = _finite(matrices)
    held = np.where(finite[..., None, None], matrices, 0.0)
    return np.where(finite, np.linalg.svd(held, compute_uv=False)[..., 0], np.nan)


def stretches(frame: Frame, near: Floats, exact: Balls, claimed: Fraction) -> bool:
    """Whether a vector shows ‖A‖_M > claimed; near: A in floats, to find the vector."""
    if claimed < 0:
        return True
    right = np.linalg.svd(frame.whiten(near))[2][0]
    v = column(frame.inverse @ right)
    return bool(frame.square(exact * v) > ball(claimed) ** 2 * frame.square(v))
