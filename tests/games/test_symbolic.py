"""Symbolic games: exact derivatives against sympy and differences, evaluation, structure, input."""

import pickle
import time
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from games.errors import InputError
from games.game import Structure
from games.language import sympy_bridge
from games.language.derivative import gradient
from games.language.evaluate import compile
from games.language.expression import Graph, parse, to_text
from games.language.functions import FUNCTIONS
from games.language.number import parse_number
from games.regions.shapes import Box
from games.symbolic import SymbolicGame
from tests.helpers.expressions import (
    DIGITS,
    PRECISE,
    UNARY,
    VARIABLES,
    Undefined,
    mpmath,
    points,
    precise,
    texts,
)
from tests.helpers.scale import examples

Point = tuple[float, ...]


def read(text: str) -> tuple[Graph, int, list[int]]:
    graph = Graph()
    names = {name: graph.variable(name) for name in VARIABLES}
    try:
        return graph, parse(text, graph, names, "cost"), list(names.values())
    except InputError:  # a constant zero as divisor, or a constant exponent too large
        reject()


def precise_at(graph: Graph, outputs: list[int], point: Mapping[str, Any]) -> list[Any]:
    try:
        return precise(graph, outputs, dict(point))
    except Undefined:
        reject()


def both_orders(graph: Graph, node: int, variables: list[int]) -> list[int]:
    first = gradient(graph, node, variables)
    return first + [entry for row in first for entry in gradient(graph, row, variables)]


@settings(max_examples=examples(400))
@given(texts, points)
def test_derivatives_are_those_of_sympy(text: str, point: Point) -> None:
    compare_with_sympy(text, point)


OPERATIONS = [
    "x/y",
    "x*x/2 + y/1",
    "x**y",
    "x**-3*y**0.5",
    "(x*y)**(y + z)",
    "logsumexp(x, x*y, z)",
    "3 - -x*y",
]
OPERATIONS += [f"{function}(x*y - z/4)" for function in UNARY]


@pytest.mark.parametrize("text", OPERATIONS)
def test_derivatives_of_each_operation_are_those_of_sympy(text: str) -> None:
    compare_with_sympy(text, (0.75, 1.5, 0.625))


def compare_with_sympy(text: str, point: Point) -> None:
    graph, node, variables = read(text)
    symbols = [sympy.Symbol(name) for name in VARIABLES]
    cost = sympy_bridge.to_sympy(graph, node)
    if cost.has(sympy.zoo, sympy.nan, sympy.I):
        reject()
    with mpmath.workdps(DIGITS):
        derivatives = both_orders(graph, node, variables)
        at = dict(zip(VARIABLES, point, strict=True))
        ours = precise_at(graph, [node, *derivatives], at)
        first = [sympy.diff(cost, a) for a in symbols]
        theirs = [cost, *first, *(sympy.diff(d, b) for d in first for b in symbols)]
        values = sympy.lambdify(symbols, theirs, "mpmath")(*map(mpmath.mpf, point))
        for mine, oracle in zip(ours, values, strict=True):
            # Both in 60 digits. Ours has no intermediate value beyond 1e±8, sympy's own form of
            # the same derivative may lose more: half of the digits are left for that.
            assert abs(mine - oracle) <= mpmath.mpf("1e-30") * (1 + abs(oracle))


@settings(max_examples=examples(600))
@given(texts, points, st.integers(0, 2))
def test_derivatives_are_limits_of_differences(text: str, point: Point, axis: int) -> None:
    graph, node, variables = read(text)
    first = gradient(graph, node, variables)
    second = gradient(graph, first[0], variables)
    with mpmath.workdps(DIGITS):
        at: dict[str, Any] = dict(zip(VARIABLES, map(mpmath.mpf, point), strict=True))
        exact = precise_at(graph, [first[axis], second[axis]], at)
        h = mpmath.mpf("1e-20")
        ends = [
            precise_at(graph, [node, first[0]], at | {VARIABLES[axis]: at[VARIABLES[axis]] + step})
            for step in (h, -h)
        ]
        for k in range(2):
            difference = (ends[0][k] - ends[1][k]) / (2 * h)
            # Truncation is h²/6 = 1e-41 times the third derivative, rounding 1e-60/h = 1e-40 times
            # the value; both leave room for factors of 1e25.
            assert abs(difference - exact[k]) <= mpmath.mpf("1e-15") * (1 + abs(exact[k]))


