"""Runge–Kutta steps for any J (T11 b, b′): sector multipliers from small semidefinite programs."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.metric import Metric
from certificates.kernel.inequalities.runge_kutta import (
    TABLEAUS,
    Matrix,
    Tableau,
    bernstein_weights,
    is_positive_definite,
    quadratic_bernstein,
    sector_matrices,
)
from certificates.kernel.numbers.roots import root_above
from certificates.kernel.theorems.runge_kutta import (
    Cover,
    RungeKuttaOfSector,
    RungeKuttaTowards,
    SectorSteps,
)
from games.language.number import round_down, round_up

FloatArray = NDArray[np.float64]
LONGEST = Fraction(28, 10)  # hβ: beyond the real stability limit of RK4
BISECTIONS = 16
PIECES = 8  # of a cover, at least: one piece has one rate, the worst of its steps
REFINEMENTS = 12
ENOUGH = Fraction(9, 10)  # of the longest single step: a cover that ends earlier is tried again
FLOOR = 1e-7  # the matrices stay this far from singular, in units where β = 1
CLEAR = 1e-8  # what is left of that after rounding multipliers to 10 digits
SHAVES = (1e-6, 1e-4, 1e-2, 1e-1)  # of the rate, for what the solver leaves unsolved


@final
@dataclass(frozen=True)
class _Piece:
    """A rate κ and multipliers that prove one interval of h."""

    rate: Fraction
    multipliers: tuple[Fraction, ...]


@final
@dataclass(frozen=True)
class _Sector:
    """α, β, c as the certificate states them (c = 0: not known).

    towards: the equilibrium (b′), where the stages of one step may be compared with each other too;
    else between any two runs (b).
    """

    margin: Fraction
    lipschitz: Fraction
    cocoercivity: Fraction
    towards: bool
    scheme: str

    def matrices(self, piece: _Piece, low: Fraction, high: Fraction) -> tuple[Matrix, ...]:
        """T11 (b) on [low, high]: matrices that must be positive definite."""
        K = sector_matrices(
            self.tableau,
            self.margin,
            self.lipschitz,
            self.cocoercivity,
            piece.rate,
            piece.multipliers,
        )
        return quadratic_bernstein(K, low, high)

    def scaled(self) -> "_Sector":
        """In units of time and force where β = 1."""
        beta = self.lipschitz
        return _Sector(
            self.margin / beta, Fraction(1), self.cocoercivity * beta, self.towards, self.scheme
        )

    @property
    def layout(self) -> str:
        """Which inequality each multiplier belongs to: monotone a, Lipschitz b, cocoercive c."""
        stages, pairs = self.tableau.stages, len(self.tableau.pairs)
        counts = [stages, pairs - stages] if self.towards else [stages]
        return "".join(form * count for count in counts for form in "abc")

    @property
    def tableau(self) -> Tableau:
        return TABLEAUS[self.scheme]

    def solve(self, low: Fraction, high: Fraction) -> _Piece | None:
        """What :meth:`propose` finds, where it holds in rationals."""
        piece = self.propose(low, high)
        if piece and all(map(is_positive_definite, self.matrices(piece, low, high))):
            return piece
        return None

    def propose(self, low: Fraction, high: Fraction) -> _Piece | None:
        """The largest rate on [low, high] with its multipliers, tested in floats; β = 1."""
        from sgn.metrics.lmi import NoProposal, largest_coefficient

        layout = self.layout
        used = [0, *(k for k, f in enumerate(layout, 1) if f != "c" or self.cocoercivity > 0)]
        ends = np.array([self._at(*weights) for weights in bernstein_weights(low, high)])
        if low == high:
            ends = ends[:1]  # all three are the same
        pencils = ends[:, [0, *(k + 1 for k in used)]]
        found = largest_coefficient(list(pencils), FLOOR)
        if isinstance(found, NoProposal):
            return None
        chosen = np.append(found.coefficients[:1], np.maximum(found.coefficients[1:], 0.0))
        values = np.zeros(1 + len(layout))
        for shave in SHAVES:
            values[used] = chosen * np.where(np.arange(len(used)) == 0, 1 - shave, 1.0)
            matrices = pencils[:, 0] + np.tensordot(values[used], pencils[:, 1:], (0, 1))
            rate, *multipliers = (round_down(Fraction(v), 10) for v in values)
            if rate > 0 and np.linalg.eigvalsh(matrices).min() > CLEAR:
                return _Piece(rate, tuple(multipliers))
        return None

    def _at(self, first: Fraction, second: Fraction) -> FloatArray:
        constant, linear, square = self._coefficients
        return np.asarray(constant + float(first) * linear + float(second) * square)

    @cached_property
    def _coefficients(self) -> FloatArray:
        """K₀, K₁, K₂ of T11 (b), (3, 2 + multipliers, 5, 5): constant, of the rate, of each."""
        count = 1 + len(self.layout)
        rows = [[Fraction(int(k == j)) for j in range(count)] for k in range(-1, count)]
        parts = [
            sector_matrices(
                self.tableau, self.margin, self.lipschitz, self.cocoercivity, row[0], row[1:]
            )
            for row in rows
        ]
        table = np.array(parts).astype(float).swapaxes(0, 1)
        table[:, 1:] -= table[:, :1]
        return np.asarray(table)


def sector_plan(
    metric: Metric,
    margin: Fraction,
    lipschitz: Fraction,
    cocoercivity: Fraction | None,
    kind: type[SectorSteps] = RungeKuttaOfSector,
    scheme: str = "rk4",
) -> SectorSteps | None:
    """The longest (0, H] that α, β (and c) allow for every game with these bounds.

    kind: between any two runs (b), or towards the equilibrium (b′), far longer.
    None when α/β is too small for the solver's accuracy.
    """
    c = max(cocoercivity or Fraction(0), Fraction(0))
    sector = _Sector(margin, lipschitz, c, kind is RungeKuttaTowards, scheme)
    unit = sector.scaled()
    low, high = Fraction(0), LONGEST
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if unit.propose(middle, middle) else (low, middle)
    while low > LONGEST / 2**BISECTIONS:
        pieces = _cover(sector, unit, round_down(low / lipschitz, 6))
        if pieces and pieces[-1][0] * lipschitz > ENOUGH * low:
            return _plan(kind, metric, pieces, scheme)
        low *= ENOUGH
    return None


def _cover(sector: _Sector, unit: _Sector, limit: Fraction) -> list[tuple[Fraction, _Piece]]:
    """Interval ends up to the limit, each with its piece in the game's units."""
    beta = sector.lipschitz
    pieces: list[tuple[Fraction, _Piece]] = []
    low, width = Fraction(0), limit / PIECES
    while low < limit:
        high = min(low + width, limit)
        piece = unit.solve(low * beta, high * beta)
        if piece is not None:
            low = high
            pieces.append((high, _in_game_units(sector, piece)))
        elif width > limit / PIECES / 2**REFINEMENTS:
            width /= 2
        else:  # near the limit the rate is too small for any interval
            break
    return pieces


def _in_game_units(sector: _Sector, piece: _Piece) -> _Piece:
    beta = sector.lipschitz
    multipliers = tuple(
        round_down(m / beta, 15) if form == "b" else m
        for form, m in zip(sector.layout, piece.multipliers, strict=True)
    )
    return _Piece(round_down(piece.rate * beta * Fraction(999_999, 1_000_000), 10), multipliers)


def _plan(
    kind: type[SectorSteps],
    metric: Metric,
    pieces: list[tuple[Fraction, _Piece]],
    scheme: str,
) -> SectorSteps:
    best, square = min(((h, 1 - piece.rate * h) for h, piece in pieces), key=lambda pair: pair[1])
    rates = tuple(piece.rate for _, piece in pieces)
    return kind(
        scheme=scheme,
        metric=metric,
        step_max=pieces[-1][0],
        best_step=best,
        factor_at_best=round_up(root_above(square), 13),
        cover=Cover((Fraction(0), *(h for h, _ in pieces)), rates),
        multipliers=tuple(piece.multipliers for _, piece in pieces),
    )
