"""Families of Jacobians that a linear image may turn: a centre and symmetric moves from it.

A rotation to the eigenvectors of the centre makes one test of what would take 2^G vertices.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import numpy as np

from certificates.kernel.numbers.matrices import (
    TINY,
    Ball,
    Bools,
    Floats,
    balanced,
    is_psd,
    joined,
    rounded_up,
    symmetric_part,
)
from games import work

EIGH = 10  # operations for the eigenvectors, times the third power of the size
SPLIT = 1e-6  # parts equal eigenvalues of a balanced matrix: any basis of theirs would do, but one


@final
@dataclass(frozen=True)
class Star:
    """Centre + Σ_g t_g·move_g with |t_g| ≤ 1: balls (K, p, q) and (K, G, p, q)."""

    centre: Ball
    moves: Ball

    def __getitem__(self, key: slice) -> "Star":
        return Star(self.centre[key], self.moves[key])

    @property
    def hull(self) -> Ball:
        """One ball for each."""
        count = self.moves.mid.shape[1]
        rad = self.centre.rad + self.moves.size.sum(axis=1)
        return Ball(self.centre.mid, rounded_up(rad, count + 2))

    def every(self) -> Ball:
        """The vertices t_g = ±1, of which all others are averages: (K·2^G, p, q)."""
        corners = self.centre[:, None]
        for g in range(self.moves.mid.shape[1]):
            move = self.moves[:, g, None]
            corners = joined([corners + move, corners - move], 1)
        return corners.reshape(-1, *self.centre.mid.shape[1:])

    def satisfies(self, inequality: Callable[[Ball], Ball]) -> bool:
        """Whether S(J) ⪰ 0 for all J of all of them; S is affine."""
        nothing = inequality(Ball.exact(np.zeros(self.centre.mid.shape[1:])))
        moves = inequality(self.moves) - nothing
        return bool(is_star_psd(inequality(self.centre), moves).all())


def is_star_psd(centre: Ball, moves: Ball) -> Bools:
    """For each k: True only if centre_k + Σ_g t_g·moves_kg is ⪰ 0 for all |t_g| ≤ 1.

    centre: (K, m, m), moves: (K, G, m, m); their symmetric parts count. With Q near the
    eigenvectors of the centre, T = QᵀSQ satisfies vᵀTv ≥ |v|ᵀC|v|, where C has the least diagonal
    and minus the largest other entries of T. If C ≻ 0 then T ≻ 0, hence Q is not singular, S ≻ 0.
    """
    with np.errstate(all="ignore"):
        accepted = _is_finite(centre) & _is_finite(moves).all(axis=1)
        if accepted.any():
            accepted[accepted] = _rotated(centre[accepted], moves[accepted])
    return accepted


def _is_finite(S: Ball) -> Bools:
    return np.asarray((np.isfinite(S.mid) & np.isfinite(S.rad)).all(axis=(-1, -2)))


def _rotated(centre: Ball, moves: Ball) -> Bools:
    """The test of :func:`is_star_psd` on finite balls."""
    centre, moves = symmetric_part(centre), symmetric_part(moves)
    n = centre.mid.shape[-1]
    diagonal = np.diagonal(centre.mid, axis1=-2, axis2=-1)
    S, moved = balanced(centre, diagonal), balanced(moves, diagonal[:, None, :])
    # what a ball's radius does is at least −(the sum of its row) on the diagonal
    lost = rounded_up(S.rad.sum(axis=-1), n + 2)
    work.spend(EIGH * len(S.mid) * n**3, "eigenvectors of {0} × {0} matrices ({1})", n, len(S.mid))
    thin = Ball.exact(S.mid) - Ball.exact(lost[..., None] * np.eye(n))
    Q = Ball.exact(_eigenvectors(thin.mid + np.diag(np.linspace(0.0, SPLIT, n))))
    T = Q.T @ thin @ Q
    turned = Q[:, None].T @ moved @ Q[:, None]
    size = rounded_up((np.abs(turned.mid) + turned.rad).sum(axis=1), turned.mid.shape[1] + 2)
    own = T.mid * np.eye(n)
    other = rounded_up(np.abs(T.mid - own) + T.rad + size, 4)
    floor = Ball.exact(own) - Ball.exact(other) - Ball.exact(TINY * np.eye(n))
    return is_psd(floor)


def _eigenvectors(S: Floats) -> Floats:
    """Of each matrix, as near as floating point comes: a hint only."""
    try:
        return np.asarray(np.linalg.eigh(S)[1], dtype=float)
    except np.linalg.LinAlgError:
        return np.broadcast_to(np.eye(S.shape[-1]), S.shape)
