"""The field of a Markov game and its Jacobian over boxes of logits, as affine forms.

Source: theory, Mirror geometry (values over boxes). All that is needed of M = (I − γP_π)⁻¹ are
differences between states of its columns, and of the values: common shifts cancel.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np

from certificates.kernel.numbers.affine import Form, inverse
from certificates.kernel.numbers.matrices import Ball, Floats, rounded_up
from certificates.kernel.policies.forms import Policy, mean
from certificates.kernel.policies.solutions import Numbers, entropy_form

PASSES = 4  # in which the distance from the centre's values is bounded anew


@final
class Enclosure:
    """K boxes: policies, and vectors (K, n + S, S) that are known to bound the values."""

    def __init__(
        self, numbers: Numbers, policies: Sequence[Policy], upper: Floats, lower: Floats
    ) -> None:
        self._numbers, self._policies = numbers, policies
        self._upper, self._lower = (np.swapaxes(v, 1, 2) for v in (upper, lower))  # (K, S, V)
        self._gamma = Form.of(numbers.discount)

    def field(self, i: int) -> Form:
        """G_i (S, A_i − 1): d^e τ_i z − d^r (Q_i − Q_i(·, 0))."""
        powers, policy = self._numbers.powers, self._policies[i]
        entropy = self._weighted(powers.entropy, self._tau(i) * policy.logits)
        return entropy - self._weighted(powers.reward, self._advantage(i, i))

    def block(self, i: int, j: int) -> Form:
        """∂G_i/∂z_j (S, A_i − 1, S, A_j − 1)."""
        powers, numbers = self._numbers.powers, self._numbers
        gain = _outer(self._leads(i), self._centred_gain(i, j))
        here = Form.of(Ball.exact(np.eye(numbers.states)[:, None, :, None]))
        if i != j:
            gain = gain + self._pair(i, j) * here
        result = -self._weighted(powers.reward, gain)
        moved = self._along_occupancy(i)
        if moved is not None:
            # d(s') Y(s', b, s) as (s, ·, s', b)
            slope = self._occupancy[:, None, None] * self._occupancy_slope(j)
            turned = slope.on(lambda a: np.moveaxis(a, -1, 2)[:, :, :, None])
            result = result + moved[..., None, None] * turned
        if i == j:
            count = numbers.actions[i] - 1
            same = here * Form.of(Ball.exact(np.eye(count)[None, :, None, :]))
            own = self._weighted(powers.entropy, self._tau(i) * _ones((numbers.states, 1)))
            result = result + own[..., None, None] * same
        return result

    def _tau(self, i: int) -> Form:
        return Form.of(self._numbers.entropy[i])

    def _weighted(self, power: int, value: Form) -> Form:
        """d^power times numbers whose first axis is the state."""
        if not power:
            return value
        d = self._occupancy if power > 0 else self._inverse_occupancy
        return d[(slice(None), *(None for _ in range(value.rad.ndim - 2)))] * value

    def _along_occupancy(self, i: int) -> Form | None:
        """∂G_i/∂d (S, A_i − 1): e d^(e−1) τ_i z − r d^(r−1) (Q_i − Q_i(·, 0)); None if it is 0."""
        powers, policy = self._numbers.powers, self._policies[i]
        if powers.reward and powers.entropy:
            return self._tau(i) * policy.logits - self._advantage(i, i)
        if powers.reward:
            return -self._advantage(i, i)
        if powers.entropy:  # −1
            once = self._weighted(-1, self._tau(i) * policy.logits)
            return -self._weighted(-1, once)
        return None

    # ---- the chain -------------------------------------------------------------------------------

    @cached_property
    def _around(self) -> "_Around":
        return _around(self._numbers, self._policies, self._upper, self._lower)

    def _along(self, rows: Ball, columns: slice) -> Form:
        """Combinations (R, S) of the values of some columns: (R, columns).

        With U = U₀ + X, (I − γP)X = E: for any h, aX = hE + hγ(P − P₀)X + (a − h(I − γP₀))X.
        """
        near = self._around
        h = rows.mid @ near.hint
        H, every = Ball.exact(h), Ball(rows.mid[None], rows.rad[None])
        miss = every - H + (H @ Ball.exact(near.chain)) * self._numbers.discount
        size = rounded_up(np.abs(miss.mid) + miss.rad, 1)
        rest = np.abs(h) @ near.left[..., columns] + size @ near.far[..., columns]
        fixed = Form.each(every @ Ball.exact(near.start[..., columns]))
        linear = Form.each(H) @ near.missing[:, columns]
        return (fixed + linear).widened(rounded_up(rest, 2 * len(near.hint[0]) + 4))

    @cached_property
    def _occupancy(self) -> Form:
        """d = (1 − γ)ρᵀM (S,)."""
        numbers, n = self._numbers, len(self._numbers.actions)
        rows = Ball(numbers.initial.mid[None], numbers.initial.rad[None])
        visits = self._along(rows, slice(n, None))
        return Form.of(Ball.exact(np.ones(())) - numbers.discount) * visits[0]

    @cached_property
    def _inverse_occupancy(self) -> Form:
        """1/d, d being at least what it is here, and (1 − γ)ρᵀM for the least visits."""
        numbers, n = self._numbers, len(self._numbers.actions)
        rest = Ball.exact(np.ones(())) - numbers.discount
        visits = (Ball(numbers.initial.mid[None], numbers.initial.rad[None]) * rest) @ Ball.exact(
            self._lower[..., n:]
        )
        low = [np.nextafter(b.mid - b.rad, -np.inf) for b in (self._occupancy.hull, visits[:, 0])]
        return inverse(self._occupancy, np.fmax(*low))

    # ---- values of actions -----------------------------------------------------------------------

    def _advantage(self, i: int, j: int) -> Form:
        """Q_i^j(s, b) − Q_i^j(s, 0), the others averaged: (S, A_j − 1)."""
        return self._mean_values(i, (j,))

    def _pair(self, i: int, j: int) -> Form:
        """π_j(b)(Δ(k, b) − Σ_c π_j(c)Δ(k, c)), Δ(k, b) of own and j's actions, to the actions 0."""
        both = self._mean_values(i, (i, j))
        both = both if i < j else both.on(lambda a: np.swapaxes(a, -1, -2))
        pi = self._policies[j].chosen
        return _tilted(both, pi[:, None])[:, :, None]

    def _mean_values(self, i: int, kept: Collection[int]) -> Form:
        """r_i + γPw_i in differences to action 0 of the players kept, the others averaged."""
        numbers = self._numbers
        P, r = numbers.transition, numbers.rewards[..., i]
        for j in kept:
            P, r = _to_first(P, 1 + j), _to_first(r, 1 + j)
        ahead = self._ahead(P, slice(i, i + 1))[..., 0]
        return _averaged(Form.of(r) + ahead, self._policies, kept)

    def _ahead(self, moved: Ball, columns: slice) -> Form:
        """γΣ_t moved(…, t)U(t, ·) of some columns: (…, columns)."""
        shape, S = moved.mid.shape[:-1], self._numbers.states
        found = self._along(Ball(moved.mid.reshape(-1, S), moved.rad.reshape(-1, S)), columns)
        return self._gamma * found.on(lambda a: a.reshape(*a.shape[:2], *shape, a.shape[-1]))

    def _centred_gain(self, i: int, j: int) -> Form:
        """Σ_a ∂π_j(a|s)/∂z_j(s,b) Q_i^j(s,a) = π_b(D_b − Σ_cπ_cD_c): (S, A_j − 1)."""
        policy, value = self._policies[j], self._advantage(i, j)
        if i == j and self._numbers.bonus:  # what the entropy of s adds
            value = value - self._tau(i) * policy.logits
        return _tilted(value, policy.chosen)

    def _leads(self, j: int) -> Form:
        """γΣ_t(P^j(s,b,t) − P^j(s,0,t))M(t,s'): (S, A_j − 1, S)."""
        n = len(self._numbers.actions)
        moved = _to_first(self._numbers.transition, 1 + j)
        return _averaged(self._ahead(moved, slice(n, None)), self._policies, (j,))

    def _occupancy_slope(self, j: int) -> Form:
        """Y(s', b, s) with ∂d(s)/∂z_j(s',b) = d(s')Y: (S, A_j − 1, S)."""
        lead = self._leads(j).on(lambda a: np.swapaxes(a, -1, -2))  # (s', s, b)
        return _tilted(lead, self._policies[j].chosen[:, None]).on(lambda a: np.swapaxes(a, -1, -2))


