"""Min-max problems of the literature: x makes f small, y makes it large."""

from games.catalogue.entry import Entry, Expected
from games.language.number import Number
from games.regions.shapes import Box
from games.symbolic import SymbolicGame

BALDUZZI = (
    "D. Balduzzi, S. Racaniere, J. Martens, J. Foerster, K. Tuyls, T. Graepel, 'The mechanics of"
    " n-player differentiable games', ICML 2018, a weak attractor under strong rotation"
)
DASKALAKIS = (
    "C. Daskalakis, I. Panageas, 'The limit points of (optimistic) gradient descent in min-max"
    " optimization', NeurIPS 2018, a stable point that is no local min-max"
)
HSIEH = (
    "Y.-P. Hsieh, P. Mertikopoulos, V. Cevher, 'The limits of min-max optimization algorithms:"
    " convergence to spurious non-critical sets', ICML 2021, 'forsaken'"
)
ADOLPHS = (
    "L. Adolphs, H. Daneshmand, A. Lucchi, T. Hofmann, 'Local saddle point optimization: a"
    " curvature exploitation approach', AISTATS 2019"
)
ARROW = (
    "K.J. Arrow, L. Hurwicz, H. Uzawa, 'Studies in Linear and Non-Linear Programming', Stanford"
    " 1958: min x²/2 where x >= 1"
)
PLAYERS = {"min": ["x"], "max": ["y"]}


def rotation(strength: Number = 10) -> SymbolicGame:
    """Costs x²/2 + s·x·y and y²/2 − s·x·y: contraction at rate 1 whatever the rotation.

    >>> rotation().costs[1]
    'y**2/2 - s*x*y'
    """
    return SymbolicGame.from_costs(
        {"one": ["x"], "two": ["y"]},
        {"one": "x**2/2 + s*x*y", "two": "y**2/2 - s*x*y"},
        {"s": strength},
        name="Weak attractor under strong rotation",
        source=BALDUZZI,
        region=Box.cube(2, 1),
        equilibrium=(0, 0),
    )


def stable_not_min_max() -> SymbolicGame:
    """f = −x²/8 − y²/2 + 6xy/10: play contracts to 0, which is the worst of all x.

    >>> stable_not_min_max().costs[0]
    '-x**2/8 - y**2/2 + 6*x*y/10'
    """
    f = "-x**2/8 - y**2/2 + 6*x*y/10"
    return SymbolicGame.from_costs(
        PLAYERS,
        {"min": f, "max": f"-({f})"},
        name="Stable, but no min-max",
        source=DASKALAKIS,
        region=Box.cube(2, 1),
        equilibrium=(0, 0),
    )


def forsaken() -> SymbolicGame:
    """f = x(y − 0.45) + φ(x) − φ(y), φ(z) = z²/4 − z⁴/2 + z⁶/6, near its one critical point.

    >>> forsaken().sizes
    (1, 1)
    """
    phi = "({0}**2/4 - {0}**4/2 + {0}**6/6)".format
    f = f"x*(y - 0.45) + {phi('x')} - {phi('y')}"
    return SymbolicGame.from_costs(
        PLAYERS,
        {"min": f, "max": f"-({f})"},
        name="Forsaken",
        source=HSIEH,
        region=Box(["0.072", "0.4059"], ["0.084", "0.4179"]),
        equilibrium=("0.07802667", "0.41193385"),
    )


def _curved(y: str, low: Box, name: str) -> SymbolicGame:
    """f = 2x² + y² + 4xy + 4y³/3 − y⁴/4 near one of its critical points x = −y."""
    f = "2*x**2 + y**2 + 4*x*y + 4*y**3/3 - y**4/4"
    x = y if y == "0" else f"-{y}"
    return SymbolicGame.from_costs(
        PLAYERS,
        {"min": f, "max": f"-({f})"},
        name=name,
        source=ADOLPHS,
        region=low,
        equilibrium=(x, y),
    )


def curvature_saddle() -> SymbolicGame:
    """Near (−2 − √2, 2 + √2), the one local saddle point of f.

    >>> curvature_saddle().sizes
    (1, 1)
    """
    box = Box(["-3.5", "3.3"], ["-3.3", "3.5"])
    return _curved("3.414213562373095", box, "The saddle point of Adolphs' f")


def curvature_spurious() -> SymbolicGame:
    """Near (0, 0), which attracts descent-ascent and is no saddle point of f.

    >>> curvature_spurious().equilibrium
    (Fraction(0, 1), Fraction(0, 1))
    """
    return _curved("0", Box.cube(2, "0.05"), "A spurious attractor of Adolphs' f")


def arrow_hurwicz() -> SymbolicGame:
    """The Lagrangian x²/2 + λ(1 − x): a quantity and its price, both 1.

    >>> arrow_hurwicz().equilibrium
    (Fraction(1, 1), Fraction(1, 1))
    """
    f = "x**2/2 + y*(1 - x)"
    return SymbolicGame.from_costs(
        {"quantity": ["x"], "price": ["y"]},
        {"quantity": f, "price": f"-({f})"},
        name="Arrow, Hurwicz and Uzawa's saddle",
        source=ARROW,
        region=Box([0, 0], [2, 2]),
        equilibrium=(1, 1),
    )


ENTRIES = (
    Entry(
        "rotation",
        rotation,
        BALDUZZI,
        Expected(-9, 1.0, (1, 1), True, "proved"),
        "box [-1,1]",
        ("min-max", "published equilibrium"),
    ),
    Entry(
        "stable-not-min-max",
        stable_not_min_max,
        DASKALAKIS,
        Expected(-0.49138617255817274, -0.25, (1, 1), True, "proved"),
        "proved by a dense metric; the equilibrium is a zero of F, not Nash; box [-1,1]",
        ("min-max", "not Nash", "dense metric", "published equilibrium"),
    ),
    Entry(
        "forsaken",
        forsaken,
        HSIEH,
        Expected(-1.0559206749592553, -0.3953460959751595, (1, 1), False, "proved"),
        "box of half-width 0.006 round the critical point, which is no min-max; dense metric",
        ("min-max", "not Nash", "dense metric", "published equilibrium"),
    ),
    Entry(
        "curvature-saddle",
        curvature_saddle,
        ADOLPHS,
        Expected(0.1327225152313, 4.0, (1, 1), False, "proved"),
        "box of half-width 0.1 or so round the saddle point",
        ("min-max", "published equilibrium"),
    ),
    Entry(
        "curvature-spurious",
        curvature_spurious,
        ADOLPHS,
        Expected(-4.316407626688, -2.3925, (1, 1), False, "proved"),
        "box of half-width 0.05 round 0, which is no min-max; dense metric",
        ("min-max", "not Nash", "dense metric", "published equilibrium"),
    ),
    Entry(
        "arrow-hurwicz",
        arrow_hurwicz,
        ARROW,
        Expected(-0.6180339887502487, 0.0, (1, 1), True, "proved"),
        "the multiplier as a player; proved by a dense metric; box [0,2]",
        ("min-max", "dense metric", "published equilibrium"),
    ),
)
