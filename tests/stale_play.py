"""Play in which the others' actions are read late (T16), and its rounds, by what was read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@final
@dataclass(frozen=True)
class Update:
    """One player moves. reads: for each other player the time whose action is read.

    Time t is that after t updates; a player's own action and gradient are those of the moment.
    """

    player: int
    reads: dict[int, int]


def play(J: Floats, step: float, start: Floats, schedule: Sequence[Update]) -> Floats:
    """All states of gradient steps for F = Jx, one variable a player: (T + 1, N)."""
    states = [start]
    for update in schedule:
        seen = states[-1].copy()
        for other, time in update.reads.items():
            seen[other] = states[time][other]
        after = states[-1].copy()
        after[update.player] -= step * float(J[update.player] @ seen)
        states.append(after)
    return np.array(states)


def rounds(schedule: Sequence[Update], players: int) -> int:
    """T16: how many rounds are over at the end of the schedule.

    A round ends with a stretch in which every player updates and every update reads nothing older
    than the end of the round before; nothing older is read afterwards either.
    """
    oldest = [min(update.reads.values(), default=time) for time, update in enumerate(schedule)]
    count = end = 0
    while True:
        older = [time for time in range(end, len(schedule)) if oldest[time] < end]
        first = older[-1] + 1 if older else end
        found = _complete(schedule, first, players)
        if found is None:
            return count
        count, end = count + 1, found


def careless_rounds(schedule: Sequence[Update], players: int) -> int:
    """The same when a round is over as soon as every player has updated with such reads: false."""
    count = end = 0
    while True:
        waiting = set(range(players))
        for time in range(end, len(schedule)):
            if min(schedule[time].reads.values(), default=time) >= end:
                waiting.discard(schedule[time].player)
            if not waiting:
                break
        if waiting:
            return count
        count, end = count + 1, time + 1


def _complete(schedule: Sequence[Update], first: int, players: int) -> int | None:
    """The time by which every player has updated, counted from the first update on."""
    waiting = set(range(players))
    for time in range(first, len(schedule)):
        waiting.discard(schedule[time].player)
        if not waiting:
            return time + 1
    return None


def random_schedule(
    rng: np.random.Generator, players: int, length: int, delay: int
) -> list[Update]:
    """Players in any order; each read at most `delay` updates old, now and then far older."""
    schedule = []
    for time in range(length):
        player = int(rng.integers(players))
        oldest = 0 if rng.random() < 0.02 else max(0, time - delay)
        others = [other for other in range(players) if other != player]
        reads = {other: int(rng.integers(oldest, time + 1)) for other in others}
        schedule.append(Update(player, reads))
    return schedule
