"""Derivatives of expressions for the search: forward, one variable at a time, each built once.

Forward and in these forms, since the leaves are proved again by forward derivatives: what is
enclosed here should be as wide as there. Source: the chain rule.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import final

from games.language.functions import FUNCTIONS
from games.language.graph import Graph
from games.language.template import written
from sgn.quantities.claim import CannotBound

BETWEEN = 1024  # derivatives, between two looks at the clock
_ZERO, _ONE = Fraction(0), Fraction(1)


@final
class Slopes:
    """∂node/∂variable as nodes of the graph, which grows.

    late: whether to give up; CannotBound is then raised, as the costs are too long.

    >>> graph = Graph()
    >>> x = graph.variable("x")
    >>> cube = graph.apply("**", x, graph.constant(Fraction(3)))
    >>> slopes = Slopes(graph)
    >>> second = slopes.of(slopes.of(cube, x), x)
    >>> graph.ops[second], slopes.of(slopes.of(second, x), x) == slopes.zero
    ('*', True)
    """

    def __init__(self, graph: Graph, late: Callable[[], bool] = lambda: False) -> None:
        self._graph, self._late, self._made = graph, late, 0
        self.zero, self._one = graph.constant(_ZERO), graph.constant(_ONE)
        self._along: dict[int, dict[int, int]] = {}
        self._origin: dict[int, tuple[int, tuple[int, ...]]] = {}
        self._mixed: dict[tuple[int, tuple[int, ...]], int] = {}

    def of(self, node: int, variable: int) -> int:
        """The node of ∂node/∂variable; of mixed derivatives one stands for every order."""
        root, by = self._origin.get(node, (node, ()))
        mixed = root, tuple(sorted((*by, variable)))
        if mixed not in self._mixed:
            found = self._mixed[mixed] = self._forward(node, variable)
            self._origin.setdefault(found, mixed)
        return self._mixed[mixed]

    def _forward(self, node: int, variable: int) -> int:
        known = self._along.setdefault(variable, {variable: self._one})
        for each in self._missing(node, known):
            self._made += 1
            if self._made % BETWEEN == 0 and self._late():
                message = "the derivatives of the costs took longer than the time given"
                raise CannotBound("budget", message)
            known[each] = self._chain(each, [known[a] for a in self._graph.args[each]])
        return known[node]

    def _missing(self, node: int, known: dict[int, int]) -> list[int]:
        """The nodes under a node whose derivative is not known yet, in tape order."""
        missing = set() if node in known else {node}
        todo = list(missing)
        while todo:
            for argument in self._graph.args[todo.pop()]:
                if argument not in known and argument not in missing:
                    missing.add(argument)
                    todo.append(argument)
        return sorted(missing)

    def _chain(self, node: int, inner: list[int]) -> int:
        """Of a node whose arguments have the derivatives `inner`."""
        if not any(each != self.zero for each in inner):
            return self.zero
        op, args = self._graph.ops[node], self._graph.args[node]
        if op in _OPERATIONS:
            return _OPERATIONS[op](self, node, args, inner)
        total = self.zero
        for u, du in zip(args, inner, strict=True):
            total = self.plus(total, self._through(FUNCTIONS[op].slope, u, node, du))
        return total

    def _through(self, slope: str, u: int, node: int, du: int) -> int:
        """f'(u)·u' where node = f(u); a quotient takes u' into its numerator."""
        outer = written(slope, self._graph, u, node)
        if self._graph.ops[outer] == "/":
            top, bottom = self._graph.args[outer]
            return self.over(self.times(top, du), bottom)
        return self.times(outer, du)

    # constructors that drop 0 and 1

    def number(self, value: Fraction) -> int:
        """A constant."""
        return self._graph.constant(value)

    def apply(self, op: str, *args: int) -> int:
        """Any other node."""
        return self._graph.apply(op, *args)

    def plus(self, a: int, b: int) -> int:
        """a + b."""
        if self.zero in (a, b):
            return a if b == self.zero else b
        return self.apply("+", a, b)

    def minus(self, a: int, b: int) -> int:
        """a − b, as a sum."""
        return self.plus(a, b if b == self.zero else self.apply("neg", b))

    def times(self, a: int, b: int) -> int:
        """a b; u·(v/u) is v, since costs are enclosed only where u is not 0."""
        if self.zero in (a, b):
            return self.zero
        if self._one in (a, b):
            return a if b == self._one else b
        for factor, other in ((a, b), (b, a)):
            if self._graph.ops[other] == "/" and self._graph.args[other][1] == factor:
                return self._graph.args[other][0]
        return self.apply("*", a, b)

    def over(self, a: int, b: int) -> int:
        """a / b."""
        return a if a == self.zero else self.apply("/", a, b)

    def power(self, node: int, args: tuple[int, ...], inner: list[int]) -> int:
        """c u^(c−1) u' for a constant c, else u^v (v' log u + v u'/u)."""
        base, exponent = args
        if inner[1] == self.zero:
            less = self.apply("-", exponent, self._one)
            lower = base if self._graph.number(less) == 1 else self.apply("**", base, less)
            return self.times(self.times(exponent, lower), inner[0])
        grown = self.times(inner[1], self.apply("log", base))
        return self.times(node, self.plus(grown, self.over(self.times(exponent, inner[0]), base)))


Operation = Callable[[Slopes, int, tuple[int, ...], list[int]], int]

_OPERATIONS: dict[str, Operation] = {
    "+": lambda s, node, args, d: s.plus(*d),
    "-": lambda s, node, args, d: s.minus(*d),
    "*": lambda s, node, args, d: s.plus(s.times(d[0], args[1]), s.times(args[0], d[1])),
    "/": lambda s, node, args, d: s.over(s.minus(d[0], s.times(node, d[1])), args[1]),
    "**": Slopes.power,
    "neg": lambda s, node, args, d: s.minus(s.zero, d[0]),
}
