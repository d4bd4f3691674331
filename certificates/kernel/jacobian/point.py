"""F and J of any game that can be written down, at exact points: for equilibria and refutations."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from certificates.kernel.claims import Point
from certificates.kernel.document.metric import Vector
from certificates.kernel.document.reading import Document
from certificates.kernel.jacobian.cover import NATURAL, Leaves
from certificates.kernel.jacobian.model import Model
from certificates.kernel.jacobian.multi_affine import gradient, second_derivatives
from certificates.kernel.jacobian.polynomial import (
    Interval,
    NotPolynomial,
    Polynomial,
    degree,
    evaluate,
    values_at,
)
from certificates.kernel.jacobian.quadratic import force, quadratic
from certificates.kernel.jacobian.sizes import sizes_of
from certificates.kernel.jacobian.text import read_costs
from certificates.kernel.numbers.matrices import Ball, joined
from certificates.kernel.policies.values import field_at, jacobians_of, needs_values
from certificates.kernel.uncheckable import Uncheckable
from games.language.number import float_enclosure
from games.work import common_bits, of_rational, spend

Exact = Sequence[Fraction]


def force_at(game: Document, point: Vector) -> Ball:
    """An enclosure (n,) of F at the point; exact zeros stay exact where the game is polynomial.

    Raises Uncheckable or InputError.
    """
    if game.get("kind") == "quadratic":
        return force(game, point)
    exact = [Fraction(v) for v in point]
    if needs_values(game):
        return field_at(game, exact)
    text = read_costs(game)
    try:
        return Ball.of([_value(polynomial, exact) for polynomial in gradient(text)])
    except (Uncheckable, NotPolynomial):
        model, box = Model(text), _boxes([exact])
        F = model.over(model.gradient, box.low, box.high)
        return Ball.between(F.low, F.high)[0]


def jacobians_at(game: Document, points: Sequence[Point]) -> Ball:
    """Enclosures (K, n, n) of J at rational points (any point, None, where J is constant).

    Raises Uncheckable, also where a cost is not certainly smooth at one of the points.
    """
    if game.get("kind") == "quadratic":
        [whole] = quadratic(game).each_whole("point")
        return _repeated(whole, len(points))
    if needs_values(game):
        return jacobians_of(game, _complete(points, sum(sizes_of(game))))
    text = read_costs(game)
    n = sum(text.sizes)
    try:
        entries = second_derivatives(text)
    except Uncheckable:
        model, boxes = Model(text), _boxes(_complete(points, n))
        if not model.costs_are_smooth(boxes):
            raise Uncheckable("a cost is perhaps not smooth at a point of the witness") from None
        return joined([family.every() for family in model.block().jacobians(boxes)])
    if not any(monomial for row in entries for p in row for monomial in p):
        return _repeated(values_at(entries, {}), len(points))
    columns = zip(*_complete(points, n), strict=True)
    return values_at(entries, {k: Ball.of(column) for k, column in enumerate(columns)})


def _repeated(whole: Ball, count: int) -> Ball:
    return whole.on(lambda a: np.broadcast_to(a, (count, *a.shape[1:])))


def _boxes(points: Sequence[Exact]) -> Leaves:
    """The smallest boxes of binary64 numbers round the points."""
    ends = np.array([[float_enclosure(v) for v in x] for x in points])
    return Leaves(ends[..., 0], ends[..., 1], np.full(len(points), NATURAL))


def _complete(points: Sequence[Point], n: int) -> list[Exact]:
    """The points, each with n coordinates; raises Uncheckable."""
    named: list[Exact] = [point for point in points if point is not None and len(point) == n]
    if len(named) < len(points):
        raise Uncheckable("the Jacobian is not constant, so each point needs all its coordinates")
    return named


def _value(p: Polynomial, point: Exact) -> Fraction:
    """p there, exactly; its terms share a denominator, a power of that of the point."""
    factors, own = degree(p), common_bits(end for ends in p.values() for end in ends)
    bits = own + factors * common_bits(point)
    what = "equilibrium.point: {} terms of {} bits"
    spend(len(p) * (factors + 1) * of_rational(bits), what, len(p), bits)
    return evaluate(p, dict(enumerate(point)), _rational)


def _rational(value: Interval) -> Fraction:
    if value[0] != value[1]:
        raise NotPolynomial("a coefficient is irrational")
    return value[0]
