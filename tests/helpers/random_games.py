"""Random games that some block metric certifies, and true contraction factors as an oracle."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

import sgn
from games import QuadraticGame
from sgn import Certificate

FloatArray = NDArray[np.float64]


def block_game(seed: int, *, field: bool = False) -> QuadraticGame:
    """2 to 5 players of 1 to 3 variables, monotone in hidden weights spread over four decades.

    field: J_ii gets a skew part.
    """
    rng = np.random.default_rng([seed, field])
    sizes = [int(d) for d in rng.integers(1, 4, rng.integers(2, 6))]
    n, owner = sum(sizes), np.repeat(np.arange(len(sizes)), sizes)
    B = rng.normal(size=(n, n)) * (rng.random((n, n)) < rng.choice([0.5, 1.0]))
    same = owner[:, None] == owner[None, :]
    if not field:
        B = np.where(same, (B + B.T) / 2, B)
    lowest = np.linalg.eigvalsh((B + B.T) / 2)[0]
    B += (10 ** rng.uniform(-1.5, 0.5) - lowest) * np.eye(n)
    root = (10 ** rng.uniform(-1, 1, len(sizes)))[owner]
    J = B * (root[None, :] / root[:, None]) * 10 ** rng.uniform(-1, 1)
    return QuadraticGame(_exactly_symmetric(J, same, field), sizes, field=field)


def _exactly_symmetric(J: FloatArray, same: NDArray[np.bool_], field: bool) -> FloatArray:
    return J if field else np.where(same, (J + J.T) / 2, J)


@cache
def certified(seed: int, *, field: bool = False) -> tuple[QuadraticGame, Certificate]:
    """A random game with its certificate; found once, used by many laws."""
    game = block_game(seed, field=field)
    return game, sgn.certify(game).require()


def in_metric(J: FloatArray, weights: Iterable[Any], sizes: Iterable[int]) -> FloatArray:
    """B = M^{1/2} J M^{-1/2}, so that ‖J‖_M = ‖B‖₂."""
    root = np.repeat(np.sqrt(np.array([float(w) for w in weights])), list(sizes))
    scaled: FloatArray = J * (root[:, None] / root[None, :])
    return scaled


def norm(B: FloatArray) -> float:
    """‖B‖₂."""
    return float(np.linalg.norm(B, 2))


def euler_map(B: FloatArray, step: float) -> FloatArray:
    """The derivative of one Euler step."""
    stepped: FloatArray = np.eye(len(B)) - step * B
    return stepped


def rk4_map(stages: Iterable[FloatArray], step: float) -> FloatArray:
    """The derivative of one Runge–Kutta step whose stages see the Jacobians J1 … J4 (T11)."""
    J1, J2, J3, J4 = stages
    eye = np.eye(len(J1))
    K1 = -J1
    K2 = -J2 @ (eye + step / 2 * K1)
    K3 = -J3 @ (eye + step / 2 * K2)
    K4 = -J4 @ (eye + step * K3)
    derivative: FloatArray = eye + step / 6 * (K1 + 2 * K2 + 2 * K3 + K4)
    return derivative


def heun_map(stages: Iterable[FloatArray], step: float) -> FloatArray:
    """The same of Heun's method, whose two stages see J1 and J2."""
    J1, J2 = stages
    eye = np.eye(len(J1))
    derivative: FloatArray = eye - step / 2 * (J1 + J2 @ (eye - step * J1))
    return derivative


STEP_MAPS = {"rk4": (4, rk4_map), "heun": (2, heun_map)}  # how many stages, and the derivative


def permuted_game(game: QuadraticGame, order: list[int]) -> QuadraticGame:
    """The same game with its players in another order."""
    slices = game.slices
    index = np.concatenate([np.arange(slices[i].start, slices[i].stop) for i in order])
    J = game.jacobian(np.zeros(game.dimension))[np.ix_(index, index)]
    names = [game.players[i].name for i in order]
    return QuadraticGame(J, [game.sizes[i] for i in order], names=names, field=not game.symmetric)
