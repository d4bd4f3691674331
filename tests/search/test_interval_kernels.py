"""Compiled interval kernels: containment of precise values, what is not defined, batches."""

import pickle
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from games import catalogue
from games.errors import InputError
from games.language.derivative import gradient
from games.language.evaluate import compile
from games.language.expression import Graph, parse
from games.symbolic import SymbolicGame
from sgn.enclosures.intervals import compile_intervals
from tests.helpers.expressions import VARIABLES, Undefined, mpmath, precise, texts
from tests.helpers.scale import examples


def kernel_of(text: str) -> tuple[Graph, list[int]]:
    """The graph of an expression, with the nodes of it and of its derivatives to order 2."""
    graph = Graph()
    names = {name: graph.variable(name) for name in VARIABLES}
    try:
        node = parse(text, graph, names, "cost")
    except InputError:  # a constant zero as divisor, or a constant exponent too large
        reject()
    first = gradient(graph, node, list(names.values()))
    second = [entry for row in first for entry in gradient(graph, row, list(names.values()))]
    return graph, [node, *first, *second]


sides = st.tuples(st.integers(3, 40), st.integers(0, 64), st.floats(0, 1)).map(
    lambda s: (s[0] / 16, s[1] / 256, s[2])
)


@settings(max_examples=examples(300))
@given(texts, st.tuples(sides, sides, sides))
def test_kernels_contain_precise_values(
    text: str, box: Sequence[tuple[float, float, float]]
) -> None:
    graph, outputs = kernel_of(text)
    low = np.array([[a for a, _, _ in box]])
    width = np.array([[w for _, w, _ in box]])
    point = np.clip(low + width * [share for _, _, share in box], low, low + width)
    try:
        with mpmath.workdps(60):
            exact = precise(graph, outputs, dict(zip(VARIABLES, point[0].tolist(), strict=True)))
    except Undefined:
        assume(False)
    below, above = compile_intervals(graph, outputs, VARIABLES)(low, low + width)
    for value, a, b in zip(exact, below[0].tolist(), above[0].tolist(), strict=True):
        # The exact value is known to 60 digits less some cancellation; ends are apart by 1e-16.
        assert a <= value * (1 + mpmath.mpf(10) ** -20) or a <= value * (1 - mpmath.mpf(10) ** -20)
        assert b >= value * (1 - mpmath.mpf(10) ** -20) or b >= value * (1 + mpmath.mpf(10) ** -20)


SYMBOLIC = [name for name in catalogue.names() if isinstance(catalogue.load(name), SymbolicGame)]


@pytest.mark.parametrize("name", SYMBOLIC)
def test_jacobians_of_the_catalogue_lie_in_their_enclosures(
    name: str, rng: np.random.Generator
) -> None:
    game = catalogue.load(name)
    assert isinstance(game, SymbolicGame)
    assert game.region is not None
    names = [variable for player in game.players for variable in player.variables]
    outputs = [node for row in game.jacobian_nodes for node in row]
    centres = game.region.sample(rng, 200)
    low, high = game.region.floats()
    radius = (high - low) * 10 ** rng.uniform(-6, -1, (200, 1))
    below, above = np.maximum(centres - radius, low), np.minimum(centres + radius, high)
    lower, upper = compile_intervals(game.graph, outputs, names)(below, above)
    assert np.isfinite(lower).all()
    assert np.isfinite(upper).all()
    program = compile(game.graph, outputs, names)
    for _ in range(5):
        values = program(below + (above - below) * rng.random(below.shape))
        # Float evaluation of a few hundred operations without harsh cancellation errs by less.
        error = 1e-11 * (1 + np.abs(values))
        assert (lower - error <= values).all()
        assert (values <= upper + error).all()


def test_an_undefined_operation_is_never_forgotten() -> None:
    """Functions with a bounded range could hide that their argument is not defined."""
    graph = Graph()
    x = graph.variable("x")
    bad = graph.apply("log", x)
    bounded = [graph.apply(f, bad) for f in ("tanh", "logistic", "sin", "cos", "atan", "exp")]
    zero = graph.constant(Fraction(0))
    outputs = [
        *bounded,
        graph.apply("**", bad, zero),
        graph.apply("**", graph.apply("/", x, x), graph.constant(Fraction(2))),
        graph.apply("logsumexp", bounded[0], x),
    ]
    low, high = compile_intervals(graph, outputs, ["x"])(np.array([[-1.0]]), np.array([[1.0]]))
    assert (low == -np.inf).all()
    assert (high == np.inf).all()


def test_not_a_number_is_the_whole_line() -> None:
    graph = Graph()
    outputs = [graph.variable("x"), graph.apply("exp", graph.variable("x"))]
    kernel = compile_intervals(graph, outputs, ["x"])
    low, high = kernel(np.array([[np.nan]]), np.array([[np.nan]]))
    assert low.tolist() == [[-np.inf, 0.0]]
    assert high.tolist() == [[np.inf, np.inf]]


def test_batches_do_not_matter_and_kernels_travel(rng: np.random.Generator) -> None:
    """Constants, repeated outputs and plain variables among them; pickled for other processes."""
    graph = Graph()
    names = {name: graph.variable(name) for name in VARIABLES}
    node = parse("x*y/3 + sin(z)**3 - 2*pi*exp(x)**0.3", graph, names, "cost")
    outputs = [node, names["y"], graph.constant(Fraction(1, 3)), node]
    kernel = pickle.loads(pickle.dumps(compile_intervals(graph, outputs, VARIABLES)))
    low = rng.normal(size=(5000, 3))
    high = low + rng.random((5000, 3))
    lower, upper = kernel(low, high)
    for k in (0, 2047, 2048, 4999):
        one_low, one_high = kernel(low[k : k + 1], high[k : k + 1])
        assert one_low[0].tolist() == lower[k].tolist()
        assert one_high[0].tolist() == upper[k].tolist()


def test_misuse_is_told() -> None:
    graph = Graph()
    x = graph.variable("x")
    with pytest.raises(ValueError, match="'x'"):
        compile_intervals(graph, [x], ["y"])
    with pytest.raises(ValueError, match="shape"):
        compile_intervals(graph, [x], ["x"])(np.zeros((2, 2)), np.zeros((2, 2)))
