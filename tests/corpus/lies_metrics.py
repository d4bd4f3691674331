"""Lies about metrics of matrices: no metric, another one, or more than it proves."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.reading import Document, decode_array, encode_array
from tests.corpus.changes import (
    COCOERCIVITY,
    EULER,
    LIPSCHITZ,
    MARGIN,
    METRIC,
    PPM,
    RK4,
    Change,
    Lie,
    edited,
    longer,
    lowered,
    put,
    raised,
    swapped,
    times,
)

DENSE = "metric.matrix"
FloatArray = NDArray[np.float64]


def _moved(i: int, j: int, factor: float) -> Callable[[FloatArray], None]:
    """One entry and its mirror image times a factor."""

    def edit(M: FloatArray) -> None:
        M[i, j] *= factor
        M[j, i] = M[i, j]

    return edit


def _negated(M: FloatArray) -> None:
    M *= -1


def _indefinite(M: FloatArray) -> None:
    M[0, 0] = -M[0, 0]


def _singular(M: FloatArray) -> None:
    """A row and a column are 0: semidefinite, but no metric."""
    M[0, :] = M[:, 0] = 0


def _overflowing(M: FloatArray) -> None:
    M *= 1.5e308 / np.abs(M).max()


def _doubled(M: FloatArray) -> None:
    M *= 2


def _smaller(document: Document) -> None:
    """The metric of all variables but the last."""
    M = decode_array(document["metric"]["matrix"], DENSE)
    document["metric"]["matrix"] = encode_array(M[:-1, :-1].copy())


def _diagonal(document: Document) -> None:
    """Only the blocks of a dense metric, as one of kind block."""
    M = decode_array(document["metric"]["matrix"], DENSE)
    parts = [encode_array(M[k : k + 1, k : k + 1].copy()) for k in range(len(M))]
    document["metric"] = {"kind": "block", "blocks": parts}


def _one_block_for_all(document: Document) -> None:
    """The first player's matrix as that of all variables."""
    document["metric"] = {"kind": "dense", "matrix": document["metric"]["blocks"][0]}


def _as_weights(document: Document) -> None:
    """Equal weights, with the numbers that a matrix gave."""
    document["metric"] = {"kind": "scalar", "weights": ["1"] * 3}


def _euclidean(path: str, size: int) -> Change:
    """The identity as the metric of some steps."""
    return put(path, {"kind": "dense", "matrix": encode_array(np.eye(size))})


METRIC_LIES = (
    Lie("metric-negative", "dense", METRIC, edited(DENSE, _negated)),
    Lie("metric-indefinite", "dense", METRIC, edited(DENSE, _indefinite)),
    Lie("metric-singular", "dense", METRIC, edited(DENSE, _singular)),
    Lie("metric-that-overflows", "dense", MARGIN, edited(DENSE, _overflowing)),
    Lie("metric-of-another-size", "dense", METRIC, _smaller),
    Lie("metric-entry-off-by-a-millionth", "dense", MARGIN, edited(DENSE, _moved(0, 1, 1 + 1e-6))),
    Lie("metric-without-what-joins-the-players", "dense", MARGIN, _diagonal),
    Lie("metric-replaced-by-equal-weights", "dense", MARGIN, _as_weights),
    Lie("margin-raised-in-a-dense-metric", "dense", MARGIN, raised("margin: margin")),
    Lie("lipschitz-lowered-in-a-dense-metric", "dense", LIPSCHITZ, lowered("Lipschitz: bound")),
    Lie("cocoercivity-raised-in-a-dense-metric", "dense", COCOERCIVITY, raised(
        "cocoercivity: constant")),
    Lie("euler-in-another-dense-metric", "dense", EULER, _euclidean("Euler steps: metric", 3)),
    Lie("euler-longer-in-a-dense-metric", "dense", EULER, times(
        "Euler steps: step_max", 1 + 100 * PPM)),
    Lie("euler-in-an-indefinite-metric", "dense", EULER, edited(
        "Euler steps: metric.matrix", _indefinite)),
    Lie("rk4-in-another-dense-metric", "dense", RK4, _euclidean("Runge-Kutta steps: metric", 3)),
    Lie("rk4-longer-in-a-dense-metric", "dense", RK4, longer(RK4, 1 + Fraction(1, 1000))),
    Lie("rk4-in-a-metric-of-another-size", "dense", RK4, _euclidean(f"{RK4}: metric", 2)),
    Lie("enclosed-margin-raised-in-a-dense-metric", "leaning", MARGIN, times(
        "margin: margin", Fraction(103, 100))),
    Lie("enclosed-dense-metric-replaced", "leaning", MARGIN, _euclidean("metric", 2)),
    Lie("enclosed-dense-metric-bent", "leaning", MARGIN, edited(DENSE, _moved(0, 1, 0.9))),
    Lie("blocks-swapped", "matrices", MARGIN, swapped("metric.blocks")),
    Lie("block-indefinite", "matrices", METRIC, edited("metric.blocks.1", _indefinite)),
    Lie("block-entry-off-by-a-millionth", "matrices", MARGIN, edited(
        "metric.blocks.0", _moved(0, 0, 1 - 1e-6))),
    Lie("block-of-one-player-given-for-all", "matrices", METRIC, _one_block_for_all),
    Lie("margin-raised-in-a-metric-of-blocks", "matrices", MARGIN, raised("margin: margin")),
    Lie("blocks-on-different-scales", "matrices", MARGIN, edited(
        "metric.blocks.0", _doubled)),
)  # fmt: skip
