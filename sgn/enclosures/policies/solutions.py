"""Super- and sub-solutions of the values over boxes of policies, by value iteration in floats."""

from collections.abc import Sequence

import numpy as np

from games.markov.given import GivenTensors
from sgn.enclosures.policies.affine import FloatArray
from sgn.enclosures.policies.policies import PolicyBox

STEPS = 60  # of value iteration at most
ENOUGH = 1e-3  # of the values' spread: nearer is of no use
CUSHION = 1e-9  # of the values' size, for the rounding of the test


def solutions(tensors: GivenTensors, boxes: Sequence[PolicyBox]) -> FloatArray:
    """Vectors (K, 2(n + S), S): above the values of n rewards and S visits, then below them.

    With m the largest rise of the last step, v + γm/(1 − γ) is a super-solution (MacQueen).
    """
    rewards = np.concatenate(
        [np.moveaxis(tensors.rewards, 0, -1), _visits(tensors)], axis=-1
    )  # (S, A_1, …, A_n, V)
    bonus = np.zeros((2, len(boxes[0].least), rewards.shape[-1], tensors.states))
    if tensors.occupancy_entropy:
        for i, box in enumerate(boxes):
            tau, middle = float(tensors.entropy[i]), box.entropy.terms[:, 0]
            wide = box.entropy.moved + box.entropy.doubt
            bonus[:, :, i] = tau * np.stack([middle + wide, wide - middle])
    above = _least_above(tensors, boxes, rewards, bonus[0])
    below = -_least_above(tensors, boxes, -rewards, bonus[1])
    return np.concatenate([above, below], axis=1)


def _visits(tensors: GivenTensors) -> FloatArray:
    """The reward of being in each state, whatever is done."""
    shape = (tensors.states, *(1 for _ in tensors.actions), tensors.states)
    return np.broadcast_to(np.eye(tensors.states).reshape(shape), (*tensors.shape, tensors.states))


def _least_above(
    tensors: GivenTensors, boxes: Sequence[PolicyBox], rewards: FloatArray, bonus: FloatArray
) -> FloatArray:
    """A super-solution (K, V, S), nearly the least one."""
    K, V, S = bonus.shape
    gamma = float(tensors.discount)
    flat = tensors.probabilities.reshape(-1, S).T
    source = np.moveaxis(rewards, -1, 0)  # (V, S, A_1, …, A_n)
    v = np.zeros((K, V, S))
    for _ in range(STEPS):
        q = source + gamma * (v @ flat).reshape(K, V, *tensors.shape)
        for box in reversed(boxes):
            q = _best_mean(q, box)
        rise = q + bonus - v
        v = q + bonus
        spread = rise.max(axis=-1) - rise.min(axis=-1)
        if (spread <= ENOUGH * (v.max(axis=-1) - v.min(axis=-1) + 1e-9)).all():
            break
    v = v + (gamma / (1 - gamma)) * rise.max(axis=-1, keepdims=True)
    return np.asarray(v + CUSHION * (1 + np.abs(v).max(axis=-1, keepdims=True)) / (1 - gamma))


def _best_mean(q: FloatArray, box: PolicyBox) -> FloatArray:
    """The greatest mean over the last axis, the player's actions, by the least of its duals."""
    K, _, S, *others, count = q.shape
    shape = (K, 1, S, *(1 for _ in others), count)
    low, high = box.least.reshape(shape), box.greatest.reshape(shape)
    duals = []
    for a in range(count):
        over = q - q[..., a, None]
        duals.append(q[..., a] + np.where(over > 0, over * high, over * low).sum(axis=-1))
    return np.asarray(np.min(duals, axis=0))
