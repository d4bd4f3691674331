"""Intervals: containment against exact rationals and 200-bit balls, tightness."""

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from games.language.functions import FUNCTIONS
from sgn.enclosures.intervals import Intervals, pack, unpack
from sgn.enclosures.intervals import arithmetic as ia
from sgn.enclosures.intervals import functions as fn
from tests.helpers.arb_oracle import EXACT, HUGE, LEAST, TINY, arb, inside, misses, points, wide
from tests.helpers.expressions import UNARY
from tests.helpers.scale import SCALE, examples

Floats = NDArray[np.float64]
Ends = tuple[float, float]

finite = st.floats(allow_nan=False, allow_infinity=False)
ordinary = st.floats(-1e3, 1e3)
special = st.sampled_from([0.0, 1.0, -1.0, 0.1, LEAST, -LEAST, TINY, 2 * TINY, HUGE, -HUGE])
numbers = st.one_of(ordinary, finite, special)
intervals = st.tuples(numbers, numbers).map(lambda ends: (min(ends), max(ends)))
ratios = st.fractions().filter(bool)


def one(ends: Ends) -> Intervals:
    return pack(np.array(ends[:1]), np.array(ends[1:]))


def run(operation: Callable[..., Intervals], *args: Intervals) -> tuple[Floats, Floats]:
    with np.errstate(all="ignore"):
        return unpack(operation(*args))


def ends_of(operation: Callable[..., Intervals], *args: Ends) -> Ends:
    low, high = run(operation, *(one(ends) for ends in args))
    return float(low[0]), float(high[0])


def samples(ends: Ends, share: float) -> list[Fraction]:
    """Both ends, a point between, and 0 where it lies inside: exactly."""
    low, high = Fraction(ends[0]), Fraction(ends[1])
    return [low, high, low + (high - low) * Fraction(share), min(max(low, Fraction(0)), high)]


# + − * / and powers, against exact rationals.

BINARY = {
    "add": (ia.add, operator.add),
    "subtract": (ia.subtract, operator.sub),
    "multiply": (ia.multiply, operator.mul),
    "divide": (ia.divide, operator.truediv),
}


@pytest.mark.parametrize("name", BINARY)
@settings(max_examples=examples(300))
@given(intervals, intervals, st.floats(0, 1), st.floats(0, 1))
def test_binary_operations_contain_the_exact_values(
    name: str, x: Ends, y: Ends, s: float, t: float
) -> None:
    operation, exact = BINARY[name]
    low, high = ends_of(operation, x, y)
    for a in samples(x, s):
        for b in samples(y, t):
            if b or name != "divide":
                assert low <= exact(a, b) <= high


@settings(max_examples=examples(300))
@given(intervals, st.one_of(st.integers(-40, 40), st.integers(-1001, 1001)), st.floats(0, 1))
def test_integer_powers_contain_the_exact_values(x: Ends, exponent: int, share: float) -> None:
    low, high = ends_of(lambda a: ia.integer_power(a, exponent), x)
    for a in samples(x, share):
        if a or exponent >= 0:
            assert low <= a**exponent <= high


@settings(max_examples=examples(300))
@given(intervals, ratios, st.floats(0, 1))
def test_exact_factors_contain_the_exact_values(x: Ends, factor: Fraction, share: float) -> None:
    low, high = ends_of(ia.scale(factor), x)
    assert all(low <= a * factor <= high for a in samples(x, share))


@settings(max_examples=examples(200))
@given(ratios)
def test_constants_are_enclosed_between_neighbours(value: Fraction) -> None:
    low, high = (float(end[0]) for end in unpack(ia.enclosure(value)))
    assert low <= value <= high
    assert high <= math.nextafter(low, math.inf)


@pytest.mark.stress
@pytest.mark.parametrize("name", BINARY)
def test_binary_operations_at_many_floats(name: str, rng: np.random.Generator) -> None:
    operation, exact = BINARY[name]
    x, y = points(rng, 100_000), points(rng, 100_000)
    size = min(len(x), len(y))
    x, y = rng.permutation(x)[:size], rng.permutation(y)[:size]
    ends = run(operation, pack(x, x), pack(y, y))
    columns = (x.tolist(), y.tolist(), *(end.tolist() for end in ends))
    for a, b, low, high in zip(*columns, strict=True):
        if b or name != "divide":
            assert low <= exact(Fraction(a), Fraction(b)) <= high


@pytest.mark.parametrize("factor", [Fraction(0), Fraction(2) ** 1001, Fraction(1, 2**1000)])
def test_extreme_factors_are_refused(factor: Fraction) -> None:
    with pytest.raises(ValueError, match="factor"):
        ia.scale(factor)


# Functions, against balls of 200 bits.

ENCLOSED: dict[str, Callable[[Intervals], Intervals]] = {
    name: partial(fn.enclosed, name) for name in UNARY
}
EXPONENTS = [Fraction(1, 2), Fraction(-3, 2), Fraction(11, 6), Fraction(-1, 3), Fraction(1000, 7)]


def power_of(exponent: Fraction) -> Callable[[Any], Any]:
    ratio = arb(exponent.numerator) / exponent.denominator
    return lambda a: a**ratio if a > 0 else arb("nan")


PRIMITIVES = {name: (ENCLOSED[name], EXACT[name]) for name in UNARY} | {
    f"power {c}": ((lambda x, c=c: fn.rational_power(x, c)), power_of(c)) for c in EXPONENTS
}


