"""The tape of a cost: every operation on its numbers is a node of a graph, or refused."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from typing import Any, NoReturn, final

import numpy as np

from games.errors import InputError
from games.language.functions import FUNCTIONS
from games.language.graph import MAX_EXPONENT, Graph
from games.language.hints import FORMULAS
from games.language.number import exact
from games.language.template import written
from games.tracing.domains import Domains, is_positive
from games.tracing.places import Untraceable, here, untraceable
from games.tracing.recognised import is_difference, logarithm, logsumexp, sigmoid
from games.tracing.value import Element, Half, Number, Shift, Symbol, Value, combined

MAX_NODES = 200_000  # of one game: what the parser takes


@final
class Tape:
    """Operations on values, each a node of the graph or a sentence why not.

    where: the user's line that is being run; expected: the nodes of an earlier run of the same
    cost, to see where another run differs.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.where: Callable[[], str] = here
        self.log: list[int] = []
        self.expected: list[int] | None = None
        self._symbols: list[Symbol] = []
        self._known: dict[tuple[object, ...], int] = {}
        self._domains = Domains(graph)
        self._assumed: dict[int, str] = {}
        self._refused: Untraceable | None = None

    # Nodes.

    def variable(self, name: str) -> Value:
        return Value(self.graph.variable(name))

    def number(self, value: Element) -> Fraction | None:
        """The exact number of a constant; None for what depends on variables."""
        if not isinstance(value, Value):
            return self._exact(value)
        return self.graph.number(value.node) if value.is_plain else None

    def node(self, value: Element) -> int:
        """The node of a plain value or number; what is no function of the variables is refused."""
        if not isinstance(value, Value):
            return self._logged(self.graph.constant(self._exact(value)))
        if value.half:
            self.fail("abs is not smooth; use a smooth function, such as sqrt(x**2 + 0.01)")
        if not value.is_plain:
            self._refuse((*value.shift, *value.scale)[0][0])
        return value.node

    def root(self, value: Element) -> int:
        """The node of a whole cost; what has cancelled in it must not take its domain with it."""
        if self._refused is not None:
            raise self._refused
        root = self.node(value)
        lost = self._domains.lost(self._assumed, root)
        if lost is not None:
            raise untraceable(
                next(self._assumed[n] for n in self._assumed if lost in self.graph.needed([n])),
                f"a value that is not defined everywhere ({self.graph.ops[lost]!r}) is used here,"
                " and no longer in the cost, which would forget where it is defined; leave it out",
            )
        return root

    def assume(self, value: Element) -> None:
        """Something was concluded that holds only where the value is defined: see root."""
        if isinstance(value, Value) and not self._domains.is_total(value.node):
            self._assumed.setdefault(value.node, self.where())

    def is_finite(self, a: Element) -> bool:
        """Whether a number is; what depends on variables is, wherever the cost is defined."""
        self.assume(a)
        return isinstance(a, Value) or bool(np.isfinite(float(a)))

    def plain(self, value: Element) -> Value:
        return Value(self.node(value))

    def apply(self, op: str, *args: int) -> Value:
        node = self._logged(self.graph.apply(op, *args))
        if len(self.graph) > MAX_NODES:
            self.fail(f"the costs take more than {MAX_NODES} operations; write smaller ones")
        return Value(node)

    def fail(self, what: str) -> NoReturn:
        """Raise Untraceable with the user's line; who catches it there does not undo it."""
        self._raise(self.where(), what)

    def _raise(self, place: str, what: str) -> NoReturn:
        error = untraceable(place, what)
        self._refused = self._refused or error
        raise error

    def _logged(self, node: int) -> int:
        if self.expected is not None:
            place = len(self.log)
            if place >= len(self.expected) or self.expected[place] != node:
                self.fail(
                    "a second call computes something else (random numbers, or a state that"
                    " changes); draw the numbers once, outside of the cost"
                )
        self.log.append(node)
        return node

    def _exact(self, value: Number) -> Fraction:
        try:
            return exact(value if isinstance(value, Fraction) else _python(value))
        except (InputError, TypeError, ValueError):
            self.fail(f"{value} is not a finite real number; keep such numbers out of the cost")

    # Symbols.

    def unknown(self, what: str, key: tuple[object, ...], values: Sequence[Element]) -> Value:
        """The number m of this key: an extreme of plain values, or a value held fixed."""
        nodes = tuple(self.node(value) for value in values)
        for value in values:
            self.assume(value)
        full = (*key, tuple(sorted(set(nodes))))
        if full not in self._known:
            is_pair = key == ("max",) and len(nodes) == 2
            self._known[full] = len(self._symbols)
            self._symbols.append(Symbol(what, self.where(), nodes, is_pair))
        zero = self.graph.constant(Fraction(0))
        return Value(zero, shift=((self._known[full], Fraction(1)),))

    def _refuse(self, symbol: int) -> NoReturn:
        known = self._symbols[symbol]
        self._raise(known.place, known.what)

    # Arithmetic.

    def add(self, a: Element, b: Element) -> Element:
        if not isinstance(a, Value) and not isinstance(b, Value):
            return a + b
        for one, other in ((a, b), (b, a)):
            whole = self._completed(one, other)
            if whole is not None:
                return whole
        if self.number(a) == 0:
            return b
        if self.number(b) == 0:
            return a
        a, b = self._value(a), self._value(b)
        if a.scale != b.scale or ((a.shift or b.shift) and a.scale) or a.half or b.half:
            return self.add(self.plain(a), self.plain(b))
        total = self._sum(a.node, b.node)
        return Value(total.node, combined(a.shift, b.shift, 1), a.scale)

    def sub(self, a: Element, b: Element) -> Element:
        if not isinstance(a, Value) and not isinstance(b, Value):
            return a - b
        a, b = self._value(a), self._value(b)
        if a.scale != b.scale or ((a.shift or b.shift) and a.scale) or a.half or b.half:
            return self.add(a, self.neg(b))
        if self.graph.number(a.node) == 0:
            node = self.node(self.neg(Value(b.node)))
        elif self.graph.number(b.node) == 0:
            node = a.node
        else:
            node = self.apply("-", a.node, b.node).node
        return Value(node, combined(a.shift, b.shift, -1), a.scale)

    def neg(self, a: Element) -> Element:
        if not isinstance(a, Value):
            return -a
        if a.half == Half.SIZE:
            return Value(a.node, half=Half.MINUS_SIZE)
        if a.half == Half.MINUS_SIZE:
            return Value(a.node, half=Half.SIZE)
        if a.half:
            self.node(a)
        graph = self.graph
        inner = graph.args[a.node][0] if graph.ops[a.node] == "neg" else None
        node = self.apply("neg", a.node).node if inner is None else inner
        return Value(node, tuple((m, -k) for m, k in a.shift), a.scale)

    def mul(self, a: Element, b: Element) -> Element:
        if not isinstance(a, Value) and not isinstance(b, Value):
            return a * b
        for factor, other in ((self.number(a), b), (self.number(b), a)):
            if factor == 1:
                return other
            if factor == -1:
                return self.neg(other)
            if factor == 0 and self._is_total(other):
                return 0.0
        a, b = self._value(a), self._value(b)
        for one, other in ((a, b), (b, a)):
            if one.shift:
                factor = self.number(other)
                if factor is None or one.scale:
                    self._refuse(one.shift[0][0])
                node = self.mul(Value(one.node), other)
                return Value(
                    self.node(node), tuple((m, k * factor) for m, k in one.shift if factor)
                )
        if a.half or b.half:
            a, b = self.plain(a), self.plain(b)
        scale = combined(a.scale, b.scale, 1)
        if a.scale or b.scale:
            return self._scaled(self.mul(Value(a.node), Value(b.node)), scale)
        if a.node == b.node:
            return self.apply("**", a.node, self.node(2))
        return self.apply("*", a.node, b.node)

    def div(self, a: Element, b: Element) -> Element:
        if not isinstance(a, Value) and not isinstance(b, Value):
            return float(np.float64(a) / np.float64(b))
        divisor = self.number(b)
        if divisor == 0:
            self.fail("this divides by zero; change the denominator")
        if divisor is not None:
            return self._divided(self._value(a), divisor)
        a, b = self._value(a), self._value(b)
        if a.half or b.half or a.shift or b.shift:
            a, b = self.plain(a), self.plain(b)
        scale = combined(a.scale, b.scale, -1)
        if a.scale or b.scale:
            return self._scaled(self.div(Value(a.node), Value(b.node)), scale)
        known = sigmoid(self.graph, a.node, b.node)
        if known is None:
            return self.apply("/", a.node, b.node)
        u, is_mirrored = Value(known[0]), known[1]
        return self.call("logistic", self.neg(u) if is_mirrored else u)

    def power(self, a: Element, b: Element) -> Element:
        """a**b; a natural power for whole b, exp(b·log(a)) for every other."""
        if not isinstance(a, Value) and not isinstance(b, Value):
            return float(np.float64(a) ** np.float64(b))
        exponent = self.number(b)
        if exponent == 0 and self._is_total(a):
            return 1.0
        if exponent == 1:
            return a
        if exponent == Fraction(1, 2):
            return self.call("sqrt", a)
        if exponent is not None and abs(exponent) > MAX_EXPONENT:
            self.fail(f"the exponent {float(exponent):g} is beyond ±{MAX_EXPONENT}; use exp")
        if exponent is not None and isinstance(a, Value) and a.scale and not a.shift:
            inner = self.power(Value(a.node), b)
            return self._scaled(inner, tuple((m, k * exponent) for m, k in a.scale))
        if exponent is not None and exponent < 0 and exponent.denominator == 1:
            return self.div(1.0, self.power(a, -exponent))
        return self.apply("**", self.node(a), self.node(b))

    # Functions.

    def call(self, name: str, a: Element) -> Element:
        """A function of one value: of the language, or written out in it."""
        if not isinstance(a, Value):
            a = self._value(a)
        if name == "exp" and self.number(a) == 0:
            return 1.0
        if name == "exp" and not a.is_plain and not a.scale:
            return self._exp(a)
        if name == "log" and a.scale and not a.shift and not a.half:
            return self._scale_out(a)
        if name == "log1p" and a.half == Half.SMALL:
            return Value(a.node, half=Half.REST)
        if name == "log" and a.is_plain:
            return self._log(a.node)
        if name == "log1p" and a.is_plain and self.graph.ops[a.node] == "exp":
            return self.apply("softplus", *self.graph.args[a.node])
        if name in FUNCTIONS:
            return self.apply(name, self.node(a))
        if name in FORMULAS:
            return self._logged_value(written(FORMULAS[name], self.graph, self.node(a), 0))
        return self.fail(f"{name} is not in the language of costs; use functions that are")

    def logaddexp(self, a: Element, b: Element) -> Element:
        """log(exp(a) + exp(b))."""
        return self._logsumexp([self.node(a), self.node(b)])

    def size(self, a: Element) -> Element:
        """|a|: a where a is certainly positive, else the half form."""
        if not isinstance(a, Value):
            return a if a >= 0 else -a
        number = self.number(a)
        if number is not None:
            return self.plain(abs(number))
        if not a.shift and not a.half and is_positive(self.graph, a.node):
            return a
        return Value(self.node(a), half=Half.SIZE)

    def sign(self, a: Element) -> Element:
        """1 where a is certainly positive."""
        number = None if isinstance(a, Value) and not a.is_plain else self.number(a)
        if number is not None:
            return float((number > 0) - (number < 0))
        if isinstance(a, Value) and self.size(a) is a:
            self.assume(a)
            return 1.0
        return self.fail("sign is not smooth; use a smooth function, such as tanh(x/0.1)")

    def extreme(self, name: str, values: Sequence[Element]) -> Element:
        """max or min: of numbers the number, else an unknown that must cancel."""
        best: Callable[[Sequence[Any]], Number] = max if name == "max" else min
        numbers = [v for v in values if not isinstance(v, Value)]
        worst = -np.inf if name == "max" else np.inf
        rest: list[Element] = [v for v in values if isinstance(v, Value)]
        if numbers and best(numbers) != worst:
            rest.append(best(numbers))
        exacts = [self.number(v) for v in rest]
        known = [v for v in exacts if v is not None]
        if len(known) == len(rest):
            return self.plain(best(known)) if rest else worst
        if len(rest) == 1:
            return rest[0]
        mend = "use a smooth function, such as " + (
            "logsumexp or softplus" if name == "max" else "-logsumexp(-x)"
        )
        return self.unknown(f"{name} is not smooth; {mend}", (name,), rest)

    def held(self, a: Element) -> Element:
        """What stop_gradient gives: an unknown that must cancel, unless it is one or a constant."""
        if not isinstance(a, Value) or self.number(a) is not None:
            return a
        if not a.half and not a.scale and a.shift and self.graph.number(a.node) is not None:
            return a
        what = (
            "stop_gradient changes which field is meant; take it away, or give the field"
            " itself by games.SymbolicGame.from_field"
        )
        return self.unknown(what, ("held",), [a])

    def compare(self, a: Element, b: Element) -> tuple[Number, ...]:
        """Both numbers; a comparison of what depends on the variables is refused."""
        if any(not isinstance(v, Value | Fraction) and not np.isfinite(v) for v in (a, b)):
            self.assume(a)
            self.assume(b)
            return tuple(0 if isinstance(v, Value) else v for v in (a, b))  # as any finite number
        one, other = self.number(a), self.number(b)
        if one is None or other is None:
            self.fail(
                "this compares a value that depends on the variables, so the cost is given by"
                " cases; write one smooth formula"
            )
        return one, other

    # Parts of these.

    def _value(self, a: Element) -> Value:
        return a if isinstance(a, Value) else Value(self.node(a))

    def _logged_value(self, node: int) -> Value:
        return Value(self._logged(node))

    def _sum(self, a: int, b: int) -> Value:
        if self.graph.number(a) == 0:
            return Value(b)
        return Value(a) if self.graph.number(b) == 0 else self.apply("+", a, b)

    def _scaled(self, value: Element, scale: Shift) -> Value:
        return Value(self.node(value), scale=scale)

    def _divided(self, a: Value, divisor: Fraction) -> Element:
        if divisor == 1:
            return a
        if a.half:
            a = self.plain(a)
        node = self.apply("/", a.node, self.node(divisor)).node
        return Value(node, tuple((m, k / divisor) for m, k in a.shift), a.scale)

    def _exp(self, a: Value) -> Value:
        if a.half == Half.MINUS_SIZE:
            return Value(a.node, half=Half.SMALL)
        if a.half:
            self.node(a)
        return self._scaled(self.call("exp", Value(a.node)), a.shift)

    def _scale_out(self, a: Value) -> Value:
        return Value(self.node(self.call("log", Value(a.node))), shift=a.scale)

    def _completed(self, a: Element, b: Element) -> Value | None:
        """logsumexp(p, q) for a = max(p, q) + u and b = log1p(exp(−|p − q|)), if they are that."""
        if not (isinstance(a, Value) and isinstance(b, Value)):
            return None
        if b.half != Half.REST or a.scale or len(a.shift) != 1 or a.shift[0][1] != 1:
            return None
        symbol = self._symbols[a.shift[0][0]]
        if not symbol.is_pair or not is_difference(self.graph, b.node, *symbol.nodes):
            return None
        return self._sum(self._logsumexp(list(symbol.nodes)).node, a.node)

    def _log(self, node: int) -> Value:
        """log; of a sum of exponentials logsumexp, which it is."""
        known = logarithm(self.graph, node)
        if known is None:
            return self.apply("log", node)
        name, args = known
        return self.apply(name, *args) if name else Value(args[0])

    def _logsumexp(self, nodes: list[int]) -> Value:
        name, args = logsumexp(self.graph, nodes)
        return self.apply(name, *args)

    def _is_total(self, a: Element) -> bool:
        """Whether a value is certainly defined at every point, so that 0 times it is 0."""
        if not isinstance(a, Value):
            return bool(np.isfinite(float(a)))
        return self._domains.is_total(a.node)

    def sum(self, values: Sequence[Element]) -> Element:
        """Σ from the left; of nothing 0."""
        return reduce(self.add, values) if len(values) else 0.0

    def product(self, values: Sequence[Element]) -> Element:
        """Π from the left; of nothing 1."""
        return reduce(self.mul, values) if len(values) else 1.0


def traced(graph: Graph, run: Callable[[Tape], int]) -> int:
    """The node that run gives, called twice to see that it is the same function every time."""
    first = Tape(graph)
    root = run(first)
    again = Tape(graph)
    again.expected = first.log
    run(again)
    return root


def _python(value: Any) -> Any:
    """The Python number of a NumPy or JAX scalar, exactly."""
    return value.item() if hasattr(value, "item") else value
