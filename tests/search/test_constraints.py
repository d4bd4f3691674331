"""Players' own constraints (T25): found, proved and played, against cvxpy and random games."""

from fractions import Fraction

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import games
import sgn
from games import Box, Constraint, QuadraticGame
from games.errors import InputError
from games.players import Player
from games.regions.own_sets import constraint_text
from sgn.projection import Projection
from tests.helpers.scale import examples

SOLVER = {"solver": "CLARABEL"}
CLOSE = 1e-4  # what Clarabel's points may be off, of gaps of 1e-8
SAFE = 1e-6  # relative: a simulated factor is counted only to this

SEEDS = st.integers(0, 2**32 - 1)


def own_set(rng: np.random.Generator) -> Box:
    """A polyhedron, a simplex or a disc, or a disc cut by a line, of one to three variables."""
    n = int(rng.integers(1, 4))
    kind = int(rng.integers(0, 5))
    if kind == 0:
        A = rng.integers(-3, 4, size=(2, n))
        A[:, 0] += (A == 0).all(axis=1)
        return games.polyhedron(A, [1, 2], lower=[-1] * n, upper=[2] * n)
    if kind == 1:
        return games.simplex(n, int(rng.integers(1, 4)))
    if kind == 2:
        return games.disc(rng.integers(-2, 3, size=n).tolist(), "1.5")
    if kind == 3:
        row = rng.integers(1, 4, size=n)
        return games.polyhedron(
            np.zeros((0, n)), [], equal=([row], [1]), lower=[-1] * n, upper=[2] * n
        )
    disc = games.disc([0] * n, 1)
    cut = Constraint(dict.fromkeys(range(n), 1), "0.5")
    return Box(disc.lower, disc.upper, constraints=[*disc.constraints, cut])


def random_game(rng: np.random.Generator) -> tuple[QuadraticGame, Box]:
    sets = [own_set(rng) for _ in range(int(rng.integers(1, 3)))]
    region = games.product(*sets)
    n = region.dimension
    J = rng.normal(size=(n, n)).round(2)
    start = 0
    for own in sets:
        part = slice(start, start + own.dimension)
        J[part, part] = (J[part, part] + J[part, part].T) / 2
        start += own.dimension
    J += np.eye(n) * (np.abs(np.linalg.eigvalsh((J + J.T) / 2)).max() + 0.5).round(2)
    linear = (4 * rng.normal(size=n)).round(2)
    return QuadraticGame(J, sizes=[own.dimension for own in sets], linear=linear), region


def nearest(region: Box, point: np.ndarray) -> np.ndarray:
    """The projection by cvxpy, which shares nothing with ours."""
    x = cp.Variable(region.dimension)
    low, high = region.floats()
    rules = [x >= low, x <= high]
    for c in region.constraints:
        at = list(c.variables)
        left = np.array(c.linear, dtype=float) @ x[at]
        left = left + np.array(c.squares, dtype=float) @ cp.square(x[at])
        rules.append(left == float(c.bound) if c.equal else left <= float(c.bound))
    problem = cp.Problem(cp.Minimize(cp.sum_squares(x - point)), rules)
    problem.solve(**SOLVER)
    return np.asarray(x.value)


@given(SEEDS)
@settings(max_examples=examples(30))
def test_projections_are_those_of_cvxpy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    region = games.product(own_set(rng), own_set(rng))
    point = 3 * rng.normal(size=region.dimension)
    found = Projection(region, region.dimension)(point[None])[0]
    expected = nearest(region, point)
    # compared by distance: where that is flat Clarabel's point itself is known less well
    assert np.linalg.norm(found - point) <= np.linalg.norm(expected - point) + CLOSE
    low, high = region.floats()
    assert ((low <= found) & (found <= high)).all()
    for c in region.constraints:
        assert float(c.room([Fraction(v) for v in found])) >= -1e-9  # rounding of the rows


@given(SEEDS)
@settings(max_examples=examples(30))
def test_points_moved_into_the_region_lie_in_it_exactly(seed: int) -> None:
    rng = np.random.default_rng(seed)
    region = games.product(own_set(rng), own_set(rng))
    assert region.contains(region.inner)
    point = [Fraction(float(v)) for v in 3 * rng.normal(size=region.dimension)]
    assert region.contains(region.nearest(point))


