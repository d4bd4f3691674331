"""Pictures: labelled, not empty, and showing the numbers of the certificate."""

import math
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import games
import sgn
from games import catalogue
from sgn import plots
from sgn.bands.band import band_matrix
from sgn.plots.pictures import pictures, svg
from sgn.plots.style import INK

RING = sgn.Bounds.given([1.0] * 3, [[0.0, 2.0, 0.0], [0.0, 0.0, 0.5], [0.5, 0.0, 0.0]], [1.0] * 3)


@pytest.fixture(autouse=True)
def no_window() -> Iterator[None]:
    plt.switch_backend("Agg")
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def toy() -> sgn.Certificate:
    result: sgn.Certificate = sgn.certify(catalogue.load("sgn-toy")).require()
    return result


@pytest.fixture(scope="module")
def contest() -> sgn.Certificate:
    result: sgn.Certificate = sgn.certify(catalogue.load("tullock-asymmetric")).require()
    return result


@pytest.fixture(scope="module")
def ring() -> sgn.Certificate:
    """Only bounds were given."""
    result: sgn.Certificate = sgn.certify_bounds(RING).require()
    return result


def line(ax: Axes, label: str) -> tuple[Any, Any]:
    """x and y of the line so called."""
    found = next(each for each in ax.lines if str(each.get_label()).startswith(label))
    return np.asarray(found.get_xdata()), np.asarray(found.get_ydata())


DRAWN: dict[str, Callable[[sgn.Certificate], Axes]] = {
    "margin": lambda c: plots.margin_against_coupling(c, [0, 1]),
    "band": plots.time_scale_band,
    "euler": lambda c: plots.step_phases(c, "euler", [0.5, 1.0]),
    "rk4": lambda c: plots.step_phases(c, "rk4", [0.5, 1.0]),
    "trap": plots.trap_and_escape,
    "pseudospectra": plots.pseudospectra,
    "runs": plots.convergence,
}


@pytest.mark.parametrize("name", DRAWN)
def test_every_picture_is_labelled_legible_and_not_empty(name: str, toy: sgn.Certificate) -> None:
    ax = DRAWN[name](toy)
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    legend = ax.get_legend()
    assert legend is not None
    texts = [*legend.get_texts(), *ax.get_xticklabels(), *ax.get_yticklabels(), ax.xaxis.label]
    assert min(float(text.get_fontsize()) for text in texts) >= 8
    assert len(texts) > 4
    assert isinstance(ax.figure, Figure)
    ax.figure.savefig(BytesIO(), format="png")  # draws every artist; a warning is an error


def test_margins_are_those_claimed_and_those_of_theory(toy: sgn.Certificate) -> None:
    ax = plots.margin_against_coupling(toy, [0, 1, 2])
    # the toy: J = [[1, 10 s], [0.05 s, 1]], margin 1 − s/√2 at the best weights, 1 − 5.025 s at 1:1
    scales, margins = line(ax, "SGN")
    np.testing.assert_allclose(
        margins, 1 - scales / math.sqrt(2), atol=1e-9
    )  # shaved by the search
    np.testing.assert_allclose(line(ax, "direct")[1], 1 - scales / math.sqrt(2), atol=1e-9)
    np.testing.assert_allclose(line(ax, "Euclidean")[1], 1 - 5.025 * scales, atol=1e-12)
    assert line(ax, "certified")[1] == [float(toy.margin)]


def test_the_band_is_positive_inside_and_negative_outside(toy: sgn.Certificate) -> None:
    ax = plots.time_scale_band(toy)
    low, high = (float(end or 0) for end in toy.band("player 1", "player 2"))
    ratios, margins = line(ax, "SGN")
    inside = (ratios >= low) & (ratios <= high)
    assert (margins[inside] >= 0).all()
    assert (margins[~inside & ((ratios < 0.99 * low) | (ratios > 1.01 * high))] < 0).all()
    assert line(ax, "certified")[0] == [float(toy.weights[1] / toy.weights[0])]


def test_a_band_matrix_shows_decades(ring: sgn.Certificate) -> None:
    ax = plots.time_scale_band(ring)
    largest = np.log10(band_matrix(RING))
    values: Any = ax.collections[0].get_array()
    shown = np.ma.filled(values, np.nan).reshape(3, 3)
    off = ~np.eye(3, dtype=bool)
    np.testing.assert_allclose(shown[off], (largest + largest.T)[off], rtol=1e-9)
    assert [t.get_text() for t in ax.get_xticklabels()] == list(RING.names)


def test_margins_below_zero_are_in_the_picture() -> None:
    ax = plots.margin_against_coupling(sgn.certify(games.catalogue.load("dirac-gan")))
    low, high = ax.get_ylim()
    lowest = min(float(np.min(line.get_ydata())) for line in ax.lines)
    assert low <= lowest < 0 <= high


@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_certified_steps_are_stable_steps(method: str, toy: sgn.Certificate) -> None:
    ax = plots.step_phases(toy, method, [0.5, 1.0])
    scales, steps = line(ax, "certified")
    certified = toy.euler if method == "euler" else toy.rk4
    assert certified is not None
    np.testing.assert_allclose(steps[-1], float(certified.step_max), rtol=1e-12)
    for scale, step in zip(scales, steps, strict=True):
        z = -step * np.linalg.eigvals([[1, 10 * scale], [0.05 * scale, 1]])
        growth = 1 + z if method == "euler" else 1 + z + z**2 / 2 + z**3 / 6 + z**4 / 24
        assert np.abs(growth).max() < 1


