"""The tensors of a Markov game as a user gives them, and the floats that are computed with."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Self, final

import numpy as np
from numpy.typing import ArrayLike

from games.errors import InputError
from games.game import Floats
from games.language.number import Number, exact
from games.markov.tensors import Tensors
from games.reals import real_array

MAX_ENTRIES = 2**24  # of the transition tensor


@final
@dataclass(frozen=True, eq=False)
class GivenTensors(Tensors):
    """Tensors with what games and search compute from them in floats."""

    @classmethod
    def given(
        cls,
        transition: ArrayLike,
        rewards: Sequence[ArrayLike],
        discount: Number,
        entropy: Number | Sequence[Number],
        initial: Sequence[Number] | None,
        occupancy_entropy: bool,
    ) -> Self:
        """The tensors of what a user gives. Raises ValueError for shapes, InputError for values.

        entropy: a single number stands for all players. initial: uniform when absent.
        Source: design, Game file (probabilities).
        """
        P = _transition(transition)
        states, players = P.shape[0], P.ndim - 2
        if len(rewards) != players:
            raise ValueError(
                f"rewards has {len(rewards)} tensors; expected {players}, one per player"
            )
        stacked = np.stack(
            [real_array(f"reward {i + 1}", r, P.shape[:-1]) for i, r in enumerate(rewards)]
        )
        stacked.setflags(write=False)
        if isinstance(entropy, Sequence) and not isinstance(entropy, str):
            weights = [exact(tau) for tau in entropy]
        else:
            weights = [exact(entropy)] * players
        first = [Fraction(1, states)] * states if initial is None else list(map(_exact, initial))
        return cls.checked(P, stacked, exact(discount), weights, first, occupancy_entropy)

    @property
    def shape(self) -> tuple[int, ...]:
        """(S, A_1, …, A_n)."""
        return self.transition.shape[:-1]

    @cached_property
    def probabilities(self) -> Floats:
        """The transition tensor with rows summing to one, as near as floats can be."""
        return np.asarray(self.transition / self.transition.sum(axis=-1, keepdims=True))

    @cached_property
    def start(self) -> Floats:
        """The initial distribution (S,)."""
        return np.array([float(p) for p in self.initial])

    @cached_property
    def by_player(self) -> tuple[Floats, ...]:
        """For each player the transition tensor as (S, O, A_i·S), O the others' joint actions."""
        result = []
        for i, count in enumerate(self.actions):
            own_last = np.moveaxis(self.probabilities, 1 + i, -2)
            result.append(own_last.reshape(self.states, -1, count * self.states))
        return tuple(result)

    def joint_actions(self) -> list[tuple[int, ...]]:
        """All joint actions in the order of the tensors."""
        return list(product(*(range(count) for count in self.actions)))


def _transition(values: ArrayLike) -> Floats:
    """The tensor as floats; a player needs two actions for a choice."""
    shape = np.shape(values)
    if len(shape) < 3 or shape[0] != shape[-1] or 0 in shape:
        raise ValueError(
            f"transition has shape {shape}; expected (S, A_1, …, A_n, S) for S states and n players"
        )
    for i, count in enumerate(shape[1:-1]):
        if count < 2:
            raise InputError(f"player {i + 1} has one action; give two at least, or leave it out")
    if np.size(values) > MAX_ENTRIES:
        raise InputError(
            f"the transition tensor has {np.size(values)} entries; at most {MAX_ENTRIES} are taken"
        )
    return real_array("transition", values, shape)


def _exact(probability: Number | np.generic) -> Fraction:
    return exact(probability.item() if isinstance(probability, np.generic) else probability)
