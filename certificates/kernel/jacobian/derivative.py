"""Derivatives of expressions for the checker: forward, variable by variable, on the tape itself."""

from fractions import Fraction
from functools import reduce
from typing import final

from certificates.kernel.uncheckable import Uncheckable
from games.language.functions import FUNCTIONS
from games.language.graph import Graph
from games.language.template import written
from games.work import spend

MAX_STEPS = 5 * 10**6  # derivatives of nodes that one check may ask for
STEP = 10_000  # operations of one


@final
class Derivatives:
    """∂node/∂variable as new nodes of the same graph; each is built once."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.zero, self.one = graph.constant(Fraction(0)), graph.constant(Fraction(1))
        self._known: dict[int, dict[int, int]] = {}
        self._steps = 0

    def of(self, root: int, variable: int) -> int:
        """The node of ∂root/∂variable, where variable is a node of a name. Raises Uncheckable."""
        known = self._known.setdefault(variable, {variable: self.one})
        for node in self._missing(root, known):
            known[node] = self._rule(node, [known[a] for a in self.graph.args[node]])
        return known[root]

    def _missing(self, root: int, known: dict[int, int]) -> list[int]:
        """The nodes under the root whose derivative is not known yet, in tape order."""
        missing = set() if root in known else {root}
        todo = list(missing)
        while todo:
            for argument in self.graph.args[todo.pop()]:
                if argument not in known and argument not in missing:
                    missing.add(argument)
                    todo.append(argument)
        self._steps += 1 + len(missing)
        if self._steps > MAX_STEPS:
            raise Uncheckable(f"the costs have more than {MAX_STEPS} derivatives")
        spend(STEP * len(missing), "game: {} derivatives of the costs", self._steps)
        return sorted(missing)

    def _rule(self, node: int, d: list[int]) -> int:
        """The chain rule at one node; d: the derivatives of its arguments."""
        if all(each == self.zero for each in d):
            return self.zero
        args = self.graph.args[node]
        match self.graph.ops[node]:
            case "+":
                return self._sum(d[0], d[1])
            case "-":
                return self._sum(d[0], self._negative(d[1]))
            case "neg":
                return self._negative(d[0])
            case "*":
                return self._sum(self._product(d[0], args[1]), self._product(args[0], d[1]))
            case "/":  # q = u/v: (u' − q v')/v
                top = self._sum(d[0], self._negative(self._product(node, d[1])))
                return self._quotient(top, args[1])
            case "**":
                return self._power(node, args, d)
            case op:  # Σ ∂f/∂u_k u_k', each as the table of functions has it
                slopes = [written(FUNCTIONS[op].slope, self.graph, u, node) for u in args]
                return reduce(self._sum, map(self._along, slopes, d))

    def _along(self, slope: int, du: int) -> int:
        """slope · du; of a quotient (p/q)·du = (p du)/q."""
        if self.graph.ops[slope] != "/":
            return self._product(slope, du)
        p, q = self.graph.args[slope]
        return self._quotient(self._product(p, du), q)

    def _power(self, node: int, args: tuple[int, ...], d: list[int]) -> int:
        base, exponent = args
        apply = self.graph.apply
        if d[1] == self.zero:  # c u^(c−1) u'
            lower = apply("**", base, apply("-", exponent, self.one))
            if self.graph.number(exponent) == 2:
                lower = base
            return self._product(self._product(exponent, lower), d[0])
        rate = self._quotient(self._product(exponent, d[0]), base)
        return self._product(node, self._sum(self._product(d[1], apply("log", base)), rate))

    def _sum(self, a: int, b: int) -> int:
        if a == self.zero:
            return b
        return a if b == self.zero else self.graph.apply("+", a, b)

    def _negative(self, a: int) -> int:
        return a if a == self.zero else self.graph.apply("neg", a)

    def _product(self, a: int, b: int) -> int:
        if self.zero in (a, b):
            return self.zero
        if a == self.one:
            return b
        if b == self.one:
            return a
        for u, q in ((a, b), (b, a)):  # u·(v/u) = v; that u is not 0 is checked on the costs
            if self.graph.ops[q] == "/" and self.graph.args[q][1] == u:
                return self.graph.args[q][0]
        return self.graph.apply("*", a, b)

    def _quotient(self, a: int, b: int) -> int:
        return a if a == self.zero else self.graph.apply("/", a, b)
