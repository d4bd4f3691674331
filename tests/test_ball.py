"""Balls in a metric: exact membership, the bounding box, and boxes that enclose them."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import lsq_linear

import games
import sgn
from games import Box, MetricBall
from games.errors import InputError
from tests.scale import examples

seeds = st.integers(0, 2**32 - 1)


def random_ball(seed: int) -> tuple[MetricBall, np.ndarray]:
    """A ball of one to four variables in weights or a full matrix, and its M."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 5))
    C = rng.normal(size=(n, n))
    M = C @ C.T + 0.1 * np.eye(n)
    M = (M + M.T) / 2
    center, radius = rng.normal(size=n).tolist(), float(rng.uniform(0.1, 3))
    if seed % 2:
        weights = np.diag(M)
        return MetricBall(center, radius, weights.tolist()), np.diag(weights)
    return MetricBall(center, radius, M.tolist()), M


@given(seeds)
@settings(max_examples=examples(40), deadline=None)
def test_samples_lie_in_the_ball_and_fill_it(seed: int):
    ball, M = random_ball(seed)
    points = ball.sample(np.random.default_rng(seed), 200)
    box = ball.box
    for point in points[:30]:
        assert ball.contains(point.tolist())
        assert box.contains(point.tolist())
    moved = points - np.array([float(c) for c in ball.center])
    radii = np.sqrt(np.einsum("ki,ij,kj->k", moved, M, moved)) / float(ball.radius)
    # the n-th power of the radius of a uniform point is uniform: mean 1/2, 5 deviations of 200
    assert abs((radii**ball.dimension).mean() - 0.5) < 5 * 0.289 / np.sqrt(200)


@given(seeds)
@settings(max_examples=examples(40), deadline=None)
def test_the_bounding_box_touches_the_ball(seed: int):
    ball, M = random_ball(seed)
    half = float(ball.radius) * np.sqrt(np.diag(np.linalg.inv(M)))
    center = np.array([float(c) for c in ball.center])
    low, high = ball.box.floats()
    assert low == pytest.approx(center - half, rel=1e-9, abs=1e-9)  # inverse of condition 1e5
    assert high == pytest.approx(center + half, rel=1e-9, abs=1e-9)
    inverse = np.linalg.inv(M)
    for k in range(ball.dimension):  # the point of the ball farthest along axis k
        tip = center + float(ball.radius) * inverse[k] / np.sqrt(inverse[k, k])
        assert float(ball.square(tip.tolist())) == pytest.approx(float(ball.radius) ** 2, rel=1e-6)


@given(seeds)
@settings(max_examples=examples(60), deadline=None)
def test_boxes_are_called_outside_when_they_are(seed: int):
    ball, M = random_ball(seed)
    rng = np.random.default_rng(seed)
    low, high = ball.box.floats()
    ends = np.sort(low + (high - low) * rng.uniform(-0.2, 1.2, (2, ball.dimension)), axis=0)
    box = Box(ends[0].tolist(), ends[1].tolist())
    center = np.array([float(c) for c in ball.center])
    root = np.linalg.cholesky(M).T
    found = lsq_linear(root, root @ center, (ends[0], ends[1]), tol=1e-14)
    nearest = 2 * float(found.cost)
    square = float(ball.radius) ** 2
    if ball.excludes(box):
        assert nearest >= square * (1 - 1e-9)
    else:  # but for boxes that are too close to be told
        assert nearest <= square * (1 + 1e-2) + 1e-6
    if any(ball.contains(p) for p in box.sample(rng, 50).tolist()):
        assert not ball.excludes(box)


@given(seeds, st.integers(0, 6))
@settings(max_examples=examples(20), deadline=None)
def test_the_boxes_hold_the_ball(seed: int, splits: int):
    ball, _ = random_ball(seed)
    parts = list(ball.boxes(splits))
    assert 1 <= len(parts) <= 2**splits
    for point in ball.sample(np.random.default_rng(seed), 40).tolist():
        assert any(part.contains(point) for part in parts)


def test_corners_are_left_out():
    ball = MetricBall([0, 0], 1)
    parts = list(ball.boxes(8))
    area = sum((p.upper[0] - p.lower[0]) * (p.upper[1] - p.lower[1]) for p in parts)
    assert np.pi < area < 4  # of the box
    assert ball.box == Box([-1, -1], [1, 1])  # a rational root stays exact
    assert ball.excludes(Box(["0.8", "0.8"], [1, 1]))
    assert not ball.excludes(Box(["0.7", "0.7"], [1, 1]))
    assert MetricBall([1], 0).box == Box([1], [1])
    assert MetricBall([0], 1, [2]).box.upper[0] ** 2 >= Fraction(1, 2)


def test_a_ball_is_certified_on_its_bounding_box():
    game = games.catalogue.load("sgn-toy")
    ball = MetricBall([0, 0], 1, [1, 4])
    result = sgn.certify(game, ball).require()
    assert result.region == Box([-1, "-0.5"], [1, "0.5"])
    assert sgn.verify(result)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (([], 1), "the ball has no center"),
        (([0], -1), "the radius is -1; expected at least 0"),
        (([0], 1, [1, 2]), "the metric has 2 entries; expected 1"),
        (([0], 1, [0]), "a weight is 0; expected positive ones"),
        (([0, 0], 1, [[1, 0], [1, 1]]), "the metric is not symmetric"),
        (([0, 0], 1, [[1, 2], [2, 1]]), "the metric is not positive definite"),
        (([0, 0], 1, [1, [0, 1]]), "the metric mixes weights and rows"),
    ],
)
def test_what_is_no_ball(arguments: tuple[Any, ...], says: str):
    with pytest.raises(InputError, match=says):
        MetricBall(*arguments)
    with pytest.raises(ValueError, match="point has 1 entries; expected 2"):
        MetricBall([0, 0], 1).contains([0])
