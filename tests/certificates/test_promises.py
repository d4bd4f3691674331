"""T14–T16, T20, T21 and T23: the numbers a user asks for, as laws and against simulation."""

import pickle
from copy import deepcopy
from dataclasses import replace
from fractions import Fraction
from functools import cache

import flint
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import games
import sgn
from certificates.certificate import Certificate
from certificates.kernel.claims import EquilibriumKind, Solution
from certificates.promises import (
    Promised,
    log_above,
    power_above,
    steps_needed,
)
from certificates.report.promises import promise_rows
from games import Box, QuadraticGame
from sgn.bounds.bounds import Bounds
from sgn.coupling.fixes import suggest
from tests.helpers.scale import examples
from tests.helpers.stale_play import Update, careless_rounds, play, random_schedule, rounds

Floats = NDArray[np.float64]
SEEDS = st.integers(0, 2**32 - 1)
FACTORS = st.fractions(0, 1).filter(lambda q: q < Fraction(99, 100))
MATRIX = [[2.0, 0.5, -0.25], [0.5, 1.5, 0.25], [-0.5, 0.25, 1.0]]


def equilibrium_text(certificate: Certificate) -> str:
    return promise_rows(certificate.claims)[0].text


@cache
def free() -> tuple[QuadraticGame, Certificate]:
    game = QuadraticGame(MATRIX, sizes=[1, 1, 1])
    return game, sgn.certify(game, metric="scalar").require()


@cache
def boxed() -> tuple[QuadraticGame, Certificate]:
    """The solution lies on the boundary."""
    game = QuadraticGame(MATRIX, sizes=[1, 1, 1], linear=[-3.0, 0.5, 0.25])
    region = Box([-1, -1, -1], [1, 1, 1])
    return game, sgn.certify(game, region, metric="scalar").require()


def root(result: Certificate) -> Floats:
    return np.sqrt([float(w) for w in result.weights])


# ---- T14


@settings(max_examples=examples(100), deadline=None)
@given(FACTORS, st.fractions(Fraction(1, 10**6), 1))
def test_steps_needed_are_enough_and_not_one_too_many(q: Fraction, ratio: Fraction) -> None:
    k = steps_needed(q, ratio)
    assert q**k <= ratio
    # rounding up to 30 digits can cost one step only where q^(k−1) is that near the ratio
    assert k == 0 or q ** (k - 1) > ratio * (1 - Fraction(1, 10**20))


@settings(max_examples=examples(50), deadline=None)
@given(FACTORS, st.integers(0, 200))
def test_powers_are_rounded_up(q: Fraction, count: int) -> None:
    assert q**count <= power_above(q, count) <= q**count * (1 + Fraction(1, 10**24))


def test_euler_needs_no_more_steps_than_promised() -> None:
    game, result = free()
    assert result.euler is not None
    metric, h = np.sqrt([float(w) for w in result.euler.weights]), float(result.euler.best_step)
    x = np.array([3.0, -2.0, 1.0])
    start = float(np.linalg.norm(x * metric))
    for _ in range(result.promises.steps_to(1e-6, start)):
        x = x - h * game.pseudo_gradient(x)
    assert np.linalg.norm(x * metric) <= 1e-6


def test_the_flow_needs_no_longer_than_promised() -> None:
    _, result = free()
    time = result.promises.time_to(1e-3, 10)
    assert np.exp(-float(result.margin) * float(time)) * 10 <= 1e-3 * (1 + 1e-12)  # exp's rounding


@settings(max_examples=examples(50), deadline=None)
@given(st.one_of(st.fractions(1, 10**9), st.integers(1, 10**30).map(lambda n: 1 + Fraction(1, n))))
def test_logarithms_are_rounded_up(value: Fraction) -> None:
    with flint.ctx.workprec(400):
        log = flint.arb(flint.fmpq(value.numerator, value.denominator)).log()
        above = log_above(value)
        bound = flint.arb(flint.fmpq(above.numerator, above.denominator))
        assert bool(bound > log) or value == 1
        assert bool(bound <= log * (1 + flint.arb("1e-25")))


def test_times_are_right_near_ratio_1_and_far_from_it() -> None:
    _, result = free()
    near, far = (
        result.promises.time_to(1, 1 + Fraction(1, 10**40)),
        result.promises.time_to(Fraction(1, 10**400), 10**400),
    )
    assert 0 < near.exact * result.margin.exact - Fraction(1, 10**40) < Fraction(1, 10**50)
    assert abs(float(far) * float(result.margin) - 800 * np.log(10)) < 1e-6


