"""What a certificate claims: typed records, one class a kind of statement, and all of them at once.

A class here says what is claimed; its subclasses in certificates/kernel/theorems/ say by which
theorem, and test its hypotheses.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import ClassVar, TypeVar, final

from certificates.kernel.document.coupling import Coupling
from certificates.kernel.document.fields import (
    MetricKind,
    Number,
    OrNull,
    Pair,
    PairTable,
    PerPlayer,
    PerVariable,
    Vector,
    record,
    stated,
    witness,
)
from certificates.kernel.document.geometry import Geometry, geometry_of
from certificates.kernel.document.metric import Metric, Rung
from certificates.kernel.document.reading import Document
from certificates.kernel.obligation import Title
from games.errors import InputError
from games.regions.region import Region

Point = tuple[Fraction, ...] | None  # None: any point, J being the same everywhere
Cost = tuple[float, str, tuple[int, ...]]  # operations, on what (sizes in braces), the sizes


STATED: dict[str, "type[Claim]"] = {}  # by theorem, of the modules that are loaded


@record
class Claim:
    """One statement of a certificate.

    theorem: what stands in files: the module of certificates/kernel/theorems/ and the label of the
    theorem in docs/theory.md; empty for what the checker computes from other claims.
    """

    theorem: ClassVar[str] = ""
    label: ClassVar[str] = ""
    title: ClassVar[Title]

    def __init_subclass__(cls) -> None:
        """What can be stated is found by its theorem."""
        if cls.theorem:
            STATED[cls.theorem] = cls

    @property
    def detail(self) -> str:
        """Which of several such claims it is."""
        return ""

    @property
    def key(self) -> object:
        """What may be claimed once."""
        return self.title

    def cost(self, claims: "Claims") -> Cost | None:
        """What its test costs, where a short document can ask for much."""
        return None


@record
class Bounds(Claim):
    """μ_iI ⪯ sym J_ii ⪯ Λ_iI and ‖J_ij‖ ≤ L_ij on X."""

    title = Title.BOUNDS
    curvature_lower: Vector = stated(PerPlayer(), "μ_i, a lower bound of sym J_ii")
    curvature_upper: Vector = stated(PerPlayer(), "Λ_i, an upper bound of sym J_ii")
    coupling_upper: Coupling = stated(PairTable(), "L_ij ≥ ‖J_ij‖, 0 on the diagonal")


@record
class SmallGain(Claim):
    """α(w) of the block bounds at these weights is at least the margin."""

    title = Title.STRUCTURAL
    margin: Fraction = stated(Number(), "the small-gain margin")
    weights: Vector = stated(PerPlayer(positive=True), "w, a weight a player")
    vector: Vector = witness(PerPlayer(positive=True), "x > 0 of T2")


@record
class Margin(Claim):
    """sym(MJ) ⪰ αM on X: the rate of the flow."""

    title = Title.MARGIN
    basis: ClassVar[str]
    margin: Fraction = stated(Number(), "α")


@record
class EuclideanMargin(Claim):
    """sym J ⪰ aI on X."""

    title = Title.EUCLIDEAN
    margin: Fraction = stated(Number(), "a")


@record
class Lipschitz(Claim):
    """‖J‖_M ≤ β on X."""

    title = Title.LIPSCHITZ
    bound: Fraction = stated(Number(positive=True), "β > 0")


@record
class Cocoercivity(Claim):
    """sym(MJ) ⪰ cJᵀMJ on X."""

    title = Title.COCOERCIVITY
    constant: Fraction = stated(Number(), "c")


@record
class Steps(Claim):
    """Every step h in (0, step_max] of one method contracts in the metric.

    basis: how it is proved, in a word; towards: whether towards x* alone, not between any two runs.
    """

    basis: ClassVar[str] = ""
    towards: ClassVar[bool] = False
    metric: Metric = stated(MetricKind(), "the metric in which the steps contract")
    step_max: Fraction = stated(Number(), "every h up to it contracts")
    best_step: Fraction = stated(Number(), "the step of the least factor known")
    factor_at_best: Fraction = stated(Number(), "a bound of the factor there")

    @property
    def method(self) -> str:
        """The key of the method in certificates/methods.py."""
        raise NotImplementedError

    @property
    def projected(self) -> bool:
        """Whether the steps hold with every point projected to X; of Euler's see ProjectedEuler."""
        return False

    @property
    def unprojected(self) -> bool:
        """Whether the steps hold without projection."""
        return True

    def factor(self, step: Fraction) -> Fraction:
        """A bound of the factor of one step h in (0, step_max]."""
        raise NotImplementedError

    def constant(self, claims: "Claims", step: Fraction) -> Fraction:
        """C ≥ 1: k steps multiply the distance by at most C·factor^k."""
        return Fraction(1)

    def growth(self, claims: "Claims") -> Fraction:
        """What the method reads from B(x*, r) lies in B(x*, growth·r) (T12).

        Raises Uncheckable where nothing is known. A factor below 1 towards x* keeps B(x*, r).
        """
        return Fraction(1)


