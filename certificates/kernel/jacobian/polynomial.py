"""Cost text to polynomials with exact coefficients: the checker's own derivatives (exact evidence).

A polynomial is a dictionary from monomials to coefficients. A monomial is a sorted tuple of
(variable, exponent); a coefficient is an interval (low, high) of rationals, a single point unless
an irrational constant is involved.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import chain
from typing import TypeVar, final

import flint
import numpy as np

from certificates.kernel.numbers.matrices import Ball, stacked
from games.language.functions import FUNCTIONS
from games.language.graph import Graph
from games.language.number import float_enclosure
from games.work import of_rational, spend

Monomial = tuple[tuple[int, int], ...]
Interval = tuple[Fraction, Fraction]
Polynomial = dict[Monomial, Interval]
Table = Sequence[Sequence[Polynomial]]  # a matrix, row by row
Exact = Sequence[Fraction]
N = TypeVar("N", Ball, Fraction)

MAX_TERMS = 20_000
MAX_BITS = 20_000
MAX_DEGREE = 60
COPIED, TERM = 50, 3_000  # operations to copy a term, to make one
CALL, NUMBER = 10_000, 30  # operations of a product of rows of balls, and for each number in them
_PRECISION = 256  # bits, for irrational constants
_ONE: Interval = (Fraction(1), Fraction(1))
_MINUS_ONE: Interval = (Fraction(-1), Fraction(-1))
_ZERO: Interval = (Fraction(0), Fraction(0))


class NotPolynomial(Exception):
    """The cost is no polynomial of bounded size, so evidence "exact" cannot hold for it."""


@final
class Expansion:
    """Polynomials at nodes of one graph, in the variables less a centre (0 if there is none).

    most: so many terms may be added and pairs of terms multiplied, for all of them together.
    """

    def __init__(
        self, graph: Graph, variables: Sequence[str], most: int, centre: Exact | None = None
    ) -> None:
        self._graph, self._most, self._done = graph, most, 0
        self._index = {name: k for k, name in enumerate(variables)}
        self._centre = centre or [Fraction(0)] * len(variables)

    def of(self, roots: Sequence[int]) -> list[Polynomial]:
        """Those at the roots; others are kept as long as they are used. Raises NotPolynomial."""
        graph = self._graph
        needed, values = graph.needed(roots), dict[int, Polynomial]()
        uses = Counter(chain(roots, *(graph.args[node] for node in needed)))
        for node in needed:
            args = graph.args[node]
            uses.subtract(args)
            spare = bool(args) and not uses[args[0]] and args.count(args[0]) == 1
            values[node] = self._at(node, [values[a] for a in args], spare)
            for argument in args:
                if not uses[argument]:
                    values.pop(argument, None)
        return [values[root] for root in roots]

    def _at(self, node: int, args: list[Polynomial], spare: bool) -> Polynomial:
        """The polynomial at a node; spare: its first argument's is used nowhere else."""
        op, value = self._graph.ops[node], self._graph.values[node]
        if isinstance(value, Fraction):
            return _constant((value, value))
        if isinstance(value, str):
            k = self._index[value]
            return _sum({((k, 1),): _ONE}, _constant((self._centre[k], self._centre[k])))
        self._count(sum(map(len, args[1:] or args)))
        match op:
            case "+":
                return _sum(args[0], args[1], spare)
            case "-":
                return _sum(args[0], _scaled(args[1], _MINUS_ONE), spare)
            case "neg":
                return _scaled(args[0], _MINUS_ONE)
            case "*":
                return self._product(args[0], args[1])
            case "/":
                return _scaled(args[0], _reciprocal(_constant_value(args[1], "a denominator")))
            case "**":
                return self._power(args[0], _constant_value(args[1], "an exponent"))
            case _:
                points = [_constant_value(a, f"the argument of {op}") for a in args]
                return _constant(_enclose_function(op, points))

    def _count(self, terms: int) -> None:
        """Raise NotPolynomial when so many terms more are too many."""
        self._done += terms
        if self._done > self._most:
            raise NotPolynomial(f"the costs take more than {self._most} products of terms")

    def _product(self, p: Polynomial, q: Polynomial) -> Polynomial:
        if len(p) * len(q) > 50 * MAX_TERMS:
            raise NotPolynomial(f"a product has more than {MAX_TERMS} terms")
        self._count(len(p) * len(q))
        result: Polynomial = {}
        for m, a in p.items():
            part = {_times(m, n): _multiply(a, b) for n, b in q.items()}
            result = _sum(result, part, spare=True)
        return result

    def _power(self, base: Polynomial, exponent: Interval) -> Polynomial:
        low, high = exponent
        if low != high:
            raise NotPolynomial("an exponent is not a rational number")
        if low.denominator == 1 and low >= 0:
            if low > MAX_DEGREE and base.keys() - {()}:
                raise NotPolynomial(f"the degree exceeds {MAX_DEGREE}")
            result = _constant(_ONE)
            for bit in bin(int(low))[2:]:
                result = self._product(result, result)
                if bit == "1":
                    result = self._product(result, base)
            return result
        constant = _constant_value(base, "the base of a power that is not a natural number")
        if low.denominator == 1:
            return self._power(_constant(_reciprocal(constant)), (-low, -low))
        return _constant(_enclose_function("**", [constant, exponent]))