def test_unknown_methods_and_missing_steps_are_told() -> None:
    _, result = free()
    with pytest.raises(ValueError, match="expected one of euler, rk4"):
        result.promises.steps_to(1e-3, 1, "newton")
    with pytest.raises(ValueError, match="holds no steps of this method"):
        result.promises.steps_to(1e-3, 1, "rk4_equilibrium")


def test_projected_play_may_start_anywhere_in_the_region() -> None:
    game, result = boxed()
    assert result.euler is not None
    assert result.equilibrium is not None
    metric = np.sqrt([float(w) for w in result.euler.weights])
    centre = np.array([float(v) for v in result.equilibrium.point])
    x, h = np.array([-1.0, 1.0, 1.0]), float(result.euler.best_step)
    start = float(np.linalg.norm((x - centre) * metric)) * (1 + 1e-12)
    for _ in range(result.promises.steps_to(1e-6, start, projected=True)):
        x = np.clip(x - h * game.pseudo_gradient(x), -1, 1)
    assert np.linalg.norm((x - centre) * metric) <= 1e-6
    with pytest.raises(ValueError, match="nothing is promised"):
        result.promises.steps_to(1e-6, start)
    with pytest.raises(ValueError, match="nothing for this method with projection"):
        result.promises.steps_to(1e-6, start, "rk4", projected=True)


def test_projected_play_needs_no_equilibrium_that_is_located() -> None:
    """A box holds exactly one solution of VI(F, X), wherever it lies."""
    _, result = boxed()
    claims = result.claims
    unknown = claims.without(Solution, EquilibriumKind)
    known = result.promises.steps_to(1e-6, 1, projected=True)
    assert Promised(unknown).steps_to(1e-6, 1, projected=True) == known
    with pytest.raises(ValueError, match="no zero in the region"):
        Promised(unknown).steps_to(1e-6, 1)


# ---- what it rests on


def test_promises_of_estimated_certificates_say_so() -> None:
    game, _ = free()
    region = Box([-1] * 3, [1] * 3)
    result = sgn.certify(game, region, evidence="sampled", metric="scalar").require()
    promised, start = result.promises, Fraction(1, 10)
    step = promised.step_for_accuracy("0.1", "0.1")
    told = [
        result.margin,
        result.lipschitz,
        result.euler,
        result.extragradient,
        promised,
        promised.steps_to(1e-3, start),
        promised.time_to(1e-3, start),
        promised.noise_floor("0.1", step.exact),
        step,
        promised.implicit_factor(1),
        promised.asynchronous().factor("0.1"),
        promised.asynchronous().rate,
        promised.best_response().factor,
    ]
    assert {each.verdict for each in told if each is not None} == {"estimated"}
    assert all(repr(each).endswith("(estimated, not proved)") for each in told)
    assert "estimated" in repr(promised.asynchronous())
    assert "estimated" in repr(promised.best_response())
    count = promised.steps_to(1e-3, start)
    assert str(count) == f"{count}" == str(int(count))
    assert repr(pickle.loads(pickle.dumps(count))) == repr(count)
    assert repr(pickle.loads(pickle.dumps(step))) == repr(step) == repr(deepcopy(step))


def test_what_is_proved_or_assumed_says_so() -> None:
    _, result = free()
    assert repr(result.promises.steps_to(1e-3, 1)) == str(result.promises.steps_to(1e-3, 1))
    assert repr(result.margin) == f"Lower({result.margin})"
    assert result.promises.time_to(1e-3, 1).verdict == "proved"
    given = sgn.certify_bounds(Bounds.given([1, 1], [[0, 0.5], [0.5, 0]], [1, 1])).require()
    assert repr(given.promises) == "<Promised> (if what was given holds)"
    assert repr(given.euler).endswith("(if what was given holds)")
    assert given.margin.verdict == "conditional"


# ---- T15


def test_noise_settles_below_its_floor(rng: np.random.Generator) -> None:
    """Projected runs with noise of exactly σ in the metric; 2,000 runs, 4 standard errors."""
    for game, result in (free(), boxed()):
        assert result.euler is not None
        h, sigma = float(result.euler.best_step) / 4, 0.3
        assert result.equilibrium is not None
        metric = np.sqrt([float(w) for w in result.euler.weights])
        centre = np.array([float(v) for v in result.equilibrium.point])
        low, high = result.region.floats() if isinstance(result.region, Box) else (-1e9, 1e9)
        x = np.tile(centre, (2000, 1))
        for _ in range(200):
            noise = rng.normal(size=x.shape)
            noise *= sigma / np.linalg.norm(noise, axis=1)[:, None] / metric
            x = np.clip(x - h * (game.pseudo_gradient(x) + noise), low, high)
        squares = (((x - centre) * metric) ** 2).sum(axis=1)
        floor = float(result.promises.noise_floor(sigma, h)) ** 2
        assert squares.mean() <= floor + 4 * squares.std() / 2000**0.5


