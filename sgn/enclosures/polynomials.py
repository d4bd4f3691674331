"""Nodes of a game's graph as polynomials with exact coefficients, for the search."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import final

import numpy as np

from games.language.graph import Graph
from sgn.enclosures.intervals import compile_intervals

Terms = dict[tuple[int, ...], Fraction]  # exponents of the variables → coefficient

MAX_DEGREE = 60  # of all variables together, on the way too


@final
class Expansion:
    """Nodes as polynomials in x − centre, with exact coefficients (of π and the like, floats)."""

    def __init__(self, graph: Graph, names: Sequence[str], centre: Sequence[float]) -> None:
        self._graph, self._names = graph, names
        self._none = (0,) * len(names)
        self._seeds = {name: self._seed(k, centre[k]) for k, name in enumerate(names)}
        self._left = 0

    def of(self, nodes: Sequence[int], work: int) -> list[Terms]:
        """Those of the nodes; empty where one is no polynomial or it takes too much work."""
        known: dict[int, Terms] = {}
        self._left = work
        for node in self._graph.needed(nodes):
            terms = self._terms(node, known)
            if terms is None or self._left < 0:
                return []
            known[node] = terms
        return [known[node] for node in nodes]

    def _seed(self, k: int, centre: float) -> Terms:
        one = tuple(int(m == k) for m in range(len(self._names)))
        return _without_zeros({one: Fraction(1), self._none: Fraction(centre)})

    def _terms(self, node: int, known: Mapping[int, Terms]) -> Terms | None:
        op, value = self._graph.ops[node], self._graph.values[node]
        if isinstance(value, Fraction):
            return _without_zeros({self._none: value})
        if isinstance(value, str):
            return self._seeds[value]
        args = [known[argument] for argument in self._graph.args[node]]
        match op:
            case "+":
                return self._sum(args[0], args[1], 1)
            case "-":
                return self._sum(args[0], args[1], -1)
            case "neg":
                return self._sum({}, args[0], -1)
            case "*":
                return self._product(args[0], args[1])
            case "/" if (divisor := self._number(args[1])) is not None and divisor != 0:
                return self._product(args[0], {self._none: 1 / divisor})
            case "**" if (power := self._power(node)) is not None:
                return self._raised(args[0], power)
            case _ if all(self._number(arg) is not None for arg in args):
                return self._constant(node)
        return None

    def _sum(self, p: Terms, q: Terms, sign: int) -> Terms:
        self._left -= len(q)
        total = dict(p)
        for monomial, value in q.items():
            total[monomial] = total.get(monomial, Fraction(0)) + sign * value
        return _without_zeros(total)

    def _product(self, p: Terms, q: Terms) -> Terms | None:
        self._left -= len(p) * len(q)
        if self._left < 0 or _degree(p) + _degree(q) > MAX_DEGREE:
            return None
        total: Terms = {}
        for m, a in p.items():
            for n, b in q.items():
                key = tuple(map(sum, zip(m, n, strict=True)))
                total[key] = total.get(key, Fraction(0)) + a * b
        return _without_zeros(total)

    def _raised(self, base: Terms, power: int) -> Terms | None:
        result: Terms | None = {self._none: Fraction(1)}
        for _ in range(power):
            if result is not None:
                result = self._product(result, base)
        return result

    def _power(self, node: int) -> int | None:
        """The exponent where it is a natural number, not too large."""
        exponent = self._graph.number(self._graph.args[node][1])
        if exponent is None or exponent.denominator != 1 or not 0 <= exponent <= MAX_DEGREE:
            return None
        return int(exponent)

    def _number(self, terms: Terms) -> Fraction | None:
        if terms.keys() - {self._none}:
            return None
        return terms.get(self._none, Fraction(0))

    def _constant(self, node: int) -> Terms | None:
        """A function of constants, in floats."""
        point = np.zeros((1, len(self._names)))
        with np.errstate(all="ignore"):
            low, high = compile_intervals(self._graph, [node], self._names)(point, point)
        value = float(low[0, 0] + (high[0, 0] - low[0, 0]) / 2)
        return _without_zeros({self._none: Fraction(value)}) if np.isfinite(value) else None


def _without_zeros(terms: Terms) -> Terms:
    return {monomial: value for monomial, value in terms.items() if value}


def highest_powers(entries: Sequence[Terms]) -> dict[int, int]:
    """Variable → its highest power in any of them, where that is not 0."""
    columns = zip(*(monomial for terms in entries for monomial in terms), strict=True)
    return {k: power for k, power in enumerate(map(max, columns)) if power}


def _degree(terms: Terms) -> int:
    return max(map(sum, terms), default=0)