@settings(max_examples=examples(500))
@given(texts, points)
def test_each_operation_is_evaluated_to_the_last_digits(text: str, point: Point) -> None:
    """Node by node on the computed arguments, so that no cancellation blurs the comparison."""
    graph, node, _ = read(text)
    nodes = graph.needed([node])
    values = compile(graph, nodes, VARIABLES)(np.array([point]))[0]
    at = dict(zip(nodes, values, strict=True))
    with mpmath.workdps(DIGITS):
        for part in nodes:
            arguments = [at[a] for a in graph.args[part]]
            if not arguments or not np.all(np.isfinite([at[part], *arguments])):
                continue
            if graph.ops[part] == "**" and arguments[0] == 0:
                continue  # a pole or 0, tested below
            expected = PRECISE[graph.ops[part]](*map(mpmath.mpf, map(float, arguments)))
            # 16 products in a small power; a library function errs by a few units of 1e-16; and
            # log-sum-exp sums terms as large as its arguments.
            largest = max(map(abs, arguments)) if graph.ops[part] == "logsumexp" else 0
            assert abs(at[part] - expected) <= 1e-14 * (abs(expected) + largest) + 1e-300


@pytest.mark.parametrize("function", UNARY)
def test_functions_stay_accurate_far_out(function: str) -> None:
    graph = Graph()
    node = graph.apply(function, graph.variable("x"))
    arguments = np.array([-700.0, -40.0, -0.5, -1e-10, 0.0, 1e-10, 0.5, 40.0, 700.0])
    values = compile(graph, [node], ["x"])(arguments[:, None])[:, 0]
    with mpmath.workdps(400):  # exp(-700) beside 1 takes 305 digits
        for argument, value in zip(map(float, arguments), values, strict=True):
            if np.isfinite(value):
                expected = PRECISE[function](mpmath.mpf(argument))
                assert abs(value - expected) <= 4e-16 * abs(expected)  # two units in the last place
    row = FUNCTIONS[function]
    above = -np.inf if row.above is None else row.above
    defined = arguments >= above if row.closed else arguments > above
    assert (np.isfinite(values) == defined).all()


def test_values_that_are_not_finite_flow_through_silently() -> None:
    graph, node, _ = read("x**0.5 + y")
    program = compile(graph, [node, graph.apply("/", 0, 1), graph.apply("**", 0, 1)], VARIABLES)
    values = program(np.array([[-1.0, 0, 0], [0, 0, 0], [4, 2, 0]]))
    assert np.isnan(values[0, 0])
    assert np.isneginf(values[0, 1])
    assert np.all(np.isnan(values[1]))  # a power that is not an integer needs a base > 0
    assert list(values[2]) == [4, 2, 16]
    huge = graph.constant(Fraction(10) ** 400)
    assert np.isposinf(compile(graph, [huge], VARIABLES)(np.zeros((1, 3))))


@pytest.mark.parametrize("exponent", [-1000, -17, -3, -1, 0, 1, 2, 7, 16, 17, 1000])
def test_integer_powers_take_any_base(exponent: int) -> None:
    graph, node, _ = read(f"x**{exponent}")
    values = compile(graph, [node], VARIABLES)(np.array([[-1.01, 0, 0], [0, 0, 0], [1.25, 0, 0]]))
    assert values[0, 0] == pytest.approx(float(Fraction(-1.01) ** exponent), rel=1e-13)
    assert values[1, 0] == (np.inf if exponent < 0 else exponent == 0)
    assert values[2, 0] == pytest.approx(float(Fraction(1.25) ** exponent), rel=1e-13)


def test_long_sums_need_no_recursion() -> None:
    graph, node, variables = read("x" + "+ y*x" * 10_000)
    (by_x, _, _) = gradient(graph, node, variables)
    value = compile(graph, [node, by_x], VARIABLES)(np.array([[2.0, 0.5, 0]]))
    assert value.tolist() == [[10_002, 5_001]]  # sums of halves are exact
    assert to_text(graph, node).count("y*x") == 10_000


