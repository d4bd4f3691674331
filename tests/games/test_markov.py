"""Markov games: F and J against brute force and differences, regions, equilibria, documents."""

import itertools
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import games
from certificates.kernel.document.reading import encode_arrays
from certificates.kernel.policies.logit import read_policies_game
from games import InputError, MarkovGame, kl_divergence
from games.catalogue.markov import coordination
from games.files.document import from_document
from games.game import Floats
from games.markov.powers import DIVIDED
from tests.helpers.markov_games import difference_jacobian, random_markov
from tests.helpers.scale import examples

SEEDS = st.integers(0, 2**32 - 1)
SHAPES = st.sampled_from([(1, (2, 2)), (2, (2,)), (2, (3, 2)), (3, (3, 3)), (2, (2, 2, 3))])
SMALL = st.sampled_from([(1, (2, 2)), (2, (3,)), (2, (3, 2)), (3, (2, 2)), (1, (2, 2, 3))])
FIELDS = st.sampled_from(sorted(DIVIDED))


@settings(max_examples=examples(40), deadline=None)
@given(SHAPES, FIELDS, st.booleans(), SEEDS)
def test_jacobian_is_the_derivative_of_the_field(
    shape: tuple[int, tuple[int, ...]], field: str, occupancy: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    game = random_markov(rng, *shape, field=field, occupancy_entropy=occupancy)
    points = rng.normal(size=(3, game.dimension))
    J = game.jacobian(points)
    # Differences err by h² times third derivatives (some hundreds) and by rounding over h.
    np.testing.assert_allclose(J, difference_jacobian(game, points), atol=1e-6)
    for i, rows in enumerate(game.slices):
        for j, columns in enumerate(game.slices):
            np.testing.assert_array_equal(game.jacobian(points, (i, j)), J[:, rows, columns])
    np.testing.assert_allclose(game.jacobian(points[0]), J[0], rtol=1e-12, atol=1e-13)


@settings(max_examples=examples(25), deadline=None)
@given(SHAPES, st.booleans(), SEEDS)
def test_field_is_the_gradient_of_brute_force_costs(
    shape: tuple[int, tuple[int, ...]], occupancy: bool, seed: int
) -> None:
    """The costs are summed over joint actions and time, then differentiated by differences."""
    rng = np.random.default_rng(seed)
    game = random_markov(rng, *shape, occupancy_entropy=occupancy, discount=0.5)
    point = rng.normal(size=game.dimension)
    G = game.pseudo_gradient(point)
    for i, own in enumerate(game.slices):
        gradient = np.array([_cost_slope(game, point, i, k) for k in range(own.start, own.stop)])
        policy = game.policies(point)[i]
        # z' = −G is the natural gradient: ∇_z f_i = F_θ-part of G, state by state.
        actions = policy.shape[1] - 1
        for s in range(len(policy)):
            p = policy[s, 1:]
            fisher = np.diag(p) - np.outer(p, p)
            part = slice(s * actions, (s + 1) * actions)
            # differences of sums of about 60 terms of size 1 with h = 1e-5
            np.testing.assert_allclose(gradient[part], fisher @ G[own][part], atol=1e-8)


def _cost_slope(game: MarkovGame, point: Floats, i: int, k: int) -> float:
    h = 1e-5
    step = h * np.eye(len(point))[k]
    return (_cost(game, point + step, i) - _cost(game, point - step, i)) / (2 * h)


def _cost(game: MarkovGame, point: Floats, i: int) -> float:
    """f_i, the return summed for 60 steps of discount ½: 1e-18 is left out."""
    tensors, policies = game.tensors, game.policies(point)
    gamma, tau = float(tensors.discount), float(tensors.entropy[i])
    entropy = -(policies[i] * np.log(policies[i])).sum(axis=1)
    distribution, total = tensors.start, 0.0
    for t in range(60):
        following = np.zeros_like(distribution)
        for s, joint in itertools.product(range(tensors.states), tensors.joint_actions()):
            p = distribution[s] * np.prod([q[s, a] for q, a in zip(policies, joint, strict=True)])
            total += (1 - gamma) * gamma**t * p * tensors.rewards[(i, s, *joint)]
            following += p * tensors.probabilities[(s, *joint)]
        if tensors.occupancy_entropy:
            total += (1 - gamma) * gamma**t * tau * float(distribution @ entropy)
        distribution = following
    if not tensors.occupancy_entropy:
        total += tau * float(entropy.sum())
    return -total


@settings(max_examples=examples(20), deadline=None)
@given(SHAPES, SEEDS)
def test_values_and_occupancies_satisfy_their_equations(
    shape: tuple[int, tuple[int, ...]], seed: int
) -> None:
    game = random_markov(np.random.default_rng(seed), *shape, occupancy_entropy=True)
    policies = game.policies(np.zeros(game.dimension))
    [d], [v] = game.occupancy(policies), game.values(policies)
    tensors = game.tensors
    joint = tensors.transition.reshape(tensors.states, -1, tensors.states).mean(axis=1)
    reward = tensors.rewards.reshape(len(v), tensors.states, -1).mean(axis=2)
    # uniform play averages over joint actions; a linear solve of condition below 10
    np.testing.assert_allclose(d, 0.2 * tensors.start + 0.8 * d @ joint, atol=1e-13)
    np.testing.assert_allclose(v, 0.2 * reward + 0.8 * v @ joint.T, atol=1e-13)


@settings(max_examples=examples(15), deadline=None)
@given(SHAPES, SEEDS)
def test_policy_jacobian_gives_the_logit_jacobian(
    shape: tuple[int, tuple[int, ...]], seed: int
) -> None:
    """T18: J = C·DV·F_θ·E."""
    rng = np.random.default_rng(seed)
    game = random_markov(rng, *shape)
    point = rng.normal(size=game.dimension)
    policies = game.policies(point)
    for i, j in itertools.product(range(len(game.players)), repeat=2):
        DV = game.policy_jacobian(policies, i, j)[0]
        p = policies[j]
        F = np.einsum("sa,ab->sab", p, np.eye(p.shape[1])) - p[:, :, None] * p[:, None, :]
        rows = (DV[:, 1:] - DV[:, :1]).reshape(game.sizes[i], *p.shape)
        J = np.einsum("rsa,sak->rsk", rows, F[:, :, 1:]).reshape(game.sizes[i], -1)
        np.testing.assert_allclose(J, game.jacobian(point, (i, j)), atol=1e-12)


def test_the_published_game() -> None:
    game = coordination()
    assert isinstance(game, MarkovGame)
    J = game.jacobian(np.zeros(4))
    eigenvalues = np.linalg.eigvals(J)
    threshold = (2 * eigenvalues.real / np.abs(eigenvalues) ** 2).min()
    assert threshold == pytest.approx(1.2903, abs=5e-5)  # published to four decimals
    assert np.linalg.eigvalsh((J + J.T) / 2)[0] == pytest.approx(0.45, abs=1e-12)
    np.testing.assert_array_equal(game.find_equilibrium(), np.zeros(4))
    box = game.logit_box("0.1")
    assert [float(v) for v in box.upper] == [0.2] * 4
    assert game.players[1].variables[1] == "z2_s1_a1_over_a0"


@settings(max_examples=examples(15), deadline=None)
@given(SHAPES, SEEDS)
def test_policies_and_logits_are_inverse_and_boxes_hold_cubes(
    shape: tuple[int, tuple[int, ...]], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    game = random_markov(rng, *shape)
    points = rng.normal(size=(4, game.dimension))
    # log of a softmax of logits below 5: a few ulps of them
    np.testing.assert_allclose(game.logits(game.policies(points)), points, atol=1e-12)
    centre = game.policies(points[0])
    box = game.logit_box(0.25, center=centre)
    moved = [np.log(p) + rng.uniform(-0.25, 0.25, p.shape) for p in centre]
    inside = game.logits([np.exp(m) / np.exp(m).sum(axis=1, keepdims=True) for m in moved])
    low, high = box.floats()
    assert (inside >= low - 1e-12).all()
    assert (inside <= high + 1e-12).all()


@settings(max_examples=examples(15), deadline=None)
@given(SHAPES, SEEDS)
def test_the_equilibrium_found_is_a_fixed_point_of_logit_response(
    shape: tuple[int, tuple[int, ...]], seed: int
) -> None:
    game = random_markov(np.random.default_rng(seed), *shape)
    z = game.find_equilibrium()
    policies = game.policies(z)
    V = game.policy_gradient(policies)
    for each in V:  # V_i is constant over the actions of each state
        spread = np.ptp(each[0], axis=1)
        assert spread.max() < 1e-8  # Newton's 1e-10 of ‖J‖, which is below 10


@settings(max_examples=examples(10), deadline=None)
@given(SHAPES, FIELDS, st.booleans(), SEEDS)
def test_documents_and_files_give_the_game_back(
    shape: tuple[int, tuple[int, ...]], field: str, occupancy: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    game = random_markov(rng, *shape, field=field, occupancy_entropy=occupancy, name="random")
    game.region = game.logit_box(0.5, center=game.policies(np.zeros(game.dimension)))
    with tempfile.TemporaryDirectory() as folder:
        games.save(game, Path(folder, "game.toml"))
        loaded = games.load(Path(folder, "game.toml"))
    assert loaded.region == game.region
    for again in (from_document(game.document(), "test"), loaded):
        points = rng.normal(size=(2, game.dimension))
        np.testing.assert_array_equal(again.jacobian(points), game.jacobian(points))
        assert again.players == game.players


@settings(max_examples=examples(12), deadline=None)
@given(SMALL, FIELDS, st.booleans(), SEEDS)
def test_expressions_say_the_same_field(
    shape: tuple[int, tuple[int, ...]], field: str, occupancy: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    game = random_markov(rng, *shape, field=field, occupancy_entropy=occupancy)
    text = game.symbolic()
    points = rng.normal(size=(5, game.dimension))
    # two ways to solve systems of condition below 10, values of a few units
    np.testing.assert_allclose(
        text.pseudo_gradient(points), game.pseudo_gradient(points), atol=1e-11
    )
    np.testing.assert_allclose(text.jacobian(points), game.jacobian(points), atol=1e-11)
    assert not text.symmetric


def test_the_published_shape_can_have_an_unsymmetric_own_block() -> None:
    """T18: with three actions J_ii is not symmetric."""
    game = random_markov(np.random.default_rng(0), 3, (3, 3))
    J = game.jacobian(np.ones(game.dimension), (0, 0))
    assert np.abs(J - J.T).max() > 1e-3
    assert not game.symmetric


def test_kl_divergence_is_the_sum_of_logs() -> None:
    p, q = np.array([[0.2, 0.8], [1.0, 0.0]]), np.array([[0.5, 0.5], [0.25, 0.75]])
    expected = 0.2 * np.log(0.4) + 0.8 * np.log(1.6) + np.log(4)
    np.testing.assert_allclose(kl_divergence([p, q], [q, q]), [expected, 0.0], atol=1e-15)
    assert kl_divergence([p[None], q[None]], [q, q]).shape == (1, 2)


STAY = np.ones((1, 2, 2, 1))
PAY = np.zeros((1, 2, 2))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"transition": np.ones((2, 2, 2, 1))}, r"transition has shape \(2, 2, 2, 1\); expected"),
        ({"transition": 2 * STAY}, r"transition\[0, 0, 0\] do not sum to 1"),
        ({"transition": STAY * np.nan}, "is not finite"),
        ({"transition": np.ones((1, 2, 1, 1))}, "player 2 has one action"),
        ({"rewards": [PAY]}, "rewards has 1 tensors; expected 2"),
        ({"rewards": [PAY, PAY[0]]}, "reward 2 has shape"),
        ({"discount": 1}, "the discount is 1; give a number from 0 to below 1"),
        ({"discount": "-0.1"}, "the discount is -0.1"),
        ({"entropy": -1}, "the entropy weight of player 1 is negative"),
        ({"entropy": [1, 1, 1]}, "entropy has 3 weights; expected 2"),
        ({"initial": [0.5]}, "the initial probabilities do not sum to 1"),
        ({"initial": [1, 0]}, "initial has 2 entries; expected 1"),
        ({"field": "fischer"}, "field is 'fischer'; did you mean 'fisher'"),
        ({"players": ["a"]}, "players has 1 names; expected 2"),
    ],
)
def test_bad_games_are_told_in_one_sentence(changes: dict[str, Any], message: str) -> None:
    given_game: dict[str, Any] = {"transition": STAY, "rewards": [PAY, PAY], "discount": 0.5}
    with pytest.raises(ValueError, match=message):
        MarkovGame(**{**given_game, **changes})


