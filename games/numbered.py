"""Players that nobody named, by the million: "player 1", "player 2", … made when asked for.

They stand in documents by their sizes alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final, overload

from games.players import NumberedNames, Player

LISTED = 1000  # players without names that are listed one by one all the same


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