@final
@dataclass(frozen=True)
class _Around:
    """Values U = U₀ + X round those at the centres, (K, S, n + S).

    start: U₀. hint: near (I − γP₀)⁻¹. chain: P₀ (K, S, S), near P_π. missing: E = R + γPU₀ − U₀.
    far ≥ |X|, and left ≥ |γ(P − P₀)X|.
    """

    start: Floats
    hint: Floats
    chain: Floats
    missing: Form
    far: Floats
    left: Floats


def _around(numbers: Numbers, policies: Sequence[Policy], upper: Floats, lower: Floats) -> _Around:
    """How far the values are from those at the centres: by the vectors, then by that itself.

    (P − P₀)X(s) = Σ_t(P − P₀)(s, t)(X(t) − X(s)) + (1 − P₀1)(s)X(s), and the differences of X
    are of the form of :meth:`Enclosure._along`.
    """
    S = numbers.states
    chain = _averaged(Form.of(numbers.transition), policies, ())
    P0 = chain.part[:, 0]
    hint, start = _hints(numbers, policies, P0)
    E = _mean_sources(numbers, policies, start) - Form.each(Ball.exact(start))
    high, low = _above(upper - start), -_above(start - lower)
    far = np.maximum(np.abs(high), np.abs(low))
    gap = _above(high[:, None] - low[:, :, None])  # X(t) − X(s) at [s, t]
    wide = np.maximum(gap, np.swapaxes(gap, 1, 2)).reshape(len(far), S * S, -1)
    pairs = (np.eye(S)[None] - np.eye(S)[:, None]).reshape(S * S, S)
    h = pairs @ hint
    H = Ball.exact(h)
    miss = Ball.exact(pairs) - H + (H @ Ball.exact(P0)) * numbers.discount
    fixed = _size(Form.each(H) @ E)
    fixed = fixed + rounded_up(np.abs(miss.mid) + miss.rad, 1) @ far
    moves = rounded_up(np.abs(chain.part[:, 1:]).sum(axis=1) + chain.rad, chain.part.shape[1] + 1)
    lost = Ball.exact(np.ones((S, 1))) - Ball.exact(P0) @ Ball.exact(np.ones((S, 1)))
    common = (np.abs(lost.mid) + lost.rad) * far
    gamma = numbers.discount.mid + numbers.discount.rad
    for _ in range(PASSES):
        each = (moves[:, :, None] @ wide.reshape(len(wide), S, S, -1))[:, :, 0]
        left = rounded_up(gamma * (each + common), S + 8)
        wide = np.fmin(wide, rounded_up(fixed + np.abs(h) @ left, 2 * S + 8))
    return _Around(start, hint, P0, E, far, left)