def test_kakade_needs_every_state_reached() -> None:
    P = np.zeros((2, 2, 2, 2))
    P[..., 0] = 1
    rewards = [np.zeros((2, 2, 2))] * 2
    with pytest.raises(InputError, match="state 1 is never reached; give it initial probability"):
        MarkovGame(P, rewards, 0.5, initial=[1, 0], field="kakade")
    assert MarkovGame(P, rewards, 0.5, initial=["1/2", "1/2"], field="kakade").field == "kakade"


@pytest.mark.parametrize(
    ("policies", "message"),
    [
        ([[[0.5, 0.5]]], "policies has 1 arrays; expected 2"),
        ([[[0.5, 0.5]], [[1.0, 0.0]]], "policy 2 is not made of positive probabilities"),
        ([[[0.5, 0.5]], [[0.5, 0.6]]], "policy 2 is not made of positive probabilities"),
        ([[[0.5, 0.5]], [0.5, 0.3, 0.2]], "policy 2 has shape"),
    ],
)
def test_bad_policies_are_told(policies: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MarkovGame(STAY, [PAY, PAY], 0.5).logits(policies)


def test_a_negative_radius_is_told() -> None:
    with pytest.raises(InputError, match="the radius is -1; give 0 or more"):
        MarkovGame(STAY, [PAY, PAY], 0.5).logit_box(-1)


def test_a_large_game_is_not_written_out() -> None:
    game = random_markov(np.random.default_rng(1), 6, (2, 2))
    with pytest.raises(InputError, match="at most 5 states"):
        game.symbolic_field()


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("players", [{"name": "a", "actions": 1}], "the actions of 'a' must be an integer of at"),
        ("transition", [1], "transition is a list; give an array"),
        ("transition", np.ones((3, 2)), "the players' actions ask for"),
        ("rewards", np.ones((1, 4)), "the players' actions ask for"),
        ("entropy", ["1"], "entropy has 1 entries; give 2"),
        ("initial", ["x"], "entry 0 of initial"),
        ("occupancy_entropy", 1, "occupancy_entropy is an integer; write true"),
        ("more", 1, "unknown key 'more'"),
    ],
)
def test_bad_documents_are_told(key: str, value: Any, message: str) -> None:
    document = MarkovGame(STAY, [PAY, PAY], 0.5).document() | {key: value}
    with pytest.raises(InputError, match=message):
        from_document(document, "test")


