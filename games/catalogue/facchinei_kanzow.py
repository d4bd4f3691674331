"""Games of the Facchinei–Kanzow test collection, their shared constraints dropped."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from games.catalogue.entry import Entry, Expected
from games.language.number import to_text
from games.regions.shapes import Box
from games.symbolic import SymbolicGame

COLLECTION = (
    "F. Facchinei, C. Kanzow, 'Penalty methods for the solution of generalized Nash equilibrium"
    " problems', SIAM J. Optim. 20 (2010) 2228-2253 (test problem collection, report version),"
)
A3, A5, A17 = (f"{COLLECTION} Problem {label}" for label in ("A.3", "A.5", "A.17"))
RIVER_BASIN = (
    f"{COLLECTION} Problem A.13 (river basin pollution; Krawczyk & Uryasev 2000,"
    " Haurie & Krawczyk 1997)"
)
ELECTRICITY = f"{COLLECTION} Problem A.15 (electricity market, Contreras, Klusch, Krawczyk 2004)"

Matrix = Sequence[Sequence[int]]
THREE_PLAYERS = {
    "player 1": ["x1_1", "x1_2", "x1_3"],
    "player 2": ["x2_1", "x2_2"],
    "player 3": ["x3_1", "x3_2"],
}
LINEAR = ((1, -1, 1), (1, 0), (-1, 2))  # b_1, b_2, b_3, the same in A.3 and A.5


def a3() -> SymbolicGame:
    """Problem A.3: no constant metric certifies it.

    >>> a3().sizes
    (3, 2, 2)
    """
    curvature = (
        ((20, 5, 3), (5, 5, -5), (3, -5, 15)),
        ((11, -1), (-1, 9)),
        ((48, 39), (39, 53)),
    )
    coupling = (
        ((-6, 10, 11, 20), (10, -4, -17, 9), (15, 8, -22, 21)),
        ((20, 1, -3, 12, 1), (10, -4, 8, 16, 21)),
        ((10, -2, 22, 12, 16), (9, 19, 21, -4, 20)),
    )
    published = (
        "-0.38046562696258 -0.12266997083581 -0.99322817120517 0.39034789080544"
        " 1.16385412687962 0.05039533464 0.0175774053346"
    )
    return SymbolicGame.from_costs(
        THREE_PLAYERS,
        quadratic_costs(THREE_PLAYERS, curvature, coupling, LINEAR),
        name="Facchinei-Kanzow A.3",
        source=A3,
        region=Box.cube(7, 10),
        equilibrium=published.split(),
    )


def a5() -> SymbolicGame:
    """Problem A.5: symmetric coupling that norms overstate.

    >>> a5().sizes
    (3, 2, 2)
    """
    curvature = (
        ((20, 6, 0), (6, 6, -1), (0, -1, 8)),
        ((11, 1), (1, 7)),
        ((28, 14), (14, 29)),
    )
    coupling = (
        ((-1, -2, -4, -3), (0, -3, 0, -4), (0, 1, 9, 6)),
        ((-1, 0, 0, -7, 4), (-2, -3, 1, 4, 11)),
        ((-4, 0, 9, -7, 4), (-3, -4, 6, 4, 11)),
    )
    return SymbolicGame.from_costs(
        THREE_PLAYERS,
        quadratic_costs(THREE_PLAYERS, curvature, coupling, LINEAR),
        name="Facchinei-Kanzow A.5",
        source=A5,
        region=Box.cube(7, 10),
    )


def river_basin() -> SymbolicGame:
    """Problem A.13: three polluting firms that sell at one price, 3 - (x1 + x2 + x3)/100.

    >>> river_basin().players[0].name
    'firm 1'
    """
    price = "3 - (x1 + x2 + x3)/100"
    return SymbolicGame.from_costs(
        {f"firm {i}": [f"x{i}"] for i in (1, 2, 3)},
        {
            "firm 1": f"x1*(0.10 + 0.01*x1 - ({price}))",
            "firm 2": f"x2*(0.12 + 0.05*x2 - ({price}))",
            "firm 3": f"x3*(0.15 + 0.01*x3 - ({price}))",
        },
        name="River basin pollution",
        source=RIVER_BASIN,
        region=Box([0] * 3, [100] * 3),
    )


def electricity_market() -> SymbolicGame:
    """Problem A.15: companies with 1, 2 and 3 generators sell at 378.4 - 2·(all power).

    >>> electricity_market().sizes
    (1, 2, 3)
    """
    price = "(378.4 - 2*(x1 + x2_1 + x2_2 + x3_1 + x3_2 + x3_3))"
    published = (
        "46.6615069242398 32.15293850189938 15.00419467998705 22.10485810522063"
        " 12.34076570922471 12.34076570922471"
    )
    return SymbolicGame.from_costs(
        {
            "company 1": ["x1"],
            "company 2": ["x2_1", "x2_2"],
            "company 3": ["x3_1", "x3_2", "x3_3"],
        },
        {
            "company 1": f"0.04*x1**2/2 + 2*x1 - {price}*x1",
            "company 2": "0.035*x2_1**2/2 + 1.75*x2_1 + 0.125*x2_2**2/2 + x2_2"
            f" - {price}*(x2_1 + x2_2)",
            "company 3": "0.0166*x3_1**2/2 + 3.25*x3_1 + 0.05*x3_2**2/2 + 3*x3_2"
            f" + 0.05*x3_3**2/2 + 3*x3_3 - {price}*(x3_1 + x3_2 + x3_3)",
        },
        name="Electricity market",
        source=ELECTRICITY,
        region=Box([0] * 6, [80, 80, 50, 55, 30, 40]),
        equilibrium=published.split(),
    )


def a17() -> SymbolicGame:
    """Problem A.17: the structural margin is exactly 0, the direct one 1.

    >>> a17().sizes
    (2, 1)
    """
    return SymbolicGame.from_costs(
        {"player 1": ["x1_1", "x1_2"], "player 2": ["x2"]},
        {
            "player 1": "x1_1**2 + x1_1*x1_2 + x1_2**2 + (x1_1 + x1_2)*x2 - 25*x1_1 - 38*x1_2",
            "player 2": "x2**2 + (x1_1 + x1_2)*x2 - 25*x2",
        },
        name="Facchinei-Kanzow A.17",
        source=A17,
        region=Box.cube(3, 50),
        equilibrium=(3, 16, 3),
    )


def quadratic_costs(
    players: Mapping[str, Sequence[str]],
    curvature: Sequence[Matrix],
    coupling: Sequence[Matrix],
    linear: Sequence[Sequence[int]],
) -> dict[str, str]:
    """Costs ½ x_iᵀA_i x_i + x_iᵀ(B_i x_{-i} + b_i) as text, A_i symmetric."""
    costs: dict[str, str] = {}
    for (name, own), A, B, b in zip(players.items(), curvature, coupling, linear, strict=True):
        others = [v for other, variables in players.items() if other != name for v in variables]
        terms = [
            (Fraction(A[r][c]) / (2 if r == c else 1), f"{own[r]}*{own[c]}")
            for r in range(len(own))
            for c in range(r, len(own))
        ]
        terms += [
            (Fraction(B[r][c]), f"{own[r]}*{others[c]}")
            for r in range(len(own))
            for c in range(len(others))
        ]
        terms += [(Fraction(b[r]), own[r]) for r in range(len(own))]
        costs[name] = _sum(terms)
    return costs


def _sum(terms: Sequence[tuple[Fraction, str]]) -> str:
    """The sum of coefficient × monomial as a person writes it; zero terms are left out."""
    text = ""
    for value, monomial in terms:
        if value:
            sign = ("-" if value < 0 else "") if not text else (" - " if value < 0 else " + ")
            factor = "" if abs(value) == 1 else f"{to_text(abs(value))}*"
            text += sign + factor + monomial
    return text


ENTRIES = (
    Entry(
        "fk-a3",
        a3,
        A3,
        Expected(
            -49.22755121423406,
            -20.367805809268052,
            (1.0, 0.8934178628352305, 0.989048517313348),
            True,
            "refuted",
        ),
        "player/shared linear constraints dropped; only the box kept",
    ),
    Entry(
        "fk-a5",
        a5,
        A5,
        Expected(-10.34918967997786, 1.002475198139541, (1, 1, 1), True, "proved"),
        "constraints dropped; box widened from [0,10] to [-10,10] so that the unconstrained"
        " equilibrium can lie inside",
    ),
    Entry(
        "river-basin",
        river_basin,
        RIVER_BASIN,
        Expected(0.02783009433971698, 0.03, (1, 1, 1), True, "proved"),
        "two shared pollution constraints dropped, box [0,100]",
    ),
    Entry(
        "electricity-market",
        electricity_market,
        ELECTRICITY,
        Expected(-6.693610427749137, 0.027702413245999806, (1, 1, 1), True, "proved"),
    ),
    Entry(
        "fk-a17",
        a17,
        A17,
        Expected(0.0, 1.0, (1, 1), True, "proved"),
        "constraints dropped; box [-50,50]",
    ),
)