@settings(max_examples=examples(30), deadline=None)
@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_the_step_for_an_accuracy_reaches_it(sigma: float, accuracy: float) -> None:
    _, result = free()
    step = result.promises.step_for_accuracy(sigma, accuracy)
    floor = result.promises.noise_floor(sigma, step.exact)
    assert floor.exact <= Fraction(accuracy) * (1 + Fraction(1, 10**12))  # the root's rounding


def test_noise_needs_projection_or_all_of_space() -> None:
    dense = QuadraticGame([[-0.5, 2.0], [-2.0, 3.0]], sizes=[1, 1])
    result = sgn.certify(dense, Box([-1, -1], [1, 1])).require()
    with pytest.raises(ValueError, match="noise may leave the region"):
        result.promises.noise_floor(1, "0.01")
    with pytest.raises(ValueError, match="sigma is not above 0"):
        free()[1].promises.noise_floor(0, "0.1")


# ---- T16


@settings(max_examples=examples(30), deadline=None)
@given(SEEDS, st.integers(0, 20), st.floats(0.05, 1))
def test_stale_reads_shrink_each_round(seed: int, delay: int, part: float) -> None:
    """Any order of updates, reads late and now and then very late: at every moment, by its rounds.

    The second game is where nothing cancels: from (1, 1) it attains what is promised.
    """
    rng = np.random.default_rng(seed)
    _, result = free()
    for J, promised in ((np.array(MATRIX), result.promises), (COUPLED, coupled().promises)):
        answer = promised.asynchronous()
        x, step = np.array([float(v) for v in answer.vector]), float(answer.step_max) * part
        schedule = random_schedule(rng, len(J), 40, delay)
        start = x * (1 if seed % 2 else rng.uniform(-1, 1, len(J)))
        sizes = abs(play(J, step, start, schedule) / x).max(axis=1)
        factor = float(answer.factor(Fraction(step)))
        for time in range(len(schedule) + 1):
            over = rounds(schedule[:time], len(J))
            assert sizes[time] <= sizes[0] * factor**over * (1 + 1e-12)  # 40 roundings


COUPLED = np.array([[1.0, 0.9], [0.9, 1.0]])


@cache
def coupled() -> Certificate:
    return sgn.certify(QuadraticGame(COUPLED, sizes=[1, 1])).require()


def test_one_more_stale_update_takes_a_round_back() -> None:
    """Two fresh rounds shrink 1 to .81; who then reads the start again is at .9."""
    answer = coupled().promises.asynchronous()
    assert answer.step_max == 1
    fresh = [Update(0, {1: 0}), Update(1, {0: 0}), Update(0, {1: 2}), Update(1, {0: 2})]
    late = [*fresh, Update(0, {1: 0})]
    sizes = abs(play(COUPLED, 1.0, np.ones(2), late)).max(axis=1)
    assert sizes[[4, 5]].tolist() == pytest.approx([0.81, 0.9], rel=1e-12)
    assert (rounds(fresh, 2), rounds(late, 2)) == (2, 1)
    assert float(answer.factor(1)) == pytest.approx(0.9, rel=1e-9)
    assert careless_rounds(late, 2) == 2  # and .9 is more than .81


def test_with_reads_up_to_d_steps_old_d_and_one_steps_are_a_round() -> None:
    """All players in each step, as `simulate` plays: step s reads states s − D to s."""
    players, delay, steps = 3, 4, 15
    schedule = [
        Update(i, {j: players * max(0, s - delay) for j in range(players) if j != i})
        for s in range(steps)
        for i in range(players)
    ]
    assert rounds(schedule, players) == steps // (delay + 1)


def test_best_responses_shrink() -> None:
    _, result = free()
    answer, J = result.promises.best_response(), np.array(MATRIX)
    u, x = np.array([float(v) for v in answer.vector]), np.array([1.0, -1.0, 0.5])
    for _ in range(10):
        after = -(J @ x - np.diag(J) * x) / np.diag(J)
        assert max(abs(after) / u) <= max(abs(x) / u) * float(answer.factor) + 1e-12
        x = after


