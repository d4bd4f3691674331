"""Softmax policies over boxes of logits: their ranges, and affine forms of second order."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.numbers.affine import Form
from certificates.kernel.numbers.intervals import Interval, enclose
from certificates.kernel.numbers.leaf_balls import centred, product_up
from certificates.kernel.numbers.matrices import Ball, Floats, magnitude, rounded_up
from games.language.graph import Graph
from games.markov.tensors import Tensors

ONE = Interval(np.array([1.0]), np.array([1.0]))


@final
@dataclass(frozen=True)
class Policy:
    """One player over K boxes of n sides, S states, A actions of which the first has logit 0.

    The logits of all actions but the first are middle + t·reach, (K, S, A − 1). high: probabilities
    at most (K, S, A). every: balls (K, S, A, 1 + Q) with π = every_0 + Σ_b t_b every_b +
    Σ_p s_p every_p, where s_p = t_b² for the A − 1 entries after the first A, and t_bt_c for the
    others. symbols: which part of a form t_b is, (S, A − 1). sides: n.
    """

    middle: Floats
    reach: Floats
    high: Floats
    every: Ball
    symbols: NDArray[np.int64]
    sides: int

    @cached_property
    def chosen(self) -> Form:
        """π_k of all actions but the first, (K, S, A − 1)."""
        return _combined(self.every[..., 1:, :][:, None], self)

    @cached_property
    def logits(self) -> Form:
        """z_k of all actions but the first, (K, S, A − 1)."""
        moves = self.reach[..., None] * np.eye(self.reach.shape[-1])
        return self.moved(Ball.exact(self.middle), moves)

    @cached_property
    def entropy(self) -> Form:
        """H = log Σ_a e^{z_a} − Σ_k π_k z_k (K, S).

        log Σe^z = log Σe^c + Σ_b π_b(c)δ_b + ½Var(δ), the last under some probabilities. No δ is
        farther from 0 than the largest reach, so Var(δ) is at most its square.
        """
        total = inverses(self.middle, self.middle)
        log = _function("log", Interval(total.low[..., 0], total.high[..., 0]))
        pi = ONE / total
        farthest = self.reach.max(axis=-1)
        quarter = np.nextafter(product_up(farthest, farthest) / 4, np.inf)  # ± round itself
        moves = Ball.between(pi.low, pi.high)[..., 1:] * Ball.exact(self.reach)
        wrong = rounded_up(moves.rad.sum(axis=-1), moves.rad.shape[-1])
        centre = Ball.between(log.low, log.high) + Ball(quarter, quarter)
        log_sum = self.moved(centre, moves.mid).widened(wrong)
        return log_sum - (self.chosen * self.logits).sum(-1)

    def moved(self, centre: Ball, moves: Floats) -> Form:
        """Centres (K, S, …), moved by t_b in each state: moves (K, S, A − 1, …)."""
        K, states, *shape = centre.mid.shape
        part = np.zeros((K, 1 + self.sides, states, *shape))
        part[:, 0] = centre.mid
        part[:, self.symbols, np.arange(states)[:, None]] = moves
        return Form(part, centre.rad)


def policies_over(tensors: Tensors, low: Floats, high: Floats) -> list[Policy]:
    """Every player's policies over boxes (K, n)."""
    centre, reach = centred(low, high)
    symbols = 1 + np.arange(low.shape[1])[None]
    parts = [tensors.of_players(each) for each in (low, high, centre, reach, symbols)]
    return [_policy(low.shape[1], *part) for part in zip(*parts, strict=True)]


def _policy(
    sides: int, low: Floats, high: Floats, middle: Floats, reach: Floats, symbols: NDArray[np.int64]
) -> Policy:
    """The policy of the player with these logits, and its symbols (1, S, A − 1)."""
    wide, thin = ONE / inverses(low, high), ONE / inverses(middle, middle)
    every = _second_order(thin, wide, Ball.exact(reach))
    return Policy(middle, reach, wide.high, every, symbols[0], sides)


def inverses(low: Floats, high: Floats) -> Interval:
    """1/π_a = Σ_b e^{z_b − z_a} (K, S, A) over boxes of logits (K, S, A − 1).

    Every coordinate enters each of these in one direction only, so that the ends are attained.
    """
    zero = np.zeros_like(low[..., :1])
    bottom, top = (np.concatenate([zero, ends], axis=-1) for ends in (low, high))
    actions = range(bottom.shape[-1])
    others = np.array([[b for b in actions if b != a] for a in actions])
    own = Interval(bottom[..., None], top[..., None])
    ratios = _function("exp", Interval(bottom[..., others], top[..., others]) - own)
    total = ONE
    for b in actions[:-1]:
        total = total + Interval(ratios.low[..., b], ratios.high[..., b])
    return total


def _function(name: str, x: Interval) -> Interval:
    graph = Graph()
    node = graph.apply(name, graph.variable("x"))
    flat = Interval(x.low.ravel(), x.high.ravel())
    [value] = enclose(graph, [node], {"x": flat})
    return Interval(value.low.reshape(x.low.shape), value.high.reshape(x.low.shape))


