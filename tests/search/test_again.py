"""A proof that the checker refuses by a rounding is made again, or what it is of is left out."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import games
import sgn
from certificates.certificate import Certificate, Refusal
from certificates.kernel.claims import Band, Claims, Cocoercivity, Steps
from certificates.kernel.document.coupling import Coupling
from certificates.kernel.obligation import Obligation, Title, Verification
from certificates.kernel.theorems.bounds import BlockBounds
from certificates.kernel.theorems.equilibrium import StatedSolution, VariationalSolution, Zero
from certificates.kernel.theorems.margin import (
    CocoercivityOfJacobian,
    LipschitzOfJacobian,
    MarginOfJacobian,
)
from certificates.kernel.theorems.rule import REGISTERED, Case
from certificates.kernel.verify import verify
from games import Box
from games.normal_form import NormalFormGame
from games.regions.region import Region, Space
from sgn import recheck as again
from sgn.bounds import CannotBound
from sgn.bounds.enclosed import Enclosed
from sgn.enclosures import prover
from sgn.enclosures.prover import CUSHIONS, Cushion
from sgn.recheck import OPTIONAL
from tests.corpus.bases import nearly_linear
from tests.helpers.scale import examples

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


def three_players() -> games.Game:
    return games.QuadraticGame([[1.0, 2.0, 0], [0, 1.0, 0.5], [0.5, 0, 1.0]], sizes=[1, 1, 1])


STATED_BY: dict[Title, Callable[[], games.Game]] = {  # a game whose certificate says such a thing
    **dict.fromkeys((Title.KL_RATE, Title.KL_LEVEL, Title.KL_SIMPLEX), pennies),
    Title.RK4_TOWARDS: game,
    Title.BAND: three_players,
}


def toy() -> games.Game:
    return games.catalogue.load("sgn-toy")


def refusing(fails: Callable[[Obligation], bool]) -> tuple[Callable[..., Verification], list[str]]:
    """The checker, which now never grants some obligations, and the names of those it refused."""
    refused = list[str]()

    def strict(document: Any, **how: Any) -> Verification:
        found = verify(document, **how)
        refused.extend(o.name for o in found.obligations if fails(o))
        held = tuple(replace(o, holds=o.holds and not fails(o)) for o in found.obligations)
        return replace(found, obligations=held)

    return strict, refused


@pytest.mark.parametrize("title", sorted(OPTIONAL, key=str), ids=str)
def test_whatever_fails_beside_the_margin_is_left_out(
    title: Title, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for T8's steps, which are computed from what is stated, and so never fail."""

    def fails(o: Obligation) -> bool:
        return o.title is title and o.theorem != "T8"

    strict, refused = refusing(fails)
    monkeypatch.setattr(again, "verify", strict)
    certificate = sgn.certify(STATED_BY.get(title, toy)())
    assert refused
    assert isinstance(certificate, Certificate)
    assert not any(map(fails, sgn.verify(certificate).obligations))
    assert f"{title.value} (not confirmed)" in noted(certificate)
    assert "left out" in " ".join(certificate.details().split())


@pytest.mark.parametrize(
    ("refused", "made", "basis"),
    [("T11 (c)", nearly_linear, "sector"), ("T11 (a)", toy, "sector"), ("T10", toy, "sector")],
)
def test_steps_that_fail_give_way_to_those_of_a_weaker_theorem(
    refused: str,
    made: Callable[[], games.Game],
    basis: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    strict, seen = refusing(lambda o: o.theorem == refused and o.title in (Title.RK4, Title.EULER))
    monkeypatch.setattr(again, "verify", strict)
    certificate = sgn.certify(made(), metric="scalar")
    assert seen
    assert isinstance(certificate, Certificate)
    steps = certificate.rk4 if refused.startswith("T11") else certificate.euler
    assert steps is not None
    assert steps.basis == basis


magnitudes = st.builds(
    lambda mantissa, exponent: Fraction(mantissa, 1000) * Fraction(10) ** exponent,
    st.integers(1, 9999),
    st.sampled_from([-290, -60, -12, -4, -1, 0, 0, 1, 4, 12, 60, 290]),
)
SPACE, BOX = Space(2), Box(["-1", "-1e-9"], ["2", "1e9"])


@cache
def stated() -> Claims:
    made = games.QuadraticGame([[1.0, 10.0], [0.05, 1.0]], sizes=[1, 1])
    return sgn.certify(made, Box.cube(2, 1)).require().claims.without(Steps, Band)


@settings(max_examples=examples(150))
@given(
    st.tuples(magnitudes, magnitudes, st.none() | magnitudes),
    st.tuples(magnitudes, magnitudes, magnitudes, magnitudes),
    st.sampled_from([SPACE, BOX]),
    st.tuples(st.sampled_from([Zero, VariationalSolution]), st.just(Fraction(0)) | magnitudes),
    st.booleans(),
)
def test_what_follows_from_other_claims_holds_wherever_they_do(
    constants: tuple[Fraction, Fraction, Fraction | None],
    blocks: tuple[Fraction, Fraction, Fraction, Fraction],
    region: Region,
    solution: tuple[type[StatedSolution], Fraction],
    uncoupled: bool,
) -> None:
    """Nothing in a file can mend it where it fails: so it never does, whatever the numbers.

    No T8, T20, T12 or T4 is refused for numbers of any size, however little is left of a step.
    """
    alpha, beta, c = constants
    mu, L = np.array(blocks[:2]), np.array(blocks[2:]) * (not uncoupled)
    coupling = Coupling(np.array([0, 1]), np.array([1, 0]), L, 2)
    kind, error = solution
    claims = replace(stated(), region=region).with_claims(
        BlockBounds(mu, mu, coupling),
        MarginOfJacobian(alpha),
        LipschitzOfJacobian(max(alpha, beta)),
        kind(np.array([Fraction(0), Fraction(0)]), error),
    )
    claims = claims.without(Cocoercivity)
    if c is not None:
        claims = claims.with_claims(CocoercivityOfJacobian(min(c, 1 / alpha)))
    for gives, follow in claims.following:
        for found in follow(claims):
            assert isinstance(found, gives)
            assert not REGISTERED[type(found)].theorem.failing(Case(claims, None, found))


def test_a_promise_that_cannot_be_computed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        raise OverflowError("too large")

    monkeypatch.setattr("sgn.promises.added.find_equilibrium", fail)
    monkeypatch.setattr("sgn.pipeline.numbers.structural_bands", fail)
    certificate = sgn.certify(toy())
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
