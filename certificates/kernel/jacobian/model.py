"""What the Jacobian can be on the leaves of a cover: nodes of F and J, enclosed over boxes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import chain
from typing import TypeVar, final

import numpy as np

from certificates.kernel.jacobian.base import Family
from certificates.kernel.jacobian.bernstein import Net
from certificates.kernel.jacobian.cover import FORMS, Leaves
from certificates.kernel.jacobian.derivative import Derivatives
from certificates.kernel.jacobian.polynomial import Expansion, NotPolynomial
from certificates.kernel.jacobian.text import Costs
from certificates.kernel.numbers.affine import Form
from certificates.kernel.numbers.averages import Averages
from certificates.kernel.numbers.intervals import Interval, enclose
from certificates.kernel.numbers.leaf_balls import centred, product_up
from certificates.kernel.numbers.matrices import Ball, Floats, joined
from certificates.kernel.uncheckable import Uncheckable
from games import work
from games.language.graph import OPERATORS

MAX_STAR = 2**20  # numbers in the moves of one star
MAX_VERTICES = 10  # sides whose vertices a Taylor leaf looks at: at most 2^10
MAX_TERMS = 10**6  # products of terms, to expand all that leaves of Bernstein form need
CHUNK = 2**16  # matrix entries worked on at once: what caches hold
BATCH = 1024  # leaves enclosed at once
MAX_VALUES = 2**21  # enclosures held at once
# operations, roughly: of a call, of a node and function for one leaf, of a derivative looked up,
# and of an entry of a matrix when it is formed
CALL, NODE, FUNCTION, LOOKUP, ENTRY = 20_000, 10, 5_000, 7_000, 50

Key = TypeVar("Key", int, tuple[int, int])


@final
class Model:
    """The players' costs as one expression graph, with F and J as further nodes of it.

    centre: a point near which polynomials are expanded; any will do, one in the midst of the boxes
    loses fewest digits.
    """

    def __init__(self, text: Costs, centre: Floats | None = None) -> None:
        self.graph, self._variables, self._costs = text.graph, text.variables, text.costs
        self.centre = np.zeros(len(text.variables)) if centre is None else centre
        point = list(map(Fraction, self.centre.tolist()))
        self.expansion = Expansion(text.graph, text.variables, MAX_TERMS, point)
        self.derivatives = Derivatives(text.graph)
        self.nodes = [text.graph.variable(name) for name in text.variables]
        self.gradient = text.costs
        if not text.field:
            pairs = zip(np.repeat(text.costs, text.sizes).tolist(), self.nodes, strict=True)
            self.gradient = tuple(self.derivatives.of(cost, x) for cost, x in pairs)

    def block(self, rows: slice = slice(None), cols: slice = slice(None)) -> "Block":
        """The block of J of these rows and columns. Raises Uncheckable."""
        return Block(self, self.gradient[rows], self.nodes[cols])

    def slopes(self, node: int) -> dict[int, int]:
        """∂node/∂x_k for each k for which it is not 0 by its very form."""
        work.spend(LOOKUP * len(self.nodes), "game: derivatives by {} variables", len(self.nodes))
        found = {k: self.derivatives.of(node, x) for k, x in enumerate(self.nodes)}
        return {k: slope for k, slope in found.items() if slope != self.derivatives.zero}

    def over(self, nodes: Sequence[int], low: Floats, high: Floats) -> Interval:
        """Enclosures (K, nodes) over boxes (K, n), by the natural form."""
        box = {name: Interval(low[:, k], high[:, k]) for k, name in enumerate(self._variables)}
        found = Interval(*np.empty((2, len(low), len(nodes))))
        for k, value in enumerate(enclose(self.graph, nodes, box)):
            found.low[:, k], found.high[:, k] = value.low, value.high
        return found

    def batches(
        self, leaves: Leaves, nodes: Iterable[int], held: int = 1, formed: int = 0
    ) -> Iterator[Leaves]:
        """So many leaves at a time as can be enclosed at once.

        held, formed: numbers of one leaf that are held at once, and in matrices that are formed.
        Raises TooMuch, before it is begun, where all of it would take too long.
        """
        graph, count = self.graph, len(leaves)
        needed = graph.needed(nodes)
        functions = sum(graph.ops[node] not in OPERATORS for node in needed if graph.args[node])
        batch = max(1, min(BATCH, MAX_VALUES // max(len(needed), held)))
        calls = CALL * (len(needed) + 3 * functions) * -(-count // batch)
        each = NODE * len(needed) + FUNCTION * functions + ENTRY * formed
        what = "evidence: {} leaves with {} nodes"
        work.spend(calls + count * each, what, count, len(needed))
        yield from leaves.parts(batch)

    def costs_are_smooth(self, leaves: Leaves) -> bool:
        """Whether every cost is defined, with all its derivatives, on every leaf."""
        parts = self.batches(leaves, self._costs, len(self._costs))
        values = (self.over(self._costs, part.low, part.high) for part in parts)
        return all(np.isfinite([value.low, value.high]).all() for value in values)


@final
class Block:
    """A block of J, p × q, and what it can be on leaves of each form."""

    def __init__(self, model: Model, gradient: Sequence[int], nodes: Sequence[int]) -> None:
        self._model, self._shape = model, (len(gradient), len(nodes))
        self._entries = [model.derivatives.of(g, x) for g in gradient for x in nodes]

    @property
    def is_zero(self) -> bool:
        """Whether every entry is 0 by its very form."""
        return all(entry == self._model.derivatives.zero for entry in self._entries)

    def jacobians(self, leaves: Leaves) -> Iterator[Family]:
        """Families that hold the block on every leaf. Raises Uncheckable."""
        enclosures: list[Callable[[Leaves], Iterator[Family]]]
        enclosures = [self._natural, self._taylor, self._star, self._bernstein]
        for form, enclosed in zip(FORMS, enclosures, strict=True):
            own = leaves.form == form
            if own.any():
                yield from enclosed(leaves.only(own))

    def _natural(self, leaves: Leaves) -> Iterator[Ball]:
        count = len(self._entries)
        for part in self._model.batches(leaves, self._entries, count, count):
            yield self._balls(self._entries, part.low, part.high)[:, 0]

    def _taylor(self, leaves: Leaves) -> Iterator[Ball]:
        """J(c) + Σ δ_k ∂_kJ(c) at the vertices of the box, and ½ Σ δ_kδ_m ∂_k∂_mJ over the box.

        The first part is affine in δ, so a convex test that holds at its vertices holds on the box.
        """
        used = len(self._slopes)
        alone = self._shape == (1, 1) or used > MAX_VERTICES  # no vertices: an interval
        corners = len(self._entries) * (1 if alone else 2**used)
        for part in self._batches(leaves, corners + 2 * self._numbers):
            linear, second, extent = self._expanded(part)
            product = second * extent
            rest = Ball.between(product.low, product.high).sum(1)
            form = Form.moved(linear) + Form.each(rest)
            for few in form.parts(len(part) if alone else CHUNK // corners):
                yield few.hull if alone else few.every()

    def _star(self, leaves: Leaves) -> Iterator[Ball | Form]:
        """The same, with the midpoints of the second derivatives as moves of their own.

        ½δ_k² and δ_kδ_m are a ± b, a second derivative is c ± d: c(a ± b) moves, d(|a| + b) widens.
        """
        if self._numbers > MAX_STAR:
            raise Uncheckable(f"a star of this game would hold more than {MAX_STAR} numbers")
        for part in self._batches(leaves, 6 * self._numbers):
            linear, second, extent = self._expanded(part)
            values, area = (Ball.between(each.low, each.high) for each in (second, extent))
            reach = Ball.exact(area.rad)
            doubt = Ball(np.zeros_like(values.mid), values.rad)
            rest = (values * Ball.exact(area.mid) + doubt * reach).sum(1)
            moved = joined([linear, Ball.exact(values.mid) * reach], 1)
            for few in (Form.moved(moved) + Form.each(rest)).parts(CHUNK // self._numbers):
                yield few if moved.mid.shape[1] > 1 else few.hull  # J is constant there

    def _bernstein(self, leaves: Leaves) -> Iterator[Averages]:
        """T24: averages of coefficients."""
        net, numbers = self._net, self._net.matrices * len(self._entries)
        for part in self._model.batches(leaves, (), numbers, 2 * numbers):
            yield net.on(part.low, part.high)

    @cached_property
    def _net(self) -> Net:
        """The coefficients that a Bernstein leaf has. Raises Uncheckable."""
        try:
            entries = self._model.expansion.of(self._entries)
        except NotPolynomial as error:
            raise Uncheckable(f"a Bernstein leaf, and J is no polynomial: {error}") from None
        return Net(entries, self._shape, self._model.centre)

    @cached_property
    def _rows(self) -> list[dict[int, int]]:
        """Entry by entry ∂_k of it, where there is one."""
        return [self._model.slopes(entry) for entry in self._entries]

    @cached_property
    def _slopes(self) -> dict[int, list[int]]:
        """∂_kJ, entry by entry, for each k with one."""
        return self._columns(self._rows)

    @cached_property
    def _second(self) -> dict[tuple[int, int], list[int]]:
        """∂_k∂_mJ, entry by entry, for each k and m ≤ k with one."""
        slopes = self._model.slopes
        rows = ([(k, slopes(own)) for k, own in row.items()] for row in self._rows)
        return self._columns(
            [{(k, m): node for k, own in row for m, node in own.items() if m <= k} for row in rows]
        )

    def _columns(self, rows: list[dict[Key, int]]) -> dict[Key, list[int]]:
        zero = self._model.derivatives.zero
        return {key: [row.get(key, zero) for row in rows] for key in sorted(set().union(*rows))}

    @property
    def _numbers(self) -> int:
        """In all derivatives together."""
        return len(self._entries) * (1 + len(self._slopes) + len(self._second))

    def _batches(self, leaves: Leaves, formed: int) -> Iterator[Leaves]:
        nodes = {*self._entries, *chain(*self._slopes.values()), *chain(*self._second.values())}
        return self._model.batches(leaves, nodes, self._numbers, formed)

    def _expanded(self, part: Leaves) -> tuple[Ball, Interval, Interval]:
        """J(c) and r_k ∂_kJ(c), the boxes being c ± r; ∂_k∂_mJ on them; where ½δ_k² or δ_kδ_m are.

        (K, 1 + G, p, q), (K, pairs, p, q) and (K, pairs, 1, 1).
        """
        centre, reach = centred(part.low, part.high)
        values = self._balls([*self._entries, *chain(*self._slopes.values())], centre, centre)
        far = Ball.exact(reach[:, list(self._slopes), None, None])
        nodes = list(chain(*self._second.values()))
        second = self._model.over(nodes, part.low, part.high)
        shape = (len(part), len(self._second), *self._shape)
        k, m = np.array(list(self._second), dtype=np.int64).reshape(-1, 2).T
        area = product_up(reach[:, k], reach[:, m])[..., None, None]
        same = (k == m)[:, None, None]
        extent = Interval(
            np.where(same, 0.0, -area), np.where(same, np.nextafter(area / 2, np.inf), area)
        )
        second = Interval(second.low.reshape(shape), second.high.reshape(shape))
        return joined([values[:, :1], values[:, 1:] * far], 1), second, extent

    def _balls(self, nodes: Sequence[int], low: Floats, high: Floats) -> Ball:
        """(K, matrices, p, q) of so many matrices of nodes."""
        value = self._model.over(nodes, low, high)
        return Ball.between(value.low, value.high).reshape(len(low), -1, *self._shape)
