"""Softmax policies over boxes of logits: their ranges, and affine forms of second order."""

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.numbers.affine import Form
from certificates.kernel.numbers.intervals import Interval, enclose
from certificates.kernel.numbers.leaf_balls import centred, product_up
from certificates.kernel.numbers.matrices import TINY, UNIT, Ball, Floats, rounded_up
from games.language.graph import Graph

ONE = Interval(np.array([1.0]), np.array([1.0]))


@final
@dataclass(frozen=True)
class Policy:
    """One player over K boxes, S states, A actions of which the first has logit 0.

    low, high: probabilities (K, S, A). To second order π = centre + Σ_b t_b·turns_b +
    Σ_p s_p·turns_p ± rest: balls (K, S, A), (K, S, A, Q) and floats (K, S, A), with s_p = t_b²
    for the next A − 1 of the turns, and t_bt_c for the others. own: which sides t_b are (S, A − 1).
    chosen, logits: forms (K, S, A − 1) of the other actions'.
    log_sum: the form (K, S) of log Σ_a e^{z_a}, so that H = log_sum − Σ_k π_k z_k.
    """

    low: Floats
    high: Floats
    centre: Ball
    turns: Ball
    rest: Floats
    own: NDArray[np.int64]
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
    turns, rest = _turns(at, thin, wide, size)
    return Policy(
        wide.low,
        wide.high,
        at,
        turns,
        rest,
        symbols - 1,
        _chosen(at, turns, rest, symbols, sides),
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


def _turns(at: Ball, thin: Interval, wide: Interval, size: Floats) -> tuple[Ball, Floats]:
    """∂_bπ_a(c)·size_b, then ½∂_b∂_cπ_a(c)·size_b·size_c by pairs, and what is left of those."""
    A = at.mid.shape[-1]
    reach = Ball.exact(size)
    own = Ball.exact(np.eye(A)[:, 1:]) - at[..., None, 1:]
    firsts = at[..., None] * own * reach[..., None, :]
    pairs = [(b, b) for b in range(1, A)] + [(b, c) for b in range(1, A) for c in range(1, b)]
    mid, rad = [firsts.mid], [firsts.rad]
    rest = np.zeros_like(at.mid)
    for b, c in pairs:
        area = reach[..., b - 1] * reach[..., c - 1]
        area = area * Ball.exact(0.5) if b == c else area
        at_centre = [_second(thin, a, b, c) for a in range(A)]
        low, high = (np.stack([getattr(x, end) for x in at_centre], -1) for end in ("low", "high"))
        bend = Ball.between(low, high) * area[..., None]
        mid.append(bend.mid[..., None])
        rad.append(bend.rad[..., None])
        for a in range(A):
            off = _second(wide, a, b, c) - at_centre[a]
            far = np.maximum(-off.low, off.high) * (area.mid + area.rad)
            rest[..., a] = rounded_up(rest[..., a] + far, 3)
    return Ball(np.concatenate(mid, axis=-1), np.concatenate(rad, axis=-1)), rest


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


def _chosen(at: Ball, turns: Ball, rest: Floats, symbols: NDArray[np.int64], sides: int) -> Form:
    """π_a for all but the first action; t² is ½ ± ½."""
    states, count = symbols.shape
    halves = Ball(turns.mid / 2, rounded_up(turns.rad / 2, 2))[..., count : 2 * count]
    centre = at
    for b in range(count):
        centre = centre + halves[..., b]
    result = _form(centre[..., 1:], sides)
    wrong = turns.rad[..., 1:, :count].sum(axis=-1)
    lost = (np.abs(halves.mid) + halves.rad).sum(axis=-1)
    others = turns[..., 2 * count :]
    lost = lost + (np.abs(others.mid) + others.rad).sum(axis=-1) + rest
    for b in range(count):
        result.part[:, symbols[:, b], np.arange(states)] = turns.mid[..., 1:, b]
    return result.widened(rounded_up(wrong + lost[..., 1:], 2 * turns.mid.shape[-1] + 4))


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


def mean(table: Form, policy: Policy) -> Form:
    """Σ_a π_a f_a over the last axis of a table (S, …, A), state by state.

    Since Σ_a π_a = 1, what all f_a have nearly in common is taken out. What moves twice is summed
    over the actions before its size is taken.
    """
    others, A = table.rad.shape[2:-1], table.rad.shape[-1]
    f = table.on(lambda a: a.reshape(*a.shape[:3], -1, A))
    shared = (policy.centre.mid[:, None, :, None] * f.part).sum(axis=-1)
    g = f - Form(shared[..., None], np.zeros((1, 1, 1, 1)))
    turns = policy.turns
    c = g.part @ turns.mid[:, None]  # (K, 1 + G, S, R, Q)
    near = (g.part @ policy.centre.mid[:, None, :, :, None])[..., 0]
    part = np.zeros((len(c), policy.chosen.part.shape[1], *c.shape[2:4]))
    part[:, : c.shape[1]] = shared + near
    squares, count = slice(A - 1, 2 * (A - 1)), turns.mid.shape[-1]
    part[:, 0] += 0.5 * c[:, 0, ..., squares].sum(axis=-1)
    for s, sides in enumerate(policy.own):
        part[:, 1 + sides, s] += np.swapaxes(c[:, 0, s, :, : A - 1], 1, 2)
    size = np.abs(c)
    rad = size[:, 1:].sum(axis=(1, -1))
    rad += 0.5 * size[:, 0, ..., squares].sum(axis=-1)
    rad += size[:, 0, ..., 2 * (A - 1) :].sum(axis=-1)
    # of the products, of the balls, of what is third, and of the table itself
    rounding = 1.01 * (A + 6) * UNIT
    wrong = policy.rest + policy.centre.rad + rounding * np.abs(policy.centre.mid)
    wrong += (turns.rad + rounding * np.abs(turns.mid)).sum(axis=-1)
    rad += (wrong[:, :, None] * g.size).sum(axis=-1)
    rad += (policy.high[:, :, None] * g.rad).sum(axis=-1)
    added = (
        (np.abs(shared) + np.abs(near)).sum(axis=1)
        + np.abs(part).sum(axis=1)
        + size[:, 0].sum(axis=-1)
    )
    rad += 1.01 * (count + 4) * UNIT * added + 16 * A * count * part.shape[1] * TINY
    total = Form(part, rounded_up(rad, part.shape[1] * count + 4 * A + 24))
    return total.on(lambda a: a.reshape(*a.shape[:3], *others))
