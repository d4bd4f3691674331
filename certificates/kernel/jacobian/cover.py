"""Covers: a region cut into boxes by a split tree, and what the Jacobian can be on each box.

A cover is a row of small integers in pre-order: a token k < n splits the side k at its midpoint,
n + f is a leaf of form f. Reading it is the proof that the leaves cover the region: the box, or the
ball in it without the leaves that are proved to lie outside.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.jacobian.base import Uncheckable
from certificates.kernel.jacobian.bernstein import MAX_TERMS, Net, expanded
from certificates.kernel.jacobian.derivative import Derivatives
from certificates.kernel.jacobian.outside import lie_outside
from certificates.kernel.jacobian.plan import Plan
from certificates.kernel.jacobian.polynomial import Work
from certificates.kernel.numbers.averages import Averages
from certificates.kernel.numbers.intervals import Interval, enclose
from certificates.kernel.numbers.leaf_balls import (
    balls,
    centred,
    joined,
    magnitude,
    product_up,
    reshaped,
    with_axis,
)
from certificates.kernel.numbers.matrices import Ball, rounded_up
from certificates.kernel.numbers.stars import Star
from games import work
from games.language.graph import OPERATORS, Graph
from games.regions.region import Box

Floats = NDArray[np.float64]
NATURAL, TAYLOR, STAR, OUTSIDE, BERNSTEIN = 0, 1, 2, 3, 4
FORMS = (NATURAL, TAYLOR, STAR, BERNSTEIN)  # of J; a leaf outside the ball needs none
MAX_DEPTH = 50  # splits of one side: positions stay exact in binary64
MAX_LEAVES = 2_000_000
MAX_STAR = 2**20  # numbers in the moves of one star
MAX_VERTICES = 10  # sides whose vertices a Taylor leaf looks at: at most 2^10
CHUNK = 2**16  # matrix entries worked on at once: what caches hold
BATCH = 1024  # leaves enclosed at once
MAX_SIDES = 2**24  # sides of all boxes of a cover, those that are split counted too
MAX_VALUES = 2**21  # enclosures held at once
# operations, roughly: of a call, of a node, function and token for one leaf, of a derivative looked
# up, and of an entry of a matrix when it is formed
CALL, NODE, FUNCTION, TOKEN, SIDE, LOOKUP, ENTRY = 20_000, 10, 5_000, 5_000, 200, 7_000, 50
BOX, BYTES = 150, 60  # held for a token and for each of its sides
ZERO = Interval(np.zeros(1), np.zeros(1))


@final
@dataclass(frozen=True)
class Leaves:
    """Boxes (K, n), rounded outward, and their forms."""

    low: Floats
    high: Floats
    form: NDArray[np.int64]

    def only(self, which: slice) -> "Leaves":
        """Some of them."""
        return Leaves(self.low[which], self.high[which], self.form[which])


def read_cover(tokens: NDArray[np.int64], region: Box) -> Leaves:
    """The leaves of a cover that count; raises Uncheckable when they do not cover the region."""
    n = region.dimension
    if len(tokens) > 2 * MAX_LEAVES or len(tokens) * n > MAX_SIDES:
        raise Uncheckable(f"the cover has more than {MAX_LEAVES} leaves or {MAX_SIDES} sides")
    what = "evidence: a cover of {} tokens"
    work.spend(len(tokens) * (TOKEN + SIDE * n), what, len(tokens))
    work.hold(len(tokens) * (BOX + BYTES * n), what, len(tokens))
    stack = [(np.zeros(n), np.ones(n))]
    starts, widths, forms = [], [], []
    for token in tokens.tolist():
        if not stack:
            raise Uncheckable("the cover goes on after its last leaf")
        start, width = stack.pop()
        if 0 <= token < n:
            half = width.copy()
            half[token] /= 2
            if half[token] < 2.0**-MAX_DEPTH:
                raise Uncheckable(f"the cover splits one side more than {MAX_DEPTH} times")
            second = start.copy()
            second[token] += half[token]
            stack += [(second, half), (start, half)]
        elif n <= token <= n + BERNSTEIN:
            starts.append(start)
            widths.append(width)
            forms.append(token - n)
        else:
            raise Uncheckable(f"the cover holds the unknown token {token}")
    if stack or not forms:
        raise Uncheckable("the cover ends before every box has a leaf")
    leaves = _place(np.array(starts), np.array(widths), np.array(forms), region)
    return _inner(leaves, region) if (leaves.form == OUTSIDE).any() else leaves


def _inner(leaves: Leaves, region: Box) -> Leaves:
    """All but those outside the ball; raises Uncheckable unless they are, and some are left."""
    out = leaves.form == OUTSIDE
    if region.ball is None:
        raise Uncheckable("the cover leaves boxes out, and the region is no ball")
    if not lie_outside(region.ball, leaves.low[out], leaves.high[out]).all():
        raise Uncheckable("the cover leaves out a box that may meet the ball")
    if out.all():
        raise Uncheckable("the cover leaves out every box")
    return Leaves(leaves.low[~out], leaves.high[~out], leaves.form[~out])


def _place(start: Floats, width: Floats, form: NDArray[np.int64], region: Box) -> Leaves:
    """Positions in [0, 1]^n to floats outside the exact boxes lower + (upper − lower)·position."""
    lower = Ball.of(list(region.lower))
    side = Ball.of([b - a for a, b in zip(region.lower, region.upper, strict=True)])
    first, last = (lower + side * Ball.exact(position) for position in (start, start + width))
    low = np.nextafter(first.mid - first.rad, -np.inf)
    high = np.nextafter(last.mid + last.rad, np.inf)
    bottom, top = region.floats()  # nothing is gained outside the region
    return Leaves(np.maximum(low, bottom), np.minimum(high, top), form)


@final
class Model:
    """The players' costs as one expression graph, and enclosures of J over boxes.

    field: F itself is given, one entry a variable, instead of costs. centre: a point near which
    polynomials are expanded; any will do, one in the midst of the boxes loses fewest digits.
    """

    def __init__(
        self,
        graph: Graph,
        variables: Sequence[str],
        owners: Sequence[int],
        costs: Sequence[int],
        *,
        field: bool = False,
        centre: Floats | None = None,
    ) -> None:
        self.graph, self.variables, self.costs = graph, variables, costs
        self._derivatives = Derivatives(graph)
        self._centre = np.zeros(len(variables)) if centre is None else centre
        self._expansion = Work(MAX_TERMS)
        self._nets: dict[tuple[int, ...], Net] = {}
        self._nodes = [graph.variable(name) for name in variables]
        self._gradient = (
            list(costs)
            if field
            else [
                self._derivatives.of(costs[owner], node)
                for owner, node in zip(owners, self._nodes, strict=True)
            ]
        )

    def costs_are_smooth(self, leaves: Leaves) -> bool:
        """Whether every cost is defined, with all its derivatives, on every leaf."""
        batch = self._plan_work(leaves, self.costs, 0)
        for low, high, _ in _chunks(leaves, batch):
            for value in enclose(self.graph, self.costs, self._values(low, high)):
                if not (np.isfinite(value.low).all() and np.isfinite(value.high).all()):
                    return False
        return True

    def is_zero(self, plan: Plan) -> bool:
        """Whether every entry of the block is 0 by its very form."""
        return all(entry == self._derivatives.zero for entry in plan.entries)

    def plan(self, rows: slice, cols: slice) -> Plan:
        """What is needed to enclose the block of J of these rows and columns."""
        gradient, nodes = self._gradient[rows], self._nodes[cols]
        entries = [self._derivatives.of(g, x) for g in gradient for x in nodes]
        slopes = [self._nonzero_slopes(entry) for entry in entries]
        second = [
            {(k, m): node for k, slope in row.items() for m, node in self._up_to(k, slope)}
            for row in slopes
        ]
        return Plan((len(gradient), len(nodes)), entries, slopes, second)

    def _nonzero_slopes(self, node: int) -> dict[int, int]:
        work.spend(LOOKUP * len(self._nodes), "game: derivatives by {} variables", len(self._nodes))
        found = {k: self._derivatives.of(node, x) for k, x in enumerate(self._nodes)}
        return {k: slope for k, slope in found.items() if slope != self._derivatives.zero}

    def _up_to(self, last: int, slope: int) -> list[tuple[int, int]]:
        return [(m, node) for m, node in self._nonzero_slopes(slope).items() if m <= last]

    def jacobians(self, leaves: Leaves, plan: Plan) -> Iterator[Ball | Star | Averages]:
        """Enclosures of the block that cover every leaf: (K, p, q), or K stars or averages."""
        forming, size = self._matrix_work(leaves, plan), len(plan.entries) * (1 + plan.moves)
        batch = self._plan_work(leaves, plan.nodes, forming)
        for low, high, form in _chunks(leaves, batch):
            plain, linear, star, net = (form == each for each in FORMS)
            if plain.any():
                box = self._values(low[plain], high[plain])
                whole = balls(enclose(self.graph, plan.entries, box), int(plain.sum()))
                yield reshaped(whole, plan.shape)
            if linear.any():
                yield from self._taylor(plan, low[linear], high[linear])
            if star.any():
                for one in _chunks(Leaves(low[star], high[star], form[star]), CHUNK // size or 1):
                    yield self._star(plan, *one[:2])
            if net.any():
                yield from self._bernstein(plan, low[net], high[net])

    def _matrix_work(self, leaves: Leaves, plan: Plan) -> float:
        """What forming the matrices of all leaves costs at most. Raises Uncheckable."""
        entries, count = len(plan.entries), [int((leaves.form == each).sum()) for each in FORMS]
        total = float(count[0] * entries)
        if count[1]:
            many = plan.shape == (1, 1) or len(plan.used) > MAX_VERTICES
            vertices = 1 if many else 2 ** len(plan.used)
            total += count[1] * (vertices * entries + 2 * sum(map(len, plan.second)))
        if count[2]:
            numbers = entries * (1 + plan.moves)
            if numbers > MAX_STAR:
                raise Uncheckable(f"a star of this game would hold more than {MAX_STAR} numbers")
            total += 6 * count[2] * numbers
        if count[3]:
            net = self._net(plan)
            total += count[3] * (2 * net.matrices * entries + net.work / ENTRY)
        return ENTRY * total

    def _plan_work(self, leaves: Leaves, nodes: Iterable[int], matrices: float) -> int:
        """How many leaves to take at once; matrices: the work on them beside the nodes.

        Raises TooMuch, before it is begun, where all of it would take too long.
        """
        graph, count = self.graph, len(leaves.form)
        needed = graph.needed(nodes)
        functions = sum(graph.ops[node] not in OPERATORS for node in needed if graph.args[node])
        batch = max(1, min(BATCH, MAX_VALUES // len(needed)))
        calls = CALL * (len(needed) + 3 * functions) * -(-count // batch)
        work.spend(
            calls + count * (NODE * len(needed) + FUNCTION * functions) + matrices,
            "evidence: {} leaves with {} nodes", count, len(needed),
        )  # fmt: skip
        return batch

    def forces(self, low: Floats, high: Floats) -> Ball:
        """Enclosures (K, n) of F over boxes, by the natural form."""
        return balls(enclose(self.graph, self._gradient, self._values(low, high)), len(low))

    def natural(self, low: Floats, high: Floats) -> Ball:
        """Enclosures (K, n, n) of all of J over boxes, by the natural form alone; Uncheckable."""
        n = len(self._nodes)
        entries = [self._derivatives.of(g, x) for g in self._gradient for x in self._nodes]
        leaves = Leaves(low, high, np.full(len(low), NATURAL))
        parts = [
            balls(enclose(self.graph, entries, self._values(*ends)), len(ends[0]))
            for *ends, _ in _chunks(leaves, self._plan_work(leaves, entries, 0))
        ]
        mid, rad = (np.concatenate([getattr(p, end) for p in parts]) for end in ("mid", "rad"))
        return reshaped(Ball(mid, rad), (n, n))

    def _taylor(self, plan: Plan, low: Floats, high: Floats) -> Iterator[Ball]:
        """J(c) + Σ δ_k ∂_kJ(c) at the vertices of the box, and ½ Σ δ_kδ_m ∂_k∂_mJ over the box.

        The first part is affine in δ, so a convex test that holds at its vertices holds on the box.
        """
        count, used = len(low), plan.used
        centre, reach = centred(low, high)
        middle, steps = self._affine(plan, centre, reach)
        middle = middle + self._remainder(plan, low, high, reach)
        if plan.shape == (1, 1) or len(used) > MAX_VERTICES:  # no vertices: an interval
            for step in steps:
                middle = middle + Ball(np.zeros_like(step.mid), magnitude(step))
            yield reshaped(middle, plan.shape)
            return
        batch = max(1, CHUNK // (len(plan.entries) * 2 ** len(used)))
        for start in range(0, count, batch):
            part = slice(start, start + batch)
            corners = with_axis(middle[part])
            for step in steps:
                move = with_axis(step[part])
                corners = joined(corners + move, corners - move)
            yield reshaped(corners, plan.shape)

    def _affine(self, plan: Plan, centre: Floats, reach: Floats) -> tuple[Ball, list[Ball]]:
        """The entries at the centres, and how far each used variable moves them: (K, entries)."""
        first = sorted({node for row in plan.slopes for node in row.values()})
        values = enclose(self.graph, [*plan.entries, *first], self._values(centre, centre))
        middle = balls(values[: len(plan.entries)], len(centre))
        known = dict(zip(first, values[len(plan.entries) :], strict=True))
        steps = []
        for k in plan.used:
            row = [known[row[k]] if k in row else ZERO for row in plan.slopes]
            steps.append(balls(row, len(centre)) * Ball.exact(reach[:, k, None]))
        return middle, steps

    def _star(self, plan: Plan, low: Floats, high: Floats) -> Ball | Star:
        """The same, with the midpoints of the second derivatives as moves of their own.

        ½ δ_k² from 0 to 2q is q ± q; δ_kδ_m is ± an area. What is left widens the centre.
        """
        centre, reach = centred(low, high)
        middle, moves = self._affine(plan, centre, reach)
        nodes = sorted({node for row in plan.second for node in row.values()})
        known = dict(zip(nodes, enclose(self.graph, nodes, self._values(low, high)), strict=True))
        for k, m in plan.pairs:
            row = [known[row[k, m]] if (k, m) in row else ZERO for row in plan.second]
            second = balls(row, len(low))
            area = product_up(reach[:, k], reach[:, m])[:, None]
            far = np.nextafter(area / 4, np.inf) if k == m else area
            move = Ball.exact(second.mid) * Ball.exact(far)
            middle = middle + move if k == m else middle
            wide = rounded_up(second.rad * (2 * far if k == m else far), 1)
            middle = Ball(middle.mid, rounded_up(middle.rad + wide, 1))
            moves.append(move)
        if not moves:  # J is constant there
            return reshaped(middle, plan.shape)
        every = Ball(np.stack([b.mid for b in moves], 1), np.stack([b.rad for b in moves], 1))
        shape = (len(low), -1, *plan.shape)
        turned = Ball(every.mid.reshape(shape), every.rad.reshape(shape))
        return Star(reshaped(middle, plan.shape), turned)

    def _remainder(self, plan: Plan, low: Floats, high: Floats, reach: Floats) -> Ball:
        """Σ_k ½ ∂_k²J·[0, r_k²] + Σ_{m<k} ∂_k∂_mJ·[−r_kr_m, r_kr_m], entry by entry."""
        nodes = sorted({node for row in plan.second for node in row.values()})
        values = enclose(self.graph, nodes, self._values(low, high))
        known = dict(zip(nodes, values, strict=True))
        zero = np.zeros(len(low))
        areas: dict[tuple[int, int], Interval] = {}
        entries = []
        for row in plan.second:
            total = Interval(zero, zero)
            for (k, m), node in row.items():
                if (k, m) not in areas:
                    area = product_up(reach[:, k], reach[:, m])
                    half = np.nextafter(area / 2, np.inf)  # of ½ δ²
                    areas[k, m] = Interval(zero, half) if k == m else Interval(-area, area)
                total = total + known[node] * areas[k, m]
            entries.append(total)
        return balls(entries, len(low))

    def _bernstein(self, plan: Plan, low: Floats, high: Floats) -> Iterator[Averages]:
        """T24: averages of coefficients."""
        net = self._net(plan)
        for k in range(0, len(low), net.batch):
            part = slice(k, k + net.batch)
            yield net.on(low[part], high[part])

    def _net(self, plan: Plan) -> Net:
        """The coefficients that a Bernstein leaf has. Raises Uncheckable."""
        key = tuple(plan.entries)
        if key not in self._nets:
            graph = self.graph  # an entry may name a variable on which it does not depend
            named = {graph.values[k] for k in graph.needed(plan.entries) if graph.ops[k] == "var"}
            places = {name: k for k, name in enumerate(self.variables) if name in named}
            entries = expanded(self.graph, plan.entries, places, self._centre, self._expansion)
            self._nets[key] = Net(entries, plan.shape, self._centre)
        return self._nets[key]

    def _values(self, low: Floats, high: Floats) -> dict[str, Interval]:
        return {name: Interval(low[:, k], high[:, k]) for k, name in enumerate(self.variables)}


def _chunks(leaves: Leaves, batch: int) -> Iterator[tuple[Floats, Floats, NDArray[np.int64]]]:
    for k in range(0, len(leaves.form), batch):
        part = slice(k, k + batch)
        yield leaves.low[part], leaves.high[part], leaves.form[part]
