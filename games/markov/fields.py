"""The vector fields that play can follow in logits: natural gradients, and the plain one.

Source: theory, Mirror geometry. −V is the natural gradient for the unweighted Fisher matrix;
Kakade's divides it by the occupancy; the plain gradient multiplies V by the Fisher matrix.
"""

import abc
from collections.abc import Mapping
from typing import final

import numpy as np

from games.game import Floats
from games.markov.logits import along_logits, differences
from games.markov.powers import powers_of
from games.markov.values import Values


class Field(abc.ABC):
    """G of one player and its Jacobian in drop-one coordinates."""

    @abc.abstractmethod
    def gradient(self, values: Values, i: int) -> Floats:
        """G_i (B, S, A_i − 1)."""

    @abc.abstractmethod
    def block(self, values: Values, i: int, j: int) -> Floats:
        """∂G_i/∂z_j (B, S, A_i − 1, S, A_j − 1)."""


@final
class Natural(Field):
    """G = V_k − V_0, or that divided by the occupancy."""

    def __init__(self, name: str) -> None:
        self._name = name

    def gradient(self, values: Values, i: int) -> Floats:
        powers = powers_of(self._name, values.tensors.occupancy_entropy)
        return differences(values.gradient(i, powers), axis=-1)

    def block(self, values: Values, i: int, j: int) -> Floats:
        powers = powers_of(self._name, values.tensors.occupancy_entropy)
        rows = differences(values.block(i, j, powers), axis=2)
        result = along_logits(rows, values.policies[j][:, None, None])
        if i == j:
            weight = values.own_diagonal(i, powers)
            identity = np.eye(result.shape[2])
            here = np.arange(values.tensors.states)
            result[:, here, :, here, :] += np.swapaxes(weight, 0, 1)[..., None, None] * identity
        return result


@final
class Euclidean(Field):
    """G = W_k − W_0 with W = π (V − Σ_b π_b V_b), the gradient of the costs in all logits."""

    def gradient(self, values: Values, i: int) -> Floats:
        V = values.gradient(i, powers_of("euclidean", values.tensors.occupancy_entropy))
        return differences(_tilted(V, values.policies[i], axis=-1), axis=-1)

    def block(self, values: Values, i: int, j: int) -> Floats:
        powers = powers_of("euclidean", values.tensors.occupancy_entropy)
        policy, own = values.policies[j][:, None, None], values.policies[i]
        rows = along_logits(values.block(i, j, powers), policy)
        if i != j:
            return differences(_tilted(rows, own[..., None, None], axis=2), axis=2)
        V, weight = values.gradient(i, powers), values.own_diagonal(i, powers)
        identity = np.eye(own.shape[-1])
        # ∂π_a/∂z_k = π_a (δ_ak − π_k), of which d^e τ/π leaves δ_ak − π_k
        tangent = identity - own[..., None, :]
        moved = weight[..., None, None] * tangent  # (B, S, A, A): from the own entropy
        centred = V - (own * V).sum(axis=-1, keepdims=True)
        turned = own[..., None] * tangent * centred[..., None]
        pulled = own[..., None] * (own * centred)[..., None, :]
        here = np.arange(values.tensors.states)
        result = _tilted(rows, own[..., None, None], axis=2)
        inner = _tilted(moved, own[..., None], axis=2) + turned - pulled
        result[:, here, :, here, :] += np.swapaxes(inner[..., 1:], 0, 1)
        return differences(result, axis=2)


FIELDS: Mapping[str, Field] = {
    "fisher": Natural("fisher"),
    "kakade": Natural("kakade"),
    "euclidean": Euclidean(),
}


def _tilted(V: Floats, policy: Floats, axis: int) -> Floats:
    """π (V − Σ_b π_b V_b) along an axis: the Fisher matrix times V."""
    return np.asarray(policy * (V - (policy * V).sum(axis=axis, keepdims=True)))
