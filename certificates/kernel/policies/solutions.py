"""Super- and sub-solutions of the values over boxes of policies, checked state by state.

If v(s) ≥ r_π(s) + γΣ_t P_π(s,t)v(t) for every policy π of a box, then v − u_π = (I − γP_π)⁻¹(v −
r_π − γP_πv) ≥ 0, since (I − γP_π)⁻¹ = Σ_k γ^k P_π^k ≥ 0. So v is at least the values u_π.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from certificates.kernel.numbers.intervals import Interval
from certificates.kernel.numbers.matrices import Ball, Bools, Floats
from certificates.kernel.policies.forms import Policy
from games.markov.powers import Powers, powers_of
from games.markov.tensors import Tensors


@final
@dataclass(frozen=True)
class Numbers:
    """The numbers of a game as balls: γ, τ (n,), ρ (S,), P (S, A_1, …, A_n, S), r (S, A_1, …, n).

    bonus: whether a state's entropy adds to its reward.
    """

    discount: Ball
    entropy: Ball
    initial: Ball
    transition: Ball
    rewards: Ball
    powers: Powers
    bonus: bool

    @classmethod
    def of(cls, tensors: Tensors, field: str) -> "Numbers":
        """Transitions with rows that sum to one exactly, before they are rounded."""
        table = np.empty((*tensors.shape, tensors.states), dtype=object)
        for state in range(tensors.states):
            for joint in tensors.joint_actions():
                table[(state, *joint)] = tensors.exact_transition(state, joint)
        return cls(
            Ball.of(tensors.discount),
            Ball.of(list(tensors.entropy)),
            Ball.of(list(tensors.initial)),
            Ball.of(table),
            Ball.exact(np.moveaxis(tensors.rewards, 0, -1)),
            powers_of(field, tensors.occupancy_entropy),
            tensors.occupancy_entropy,
        )

    @property
    def states(self) -> int:
        return len(self.transition.mid)

    @property
    def actions(self) -> tuple[int, ...]:
        return self.transition.mid.shape[1:-1]

    @property
    def sources(self) -> Ball:
        """What is valued, per joint action: the players' rewards, then being in each state."""
        shape = self.rewards.mid.shape[:-1]
        visits = np.zeros((*shape, self.states))
        for state in range(self.states):
            visits[state, ..., state] = 1.0
        mid = np.concatenate([self.rewards.mid, visits], axis=-1)
        return Ball(mid, np.concatenate([self.rewards.rad, 0 * visits], axis=-1))


def are_solutions(
    numbers: Numbers, policies: Sequence[Policy], upper: Floats, lower: Floats
) -> Bools:
    """For each box (K,): True only if all vectors (K, n + S, S) bound the values as they say.

    The values of the players' rewards, with entropy where it counts as one, and of every state.
    """
    entropies = [_entropies(numbers, policy, i) for i, policy in enumerate(policies)]
    tops = np.stack([top for top, _ in entropies], axis=1)
    bottoms = np.stack([bottom for _, bottom in entropies], axis=1)
    sources = numbers.sources
    above = _dominates(numbers, policies, upper, sources, tops)
    below = _dominates(numbers, policies, -lower, -sources, -bottoms)
    return above & below


def _entropies(numbers: Numbers, policy: Policy, i: int) -> tuple[Floats, Floats]:
    """τ_iH(π_i) at most and at least (K, S); 0 where it is no reward."""
    if not numbers.bonus:
        nothing = np.zeros(policy.low.shape[:2])
        return nothing, nothing
    hull = entropy_form(numbers, policy, i).hull
    return np.nextafter(hull.mid + hull.rad, np.inf), np.nextafter(hull.mid - hull.rad, -np.inf)


def entropy_form(numbers: Numbers, policy: Policy, i: int) -> Any:
    """τ_iH = τ_i(log Σe^z − Σ_kπ_kz_k), a form (K, S)."""
    weight = policy.log_sum.of(numbers.entropy[i])
    return weight * (policy.log_sum - (policy.chosen * policy.logits).sum(-1))


def _dominates(
    numbers: Numbers, policies: Sequence[Policy], v: Floats, sources: Ball, bonus: Floats
) -> Bools:
    """Whether v(s) ≥ max over the policies of (source + bonus + γΣP v)(s), in every state."""
    K, V, S = v.shape
    flat = numbers.transition.mid.reshape(-1, S), numbers.transition.rad.reshape(-1, S)
    ahead = Ball(*flat) @ Ball.exact(np.swapaxes(v, 1, 2))  # (K, S·joint, V)
    now = Ball(sources.mid.reshape(-1, V), sources.rad.reshape(-1, V))
    total = now + ahead * numbers.discount
    high = np.nextafter(total.mid + total.rad, np.inf).reshape(K, S, *numbers.actions, V)
    best = np.moveaxis(high, -1, 1)  # (K, V, S, A_1, …, A_n)
    for policy in reversed(policies):
        best = _greatest_mean(best, policy)
    n = bonus.shape[1]
    best[:, :n] = np.nextafter(best[:, :n] + bonus, np.inf)
    return np.asarray((best <= v).all(axis=(1, 2)))


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
