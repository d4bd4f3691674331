"""Counterexamples in ball arithmetic: F and J at exact points, to 256 bits.

A comparison of balls is true only when it holds for certain, so no rounding can raise an alarm.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import lru_cache, reduce
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.metric import Metric
from games.game import Game
from games.language.functions import FUNCTIONS
from games.language.graph import Graph
from games.markov.logit_game import LogitGame
from games.quadratic import QuadraticGame
from games.symbolic import SymbolicGame

BITS = 256
Balls = Any  # a flint.arb_mat
Point = tuple[Fraction, ...]


@contextmanager
def precisely() -> Iterator[None]:
    """Ball arithmetic to 256 bits inside."""
    with flint.ctx.workprec(BITS):
        yield


def nearest(value: Fraction) -> float:
    """A float near an exact number; infinite beyond all floats."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def ball(value: Any) -> Any:
    """The ball of an exact number."""
    exact = Fraction(value)
    return flint.arb(flint.fmpq(exact.numerator, exact.denominator))


def around(value: Any, radius: Any) -> Any:
    """The ball of all numbers within a radius, itself a ball, of an exact one or of a ball's."""
    centre = value if isinstance(value, flint.arb) else ball(value)
    return centre + flint.arb(0, radius)


def hull(low: Fraction, high: Fraction) -> Any:
    """The ball of all numbers between two exact ones."""
    return around((low + high) / 2, ball((high - low) / 2))


def matrix(rows: Sequence[Sequence[Any]] | NDArray[Any]) -> Balls:
    """Exact numbers as a matrix of balls."""
    return flint.arb_mat([[ball(value) for value in row] for row in rows])


def column(values: Sequence[Any] | NDArray[Any]) -> Balls:
    """Exact numbers, or balls, as one column."""
    return flint.arb_mat(
        [[value if isinstance(value, flint.arb) else ball(value)] for value in values]
    )


def entries(vector: Balls) -> list[Any]:
    """The balls of one column."""
    return [vector[k, 0] for k in range(vector.nrows())]


def product(first: Balls, second: Balls) -> Any:
    """⟨u, v⟩ of two columns."""
    return (first.transpose() * second)[0, 0]


def of_balls(table: Sequence[Sequence[Any]]) -> Balls:
    """Balls as a matrix."""
    return flint.arb_mat([list(line) for line in table])


def solved(A: Balls, b: Balls) -> Balls | None:
    """A⁻¹b; None where A may be singular."""
    try:
        return A.solve(b)
    except ZeroDivisionError:
        return None


def submatrix(A: Balls, rows: Sequence[int], cols: Sequence[int]) -> Balls:
    """Some rows and columns, in that order."""
    return flint.arb_mat([[A[i, j] for j in cols] for i in rows])


def clipped(value: Any, low: Fraction, high: Fraction) -> Any:
    """The nearest number of [low, high] to a ball's."""
    return value.max(ball(low)).min(ball(high))


def positive_definite(A: Balls) -> bool:
    """Whether a symmetric matrix has positive pivots for certain."""
    n, rows = A.nrows(), A.tolist()
    for k in range(n):
        if not rows[k][k] > 0:
            return False
        for i in range(k + 1, n):
            share = rows[i][k] / rows[k][k]
            rows[i] = [a - share * b for a, b in zip(rows[i], rows[k], strict=True)]
    return True


def metric_matrix(metric: Metric, sizes: tuple[int, ...]) -> Balls:
    """M, exactly."""
    if metric.kind != "scalar":
        return matrix(metric.matrix(sizes))
    weights = np.repeat(np.array(metric.weights, dtype=object), sizes)
    return matrix(
        [[w if i == j else 0 for j in range(len(weights))] for i, w in enumerate(weights)]
    )


def gradient(game: Game, point: Balls) -> Balls:
    """F at a column of balls."""
    if isinstance(game, QuadraticGame):
        return _dense(game) * point + column(game.linear)
    symbolic = _symbolic(game)
    return column(values_of(symbolic, symbolic.gradient_nodes, entries(point)))


def jacobian(game: Game, point: Balls) -> Balls:
    """J at a column of balls."""
    if isinstance(game, QuadraticGame):
        return _dense(game)
    symbolic = _symbolic(game)
    nodes = [node for row in symbolic.jacobian_nodes for node in row]
    return flint.arb_mat(
        len(symbolic.jacobian_nodes), game.dimension, values_of(symbolic, nodes, entries(point))
    )


def _dense(game: QuadraticGame) -> Balls:
    return matrix(game.jacobian(np.zeros(game.dimension)))


def _symbolic(game: Game) -> SymbolicGame:
    if isinstance(game, LogitGame):
        return _written(game)
    if not isinstance(game, SymbolicGame):
        raise ValueError(f"the game is a {type(game).__name__}; expected costs or a matrix")
    return game


@lru_cache(maxsize=4)
def _written(game: LogitGame) -> SymbolicGame:
    """The field of a game of logits as text, written once."""
    return game.symbolic()


def values_of(game: SymbolicGame, outputs: Sequence[int], point: Sequence[Any]) -> list[Any]:
    """Nodes of the game's graph at a point of balls."""
    names = [variable for player in game.players for variable in player.variables]
    place = dict(zip(names, point, strict=True))
    memory: dict[int, Any] = {}
    for node in game.graph.needed(outputs):
        memory[node] = _value(game.graph, node, memory, place)
    return [memory[node] for node in outputs]


def _value(graph: Graph, node: int, memory: Mapping[int, Any], place: Mapping[str, Any]) -> Any:
    op, value = graph.ops[node], graph.values[node]
    if isinstance(value, str):
        return place[value]
    if isinstance(value, Fraction):
        return ball(value)
    arguments = [memory[argument] for argument in graph.args[node]]
    if op == "**":
        return _power(arguments, graph.number(graph.args[node][1]))
    return _FUNCTIONS[op](*arguments)


def _power(arguments: Sequence[Any], exponent: Fraction | None) -> Any:
    base, power = arguments
    if exponent is None or exponent.denominator != 1:
        return (power * base.log()).exp()
    result = reduce(lambda done, _: done * base, range(abs(int(exponent))), flint.arb(1))
    return result if exponent >= 0 else 1 / result


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "neg": lambda a: -a,
    "pi": flint.arb.pi,
    **{row.name: row.value for row in FUNCTIONS.values()},
}
