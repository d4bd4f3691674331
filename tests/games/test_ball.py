"""Balls in a metric: exact membership, the bounding box, and boxes that enclose them."""

import json
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import lsq_linear

import games
import sgn
from certificates.kernel.document.reading import decode_array, encode_array
from certificates.kernel.jacobian.outside import lie_outside
from certificates.kernel.verify import verify
from games import Box, MetricBall
from games.errors import InputError
from sgn.refusals.domains import Defined, Outside, check_domains
from tests.helpers.documents import claim, numbers, signed
from tests.helpers.scale import examples

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


def corner_game(pull: str = "x**2") -> games.SymbolicGame:
    """Two players whose costs are not defined at the corners of [-1.5, 1.5]^2."""
    wall = "1/(4 - x**2 - y**2)"
    costs = {"a": f"{pull} + {wall} + x*y/4", "b": f"y**2 - x*y/4 + {wall}"}
    return games.SymbolicGame.from_costs({"a": ["x"], "b": ["y"]}, costs)


BALL = MetricBall([0, 0], "1.5")


@pytest.fixture(scope="module")
def proved() -> sgn.Certificate:
    bounder = sgn.Enclosed(max_boxes=4000)
    return sgn.certify(corner_game(), BALL, evidence=bounder).require()


def test_a_ball_is_proved_where_its_box_is_not(proved: sgn.Certificate):
    assert proved.region == BALL.region != BALL.box
    assert proved.verdict == "proved"
    assert sgn.verify(proved)
    assert "the ball of radius 1.5 round (0, 0)" in str(proved)
    with pytest.raises(InputError, match=r"the denominator 4 - x\*\*2 - y\*\*2 must not be 0"):
        sgn.certify(corner_game(), BALL.box)
    jacobians = corner_game().jacobian(BALL.sample(np.random.default_rng(0), 2000))
    least = np.linalg.eigvalsh(jacobians + np.swapaxes(jacobians, 1, 2))[:, 0].min() / 2
    assert proved.euclidean_margin <= least
    found = proved.equilibrium
    assert found is not None
    assert found.kind == "zero"  # restricted games are of products
    assert proved.euler is not None
    assert not any(steps.projected for steps in proved.methods.values())


def cover_without(document: Any, change: Any) -> None:
    covers = document["evidence"]["covers"]
    for name in covers:
        covers[name] = encode_array(np.asarray(change(decode_array(covers[name], name)), np.int32))


def lie(document: Any, name: str) -> None:
    """One change after which a claim does not hold."""
    region = document["region"]
    match name:
        case "a leaf meets the ball":  # the first leaf that counts
            cover_without(
                document,
                lambda t: np.where(np.arange(len(t)) == np.argmax((t >= 2) & (t < 5)), 5, t),
            )
        case "a box":
            document["region"] = {"kind": "box", "lower": ["-1.5"] * 2, "upper": ["1.5"] * 2}
        case "a wider radius":
            region["radius"] = "1.6"
        case "every leaf outside":
            cover_without(document, lambda t: np.where(t >= 2, 5, t))
        case "the root outside":
            cover_without(document, lambda t: [5])
        case "another center":
            region["center"] = ["0.1", "0"]
        case "another metric":
            region["metric"] = ["1", "0.9"]
        case "a metric with rows":
            region["metric"] = [["1", "0.1"], ["0.1", "1"]]
        case "an equilibrium outside the ball":
            numbers(document, "equilibrium/T13")["point"] = ["1.4", "1.4"]
        case "an error that leaves the ball":
            numbers(document, "equilibrium/T13")["error"] = "1.6"
        case "a solution on the boundary":
            claim(document, "equilibrium/T13")["theorem"] = "equilibrium/T13 (boundary)"


@pytest.mark.parametrize(
    "name",
    [
        "a leaf meets the ball",
        "a box",
        "a wider radius",
        "every leaf outside",
        "the root outside",
        "another center",
        "another metric",
        "a metric with rows",
        "an equilibrium outside the ball",
        "an error that leaves the ball",
        "a solution on the boundary",
    ],
)
def test_lies_about_a_ball_are_refused(proved: sgn.Certificate, name: str):
    document = json.loads(json.dumps(proved.document))
    lie(document, name)
    assert not verify(signed(document))


def test_the_margin_of_a_ball_is_larger_than_that_of_its_box():
    costs = {"a": "2*x**2 - x**4/20 - x**2*y**2/20", "b": "2*y**2 - y**4/20 - x**2*y**2/20"}
    game = games.SymbolicGame.from_costs({"a": ["x"], "b": ["y"]}, costs)
    ball = MetricBall([0, 0], "1.5", [[1, "0.25"], ["0.25", 1]])
    inner, outer = (sgn.certify(game, region).require() for region in (ball, ball.box))
    assert inner.margin > outer.margin + Fraction(1, 10)
    assert sgn.verify(inner)


@given(seeds)
@settings(max_examples=examples(60), deadline=None)
def test_the_checker_calls_boxes_outside_only_when_they_are(seed: int):
    ball, _ = random_ball(seed)
    rng = np.random.default_rng(seed)
    low, high = ball.box.floats()
    ends = np.sort(low + (high - low) * rng.uniform(-0.2, 1.2, (2, 20, ball.dimension)), axis=0)
    out = lie_outside(ball, *ends)
    for k, (a, b) in enumerate(zip(*ends, strict=True)):
        box = Box(a.tolist(), b.tolist())
        if out[k]:
            assert ball.excludes(box)
            assert not ball.contains(ball.near(box))
        if any(ball.contains(p) for p in box.sample(rng, 20).tolist()):
            assert not out[k]
    assert out[ball.outside(*ends)].all()  # what the search leaves out is granted


@given(seeds)
@settings(max_examples=examples(30), deadline=None)
def test_points_are_pulled_into_the_ball(seed: int):
    ball, _ = random_ball(seed)
    for point in ball.box.sample(np.random.default_rng(seed), 20):
        exact = ball.nearest([Fraction(v) for v in point])
        assert ball.contains(exact)
        assert ball.contains(ball.pulled(point[None])[0].tolist())
        if ball.contains(point.tolist()):
            assert exact == tuple(map(Fraction, point.tolist()))


def test_witnesses_lie_in_the_ball():
    costs = {"a": "x**2 - x**4/4 + x*y/9", "b": "y**2 - x*y/9"}
    game = games.SymbolicGame.from_costs({"a": ["x"], "b": ["y"]}, costs)
    refused = sgn.certify(game, MetricBall([0, 0], 1))
    assert isinstance(refused, sgn.Refusal)
    assert sgn.verify(refused)
    document = json.loads(json.dumps(refused.document))
    document["region"]["radius"] = "0.5"  # the point is not in that ball
    assert not verify(signed(document))


def test_domains_of_balls():
    assert isinstance(check_domains(corner_game(), BALL.region), Defined)
    assert isinstance(check_domains(corner_game(), MetricBall([0, 0], "2.1").region), Outside)


def test_files_and_projections_know_boxes_only(tmp_path: Any):
    game = corner_game()
    game.region = BALL.region
    with pytest.raises(InputError, match="a game file holds no balls"):
        games.save(game, tmp_path / "game.toml")
    with pytest.raises(ValueError, match="region is a ball"):
        sgn.simulate(
            game, [0.1, 0.1], method="projected-euler", step=0.1, steps=2, region=BALL.region
        )


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
