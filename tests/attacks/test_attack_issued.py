"""Certificates that were once issued and are false: each is broken, without being verified.

tests/data/issued/ holds what they stated, in today's format. What is computed now from other claims
was stated once, and false where no zero is: it is derived here as it was then.
"""

from pathlib import Path

import numpy as np
import pytest

import games
from certificates.certificate import Certificate, from_document
from certificates.kernel.document.reading import Document, encode_array, read
from certificates.kernel.theorems.extragradient import Extragradient, Optimistic
from certificates.methods import steps_of
from sgn.attacks.attack import attack
from sgn.attacks.claims.contracting import Towards
from sgn.attacks.claims.towards import steps_towards
from sgn.attacks.subject.precise import precisely
from sgn.cli import main
from tests.corpus.changes import put
from tests.corpus.make import HERE
from tests.helpers.hunting import attacked, broken, changed, derived, freely

ISSUED = Path(__file__).parents[1] / "data" / "issued"
RK4 = "RK4 towards the equilibrium, unprojected"
TOWARDS = (RK4, "extragradient, unprojected", "optimistic, unprojected")
AS_IT_WAS = freely(Extragradient, Optimistic)
PROJECTED = ("Euler, projected", "extragradient, projected", "optimistic, projected")


def issued(name: str) -> Document:
    return read(ISSUED / f"{name}.json")


def test_the_pressed_certificate_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    """Steps towards a solution on the boundary, with all their stages inside."""
    game = games.load(str(ISSUED / "pressed.toml"))
    assert game.document()["players"] == issued("pressed")["game"]["players"]
    assert main(["attack", str(ISSUED / "pressed.json"), "--seconds", "0"]) == 1
    text = capsys.readouterr().out
    assert text.startswith("BROKEN: ")
    assert (
        "counterexample: RK4 towards the equilibrium, best step (h = 0.617079) is claimed to be"
        in text
    )


def test_the_known_counterexample_is_one() -> None:
    """Its factor is 0.4164 where 0.3921 is claimed, and no stage is outside."""
    of = attacked(issued("pressed"))
    with precisely():
        steps = steps_of(of.claims, "rk4_equilibrium")
        assert steps is not None
        found = steps_towards(of, steps, projected=False)
        [claim] = (each for each in found if each.claim.endswith("um, best step"))
        assert isinstance(claim, Towards)
        place = np.array([0.3761036361199418, (0.8139100953983604 + 1) / 2])
        assert claim.values(place[None])[0] == pytest.approx(0.4164, abs=1e-4)
        assert claim.broken(place)


@pytest.mark.parametrize("name", ["steep", "steep-ball", "leaning", "blocks"])
def test_free_steps_to_what_is_no_zero_are_broken(name: str) -> None:
    """With the solution certified, in a ball, in one matrix and in blocks, where none is."""
    document = issued(name)
    stated = {claim["theorem"] for claim in document["claims"]}
    assert bool(broken(document, RK4)) == ("runge_kutta/T11 (b′)" in stated)
    for kind in TOWARDS[1:]:
        assert not broken(document, kind)
        assert broken(document, kind, derive=AS_IT_WAS)


def test_projected_steps_of_the_same_certificate_stand() -> None:
    assert broken(issued("steep"), *PROJECTED, derive=AS_IT_WAS) == set()


def test_rates_that_the_game_lost_are_broken() -> None:
    """The document holds the game of policies as it is without them."""
    kinds = ("blocks", "Lipschitz", "Euler", "extragradient, projected", "start sets")
    assert len(broken(issued("rated"), *kinds)) > 8


def test_what_cannot_be_attacked_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sgn.attacks.subject.attacked.solution_of", lambda *given: None)
    result = attack(derived(issued("steep"), AS_IT_WAS), seconds=0)
    assert set(result.unmeasured) == {*TOWARDS, *PROJECTED[1:], "equilibrium"}
    assert "not attacked: equilibrium" in str(result)


def test_only_projected_steps_are_derived_to_a_boundary() -> None:
    certificate = from_document(issued("steep"))
    assert isinstance(certificate, Certificate)
    for steps in (certificate.extragradient, certificate.optimistic):
        assert steps is not None
        assert (steps.projected, steps.unprojected) == (True, False)


def test_a_metric_that_is_none_is_broken() -> None:
    matrix = encode_array(np.array([[1.0, 2.0], [2.0, 1.0]]))
    document = changed(issued("leaning"), put("metric.matrix", matrix))
    result = attack(from_document(document), seconds=0)
    assert [finding.claim for finding in result.broken] == ["metric"]


def test_bounds_without_symmetry_prove_no_steps() -> None:
    """μ = Λ = 1 allows J_ii = [[1, 10], [−10, 1]], whose norm is above 10."""
    given = read(HERE / "valid" / "bounds.json")
    assert broken(given) == set()
    turning = changed(given, put("evidence.symmetric", False))
    assert broken(turning, "margin", "structural margin", "blocks", "bands") == set()
    assert {"Euler, best step", "Lipschitz"} <= broken(turning, "Lipschitz", "Euler")
