"""Steps of methods with a lifted state (T28): forms and multipliers by semidefinite programs.

In units where β = 1. A form P is a combination of a basis for which K(0)e = 0 holds exactly.
"""

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
LONGEST = Fraction(5, 2)  # hβ, beyond what any method of the table reaches
BISECTIONS, RATES = 11, 10
PIECES = 4
DIGITS = 10**9  # the denominator of what is stated
CLEAR = 1e-9  # of a form of trace 1: what is left for rounding
GIVEN_UP = Fraction(1, 1000)  # of the largest step and of each rate


@final
@dataclass(frozen=True)
class _Search:
    """One method with α and c in units where β = 1."""

    scheme: Scheme
    margin: Fraction
    cocoercivity: Fraction

    @property
    def constants(self) -> Constants:
        return Constants(self.margin, Fraction(1), self.cocoercivity)

    @property
    def side(self) -> int:
        return len(self.scheme.A)

    @cached_property
    def units(self) -> list[tuple[Matrix, list[tuple[Fraction, Fraction, Fraction]]]]:
        """Each unknown alone: the entries of P, then every multiplier."""
        zero = [(Fraction(0),) * 3 for _ in self.scheme.pairs]
        nothing = [[Fraction(0)] * self.side for _ in range(self.side)]
        found = []
        for i in range(self.side):
            for j in range(i, self.side):
                P = [list(row) for row in nothing]
                P[i][j] = P[j][i] = Fraction(1)
                found.append((P, list(zero)))
        for k in range(len(zero)):
            for part in range(3):
                one = list(zero)
                one[k] = tuple(Fraction(int(p == part)) for p in range(3))
                found.append(([list(row) for row in nothing], one))
        return [(P, [(a, b, c) for a, b, c in rows]) for P, rows in found]

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
        rank = int((values > 1e-12).sum())
        return np.asarray(V[rank:].T)

    def propose(self, low: Fraction, high: Fraction, rate: Fraction) -> FloatArray | None:
        """Unknowns, of trace 1, for which K is well above 0 at both ends; None for none."""
        count, forms = len(self.used), self._forms
        members = np.zeros((count, self.side, self.side))
        for k in range(forms):
            members[k] = np.array(self.units[k][0], dtype=float)
        first, second = (self.table(h, rate)[self.used] for h in (low, high))
        basis = np.eye(count)
        if low == 0:
            basis, first = self._null, first[:, 1:, 1:]
        turned = [np.tensordot(basis.T, C, (1, 0)) for C in (first, second, members)]
        if low == 0:  # there multipliers are combinations too: blocks of one number
            turned += [basis[forms + k][:, None, None] for k in range(count - forms)]
        diagonal = np.trace(members, axis1=1, axis2=2) @ basis
        found = most_definite(turned, 0 if low == 0 else count - forms, diagonal)
        if isinstance(found, NoProposal) or found.value <= CLEAR:
            return None
        z = np.zeros(len(self.units))
        z[self.used] = basis @ found.coefficients
        return z

    def rational(self, z: FloatArray, low: Fraction) -> tuple[Matrix, list[tuple[Fraction, ...]]]:
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
        rows = [tuple(rest[3 * k : 3 * k + 3]) for k in range(len(self.scheme.pairs))]
        return P, rows

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
    """The longest (0, H] of a method of the table that α, β (and c) allow; None for none."""
    c = max(cocoercivity or Fraction(0), Fraction(0)) * lipschitz
    search = _Search(SCHEMES[name], margin / lipschitz, c)
    low, high = Fraction(0), LONGEST
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        good = search.propose(middle, middle, Fraction(1, 10**6)) is not None
        low, high = (middle, high) if good else (low, middle)
    for part in (1 - GIVEN_UP, Fraction(98, 100), Fraction(9, 10), Fraction(1, 2)):
        longest = round_down(low * part / lipschitz, 6)
        if longest > 0 and (pieces := _pieces(search, longest * lipschitz)) is not None:
            return _plan(name, metric, lipschitz, pieces, longest)
    return None


def _pieces(search: _Search, longest: Fraction) -> list[Piece] | None:
    """Equal intervals up to the longest step, each with the largest rate found."""
    found, low = [], Fraction(0)
    for k in range(1, PIECES + 1):
        high = longest * k / PIECES
        piece = _best_piece(search, low, high)
        if piece is None:
            return None
        found.append(piece)
        low = high
    return found


def _best_piece(search: _Search, low: Fraction, high: Fraction) -> Piece | None:
    best, bottom, top = None, Fraction(0), 1 / high
    for _ in range(RATES):
        rate = round_down((bottom + top) / 2, 6)
        piece = _piece(search, low, high, rate)
        if piece is None:
            top = rate
        else:
            best, bottom = piece, rate
    return best


def _piece(search: _Search, low: Fraction, high: Fraction, rate: Fraction) -> Piece | None:
    """A piece that holds in rationals, or none."""
    z = search.propose(low, high, rate)
    if z is None or rate <= 0:
        return None
    P, rows = search.rational(z, low)
    if any(min(row) < 0 for row in rows) or not is_positive_definite(P):
        return None
    triples = [(a, b, c) for a, b, c in rows]
    if not holds_between(search.scheme, search.constants, (low, high, rate), P, triples):
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
