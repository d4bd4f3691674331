"""The checker's derivatives against mpmath, sympy and the search's own, to order 4."""

import importlib
import itertools
from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from certificates.kernel.jacobian.derivative import Derivatives
from certificates.kernel.numbers.intervals import Interval, enclose
from games.errors import InputError
from games.language.derivative import gradient
from games.language.expression import Graph, parse
from games.language.functions import FUNCTIONS
from tests.helpers.expressions import (
    DIGITS,
    UNARY,
    VARIABLES,
    Undefined,
    mpmath,
    points,
    precise,
    texts,
)
from tests.helpers.scale import examples

Floats = NDArray[np.float64]
sympy: Any = importlib.import_module("sympy")
orders = st.lists(st.integers(0, len(VARIABLES) - 1), min_size=1, max_size=4)

# Every function and rule of the language, with arguments in its domain on [0.2, 2.5]³.
FIXED = (
    "x**3*y**2*z - x*y*z",
    "x/(y + z)",
    "(x - y)/(x*y*z)",
    "exp(x*y/4)*z",
    "log(x + y**2)",
    "sqrt(1 + x*y)",
    "sin(x*y) + cos(z - x)",
    "tan(x/4)*y",
    "tanh(x - y*z)",
    "sinh(x/2)*cosh(y/2)",
    "atan(x*y - z)",
    "logistic(x - 2*y)",
    "log1p(x*z)",
    "softplus(x*y - z)",
    "logsumexp(x, y*z, 1)",
    "(x + y)**(3/2)",
    "(x*y)**(-2)",
    "(1 + x)**(y - z)",
    "2**(x*y) + pi**z",
    "-x**4/24 + x**0",
    *(f"{name}(x*y/4) + z*{name}(z/5)" for name in UNARY),
)


def parsed(text: str) -> tuple[Graph, int, list[int]]:
    graph = Graph()
    names = {name: graph.variable(name) for name in VARIABLES}
    try:
        return graph, parse(text, graph, names, "test"), list(names.values())
    except InputError:
        assume(False)
        raise


def checked(graph: Graph, node: int, variables: Sequence[int], order: Sequence[int]) -> int:
    """The checker's derivative along each variable of the order in turn."""
    derivatives = Derivatives(graph)
    return reduce(lambda each, k: derivatives.of(each, variables[k]), order, node)


def searched(graph: Graph, node: int, variables: Sequence[int], order: Sequence[int]) -> int:
    """The search's own."""
    return reduce(lambda each, k: gradient(graph, each, variables)[k], order, node)


def close(a: Any, b: Any, digits: int) -> bool:
    return bool(abs(a - b) <= mpmath.mpf(10) ** -digits * (1 + abs(a) + abs(b)))


@settings(max_examples=examples(150))
@given(texts, points, orders)
def test_agrees_with_the_search(text: str, point: tuple[float, ...], order: list[int]) -> None:
    graph, root, variables = parsed(text)
    nodes = [each(graph, root, variables, order) for each in (checked, searched)]
    assume(len(graph) < 20_000)
    try:
        with mpmath.workdps(DIGITS):
            precise(graph, [root], dict(zip(VARIABLES, point, strict=True)))
            mine, other = precise(graph, nodes, dict(zip(VARIABLES, point, strict=True)))
    except Undefined:
        assume(False)
    assert close(mine, other, 15)  # 60 digits less what cancels: see tests/helpers/expressions.py


@settings(max_examples=examples(60))
@given(texts, points, orders)
def test_agrees_with_differences(text: str, point: tuple[float, ...], order: list[int]) -> None:
    graph, root, variables = parsed(text)
    node = checked(graph, root, variables, order)
    counts = tuple(order.count(k) for k in range(len(VARIABLES)))

    def value(*at: Any) -> Any:
        return precise(graph, [root], dict(zip(VARIABLES, at, strict=True)))[0]

    try:
        with mpmath.workdps(DIGITS):
            mine = precise(graph, [node], dict(zip(VARIABLES, point, strict=True)))[0]
            # h^order must not drown the values: 5 orders of h = 10^-25 in 150 digits
            with mpmath.workdps(150):
                other = mpmath.diff(value, point, counts, h=mpmath.mpf(10) ** -25)
    except Undefined:
        assume(False)
    assert close(mine, other, 10)  # one-sided differences err by h times the next derivative


