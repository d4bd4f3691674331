"""Normal-form games: logit response, polymatrix games, Gambit files in both versions."""

import itertools
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import games
from games import InputError, MarkovGame, NormalFormGame, read_nfg
from games.files.document import from_document
from games.files.nfg import parse_nfg
from tests.helpers.markov_games import difference_jacobian
from tests.helpers.scale import examples

SEEDS = st.integers(0, 2**32 - 1)
ACTIONS = st.lists(st.integers(2, 4), min_size=1, max_size=3)
HEAD = 'NFG 1 R "a game" { "one" "two" }'


def _random(rng: np.random.Generator, actions: list[int], **options: Any) -> NormalFormGame:
    payoffs = [rng.normal(size=actions) for _ in actions]
    return NormalFormGame(payoffs, list(rng.uniform(0.5, 2, len(actions))), **options)


@settings(max_examples=examples(30), deadline=None)
@given(ACTIONS, SEEDS)
def test_field_is_the_logit_response_and_j_its_derivative(actions: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    game = _random(rng, actions)
    points = rng.normal(size=(2, game.dimension))
    # differences err by h² times third derivatives, below 100
    J = game.jacobian(points)
    np.testing.assert_allclose(J, difference_jacobian(game, points), atol=1e-7)
    G, policies = game.pseudo_gradient(points[0]), game.policies(points[0])
    for i, own in enumerate(game.slices):
        gain = np.zeros(actions[i])
        for joint in itertools.product(*(range(a) for a in actions)):
            others = [
                p[0, a] for j, (p, a) in enumerate(zip(policies, joint, strict=True)) if j != i
            ]
            gain[joint[i]] += np.prod(others) * game.payoffs[(i, *joint)]
        expected = float(game.tensors.entropy[i]) * points[0][own] - (gain[1:] - gain[0])
        np.testing.assert_allclose(G[own], expected, atol=1e-12)  # sums of at most 64 terms
        tau = float(game.tensors.entropy[i]) * np.eye(actions[i] - 1)
        np.testing.assert_allclose(J[0][own, own], tau, atol=1e-13)  # T18: the value part is zero


@settings(max_examples=examples(15), deadline=None)
@given(ACTIONS, SEEDS)
def test_it_is_the_markov_game_of_one_state(actions: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    game = _random(rng, actions)
    same = MarkovGame(
        np.ones((1, *actions, 1)), [p[None] for p in game.payoffs], "0.7", game.tensors.entropy
    )
    points = rng.normal(size=(3, game.dimension))
    # with one state nothing follows but the same again: d = 1, differences of Q are those of r
    np.testing.assert_allclose(
        game.pseudo_gradient(points), same.pseudo_gradient(points), atol=1e-12
    )
    np.testing.assert_allclose(game.jacobian(points), same.jacobian(points), atol=1e-12)


@settings(max_examples=examples(15), deadline=None)
@given(SEEDS)
def test_polymatrix_payoffs_are_sums_over_pairs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    actions = [2, 3, 2]
    pairs = {
        (i, j): rng.normal(size=(actions[i], actions[j]))
        for i, j in itertools.permutations(range(3), 2)
        if rng.random() < 0.7
    }
    game = NormalFormGame.polymatrix(pairs, actions)
    for joint in itertools.product(*(range(a) for a in actions)):
        for i in range(3):
            total = sum(m[joint[k], joint[j]] for (k, j), m in pairs.items() if k == i)
            assert game.payoffs[(i, *joint)] == pytest.approx(total, abs=1e-14)


@settings(max_examples=examples(15), deadline=None)
@given(ACTIONS, SEEDS)
def test_documents_and_files_give_the_game_back(actions: list[int], seed: int) -> None:
    game = _random(np.random.default_rng(seed), actions, name="random", source="here")
    again = from_document(game.document(), "test")
    assert isinstance(again, NormalFormGame)
    np.testing.assert_array_equal(again.payoffs, game.payoffs)
    assert again.tensors.entropy == game.tensors.entropy


def test_a_file_is_saved_and_loaded(tmp_path: Path) -> None:
    game = NormalFormGame([np.eye(2), np.eye(2)], "1/3", players=["a", "b"])
    game.region = game.logit_box("0.1")
    games.save(game, tmp_path / "game.toml")
    loaded = games.load(tmp_path / "game.toml")
    assert isinstance(loaded, NormalFormGame)
    assert loaded.region == game.region
    assert [str(tau) for tau in loaded.tensors.entropy] == ["1/3", "1/3"]


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(st.integers(2, 4), min_size=2, max_size=3), SEEDS, st.booleans())
def test_both_versions_of_gambit_files(actions: list[int], seed: int, outcomes: bool) -> None:
    """Written here contingency by contingency, the first player's strategy moving fastest."""
    rng = np.random.default_rng(seed)
    payoffs = rng.integers(-9, 10, (len(actions), *actions)) / 4
    names = " ".join(f'"p{i}"' for i in range(len(actions)))
    order = [joint[::-1] for joint in itertools.product(*(range(a) for a in actions[::-1]))]
    rows = [[str(payoffs[(i, *joint)]) for i in range(len(actions))] for joint in order]
    if outcomes:
        labels = " ".join("{ " + " ".join(f'"{k}"' for k in range(a)) + " }" for a in actions)
        listed = "\n".join('{ "" ' + ", ".join(row) + " }" for row in rows)
        numbers = " ".join(str(k + 1) for k in range(len(rows)))
        text = f'NFG 1 D "t" {{ {names} }}\n{{ {labels} }}\n"c"\n{{\n{listed}\n}}\n{numbers} \n'
    else:
        counts = " ".join(map(str, actions))
        listed = "\n".join(" ".join(row) for row in rows)
        text = f'NFG 1 R "t" {{ {names} }} {{ {counts} }}\n\n{listed}\n'
    game = parse_nfg(text)
    np.testing.assert_array_equal(game.payoffs, payoffs)
    assert [player.name for player in game.players] == [f"p{i}" for i in range(len(actions))]


def test_outcome_zero_quotients_and_bare_points_are_read(tmp_path: Path) -> None:
    file = tmp_path / "game.nfg"
    file.write_text(f'{HEAD} {{ 2 2 }} {{ {{ "x" 1/2, .5 }} {{ "" -.25 +2e1 }} }} 0 1 2 0')
    game = read_nfg(file, entropy="0.5")
    assert game.payoffs[0].tolist() == [[0, -0.25], [0.5, 0]]
    assert game.payoffs[1].tolist() == [[0, 20], [0.5, 0]]
    assert game.name == "a game"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it ends within the head"),
        ('EFG 2 R "x" { }', "it does not begin with"),
        ('NFG 2 R "x" { }', "it does not begin with"),
        ("NFG 1 R title", "the title: found 'title'; expected text in quotes"),
        (f"{HEAD} {{ 2 }} 1", "strategies for 1 of 2 players"),
        (f"{HEAD} {{ 2 x }} 1", "'x' is no count"),
        (f"{HEAD} {{ 99999999 99999999 }} 1", "contingencies; a smaller game is read"),
        (f"{HEAD} {{ 2 2 }} 1 2 3", "it ends within the payoffs of contingency 2"),
        (f"{HEAD} {{ 2 2 }} 1 2 3 4 5 6 7 nan", "'nan' is not a number"),
        (f"{HEAD} {{ 2 2 }} 1 2 3 4 5 6 7 8 9", "'9' follows the last payoff"),
        (f"{HEAD} {{ 2 2 }} 1 2 3 4 5 6 7 1e999", "larger than any float"),
        (f'{HEAD} {{ 2 2 }} {{ {{ "" 1 }} }} 1 1 1 1', "outcome 1: found '}'"),
        (f'{HEAD} {{ 2 2 }} {{ {{ "" 1 2 }} }} 1 2 1 1', "is 2; there are 1"),
        (f"{HEAD} {{ 1 1 }} 1 2", "no player has two strategies"),
        (f"{HEAD} {{ 2 0 }} 1 2", "player 2 has no strategy"),
        (f"{HEAD}\n{{ 2 2 }}\n1 2 3\n4 x 6 7 8", "line 4: the payoffs of contingency 3: 'x' is"),
        ('NFG 1 R "x" { "a"', "it ends within the players"),
        ('NFG 1 R "x', "begins nothing; check quotes"),
        (f'{HEAD} {{ {{ "1" {{ "2" }} }} }}', "expected text in quotes"),
        ('NFG 1 R "x" { ' + '"p" ' * 65 + "}", "it has 65 players"),
    ],
)
def test_bad_gambit_files_are_told_in_one_sentence(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.nfg"
    file.write_text(text)
    with pytest.raises(InputError, match=message) as found:
        read_nfg(file)
    assert str(found.value).startswith("bad.nfg: ")
    assert "\n" not in str(found.value)


def test_players_without_names_of_their_own_are_numbered() -> None:
    game = parse_nfg('NFG 1 R "" { "a" "a" } { 2 2 } 1 2 3 4 5 6 7 8')
    assert [player.name for player in game.players] == ["player 1", "player 2"]


class _Labelled:
    """What a pygambit game has, as far as it is used."""

    def __init__(self, label: str, strategies: int) -> None:
        self.label, self.strategies = label, range(strategies)


class _Pygambit:
    title = "duck"
    players = (_Labelled("a", 2), _Labelled("", 3))

    def __getitem__(self, profile: tuple[int, ...]) -> dict[_Labelled, int]:
        return {self.players[0]: 10 * profile[0], self.players[1]: profile[1]}


class _NewPygambit:
    """The same of version 17: players are labels, payoffs come as arrays of rationals."""

    title, players = "duck", ("a", "")

    def to_arrays(self) -> list[Any]:
        return [np.array([[Fraction(1, 2), 0], [0, 1]], dtype=object)] * 2


def test_pygambit_objects_are_read() -> None:
    new = NormalFormGame.from_pygambit(_NewPygambit())
    assert new.payoffs.tolist() == [[[0.5, 0], [0, 1]]] * 2
    assert [player.name for player in new.players] == ["a", "player 2"]
    game = NormalFormGame.from_pygambit(_Pygambit(), entropy=2)
    assert game.payoffs[0].tolist() == [[0, 0, 0], [10, 10, 10]]
    assert [player.name for player in game.players] == ["a", "player 2"]
    with pytest.raises(InputError, match="no strategic game of pygambit"):
        NormalFormGame.from_pygambit("game")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: NormalFormGame([]), "the game has no players"),
        (lambda: NormalFormGame([np.eye(2)]), "expected 1 sides, one per player"),
        (lambda: NormalFormGame([np.eye(2), np.ones((2, 3))]), "payoff 2 has shape"),
        (lambda: NormalFormGame.polymatrix({(0, 0): np.eye(2)}, [2, 2]), "is not two players"),
        (lambda: NormalFormGame.polymatrix({(0, 1): np.eye(3)}, [2, 2]), "has shape"),
        (lambda: NormalFormGame.polymatrix({}, [2] * 30), "joint actions"),
    ],
)
def test_bad_games_are_told_in_one_sentence(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
