"""The points of a sweep: a game for each, its region, and what certify says of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any, final

import numpy as np

from certificates.certificate import Certificate, Refusal
from games.errors import InputError
from games.game import Game
from games.language.number import Number, exact, parse_number
from games.regions.shapes import MetricBall, Region
from sgn.certify import certify

Values = Mapping[str, Fraction]
Result = Certificate | Refusal
Family = Game | Callable[..., Game]  # a game with parameters, or a function that makes games
Where = Region | MetricBall | Callable[[Game], Region | MetricBall] | None

MAX_POINTS = 10_000
MAX_LISTED = 1_000  # values of one parameter on the command line


@final
@dataclass(frozen=True)
class Asked:
    """What is asked at every point. region: one for all, or a function of the game."""

    family: Family
    region: Where
    options: Mapping[str, Any]

    def game(self, values: Values) -> Game:
        """The game at a point. Raises TypeError where a function gives no game."""
        if isinstance(self.family, Game):
            return self.family.with_parameters(values)
        game = self.family(**values)
        if not isinstance(game, Game):
            raise TypeError(f"the function of the parameters gave {type(game).__name__}, no game")
        return game

    def result(self, values: Values) -> Result:
        """What certify says at a point."""
        game = self.game(values)
        region = self.region(game) if callable(self.region) else self.region
        return certify(game, region, **self.options)


def grid(parameters: Mapping[str, Sequence[Number]]) -> list[dict[str, Fraction]]:
    """Every combination of values, the last parameter moving fastest.

    Raises InputError for no parameters or values, numbers that are none, and too many points.

    >>> grid({"a": [1, 2], "b": ["1/2"]})[1]
    {'a': Fraction(2, 1), 'b': Fraction(1, 2)}
    """
    if not parameters:
        raise InputError("no parameter is varied; name one with its values")
    axes = {name: [_number(name, value) for value in values] for name, values in parameters.items()}
    for name, values in axes.items():
        if not values:
            raise InputError(f"{name} has no values; give some")
    count = int(np.prod([len(values) for values in axes.values()], dtype=object))
    if count > MAX_POINTS:
        raise InputError(f"the sweep has {count} points; at most {MAX_POINTS} are taken")
    return [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]


def _number(name: str, value: Number) -> Fraction:
    try:
        return exact(value.item() if isinstance(value, np.generic) else value)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def read_vary(text: str) -> tuple[str, list[Fraction]]:
    """A parameter and its values: ``a=1:5:50`` (50 from 1 to 5) or ``a=1,2,5``. Raises InputError.

    >>> read_vary("tau=0:1:3")
    ('tau', [Fraction(0, 1), Fraction(1, 2), Fraction(1, 1)])
    """
    name, equals, listed = text.partition("=")
    name = name.strip()
    if not (name and equals and listed.strip()):
        raise InputError(f"{text[:60]!r}: write NAME=FROM:TO:COUNT, or NAME=VALUE,VALUE,…")
    if ":" not in listed:
        values = listed.split(",")
        if len(values) > MAX_LISTED:
            raise InputError(f"{name}: more than {MAX_LISTED} values; write fewer")
        return name, [_read(name, value) for value in values]
    low, high, *counts = listed.split(":")
    if len(counts) != 1 or not counts[0].strip().isdecimal() or not counts[0].isascii():
        raise InputError(f"{text[:60]!r}: write {name}=FROM:TO:COUNT, e.g. {name}=1:5:50")
    first, last, count = _read(name, low), _read(name, high), int(counts[0].strip()[:9])
    if not 2 <= count <= MAX_LISTED:
        raise InputError(f"{name}: give from 2 to {MAX_LISTED} values, and not {count}")
    return name, [first + (last - first) * Fraction(k, count - 1) for k in range(count)]


def read_ends(text: str) -> tuple[str, Fraction, Fraction]:
    """A parameter and two values, ``tau=0.1:1``. Raises InputError.

    >>> read_ends("tau=1/10:1")
    ('tau', Fraction(1, 10), Fraction(1, 1))
    """
    name, equals, listed = text.partition("=")
    ends = listed.split(":")
    if not (name.strip() and equals and len(ends) == 2):
        raise InputError(f"{text[:60]!r}: write NAME=FROM:TO, e.g. tau=0.1:1")
    low, high = (_read(name.strip(), end) for end in ends)
    return name.strip(), low, high


def _read(name: str, text: str) -> Fraction:
    try:
        return parse_number(text.strip())
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
