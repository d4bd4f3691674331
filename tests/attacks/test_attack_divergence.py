"""Attacks on what is claimed of the KL divergence: true claims stand, false ones are broken."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from certificates.kernel.document.reading import Document, digest, read
from certificates.kernel.theorems.kl import DecayLevel
from sgn.attacks.claims.divergence import divergences
from sgn.attacks.hunt import Hunt
from sgn.attacks.subject.precise import precisely
from tests.corpus.changes import RATE, SIMPLEX, times
from tests.corpus.make import HERE
from tests.helpers.hunting import Derive, as_it_is, attacked, misderived

ROUNDS = 12  # of every hunt, as in an attack of no time
POLICIES, FLOW = "KL, {}, at policies", "KL, {}, along the flow"


def hunted(document: Document, derive: Derive = as_it_is) -> dict[str, tuple[float, bool]]:
    """Each claim of the divergence: its tightness, and whether it is broken."""
    found, of = {}, attacked(document | {"digest": digest(document)}, derive)
    with precisely():
        for objective in divergences(of):
            hunt = Hunt(objective, np.random.default_rng(1))
            for _ in range(ROUNDS):
                hunt.advance()
            broken = objective.broken(hunt.place)
            found[objective.claim] = (objective.tightness(hunt.value), broken)
    return found


def valid(name: str) -> Document:
    return read(HERE / "valid" / f"{name}.json")


def broken_by(document: Document, derive: Derive = as_it_is) -> set[str]:
    return {claim for claim, (_, fails) in hunted(document, derive).items() if fails}


@pytest.mark.parametrize("name", ["uneven", "shares", "stage"])
def test_true_claims_stand_and_are_nearly_attained(name: str) -> None:
    """Flows fall about twice as fast near the equilibrium, where both divergences are alike."""
    found = hunted(valid(name))
    assert not any(broken for _, broken in found.values())
    assert 0.95 < found[POLICIES.format("region")][0] <= 1
    assert 0.95 < found["KL, region, level"][0] <= 1 + 1e-9
    assert 0.4 < found[FLOW.format("region")][0] < 0.6


@pytest.mark.parametrize(
    ("name", "place", "factor", "broken"),
    [
        ("uneven", RATE, Fraction(102, 100), {POLICIES.format("region")}),
        ("stage", RATE, Fraction(3), {claim.format("region") for claim in (POLICIES, FLOW)}),
        ("shares", SIMPLEX, Fraction(3), {claim.format("simplex") for claim in (POLICIES, FLOW)}),
    ],
)
def test_false_rates_are_broken(name: str, place: str, factor: Fraction, broken: set[str]) -> None:
    document = valid(name)
    times(f"{place}: rate", factor)(document)
    assert broken_by(document) == broken


def test_a_false_level_is_broken() -> None:
    raised = misderived(DecayLevel, lambda found: replace(found, level=found.level * 51 / 50))
    assert broken_by(valid("uneven"), raised) == {"KL, region, level"}


def test_a_game_without_such_claims_is_not_asked() -> None:
    assert hunted(valid("plain")) == {}
    assert hunted(valid("toy")) == {}
