"""The numbers of a Markov game, checked once: transition and reward tensors, discount, entropy."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike

from games.errors import InputError
from games.language.number import Number, exact
from games.reals import Floats, real_array

MAX_ENTRIES = 2**24  # of the transition tensor
ROUNDING = Fraction(1, 10**12)  # how far probabilities may sum from one


@final
@dataclass(frozen=True, eq=False)
class Tensors:
    """S states, n players with A_i actions, all of them checked.

    transition: (S, A_1, …, A_n, S), each row as it was given, within 1e-12 of summing to one.
    rewards: (n, S, A_1, …, A_n). entropy: τ_i. initial: S probabilities that sum to one exactly.
    occupancy_entropy: whether the entropy of a state counts as often as the state is visited.
    """

    transition: Floats
    rewards: Floats
    discount: Fraction
    entropy: tuple[Fraction, ...]
    initial: tuple[Fraction, ...]
    occupancy_entropy: bool

    @classmethod
    def checked(
        cls,
        transition: ArrayLike,
        rewards: Sequence[ArrayLike],
        discount: Number,
        entropy: Number | Sequence[Number],
        initial: Sequence[Number] | None,
        occupancy_entropy: bool,
    ) -> "Tensors":
        """The tensors of what a user gives. Raises ValueError for shapes, InputError for values.

        initial: uniform when absent. Source: design, Game file (probabilities).
        """
        P = _transition(transition)
        states, actions = P.shape[0], P.shape[1:-1]
        if len(rewards) != len(actions):
            raise ValueError(
                f"rewards has {len(rewards)} tensors; expected {len(actions)}, one per player"
            )
        tensors = [
            real_array(f"reward {i + 1}", reward, P.shape[:-1]) for i, reward in enumerate(rewards)
        ]
        stacked = np.stack(tensors)
        stacked.setflags(write=False)
        gamma = exact(discount)
        if not 0 <= gamma < 1:
            raise InputError(f"the discount is {discount}; give a number from 0 to below 1")
        return cls(
            P,
            stacked,
            gamma,
            check_entropy(entropy, len(actions)),
            _initial(initial, states),
            occupancy_entropy,
        )

    @property
    def states(self) -> int:
        return len(self.transition)

    @property
    def actions(self) -> tuple[int, ...]:
        """(A_1, …, A_n)."""
        return self.transition.shape[1:-1]

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

    @property
    def unvisited(self) -> tuple[int, ...]:
        """The states that play never reaches, whatever positive policies do."""
        positive = (self.transition > 0).reshape(self.states, -1, self.states)
        leads = np.asarray(positive.any(axis=1))
        reached = np.array([p > 0 for p in self.initial])
        for _ in range(self.states if self.discount > 0 else 0):
            reached = np.logical_or(reached, leads[reached].any(axis=0))
        return tuple(np.flatnonzero(~reached).tolist())

    def joint_actions(self) -> list[tuple[int, ...]]:
        """All joint actions in the order of the tensors."""
        return list(product(*(range(count) for count in self.actions)))

    def exact_transition(self, state: int, joint: Sequence[int]) -> list[Fraction]:
        """The probabilities of the next states, normalised in rationals."""
        row = [Fraction(float(p)) for p in self.transition[(state, *joint)]]
        total = sum(row, Fraction(0))
        return [p / total for p in row]


def check_visited(tensors: Tensors) -> None:
    """Raise InputError for a game in which Kakade's field would divide by an occupancy of 0."""
    if tensors.unvisited:
        raise InputError(
            f"Kakade's field divides by the occupancy, and state {tensors.unvisited[0]} is never"
            " reached; give it initial probability"
        )


def check_entropy(entropy: Number | Sequence[Number], players: int) -> tuple[Fraction, ...]:
    """One weight τ_i ≥ 0 a player; a single number stands for all of them."""
    if isinstance(entropy, Sequence) and not isinstance(entropy, str):
        weights = tuple(exact(tau) for tau in entropy)
    else:
        weights = (exact(entropy),) * players
    if len(weights) != players:
        raise ValueError(f"entropy has {len(weights)} weights; expected {players}, one per player")
    for i, tau in enumerate(weights):
        if tau < 0:
            raise InputError(f"the entropy weight of player {i + 1} is negative; give 0 or more")
    return weights


def _transition(values: Any) -> Floats:
    """The tensor with rows of probabilities; a player needs two actions for a choice."""
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
    P = real_array("transition", values, shape)
    low = np.argwhere(P < 0)
    if len(low):
        raise InputError(f"transition[{_place(low[0])}] is negative; give probabilities")
    far = np.argwhere(np.abs(P.sum(axis=-1) - 1) > float(ROUNDING))
    if len(far):
        place = _place(far[0])
        raise InputError(f"the probabilities transition[{place}] do not sum to 1; make them do so")
    return P


def _initial(values: Sequence[Number] | None, states: int) -> tuple[Fraction, ...]:
    if values is None:
        return (Fraction(1, states),) * states
    given = [exact(p.item() if isinstance(p, np.generic) else p) for p in values]
    if len(given) != states:
        raise ValueError(f"initial has {len(given)} entries; expected {states}, one per state")
    if min(given) < 0:
        raise InputError(f"initial[{given.index(min(given))}] is negative; give probabilities")
    total = sum(given, Fraction(0))
    if abs(total - 1) > ROUNDING:
        raise InputError("the initial probabilities do not sum to 1; make them do so")
    return tuple(p / total for p in given)


def _place(index: Any) -> str:
    return ", ".join(str(int(k)) for k in index)