HARKER: dict[str, Any] = {
    "players": {"firm 1": ["q1"], "firm 2": ["q2"]},
    "costs": {
        "firm 1": "q1**2 + 8*q1*q2/3 - 34*q1",
        "firm 2": "q2**2 + 5*q1*q2/4 - 97*q2/4",
    },
}
COUPLED: dict[str, Any] = {
    "players": {"a": ["x", "y"], "b": ["z"]},
    "costs": {"a": "k*x**2*y + exp(x*z) + y**2", "b": "z**2/2 + x*z**2 + 3*z"},
    "parameters": {"k": "1/3"},
}


def game(**changes: Any) -> SymbolicGame:
    return SymbolicGame.from_costs(**(HARKER | changes))


def coupled() -> SymbolicGame:
    return SymbolicGame.from_costs(**COUPLED)


def test_quadratic_costs_have_constant_exact_jacobians() -> None:
    harker = game()
    assert harker.structure is Structure.CONSTANT
    assert harker.symmetric
    assert harker.provable
    assert harker.graph.number(harker.jacobian_nodes[0][1]) == Fraction(8, 3)
    points = np.array([[0.0, 0], [5, 9], [1, 1]])
    expected = np.array([[2, 8 / 3], [1.25, 2]])
    assert np.array_equal(harker.jacobian(points), np.broadcast_to(expected, (3, 2, 2)))
    assert harker.pseudo_gradient(np.array([5.0, 9.0])) == pytest.approx([0, 0], abs=1e-14)


def test_blocks_are_parts_of_the_jacobian(rng: np.random.Generator) -> None:
    three = coupled()
    points = rng.random((7, 3))
    whole = three.jacobian(points)
    for i, rows in enumerate(three.slices):
        for j, columns in enumerate(three.slices):
            assert np.array_equal(three.jacobian(points, (i, j)), whole[:, rows, columns])
            assert np.array_equal(three.jacobian(points[0], (i, j)), whole[0, rows, columns])
    assert three.jacobian_nodes[0][1] == three.jacobian_nodes[1][0]  # mixed partials: one node
    assert [three.block_variables(i, j) for i in (0, 1) for j in (0, 1)] == [
        (0, 1, 2),
        (0, 2),
        (2,),
        (0,),
    ]


def test_jacobian_is_the_derivative_of_the_pseudo_gradient(rng: np.random.Generator) -> None:
    three = coupled()
    points = rng.random((5, 3))
    step = 1e-5
    for k in range(3):
        shift = step * np.eye(3)[k]
        difference = three.pseudo_gradient(points + shift) - three.pseudo_gradient(points - shift)
        # Truncation step² = 1e-10 times third derivatives below 50; rounding 1e-16/step = 1e-11.
        assert np.allclose(difference / (2 * step), three.jacobian(points)[:, :, k], atol=1e-8)


STRUCTURES = {
    "x**2 + x*y": Structure.CONSTANT,
    "x**2 + x*y + exp(y)": Structure.GENERAL,  # J is constant, but its text is no polynomial
    "(x + 2*y)**2/3 - 0*x**3": Structure.CONSTANT,
    "x**2*y + x": Structure.MULTI_AFFINE,
    "x**3 + x**2*y": Structure.MULTI_AFFINE,
    "(x*y + 1)*x": Structure.MULTI_AFFINE,
    "x**4": Structure.GENERAL,
    "x**2*y**2": Structure.GENERAL,
    "x*y*x*y": Structure.GENERAL,
    "x**2/2 + x*y/3": Structure.CONSTANT,
    "exp(x)": Structure.GENERAL,
    "x**2 + 1/y": Structure.GENERAL,
    "x**2 + y**-2": Structure.GENERAL,
    "x**2 + y**0.5": Structure.GENERAL,
    "x**2 + log(y)": Structure.GENERAL,  # the cost is not defined everywhere
    "x**2 + 0*log(x)": Structure.GENERAL,
    "x**2 + x*y**-1": Structure.GENERAL,
    "pi*x**2": Structure.CONSTANT,
    "x**2/pi + exp(1)*x*y": Structure.CONSTANT,
    "x**2*y*cos(2)": Structure.MULTI_AFFINE,
    "x**2 + 1/exp(y)": Structure.GENERAL,
    "x**2/(pi - 3)": Structure.GENERAL,  # not 0, but that is not shown by its form
    "x**2 + sqrt(2)*x": Structure.GENERAL,
}


