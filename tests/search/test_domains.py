"""Domains: what is proved defined, proved outside, and left undecided."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from games import catalogue
from games.language.evaluate import compile
from games.language.expression import Graph, parse
from games.regions.shapes import Box
from games.symbolic import SymbolicGame
from sgn.refusals.domains import Defined, DomainReport, Outside, Undecided, check_domains
from tests.helpers.scale import examples


def game_of(cost: str, variables: str = "x", **parameters: str) -> SymbolicGame:
    return SymbolicGame.from_costs({"a": variables.split()}, {"a": cost}, parameters)


def check(cost: str, *sides: tuple[object, object], max_boxes: int = 10_000) -> DomainReport:
    box = Box([str(a) for a, _ in sides], [str(b) for _, b in sides])
    return check_domains(game_of(cost, " ".join("xyzuvw"[: len(sides)])), box, max_boxes)


@pytest.mark.parametrize(
    ("cost", "side"),
    [
        ("x**2 + exp(x)", (-1, 1)),
        ("x/(x**2 + 1)", (-100, 100)),
        ("1/(x**2 - x + 0.26)", (0, 1)),
        ("log(x)", ("1e-9", 1)),
        ("log1p(x)", ("-0.999", 5)),
        ("sqrt(x - x**2 + 0.01)", (0, 1)),
        ("x*sqrt(0)", (-1, 1)),
        ("tan(x)", ("-1.57", "1.57")),
        ("tan(x)", ("1.58", "4.7")),
        ("x**(-2)", (1, 2)),
        ("x**1.5", ("1e-3", 2)),
        ("x**x", ("0.1", 2)),
        ("x**2 + 2**x", (-2, 2)),
        ("x**0", (-2, 2)),
        ("log(log(x))", ("1.1", 2)),
    ],
)
def test_defined(cost: str, side: tuple[object, object]) -> None:
    assert isinstance(check(cost, side), Defined)


@pytest.mark.parametrize(
    ("cost", "side", "words"),
    [
        ("x/(x - 1)", (0, 2), "denominator x - 1 must not be 0, and is for x = 1"),
        ("x/(3*x - 1)", (0, 2), "denominator 3*x - 1"),
        ("1/(exp(x) - 2)", (0, 1), "denominator exp(x) - 2"),
        ("log(x)", (-1, 1), "argument x of log must be > 0"),
        ("log(x)", (0, 1), "for x = 0"),
        ("sqrt(x - 1/10)", ("1/10", 1), "sqrt, which is differentiated"),
        ("x*sqrt(-1)", (0, 1), "argument -1 of sqrt must be >= 0, and is not"),
        ("log1p(x)", (-2, 0), "log1p must be > -1"),
        ("tan(x)", (1, 2), "pole"),
        ("tan(x)", (-400, 400), "pole"),
        ("x**(-1)", (-1, 1), "negative power must not be 0"),
        ("x**0.5", (-1, 1), "not whole"),
        ("log(1 - x)", (0, 1), "for x = 1"),
        ("log(log(x))", ("1/2", 2), "argument log(x) of log"),
        ("log((x - 1/3)**2 - 1e-6)", (0, 1), "of log"),
    ],
)
def test_outside(cost: str, side: tuple[object, object], words: str) -> None:
    report = check(cost, side)
    if cost == "sqrt(x - 1/10)":  # 1/10 is no float: that x - 1/10 is 0 there cannot be seen
        assert isinstance(report, Undecided)
    else:
        assert isinstance(report, Outside)
    assert report.message.startswith("cost of a: ")
    assert words in report.message
    given_side = Box([str(side[0])], [str(side[1])])
    assert given_side.lower[0] <= report.box.lower[0] <= report.box.upper[0] <= given_side.upper[0]


def test_undecided_says_the_smallest_box() -> None:
    """(x − y)² is 0 on the diagonal and nowhere below: no sign change, no box of zeros."""
    report = check("1/((3*x - 3*y)**2)", ("0.01", 1), (0, "1.3"))
    assert isinstance(report, Undecided)
    assert report.boxes == 10_000
    (a, c), (b, d) = report.box.lower, report.box.upper
    assert a <= d
    assert c <= b
    assert max(b - a, d - c) < 0.01
    assert "perhaps (not decided)" in report.message


def test_the_budget_is_kept() -> None:
    report = check("1/((3*x - 3*y)**2) + log(x)", (1, 2), (1, 2), max_boxes=50)
    assert report.boxes == 50


def test_only_the_variables_that_matter_are_split() -> None:
    report = check("u + v + w + x + y + log(x*y)", *[(-1, 1)] * 6)
    assert isinstance(report, Outside)
    assert set(report.box.upper[2:]) == {1}
    assert set(report.box.lower[2:]) == {-1}


def test_degenerate_sides_and_many_variables() -> None:
    assert isinstance(check("log(x - y)", ("1/3", "1/3"), ("0.3", "0.333")), Defined)
    assert isinstance(check("log(x - y)", ("1/3", "1/3"), ("0.3", "0.34")), Outside)
    total = " + ".join(f"x{k}" for k in range(40))
    game = game_of(f"1/(1 + {total})", total.replace(" + ", " "))
    assert isinstance(check_domains(game, Box.cube(40, "1/41")), Defined)
    assert isinstance(check_domains(game, Box.cube(40, 1)), Outside)


@pytest.mark.parametrize("name", catalogue.names())
def test_the_catalogue_is_defined(name: str) -> None:
    game = catalogue.load(name)
    if isinstance(game, SymbolicGame) and game.region is not None:
        assert isinstance(check_domains(game, game.region), Defined)


# What the argument A must satisfy; the sign of rounding errors does not count.
CONDITIONS = {
    "log(A)": lambda a: a > -1e-12,
    "sqrt(A)": lambda a: a > -1e-12,
    "A**0.5": lambda a: a > -1e-12,
    "log1p(A)": lambda a: a > -1 - 1e-12,
    "1/A": lambda a: a != 0,
    "A**(-3)": lambda a: a != 0,
    "tan(A)": lambda a: np.cos(a) != 0,
}
ends = st.tuples(*[st.integers(-16, 16)] * 2).map(sorted)


@pytest.mark.parametrize("cost", CONDITIONS)
@settings(max_examples=examples(20))
@given(
    st.sampled_from(
        ["x*y + {}", "x**2 - y + {}", "x - 2*y + {}", "exp(x) - y - {}", "x*x + y*y - {}"]
    ),
    st.fractions(-2, 2, max_denominator=20),
    st.tuples(ends, ends),
)
def test_verdicts_agree_with_points(
    cost: str, pattern: str, shift: Fraction, sides: tuple[list[int], list[int]]
) -> None:
    argument = pattern.format(f"({shift})")
    game = game_of(cost.replace("A", f"({argument})"), "x y")
    box = Box(*zip(*[[Fraction(v, 8) for v in side] for side in sides], strict=True))
    report = check_domains(game, box, 1000)
    graph = Graph()
    node = parse(argument, graph, {name: graph.variable(name) for name in "xy"}, "argument")
    values = compile(graph, [node], ["x", "y"])
    rng = np.random.default_rng(0)
    if isinstance(report, Defined):
        assert CONDITIONS[cost](values(box.sample(rng, 200))).all()
    elif isinstance(report, Outside):
        found = values(report.box.sample(rng, 200))
        if cost in ("1/A", "A**(-3)"):  # a zero, or a change of sign on a short segment
            assert np.abs(found).min() < 1e-6
        elif cost == "tan(A)":
            assert np.abs(np.cos(found)).min() < 1e-6
        else:
            assert (found <= (-1 if cost == "log1p(A)" else 0) + 1e-12).all()
