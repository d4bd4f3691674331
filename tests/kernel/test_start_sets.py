"""T12: from the certified start sets every method stays in the region, whatever it visits."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

import games
import sgn
from certificates.certificate import Certificate
from games import Box, QuadraticGame
from games.game import Game
from tests.corpus.bases import bent, turning
from tests.helpers.scale import examples

Floats = NDArray[np.float64]
Force = Callable[[Floats], Floats]
Visits = Callable[[Force, Floats, float], list[Floats]]


def euler(F: Force, x: Floats, h: float) -> list[Floats]:
    return [x - h * F(x)]


def rk4(F: Force, x: Floats, h: float) -> list[Floats]:
    k1 = F(x)
    x2 = x - h / 2 * k1
    k2 = F(x2)
    x3 = x - h / 2 * k2
    k3 = F(x3)
    x4 = x - h * k3
    return [x2, x3, x4, x - h / 6 * (k1 + 2 * k2 + 2 * k3 + F(x4))]


def heun(F: Force, x: Floats, h: float) -> list[Floats]:
    k1 = F(x)
    y = x - h * k1
    return [y, x - h / 2 * (k1 + F(y))]


def extragradient(F: Force, x: Floats, h: float) -> list[Floats]:
    y = x - h * F(x)
    return [y, x - h * F(y)]


METHODS: dict[str, Visits] = {
    "euler": euler,
    "rk4": rk4,
    "rk4_equilibrium": rk4,
    "heun": heun,
    "heun_equilibrium": heun,
    "extragradient": extragradient,
}


@cache
def subjects() -> list[tuple[Game, Certificate]]:
    found: list[tuple[Game, Certificate]] = []
    for game in (games.catalogue.load("harker"), games.catalogue.load("sgn-toy")):
        found.append((game, sgn.certify(game, metric="scalar").require()))
    return [*found, *((game, sgn.certify(game).require()) for game in (bent(), turning()))]


def test_there_are_start_sets_of_every_method() -> None:
    radii = [result.basin.radii for _, result in subjects() if result.basin is not None]
    assert METHODS.keys() <= {name for each in radii for name, r in each.items() if r}


@pytest.mark.parametrize("method", METHODS)
def test_runs_from_the_start_set_stay_and_approach(method: str, rng: np.random.Generator) -> None:
    for game, result in subjects():
        basin, found, region = result.basin, result.equilibrium, result.region
        assert basin is not None
        assert found is not None
        assert isinstance(region, Box)
        if method not in basin.radii:
            continue
        steps = result.method(method)
        assert steps is not None
        weights = steps.weights
        root = np.sqrt(np.repeat([float(w) for w in weights], game.sizes))
        radius, centre = float(basin.radii[method] or 0), np.array([float(v) for v in found.point])
        aims = rng.normal(size=(examples(30), game.dimension))
        x = centre + radius * aims / np.linalg.norm(aims, axis=1)[:, None] / root
        low, high = region.floats()
        h = float(steps.step_max)
        for _ in range(30):
            before = np.linalg.norm((x - centre) * root, axis=1)
            visited = METHODS[method](game.pseudo_gradient, x, h)
            for point in visited:  # the region itself, with the rounding of the simulation
                assert (point >= low - 1e-9).all()
                assert (point <= high + 1e-9).all()
            x = visited[-1]
            after = np.linalg.norm((x - centre) * root, axis=1)
            assert (after <= before * (1 + 1e-9) + 1e-9).all()


def test_on_all_of_space_every_start_will_do() -> None:
    result = sgn.certify(QuadraticGame([[1.0, 2.0], [-2.0, 1.0]], sizes=[1, 1])).require()
    assert result.basin is not None
    assert set(result.basin.radii.values()) == {None}
    assert "everywhere" in str(result)
    assert result.promises.steps_to(1e-6, 10**9) > 0


def test_a_start_outside_the_ball_is_promised_nothing() -> None:
    _, result = subjects()[0]
    with pytest.raises(ValueError, match="nothing is promised for a start at distance 50"):
        result.promises.steps_to(1e-6, 50)
    assert "nothing beyond is promised" in " ".join(str(result).split())


def test_the_flow_ball_touches_the_nearest_face() -> None:
    """Box and M(w): r is the least √w_i·distance (T12)."""
    game, result = subjects()[0]
    assert result.basin is not None
    assert game.region is not None
    point = [5, 9]  # Harker's equilibrium, in rationals
    sides = zip(point, game.region.lower, game.region.upper, result.weights, strict=True)
    expected = min(float(min(x - a, b - x)) * float(w) ** 0.5 for x, a, b, w in sides)
    assert float(result.basin.radii["flow"] or 0) == pytest.approx(expected, rel=1e-5)  # 6 digits
