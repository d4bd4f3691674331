"""Firms that choose quantities (Cournot) or prices (Bertrand, Hotelling)."""

from collections.abc import Sequence

from games.catalogue.entry import Entry, Expected
from games.catalogue.facchinei_kanzow import COLLECTION
from games.language.number import Number, exact, to_text
from games.regions.shapes import Box
from games.symbolic import SymbolicGame

COURNOT = f"{COLLECTION} Problem A.12 (Cournot duopoly)"
MSS = (
    "F.H. Murphy, H.D. Sherali, A.L. Soyster, 'A mathematical programming approach for determining"
    " oligopolistic market equilibrium', Math. Prog. 24 (1982) 92-106; Harker 1984"
)
BERTRAND = (
    "Multinomial-logit Bertrand pricing (Anderson, de Palma, Thisse 1992;"
    " Morrow & Skerlos arXiv:1012.5832)"
)
HOTELLING = "H. Hotelling 1929 / d'Aspremont, Gabszewicz, Thisse 1979, price stage, t=1,c=1/2"


def cournot(firms: int = 2, demand: Number = 16) -> SymbolicGame:
    """Firms without costs that sell at the price demand - (x1 + … + xN); box [-10, 10].

    >>> cournot(3).dimension
    3
    """
    a, total = to_text(exact(demand)), _sum("x", firms)
    return SymbolicGame.from_costs(
        _firms("x", firms),
        {f"firm {i}": f"x{i}*({total} - {a})" for i in range(1, firms + 1)},
        name="Cournot duopoly" if firms == 2 else f"Cournot oligopoly, {firms} firms",
        source=COURNOT,
        region=Box.cube(firms, 10),
        equilibrium=[exact(demand) / (firms + 1)] * firms,
    )


def mss(
    linear: Sequence[Number] = (10, 8, 6, 4, 2),
    exponents: Sequence[Number] = ("6/5", "11/10", 1, "9/10", "4/5"),
    elasticity: Number = "11/10",
    scale: int = 5,
) -> SymbolicGame:
    """Firms with cost c_i x_i + β_i/(β_i+1) K^(-1/β_i) x_i^((β_i+1)/β_i) and iso-elastic demand.

    linear: c_i. exponents: β_i. elasticity: γ, the price is (5000/Q)^(1/γ). scale: K. Box [35, 45].

    >>> mss().costs[2][:32]
    '6*x3 + 1/2*5**(-1)*x3**2 - x3*50'
    """
    count, share = len(linear), str(1 / exact(elasticity))
    revenue = f"5000**({share})*({_sum('x', count)})**(-{share})"
    costs: dict[str, str] = {}
    for i, (c, exponent) in enumerate(zip(linear, exponents, strict=True), start=1):
        b = exact(exponent)
        factor, inner, outer = (str(v) for v in (b / (b + 1), -1 / b, (b + 1) / b))
        power = outer if "/" not in outer else f"({outer})"
        production = f"{factor}*{scale}**({inner})*x{i}**{power}"
        costs[f"firm {i}"] = f"{to_text(exact(c))}*x{i} + {production} - x{i}*{revenue}"
    return SymbolicGame.from_costs(
        _firms("x", count),
        costs,
        name="Murphy-Sherali-Soyster oligopoly",
        source=MSS,
        region=Box([35] * count, [45] * count),
    )


def mss_published() -> SymbolicGame:
    """The five firms of the paper, with the published equilibrium as a hint.

    >>> mss_published().dimension
    5
    """
    game = mss()
    game.equilibrium = tuple(exact(q) for q in ("36.912", "41.842", "43.705", "42.665", "39.182"))
    return game


def bertrand_logit(
    firms: int = 3, quality: Number = 2, sensitivity: Number = 1, cost: Number = 1
) -> SymbolicGame:
    """Prices p_i; firm i sells exp(a - b p_i)/(1 + Σ_j exp(a - b p_j)) at unit cost c.

    quality: a. sensitivity: b. cost: c. Box [2.2, 2.6].

    >>> bertrand_logit().costs[0]
    '-(p1 - c)*exp(a - b*p1)/(1 + exp(a - b*p1) + exp(a - b*p2) + exp(a - b*p3))'
    """
    shares = [f"exp(a - b*p{i})" for i in range(1, firms + 1)]
    demand = f"(1 + {' + '.join(shares)})"
    return SymbolicGame.from_costs(
        _firms("p", firms),
        {f"firm {i}": f"-(p{i} - c)*{s}/{demand}" for i, s in enumerate(shares, start=1)},
        {"a": quality, "b": sensitivity, "c": cost},
        name="Bertrand pricing with logit demand",
        source=BERTRAND,
        region=Box(["2.2"] * firms, ["2.6"] * firms),
    )


def hotelling(transport: Number = 1, cost: Number = "1/2") -> SymbolicGame:
    """Two shops at the ends of a street; prices p_i, unit cost c, transport cost t; box [0, 3].

    >>> hotelling().costs[0]
    '-(p1 - c)*(1/2 + (p2 - p1)/(2*t))'
    """
    equilibrium = exact(cost) + exact(transport)
    return SymbolicGame.from_costs(
        {"shop 1": ["p1"], "shop 2": ["p2"]},
        {
            "shop 1": "-(p1 - c)*(1/2 + (p2 - p1)/(2*t))",
            "shop 2": "-(p2 - c)*(1/2 + (p1 - p2)/(2*t))",
        },
        {"t": transport, "c": cost},
        name="Hotelling's street",
        source=HOTELLING,
        region=Box([0, 0], [3, 3]),
        equilibrium=(equilibrium, equilibrium),
    )


def _firms(letter: str, count: int) -> dict[str, list[str]]:
    return {f"firm {i}": [f"{letter}{i}"] for i in range(1, count + 1)}


def _sum(letter: str, count: int) -> str:
    return " + ".join(f"{letter}{i}" for i in range(1, count + 1))


ENTRIES = (
    Entry("duopoly", cournot, COURNOT, Expected(1.0, 1.0, (1, 1), True, "proved")),
    Entry(
        "mss-oligopoly",
        mss_published,
        MSS,
        Expected(0.04438259679902502, 0.19419614954804193, (1,) * 5, False, "proved"),
        "capacity constraint dropped; box [35,45]; the published point solves a constrained variant"
        " and lies 0.024 from the zero of F",
    ),
    Entry(
        "bertrand-logit",
        bertrand_logit,
        BERTRAND,
        Expected(0.08058857451915642, 0.13439327404056325, (1,) * 3, False, "proved"),
        "a=2, price coefficient 1, cost 1, outside option 1; box [2.2,2.6]",
    ),
    Entry("hotelling", hotelling, HOTELLING, Expected(0.5, 0.5, (1, 1), True, "proved")),
)
