"""F and J of a game of texts at points: exactly for polynomials, else on the smallest boxes."""

from collections.abc import Sequence
from fractions import Fraction

from certificates.kernel.claims import Point
from certificates.kernel.document.metric import Vector
from certificates.kernel.document.reading import Document
from certificates.kernel.jacobian.base import repeated
from certificates.kernel.jacobian.multi_affine import gradient, second_derivatives
from certificates.kernel.jacobian.polynomial import (
    Interval,
    NotPolynomial,
    Polynomial,
    degree,
    evaluate,
    values_at,
)
from certificates.kernel.jacobian.text import read_costs
from certificates.kernel.numbers.matrices import Ball
from certificates.kernel.uncheckable import Uncheckable
from games.work import common_bits, of_rational, spend

Exact = Sequence[Fraction]


def text_force(game: Document, point: Vector) -> Ball:
    """An enclosure (n,) of F at the point; exact where the game is polynomial.

    Raises Uncheckable or InputError.
    """
    exact = [Fraction(v) for v in point]
    text = read_costs(game)
    try:
        return Ball.of([_value(polynomial, exact) for polynomial in gradient(text)])
    except (Uncheckable, NotPolynomial):
        from certificates.kernel.jacobian.enclosed_point import force_over

        return force_over(text, exact)


def text_jacobians(game: Document, points: Sequence[Point]) -> Ball:
    """Enclosures (K, n, n) of J at rational points (any point, None, where J is constant).

    Raises Uncheckable, also where a cost is not certainly smooth at one of the points.
    """
    text = read_costs(game)
    n = sum(text.sizes)
    try:
        entries = second_derivatives(text)
    except Uncheckable:
        from certificates.kernel.jacobian.enclosed_point import jacobians_over

        return jacobians_over(text, complete(points, n))
    if not any(monomial for row in entries for p in row for monomial in p):
        return repeated(values_at(entries, {}), len(points))
    columns = zip(*complete(points, n), strict=True)
    return values_at(entries, {k: Ball.of(column) for k, column in enumerate(columns)})


def rational_jacobian(game: Document, point: Point) -> list[list[Fraction]]:
    """J at a rational point, or any point where it is constant, exactly.

    Raises Uncheckable where the costs are no polynomials with rational coefficients.
    """
    entries = second_derivatives(read_costs(game))
    is_constant = not any(monomial for row in entries for p in row for monomial in p)
    [exact] = [[]] if is_constant else complete([point], len(entries))
    try:
        return [[_value(p, exact) for p in row] for row in entries]
    except NotPolynomial as error:
        raise Uncheckable(f"the Jacobian is not rational: {error}") from None


def complete(points: Sequence[Point], n: int) -> list[Exact]:
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
