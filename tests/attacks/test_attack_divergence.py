"""Attacks on what is claimed of the KL divergence: true claims stand, false ones are broken."""

from fractions import Fraction

import numpy as np
import pytest

from certificates.certificate import Certificate, from_document
from certificates.kernel.document.reading import Document, digest, read
from games.language.number import parse_number, to_text
from sgn.attacks.claims.divergence import divergences
from sgn.attacks.hunt import Hunt
from sgn.attacks.subject.attacked import Attacked
from sgn.attacks.subject.jacobians import subject_of
from sgn.attacks.subject.precise import precisely
from tests.corpus.make import HERE

ROUNDS = 12  # of every hunt, as in an attack of no time
RATE, LEVEL, SIMPLEX = ("region", "rate"), ("region", "level"), ("simplex", "rate")
POLICIES, FLOW = "KL, {}, at policies", "KL, {}, along the flow"


def hunted(document: Document) -> dict[str, tuple[float, bool]]:
    """Each claim of the divergence: its tightness, and whether it is broken."""
    certificate = from_document(document | {"digest": digest(document)})
    assert isinstance(certificate, Certificate)
    found, rng = {}, np.random.default_rng(1)
    with precisely():
        of = Attacked(certificate, subject_of(certificate.claims), rng)
        for objective in divergences(of):
            hunt = Hunt(objective, np.random.default_rng(1))
            for _ in range(ROUNDS):
                hunt.advance()
            broken = objective.broken(hunt.place)
            found[objective.claim] = (objective.tightness(hunt.value), broken)
    return found


def raised(name: str, path: tuple[str, str], factor: Fraction) -> Document:
    document = read(HERE / "valid" / f"{name}.json")
    claim = document["bregman"][path[0]]
    claim[path[1]] = to_text(parse_number(claim[path[1]]) * factor)
    return document


@pytest.mark.parametrize("name", ["uneven", "shares", "stage"])
def test_true_claims_stand_and_are_nearly_attained(name: str) -> None:
    """Flows fall about twice as fast near the equilibrium, where both divergences are alike."""
    found = hunted(read(HERE / "valid" / f"{name}.json"))
    assert not any(broken for _, broken in found.values())
    assert 0.95 < found[POLICIES.format("region")][0] <= 1
    assert 0.95 < found["KL, region, level"][0] <= 1 + 1e-9
    assert 0.4 < found[FLOW.format("region")][0] < 0.6


@pytest.mark.parametrize(
    ("name", "path", "factor", "broken"),
    [
        ("uneven", RATE, Fraction(102, 100), {POLICIES}),
        ("uneven", LEVEL, Fraction(102, 100), {"KL, {}, level"}),
        ("stage", RATE, Fraction(3), {POLICIES, FLOW}),
        ("shares", SIMPLEX, Fraction(3), {POLICIES, FLOW}),
    ],
)
def test_false_claims_are_broken(
    name: str, path: tuple[str, str], factor: Fraction, broken: set[str]
) -> None:
    found = hunted(raised(name, path, factor))
    expected = {claim.format(path[0]) for claim in broken}
    assert {claim for claim, (_, fails) in found.items() if fails} == expected


def test_a_game_without_such_claims_is_not_asked() -> None:
    assert hunted(read(HERE / "valid" / "plain.json")) == {}
    assert hunted(read(HERE / "valid" / "toy.json")) == {}
