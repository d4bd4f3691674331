"""The examples of docs/theory.md that say why a hypothesis is needed, in exact numbers."""

from fractions import Fraction

import numpy as np
import pytest

import sgn
from certificates.kernel.numbers.matrices import Ball, is_psd
from games import Box, QuadraticGame, SymbolicGame


def test_t5_a_monotone_game_may_have_a_euclidean_margin_below_0() -> None:
    J = np.array([[1.0, 2.0], [0.0, 1.0]])
    assert is_psd(Ball.exact(J + J.T + 1e-12 * np.eye(2)))  # [[2, 2], [2, 2]] ⪰ 0
    found = sgn.certify(QuadraticGame(J, sizes=[1, 1])).require().euclidean_margin
    assert found is not None
    assert -1e-9 < found <= 0


def test_t6_weights_may_fail_where_a_matrix_does_not() -> None:
    """One player with the field (x + 10y, y): tr JZ ≤ 0, and diag(1, 100) has the margin ½."""
    J, Z = np.array([[1, 10], [0, 1]]), np.array([[1, -1], [-1, 1]])
    assert np.trace(J @ Z) == -8
    M = np.diag([1.0, 100.0])
    inequality = M @ J + (M @ J).T - M  # 2(sym(MJ) − ½M) = [[1, 10], [10, 100]]
    assert inequality.tolist() == [[1, 10], [10, 100]]
    assert np.linalg.det(inequality) == pytest.approx(0, abs=1e-12)


def test_t9_curvatures_alone_do_not_bound_a_block_that_is_not_symmetric() -> None:
    J = np.array([[1.0, -10.0], [10.0, 1.0]])
    assert np.array_equal(J + J.T, 2 * np.eye(2))  # μ = Λ = 1
    assert np.linalg.norm(np.eye(2) - J, 2) == pytest.approx(10)


def test_t13_in_a_dense_metric_only_the_zero_is_the_only_one() -> None:
    """At (1, 1, −1) F = (0, 0, 3) presses z against its lower end; costs are convex, μ = (3, 1, 3).

    So there are two Nash equilibria of the game restricted to the box, and one zero of F.
    """
    J = np.array([[3, -2, 1], [-4, 1, -3], [2, 4, 3]])
    M = np.array([[8, 6, 4], [6, 5, 3], [4, 3, 3]])
    assert (J @ [1, 1, -1]).tolist() == [0, 0, 3]
    assert is_psd(Ball.exact(M - 0.1 * np.eye(3)))
    assert is_psd(Ball.exact(M @ J + (M @ J).T - M))  # sym(MJ) ⪰ ½M


def test_t16_one_stale_update_undoes_a_round() -> None:
    """J = [[1, q], [q, 1]], q = 9/10, h = 1: a player's new action is −q times what it reads."""
    q = Fraction(9, 10)
    start = [Fraction(1), Fraction(1)]
    first = [-q * start[1], -q * start[0]]
    second = [-q * first[1], -q * first[0]]
    assert max(map(abs, second)) == q**2
    assert abs(-q * start[1]) == q  # the start is older than the end of the first round


def test_t20_without_a_zero_steps_lead_away() -> None:
    game = SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]},
        {"a": "x**2/2 + x**4/12 - 3*x + x*y/4", "b": "y**2/2 - x*y/4"},
        region=Box([-1, -1], [1, 1]),
    )
    solution, near = np.array([1.0, 0.25]), np.array([0.999, 0.25])
    assert game.pseudo_gradient(solution) == pytest.approx([-77 / 48, 0])
    h = 0.05
    middle = near - h * game.pseudo_gradient(near)
    after = near - h * game.pseudo_gradient(middle)
    assert np.linalg.norm(after - solution) > 50 * np.linalg.norm(near - solution)