def check_primitive(name: str, rng: np.random.Generator, count: int) -> None:
    function, exact = PRIMITIVES[name]
    x = points(rng, count)
    assert misses(exact, x, *run(function, pack(x, x))) == []
    low, high = wide(rng, x)
    ends = run(function, pack(low, high))
    for _ in range(2):
        assert misses(exact, inside(rng, low, high), *ends) == []


@pytest.mark.parametrize("name", PRIMITIVES)
def test_functions_contain_the_exact_values(name: str, rng: np.random.Generator) -> None:
    check_primitive(name, rng, 1000)


@pytest.mark.stress
@pytest.mark.parametrize("name", PRIMITIVES)
def test_functions_at_many_points_and_intervals(name: str, rng: np.random.Generator) -> None:
    check_primitive(name, rng, 100_000)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_logsumexp_contains_the_exact_values(count: int, rng: np.random.Generator) -> None:
    size = 2000 * (50 if SCALE > 1 else 1)
    scales = 10 ** rng.uniform(-8, 3, (1, size))
    a = rng.uniform(-1, 1, (count, size)) * scales + rng.choice([0.0, -0.7, 700.0], size)
    width = rng.choice([0.0, 1.0], size) * scales[0]
    low, high = run(fn.logsumexp, *(pack(row, row + width) for row in a))
    for k in range(size):
        top = max(a[:, k])
        shifts = [(arb(v) - arb(top)).exp() for v in a[:, k]]
        value = arb(top) + sum(shifts, arb(0)).log()
        assert not value < arb(low[k])
        assert not value > arb(high[k])


def test_pi_is_enclosed_between_neighbours() -> None:
    low, high = (float(end[0]) for end in unpack(fn.pi()))
    assert arb(low) < arb.pi() < arb(high)
    assert high == math.nextafter(low, 4)


@settings(max_examples=examples(100))
@given(st.floats(0.01, 20), st.floats(0, 5), st.floats(-5, 5), st.floats(0, 1), st.floats(0, 1))
def test_general_powers_contain_the_exact_values(
    base: float, width: float, exponent: float, s: float, t: float
) -> None:
    low, high = ends_of(fn.power, (base, base + width), (exponent, exponent + width))
    a, b = (arb(v + width * share) for v, share in ((base, s), (exponent, t)))
    a, b = min(a, arb(base + width)), min(b, arb(exponent + width))
    assert not a**b < arb(low)
    assert not a**b > arb(high)


# Tightness: thin arguments give a few ulp, wide ones the range.


@pytest.mark.parametrize("name", PRIMITIVES)
def test_thin_arguments_give_thin_results(name: str, rng: np.random.Generator) -> None:
    x = rng.uniform(0.1, 1.4, 1000)
    low, high = run(PRIMITIVES[name][0], pack(x, x))
    # Each end is raised by its error + 2u, then rounded. A spacing is more than u. The margin of
    # cos is relative to 1, and cos 1.4 > 1/6.
    spacing = np.spacing(np.maximum(np.abs(low), np.abs(high)))
    # 1000/7 lies between floats 2^-45 apart, and their powers of 0.1 by 2.4 times that, relatively.
    limits = {row.name: 2 * row.error + 7 for row in FUNCTIONS.values()}
    limits |= {"cos": 220, "power 1000/7": 700}
    limit = limits.get(name, 39)
    assert (high - low <= limit * spacing).all()


@pytest.mark.parametrize(
    ("name", "argument", "expected"),
    [
        ("sin", (1.0, 2.0), (math.sin(1), 1.0)),
        ("sin", (-2.0, 2.0), (-1.0, 1.0)),
        ("sin", (1e30, 1e30), (-1.0, 1.0)),
        ("cos", (-0.1, 0.2), (math.cos(0.2), 1.0)),
        ("cos", (3.0, 4.0), (-1.0, math.cos(4))),
        ("tan", (-1.0, 1.0), (-math.tan(1), math.tan(1))),
        ("tan", (1.5, 1.6), (-math.inf, math.inf)),
        ("cosh", (-1.0, 0.5), (1.0, math.cosh(1))),
        ("exp", (-1e9, 1e9), (0.0, math.inf)),
        ("exp", (1e3, 1e3), (HUGE, math.inf)),
        ("tanh", (-1e9, 1e9), (-1.0, 1.0)),
        ("logistic", (-1e9, 1e9), (0.0, 1.0)),
        ("softplus", (-1e9, 1e9), (0.0, 1e9)),
        ("sqrt", (0.0, 4.0), (0.0, 2.0)),
        ("sqrt", (-LEAST, 4.0), (-math.inf, math.inf)),
        ("log", (1.0, 1.0), (0.0, 0.0)),
        ("log", (0.0, 1.0), (-math.inf, math.inf)),
        ("log1p", (-1.0, 1.0), (-math.inf, math.inf)),
    ],
)
def test_ranges(name: str, argument: Ends, expected: Ends) -> None:
    # a few ulp of each end, and of 1
    assert ends_of(ENCLOSED[name], argument) == pytest.approx(expected, rel=1e-14, abs=1e-14)


def test_even_powers_are_tight_and_not_negative() -> None:
    low, high = ends_of(lambda a: ia.integer_power(a, 2), (-1.0, 2.0))
    assert low == 0.0
    assert high == math.nextafter(4.0, 5.0)


def test_division_by_an_interval_round_zero_says_nothing() -> None:
    assert ends_of(ia.divide, (1.0, 2.0), (0.0, 1.0)) == (-math.inf, math.inf)
