"""The solution that play goes to is found anew: inside, on faces, in corners, on spheres."""

from fractions import Fraction

import numpy as np
import pytest

import games
from certificates.kernel.document.metric import Metric
from games import Box, MetricBall, QuadraticGame, SymbolicGame
from games.game import Game
from sgn.attacks.subject.costs import costs_of, moved
from sgn.attacks.subject.jacobians import GameSubject
from sgn.attacks.subject.measures import Frame
from sgn.attacks.subject.precise import column, precisely
from sgn.attacks.subject.solution import Solution, solution_of
from tests.attacks.test_attack_issued import issued
from tests.corpus.changes import claimed, put
from tests.helpers.hunting import broken, changed

BOX = {"kind": "box", "lower": ["-1", "-1"], "upper": ["1", "1"]}


def found(game: Game, region: Box | None, hint: list[Fraction] | None = None) -> Solution:
    with precisely():
        frame = Frame(Metric.scalar(np.ones(len(game.sizes))), game.sizes)
        solution = solution_of(GameSubject(game, region), frame, Fraction(1, 10), hint)
    assert solution is not None
    return solution


def pulled(a: float, b: float) -> QuadraticGame:
    """F(x) = (x₁ − a, x₂ − b): its solution is the point nearest to (a, b)."""
    return QuadraticGame(np.eye(2), sizes=[1, 1], linear=[-a, -b])


@pytest.mark.parametrize(
    ("to", "solution", "zero"),
    [
        ((0.5, 0.25), (0.5, 0.25), True),
        ((3.0, 0.25), (1.0, 0.25), False),
        ((3.0, -7.0), (1.0, -1.0), False),
        ((1.0, 0.25), (1.0, 0.25), True),  # on the face itself
    ],
)
def test_in_a_box(
    to: tuple[float, float], solution: tuple[float, float], zero: bool | None
) -> None:
    known = found(pulled(*to), Box.cube(2, 1))
    assert np.allclose(known.floats, solution, rtol=0, atol=1e-15)
    assert known.is_zero is zero


def test_on_a_face_that_is_no_binary_number() -> None:
    """No ball tells on which side of it the zero is."""
    game = QuadraticGame([[3.0, 0.0], [0.0, 1.0]], sizes=[1, 1], linear=[-1.0, 0.0])
    known = found(game, Box([-1, -1], ["1/3", 1]))
    assert np.allclose(known.floats, (1 / 3, 0), rtol=0, atol=1e-15)
    assert known.is_zero is None


def test_with_a_degenerate_side() -> None:
    """Whatever F is there, the variable stays."""
    known = found(pulled(0.5, 9), Box([-1, "0.25"], [1, "0.25"]))
    assert np.allclose(known.floats, (0.5, 0.25), rtol=0, atol=1e-15)
    assert known.is_zero is False


@pytest.mark.parametrize(("to", "zero"), [((0.3, 0.4), True), ((6.0, 8.0), False)])
def test_in_a_ball(to: tuple[float, float], zero: bool) -> None:
    known = found(pulled(*to), MetricBall([0, 0], 1).region)
    assert np.allclose(known.floats, to if zero else (0.6, 0.8), rtol=0, atol=1e-15)
    assert known.is_zero is zero


def test_in_a_ball_of_weights() -> None:
    """F = −(x − c)·λ in the metric of the ball: here 3 − x = λx, 4 − y = 4λy, x² + 4y² = 1."""
    known = found(pulled(3, 4), MetricBall([0, 0], 1, [1, 4]).region)
    x, y = known.floats
    assert x * x + 4 * y * y == pytest.approx(1, abs=1e-14)
    assert (3 - x) / x == pytest.approx((4 - y) / (4 * y), rel=1e-13)


def test_everywhere_and_where_play_turns() -> None:
    turning = QuadraticGame([[1.0, 20.0], [-20.0, 1.0]], sizes=[1, 1], linear=[-1.0, 2.0])
    assert np.allclose(turning.pseudo_gradient(found(turning, None).floats), 0, atol=1e-13)
    game = SymbolicGame.from_field(
        {"a": ["x"], "b": ["y"]}, {"a": ["x + 10*y - 3"], "b": ["y + sin(y)/50 - 1/10"]}
    )
    known = found(game, Box.cube(2, 5))
    assert known.is_zero is True
    assert np.allclose(game.pseudo_gradient(known.floats), 0, atol=1e-13)


# ---- what a player gains alone -------------------------------------------------------------------


@pytest.mark.parametrize("name", ["markov-coordination", "rps-logit", "harker", "rosen"])
def test_gains_agree_with_the_field_and_with_balls(name: str) -> None:
    """A small move of one player gains −⟨∂f_i, d⟩; in logits ∂f_i = F̃G."""
    game = games.catalogue.load(name)
    rng, costs = np.random.default_rng(1), costs_of(game)
    x = rng.uniform(0.1, 0.9, game.dimension)
    slope = game.pseudo_gradient(x)
    if isinstance(game, games.MarkovGame | games.NormalFormGame):
        slope = game.fisher(x[None])[0] @ slope
    for player, own in enumerate(game.slices):
        y = x.copy()
        y[own] += 1e-5 * rng.standard_normal(own.stop - own.start)
        gain = costs.gains(player, x, y[None])[0]
        assert gain == pytest.approx(-slope[own] @ (y - x)[own], rel=1e-3, abs=1e-9)
        with precisely():
            exact = costs.exact_gain(player, column(x), moved(column(x), own, y[own].tolist()))
        assert float(exact.mid()) == pytest.approx(gain, rel=1e-4, abs=1e-12)


def test_a_zero_that_is_no_equilibrium_is_broken() -> None:
    """Player a's cost is concave in its own action; at the zero it would rather leave."""
    game = SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]}, {"a": "x*y - x**2/10", "b": "y**2/2 - x*y"}
    )
    document = changed(
        issued("leaning"),
        put("game", game.document()),
        claimed("equilibrium/T13", {"point": ["0", "0"], "error": "0"}),
    )
    assert broken(document, "equilibrium") == set()
    nash = claimed("equilibrium/T13 (restricted Nash)")
    assert broken(changed(document, nash), "equilibrium") == {"equilibrium, Nash"}


# ---- where a game is not defined -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("cost", "defined"),
    [
        ("x**2 + x*log(x + 2)/9", True),
        ("x**2 + x*log(x + 1/2)/9", False),
        ("x**2 + sqrt(x + 1)/9", False),  # without a derivative at the end of the region
        ("x**2 + (x + 1)**(3/2)/9", False),
        ("x**2 + (x + 1)**(7/2)/9", True),
        ("x**2/3 + 1/(x + 1)", False),
        ("x**2/3 + 1/(x + 2)", True),
    ],
)
def test_where_a_game_is_not_defined_no_claim_holds(cost: str, defined: bool) -> None:
    game = SymbolicGame.from_costs({"a": ["x"], "b": ["y"]}, {"a": cost, "b": "y**2"})
    document = changed(issued("leaning"), put("game", game.document()), put("region", BOX))
    found = broken(document, "domain")
    assert (found == set()) == defined
