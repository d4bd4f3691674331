"""F, the players' gradients, enclosed at a rational point: by the checker's own derivatives."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from certificates.kernel.document.metric import Vector
from certificates.kernel.document.reading import Document
from certificates.kernel.jacobian.base import PART, Uncheckable, quadratic_entries
from certificates.kernel.jacobian.cover import Model
from certificates.kernel.jacobian.polynomial import (
    NotPolynomial,
    Polynomial,
    derivatives,
    polynomial_of,
)
from certificates.kernel.jacobian.text import TEXT_KINDS, Costs, read_costs
from certificates.kernel.numbers.matrices import UNIT, Ball, rounded_up
from certificates.kernel.policies.values import field_at, needs_values
from games.language.number import float_enclosure
from games.work import common_bits, of_rational, spend

EXACT_ENTRIES = 20_000  # of J: up to here in rationals


def force_at(game: Document, point: Vector) -> Ball:
    """An enclosure (n,) of F at the point; exact zeros stay exact where the game is polynomial.

    Raises Uncheckable or InputError.
    """
    if game.get("kind") == "quadratic":
        return _quadratic(game, point)
    if game.get("kind") not in TEXT_KINDS:
        raise Uncheckable("the game holds nothing that can be re-derived")
    exact = [Fraction(v) for v in point]
    if needs_values(game):
        return field_at(game, exact)
    text = read_costs(game)
    try:
        return Ball.of(_polynomials(text, exact))
    except NotPolynomial:
        return _enclosed(text, exact)


def _quadratic(game: Document, point: Vector) -> Ball:
    """J x + linear, from the entries of J that are not 0."""
    entries = quadratic_entries(game)
    row, col, value, linear = entries.rows, entries.cols, entries.values, entries.linear
    n = sum(entries.sizes)
    if len(value) <= EXACT_ENTRIES:
        sums, x = [Fraction(b) for b in linear], [Fraction(v) for v in point]
        bits = common_bits(map(Fraction, value.tolist())) + common_bits(sums) + common_bits(x)
        spend(
            2 * len(value) * of_rational(bits),
            "equilibrium.point: {} products of {} bits", len(value), bits,
        )  # fmt: skip
        for i, k, entry in zip(row.tolist(), col.tolist(), value.tolist(), strict=True):
            if x[k]:
                sums[i] += Fraction(entry) * x[k]
        return Ball.of(sums)
    ball, mid, error = Ball.of_vector(point), np.zeros(n), np.zeros(n)
    count = int(np.bincount(row, minlength=1).max()) + len(value) // PART + 1  # of additions
    for start in range(0, len(value), PART):
        k = slice(start, start + PART)
        terms = Ball.exact(value[k]) * ball[col[k]]
        mid += np.bincount(row[k], terms.mid, minlength=n)
        wrong = 1.01 * (count + 2) * UNIT * np.abs(terms.mid) + terms.rad
        error += np.bincount(row[k], wrong, minlength=n)
    return Ball(mid, rounded_up(error, count + 4)) + Ball.of_vector(linear)


def _polynomials(text: Costs, point: Sequence[Fraction]) -> list[Fraction]:
    """F in rationals. Raises NotPolynomial, also where a coefficient is irrational."""
    if text.field:
        raise NotPolynomial("the game is a field")
    index = {name: k for k, name in enumerate(text.variables)}
    force = []
    for player, cost in zip(text.players, text.costs, strict=True):
        slopes = derivatives(polynomial_of(text.graph, cost, index))
        for variable in player.variables:
            force.append(_value(slopes.get(index[variable], {}), point))
    return force


def _value(polynomial: Polynomial, point: Sequence[Fraction]) -> Fraction:
    """The polynomial there; its terms share a denominator, a power of that of the point."""
    degree = max((sum(k for _, k in monomial) for monomial in polynomial), default=0)
    own = common_bits(end for ends in polynomial.values() for end in ends)
    bits = own + degree * common_bits(point)
    spend(
        len(polynomial) * (degree + 1) * of_rational(bits),
        "equilibrium.point: {} terms of {} bits", len(polynomial), bits,
    )  # fmt: skip
    total = Fraction(0)
    for monomial, (low, high) in polynomial.items():
        if low != high:
            raise NotPolynomial("a coefficient is irrational")
        term = low
        for variable, power in monomial:
            term *= point[variable] ** power
        total += term
    return total


def _enclosed(text: Costs, point: Sequence[Fraction]) -> Ball:
    """F by interval arithmetic on the smallest box of binary64 numbers round the point."""
    owners = np.repeat(np.arange(len(text.sizes)), text.sizes).tolist()
    model = Model(text.graph, text.variables, owners, text.costs, field=text.field)
    ends = np.array([float_enclosure(v) for v in point])
    return model.forces(ends[None, :, 0], ends[None, :, 1])[0]
