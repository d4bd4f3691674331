"""The published margin of a Markov game, as its companion code computes it: an estimate, no bound.

Source: arXiv:2512.06791, Markov game. The Hessian of each player's cost in all logits is scaled
from both sides by F_θ^{-1/2} of the same point; curvature is its least eigenvalue above a threshold
and coupling its largest norm, over the corners of a cube in logits. Theory, "Not a proof", names
what is wrong with it: the derivative of F_θ is dropped, what is inside the cube is not looked at,
and negative eigenvalues are below the threshold too.
"""

import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np

from games.game import Floats
from games.markov.logit_game import LogitGame

THRESHOLD = 1e-5  # the published one: eigenvalues below it are taken for the constant direction's
DATA = Path(__file__).parents[1] / "data" / "markov_published.json"


def published() -> dict[str, Any]:
    """The published numbers, as the companion code gives them."""
    found: dict[str, Any] = json.loads(DATA.read_text())
    return found


@final
@dataclass(frozen=True, eq=False)
class Rule:
    """What the rule takes for curvature and coupling."""

    curvature: Floats  # (N,)
    coupling: Floats  # (N, N)

    def margin(self, weights: Floats) -> float:
        """λ_min of S(w) of T1, at its own numbers."""
        ratio = np.sqrt(np.divide.outer(weights, weights))
        L = self.coupling * ratio
        S = np.diag(self.curvature) - (L + L.T) / 2
        return float(np.linalg.eigvalsh(S)[0])

    @property
    def best_margin(self) -> float:
        """The margin at the best weights (T2)."""
        A = np.diag(self.curvature) - self.coupling
        return float(np.linalg.eigvals(A).real.min())


def rule_at(game: LogitGame, points: Floats, threshold: float | None = THRESHOLD) -> Rule:
    """The rule over points (k, n); without a threshold every eigenvalue counts."""
    players = range(len(game.players))
    blocks = {(i, j): scaled_hessian(game, points, i, j) for i in players for j in players}
    curvature = np.empty(len(players))
    coupling = np.zeros((len(players), len(players)))
    for i, j in blocks:
        if i == j:
            values = np.linalg.eigvalsh(blocks[i, i])
            curvature[i] = values[values > (-np.inf if threshold is None else threshold)].min()
        else:
            coupling[i, j] = np.linalg.norm(blocks[i, j], 2, axis=(1, 2)).max()
    return Rule(curvature, coupling)


def scaled_hessian(game: LogitGame, points: Floats, i: int, j: int) -> Floats:
    """F_i^{-1/2} ∂_j∂_i f_i F_j^{-1/2} (k, d_i, d_j), without the constant directions, exactly.

    In an orthonormal basis U of logits that sum to zero per state: θ = Uu, hence z = CUu, and
    Uᵀ∂f/∂θ is linear in its differences, which are the plain gradient's G.
    """
    plain = game.with_field("euclidean")
    states = game.tensors.states
    rows, columns = (_basis(game.tensors.actions[k]) for k in (i, j))
    to_gradient, to_logits = rows[1:].T, columns[1:] - columns[:1]
    H = plain.jacobian(points, (i, j))
    H = np.kron(np.eye(states), to_gradient) @ H @ np.kron(np.eye(states), to_logits)
    left, right = (_inverse_root(game, points, k) for k in (i, j))
    return np.asarray(left @ H @ right)


def corners(game: LogitGame, centre: Floats, radius: float) -> Floats:
    """The corners of the cube of logits of that radius round θ, in differences z (k, n)."""
    parts = []
    for actions in game.tensors.actions:
        signs = np.array(list(itertools.product((-radius, radius), repeat=actions)))
        parts += [signs[:, 1:] - signs[:, :1]] * game.tensors.states
    moves = np.array([np.concatenate(part) for part in itertools.product(*parts)])
    return np.asarray(centre + moves)


def _basis(actions: int) -> Floats:
    """U (A, A − 1): orthonormal, columns that sum to zero."""
    start = np.column_stack([np.ones(actions), np.eye(actions)[:, 1:]])
    return np.asarray(np.linalg.qr(start)[0][:, 1:])


def _inverse_root(game: LogitGame, points: Floats, player: int) -> Floats:
    """F_θ^{-1/2} in that basis, for all states (k, d, d)."""
    policy = game.policies(points)[player]
    U = _basis(policy.shape[-1])
    fisher = policy[..., :, None] * np.eye(len(U)) - policy[..., :, None] * policy[..., None, :]
    values, vectors = np.linalg.eigh(U.T @ fisher @ U)
    roots = (vectors / np.sqrt(values)[..., None, :]) @ np.swapaxes(vectors, -1, -2)
    count, states, size = roots.shape[:3]
    result = np.zeros((count, states, size, states, size))
    for s in range(states):
        result[:, s, :, s, :] = roots[:, s]
    return result.reshape(count, states * size, states * size)