@settings(max_examples=examples(100))
@given(texts, points, orders)
def test_enclosures_contain_the_values(
    text: str, point: tuple[float, ...], order: list[int]
) -> None:
    graph, root, variables = parsed(text)
    node = checked(graph, root, variables, order)
    assume(len(graph) < 20_000)
    boxes = {
        name: Interval(np.array([v - w]), np.array([v + w]))
        for (name, v), w in zip(zip(VARIABLES, point, strict=True), (0.0, 1e-3, 1e-9), strict=True)
    }
    cost, found = enclose(graph, [root, node], boxes)
    assume(np.isfinite([cost.low, cost.high, found.low, found.high]).all())
    try:
        with mpmath.workdps(DIGITS):
            value = precise(graph, [node], dict(zip(VARIABLES, point, strict=True)))[0]
    except Undefined:
        assume(False)
    assert float(found.low[0]) <= value <= float(found.high[0])


def _sympy(text: str) -> Any:
    """The text in sympy's own parser and terms."""
    functions = {
        row.name: sympy.Lambda(sympy.Symbol("x"), sympy.sympify(row.written))
        for row in FUNCTIONS.values()
        if row.written
    } | {"logsumexp": lambda *a: sympy.log(sum(map(sympy.exp, a)))}
    names = dict(zip(VARIABLES, sympy.symbols(VARIABLES), strict=True))
    return sympy.sympify(text, locals=functions | names), names


@pytest.mark.parametrize("text", FIXED)
def test_agrees_with_sympy(text: str, rng: np.random.Generator) -> None:
    graph, root, variables = parsed(text)
    expression, names = _sympy(text)
    every = [o for d in range(1, 5) for o in itertools.combinations_with_replacement(range(3), d)]
    chosen = [every[k] for k in rng.permutation(len(every))[: 4 * examples(1)]]
    for order in chosen:
        node = checked(graph, root, variables, rng.permutation(order).tolist())
        wanted = sympy.diff(expression, *(names[VARIABLES[k]] for k in order))
        point = dict(zip(VARIABLES, rng.uniform(0.2, 2.5, 3).tolist(), strict=True))
        thin = {name: Interval(np.array([v]), np.array([v])) for name, v in point.items()}
        low, high = (float(end[0]) for end in _ends(graph, node, thin))
        exact = {names[k]: sympy.Rational(v) for k, v in point.items()}
        value = sympy.N(wanted.subs(exact), 50)
        assert low <= value <= high, (text, order)
        assert high - low <= 1e-8 * (1 + abs(value))  # some thousand roundings of ulps of 10^4


def _ends(graph: Graph, node: int, boxes: dict[str, Interval]) -> tuple[Floats, Floats]:
    found = enclose(graph, [node], boxes)[0]
    return found.low, found.high


def test_what_does_not_depend_on_a_variable_has_derivative_zero() -> None:
    graph, root, (x, y, z) = parsed("exp(x)*y + pi + 2**x")
    derivatives = Derivatives(graph)
    assert derivatives.of(root, z) == derivatives.zero
    first = derivatives.of(root, y)
    assert derivatives.of(first, y) == derivatives.zero
    assert derivatives.of(derivatives.of(root, x), z) == derivatives.zero


def test_long_sums_need_no_recursion() -> None:
    graph, root, (x, *_) = parsed(" + ".join(f"x*{k}" for k in range(1, 5001)))
    derivatives = Derivatives(graph)
    assert graph.number(derivatives.of(root, x)) == 5000 * 5001 // 2