@pytest.mark.parametrize(("cost", "structure"), STRUCTURES.items())
def test_structure_is_read_off_the_derivatives(cost: str, structure: Structure) -> None:
    duopoly = SymbolicGame.from_costs({"a": ["x"], "b": ["y"]}, {"a": cost, "b": "y**2"})
    assert duopoly.structure is structure


def test_derivatives_that_explode_are_refused() -> None:
    """A product of n factors has n² second derivatives, each with n factors."""
    names = [f"x{k}" for k in range(3000)]
    with pytest.raises(InputError, match="more than 500000 operations; write shorter costs"):
        SymbolicGame.from_costs({"a": names}, {"a": "*".join(names)})
    names = [f"x{k}" for k in range(20_000)]
    with pytest.raises(InputError, match="20000 variables"):
        SymbolicGame.from_costs({"a": names}, {"a": "*".join(names)})


@settings(max_examples=examples(300))
@given(texts)
def test_structure_is_never_too_small(text: str) -> None:
    """Whatever is called constant or multi-affine is so for sympy as well."""
    graph, _, _ = read(text)
    assert graph
    players = {name: [name] for name in VARIABLES}
    costs = dict.fromkeys(VARIABLES, text)
    random_game = SymbolicGame.from_costs(players, costs)
    if random_game.structure is Structure.GENERAL:
        return
    for row in random_game.jacobian_nodes:
        for node in row:
            entry = sympy_bridge.to_sympy(random_game.graph, node)
            symbols = [sympy.Symbol(name) for name in VARIABLES]
            polynomial = sympy.Poly(entry, *symbols)
            limit = 0 if random_game.structure is Structure.CONSTANT else 1
            assert all(polynomial.degree(symbol) <= limit for symbol in symbols)


def test_documents_hold_the_whole_game() -> None:
    three = coupled()
    document = three.document()
    assert document == {
        "format": "sgn-game/1",
        "kind": "symbolic",
        "name": "",
        "parameters": {"k": "1/3"},
        "players": [
            {"name": "a", "variables": ["x", "y"], "cost": "k*x**2*y + exp(x*z) + y**2"},
            {"name": "b", "variables": ["z"], "cost": "z**2/2 + x*z**2 + 3*z"},
        ],
    }
    named = game(name="Harker", source="1991", region=Box.cube(2, 1), equilibrium=[5, "9.0"])
    assert named.document()["source"] == "1991"
    assert "parameters" not in named.document()
    assert named.equilibrium == (Fraction(5), Fraction(9))
    again = SymbolicGame.from_costs(
        {p["name"]: p["variables"] for p in document["players"]},
        {p["name"]: p["cost"] for p in document["players"]},
        {key: parse_number(text) for key, text in document["parameters"].items()},
    )
    assert again.document() == document
    points = np.ones((2, 3))
    assert np.array_equal(again.jacobian(points), three.jacobian(points))
    assert np.array_equal(
        pickle.loads(pickle.dumps(three)).jacobian(points), again.jacobian(points)
    )


def test_floats_are_taken_at_their_binary_value() -> None:
    one = SymbolicGame.from_costs({"a": ["x"]}, {"a": "k*x**2"}, {"k": 0.1})
    assert one.parameters["k"] == Fraction(0.1)
    assert one.graph.number(one.jacobian_nodes[0][0]) == 2 * Fraction(0.1)
    x = sympy.Symbol("x")
    same = SymbolicGame.from_costs({"a": ["x"]}, {"a": sympy.Float(0.1) * x**2})
    assert same.graph.number(same.jacobian_nodes[0][0]) == 2 * Fraction(0.1)


def test_sympy_costs_are_converted_exactly() -> None:
    x, y = sympy.symbols("x y")
    costs = {
        "a": x**2 + sympy.Rational(8, 3) * x * y - 34 * x,
        "b": y**2 - x / y - sympy.sqrt(y) * sympy.exp(-y / 3) + sympy.pi * sympy.E - 1,
    }
    duopoly = SymbolicGame.from_costs({"a": ["x"], "b": ["y"]}, costs)
    assert duopoly.costs == (
        "x**2 + 8/3*x*y - 34*x",
        "y**2 + exp(1)*pi - 1 - x/y - sqrt(y)*exp(-(1/3*y))",
    )
    assert duopoly.latex()[0] == r"x^{2} + \frac{8 x y}{3} - 34 x"


