"""When a zero in logits is a Nash equilibrium over all policies, by each player's own problem."""

import copy
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import games
import sgn
from certificates.documents import signed
from certificates.kernel.policies.quantal import zero_is_nash
from certificates.kernel.verify import verify
from tests.corpus.changes import without
from tests.helpers.markov_games import random_markov
from tests.helpers.scale import examples

Floats = NDArray[np.float64]
SHAPES = st.sampled_from([(1, (2, 2)), (2, (3,)), (2, (3, 2)), (3, (2, 2)), (2, (2, 2, 2))])
ROUNDS = 400  # of value iteration with discount 0.8: 1e-38 is left out


def alone(game: Any, policies: tuple[Floats, ...], i: int) -> tuple[Floats, Floats]:
    """Rewards (S, A) and transitions (S, A, S) of player i while the others play theirs."""
    tensors = game.tensors
    r = np.zeros((tensors.states, tensors.actions[i]))
    P = np.zeros((*r.shape, tensors.states))
    for s in range(tensors.states):
        for joint in tensors.joint_actions():
            others = [
                p[s, a] for j, (p, a) in enumerate(zip(policies, joint, strict=True)) if j != i
            ]
            weight = float(np.prod(others))
            r[s, joint[i]] += weight * tensors.rewards[(i, s, *joint)]
            P[s, joint[i]] += weight * tensors.probabilities[(s, *joint)]
    return r, P


@settings(max_examples=examples(20), deadline=None)
@given(SHAPES, st.sampled_from(["fisher", "kakade"]), st.integers(0, 2**32 - 1))
def test_no_policy_is_better_where_entropy_counts_by_occupancy(
    shape: tuple[int, tuple[int, ...]], field: str, seed: int
) -> None:
    """The plain gradient has the same zeros, but in floats also far out, where policies vanish."""
    rng = np.random.default_rng(seed)
    game = random_markov(rng, *shape, field=field, occupancy_entropy=True)
    assert zero_is_nash(game.document())
    try:
        policies = game.policies(game.find_equilibrium())
    except games.InputError:  # the search may fail; then there is nothing to judge
        return
    gamma = float(game.tensors.discount)
    for i, tau in enumerate(map(float, game.tensors.entropy)):
        r, P = alone(game, policies, i)
        own = policies[i]
        kept, best = np.zeros(len(r)), np.zeros(len(r))
        for _ in range(ROUNDS):
            kept = (own * (r + gamma * P @ kept - tau * np.log(own))).sum(axis=1)
            best = tau * np.log(np.exp((r + gamma * P @ best) / tau).sum(axis=1))
        # find_equilibrium leaves a residual of 1e-10, which enters the value squared
        np.testing.assert_allclose(kept, best, atol=1e-8)


@settings(max_examples=examples(20), deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([(2, 2), (3, 2), (2, 3, 2)]))
def test_no_mixture_is_better_in_a_normal_form_game(seed: int, actions: tuple[int, ...]) -> None:
    rng = np.random.default_rng(seed)
    payoffs = list(rng.normal(size=(len(actions), *actions)))
    game = games.NormalFormGame(payoffs, [1.0, 2.0, 1.5][: len(actions)])
    assert zero_is_nash(game.document())
    policies = game.policies(game.find_equilibrium())
    for i, tau in enumerate(map(float, game.tensors.entropy)):
        r, _ = alone(game, policies, i)
        best = tau * np.log(np.exp(r[0] / tau).sum())
        kept = (policies[i][0] * (r[0] - tau * np.log(policies[i][0]))).sum()
        np.testing.assert_allclose(kept, best, atol=1e-9)


@pytest.mark.parametrize(
    ("changes", "nash"),
    [
        ({}, False),
        ({"discount": "0"}, True),
        ({"occupancy_entropy": True}, False),  # the second state is never the first
        ({"occupancy_entropy": True, "initial": ["1/2", "1/2"]}, True),
    ],
)
def test_of_markov_games_some(changes: dict[str, Any], nash: bool) -> None:
    document = games.catalogue.load("markov-coordination").document()
    assert zero_is_nash(document | changes) is nash


def test_a_certificate_says_so() -> None:
    found: sgn.Certificate = sgn.certify(games.catalogue.load("matching-pennies")).require()
    assert found.equilibrium is not None
    assert found.equilibrium.kind == "quantal-response"
    assert found.equilibrium.error < Fraction(1, 10**9)
    assert "a quantal response equilibrium" in " ".join(found.details().split())
    assert sgn.verify(found)


def test_where_the_divergence_falls_costs_are_convex_in_policies() -> None:
    """T19 makes the zero a Nash equilibrium among the region's policies; else it is a zero."""
    game = games.catalogue.load("markov-coordination")
    found: sgn.Certificate = sgn.certify(game, evidence=sgn.Enclosed(form="values")).require()
    assert found.equilibrium is not None
    assert found.equilibrium.kind == "restricted-nash"
    assert sgn.verify(found)
    less = copy.deepcopy(found.document)
    without("KL rate")(less)
    failed = [o.name for o in verify(signed(less)).obligations if not o.holds]
    assert failed == ["kind of equilibrium"]
