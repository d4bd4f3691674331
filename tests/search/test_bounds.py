"""Bounds, quantities and the choice of evidence, against plain formulas and rationals."""

import subprocess
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from games.quadratic import QuadraticGame
from games.regions.region import Space
from games.regions.shapes import Box
from sgn.bounds import (
    Bounds,
    CannotBound,
    Cocoercivity,
    EulerFactor,
    Exact,
    Lipschitz,
    Margin,
    Sampled,
    choose,
    estimate_bounds,
)
from tests.helpers.scale import examples
from tests.helpers.toy import (
    contest,
    dense,
    multi_affine,
    random_quadratic,
    weighted,
)

SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS)
@settings(max_examples=examples(40), deadline=None)
def test_weighted_quantities_against_plain_formulas(seed: int) -> None:
    rng = np.random.default_rng(seed)
    game = random_quadratic(rng)
    n = game.dimension
    J = dense(game)
    J = J / max(np.abs(J).max(), 1.0) + np.eye(n)
    for quantity in weighted(game, rng):
        assert isinstance(quantity, Margin | Lipschitz | Cocoercivity | EulerFactor)
        w = np.repeat(quantity.frame.metric.weights, game.sizes)
        R = np.diag(np.sqrt(w))
        B = R @ J @ np.linalg.inv(R)
        value = quantity.values(J[None])[0]
        expected = {
            Margin: lambda B=B: np.linalg.eigvalsh((B + B.T) / 2)[0],
            Lipschitz: lambda B=B: np.linalg.norm(B, 2),
            EulerFactor: lambda B=B: np.linalg.norm(np.eye(n) - 0.1 * B, 2),
            Cocoercivity: lambda B=B: (
                np.linalg.eigvalsh(np.linalg.inv(B) + np.linalg.inv(B).T)[0] / 2
            ),
        }[type(quantity)]
        if isinstance(quantity, Cocoercivity) and np.linalg.eigvalsh(B + B.T)[0] <= 1e-2:
            continue  # −∞ where sym(B) is not positive definite; the inverse is no oracle near it
        # two floating-point paths, condition of B ≤ about 1e5
        np.testing.assert_allclose(value, expected(), rtol=1e-9, atol=1e-9)


@given(SEEDS)
@settings(max_examples=examples(25), deadline=None)
def test_t17_rates_scale_rows_outward(seed: int) -> None:
    rng = np.random.default_rng(seed)
    game = random_quadratic(rng)
    b = Exact().block_bounds(game, Space(game.dimension))
    eta = 10.0 ** rng.uniform(-2, 2, b.size)
    scaled = b.with_rates(eta)
    for i, rate in enumerate(eta.tolist()):
        exact = Fraction(rate)
        assert Fraction(scaled.curvature_lower[i]) <= exact * Fraction(b.curvature_lower[i])
        assert Fraction(scaled.curvature_upper[i]) >= exact * Fraction(b.curvature_upper[i])
        for j in range(b.size):
            new, old = scaled.coupling_upper[i, j], b.coupling_upper[i, j]
            assert Fraction(float(new)) >= exact * Fraction(float(old))
    # two roundings outward: 2 ε each
    np.testing.assert_allclose(scaled.curvature_upper, eta * b.curvature_upper, rtol=1e-15)
    ones = b.with_rates(np.ones(b.size))
    assert np.array_equal(ones.curvature_lower, b.curvature_lower)
    assert np.array_equal(ones.coupling_upper.toarray(), b.coupling_upper.toarray())
    assert scaled.evidence == b.evidence


