"""Values, occupancies and policy gradients of a Markov game with their derivatives, many at once.

Source: theory, Mirror geometry. With M = (I − γP_π)⁻¹ a player's values are u = M r_π, the
occupancy is d = (1−γ) Mᵀρ, and ∂u(s)/∂π(s',b) = M(s,s') Q(s',b) for every player's policy π.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np

from games.game import Floats
from games.markov.given import GivenTensors
from games.markov.powers import Powers


@final
@dataclass(frozen=True, eq=False)
class Values:
    """All that follows from B joint policies, given by their logarithms."""

    tensors: GivenTensors
    logs: tuple[Floats, ...]

    @cached_property
    def policies(self) -> tuple[Floats, ...]:
        return tuple(np.exp(log) for log in self.logs)

    @cached_property
    def own_transition(self) -> tuple[Floats, ...]:
        """P^i (B, S, A_i, S): where player i's action leads when the others play theirs."""
        states, result = self.tensors.states, []
        for i, P in enumerate(self.tensors.by_player):
            others = np.swapaxes(self._others(i), 0, 1)  # (S, B, O)
            mean = np.swapaxes(others @ P, 0, 1)
            result.append(mean.reshape(len(mean), states, -1, states))
        return tuple(result)

    @cached_property
    def transition(self) -> Floats:
        """P_π (B, S, S)."""
        return _einsum("bsa,bsat->bst", self.policies[0], self.own_transition[0])

    @cached_property
    def resolvent(self) -> Floats:
        """M = (I − γP_π)⁻¹ (B, S, S)."""
        gamma = float(self.tensors.discount)
        return np.asarray(np.linalg.inv(np.eye(self.tensors.states) - gamma * self.transition))

    @cached_property
    def occupancy(self) -> Floats:
        """d (B, S), which sums to one: d = (1−γ) Mᵀρ."""
        scale = float(1 - self.tensors.discount)
        return scale * _einsum("s,bst->bt", self.tensors.start, self.resolvent)

    @cached_property
    def bonus(self) -> tuple[Floats, ...]:
        """What entropy adds to the reward of a state: (B, S) a player; zero if unweighted."""
        tensors = self.tensors
        return tuple(
            -float(tau) * tensors.occupancy_entropy * (p * log).sum(axis=-1)
            for tau, p, log in zip(tensors.entropy, self.policies, self.logs, strict=True)
        )

    @cached_property
    def values(self) -> tuple[Floats, ...]:
        """u_i = M (r_i,π + bonus) (B, S), before the factor 1−γ."""
        joint = self._joint
        result = []
        for reward, bonus in zip(self.tensors.rewards, self.bonus, strict=True):
            mean = _einsum("bsa,sa->bs", joint, reward.reshape(self.tensors.states, -1))
            result.append(_einsum("bst,bt->bs", self.resolvent, mean + bonus))
        return tuple(result)

    @cached_property
    def action_values(self) -> tuple[Floats, ...]:
        """r_i + γPu_i of every joint action: (B, S, A_1, …, A_n) a player."""
        gamma, P = float(self.tensors.discount), self.tensors.probabilities
        flat = P.reshape(-1, self.tensors.states).T
        return tuple(
            reward + gamma * (u @ flat).reshape(-1, *self.tensors.shape)
            for reward, u in zip(self.tensors.rewards, self.values, strict=True)
        )

    def of_action(self, i: int, j: int) -> Floats:
        """Q_i^j (B, S, A_j): player i's value of j's action, the others' averaged."""
        own_last = np.moveaxis(self.action_values[i], 2 + j, -1)
        flat = own_last.reshape(*own_last.shape[:2], -1, own_last.shape[-1])
        return _einsum("bso,bsoa->bsa", self._others(j), flat)

    def of_pair(self, i: int, j: int) -> Floats:
        """Player i's value of its own and j's actions (B, S, A_i, A_j), i ≠ j."""
        last = np.moveaxis(self.action_values[i], (2 + i, 2 + j), (-2, -1))
        flat = last.reshape(*last.shape[:2], -1, *last.shape[-2:])
        return _einsum("bso,bsoac->bsac", self._others(i, j), flat)

    def gradient(self, i: int, powers: Powers) -> Floats:
        """V_i (B, S, A_i) modulo constants per state: d^e τ log π_i − d^r Q_i^i."""
        d, tau = self.occupancy[..., None], float(self.tensors.entropy[i])
        return d**powers.entropy * tau * self.logs[i] - d**powers.reward * self.of_action(i, i)

    def block(self, i: int, j: int, powers: Powers) -> Floats:
        """∂V_i(s,a)/∂π_j(s',b) (B, S, A_i, S, A_j), but for the d^e τ/π on its own diagonal."""
        d = self.occupancy[..., None]
        e, r, tau = powers.entropy, powers.reward, float(self.tensors.entropy[i])
        own = self.of_action(i, i)
        along_d = _slope(d, e) * tau * self.logs[i] - _slope(d, r) * own
        moved = _einsum("bsa,bsuc->bsauc", along_d, self._occupancy_slopes(j))
        return moved - d[..., None, None] ** r * self._action_slopes(i, j)

    def own_diagonal(self, i: int, powers: Powers) -> Floats:
        """d^e τ_i (B, S): times 1/π_i in policies, times one in logits."""
        return self.occupancy**powers.entropy * float(self.tensors.entropy[i])

    def _action_slopes(self, i: int, j: int) -> Floats:
        """∂Q_i^i(s,a)/∂π_j(s',b) (B, S, A_i, S, A_j)."""
        gamma = float(self.tensors.discount)
        leads = gamma * self.own_transition[i] @ self.resolvent[:, None]  # (B, S, A_i, S')
        value = self.of_action(i, j)
        if i == j and self.tensors.occupancy_entropy:
            value = value - float(self.tensors.entropy[i]) * (1 + self.logs[i])
        slopes = _einsum("bsau,buc->bsauc", leads, value)
        if i != j:
            here = np.arange(self.tensors.states)
            slopes[:, here, :, here, :] += np.swapaxes(self.of_pair(i, j), 0, 1)
        return slopes

    def _occupancy_slopes(self, j: int) -> Floats:
        """∂d(s)/∂π_j(s',b) = γ d(s') (P^jM)(s',b,s) (B, S, S', A_j)."""
        gamma = float(self.tensors.discount)
        leads = self.own_transition[j] @ self.resolvent[:, None]  # (B, S', A_j, S)
        return gamma * _einsum("bu,bucs->bsuc", self.occupancy, leads)

    def _others(self, *without: int) -> Floats:
        """Probabilities (B, S, O) of the joint actions of the players that are not left out."""
        first = self.policies[0]
        result = np.ones((*first.shape[:2], 1))
        for i, policy in enumerate(self.policies):
            if i not in without:
                pairs = result[..., :, None] * policy[..., None, :]
                result = pairs.reshape(*pairs.shape[:2], -1)
        return result

    @cached_property
    def _joint(self) -> Floats:
        return self._others()


def _einsum(subscripts: str, *arrays: Floats) -> Floats:
    return np.asarray(np.einsum(subscripts, *arrays), dtype=np.float64)


def _slope(d: Floats, power: int) -> Floats:
    """The derivative of d^power; zero for power 0, even where d is zero."""
    return power * d ** (power - 1) if power else np.zeros_like(d)
