"""T17 and T22: learning rates, constant and varying, against simulation."""

import math
from fractions import Fraction

import jsonschema
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import sparse

import games
import sgn
from certificates.schemas import schema
from games.errors import InputError
from games.rates import RatedGame, with_rates
from sgn.bounds import Bounds
from sgn.learning_rates.constant import best_rates, certify_rates, rates_in_metric
from sgn.learning_rates.varying import TimeVaryingRates, time_varying_rates
from sgn.metrics.weights import best_margin, margin_at, optimal_weights
from tests.helpers.block_games import random_bounds, random_jacobian, scale_of
from tests.helpers.random_games import block_game
from tests.helpers.scale import examples

seeds = st.integers(0, 2**32 - 1)


def contracting(seed: int, *, irreducible: bool = False) -> Bounds:
    """Random bounds with α* = 0.1 to 1."""
    bounds = random_bounds(seed, irreducible=irreducible)
    rng = np.random.default_rng(seed)
    mu = bounds.curvature_lower - best_margin(bounds) + rng.uniform(0.1, 1)
    return Bounds.given(mu, bounds.coupling_upper, mu + rng.uniform(0, 3, bounds.size))


def largest(x: np.ndarray, blocks: tuple[slice, ...], v: np.ndarray) -> float:
    """max_i ‖v_i‖/x_i."""
    return max(float(np.linalg.norm(v[b]) / x_i) for b, x_i in zip(blocks, x, strict=True))


@given(seeds)
@settings(max_examples=examples(30), deadline=None)
def test_T17_rates_keep_the_sign_of_the_margin_in_their_own_metric(seed: int):
    bounds = random_bounds(seed)
    rates = 10 ** np.random.default_rng(seed).uniform(-2, 2, bounds.size)
    best = optimal_weights(bounds)
    assume(abs(best.margin) > 1e-6 * scale_of(bounds))
    rated = bounds.with_rates(rates)
    w = rates_in_metric(best.weights, rates)
    assert (margin_at(rated, w).margin > 0) == (best.margin > 0)
    assert (best_margin(rated) > 0) == (best_margin(bounds) > 0)


@given(seeds)
@settings(max_examples=examples(6), deadline=None)
def test_T17_a_rated_game_has_the_rated_field(seed: int):
    game = block_game(seed, field=bool(seed % 2))
    rng = np.random.default_rng(seed)
    rates = 10 ** rng.uniform(-1, 1, len(game.sizes))
    rated = with_rates(game, rates.tolist())
    x = rng.normal(size=(3, game.dimension))
    rows = np.repeat(rates, game.sizes)
    assert rated.pseudo_gradient(x) == pytest.approx(rows * game.pseudo_gradient(x), rel=1e-12)
    assert np.array_equal(rated.jacobian(x), rows[:, None] * game.jacobian(x))
    assert (rated.sizes, rated.symmetric) == (game.sizes, game.symmetric)
    result = certify_rates(game, rates=rates.tolist()).require()
    assert sgn.verify(result)
    assert result.euler is not None
    h = 0.99 * float(result.euler.step_max)
    M = result.euler.metric.matrix(game.sizes)
    step = x[0] - x[1]
    after = step - h * rows * (game.jacobian(x[0]) @ step)
    before, then = (float(np.sqrt(v @ M @ v)) for v in (step, after))
    assert then <= float(result.euler.factor(h)) * before * (1 + 1e-9)  # rounding of norms


def test_T17_text_games_are_rated_exactly():
    game = games.catalogue.load("harker")
    rated = with_rates(game, ["1/3", 2])
    x = np.array([[1.0, 2.0], [3.0, 5.0]])
    assert rated.pseudo_gradient(x) == pytest.approx(
        np.array([1 / 3, 2]) * game.pseudo_gradient(x), rel=1e-15
    )
    again = games.files.document.from_document(rated.document(), "game")
    assert again.pseudo_gradient(x).tolist() == rated.pseudo_gradient(x).tolist()
    certificate = certify_rates(game, game.region, rates=["1/3", 2]).require()
    assert certificate.verdict == "proved"
    assert certificate.document["game"]["name"].endswith("at rates 1/3, 2")


