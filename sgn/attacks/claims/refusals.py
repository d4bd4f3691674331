"""What a refusal claims (T6): that no metric of a kind has a positive margin at its points.

The attack looks for a metric that has one at all of them; then the witness cannot show it.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.claims import Point
from certificates.kernel.refusal import RefusalClaims
from certificates.kernel.theorems.refutation import DualForWeights, Witness
from games.errors import InputError
from sgn.attacks.claims.objectives import Objective
from sgn.attacks.subject.jacobians import GameSubject, point_text
from sgn.attacks.subject.precise import Balls, column, matrix, nearest, positive_definite, submatrix

Floats = NDArray[np.float64]
ROUNDS = 2000  # of the search for a metric
LARGEST, SEVERAL = 20, 20  # sides of Lyapunov's equation, and how many of them
CLEAR = 1e-9  # of ‖J‖: a margin that ball arithmetic confirms
SAID_OF_ALL = "no constant metric"


def refused(claims: RefusalClaims, witness: Witness, subject: GameSubject) -> list[Objective]:
    """That no metric certifies the region: none at all, or no weights, as the refusal says."""
    n = subject.game.dimension
    if any(point is not None and len(point) != n for point in witness.points):
        raise InputError(f"a point of the witness has not {n} coordinates")
    weights = isinstance(witness, DualForWeights)
    kinds = [not weights] if not weights or SAID_OF_ALL not in claims.message else [False, True]
    points = InRegion(
        claim="the witness's points",
        detail="",
        theorem="T6",
        claimed=Fraction(0),
        upper=True,
        scale=Fraction(1),
        subject=subject,
        points=witness.points,
    )
    return [points] + [
        NoMetric(
            claim="no constant metric" if dense else "no weights per player",
            detail="",
            theorem="T6",
            claimed=Fraction(0),
            upper=True,
            subject=subject,
            points=witness.points,
            dense=dense,
        )
        for dense in kinds
    ]


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class NoMetric(Objective):
    """The largest margin, beside ‖J‖, that a metric was seen to have at all points of the witness.

    Where sides of the region are degenerate, only on the others.
    """

    subject: GameSubject
    points: tuple[Point, ...]
    dense: bool

    @property
    def dimension(self) -> int:
        return 0

    @cached_property
    def _free(self) -> list[int]:
        region = self.subject.region
        n = self.subject.game.dimension
        if region is None:
            return list(range(n))
        return [k for k in range(n) if region.lower[k] < region.upper[k]]

    def _places(self) -> list[list[Fraction]]:
        zero = [Fraction(0)] * self.subject.game.dimension
        return [list(point) if point is not None else zero for point in self.points]

    @cached_property
    def _jacobians(self) -> Floats:
        """(K, m, m), each by its own size."""
        points = np.array([[nearest(v) for v in point] for point in self._places()])
        J = self.subject.game.jacobian(points)[:, self._free][:, :, self._free]
        size = np.abs(J).sum(axis=2).max(axis=1)
        return np.asarray(J / np.where(size > 0, size, 1.0)[:, None, None])

    @cached_property
    def _found(self) -> tuple[float, Floats]:
        return best_metric(self._jacobians, self._groups())

    def _groups(self) -> NDArray[np.int64] | None:
        if self.dense:
            return None
        owners = np.repeat(np.arange(len(self.subject.sizes)), self.subject.sizes)
        return owners[self._free]

    def values(self, places: Floats) -> Floats:
        return np.full(len(places), self._found[0])

    def broken(self, place: Floats) -> bool:
        M = matrix(self._found[1])
        if not positive_definite(M):
            return False
        return all(positive_definite(_symmetric(M * J)) for J in self._exact_jacobians())

    def _exact_jacobians(self) -> list[Balls]:
        return [
            submatrix(self.subject.exact_jacobian_at(column(point)), self._free, self._free)
            for point in self._places()
        ]

    def describe(self, place: Floats) -> str:
        rows = ", ".join(point_text(row) for row in self._found[1])
        return f"in M = [{rows}]"


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class InRegion(Objective):
    """How far the witness's points are outside the region, in sides of it."""

    subject: GameSubject
    points: tuple[Point, ...]

    @property
    def dimension(self) -> int:
        return 0

    def _stated(self) -> list[Point]:
        return [point for point in self.points if point is not None]

    def values(self, places: Floats) -> Floats:
        points = np.array([[nearest(v) for v in point] for point in self._stated() if point])
        beyond = self.subject.beyond(points).max() if len(points) else -np.inf
        return np.full(len(places), beyond)

    def broken(self, place: Floats) -> bool:
        return any(self.subject.surely_outside(column(point)) for point in self._stated() if point)

    def describe(self, place: Floats) -> str:
        return "of the region"