def _second_order(thin: Interval, wide: Interval, reach: Ball) -> Ball:
    """π_a(c), ∂_bπ_a(c)·reach_b and ½∂_b∂_cπ_a(c)·reach_b·reach_c by pairs: (K, S, A, 1 + Q).

    What second derivatives over the box have beyond that goes into the radius of the first.
    """
    at, A = Ball.between(thin.low, thin.high), thin.low.shape[-1]
    own = Ball.exact(np.eye(A)[:, 1:]) - at[..., None, 1:]
    firsts = at[..., None] * own * reach[..., None, :]
    pairs = [(b, b) for b in range(1, A)] + [(b, c) for b in range(1, A) for c in range(1, b)]
    b, c = np.array(pairs).T - 1
    area = reach[..., None, b] * reach[..., None, c] * Ball.exact(np.where(b == c, 0.5, 1.0))
    centre, anywhere = _seconds(thin, pairs), _seconds(wide, pairs)
    bends = Ball.between(centre.low, centre.high) * area
    off = anywhere - centre
    far = np.maximum(-off.low, off.high) * magnitude(area)
    rest = rounded_up(at.rad + far.sum(axis=-1), len(pairs) + 3)
    return Ball(
        np.concatenate([at.mid[..., None], firsts.mid, bends.mid], axis=-1),
        np.concatenate([rest[..., None], firsts.rad, bends.rad], axis=-1),
    )


def _seconds(policy: Interval, pairs: Sequence[tuple[int, int]]) -> Interval:
    """∂_b∂_cπ_a of all actions and these pairs (b, c): (K, S, A, pairs)."""
    actions = range(policy.high.shape[-1])
    every = [[_second(policy, a, b, c) for b, c in pairs] for a in actions]
    return Interval(
        np.stack([np.stack([entry.low for entry in row], axis=-1) for row in every], axis=-2),
        np.stack([np.stack([entry.high for entry in row], axis=-1) for row in every], axis=-2),
    )


def _second(policy: Interval, a: int, b: int, c: int) -> Interval:
    """∂_b∂_cπ_a: π_a(1 − π_a)(1 − 2π_a) for a = b = c, −π_aπ_b(1 − 2π_b) for b = c, for one of them
    equal to a −π_aπ_c(1 − 2π_a) with c the other, and else 2π_aπ_bπ_c.
    """

    def pi(k: int) -> Interval:
        return Interval(policy.low[..., k], policy.high[..., k])

    def less(k: int) -> Interval:
        return ONE - (pi(k) + pi(k))

    if b == c:
        return pi(a) * (ONE - pi(a) if a == b else -pi(b)) * less(b)
    if a in (b, c):
        return -(pi(a) * pi(c if a == b else b) * less(a))
    return (pi(a) + pi(a)) * pi(b) * pi(c)


def mean(table: Form, policy: Policy) -> Form:
    """Σ_a π_a f_a over the last axis of a table (S, …, A), state by state.

    Since Σ_a π_a = 1, what all f_a have nearly in common is taken out.
    """
    others, A = table.rad.shape[2:-1], table.rad.shape[-1]
    f = table.on(lambda a: a.reshape(*a.shape[:3], -1, A))
    every = policy.every[:, None]
    shared = (every.mid[..., None, :, 0] * f.part).sum(axis=-1)
    g = f - Form(shared[..., None], np.zeros((1, 1, 1, 1)))
    doubt = rounded_up((policy.high[:, :, None] * g.rad).sum(axis=-1), A + 1)
    total = _combined(Ball.exact(g.part) @ every, policy) + Form(shared, doubt)
    return total.on(lambda a: a.reshape(*a.shape[:3], *others))


def _combined(c: Ball, policy: Policy) -> Form:
    """Σ_gq t_g s_q c_gq (K, S, R) of balls (K, 1 + G, S, R, 1 + Q), t_0 = s_0 = 1.

    s_q as in :class:`Policy`. A square is ½ ± ½; other products are ± 1.
    """
    A, exact = policy.high.shape[-1], np.zeros((1, 1, 1, 1))
    own = np.moveaxis(c.mid[:, 0, ..., 1:A], -1, 2)
    squares, pairs = c.mid[:, :1, ..., A : 2 * A - 1] / 2, c.mid[:, 0, ..., 2 * A - 1 :]
    wrong = c.rad.sum(axis=(1, -1)) + np.abs(c.mid[:, 1:, ..., 1:]).sum(axis=(1, -1))
    wrong = wrong + np.abs(squares[:, 0]).sum(axis=-1) + np.abs(pairs).sum(axis=-1)
    moved = policy.moved(Ball.exact(np.zeros_like(wrong)), own)
    total = Form(c.mid[..., 0], exact[0]) + Form(squares, exact).sum(-1) + moved
    return total.widened(rounded_up(wrong, c.mid.shape[1] * c.mid.shape[-1] + 8))
