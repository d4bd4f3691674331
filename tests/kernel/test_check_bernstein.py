"""Bernstein leaves (T24): averages of the coefficients are J itself; no more is accepted."""

from fractions import Fraction
from itertools import product
from math import comb, prod
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sgn
from certificates.kernel.jacobian.bernstein import MAX_POWER, Net
from certificates.kernel.jacobian.cover import BERNSTEIN, Leaves
from certificates.kernel.jacobian.model import Model
from certificates.kernel.jacobian.polynomial import Polynomial
from certificates.kernel.jacobian.text import Costs
from certificates.kernel.numbers.averages import Averages
from certificates.kernel.numbers.matrices import Ball, Bools, Floats, is_psd
from certificates.kernel.uncheckable import Uncheckable
from games.language.expression import Graph, parse
from games.players import Player
from games.regions.shapes import Box
from games.symbolic import SymbolicGame
from sgn.enclosures.bernstein import Net as SearchNet
from sgn.enclosures.forms import Forms
from sgn.enclosures.polynomials import Expansion, Terms
from sgn.enclosures.prover import Proved, prove
from sgn.quantities.claim import Claim
from sgn.quantities.quantities import Margin
from tests.helpers.scale import examples
from tests.kernel.test_check_cover import tokens_of
from tests.kernel.test_check_leaves import holds, jacobian_of, quantities, random_cover, uniform

SHAPE = (2, 2)
numbers = st.fractions(-3, 3, max_denominator=7)
monomials = st.dictionaries(st.integers(0, 2), st.integers(1, 3), max_size=3)
entries = st.lists(st.tuples(monomials, numbers), max_size=5)
matrices = st.lists(entries, min_size=4, max_size=4)
boxes = st.lists(st.tuples(st.integers(-40, 40), st.integers(0, 32)), min_size=3, max_size=3)


def polynomial(terms: Any) -> Polynomial:
    """About the point 0; the terms of one monomial add up."""
    found: Polynomial = {}
    for powers, value in terms:
        key = tuple(sorted(powers.items()))
        total = found.get(key, (Fraction(0), Fraction(0)))[0] + value
        found[key] = (total, total)
    return {key: value for key, value in found.items() if value[0]}


def ends(sides: Any) -> tuple[Floats, Floats]:
    """Boxes with dyadic ends."""
    low = np.array([[start / 8 for start, _ in sides]])
    return low, low + np.array([[width / 16 for _, width in sides]])


def value(p: Polynomial, x: list[Fraction]) -> Fraction:
    return sum((c * prod(x[k] ** m for k, m in key) for key, (c, _) in p.items()), Fraction(0))


def weight(choice: tuple[int, ...], degrees: list[int], t: list[Fraction]) -> Fraction:
    """The Bernstein polynomials' product at t."""
    return prod(
        (
            comb(d, j) * u**j * (1 - u) ** (d - j)
            for j, d, u in zip(choice, degrees, t, strict=True)
        ),
        start=Fraction(1),
    )


