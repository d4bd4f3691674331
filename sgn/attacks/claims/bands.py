"""Bands of weight ratios (T4): the margin at the ends, and at every ratio between them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.claims import Band, Claims
from certificates.kernel.document.metric import Metric, Vector
from games.language.number import round_near, to_text
from sgn.attacks.claims.objectives import AtPoint, Objective, full
from sgn.attacks.subject.jacobians import Subject
from sgn.attacks.subject.measures import Frame, Margin
from sgn.attacks.subject.precise import ball, nearest, solved, submatrix
from sgn.attacks.subject.precise import matrix as exact_matrix

Floats = NDArray[np.float64]
OPEN = 60.0  # how far a band without an end is followed, in powers of e


def bands(claims: Claims, subject: Subject) -> Iterator[Objective]:
    """Each band at its ends, between them, and against the block bounds it follows from."""
    for band in claims.each(Band):
        yield from _ends(claims, subject, band)
        i, j = (claims.names[k] for k in band.players)
        if len(claims.names) == 2:
            yield BetweenEnds(
                claim="band, between its ends",
                detail=f"w({j})/w({i})",
                theorem="T4, T5",
                claimed=band.margin,
                upper=False,
                scale=claims.margin,
                subject=subject,
                band=band,
            )
        if band.basis == "structural":
            yield FromBounds(
                claim="band, from the bounds",
                detail=f"w({j})/w({i})",
                theorem="T4",
                claimed=Fraction(1),
                upper=False,
                claims=claims,
                band=band,
            )


def _ends(claims: Claims, subject: Subject, band: Band) -> Iterator[Objective]:
    """The others have the weights that are stated there."""
    ends = [point.weights for point in band.witnesses]
    if len(claims.names) == 2:
        ends = [_pair(band, end) for end in (band.low, band.high) if end]
    for weights in ends:
        ratio = Fraction(weights[band.players[1]]) / Fraction(weights[band.players[0]])
        found = AtPoint(
            claim="band end",
            detail=f"w_j/w_i = {to_text(round_near(ratio, 6))}",
            theorem="T4",
            claimed=band.margin,
            upper=False,
            subject=subject,
            measure=Margin(Frame(Metric.scalar(weights), subject.sizes)),
        )
        # mostly a margin of 0 is claimed: how near that is, is seen beside the certified one
        yield replace(found, scale=claims.margin)


def _pair(band: Band, ratio: Fraction) -> Vector:
    """Two players' weights of a ratio."""
    weights = np.array([Fraction(1), Fraction(1)], dtype=object)
    weights[band.players[1]] = ratio
    return weights


def _ratio(band: Band, share: float) -> Fraction:
    """A ratio of the band: geometric between its ends, far out where it has none."""
    low = float(np.log(nearest(band.low))) if band.low else -OPEN
    high = float(np.log(nearest(band.high))) if band.high else OPEN
    found = Fraction(float(np.exp(low + share * (high - low))))
    least, most = band.low or found, band.high or found
    return min(max(found, least), most)


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class BetweenEnds(Objective):
    """The margin of two players at a ratio of the band, the last coordinate of a place."""

    subject: Subject
    band: Band

    @property
    def _inner(self) -> int:
        return 0 if self.subject.constant else self.subject.dimension

    @property
    def dimension(self) -> int:
        return self._inner + 1

    def values(self, places: Floats) -> Floats:
        J = self.subject.jacobian(full(places[:, :-1], self.subject))
        found = [
            self._margin(share).values(one[None])[0] if np.isfinite(one).all() else np.nan
            for share, one in zip(places[:, -1], J, strict=True)
        ]
        return np.array(found)

    def _margin(self, share: float) -> Margin:
        weights = _pair(self.band, _ratio(self.band, share))
        return Margin(Frame(Metric.scalar(weights), self.subject.sizes))

    def broken(self, place: Floats) -> bool:
        inner = full(place[None, :-1], self.subject)
        J = self.subject.jacobian(inner)[0]
        exact = self.subject.exact_jacobian(inner[0])
        return self._margin(place[-1]).broken(J, exact, self.claimed)

    def describe(self, place: Floats) -> str:
        inner = full(place[None, :-1], self.subject)[0]
        ratio = nearest(_ratio(self.band, place[-1]))
        return f"with the ratio {ratio:.9g} at {self.subject.describe(inner)}"


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class FromBounds(Objective):
    """T4: whether any weights of a ratio have the margin, by the stated μ and L.

    The others being eliminated from A − aI, 2√(M_ii M_jj t) over |M_ij| + |M_ji|t is at least 1.
    """

    claims: Claims
    band: Band

    @property
    def dimension(self) -> int:
        return 1

    def _table(self) -> list[list[Fraction]]:
        """A − aI, the pair first."""
        claims, L = self.claims, self.claims.bounds.coupling_upper
        n = len(claims.names)
        order = sorted(range(n), key=lambda k: (k not in self.band.players, k))
        order[:2] = self.band.players
        place = {k: row for row, k in enumerate(order)}
        table = [[Fraction(0)] * n for _ in range(n)]
        for k, mu in enumerate(claims.bounds.curvature_lower):
            table[place[k]][place[k]] = Fraction(mu) - self.band.margin
        for i, j, value in zip(L.rows, L.cols, L.values, strict=True):
            table[place[int(i)]][place[int(j)]] = -Fraction(value)
        return table

    @cached_property
    def _floats(self) -> tuple[float, float, float, float]:
        """M_ii, M_jj, |M_ij|, |M_ji| of what is left when all others are eliminated."""
        A = np.array([[nearest(v) for v in row] for row in self._table()])
        try:
            M = A[:2, :2] - A[:2, 2:] @ np.linalg.solve(A[2:, 2:], A[2:, :2])
        except np.linalg.LinAlgError:
            M = np.full((2, 2), np.nan)
        return float(M[0, 0]), float(M[1, 1]), abs(float(M[0, 1])), abs(float(M[1, 0]))

    @cached_property
    def _exact(self) -> tuple[Any, ...]:
        """The same in balls; nothing where that is not possible."""
        A = exact_matrix(self._table())
        pair, others = [0, 1], list(range(2, A.nrows()))
        M = submatrix(A, pair, pair)
        if others:
            inner = solved(submatrix(A, others, others), submatrix(A, others, pair))
            if inner is None:
                return ()
            M = M - submatrix(A, pair, others) * inner
        return M[0, 0], M[1, 1], abs(M[0, 1]), abs(M[1, 0])

    def values(self, places: Floats) -> Floats:
        first, second, there, back = self._floats
        t = np.array([nearest(_ratio(self.band, share)) for share in places[:, 0]])
        if min(first, second) < 0:
            return np.full(len(places), -1.0)
        coupled = there + back * t
        return np.asarray(2 * np.sqrt(first * second * t) / np.where(coupled > 0, coupled, np.nan))

    def broken(self, place: Floats) -> bool:
        if not self._exact:
            return False
        first, second, there, back = self._exact
        t = ball(_ratio(self.band, place[0]))
        coupled = there + back * t
        return bool(first < 0) or bool(second < 0) or bool(4 * first * second * t < coupled**2)

    def describe(self, place: Floats) -> str:
        return f"with the ratio {nearest(_ratio(self.band, place[0])):.9g}"
