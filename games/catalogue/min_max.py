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
        ("min-max", "not Nash", "published equilibrium"),
    ),
    Entry(
        "forsaken",
        forsaken,
        HSIEH,
        Expected(-1.0559206749592553, -0.3953460959751595, (1, 1), False, "proved"),
        "box of half-width 0.006 round the critical point, which is no min-max; dense metric",
        ("min-max", "not Nash", "published equilibrium"),
    ),
)