def test_where_certificates_end_is_found(toy: sgn.Certificate) -> None:
    scales, steps = line(plots.step_phases(toy, "euler", [1.0, 2.0]), "certified")
    last = scales[np.isfinite(steps)].max()
    assert math.sqrt(2) - 1 / 2**7 <= last <= math.sqrt(2)  # 1/ρ = √2, halved seven times


def test_the_trap_holds_and_the_euclidean_ball_does_not(toy: sgn.Certificate) -> None:
    ax = plots.trap_and_escape(toy)
    x, y = line(ax, "play leaves it")
    ball = np.stack(line(ax, "ball in the metric"))
    w = float(toy.weights[1])
    norms = np.sqrt(x**2 + w * y**2)
    assert norms.max() <= np.sqrt(ball[0] ** 2 + w * ball[1] ** 2).max() * (1 + 1e-9)
    assert (np.diff(norms) <= 1e-9 * norms[0]).all()
    assert np.hypot(x, y).max() > 1.5 * math.hypot(x[0], y[0])


def test_in_the_certified_metric_pseudospectra_stay_right_of_zero(toy: sgn.Certificate) -> None:
    ax = plots.pseudospectra(toy)
    certified, euclidean = (
        np.concatenate([path.vertices for path in each.get_paths()])
        for each in ax.collections
        if len(each.get_paths())
    )
    spacing = np.ptp(ax.get_xlim()) / 100
    assert certified[:, 0].min() >= -spacing
    assert euclidean[:, 0].min() < -10 * spacing


@pytest.mark.parametrize("method", ["euler", "rk4", "flow"])
def test_runs_stay_below_the_certified_envelope(method: str, contest: sgn.Certificate) -> None:
    ax = plots.convergence(contest, method)
    envelope = line(ax, "certified envelope")[1]
    runs = [
        np.asarray(each.get_ydata()) for each in ax.lines if len(np.asarray(each.get_xdata())) > 2
    ]
    for run in runs:
        seen = run[: len(envelope)]
        # relative distances below 1e-6 are rounding
        assert (seen <= envelope[: len(seen)] * (1 + 1e-6) + 1e-6).all()


def test_a_cover_is_drawn_box_by_box(contest: sgn.Certificate) -> None:
    ax = plots.cover(contest)
    boxes = [path.vertices for path in ax.collections[0].get_paths()]
    areas = [np.prod(np.ptp(np.asarray(box), axis=0)) for box in boxes]
    assert isinstance(contest.region, games.Box)
    low, high = contest.region.floats()
    assert sum(areas) == pytest.approx(float(np.prod(high - low)), rel=1e-9)
    with pytest.raises(ValueError, match="expected one of"):
        plots.cover(contest, "nothing")


def test_a_graph_shows_the_cycle(ring: sgn.Certificate) -> None:
    for subject in (ring, sgn.certify(catalogue.load("fk-a3"))):
        ax = plots.coupling_graph(subject)
        texts = " ".join(text.get_text() for text in ax.texts)
        assert all(name in texts for name in ("player 1", "player 2", "player 3"))
        assert "cycle" in ax.get_title()
    shown = {text.get_text() for text in plots.coupling_graph(ring).texts}
    assert {"2", "0.5"} <= shown


def test_tightness_bars() -> None:
    ax = plots.tightness({"margin": 0.5, "Lipschitz $x_{": 1.0})
    assert [patch.get_bbox().width for patch in ax.patches if isinstance(patch, Rectangle)] == [
        1.0,
        0.5,
    ]
    assert [t.get_text() for t in ax.get_yticklabels()] == [r"Lipschitz \$x_{", "margin"]
    with pytest.raises(ValueError, match="no claims"):
        plots.tightness({})


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda c, r, g: plots.margin_against_coupling(r), "bounds and no game"),
        (lambda c, r, g: plots.convergence(r), "bounds and no game"),
        (lambda c, r, g: plots.cover(c), "enclosed"),
        (lambda c, r, g: plots.step_phases(c, "magic"), "expected one of euler, rk4"),
        (lambda c, r, g: plots.step_phases(g), "not constant"),
        (lambda c, r, g: plots.convergence(c, "magic"), "expected flow"),
    ],
)
def test_what_does_not_apply_is_said(
    draw: Any, message: str, toy: sgn.Certificate, ring: sgn.Certificate, contest: sgn.Certificate
) -> None:
    with pytest.raises(ValueError, match=message):
        draw(toy, ring, contest)


def test_pictures_of_a_page(ring: sgn.Certificate) -> None:
    found = pictures(ring)
    assert [picture.title for picture in found] == ["Time scales", "Coupling"]
    for picture in found:
        root = ElementTree.fromstring(picture.svg)
        assert root.get("role") == "img"
        assert root.get("aria-label") == picture.title
        assert INK.lower() not in picture.svg.lower()
        assert "<image" not in picture.svg  # a page may show no picture of pixels
        assert "currentColor" in picture.svg


def test_a_name_in_a_picture_is_text(ring: sgn.Certificate) -> None:
    figure = Figure()
    figure.add_subplot().set_title("<script>alert(1)</script>")
    text = svg(figure, "a-", 'x" onload="y')
    assert "<script" not in text
    assert 'onload="' not in text
