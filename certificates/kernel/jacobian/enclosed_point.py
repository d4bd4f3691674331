"""F and J of a game of texts at points, enclosed on the smallest boxes round them."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from certificates.kernel.jacobian.cover import NATURAL, Leaves
from certificates.kernel.jacobian.model import Model
from certificates.kernel.jacobian.text import Costs
from certificates.kernel.numbers.matrices import Ball, joined
from certificates.kernel.uncheckable import Uncheckable
from games.language.number import float_enclosure

Exact = Sequence[Fraction]


def force_over(text: Costs, point: Exact) -> Ball:
    """F (n,) at the point."""
    model, box = Model(text), _boxes([point])
    F = model.over(model.gradient, box.low, box.high)
    return Ball.between(F.low, F.high)[0]


def jacobians_over(text: Costs, points: Sequence[Exact]) -> Ball:
    """J (K, n, n) at the points. Raises Uncheckable."""
    model, boxes = Model(text), _boxes(points)
    if not model.costs_are_smooth(boxes):
        raise Uncheckable("a cost is perhaps not smooth at a point of the witness")
    return joined([family.every() for family in model.block().jacobians(boxes)])


def _boxes(points: Sequence[Exact]) -> Leaves:
    """The smallest boxes of binary64 numbers round the points."""
    ends = np.array([[float_enclosure(v) for v in x] for x in points])
    return Leaves(ends[..., 0], ends[..., 1], np.full(len(points), NATURAL))