@final
@record
class WeightsPoint:
    """Weights with the vector x of T2 that proves their margin."""

    weights: Vector = stated(PerPlayer(positive=True), "w")
    vector: Vector = stated(PerPlayer(positive=True), "x > 0 of T2")


@record
class Band(Claim):
    """For every ratio w_j/w_i in [low, high] some weights have the margin."""

    title = Title.BAND
    basis: ClassVar[str]
    players: tuple[int, int] = stated(Pair(), "i and j, counted from 0")
    margin: Fraction = stated(Number(), "a ≥ 0")
    low: Fraction = stated(Number(), "the lower end; 0: open, down to 0")
    high: Fraction | None = stated(OrNull(Number()), "the upper end; null: there is none")

    @property
    def witnesses(self) -> tuple[WeightsPoint, ...]:
        """Points of the convex set of weights with the margin."""
        return ()

    @property
    def key(self) -> object:
        return self.title, frozenset(self.players)


@record
class Solution(Claim):
    """The one solution of VI(F, X) lies within `error` of `point` in the metric."""

    title = Title.EQUILIBRIUM
    is_zero: ClassVar[bool]  # whether F is 0 there
    point: Vector = stated(PerVariable(), "x₀, a number a variable")
    error: Fraction = stated(Number(), "e with ‖x* − x₀‖_M ≤ e")


@record
class EquilibriumKind(Claim):
    """What that solution is.

    kind: its name in the API.
    """

    title = Title.KIND
    kind: ClassVar[str]


@record
class Decay(Claim):
    """Σ_i w_i D(π_i* ‖ π_i) falls at least like e^(−rate·t) along the flow."""

    rate: Fraction = stated(Number(), "the rate")
    weights: Vector = stated(PerPlayer(positive=True), "w, a weight a player")


# ---- all of them ---------------------------------------------------------------------------------

C = TypeVar("C", bound=Claim)
Following = Callable[["Claims"], Iterator[Claim]]


@final
@dataclass(frozen=True, eq=False)
class Claims:
    """A certificate's content.

    game, region: None where bounds were given by the user. following: by the class of what follows,
    how it is computed from the rest. rungs: what each kind of metric gave, as the search says.
    """

    names: Sequence[str]
    game: Document | None
    region: Region | None
    evidence: Document
    verdict: str
    metric: Metric
    stated: tuple[Claim, ...]
    following: tuple[tuple[type[Claim], Following], ...] = ()
    rungs: tuple[Rung, ...] = ()
    _computed: dict[Following, tuple[Claim, ...]] = field(
        default_factory=dict, init=False, repr=False
    )

    def each(self, kind: type[C]) -> Iterator[C]:
        """Every claim of a kind: those that are stated, then those that follow."""
        yield from (claim for claim in self.stated if isinstance(claim, kind))
        for gives, follow in self.following:
            if issubclass(gives, kind) or issubclass(kind, gives):
                if follow not in self._computed:
                    self._computed[follow] = tuple(follow(self))
                yield from (claim for claim in self._computed[follow] if isinstance(claim, kind))

    def find(self, kind: type[C]) -> C | None:
        """The first claim of a kind."""
        return next(self.each(kind), None)

    def require(self, kind: type[C]) -> C:
        """The claim of a kind that every certificate has; InputError where it has none."""
        found = next((claim for claim in self.stated if isinstance(claim, kind)), None)
        if found is None:
            raise InputError(f"no claim of the {kind.title.value}; make the certificate again")
        return found

    def with_claims(self, *claims: Claim) -> "Claims":
        """The same with these in place of claims of the same key."""
        keys = {claim.key for claim in claims}
        kept = (claim for claim in self.stated if claim.key not in keys)
        return replace(self, stated=(*kept, *claims))

    def without(self, *kinds: type[Claim]) -> "Claims":
        """The same without claims of these kinds."""
        kept = tuple(claim for claim in self.stated if not isinstance(claim, kinds))
        return replace(self, stated=kept)

    @property
    def bounds(self) -> Bounds:
        return self.require(Bounds)

    @property
    def small_gain(self) -> SmallGain:
        return self.require(SmallGain)

    @property
    def margin(self) -> Fraction:
        """α."""
        return self.require(Margin).margin

    @property
    def margin_basis(self) -> str:
        return self.require(Margin).basis

    @property
    def lipschitz(self) -> Fraction:
        """β."""
        return self.require(Lipschitz).bound

    @property
    def cocoercivity(self) -> Fraction | None:
        """c, where it is claimed."""
        found = self.find(Cocoercivity)
        return None if found is None else found.constant

    @property
    def euclidean_margin(self) -> Fraction | None:
        found = self.find(EuclideanMargin)
        return None if found is None else found.margin

    @property
    def solution(self) -> Solution | None:
        return self.find(Solution)

    @property
    def equilibrium_kind(self) -> EquilibriumKind | None:
        return self.find(EquilibriumKind)

    @property
    def geometry(self) -> Geometry:
        """Which gradient play follows (T18)."""
        return geometry_of(self.game)