def test_bounds_are_read_only() -> None:
    b = Bounds.given([1, 1], [[0, 1], [2, 0]], [1, 1])
    with pytest.raises(ValueError, match="read-only"):
        b.curvature_lower[0] = 3
    with pytest.raises(ValueError, match="read-only"):
        b.coupling_upper.data[0] = 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1], [[0, 1], [2, 0]], [1]), r"shape \(2, 2\); expected \(1, 1\)"),
        (([1, 1], [[0, 1], [2, 0]], [1]), r"curvature_upper has shape \(1,\); expected \(2,\)"),
        (([1, 2], [[0, 1], [2, 0]], [1, 1]), r"curvature_lower\[1\] is 2.0; expected at most"),
        (([1, 1], [[0, -1], [2, 0]], [1, 1]), r"coupling_upper\[0, 1\] is -1.0; expected a finite"),
        (([1, 1], [[0, np.inf], [2, 0]], [1, 1]), r"\[0, 1\] is inf; expected a finite"),
        (([1, 1], [[0, 1], [2, 3]], [1, 1]), r"\[1, 1\] is 3.0; expected 0"),
        (
            ([np.nan, 1], [[0, 1], [2, 0]], [1, 1]),
            r"curvature_lower\[0\] is nan; expected a finite",
        ),
    ],
)
def test_bounds_reject(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Bounds.given(*arguments)  # type-checked at run time: this is what is tested


def test_rates_and_evidence_reject() -> None:
    b = Bounds.given([1, 1], [[0, 1], [2, 0]], [1, 1])
    with pytest.raises(ValueError, match=r"rates has shape \(3,\); expected \(2,\)"):
        b.with_rates([1, 1, 1])
    with pytest.raises(ValueError, match=r"rates\[1\] is 0.0; expected a positive number"):
        b.with_rates([1, 0])
    with pytest.raises(ValueError, match="evidence is 'hoped'; expected one of exact"):
        Bounds(("a",), [1], [1], [[0]], "hoped", True)
    with pytest.raises(ValueError, match="weights has 1 entries; expected 2"):
        Margin((1.0,), (slice(0, 1), slice(1, 2)))
    with pytest.raises(ValueError, match=r"weights\[1\] is -1.0; expected a positive"):
        Lipschitz((1.0, -1.0), (slice(0, 1), slice(1, 2)))


def test_cocoercivity_needs_a_positive_margin() -> None:
    J = np.array([[[0.0, 1.0], [-1.0, 0.0]], [[-1.0, 0.0], [0.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]])
    c = Cocoercivity((1, 1), (slice(0, 1), slice(1, 2)))
    assert np.all(c.values(J) == -np.inf)
    assert c.rounding(J) == 0


def test_choice_of_evidence() -> None:
    box = Box.cube(2, 1)
    constant = QuadraticGame(np.eye(2), [1, 1])
    affine = multi_affine([1, 1], np.random.default_rng(0), box)
    general = contest([1, 1], Box([1, 1], [2, 2]))
    assert choose("auto", constant, Space(2)) == (Exact(), "")
    assert choose("auto", affine, box) == (Exact(), "")
    bounder, note = choose("auto", general, Box([1, 1], [2, 2]), seed=3)
    assert bounder == Sampled(seed=3)
    assert note == (
        "not exact: the Jacobian is not known to be constant or multi-affine;"
        " not enclosed: only games given by the text of their costs are enclosed"
    )
    assert choose(Exact(max_vertices=4), general, box) == (Exact(max_vertices=4), "")
    with pytest.raises(ValueError, match="evidence is 'hope'; expected one of 'auto', 'exact'"):
        choose("hope", constant, box)
    with pytest.raises(ValueError, match="region has dimension 3; expected 2"):
        estimate_bounds(constant, Box.cube(3, 1))
    with pytest.raises(CannotBound, match="not known to be constant or multi-affine") as caught:
        estimate_bounds(general, evidence="exact")
    assert caught.value.reason == "unsupported"
    general.region = None
    with pytest.raises(ValueError, match="give a Box as the region"):
        estimate_bounds(general)
    assert estimate_bounds(constant).evidence == "exact"


def test_importing_bounds_loads_nothing_heavy() -> None:
    heavy = "('scipy.stats', 'scipy.optimize', 'sympy', 'cvxpy', 'networkx')"
    code = f"import sys, sgn.bounds; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
