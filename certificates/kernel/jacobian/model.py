"""What the Jacobian can be on the leaves of a cover: nodes of F and J, enclosed over boxes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from typing import final

import numpy as np

from certificates.kernel.jacobian.base import Family
from certificates.kernel.jacobian.bernstein import Net
from certificates.kernel.jacobian.cover import FORMS, Leaves
from certificates.kernel.jacobian.derivative import Derivatives
from certificates.kernel.jacobian.forms import enclose_forms, sides
from certificates.kernel.jacobian.polynomial import Expansion, NotPolynomial
from certificates.kernel.jacobian.text import Costs
from certificates.kernel.numbers.affine import Form
from certificates.kernel.numbers.averages import Averages
from certificates.kernel.numbers.intervals import Interval, enclose
from certificates.kernel.numbers.matrices import Ball, Floats
from certificates.kernel.uncheckable import Uncheckable
from games import work
from games.language.graph import OPERATORS

MAX_STAR = 2**20  # numbers in the moves of one star
MAX_VERTICES = 10  # sides whose corners are looked at: at most 2^10
MAX_TERMS = 10**6  # products of terms, to expand all that leaves of Bernstein form need
CHUNK = 2**16  # matrix entries worked on at once: what caches hold
BATCH = 1024  # leaves enclosed at once
MAX_VALUES = 2**22  # enclosures held at once
# operations, roughly: of a call, of a node and function for one leaf, and of an entry of a matrix
# when it is formed; and how many times as much where forms are affine
CALL, NODE, FUNCTION, ENTRY, FORM = 20_000, 10, 5_000, 50, 8


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

    def used(self, nodes: Iterable[int]) -> list[int]:
        """The variables that the nodes are made of."""
        needed = set(self.graph.needed(nodes))
        return [k for k, x in enumerate(self.nodes) if x in needed]

    def forms(self, nodes: Sequence[int], low: Floats, high: Floats, used: list[int]) -> Form:
        """The same (K, nodes) as affine forms, with a move for each variable used."""
        values = enclose_forms(self.graph, nodes, sides(low, high, self._variables, used))
        part, rad = (
            np.zeros((len(low), 1 + len(used), len(nodes))),
            np.empty((len(low), len(nodes))),
        )
        for k, value in enumerate(values):
            form = value.form
            part[:, : form.part.shape[1], k], rad[:, k] = form.part, form.rad
        return Form(part, rad)

    def over(self, nodes: Sequence[int], low: Floats, high: Floats) -> Interval:
        """Enclosures (K, nodes) over boxes (K, n), by the natural form."""
        box = {name: Interval(low[:, k], high[:, k]) for k, name in enumerate(self._variables)}
        found = Interval(*np.empty((2, len(low), len(nodes))))
        for k, value in enumerate(enclose(self.graph, nodes, box)):
            found.low[:, k], found.high[:, k] = value.low, value.high
        return found

    def batches(
        self, leaves: Leaves, nodes: Iterable[int], held: int = 1, formed: int = 0, parts: int = 0
    ) -> Iterator[Leaves]:
        """So many leaves at a time as can be enclosed at once.

        held, formed: numbers of one leaf that are held at once, and in matrices that are formed;
        parts: of affine forms, 0 for intervals.
        Raises TooMuch, before it is begun, where all of it would take too long.
        """
        graph, count = self.graph, len(leaves)
        needed = graph.needed(nodes)
        functions = sum(graph.ops[node] not in OPERATORS for node in needed if graph.args[node])
        batch = max(1, min(BATCH, MAX_VALUES // max((1 + parts) * len(needed), held)))
        dear = FORM if parts else 1
        calls = CALL * dear * (len(needed) + 3 * functions) * -(-count // batch)
        each = (
            NODE * (1 + dear * parts) * len(needed) + dear * FUNCTION * functions + ENTRY * formed
        )
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
        enclosures = [self._natural, self._corners, self._star, self._bernstein]
        for form, enclosed in zip(FORMS, enclosures, strict=True):
            own = leaves.form == form
            if own.any():
                yield from enclosed(leaves.only(own))

    def _natural(self, leaves: Leaves) -> Iterator[Ball]:
        count = len(self._entries)
        for part in self._model.batches(leaves, self._entries, count, count):
            value = self._model.over(self._entries, part.low, part.high)
            yield Ball.between(value.low, value.high).reshape(len(part), *self._shape)

    def _corners(self, leaves: Leaves) -> Iterator[Ball]:
        """T30, at the corners of the box: J is affine there, so a convex test that holds at them
        holds on the box.
        """
        alone = self._shape == (1, 1) or len(self._used) > MAX_VERTICES  # no vertices: an interval
        corners = len(self._entries) * (1 if alone else 2 ** len(self._used))
        for form in self._forms(leaves, corners):
            for few in form.parts(len(form.rad) if alone else CHUNK // corners):
                yield few.hull if alone else few.every()

    def _star(self, leaves: Leaves) -> Iterator[Ball | Form]:
        """T30, every move at once."""
        for form in self._forms(leaves, 6 * self._numbers):
            for few in form.parts(CHUNK // self._numbers):
                yield few if self._used else few.hull  # J is constant there

    def _forms(self, leaves: Leaves, formed: int) -> Iterator[Form]:
        """J (K, p, q), affine in the sides of the leaves. Raises Uncheckable."""
        if self._numbers > MAX_STAR:
            raise Uncheckable(f"the moves of this game would hold more than {MAX_STAR} numbers")
        entries, shape = self._entries, self._shape
        parts = self._model.batches(leaves, entries, self._numbers, formed, 1 + len(self._used))
        for part in parts:
            form = self._model.forms(entries, part.low, part.high, self._used)
            yield form.on(lambda a: a.reshape(*a.shape[:2], *shape))

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
    def _used(self) -> list[int]:
        return self._model.used(self._entries)

    @property
    def _numbers(self) -> int:
        """In J and all its moves together."""
        return len(self._entries) * (1 + len(self._used))