@settings(max_examples=examples(10), deadline=None)
@given(SEEDS)
def test_best_responses_in_the_players_own_sets_shrink_from_anywhere(seed: int) -> None:
    """Towards the solution on the boundary, too; simulated play answers within the region."""
    game, result = boxed()
    answer, found = result.promises.best_response(), result.equilibrium
    assert answer.radius is None
    assert found is not None
    starts = np.random.default_rng(seed).uniform(-1, 1, (20, 3))
    assert isinstance(result.region, Box)
    run = sgn.simulate(game, starts, method="best-response", steps=5, region=result.region)
    centre, u = (np.array([float(v) for v in each]) for each in (found.point, answer.vector))
    sizes = (abs(run.trajectories - centre) / u).max(axis=2)
    allowed = sizes[0] * float(answer.factor) ** np.arange(6)[:, None]
    assert (sizes <= allowed + 1e-9).all()  # the error of the point


def test_best_responses_outside_the_region_are_another_matter() -> None:
    """x² − x⁴/8 is convex on [−1, 1] and has no least value on R: answers go to infinity there."""
    game = games.SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]}, {"a": "x**2 - x**4/8 + x*y/8", "b": "y**2 + x*y/8"}
    )
    region = Box([-1, -1], [1, 1])
    answer = sgn.certify(game, region, metric="scalar").require().promises.best_response()
    assert answer.factor < 1
    start = [[1.0, -1.0]]
    kept = sgn.simulate(game, start, method="best-response", steps=1, region=region)
    assert abs(kept.trajectories[-1]).max() <= float(answer.factor)
    away = game.pseudo_gradient(np.array([3.0, 0.0]))
    assert away[0] < 0  # from 3 on the cost falls for ever


def test_without_a_small_gain_nothing_is_promised_for_stale_reads() -> None:
    result = sgn.certify(QuadraticGame([[1.0, 3.0], [-3.0, 1.0]], sizes=[1, 1])).require()
    with pytest.raises(ValueError, match="structural margin is not positive"):
        result.promises.asynchronous()
    field = QuadraticGame([[2.0, 0.5], [0.1, 1.0]], sizes=[2], field=True)
    with pytest.raises(ValueError, match="not symmetric"):
        sgn.certify(field).require().promises.best_response()


def test_fields_are_promised_neither_stale_reads_nor_a_nash_equilibrium() -> None:
    """An own block [[1, −20], [20, 1]]: no gradient step of length 1 shrinks it."""
    game = games.SymbolicGame.from_field(
        {"a": ["x", "y"], "b": ["z"]},
        {"a": ["x - 20*y - 60", "20*x + y"], "b": ["z - 5"]},
    )
    result = sgn.certify(game, Box([-1] * 3, [1] * 3), metric="scalar")
    promises = result.require().promises
    for ask in (promises.asynchronous, promises.best_response):
        with pytest.raises(ValueError, match="T16 needs costs, not a field"):
            ask()
    found = result.require().equilibrium
    assert found is not None
    assert found.kind in {"boundary", "variational"}
    assert "Nash" not in equilibrium_text(result.require())
    assert "the Nash equilibrium" in equilibrium_text(boxed()[1])


def test_stale_reads_need_a_positive_step() -> None:
    claims = free()[1].claims
    flat = replace(claims.bounds, curvature_upper=-claims.bounds.curvature_lower)
    with pytest.raises(ValueError, match="no step is promised"):
        Promised(claims.with_claims(flat)).asynchronous()


# ---- T20


@settings(max_examples=examples(30), deadline=None)
@given(SEEDS, st.floats(0.05, 1))
def test_extragradient_shrinks_at_its_rate(seed: int, part: float) -> None:
    rng = np.random.default_rng(seed)
    for game, result in (free(), boxed()):
        steps, found = result.extragradient, result.equilibrium
        assert steps is not None
        assert found is not None
        assert steps.projected
        h, metric = float(steps.step_max) * part, root(result)
        low, high = result.region.floats() if isinstance(result.region, Box) else (-1e9, 1e9)
        centre = np.array([float(v) for v in found.point])
        x = rng.uniform(-1, 1, (40, 3))
        y = np.clip(x - h * game.pseudo_gradient(x), low, high)
        after = np.clip(x - h * game.pseudo_gradient(y), low, high)
        ratio = np.linalg.norm((after - centre) * metric, axis=1)
        ratio = ratio / np.linalg.norm((x - centre) * metric, axis=1)
        assert ratio.max() <= float(steps.factor(Fraction(h))) + 1e-9  # error of the point


