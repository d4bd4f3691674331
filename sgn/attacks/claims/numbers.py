"""Claims of stated numbers alone, which no point is needed for."""

from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.claims import Claims
from certificates.kernel.document.metric import Vector
from sgn.attacks.claims.objectives import Objective
from sgn.attacks.subject.measures import Frame, norms, stretches
from sgn.attacks.subject.precise import ball, matrix, nearest

Floats = NDArray[np.float64]


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class SmallGain(Objective):
    """α(w) = λ_min(S(w)) from the stated μ and L at weights (T1, T2)."""

    claims: Claims
    weights: Vector

    @property
    def dimension(self) -> int:
        return 0

    def _least(self) -> tuple[float, Floats]:
        """The eigenvalue and its vector."""
        bounds, L = self.claims.bounds, self.claims.bounds.coupling_upper
        S = np.diag([nearest(mu) for mu in bounds.curvature_lower])
        root = np.sqrt([nearest(w) for w in self.weights])
        for i, j, value in zip(L.rows, L.cols, L.values, strict=True):
            S[i, j] -= nearest(value) * root[i] / root[j] / 2
            S[j, i] -= nearest(value) * root[i] / root[j] / 2
        values, vectors = np.linalg.eigh(S)
        return float(values[0]), vectors[:, 0]

    def values(self, places: Floats) -> Floats:
        return np.full(len(places), self._least()[0])

    def broken(self, place: Floats) -> bool:
        """zᵀS(w)z against α|z|², in balls."""
        bounds, L = self.claims.bounds, self.claims.bounds.coupling_upper
        z = [ball(v) for v in self._least()[1]]
        root = [ball(w).sqrt() for w in self.weights]
        form = sum(
            (ball(mu) * v * v for mu, v in zip(bounds.curvature_lower, z, strict=True)), ball(0)
        )
        for i, j, value in zip(L.rows, L.cols, L.values, strict=True):
            form -= ball(value) * root[i] / root[j] * z[i] * z[j]
        return bool(form < ball(self.claimed) * sum((v * v for v in z), ball(0)))

    def describe(self, place: Floats) -> str:
        return "from the stated curvatures and couplings"


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class Fact(Objective):
    """Whether the document itself excludes a claim; said: what of it does."""

    said: str
    excluded: bool

    @property
    def dimension(self) -> int:
        return 0

    def values(self, places: Floats) -> Floats:
        return np.full(len(places), float(self.excluded))

    def broken(self, place: Floats) -> bool:
        return self.excluded

    def describe(self, place: Floats) -> str:
        return f": {self.said}"


def contradiction(claim: str, theorem: str, said: str, excluded: bool = True) -> Fact:
    """A claim that is false whatever the numbers are, if it is."""
    return Fact(
        claim=claim,
        detail="",
        theorem=theorem,
        claimed=Fraction(0),
        upper=True,
        said=said,
        excluded=excluded,
    )


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class SizeOf(Objective):
    """‖J₀‖_M of a stated matrix."""

    frame: Frame
    matrix: Floats

    @property
    def dimension(self) -> int:
        return 0

    def values(self, places: Floats) -> Floats:
        return np.full(len(places), norms(self.frame.whiten(self.matrix)))

    def broken(self, place: Floats) -> bool:
        return stretches(self.frame, self.matrix, matrix(self.matrix), self.claimed)

    def describe(self, place: Floats) -> str:
        return "of the stated matrix"


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class Definite(Objective):
    """λ_min of a metric, as a part of λ_max: it is to be positive."""

    matrix: Floats

    @property
    def dimension(self) -> int:
        return 0

    def values(self, places: Floats) -> Floats:
        spectrum = np.linalg.eigvalsh(self.matrix)
        size = np.abs(spectrum).max()
        return np.full(len(places), spectrum[0] / size if size > 0 else -1.0)

    def broken(self, place: Floats) -> bool:
        v = np.linalg.eigh(self.matrix)[1][:, 0]
        exact = matrix(v[:, None])
        return bool((exact.transpose() * matrix(self.matrix) * exact)[0, 0] <= 0)

    def describe(self, place: Floats) -> str:
        return "of M"
