"""What refutes a positive margin (T6): in every constant metric, or in all weights per player."""

from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar, final

from certificates.kernel.document.reading import Document
from certificates.kernel.document.witness import DualWitness, EigenvalueWitness, Witness
from certificates.kernel.inequalities.refutation import (
    eigenvalue_form,
    factors_fit,
    factors_used,
    has_interior,
    is_negative,
    is_strictly_positive,
    lie_in,
    sums_are_semidefinite,
    traces_are_not_positive,
)
from certificates.kernel.jacobian.base import Uncheckable
from certificates.kernel.jacobian.point import jacobians_at, player_sizes
from certificates.kernel.numbers.matrices import Ball
from certificates.kernel.obligation import Obligation
from certificates.kernel.theorems.hypotheses import Hypothesis, Theorem
from certificates.kernel.theorems.rule import obligation
from games.regions.region import Region

Kind = TypeVar("Kind", EigenvalueWitness, DualWitness)


@final
@dataclass(frozen=True)
class Refuted(Generic[Kind]):
    """A witness with the game and the region it speaks of."""

    game: Document
    region: Region | None
    witness: Kind

    @cached_property
    def J(self) -> Ball:
        """Enclosures (K, n, n) at its points. Raises Uncheckable or InputError."""
        J = jacobians_at(self.game, self.witness.points)
        if self.region is None or J.mid.shape[-1] != self.region.dimension:
            raise Uncheckable("the region has another dimension than the game")
        return J


REGION = "X has an interior"
POINTS = "every point lies in X"
FITS = "its arrays fit the variables"
_EIGENVALUE_PLACE: tuple[Hypothesis[Refuted[EigenvalueWitness]], ...] = (
    Hypothesis(REGION, lambda case: has_interior(case.region)),
    Hypothesis(POINTS, lambda case: lie_in(case.region, case.witness.points), given=(REGION,)),
)
_DUAL_PLACE: tuple[Hypothesis[Refuted[DualWitness]], ...] = (
    Hypothesis(REGION, lambda case: has_interior(case.region)),
    Hypothesis(POINTS, lambda case: lie_in(case.region, case.witness.points), given=(REGION,)),
    Hypothesis(FITS, lambda case: factors_fit(case.witness, case.J), given=(REGION, POINTS)),
    Hypothesis(
        "some C_k is not 0", lambda case: bool(factors_used(case.witness).any()), given=(FITS,)
    ),
)
EIGENVALUE = Theorem(
    "T6",
    "witness",
    (
        *_EIGENVALUE_PLACE,
        Hypothesis(
            FITS,
            lambda case: case.witness.matrix.shape == case.J.mid.shape[1:],
            given=(REGION, POINTS),
        ),
        Hypothesis("s ≤ 0", lambda case: case.witness.shift <= 0),
        Hypothesis(
            "H = Hᵀ", lambda case: bool((case.witness.matrix == case.witness.matrix.T).all())
        ),
        Hypothesis(
            "sym(HK) ≻ 0, K = J − sI",
            lambda case: is_strictly_positive(eigenvalue_form(case.J[0], case.witness)),
            given=(REGION, POINTS, FITS),
        ),
        Hypothesis("vᵀHv < 0", lambda case: is_negative(case.witness)),
    ),
)
DUAL = Theorem(
    "T6 (dual)",
    "witness",
    (
        *_DUAL_PLACE,
        Hypothesis(
            "S + Sᵀ ⪯ 0, S = Σ_k J(x_k)C_kC_kᵀ",
            lambda case: sums_are_semidefinite(case.J, case.witness),
            given=(REGION, POINTS, FITS, "some C_k is not 0"),
        ),
    ),
)
DUAL_WEIGHTS = Theorem(
    "T6 (dual, weights)",
    "witness",
    (
        *_DUAL_PLACE,
        Hypothesis(
            "tr S_ii ≤ 0 for every player",
            lambda case: traces_are_not_positive(case.J, case.witness, player_sizes(case.game)),
            given=(REGION, POINTS, FITS, "some C_k is not 0"),
        ),
    ),
)
THEOREMS = (EIGENVALUE, DUAL, DUAL_WEIGHTS)


def witnessed(game: Document, region: Region | None, witness: Witness) -> Obligation:
    """Whether the witness refutes what it says. Raises InputError for a game not well formed."""
    if isinstance(witness, EigenvalueWitness):
        return obligation(EIGENVALUE, Refuted(game, region, witness))
    theorem = DUAL if witness.metrics == "all" else DUAL_WEIGHTS
    return obligation(theorem, Refuted(game, region, witness))