def test_rates_of_other_games():
    callable_game = games.CallableGame([lambda x: [x[0] + x[1]], lambda x: [x[1] - x[0]]], [1, 1])
    rated = with_rates(callable_game, [1, 4])
    assert rated.pseudo_gradient(np.array([1.0, 2.0])).tolist() == [3.0, 4.0]
    assert rated.jacobian(np.zeros(2), (1, 0)) == pytest.approx(-4.0)
    assert not rated.provable
    assert rated.document()["name"] == "at rates 1, 4"
    J = sparse.csr_array(np.array([[2.0, 1.0], [0.5, 2.0]]))
    thin = with_rates(games.QuadraticGame(J, [1, 1]), [1, 2])
    assert thin.jacobian(np.zeros(2)).tolist() == [[2.0, 1.0], [1.0, 4.0]]
    with pytest.raises(ValueError, match="rates has 1 entries; expected 2"):
        with_rates(callable_game, [1])
    with pytest.raises(ValueError, match=r"rates\[1\] is 0; expected a positive number"):
        with_rates(callable_game, [1, 0])


def test_T17_games_of_policies_are_proved_at_rates_by_their_text():
    """The document speaks of the rated game: its own attack, which reads that, finds nothing."""
    pennies = games.NormalFormGame([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]], 1)
    x = np.array([[0.3, -0.7], [1.0, 0.5]])
    for game in (pennies, pennies.with_field("kakade"), pennies.with_field("euclidean")):
        rated = with_rates(game, [1, 2])
        again = games.files.document.from_document(rated.document(), "game")
        for each in (rated, again):  # 1e-12: another order of the same sums
            field = np.array([1, 2]) * game.pseudo_gradient(x)
            assert each.pseudo_gradient(x) == pytest.approx(field, rel=1e-12, abs=1e-15)
    result = certify_rates(pennies, games.Box.cube(2, 1), rates=[1, 2]).require()
    assert result.verdict == "proved"
    assert result.document["game"]["name"] == "natural gradient in log-odds at rates 1, 2"
    assert sgn.verify(result)
    assert not sgn.attack(result, seconds=0).broken


def test_T17_what_cannot_be_written_down_at_rates_is_not_written_down_without():
    game = games.catalogue.load("random-markov")
    rated = with_rates(game, [1, 2])
    assert rated.document().keys() == {"format", "kind", "name", "source", "players", "derivatives"}
    assert rated.document()["kind"] == "callable"
    assert not rated.provable
    with pytest.raises(InputError, match="cannot be rebuilt"):
        games.files.document.from_document(rated.document(), "game")
    for inner in (games.catalogue.load("harker"), game):
        wrapped = RatedGame(inner, (Fraction(1), Fraction(2)))
        assert wrapped.document()["kind"] == "callable"
    kinds = schema("certificate-2")["$defs"]
    jsonschema.validate(rated.document(), {"$ref": "#/$defs/callable", "$defs": kinds})


@given(seeds)
@settings(max_examples=examples(25), deadline=None)
def test_T22_simulated_steps_and_flow_stay_within_the_proved_rates(seed: int):
    bounds = contracting(seed)
    rng = np.random.default_rng(seed)
    J, blocks = random_jacobian(bounds, rng)
    owner = np.repeat(np.arange(bounds.size), [b.stop - b.start for b in blocks])
    proved = time_varying_rates(bounds, Fraction(1, 4))
    x = proved.vector
    assert 0 < float(proved.contraction) <= best_margin(bounds) + 1e-9 * scale_of(bounds)
    h = 0.999 * float(proved.step_limits.min())
    factor = float(proved.euler_factor(h, [1] * bounds.size))
    v = rng.normal(size=len(J)) * x[owner]
    for _ in range(20):
        rates = rng.uniform(0.25, 1, bounds.size)
        after = v - h * rates[owner] * (J @ v)
        # 1e-12: rounding of a product
        assert largest(x, blocks, after) <= factor * largest(x, blocks, v) * (1 + 1e-12)
        v = after
        short = 1e-3 * h  # the flow, by steps so short that their error is of second order
        flowed = v - short * rates[owner] * (J @ v)
        bound = np.exp(-float(proved.decay) * short) + (short * np.abs(J).sum()) ** 2
        assert largest(x, blocks, flowed) <= bound * largest(x, blocks, v)


