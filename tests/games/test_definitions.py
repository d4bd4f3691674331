"""Definitions: shared parts of costs by name, in games, files and certificates."""

import copy

import numpy as np
import pytest

import games
import sgn
from certificates.kernel.jacobian.text import read_costs
from games.files.document import from_document

PLAYERS = {"a": ["q1"], "b": ["q2"]}
SHARED = {"Q": "q1 + q2", "p": "12 - k*Q"}
COSTS = {"a": "q1**2 - q1*p", "b": "q2**2 - q2*p"}


def _game() -> games.SymbolicGame:
    return games.SymbolicGame.from_costs(PLAYERS, COSTS, {"k": "0.5"}, definitions=SHARED)


def test_a_definition_stands_for_its_text() -> None:
    written = {
        "a": "q1**2 - q1*(12 - (q1 + q2)/2)",
        "b": "q2**2 - q2*(12 - (q1 + q2)/2)",
    }
    plain, points = games.SymbolicGame.from_costs(PLAYERS, written), np.array([[1.0, 2.0]])
    np.testing.assert_allclose(_game().pseudo_gradient(points), plain.pseudo_gradient(points))
    np.testing.assert_array_equal(_game().jacobian(points), plain.jacobian(points))


def test_a_game_with_definitions_is_proved_from_its_document(tmp_path) -> None:
    result = sgn.certify(_game(), games.Box([0, 0], [5, 5]))
    result.require().save(tmp_path / "c.json")
    assert sgn.verify(tmp_path / "c.json")
    loaded = sgn.load(tmp_path / "c.json")
    assert isinstance(loaded, sgn.Certificate)
    assert loaded.verdict == "proved"


def test_a_file_keeps_definitions_in_order(tmp_path) -> None:
    games.save(_game(), tmp_path / "g.toml")
    back = games.load(tmp_path / "g.toml")
    assert isinstance(back, games.SymbolicGame)
    assert list(back.definitions.items()) == list(SHARED.items())
    assert back.document() == _game().document()


def test_fields_and_rates_keep_definitions() -> None:
    field = games.SymbolicGame.from_field(
        {"a": ["x", "y"]}, {"a": ["s + y", "s - y"]}, definitions={"s": "2*x"}
    )
    np.testing.assert_array_equal(field.jacobian(np.zeros(2)), [[2, 1], [2, -1]])
    rated = games.with_rates(_game(), [1, 2])
    F = _game().pseudo_gradient(np.ones(2))
    np.testing.assert_allclose(rated.pseudo_gradient(np.ones(2)), F * [1, 2])


def test_shared_squares_are_a_short_document() -> None:
    """s_k = s_(k−1)²/2 + x/4, forty times: 2^40 terms when written out."""
    shared = {f"s{k}": f"s{k - 1}**2/2 + x/4" if k else "x/4" for k in range(40)}
    game = games.SymbolicGame.from_costs(
        {"a": ["x"]}, {"a": "x**2 + s39"}, definitions=shared, region=games.Box([-1], [1])
    )
    assert len(str(game.document())) < 4000
    assert sgn.certify(game).verdict == "proved"


@pytest.mark.parametrize(
    ("definitions", "said"),
    [
        ({"p": "Q", "Q": "q1"}, "unknown name 'Q'"),
        ({"Q": "Q + 1"}, "unknown name 'Q'"),
        ({"q1": "q2"}, "both a variable and a definition"),
        ({"k": "q2"}, "both a parameter and a definition"),
        ({"exp": "q2"}, "reserved name"),
        ({"pi": "3"}, "reserved name"),
        ({"a b": "3"}, "not a plain name"),
        ({"Q": 3}, "write it as text"),
        ({"Q": "q1 +"}, "definition of Q, column"),
    ],
)
def test_what_a_definition_may_not_be(definitions, said: str) -> None:
    with pytest.raises(games.InputError, match=said):
        games.SymbolicGame.from_costs(PLAYERS, COSTS, {"k": 1}, definitions=definitions)


@pytest.mark.parametrize(
    "definitions",
    [
        {"Q": "q1 + q2", "p": "Q"},
        [["p", "Q"], ["Q", "q1"]],
        [["p", "p"]],
        [["Q", "q1"], ["Q", "q2"], ["p", "Q"]],
        [["q1", "q2"], ["p", "q1"]],
        [["k", "q2"], ["p", "q1"]],
        [["tanh", "q2"], ["p", "q1"]],
        [["pi", "3"], ["p", "q1"]],
        [["Q ", "q1"], ["p", "q1"]],
        [["p", 3]],
        [["p", "q1", "q2"]],
        [["p"]],
        ["pq"],
        "p",
        None,
        [["p", "__import__('os')"]],
    ],
)
def test_the_checker_reads_definitions_strictly(definitions) -> None:
    document = copy.deepcopy(_game().document())
    document["definitions"] = definitions
    with pytest.raises(games.InputError):
        read_costs(document)


def test_a_document_that_defines_twice_is_refused() -> None:
    document = _game().document() | {"definitions": [["Q", "q1"], ["Q", "q2"]]}
    with pytest.raises(games.InputError, match="defined twice"):
        from_document(document, "here")


def test_search_and_checker_share_the_graph() -> None:
    text = read_costs(_game().document())
    assert len(text.graph) <= len(_game().graph)
    assert text.costs == tuple(node for _, node in _game().stated)
