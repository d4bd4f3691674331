"""Geometry as a value: which field is certified and played, how it is named, how it is checked."""

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import games
import sgn
from certificates.certificate import Certificate
from certificates.kernel.document.geometry import COORDINATES, FIELDS, Geometry, geometry_of
from certificates.kernel.document.reading import Document
from certificates.kernel.verify import verify
from certificates.report.page import page
from certificates.report.words import promises
from games.errors import InputError
from games.markov.logit_game import LogitGame
from sgn.geometry import in_geometry
from tests.helpers.documents import signed
from tests.helpers.markov_games import random_markov
from tests.helpers.scale import examples

QUICK = sgn.Sampled(draws=64, epsilon=0.05, budget=2**14)  # form matters here, not quality
CHOICES: dict[str, sgn.Euclidean | sgn.EntropicDual] = {
    "fisher": sgn.EntropicDual(),
    "kakade": sgn.EntropicDual("kakade"),
    "euclidean": sgn.Euclidean(),
}
SHAPES = st.sampled_from([(1, (2, 2)), (2, (3, 2)), (3, (3, 3)), (2, (2, 2, 3))])


def entropic(field: str) -> Document:
    return {"kind": "entropic-dual", "field": field, "coordinates": COORDINATES}


def pennies() -> LogitGame:
    game = games.catalogue.load("matching-pennies")
    assert isinstance(game, LogitGame)
    game.region = game.logit_box("0.05")
    return game


@pytest.fixture(scope="module")
def proved() -> Certificate:
    return sgn.certify(pennies(), geometry=sgn.EntropicDual()).require()


def test_values_are_compared_and_checked() -> None:
    assert sgn.EntropicDual() == sgn.EntropicDual("fisher") != sgn.EntropicDual("kakade")
    assert sgn.Euclidean() == sgn.Euclidean()
    with pytest.raises(ValueError, match="field of EntropicDual is 'fischer'; did you mean"):
        sgn.EntropicDual("fischer")


@pytest.mark.parametrize("own", sorted(CHOICES))
@pytest.mark.parametrize("asked", [None, *sorted(CHOICES)])
def test_the_field_is_the_one_asked_for(own: str, asked: str | None) -> None:
    game = pennies().with_field(own)
    found = in_geometry(game, CHOICES[asked] if asked else None)
    assert isinstance(found, LogitGame)
    assert found.field == (asked or own)
    assert game.field == own  # nothing is changed in place


@pytest.mark.parametrize(
    ("own", "asked"), [("fisher", "kakade"), ("fisher", "euclidean"), ("euclidean", "fisher")]
)
def test_the_field_asked_for_is_certified(own: str, asked: str) -> None:
    found = sgn.certify(pennies().with_field(own), evidence=QUICK, geometry=CHOICES[asked])
    assert found.document["game"].get("field", "fisher") == asked
    expected = entropic(asked) if asked in FIELDS else "euclidean"
    assert found.require().geometry == expected


def test_costs_have_no_entropic_dual() -> None:
    toy = games.catalogue.load("sgn-toy")
    message = "EntropicDual needs players with policies, and SymbolicGame has none"
    with pytest.raises(ValueError, match=message):
        sgn.certify(toy, geometry=sgn.EntropicDual())
    with pytest.raises(ValueError, match=message):
        sgn.simulate(toy, [1.0, 1.0], step=0.1, geometry=sgn.EntropicDual())
    assert sgn.certify(toy, geometry=sgn.Euclidean()).document == sgn.certify(toy).document


def test_a_name_is_no_geometry() -> None:
    unusual: Any = "fisher"
    with pytest.raises(ValueError, match=r"geometry is str; expected sgn\.EntropicDual"):
        sgn.certify(pennies(), geometry=unusual)


def test_euclidean_is_also_a_metric() -> None:
    found = sgn.certify(games.catalogue.load("sgn-toy"), metric=sgn.Euclidean())
    assert (
        found.document == sgn.certify(games.catalogue.load("sgn-toy"), metric="euclidean").document
    )


# ---- how it is named -------------------------------------------------------------------------


def test_the_table_and_the_report_name_the_geometry(proved: Certificate) -> None:
    table = " ".join(proved.details().split())
    assert table.startswith("PROVED: natural-gradient play contracts")
    assert "natural-gradient Euler step" in table
    assert "natural-gradient RK4 step" in table
    assert "log-odds against action 0" in table
    assert "not weighted by occupancy" in table
    assert "simultaneous natural-gradient play" in proved.message
    assert "in log-odds against action 0 and the metric of the weights" in proved.message
    said = [row.text for row in promises(proved.claims)]
    assert any(sentence.startswith("Natural-gradient Euler play") for sentence in said)
    assert any(sentence.startswith("Natural-gradient RK4 play") for sentence in said)
    assert "natural-gradient Euler step" in proved._repr_html_()


