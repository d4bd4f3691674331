"""Random expressions over the whole language, and their values in 60 digits by mpmath."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from hypothesis import strategies as st

from games.language.expression import Graph
from games.language.functions import FUNCTIONS
from games.language.template import written

mpmath: Any = importlib.import_module("mpmath")  # it has no types; sympy brings it

UNARY = [row.name for row in FUNCTIONS.values() if not row.variadic]
VARIABLES = ("x", "y", "z")
DIGITS = 60

_leaves = st.sampled_from([*VARIABLES, *VARIABLES, "pi", "2", "3", "0.25", "1e-1", "7", "0"])
_exponents = st.sampled_from(["2", "3", "-1", "-2", "0", "1", "20", "0.5", "1.5", "-0.5", "(2/3)"])


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = st.builds(
        "({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "/", "**"]), inner
    )
    power = st.builds("({})**{}".format, inner, _exponents)
    function = st.builds("{}({})".format, st.sampled_from(UNARY), inner)
    many = st.lists(inner, min_size=1, max_size=3).map(lambda a: f"logsumexp({', '.join(a)})")
    return st.one_of(
        binary, binary, power, function, function, st.builds("-{}".format, inner), many
    )


texts = st.recursive(_leaves, _compound, max_leaves=6)
points = st.tuples(*(st.integers(3, 40).map(lambda k: k / 16) for _ in VARIABLES))


def _power(base: Any, exponent: Any) -> Any:
    if exponent == int(exponent):
        return base ** int(exponent)
    return base**exponent if base > 0 else mpmath.nan


def _written(text: str, x: Any) -> Any:
    """A text in x, in the current mpmath precision."""
    graph = Graph()
    variable = graph.variable("x")
    return value_at(graph, written(text, graph, variable, variable), {"x": x})


def _logsumexp(*args: Any) -> Any:
    return mpmath.log(mpmath.fsum(mpmath.exp(a) for a in args))


PRECISE: dict[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "neg": lambda a: -a,
    "**": _power,
    "pi": lambda: +mpmath.pi,
    "logsumexp": _logsumexp,
}
for _row in FUNCTIONS.values():  # mpmath's function of that name, or the text of the table
    if _row.written:
        PRECISE[_row.name] = partial(_written, _row.written)
    elif _row.name not in PRECISE:
        PRECISE[_row.name] = getattr(mpmath, _row.name)


class Undefined(Exception):
    """Some intermediate value is not a real number of moderate size."""


def value_at(graph: Graph, root: int, point: Mapping[str, Any]) -> Any:
    """The value at a node in the current mpmath precision, however large."""
    done: dict[int, Any] = {}
    for node in graph.needed([root]):
        value = graph.values[node]
        if isinstance(value, Fraction):
            done[node] = mpmath.mpf(value.numerator) / value.denominator
        elif isinstance(value, str):
            done[node] = point[value]
        else:
            done[node] = PRECISE[graph.ops[node]](*(done[a] for a in graph.args[node]))
    return done[root]


def precise(graph: Graph, outputs: Sequence[int], point: dict[str, Any]) -> list[Any]:
    """The outputs in the current mpmath precision; Undefined where intermediate values run away."""
    done: dict[int, Any] = {}
    for node in graph.needed(outputs):
        value = graph.values[node]
        if isinstance(value, Fraction):
            done[node] = mpmath.mpf(value.numerator) / value.denominator
        elif isinstance(value, str):
            done[node] = mpmath.mpf(point[value])
        else:
            done[node] = _moderate(graph.ops[node], [done[a] for a in graph.args[node]])
    return [done[output] for output in outputs]


def _moderate(op: str, args: list[Any]) -> Any:
    if op == "**" and not (args[0] and abs(args[1]) < 100):
        raise Undefined
    try:
        result = PRECISE[op](*args)
    except (ZeroDivisionError, OverflowError, ValueError) as error:
        raise Undefined from error
    # Within these limits 60 digits leave more than 25 correct ones after a few cancellations.
    if isinstance(result, mpmath.mpc) or not (result == 0 or 1e-8 < abs(result) < 1e8):
        raise Undefined
    return result
