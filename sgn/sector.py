"""RK4 steps for any J (T11 b): sector multipliers from small semidefinite programs."""

from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.check_steps import (
    Matrix,
    is_positive_definite,
    quadratic_bernstein,
    sector_matrices,
)
from certificates.safe import root_above
from games.number import round_down, round_up
from sgn.runge_kutta import RK4Plan

FloatArray = NDArray[np.float64]
LONGEST = Fraction(28, 10)  # hβ: beyond the real stability limit of RK4
BISECTIONS = 14
REFINEMENTS = 8
ENOUGH = Fraction(9, 10)  # of the longest single step: a cover that ends earlier is tried again
FLOOR = 1e-7  # the matrices stay this far from singular, in units where β = 1


@final
@dataclass(frozen=True)
class _Piece:
    """A rate κ and multipliers a, b, c that prove one interval of h."""

    rate: Fraction
    multipliers: tuple[Fraction, ...]


@final
@dataclass(frozen=True)
class _Sector:
    """α, β, c as the certificate states them (c = 0: not known)."""

    margin: Fraction
    lipschitz: Fraction
    cocoercivity: Fraction

    def matrices(self, piece: _Piece, low: Fraction, high: Fraction) -> tuple[Matrix, ...]:
        """T11 (b) on [low, high]: matrices that must be positive definite."""
        K = sector_matrices(
            self.margin, self.lipschitz, self.cocoercivity, piece.rate, piece.multipliers
        )
        return quadratic_bernstein(K, low, high)

    def scaled(self) -> "_Sector":
        """In units of time and force where β = 1."""
        beta = self.lipschitz
        return _Sector(self.margin / beta, Fraction(1), self.cocoercivity * beta)

    def solve(self, low: Fraction, high: Fraction) -> _Piece | None:
        """The largest rate on [low, high] with its multipliers, checked in rationals; β = 1."""
        from sgn.lmi import NoProposal, largest_coefficient

        count = 13 if self.cocoercivity > 0 else 9
        zero = np.zeros(13)
        terms = [self._floats(row, low, high) for row in (zero, *np.eye(13)[:count])]
        table = np.array([terms[0], *(t - terms[0] for t in terms[1:])])
        found = largest_coefficient(list(np.swapaxes(table, 0, 1)), FLOOR)
        if isinstance(found, NoProposal):
            return None
        values = np.maximum(np.append(found.coefficients, zero[count:]), 0.0)
        multipliers = tuple(round_down(Fraction(v), 10) for v in values[1:])
        for shave in (1e-6, 1e-4, 1e-2, 1e-1):
            rate = round_down(Fraction(values[0] * (1 - shave)), 10)
            piece = _Piece(rate, multipliers)
            if rate > 0 and all(map(is_positive_definite, self.matrices(piece, low, high))):
                return piece
        return None

    def _floats(self, row: FloatArray, low: Fraction, high: Fraction) -> FloatArray:
        values = [Fraction(v) for v in row]
        matrices = self.matrices(_Piece(values[0], tuple(values[1:])), low, high)
        return np.array([[[float(v) for v in line] for line in m] for m in matrices])


def sector_plan(
    weights: FloatArray, margin: Fraction, lipschitz: Fraction, cocoercivity: Fraction | None
) -> RK4Plan | None:
    """The longest (0, H] that α, β (and c) allow for every game with these bounds.

    None when α/β is too small for the solver's accuracy.
    """
    sector = _Sector(margin, lipschitz, max(cocoercivity or Fraction(0), Fraction(0)))
    unit = sector.scaled()
    low, high = Fraction(0), LONGEST
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if unit.solve(middle, middle) else (low, middle)
    while low > LONGEST / 2**BISECTIONS:
        pieces = _cover(sector, unit, round_down(low / lipschitz, 6))
        if pieces and pieces[-1][0] * lipschitz > ENOUGH * low:
            return _plan(weights, pieces)
        low *= ENOUGH
    return None


def _cover(sector: _Sector, unit: _Sector, limit: Fraction) -> list[tuple[Fraction, _Piece]]:
    """Interval ends up to the limit, each with its piece in the game's units."""
    beta = sector.lipschitz
    pieces: list[tuple[Fraction, _Piece]] = []
    low, width = Fraction(0), limit
    while low < limit:
        high = min(low + width, limit)
        piece = unit.solve(low * beta, high * beta)
        if piece is not None:
            low = high
            pieces.append((high, _in_game_units(sector, piece)))
        elif width > limit / 2**REFINEMENTS:
            width /= 2
        else:  # near the limit the rate is too small for any interval
            break
    return pieces


def _in_game_units(sector: _Sector, piece: _Piece) -> _Piece:
    beta, m = sector.lipschitz, piece.multipliers
    b = tuple(round_down(v / beta, 15) for v in m[4:8])
    return _Piece(
        round_down(piece.rate * beta * Fraction(999_999, 1_000_000), 10), m[:4] + b + m[8:]
    )


def _plan(weights: FloatArray, pieces: list[tuple[Fraction, _Piece]]) -> RK4Plan:
    best, square = min(((h, 1 - piece.rate * h) for h, piece in pieces), key=lambda pair: pair[1])
    return RK4Plan(
        basis="sector",
        weights=weights,
        step_max=pieces[-1][0],
        best_step=best,
        factor_at_best=round_up(root_above(square), 13),
        steps=(Fraction(0), *(h for h, _ in pieces)),
        rates=tuple(piece.rate for _, piece in pieces),
        multipliers=tuple(piece.multipliers for _, piece in pieces),
    )
