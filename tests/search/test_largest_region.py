"""The largest provable box: games whose margin vanishes at a known place."""

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sgn
from certificates.certificate import Certificate, Refusal
from games import Box, QuadraticGame, catalogue
from games.errors import InputError
from games.regions.region import Space
from games.regions.shapes import Region, as_shape
from games.symbolic import SymbolicGame
from sgn.quantities.effort import Progress
from tests.helpers.scale import examples


def quartic(bend: Fraction = Fraction(1), at: Fraction = Fraction(0)) -> SymbolicGame:
    """J = 2 − 12·bend·(x − at)²: positive up to 1/√(6·bend) from `at`."""
    return SymbolicGame.from_costs(
        {"a": ["x"]}, {"a": f"(x - at)**2 - {bend}*(x - at)**4"}, {"at": at}, equilibrium=[at]
    )


def proved(result: Certificate | Refusal) -> Box:
    assert isinstance(result, Certificate)
    assert result.verdict == "proved"
    assert sgn.verify(result)
    assert isinstance(result.region, Box)
    return result.region


def reach(box: Region | None) -> float:
    """Half the longest side."""
    assert isinstance(box, Box)
    return max(float(b - a) / 2 for a, b in zip(box.lower, box.upper, strict=True))


@settings(max_examples=examples(4), deadline=None)
@given(st.fractions(min_value="0.1", max_value=20, max_denominator=50), st.sampled_from([0, 3]))
def test_it_comes_close_to_the_truth_and_never_beyond(bend: Fraction, at: int) -> None:
    box = proved(sgn.largest_region(quartic(bend, Fraction(at)), shape=[1]))
    truth = 1 / np.sqrt(6 * float(bend))
    assert 0.97 * truth <= reach(box) < truth  # 1 % of the bisection, and the bounds' own gap
    assert box.lower[0] + box.upper[0] == 2 * at


def test_the_shape_sets_the_ratio_of_the_sides() -> None:
    """J = diag(2 − 12x², 2): the box grows until x reaches 1/√6."""
    game = SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]},
        {"a": "x**2 - x**4", "b": "y**2 + exp(y)/1000"},
        equilibrium=[0, 0],
    )
    box = proved(sgn.largest_region(game, shape=[1, "1/2"]))
    assert box.upper[0] == 2 * box.upper[1] == -box.lower[0]
    assert 0.97 <= float(box.upper[0]) * np.sqrt(6) < 1


def test_center_and_shape_come_from_the_game() -> None:
    game = catalogue.load("dirac-gan-regularised")
    assert game.region is not None
    box = proved(sgn.largest_region(game, tries=3))
    assert box.contains(game.region.lower)
    assert box.contains(game.region.upper)


def test_the_center_is_found_by_newton() -> None:
    """F = (2x + y − 4x³ − 1, 2y − x) with a zero near (2/5, 1/5) + …; checked by its residual."""
    game = SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]}, {"a": "x**2 + x*y - x**4/100 - x", "b": "y**2 - x*y"}
    )
    box = proved(sgn.largest_region(game, shape=[1, 1], tries=3))
    middle = np.array([float(a + b) / 2 for a, b in zip(box.lower, box.upper, strict=True)])
    assert np.abs(game.pseudo_gradient(middle)).max() < 1e-8  # 9 digits are kept


def test_constant_jacobians_hold_everywhere() -> None:
    result = sgn.largest_region(QuadraticGame([[1.0, 10.0], [0.05, 1.0]], sizes=[1, 1]))
    assert isinstance(result, Certificate)
    assert result.region == Space(2)


def test_a_refusal_where_no_box_can_be_proved() -> None:
    """J = 12x² − 1 is negative at the center."""
    game = SymbolicGame.from_costs({"a": ["x"]}, {"a": "x**4 - x**2/2"})
    result = sgn.largest_region(game, center=[0], shape=[1], tries=3)
    assert isinstance(result, Refusal)
    assert result.verdict == "refuted"
    assert reach(as_shape(result.claims.region)) < 1e-5


def test_the_box_stays_inside_the_domain() -> None:
    """x²/2 + 2x − log x is convex for all x > 0; boxes reaching 0 are refused."""
    game = SymbolicGame.from_costs({"a": ["x"]}, {"a": "2*x - log(x) + x**2/2"})
    box = proved(sgn.largest_region(game, center=[1], shape=[1], tries=8))
    assert 0.9 < reach(box) < 1


def test_what_is_missing_or_wrong_is_said() -> None:
    game = quartic()
    with pytest.raises(InputError, match="give the half-widths"):
        sgn.largest_region(game)
    with pytest.raises(ValueError, match="center has 2 entries; expected 1"):
        sgn.largest_region(game, [0, 0], [1])
    with pytest.raises(ValueError, match="shape has 2 entries; expected 1"):
        sgn.largest_region(game, [0], [1, 1])
    with pytest.raises(InputError, match="positive"):
        sgn.largest_region(game, [0], [-1])
    with pytest.raises(ValueError, match="tries is 0"):
        sgn.largest_region(game, [0], [1], tries=0)
    nowhere = SymbolicGame.from_costs({"a": ["x"]}, {"a": "exp(x)"})
    with pytest.raises(InputError, match="give a center"):
        sgn.largest_region(nowhere, shape=[1])


def test_time_workers_and_an_interrupt_keep_what_is_proved() -> None:
    plain = proved(sgn.largest_region(quartic(), shape=[1]))
    with ThreadPoolExecutor(2) as pool:
        assert proved(sgn.largest_region(quartic(), shape=[1], executor=pool)) == plain
    hurried = sgn.largest_region(quartic(), shape=[1], time_limit=0.3)
    assert 0.2 < reach(proved(hurried)) < 1 / np.sqrt(6)
    heard: list[float] = []

    def stop(progress: Progress) -> None:
        heard.append(progress.margin)
        if progress.margin > 0 and min(heard) < 0:
            heard.clear()
            raise KeyboardInterrupt

    result = sgn.largest_region(quartic(), shape=[1], progress=stop)
    assert 0.2 < reach(proved(result)) <= reach(plain)


def test_nothing_is_ignored_where_the_jacobian_is_constant() -> None:
    game = QuadraticGame([[1.0, 0.5], [0.5, 1.0]], sizes=[1, 1])
    with pytest.raises(ValueError, match="center has 1 entries; expected 2"):
        sgn.largest_region(game, center=[0])
    with pytest.raises(InputError, match="half-width"):
        sgn.largest_region(game, shape=[1, -1])
    with pytest.raises(ValueError, match="max_boxes is -1"):
        sgn.largest_region(game, max_boxes=-1)
