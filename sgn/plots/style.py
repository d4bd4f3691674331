"""How every picture looks: colours that the colour-blind can tell apart, no more ink than needed.

Matplotlib is imported on use. Pages stay transparent and the ink is a grey that reads on white and
on black; a page may replace it by its own colour.
"""

from typing import TYPE_CHECKING, Literal

from certificates.report.table import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito's colours that stand out on white and on black alike
BLUE, GREEN, VERMILLION, PURPLE, ORANGE = "#0072B2", "#009E73", "#D55E00", "#CC79A7", "#E69F00"
INK = "#757575"  # 4.6 : 1 against white and against black
SIZE = 9.0  # points
SMALL = 8.0
WIDE = (5.4, 3.6)  # inches
SQUARE = (4.4, 4.2)
NAME = 18  # characters of a name in a picture


def new_axes(ax: "Axes | None", size: tuple[float, float] = WIDE) -> "Axes":
    """The axes given, else new ones of this size in inches; both with a transparent page."""
    if ax is None:
        from matplotlib import pyplot as plt

        ax = plt.subplots(figsize=size, layout="constrained")[1]
    ax.set_facecolor("none")
    ax.figure.set_facecolor("none")
    return ax


def dress(ax: "Axes", x: str, y: str, title: str = "") -> "Axes":
    """Labels with units, a title, and axes in the neutral ink."""
    ax.set_xlabel(x, fontsize=SIZE, color=INK)
    ax.set_ylabel(y, fontsize=SIZE, color=INK)
    if title:
        ax.set_title(title, fontsize=SIZE + 1, color=INK, loc="left")
    ax.tick_params(which="both", labelsize=SMALL, colors=INK)
    for axis in (ax.xaxis, ax.yaxis):
        if axis.get_scale() == "log":  # 1e-06, since an exponent would be too small to read
            axis.set_major_formatter(lambda value, _: f"{value:g}")
            axis.set_minor_formatter(lambda value, _: "")
    for side, spine in ax.spines.items():
        spine.set_color(INK)
        spine.set_visible(side in ("left", "bottom"))
    return ax


Place = Literal["best", "upper right", "lower center"]


def legend(ax: "Axes", loc: Place = "best") -> None:
    """What the lines are, without a frame."""
    ax.legend(loc=loc, frameon=False, fontsize=SMALL, labelcolor=INK)


def named(name: str, length: int = NAME) -> str:
    """A name as plain text of so many characters that is no formula.

    >>> named("cost in $ of a firm with a long name")
    'cost in \\\\$ of a fi…'
    """
    shown = plain(name)
    shown = shown if len(shown) <= length else shown[: length - 1] + "…"
    return shown.replace("\\", "\\\\").replace("$", r"\$")
