"""Affine forms of search and checker: every operation holds what arb computes, point by point."""

from fractions import Fraction
from typing import Any

import flint
import numpy as np
import pytest

from certificates.kernel.jacobian.forms import Value, enclose_forms
from certificates.kernel.numbers.affine import Form
from certificates.kernel.numbers.intervals import Interval
from games.language.functions import FUNCTIONS
from games.language.graph import Graph
from sgn.enclosures.moving import Moving, MovingKernel, met
from tests.helpers.scale import examples

POWERS = [Fraction(p) for p in (-3, -1, 0, 1, 2, 3, 4)] + [Fraction(1, 2), Fraction(-5, 3)]
OPERATIONS = [
    *("+", "-", "*", "/", "**", "neg", "square"),
    *FUNCTIONS,
    *(f"**{power}" for power in POWERS),
]
COUNT, MOVES = 40, 3  # forms of one operation, and their moves
BITS = 400


def node_of(graph: Graph, name: str, x: int, y: int) -> int:
    """An operation on two nodes, or on the first."""
    if name in ("+", "-", "*", "/", "**", "logsumexp"):
        return graph.apply(name, x, y)
    if name == "square":
        return graph.apply("*", x, x)
    if name.startswith("**"):
        return graph.apply("**", x, graph.constant(Fraction(name[2:])))
    return graph.apply(name, x)


def value_of(name: str, x: Any, y: Any) -> Any:
    """The same of balls; None where it is not defined."""
    match name:
        case "+":
            return x + y
        case "-":
            return x - y
        case "*":
            return x * y
        case "/":
            return x / y
        case "**":
            return (x.log() * y).exp()
        case "neg":
            return -x
        case "square":
            return x * x
        case "logsumexp":
            return FUNCTIONS[name].value(x, y)
    if name.startswith("**"):
        power = Fraction(name[2:])
        if power.denominator == 1:
            return x ** int(power)
        return (x.log() * flint.fmpq(power.numerator, power.denominator)).exp()
    return FUNCTIONS[name].value(x)


def random_forms(rng: np.random.Generator, count: int) -> tuple[Any, Any]:
    """Terms (count, 1 + MOVES) and doubts, of many sizes; some of the moves and doubts are 0."""
    size = 10.0 ** rng.uniform(-3, 1.5, count)
    size = np.where(rng.random(count) < 0.1, 10.0 ** rng.uniform(-300, 300, count), size)
    width = size * 10.0 ** rng.choice([-17, -9, -3, -1, -0.3], count)
    terms = width[:, None] * rng.uniform(-1, 1, (count, 1 + MOVES))
    terms *= rng.random((count, 1 + MOVES)) < 0.8
    terms[:, 0] = size * rng.choice([1, 1, 1, -1], count)
    return terms, width * rng.random(count) * (rng.random(count) < 0.6)


def exactly(terms: Any, doubt: float, at: Any, off: float) -> Fraction:
    moved = sum(Fraction(a) * Fraction(t) for a, t in zip(terms.tolist(), [1.0, *at], strict=True))
    return moved + Fraction(float(doubt)) * Fraction(off)


def ball(value: Fraction) -> Any:
    return flint.arb(flint.fmpq(value.numerator, value.denominator))


def by_checker(name: str, x: Any, y: Any) -> tuple[Any, Any, Any, Any]:
    """Terms, doubts and ranges of the operation on forms, as the checker has them."""
    wide = Interval(np.full(len(x[1]), -np.inf), np.full(len(x[1]), np.inf))
    graph = Graph()
    node = node_of(graph, name, graph.variable("x"), graph.variable("y"))
    with np.errstate(all="ignore"):
        boxes = {key: Value.meeting(Form(*form), wide) for key, form in (("x", x), ("y", y))}
    [found] = enclose_forms(graph, [node], boxes)
    terms = np.zeros((len(x[1]), 1 + MOVES))
    terms[:, : found.form.part.shape[1]] = found.form.part
    return terms, found.form.rad + 0 * x[1], found.range.low, found.range.high


def by_search(name: str, x: Any, y: Any) -> tuple[Any, Any, Any, Any]:
    """As the search has them."""
    wide = np.full((2, len(x[1])), np.inf)
    graph = Graph()
    nodes = [graph.variable("x"), graph.variable("y")]
    node = node_of(graph, name, *nodes)
    kernel = MovingKernel(graph, [node], ["x", "y"], [0, 1])
    with np.errstate(all="ignore"):
        given = [met((form[0].T, form[1]), wide) for form in (x, y)]
        found = kernel.on(dict(zip(nodes, given, strict=True)))[0]
    assert isinstance(found, Moving)
    terms = np.zeros((len(x[1]), 1 + MOVES))
    terms[:, : len(found.terms)] = found.terms.T
    low, high = (np.broadcast_to(end, x[1].shape) for end in (-found.range[0], found.range[1]))
    return terms, np.broadcast_to(found.doubt, x[1].shape), low, high


@pytest.mark.parametrize("enclosed", [by_checker, by_search])
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_holds_its_values(
    name: str, enclosed: Any, rng: np.random.Generator
) -> None:
    count = examples(COUNT)
    known = 0
    for start in range(0, count, 400):
        size = min(400, count - start)
        x, y = random_forms(rng, size), random_forms(rng, size)
        terms, doubt, low, high = enclosed(name, x, y)
        at = rng.choice([-1.0, -0.5, 0.0, 0.25, 1.0], (size, MOVES))
        off = rng.choice([-1.0, 0.0, 0.5, 1.0], (size, 2))
        for k in np.flatnonzero(np.isfinite(terms).all(axis=1) & np.isfinite(doubt)).tolist():
            known += 1
            values = [exactly(f[0][k], f[1][k], at[k], off[k, i]) for i, f in enumerate((x, y))]
            with flint.ctx.workprec(BITS):
                value = value_of(name, *map(ball, values))
                if not value.is_finite():  # a form says that it is defined; arb overflowed
                    assert FUNCTIONS[name].is_total
                    continue
                missed = abs(value - ball(exactly(terms[k], 0.0, at[k], 0.0)))
                assert not missed > flint.arb(float(doubt[k])), (x[0][k], y[0][k])
                assert not value < flint.arb(float(low[k]))
                assert not value > flint.arb(float(high[k]))
    assert known > count / 4


@pytest.mark.parametrize("enclosed", [by_checker, by_search])
@pytest.mark.parametrize("name", ["log", "sqrt", "log1p", "tan", "/", "**-1", "**1/2", "**"])
def test_what_may_not_be_defined_has_no_form(name: str, enclosed: Any) -> None:
    """Moves that cancel in the value, not in the form, reach out of the domain."""
    terms = np.array([[0.5, 0.4, 0.3, 0.9], [-1.5, 1.0, 0.6, 0.1]])
    found = enclosed(name, (terms, np.zeros(2)), (terms, np.zeros(2)))
    assert not np.isfinite(found[0][1] + found[1][1]).all()
