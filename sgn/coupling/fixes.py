"""The smallest single change of a coupling or a curvature that brings the margin to a wanted value.

Only couplings inside the one blocked component matter (T3). For the M-matrix A₀ = A + L_ij e_ie_jᵀ
without that coupling, det(A₀ − aI − ℓ e_ie_jᵀ) = det(A₀ − aI)(1 − ℓ g), g = [(A₀ − aI)^{-1}]_ji, so
the margin is a at ℓ = 1/g; eliminating all but player i gives the curvature likewise.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.theorems.hypotheses import Hypothesis, Theorem
from certificates.safe import Lower
from sgn.bands.band import solvers
from sgn.bounds.bounds import Bounds
from sgn.coupling.sensitivity import sensitivities
from sgn.metrics.components import Component, components
from sgn.metrics.weights import optimal_weights

FloatArray = NDArray[np.float64]
CANDIDATES = 20  # couplings, and as many curvatures, that are looked at
LARGEST = 500  # players in the blocked component up to which changes are computed
SHORT = 2  # digits of a rounded change, at first
LONG = 9
MARGIN_DIGITS = 6  # of a margin in a sentence, rounded down


@final
class TooNear(ArithmeticError):
    """No number of few digits is beyond the limit and proved to be."""


@final
@dataclass(frozen=True)
class Fix:
    """One number changed, which alone brings the best structural margin α* to a wanted value (T2).

    It speaks of the bounds: a game has that margin when its bounds are changed so.
    players: (i, j) for the coupling L_ij of j into i, (i,) for the curvature μ_i.
    before, after: the number now, and where α* is `margin`; further in that direction it is more.

    >>> Fix((0, 1), 10.0, 4.0, 0.0).size
    0.6
    """

    players: tuple[int, ...]
    before: float
    after: float
    margin: float

    @property
    def size(self) -> float:
        """The change relative to the larger number, by which fixes are ordered."""
        largest = max(abs(self.before), abs(self.after))
        return abs(self.after - self.before) / largest if largest > 0 else 0.0

    def apply(self, bounds: Bounds) -> Bounds:
        """The bounds with the number changed. Raises ValueError where there is no such coupling."""
        mu, upper, L = bounds.curvature_lower.copy(), bounds.curvature_upper, bounds.coupling_upper
        if len(self.players) == 1:
            mu[self.players[0]] = self.after
            upper = np.maximum(upper, mu)
        else:
            i, j = self.players
            L = L.copy()
            first, last = L.indptr[i], L.indptr[i + 1]
            k = first + int(np.searchsorted(L.indices[first:last], j))
            if k == last or L.indices[k] != j:
                raise ValueError(f"player {j} does not act on player {i}; expected a coupling")
            L.data[k] = self.after
        return Bounds(bounds.names, mu, upper, L, bounds.evidence, bounds.symmetric)

    def rounded(self, bounds: Bounds) -> "Fix":
        """A change of few digits with a proved margin above the wanted one.

        Raises TooNear where even nine digits do not prove it.
        """
        for digits in range(SHORT, LONG + 1):
            short = replace(self, after=_beyond(self.after, digits, len(self.players) == 1))
            worse = short.after < 0 and len(self.players) == 2
            if not worse and optimal_weights(short.apply(bounds)).margin > self.margin:
                return short
        raise TooNear(f"the change for players {self.players} cannot be told in few digits")

    def sentence(self, names: Sequence[str]) -> str:
        """What the change is at its limit, for people: nine digits, to the nearest."""
        return f"{self._change(names, '')}, where the margin is {self._margin_text()}"

    def promises(self, bounds: Bounds) -> list[str]:
        """What to do and what is then had, in few digits, proved; empty where it cannot be."""
        try:
            change = self.rounded(bounds)._change(bounds.names, "at most ", "at least ")
        except TooNear:
            return []
        return [f"{change}, which alone gives a structural margin above {self._margin_text()}"]

    def _margin_text(self) -> str:
        return Lower(Fraction(self.margin)).text(MARGIN_DIGITS)

    def _change(self, names: Sequence[str], most: str, least: str = "") -> str:
        if len(self.players) == 1:
            name = names[self.players[0]]
            return (
                f"raise the curvature of {name} from {self.before:.4g} to {least}{self.after:.9g}"
            )
        i, j = (names[k] for k in self.players)
        return (
            f"weaken the coupling of {j} into {i} from {self.before:.4g} to {most}{self.after:.9g}"
        )


@final
@dataclass(frozen=True)
class Wanted:
    """A margin a that α* is to be brought to by one change."""

    bounds: Bounds
    margin: float

    @cached_property
    def blocked(self) -> list[Component]:
        """The components that have less."""
        return [part for part in components(self.bounds) if part.margin < self.margin]


@final
@dataclass(frozen=True, eq=False)
class Eliminated:
    """An M-matrix in question, by its solutions for the right sides 1 and that of the change.

    reached: (A₀ − aI)^{-1}e_i for a coupling, R^{-1}L_Ri for a curvature. wanted: what the changed
    number then is.
    """

    positive: FloatArray
    reached: FloatArray
    wanted: float


def _is_m_matrix(asked: Eliminated) -> bool:
    """A matrix with nonpositive entries off the diagonal is one just if it maps some x > 0 to 1."""
    return bool(asked.positive.min(initial=1.0) > 0)


_FINITE = Hypothesis[Eliminated](
    "the changed number is one",
    lambda asked: math.isfinite(asked.wanted),
    "the change is too large for a float",
)
ONE_CHANGE: Theorem[Wanted] = Theorem(
    "T2",
    "one change",
    (
        Hypothesis(
            "some component has α* < a",
            lambda asked: len(asked.blocked) > 0,
            "the margin is had already: nothing has to be mended",
        ),
        Hypothesis(
            "no two components have α* < a",
            lambda asked: len(asked.blocked) < 2,
            "two components are blocked: no single change can help both",
        ),
    ),
)
ONE_COUPLING: Theorem[Eliminated] = Theorem(
    "T2",
    "one coupling changed",
    (
        Hypothesis(
            "A₀ − aI is an M-matrix: α*(A₀) > a",
            _is_m_matrix,
            "without this coupling the margin is still not had",
        ),
        _FINITE,
    ),
)
ONE_CURVATURE: Theorem[Eliminated] = Theorem(
    "T2",
    "one curvature changed",
    (
        Hypothesis(
            "R is an M-matrix: the others among themselves have α* > a",
            _is_m_matrix,
            "the others among themselves do not have the margin, whatever this curvature is",
        ),
        _FINITE,
    ),
)
THEOREMS = (ONE_CHANGE, ONE_COUPLING, ONE_CURVATURE)


@np.errstate(all="ignore")  # what overflows is no change that could be made
def suggest(bounds: Bounds, margin: float = 0.0) -> tuple[Fix, ...]:
    """The single changes that bring α* up to the margin, smallest relative change first.

    Source: T2 (one change). Empty where α* is at least that already, where no single change
    suffices (two components are blocked, or a change leaves another block), and for more than 500
    players that all act on each other. Looked at: the 20 couplings and the 20 curvatures of the
    greatest effect.

    >>> fixes = suggest(Bounds.given([1, 1], [[0, 10], [0.4, 0]], [1, 1]))
    >>> [(fix.players, round(fix.after, 9)) for fix in fixes]
    [((0, 1), 2.5), ((1, 0), 0.1), ((0,), 4.0), ((1,), 4.0)]
    """
    if not math.isfinite(margin):
        raise ValueError(f"margin is {margin}; expected a finite number")
    wanted = Wanted(bounds, margin)
    if ONE_CHANGE.failing(wanted) or len(wanted.blocked[0].players) > LARGEST:
        return ()
    players = wanted.blocked[0].players
    inside = bounds.among(players)
    found = [*_couplings(inside, margin), *_curvatures(inside, margin)]
    named = [replace(fix, players=tuple(players[list(fix.players)].tolist())) for fix in found]
    return tuple(
        sorted(named, key=lambda fix: (round(fix.size, 9), -len(fix.players), fix.players))
    )


def _couplings(bounds: Bounds, margin: float) -> Iterator[Fix]:
    """Within a strongly connected game of margin below the wanted one."""
    L = bounds.coupling_upper.tocoo()
    sensitivity = sensitivities(bounds)
    effect = -sensitivity.coupling.tocoo().data * L.data
    rows, cols = (part.tolist() for part in L.coords)
    own, ones = bounds.curvature_lower - margin, np.ones(bounds.size)
    for k in np.argsort(-effect, kind="stable")[:CANDIDATES].tolist():
        i, j, now = rows[k], cols[k], float(L.data[k])
        unit = np.zeros(bounds.size)
        unit[i] = 1.0
        rest = Fix((i, j), now, 0.0, margin).apply(bounds).coupling_upper
        try:
            positive, reached = solvers(rest, own)[0](np.stack([ones, unit], axis=1)).T
        except np.linalg.LinAlgError:
            continue
        found = Eliminated(positive, reached, _inverse(float(reached[j])))
        if found.wanted < now and not ONE_COUPLING.failing(found):
            yield Fix((i, j), now, found.wanted, margin)


def _curvatures(bounds: Bounds, margin: float) -> Iterator[Fix]:
    """The same; the other players among themselves must have the margin."""
    own, L = bounds.curvature_lower - margin, bounds.coupling_upper
    effect = sensitivities(bounds).curvature
    for i in np.argsort(-effect, kind="stable")[:CANDIDATES].tolist():
        rest = np.delete(np.arange(bounds.size), i)
        column = L[rest][:, [i]].toarray()[:, 0]
        right = np.stack([np.ones(len(rest)), column], axis=1)
        try:
            positive, reached = solvers(L[rest][:, rest], own[rest])[0](right).T
        except np.linalg.LinAlgError:
            continue
        needed = margin + float(np.asarray(L[[i]][:, rest] @ reached)[0])
        found = Eliminated(positive, reached, needed)
        if not ONE_CURVATURE.failing(found):
            yield Fix((i,), float(bounds.curvature_lower[i]), found.wanted, margin)


def _inverse(value: float) -> float:
    return 1 / value if value > 0 else math.inf


def _beyond(value: float, digits: int, up: bool) -> float:
    """The number to a few digits, moved up, or down, where it is not larger, or smaller.

    Raises TooNear where it is not finite.
    """
    if not math.isfinite(value):
        raise TooNear(f"the change is {value}")
    unit = 10.0 ** (math.floor(math.log10(abs(value))) + 1 - digits) if value else 10.0**-digits
    steps = math.floor(value / unit) + 1 if up else math.ceil(value / unit) - 1
    return float(f"{steps * unit:.{digits}g}")
