"""Policies and logits: softmax, drop-one coordinates z_k = θ_k − θ_0, Kullback–Leibler divergence.

Source: theory, T18 and T19.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from games.game import Floats


def log_softmax(coordinates: Floats) -> Floats:
    """log π (…, A) of drop-one coordinates (…, A − 1); the dropped action 0 comes first.

    >>> np.exp(log_softmax(np.log([[3.0]]))).round(6)
    array([[0.25, 0.75]])
    """
    logits = with_dropped(coordinates)
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def with_dropped(coordinates: Floats) -> Floats:
    """Logits (…, A) of which the dropped one, the first, is 0."""
    return np.concatenate([np.zeros_like(coordinates[..., :1]), coordinates], axis=-1)


def differences(values: Floats, axis: int) -> Floats:
    """Entries less the first one along an axis, which loses the first."""
    first, rest = np.split(values, [1], axis=axis)
    return np.asarray(rest - first)


def along_logits(slopes: Floats, policy: Floats) -> Floats:
    """∂/∂z_k (…, A − 1) from ∂/∂π_a (…, A): π_k (∂_k − Σ_b π_b ∂_b), the rule of the softmax."""
    mean = (policy * slopes).sum(axis=-1, keepdims=True)
    return np.asarray((policy * (slopes - mean))[..., 1:])


def check_policies(
    policies: Sequence[ArrayLike], states: int, actions: Sequence[int]
) -> tuple[Floats, ...]:
    """Positive policies as arrays (B, S, A_i), from (S, A_i) or (B, S, A_i).

    Raises ValueError for shapes and for probabilities that are not positive and near one in sum.
    """
    if len(policies) != len(actions):
        raise ValueError(
            f"policies has {len(policies)} arrays; expected {len(actions)}, one per player"
        )
    result = []
    for i, (policy, count) in enumerate(zip(policies, actions, strict=True)):
        array = np.asarray(policy, dtype=float)
        if array.ndim not in (2, 3) or array.shape[-2:] != (states, count):
            raise ValueError(
                f"policy {i + 1} has shape {array.shape};"
                f" expected {(states, count)} or (k, {states}, {count})"
            )
        # a sum of floats that were rounded one by one
        if not ((array > 0).all() and (np.abs(array.sum(axis=-1) - 1) < 1e-9).all()):
            raise ValueError(
                f"policy {i + 1} is not made of positive probabilities that sum to 1;"
                " logits need each action to be played"
            )
        result.append(array if array.ndim == 3 else array[None])
    count = max(len(array) for array in result)
    return tuple(np.broadcast_to(array, (count, *array.shape[1:])) for array in result)


def kl_divergence(first: Sequence[ArrayLike], second: Sequence[ArrayLike]) -> Floats:
    """Σ_s D(p_i(·|s) ‖ q_i(·|s)) of each player: (N,), or (k, N) for many policies at once.

    first, second: one array (S, A_i) or (k, S, A_i) a player; p log(p/q) counts as 0 where p is 0.
    Source: theory, T19, the distance that its claim is about.

    >>> kl_divergence([[[0.5, 0.5]]], [[[0.25, 0.75]]]).round(6)
    array([0.143841])
    """
    parts: list[Any] = []
    for p, q in zip(first, second, strict=True):
        a, b = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            change = (b - a) / a
            # with q − p, which sums to 0, no term is negative and little cancels
            terms = np.where(a > 0, a * (change - np.log1p(change)), b)
        parts.append(terms.sum(axis=(-2, -1)))
    return np.stack(parts, axis=-1)
