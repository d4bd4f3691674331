"""Every claim has a measure in every context; what is planted false is broken, what is true stands.

The documents are those of tests/helpers/planted_claims.py; no checker accepts them all.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import final

import numpy as np
import pytest

from certificates.certificate import Refusal, from_document
from certificates.kernel.certificate import MODULES, load_rules
from certificates.kernel.claims import Claims
from certificates.kernel.document.reading import Document, read
from certificates.kernel.theorems.bands import BandByBounds
from certificates.kernel.theorems.extragradient import Extragradient, Optimistic, TowardsSteps
from certificates.kernel.theorems.rule import REGISTERED
from certificates.kernel.theorems.runge_kutta import RungeKuttaTowards
from certificates.kernel.theorems.start_sets import StartSet
from sgn.attacks.kinds import KINDS, measured
from sgn.attacks.subject.precise import precisely
from tests.corpus.changes import Change, called, put, times
from tests.corpus.make import HERE
from tests.helpers.hunting import Derive, as_it_is, attacked, broken, changed, misderived
from tests.helpers.planted_claims import Context, Planted, contexts

CONTEXTS = tuple(contexts())
INSIDE = tuple(context for context in CONTEXTS if context.solution == "zero")
OUTSIDE = tuple(
    context for context in CONTEXTS if context not in INSIDE and context.region != "space"
)


@cache
def planted(context: Context) -> tuple[Document, Derive]:
    """What is stated, and what then follows."""
    of = Planted(context)
    return of.document(), of.derive


# ---- the matrix of claims and contexts -----------------------------------------------------------


@pytest.mark.parametrize("context", CONTEXTS, ids=str)
def test_every_claim_is_measured_in_every_context(context: Context) -> None:
    of = attacked(*planted(context))
    with precisely():
        objectives, without = measured(of)
        assert without == []
        for objective in objectives:
            rng = np.random.default_rng(0)
            places = np.vstack([objective.seeds, rng.random((64, objective.dimension))])
            with np.errstate(all="ignore"):
                values = objective.values(places)
            assert np.isfinite(values).any(), f"{objective.claim} never speaks"


VALID = sorted((HERE / "valid").glob("*.json"))


@pytest.mark.parametrize("path", VALID, ids=[path.stem for path in VALID])
def test_every_claim_of_the_corpus_is_measured(path: object) -> None:
    found = from_document(read(str(path)))
    if not isinstance(found, Refusal) and found.verdict != "estimated":
        with precisely():
            assert measured(attacked(found.document))[1] == []


def test_every_claim_has_a_kind() -> None:
    """Each class that a theorem is registered for, stated or derived."""
    for module in MODULES:
        load_rules(module)
    kinds = tuple(one for kind in KINDS for one in kind.classes)
    assert [one.__name__ for one in REGISTERED if not issubclass(one, kinds)] == []


# ---- what is true stands -------------------------------------------------------------------------

QUICK = tuple(Context(region, "block", "field", "zero") for region in ("box", "ball", "space"))


@pytest.mark.parametrize(
    "context",
    [pytest.param(c, marks=() if c in QUICK else pytest.mark.stress) for c in INSIDE],
    ids=str,
)
def test_what_is_true_is_not_broken(context: Context) -> None:
    projected = [kind.name for kind in KINDS if kind.name.endswith(", projected")]
    covered = context.metric == "scalar" and context.region != "ball"
    kinds = [kind.name for kind in KINDS if covered or kind.name not in projected]
    document, derive = planted(context)
    assert broken(document, *kinds, derive=derive) == set()


@pytest.mark.parametrize("kind", ["costs", "field"])
def test_projected_steps_to_the_boundary_are_not_broken(kind: str) -> None:
    """Where the document says that only those are meant."""
    document, derive = planted(Context("box", "scalar", kind, "boundary"))

    def projected(claims: Claims) -> Claims:
        found = derive(claims).without(RungeKuttaTowards)
        return misderived(TowardsSteps, lambda it: replace(it, to_zero=False))(found)

    assert broken(document, derive=projected) == set()


# ---- what is false is broken ---------------------------------------------------------------------


def unchanged(document: Document) -> None:
    """What is stated stays."""


@final
@dataclass(frozen=True)
class Sabotage:
    """A claim made too strong, as it is stated or as it follows; where: where it then is false."""

    kind: str
    change: Change = unchanged
    where: Callable[[Context], bool] = lambda context: True
    derive: Derive = as_it_is


def better(path: str, percent: int) -> Change:
    return times(path, 1 + Fraction(percent, 100))


def band(change: Callable[[BandByBounds], BandByBounds]) -> Sabotage:
    return Sabotage("bands", derive=misderived(BandByBounds, change))


def tighter(kind: type[TowardsSteps]) -> Derive:
    """A factor of four fifths of what follows."""
    return misderived(kind, lambda it: replace(it, factor_at_best=it.factor_at_best * 4 / 5))


def wider(claims: Claims) -> Claims:
    """All start sets a fifth larger than what the flow's can be."""
    largest = max(it.radius or 0 for it in claims.each(StartSet)) * Fraction(6, 5)
    return misderived(StartSet, lambda it: replace(it, radius=largest))(claims)


