"""Every claim has a measure in every context; what is planted false is broken, what is true stands.

The documents are those of tests/helpers/planted_claims.py; no checker accepts them all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import final

import numpy as np
import pytest

from certificates.certificate import Refusal, from_document
from certificates.kernel.document.reading import Document, read
from sgn.attacks.kinds import KINDS, measured
from sgn.attacks.subject.precise import precisely
from tests.corpus.changes import Change, drop, put, times
from tests.corpus.make import HERE
from tests.helpers.hunting import attacked, broken, changed
from tests.helpers.planted_claims import Context, Planted, contexts

CONTEXTS = tuple(contexts())
INSIDE = tuple(context for context in CONTEXTS if context.solution == "zero")
OUTSIDE = tuple(
    context for context in CONTEXTS if context not in INSIDE and context.region != "space"
)


@cache
def planted(context: Context) -> Document:
    return Planted(context).document()


# ---- the matrix of claims and contexts -----------------------------------------------------------


@pytest.mark.parametrize("context", CONTEXTS, ids=str)
def test_every_claim_is_measured_in_every_context(context: Context) -> None:
    of = attacked(planted(context))
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


NO_CLAIMS = {
    "format", "players", "region", "evidence", "verdict", "witnesses",
    "ladder", "produced_by", "digest",
}  # fmt: skip


def test_every_key_of_a_document_is_read_by_a_kind() -> None:
    """What speaks of the game, of how it was proved or of the file itself claims nothing."""
    read_by = {key for kind in KINDS for key in kind.keys}
    unread = set()
    for path in VALID:
        document = read(path)
        if document["format"].startswith("sgn-certificate"):
            steps = {f"steps.{method}" for method in document["steps"]}
            keys = (set(document) - {"steps"} | steps) - NO_CLAIMS
            unread |= {key for key in keys if not {key, f"{key}.*"} & read_by}
    assert unread == set()


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
    assert broken(planted(context), *kinds) == set()


@pytest.mark.parametrize("kind", ["costs", "field"])
def test_projected_steps_to_the_boundary_are_not_broken(kind: str) -> None:
    """Where the document says that only those are meant."""
    only = [put(f"steps.{key}.unprojected", False) for key in ("extragradient", "optimistic")]
    document = planted(Context("box", "scalar", kind, "boundary"))
    assert broken(changed(document, *only, drop("steps.rk4_equilibrium"))) == set()


# ---- what is false is broken ---------------------------------------------------------------------


@final
@dataclass(frozen=True)
class Sabotage:
    """A claim made too strong; where: the contexts in which it then is false."""

    kind: str
    change: Change
    where: Callable[[Context], bool] = lambda context: True


def better(path: str, percent: int) -> Change:
    return times(path, 1 + Fraction(percent, 100))


def wider(document: Document) -> None:
    """All start sets a fifth larger than what the flow's can be."""
    basin = document["basin"]
    for key in basin:
        basin[key] = basin["radius"]
        times(f"basin.{key}", Fraction(6, 5))(document)


def bounded(context: Context) -> bool:
    return context.region != "space"


def varies(context: Context) -> bool:
    """Where J is not J₀ everywhere, so that the stated deviation is attained."""
    return bounded(context) or context.kind == "field"


SABOTAGE = (
    Sabotage("margin", better("margin", 10)),
    Sabotage("Euclidean margin", better("euclidean_margin", 10)),
    Sabotage("structural margin", better("structural_margin", 10)),
    Sabotage("Lipschitz", better("lipschitz", -10)),
    Sabotage("cocoercivity", better("cocoercivity", 10)),
    Sabotage("blocks", better("curvature_lower.0", 10)),
    Sabotage("blocks", better("curvature_upper.1", -10)),
    Sabotage("blocks", better("coupling_upper.0.1", -10)),
    Sabotage("blocks", put("coupling_upper.1.0", "0")),
    Sabotage("bands", better("bands.0.low", -10)),
    Sabotage("bands", better("bands.0.high", 10)),
    Sabotage("bands", put("bands.0.high", None)),
    Sabotage("bands", put("bands.0.margin", "0.1")),
    Sabotage("Euler", better("steps.euler.factor_at_best", -10)),
    Sabotage("Euler", better("steps.euler.factor_at_max", -10)),
    Sabotage("Euler", better("steps.euler.step_max", 30)),
    Sabotage("RK4", better("steps.rk4.factor_at_best", -5)),
    Sabotage("RK4", better("steps.rk4.cover.rates.0", 20)),
    Sabotage("RK4, near-linear", better("steps.rk4.linear.deviation", -10), varies),
    Sabotage("RK4, near-linear", better("steps.rk4.linear.norm", -10)),
    Sabotage("RK4 to equilibrium", better("steps.rk4_equilibrium.factor_at_best", -10)),
    Sabotage("RK4 to equilibrium", better("steps.rk4_equilibrium.cover.rates.0", 40)),
    Sabotage("extragradient, unprojected", better("steps.extragradient.factor_at_best", -20)),
    Sabotage("extragradient, projected", better("steps.extragradient.factor_at_best", -20)),
    Sabotage("optimistic, unprojected", better("steps.optimistic.factor_at_best", -20)),
    Sabotage("optimistic, projected", better("steps.optimistic.factor_at_best", -20)),
    Sabotage("equilibrium", put("equilibrium.point.1", "0.001")),
    Sabotage("equilibrium", put("equilibrium.kind", "boundary")),
    Sabotage("start sets", wider, bounded),
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
    assert broken(changed(planted(context), sabotage.change), sabotage.kind)


FREE = ("RK4 to equilibrium", "extragradient, unprojected", "optimistic, unprojected")
SOME = OUTSIDE[::5]


@pytest.mark.parametrize("kind", FREE)
@pytest.mark.parametrize(
    "context",
    [pytest.param(c, marks=() if c in SOME else pytest.mark.stress) for c in OUTSIDE],
    ids=str,
)
def test_free_steps_to_what_is_no_zero_are_broken(kind: str, context: Context) -> None:
    """Moved to where the solution is on the boundary, certified or not."""
    assert broken(planted(context), kind)
