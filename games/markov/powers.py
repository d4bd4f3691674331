"""How a field weighs states by their occupancy, and the names of coordinates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

DIVIDED: Mapping[str, int] = {"fisher": 0, "kakade": 1, "euclidean": 0}  # how often by d


@final
@dataclass(frozen=True)
class Powers:
    """V_i = d^entropy τ_i log π_i − d^reward Q_i.

    The gradient of costs has reward 1, Kakade's field divides it by d; the entropy of a state
    counts once (0) or as often as the state is visited (1), less the same division.
    """

    entropy: int
    reward: int


def powers_of(field: str, occupancy_entropy: bool) -> Powers:
    """The powers of a field by name.

    >>> powers_of("kakade", occupancy_entropy=False)
    Powers(entropy=-1, reward=0)
    """
    divided = DIVIDED[field]
    return Powers(int(occupancy_entropy) - divided, 1 - divided)


def coordinate_names(player: int, states: int, actions: int) -> tuple[str, ...]:
    """Names of a player's coordinates (player from 1): state, action, and the dropped action.

    >>> coordinate_names(2, 1, 3)
    ('z2_s0_a1_over_a0', 'z2_s0_a2_over_a0')
    """
    return tuple(f"z{player}_s{s}_a{a}_over_a0" for s in range(states) for a in range(1, actions))
