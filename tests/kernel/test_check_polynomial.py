"""The checker's polynomials against exact evaluation and sympy, and what is refused as none."""

from collections.abc import Callable
from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.kernel.jacobian.multi_affine import MAX_WORK
from certificates.kernel.jacobian.polynomial import (
    MAX_DEGREE,
    Expansion,
    Interval,
    NotPolynomial,
    Polynomial,
    derivatives,
)
from games.errors import InputError
from games.language.expression import Graph, parse
from tests.helpers.scale import examples

NAMES = ("x", "y", "z")
Point = dict[str, Fraction]
Term = tuple[str, Callable[[Point], Fraction]]  # a text and what it means


def polynomial(text: str) -> Polynomial:
    graph = Graph()
    names = {name: graph.variable(name) for name in NAMES}
    root = parse(text, graph, names, "cost")
    return Expansion(graph, NAMES, MAX_WORK).of([root])[0]


def value_at(p: Polynomial, point: Point) -> Interval:
    """The range of p over its coefficients at a point."""
    low = high = Fraction(0)
    for monomial, (a, b) in p.items():
        size = Fraction(1)
        for variable, exponent in monomial:
            size *= point[NAMES[variable]] ** exponent
        low, high = low + min(a * size, b * size), high + max(a * size, b * size)
    return low, high


def _constant(text: str) -> Term:
    return text, lambda _: Fraction(text)


def _variable(name: str) -> Term:
    return name, lambda point: point[name]


def _binary(a: Term, op: str, b: Term) -> Term:
    meaning: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
        "+": lambda u, v: u + v,
        "-": lambda u, v: u - v,
        "*": lambda u, v: u * v,
    }
    return f"({a[0]} {op} {b[0]})", lambda point: meaning[op](a[1](point), b[1](point))


def _power(a: Term, k: int) -> Term:
    return f"({a[0]})**{k}", lambda point: a[1](point) ** k


def _minus(a: Term) -> Term:
    return f"-{a[0]}", lambda point: -a[1](point)


def _divided(a: Term, by: str) -> Term:
    return f"({a[0]})/{by}", lambda point: a[1](point) / Fraction(by)


numbers = st.sampled_from(["0", "1", "2", "0.1", "3.25", "1e-3", "7"]).map(_constant)
terms: st.SearchStrategy[Term] = st.recursive(
    numbers | st.sampled_from(NAMES).map(_variable),
    lambda inner: st.one_of(
        st.builds(_binary, inner, st.sampled_from("+-*"), inner),
        st.builds(_power, inner, st.integers(0, 3)),
        st.builds(_minus, inner),
        st.builds(_divided, inner, st.sampled_from(["3", "0.7", "8"])),
    ),
    max_leaves=8,
)
points = st.fixed_dictionaries({name: st.fractions(-5, 5, max_denominator=12) for name in NAMES})


@settings(max_examples=examples(150))
@given(terms, points)
def test_a_polynomial_has_the_values_of_its_text(term: Term, point: Point):
    exact = term[1](point)
    assert value_at(polynomial(term[0]), point) == (exact, exact)


@settings(max_examples=examples(50))
@given(terms, points, st.sampled_from(range(3)))
def test_derivatives_are_those_of_sympy(term: Term, point: Point, variable: int):
    try:
        p = polynomial(term[0])
    except NotPolynomial:
        return
    symbols = {name: sympy.Symbol(name) for name in NAMES}
    rational = sympy.parsing.sympy_parser.rationalize
    rules = (*sympy.parsing.sympy_parser.standard_transformations, rational)
    expression = sympy.parse_expr(term[0], symbols, rules)
    slope = sympy.diff(expression, symbols[NAMES[variable]])
    at = {symbols[n]: sympy.Rational(v.numerator, v.denominator) for n, v in point.items()}
    value = sympy.Rational(slope.subs(at))
    assert value_at(derivatives(p).get(variable, {}), point) == (Fraction(value.p, value.q),) * 2


@settings(max_examples=examples(60))
@given(terms, terms, points, st.sampled_from(range(3)))
def test_the_product_rule(a: Term, b: Term, point: Point, variable: int):
    try:
        p, q, product = polynomial(a[0]), polynomial(b[0]), polynomial(f"({a[0]})*({b[0]})")
    except NotPolynomial:
        return
    slope = value_at(derivatives(product).get(variable, {}), point)[0]
    parts = [(value_at(derivatives(f).get(variable, {}), point)[0], f) for f in (p, q)]
    assert slope == parts[0][0] * value_at(q, point)[0] + parts[1][0] * value_at(p, point)[0]


