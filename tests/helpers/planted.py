"""Games with a known infimum of the margin, in places where it is easy to miss or to overstate.

Player a (variables x…) carries the infimum of λ_min ∇²f; player b is more curved, and the couplings
are skew. So sym(MJ) ⪰ αM needs α ≤ infimum for every weight, and equal weights attain it.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np

from games.language.number import Number
from games.regions.shapes import Box
from games.symbolic import SymbolicGame

Random = np.random.Generator
PLACES = {
    "sqrt(2)/3": math.sqrt(2) / 3,
    "-sqrt(3)/5": -math.sqrt(3) / 5,
    "pi/7": math.pi / 7,
    "-exp(1)/9": -math.e / 9,
    "sqrt(5)/4": math.sqrt(5) / 4,
    "log(2) - 1": math.log(2) - 1,
    "sin(1)/2": math.sin(1) / 2,
}


@final
@dataclass(frozen=True)
class Planted:
    """A game, its region, and the exact infimum of its margin (−∞: it is not defined everywhere).

    at: a point that attains it, to rounding (empty: none); scale: the size of the curvatures.
    """

    family: str
    game: SymbolicGame
    region: Box
    infimum: Fraction | float
    at: tuple[float, ...]
    scale: Fraction = Fraction(1)

    @property
    def provable(self) -> bool:
        """Whether there is a positive margin to prove."""
        return self.infimum > 0

    def above(self, excess: float) -> float:
        """A float that claims more than the infimum: by the excess, in units of the scale."""
        if isinstance(self.infimum, float):
            return excess
        claim = float(self.infimum + self.scale * Fraction(excess))
        return claim if claim > self.infimum else float(np.nextafter(claim, math.inf))


def planted(seed: int) -> Planted:
    """The game of a seed; the families take turns.

    >>> planted(5).family
    'oscillation'
    """
    return FAMILIES[seed % len(FAMILIES)](np.random.default_rng(seed))


def _decimal(rng: Random, low: float, high: float) -> Fraction:
    return Fraction(f"{rng.uniform(low, high):.3f}")


def _power(rng: Random, low: float, high: float) -> Fraction:
    return Fraction(f"{10 ** rng.uniform(low, high):.2e}")


def _game(
    family: str,
    cost: str,
    infimum: Fraction | float,
    at: tuple[float, ...],
    numbers: Mapping[str, Number],
    sides: tuple[tuple[Number, Number], tuple[Number, Number]] = ((-1, 1), (-1, 1)),
    *,
    other: str = "",
    scale: Fraction = Fraction(1),
    stretch: Fraction = Fraction(1),
) -> Planted:
    """Player a pays scale·(cost + k·x·y), player b scale·(b·y²/2 − k·x·y other).

    stretch: of all variables, with the curvatures as they were.
    """
    known = {**numbers, "k": Fraction(7, 10), "b": Fraction(9), "S": scale, "T": stretch}
    own, its = f"{cost} + k*x*y", f"b*y**2/2 - k*x*y {other}"
    if stretch != 1:
        own, its = (f"T**2*({_stretched(each)})" for each in (own, its))
    game = SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]}, {"a": f"S*({own})", "b": f"S*({its})"}, known, name=family
    )
    low, high = ([Fraction(end) * stretch for end in ends] for ends in zip(*sides, strict=True))
    point = tuple(v * float(stretch) for v in at)
    return Planted(family, game, Box(low, high), infimum * scale, point, scale)


def _stretched(cost: str) -> str:
    """The cost at x/T and y/T; no function of the language has an x but exp."""
    return cost.replace("exp", "E").replace("x", "(x/T)").replace("y", "(y/T)").replace("E", "exp")


def _place(rng: Random) -> str:
    return list(PLACES)[rng.integers(len(PLACES))]


def _dip_numbers(rng: Random, low: float, high: float) -> dict[str, Number]:
    """Curvature a, a dip of depth D < a and width s."""
    a = _decimal(rng, 1, 2)
    return {"a": a, "D": a * _decimal(rng, 0.2, 0.95), "s": _power(rng, low, high)}


def _bottom(numbers: Mapping[str, Number]) -> Fraction:
    return Fraction(numbers["a"]) - Fraction(numbers["D"])


def _dip(place: str) -> str:
    """Second derivative a − D(1 − u²)exp(−u²/2), u = (x − place)/s: a − D at the place."""
    return f"a*x**2/2 + D*s**2*exp(-(x - ({place}))**2/(2*s**2))"


def narrow(rng: Random) -> Planted:
    """A narrow Gaussian dip at an irrational place."""
    numbers = _dip_numbers(rng, -3.5, -1)
    p = _place(rng)
    return _game("narrow dip", _dip(p), _bottom(numbers), (PLACES[p], 0.0), numbers)


def narrow_in_two(rng: Random) -> Planted:
    """A Gaussian dip in both variables; player b pays its negative, so the couplings stay skew."""
    numbers = _dip_numbers(rng, -2, -0.5)
    p, q = _place(rng), _place(rng)
    bump = f"D*s**2*exp(-((x - ({p}))**2 + (y - ({q}))**2)/(2*s**2))"
    cost = f"a*x**2/2 + {bump}"
    at = (PLACES[p], PLACES[q])
    return _game("dip in 2D", cost, _bottom(numbers), at, numbers, other=f"- {bump}")


def corner(rng: Random) -> Planted:
    """A dip whose bottom is a corner of the region."""
    numbers = _dip_numbers(rng, -2, -0.5)
    end = int(rng.choice([1, -1]))
    bump = f"D*s**2*exp(-((x - ({end}))**2 + (y + ({end}))**2)/(2*s**2))"
    cost = f"a*x**2/2 + {bump}"
    at = (float(end), float(-end))
    return _game("dip in a corner", cost, _bottom(numbers), at, numbers, other=f"- {bump}")


CANCELLING = (
    "K*(x + 1)**2/2 - K*(x**2 + 2*x + 1)/2 + a*x**2/2",
    "(x + K)**3/6 - x**3/6 - K*x**2/2 + a*x**2/2",
    "a*x**2/2*(sin(K*x/1000)**2 + cos(K*x/1000)**2)",
    "log(exp(a*x**2/2 + 1))",
    "a*x**2/2*exp(x)*exp(-x)",
    "a*x**2/2 + K*(exp(x) - sinh(x) - cosh(x))",
)


def cancellation(rng: Random) -> Planted:
    """Curvature a, written as a difference of much larger terms."""
    a = _decimal(rng, 0.5, 2)
    cost = str(rng.choice(CANCELLING))
    numbers: dict[str, Number] = {"a": a, "K": Fraction(10) ** int(rng.integers(1, 8))}
    return _game("cancellation", cost, a, (0.1, 0.0), numbers)


def oscillation(rng: Random) -> Planted:
    """a + A·cos(2πmx): largest on every dyadic grid as coarse as 1/m, a − A between its points."""
    a = _decimal(rng, 1, 2)
    A, m = a * _decimal(rng, 0.2, 0.95), 2 ** int(rng.integers(1, 8))
    cost = "a*x**2/2 - A*cos(2*pi*m*x)/(2*pi*m)**2"
    numbers: dict[str, Number] = {"a": a, "A": A, "m": m}
    return _game("oscillation", cost, a - A, (0.5 / m, 0.0), numbers)


UNDEFINED = (
    "1/(x - p)",
    "log((x - p)**2)",
    "1/(x - p)**2",
    "tan(x - p + pi/2)",
    "(x - p)**1.5",
    "sqrt(x - p)",
    "log(x - p)**0",
    "0*log(x - p)",
    "exp(-1/(x - p)**2)",
)


def pole(rng: Random) -> Planted:
    """Not defined somewhere inside the region."""
    cost = "c*" + str(rng.choice(UNDEFINED)).replace("- p", f"- ({_place(rng)})")
    return _game("pole inside", f"2*x**2 + {cost}", -math.inf, (), {"c": _power(rng, -6, 0)})


def near_pole(rng: Random) -> Planted:
    """Defined on the region [0, 1], with a pole close outside."""
    a, e = _decimal(rng, 1, 2), _power(rng, -3, -0.5)
    c = a * _decimal(rng, 0.2, 0.95)
    cost, infimum, x = [
        ("a*x**2/2 + c/(x + e)", a + 2 * c / (1 + e) ** 3, 1.0),
        ("a*x**2/2 - c*log(x + e)", a + c / (1 + e) ** 2, 1.0),
        ("a*x**2/2 - c*e**3/(2*(x + e))", a - c, 0.0),
        ("a*x**2/2 + c*e**2*log(x + e)", a - c, 0.0),
    ][rng.integers(4)]
    numbers: dict[str, Number] = {"a": a, "c": c, "e": e}
    return _game("pole outside", cost, infimum, (x, 0.0), numbers, ((0, 1), (-1, 1)))


def scaled(rng: Random) -> Planted:
    """A dip with costs and variables scaled by 10^±8."""
    numbers = _dip_numbers(rng, -2, -0.5)
    scale, stretch = (Fraction(10) ** int(rng.choice([-8, 8])) for _ in range(2))
    p = _place(rng)
    bottom, at = _bottom(numbers), (PLACES[p], 0.0)
    return _game("scales", _dip(p), bottom, at, numbers, scale=scale, stretch=stretch)


def brink(rng: Random) -> Planted:
    """Curvature (x − p)² + m with m = 0 or ±10⁻⁹."""
    m = Fraction(int(rng.integers(-1, 2)), 10**9)
    p, at = [("0", 0.0), ("1", 1.0), ("-1/3", -1 / 3), *PLACES.items()][rng.integers(10)]
    return _game("0 and ±1e-9", f"(x - ({p}))**4/12 + m*x**2/2", m, (at, 0.0), {"m": m})


def many_variables(rng: Random) -> Planted:
    """A radial dip in two variables a player: λ_min = a − D at the place, more elsewhere."""
    numbers = _dip_numbers(rng, -0.5, 0)
    p, q = _place(rng), _place(rng)
    game = SymbolicGame.from_costs(
        {"a": ["x", "u"], "b": ["y", "v"]},
        {
            "a": f"a*(x**2 + u**2)/2 + D*s**2*exp(-((x - ({p}))**2 + (u - ({q}))**2)/(2*s**2))"
            " + x*y - u*v/2",
            "b": "2*(y**2 + v**2) + y**4/12 - x*y + u*v/2",
        },
        numbers,
        name="many variables",
    )
    at = (PLACES[p], PLACES[q], 0.0, 0.0)
    return Planted("many variables", game, Box.cube(4, 1), _bottom(numbers), at)


FAMILIES: tuple[Callable[[Random], Planted], ...] = (
    narrow,
    narrow_in_two,
    corner,
    cancellation,
    pole,
    oscillation,
    near_pole,
    scaled,
    brink,
    many_variables,
)