def bounded(context: Context) -> bool:
    return context.region != "space"


def varies(context: Context) -> bool:
    """Where J is not J₀ everywhere, so that the stated deviation is attained."""
    return bounded(context) or context.kind == "field"


RK4, TOWARDS = "Runge-Kutta steps", "Runge-Kutta towards the equilibrium"
RK4_TOWARDS = "RK4 towards the equilibrium"
HEUN, HEUN_TOWARDS = f"{RK4}[1]", "Heun towards the equilibrium"  # the second of that title
SABOTAGE = (
    Sabotage("margin", better("margin: margin", 10)),
    Sabotage("Euclidean margin", better("Euclidean margin: margin", 10)),
    Sabotage("structural margin", better("structural margin: margin", 10)),
    Sabotage("Lipschitz", better("Lipschitz: bound", -10)),
    Sabotage("cocoercivity", better("cocoercivity: constant", 10)),
    Sabotage("blocks", better("block bounds: curvature_lower.0", 10)),
    Sabotage("blocks", better("block bounds: curvature_upper.1", -10)),
    Sabotage("blocks", better("block bounds: coupling_upper.0.1", -10)),
    Sabotage("blocks", put("block bounds: coupling_upper.1.0", "0")),
    band(lambda it: replace(it, low=it.low * 9 / 10)),
    band(lambda it: replace(it, high=(it.high or Fraction(1)) * 11 / 10)),
    band(lambda it: replace(it, high=None)),
    band(lambda it: replace(it, margin=Fraction(1, 10))),
    Sabotage("Euler", better("Euler steps: factor_at_best", -10)),
    Sabotage("Euler", better("Euler steps: factor_at_max", -10)),
    Sabotage("Euler", better("Euler steps: step_max", 30)),
    Sabotage("RK4", better(f"{RK4}: factor_at_best", -5)),
    Sabotage("RK4", better(f"{RK4}: cover.rates.0", 20)),
    Sabotage("RK4, near-linear", better(f"{RK4}: deviation", -10), varies),
    Sabotage("RK4, near-linear", better(f"{RK4}: norm", -10)),
    Sabotage(f"{RK4_TOWARDS}, unprojected", better(f"{TOWARDS}: factor_at_best", -10)),
    Sabotage(f"{RK4_TOWARDS}, unprojected", better(f"{TOWARDS}: cover.rates.0", 40)),
    Sabotage("extragradient, unprojected", derive=tighter(Extragradient)),
    Sabotage("extragradient, projected", derive=tighter(Extragradient)),
    Sabotage("optimistic, unprojected", derive=tighter(Optimistic)),
    Sabotage("optimistic, projected", derive=tighter(Optimistic)),
    Sabotage("equilibrium", put("equilibrium: point.1", "0.001")),
    Sabotage("equilibrium", called("T13 (no zero)")),
    Sabotage("start sets", where=bounded, derive=wider),
    Sabotage("Heun", better(f"{HEUN}: factor_at_best", -5)),
    Sabotage("Heun", better(f"{HEUN}: cover.rates.0", 20)),
    Sabotage("Heun, near-linear", better(f"{HEUN}: deviation", -10), varies),
    Sabotage("Heun, near-linear", better(f"{HEUN}: norm", -10)),
    Sabotage(f"{HEUN_TOWARDS}, unprojected", better(f"{TOWARDS}[1]: factor_at_best", -10)),
    Sabotage(f"{HEUN_TOWARDS}, unprojected", better(f"{TOWARDS}[1]: cover.rates.0", 40)),
)
CASES = [
    (sabotage, context) for sabotage in SABOTAGE for context in INSIDE if sabotage.where(context)
]
FEW = {(sabotage, INSIDE[7 * k % len(INSIDE)]) for k, sabotage in enumerate(SABOTAGE)}


@pytest.mark.parametrize(
    ("sabotage", "context"),
    [pytest.param(*c, marks=() if c in FEW else pytest.mark.stress) for c in CASES],
    ids=[f"{sabotage.kind}-{context}" for sabotage, context in CASES],
)
def test_what_is_false_is_broken(sabotage: Sabotage, context: Context) -> None:
    document, derive = planted(context)
    false = changed(document, sabotage.change)
    assert broken(false, sabotage.kind, derive=lambda claims: sabotage.derive(derive(claims)))


FREE = (
    f"{RK4_TOWARDS}, unprojected",
    f"{HEUN_TOWARDS}, unprojected",
    "extragradient, unprojected",
    "optimistic, unprojected",
)
SOME = OUTSIDE[::5]


@pytest.mark.parametrize("kind", FREE)
@pytest.mark.parametrize(
    "context",
    [pytest.param(c, marks=() if c in SOME else pytest.mark.stress) for c in OUTSIDE],
    ids=str,
)
def test_free_steps_to_what_is_no_zero_are_broken(kind: str, context: Context) -> None:
    """Moved to where the solution is on the boundary, certified or not."""
    document, derive = planted(context)
    assert broken(document, kind, derive=derive)
