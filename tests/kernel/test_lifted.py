"""T28: schemes against steps written out, and worst runs of fields in the sector against Cq^k."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import games
import sgn
from certificates.kernel.document.metric import Metric
from certificates.kernel.inequalities.lifted import SCHEMES, Constants, Scheme, decrease
from certificates.kernel.theorems.lifted import LiftedSteps
from sgn.simulation.methods import METHODS
from sgn.steps.lifted import lifted_plan
from tests.helpers.scale import examples

Floats = NDArray[Any]  # real, or complex for the plane
Field = Callable[[Floats], Floats]
ROUNDING = 1e-9  # of floats, over so few steps
ONE = Metric.scalar(np.ones(2))


class _Known:
    """β, all that constants and growth ask of a certificate."""

    lipschitz = Fraction(1)


def written_out(name: str, F: Field, h: float, x: Floats, count: int) -> list[Floats]:
    """The method as books have it, one line a step; the first gradient is that at x."""
    runs, last, before = [x], F(x), x
    for _ in range(count):
        if name == "extragradient_equilibrium":
            x = x - h * F(x - h * F(x))
        elif name == "optimistic_equilibrium":
            slope = F(x - h * last)
            x, last = x - h * slope, slope
        elif name in ("forward_reflected", "adams_bashforth_2"):
            share = 1.0 if name == "forward_reflected" else 0.5
            slope = F(x)
            x, last = x - h * ((1 + share) * slope - share * last), slope
        else:
            theta = -0.5 if name == "negative_momentum" else 0.1
            read = x + theta * (x - before) if name == "nesterov" else x
            x, before = x + theta * (x - before) - h * F(read), x
        runs.append(x)
    return runs


def turning(margin: float, angle: float, bend: float) -> Field:
    """A field with margin α and Lipschitz constant 1 in the plane whose zero is 0.

    αx and a monotone, (1 − α)-Lipschitz part: half a turn by 90° at most, and half of how far x is
    from a ball.
    """
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.array([[cos, -sin], [sin, cos]])

    def F(x: Floats) -> Floats:
        size = np.linalg.norm(x, axis=-1, keepdims=True)
        inner = np.where(size > bend, bend / np.maximum(size, bend), 1.0) * x  # onto a ball
        moved: Floats = margin * x + (1 - margin) * 0.5 * (x @ turn.T + x - inner)
        return moved

    return F


@pytest.fixture(scope="module")
def plans() -> dict[tuple[str, str], LiftedSteps]:
    found = {}
    for ratio in ("0.5", "0.1"):
        for name in SCHEMES:
            plan = lifted_plan(name, ONE, Fraction(ratio), Fraction(1), None)
            assert plan is not None
            found[ratio, name] = plan
    return found


@pytest.mark.parametrize("name", SCHEMES)
def test_a_scheme_is_the_method_as_books_have_it(name: str, rng: np.random.Generator) -> None:
    game = games.QuadraticGame([[1.0, 2.0], [-2.0, 0.5]], sizes=[1, 1])
    x = rng.normal(size=(3, 2))
    key = name.removesuffix("_equilibrium").replace("_", "-")
    play = sgn.simulate(game, x, method=key, step=0.2, steps=6)
    runs = written_out(name, game.pseudo_gradient, 0.2, x, 6)
    assert np.allclose(play.trajectories, runs, atol=ROUNDING)
    assert key in METHODS


def test_a_scheme_that_moves_zeros_cannot_be_built() -> None:
    one, two = (Fraction(1),), (Fraction(2),)
    with pytest.raises(ValueError, match="moves the zeros"):
        Scheme((two,), (one,), (one,), ((Fraction(0),),))
    with pytest.raises(ValueError, match="moves the zeros"):
        Scheme((one,), (one,), (one,), (one,))


@given(
    name=st.sampled_from(sorted(SCHEMES)),
    ratio=st.sampled_from(["0.5", "0.1"]),
    share=st.floats(0.01, 1),
    radians=st.floats(-np.pi / 2, np.pi / 2),
    size=st.floats(0, 1),
)
@settings(max_examples=examples(300), deadline=None)
def test_no_linear_field_goes_slower_than_claimed(
    plans: dict[tuple[str, str], LiftedSteps],
    name: str,
    ratio: str,
    share: float,
    radians: float,
    size: float,
) -> None:
    """λ in the half disc Re λ ≥ α, |λ| ≤ 1, which is the field λz of the plane."""
    plan, alpha = plans[ratio, name], float(ratio)
    h = min(plan.step_max, Fraction(share) * plan.step_max)
    edge = np.exp(1j * radians)
    value = (
        edge * size
        if (edge * size).real >= alpha
        else alpha + 1j * edge.imag * (1 - alpha**2) ** 0.5
    )
    _never_above(
        plan, h, written_out(name, lambda z: value * z, float(h), np.ones((1, 1), complex), 60)
    )


@given(
    name=st.sampled_from(sorted(SCHEMES)),
    ratio=st.sampled_from(["0.5", "0.1"]),
    share=st.floats(0.01, 1),
    radians=st.floats(-np.pi / 2, np.pi / 2),
    bend=st.floats(0.01, 2),
)
@settings(max_examples=examples(200), deadline=None)
def test_no_bent_field_goes_slower_than_claimed(
    plans: dict[tuple[str, str], LiftedSteps],
    name: str,
    ratio: str,
    share: float,
    radians: float,
    bend: float,
) -> None:
    plan = plans[ratio, name]
    h = min(plan.step_max, Fraction(share) * plan.step_max)
    F = turning(float(ratio), radians, bend)
    starts = np.array([[1.0, 0.0], [0.3, -1.0], [0.05, 0.02]])
    _never_above(plan, h, written_out(name, F, float(h), starts, 60))


def _never_above(plan: LiftedSteps, h: Fraction, runs: list[Floats]) -> None:
    C, q = float(plan.constant(_Known(), h)), float(plan.factor(h))  # type: ignore[arg-type]
    first = np.linalg.norm(runs[0], axis=-1)
    for k, x in enumerate(runs):
        assert (np.linalg.norm(x, axis=-1) <= (C * q**k + ROUNDING) * first).all()


def test_reads_stay_within_the_growth(plans: dict[tuple[str, str], LiftedSteps]) -> None:
    """What is read from distance 1, over the turns of the plane."""
    for (ratio, name), plan in plans.items():
        most = float(plan.growth(_Known()))  # type: ignore[arg-type]
        for share in (0.3, 1.0):
            for angle in np.linspace(0, np.arccos(float(ratio)), 7):
                assert _furthest(name, angle, share * float(plan.step_max)) <= most + ROUNDING


def _furthest(name: str, angle: float, h: float) -> float:
    read, value = list[float](), complex(np.exp(1j * angle))

    def F(z: Floats) -> Floats:
        read.append(float(abs(z).max()))
        moved: Floats = value * z
        return moved

    written_out(name, F, h, np.ones((1, 1), complex), 40)
    return max(read)


@given(share=st.floats(0, 1), name=st.sampled_from(sorted(SCHEMES)))
@settings(max_examples=examples(30), deadline=None)
def test_the_form_is_concave_in_the_step(share: float, name: str) -> None:
    """K at a step between two lies above the chord, for any multipliers ≥ 0."""
    scheme, constants = SCHEMES[name], Constants(Fraction(1, 5), Fraction(1), Fraction(1, 3))
    side, part = len(scheme.A), Fraction(share)
    P = [[Fraction(int(i == j)) for j in range(side)] for i in range(side)]
    lams = [(Fraction(1), Fraction(2), Fraction(3))] * len(scheme.pairs)
    low, high = Fraction(1, 10), Fraction(7, 10)
    K = {
        h: np.array(decrease(scheme, constants, h, Fraction(1, 9), P, lams), dtype=float)
        for h in (low, high, low + part * (high - low))
    }
    between = K[low + part * (high - low)] - (1 - share) * K[low] - share * K[high]
    assert np.linalg.eigvalsh(between)[0] >= -ROUNDING


def test_optimistic_gradient_goes_twice_as_far_as_by_its_closed_form() -> None:
    game = games.QuadraticGame([[0.2, 1.0], [-1.0, 0.2]], sizes=[1, 1])
    found = sgn.certify(game).require()
    near, far = found.optimistic, found.method("optimistic_equilibrium")
    assert near is not None
    assert far is not None
    assert far.step_max.exact > near.step_max.exact
    assert 1 - far.factor_at_best.exact > Fraction(3, 2) * (1 - near.factor_at_best.exact)
    assert near.constant.exact == 1 < far.constant.exact < 3
    asked = {
        key: found.promises.steps_to("1e-6", 1, key)
        for key in ("optimistic", "optimistic_equilibrium")
    }
    assert asked["optimistic_equilibrium"] < asked["optimistic"]


def test_promised_steps_are_enough_and_pay_for_the_constant() -> None:
    game = games.QuadraticGame([[0.2, 1.0], [-1.0, 0.2]], sizes=[1, 1])
    found = sgn.with_methods(sgn.certify(game).require())
    for key in SCHEMES:
        steps = found.method(key)
        if steps is None:
            continue
        count = int(found.promises.steps_to("1e-4", 1, key))
        play = sgn.simulate(
            game,
            [[1.0, 0.0], [0.6, -0.8]],
            method=key.removesuffix("_equilibrium").replace("_", "-"),
            step=float(steps.best_step),
            steps=count,
            target=[0, 0],
        )
        assert play.converged(1e-4).all()
        assert float(steps.constant) * float(steps.factor_at_best) ** count <= 1e-4 * (1 + ROUNDING)


def test_nothing_is_added_where_no_zero_is_certified() -> None:
    away = games.SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]}, {"a": "x**2/2 - 3*x + x*y", "b": "y**2/2 - x*y"}
    )
    found = sgn.certify(away, games.Box([0, 0], [1, 1])).require()
    assert found.method("optimistic_equilibrium") is None
    with pytest.raises(ValueError, match="no zero of F"):
        sgn.with_methods(found)


def test_an_unknown_method_is_named() -> None:
    found = sgn.certify(games.QuadraticGame([[1.0]], sizes=[1])).require()
    with pytest.raises(ValueError, match="adams_bashforth_2"):
        sgn.with_methods(found, ["adams_bashfort_2"])
