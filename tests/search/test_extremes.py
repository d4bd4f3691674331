"""Numbers of any size: a certificate that verifies, or one sentence; never a traceback."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

import games
import sgn
from certificates.certificate import Certificate, Refusal
from games import Box, QuadraticGame, SymbolicGame


def squares(size: str, coupling: str = "0") -> SymbolicGame:
    return SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]},
        {"a": f"{size}*x**2", "b": f"{size}*y**2 + {coupling}*x*y"},
    )


def matrix(rows: list[list[float]]) -> QuadraticGame:
    return QuadraticGame(rows, sizes=[1] * len(rows))


def general(size: str) -> SymbolicGame:
    return SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]},
        {"a": f"{size}*(x**2 + x**4 + x*y/10)", "b": f"{size}*(y**2 + exp(y))"},
        region=Box.cube(2, 1),
    )


EXTREMES: dict[str, Callable[[], Certificate | Refusal]] = {
    "1e200 in text": lambda: sgn.certify(squares("1e200")),
    "1e-200 in text": lambda: sgn.certify(squares("1e-200")),
    "1e-320 in text": lambda: sgn.certify(squares("1e-320", "1e-322")),
    "1e-310": lambda: sgn.certify(matrix([[1e-310, 1e-312], [0.0, 1e-310]])),
    "5e-324": lambda: sgn.certify(matrix([[5e-324, 0.0], [0.0, 5e-324]])),
    "1e308": lambda: sgn.certify(matrix([[1e308, 0.0], [0.0, 1e308]])),
    "far apart": lambda: sgn.certify(matrix([[1e300, 0.0], [0.0, 1e-300]])),
    "coupling 1e200": lambda: sgn.certify(matrix([[1.0, 1e200], [0.1, 1.0]])),
    "coupling 1e308": lambda: sgn.certify(matrix([[1.0, 1e308], [1e308, 1.0]])),
    "general 1e200": lambda: sgn.certify(general("1e200"), evidence="enclosed"),
    "general 1e-300": lambda: sgn.certify(general("1e-300"), evidence="enclosed"),
    "bounds 1e200": lambda: sgn.certify_bounds(
        sgn.Bounds.given([1, 1], [[0, 1e200], [1e200, 0]], [1, 1])
    ),
    "bounds 1e-310": lambda: sgn.certify_bounds(
        sgn.Bounds.given([1e-310, 1], [[0, 1e-320], [1e-320, 0]], [1e-310, 1])
    ),
}
PROVED = {"1e200 in text", "1e-200 in text", "far apart", "general 1e200"}


@pytest.mark.parametrize("name", EXTREMES)
def test_extremes(name: str) -> None:
    result = EXTREMES[name]()
    assert (result.verdict == "proved") is (name in PROVED)
    if isinstance(result, Certificate):
        assert sgn.verify(result)
    else:
        assert result.reason in ("numerical", "small-gain", "unstable")
        assert "\n" not in result.message
    assert str(result)


def test_numpy_may_raise_for_the_caller() -> None:
    """What the caller has asked of NumPy is not asked of the search."""
    toy = games.catalogue.load("sgn-toy")
    with np.errstate(all="raise"):
        found = [sgn.certify(toy), sgn.certify(general("1")), sgn.largest_region(toy)]
        found.append(sgn.certify_bounds(sgn.Bounds.given([1, 1], [[0, 1], [0, 0]], [1, 1])))
        for name in ("1e308", "coupling 1e200", "general 1e-300"):
            EXTREMES[name]()
    assert all(isinstance(result, Certificate) for result in found)


@pytest.mark.parametrize("hint", [Fraction(10) ** 999, Fraction(-(10**200))])
def test_a_hint_where_f_is_not_finite_is_not_followed(hint: Fraction) -> None:
    game = SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]}, {"a": "x**2", "b": "y**2"}, equilibrium=[hint, 0]
    )
    found = sgn.certify(game).require()
    assert found.equilibrium is not None
    assert [float(v) for v in found.equilibrium.point] == [0, 0]
