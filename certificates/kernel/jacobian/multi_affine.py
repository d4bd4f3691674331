"""Games whose costs are polynomials: J from exact second derivatives, multi-affine at vertices."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain

import numpy as np

from certificates.kernel.document.reading import Document
from certificates.kernel.jacobian.base import MAX_DENSE, Blocks, ExactJacobian, slices_of
from certificates.kernel.jacobian.polynomial import (
    Expansion,
    NotPolynomial,
    Polynomial,
    Table,
    derivatives,
    values_at,
)
from certificates.kernel.jacobian.text import Costs, read_costs
from certificates.kernel.numbers.matrices import Ball, stacked
from certificates.kernel.uncheckable import Uncheckable
from games.regions.region import Box, Region

MAX_VERTICES = 2**16
MAX_ENTRIES = 2**24  # of all dense matrices of one test, or of all blocks at their vertices
MAX_WORK = 5 * 10**6  # terms added and pairs of terms multiplied, for all costs of a game


def multi_affine(game: Document, region: Region | None) -> ExactJacobian:
    """J by its vertices, where every entry is affine in each variable. Raises Uncheckable."""
    text = read_costs(game)
    sizes, entries = text.sizes, second_derivatives(text)
    n, used = sum(sizes), _variables(entries)
    if used:
        if any(k > 1 for row in entries for p in row for monomial in p for _, k in monomial):
            raise Uncheckable("the Jacobian is neither constant nor multi-affine")
        if not isinstance(region, Box) or region.dimension != n:
            raise Uncheckable("a Jacobian that is not constant needs a box of the game's dimension")
    blocks = tuple(_blocks(sizes, entries, region, constant=not used))
    try:
        whole = _at_vertices(entries, region)
    except Uncheckable:  # too large, but the blocks are not
        whole = None
    return ExactJacobian(sizes, constant=not used, symmetric=True, blocks=blocks, whole=whole)


def _blocks(
    sizes: tuple[int, ...], entries: Table, region: Region | None, constant: bool
) -> Iterator[Blocks]:
    """The nonzero blocks and all diagonal ones, stacked by shape. Raises Uncheckable."""
    groups: dict[tuple[int, ...], list[tuple[int, int, tuple[Fraction, Fraction], Ball]]] = {}
    held = 0
    for i, rows in enumerate(slices_of(sizes)):
        for j, cols in enumerate(slices_of(sizes)):
            part = [row[cols] for row in entries[rows]]
            if i == j or any(chain(*part)):
                ball = _at_vertices(part, region)
                held += ball.mid.size
                if held > MAX_ENTRIES:
                    raise Uncheckable("the blocks are too large at all their vertices")
                first = part[0][0].get((), (Fraction(0), Fraction(0)))
                groups.setdefault(ball.mid.shape, []).append((i, j, first, ball))
    for shape, members in groups.items():
        rows, cols = np.array([(i, j) for i, j, *_ in members]).T
        ends = np.array([first for *_, first, _ in members]) if constant else None
        exact = [None, None] if ends is None or shape != (1, 1, 1) else [ends[:, :1], ends[:, 1:]]
        yield Blocks(rows, cols, stacked([ball for *_, ball in members]), *exact)


def second_derivatives(text: Costs) -> list[list[Polynomial]]:
    """All entries of J as polynomials. Raises Uncheckable."""
    if len(text.variables) > MAX_DENSE:
        raise Uncheckable("the Jacobian is too large to be dense")
    zero: Polynomial = {}
    rows = map(derivatives, gradient(text))
    return [[row.get(k, zero) for k in range(len(text.variables))] for row in rows]


def gradient(text: Costs) -> list[Polynomial]:
    """F as polynomials in the variables, from the cost texts. Raises Uncheckable."""
    if text.field:
        raise Uncheckable("only costs are differentiated as polynomials")
    expansion, index = Expansion(text.graph, text.variables, MAX_WORK), text.variables.index
    found: list[Polynomial] = []
    for player, cost in zip(text.players, text.costs, strict=True):
        try:
            slopes = derivatives(expansion.of([cost])[0])
        except NotPolynomial as error:
            raise Uncheckable(f"the cost of {player.name} is no polynomial: {error}") from None
        found += [slopes.get(index(name), {}) for name in player.variables]
    return found


def _variables(part: Table) -> list[int]:
    return sorted({v for row in part for p in row for monomial in p for v, _ in monomial})


def _at_vertices(part: Table, region: Region | None) -> Ball:
    """Enclosures (V, a, b) of a multi-affine matrix at the vertices over its own variables."""
    used = _variables(part)
    if 2 ** len(used) > MAX_VERTICES:
        raise Uncheckable(f"a block depends on {len(used)} variables: too many vertices")
    if 2 ** len(used) * len(part) * len(part[0]) > MAX_ENTRIES:
        raise Uncheckable("a block is too large at so many vertices")
    if not isinstance(region, Box):  # constant
        return values_at(part, {})
    sides = [Ball.of(sorted({region.lower[v], region.upper[v]})) for v in used]
    axes = np.ix_(*(np.arange(len(side.mid)) for side in sides))
    return values_at(part, {v: side[axis] for v, side, axis in zip(used, sides, axes, strict=True)})