def test_saved_files_are_two(tmp_path: Path) -> None:
    games.save(coordination(), tmp_path / "a.toml")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npz", "a.toml"]
    assert 'kind = "markov"' in (tmp_path / "a.toml").read_text()


@pytest.mark.parametrize(
    ("discount", "initial", "missed"),
    [("0.5", [1, 0, 0], (2,)), ("0", [1, 0, 0], (1, 2)), ("0.5", [0, 0, 1], ())],
)
def test_states_that_are_never_reached(
    discount: str, initial: list[int], missed: tuple[int, ...]
) -> None:
    """From 2 to 0, from 0 to 1 and back: nothing leads to 2. Kakade's field needs every state."""
    P = np.zeros((3, 2, 2, 3))
    P[2, ..., 0] = P[0, ..., 1] = P[1, ..., 0] = 1
    rewards = [np.zeros((3, 2, 2))] * 2
    game = MarkovGame(P, rewards, discount, initial=initial, occupancy_entropy=True)
    assert game.tensors.unvisited == missed
    [d] = game.occupancy(game.policies(np.zeros(game.dimension)))
    assert tuple(np.flatnonzero(d == 0)) == missed
    document = encode_arrays(game.document()) | {"field": "kakade"}
    if not missed:
        assert read_policies_game(document)[2] == "kakade"
        return
    with pytest.raises(InputError, match=f"state {missed[0]} is never reached"):
        game.with_field("kakade")
    with pytest.raises(InputError, match=f"state {missed[0]} is never reached"):
        read_policies_game(document)
