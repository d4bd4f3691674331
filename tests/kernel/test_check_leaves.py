"""Leaves: the Jacobian lies in their balls; proofs of the search are accepted, and no more."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

import sgn
from certificates.kernel.document.metric import Metric
from certificates.kernel.inequalities.direct import (
    cocoercivity_holds,
    lipschitz_holds,
    margin_holds,
)
from certificates.kernel.jacobian.cover import CORNERS, NATURAL, Leaves, read_cover
from certificates.kernel.jacobian.enclosed import EnclosedJacobian
from certificates.kernel.jacobian.model import Model
from certificates.kernel.jacobian.text import Costs
from certificates.kernel.numbers.matrices import Ball, is_psd
from games.language.expression import Graph, parse
from games.players import Player
from games.regions.shapes import Box
from games.symbolic import SymbolicGame
from sgn.bounds import Cocoercivity, Lipschitz, Margin, Quantity
from sgn.enclosures.forms import Forms
from sgn.enclosures.prover import Proved, prove
from sgn.quantities.claim import Claim, outward
from tests.helpers.scale import examples
from tests.kernel.test_check_cover import Tokens, Tree, tokens_of

# fmt: off
TERMS = (
    "{0}**3*{1}", "{0}**2*{1}**2", "{0}*{1}", "{0}**4", "{0}*{1}*{2}", "{0}**5/9",
    "exp({0}*{1}/3)", "sin(2*{0} + {1})", "cos({0}*{1})", "log(6 + {0}*{1})", "tanh({0} - {1})",
    "sqrt(7 + {0} + {1}*{2})", "{0}/(5 + {1})", "softplus({0} + {2})", "logistic({0}*{1})",
    "logsumexp({0}, {1}, {2})", "atan({0}*{2})", "(6 + {0})**(4/3)", "{0}**2*cosh({1})",
)
# fmt: on
SHAPES = ((1, 1), (2, 1), (1, 1, 1), (1, 2))


def random_game(rng: np.random.Generator) -> tuple[SymbolicGame, Box]:
    """A few random terms a player on a box within [−2, 2]^n; one side may be degenerate."""
    sizes = SHAPES[rng.integers(len(SHAPES))]
    names = [f"x{k}" for k in range(sum(sizes))]
    costs, players, start = {}, {}, 0
    for i, size in enumerate(sizes):
        terms = [f"{c:.2f}*{v}**2" for v, c in zip(names, rng.uniform(1, 5, 9), strict=False)]
        for _ in range(3):
            pattern = str(rng.choice(TERMS))
            terms.append(f"{rng.uniform(0.1, 1):.3f}*{pattern.format(*rng.choice(names, 3))}")
        players[f"p{i}"] = names[start : start + size]
        costs[f"p{i}"] = " + ".join(terms)
        start += size
    centre, radius = rng.uniform(-1, 1, start), 10 ** rng.uniform(-2, 0, start)
    radius[0] *= rng.random() > 0.1
    box = Box((centre - radius).tolist(), (centre + radius).tolist())
    return SymbolicGame.from_costs(players, costs, region=box), box


def random_cover(rng: np.random.Generator, n: int, form: int, splits: int) -> Tokens:
    row: Tree = [n + form]
    for _ in range(splits):
        leaves = [k for k, token in enumerate(row) if token >= n]
        k = leaves[rng.integers(len(leaves))]
        row[k : k + 1] = [int(rng.integers(n)), n + form, n + form]
    return tokens_of(row)


def jacobian_of(game: SymbolicGame, box: Box, row: Tokens, *purposes: str) -> EnclosedJacobian:
    return EnclosedJacobian(game.document(), box, dict.fromkeys(purposes, row))


def leaf_balls(J: EnclosedJacobian, purpose: str) -> list[Ball]:
    """The balls of each leaf, for covers of one form."""
    return [
        ball[k : k + 1]
        for ball in J.each_whole(purpose)
        if isinstance(ball, Ball)
        for k in range(len(ball.mid))
    ]


def vertices(game: SymbolicGame, box: Box, form: int) -> int:
    """How many balls a leaf gives."""
    if form == NATURAL or game.dimension == 1:
        return 1
    used = Forms(game, None).used
    return int(2 ** len(used))


@pytest.mark.parametrize("form", [NATURAL, CORNERS])
@pytest.mark.parametrize("seed", range(examples(20)))
def test_balls_hold_the_jacobian(form: int, seed: int) -> None:
    rng = np.random.default_rng([seed, form])
    game, box = random_game(rng)
    row = random_cover(rng, game.dimension, form, 6)
    J = jacobian_of(game, box, row, "margin")
    leaves, balls = read_cover(row, box), leaf_balls(J, "margin")
    each = len(balls) // len(leaves.form)
    assert each == vertices(game, box, form)
    for k, (low, high) in enumerate(zip(leaves.low, leaves.high, strict=True)):
        hull = balls[k * each : (k + 1) * each]
        low_entries = np.min([b.mid - b.rad for b in hull], axis=0)
        high_entries = np.max([b.mid + b.rad for b in hull], axis=0)
        at = game.jacobian(low + (high - low) * rng.random((20, game.dimension)))
        size = 1e-12 * (1 + np.abs(at).max())  # what evaluating J in floats may lose
        assert (at >= low_entries - size).all()
        assert (at <= high_entries + size).all()


@pytest.mark.parametrize("seed", range(examples(20)))
def test_what_holds_on_a_taylor_leaf_holds_inside(seed: int) -> None:
    """J(x) ∈ conv(corners) ± radius, seen through every linear functional: xᵀJx and random ones."""
    rng = np.random.default_rng(seed)
    game, box = random_game(rng)
    n = game.dimension
    row = random_cover(rng, n, CORNERS, 4)
    leaves = read_cover(row, box)
    balls = leaf_balls(jacobian_of(game, box, row, "margin"), "margin")
    each = len(balls) // len(leaves.form)
    for k, (low, high) in enumerate(zip(leaves.low, leaves.high, strict=True)):
        hull = balls[k * each : (k + 1) * each]
        at = game.jacobian(low + (high - low) * rng.choice([0, 1, 0.5, rng.random()], (30, n)))
        for C in rng.normal(size=(30, n, n)):
            most = max(float((C * b.mid).sum() + (np.abs(C) * b.rad).sum()) for b in hull)
            size = 1e-12 * (1 + np.abs(at).max()) * np.abs(C).sum()
            assert ((C * at).sum(axis=(1, 2)) <= most + size).all()


def certified_margin(balls: list[Ball], n: int) -> float:
    """The largest α that is_psd grants on all balls, by bisection."""
    low, high = -1e4, 1e4
    for _ in range(50):
        middle = (low + high) / 2
        shifted = (b - Ball.exact(middle * np.eye(n)) for b in balls)
        low, high = (middle, high) if all(is_psd(b).all() for b in shifted) else (low, middle)
    return low


@pytest.mark.parametrize("form", [NATURAL, CORNERS])
@pytest.mark.parametrize("seed", range(examples(6)))
def test_certified_margins_hold_at_points(form: int, seed: int) -> None:
    rng = np.random.default_rng([seed, form])
    game, box = random_game(rng)
    row = random_cover(rng, game.dimension, form, 3)
    J = jacobian_of(game, box, row, "margin")
    proved = certified_margin(leaf_balls(J, "margin"), game.dimension)
    at = game.jacobian(box.sample(rng, 500))
    values = np.linalg.eigvalsh((at + np.swapaxes(at, 1, 2)) / 2)[:, 0]
    assert proved <= values.min() + 1e-10  # of eigenvalues in floats


def test_a_region_of_one_point_gives_its_jacobian() -> None:
    game = SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]}, {"a": "x**3*exp(y)", "b": "sin(x*y) + y**2"}
    )
    point = ["1/3", "0.7"]
    for form in (NATURAL, CORNERS):
        row = tokens_of([2 + form])
        for ball in leaf_balls(jacobian_of(game, Box(point, point), row, "margin"), "margin"):
            wanted = game.jacobian(np.array([1 / 3, 0.7]))
            assert (np.abs(ball.mid - wanted) <= ball.rad + 1e-14).all()
            assert (ball.rad <= 1e-13).all()


@pytest.mark.parametrize(
    "cost",
    ["log(x)**0 + x**2", "x**2 + 0*sqrt(x)", "x**2/x", "tan(3*x)*0", "(x**2)**0.5", "exp(-1/x**2)"],
)
def test_costs_that_are_not_smooth_are_not_defined(cost: str) -> None:
    graph = Graph()
    x = graph.variable("x")
    node = parse(cost, graph, {"x": x}, "test")
    model = Model(Costs((Player("a", ("x",)),), ("x",), graph, (node,)))
    halves = Leaves(np.array([[-1.0], [0.0]]), np.array([[0.0], [1.0]]), np.zeros(2, np.int64))
    assert not model.costs_are_smooth(halves)


# Proofs of the search are accepted, and no more than they prove.


def quantities(game: SymbolicGame) -> list[tuple[str, Quantity]]:
    weights = (1.0,) * len(game.players)
    return [
        ("margin", Margin(weights, game.slices)),
        ("lipschitz", Lipschitz(weights, game.slices)),
        ("cocoercivity", Cocoercivity(weights, game.slices)),
    ]


def holds(J: EnclosedJacobian, purpose: str, value: float) -> bool:
    metric = Metric.scalar(np.ones(len(J.sizes)))
    claim = Fraction(value)
    if purpose == "margin":
        return margin_holds(J, metric, claim)
    test = {"lipschitz": lipschitz_holds, "cocoercivity": cocoercivity_holds}[purpose]
    return test(J, metric, claim)


@pytest.mark.parametrize("seed", range(examples(8)))
def test_covers_of_the_search_are_accepted_and_raised_claims_refused(seed: int) -> None:
    rng = np.random.default_rng(seed)
    game, box = random_game(rng)
    forms = Forms(game, None)
    points = np.concatenate([box.sample(rng, 2000), [box.floats()[0], box.floats()[1]]])
    corners = [list(map(float, v)) for v in box.vertices(range(game.dimension))]
    at = game.jacobian(np.concatenate([points, np.array(corners)]))
    for (purpose, quantity), gap in itertools.product(quantities(game), (0.3, 0.05)):
        values = quantity.values(at)
        seen = float(values.max() if quantity.upper else values.min())
        if purpose == "cocoercivity" and seen <= 0:
            continue
        claim = outward(quantity, seen, gap * abs(seen))
        found = prove(forms, box, [Claim(quantity, claim)], 3000)
        if isinstance(found, Proved):
            J = jacobian_of(game, box, found.tokens, purpose)
            assert holds(J, purpose, claim), purpose
            # beyond a value that J takes: no cover of any fineness may prove it
            assert not holds(J, purpose, outward(quantity, seen, -0.01 * abs(seen))), purpose


def uniform(n: int, depth: int, form: int) -> Tokens:
    """All sides halved in turn."""
    row = [n + form]
    for level in reversed(range(depth)):
        row = [level % n, *row, *row]
    return tokens_of(row)


@pytest.mark.parametrize("form", [NATURAL, CORNERS])
@pytest.mark.parametrize("raised", [1e-12, 1e-9, 1e-6, 0.01])
def test_nothing_above_a_known_infimum_is_accepted(form: int, raised: float) -> None:
    """J = [[1 + x², y], [−y, 2 + y²]]-like: inf margin 1 at x = 0, inside a leaf or on its edge."""
    game = SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]}, {"a": "x**2/2 + x**4/12 + x*y", "b": "y**2 + y**4/12 - x*y"}
    )
    for region in (Box.cube(2, 1), Box(["-1/3", -1], [1, "0.9"]), Box([0, 0], [1, 1])):
        for depth in (0, 3, 8):
            J = jacobian_of(game, region, uniform(2, depth, form), "margin")
            assert not holds(J, "margin", 1 + raised)
            assert holds(J, "margin", 1 - 10 * 4.0 ** -(depth // 2)) or form == NATURAL


def test_a_constant_jacobian_may_be_enclosed() -> None:
    """Its RK4 steps then come from the sector: a cover does not say that J is one matrix."""
    game = SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]}, {"a": "x**2 + x*y", "b": "y**2 - x*y"}, region=Box.cube(2, 1)
    )
    assert sgn.certify(game, evidence="enclosed").verdict == "proved"