@given(SEEDS)
@settings(max_examples=examples(6))
def test_random_games_are_solved_proved_and_played(seed: int) -> None:
    """The solution is a fixed point of projected play by cvxpy; no play is above a claim."""
    rng = np.random.default_rng(seed)
    game, region = random_game(rng)
    certificate = sgn.certify(game, region).require()
    assert sgn.verify(certificate)
    found = certificate.equilibrium
    assert found is not None
    point = np.array([float(v) for v in found.point])
    assert region.contains(list(map(Fraction, found.point)))
    assert found.error <= Fraction(1, 10**8)
    fixed = nearest(region, point - game.pseudo_gradient(point))
    assert np.abs(fixed - point).max() <= CLOSE * (1 + np.abs(point).max())
    starts = region.sample(rng, 20)
    for name in ("euler", "extragradient", "optimistic"):
        steps = certificate.method(name)
        assert steps is not None
        h = steps.step_max * Fraction(99, 100)
        play = sgn.simulate(
            game,
            starts,
            method="projected-euler" if name == "euler" else name,
            step=h,
            steps=30,
            region=region,
            metric=steps.metric,
            target=point,
        )
        factor = float(steps.factor(h))
        if name == "optimistic":  # of k steps together
            ends = play.distances[-1] / play.distances[0].clip(1e-6)
            assert ends.max() <= factor**30 * (1 + SAFE) + 1e-6
        else:
            assert play.worst_factor <= factor * (1 + SAFE)


@given(SEEDS)
@settings(max_examples=examples(5))
def test_symmetric_games_are_those_of_a_quadratic_program(seed: int) -> None:
    rng = np.random.default_rng(seed)
    game, region = random_game(rng)
    J = game.jacobian(np.zeros(game.dimension))
    J = (J + J.T) / 2
    symmetric = QuadraticGame(J, sizes=game.sizes, linear=game.linear)
    found = sgn.certify(symmetric, region).require().equilibrium
    assert found is not None
    root = np.linalg.cholesky(J)
    scaled = np.linalg.solve(root, -symmetric.linear)
    x, rules = cp.Variable(game.dimension), []
    low, high = region.floats()
    rules += [x >= low, x <= high]
    for c in region.constraints:
        at = list(c.variables)
        left = np.array(c.linear, dtype=float) @ x[at]
        left = left + np.array(c.squares, dtype=float) @ cp.square(x[at])
        rules.append(left == float(c.bound) if c.equal else left <= float(c.bound))
    cp.Problem(cp.Minimize(cp.sum_squares(root.T @ x - scaled)), rules).solve(**SOLVER)
    point = np.array([float(v) for v in found.point])
    assert np.abs(x.value - point).max() <= CLOSE * (1 + np.abs(point).max())


def test_dense_metrics_promise_no_projected_play() -> None:
    game = QuadraticGame([[1.0, 2.0], [-2.0, 1.0]], sizes=[1, 1], linear=[-5, 1])
    region = Box([0, 0], [1, 1], constraints=[Constraint({0: 2}, 1)])
    for metric in ("block", "dense"):
        found = sgn.certify(game, region, metric=metric).require()
        if found.claims.metric.kind != "scalar":
            assert found.equilibrium is None
            assert "projected" not in str(found)


def test_shared_constraints_promise_no_projected_play() -> None:
    """Of a set that is no product only unprojected play is certified."""
    game = QuadraticGame([[2.0, 1.0], [0.0, 2.0]], sizes=[1, 1], linear=[-1, -1])
    region = Box([0, 0], [1, 1], constraints=[Constraint({0: 1, 1: 1}, "1.5")])
    certificate = sgn.certify(game, region).require()
    assert sgn.verify(certificate)
    assert not any(steps.projected for steps in certificate.methods.values())
    assert certificate.equilibrium is not None
    assert certificate.equilibrium.kind == "nash"
    tight = Box([0, 0], [1, 1], constraints=[Constraint({0: 1, 1: 1}, "0.5")])
    assert sgn.certify(game, tight).require().equilibrium is None


def test_best_responses_are_not_played_beside_the_constraints() -> None:
    game = QuadraticGame([[2.0, 1.0], [0.0, 2.0]], sizes=[1, 1])
    cut = Box([-1, -1], [1, 1], constraints=[Constraint({0: 1}, "0.25")])
    with pytest.raises(ValueError, match="best-response is played in boxes only"):
        sgn.simulate(game, [[0.0, 0.0]], method="best-response", region=cut)