@settings(max_examples=examples(300))
@given(texts, points)
def test_sympy_and_back_keeps_the_values(text: str, point: Point) -> None:
    graph, node, variables = read(text)
    expression = sympy_bridge.to_sympy(graph, node)
    assume(not expression.has(sympy.zoo, sympy.nan, sympy.oo, sympy.I, sympy.Abs, sympy.re))
    at = dict(zip(VARIABLES, point, strict=True))
    with mpmath.workdps(DIGITS):
        (before,) = precise_at(graph, [node], at)
        back = _converted(expression, graph, dict(zip(VARIABLES, variables, strict=True)))
        (after,) = precise_at(graph, [back], at)
        # 60 digits and intermediate values within 1e±8; see the derivative test.
        assert abs(before - after) <= mpmath.mpf("1e-30") * (1 + abs(before))


def _converted(expression: Any, graph: Graph, names: dict[str, int]) -> int:
    """sympy may rewrite into functions that the language lacks (sech, sign, …)."""
    try:
        return sympy_bridge.from_sympy(expression, graph, names, "cost")
    except InputError:
        reject()


x, q = sympy.symbols("x q")
SYMPY_REFUSALS: dict[str, tuple[object, str]] = {
    "unknown symbol": (q**2, "cost of a: unknown symbol 'q'; declare it or use a name of the game"),
    "abs": (sympy.Abs(x), "cost of a: sympy's Abs has no counterpart here"),
    "max": (sympy.Max(x, 1), "cost of a: sympy's Max has no counterpart here"),
    "infinity": (x + sympy.oo, "cost of a: sympy's oo has no counterpart here"),
    "imaginary": (x * sympy.I, "cost of a: sympy's I has no counterpart here"),
    "pole": (sympy.Integer(1) / 0, "cost of a: sympy's zoo has no counterpart here"),
    "not a number": (sympy.nan, "cost of a: sympy's nan has no counterpart here"),
    "undefined function": (sympy.Function("f")(x), "cost of a: sympy's f has no counterpart here"),
    "integral": (sympy.Integral(x, x), "cost of a: sympy's Integral has no counterpart here"),
    "piecewise": (sympy.Piecewise((x, x > 0), (0, True)), "cost of a: sympy's Piecewise has no"),
    "relation": (sympy.Lt(x, 1), "cost of a is of type StrictLessThan; give text or a sympy"),
    "number": (3, "cost of a is of type int; give text or a sympy expression"),
    "large exponent": (x**2000, "column 2: the exponent after '**' is beyond ±1000"),
}


@pytest.mark.parametrize(
    ("cost", "message"), SYMPY_REFUSALS.values(), ids=list(SYMPY_REFUSALS.keys())
)
def test_sympy_outside_the_language_is_named(cost: object, message: str) -> None:
    with pytest.raises(InputError) as caught:
        SymbolicGame.from_costs({"a": ["x"]}, {"a": cost})
    assert message in str(caught.value)


