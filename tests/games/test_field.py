"""Symbolic games whose field is given: derivatives, documents, proofs, what they do not claim."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sgn
from certificates.certificate import Certificate
from certificates.kernel.document.reading import read
from certificates.kernel.verify import verify
from games import Box, InputError, Structure, SymbolicGame, with_rates
from games.files.document import from_document
from tests.corpus.bases import turning
from tests.corpus.make import HERE
from tests.helpers.markov_games import difference_jacobian
from tests.helpers.scale import examples


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(st.floats(-0.5, 0.5), min_size=3, max_size=3))
def test_the_jacobian_is_the_derivative_of_the_field(point: list[float]) -> None:
    game, x = turning(), np.array(point)
    J = game.jacobian(x)
    # differences err by h² times third derivatives, below 1
    np.testing.assert_allclose(J, difference_jacobian(game, x), atol=1e-9)
    np.testing.assert_array_equal(game.jacobian(x, (0, 0)), J[:2, :2])
    assert J[0, 1] == 0.5
    assert J[1, 0] == -1.0


def test_the_same_costs_as_a_field_give_the_same_game() -> None:
    costs = SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]}, {"a": "x**4 + x*y", "b": "k*y**2 - x*y"}, {"k": 2}
    )
    field = SymbolicGame.from_field(
        {"a": ["x"], "b": ["y"]}, {"a": ["4*x**3 + y"], "b": ["2*k*y - x"]}, {"k": 2}
    )
    points = np.random.default_rng(0).normal(size=(9, 2))
    np.testing.assert_allclose(
        field.pseudo_gradient(points), costs.pseudo_gradient(points), rtol=1e-14
    )
    np.testing.assert_allclose(field.jacobian(points), costs.jacobian(points), rtol=1e-14)
    assert (costs.symmetric, field.symmetric) == (True, False)
    assert field.structure is Structure.GENERAL


def test_documents_give_the_field_back() -> None:
    game = turning()
    again = from_document(game.document(), "test")
    assert isinstance(again, SymbolicGame)
    assert again.fields == game.fields
    assert again.costs == ()
    assert again.document() == game.document()
    assert len(game.latex()) == 3


def test_a_field_is_proved_and_its_zero_is_only_a_zero() -> None:
    document = read(HERE / "valid" / "turning.json")
    certificate = Certificate(document)
    assert verify(document)
    J = turning().jacobian(np.zeros(3))
    assert 0.6 < float(certificate.margin) <= np.linalg.eigvalsh((J + J.T) / 2)[0]
    assert certificate.equilibrium is not None
    assert certificate.equilibrium.kind == "zero"
    assert certificate.euler is not None
    assert certificate.euler.basis == "direct"  # T9 needs symmetric own blocks


def test_rates_scale_every_part() -> None:
    fast = with_rates(turning(), [2, "1/2"])
    x = np.array([0.1, -0.2, 0.3])
    expected = np.array([2, 2, 0.5])[:, None] * turning().jacobian(x)
    np.testing.assert_allclose(fast.jacobian(x), expected, rtol=1e-15)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"a": ["x"]}, "the field of player 'a' has 1 parts; give 2, one text per variable"),
        ({"a": "x"}, "the field of player 'a' has 1 parts"),
        ({"a": ["x", "y"], "b": ["z"]}, "is given for 'b', who is not a player"),
        ({}, "player 'a' has no"),
        ({"a": ["x", "y +"]}, "field of a"),
        ({"a": ["x", "w"]}, "field of a"),
    ],
)
def test_bad_fields_are_told_in_one_sentence(fields: dict[str, list[str]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        SymbolicGame.from_field({"a": ["x", "y"]}, fields)


def test_a_field_that_is_not_defined_is_told_with_its_player() -> None:
    game = SymbolicGame.from_field({"a": ["x"], "b": ["y"]}, {"a": ["x"], "b": ["y + 1/(x - 1)"]})
    with pytest.raises(InputError, match="field of b: the denominator x - 1 must not be 0"):
        sgn.certify(game, Box([0, 0], [2, 2]))


def test_documents_do_not_mix_costs_and_fields() -> None:
    document = turning().document()
    document["players"][1] = {"name": "b", "variables": ["z"], "cost": "z**2"}
    with pytest.raises(InputError, match="player 2 has the unknown key 'cost'"):
        from_document(document, "test")
