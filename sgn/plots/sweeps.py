"""What is certified over one parameter as curves, over two as a map."""

from typing import TYPE_CHECKING

import numpy as np

from certificates.certificate import Certificate
from certificates.methods import METHODS
from games.errors import InputError
from sgn.plots.style import (
    BLUE,
    GREEN,
    INK,
    SMALL,
    VERMILLION,
    dress,
    legend,
    named,
    new_axes,
)
from sgn.plots.subject import Floats
from sgn.sweeps.points import Result
from sgn.sweeps.sweep import Sweep

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIZE = (5.4, 3.6)


def sweep(found: Sweep, of: str = "margin", ax: "Axes | None" = None) -> "Axes":
    """A number of every point: a curve over one parameter, a map over two.

    found: of :func:`sgn.sweep`. of: "margin", "lipschitz", or a method, whose longest step is
    shown. Points without a certificate are marked with their verdict; an estimated number is drawn
    apart from the proved ones.
    Raises InputError for another name, or for more than two parameters.
    """
    check_drawn(len(found.names), of)
    values = np.array([_number(result, of) for result in found.results])
    ax = new_axes(ax, _SIZE)
    (_curve if len(found.names) == 1 else _map)(ax, found, values, _label(of))
    return ax


def check_drawn(parameters: int, of: str) -> None:
    """Raise InputError where there is no such picture."""
    if parameters > 2:
        raise InputError(f"{parameters} parameters are varied; a picture shows one or two")
    if of not in ("margin", "lipschitz", *METHODS):
        raise InputError(f"{of!r} is not drawn; use margin, lipschitz, or {', '.join(METHODS)}")


def _number(result: Result, of: str) -> float:
    if not isinstance(result, Certificate):
        return np.nan
    if of in METHODS:
        steps = result.methods.get(of)
        return np.nan if steps is None else float(steps.step_max)
    return float(result.margin if of == "margin" else result.lipschitz)


def _label(of: str) -> str:
    if of in METHODS:
        return f"longest step of {METHODS[of].name}"
    return {"margin": "margin (rate of the flow)", "lipschitz": "Lipschitz constant"}[of]


def _curve(ax: "Axes", found: Sweep, values: Floats, label: str) -> None:
    x = np.array([float(point[found.names[0]]) for point in found.points])
    order = np.argsort(x, kind="stable")
    x, values = x[order], values[order]
    verdicts = np.array([result.verdict for result in found.results])[order]
    proved = verdicts == "proved"
    ax.plot(x, np.where(proved, values, np.nan), color=BLUE, marker="o", ms=3, label="proved")
    estimated = (verdicts == "estimated") & np.isfinite(values)
    if estimated.any():
        ax.plot(x[estimated], values[estimated], "s", mfc="none", color=GREEN, label="estimated")
    none = ~np.isfinite(values)
    if none.any():
        bottom = ax.get_xaxis_transform()  # at the foot, whatever the numbers are
        ax.plot(
            x[none], np.full(none.sum(), 0.03), "x", color=VERMILLION, transform=bottom,
            label="no certificate",
        )  # fmt: skip
    dress(ax, named(found.names[0]), label)
    legend(ax)


def _map(ax: "Axes", found: Sweep, values: Floats, label: str) -> None:
    first, second = (
        np.unique([float(point[name]) for point in found.points]) for name in found.names
    )
    table = np.full((len(second), len(first)), np.nan)
    for point, value, result in zip(found.points, values, found.results, strict=True):
        i, j = (
            int(np.searchsorted(axis, float(point[name])))
            for axis, name in zip((first, second), found.names, strict=True)
        )
        table[j, i] = value
        if result.verdict != "proved":
            mark = "s" if result.verdict == "estimated" else "x"
            ax.plot(first[i], second[j], mark, ms=4, mfc="none", color=VERMILLION)
    mesh = ax.pcolormesh(
        first, second, np.ma.masked_invalid(table), cmap="cividis", shading="nearest"
    )
    bar = ax.figure.colorbar(mesh, ax=ax)
    bar.set_label(label, fontsize=SMALL, color=INK)
    bar.ax.tick_params(labelsize=SMALL, colors=INK)
    bar.outline.set_visible(False)
    dress(ax, named(found.names[0]), named(found.names[1]), "× no certificate, □ estimated")
