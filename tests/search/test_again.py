"""A proof that the checker refuses by a rounding is made again, or what it is of is left out."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

import games
import sgn
from certificates.certificate import Certificate, Refusal
from certificates.kernel.verify import Verification, verify
from games.normal_form import NormalFormGame
from sgn import recheck as again
from sgn.bounds import CannotBound
from sgn.bounds.enclosed import Enclosed
from sgn.enclosures import prover
from sgn.enclosures.prover import CUSHIONS, Cushion
from sgn.recheck import OPTIONAL
from tests.corpus.bases import nearly_linear

GREEDY = Cushion(-0.05, -0.3)  # forgives what no checker forgives
HOPELESS = Cushion(-0.2, -0.9)  # and this even in the blocks


def game() -> games.SymbolicGame:
    return games.SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]},
        {"a": "x**2 + x**4/12 + x*y", "b": "y**2 + sin(y)/4 - x*y"},
        region=games.Box.cube(2, 1),
    )


def test_refused_covers_are_proved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prover, "CUSHIONS", (GREEDY, *CUSHIONS[1:]))
    greedy = sgn.certify(game())
    assert isinstance(greedy, Certificate)
    assert sgn.verify(greedy)
    truth = 2 - Fraction(1, 4)  # the second derivative of y² + sin(y)/4 is ≥ 2 − sin(1)/4
    assert truth < greedy.margin.exact < 2 - Fraction(21, 100)


def test_after_the_last_try_it_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prover, "CUSHIONS", (GREEDY,) * len(CUSHIONS))
    certificate = sgn.certify(game(), evidence="enclosed")
    assert isinstance(certificate, Certificate)
    assert sgn.verify(certificate)
    assert certificate.cocoercivity is None
    assert certificate.euler is not None
    assert certificate.euler.basis == "sector"  # from what is left
    assert "left out: cocoercivity (not confirmed), Euler steps (not confirmed)" in noted(
        certificate
    )


def noted(certificate: Certificate) -> str:
    return str(certificate.document["evidence"].get("note", ""))


def test_what_the_margin_needs_is_not_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prover, "CUSHIONS", (HOPELESS,) * len(CUSHIONS))
    refusal = sgn.certify(game(), evidence="enclosed")
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "numerical"


def test_each_try_leaves_more() -> None:
    tries = list(Enclosed(max_boxes=7).stricter())
    assert [each.strictness for each in tries] == [1, 2, 3]
    assert {each.max_boxes for each in tries} == {7}
    slacks = [(cushion.slack, cushion.part) for cushion in CUSHIONS]
    assert slacks == sorted(slacks)
    with pytest.raises(ValueError, match="strictness is 4; expected 0 to 3"):
        Enclosed(strictness=4)


# ---- a promise never costs the certificate -------------------------------------------------------


def pennies() -> games.Game:
    made = NormalFormGame([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]], 2)
    made.region = made.logit_box("0.05")
    return made


STATED_BY = {  # a game whose certificate has the obligation
    "RK4 near-linear": nearly_linear,
    **dict.fromkeys(("Bregman rate", "Bregman level", "Bregman simplex"), pennies),
    "RK4 towards the equilibrium": game,
}


@pytest.mark.parametrize("name", sorted(OPTIONAL - {"Bregman"}))
def test_whatever_fails_beside_the_margin_is_left_out(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = list[str]()

    def strict(document: Any, **how: Any) -> Verification:
        """The checker, which now never grants one obligation."""
        found = verify(document, **how)
        seen.extend(o.name for o in found.obligations)
        failing = tuple(replace(o, holds=o.holds and o.name != name) for o in found.obligations)
        return replace(found, obligations=failing)

    monkeypatch.setattr(again, "verify", strict)
    certificate = sgn.certify(STATED_BY.get(name, lambda: games.catalogue.load("sgn-toy"))())
    assert name in seen
    assert isinstance(certificate, Certificate)
    assert name not in {o.name for o in sgn.verify(certificate).obligations}
    said = "start set of flow" if name == "start set" else name
    assert f"{said} (not confirmed)" in noted(certificate)
    assert "left out" in str(certificate)


def test_a_promise_that_cannot_be_computed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        raise OverflowError("too large")

    monkeypatch.setattr("sgn.promises.drafts.find_equilibrium", fail)
    monkeypatch.setattr("sgn.pipeline.numbers.structural_bands", fail)
    certificate = sgn.certify(games.catalogue.load("sgn-toy"))
    assert isinstance(certificate, Certificate)
    assert certificate.equilibrium is None
    assert noted(certificate) == "left out: band (too large), equilibrium (too large)"
    assert sgn.verify(certificate)


def test_what_cannot_be_proved_again_in_time_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    confirm = Enclosed.confirm

    def without_euler(self: Enclosed, game: Any, region: Any, claims: Any) -> Any:
        if any(claim.purpose.startswith("euler") for claim in claims):
            raise CannotBound("budget", "it took too long")
        return confirm(self, game, region, claims)

    monkeypatch.setattr(Enclosed, "confirm", without_euler)
    certificate = sgn.certify(game())
    assert isinstance(certificate, Certificate)
    assert certificate.verdict == "proved"
    assert certificate.euler is not None
    assert certificate.euler.basis == "sector"
    assert "left out: Euler steps (it took too long)" in noted(certificate)


def test_a_log_barrier_near_its_pole_is_certified() -> None:
    """Steps of 1e-12: the factor of optimistic gradient differs from 1 in its 13th digit."""
    barrier = games.SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]},
        {"a": "x**2/2 - log(x) + x*y/4", "b": "y**2/2 - log(y) - x*y/4"},
        region=games.Box(["1e-6", "1e-6"], [2, 2]),
    )
    certificate = sgn.certify(barrier)
    assert isinstance(certificate, Certificate)
    assert sgn.verify(certificate)
    assert certificate.margin == Fraction(1, 2)
    assert certificate.lipschitz > 10**12
    assert certificate.basin is not None
    assert certificate.optimistic is not None
