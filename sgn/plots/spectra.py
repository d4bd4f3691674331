"""Pseudospectra of the Jacobian in the Euclidean metric and in the certified one."""

from typing import TYPE_CHECKING

import numpy as np

from certificates.certificate import Certificate
from games.regions.shapes import Box
from sgn.plots.style import BLUE, INK, SQUARE, VERMILLION, dress, legend, new_axes
from sgn.plots.subject import Floats, metric_matrix, small_game

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GRID = 120  # points a side
LARGEST = 12  # variables


def pseudospectra(certificate: Certificate, ax: "Axes | None" = None) -> "Axes":
    """The ε-pseudospectra {z : σ_min(zI − J) ≤ ε} in both metrics, ε the certified margin α.

    sym(MJ) ⪰ αM puts the one of M^{1/2}JM^{-1/2} in Re z ≥ 0; the Euclidean one reaches across
    where the flow may first move away. J is taken at the equilibrium, else at the centre of the
    region. Raises ValueError for more than 12 variables.
    """
    game = small_game(certificate)
    if game.dimension > LARGEST:
        raise ValueError(f"the game has {game.dimension} variables; expected at most {LARGEST}")
    J = game.jacobian(_place(certificate, game.dimension))
    root = np.linalg.cholesky(metric_matrix(certificate, game)).T
    similar = root @ J @ np.linalg.inv(root)
    epsilon = float(certificate.margin)
    values = np.linalg.eigvals(J)
    x, y = _window(J, similar, epsilon)
    ax = new_axes(ax, SQUARE)
    for matrix, colour, dashes, label in (
        (similar, BLUE, "-", "certified metric"),
        (J, VERMILLION, "--", "Euclidean"),
    ):
        least = _least_singular(matrix, x, y)
        ax.contour(x, y, least, levels=[epsilon], colors=[colour], linestyles=[dashes])
        ax.plot([], [], dashes, color=colour, label=label)
    ax.plot(values.real, values.imag, "+", color=INK, markersize=8, label="eigenvalues")
    ax.axvline(0, color=INK, linewidth=0.8)
    legend(ax, loc="upper right")
    return dress(ax, "real part (1/time)", "imaginary part (1/time)", f"ε = margin = {epsilon:.4g}")


def _place(certificate: Certificate, n: int) -> Floats:
    found = certificate.equilibrium
    if found is not None:
        return np.array([float(v) for v in found.point])
    region = certificate.region
    if not isinstance(region, Box):
        return np.zeros(n)
    low, high = region.floats()
    return low + (high - low) / 2


def _window(J: Floats, similar: Floats, epsilon: float) -> tuple[Floats, Floats]:
    """Round both sets: found on a grid over the numerical ranges; room above for the legend."""
    low, high, side = 0.0, 0.0, 0.0
    for matrix in (J, similar):
        real = np.linalg.eigvalsh((matrix + matrix.T) / 2)
        low, high = min(low, float(real[0])), max(high, float(real[-1]))
        side = max(side, float(np.linalg.norm((matrix - matrix.T) / 2, 2)))
    reach = 1.1 * epsilon
    x = np.linspace(low - reach, high + reach, GRID)
    y = np.linspace(-side - reach, side + reach, GRID)
    near = np.minimum(_least_singular(J, x, y), _least_singular(similar, x, y)) <= epsilon
    if not near.any():  # both are thinner than the grid
        return x, y
    across, up = x[near.any(axis=0)], y[near.any(axis=1)]
    pad = 2 * (x[1] - x[0]) + 0.03 * float(np.ptp(across))
    tall = float(np.abs(up).max(initial=epsilon)) + 2 * (y[1] - y[0])
    left, right = min(float(across.min()), 0.0) - pad, float(across.max()) + pad
    return np.linspace(left, right, GRID), np.linspace(-1.1 * tall, 1.7 * tall, GRID)


def _least_singular(matrix: Floats, x: Floats, y: Floats) -> Floats:
    """σ_min(zI − B) on the grid, (GRID, GRID)."""
    z = x[None, :] + 1j * y[:, None]
    shifted = z[..., None, None] * np.eye(len(matrix)) - matrix
    least = np.linalg.svd(shifted, compute_uv=False)[..., -1]
    return np.asarray(least, dtype=np.float64)
