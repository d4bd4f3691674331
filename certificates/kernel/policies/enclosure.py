"""The field of a Markov game and its Jacobian over boxes of logits, as affine forms.

Source: theory, Mirror geometry (values over boxes). All that is needed of M = (I − γP_π)⁻¹ are
differences between states of its columns, and of the values: common shifts cancel.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import final

import numpy as np

from certificates.kernel.jacobian.model import ENTRY, MAX_STAR
from certificates.kernel.numbers.affine import Form, inverse
from certificates.kernel.numbers.matrices import Ball, Floats, magnitude, rounded_up
from certificates.kernel.policies.forms import Policy, mean, policies_over
from certificates.kernel.policies.numbers import Numbers
from certificates.kernel.uncheckable import Uncheckable
from games import work
from games.markov.tensors import Tensors

ENDS = ("part", "rad")  # of a form
MAX_HELD = 2**22  # numbers in the largest array of one batch of boxes
MAX_TABLE = 2**22  # numbers in a table of one box, with all its moves
MAX_ACTIONS = 16  # of one player: their second derivatives grow like the third power
MAX_CORNERS = 6  # sides whose vertices are looked at, instead of a star
PASSES = 4  # in which the distance from the centre's values is bounded anew


@final
class Enclosure:
    """K boxes of policies; derivatives are by logits, or by the probabilities of actions k ≥ 1."""

    def __init__(
        self, numbers: Numbers, policies: Sequence[Policy], *, by_logits: bool = True
    ) -> None:
        self._numbers, self._policies, self._by_logits = numbers, policies, by_logits
        chain, self._hint, self._start = _centres(numbers, policies)  # P_π, near (I − γP₀)⁻¹, U₀
        self._chain = Ball.exact(chain.part[:, 0])  # P₀
        start = Form.each(Ball.exact(self._start))
        self._missing = _mean_sources(numbers, policies, self._start) - start  # E = R + γPU₀ − U₀
        self._far, self._left = self._distances(chain)

    def field(self) -> Form:
        """G (n,)."""
        parts = [self._field(i).on(_as_vector) for i in range(len(self._policies))]
        return Form(*(np.concatenate([getattr(p, end) for p in parts], -1) for end in ENDS))

    def jacobian(self) -> Form:
        """∂G/∂z, or ∂G/∂p of a game without entropy, (n, n)."""
        every = range(len(self._policies))
        rows = [[self._block(i, j).on(_as_matrix) for j in every] for i in every]
        return Form(*(np.block([[getattr(b, end) for b in row] for row in rows]) for end in ENDS))

    def _field(self, i: int) -> Form:
        """G_i (S, A_i − 1): d^e τ_i z − d^r (Q_i − Q_i(·, 0))."""
        powers = self._numbers.powers
        reward = self._weighted(powers.reward, self._advantages[i][i])
        return self._weighted(powers.entropy, self._entropy(i)) - reward

    def _block(self, i: int, j: int) -> Form:
        """∂G_i/∂z_j (S, A_i − 1, S, A_j − 1)."""
        powers, numbers = self._numbers.powers, self._numbers
        gain = self._leads[i][..., None] * self._centred_gain(i, j)[None, None]
        here = Form.of(Ball.exact(np.eye(numbers.states)[:, None, :, None]))
        if i != j:
            gain = gain + self._pair(i, j) * here
        result = -self._weighted(powers.reward, gain)
        if powers.reward or powers.entropy:
            along = self._along_occupancy(i)[..., None, None]
            result = result + along * self._occupancy_slopes[j]
        if i == j:
            same = here * Form.of(Ball.exact(np.eye(numbers.actions[i] - 1)[:, None]))
            tau = Form.of(numbers.entropy[i]) * Form.of(Ball.exact(np.ones((numbers.states, 1))))
            result = result + self._weighted(powers.entropy, tau)[..., None, None] * same
        return result

    def _entropy(self, i: int) -> Form:
        """τ_i z (S, A_i − 1)."""
        return Form.of(self._numbers.entropy[i]) * self._policies[i].logits

    def _weighted(self, power: int, value: Form) -> Form:
        """d^power times numbers whose first axis is the state."""
        if power == 0:
            return value
        d, left = (self._occupancy, power - 1) if power > 0 else (self._inverse, power + 1)
        more = (None,) * (value.rad.ndim - 2)
        return self._weighted(left, d[(slice(None), *more)] * value)

    def _along_occupancy(self, i: int) -> Form:
        """∂G_i/∂d (S, A_i − 1): e d^(e−1) τ_i z − r d^(r−1) (Q_i − Q_i(·, 0)); r is 0 or 1."""
        powers, result = self._numbers.powers, Form.of(Ball.exact(np.zeros((1, 1))))
        if e := powers.entropy:
            once = Form.of(Ball.exact(float(e))) * self._entropy(i)
            result = result + self._weighted(e - 1, once)
        return result - self._advantages[i][i] if powers.reward else result

    # ---- the chain: values U = U₀ + X, and (I − γP)X = E -----------------------------------------

    def _along(self, rows: Ball, columns: slice) -> Form:
        """Combinations a (R, S) of the values of some columns: (R, columns).

        For any h, aX = hE + hγ(P − P₀)X + (a − h(I − γP₀))X.
        """
        h, miss = self._hinted(rows)
        rest = np.abs(h) @ self._left[..., columns] + miss @ self._far[..., columns]
        fixed = Form.each(rows[None] @ Ball.exact(self._start[..., columns]))
        linear = Form.each(Ball.exact(h)) @ self._missing[:, columns]
        return (fixed + linear).widened(rounded_up(rest, 2 * h.shape[-1] + 4))

    def _hinted(self, rows: Ball) -> tuple[Floats, Floats]:
        """h near a(I − γP₀)⁻¹ for rows a (R, S), and |a − h(I − γP₀)| at most: (K, R, S)."""
        h = rows.mid @ self._hint
        H = Ball.exact(h)
        return h, magnitude(rows[None] - H + (H @ self._chain) * self._numbers.discount)

    def _distances(self, chain: Form) -> tuple[Floats, Floats]:
        """Bounds (K, S, n + S) of |X| and of |γ(P − P₀)X|.

        |X| ≤ max|E|/(1 − γ), since (I − γP)⁻¹ = Σ_k γ^k P^k ≥ 0 has rows that sum to 1/(1 − γ).
        (P − P₀)X(s) = Σ_t(P − P₀)(s, t)(X(t) − X(s)) + (1 − P₀1)(s)X(s), and the differences of X,
        at first of twice that size, are of the form of :meth:`_along`.
        """
        S, gamma, missing = self._numbers.states, magnitude(self._numbers.discount), self._missing
        largest = magnitude(missing.hull).max(axis=1, keepdims=True)
        rest = _bottom(self._numbers.rest)
        far = rounded_up(largest / np.where(rest > 0, rest, np.nan), 2) * np.ones((S, 1))
        pairs = (np.eye(S)[None] - np.eye(S)[:, None]).reshape(S * S, S)  # X(t) − X(s) at [s, t]
        h, miss = self._hinted(Ball.exact(pairs))
        fixed = magnitude((Form.each(Ball.exact(h)) @ missing).hull) + miss @ far
        moved = np.abs(chain.part[:, 1:]).sum(axis=1) + chain.rad
        moved = rounded_up(moved, chain.part.shape[1] + 1)[:, :, None]
        ones = Ball.exact(np.ones((S, 1)))
        common = magnitude(ones - self._chain @ ones) * far
        wide = np.repeat(2 * far, S, axis=1)
        for _ in range(PASSES):
            each = (moved @ wide.reshape(len(wide), S, S, -1))[:, :, 0]
            left = rounded_up(gamma * (each + common), S + 8)
            wide = np.fmin(wide, rounded_up(fixed + np.abs(h) @ left, 2 * S + 8))
        return far, left

    @cached_property
    def _occupancy(self) -> Form:
        """d = (1 − γ)ρᵀM (S,)."""
        visits = self._along(self._numbers.initial[None], slice(len(self._policies), None))
        return Form.of(self._numbers.rest) * visits[0]

    @cached_property
    def _inverse(self) -> Form:
        """1/d, d being at least what it is here, and (1 − γ)ρ."""
        least = _bottom(self._numbers.rest * self._numbers.initial)
        return inverse(self._occupancy, np.fmax(_bottom(self._occupancy.hull), least))

    # ---- values of actions -----------------------------------------------------------------------

    @cached_property
    def _advantages(self) -> list[list[Form]]:
        """Q_i^j(s, b) − Q_i^j(s, 0), the others averaged: (S, A_j − 1), by i and j."""
        every = range(len(self._policies))
        return [[self._mean_values(i, (j,)) for j in every] for i in every]

    @cached_property
    def _leads(self) -> list[Form]:
        """γΣ_t(P^i(s,b,t) − P^i(s,0,t))M(t,s') of each player: (S, A_i − 1, S)."""
        visits = slice(len(self._policies), None)
        moved = [_to_first(self._numbers.transition, 1 + i) for i in range(len(self._policies))]
        return [
            _averaged(self._ahead(each, visits), self._policies, (i,))
            for i, each in enumerate(moved)
        ]

    @cached_property
    def _occupancy_slopes(self) -> list[Form]:
        """∂d(s)/∂z_j(s',b) = d(s')Y_j(s',s,b), Y the leads tilted: (S, 1, S', A_j − 1) by j."""
        result = []
        for lead, policy in zip(self._leads, self._policies, strict=True):
            slope = self._occupancy[:, None, None] * self._tilted(lead.to_end(1), policy)
            result.append(slope.on(lambda a: np.swapaxes(a, 2, 3)[:, :, :, None]))
        return result

    def _pair(self, i: int, j: int) -> Form:
        """π_j(b)(Δ(k, b) − Σ_c π_j(c)Δ(k, c)), Δ(k, b) of own and j's actions, to the actions 0."""
        both = self._mean_values(i, (i, j))
        both = both if i < j else both.to_end(1)
        return self._tilted(both, self._policies[j])[:, :, None]

    def _mean_values(self, i: int, kept: Collection[int]) -> Form:
        """r_i + γPw_i in differences to action 0 of the players kept, the others averaged."""
        P, r = self._numbers.transition, self._numbers.sources[..., i]
        for j in kept:
            P, r = _to_first(P, 1 + j), _to_first(r, 1 + j)
        ahead = self._ahead(P, slice(i, i + 1))[..., 0]
        return _averaged(Form.of(r) + ahead, self._policies, kept)

    def _ahead(self, moved: Ball, columns: slice) -> Form:
        """γΣ_t moved(…, t)U(t, ·) of some columns: (…, columns)."""
        found = Form.of(self._numbers.discount) * self._along(_flat(moved), columns)
        return found.on(lambda a: a.reshape(*a.shape[:2], *moved.mid.shape[:-1], a.shape[-1]))

    def _centred_gain(self, i: int, j: int) -> Form:
        """Σ_a ∂π_j(a|s)/∂z_j(s,b) Q_i^j(s,a) = π_b(D_b − Σ_cπ_cD_c): (S, A_j − 1)."""
        policy, value = self._policies[j], self._advantages[i][j]
        if i == j:  # what the entropy of s adds
            value = value - Form.of(self._numbers.bonus[i]) * policy.logits
        return self._tilted(value, policy)

    def _tilted(self, value: Form, policy: Policy) -> Form:
        """π_b(D_b − Σ_cπ_cD_c) over the last axis, the actions but the first, whose D is 0.

        That is ∂/∂z_b, if ∂/∂p_b is D_b.
        """
        if not self._by_logits:
            return value
        pi = policy.chosen[(slice(None), *(None,) * (value.rad.ndim - 3))]
        return pi * (value - (pi * value).sum(-1)[..., None])


def enclosures(
    numbers: Numbers, tensors: Tensors, low: Floats, high: Floats, *, by_logits: bool = True
) -> Iterator[Enclosure]:
    """On boxes (K, n) of logits, a batch after the other. Raises Uncheckable or TooMuch."""
    batch = batch_of(tensors)
    work.spend(len(low) * enclosing_work(tensors), "policies: {} boxes", len(low))
    for start in range(0, len(low), batch):
        part = slice(start, start + batch)
        policies = policies_over(tensors, low[part], high[part])
        yield Enclosure(numbers, policies, by_logits=by_logits)


def batch_of(tensors: Tensors) -> int:
    """How many boxes are enclosed together. Raises Uncheckable."""
    return max(1, MAX_HELD // _numbers_held(tensors))


def enclosing_work(tensors: Tensors) -> float:
    """What enclosing J costs a box. Raises Uncheckable."""
    return 8 * ENTRY * _numbers_held(tensors) * len(tensors.actions) ** 2


def _numbers_held(tensors: Tensors) -> int:
    """Numbers in the largest array of one box. Raises Uncheckable where they are too many."""
    n, most = sum(tensors.sizes), max(tensors.actions)
    table = (1 + n) * tensors.transition.size
    star = (1 + n) * n * n
    if star > MAX_STAR or table > MAX_TABLE or most > MAX_ACTIONS:
        raise Uncheckable(
            f"a game of {n} logits, {most} actions and {tensors.transition.size} probabilities is"
            " too large to be enclosed by values"
        )
    return max(star, table) * (2**n if n <= MAX_CORNERS else 1)


def _centres(numbers: Numbers, policies: Sequence[Policy]) -> tuple[Form, Floats, Floats]:
    """P_π, and near (I − γP)⁻¹ and the values (K, S, n + S) at the centres; zeros without them."""
    chain, S = _averaged(Form.of(numbers.transition), policies, ()), numbers.states
    P = chain.part[:, 0]
    try:
        hint = np.asarray(np.linalg.inv(np.eye(S) - float(numbers.discount.mid) * P), dtype=float)
    except np.linalg.LinAlgError:
        hint = np.zeros_like(P)
    nothing = np.zeros((len(P), S, len(policies) + S))
    return chain, hint, np.asarray(hint @ _mean_sources(numbers, policies, nothing).part[:, 0])


def _mean_sources(numbers: Numbers, policies: Sequence[Policy], ahead: Floats) -> Form:
    """R + γPU for fixed U (K, S, n + S): mean rewards, with entropy where it counts, and visits.

    The mean is taken of the table of joint actions, in which what U is large by cancels.
    """
    table, later = numbers.sources[None], _flat(numbers.transition) @ Ball.exact(ahead)
    later = later * numbers.discount
    shape = (len(ahead), *numbers.sources.mid.shape)
    table = table + Ball(later.mid.reshape(shape), later.rad.reshape(shape))
    result, axes = _averaged(Form.each(table), policies, ()), np.eye(shape[-1])
    for i, policy in enumerate(policies if numbers.bonus.mid.any() else ()):
        bonus = Form.of(numbers.bonus[i]) * policy.entropy
        result = result + bonus[:, None] * Form.of(Ball.exact(axes[i]))
    return result


def _averaged(table: Form, policies: Sequence[Policy], kept: Collection[int]) -> Form:
    """Means over the players not kept of a table (S, A_1, …, A_n, …), last player first."""
    for j in reversed(range(len(policies))):
        if j not in kept:
            table = mean(table.to_end(1 + j), policies[j])
    return table


def _to_first(table: Ball, axis: int) -> Ball:
    """Differences to the first entry along an axis, which loses it."""
    every = (slice(None),) * axis
    return table[(*every, slice(1, None))] - table[(*every, slice(0, 1))]


def _bottom(ball: Ball) -> Floats:
    return np.nextafter(ball.mid - ball.rad, -np.inf)


def _flat(table: Ball) -> Ball:
    """(…, S) as rows."""
    size = (-1, table.mid.shape[-1])
    return Ball(table.mid.reshape(size), table.rad.reshape(size))


def _as_vector(array: Floats) -> Floats:
    return array.reshape(*array.shape[:2], -1)


def _as_matrix(array: Floats) -> Floats:
    """(…, S, A, S', A') as a matrix."""
    S, A, T, C = array.shape[-4:]
    return array.reshape(*array.shape[:-4], S * A, T * C)
