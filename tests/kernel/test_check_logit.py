"""The checker's reading of Markov games and fields: agreement with the search, bad tensors."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sgn
from certificates.certificate import Certificate
from certificates.kernel.document.reading import Document, digest, encode_array, encode_arrays, read
from certificates.kernel.jacobian.point import jacobians_at
from certificates.kernel.jacobian.sizes import sizes_of
from certificates.kernel.jacobian.text import read_costs
from certificates.kernel.verify import verify
from games import InputError, NormalFormGame, SymbolicGame
from games.catalogue.markov import coordination, jordan_pennies
from games.language.number import exact
from sgn.bounds import choose
from tests.corpus.make import HERE
from tests.helpers.markov_games import random_markov
from tests.helpers.scale import examples

SHAPES = st.sampled_from([(1, (2, 2)), (2, (3,)), (2, (3, 2)), (3, (2, 2)), (1, (2, 2, 3))])
FIELDS = st.sampled_from(["fisher", "kakade", "euclidean"])


@settings(max_examples=examples(15), deadline=None)
@given(SHAPES, FIELDS, st.booleans(), st.integers(0, 2**32 - 1))
def test_the_checkers_jacobian_holds_the_linear_solves(
    shape: tuple[int, tuple[int, ...]], field: str, occupancy: bool, seed: int
) -> None:
    """From the same tensors by expressions in rationals and intervals, and by floats."""
    rng = np.random.default_rng(seed)
    game = random_markov(rng, *shape, field=field, occupancy_entropy=occupancy)
    document = encode_arrays(game.document())
    points = rng.normal(size=(2, game.dimension))
    J = jacobians_at(document, [tuple(exact(float(v)) for v in x) for x in points])
    # float solves of condition below 10 on values of a few units
    assert (np.abs(J.mid - game.jacobian(points)) <= J.rad + 1e-11).all()
    assert J.rad.max() < 1e-9
    assert sizes_of(document) == game.sizes
    text = read_costs(document)
    assert text.field
    assert text.variables == tuple(v for player in game.players for v in player.variables)


@settings(max_examples=examples(10), deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_normal_form_documents_are_read_alike(seed: int) -> None:
    rng = np.random.default_rng(seed)
    game = NormalFormGame([rng.normal(size=(2, 3)), rng.normal(size=(2, 3))], ["1/3", 2])
    x = rng.normal(size=game.dimension)
    J = jacobians_at(encode_arrays(game.document()), [tuple(exact(float(v)) for v in x)])
    assert (np.abs(J.mid[0] - game.jacobian(x)) <= J.rad[0] + 1e-12).all()


def test_a_field_is_read_like_the_search_reads_it() -> None:
    game = SymbolicGame.from_field(
        {"a": ["x", "y"], "b": ["z"]}, {"a": ["x + k*y*z", "y - sin(x)"], "b": ["z"]}, {"k": 2}
    )
    x = np.array([0.25, 0.5, -0.5])
    J = jacobians_at(game.document(), [tuple(exact(float(v)) for v in x)])
    assert (np.abs(J.mid[0] - game.jacobian(x)) <= J.rad[0] + 1e-15).all()


def test_the_published_game_is_proved_from_its_tensors() -> None:
    """Logit radius 0.1: margin 0.36 and Euler steps to 1.2 at least (published: 0.33 and 0.27)."""
    document = read(HERE / "valid" / "markov.json")
    certificate = Certificate(document)
    assert document["game"]["kind"] == "markov"
    assert verify(document)
    assert float(certificate.margin) >= 0.36
    assert certificate.euler is not None
    assert float(certificate.euler.step_max) >= 1.2
    steeper = document | {"game": dict(document["game"])}
    rewards = coordination().tensors.rewards.reshape(2, -1)
    steeper["game"]["rewards"] = encode_array(1.01 * rewards)
    steeper["digest"] = digest(steeper)
    assert not verify(steeper)


def test_natural_gradient_steps_contract_as_certified() -> None:
    certificate = Certificate(read(HERE / "valid" / "markov.json"))
    euler, basin = certificate.euler, certificate.basin
    assert euler is not None
    assert basin is not None
    game, h = coordination(), 0.99 * float(euler.step_max)
    rng = np.random.default_rng(0)
    starts = rng.normal(size=(100, game.dimension))
    starts *= 0.19 / np.linalg.norm(starts, axis=1, keepdims=True)  # inside Euler's ball of 0.2
    play = sgn.simulate(game, starts, step=h, steps=20, target=np.zeros(game.dimension))
    assert play.worst_factor <= float(euler.factor(h)) + 1e-9  # rounding at distances above 1e-3
    assert play.converged(0.19).all()


def test_block_bounds_of_a_markov_game_are_enclosed() -> None:
    game = coordination()
    box = game.logit_box("0.02")
    bounds = sgn.estimate_bounds(game, box, "enclosed")
    J = game.jacobian(box.sample(np.random.default_rng(0), 200))
    for i, own in enumerate(game.slices):
        other = game.slices[1 - i]
        block = J[:, own, own]
        # the sampled values are floats; the bounds were moved outward by much more
        lowest = np.linalg.eigvalsh((block + np.swapaxes(block, 1, 2)) / 2)[:, 0].min()
        assert bounds.curvature_lower[i] <= lowest
        assert bounds.coupling_upper[i, 1 - i] >= np.linalg.norm(J[:, own, other], 2, (1, 2)).max()
    assert not bounds.symmetric


def _document() -> Document:
    document: Document = encode_arrays(coordination().document())
    return document


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("transition", encode_array(np.full((8, 2), 0.6)), "do not sum to 1"),
        ("transition", encode_array(np.tile([1.5, -0.5], (8, 1))), "is negative"),
        ("transition", encode_array(np.full((4, 2), 0.5)), r"transition: expected binary64"),
        ("transition", encode_array(np.ones((8, 2), dtype=np.int64)), "expected binary64"),
        ("transition", [[1, 0]], "game.transition"),
        ("rewards", encode_array(np.ones((1, 8))), "rewards: expected binary64"),
        ("players", [], "expected a list of players"),
        ("players", [{"name": "a", "actions": 1}], "actions must be from 2"),
        ("players", [{"name": "a", "actions": True}], "actions must be from 2"),
        ("players", [{"name": "a", "actions": 2}] * 15, "more than 16384 joint actions"),
        ("players", [{"name": "a", "actions": 2}] * 2, "two players are called 'a'"),
        ("players", [{"name": 1, "actions": 2}] * 2, "a name must be text"),
        ("discount", "1", "give a number from 0 to below 1"),
        ("discount", 0.5, "game.discount"),
        ("entropy", ["1"], "entropy has 1 weights"),
        ("entropy", "1", "entropy: expected a list"),
        ("entropy", ["-1", "1"], "is negative"),
        ("initial", ["1", "1"], "do not sum to 1"),
        ("initial", ["1"], "initial has 1 entries"),
        ("field", "fischer", "field: expected one of fisher"),
        ("occupancy_entropy", "yes", "expected true or false"),
        ("format", "sgn-game/2", "format: expected"),
        ("name", 1, "name: expected text"),
        ("more", 1, "unknown key 'more'"),
    ],
)
def test_bad_tensors_are_told_in_one_sentence(key: str, value: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_costs(_document() | {key: value})


@pytest.mark.parametrize(
    ("players", "message"),
    [
        ([{"name": "a", "variables": ["x"], "field": "x"}], "must be text"),
        ([{"name": "a", "variables": ["x"], "field": ["x", "x"]}], "one entry a variable"),
        ([{"name": "a", "variables": ["x"], "field": [1]}], "must be text"),
        (
            [
                {"name": "a", "variables": ["x"], "field": ["x"]},
                {"name": "b", "variables": ["y"], "cost": "y**2"},
            ],
            "unknown key 'cost'",
        ),
    ],
)
def test_bad_fields_are_told_in_one_sentence(players: Any, message: str) -> None:
    document = {"format": "sgn-game/1", "kind": "symbolic", "name": "", "players": players}
    with pytest.raises(InputError, match=message):
        read_costs(document)


def test_many_logits_are_sampled_and_the_reason_is_told() -> None:
    game = random_markov(np.random.default_rng(0), 4, (3, 2), field="euclidean")
    box = game.logit_box("0.1", center=game.policies(np.zeros(game.dimension)))
    bounder, note = choose("auto", game, box)
    assert bounder.kind == "sampled"
    assert "enclosed up to 10 logits" in note


def test_a_game_that_turns_is_refuted_from_its_payoffs() -> None:
    """Jordan's game with little entropy: uniform play is unstable, and the checker sees it."""
    refusal = sgn.certify(jordan_pennies("1/4"))
    assert refusal.verdict == "refuted"
    assert verify(refusal.document)
