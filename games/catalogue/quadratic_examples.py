"""Two-player games with quadratic costs."""

from games.catalogue.entry import Entry, Expected
from games.language.number import Number, exact, to_text
from games.regions.shapes import Box
from games.symbolic import SymbolicGame

SHARMA = (
    "V. Sharma, 'Small-Gain Nash: Certified Contraction to Nash Equilibria in Differentiable"
    " Games', arXiv:2512.06791, Sec. 5.1 scalar example"
)
ROSEN = (
    "J.B. Rosen, 'Existence and uniqueness of equilibrium points for concave n-person games',"
    " Econometrica 33 (1965) 520-534, two-player example"
)
HARKER = (
    "P.T. Harker, 'Generalized Nash games and quasi-variational inequalities', EJOR 54 (1991) 81-94"
)
PLAYERS = {"player 1": ["x1"], "player 2": ["x2"]}


def sgn_toy(forward: Number = 10, backward: Number = "1/20") -> SymbolicGame:
    """Two players with curvature 1, coupled by `forward` (2 into 1) and `backward` (1 into 2).

    >>> sgn_toy().costs[0]
    'x1**2/2 + 10*x1*x2'
    """
    a, b = (to_text(exact(value)) for value in (forward, backward))
    return SymbolicGame.from_costs(
        PLAYERS,
        {"player 1": f"x1**2/2 + {a}*x1*x2", "player 2": f"x2**2/2 + {b}*x1*x2"},
        name="Small-gain toy game",
        source=SHARMA,
        region=Box.cube(2, 2),
        equilibrium=(0, 0),
    )


def rosen() -> SymbolicGame:
    """Rosen's example without its shared constraint.

    >>> rosen().dimension
    2
    """
    return SymbolicGame.from_costs(
        PLAYERS,
        {"player 1": "x1**2/2 - x1*x2", "player 2": "x2**2 + x1*x2"},
        name="Rosen's game",
        source=ROSEN,
        region=Box.cube(2, 5),
        equilibrium=(0, 0),
    )


def harker() -> SymbolicGame:
    """Harker's duopoly without its shared constraint.

    >>> harker().dimension
    2
    """
    return SymbolicGame.from_costs(
        {"firm 1": ["x1"], "firm 2": ["x2"]},
        {"firm 1": "x1**2 + 8*x1*x2/3 - 34*x1", "firm 2": "x2**2 + 5*x1*x2/4 - 97*x2/4"},
        name="Harker's duopoly",
        source=HARKER,
        region=Box([0, 0], [10, 10]),
        equilibrium=(5, 9),
    )


ENTRIES = (
    Entry(
        "sgn-toy",
        sgn_toy,
        SHARMA,
        Expected(0.2928932188134525, 0.2928932188134525, (1, 200), True, "proved"),
    ),
    Entry(
        "rosen",
        rosen,
        ROSEN,
        Expected(0.38196601125010515, 1.0, (1, 1), True, "proved"),
        "shared constraint x1+x2>=1 and x>=0 dropped; box [-5,5], equilibrium becomes the origin",
    ),
    Entry(
        "harker",
        harker,
        HARKER,
        Expected(0.17425814164944634, 0.17425814164944628, (1, 32 / 15), True, "proved"),
        "shared constraint x1+x2<=15 dropped (inactive at (5,9))",
    ),
)
