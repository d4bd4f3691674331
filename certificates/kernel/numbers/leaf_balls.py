"""Boxes: points in them, and how far they reach from there."""

import numpy as np

from certificates.kernel.numbers.matrices import Floats, rounded_up


def centred(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Points in the boxes, and how far at most the boxes reach from them."""
    centre = low + (high - low) / 2
    above, below = np.maximum(high - centre, 0.0), np.maximum(centre - low, 0.0)
    return centre, np.maximum(rounded_up(above, 1), rounded_up(below, 1))


def product_up(a: Floats, b: Floats) -> Floats:
    """At least a·b, both ≥ 0."""
    return np.nextafter(a * b, np.inf)