def test_two_curved_constraints_are_not_projected_to() -> None:
    """They are proved all the same."""
    discs = [games.disc([0, 0], 1), games.disc(["0.5", 0], 1)]
    rules = [c for disc in discs for c in disc.constraints]
    region = Box([-1, -1], [1, 1], constraints=rules)
    game = QuadraticGame(np.eye(2), sizes=[2], linear=["0.25", "0.25"])
    with pytest.raises(ValueError, match="two curved constraints"):
        sgn.simulate(game, [[0.0, 0.0]], method="extragradient", step=0.5, region=region)
    assert sgn.verify(sgn.certify(game, region).require())


def test_start_sets_stay_within_constraints() -> None:
    game = QuadraticGame([[2.0, 0.5], [-0.5, 2.0]], sizes=[1, 1])
    wide = sgn.certify(game, Box([-1, -1], [1, 1])).require()
    cut = Box([-1, -1], [1, 1], constraints=[Constraint({0: 1}, "0.25"), Constraint({1: 1}, 3)])
    narrow = sgn.certify(game, cut).require()
    radii = [each.basin.radii["flow"] for each in (narrow, wide) if each.basin is not None]
    least, most = (radius for radius in radii if radius is not None)
    assert least <= Fraction(1, 4) < most


PLAYERS = [Player("a", ("x", "y")), Player("b", ("z",))]
SIDES = ["x >= 0", "y >= 0", "z >= 0", "z <= 1"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x + z <= 1", "on variables of 'a' and 'b'"),
        ("x + y", "lacks its relation"),
        ("0 <= x <= 1", "lacks its relation"),
        ("x*y <= 1", "a product of variables"),
        ("x**3 <= 1", "'\\*\\*'"),
        ("exp(x) <= 1", "'exp'"),
        ("x**2 + y**2 >= 1", "not convex"),
        ("x**2 = 1", "not convex"),
        ("x - x <= 1", "on no variable"),
        ("x + w <= 1", "w"),
        ("x + y <= -1", "no point meets all constraints"),
        ("x**2 + y**2 <= -1", "no point meets all constraints"),
        ("x - y <= 1", "'x' has no upper end|'y' has no upper end"),
    ],
)
def test_a_bad_constraint_is_one_sentence(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        games.constrained(PLAYERS, [text, *SIDES])
    assert "\n" not in str(caught.value)


def test_an_empty_set_that_bounds_do_not_show_is_told() -> None:
    pairs = [[-1, -1, 0], [0, -1, -1], [-1, 0, -1]]
    total = ([[1, 1, 1]], [1])
    region = games.polyhedron(pairs, ["-0.7"] * 3, equal=total, lower=[0] * 3, upper=[1] * 3)
    game = QuadraticGame(np.eye(3), sizes=[3])
    with pytest.raises(InputError, match="no point of the box meets all constraints"):
        sgn.certify(game, region)


def test_texts_come_back() -> None:
    region = games.constrained(PLAYERS, ["2*x - y/3 <= 1", "(x - 1)**2 + y**2 <= 4", *SIDES])
    names = ["x", "y", "z"]
    texts = [constraint_text(c, names) for c in region.constraints]
    assert games.constrained(PLAYERS, [*texts, *SIDES], region) == region


def test_game_files_hold_constraints(tmp_path) -> None:
    text = """
format = "sgn-game/1"
constraints = ["sum(q) <= k", "q1 - q2 = 0.5"]
[parameters]
k = 2
[[players]]
name = "a"
variables = ["q[1..2]"]
cost = "sum(i, (q[i] - i)**2)"
[region]
"q[1..2]" = [0, 5]
"""
    (tmp_path / "game.toml").write_text(text)
    game = games.load(tmp_path / "game.toml")
    assert game.region is not None
    assert game.region.upper == (Fraction(2), Fraction(3, 2))
    assert len(game.region.constraints) == 2
    games.save(game, tmp_path / "again.toml")
    assert games.load(tmp_path / "again.toml").region == game.region
    assert sgn.verify(sgn.certify(game).require())


def test_an_empty_set_is_told_by_the_first_contradiction() -> None:
    players = [games.Player("a", ("q", "r"))]
    with pytest.raises(games.InputError, match="'q' would be at least 2 and at most 1;"):
        games.constrained(players, ["q + r <= 1", "q + r >= 3"], games.Box([0, 0], [5, 5]))
