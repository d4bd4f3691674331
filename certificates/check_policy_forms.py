"""Softmax policies over boxes of logits: their ranges, and affine forms of second order."""

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.check_forms import Form
from certificates.check_interval import Interval, enclose
from certificates.check_leaf_balls import centred, product_up
from certificates.check_matrix import Ball, Floats, rounded_up
from games.graph import Graph

ONE = Interval(np.array([1.0]), np.array([1.0]))


@final
@dataclass(frozen=True)
class Policy:
    """One player over K boxes, S states, A actions of which the first has logit 0.

    low, high: probabilities (K, S, A). chosen, logits: forms (K, S, A − 1) of the other actions'.
    log_sum: the form (K, S) of log Σ_a e^{z_a}, so that H = log_sum − Σ_k π_k z_k.
    """

    low: Floats
    high: Floats
    chosen: Form
    logits: Form
    log_sum: Form


def policy_over(low: Floats, high: Floats, first: int, states: int, count: int) -> Policy:
    """The policy of the player whose coordinates in boxes (K, n) start at the first one."""
    own = slice(first, first + states * (count - 1))
    shape = (len(low), states, count - 1)
    centre, reach = centred(low, high)
    middle, size = centre[:, own].reshape(shape), reach[:, own].reshape(shape)
    wide = softmax(low[:, own].reshape(shape), high[:, own].reshape(shape))
    thin = softmax(middle, middle)
    at = Ball.between(thin.low, thin.high)
    symbols = 1 + first + np.arange(states * (count - 1)).reshape(states, count - 1)
    sides = low.shape[1]
    logits = _form(Ball.exact(middle), sides)
    here = np.arange(states)[:, None]
    logits.part[:, symbols, here, np.arange(count - 1)] = size
    return Policy(
        wide.low,
        wide.high,
        _chosen(at, wide, size, symbols, sides),
        logits,
        _log_sum(thin, at, size, symbols, sides),
    )


def softmax(low: Floats, high: Floats) -> Interval:
    """π (K, S, A) over boxes of coordinates (K, S, A − 1): 1/Σ_b e^{z_b − z_a}.

    Every coordinate enters each of these in one direction only, so that the ends are attained.
    """
    zero = np.zeros_like(low[..., :1])
    bottom, top = (np.concatenate([zero, ends], axis=-1) for ends in (low, high))
    z = Interval(bottom[..., None, :], top[..., None, :])
    own = Interval(bottom[..., :, None], top[..., :, None])
    ratios = _function("exp", z - own)
    total = ONE
    for b in range(bottom.shape[-1]):
        same = np.arange(bottom.shape[-1]) == b  # e⁰ was counted
        total = total + Interval(
            np.where(same, 0.0, ratios.low[..., b]), np.where(same, 0.0, ratios.high[..., b])
        )
    return ONE / total


def _function(name: str, x: Interval) -> Interval:
    graph = Graph()
    node = graph.apply(name, graph.variable("x"))
    flat = Interval(x.low.ravel(), x.high.ravel())
    [value] = enclose(graph, [node], {"x": flat})
    return Interval(value.low.reshape(x.low.shape), value.high.reshape(x.low.shape))


def _form(centre: Ball, sides: int) -> Form:
    """That centre, and moves of 0 to be filled in."""
    K, *shape = centre.mid.shape
    part = np.zeros((K, 1 + sides, *shape))
    part[:, 0] = centre.mid
    return Form(part, centre.rad.copy())


def _chosen(at: Ball, wide: Interval, size: Floats, symbols: NDArray[np.int64], sides: int) -> Form:
    """π_a = π_a(c) + Σ_b ∂_bπ_a(c)δ_b + ½Σ_bc δ_bδ_c ∂_b∂_cπ_a, the last over the box."""
    states, count = symbols.shape[0], at.mid.shape[-1]
    result = _form(at[..., 1:], sides)
    for a in range(1, count):
        for b in range(1, count):
            slope = at[..., a] * (Ball.exact(float(a == b)) - at[..., b])
            move = slope * Ball.exact(size[..., b - 1])
            result.part[:, symbols[:, b - 1], np.arange(states), a - 1] = move.mid
            result.rad[..., a - 1] = rounded_up(result.rad[..., a - 1] + move.rad, 1)
    bent = [_bent(wide, size, a) for a in range(1, count)]
    rest = Ball.between(*(np.stack([getattr(b, end) for b in bent], -1) for end in ("low", "high")))
    return result + Form.each(rest)


def _bent(wide: Interval, size: Floats, a: int) -> Interval:
    """½Σ_bc δ_bδ_c ∂_b∂_cπ_a for |δ_b| ≤ size_b, from the closed forms of the second derivatives.

    ∂_a²π_a = π_a(1 − π_a)(1 − 2π_a), ∂_b²π_a = −π_aπ_b(1 − 2π_b), ∂_a∂_cπ_a = −π_aπ_c(1 − 2π_a) and
    else ∂_b∂_cπ_a = 2π_aπ_bπ_c.
    """

    def pi(k: int) -> Interval:
        return Interval(wide.low[..., k], wide.high[..., k])

    half = Interval(np.array([0.5]), np.array([0.5]))
    total = Interval(np.zeros_like(size[..., 0]), np.zeros_like(size[..., 0]))
    two_less = {k: ONE - (pi(k) + pi(k)) for k in range(1, size.shape[-1] + 1)}
    for b in two_less:
        for c in range(1, b + 1):
            area = product_up(size[..., b - 1], size[..., c - 1])
            if b == c:
                own = ONE - pi(a) if b == a else -pi(b)
                total = total + half * pi(a) * own * two_less[b] * Interval(0 * area, area)
            elif a in (b, c):
                other = c if b == a else b
                total = total + pi(a) * pi(other) * two_less[a] * Interval(-area, area)
            else:
                product = pi(a) * pi(b) * pi(c)
                total = total + (product + product) * Interval(-area, area)
    return total


def _log_sum(
    thin: Interval, at: Ball, size: Floats, symbols: NDArray[np.int64], sides: int
) -> Form:
    """log Σe^z = −log π_0(c) + Σ_b π_b(c)δ_b + ½Var(δ), the last under some probabilities.

    No δ is farther from 0 than the largest size, so Var(δ) is at most its square.
    """
    states = symbols.shape[0]
    first = _function("log", Interval(thin.low[..., 0], thin.high[..., 0]))
    farthest = size.max(axis=-1)
    quarter = np.nextafter(product_up(farthest, farthest) / 4, np.inf)  # ± round itself
    centre = Ball.between(-first.high, -first.low) + Ball(quarter, quarter)
    result = _form(centre, sides)
    for b in range(1, at.mid.shape[-1]):
        move = at[..., b] * Ball.exact(size[..., b - 1])
        result.part[:, symbols[:, b - 1], np.arange(states)] = move.mid
        result.rad[:] = rounded_up(result.rad + move.rad, 1)
    return result
