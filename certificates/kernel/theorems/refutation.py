"""What refutes a positive margin (T6): in every constant metric, or in all weights per player."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import ClassVar, Generic, TypeVar, final

from certificates.kernel.claims import Claim, Cost, Point
from certificates.kernel.document.fields import (
    Floats,
    ListOf,
    Matrix,
    Number,
    OrNull,
    PerVariable,
    Square,
    Vector,
    record,
    stated,
    witness,
)
from certificates.kernel.document.reading import Document
from certificates.kernel.inequalities.refutation import (
    characteristic,
    eigenvalue_form,
    factors_used,
    has_interior,
    is_negative,
    is_positive_stable,
    is_strictly_positive,
    lie_in,
    sums_are_semidefinite,
    traces_are_not_positive,
)
from certificates.kernel.jacobian.point import jacobians_at, rational_jacobian_at
from certificates.kernel.jacobian.sizes import sizes_of
from certificates.kernel.numbers.matrices import Ball
from certificates.kernel.obligation import Obligation, Title
from certificates.kernel.theorems.hypotheses import Hypothesis, Theorem
from certificates.kernel.theorems.rule import obligation
from certificates.kernel.uncheckable import Uncheckable
from games import work
from games.errors import InputError
from games.regions.region import Region

MAX_POINTS = 1000
MAX_EXACT = 16  # variables of a characteristic polynomial
NO_METRIC = "no constant metric certifies this region"
NO_WEIGHTS = "no weights per player certify this region"


@record
class Witness(Claim):
    """J at points of the region refutes metrics.

    refutes: what it shows, in words; reason: the one that a refusal with such a witness gives.
    """

    title = Title.REFUTED
    refutes: ClassVar[str]
    reason: ClassVar[str]

    @property
    def points(self) -> tuple[Point, ...]:
        raise NotImplementedError

    def cost_in(self, dimension: int) -> Cost | None:
        """What its test costs."""
        return None


@final
@record
class EigenvalueWitness(Witness):
    """At `point`, J − shift·I has an eigenvalue of negative real part; H and v show it."""

    theorem = "refutation/T6"
    label = "T6"
    refutes: ClassVar[str] = NO_METRIC
    reason: ClassVar[str] = "unstable"
    point: Vector | None = stated(OrNull(PerVariable()), "a point of X; null: any, J is constant")
    shift: Fraction = stated(Number(), "s ≤ 0")
    matrix: Floats = witness(Square(), "H")
    vector: Vector = witness(PerVariable(), "v")

    @property
    def points(self) -> tuple[Point, ...]:
        return (_exact(self.point),)


@final
@record
class ExactWitness(Witness):
    """At `point`, J is rational and has an eigenvalue of real part ≤ 0; nothing else is needed."""

    theorem = "refutation/T6 (exact)"
    label = "T6 (exact)"
    refutes: ClassVar[str] = NO_METRIC
    reason: ClassVar[str] = "small-gain"
    point: Vector | None = stated(OrNull(PerVariable()), "a point of X; null: any, J is constant")

    @property
    def points(self) -> tuple[Point, ...]:
        return (_exact(self.point),)


@record
class DualWitness(Witness):
    """At points x_k, Z_k = C_kC_kᵀ with C_k (n, r_k): Σ_k (J(x_k)Z_k + Z_kJ(x_k)ᵀ) ⪯ 0."""

    reason: ClassVar[str] = "small-gain"
    places: tuple[Vector | None, ...] = stated(
        ListOf(OrNull(PerVariable()), MAX_POINTS), "points of X; null: any, J is constant"
    )
    factors: tuple[Floats, ...] = witness(ListOf(Matrix(), MAX_POINTS), "C_k, one a point")

    @property
    def points(self) -> tuple[Point, ...]:
        return tuple(map(_exact, self.places))

    def cost_in(self, dimension: int) -> Cost | None:
        n, count = dimension, len(self.factors)
        widest = max((factor.shape[1] for factor in self.factors), default=0)
        operations = 2 * count * work.of_product(n, n, widest)
        return operations, "{0} matrices of {1} × {2}", (count, n, widest)


class DualForMetrics(DualWitness):
    """Against every constant metric."""

    theorem = "refutation/T6 (dual)"
    label = "T6 (dual)"
    refutes: ClassVar[str] = NO_METRIC


class DualForWeights(DualWitness):
    """Against weights per player, for which the traces of the diagonal blocks say enough."""

    theorem = "refutation/T6 (dual, weights)"
    label = "T6 (dual, weights)"
    refutes: ClassVar[str] = NO_WEIGHTS


def _exact(point: Vector | None) -> Point:
    return None if point is None else tuple(map(Fraction, point))


Kind_co = TypeVar("Kind_co", bound=Witness, covariant=True)


@final
@dataclass(frozen=True, eq=False)
class Refuted(Generic[Kind_co]):
    """A witness with the game and the region it speaks of."""

    game: Document
    region: Region | None
    witness: Kind_co

    @cached_property
    def coefficients(self) -> list[Fraction]:
        """Of det(λI + J) at the first point, exactly. Raises Uncheckable or InputError."""
        J = rational_jacobian_at(self.game, self.witness.points[0])
        if self.region is None or not len(J) == self.region.dimension <= MAX_EXACT:
            raise Uncheckable(f"the Jacobian has other sides than the region, or over {MAX_EXACT}")
        length = work.common_bits(value for row in J for value in row)
        work.spend(len(J) ** 4 * work.of_rational(len(J) * length), "numbers of {} bits", length)
        return characteristic(J)

    @cached_property
    def J(self) -> Ball:
        """Enclosures (K, n, n) at its points. Raises Uncheckable or InputError."""
        J = jacobians_at(self.game, self.witness.points)
        if self.region is None or J.mid.shape[-1] != self.region.dimension:
            raise Uncheckable("the region has another dimension than the game")
        return J


def _factors_fit(case: Refuted[DualWitness]) -> bool:
    """Whether every point has a C_k, with a row for each variable."""
    factors, n = case.witness.factors, case.J.mid.shape[-1]
    return len(factors) == len(case.witness.places) and all(len(C) == n for C in factors)


REGION = Hypothesis[Refuted[Witness]](
    "X has an interior", lambda case: has_interior(case.region, case.witness.points)
)
POINTS = Hypothesis[Refuted[Witness]](
    "every point lies in X",
    lambda case: bool(case.witness.points) and lie_in(case.region, case.witness.points),
    given=(REGION.name,),
)
PLACE = (REGION.name, POINTS.name)
FITS = "its arrays fit the variables"
USED = Hypothesis[Refuted[DualWitness]](
    "some C_k is not 0",
    lambda case: bool(factors_used(case.witness.factors).any()),
    given=(*PLACE, FITS),
)
DUAL_PLACE: tuple[Hypothesis[Refuted[DualWitness]], ...] = (
    REGION,
    POINTS,
    Hypothesis(FITS, _factors_fit, given=PLACE),
    USED,
)
EIGENVALUE = Theorem[Refuted[EigenvalueWitness]](
    EigenvalueWitness.label,
    Witness.title.value,
    (
        REGION,
        POINTS,
        Hypothesis(
            FITS, lambda case: case.witness.matrix.shape == case.J.mid.shape[1:], given=PLACE
        ),
        Hypothesis("s ≤ 0", lambda case: case.witness.shift <= 0),
        Hypothesis(
            "H = Hᵀ", lambda case: bool((case.witness.matrix == case.witness.matrix.T).all())
        ),
        Hypothesis(
            "sym(HK) ≻ 0, K = J − sI",
            lambda case: is_strictly_positive(
                eigenvalue_form(case.J[0], case.witness.matrix, case.witness.shift)
            ),
            given=(*PLACE, FITS),
        ),
        Hypothesis(
            "vᵀHv < 0",
            lambda case: is_negative(case.witness.matrix, case.witness.vector),
            given=(*PLACE, FITS),
        ),
    ),
)
EXACT = Theorem[Refuted[ExactWitness]](
    ExactWitness.label,
    Witness.title.value,
    (
        REGION,
        POINTS,
        Hypothesis(
            "an eigenvalue of J has real part ≤ 0",
            lambda case: not is_positive_stable(case.coefficients),
            given=PLACE,
        ),
    ),
)
DUAL = Theorem[Refuted[DualWitness]](
    DualForMetrics.label,
    Witness.title.value,
    (
        *DUAL_PLACE,
        Hypothesis(
            "S + Sᵀ ⪯ 0, S = Σ_k J(x_k)C_kC_kᵀ",
            lambda case: sums_are_semidefinite(case.J, case.witness.factors),
            given=(*PLACE, FITS, USED.name),
        ),
    ),
)
DUAL_WEIGHTS = Theorem[Refuted[DualWitness]](
    DualForWeights.label,
    Witness.title.value,
    (
        *DUAL_PLACE,
        Hypothesis(
            "tr S_ii ≤ 0 for every player",
            lambda case: traces_are_not_positive(case.J, case.witness.factors, sizes_of(case.game)),
            given=(*PLACE, FITS, USED.name),
        ),
    ),
)


def witnessed(game: Document, region: Region | None, found: Witness) -> Obligation:
    """Whether the witness refutes what it says. Raises InputError for a game not well formed."""
    if isinstance(found, EigenvalueWitness):
        return obligation(found.title, EIGENVALUE, Refuted(game, region, found))
    if isinstance(found, ExactWitness):
        return obligation(found.title, EXACT, Refuted(game, region, found))
    if not isinstance(found, DualWitness):
        raise InputError(f"{found.theorem} refutes nothing")
    theorem = DUAL_WEIGHTS if isinstance(found, DualForWeights) else DUAL
    return obligation(found.title, theorem, Refuted(game, region, found))