def derivatives(p: Polynomial) -> dict[int, Polynomial]:
    """∂p/∂x for each variable x in it."""
    result: dict[int, Polynomial] = {}
    for monomial, (low, high) in p.items():
        for place, (variable, k) in enumerate(monomial):
            left = ((variable, k - 1),) if k > 1 else ()
            rest = (*monomial[:place], *left, *monomial[place + 1 :])
            result.setdefault(variable, {})[rest] = (k * low, k * high)
    return result


def degree(p: Polynomial) -> int:
    """The largest sum of exponents."""
    return max((sum(k for _, k in monomial) for monomial in p), default=0)


def evaluate(p: Polynomial, x: Mapping[int, N], constant: Callable[[Interval], N]) -> N:
    """p(x), in the numbers that x is given in."""
    total = constant(_ZERO)
    for monomial, coefficient in p.items():
        term = constant(coefficient)
        for variable, power in monomial:
            for _ in range(power):
                term = term * x[variable]
        total = total + term
    return total


def values_at(part: Table, x: Mapping[int, Ball]) -> Ball:
    """Enclosures (V, a, b) of a matrix at points: x holds for each variable its balls there."""
    shape = np.broadcast_shapes(*(ball.mid.shape for ball in x.values()))
    factors = sum(1 + sum(k for _, k in monomial) for row in part for p in row for monomial in p)
    count = int(np.prod(shape))
    what = "game: {} factors at {} vertices or points"
    spend(factors * (CALL + NUMBER * count), what, factors, count)
    entries = [evaluate(p, x, _as_ball) for row in part for p in row]
    wide = [entry.on(lambda a: np.broadcast_to(a, shape).ravel()) for entry in entries]
    return stacked(wide, -1).reshape(-1, len(part), len(part[0]))


def enclosure(value: Interval) -> tuple[float, float]:
    """The interval in floats, rounded outward."""
    return float_enclosure(value[0])[0], float_enclosure(value[1])[1]


def _as_ball(value: Interval) -> Ball:
    return Ball.between(*map(np.array, enclosure(value)))


def _constant(value: Interval) -> Polynomial:
    return {} if value == _ZERO else {(): value}


def _constant_value(p: Polynomial, what: str) -> Interval:
    if p.keys() - {()}:
        raise NotPolynomial(f"{what} depends on a variable")
    return p.get((), _ZERO)


def _bounded(value: Interval) -> Interval:
    """A new coefficient, if it is short; what it took is counted."""
    bits = max(part.bit_length() for end in value for part in end.as_integer_ratio())
    if bits > MAX_BITS:
        raise NotPolynomial(f"a coefficient has more than {MAX_BITS} bits")
    spend(TERM + of_rational(bits), "game: coefficients of {} bits", bits)
    return value


def _multiply(a: Interval, b: Interval) -> Interval:
    exact = a[0] == a[1] and b[0] == b[1]
    ends = [a[0] * b[0]] if exact else [x * y for x in a for y in b]
    return _bounded((min(ends), max(ends)))


def _reciprocal(a: Interval) -> Interval:
    if a[0] <= 0 <= a[1]:
        raise NotPolynomial("a constant denominator cannot be told from 0")
    return 1 / a[1], 1 / a[0]


def _times(m: Monomial, n: Monomial) -> Monomial:
    powers = dict(m)
    for variable, k in n:
        powers[variable] = powers.get(variable, 0) + k
    if sum(powers.values()) > MAX_DEGREE:
        raise NotPolynomial(f"the degree exceeds {MAX_DEGREE}")
    return tuple(sorted(powers.items()))


def _sum(p: Polynomial, q: Polynomial, spare: bool = False) -> Polynomial:
    """p + q; spare: p may be changed, so that a sum of many terms is not copied for each."""
    spend(0 if spare else COPIED * len(p), "game: polynomials of {} terms", len(p))
    result = p if spare else dict(p)
    for monomial, (low, high) in q.items():
        a, b = result.get(monomial, _ZERO)
        result[monomial] = _bounded((a + low, b + high))
        if result[monomial] == _ZERO:
            del result[monomial]
    if len(result) > MAX_TERMS:
        raise NotPolynomial(f"a polynomial has more than {MAX_TERMS} terms")
    return result


def _scaled(p: Polynomial, factor: Interval) -> Polynomial:
    return {} if factor == _ZERO else {m: _multiply(c, factor) for m, c in p.items()}


def _enclose_function(op: str, args: list[Interval]) -> Interval:
    """The range of a function over intervals of constants, by ball arithmetic."""

    def to_ball(interval: Interval) -> flint.arb:
        low, high = (flint.arb(flint.fmpq(*end.as_integer_ratio())) for end in interval)
        return low.union(high)

    with flint.ctx.workprec(_PRECISION):
        x = [to_ball(a) for a in args]
        match op:
            case "pi":
                y = flint.arb.pi()
            case name if name in FUNCTIONS:
                y = FUNCTIONS[name].value(*x)
            case "**" if args[0][0] > 0:
                y = (x[0].log() * x[1]).exp()
            case _:
                raise NotPolynomial(f"the checker does not evaluate {op} of these constants")
        if not y.is_finite():
            raise NotPolynomial(f"{op} of a constant is not a finite number")
        return _bounded((_exact(y.lower()), _exact(y.upper())))


def _exact(x: flint.arb) -> Fraction:
    mantissa, exponent = (int(part) for part in x.man_exp())
    if abs(exponent) > MAX_BITS:
        raise NotPolynomial("a constant is too large or too small")
    return mantissa * Fraction(2) ** exponent
