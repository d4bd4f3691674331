"""Nothing is ever proved above the truth, on games whose truth is known."""

import copy
import itertools
from fractions import Fraction

import numpy as np
import pytest

import sgn
from certificates.certificate import Certificate, Refusal
from certificates.kernel.document.metric import Metric
from certificates.kernel.inequalities.direct import curvature_holds, margin_holds
from certificates.kernel.jacobian.enclosed import EnclosedJacobian
from certificates.kernel.verify import verify
from games.errors import InputError
from games.language.number import to_text
from games.regions.shapes import Box
from sgn.bounds import Curvature, Margin, Quantity
from sgn.bounds.enclosed import Enclosed
from sgn.enclosures.forms import CORNERS, NATURAL, Forms
from sgn.enclosures.prover import Proved, prove
from sgn.quantities.claim import Claim
from sgn.quantities.quantities import least_eigenvalue
from tests.helpers.documents import numbers, signed
from tests.helpers.planted import FAMILIES, Planted, planted
from tests.kernel.test_check_cover import tokens_of

FEW, MANY = range(25), range(25, 225)
EXCESSES = (1e-9, 1e-6, 1e-3)  # in units of the scale of the curvatures


# 25 games in every run, 200 more under stress
SEEDS = [*FEW, *(pytest.param(seed, marks=pytest.mark.stress) for seed in MANY)]
every_game = pytest.mark.parametrize("seed", SEEDS)


def test_there_are_enough_games() -> None:
    assert len(FEW) + len(MANY) >= 200
    assert {planted(seed).family for seed in FEW} == {planted(seed).family for seed in MANY}
    assert len({planted(seed).family for seed in FEW}) == len(FAMILIES)


@every_game
def test_the_infimum_is_what_the_generator_says(seed: int) -> None:
    subject = planted(seed)
    if isinstance(subject.infimum, float):
        return
    J = subject.game.jacobian(np.array([subject.at]))
    attained = Fraction(float(least_eigenvalue(J)[0]))
    # what the float point and the cancelling terms (up to 10^7 of the value) lose
    assert abs(attained - subject.infimum) <= subject.scale / 10**7
    values = least_eigenvalue(
        subject.game.jacobian(subject.region.sample(np.random.default_rng(0), 2000))
    )
    assert Fraction(float(values.min())) >= subject.infimum - subject.scale / 10**7


def claims(subject: Planted) -> list[tuple[Quantity, float]]:
    """Claims above the truth, of the margin and of player a's own curvature."""
    weights = (1.0,) * len(subject.game.players)
    wanted = (Margin(weights, subject.game.slices), Curvature(0))
    return [(q, subject.above(excess)) for q, excess in itertools.product(wanted, EXCESSES)]


@every_game
def test_the_search_proves_nothing_above_the_truth(seed: int) -> None:
    subject = planted(seed)
    if not subject.at:
        return  # J may be bounded where a cost is not defined: certificates see to that
    for quantity, claim in claims(subject):
        forms = Forms(subject.game, quantity.block)
        assert not isinstance(prove(forms, subject.region, [Claim(quantity, claim)], 150), Proved)


def around(subject: Planted, share: float) -> Box:
    """Part of the region round the point where the infimum is attained."""
    low, high = [], []
    for a, b, v in zip(subject.region.lower, subject.region.upper, subject.at, strict=True):
        reach = (b - a) * Fraction(share)
        low.append(max(a, Fraction(v) - reach))
        high.append(min(b, Fraction(v) + reach))
    return Box(low, high)


@every_game
@pytest.mark.parametrize("form", [NATURAL, CORNERS])
def test_no_leaf_hides_the_infimum(seed: int, form: int) -> None:
    """One leaf round the place: more than the infimum is refused however small it is made."""
    subject = planted(seed)
    if not subject.at:
        return
    count, document = len(subject.game.players), subject.game.document()
    cover = tokens_of([subject.game.dimension + form])
    names = ["margin", *(f"block {i} {j}" for i in range(count) for j in range(count))]
    for share in (1.0, 1e-2, 1e-5, 1e-9):
        J = EnclosedJacobian(document, around(subject, share), dict.fromkeys(names, cover))
        for excess in EXCESSES:
            claim = Fraction(subject.above(excess))
            assert not margin_holds(J, Metric.scalar(np.ones(count)), claim)
            assert not own_curvature_holds(J, claim)
    below = Fraction(subject.above(0.0)) - subject.scale / 1000
    if form == CORNERS:  # on the last and smallest leaf nearly the infimum is accepted
        assert margin_holds(J, Metric.scalar(np.ones(count)), below)
        assert own_curvature_holds(J, below)


def own_curvature_holds(J: EnclosedJacobian, claim: Fraction) -> bool:
    """Whether player a's curvature is shown to be at least the claim; the others' are not asked."""
    lowest = np.full(len(J.sizes), Fraction(0), dtype=object)
    lowest[0] = claim
    return bool(curvature_holds(J, lowest, lowest)[0][0])


def outcome(subject: Planted, max_boxes: int) -> Certificate | Refusal | None:
    """What certify says with weights alone; None where it refuses the costs at once.

    With weights no margin passes the planted curvature; a dense metric may well do better.
    """
    evidence = Enclosed(max_boxes=max_boxes)
    try:
        return sgn.certify(subject.game, subject.region, evidence=evidence, metric="scalar")
    except InputError:
        return None


@every_game
def test_certificates_claim_no_more_than_the_truth(seed: int) -> None:
    subject = planted(seed)
    result = outcome(subject, 500)
    if not isinstance(result, Certificate):
        return
    assert result.verdict == "proved"
    assert subject.provable
    assert result.margin.exact <= subject.infimum
    assert result.claims.bounds.curvature_lower[0] <= subject.infimum
    assert sgn.verify(result)
    assert isinstance(subject.infimum, Fraction)
    for theorems in (("margin/T1", "margin/T5"), ("margin/T5 (equal weights)",)):
        forged = copy.deepcopy(result.document)
        numbers(forged, *theorems)["margin"] = to_text(subject.infimum + subject.scale / 10**9)
        assert not verify(signed(forged))
