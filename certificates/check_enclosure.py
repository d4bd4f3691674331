"""The field of a Markov game and its Jacobian over boxes of logits, as affine forms.

Source: theory, Mirror geometry (values over boxes). All that is needed of M = (I − γP_π)⁻¹ are
differences between states of its columns, and of the values: common shifts cancel.
"""

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import final

import numpy as np

from certificates.check_forms import Form, inverse
from certificates.check_matrix import Ball, Floats, rounded_up
from certificates.check_policy_forms import Policy
from certificates.check_solutions import Numbers, entropy_form

PASSES = 3  # in which the distance from the centre's values is bounded anew


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
    def _transition(self) -> Form:
        """P_π (S, S)."""
        return _averaged(Form.of(self._numbers.transition), self._policies, ())

    @cached_property
    def _differences(self) -> tuple[Form, Form]:
        """Of the values U of all sources: U(t) − U(L) (S, n + S), L the last state, and ρᵀU.

        With any U₀, H: X = U − U₀ solves (I − γP)X = E, E = R + γPU₀ − U₀; for a row a of
        differences, or ρᵀ, aX = hE + fX with f = a − h(I − γP), and fX = Σ_t f(t)(X(t) − X(L)) +
        (f1)X(L), where f moves by what h γP does, and X is small: known from the vectors, and
        then from this itself.
        """
        numbers, S = self._numbers, self._numbers.states
        start, hint = _hints(self._transition, self._sources, numbers)
        a = np.concatenate([_to_last(S), numbers.initial.mid[None]])
        rows = Ball(a, np.concatenate([np.zeros((S, S)), numbers.initial.rad[None]]))
        U0, H = Form.each(Ball.exact(start)), Form.each(Ball.exact(a @ hint))
        E = self._sources + self._gamma * (self._transition @ U0) - U0
        fixed = Form.of(rows) @ U0
        linear = fixed + H @ E
        f = Form.of(rows) - H + self._gamma * (H @ self._transition)
        ones = Form.of(Ball.exact(np.ones((S, 1))))
        f1 = Form.of(rows) @ ones - H @ ones + self._gamma * (H @ ones)
        high, low = _above(self._upper - start), -_above(start - self._lower)
        far = np.maximum(np.abs(high[:, -1:]), np.abs(low[:, -1:]))
        spread = np.maximum(_above(high - low[:, -1:]), _above(high[:, -1:] - low))
        common = rounded_up(_size(f1) * far, 1)
        for _ in range(PASSES):
            rest = rounded_up(_size(f) @ spread + common, S + 2)
            result = linear.widened(rest)
            known = _size(result[:S] - fixed[:S])
            spread = np.fmin(spread, known)
        return result[:S], result[S]

    @cached_property
    def _sources(self) -> Form:
        return _mean_sources(self._numbers, self._policies)

    @cached_property
    def _occupancy(self) -> Form:
        """d = (1 − γ)ρᵀM (S,)."""
        gamma = self._numbers.discount
        n = len(self._numbers.actions)
        return Form.of(Ball.exact(np.ones(())) - gamma) * self._differences[1][n:]

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
        numbers, n = self._numbers, len(self._numbers.actions)
        P, r = numbers.transition, numbers.rewards[..., i]
        for j in kept:
            P, r = _to_first(P, 1 + j), _to_first(r, 1 + j)
        flat = Ball(P.mid.reshape(-1, numbers.states), P.rad.reshape(-1, numbers.states))
        ahead = Form.of(flat) @ self._differences[0][:, :n][:, i, None]
        table = Form.of(r) + self._gamma * ahead.on(lambda a: a.reshape(*a.shape[:2], *r.mid.shape))
        return _averaged(table, self._policies, kept)

    def _centred_gain(self, i: int, j: int) -> Form:
        """Σ_a ∂π_j(a|s)/∂z_j(s,b) Q_i^j(s,a) = π_b(D_b − Σ_cπ_cD_c): (S, A_j − 1)."""
        policy, value = self._policies[j], self._advantage(i, j)
        if i == j and self._numbers.bonus:  # what the entropy of s adds
            value = value - self._tau(i) * policy.logits
        return _tilted(value, policy.chosen)

    def _leads(self, j: int) -> Form:
        """γΣ_t(P^j(s,b,t) − P^j(s,0,t))M(t,s'): (S, A_j − 1, S)."""
        n = len(self._numbers.actions)
        table = Form.of(_to_first(self._numbers.transition, 1 + j))
        moved = _averaged(table, self._policies, (j,))
        return self._gamma * (moved @ self._differences[0][:, n:][None])

    def _occupancy_slope(self, j: int) -> Form:
        """Y(s', b, s) with ∂d(s)/∂z_j(s',b) = d(s')Y: (S, A_j − 1, S)."""
        lead = self._leads(j).on(lambda a: np.swapaxes(a, -1, -2))  # (s', s, b)
        return _tilted(lead, self._policies[j].chosen[:, None]).on(lambda a: np.swapaxes(a, -1, -2))


def values_hint(numbers: Numbers, policies: Sequence[Policy]) -> Floats:
    """Near the values (K, S, n + S) at the centres of the boxes."""
    transition = _averaged(Form.of(numbers.transition), policies, ())
    return _hints(transition, _mean_sources(numbers, policies), numbers)[0]


def _hints(transition: Form, sources: Form, numbers: Numbers) -> tuple[Floats, Floats]:
    """Near the values at the centres, and near (I − γP)⁻¹ there; zeros where that fails."""
    P, gamma = transition.part[:, 0], float(numbers.discount.mid)
    try:
        hint = np.linalg.inv(np.eye(numbers.states) - gamma * P)
    except np.linalg.LinAlgError:
        hint = np.zeros_like(P)
    return np.asarray(hint @ sources.part[:, 0]), np.asarray(hint, dtype=float)


def _mean_sources(numbers: Numbers, policies: Sequence[Policy]) -> Form:
    """R (S, n + S): mean rewards, with entropy where it counts, and the identity."""
    result = _averaged(Form.of(numbers.sources), policies, ())
    if numbers.bonus:
        axes = np.eye(len(numbers.actions) + numbers.states)
        for i, policy in enumerate(policies):
            bonus = entropy_form(numbers, policy, i)
            result = result + bonus[:, None] * Form.of(Ball.exact(axes[i]))
    return result


def _averaged(table: Form, policies: Sequence[Policy], kept: Collection[int]) -> Form:
    """Means over the players not kept of a table (S, A_1, …, A_n, …), last player first."""
    for j in reversed(range(len(policies))):
        if j not in kept:
            last, pi = table.to_end(1 + j), policies[j].chosen
            pi = pi[(slice(None), *(None for _ in range(last.rad.ndim - 3)))]
            table = last[..., 0] + ((last[..., 1:] - last[..., :1]) * pi).sum(-1)
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


def _to_last(states: int) -> Floats:
    """The matrix that takes differences to the last state."""
    result = np.eye(states)
    result[:, -1] -= 1.0
    return result


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