@settings(max_examples=examples(60), deadline=None)
@given(matrices, boxes, st.lists(st.fractions(0, 1, max_denominator=5), min_size=3, max_size=3))
def test_the_jacobian_is_the_average_of_its_coefficients(rows: Any, sides: Any, t: Any) -> None:
    """In rationals, against the polynomial itself, at rational points of the box."""
    parts = [polynomial(row) for row in rows]
    low, high = ends(sides)
    averages = Net(parts, SHAPE, np.zeros(3)).on(low, high)
    every = averages.every()
    degrees = [count - 1 for count in averages.counts.values()]
    places = [t[k] for k in averages.counts]
    weights = [weight(c, degrees, places) for c in product(*(range(d + 1) for d in degrees))]
    assert len(weights) == len(every.mid)
    assert sum(weights) == 1
    x = [Fraction(a) + u * Fraction(b - a) for a, b, u in zip(low[0], high[0], t, strict=True)]
    for e, part in enumerate(parts):
        middle, reach = (
            sum((w * Fraction(m) for w, m in zip(weights, end[:, e // 2, e % 2], strict=True)),
                Fraction(0))
            for end in (every.mid, every.rad)
        )  # fmt: skip
        assert abs(middle - value(part, x)) <= reach
        assert reach <= Fraction(1, 10**9)  # coefficients to 15, powers to 9, |x| to 7


@settings(max_examples=examples(60), deadline=None)
@given(matrices, boxes, st.floats(-4, 40))
def test_balls_of_many_matrices_decide_as_each_alone(rows: Any, sides: Any, shift: float) -> None:
    def test(ball: Ball) -> Bools:
        return is_psd(ball + Ball.exact(shift * np.eye(2)))

    net = Net([polynomial(row) for row in rows], SHAPE, np.zeros(3))
    low, high = ends(sides)
    averages = net.on(np.concatenate([low, low]), np.concatenate([high, low]))
    assert averages.all_satisfy(test) == test(averages.every()).all()


def test_many_matrices_are_first_taken_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Far from the brink a few balls do: 9 of 243 matrices each."""
    names = ["x0", "x1", "x2", "x3", "x4"]
    entry: Polynomial = {((k, 2),): (Fraction(1, 10), Fraction(1, 10)) for k in range(len(names))}
    averages = Net([entry], (1, 1), np.zeros(5)).on(np.full((1, 5), -1.0), np.ones((1, 5)))
    seen = []

    def test(ball: Ball) -> Bools:
        seen.append(len(ball.mid))
        return is_psd(ball + Ball.exact(np.eye(1)))

    assert averages.all_satisfy(test)
    assert seen == [27]


@settings(max_examples=examples(60), deadline=None)
@given(matrices, boxes)
def test_the_search_finds_the_same_coefficients(rows: Any, sides: Any) -> None:
    """By another formula; the order of variables in its tables is the same."""
    parts = [polynomial(row) for row in rows]
    low, high = ends(sides)
    own = Net(parts, SHAPE, np.zeros(3)).on(low, high)
    terms: list[Terms] = [
        {tuple(dict(key).get(k, 0) for k in range(3)): c for key, (c, _) in part.items()}
        for part in parts
    ]
    found = SearchNet(terms, np.zeros(3)).coefficients(low, high)
    for table, other in zip(own.tables, found, strict=True):
        size = 1e-12 * 7.0**9  # rounding of terms with |x| ≤ 7 and powers up to 9
        assert np.allclose(table.mid, other, rtol=0, atol=size)


COSTS = (
    "x*(y - 2)**3/(1 + 2) - (x/2)**4*y**2",
    "(x + y*z)**3*(1/4) - -z",
    "sqrt(2)*x*y + pi*x**2",
    "x - x",
)


@pytest.mark.parametrize("cost", COSTS)
def test_expansions_near_a_point_are_the_polynomial(cost: str) -> None:
    """At rational points, against evaluation of the text in floats."""
    graph, names = Graph(), ["x", "y", "z"]
    variables = {name: graph.variable(name) for name in names}
    node = parse(cost, graph, variables, "test")
    centre = (1.5, -2.25, 0.0)
    [terms] = Expansion(graph, names, centre).of([node], 10**4)
    functions = {"sqrt": np.sqrt, "pi": np.pi}
    for at in ((0.5, 1.0, -3.0), (1.5, -2.25, 0.0), (-1.0, 7.0, 2.0)):
        moved = [Fraction(a) - Fraction(c) for a, c in zip(at, centre, strict=True)]
        total = sum(
            float(c * prod(m**k for m, k in zip(moved, key, strict=True)))
            for key, c in terms.items()
        )
        wanted = eval(cost, functions | dict(zip(names, at, strict=True)))  # text of this test
        assert total == pytest.approx(wanted, rel=1e-12, abs=1e-9)  # terms up to 10⁴


@pytest.mark.parametrize("cost", ["x/y", "x**y", "exp(x)", "x**(1/2)", "(x*y*z)**21", "x**61"])
def test_what_is_no_polynomial_of_modest_size_has_no_expansion(cost: str) -> None:
    graph, names = Graph(), ["x", "y", "z"]
    variables = {name: graph.variable(name) for name in names}
    node = parse(cost, graph, variables, "test")
    assert Expansion(graph, names, (0.0, 0.0, 0.0)).of([node], 10**4) == []
    assert Expansion(graph, names, (0.0, 0.0, 0.0)).of([variables["x"]], 10**4)


def leaf(cost: str, names: tuple[str, ...] = ("x", "y")) -> Averages:
    """The block of all the variables, for one cost, on one leaf."""
    graph = Graph()
    variables = {name: graph.variable(name) for name in names}
    node = parse(cost, graph, variables, "test")
    n = len(names)
    model = Model(Costs((Player("a", names),), names, graph, (node,)))
    leaves = Leaves(-np.ones((1, n)), np.ones((1, n)), np.array([BERNSTEIN]))
    [found] = model.block().jacobians(leaves)
    assert isinstance(found, Averages)
    return found


@pytest.mark.parametrize(
    ("cost", "says"),
    [
        ("exp(x)*y", "no polynomial"),
        ("x**4/(y + 3)", "no polynomial"),
        ("x**3*sin(y)", "no polynomial"),
        (f"x**{MAX_POWER + 3}", "powers up to"),
        ("x**50*y**50", "degree exceeds"),
        ("(x*y*z)**16", "4913 matrices"),
    ],
)
def test_games_without_bernstein_leaves(cost: str, says: str) -> None:
    with pytest.raises(Uncheckable, match=says):
        leaf(cost, ("x", "y", "z"))


def test_expansions_of_many_terms_are_refused_before_they_are_made() -> None:
    names = tuple(f"x{k}" for k in range(13))
    with pytest.raises(Uncheckable, match="more than 20000 terms"):
        leaf("(" + " + ".join(names) + ")**20", names)


def test_far_from_the_origin_nothing_is_lost() -> None:
    """About 0 the coefficients of x² − 2·10⁶x + 10¹² would cancel to 10⁻⁴."""
    game = SymbolicGame.from_costs({"a": ["x"]}, {"a": "(x - 1000000)**4/12 + x**2/2"})
    box = Box([999999], [1000001])
    J = jacobian_of(game, box, tokens_of([1 + BERNSTEIN]), "margin")
    [averages] = J.each_whole("margin")
    assert isinstance(averages, Averages)
    ball = averages.every()
    assert ball.mid.ravel() == pytest.approx([2, 0, 2], abs=1e-9)  # 1 + (x − 10⁶)²
    assert ball.rad.max() < 1e-12


@pytest.mark.parametrize("seed", range(examples(8)))
def test_nothing_beyond_what_the_jacobian_takes_is_accepted(seed: int) -> None:
    """Covers of the search are accepted, and no number that a point refutes is."""
    rng = np.random.default_rng(seed)
    game, box = random_polynomial_game(rng)
    n, forms = game.dimension, Forms(game, None)
    assert forms.net is not None
    points = np.array([list(map(float, v)) for v in box.vertices(range(n))])
    at = game.jacobian(np.concatenate([box.sample(rng, 1000), points]))
    for purpose, quantity in quantities(game):
        values = quantity.values(at)
        seen = float(values.max() if quantity.upper else values.min())
        if purpose == "cocoercivity" and seen <= 0:
            continue
        sign = 1 if quantity.upper else -1
        claim = seen + sign * 0.05 * abs(seen)
        beyond = seen - sign * 0.001 * abs(seen)
        found = prove(forms, box, [Claim(quantity, claim)], 3000)
        if isinstance(found, Proved):
            J = jacobian_of(game, box, found.tokens, purpose)
            assert holds(J, purpose, claim), purpose
            assert not holds(J, purpose, beyond), purpose
        row = random_cover(rng, n, BERNSTEIN, 20)
        assert not holds(jacobian_of(game, box, row, purpose), purpose, beyond), purpose


def random_polynomial_game(rng: np.random.Generator) -> tuple[SymbolicGame, Box]:
    """Two players with three variables, a convex part and a few monomials."""
    names, terms = ["x", "y", "z"], ["", ""]
    for i, own in enumerate((["x"], ["y", "z"])):
        terms[i] = " + ".join(f"{rng.uniform(1, 3):.2f}*{v}**2 + {v}**4/9" for v in own)
        for _ in range(4):
            a, b, c = rng.choice(names, 3)
            terms[i] += f" + {rng.uniform(-0.2, 0.2):.3f}*{a}**{rng.integers(1, 4)}*{b}*{c}"
    centre, radius = rng.uniform(-1, 1, 3), rng.uniform(0.1, 1, 3)
    box = Box((centre - radius).tolist(), (centre + radius).tolist())
    costs = dict(zip(("a", "b"), terms, strict=True))
    return SymbolicGame.from_costs({"a": ["x"], "b": ["y", "z"]}, costs, region=box), box


def test_polynomials_take_fewer_leaves() -> None:
    """λ_min(sym J) is least inside, where neither vertices nor intervals are sharp."""
    game = SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]},
        {"a": "x**2/2 + x**4/12 + x**2*y**2/8", "b": "y**2 + y**4/12 - x*y + x**2*y/4"},
    )
    box = Box.cube(2, 1)
    at = game.jacobian(box.sample(np.random.default_rng(0), 20_000))
    infimum = float(np.linalg.eigvalsh((at + np.swapaxes(at, 1, 2)) / 2)[:, 0].min())
    claim = [Claim(Margin((1.0, 1.0), game.slices), infimum - 0.01 * abs(infimum))]
    leaves = {}
    for name, forms in (("with", Forms(game, None)), ("without", Forms(game, None))):
        if name == "without":
            forms.net = None
        found = prove(forms, box, claim, 5000)
        assert isinstance(found, Proved)
        leaves[name] = found
    assert (leaves["with"].tokens == 2 + BERNSTEIN).any()
    assert leaves["with"].boxes < 0.7 * leaves["without"].boxes


@pytest.mark.parametrize("raised", [1e-12, 1e-9, 1e-6])
@pytest.mark.parametrize("depth", [0, 3, 8])
def test_the_infimum_itself_is_the_most(raised: float, depth: int) -> None:
    """sym J = diag(1 + x², 2 + y²) ⪰ 1, taken at x = 0."""
    game = SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]}, {"a": "x**2/2 + x**4/12 + x*y", "b": "y**2 + y**4/12 - x*y"}
    )
    for region in (Box.cube(2, 1), Box(["-1/3", -1], [1, "0.9"]), Box([0, 0], [1, 1])):
        J = jacobian_of(game, region, uniform(2, depth, BERNSTEIN), "margin")
        assert not holds(J, "margin", 1 + raised)
        assert holds(J, "margin", 1 - 10 * 4.0 ** -(depth // 2))


def test_entries_may_name_variables_on_which_they_do_not_depend() -> None:
    """Of z - z, or z times a parameter that is 0, nothing is left but the name."""
    costs = {
        "a": "x**2 + x**6/9 + x**2*(k*z) + x**3*y**3/30 + x*y*(z - z)",
        "b": "y**2 + y**4/12 + y*x/9",
        "c": "z**2 + z**4/100 + z*x**3/30",
    }
    players = {"a": ["x"], "b": ["y"], "c": ["z"]}
    game = SymbolicGame.from_costs(players, costs, {"k": 0}, region=Box([-1] * 3, [1] * 3))
    certificate = sgn.certify(game, metric="scalar").require()
    assert sgn.verify(certificate)
