"""Softmax policies over boxes of logits, in floats: ranges, and what is affine of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from games.markov.logits import log_softmax, with_dropped
from sgn.enclosures.policies.affine import Affine, FloatArray


@final
@dataclass(frozen=True, eq=False)
class PolicyBox:
    """One player's policies over K boxes: least and greatest (K, S, A), and to second order.

    π = centre + Σ_b t_b·moves_b + Σ_p s_p·bends_p ± rest (K, S, A, …), with s_p = t_b² for the
    first A − 1 of the pairs p, and else t_bt_c. own: which of the box's sides t_b are (S, A − 1).
    chosen, logits: affine (K, S, A − 1), of all actions but the first; entropy: H (K, S).
    """

    least: FloatArray
    greatest: FloatArray
    centre: FloatArray
    moves: FloatArray
    bends: FloatArray
    rest: FloatArray
    own: NDArray[np.int64]
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
    bends, rest = _curved(pi, least, greatest, half)
    sides = low.shape[1]
    squares = bends[..., : A - 1].sum(axis=-1) / 2
    chosen = _spread((pi + squares)[..., 1:], moves[..., 1:, :], own, sides)
    lost = np.abs(bends).sum(axis=-1) - np.abs(bends[..., : A - 1]).sum(axis=-1) / 2
    chosen = chosen.widened((lost + rest)[..., 1:])
    logits = _spread(middle, half[..., None] * np.eye(A - 1), own, sides)
    # ½Var of what is within the widest half side of 0
    quarter = half.max(axis=-1) ** 2 / 4
    total = -np.log(pi[..., 0]) + quarter
    log_sum = _spread(total[..., None], pi[..., None, 1:] * half[..., None, :], own, sides)
    entropy = log_sum.at(slice(None), 0).widened(quarter) - (chosen * logits).sum()
    return PolicyBox(least, greatest, pi, moves, bends, rest, own, chosen, logits, entropy)


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
    pi: FloatArray, least: FloatArray, greatest: FloatArray, half: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """½Σ_bc δ_bδ_c ∂_b∂_cπ_a at the centre by pairs (K, S, A, P), and how far it is from the box's.

    |δ_b| ≤ half_b; the squares come first.
    """
    A = pi.shape[-1]
    pairs = [(b, b) for b in range(1, A)] + [(b, c) for b in range(1, A) for c in range(1, b)]
    thin, wide = np.stack([pi, pi]), np.stack([least, greatest])
    bends, rest = np.zeros((*pi.shape, len(pairs))), np.zeros_like(pi)
    for p, (b, c) in enumerate(pairs):
        area = half[..., b - 1] * half[..., c - 1] * (0.5 if b == c else 1.0)
        for a in range(A):
            at, _ = _bend(thin, a, b, c)
            bottom, top = _bend(wide, a, b, c)
            bends[..., a, p] = area * at
            rest[..., a] += area * np.maximum(top - at, at - bottom)
    return bends, rest


def mean(table: Affine, box: PolicyBox) -> Affine:
    """Σ_a π_a f_a over the last axis of a table (S, …, A), state by state.

    What all actions have in common is left out first; what moves twice is summed over the actions
    before its size is taken.
    """
    others, A = table.doubt.shape[2:-1], table.doubt.shape[-1]
    f = table.turned(lambda a: a.reshape(*a.shape[:3], -1, A))
    shared = (box.centre[:, None, :, None] * f.terms).sum(axis=-1)
    g = Affine(f.terms - shared[..., None], f.doubt)
    turning = np.concatenate([box.moves, box.bends], axis=-1)  # (K, S, A, Q)
    c = g.terms @ turning[:, None]  # (K, 1 + G, S, R, Q)
    squares = slice(A - 1, 2 * (A - 1))
    total = np.zeros((len(shared), box.chosen.terms.shape[1], *shared.shape[2:]))
    total[:, : shared.shape[1]] = shared
    total[:, 0] += 0.5 * c[:, 0, ..., squares].sum(axis=-1)
    for s, symbols in enumerate(box.own):
        total[:, 1 + symbols, s] += np.swapaxes(c[:, 0, s, :, : A - 1], 1, 2)
    size = np.abs(c)
    doubt = size[:, 1:].sum(axis=(1, -1))
    doubt += 0.5 * size[:, 0, ..., squares].sum(axis=-1)
    doubt += size[:, 0, ..., 2 * (A - 1) :].sum(axis=-1)
    doubt += (box.greatest[:, :, None] * g.doubt).sum(axis=-1)
    doubt += (box.rest[:, :, None] * np.abs(g.terms).sum(axis=1)).sum(axis=-1)
    return Affine(total, doubt).turned(lambda a: a.reshape(*a.shape[:3], *others))


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
