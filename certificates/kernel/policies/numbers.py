"""The numbers of a game of policies, each as near to the exact one as balls are."""

from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np

from certificates.kernel.numbers.matrices import Ball
from games.markov.powers import Powers, powers_of
from games.markov.tensors import Tensors


@final
@dataclass(frozen=True)
class Numbers:
    """The numbers of a game as balls: γ, 1 − γ, τ (n,), ρ (S,), P (S, A_1, …, A_n, S).

    bonus: τ where a state's entropy adds to its reward, else 0. sources (S, A_1, …, A_n, n + S):
    what is valued, the players' rewards and being in each state.
    """

    discount: Ball
    rest: Ball
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
            Ball.of(1 - tensors.discount),
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
