"""Stars: what the rotated test accepts is positive semidefinite however the moves are taken."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import games
from certificates.kernel.jacobian.cover import STAR
from certificates.kernel.numbers.affine import Form
from certificates.kernel.numbers.matrices import Ball, Floats
from certificates.kernel.numbers.stars import is_star_psd
from certificates.kernel.uncheckable import Uncheckable
from games.catalogue.contest import internet_switching
from sgn.enclosures.forms import Forms
from sgn.enclosures.prover import Proved, Unproved, prove
from sgn.quantities.claim import Claim
from sgn.quantities.quantities import Lipschitz, Margin, Quantity
from tests.helpers.scale import examples
from tests.kernel.test_check_leaves import holds, jacobian_of, random_cover, random_game

ROUNDING = 1e-12  # of eigenvalues computed in floats, times the size of the matrix


def symmetric(rng: np.random.Generator, *shape: int) -> Floats:
    A = rng.normal(size=shape)
    return np.asarray(A + np.swapaxes(A, -1, -2))


def least(S: Floats) -> float:
    return float(np.linalg.eigvalsh((S + np.swapaxes(S, -1, -2)) / 2).min())


@settings(max_examples=examples(150))
@given(st.integers(0, 2**32), st.integers(1, 6), st.integers(0, 5), st.floats(-4, 2))
def test_what_is_accepted_is_positive(seed: int, n: int, count: int, size: float) -> None:
    rng = np.random.default_rng(seed)
    scale = 10.0 ** rng.uniform(-5, 5, n)
    centre = symmetric(rng, n, n) + rng.uniform(0, 8) * np.eye(n)
    moves = 10.0**size * symmetric(rng, count, n, n) / (1 + count)
    radius = 10.0**size * rng.random((n, n)) * (rng.random() < 0.5)
    D = scale[:, None] * scale
    star = Ball((centre * D)[None], (radius * D)[None]), Ball.exact((moves * D)[None])
    if not is_star_psd(*star)[0]:
        return
    for _ in range(30):
        t = rng.choice([-1, 1, rng.uniform(-1, 1)], count)
        E = rng.choice([-1, 1], (n, n)) * radius
        at = centre + np.tensordot(t, moves, 1) + (E + E.T) / 2
        assert least(at) >= -ROUNDING * np.abs(at).max()


@settings(max_examples=examples(60))
@given(st.integers(0, 2**32), st.integers(2, 6))
def test_moves_that_share_the_eigenvectors_cost_no_more_than_they_do(seed: int, n: int) -> None:
    """Balls of the same reach would not do: entrywise |move| has a larger norm."""
    rng = np.random.default_rng(seed)
    Q = np.linalg.qr(rng.normal(size=(n, n)))[0]
    values = np.linspace(10, 15, n)  # the diagonal then needs no balancing
    shares = rng.dirichlet(np.ones(3), n).T * rng.choice([-1, 1], (3, n))
    centre = Ball.exact((Q @ np.diag(values) @ Q.T)[None])
    moves = np.array([Q @ np.diag(values * share) @ Q.T for share in shares])
    assert is_star_psd(centre, Ball.exact(0.99 * moves[None]))[0]
    assert not is_star_psd(centre, Ball.exact(1.01 * moves[None]))[0]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e308])
def test_what_is_not_finite_is_refused(bad: float) -> None:
    one, none = Ball.exact(np.eye(2)[None]), np.zeros((1, 1, 2, 2))
    assert is_star_psd(one, Ball.exact(none))[0]
    wrong = none.copy()
    wrong[0, 0, 1, 1] = bad
    assert not is_star_psd(one, Ball.exact(wrong))[0]
    assert not is_star_psd(one, Ball(none, np.abs(wrong)))[0]
    wide = Ball(np.eye(2)[None], np.abs(wrong[0]))
    assert not is_star_psd(wide, Ball.exact(none))[0]


def test_the_brink_is_refused() -> None:
    """Only a strict test says that the rotation is not singular."""
    none = Ball.exact(np.zeros((1, 1, 2, 2)))
    for centre in (np.zeros((2, 2)), np.diag([1.0, 0.0]), np.ones((2, 2)), -np.eye(2)):
        assert not is_star_psd(Ball.exact(centre[None]), none)[0]
    assert is_star_psd(Ball.exact(np.diag([1.0, 1e-300])[None]), none)[0]


@pytest.mark.parametrize("seed", range(examples(12)))
def test_stars_hold_the_jacobian(seed: int) -> None:
    """Through random linear functionals, at random points and corners."""
    rng = np.random.default_rng(seed)
    game, box = random_game(rng)
    n = game.dimension
    J = jacobian_of(game, box, random_cover(rng, n, STAR, 0), "margin")
    (star,) = J.each_whole("margin")
    assert isinstance(star, Form)
    low, high = box.floats()
    at = game.jacobian(low + (high - low) * rng.choice([0, 1, 0.5, rng.random()], (200, n)))
    for C in rng.normal(size=(30, n, n)):
        middle = (C * star.centre.mid[0]).sum() + (np.abs(C) * star.centre.rad[0]).sum()
        moves = np.abs((C * star.moves.mid[0]).sum(axis=(1, 2)))
        most = middle + (moves + (np.abs(C) * star.moves.rad[0]).sum(axis=(1, 2))).sum()
        size = 1e-12 * (1 + np.abs(at).max()) * np.abs(C).sum()  # what J in floats may lose
        assert ((C * at).sum(axis=(1, 2)) <= most + size).all()


@pytest.mark.parametrize("seed", range(examples(8)))
def test_no_margin_above_the_sampled_one_is_proved_by_stars(seed: int) -> None:
    rng = np.random.default_rng(seed)
    game, box = random_game(rng)
    J = jacobian_of(game, box, random_cover(rng, game.dimension, STAR, 5), "margin")
    seen = least(game.jacobian(box.sample(rng, 500)))
    assert not holds(J, "margin", seen + 1e-10 * (1 + abs(seen)))


def test_a_star_is_no_leaf_of_a_block() -> None:
    game = games.SymbolicGame.from_costs({"a": ["x", "y"]}, {"a": "x**2 + y**2 + x*y**3/9"})
    box = games.Box.cube(2, 1)
    J = jacobian_of(game, box, random_cover(np.random.default_rng(0), 2, STAR, 1), "block 0 0")
    with pytest.raises(Uncheckable, match="star"):
        list(J.each_block())


@pytest.mark.parametrize("players", [8, 9])
def test_many_variables_take_few_stars(players: int) -> None:
    """The least eigenvalue 1/s² of 1^⊥, s = Σx, is least at the upper corner."""
    game = internet_switching(players)
    box, equal = game.region, (1.0,) * players
    assert isinstance(box, games.Box)
    infimum, forms = (10 / players) ** 2, Forms(game, None)
    norm = (12.5 / players) ** 2 * (players - 1)  # of (I + 11ᵀ − 2·11ᵀ/n)/s², lower corner
    assert forms.is_star
    wanted: list[tuple[str, Quantity, float]] = [
        ("margin", Margin(equal, game.slices), 0.98 * infimum),
        ("lipschitz", Lipschitz(equal, game.slices), 1.02 * norm),
    ]
    for purpose, quantity, claim in wanted:
        found = prove(forms, box, [Claim(quantity, claim)], 4000)
        assert isinstance(found, Proved)
        assert holds(jacobian_of(game, box, found.tokens, purpose), purpose, claim)
    raised = Claim(Margin(equal, game.slices), 1.001 * infimum)
    assert isinstance(prove(forms, box, [raised], 200), Unproved)
