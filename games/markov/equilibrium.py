"""Zeros of a field by Newton's method, from a strongly regularised field down to the field."""

import numpy as np

from games.errors import InputError
from games.game import Floats, Game

NEWTON_STEPS = 60
LEAST_STEP = 2.0**-20
ROUNDING = 1e-13  # of the field's size: as near zero as floats of that size come
ACCEPTED = 1e-10
STAGES = 24  # of halving the regulariser


def find_zero(game: Game, start: Floats) -> Floats:
    """z with G(z) = 0, as exactly as floats allow.

    Newton's method on G; if it fails, on G + λz with λ halved from the size of DG to zero, each
    stage from the zero of the stage before. Raises InputError when that does not end at a zero.
    """
    z, missed = _newton(game, start, 0.0)
    if missed <= ACCEPTED:
        return z
    z, size = np.zeros_like(start), float(np.linalg.norm(game.jacobian(start), 2))
    for stage in range(STAGES):
        z, _ = _newton(game, z, 4 * size / 2**stage)
    z, missed = _newton(game, z, 0.0)
    if missed <= ACCEPTED:
        return z
    raise InputError("no equilibrium was found; raise the entropy or give another start")


def _newton(game: Game, z: Floats, shift: float) -> tuple[Floats, float]:
    """Damped Newton on G + shift·z: where it ends, and the relative size of the field there."""
    G = game.pseudo_gradient(z) + shift * z
    for _ in range(NEWTON_STEPS):
        J = game.jacobian(z) + shift * np.eye(len(z))
        scale = max(1.0, float(np.linalg.norm(J, 2)))
        if not np.isfinite(scale) or np.abs(G).max() <= ROUNDING * scale:
            break
        direction = np.linalg.lstsq(J, G, rcond=None)[0]
        length = 1.0
        while length >= LEAST_STEP:
            trial = z - length * direction
            found = game.pseudo_gradient(trial) + shift * trial
            if np.linalg.norm(found) < np.linalg.norm(G):
                break
            length /= 2
        else:
            break
        z, G = trial, found
    return z, float(np.abs(G).max() / max(1.0, np.linalg.norm(game.jacobian(z), 2)))
