"""Players that nobody named, by the million: "player 1", "player 2", … made when asked for.

They stand in documents by their sizes alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final, overload

from games.errors import InputError
from games.game import Player

LISTED = 1000  # players without names that are listed one by one all the same
MAX_PLAYERS = 10**8


@final
@dataclass(frozen=True)
class NumberedNames(Sequence[str]):
    """The names "player 1" … "player N" without a text for each.

    >>> names = NumberedNames(1_000_000)
    >>> names[9], names.index("player 10"), names[-1]
    ('player 10', 9, 'player 1000000')
    """

    total: int

    def __len__(self) -> int:
        return self.total

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        if isinstance(index, slice):
            return tuple(f"player {k + 1}" for k in range(self.total)[index])
        return f"player {range(self.total)[index] + 1}"


@final
@dataclass(frozen=True)
class NumberedPlayers(Sequence[Player]):
    """Players called by number, with variables x1, x2, … (one each) or x1_1, x1_2, … (several).

    sizes: how many variables each has.

    >>> NumberedPlayers((1, 2))[1]
    Player(name='player 2', variables=('x2_1', 'x2_2'))
    """

    sizes: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.sizes)

    @overload
    def __getitem__(self, index: int) -> Player: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Player, ...]: ...
    def __getitem__(self, index: int | slice) -> Player | tuple[Player, ...]:
        places = range(len(self.sizes))[index]
        if isinstance(places, range):
            return tuple(self[k] for k in places)
        number = places + 1
        return Player(f"player {number}", numbered_variables(number, self.sizes[places]))


def numbered_names(count: int) -> Sequence[str]:
    """Names for players that nobody named.

    >>> numbered_names(2)
    ('player 1', 'player 2')
    """
    names = NumberedNames(count)
    return names if count > LISTED else names[:]


def numbered_variables(number: int, size: int) -> tuple[str, ...]:
    """The variables of the player of this number (from 1).

    >>> numbered_variables(3, 1), numbered_variables(3, 2)
    (('x3',), ('x3_1', 'x3_2'))
    """
    return (f"x{number}",) if size == 1 else tuple(f"x{number}_{k + 1}" for k in range(size))


def names_of(players: Sequence[Player]) -> Sequence[str]:
    """The players' names.

    >>> len(names_of(NumberedPlayers((1,) * 5000)))
    5000
    """
    if isinstance(players, NumberedPlayers):
        return NumberedNames(len(players))
    return tuple(player.name for player in players)


def check_count(count: Any, place: str) -> int:
    """A number of players back; InputError unless it is one from 1 to 100 million."""
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MAX_PLAYERS:
        raise InputError(f"{place}: expected a number of players from 1 to {MAX_PLAYERS}")
    return count