@settings(max_examples=examples(20), deadline=None)
@given(SEEDS)
def test_optimistic_gradient_keeps_its_promise_at_every_step(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for game, result in (free(), boxed()):
        steps, found = result.optimistic, result.equilibrium
        assert steps is not None
        assert found is not None
        h, metric = float(steps.step_max), root(result)
        low, high = result.region.floats() if isinstance(result.region, Box) else (-1e9, 1e9)
        centre = np.array([float(v) for v in found.point])
        x = rng.uniform(-1, 1, (40, 3))
        y, start = x, np.linalg.norm((x - centre) * metric, axis=1)
        for k in range(1, 60):
            y = np.clip(x - h * game.pseudo_gradient(y), low, high)
            x = np.clip(x - h * game.pseudo_gradient(y), low, high)
            bound = start * float(steps.factor_at_best) ** k
            assert (np.linalg.norm((x - centre) * metric, axis=1) <= bound + 1e-9).all()


# ---- T21, T23


def test_projected_rk4_is_refused_for_its_wrong_fixed_point() -> None:
    game = QuadraticGame([[1.0, 0.0], [-2.0, 3.0]], [1, 1], linear=[-2.0, 0.0])
    promises = sgn.certify(game, Box([0, 0], [1, 1])).require().promises
    with pytest.raises(ValueError, match="wrong fixed point"):
        promises.steps_to(0.01, 0.1, "rk4", projected=True)
    A, b, h, x = np.array([[1.0, 0.0], [-2.0, 3.0]]), np.array([-2.0, 0.0]), 0.5, np.zeros(2)
    for _ in range(200):
        k1 = A @ x + b
        k2 = A @ (x - h / 2 * k1) + b
        k3 = A @ (x - h / 2 * k2) + b
        k4 = A @ (x - h * k3) + b
        x = np.clip(x - h / 6 * (k1 + 2 * k2 + 2 * k3 + k4), 0, 1)
    assert np.allclose(x, [1, 0.8746], atol=1e-4)  # the solution is (1, 2/3)
    game = QuadraticGame(A, sizes=[1, 1], linear=b)
    found = sgn.certify(game, Box([0, 0], [1, 1]), metric="scalar").require().equilibrium
    assert found is not None
    assert np.allclose([float(v) for v in found.point], [1, 2 / 3])


@settings(max_examples=examples(30), deadline=None)
@given(SEEDS, st.floats(1e-3, 1e3))
def test_implicit_steps_shrink(seed: int, step: float) -> None:
    _, result = free()
    x = np.random.default_rng(seed).normal(size=3)
    after = np.linalg.solve(np.eye(3) + step * np.array(MATRIX), x)
    factor = float(result.promises.implicit_factor(step))
    assert np.linalg.norm(after * root(result)) <= factor * np.linalg.norm(x * root(result)) + 1e-12


def test_implicit_steps_need_a_zero_in_the_region() -> None:
    with pytest.raises(ValueError, match="no zero in the region"):
        boxed()[1].promises.implicit_factor(1)
    claims = sgn.certify(free()[0], Box([-1] * 3, [1] * 3), metric="scalar").require().claims
    assert Promised(claims).implicit_factor(1) < 1
    assert claims.solution is not None
    vague = claims.with_claims(replace(claims.solution, error=Fraction(50)))
    with pytest.raises(ValueError, match="no start set is certified for flow"):
        Promised(vague).implicit_factor(1)


def test_numbers_that_are_none_are_refused() -> None:
    game, _ = free()
    with pytest.raises(ValueError, match="expected finite numbers"):
        sgn.simulate(game, [1, 1, 1], step="0.1", steps=2, target=[0, float("nan"), 0])
    play = sgn.simulate(game, [1, 1, 1], step="0.1", steps=2)
    for ask in (play.converged, play.steps_to):
        with pytest.raises(ValueError, match="no target"):
            ask(1.0)
    with pytest.raises(ValueError, match="expected a finite number"):
        suggest(Bounds.given([1, 1], [[0.0, 10.0], [0.4, 0.0]], [1, 1]), float("nan"))


def test_projected_euler_is_stated_where_the_projection_is_the_players_own() -> None:
    _, inside = boxed()
    assert inside.euler is not None
    assert inside.euler.projected
    dense = sgn.certify(games.catalogue.load("fk-a5"), metric="dense").require()
    assert dense.euler is not None
    if dense.euler.metric.kind != "scalar":
        assert not dense.euler.projected
