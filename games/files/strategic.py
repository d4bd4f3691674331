"""Strategic games as files give them, made into games of policies with entropy."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np

from games.errors import InputError
from games.files.gambit_text import distinct_names
from games.game import Floats
from games.language.number import Number
from games.markov.reading import MAX_ACTIONS
from games.normal_form import NormalFormGame

MAX_PLAYERS = 64
MAX_PAYOFFS = 2**24  # of all players together


@final
@dataclass(frozen=True)
class Strategic:
    """A strategic game as a file gives it: one tensor a player over everybody's strategies.

    A player may have a single strategy here. note: what whoever reads the game should know.
    """

    title: str
    players: Sequence[str]
    payoffs: Sequence[Floats]
    note: str = ""

    def with_entropy(self, entropy: Number | Sequence[Number] = 1) -> NormalFormGame:
        """The game of policies, whose region holds every logit response.

        Players with one strategy choose nothing and are left out, which the name says.
        entropy: τ, one number for all or one for each player of the file.
        Raises InputError where nobody has a choice.
        """
        names = distinct_names(self.players)
        shape = self.payoffs[0].shape
        kept = [i for i, count in enumerate(shape) if count > 1]
        if not kept:
            raise InputError("no player has two strategies; there is nothing to choose")
        if isinstance(entropy, Sequence) and not isinstance(entropy, str):
            if len(entropy) != len(names):
                raise InputError(
                    f"entropy has {len(entropy)} weights; expected {len(names)}, one per player"
                )
            entropy = [entropy[i] for i in kept]
        alone = [name for i, name in enumerate(names) if i not in kept]
        told = [self.note, f"without {', '.join(alone)}, who choose nothing" if alone else ""]
        said = "; ".join(filter(None, told))
        game = NormalFormGame(
            [self.payoffs[i].reshape([shape[k] for k in kept]) for i in kept],
            entropy,
            players=[names[i] for i in kept],
            name=" ".join(filter(None, (self.title[:200], f"({said[:200]})" if said else ""))),
        )
        return game.with_response_box()


def check_players(players: int) -> None:
    """Raise InputError for too many players, or none."""
    if not 1 <= players <= MAX_PLAYERS:
        raise InputError(f"it has {players} players; from 1 to {MAX_PLAYERS} are read")


def check_counts(counts: Sequence[int], players: int) -> tuple[int, ...]:
    """The numbers of strategies back; InputError where there are too many, or none."""
    if len(counts) != players:
        raise InputError(f"it has strategies for {len(counts)} of {players} players; list all")
    if 0 in counts:
        raise InputError(
            f"player {list(counts).index(0) + 1} has no strategy; give it one at least"
        )
    if math.prod(counts) > MAX_ACTIONS:
        raise InputError(f"it has more than {MAX_ACTIONS} contingencies; a smaller game is read")
    if math.prod(counts) * players > MAX_PAYOFFS:
        raise InputError(f"it has more than {MAX_PAYOFFS} payoffs; a smaller game is read")
    return tuple(counts)


def nearest_float(value: Fraction) -> float:
    """The nearest binary64 number; InputError where there is none."""
    try:
        return float(value)
    except OverflowError:
        raise InputError("a payoff is larger than any float; scale the payoffs") from None


def in_order(table: Floats, shape: Sequence[int]) -> list[Floats]:
    """One tensor a player from rows (contingencies, players), the first player's move fastest."""
    return [np.ascontiguousarray(column.reshape(tuple(shape), order="F")) for column in table.T]