XY: dict[str, Any] = {"players": {"a": ["x"], "b": ["y"]}, "costs": {"a": "x**2", "b": "y**2"}}
UNUSABLE: dict[str, tuple[dict[str, Any], str]] = {
    "no cost": ({"costs": {"a": "x"}}, "player 'b' has no cost; give one expression"),
    "surplus cost": (
        {"costs": {"a": "x", "b": "y", "firm": "x"}},
        "a cost is given for 'firm', who is not a player; add the player or delete the cost",
    ),
    "misspelt player": (
        {"players": {"firm 1": ["x"]}, "costs": {"firm1": "x"}},
        "a cost is given for 'firm1', who is not a player; did you mean 'firm 1'?",
    ),
    "no players": ({"players": {}, "costs": {}}, "the game has no players; give at least one"),
    "no variables": (
        {"players": {"a": [], "b": ["y"]}},
        "player 'a' has no variables; give it at least one",
    ),
    "two owners": (
        {"players": {"a": ["x"], "b": ["x"]}},
        "variable 'x' belongs to both 'a' and 'b'; give it to one of them",
    ),
    "text for a list": (
        {"players": {"a": "x", "b": ["y"]}},
        "the variables of player 'a' are the text 'x'; give a list of names",
    ),
    "blank in a name": (
        {"players": {"a": ["x 1"], "b": ["y"]}},
        "variable 'x 1' is not a plain name; use ASCII letters, digits and _, a letter first",
    ),
    "greek name": (
        {"parameters": {"α": 1}},
        "parameter 'α' is not a plain name; use ASCII letters, digits and _, a letter first",
    ),
    "function name": (
        {"players": {"a": ["exp"], "b": ["y"]}},
        "variable 'exp' has a reserved name; choose another",
    ),
    "pi": ({"parameters": {"pi": 3}}, "parameter 'pi' has a reserved name; choose another"),
    "shared name": (
        {"parameters": {"y": 3}},
        "'y' is both a variable and a parameter; rename one of them",
    ),
    "infinite parameter": (
        {"parameters": {"k": float("inf")}},
        "parameter 'k': inf is not a finite number; give a finite one",
    ),
    "parameter text": (
        {"parameters": {"k": "a lot"}},
        "parameter 'k': 'a lot' is not a number; write it like 12, -0.5, 1e-3 or 10/11",
    ),
    "huge parameter": (
        {"parameters": {"k": 10**9000}},
        "parameter 'k': the number is too long; write it with fewer digits",
    ),
    "bad cost": (
        {"costs": {"a": "x + w", "b": "y"}},
        "cost of a, column 5: unknown name 'w'; declare it or use a name of the game",
    ),
}


@pytest.mark.parametrize(("changes", "message"), UNUSABLE.values(), ids=list(UNUSABLE.keys()))
def test_unusable_games_are_refused_in_one_sentence(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        SymbolicGame.from_costs(**(XY | changes))
    assert str(caught.value) == message


def test_wrong_shapes_name_expected_and_got() -> None:
    with pytest.raises(ValueError, match="region has 3 entries; expected 2, one per variable"):
        game(region=Box.cube(3, 1))
    with pytest.raises(ValueError, match="equilibrium has 1 entries; expected 2"):
        game(equilibrium=[1])
    with pytest.raises(ValueError, match=r"points have shape \(3,\); expected \(2,\) or \(k, 2\)"):
        game().jacobian(np.zeros(3))
    with pytest.raises(ValueError, match=r"block is \(0, 2\); expected two players from 0 to 1"):
        game().jacobian(np.zeros(2), (0, 2))
    graph, node, variables = read("x*y")
    with pytest.raises(ValueError, match=r"an output needs 'y'; expected one of \['x'\]"):
        compile(graph, [node], ["x"])
    with pytest.raises(ValueError, match=r"points have shape \(3,\); expected \(k, 3\)"):
        compile(graph, [node], VARIABLES)(np.zeros(3))
    with pytest.raises(ValueError, match=r"node 3 is '\*'; expected a variable"):
        gradient(graph, node, [*variables, node])


def test_large_games_are_built_and_evaluated_fast(rng: np.random.Generator) -> None:
    names = [f"x{k}" for k in range(100)]
    total = " + ".join(names)
    start = time.perf_counter()
    cournot = SymbolicGame.from_costs(
        {name: [name] for name in names}, {name: f"{name}*({total} - 100)" for name in names}
    )
    assert np.array_equal(cournot.jacobian(np.zeros(100)), np.ones((100, 100)) + np.eye(100))
    assert cournot.structure is Structure.CONSTANT
    assert time.perf_counter() - start < 2  # 0.15 s alone
    few = names[:10]
    total = " + ".join(few)
    costs = {n: f"{n}**3/6 + exp(-{n})*tanh({total})/({total} + 3)" for n in few}
    general = SymbolicGame.from_costs({name: [name] for name in few}, costs)
    points = rng.random((17_000, 10))
    general.jacobian(points[:1])
    start = time.perf_counter()
    assert np.all(np.isfinite(general.jacobian(points)))
    assert time.perf_counter() - start < 0.5  # 0.02 s alone; a busy machine gets room
