"""Best responses: each player's minimiser of its own cost while the others stand still.

A projected Newton method on the player's own gradient, for all starts at once. It ends after one
step where the cost is quadratic and no bound is met.
"""

import numpy as np

from games.game import Game
from sgn.simulation.setting import Floats, finite_rows

SWEEPS = 100
EXACT = 1e-12  # of the size of the point: what still moves less is a best response
HALVINGS = 30


def best_responses(game: Game, points: Floats, box: Floats) -> Floats:
    """The best answer of every player to the others' actions at points (B, n), within the box.

    Infinite where none is found: the player's cost is then not convex in its own actions there, or
    has no least value.
    """
    result = np.empty_like(points)
    for player in range(len(game.players)):
        own = game.slices[player]
        result[:, own] = _responses(game, points, player, box[:, own])
    return result


def _responses(game: Game, points: Floats, player: int, box: Floats) -> Floats:
    own = game.slices[player]
    x = points.copy()
    x[:, own] = np.clip(x[:, own], *box)
    busy = np.arange(len(x))
    for _ in range(SWEEPS):
        moved = _improved(game, x[busy], player, box)
        size = EXACT * (1 + np.abs(x[busy][:, own]).max(axis=1))
        going = ~(np.abs(moved[:, own] - x[busy][:, own]).max(axis=1) <= size)
        x[busy] = moved
        busy = busy[going]
        if not len(busy):
            break
    x[busy] = np.inf
    curved = _least_curvature(game, x, player) >= 0
    return np.where(curved[:, None], x[:, own], np.inf)


def _least_curvature(game: Game, x: Floats, player: int) -> Floats:
    """λ_min of the player's own Hessian; −∞ where it is not finite."""
    H = game.jacobian(x, (player, player))
    finite = finite_rows(H) & finite_rows(x)
    least = np.linalg.eigvalsh(np.where(finite[:, None, None], H, 0.0))[:, 0]
    return np.where(finite, least, -np.inf)


def _improved(game: Game, x: Floats, player: int, box: Floats) -> Floats:
    """One projected Newton step, halved until the residual falls; else a projected gradient step.

    The residual is v − clip(v − F_i), which is 0 at a minimiser and only there (convex costs).
    """
    own = game.slices[player]
    gradient = game.pseudo_gradient(x)[:, own]
    H = game.jacobian(x, (player, player))
    v = x[:, own]
    fixed = ((v <= box[0]) & (gradient > 0)) | ((v >= box[1]) & (gradient < 0))
    eye = np.eye(v.shape[1])
    free = ~fixed[:, :, None] & ~fixed[:, None, :]
    system = np.where(free, H, eye)
    scale = np.abs(H).sum(axis=2).max(axis=1)
    system = system + np.where(scale > 0, 1e-14 * scale, 1.0)[:, None, None] * eye
    finite = finite_rows(system) & finite_rows(gradient)
    system = np.where(finite[:, None, None], system, eye)
    wanted = np.where(fixed | ~finite[:, None], 0.0, gradient)
    direction = -np.linalg.solve(system, wanted[:, :, None])[:, :, 0]
    result = x.copy()
    result[:, own] = np.clip(v - gradient / np.maximum(scale, 1e-300)[:, None], *box)
    before = _residual(x, gradient, own, box)
    waiting = np.arange(len(x))
    length = 1.0
    for _ in range(HALVINGS):
        trial = x[waiting]
        trial[:, own] = np.clip(v[waiting] + length * direction[waiting], *box)
        after = _residual(trial, game.pseudo_gradient(trial)[:, own], own, box)
        better = after <= (1 - 1e-4 * length) * before[waiting]
        result[waiting[better]] = trial[better]
        waiting = waiting[~better]
        length /= 2
        if not len(waiting):
            break
    return result


def _residual(x: Floats, gradient: Floats, own: slice, box: Floats) -> Floats:
    v = x[:, own]
    size: Floats = np.abs(v - np.clip(v - gradient, *box)).max(axis=1)
    return size
