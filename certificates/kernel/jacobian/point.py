"""The Jacobian of any game that can be written down, at exact points: for refutations."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from certificates.kernel.claims import Point
from certificates.kernel.document.reading import Document
from certificates.kernel.jacobian.base import Uncheckable, quadratic, second_derivatives
from certificates.kernel.jacobian.base import evaluate as evaluate_polynomials
from certificates.kernel.jacobian.cover import Leaves, Model
from certificates.kernel.jacobian.sizes import sizes_of
from certificates.kernel.jacobian.text import TEXT_KINDS, read_costs
from certificates.kernel.numbers.matrices import Ball
from certificates.kernel.policies.values import jacobians_of, needs_values
from games.language.number import float_enclosure


def jacobians_at(game: Document, points: Sequence[Point]) -> Ball:
    """Enclosures (K, n, n) of J at rational points (any point, None, where J is constant).

    Raises Uncheckable, also where a cost is not certainly smooth at one of the points.
    """
    if game.get("kind") == "quadratic":
        whole = quadratic(game).whole
        if whole is None:
            raise Uncheckable("the Jacobian is too large to be dense")
        shape = (len(points), *whole.mid.shape[1:])
        return Ball(*(np.broadcast_to(part, shape) for part in (whole.mid, whole.rad)))
    if game.get("kind") not in TEXT_KINDS:
        raise Uncheckable("the game holds nothing that can be re-derived")
    if needs_values(game):
        n = sum(sizes_of(game))
        return jacobians_of(game, _complete(points, n))
    try:
        sizes, entries = second_derivatives(game)
    except Uncheckable:
        return _enclosed(game, points)
    values: dict[int, Ball] = {}
    if any(monomial for row in entries for p in row for monomial in p):
        columns = zip(*_complete(points, sum(sizes)), strict=True)
        values = {k: Ball.of(column) for k, column in enumerate(columns)}
    return evaluate_polynomials(entries, values, len(points))


def _enclosed(game: Document, points: Sequence[Point]) -> Ball:
    text = read_costs(game)
    owners = np.repeat(np.arange(len(text.sizes)), text.sizes).tolist()
    model = Model(text.graph, text.variables, owners, text.costs, field=text.field)
    ends = np.array([[float_enclosure(v) for v in x] for x in _complete(points, sum(text.sizes))])
    thin = Leaves(ends[..., 0], ends[..., 1], np.zeros(len(points), dtype=np.int64))
    if not model.costs_are_smooth(thin):
        raise Uncheckable("a cost is perhaps not smooth at a point of the witness")
    return model.natural(thin.low, thin.high)


def _complete(points: Sequence[Point], n: int) -> list[tuple[Fraction, ...]]:
    """The points, each with n coordinates; raises Uncheckable."""
    named = [point for point in points if point is not None and len(point) == n]
    if len(named) < len(points):
        raise Uncheckable("the Jacobian is not constant, so each point needs all its coordinates")
    return named
