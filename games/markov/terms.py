"""Nodes of an expression graph as numbers: a formula that is written once gives text."""

from dataclasses import dataclass
from fractions import Fraction
from typing import final

from games.language.graph import Graph


@final
@dataclass(frozen=True)
class Term:
    """A node, to add, subtract, multiply and divide with other terms and with Fractions.

    What is zero or one is left out.

    >>> graph = Graph()
    >>> x = Term(graph, graph.variable("x"))
    >>> 0 + 1 * x == x, 0 * x
    (True, Fraction(0, 1))
    """

    graph: Graph
    node: int

    def of(self, op: str, *args: "Number | int") -> "Term":
        """An operation on terms and numbers, or on this one."""
        nodes = (node_of(self.graph, each) for each in args or (self,))
        return Term(self.graph, self.graph.apply(op, *nodes))

    def __add__(self, other: "Number | int") -> "Term":
        return self if other == 0 else self.of("+", self, other)

    def __radd__(self, other: Fraction | int) -> "Term":
        return self if other == 0 else self.of("+", other, self)

    def __sub__(self, other: "Number | int") -> "Term":
        return self if other == 0 else self.of("-", self, other)

    def __rsub__(self, other: Fraction | int) -> "Term":
        return -self if other == 0 else self.of("-", other, self)

    def __neg__(self) -> "Term":
        return self.of("neg")

    def __mul__(self, other: "Number | int") -> "Number":
        return Fraction(0) if other == 0 else self if other == 1 else self.of("*", self, other)

    def __rmul__(self, other: Fraction | int) -> "Number":
        return Fraction(0) if other == 0 else self if other == 1 else self.of("*", other, self)

    def __truediv__(self, other: "Number | int") -> "Term":
        return self if other == 1 else self.of("/", self, other)

    def __rtruediv__(self, other: Fraction | int) -> "Number":
        return Fraction(0) if other == 0 else self.of("/", other, self)


Number = Term | Fraction


def node_of(graph: Graph, number: Number | int) -> int:
    """The node of a term or of a number."""
    return number.node if isinstance(number, Term) else graph.constant(Fraction(number))
