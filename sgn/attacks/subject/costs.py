"""What a player gains by moving alone, in floats and in balls: by its costs, or along F_i.

Costs that are text are evaluated; those of policies are built from the game's tensors. Where
there is only F, the gain is minus the integral of ⟨F_i, d⟩ along the move d of the player's own.
"""

import abc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product as combinations
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from games.game import Game, Structure
from games.language.evaluate import compile
from games.markov.logit_game import LogitGame
from games.symbolic import SymbolicGame
from sgn.attacks.subject.precise import Balls, ball, column, entries, gradient, hull
from sgn.attacks.subject.precise import values_of as exact_values

Floats = NDArray[np.float64]
PIECES = 64  # of a move, each enclosed
NODES, WEIGHTS = np.polynomial.legendre.leggauss(8)


class Costs(abc.ABC):
    """How much less a player pays at one point than at another that differs in its own part."""

    @abc.abstractmethod
    def gains(self, player: int, start: Floats, points: Floats) -> Floats:
        """From start (n,) to each of points (k, n)."""

    @abc.abstractmethod
    def exact_gain(self, player: int, start: Balls, point: Balls) -> Any:
        """The same of columns of balls, as a ball."""


def costs_of(game: Game) -> Costs:
    """Those of a game."""
    if isinstance(game, LogitGame):
        return PolicyCosts(game)
    if isinstance(game, SymbolicGame) and game.costs:
        return TextCosts(game)
    return AlongField(game)


@final
@dataclass(frozen=True, eq=False)
class TextCosts(Costs):
    """Costs as the game's text has them."""

    game: SymbolicGame

    @cached_property
    def _program(self) -> Callable[[Floats], Floats]:
        names = tuple(v for player in self.game.players for v in player.variables)
        return compile(self.game.graph, [node for _, node in self.game.stated], names)

    def gains(self, player: int, start: Floats, points: Floats) -> Floats:
        paid = self._program(np.vstack([start, points]))[:, player]
        return np.asarray(paid[0] - paid[1:])

    def exact_gain(self, player: int, start: Balls, point: Balls) -> Any:
        node = self.game.stated[player][1]
        [before], [after] = (
            exact_values(self.game, [node], entries(each)) for each in (start, point)
        )
        return before - after


@final
@dataclass(frozen=True, eq=False)
class AlongField(Costs):
    """Minus the integral of ⟨F_i, d⟩ along the move."""

    game: Game

    def gains(self, player: int, start: Floats, points: Floats) -> Floats:
        own = self.game.slices[player]
        total = np.zeros(len(points))
        for node, weight in zip(NODES, WEIGHTS, strict=True):
            F = self.game.pseudo_gradient(start + (node + 1) / 2 * (points - start))
            total -= weight / 2 * (F[:, own] * (points - start)[:, own]).sum(axis=1)
        return total

    def exact_gain(self, player: int, start: Balls, point: Balls) -> Any:
        own, move = self.game.slices[player], point - start
        parts = entries(move)[own]
        linear = self.game.structure is Structure.CONSTANT
        total = ball(0)
        for k in range(1 if linear else PIECES):
            ends = (Fraction(k, PIECES), Fraction(k + 1, PIECES))
            share = ball(Fraction(1, 2)) if linear else hull(*ends)
            F = entries(gradient(self.game, start + move * share))[own]
            total -= sum((a * b for a, b in zip(F, parts, strict=True)), ball(0))
        return total if linear else total / PIECES


@final
@dataclass(frozen=True, eq=False)
class PolicyCosts(Costs):
    """f_i = −(1 − γ)E Σ γ^t r_i − τ_i Σ H of policies in logits, entropy as the game counts it.

    One formula for arrays (k,) and for balls.
    """

    game: LogitGame

    def gains(self, player: int, start: Floats, points: Floats) -> Floats:
        both = np.vstack([start, points])
        paid = self._paid(player, list(both.T), np.exp, np.log, float)
        return np.asarray(paid[0] - paid[1:])

    def exact_gain(self, player: int, start: Balls, point: Balls) -> Any:
        before, after = (
            self._paid(player, entries(z), lambda v: v.exp(), lambda v: v.log(), ball)
            for z in (start, point)
        )
        return before - after

    def _paid(
        self,
        player: int,
        logits: Sequence[Any],
        exp: Callable[[Any], Any],
        log: Callable[[Any], Any],
        number: Callable[[Any], Any],
    ) -> Any:
        tensors = self.game.tensors
        states, gamma = range(tensors.states), number(tensors.discount)
        policies = self._policies(logits, exp)
        entropy = [-sum(p * log(p) for p in policies[player][s]) for s in states]
        tau = number(tensors.entropy[player])
        reward, leads = [], []
        for s in states:
            gained, row = number(0), [number(0) for _ in states]
            for actions in combinations(*(range(count) for count in tensors.actions)):
                chance = number(1)
                for policy, action in zip(policies, actions, strict=True):
                    chance = chance * policy[s][action]
                gained = gained + chance * number(Fraction(tensors.rewards[(player, s, *actions)]))
                onward = [Fraction(p) for p in tensors.transition[(s, *actions)]]
                row = [
                    old + chance * number(p / sum(onward))
                    for old, p in zip(row, onward, strict=True)
                ]
            reward.append(gained + (tau * entropy[s] if tensors.occupancy_entropy else number(0)))
            leads.append(row)
        system = [
            [number(int(s == t)) - gamma * leads[s][t] for t in states] + [reward[s]]
            for s in states
        ]
        values = _eliminated(system)
        start = [number(p) for p in tensors.initial]
        total = sum((p * v for p, v in zip(start, values, strict=True)), number(0))
        counted = number(0) if tensors.occupancy_entropy else tau * sum(entropy)
        return -(number(1) - gamma) * total - counted

    def _policies(self, logits: Sequence[Any], exp: Callable[[Any], Any]) -> list[list[list[Any]]]:
        """Probabilities by player, state and action; action 0 has the logit 0."""
        rest, result = list(logits), []
        for count in self.game.tensors.actions:
            own = []
            for _ in range(self.game.tensors.states):
                grown, rest = [exp(v) for v in rest[: count - 1]], rest[count - 1 :]
                total = 1 + sum(grown[1:], grown[0]) if grown else 1
                own.append([1 / total, *(v / total for v in grown)])
            result.append(own)
        return result


def _eliminated(system: list[list[Any]]) -> list[Any]:
    """The solution of a diagonally dominant system, the right side its last column."""
    n = len(system)
    for k in range(n):
        system[k] = [v / system[k][k] for v in system[k]]
        for i in range(n):
            if i != k:
                share = system[i][k]
                system[i] = [a - share * b for a, b in zip(system[i], system[k], strict=True)]
    return [row[n] for row in system]


def moved(start: Balls, player: slice, values: Sequence[float]) -> Balls:
    """A column with one player's variables replaced by exact numbers."""
    whole = entries(start)
    whole[player] = [ball(Fraction(v)) for v in values]
    return column(whole)