def values_hint(numbers: Numbers, policies: Sequence[Policy]) -> Floats:
    """Near the values (K, S, n + S) at the centres of the boxes."""
    chain = _averaged(Form.of(numbers.transition), policies, ())
    return _hints(numbers, policies, chain.part[:, 0])[1]


def _hints(numbers: Numbers, policies: Sequence[Policy], P: Floats) -> tuple[Floats, Floats]:
    """Near (I − γP)⁻¹ and the values at the centres; zeros where that fails."""
    S, gamma = numbers.states, float(numbers.discount.mid)
    try:
        hint = np.asarray(np.linalg.inv(np.eye(S) - gamma * P), dtype=float)
    except np.linalg.LinAlgError:
        hint = np.zeros_like(P)
    nothing = np.zeros((len(P), S, len(numbers.actions) + S))
    return hint, np.asarray(hint @ _mean_sources(numbers, policies, nothing).part[:, 0])


def _mean_sources(numbers: Numbers, policies: Sequence[Policy], ahead: Floats) -> Form:
    """R + γPU for fixed U (K, S, n + S): mean rewards, with entropy where it counts, and visits.

    The mean is taken of the table of joint actions, in which what U is large by cancels.
    """
    sources, S = numbers.sources, numbers.states
    flat = Ball(numbers.transition.mid.reshape(-1, S), numbers.transition.rad.reshape(-1, S))
    later = (flat @ Ball.exact(ahead)) * numbers.discount
    shape = (len(ahead), *sources.mid.shape)
    table = Ball(sources.mid[None], sources.rad[None]) + Ball(
        later.mid.reshape(shape), later.rad.reshape(shape)
    )
    result = _averaged(Form.each(table), policies, ())
    if numbers.bonus:
        axes = np.eye(len(numbers.actions) + S)
        for i, policy in enumerate(policies):
            bonus = entropy_form(numbers, policy, i)
            result = result + bonus[:, None] * Form.of(Ball.exact(axes[i]))
    return result


def _averaged(table: Form, policies: Sequence[Policy], kept: Collection[int]) -> Form:
    """Means over the players not kept of a table (S, A_1, …, A_n, …), last player first."""
    for j in reversed(range(len(policies))):
        if j not in kept:
            table = mean(table.to_end(1 + j), policies[j])
    return table


def _tilted(value: Form, pi: Form) -> Form:
    """π_b(D_b − Σ_cπ_cD_c) over the last axis, the actions but the first, whose D is 0."""
    mean = (pi * value).sum(-1)
    return pi * (value - mean[..., None])


def _outer(lead: Form, gain: Form) -> Form:
    """lead(s, k, s')·gain(s', b): (S, A_i − 1, S, A_j − 1)."""
    return lead[..., None] * gain[None, None]


def _ones(shape: tuple[int, ...]) -> Form:
    return Form.of(Ball.exact(np.ones(shape)))


def _to_first(table: Ball, axis: int) -> Ball:
    """Differences to the first entry along an axis, which loses it."""
    count = table.mid.shape[axis]
    every = tuple(slice(None) for _ in range(axis))
    return table[(*every, slice(1, count))] - table[(*every, slice(0, 1))]


def _above(value: Floats) -> Floats:
    return np.nextafter(value, np.inf)


def _size(form: Form) -> Floats:
    """An upper bound of its entries' size."""
    hull = form.hull
    return rounded_up(np.abs(hull.mid) + hull.rad, 1)
