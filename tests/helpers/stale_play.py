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

    A round is over when every player's latest update, and every one to come, reads no action that
    was given up before the end of the round before.
    """
    return _count(schedule, players, careless=False)


def careless_rounds(schedule: Sequence[Update], players: int) -> int:
    """The same when a round is over as soon as every player has updated once like that: false."""
    return _count(schedule, players, careless=True)


def _count(schedule: Sequence[Update], players: int, *, careless: bool) -> int:
    held = [_held_until(schedule, time) for time in range(len(schedule))]
    count = end = 0
    while True:
        fresh = [until >= end for until in held]
        stale = [time for time in range(end, len(schedule)) if not fresh[time]]
        latest = dict.fromkeys(range(players), False)
        for time in range(end, len(schedule)):
            who = schedule[time].player
            latest[who] = fresh[time] or (careless and latest[who])
            if all(latest.values()) and (careless or not stale or stale[-1] <= time):
                count, end = count + 1, time + 1
                break
        else:
            return count


def _held_until(schedule: Sequence[Update], time: int) -> int:
    """The last moment at which all that an update reads was still held."""
    return min(
        (
            next((k for k in range(read, time) if schedule[k].player == other), time)
            for other, read in schedule[time].reads.items()
        ),
        default=time,
    )


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
