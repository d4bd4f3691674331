"""Games from the literature by name, with their sources and the numbers expected of them."""

from functools import cache

from games.catalogue.entry import Entry, Expected
from games.errors import InputError
from games.game import Game
from games.reading import near, short

__all__ = ["Entry", "Expected", "entry", "load", "names"]


@cache
def _entries() -> dict[str, Entry]:
    """All families; imported on use, so that `import games` stays fast."""
    from games.catalogue import (
        contest,
        facchinei_kanzow,
        gan,
        markov,
        matrix_games,
        oligopoly,
        quadratic_examples,
    )

    families = (
        quadratic_examples,
        facchinei_kanzow,
        oligopoly,
        contest,
        gan,
        matrix_games,
        markov,
    )
    return {entry.name: entry for family in families for entry in family.ENTRIES}


def names() -> tuple[str, ...]:
    """The names of all games in the catalogue.

    >>> names()[:3]
    ('sgn-toy', 'rosen', 'harker')
    """
    return tuple(_entries())


def entry(name: str) -> Entry:
    """What the catalogue knows of a game: constructor, source, changes, expected numbers.

    Raises InputError, with a near match, for a name that is not in the catalogue.

    >>> entry("rosen").expected.direct_margin
    1.0
    """
    if name not in _entries():
        raise InputError(f"the catalogue has no game {short(name)}; {near(name, names())}")
    return _entries()[name]


def load(name: str) -> Game:
    """The game of that name, with its region and, where it is known, its equilibrium.

    Raises InputError, with a near match, for a name that is not in the catalogue.

    >>> load("duopoly").players[0].name
    'firm 1'
    """
    return entry(name).build()
