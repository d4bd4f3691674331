"""The numbers of a Markov game: transition and reward tensors, discount, entropy, first states."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from games.errors import InputError
from games.language.number import to_text
from games.reals import Floats

ROUNDING = Fraction(1, 10**12)  # how far probabilities may sum from one
Table = NDArray[Any]  # of Fractions, or of what is computed with them


@dataclass(frozen=True, eq=False)
class Tensors:
    """S states, n players with A_i actions.

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
        transition: Floats,
        rewards: Floats,
        discount: Fraction,
        entropy: Sequence[Fraction],
        initial: Sequence[Fraction],
        occupancy_entropy: bool,
    ) -> Self:
        """The tensors, their shapes being right; ``initial`` may sum to nearly one.

        Raises InputError.
        """
        for fault in _faults(transition, len(rewards), discount, entropy, initial):
            raise InputError(fault)
        total = sum(initial, Fraction(0))
        start = tuple(p / total for p in initial)
        return cls(transition, rewards, discount, tuple(entropy), start, occupancy_entropy)

    @property
    def states(self) -> int:
        return len(self.transition)

    @property
    def actions(self) -> tuple[int, ...]:
        """(A_1, …, A_n)."""
        return self.transition.shape[1:-1]

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many drop-one logits each player has: S(A_i − 1)."""
        return tuple(self.states * (count - 1) for count in self.actions)

    def of_players(self, coordinates: NDArray[Any]) -> list[NDArray[Any]]:
        """Coordinates (…, n) of each player, (…, S, A_i − 1)."""
        parts = np.split(coordinates, np.cumsum(self.sizes)[:-1], axis=-1)
        return [part.reshape(*part.shape[:-1], self.states, -1) for part in parts]

    @cached_property
    def exact_transition(self) -> Table:
        """The transition tensor with rows normalised in rationals."""
        rows = fractions(self.transition)
        return np.asarray(rows / rows.sum(axis=-1, keepdims=True))

    @property
    def unvisited(self) -> tuple[int, ...]:
        """The states that play never reaches, whatever positive policies do."""
        leads = (self.transition > 0).reshape(self.states, -1, self.states).any(axis=1)
        reached = np.array([p > 0 for p in self.initial])
        for _ in range(self.states if self.discount > 0 else 0):
            reached = reached | (reached @ leads)
        return tuple(np.flatnonzero(~reached).tolist())


def fractions(values: Floats) -> Table:
    """Floats as their exact binary values."""
    return np.asarray(np.frompyfunc(Fraction, 1, 1)(values))


def check_visited(tensors: Tensors) -> None:
    """Raise InputError for a game in which Kakade's field would divide by an occupancy of 0."""
    if tensors.unvisited:
        raise InputError(
            f"Kakade's field divides by the occupancy, and state {tensors.unvisited[0]} is never"
            " reached; give it initial probability"
        )


def _faults(
    P: Floats,
    players: int,
    discount: Fraction,
    entropy: Sequence[Fraction],
    initial: Sequence[Fraction],
) -> Iterator[str]:
    """What is wrong with the numbers of a game, and the mend."""
    for index in np.argwhere(P < 0):
        yield f"transition[{_place(index)}] is negative; give probabilities"
    for index in np.argwhere(np.abs(P.sum(axis=-1) - 1) > float(ROUNDING)):
        yield f"the probabilities transition[{_place(index)}] do not sum to 1; make them do so"
    if not 0 <= discount < 1:
        yield f"the discount is {to_text(discount)}; give a number from 0 to below 1"
    if len(entropy) != players:
        yield f"entropy has {len(entropy)} weights; expected {players}, one per player"
    for i in (i for i, tau in enumerate(entropy) if tau < 0):
        yield f"the entropy weight of player {i + 1} is negative; give 0 or more"
    if len(initial) != len(P):
        yield f"initial has {len(initial)} entries; expected {len(P)}, one per state"
    for k in (k for k, p in enumerate(initial) if p < 0):
        yield f"initial[{k}] is negative; give probabilities"
    if abs(sum(initial, Fraction(0)) - 1) > ROUNDING:
        yield "the initial probabilities do not sum to 1; make them do so"


def _place(index: NDArray[np.int64]) -> str:
    return ", ".join(map(str, index.tolist()))
