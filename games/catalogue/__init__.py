"""Games from the literature by name, with their sources and the numbers expected of them."""

from dataclasses import replace
from functools import cache

from games.catalogue.entry import Entry, Expected
from games.errors import InputError
from games.game import Game
from games.reading import near, short

__all__ = ["Entry", "Expected", "entry", "load", "names", "tags"]


@cache
def _entries() -> dict[str, Entry]:
    """All families; imported on use, so that `import games` stays fast."""
    from games.catalogue import (
        contest,
        facchinei_kanzow,
        finite,
        firms,
        gan,
        interaction,
        markov,
        matrix_games,
        min_max,
        oligopoly,
        quadratic_examples,
        shared_resources,
    )

    families = (
        (quadratic_examples, "quadratic"),
        (facchinei_kanzow, "facchinei-kanzow"),
        (oligopoly, "economics"),
        (contest, "economics"),
        (firms, "economics"),
        (interaction, "economics"),
        (gan, "gan"),
        (min_max, "min-max"),
        (shared_resources, "shared resources"),
        (matrix_games, "policies"),
        (markov, "policies"),
        (finite, "policies"),
    )
    return {
        each.name: replace(each, tags=tuple(dict.fromkeys((tag, *each.tags))))
        for family, tag in families
        for each in family.ENTRIES
    }


def tags() -> tuple[str, ...]:
    """The tags there are, in the order of the alphabet.

    >>> "min-max" in tags()
    True
    """
    return tuple(sorted({tag for each in _entries().values() for tag in each.tags}))


def names(tag: str | None = None) -> tuple[str, ...]:
    """The names of all games in the catalogue, or of those with a tag.

    Raises InputError, with a near match, for a tag that no game has.

    >>> names()[:3], names("not Nash")
    (('sgn-toy', 'rosen', 'harker'), ('stable-not-min-max', 'forsaken', 'curvature-spurious'))
    """
    if tag is not None and tag not in tags():
        raise InputError(f"no game of the catalogue has the tag {short(tag)}; {near(tag, tags())}")
    return tuple(name for name, each in _entries().items() if tag is None or tag in each.tags)


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
