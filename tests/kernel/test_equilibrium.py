"""T13: existence, uniqueness, error and kind of the equilibrium, and what is said without one."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import games
import sgn
from certificates.kernel.document.metric import Metric
from certificates.kernel.document.reading import encode_arrays
from certificates.kernel.inequalities.equilibrium import half_widths
from certificates.kernel.jacobian.point import force_at
from games import Box, QuadraticGame, SymbolicGame
from sgn.promises.equilibrium import find_equilibrium
from tests.helpers.scale import examples

SEEDS = st.integers(0, 2**32 - 1)
CURVED = {"a": "exp(x)/2 + x**2 + x*tanh(y)/3", "b": "y**2 + log(y + 3) + x*y/4"}


def affine(seed: int, size: int = 2) -> QuadraticGame:
    """Contracting, with one variable a player; J and linear of short binary fractions."""
    rng = np.random.default_rng(seed)
    J = np.round(rng.normal(size=(size, size)) * 4) / 16 + 2 * np.eye(size)
    return QuadraticGame(J, sizes=[1] * size, linear=np.round(rng.normal(size=size) * 16) / 8)


def exact_zero(game: QuadraticGame) -> list[Fraction]:
    """The solution of Jx = −linear, by elimination in rationals: the oracle."""
    J, b = np.asarray(game.jacobian(np.zeros(game.dimension))), game.linear
    rows = [[*map(Fraction, row.tolist()), -Fraction(v)] for row, v in zip(J, b, strict=True)]
    n = len(rows)
    for k in range(n):
        rows[k] = [v / rows[k][k] for v in rows[k]]
        for i in range(n):
            if i != k:
                rows[i] = [u - rows[i][k] * v for u, v in zip(rows[i], rows[k], strict=True)]
    return [row[-1] for row in rows]


@settings(max_examples=examples(8), deadline=None)
@given(SEEDS)
def test_the_zero_lies_within_the_error(seed: int) -> None:
    game = affine(seed)
    result = sgn.certify(game, metric="scalar").require()
    found, weights = result.equilibrium, result.weights
    assert found is not None
    assert found.kind == "nash"
    square = sum(
        w * (Fraction(v) - x) ** 2
        for w, v, x in zip(weights, found.point, exact_zero(game), strict=True)
    )
    assert square <= found.error**2


@settings(max_examples=examples(8), deadline=None)
@given(SEEDS, st.lists(st.floats(-1, 1), min_size=2, max_size=2))
def test_without_a_zero_inside_the_boundary_solution_is_named(seed: int, away: list[float]) -> None:
    """Oracle: projected Euler with the certified step, from another start."""
    game = affine(seed)
    centre = np.array([float(v) for v in exact_zero(game)]) + np.copysign(2, away) + np.array(away)
    region = Box([*(centre - 1)], [*(centre + 1)])
    result = sgn.certify(game, region, metric="scalar").require()
    found = result.equilibrium
    assert found is not None
    assert found.kind == "boundary"
    assert result.basin is None
    assert result.euler is not None
    low, high = region.floats()
    x, h = low, float(result.euler.best_step)
    for _ in range(400):
        x = np.clip(x - h * game.pseudo_gradient(x), low, high)
    # 400 steps of a factor that these games keep below 0.9
    assert np.allclose(x, [float(v) for v in found.point], atol=1e-9)
    with pytest.raises(ValueError, match="no zero in the region"):
        result.promises.steps_to(1e-6, 0.1)


def test_a_zero_on_the_boundary_is_not_called_inside() -> None:
    game = QuadraticGame([[1.0]], sizes=[1])
    exact = sgn.certify(game, Box([0], [1])).require().equilibrium
    thirds = QuadraticGame([[3.0]], sizes=[1], linear=[-1.0])
    near = sgn.certify(thirds, Box(["0.3333333333333333334"], [1])).require().equilibrium
    assert exact is not None
    assert exact.kind == "nash"  # exactly 0 at the corner itself
    assert exact.error == 0
    assert near is not None
    assert near.kind in ("variational", "boundary")


def test_kinds_say_for_which_game_it_is_nash() -> None:
    field = QuadraticGame([[2.0, 0.5], [0.1, 1.0]], sizes=[2], field=True)
    found = {
        "zero": sgn.certify(field).require(),
        "nash": sgn.certify(games.catalogue.load("harker")).require(),
    }
    for kind, result in found.items():
        assert result.equilibrium is not None
        assert result.equilibrium.kind == kind


def test_a_zero_without_convexity_is_only_a_zero() -> None:
    """μ₁ < 0 and yet a dense metric: the first player would leave."""
    game = QuadraticGame([[-0.5, 2.0], [-2.0, 3.0]], sizes=[1, 1])
    result = sgn.certify(game).require()
    assert result.equilibrium is not None
    assert result.equilibrium.kind == "zero"
    assert "not shown to be a Nash equilibrium" in " ".join(str(result).split())


def test_an_equilibrium_of_costs_that_are_no_polynomials() -> None:
    game = SymbolicGame.from_costs({"a": ["x"], "b": ["y"]}, CURVED)
    region = Box(["-0.5", "-0.3"], ["0", "0.1"])
    x = find_equilibrium(game, region, 1.0, 5.0)
    assert np.abs(game.pseudo_gradient(x)).max() < 1e-14  # rounding of numbers of order 1
    found = sgn.certify(game, region, metric="scalar").require().equilibrium
    assert found is not None
    assert found.kind == "restricted-nash"
    assert found.error < Fraction(1, 10**12)


@settings(max_examples=examples(20), deadline=None)
@given(SEEDS)
def test_forces_are_enclosed(seed: int) -> None:
    """Against the games' own floats, whose error is far below 1e-12 for numbers of order 1."""
    rng = np.random.default_rng(seed)
    point = rng.uniform(-1, 1, 2)
    values = np.array([Fraction(v) for v in point], dtype=object)
    curved = SymbolicGame.from_costs({"a": ["x"], "b": ["y"]}, CURVED)
    polynomial = SymbolicGame.from_costs({"a": ["x"], "b": ["y"]}, {"a": "x**3*y", "b": "y**2/3"})
    for game in (curved, polynomial, affine(seed, 2)):
        ball = force_at(encode_arrays(game.document()), values)
        assert (np.abs(game.pseudo_gradient(point) - ball.mid) <= ball.rad + 1e-12).all()
        assert ball.rad.max() < 1e-12


