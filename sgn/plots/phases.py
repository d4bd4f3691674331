"""Phase diagrams: which steps are certified and which are stable, as the coupling grows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from certificates.certificate import Certificate, Refusal, StepRange
from games.game import Structure
from games.quadratic import QuadraticGame
from sgn.certify import certify
from sgn.plots.style import BLUE, GREEN, INK, VERMILLION, dress, legend, new_axes
from sgn.plots.subject import Floats, Subject, scaled, small_game

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SCALES = np.linspace(0.0, 2.0, 17)
STEPS, COLUMNS = 240, 161  # of the diagram of what is stable
HALVINGS = 7  # to find where certificates end
ROOM = 1.25  # the largest step shown over the largest stable one


@final
@dataclass(frozen=True)
class _Method:
    """What one step does to an eigenvalue λ of J at z = −hλ, and where a certificate says it."""

    title: str
    amplify: Callable[[NDArray[np.complex128]], NDArray[np.complex128]]
    certified: Callable[[Certificate], StepRange | None]
    published: str


METHODS = {
    "euler": _Method("Euler", lambda z: 1 + z, lambda c: c.euler, "2 margin / L²"),
    "rk4": _Method(
        "Runge-Kutta 4",
        lambda z: 1 + z + z**2 / 2 + z**3 / 6 + z**4 / 24,
        lambda c: c.rk4,
        "2.5 / L",
    ),
}


def step_phases(
    subject: Subject,
    method: str = "euler",
    scales: ArrayLike | None = None,
    metric: str = "scalar",
    ax: "Axes | None" = None,
) -> "Axes":
    """Steps that are stable (by the spectrum) and steps that are certified, against the coupling.

    subject: a game with constant Jacobian, or its certificate; method: euler or rk4; scales: (S,)
    factors of every block J_ij, i ≠ j; metric: as for certify, which is run at each scale.
    Raises ValueError for another method and for a Jacobian that is not constant.
    """
    if method not in METHODS:
        raise ValueError(f"method is {method!r}; expected one of {', '.join(METHODS)}")
    chosen, game = METHODS[method], small_game(subject)
    if game.structure is not Structure.CONSTANT:
        raise ValueError("the Jacobian is not constant, so no spectrum says which steps are stable")
    s = SCALES if scales is None else np.asarray(scales, dtype=float)
    J = game.jacobian(np.zeros(game.dimension))
    fine = np.linspace(s.min(), s.max(), COLUMNS)
    steps, growth = _growth(chosen, [scaled(J, game, one) for one in fine])

    def at(scale: float) -> Certificate | Refusal:
        return certify(QuadraticGame(scaled(J, game, scale), game.sizes), metric=metric)

    s, results = _with_edges(s, at)
    certified, published = _limits(chosen, method, results)
    ax = new_axes(ax)
    ax.contourf(fine, steps, growth.T, levels=[0.0, 1.0], colors=[GREEN], alpha=0.25)
    ax.fill_between(s, certified, color=BLUE, alpha=0.5, linewidth=0)
    ax.plot(s, certified, "-", color=BLUE, linewidth=2, label="certified")
    ax.plot(s, published, "--", color=VERMILLION, label=f"rule {chosen.published}")
    ax.fill_between([], [], color=GREEN, alpha=0.25, linewidth=0, label="stable by the spectrum")
    ax.axvline(1, color=INK, linewidth=0.8, linestyle=":")
    ax.set_ylim(0, steps[-1])
    legend(ax, loc="upper right")
    return dress(ax, "scale of all coupling (1: the game)", "step h (time)", chosen.title)


def _growth(method: _Method, family: list[Floats]) -> tuple[Floats, Floats]:
    """Steps (R,), and for each scale and step the largest growth of an eigenvector in one step."""
    spectra = np.array([np.linalg.eigvals(J) for J in family])
    far = 4.0 / max(float(np.abs(spectra).min(axis=1).max()), 1e-12)
    for _ in range(2):  # first where stability ends, then the diagram
        steps = np.linspace(0, far, STEPS + 1)[1:]
        z = -steps[None, :, None] * spectra[:, None, :]
        growth = np.abs(method.amplify(z)).max(axis=2)
        stable = steps[(growth < 1).any(axis=0)]
        far = ROOM * max(float(stable.max(initial=0.0)), far / STEPS)
    return steps, growth


def _with_edges(
    scales: Floats, certified: Callable[[float], Certificate | Refusal]
) -> tuple[Floats, list[Certificate | Refusal]]:
    """The results at the scales, and at the last certified one before each that is refused."""
    results = {float(s): certified(float(s)) for s in scales}
    for low, high in pairwise(sorted(results)):
        if results[low].success and not results[high].success:
            for _ in range(HALVINGS):
                middle = (low + high) / 2
                found = certified(middle)
                if found.success:
                    low, results[middle] = middle, found
                else:
                    high = middle
    ordered = sorted(results)
    return np.array(ordered), [results[s] for s in ordered]


def _limits(
    method: _Method, name: str, results: Sequence[Certificate | Refusal]
) -> tuple[Floats, Floats]:
    """The largest certified step and the published one at each scale; nan where refused."""
    certified = np.full(len(results), np.nan)
    published = np.full(len(results), np.nan)
    for k, result in enumerate(results):
        if isinstance(result, Certificate):
            steps = method.certified(result)
            certified[k] = float(steps.step_max) if steps else np.nan
            published[k] = float(result.published_rules[name])
    return certified, published
