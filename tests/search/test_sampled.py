"""Sampled evidence: known optima are reached, planted lies are found, domains are kept."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from games.game import Floats, Structure
from games.language.number import parse_number
from games.quadratic import QuadraticGame
from games.regions.region import Space
from games.regions.shapes import Box
from sgn.bounds import (
    CannotBound,
    Claim,
    Cocoercivity,
    Coupling,
    Curvature,
    Exact,
    Lipschitz,
    Margin,
    Sampled,
    block_quantities,
    draws_needed,
)
from tests.helpers.scale import examples
from tests.helpers.toy import ToyGame, contest, multi_affine

# nudge of 1e-9, and what a step of 1e-8 leaves at a smooth or kinked optimum
REACHED = 1e-7


def test_tullock_reaches_the_published_estimates() -> None:
    # f_i = x_i − x_i/Σx on [0.21, 0.235]³; multi-start estimates of the published table, to 1e-6
    box = Box(["0.21"] * 3, ["0.235"] * 3)
    game = contest([1, 1, 1], box)
    b = Sampled().block_bounds(game, box)
    assert b.evidence == "sampled"
    np.testing.assert_allclose(b.curvature_lower, 2.682628305081905, rtol=1e-8)
    off = b.coupling_upper.toarray()[~np.eye(3, dtype=bool)]
    np.testing.assert_allclose(off, 0.8398421096833799, rtol=1e-8)
    alpha, beta = Sampled().bound(
        game, box, [Margin((1, 1, 1), game.slices), Lipschitz((1, 1, 1), game.slices)]
    )
    np.testing.assert_allclose([alpha, beta], [2.0119712288114284, 5.039052658100277], rtol=1e-8)


def test_ten_players_at_once() -> None:
    box = Box(["0.08"] * 10, ["0.1"] * 10)
    game = contest([1] * 10, box)
    w = (1.0,) * 10
    quantities = [
        *block_quantities(game),
        Margin(w, game.slices),
        Lipschitz(w, game.slices),
        Cocoercivity(w, game.slices),
    ]
    values = Sampled().bound(game, box, quantities)
    # published table of the internet switching game, corners and faces of the box
    np.testing.assert_allclose(values[:10], 1.8, rtol=1e-8)
    np.testing.assert_allclose(values[20:110], 1.25, rtol=1e-8)
    np.testing.assert_allclose(values[110:112], [1.0, 14.0625], rtol=1e-8)
    claims = [Claim(q, float(v)) for q, v in zip(quantities, values, strict=True)]
    assert Sampled().confirm(game, box, claims).broken == ()


def test_valleys_and_kinks_inside_the_box() -> None:
    def jacobian(points: Floats) -> Floats:
        x, y = points.T
        J = np.zeros((len(points), 2, 2))
        J[:, 0, 0] = 1 + 100 * (y - x**2) ** 2 + (1 - x) ** 2  # Rosenbrock: least 1 at (1, 1)
        J[:, 1, 1] = 1 + np.abs(x - 0.3) + np.abs(y - x - 0.1)  # kink: least 1 at (0.3, 0.4)
        J[:, 0, 1] = 5 - np.hypot(x - np.sqrt(0.5), y + 0.1)  # cone: greatest 5
        return J

    game = ToyGame([1, 1], jacobian, Structure.GENERAL, Box.cube(2, 2))
    for quantity, optimum, place in (
        (Curvature(0), 1, (1, 1)),
        (Curvature(1), 1, (0.3, 0.4)),
        (Coupling(0, 1), 5, (np.sqrt(0.5), -0.1)),
    ):
        value, point = Sampled().worst(game, Box.cube(2, 2), quantity)
        assert abs(value - optimum) <= REACHED * optimum
        np.testing.assert_allclose(point, place, atol=1e-3)  # flat valley: √REACHED times 3


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=examples(8), deadline=None)
def test_sampled_never_beats_exact_and_nearly_meets_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = [int(d) for d in rng.integers(1, 3, rng.integers(1, 4))]
    n = sum(sizes)
    low = rng.uniform(-2, 1, n)
    high = low + rng.uniform(0.1, 2, n) * (rng.random(n) < 0.8)
    box = Box(low.tolist(), high.tolist())
    game = multi_affine(sizes, rng, box)
    w = tuple(rng.uniform(0.5, 2, len(sizes)))
    quantities = [*block_quantities(game), Margin(w, game.slices), Lipschitz(w, game.slices)]
    exact = Exact().bound(game, box, quantities)
    found, points = Sampled(draws=64, seed=seed).search(game, box, quantities)
    lower, upper = box.floats()
    assert np.all((points >= lower) & (points <= upper))
    scale = np.abs(game.jacobian(points)).sum(axis=(1, 2)).max()
    sign = np.array([1 if q.upper else -1 for q in quantities])
    assert np.all(sign * (exact - found) >= 0)
    # all corners are among the samples (n ≤ 10): what remains is the shave
    assert np.all(sign * (exact - found) <= 1e-12 * scale)


def test_a_planted_false_claim_is_broken() -> None:
    box = Box(["0.21"] * 3, ["0.235"] * 3)
    game = contest([1, 1, 1], box)
    true = Sampled().block_bounds(game, box).curvature_lower
    claims = [Claim(Curvature(0), float(true[0])), Claim(Curvature(1), float(true[1]) * 1.2)]
    found = Sampled().confirm(game, box, claims)
    assert [k for k, _ in found.broken] == [1]
    assert true[1] <= found.broken[0][1] < true[1] * 1.2
    assert found.evidence["statement"].startswith("1 of the 2 claims fail")


def test_changed_claims_meet_fresh_draws() -> None:
    seen: list[Floats] = []

    def jacobian(points: Floats) -> Floats:
        seen.append(points.copy())
        return np.tile(np.eye(1), (len(points), 1, 1))

    game = ToyGame([1], jacobian, Structure.GENERAL, Box.cube(1, 1))
    for claimed in (0.5, 0.5, 0.4):
        Sampled().confirm(game, Box.cube(1, 1), [Claim(Curvature(0), claimed)])
    first, again, other = seen
    assert np.array_equal(first, again)
    assert not np.any(first == other)


@given(st.integers(1, 500), st.sampled_from(["0.1", "0.01", "1/3"]), st.integers(1, 12))
@settings(max_examples=examples(50), deadline=None)
def test_number_of_draws_is_the_least(claims: int, epsilon: str, digits: int) -> None:
    eps, delta = parse_number(epsilon), Fraction(1, 10**digits)
    k = draws_needed(claims, float(eps), float(delta))
    assert claims * (1 - eps) ** k <= delta * (1 + Fraction(1, 10**9))  # logarithms in floats
    assert claims * (1 - eps) ** (k - 1) > delta * (1 - Fraction(1, 10**9))


def test_evidence_is_text_and_integers() -> None:
    game = QuadraticGame(np.eye(2), [1, 1])
    evidence = Sampled(seed=5).confirm(game, Box.cube(2, 1), [Claim(Curvature(0), 0.5)]).evidence
    assert evidence["epsilon"] == "0.001"
    assert parse_number(evidence["delta"]) == Fraction(1, 10**6)
    assert evidence["draws"] == draws_needed(1, 1e-3, 1e-6)
    assert evidence["seed"] == 5
    assert all(isinstance(value, int | str) for value in evidence.values())


def test_a_value_that_is_not_finite_names_the_place() -> None:
    def jacobian(points: Floats) -> Floats:
        return np.asarray(np.log(points)[:, :1, None] * np.eye(2))

    box = Box([-1, 0], [1, 0])
    game = ToyGame([1, 1], jacobian, Structure.GENERAL, box)
    for attempt in (
        lambda: Sampled().block_bounds(game, box),
        lambda: Sampled().confirm(game, box, [Claim(Curvature(0), 0.0)]),
    ):
        with pytest.raises(CannotBound, match=r"not finite at x0 = .*, x1 = 0;") as caught:
            attempt()
        assert caught.value.reason == "domain"
        assert caught.value.point["x0"] <= 0


def test_degenerate_boxes_and_no_box() -> None:
    box = Box(["1/3", 1], ["1/3", 1])
    game = contest([1, 1], box)
    b = Sampled().block_bounds(game, box)
    J = game.jacobian(np.array([1 / 3, 1.0]))
    np.testing.assert_allclose(b.curvature_lower, np.diag(J), rtol=1e-8)
    assert (
        Sampled().confirm(game, box, [Claim(Curvature(0), float(b.curvature_lower[0]))]).broken
        == ()
    )
    with pytest.raises(CannotBound, match="give a box") as caught:
        Sampled().block_bounds(game, Space(2))
    assert caught.value.reason == "unsupported"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"draws": 100}, "draws is 100; expected a power of two"),
        ({"epsilon": 0.0}, "epsilon is 0.0; expected a number between 0 and 1"),
        ({"delta": 2.0}, "delta is 2.0; expected"),
    ],
)
def test_options_reject(options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Sampled(**options)  # deliberately out of range