@pytest.mark.parametrize(
    "text", ["x - x", "0*x", "x**2 - x*x", "(x + y)**2 - x**2 - 2*x*y - y**2", "x/3 - x*(1/3)"]
)
def test_what_cancels_is_gone(text: str):
    assert polynomial(text) == {}


def test_powers_of_nothing():
    assert polynomial("(x - x)**0") == polynomial("1")
    assert polynomial("x**0") == polynomial("1")
    assert polynomial("2**-3*x") == polynomial("x/8")


# ---- irrational constants ------------------------------------------------------------------------

SQUARES_TO_2 = ["sqrt(2)", "2**0.5", "exp(log(2)/2)", "cosh(log(sqrt(2) + 1))"]
EQUAL_ONE = [
    "cos(0)", "exp(0)", "4*atan(1)/pi", "tan(pi/4)", "log(exp(1))", "2*logistic(0)", "-cos(pi)",
    "log1p(exp(1) - 1)", "tanh(1)*cosh(1)/sinh(1)", "softplus(log(exp(1) - 1))",
    "logsumexp(0, 0) - log(2) + 1", "sin(pi/2)", "8**(1/3)/2", "logsumexp(1)",
]  # fmt: skip


@pytest.mark.parametrize("text", SQUARES_TO_2)
def test_roots_are_enclosed(text: str):
    ((_, (low, high)),) = polynomial(f"({text})*x").items()
    assert low**2 <= 2 <= high**2
    assert high - low < Fraction(1, 2**200)  # 256 bits, a few operations


@pytest.mark.parametrize("text", EQUAL_ONE)
def test_functions_of_constants_are_enclosed(text: str):
    low, high = polynomial(text)[()]
    assert low <= 1 <= high
    assert high - low < Fraction(1, 2**200)


def test_pi_is_enclosed():
    low, high = polynomial("pi")[()]
    digits = Fraction("3.14159265358979323846264338327950288419716939937510")
    assert low < high
    assert abs(low - digits) < Fraction(1, 10**49)
    assert abs(high - digits) < Fraction(1, 10**49)


def test_intervals_multiply_by_all_four_ends():
    """(1 − pi) and (pi − 4) have both signs; −1 ≤ the product ≤ …, from sympy to 40 digits."""
    low, high = polynomial("(1 - pi)*(pi - 4)*(x**2)")[((0, 2),)]
    value = Fraction(str(sympy.N((1 - sympy.pi) * (sympy.pi - 4), 40)))
    assert abs(low - value) < Fraction(1, 10**38)
    assert abs(high - value) < Fraction(1, 10**38)
    assert low <= high


# ---- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1/x", "denominator depends"),
        ("x/(x - x)", "cannot be told from 0"),
        ("x/(sin(pi))", "cannot be told from 0"),
        ("x*0/(exp(0) - 1)", "cannot be told from 0"),
        ("x**0.5", "the base"),
        ("x**-1", "the base"),
        ("(x - x)**-1", "cannot be told from 0"),
        ("2**x", "exponent depends"),
        ("x**pi", "not a rational"),
        ("exp(x)", "argument of exp"),
        ("sqrt(x)**2", "argument of sqrt"),
        ("0*exp(x)", "argument of exp"),
        ("0*log(0 - 1)", "not a finite number"),
        ("x + 0*log(0)", "not a finite number"),
        ("0*sqrt(-1)", "not a finite number"),
        ("tan(pi/2)", "not a finite number"),
        ("(-8)**(1/3)", "does not evaluate"),
        ("x**61", "degree exceeds"),
        ("(x**8)**8", "degree exceeds"),
        ("(x + y)**40*(x + y)**40", "degree exceeds"),
        ("exp(exp(exp(10)))*x", "too large|not a finite|bits"),
        ("(2 + 0*exp(0))**30000*x", "exponent"),
    ],
)
def test_what_is_no_polynomial_is_refused(text: str, says: str):
    with pytest.raises((NotPolynomial, InputError), match=says):  # the parser has its own bounds
        polynomial(text)


def test_the_highest_degree():
    assert len(polynomial(f"x**{MAX_DEGREE}")) == 1


@pytest.mark.parametrize(
    ("text", "terms"), [("(x + y + z)**50", 51 * 52 // 2), ("((x+1)*(y+1)*(z+1))**12", 13**3)]
)
def test_large_powers(text: str, terms: int):
    """In a second or so."""
    assert len(polynomial(text)) == terms


def test_too_many_terms_are_refused():
    with pytest.raises(NotPolynomial, match="terms"):
        polynomial("(((x + 1)*(y + 1)*(z + 1))**10)**2")
