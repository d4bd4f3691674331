"""The checker's intervals against 200-bit balls and known results: no miss, and tight."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from certificates.kernel.numbers.intervals import Interval, enclose
from games.language.expression import Graph, parse
from games.language.functions import FUNCTIONS
from tests.helpers.arb_oracle import EXACT, HUGE, LEAST, TINY, arb, inside, points, wide
from tests.helpers.scale import examples

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
NAMES = ("x", "y", "z")


def ends_of(text: str, *args: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """The checker's enclosure of the expression in x, y, z over boxes."""
    graph = Graph()
    names = {name: graph.variable(name) for name in NAMES}
    node = parse(text, graph, names, "test")
    boxes = {name: Interval(*ends) for name, ends in zip(NAMES, args, strict=False)}
    found = enclose(graph, [node], boxes)[0]
    size = args[0][0].shape if args else (1,)
    return np.broadcast_to(found.low, size), np.broadcast_to(found.high, size)


def _power(exponent: str) -> Callable[[Any], Any]:
    p, _, q = exponent.partition("/")
    if not q:
        return lambda a: a ** int(p)
    return lambda a: (a.log() * int(p) / int(q)).exp() if a > 0 else arb("nan")


def _log_sum_exp(*a: Any) -> Any:
    top = max(a, key=float)
    return top + sum(((each - top).exp() for each in a), arb(0)).log()


INTEGERS = ("-3", "-2", "-1", "0", "1", "2", "3", "4", "7", "20", "63")
RATIOS = ("1/2", "-3/2", "11/6", "-1/3", "1000/7")
UNARY: dict[str, Callable[..., Any]] = (
    {f"{name}(x)": function for name, function in EXACT.items()}
    | {f"x**({c})": _power(c) for c in (*INTEGERS, *RATIOS)}
    | {"-x": lambda a: -a}
)
SEVERAL: dict[str, Callable[..., Any]] = {
    "x + y": lambda a, b: a + b,
    "x - y": lambda a, b: a - b,
    "x*y": lambda a, b: a * b,
    "x/y": lambda a, b: a / b,
    "x**y": lambda a, b: (a.log() * b).exp() if a > 0 else arb("nan"),
    "logsumexp(x)": _log_sum_exp,
    "logsumexp(x, y)": _log_sum_exp,
    "logsumexp(x, y, z)": _log_sum_exp,
}
PRIMITIVES = UNARY | SEVERAL


def defined(text: str, low: list[Floats], high: list[Floats]) -> Bools:
    """Whether the function is smooth on all of each box, by its domain in the table."""
    positive, everywhere = low[0] > 0, np.ones(len(low[0]), dtype=bool)
    if text == "x**y" or ("/" in text and text.startswith("x**")):
        return np.asarray(positive)
    above = above_of(text)
    if above is not None:
        return np.asarray(low[0] > above)
    divisor = {"x/y": 1, "x**(-1)": 0, "x**(-2)": 0, "x**(-3)": 0}.get(text)
    if divisor is not None:
        return np.asarray((low[divisor] > 0) | (high[divisor] < 0))
    return everywhere  # tan has poles that no float hits: see test_tangent_*


def above_of(text: str) -> int | None:
    """Where the domain of the function of a text begins, if it does."""
    row = FUNCTIONS.get(text.partition("(")[0])
    return None if row is None else row.above


def arguments(text: str) -> int:
    """How many of x, y, z the expression takes."""
    return sum(name in text.replace("exp", "") for name in NAMES)


def misses(text: str, inner: list[Floats], low: Floats, high: Floats) -> Iterator[tuple[Any, ...]]:
    """Points whose exact value lies outside for certain; where nothing is known, none."""
    exact = PRIMITIVES[text]
    known = np.flatnonzero(~np.isnan(low) & ~np.isnan(high))
    rows = zip(*(a[known].tolist() for a in (low, high, *inner)), strict=True)
    for below, above, *point in rows:
        value = exact(*map(arb, point))
        if value.is_nan() or value < arb(below) or value > arb(above) or below > above:
            yield (below, above, *point)