def test_many_players_are_enclosed_too() -> None:
    """Beyond 20,000 entries in directed floats; at 0 and at another point."""
    n = 20_001
    game = sparse_ring(n)
    point = np.full(n, 0.1)
    ball = force_at(encode_arrays(game.document()), point)
    exact = Fraction(2) * Fraction(0.1) + Fraction(0.5) * Fraction(0.1) + 1
    low, high = ball.mid - ball.rad, ball.mid + ball.rad
    assert all(Fraction(a) <= exact <= Fraction(b) for a, b in zip(low[:9], high[:9], strict=True))
    assert ball.rad.max() < 1e-14


def sparse_ring(n: int) -> QuadraticGame:
    from scipy import sparse

    J = sparse.diags_array([2.0, 0.5, 0.5], offsets=[0, 1, 1 - n], shape=(n, n), format="csr")
    return QuadraticGame(J, sizes=[1] * n, linear=np.ones(n))


@settings(max_examples=examples(20), deadline=None)
@given(SEEDS)
def test_half_widths_hold_the_ball(seed: int) -> None:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(3, 3)) + 2 * np.eye(3)
    M = root.T @ root
    M = (M + M.T) / 2
    widths = [float(w) for w in half_widths(Metric.dense(M), (3,))]
    sphere = rng.normal(size=(200, 3))
    sphere /= np.sqrt(np.einsum("ki,ij,kj->k", sphere, M, sphere))[:, None]
    assert (np.abs(sphere) <= np.array(widths) * (1 + 1e-12)).all()  # rounding of the samples
    exact = np.sqrt(np.diagonal(np.linalg.inv(M)))
    assert np.allclose(widths, exact, rtol=2e-6)  # the hint is widened by 1e-6