def test_T22_says_no_more_than_the_vector_proves():
    toy = Bounds.given([1, 1], [[0, 0.5], [0.5, 0]], [2, 2])
    with pytest.raises(ValueError, match="the vector does not prove this contraction"):
        TimeVaryingRates(toy, np.ones(2), Fraction(51, 100), Fraction(1))
    with pytest.raises(ValueError, match="does not prove"):
        TimeVaryingRates(toy, np.array([1.0, -1.0]), Fraction(1, 2), Fraction(1))
    with pytest.raises(ValueError, match="does not prove"):
        TimeVaryingRates(toy, np.array([1.0, np.nan]), Fraction(1, 2), Fraction(1))
    with pytest.raises(ValueError, match="vector has shape"):
        TimeVaryingRates(toy, np.ones(3), Fraction(1, 2), Fraction(1))
    with pytest.raises(ValueError, match="the least rate is not above 0"):
        TimeVaryingRates(toy, np.ones(2), Fraction(1, 2), Fraction(0))
    with pytest.raises(ValueError, match="rates that vary need a positive one"):
        time_varying_rates(Bounds.given([1, 1], [[0, 2], [2, 0]], [1, 1]))
    proved = time_varying_rates(toy, "0.1")
    assert float(proved.decay) == pytest.approx(0.05)
    with pytest.raises(ValueError, match=r"exceeds 2/\(μ_i \+ Λ_i\)"):
        proved.euler_factor(1, [1, 0.5])
    with pytest.raises(ValueError, match="a largest rate is below the least one"):
        proved.euler_factor(1, [0.05, 0.5])
    skew = Bounds.given([1, 1], [[0, 0.5], [0.5, 0]], [2, 2], symmetric=False)
    with pytest.raises(ValueError, match="only the flow"):
        time_varying_rates(skew).euler_factor(0.1, [1, 1])


@given(seeds)
@settings(max_examples=examples(15), deadline=None)
def test_T17_no_rates_beat_the_best_ones(seed: int):
    bounds = contracting(seed, irreducible=True)
    best = best_rates(bounds)
    rng = np.random.default_rng(seed)
    mu, upper, L = bounds.curvature_lower, bounds.curvature_upper, bounds.coupling_upper.toarray()

    def radius(rates: np.ndarray) -> float:
        """ρ(N) of T9 with step 1."""
        own = np.maximum(np.abs(1 - rates * mu), np.abs(1 - rates * upper))
        return float(np.abs(np.linalg.eigvals(np.diag(own) + rates[:, None] * L)).max())

    least = radius(best.rates)
    assert best.factor == pytest.approx(least, abs=1e-6)
    assert best.factor <= best.common_factor + 1e-9
    assert best.gain >= 1 - 1e-6
    for _ in range(50):
        tried = best.rates * np.exp(rng.normal(size=bounds.size) * rng.choice([0.01, 0.3, 2]))
        assert radius(tried) >= least - 1e-9  # eigenvalues' rounding


def test_best_rates_need_a_margin_and_costs():
    with pytest.raises(ValueError, match="no rates contract unless"):
        best_rates(Bounds.given([1, 1], [[0, 2], [2, 0]], [1, 1]))
    with pytest.raises(ValueError, match="known for costs only"):
        best_rates(Bounds.given([1, 1], [[0, 0.2], [0.2, 0]], [1, 1], symmetric=False))


def test_T17_the_metric_at_rates_is_one_of_positive_weights():
    assert rates_in_metric([1, 200], [1, 100]).tolist() == [1, 2]
    for weights, rates, message in (
        ([1, 2], [0, 1], "some rate is not a finite number above 0"),
        ([1, 2], [-1, 1], "some rate is not a finite number above 0"),
        ([1, 2], [1, math.inf], "some rate is not a finite number above 0"),
        ([1, math.nan], [1, 1], "some weight is not a finite number above 0"),
        ([1, 1e300], [1, 1e-300], "too large or too small for a float"),
        ([1, 2], [1], "expected one of each per player"),
    ):
        with np.errstate(all="raise"), pytest.raises(ValueError, match=message):
            rates_in_metric(weights, rates)


def test_what_rests_on_sampled_bounds_says_so():
    sampled = Bounds(("a", "b"), [1, 1], [2, 2], [[0, 0.5], [0.5, 0]], "sampled", True)
    assert time_varying_rates(sampled).evidence == best_rates(sampled).evidence == "sampled"
    assert "if the bounds hold (sampled)" in repr(time_varying_rates(sampled))
    assert best_rates(Bounds.given([1], [[0]], [1])).gain > 0
