"""Players: their names, those of their variables, and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final, overload

from games.errors import InputError

MAX_PLAYERS = 10**8


@final
@dataclass(frozen=True)
class Player:
    """One player: a name and the names of its variables (d_i of them)."""

    name: str
    variables: tuple[str, ...]

    @property
    def size(self) -> int:
        return len(self.variables)


def check_names(players: Sequence[Player]) -> None:
    """Raise InputError for no players, a player without variables, or a name used twice."""
    if not players:
        raise InputError("the game has no players; give at least one")
    seen_players: set[str] = set()
    owner: dict[str, str] = {}
    for player in players:
        if player.name in seen_players:
            raise InputError(f"two players are called {player.name!r}; give each its own name")
        seen_players.add(player.name)
        if not player.variables:
            raise InputError(f"player {player.name!r} has no variables; give it at least one")
        for variable in player.variables:
            if variable in owner:
                raise InputError(
                    f"variable {variable!r} belongs to both {owner[variable]!r} and"
                    f" {player.name!r}; give it to one of them"
                )
            owner[variable] = player.name


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


def check_count(count: Any, place: str) -> int:
    """A number of players back; InputError unless it is one from 1 to 100 million."""
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MAX_PLAYERS:
        raise InputError(f"{place}: expected a number of players from 1 to {MAX_PLAYERS}")
    return count
