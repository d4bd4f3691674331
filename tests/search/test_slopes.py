"""The search's forward derivatives against reverse ones, at points and in the boxes they give."""

import numpy as np
import pytest

from certificates.kernel.jacobian.derivative import Derivatives
from games.language.derivative import gradient
from games.language.evaluate import compile as compile_points
from games.language.expression import Graph, parse
from sgn.enclosures.intervals import compile_intervals
from sgn.enclosures.slopes import Slopes
from tests.helpers.expressions import VARIABLES
from tests.helpers.scale import examples
from tests.kernel.test_check_derivative import FIXED


@pytest.mark.parametrize("text", FIXED)
def test_first_and_second_derivatives_agree_with_reverse_ones(text: str) -> None:
    graph = Graph()
    nodes = {name: graph.variable(name) for name in VARIABLES}
    root = parse(text, graph, nodes, "test")
    slopes, variables = Slopes(graph), list(nodes.values())
    first = gradient(graph, root, variables)
    ours = [slopes.of(root, v) for v in variables]
    second = [node for each in first for node in gradient(graph, each, variables)]
    ours += [slopes.of(slopes.of(root, u), v) for u in variables for v in variables]
    at = np.random.default_rng(0).uniform(0.2, 2.5, (examples(50), len(variables)))
    wanted = compile_points(graph, [*first, *second], VARIABLES)(at)
    found = compile_points(graph, ours, VARIABLES)(at)
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9)  # both lose some digits


@pytest.mark.parametrize("text", FIXED)
def test_boxes_are_as_wide_as_those_of_the_checkers_derivatives(text: str) -> None:
    """Else a leaf that the search proves would be refused and proved again."""
    graph = Graph()
    nodes = {name: graph.variable(name) for name in VARIABLES}
    root = parse(text, graph, nodes, "test")
    slopes, checkers = Slopes(graph), Derivatives(graph)
    x, y, _ = nodes.values()
    low = np.random.default_rng(1).uniform(0.3, 1.5, (20, 3))
    for u, v in ((x, x), (x, y), (y, y)):
        pair = [slopes.of(slopes.of(root, u), v), checkers.of(checkers.of(root, u), v)]
        bottom, top = compile_intervals(graph, pair, list(VARIABLES))(low, low + 0.2)
        wide = top - bottom
        # 1e-12: their roundings differ where the formulas group otherwise
        np.testing.assert_allclose(wide[:, 0], wide[:, 1], rtol=1e-9, atol=1e-12)


def test_a_long_sum_needs_no_recursion() -> None:
    graph = Graph()
    total = x = graph.variable("x")
    for _ in range(5000):
        total = graph.apply("+", total, graph.apply("*", x, total))
    slopes = Slopes(graph)
    assert slopes.of(total, x) != slopes.zero
    assert slopes.of(graph.variable("y"), x) == slopes.zero
