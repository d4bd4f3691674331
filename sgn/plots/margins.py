"""Margins: against the strength of coupling, and against the time scales of the players."""

import itertools
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from certificates.certificate import Certificate, Refusal
from certificates.kernel.claims import Band
from sgn.bands.band import band_matrix
from sgn.bounds import Bounds
from sgn.metrics.block_scalar import best_direct_weights, direct_margin
from sgn.metrics.weights import best_margin, optimal_weights, small_gain_margin
from sgn.plots.style import (
    BLUE,
    GREEN,
    INK,
    SMALL,
    SQUARE,
    VERMILLION,
    dress,
    legend,
    named,
    new_axes,
)
from sgn.plots.subject import (
    Floats,
    Subject,
    bounds_of,
    jacobians,
    region_of,
    scaled,
    small_game,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SCALES = np.linspace(0.0, 2.0, 41)
POINTS = 200
MOST = 12  # players in a matrix of bands
BROAD, PALE = 4.5, 0.65  # of a line that another may cover: it shows on both sides
_PALE = 0.55  # of the largest: from here on a cell is dark and its number white


def margin_against_coupling(
    subject: Subject, scales: ArrayLike | None = None, ax: "Axes | None" = None
) -> "Axes":
    """How the margin falls as all coupling is scaled: Euclidean (T5), SGN (T2) and direct (T5).

    subject: a game, certificate or refusal; scales: (S,) factors of every block J_ij, i ≠ j.
    SGN: from block bounds, at its best weights. Direct: from the Jacobian, at the best weights of
    two players, at those of SGN where there are more. A Jacobian that is not constant is taken at
    sampled points, so those curves are estimates. Raises ValueError for more than 64 variables.
    """
    game, bounds = small_game(subject), bounds_of(subject)
    J = jacobians(game, region_of(subject))
    usual = SCALES / 2 if isinstance(subject, Refusal) else SCALES
    s = usual if scales is None else np.asarray(scales, dtype=float)
    curves = np.array([_margins(scaled(J, game, one), game.slices, bounds, one) for one in s])
    ax = new_axes(ax)
    sampled = "" if len(J) == 1 else ", sampled"
    euclidean, sgn, direct = curves.T
    ax.plot(s, euclidean, "--", color=VERMILLION, label=f"Euclidean{sampled}", linewidth=2)
    ax.plot(s, sgn, "-", color=BLUE, label="SGN", linewidth=BROAD, alpha=PALE)
    ax.plot(s, direct, "-.", color=GREEN, label=f"direct{sampled}", linewidth=1.6)
    if isinstance(subject, Certificate):
        ax.plot(1, float(subject.margin), "o", color=INK, label="certified", zorder=3)
    ax.axhline(0, color=INK, linewidth=0.8)
    top, low = float(curves.max()), float(curves.min())
    if top > 0:  # what lies far below 0 is cut off
        ax.set_ylim(max(-1.2 * top, low - 0.1 * top), 1.1 * top)
    legend(ax)
    return dress(ax, "scale of all coupling (1: the game)", "margin (1/time)")


def _margins(
    J: Floats, slices: tuple[slice, ...], bounds: Bounds, scale: float
) -> tuple[float, float, float]:
    here = Bounds.given(
        bounds.curvature_lower, bounds.coupling_upper * scale, bounds.curvature_upper
    )
    equal, weights = np.ones(len(slices)), optimal_weights(here).weights
    starts = [weights, equal]
    best = max(direct_margin(J, slices, w) for w in starts)
    if len(slices) == 2:
        best = best_direct_weights(J, slices, starts)[1]
    return direct_margin(J, slices, equal), best_margin(here), best


def time_scale_band(subject: Subject, ax: "Axes | None" = None) -> "Axes":
    """Which ratios of weights work (T4): for two players the margin against w₂/w₁, else a matrix.

    The curves are the structural margin (T1) and, where there is a game, the direct one (T5); the
    certified band is shaded. The matrix holds the extent of each pair's band in decades, from the
    block bounds. Raises ValueError for more than 12 players and where no weights work.
    """
    bounds = bounds_of(subject)
    if bounds.size < 2:
        raise ValueError("there is one player; a band is of two players' weights")
    if bounds.size == 2:
        return _curve(subject, bounds, new_axes(ax))
    if bounds.size > MOST:
        raise ValueError(f"there are {bounds.size} players; expected at most {MOST}")
    return _matrix(bounds, new_axes(ax, SQUARE))


def _curve(subject: Subject, bounds: Bounds, ax: "Axes") -> "Axes":
    bands = list(subject.claims.each(Band)) if isinstance(subject, Certificate) else []
    centre, reach = float(optimal_weights(bounds).weights[1]), 100.0
    low, high = _ends(bands[0], centre) if bands else (centre, centre)
    ratios = np.geomspace(min(low / 3, centre / reach), max(high * 3, centre * reach), POINTS)
    structural = [small_gain_margin(bounds, [1.0, t]) for t in ratios]
    ax.semilogx(ratios, structural, "-", color=BLUE, linewidth=BROAD, alpha=PALE, label="SGN")
    top = max(structural)
    if isinstance(subject, Certificate) and subject.claims.game is None:
        direct = structural
    else:
        game = small_game(subject)
        J = jacobians(game, region_of(subject))
        direct = [direct_margin(J, game.slices, np.array([1.0, t])) for t in ratios]
        label = "direct" if len(J) == 1 else "direct, sampled"
        ax.semilogx(ratios, direct, "-.", color=GREEN, linewidth=1.6, label=label)
    top = max(top, *direct)
    if bands:
        ax.axvspan(low, high, color=BLUE, alpha=0.13, linewidth=0, label="certified band")
    if isinstance(subject, Certificate) and subject.claims.metric.kind == "scalar":
        weights = [float(w) for w in subject.claims.metric.weights]
        ax.plot(weights[1] / weights[0], float(subject.margin), "o", color=INK, label="certified")
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.set_ylim(-1.2 * top if top > 0 else min(structural), 1.15 * top if top > 0 else 0.1)
    legend(ax, loc="lower center")
    second, first = (named(bounds.names[k]) for k in (1, 0))
    return dress(ax, f"weight of {second} / weight of {first}", "margin (1/time)")


def _ends(band: Band, centre: float) -> tuple[float, float]:
    """The certified band as floats, an open end far out."""
    low, high = float(band.low), float(band.high) if band.high is not None else np.inf
    if band.players == (1, 0):
        low, high = 1 / high if high < np.inf else 0.0, 1 / low if low > 0 else np.inf
    return max(low, centre / 1e4), min(high, centre * 1e4)


def _matrix(bounds: Bounds, ax: "Axes") -> "Axes":
    """Decades between the least and the largest ratio of each pair."""
    with np.errstate(divide="ignore"):
        largest = np.log10(band_matrix(bounds))
    extent = largest + largest.T
    own = np.eye(bounds.size, dtype=bool)
    shown = np.where(np.isfinite(extent) & ~own, extent, np.nan)
    top = max(float(np.nanmax(shown)), 1e-9)
    edges = np.arange(bounds.size + 1) - 0.5  # a mesh is drawn in vectors, which pages may show
    ax.pcolormesh(edges, edges, np.ma.masked_invalid(shown), cmap="Blues", vmin=0, vmax=top)
    ax.set_aspect("equal")
    ax.invert_yaxis()
    for i, j in itertools.product(range(bounds.size), repeat=2):
        if i != j:
            text = f"{extent[i, j]:.2g}" if np.isfinite(extent[i, j]) else "open"
            dark = np.isfinite(extent[i, j]) and extent[i, j] > _PALE * top
            colour = "#ffffff" if dark else "#222222" if np.isfinite(extent[i, j]) else INK
            ax.text(j, i, text, ha="center", va="center", fontsize=SMALL, color=colour)
    names = [named(name) for name in bounds.names]
    ax.set_xticks(range(bounds.size), names, rotation=30, ha="right")
    ax.set_yticks(range(bounds.size), names)
    return dress(ax, "", "", "extent of the band of weights (decades)")
