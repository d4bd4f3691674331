"""Softmax policies over boxes of logits, in floats: ranges, and what is affine of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from games.markov.logits import log_softmax, with_dropped
from sgn.values.affine import Affine, FloatArray


@final
@dataclass(frozen=True, eq=False)
class PolicyBox:
    """One player's policies over K boxes: least and greatest (K, S, A), and affine numbers.

    chosen, logits: (K, S, A − 1), of all actions but the first; entropy: H (K, S).
    """

    least: FloatArray
    greatest: FloatArray
    chosen: Affine
    logits: Affine
    entropy: Affine


def policy_boxes(
    low: FloatArray, high: FloatArray, states: int, actions: Sequence[int]
) -> list[PolicyBox]:
    """The policies of every player over boxes (K, n)."""
    result, first = [], 0
    for count in actions:
        own = np.arange(first, first + states * (count - 1)).reshape(states, count - 1)
        result.append(_policy_box(low, high, own))
        first += own.size
    return result


def _policy_box(low: FloatArray, high: FloatArray, own: NDArray[np.int64]) -> PolicyBox:
    bottom, top = low[:, own], high[:, own]  # (K, S, A − 1)
    middle, half = (bottom + top) / 2, (top - bottom) / 2
    least, greatest = _ends(bottom, top), _ends(top, bottom)
    pi = np.exp(log_softmax(middle))
    A = pi.shape[-1]
    # ∂π_a/∂z_b at the centre, times the half side: (K, S, A, A − 1)
    slopes = pi[..., :, None] * (np.eye(A) - pi[..., None, :])
    moves = slopes[..., 1:] * half[..., None, :]
    shift, doubt = _curved(least, greatest, half)
    sides = low.shape[1]
    chosen = _spread(pi[..., 1:] + shift[..., 1:], moves[..., 1:, :], own, sides)
    chosen = chosen.widened(doubt[..., 1:])
    logits = _spread(middle, half[..., None] * np.eye(A - 1), own, sides)
    # ½Var of what is within the widest half side of 0
    quarter = half.max(axis=-1) ** 2 / 4
    total = -np.log(pi[..., 0]) + quarter
    log_sum = _spread(total[..., None], pi[..., None, 1:] * half[..., None, :], own, sides)
    entropy = log_sum.at(slice(None), 0).widened(quarter) - (chosen * logits).sum()
    return PolicyBox(least, greatest, chosen, logits, entropy)


def _ends(own: FloatArray, others: FloatArray) -> FloatArray:
    """π_a with its own logit from the one and the others' from the other array: (K, S, A)."""
    mine, rest = np.exp(with_dropped(own)), np.exp(with_dropped(others))
    return np.asarray(mine / (mine + rest.sum(axis=-1, keepdims=True) - rest))


def _spread(centre: FloatArray, moves: FloatArray, own: NDArray[np.int64], sides: int) -> Affine:
    """Numbers (K, S, m) with moves (K, S, m, A − 1) by the state's own coordinates."""
    K, S, m = centre.shape
    terms = np.zeros((K, 1 + sides, S, m))
    terms[:, 0] = centre
    for s, symbols in enumerate(own):
        terms[:, 1 + symbols, s] = np.swapaxes(moves[:, s], 1, 2)
    return Affine(terms, np.zeros(centre.shape))


def _curved(
    least: FloatArray, greatest: FloatArray, half: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """½Σ_bc δ_bδ_c ∂_b∂_cπ_a over the box, |δ_b| ≤ half_b: middles and half widths (K, S, A)."""
    A = least.shape[-1]
    low, high = np.zeros_like(least), np.zeros_like(least)
    pi = np.stack([least, greatest])  # every factor has two ends: products go over all of them
    for b in range(1, A):
        for c in range(1, b + 1):
            area = half[..., b - 1] * half[..., c - 1]
            for a in range(A):
                ends = _bend(pi, a, b, c)
                if b == c:  # δ² from 0 to its largest
                    low[..., a] += np.minimum(ends[0], 0.0) * area / 2
                    high[..., a] += np.maximum(ends[1], 0.0) * area / 2
                else:
                    far = np.maximum(-ends[0], ends[1]) * area
                    low[..., a] -= far
                    high[..., a] += far
    return (low + high) / 2, (high - low) / 2


def _bend(pi: FloatArray, a: int, b: int, c: int) -> tuple[FloatArray, FloatArray]:
    """The ends of ∂_b∂_cπ_a for probabilities between pi[0] and pi[1]."""
    if a == b == c:
        factors = [pi[..., a], 1 - pi[::-1, ..., a], 1 - 2 * pi[::-1, ..., a]]
    elif b == c:
        factors = [pi[..., a], -pi[::-1, ..., b], 1 - 2 * pi[::-1, ..., b]]
    elif a in (b, c):
        other = c if a == b else b
        factors = [pi[..., a], -pi[::-1, ..., other], 1 - 2 * pi[::-1, ..., a]]
    else:
        factors = [2 * pi[..., a], pi[..., b], pi[..., c]]
    first, second, third = factors
    every = np.stack([x * y * z for x in first for y in second for z in third])
    return every.min(axis=0), every.max(axis=0)
