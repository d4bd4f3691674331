"""Stars: a centre and symmetric moves from it, all of them tested at once.

A rotation to the eigenvectors of the centre makes one test of what would take 2^G vertices.
"""

import numpy as np

from certificates.kernel.numbers.matrices import (
    TINY,
    Ball,
    Bools,
    Floats,
    balanced,
    is_psd,
    rounded_up,
    symmetric_part,
)
from games import work

EIGH = 10  # operations for the eigenvectors, times the third power of the size
SPLIT = 1e-6  # parts equal eigenvalues of a balanced matrix: any basis of theirs would do, but one


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
