"""Firms in closed form: quantities, prices, research, forward sales; all quadratic."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from games.catalogue.entry import Entry, Expected
from games.language.number import Number, exact
from games.regions.shapes import Box
from games.symbolic import SymbolicGame

THEOCHARIS = (
    "R.D. Theocharis, 'On the stability of the Cournot solution on the oligopoly problem',"
    " Rev. Econ. Studies 27 (1960) 133-134"
)
FISHER = (
    "F.M. Fisher, 'The stability of the Cournot oligopoly solution: the effects of speeds of"
    " adjustment and increasing marginal costs', Rev. Econ. Studies 28 (1961) 125-135"
)
SINGH_VIVES = (
    "N. Singh, X. Vives, 'Price and quantity competition in a differentiated duopoly', RAND J."
    " Econ. 15 (1984) 546-554"
)
SALOP = (
    "S.C. Salop, 'Monopolistic competition with outside goods', Bell J. Econ. 10 (1979) 141-156,"
    " the circle, price stage"
)
COMPLEMENTS = (
    "A.A. Cournot, 'Recherches sur les principes mathematiques de la theorie des richesses',"
    " 1838, ch. IX, the makers of zinc and of copper"
)
ALLAZ_VILA = (
    "B. Allaz, J.-L. Vila, 'Cournot competition, forward markets and efficiency', J. Econ. Theory"
    " 59 (1993) 1-16, forward stage"
)
RESEARCH = (
    "C. d'Aspremont, A. Jacquemin, 'Cooperative and noncooperative R&D in duopoly with spillovers',"
    " Amer. Econ. Review 78 (1988) 1133-1137, R&D stage"
)
MIXED = (
    "G. De Fraja, F. Delbono, 'Alternative strategies of a public enterprise in oligopoly', Oxford"
    " Econ. Papers 41 (1989) 302-311, one public and one private firm"
)


def _alike(
    name: str,
    source: str,
    letter: str,
    count: int,
    cost: Callable[[int], str],
    parameters: dict[str, Number],
    point: Fraction,
    high: Number,
) -> SymbolicGame:
    """Firms with one variable each and the same equilibrium; box [0, high]."""
    firms = range(1, count + 1)
    return SymbolicGame.from_costs(
        {f"firm {i}": [f"{letter}{i}"] for i in firms},
        {f"firm {i}": cost(i) for i in firms},
        parameters,
        name=name,
        source=source,
        region=Box([0] * count, [high] * count),
        equilibrium=[point] * count,
    )


def _sum(letter: str, count: int) -> str:
    return " + ".join(f"{letter}{i}" for i in range(1, count + 1))


def theocharis(firms: int = 4) -> SymbolicGame:
    """Price 12 − Σq, unit cost 2: q = 10/(N + 1). Best responses of four firms diverge.

    >>> str(theocharis().equilibrium[0])
    '2'
    """
    total = _sum("q", firms)
    return _alike(
        "Theocharis' oligopoly",
        THEOCHARIS,
        "q",
        firms,
        lambda i: f"q{i}*({total}) - 10*q{i}",
        {},
        Fraction(10, firms + 1),
        10,
    )


def fisher(firms: int = 4, rise: Number = 1) -> SymbolicGame:
    """The same with cost 2q + d q²/2: q = 10/(N + 1 + d).

    >>> str(fisher().equilibrium[0])
    '5/3'
    """
    total = _sum("q", firms)
    return _alike(
        "Cournot with increasing marginal costs",
        FISHER,
        "q",
        firms,
        lambda i: f"q{i}*({total}) - 10*q{i} + d*q{i}**2/2",
        {"d": rise},
        10 / (firms + 1 + exact(rise)),
        10,
    )


def quantities(substitution: Number = "1/2") -> SymbolicGame:
    """Inverse demand 3 − q_i − c q_j without costs: q = 3/(2 + c).

    >>> str(quantities().equilibrium[0])
    '6/5'
    """
    return _alike(
        "Differentiated duopoly, quantities",
        SINGH_VIVES,
        "q",
        2,
        lambda i: f"-q{i}*(3 - q{i} - c*q{3 - i})",
        {"c": substitution},
        3 / (2 + exact(substitution)),
        3,
    )


def prices(substitution: Number = "1/2") -> SymbolicGame:
    """The same demand, inverted; prices are set: p = 3(1 − c)/(2 − c).

    >>> str(prices().equilibrium[0])
    '1'
    """
    c = exact(substitution)
    return _alike(
        "Differentiated duopoly, prices",
        SINGH_VIVES,
        "p",
        2,
        lambda i: f"-p{i}*(3*(1 - c) - p{i} + c*p{3 - i})/(1 - c**2)",
        {"c": c},
        3 * (1 - c) / (2 - c),
        3,
    )


def salop(shops: int = 4) -> SymbolicGame:
    """Shops on a circle, transport cost t = 1, unit cost 1/2: p = 1/2 + t/N.

    >>> str(salop().equilibrium[0])
    '3/4'
    """

    def cost(i: int) -> str:
        left, right = (i - 2) % shops + 1, i % shops + 1
        return f"-(p{i} - 1/2)*(1/{shops} + (p{left} + p{right} - 2*p{i})/2)"

    name = "Salop's circle"
    return _alike(name, SALOP, "p", shops, cost, {}, Fraction(1, 2) + Fraction(1, shops), 2)


def complements(firms: int = 2) -> SymbolicGame:
    """Two monopolists of parts of one good, demand 3 − Σp: p = 3/(N + 1).

    >>> complements().equilibrium
    (Fraction(1, 1), Fraction(1, 1))
    """
    total = _sum("p", firms)
    return _alike(
        "Cournot's complements",
        COMPLEMENTS,
        "p",
        firms,
        lambda i: f"-p{i}*(3 - ({total}))",
        {},
        Fraction(3, firms + 1),
        3,
    )


def forward_sales() -> SymbolicGame:
    """Forward sales f before Cournot with demand less cost 5: f = 1, a fifth of it.

    >>> forward_sales().equilibrium
    (Fraction(1, 1), Fraction(1, 1))
    """
    return _alike(
        "Allaz and Vila's forward market",
        ALLAZ_VILA,
        "f",
        2,
        lambda i: f"-(5 - f1 - f2)*(5 + 2*f{i} - f{3 - i})/9",
        {},
        Fraction(1),
        5,
    )


def research(spillover: Number = "1/2", gamma: Number = 2) -> SymbolicGame:
    """Cost reductions x with spillover β before Cournot with demand less cost 9, b = 1.

    x = 9(2 − β)/(9γ/2 − (2 − β)(1 + β)).

    >>> str(research().equilibrium[0])
    '2'
    """
    b, g = exact(spillover), exact(gamma)
    return _alike(
        "R&D with spillovers",
        RESEARCH,
        "x",
        2,
        lambda i: f"-(9 + (2 - s)*x{i} + (2*s - 1)*x{3 - i})**2/9 + g*x{i}**2/2",
        {"s": b, "g": g},
        9 * (2 - b) / (Fraction(9, 2) * g - (2 - b) * (1 + b)),
        5,
    )


def mixed_duopoly(rise: Number = 1) -> SymbolicGame:
    """A public firm that maximises welfare against a private one; price 5 − Q, cost k q²/2.

    The price is 5/(1 + 1/k + 1/(1 + k)); q_0 = p/k, q_1 = p/(1 + k).

    >>> mixed_duopoly().equilibrium
    (Fraction(2, 1), Fraction(1, 1))
    """
    k = exact(rise)
    price = 5 / (1 + 1 / k + 1 / (1 + k))
    return SymbolicGame.from_costs(
        {"public": ["q0"], "private": ["q1"]},
        {
            "public": "(q0 + q1)**2/2 - 5*(q0 + q1) + k*(q0**2 + q1**2)/2",
            "private": "-q1*(5 - q0 - q1) + k*q1**2/2",
        },
        {"k": k},
        name="Mixed duopoly",
        source=MIXED,
        region=Box([0, 0], [5, 5]),
        equilibrium=[price / k, price / (1 + k)],
    )


def _entry(
    name: str,
    build: Callable[[], SymbolicGame],
    source: str,
    expected: Expected,
    tags: Sequence[str],
    changes: str,
) -> Entry:
    return Entry(name, build, source, expected, changes, (*tags, "published equilibrium"))


COURNOT, BERTRAND = ("cournot",), ("bertrand",)
ENTRIES = (
    _entry(
        "theocharis",
        theocharis,
        THEOCHARIS,
        Expected(-1.0000000000005067, 0.9999999999999996, (1, 1, 1, 1), True, "proved"),
        COURNOT,
        "a - c = 10, b = 1; box [0,10]",
    ),
    _entry(
        "fisher",
        fisher,
        FISHER,
        Expected(-6.079936057773012e-13, 1.9999999999999991, (1, 1, 1, 1), True, "proved"),
        COURNOT,
        "a - c = 10, b = 1, d = 1; box [0,10]",
    ),
    _entry(
        "singh-vives-quantities",
        quantities,
        SINGH_VIVES,
        Expected(1.4999999999997489, 1.5, (1, 1), True, "proved"),
        COURNOT,
        "a = 3, c = 1/2",
    ),
    _entry(
        "singh-vives-prices",
        prices,
        SINGH_VIVES,
        Expected(1.9999999999996645, 2.0, (1, 1), True, "proved"),
        BERTRAND,
        "a = 3, c = 1/2",
    ),
    _entry(
        "salop",
        salop,
        SALOP,
        Expected(0.9999999999996974, 0.9999999999999996, (1, 1, 1, 1), True, "proved"),
        BERTRAND,
        "four shops, t = 1, c = 1/2; box [0,2]",
    ),
    _entry(
        "complements",
        complements,
        COMPLEMENTS,
        Expected(0.9999999999996987, 1.0, (1, 1), True, "proved"),
        BERTRAND,
        "demand 3 - p1 - p2",
    ),
    _entry(
        "forward-sales",
        forward_sales,
        ALLAZ_VILA,
        Expected(0.33333333333327736, 0.3333333333333333, (1, 1), True, "proved"),
        COURNOT,
        "a - c = 5; box [0,5]",
    ),
    _entry(
        "research",
        research,
        RESEARCH,
        Expected(1.49999999999985, 1.5, (1, 1), True, "proved"),
        COURNOT,
        "a - A = 9, b = 1, beta = 1/2, gamma = 2",
    ),
    _entry(
        "mixed-duopoly",
        mixed_duopoly,
        MIXED,
        Expected(1.3819660112492587, 1.381966011250105, (1, 1), True, "proved"),
        COURNOT,
        "a - c = 5, k = 1; box [0,5]",
    ),
)