def check(text: str, low: list[Floats], high: list[Floats], inner: list[list[Floats]]) -> None:
    result = ends_of(text, *zip(low, high, strict=True))
    known = ~np.isnan(result[0]) & ~np.isnan(result[1])
    assert not (known & ~defined(text, low, high)).any()
    for each in inner:
        assert list(misses(text, each, *result)) == []


def fuzz(text: str, rng: np.random.Generator, count: int) -> None:
    """Points, then intervals with three points inside each."""
    n = arguments(text)
    at = [rng.permutation(points(rng, 5 * (count // 5 + 1)))[:count] for _ in range(n)]
    size = min(map(len, at))
    at = [a[:size] for a in at]
    check(text, at, at, [at])
    spans = [wide(rng, a) for a in at]
    low, high = [a for a, _ in spans], [b for _, b in spans]
    inner = [[inside(rng, a, b) for a, b in spans] for _ in range(3)]
    check(text, low, high, inner)


@pytest.mark.parametrize("text", PRIMITIVES)
def test_primitives_contain_the_exact_values(text: str, rng: np.random.Generator) -> None:
    """Of 100,000 points and as many intervals under `make stress`."""
    fuzz(text, rng, examples(1000))


@pytest.mark.parametrize("text", PRIMITIVES)
def test_something_is_known_of_moderate_arguments(text: str, rng: np.random.Generator) -> None:
    size = 200
    low = [rng.uniform(0.01, 1.2, size) for _ in range(arguments(text))]
    high = [a + rng.uniform(0, 0.3, size) for a in low]
    assert all(np.isfinite(end).all() for end in ends_of(text, *zip(low, high, strict=True)))


@pytest.mark.parametrize("text", PRIMITIVES)
@pytest.mark.parametrize("low", [math.nan, -math.inf, 0.5])
@pytest.mark.parametrize("high", [math.nan, math.inf])
def test_what_is_not_known_stays_so(text: str, low: float, high: float) -> None:
    ends = (np.array([low]), np.array([high]))
    other = (np.array([0.5]), np.array([0.75]))
    n = arguments(text)
    for place in range(n):
        args = [other] * n
        args[place] = ends
        found = ends_of(text, *args)
        if math.isnan(low) or math.isnan(high):
            assert np.isnan(found).any()
        else:
            inner = [a.clip(-HUGE, HUGE) for a, _ in args]
            assert list(misses(text, inner, *found)) == []


UNDEFINED = ("log(x)", "sqrt(x)", "1/x", "tan(3*x)", "log1p(2*x)", "x**0.5", "x**x", "x**pi")
# fmt: off
HIDING = (
    "0*{0}", "{0}**0", "{0}**1", "{0} - {0}", "exp(-{0}**2)", "1/(1 + {0}**2)", "tanh({0})",
    "atan({0})", "cosh({0})", "sin({0})", "cos({0})", "logsumexp(1, {0})", "1**{0}", "0/{0}",
    "logistic({0})", "softplus({0})", "({0}**2)**0", "sqrt(1 + {0}**2)", "-{0}", "{0}*0 + x",
)
# fmt: on


@pytest.mark.parametrize("inner", UNDEFINED)
@pytest.mark.parametrize("outer", HIDING)
def test_undefined_parts_cannot_be_hidden(inner: str, outer: str) -> None:
    text = outer.format(f"({inner})")
    found = ends_of(text, (np.array([-1.0]), np.array([1.0])))
    assert np.isnan(found).any(), text


# The poles of tan, and turning points of sin and cos: floats beside k·π/2, exactly placed.


def beside_turns(rng: np.random.Generator, size: int) -> tuple[Floats, Floats]:
    """Neighbouring floats with k·π/2 between them, |k| ≤ 10^12."""
    k = np.concatenate([np.arange(-50, 50), np.rint(10 ** rng.uniform(1, 12, size))])
    low = np.array([_below(arb(int(each)) * arb.pi() / 2) for each in k if each])
    return low, np.nextafter(low, np.inf)


def _below(value: Any) -> float:
    near = float(value)
    return near if arb(near) < value else math.nextafter(near, -math.inf)


def test_turning_points_between_neighbours_are_seen(rng: np.random.Generator) -> None:
    low, high = beside_turns(rng, examples(200))
    bottom = np.stack([ends_of(f"{name}(x)", (low, high))[0] for name in ("sin", "cos")])
    top = np.stack([ends_of(f"{name}(x)", (low, high))[1] for name in ("sin", "cos")])
    # at k·π/2 one of sin and cos is 1 or −1; the ends alone fall short of it or just reach it
    assert ((bottom <= -1) | (top >= 1)).any(axis=0).all()
    for k, name in enumerate(("sin", "cos")):
        for inner in (low, high):
            assert list(misses(f"{name}(x)", [inner], bottom[k], top[k])) == []


def test_poles_of_the_tangent_are_seen(rng: np.random.Generator) -> None:
    low, high = beside_turns(rng, examples(200))
    found = ends_of("tan(x)", (low, high))
    pole = np.array([arb(v).cos() * arb(w).cos() < 0 for v, w in zip(low, high, strict=True)])
    assert pole.sum() > 40
    assert np.isnan(found)[:, pole].all()
    assert np.isfinite(found)[:, ~pole].all()


def test_no_interval_across_a_pole_is_known(rng: np.random.Generator) -> None:
    low = rng.uniform(-1e6, 1e6, examples(300))
    high = low + 10 ** rng.uniform(-3, 1, len(low))
    pole = np.floor(low / np.pi + 0.5) < np.floor(high / np.pi + 0.5)
    assert np.isnan(ends_of("tan(x)", (low, high)))[:, pole].all()


# Tightness of thin arguments, in units of the spacing of the larger end.

LIMITS = {"x**y": 40} | {f"x**({n})": 4 + 4 * abs(int(n)) for n in INTEGERS if abs(int(n)) > 1}


@pytest.mark.parametrize("text", PRIMITIVES)
def test_thin_arguments_give_thin_results(text: str, rng: np.random.Generator) -> None:
    at = [rng.uniform(0.1, 1.4, 500) for _ in range(arguments(text))]
    low, high = ends_of(text, *((a, a) for a in at))
    # a rounding and a nextafter each way; n − 1 products for xⁿ; x**y goes by floats of log and ·
    limit = LIMITS.get(text, 4)
    assert (high - low <= limit * np.spacing(np.maximum(np.abs(low), np.abs(high)))).all()


@pytest.mark.parametrize("text", [t for t in UNARY if t.partition("(")[0] in EXACT])
def test_functions_of_tiny_and_large_arguments_are_tight(text: str) -> None:
    at = np.array([LEAST, TINY, 1e-300, 1e-16, 1e-8, 30.0, 200.0, 700.0])
    if above_of(text) is None:
        at = np.concatenate([-at, at])
    low, high = ends_of(text, (at, at))
    assert (high - low <= 4 * np.spacing(np.maximum(np.abs(low), np.abs(high)))).all()


def test_pi_is_enclosed() -> None:
    low, high = (float(end[0]) for end in ends_of("pi"))
    assert arb(low) < arb.pi() < arb(high)
    assert high - low <= 4 * math.ulp(3.0)


# Cases with known results.

CASES = [
    line
    for line in (Path(__file__).parents[1] / "data/interval_cases.txt").read_text().splitlines()
    if not line.startswith("#")
]


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 150


@pytest.mark.parametrize("case", CASES)
def test_cases_with_known_results(case: str) -> None:
    text, given, expected = case.split(";")
    values = [float.fromhex(each) for each in given.split()]
    pairs = zip(values[::2], values[1::2], strict=True)
    found = ends_of(text.strip(), *((np.array([a]), np.array([b])) for a, b in pairs))
    low, high = (float(end[0]) for end in found)
    bottom, top = (float.fromhex(each) for each in expected.split())
    if math.isnan(bottom):
        assert math.isnan(low) or math.isnan(high)
        return
    if math.isnan(low) or math.isnan(high):  # beyond the largest float
        assert math.isinf(bottom) or math.isinf(top)
        return
    assert low <= bottom
    assert top <= high
    # at most 16 steps of nextafter each way: x**10 takes 4 products, a negative power one more
    assert low >= bottom - 16 * math.ulp(bottom) or math.isinf(bottom)
    assert high <= top + 16 * math.ulp(top)
