"""The table of functions: every part of every row against mpmath, which has none of it."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import flint
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from games.language import sympy_bridge
from games.language.floats import floats_of
from games.language.functions import FUNCTIONS, Function, Turn
from games.language.graph import Graph
from games.language.hints import FORMULAS
from games.language.parser import parse
from games.language.template import written
from tests.helpers import function_table
from tests.helpers.expressions import PRECISE, mpmath, value_at
from tests.helpers.scale import examples

DIGITS = 60
UNARY = [row for row in FUNCTIONS.values() if not row.variadic]
each_row = pytest.mark.parametrize("row", FUNCTIONS.values(), ids=FUNCTIONS.keys())
each_unary = pytest.mark.parametrize("row", UNARY, ids=[row.name for row in UNARY])
_near, _far, _small = st.floats(-4, 4), st.floats(-30, 30), st.floats(-1e-6, 1e-6)
numbers = st.one_of(_near, _far, _small).filter(lambda x: x == 0 or abs(x) > 1e-12)


@pytest.fixture(autouse=True)
def sixty_digits() -> Iterator[None]:
    with mpmath.workdps(DIGITS), flint.ctx.workprec(200):
        yield


def inside(row: Function, x: float) -> Any:
    """A point of the domain: x, or as far above its end as x is from 0."""
    return mpmath.mpf(x) if row.above is None else row.above + mpmath.mpf(abs(x)) + 2**-20


def exact(row: Function, *x: Any) -> Any:
    return PRECISE[row.name](*x)


def slope(row: Function, text: str, *x: Any) -> Any:
    """∂f/∂x_1 by the text."""
    graph = Graph()
    nodes = [graph.variable("x"), graph.variable("y")]
    return value_at(graph, written(text, graph, *nodes), {"x": x[0], "y": exact(row, *x)})


def close(a: Any, b: Any, digits: int = 20) -> bool:
    """The functions lose half of the 60 digits at most, near ±30 and 10^-6."""
    return bool(abs(a - b) <= mpmath.mpf(10) ** -digits * (abs(a) + abs(b)))


def ball(x: Any) -> Any:
    return flint.arb(mpmath.nstr(x, DIGITS))


@each_row
@settings(max_examples=examples(40))
@given(st.lists(numbers, min_size=1, max_size=3))
def test_balls_contain_the_values(row: Function, x: list[float]) -> None:
    points = [inside(row, each) for each in (x if row.variadic else x[:1])]
    value = row.value(*map(ball, points))
    assert close(mpmath.mpf(value.mid().str(DIGITS, radius=False)), exact(row, *points))
    assert value.rel_accuracy_bits() > 100
    wide = row.value(*(each.union(each + flint.arb("0.5")) for each in map(ball, points)))
    assert wide.contains(value) or not wide.is_finite()


@each_row
@settings(max_examples=examples(20))
@given(st.lists(numbers, min_size=1, max_size=3))
def test_slopes_are_derivatives(row: Function, x: list[float]) -> None:
    points = [inside(row, each) for each in (x if row.variadic else x[:1])]
    with mpmath.workdps(3 * DIGITS):
        wanted = mpmath.diff(lambda u: exact(row, u, *points[1:]), points[0], h=10**-60)
    for text in filter(None, (row.slope, row.slope_of_floats)):
        assert close(slope(row, text, *points), wanted), text


def turns_between(row: Function, a: Any, b: Any) -> bool:
    """Whether a turn or a pole lies in [a, b]."""
    for turn in row.turns:
        low, high = (2 * each / mpmath.pi - turn.quarter for each in (a, b))
        if (
            mpmath.floor(high / turn.every) >= mpmath.ceil(low / turn.every)
            if turn.every
            else (low <= 0 <= high)
        ):
            return True
    return False


@each_unary
@settings(max_examples=examples(100))
@given(numbers, st.floats(0, 6), st.floats(0.01, 0.99))
def test_functions_are_monotone_between_their_turns(
    row: Function, x: float, width: float, share: float
) -> None:
    a, b = inside(row, x), inside(row, x) + width
    if row.turns and turns_between(row, a, b):
        return
    middle = a + share * (b - a)
    signs = {mpmath.sign(slope(row, row.slope, p)) for p in (a, middle, b)}
    assert len(signs) == 1
    assert row.turns or signs == {1}, "a function without turns must increase"
    ends = sorted([exact(row, a), exact(row, b)])
    assert ends[0] <= exact(row, middle) <= ends[1]


@each_unary
def test_turns_have_their_values(row: Function) -> None:
    for turn in row.turns:
        for k in range(-2, 3) if turn.every else [0]:
            place = (turn.quarter + k * turn.every) * mpmath.pi / 2
            if turn.is_pole:
                assert abs(exact(row, place)) > 10**30
            else:
                assert exact(row, place) == turn.value
                assert abs(slope(row, row.slope, place)) < mpmath.mpf(10) ** -50


@each_unary
@settings(max_examples=examples(100))
@given(st.one_of(numbers, st.floats(-700, 700)))
def test_values_lie_in_their_range(row: Function, x: float) -> None:
    with mpmath.workdps(700):  # exp(−700) beside 1
        value = exact(row, inside(row, x))
        assert row.range[0] <= value <= row.range[1]
        assert value > 0 or not row.is_positive


def real(row: Function, x: Any) -> bool:
    """Whether the value at x is a finite real number."""
    try:
        return bool(mpmath.isfinite(exact(row, x)) and mpmath.im(exact(row, x)) == 0)
    except (ZeroDivisionError, ValueError):
        return False


@each_unary
@settings(max_examples=examples(50))
@given(st.floats(1e-9, 30))
def test_domains_are_what_they_are_called(row: Function, x: float) -> None:
    if row.above is None:
        assert real(row, x)
        assert real(row, -x)
        assert real(row, 0)
        return
    assert real(row, row.above + x)
    assert not real(row, row.above - x)
    assert real(row, row.above) == row.closed


@each_unary
def test_floats_err_by_what_is_stated(row: Function, rng: np.random.Generator) -> None:
    """By half of it, so that other platforms have the other half."""
    x = np.concatenate([rng.uniform(-3, 3, 500), rng.uniform(-30, 30, 500)])
    x = x if row.above is None else row.above + np.abs(x)
    values = floats_of(row)(x)
    size = np.minimum(np.abs(x), 1) if any(turn.every for turn in row.turns) else np.zeros(len(x))
    for point, value, least in zip(x.tolist(), values.tolist(), size.tolist(), strict=True):
        wanted = exact(row, mpmath.mpf(point))
        error = abs(value - wanted) / max(abs(wanted), least)
        assert error <= (1 if row.closed else row.error / 2) * 2.0**-53, point


@each_row
def test_sympy_has_the_same_function(row: Function) -> None:
    graph = Graph()
    node = graph.apply(row.name, graph.variable("x"))
    expression = sympy_bridge.to_sympy(graph, node)
    for x in (Fraction(1, 3), Fraction(7, 4)):
        value = sympy.N(expression.subs("x", sympy.Rational(x)), 30)
        assert close(mpmath.mpf(str(value)), exact(row, mpmath.mpf(x.numerator) / x.denominator))
    assert sympy_bridge.latex(graph, node)


def test_names_are_told_apart() -> None:
    others = [other for row in FUNCTIONS.values() for other in row.also]
    assert len({*FUNCTIONS, *others, *FORMULAS}) == len(FUNCTIONS) + len(others) + len(FORMULAS)


@pytest.mark.parametrize("name", FORMULAS)
def test_hints_are_the_same_function(name: str) -> None:
    """Where both are defined: at points of (0, 1) and beyond 1."""
    wanted: Callable[[Any], Any] = {
        "square": lambda x: x**2,
        "sqr": lambda x: x**2,
        "exp2": lambda x: mpmath.mpf(2) ** x,
        "acot": lambda x: mpmath.pi / 2 - mpmath.atan(x),
    }.get(name) or getattr(mpmath, name)
    graph = Graph()
    node = parse(FORMULAS[name], graph, {"x": graph.variable("x")}, "hint")
    met = 0
    for x in map(mpmath.mpf, ("0.3", "0.7", "1.5", "4")):
        value = value_at(graph, node, {"x": x})
        if mpmath.im(value) == 0 and mpmath.im(wanted(x)) == 0:
            met += 1
            assert close(value, wanted(x))
    assert met >= 2


def wrong(name: str, **parts: Any) -> Function:
    return replace(FUNCTIONS[name], **parts)


MONOTONE = test_functions_are_monotone_between_their_turns
DOMAIN, RANGE = test_domains_are_what_they_are_called, test_values_lie_in_their_range
WRONG = [
    (test_balls_contain_the_values, wrong("logistic", ball=lambda x: 1 / (1 + x.exp()))),
    (test_balls_contain_the_values, wrong("log2", ball=lambda x: x.log_base(3))),
    (test_slopes_are_derivatives, wrong("tanh", slope="1 + y**2")),
    (test_slopes_are_derivatives, wrong("erf", slope="exp(-x**2)")),
    (test_slopes_are_derivatives, wrong("logsumexp", slope="exp(y - x)")),
    (test_slopes_are_derivatives, wrong("logistic", slope_of_floats="y*logistic(x)")),
    (MONOTONE, wrong("cosh", turns=())),
    (MONOTONE, wrong("tan", turns=())),
    (MONOTONE, wrong("sin", turns=FUNCTIONS["sin"].turns[:1])),
    (MONOTONE, wrong("cos", turns=(Turn(1, 0, 8), Turn(-1, 2, 4)))),
    (test_turns_have_their_values, wrong("cosh", turns=(Turn(0),))),
    (test_turns_have_their_values, wrong("sin", turns=(Turn(1, 3, 4), Turn(-1, 1, 4)))),
    (test_turns_have_their_values, wrong("tan", turns=(Turn(math.nan, 0, 2),))),
    (DOMAIN, wrong("log", above=None)),
    (DOMAIN, wrong("log1p", above=-2)),
    (DOMAIN, wrong("log", closed=True)),
    (DOMAIN, wrong("sqrt", closed=False)),
    (RANGE, wrong("tanh", range=(0, 1))),
    (RANGE, wrong("expm1", range=(0, math.inf))),
]


@pytest.mark.parametrize(("law", "row"), WRONG)
def test_wrong_rows_break_a_law(law: Callable[..., None], row: Function) -> None:
    with pytest.raises((AssertionError, ExceptionGroup)):
        law(row=row)


@pytest.mark.parametrize("row", [wrong("tanh", floats="numpy.tan"), wrong("log", error=0)])
def test_wrong_floats_break_the_law(row: Function, rng: np.random.Generator) -> None:
    with pytest.raises(AssertionError):
        test_floats_err_by_what_is_stated(row, rng)


def test_a_row_without_a_derivative_is_no_row() -> None:
    with pytest.raises(TypeError, match="slope"):
        Function(name="erfc")  # type: ignore[call-arg]


def test_what_arb_lacks_is_told_by_name() -> None:
    with pytest.raises(AttributeError, match="no_such_function"):
        Function(name="no_such_function", slope="x").value(flint.arb(1))


def test_docs_list_every_function() -> None:
    """Mend: replace the table in docs/formats.md by python -m tests.helpers.function_table."""
    text = (Path(__file__).parents[2] / "docs/formats.md").read_text(encoding="utf-8")
    assert "\n".join(function_table.lines()) in text
