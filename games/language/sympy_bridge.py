"""Between sympy expressions and graph nodes, both ways, and LaTeX: the one module that needs sympy.

Import it on use, inside a function: sympy takes half a second to load.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import sympy

from games.errors import InputError
from games.language.functions import FUNCTIONS
from games.language.graph import Graph
from games.language.template import written

_Rule = Callable[[Graph, Sequence[int]], int]  # the node, from those of the arguments


def from_sympy(expression: object, graph: Graph, names: Mapping[str, int], where: str) -> int:
    """The node of a sympy expression; numbers are taken exactly (floats at their binary value).

    names: each allowed symbol and its node; where: the place for messages. Raises InputError that
    names whatever is outside the language of :func:`games.language.expression.parse`.

    >>> graph = Graph()
    >>> from_sympy(sympy.Symbol("x"), graph, {"x": graph.variable("x")}, "cost of firm 1")
    0
    """
    if not isinstance(expression, sympy.Expr):
        raise InputError(
            f"{where} is of type {type(expression).__name__}; give text or a sympy expression"
        )
    done: dict[Any, int] = {}
    todo: list[Any] = [expression]
    while todo:
        part = todo[-1]
        rule = _rule(part, names, where)  # before its arguments, which may be no expressions
        missing = [child for child in part.args if child not in done]
        todo.extend(missing)
        if not missing:
            todo.pop()
            done[part] = rule(graph, [done[child] for child in part.args])
    return done[expression]


def to_sympy(graph: Graph, node: int) -> Any:
    """The sympy expression of a node; functions that sympy lacks are written out.

    >>> graph = Graph()
    >>> to_sympy(graph, graph.apply("sqrt", graph.variable("x")))
    sqrt(x)
    """
    done: dict[int, Any] = {}
    for part in graph.needed([node]):
        value = graph.values[part]
        if isinstance(value, Fraction):
            done[part] = sympy.Rational(value.numerator, value.denominator)
        elif isinstance(value, str):
            done[part] = sympy.Symbol(value)
        else:
            done[part] = _SYMPY[graph.ops[part]](*(done[argument] for argument in graph.args[part]))
    return done[node]


def latex(graph: Graph, node: int) -> str:
    """LaTeX of a node, as sympy prints it.

    >>> graph = Graph()
    >>> latex(graph, graph.apply("sqrt", graph.variable("x")))
    '\\\\sqrt{x}'
    """
    return str(sympy.latex(to_sympy(graph, node)))


# From sympy: one rule per class, found by the class or a class it derives from.


def _rule(part: Any, names: Mapping[str, int], where: str) -> _Rule:
    if isinstance(part, sympy.Symbol):
        if part.name not in names:
            raise InputError(
                f"{where}: unknown symbol {part.name!r}; declare it or use a name of the game"
            )
        return partial(_known, names[part.name])
    kinds = [kind for kind in type(part).__mro__ if kind in _RULES]
    if kinds:
        return partial(_RULES[kinds[0]], part)
    if type(part) in _FUNCTIONS:
        return partial(_call, _FUNCTIONS[type(part)])
    name = str(part)[:40] if part.is_Atom else part.func.__name__
    raise InputError(
        f"{where}: sympy's {name} has no counterpart here; write it with + - * / ** and the"
        " smooth functions of the language"
    )


def _known(node: int, graph: Graph, args: Sequence[int]) -> int:
    return node


def _call(function: str, graph: Graph, args: Sequence[int]) -> int:
    return graph.apply(function, *args)


def _rational(part: Any, graph: Graph, args: Sequence[int]) -> int:
    return graph.constant(Fraction(int(part.p), int(part.q)))


def _float(part: Any, graph: Graph, args: Sequence[int]) -> int:
    return _rational(sympy.Rational(part), graph, args)  # exact: the binary value


def _pi(part: Any, graph: Graph, args: Sequence[int]) -> int:
    return graph.pi()


def _e(part: Any, graph: Graph, args: Sequence[int]) -> int:
    return graph.apply("exp", graph.constant(Fraction(1)))


def _sum(part: Any, graph: Graph, args: Sequence[int]) -> int:
    """Terms with a minus sign are subtracted, after the others."""
    negatives = [term for term in args if _is_negative(graph, term)]
    positives = [term for term in args if not _is_negative(graph, term)]
    if not positives:
        positives, negatives = negatives[:1], negatives[1:]
    total = positives[0]
    for term in positives[1:]:
        total = graph.apply("+", total, term)
    for term in negatives:
        total = graph.apply("-", total, _opposite(graph, term))
    return total


def _product(part: Any, graph: Graph, args: Sequence[int]) -> int:
    """Reciprocals are divided by, and a negative coefficient becomes a minus sign in front."""
    coefficient = graph.number(args[0])
    negative = coefficient is not None and coefficient < 0
    one = graph.constant(Fraction(1))
    total = one
    for factor in (graph.apply("neg", args[0]), *args[1:]) if negative else args:
        if graph.ops[factor] == "/" and graph.args[factor][0] == one:
            total = graph.apply("/", total, graph.args[factor][1])
        else:
            total = factor if total == one else graph.apply("*", total, factor)
    return graph.apply("neg", total) if negative else total


def _power(part: Any, graph: Graph, args: Sequence[int]) -> int:
    """Negative powers are quotients and the power one half is the square root."""
    base, exponent = args
    number = graph.number(exponent)
    if number is None:
        return graph.apply("**", base, exponent)
    if number < 0:
        positive = graph.apply("neg", exponent)
        return graph.apply("/", graph.constant(Fraction(1)), _power(part, graph, (base, positive)))
    if number == Fraction(1, 2):
        return graph.apply("sqrt", base)
    return base if number == 1 else graph.apply("**", base, exponent)


def _opposite(graph: Graph, node: int) -> int:
    return graph.args[node][0] if graph.ops[node] == "neg" else graph.apply("neg", node)


def _is_negative(graph: Graph, node: int) -> bool:
    number = graph.number(node)
    return graph.ops[node] == "neg" or (number is not None and number < 0)


_RULES: dict[Any, Callable[[Any, Graph, Sequence[int]], int]] = {
    sympy.Rational: _rational,
    sympy.Float: _float,
    type(sympy.pi): _pi,
    type(sympy.E): _e,
    sympy.Add: _sum,
    sympy.Mul: _product,
    sympy.Pow: _power,
}
_ONCE = [row.name for row in FUNCTIONS.values() if not (row.written or row.variadic)]
_FUNCTIONS: dict[Any, str] = {
    kind: name for name in _ONCE if isinstance(kind := getattr(sympy, name), type)
}


# To sympy.


def _logsumexp(*args: Any) -> Any:
    return sympy.log(sympy.Add(*(sympy.exp(a) for a in args)))


def _get_pi() -> Any:
    return sympy.pi


_SYMPY: dict[str, Callable[..., Any]] = {name: getattr(sympy, name) for name in _ONCE} | {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "neg": operator.neg,
    "pi": _get_pi,
    "logsumexp": _logsumexp,
}
for _row in FUNCTIONS.values():  # each function in those that come before it
    if _row.written:
        _graph = Graph()
        _x = _graph.variable("x")
        _text = to_sympy(_graph, written(_row.written, _graph, _x, _x))
        _SYMPY[_row.name] = sympy.Lambda(sympy.Symbol("x"), _text)
if not _SYMPY.keys() >= FUNCTIONS.keys():
    raise LookupError(f"no sympy expression of {sorted(FUNCTIONS.keys() - _SYMPY.keys())}")
