"""Where a game is not defined, or has no derivatives: no claim could hold on a region with that."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from games.language.evaluate import compile
from games.language.functions import FUNCTIONS
from games.symbolic import SymbolicGame
from sgn.attacks.claims.objectives import Objective
from sgn.attacks.subject.attacked import Attacked
from sgn.attacks.subject.jacobians import GameSubject
from sgn.attacks.subject.precise import column, entries, values_of

Floats = NDArray[np.float64]
ABOVE = {row.name: row.above for row in FUNCTIONS.values() if row.above is not None}
SMOOTH = 2  # an exponent, not whole, up to which a power of 0 has no second derivative


@final
@dataclass(frozen=True)
class Limit:
    """A node that must be larger than a number, or other than 0."""

    node: int
    above: int | None


def limits_of(game: SymbolicGame) -> list[Limit]:
    """Of all that the game's texts are made of."""
    graph, found = game.graph, set[Limit]()
    for node in graph.needed([stated for _, stated in game.stated]):
        op, arguments = graph.ops[node], graph.args[node]
        if op in ABOVE:
            found.add(Limit(arguments[0], ABOVE[op]))
        elif op == "/":
            found.add(Limit(arguments[1], None))
        elif op == "**":
            exponent = graph.number(arguments[1])
            if exponent is None or (exponent.denominator != 1 and exponent < SMOOTH):
                found.add(Limit(arguments[0], 0))
            elif exponent < 0:
                found.add(Limit(arguments[0], None))
    found = {limit for limit in found if not graph.number(limit.node)}
    return sorted(found, key=lambda limit: (limit.node, limit.above is None))


def is_partial(of: Attacked) -> bool:
    """Whether the game has anything that may not be defined."""
    return isinstance(_game(of), SymbolicGame) and bool(limits_of(_game(of)))


def _game(of: Attacked) -> Any:
    return of.subject.game if isinstance(of.subject, GameSubject) else None


def domain(of: Attacked) -> Iterator[Objective]:
    """One claim of all places together."""
    if isinstance(of.subject, GameSubject) and isinstance(of.subject.game, SymbolicGame):
        yield Defined(
            claim="defined with its derivatives",
            detail="how far an argument is out of its domain",
            theorem="evidence",
            claimed=Fraction(0),
            upper=True,
            scale=Fraction(1),
            subject=of.subject,
            limits=tuple(limits_of(of.subject.game)),
        )


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class Defined(Objective):
    """How far the argument of a function is out of its domain, of all functions the most."""

    subject: GameSubject
    limits: tuple[Limit, ...]

    @property
    def dimension(self) -> int:
        return self.subject.dimension

    @cached_property
    def _program(self) -> Callable[[Floats], Floats]:
        game = self.subject.game
        assert isinstance(game, SymbolicGame)
        names = tuple(v for player in game.players for v in player.variables)
        return compile(game.graph, [limit.node for limit in self.limits], names)

    def values(self, places: Floats) -> Floats:
        arguments = self._program(self.subject.points(places))
        out = [
            -np.abs(value) if limit.above is None else limit.above - value
            for limit, value in zip(self.limits, arguments.T, strict=True)
        ]
        return np.asarray(np.fmax.reduce(out))

    def broken(self, place: Floats) -> bool:
        game = self.subject.game
        assert isinstance(game, SymbolicGame)
        point = column(self.subject.exact_point(self.subject.points(place[None])[0]))
        arguments = values_of(game, [limit.node for limit in self.limits], entries(point))
        return any(
            value.is_zero() if limit.above is None else bool(value <= limit.above)
            for limit, value in zip(self.limits, arguments, strict=True)
        )

    def describe(self, place: Floats) -> str:
        return f"at {self.subject.describe(place)}"
