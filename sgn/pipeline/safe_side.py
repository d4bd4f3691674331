"""Numbers as they are stated: rounded to their safe side, or short where the checker grants it."""

from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.documents import TEXT_LIMIT
from certificates.kernel.document.coupling import Coupling, Vector
from certificates.kernel.document.metric import Metric
from certificates.kernel.document.reading import Document
from certificates.kernel.inequalities.direct import curvature_holds, failing_couplings
from certificates.kernel.inequalities.structural import structural_margin_holds
from certificates.kernel.jacobian.exact import jacobian_of
from games.language.number import float_enclosure, round_near
from games.regions.shapes import Region
from sgn.bounds import Bounds
from sgn.metrics.weights import Structural
from sgn.rounding import decimals, down, objects, up

FloatArray = NDArray[np.float64]
LEAST_COUPLING = 1e-280  # a smaller one is stated as this: its products would underflow
SHORT = 10  # digits of the short numbers that are tried first


@final
@dataclass(frozen=True)
class StatedBounds:
    """μ, Λ and L as the certificate states them, and the same as floats for the search."""

    lower: Vector
    upper: Vector
    coupling: Coupling
    floats: Bounds


def stated_bounds(bounds: Bounds, game: Document | None, region: Region | None) -> StatedBounds:
    """Many players: as they are. Few: decimals, short where the checker grants them to the game.

    game: its document with arrays encoded, for exact evidence; else None.
    """
    L = bounds.coupling_upper.tocoo()
    rows, cols = (part.astype(np.int64) for part in L.coords)
    if bounds.size > TEXT_LIMIT:
        coupling = Coupling(rows, cols, L.data, bounds.size)
        return StatedBounds(bounds.curvature_lower, bounds.curvature_upper, coupling, bounds)
    lower = objects(down(v) for v in bounds.curvature_lower)
    upper = objects(up(v) for v in bounds.curvature_upper)
    values = objects(up(max(v, LEAST_COUPLING)) for v in L.data)
    if game is not None:
        J = jacobian_of(game, region)
        arrays = (bounds.curvature_lower, bounds.curvature_upper, L.data)
        low, high, short = (objects(_short(v) for v in array) for array in arrays)
        above, below = curvature_holds(J, low, high)
        lower, upper = np.where(above, low, lower), np.where(below, high, upper)
        failing = failing_couplings(J, Coupling(rows, cols, short, bounds.size))
        values = np.where(np.isin(rows * bounds.size + cols, failing), values, short)
    dense = np.zeros((bounds.size, bounds.size))
    dense[rows, cols] = [float_enclosure(v)[1] for v in values]
    floats = Bounds(
        bounds.names,
        [float_enclosure(v)[0] for v in lower],
        [float_enclosure(v)[1] for v in upper],
        dense,
        bounds.evidence,
        bounds.symmetric,
    )
    return StatedBounds(lower, upper, Coupling(rows, cols, values, bounds.size), floats)


@final
@dataclass(frozen=True)
class StatedStructural:
    """T2, rounded: margin, weights, and the vector x that proves it."""

    margin: Fraction
    weights: FloatArray
    vector: FloatArray


def stated_structural(bounds: StatedBounds, found: Structural) -> StatedStructural:
    """A structural margin to be stated; a short one where its proof holds exactly."""
    if bounds.floats.size <= TEXT_LIMIT:
        vector = np.array([float(f"{v:.8e}") for v in found.vector])
        near = _short(found.margin)
        if structural_margin_holds(bounds.lower, bounds.coupling, found.weights, vector, near):
            return StatedStructural(near, found.weights, vector)
    return StatedStructural(down(found.margin), found.weights, found.vector)


def stated_metric(metric: Metric) -> Metric:
    """The metric as a document holds it."""
    return Metric.scalar(decimals(metric.weights)) if metric.kind == "scalar" else metric


def _short(value: float) -> Fraction:
    return round_near(Fraction(value), SHORT)