def test_the_page_tells_a_game_of_policies(proved: Certificate) -> None:
    shown = page(proved.document, proved.claims, verify(proved.document))
    assert "a policy over 2 actions, in each state" in shown
    assert "payoffs, which the file holds" in shown
    assert '<th scope="row">field</th><td>fisher</td>' in shown
    assert "Cost, to be minimised" not in shown
    assert "Natural-gradient play contracts" in shown


def test_plain_gradients_of_policies_name_their_coordinates() -> None:
    found = sgn.certify(pennies(), evidence=QUICK, geometry=sgn.Euclidean())
    assert "log-odds against action 0" in str(found)
    assert "natural" not in str(found)


def test_costs_are_said_as_before() -> None:
    table = str(sgn.certify(games.catalogue.load("sgn-toy")))
    assert table.startswith("PROVED: gradient play contracts")
    assert "geometry" not in table
    assert "log-odds" not in table


# ---- how it is read and checked --------------------------------------------------------------


@pytest.mark.parametrize("field", ["kakade", "euclidean"])
def test_it_is_that_of_the_game_and_its_numbers_hold_for_that_alone(
    proved: Certificate, field: str
) -> None:
    document = copy.deepcopy(proved.document)
    document["game"]["field"] = field
    changed = Certificate(signed(document))
    assert changed.geometry == (entropic(field) if field in FIELDS else "euclidean")
    assert not verify(document)


def test_a_document_does_not_say_it(proved: Certificate) -> None:
    document = copy.deepcopy(proved.document) | {"geometry": entropic("fisher")}
    with pytest.raises(InputError, match="unknown key 'geometry'"):
        verify(signed(document))


@pytest.mark.parametrize(
    ("game", "field"),
    [
        (None, ""),
        ({}, ""),
        ({"kind": []}, ""),
        ({"kind": "symbolic", "field": "fisher"}, ""),
        ({"kind": "quadratic", "field": True}, ""),
        ({"kind": "markov"}, "fisher"),
        ({"kind": "normal-form", "field": "kakade"}, "kakade"),
        ({"kind": "markov", "field": "euclidean"}, ""),
        ({"kind": "markov", "field": ["fisher"]}, ""),
    ],
)
def test_documents_say_their_geometry(game: Document | None, field: str) -> None:
    assert geometry_of(game) == Geometry(field)


# ---- play ------------------------------------------------------------------------------------


@settings(max_examples=examples(20), deadline=None)
@given(SHAPES, st.sampled_from(sorted(CHOICES)), st.integers(0, 2**32 - 1))
def test_play_follows_the_field_asked_for(
    shape: tuple[int, tuple[int, ...]], field: str, seed: int
) -> None:
    """T18: Euler on G is π' ∝ π exp(−hV), by multiplicative weights; on plain gradients it is not.

    The updates are done on policies, state by state, from V and the occupancy alone.
    """
    rng = np.random.default_rng(seed)
    game = random_markov(rng, *shape)
    starts = rng.normal(size=(4, game.dimension))
    h = float(rng.uniform(0.01, 0.5))
    natural = field in FIELDS
    method = "natural-gradient" if natural else "euler"
    play = sgn.simulate(game, starts, method=method, step=h, steps=3, geometry=CHOICES[field])
    policies = game.policies(starts)
    for reached in play.trajectories[1:]:
        d = game.occupancy(policies)[:, :, None]
        moved = []
        for pi, V in zip(policies, game.policy_gradient(policies), strict=True):
            slope = V / d if field == "kakade" else V
            if not natural:  # the gradient in all logits
                slope = pi * (V - (pi * V).sum(axis=-1, keepdims=True))
            weights = pi * np.exp(-h * slope)
            moved.append(weights / weights.sum(axis=-1, keepdims=True))
        policies = tuple(moved)
        # rounding of values of some tens, exponentials of a few, three times
        np.testing.assert_allclose(game.logits(policies), reached, atol=1e-9)


def test_natural_gradients_are_of_policies() -> None:
    with pytest.raises(ValueError, match="natural-gradient is for players with policies, and Symb"):
        sgn.simulate(
            games.catalogue.load("sgn-toy"), [1.0, 1.0], method="natural-gradient", step=0.1
        )
    plain = pennies().with_field("euclidean")
    with pytest.raises(ValueError, match="the game's field is 'euclidean', no natural gradient"):
        sgn.simulate(plain, [1.0, 1.0], method="natural-gradient", step=0.1)
    with pytest.raises(ValueError, match="natural-gradient takes no region: ask for projected"):
        sgn.simulate(
            pennies(), [1.0, 1.0], method="natural-gradient", step=0.1, region=games.Box.cube(2, 1)
        )


def test_starts_may_be_policies(proved: Certificate) -> None:
    game = pennies()
    start = game.logits([[[0.51, 0.49]], [[0.49, 0.51]]])
    assert proved.euler is not None
    play = sgn.simulate(
        game,
        start,
        method="natural-gradient",
        step=float(proved.euler.best_step),
        steps=30,  # rounding shows after some hundred
        target=[0, 0],
    )
    assert play.worst_factor <= float(proved.euler.factor_at_best)
    assert play.converged(1e-4).all()  # 0.06·0.711³⁰ = 2e-6
