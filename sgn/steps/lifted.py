"""Steps of methods with a lifted state (T28): forms and multipliers by semidefinite programs.

In units where β = 1. A form P is a combination of a basis for which K(0)e = 0 holds exactly.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.metric import Metric
from certificates.kernel.inequalities.lifted import (
    SCHEMES,
    Constants,
    Scheme,
    decrease,
    holds_between,
)
from certificates.kernel.inequalities.runge_kutta import Matrix, is_positive_definite
from certificates.kernel.numbers.roots import factor_above
from certificates.kernel.theorems.lifted import LiftedSteps, Piece
from games.language.number import round_down
from sgn.metrics.lmi import NoProposal, most_definite

FloatArray = NDArray[np.float64]
Triple = tuple[Fraction, Fraction, Fraction]
LONGEST = Fraction(5, 2)  # hβ, beyond what any method of the table reaches
HALVINGS, RATES = 14, 9  # of steps, and of rates
GRID, INTERVALS = 6, 16  # steps that are tried first, and intervals at most
LONG, SHORT = 6, 4  # digits of the largest step, and of the others
DIGITS = 10**12  # the denominator of what is stated
CLEAR = 1e-5  # what is left for rounding; less of α/β below 1/50
MOST = 100.0  # C²
NOTHING = 1e-12  # what is 0 in floats
NARROW = Fraction(1, 100)  # of the best step: the interval before it
PARTS = tuple(map(Fraction, ("0.996", "0.98", "0.95", "0.8", "0.5")))  # what is stated of a guess


@final
@dataclass(frozen=True)
class _Search:
    """One method with α and c in units where β = 1; unit: the game's own β."""

    scheme: Scheme
    margin: Fraction
    cocoercivity: Fraction
    unit: Fraction = Fraction(1)

    @property
    def constants(self) -> Constants:
        return Constants(self.margin, Fraction(1), self.cocoercivity)

    @property
    def side(self) -> int:
        return len(self.scheme.A)

    @cached_property
    def units(self) -> list[tuple[Matrix, list[Triple]]]:
        """Each unknown alone: the entries of P, then every multiplier."""
        zero: list[Triple] = [(Fraction(0), Fraction(0), Fraction(0))] * len(self.scheme.pairs)
        nothing = [[Fraction(0)] * self.side for _ in range(self.side)]
        found = list[tuple[Matrix, list[Triple]]]()
        for i in range(self.side):
            for j in range(i, self.side):
                P = [list(row) for row in nothing]
                P[i][j] = P[j][i] = Fraction(1)
                found.append((P, list(zero)))
        one = Fraction(1)
        for k in range(len(zero)):
            for unit in ((one, 0 * one, 0 * one), (0 * one, one, 0 * one), (0 * one, 0 * one, one)):
                rows = list(zero)
                rows[k] = unit
                found.append(([list(row) for row in nothing], rows))
        return found

    @cached_property
    def _parts(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """K = K₀ + hK₁ + h²K₂ − κhK₃ for each unknown."""

        def at(step: int, rate: int) -> FloatArray:
            pair = Fraction(step), Fraction(rate)
            each = (decrease(self.scheme, self.constants, *pair, P, m) for P, m in self.units)
            return np.array([np.array(K, dtype=float) for K in each])

        zero, one, two = at(0, 0), at(1, 0), at(2, 0)
        square = (two - 2 * one + zero) / 2
        return zero, one - zero - square, square, one - at(1, 1)

    def table(self, step: Fraction, rate: Fraction) -> FloatArray:
        """K at a step for each unknown, (K, k, k)."""
        zero, one, two, three = self._parts
        h = float(step)
        return np.asarray(zero + h * (one - float(rate) * three) + h**2 * two)

    @property
    def _forms(self) -> int:
        """How many of the unknowns are entries of P."""
        return self.side * (self.side + 1) // 2

    @cached_property
    def used(self) -> NDArray[np.int64]:
        """Unknowns that may be used: without c no multiplier of it."""
        forms = self._forms
        without = self.cocoercivity <= 0
        kept = [
            k for k in range(len(self.units)) if k < forms or not without or (k - forms) % 3 < 2
        ]
        return np.array(kept)

    @cached_property
    def _null(self) -> FloatArray:
        """A basis (used, r) of unknowns with K(0)e = 0."""
        e = np.array([*map(float, self.scheme.unit), *([0.0] * len(self.scheme.C))])
        rows = (self.table(Fraction(0), Fraction(0))[self.used] @ e).T
        _, values, V = np.linalg.svd(rows)
        rank = int((values > NOTHING).sum())
        return np.asarray(V[rank:].T)

    def propose(self, low: Fraction, high: Fraction, rate: Fraction) -> FloatArray | None:
        """Unknowns for which K is above 0 at both ends and C² at most about MOST; None for none.

        Of a start at distance 1 the form is 1, and at least 1/C² where x or a point read is at 1.
        """
        count, forms = len(self.used), self._forms
        members = np.zeros((count, self.side, self.side))
        members[:forms] = [np.array(P, dtype=float) for P, _ in self.units[:forms]]
        first, second = (self.table(h, rate)[self.used] for h in (low, high))
        basis = np.eye(count)
        if low == 0:
            basis, first = self._null, first[:, 1:, 1:]
        turned = [np.tensordot(basis.T, C, (1, 0)) for C in (first, second, members)]
        pencils = [(C, self._clear * np.eye(C.shape[1])) for C in turned]
        pencils += [(turned[2], np.outer(form, form)) for form in self._heights]
        if low == 0:  # there multipliers are combinations too: blocks of one number
            rows = (row for row in basis[forms:] if abs(row).max() > NOTHING)  # the others are 0
            numbers = (row[:, None, None] for row in rows)
            pencils += [(number, self._clear * np.eye(1)) for number in numbers]
        normal = np.einsum("kij,ij->k", members, self._start(float(high))) @ basis
        found = most_definite(pencils, 0 if low == 0 else count - forms, normal)
        if isinstance(found, NoProposal) or found.value <= 1 / MOST:
            return None
        z = np.zeros(len(self.units))
        z[self.used] = basis @ found.coefficients
        return z

    @property
    def _clear(self) -> float:
        return CLEAR * min(1.0, 50 * float(self.margin))

    @property
    def _heights(self) -> FloatArray:
        """x and the points that are read first in a step, as forms in the state."""
        forms = [[1.0, *[0.0] * (self.side - 1)], *([float(a) for a in c] for c in self.scheme.C)]
        return np.unique(np.array(forms), axis=0)

    def _start(self, reach: float) -> FloatArray:
        """The form at e and at stored gradients of size hβ, added, as weights of P."""
        e = np.array([float(v) for v in self.scheme.unit])
        stored = np.array(
            [float(any(g == k for _, g in self.scheme.stored)) for k in range(self.side)]
        )
        return np.asarray(np.outer(e, e) + np.diag(stored) * reach**2)

    def rational(self, z: FloatArray, low: Fraction) -> tuple[Matrix, list[Triple]]:
        """Unknowns as short rationals; at h = 0 those that K(0)e = 0 asks for follow from P."""
        forms = self._forms
        values = [Fraction(round(v * DIGITS), DIGITS) for v in z]
        values[forms:] = [max(v, Fraction(0)) for v in values[forms:]]
        if low == 0:
            values = self._exact(values)
        P = [[Fraction(0)] * self.side for _ in range(self.side)]
        entries = iter(values[:forms])
        for i in range(self.side):
            for j in range(i, self.side):
                P[i][j] = P[j][i] = next(entries)
        rest = values[forms:]
        return P, [(a, b, c) for a, b, c in zip(rest[::3], rest[1::3], rest[2::3], strict=True)]

    def _exact(self, values: list[Fraction]) -> list[Fraction]:
        """The nearest with K(0)e = 0, by exact elimination of that many unknowns."""
        e = [*self.scheme.unit, *[Fraction(0)] * len(self.scheme.C)]
        columns = []
        for P, rows in self.units:
            K = decrease(self.scheme, self.constants, Fraction(0), Fraction(0), P, rows)
            columns.append(
                [sum((k * v for k, v in zip(row, e, strict=True)), Fraction(0)) for row in K]
            )
        allowed = [int(k) for k in self.used]
        equations = [[column[r] for column in columns] for r in range(len(e))]
        reduced, pivots = _reduced(equations, allowed)
        result = list(values)
        for row, pivot in zip(reduced, pivots, strict=True):
            result[pivot] = -sum(
                (row[k] * result[k] for k in range(len(result)) if k != pivot), Fraction(0)
            )
        return result


def _reduced(
    rows: list[list[Fraction]], order: Sequence[int]
) -> tuple[list[list[Fraction]], list[int]]:
    """Row echelon form, each pivot 1 and alone in its column; later unknowns are pivots first."""
    rows, pivots, done = [list(row) for row in rows], list[int](), 0
    for column in reversed(order):
        k = next((k for k in range(done, len(rows)) if rows[k][column]), None)
        if k is None:
            continue
        rows[done], rows[k] = rows[k], rows[done]
        lead = rows[done][column]
        rows[done] = [v / lead for v in rows[done]]
        for other, row in enumerate(rows):
            if other != done and row[column]:
                factor = row[column]
                rows[other] = [a - factor * b for a, b in zip(row, rows[done], strict=True)]
        pivots.append(column)
        done += 1
    return rows[:done], pivots


def lifted_plan(
    name: str, metric: Metric, margin: Fraction, lipschitz: Fraction, cocoercivity: Fraction | None
) -> LiftedSteps | None:
    """The longest (0, H] of a method of the table that α, β (and c) allow; None for none.

    >>> from certificates.kernel.document.metric import Metric
    >>> half, one = Fraction(1, 2), Fraction(1)
    >>> plan = lifted_plan("optimistic_equilibrium", Metric.scalar([one, one]), half, one, None)
    >>> 0.60 < plan.step_max < 0.65, 0.81 < plan.factor_at_best < 0.83
    (True, True)
    """
    c = max(cocoercivity or Fraction(0), Fraction(0)) * lipschitz
    search = _Search(SCHEMES[name], margin / lipschitz, c, lipschitz)
    limit = _limit(search)
    for part in PARTS if limit > 0 else ():
        longest = round_down(limit * part / lipschitz, LONG)
        if longest > 0 and (pieces := _pieces(search, longest * lipschitz)) is not None:
            return _plan(name, metric, lipschitz, pieces, longest)
    return None


def _limit(search: _Search) -> Fraction:
    """About the longest step that contracts at all, by halving its logarithm."""
    least, low, high = search.margin * NARROW, 0.0, math.log(LONGEST / (search.margin * NARROW))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        step = round_down(least * Fraction(math.exp(middle)), 12)
        good = search.propose(step, step, search.margin * NARROW) is not None
        low, high = (middle, high) if good else (low, middle)
    return round_down(least * Fraction(math.exp(low)), 12) if low > 0 else Fraction(0)


def _pieces(search: _Search, longest: Fraction) -> list[Piece] | None:
    """Intervals up to the longest step, one of them narrow with the best step at its end."""
    best = _best_step(search, longest)
    shares = best / 2, best * (1 - NARROW), best, (best + longest) / 2
    short = (round_down(share / search.unit, SHORT) * search.unit for share in shares)
    ends = sorted({*(end for end in short if 0 < end < longest), longest})
    found, low = list[Piece](), Fraction(0)
    while ends:
        piece = _best_piece(search, low, ends[0])
        if piece is not None:
            found.append(piece)
            low = ends.pop(0)
        elif len(found) + len(ends) > INTERVALS:
            return None
        else:
            ends.insert(0, (low + ends[0]) / 2)
    return found


def _best_step(search: _Search, longest: Fraction) -> Fraction:
    """About the step of the largest κh, each step by itself."""
    scores, shares = dict[Fraction, Fraction](), [Fraction(k, GRID) for k in range(1, GRID + 1)]
    for width in (GRID, 2 * GRID, 4 * GRID, 8 * GRID):
        for share in shares:
            if 0 < share <= 1 and share not in scores:
                step = longest * share
                scores[share] = _rate(search, step, step) * step
        top = max(scores, key=lambda share: scores[share])
        shares = [top - Fraction(1, 2 * width), top + Fraction(1, 2 * width)]
    return longest * max(scores, key=lambda share: scores[share])


def _rate(search: _Search, low: Fraction, high: Fraction) -> Fraction:
    """The largest κ that is proposed on [low, high]; 0 for none."""
    bottom, top = Fraction(0), min(3 * search.margin, 1 / high)
    for _ in range(RATES):
        rate = round_down((bottom + top) / 2, 9)
        good = search.propose(low, high, rate) is not None
        bottom, top = (rate, top) if good else (bottom, rate)
    return bottom


def _best_piece(search: _Search, low: Fraction, high: Fraction) -> Piece | None:
    """The piece of about the largest rate that holds in rationals."""
    rate = _rate(search, low, high)
    tried = (_piece(search, low, high, round_down(rate * part, 9)) for part in PARTS)
    return next((piece for piece in tried if piece is not None), None)


def _piece(search: _Search, low: Fraction, high: Fraction, rate: Fraction) -> Piece | None:
    """A piece that holds in rationals, or none."""
    z = search.propose(low, high, rate) if rate > 0 else None
    if z is None:
        return None
    P, rows = search.rational(z, low)
    if any(min(row) < 0 for row in rows) or not is_positive_definite(P):
        return None
    if not holds_between(search.scheme, search.constants, (low, high, rate), P, rows):
        return None
    form = tuple(P[i][j] for i in range(len(P)) for j in range(i, len(P)))
    return Piece(high, rate, form, tuple(v for row in rows for v in row))


def _plan(
    name: str, metric: Metric, lipschitz: Fraction, pieces: list[Piece], longest: Fraction
) -> LiftedSteps:
    """In the game's units: h = h'/β, κ = κ'β, λ of c times β."""
    scaled = tuple(
        Piece(
            piece.end / lipschitz,
            piece.rate * lipschitz,
            piece.form,
            tuple(v * lipschitz if k % 3 == 2 else v for k, v in enumerate(piece.multipliers)),
        )
        for piece in pieces
    )
    best = max(scaled, key=lambda piece: piece.rate * piece.end)
    return LiftedSteps(
        metric=metric,
        step_max=scaled[-1].end,
        best_step=best.end,
        factor_at_best=factor_above(best.rate * best.end),
        scheme=name,
        pieces=scaled,
    )
