"""Steps of methods with a lifted state (T28): stored gradients and momentum, towards x*."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import ClassVar, final

from certificates.kernel.claims import Claims, Cost, Steps
from certificates.kernel.document.fields import (
    ListOf,
    Number,
    Numbers,
    Record,
    Text,
    record,
    stated,
    witness,
)
from certificates.kernel.inequalities.lifted import (
    SCHEMES,
    Constants,
    Scheme,
    constant_above,
    growth_above,
    holds_between,
)
from certificates.kernel.inequalities.runge_kutta import Matrix, is_positive_definite
from certificates.kernel.numbers.roots import root_above
from certificates.kernel.obligation import Title
from certificates.kernel.theorems.hypotheses import Hypothesis
from certificates.kernel.theorems.rule import Case, rule
from certificates.kernel.theorems.runge_kutta import FORMS, LONGER, SECTOR
from certificates.kernel.theorems.shared import POSITIVE, SAME_METRIC, ZERO
from certificates.kernel.uncheckable import Uncheckable
from games import work

MAX_PIECES, MAX_NUMBERS = 1000, 100  # intervals of h, and numbers in one row of a witness


@final
@record
class Piece:
    """An interval of steps: its upper end, its rate κ, the form P, the multipliers."""

    end: Fraction = stated(Number(), "h₂; h₁ is the end of the piece before, 0 at first")
    rate: Fraction = stated(Number(), "κ > 0: Φ shrinks by 1 − κh a step")
    form: tuple[Fraction, ...] = stated(Numbers(MAX_NUMBERS), "P, its upper triangle row by row")
    multipliers: tuple[Fraction, ...] = stated(
        Numbers(MAX_NUMBERS), "of the monotone, the Lipschitz, the cocoercive slack of each pair"
    )

    def matrix(self, side: int) -> Matrix:
        """P (side, side). Raises Uncheckable."""
        if len(self.form) != side * (side + 1) // 2:
            raise Uncheckable(f"a form has {len(self.form)} numbers for {side} blocks")
        entries, P = iter(self.form), [[Fraction(0)] * side for _ in range(side)]
        for i in range(side):
            for j in range(i, side):
                P[i][j] = P[j][i] = next(entries)
        return P

    @property
    def by_pair(self) -> list[tuple[Fraction, Fraction, Fraction]]:
        flat = self.multipliers
        return list(zip(flat[::3], flat[1::3], flat[2::3], strict=False))


@final
@record
class LiftedSteps(Steps):
    """‖x_k − x*‖ ≤ C q^k ‖x₀ − x*‖, q² = 1 − κh, if the first step reads the gradient at x₀."""

    theorem = "lifted/T28"
    label = "T28"
    title = Title.LIFTED
    basis: ClassVar[str] = "sector"
    towards: ClassVar[bool] = True
    scheme: str = stated(Text(tuple(SCHEMES)), "the method: a key of its table")
    pieces: tuple[Piece, ...] = witness(
        ListOf(Record(Piece), MAX_PIECES), "intervals of h from 0 to the largest step"
    )

    @property
    def method(self) -> str:
        return self.scheme

    @property
    def detail(self) -> str:
        return self.scheme

    @property
    def key(self) -> object:
        return self.title, self.scheme

    @property
    def table(self) -> Scheme:
        return SCHEMES[self.scheme]

    def cost(self, claims: Claims) -> Cost:
        known = (claims.margin, claims.lipschitz**2, claims.cocoercivity or Fraction(0))
        rows = ((piece.end, piece.rate, *piece.form, *piece.multipliers) for piece in self.pieces)
        bits = work.common_bits(known) + max(map(work.common_bits, rows), default=0)
        each = 2 * (FORMS + SECTOR * work.of_rational(LONGER * bits))
        count = len(self.pieces)
        return count * each, "{} intervals with rationals of {} bits", (count, bits)

    def piece(self, step: Fraction) -> Piece:
        """The first one that holds a step. ValueError outside of them."""
        found = next((piece for piece in self.pieces if step <= piece.end), None)
        if found is None:
            raise ValueError("no interval holds the step")
        return found

    def factor(self, step: Fraction) -> Fraction:
        return root_above(1 - self.piece(step).rate * step)

    def constant(self, claims: Claims, step: Fraction) -> Fraction:
        return self._largest(constant_above, claims, [self.piece(step)])

    def growth(self, claims: Claims) -> Fraction:
        """Of the points that are read or stored, and of play itself, with every step."""
        read = self._largest(growth_above, claims, self.pieces)
        return max(read, self._largest(constant_above, claims, self.pieces))

    def _largest(
        self,
        bound: Callable[[Scheme, Matrix, Fraction], Fraction],
        claims: Claims,
        pieces: Sequence[Piece],
    ) -> Fraction:
        side, beta = len(self.table.A), claims.lipschitz
        forms = [(piece.matrix(side), piece.end * beta) for piece in pieces]
        if not all(is_positive_definite(P) for P, _ in forms):
            raise Uncheckable("a form is not positive definite")
        return max((bound(self.table, P, reach) for P, reach in forms), default=Fraction(1))


def _constants(case: Case[LiftedSteps]) -> Constants:
    claims = case.claims
    c = max(claims.cocoercivity or Fraction(0), Fraction(0))
    return Constants(claims.margin, claims.lipschitz, c)


def _ordered(case: Case[LiftedSteps]) -> bool:
    ends = [Fraction(0), *(piece.end for piece in case.what.pieces)]
    rising = all(a < b for a, b in pairwise(ends))
    last = len(ends) > 1 and ends[-1] == case.what.step_max
    return rising and last and all(0 < p.rate * p.end <= 1 for p in case.what.pieces)


def _forms_are_definite(case: Case[LiftedSteps]) -> bool:
    side = len(case.what.table.A)
    return all(is_positive_definite(piece.matrix(side)) for piece in case.what.pieces)


def _multipliers_fit(case: Case[LiftedSteps]) -> bool:
    count = 3 * len(case.what.table.pairs)
    return all(
        len(piece.multipliers) == count and min(piece.multipliers) >= 0
        for piece in case.what.pieces
    )


def _uses_what_is_claimed(case: Case[LiftedSteps]) -> bool:
    used = any(gamma for piece in case.what.pieces for _, _, gamma in piece.by_pair)
    return not used or (case.claims.cocoercivity or 0) > 0


def _decreases(case: Case[LiftedSteps]) -> bool:
    table, low = case.what.table, Fraction(0)
    for piece in case.what.pieces:
        interval = low, piece.end, piece.rate
        P = piece.matrix(len(table.A))
        if not holds_between(table, _constants(case), interval, P, piece.by_pair):
            return False
        low = piece.end
    return True


INTERVALS = Hypothesis[Case[LiftedSteps]](
    "intervals lead from 0 to the largest step, 0 < κh ≤ 1", _ordered
)
DEFINITE = Hypothesis[Case[LiftedSteps]]("P ≻ 0 on every interval", _forms_are_definite)
FIT = Hypothesis[Case[LiftedSteps]](
    "multipliers ≥ 0, three a pair of points and a point and x*", _multipliers_fit
)
USED = Hypothesis[Case[LiftedSteps]](
    "c is claimed where multipliers use it", _uses_what_is_claimed, given=(FIT.name,)
)
BEST = Hypothesis[Case[LiftedSteps]](
    "0 < best step ≤ largest step, the factor in [0, 1)",
    lambda case: (
        0 < case.what.best_step <= case.what.step_max and 0 <= case.what.factor_at_best < 1
    ),
)
rule(
    LiftedSteps,
    POSITIVE,
    ZERO,
    SAME_METRIC,
    BEST,
    INTERVALS,
    DEFINITE,
    FIT,
    USED,
    Hypothesis(
        "K ⪰ 0 at both ends of every interval",
        _decreases,
        given=(POSITIVE.name, INTERVALS.name, DEFINITE.name, FIT.name, USED.name),
    ),
    Hypothesis(
        "q² ≥ 1 − κh at the best step",
        lambda case: (
            case.what.factor_at_best**2
            >= 1 - case.what.piece(case.what.best_step).rate * case.what.best_step
        ),
        given=(INTERVALS.name, BEST.name),
    ),
)