def _symmetric(A: Balls) -> Balls:
    return A + A.transpose()


def best_metric(J: Floats, groups: NDArray[np.int64] | None) -> tuple[float, Floats]:
    """A metric with the largest margin found at all of J (K, n, n), and that margin, beside ‖M‖.

    groups: of variables that share a weight; None: any matrix. The search starts at the best of the
    solutions of Lyapunov's equation, in coordinates in which that is the identity.
    """
    starts = [np.eye(J.shape[-1])] + ([] if groups is not None else _lyapunov(J))
    root = np.linalg.cholesky(max(starts, key=lambda M: _margin(M, J))).T
    inverse = np.linalg.inv(root)
    best = root.T @ _perceptron(root @ J @ inverse, groups) @ root
    best = (best + best.T) / (2 * np.linalg.norm(best, 2))
    return _margin(best, J), best


def _margin(M: Floats, J: Floats) -> float:
    """The least eigenvalue of all sym(MJ), and of M, beside ‖M‖."""
    S = M @ J / np.linalg.norm(M, 2)
    values = np.linalg.eigvalsh((S + np.swapaxes(S, 1, 2)) / 2)[:, 0]
    return min(float(values.min()), float(np.linalg.eigvalsh(M)[0]))


def _lyapunov(J: Floats) -> list[Floats]:
    """M with JᵀM + MJ = 2I, for each J and for their mean, and the sum of those; definite ones."""
    n, found = J.shape[-1], []
    if n > LARGEST:
        return []
    for one in (*J[:SEVERAL], J.mean(axis=0)):
        system = np.kron(one.T, np.eye(n)) + np.kron(np.eye(n), one.T)
        try:
            M = np.linalg.solve(system, 2 * np.eye(n).ravel()).reshape(n, n)
        except np.linalg.LinAlgError:
            continue
        M = (M + M.T) / 2
        if np.linalg.eigvalsh(M)[0] > CLEAR * np.abs(M).max():
            found.append(M)
    return [*found, np.sum(found, axis=0)] if found else []


def _perceptron(J: Floats, groups: NDArray[np.int64] | None) -> Floats:
    """The vector in which the worst of sym(MJ) ≻ 0 and M ≻ 0 fails most is added to M, in turn."""
    n = J.shape[-1]
    M, best = np.eye(n), (-np.inf, np.eye(n))
    for _ in range(ROUNDS):
        values, vectors = np.linalg.eigh((M @ J + np.swapaxes(M @ J, 1, 2)) / 2)
        own, axes = np.linalg.eigh(M)
        margin = min(float(values[:, 0].min()), float(own[0])) / float(own[-1])
        if margin > best[0]:
            best = (margin, M)
        if margin > CLEAR:
            break
        worst = int(values[:, 0].argmin())
        v = axes[:, 0] if own[0] < values[worst, 0] else vectors[worst, :, 0]
        image = v if own[0] < values[worst, 0] else J[worst] @ v
        step = np.outer(v, image) + np.outer(image, v)
        M = M + _structured(step / max(float(np.linalg.norm(step)), 1e-300), groups)
    return best[1]


def _structured(step: Floats, groups: NDArray[np.int64] | None) -> Floats:
    if groups is None:
        return step
    means = np.bincount(groups, np.diagonal(step)) / np.bincount(groups).clip(1)
    return np.diag(means[groups])
