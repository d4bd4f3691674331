"""The pictures of a report: those that apply to a certificate or refusal, as inline SVG."""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, final
from xml.etree import ElementTree

import numpy as np

from certificates.certificate import Certificate, Refusal
from certificates.report.page import Picture
from sgn.bounds import CannotBound
from sgn.plots.graph import coupling_graph
from sgn.plots.margins import margin_against_coupling, time_scale_band
from sgn.plots.phases import step_phases
from sgn.plots.pieces import cover
from sgn.plots.play import convergence, trap_and_escape
from sgn.plots.spectra import pseudospectra
from sgn.plots.style import INK
from sgn.plots.subject import LARGEST

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SVG, _LINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
WIDE, SQUARE = (4.2, 3.0), (4.2, 4.0)  # inches: small, so that texts are large on a phone
_COARSE = np.linspace(0.0, 2.0, 9)  # scales at which a report certifies again


@final
@dataclass(frozen=True)
class _Drawing:
    """One kind of picture; draw raises ValueError where it does not apply."""

    title: str
    caption: str
    draw: Callable[[Certificate | Refusal, "Axes"], "Axes"]
    size: tuple[float, float] = WIDE


def _certified(
    draw: Callable[[Certificate, "Axes"], "Axes"],
) -> Callable[[Certificate | Refusal, "Axes"], "Axes"]:
    """A drawing that only certificates have."""

    def checked(subject: Certificate | Refusal, ax: "Axes") -> "Axes":
        if isinstance(subject, Refusal):
            raise ValueError("a refusal has no metric and no steps")
        return draw(subject, ax)

    return checked


_DRAWINGS = (
    _Drawing(
        "Time scales",
        "Margins against the ratio of two players' weights, or how far that ratio may range.",
        lambda s, ax: time_scale_band(s, ax=ax),
    ),
    _Drawing(
        "Margin against coupling",
        "How the margin falls as all coupling is scaled; play contracts while it is positive.",
        lambda s, ax: margin_against_coupling(s, ax=ax),
    ),
    _Drawing(
        "Runs beside the certified envelope",
        "Simulated Euler play from the start set at the best certified step; no run may stay above"
        " the dashed line.",
        _certified(lambda c, ax: convergence(c, ax=ax)),
    ),
    _Drawing(
        "Trap and escape",
        "A run of the flow: it may leave the Euclidean ball it began on, never that of the metric.",
        _certified(lambda c, ax: trap_and_escape(c, ax=ax)),
        SQUARE,
    ),
    _Drawing(
        "Euler steps",
        "Steps that are certified and steps that are stable, as all coupling is scaled.",
        _certified(lambda c, ax: step_phases(c, "euler", _COARSE, ax=ax)),
    ),
    _Drawing(
        "Runge-Kutta steps",
        "The same for the classical Runge-Kutta method.",
        _certified(lambda c, ax: step_phases(c, "rk4", _COARSE, ax=ax)),
    ),
    _Drawing(
        "Pseudospectra",
        "Where a disturbance of the size of the margin can move the eigenvalues: in the certified"
        " metric it cannot cross 0.",
        _certified(lambda c, ax: pseudospectra(c, ax=ax)),
        SQUARE,
    ),
    _Drawing(
        "Coupling",
        "An arrow for each effect of one player on another, with its gain; the cycle that blocks"
        " first stands out in orange.",
        lambda s, ax: coupling_graph(s, ax=ax),
        SQUARE,
    ),
    _Drawing(
        "Cover of the region",
        "The boxes on each of which the checker re-established the claim.",
        _certified(lambda c, ax: cover(c, ax=ax)),
        SQUARE,
    ),
)


def pictures(subject: Certificate | Refusal) -> list[Picture]:
    """Every picture that applies, in order; needs the extra `plot`."""
    return list(_drawn(subject))


def _drawn(subject: Certificate | Refusal) -> Iterator[Picture]:
    from matplotlib.figure import Figure

    if len(subject.claims.names) > LARGEST:
        return
    for k, drawing in enumerate(_DRAWINGS):
        figure = Figure(figsize=drawing.size, layout="constrained")
        try:
            drawing.draw(subject, figure.add_subplot())
        except (ValueError, ArithmeticError, CannotBound):  # it does not apply to this game
            continue
        yield Picture(drawing.title, drawing.caption, svg(figure, f"p{k}-", drawing.title))


def svg(figure: "object", prefix: str, label: str) -> str:
    """A figure as one <svg> element for a page: no identifier twice, the ink that of the page.

    prefix: put before every identifier; label: what a screen reader says.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    if not isinstance(figure, Figure):
        raise ValueError(f"figure is {type(figure).__name__}; expected a matplotlib Figure")
    raw = BytesIO()
    with (
        mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": prefix}),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore", UserWarning)  # a glyph that this machine's fonts lack
        figure.savefig(raw, format="svg", metadata={"Date": None}, transparent=True)
    root = ElementTree.fromstring(raw.getvalue())
    _clean(root, prefix)
    root.set("role", "img")
    root.set("aria-label", label)
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _LINK)
    return ElementTree.tostring(root, encoding="unicode")


def _clean(root: ElementTree.Element, prefix: str) -> None:
    """Without metadata; identifiers with the prefix; the page's ink and font."""
    for child in root.findall(f"{{{_SVG}}}metadata"):
        root.remove(child)
    for element in root.iter():
        for key, value in element.attrib.items():
            if key == "id":
                element.set(key, prefix + value)
            elif value.startswith("#") and key == f"{{{_LINK}}}href":
                element.set(key, f"#{prefix}{value[1:]}")
            elif "url(#" in value:
                element.set(key, value.replace("url(#", f"url(#{prefix}"))
            elif key == "style":
                element.set(key, _style(value))


def _style(value: str) -> str:
    return value.replace(INK.lower(), "currentColor").replace(INK, "currentColor")
