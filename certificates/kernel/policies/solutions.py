"""Super- and sub-solutions of the values over boxes of policies, checked state by state.

If v(s) ≥ r_π(s) + γΣ_t P_π(s,t)v(t) for every policy π of a box, then v − u_π = (I − γP_π)⁻¹(v −
r_π − γP_πv) ≥ 0, since (I − γP_π)⁻¹ = Σ_k γ^k P_π^k ≥ 0. So v is at least the values u_π.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np

from certificates.kernel.numbers.affine import Form
from certificates.kernel.numbers.intervals import Interval
from certificates.kernel.numbers.matrices import Ball, Bools, Floats
from certificates.kernel.policies.forms import Policy
from games.markov.powers import Powers, powers_of
from games.markov.tensors import Tensors


@final
@dataclass(frozen=True)
class Numbers:
    """The numbers of a game as balls: γ, τ (n,), ρ (S,), P (S, A_1, …, A_n, S).

    bonus: τ where a state's entropy adds to its reward, else 0. sources (S, A_1, …, A_n, n + S):
    what is valued, the players' rewards and being in each state.
    """

    discount: Ball
    entropy: Ball
    bonus: Ball
    initial: Ball
    transition: Ball
    sources: Ball
    powers: Powers

    @classmethod
    def of(cls, tensors: Tensors, field: str) -> "Numbers":
        """Transitions with rows that sum to one exactly, before they are rounded."""
        axes = tuple(range(1, 1 + len(tensors.actions)))
        here = np.expand_dims(np.eye(tensors.states), axes)
        visits = np.broadcast_to(here, tensors.transition.shape)
        rewards = np.moveaxis(tensors.rewards, 0, -1)
        bonus = [tau if tensors.occupancy_entropy else Fraction(0) for tau in tensors.entropy]
        return cls(
            Ball.of(tensors.discount),
            Ball.of(tensors.entropy),
            Ball.of(bonus),
            Ball.of(tensors.initial),
            Ball.of(tensors.exact_transition),
            Ball.exact(np.concatenate([rewards, visits], axis=-1)),
            powers_of(field, tensors.occupancy_entropy),
        )

    @property
    def states(self) -> int:
        return len(self.transition.mid)

    @property
    def actions(self) -> tuple[int, ...]:
        return self.transition.mid.shape[1:-1]


def are_solutions(
    numbers: Numbers, policies: Sequence[Policy], upper: Floats, lower: Floats
) -> Bools:
    """For each box (K,): True only if all vectors (K, n + S, S) bound the values as they say.

    The values of the players' rewards, with entropy where it counts as one, and of every state.
    """
    hulls = [bonus_form(numbers, policies, i).hull for i in range(len(policies))]
    bonus = Ball(np.stack([h.mid for h in hulls], 1), np.stack([h.rad for h in hulls], 1))
    above = _dominates(numbers, policies, upper, numbers.sources, bonus)
    below = _dominates(numbers, policies, -lower, -numbers.sources, -bonus)
    return above & below


def bonus_form(numbers: Numbers, policies: Sequence[Policy], i: int) -> Form:
    """H = log Σe^z − Σ_kπ_kz_k of player i in each state, times its bonus: a form (K, S)."""
    policy = policies[i]
    entropy = policy.log_sum - (policy.chosen * policy.logits).sum(-1)
    return Form.of(numbers.bonus[i]) * entropy


def _dominates(
    numbers: Numbers, policies: Sequence[Policy], v: Floats, sources: Ball, bonus: Ball
) -> Bools:
    """Whether v(s) ≥ max over the policies of (source + bonus + γΣP v)(s), in every state."""
    ahead = flat(numbers.transition) @ Ball.exact(np.swapaxes(v, 1, 2))  # (K, S·joint, V)
    total = flat(sources) + ahead * numbers.discount
    best = _top(total).reshape(len(v), *sources.mid.shape)
    best = np.moveaxis(best, -1, 1)  # (K, V, S, A_1, …, A_n)
    for policy in reversed(policies):
        best = _greatest_mean(best, policy)
    n = len(policies)
    best[:, :n] = np.nextafter(best[:, :n] + _top(bonus), np.inf)
    return np.asarray((best <= v).all(axis=(1, 2)))


def flat(table: Ball) -> Ball:
    """(…, S) as rows."""
    size = (-1, table.mid.shape[-1])
    return Ball(table.mid.reshape(size), table.rad.reshape(size))


def _top(ball: Ball) -> Floats:
    return np.nextafter(ball.mid + ball.rad, np.inf)


def _greatest_mean(table: Floats, policy: Policy) -> Floats:
    """An upper bound of Σ_a π_a q_a over the last axis: the least over λ of λ + Σ_a π_a(q_a − λ).

    As Σ_a π_a = 1 each λ gives a bound; that of the best policy is at one of the q_a.
    """
    K, _, S, *others, count = table.shape
    shape = (K, 1, S, *(1 for _ in others), count)
    low, high = policy.low.reshape(shape), policy.high.reshape(shape)
    q = [Interval(table[..., a], table[..., a]) for a in range(count)]
    result = np.full(table.shape[:-1], np.inf)
    for level in q:
        total = level
        for a, each in enumerate(q):
            if each is not level:
                total = total + (each - level) * Interval(low[..., a], high[..., a])
        result = np.minimum(result, total.high)
    return result
