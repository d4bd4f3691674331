"""People and states: efforts, opinions, emissions, arms, tournaments, networks of neighbours."""

from collections.abc import Sequence
from fractions import Fraction

from games.catalogue.entry import Entry, Expected
from games.language.number import Number, exact
from games.regions.shapes import Box
from games.symbolic import SymbolicGame

OSBORNE = (
    "M.J. Osborne, 'An Introduction to Game Theory', Oxford 2004, Example 39.1 (a synergistic"
    " relationship)"
)
BARRETT = (
    "S. Barrett, 'Self-enforcing international environmental agreements', Oxford Econ. Papers 46"
    " (1994) 878-894, no agreement"
)
RICHARDSON = "L.F. Richardson, 'Arms and Insecurity', 1960, two nations, as the game of its field"
TOURNAMENT = (
    "E.P. Lazear, S. Rosen, 'Rank-order tournaments as optimum labor contracts', J. Political"
    " Economy 89 (1981) 841-864, normal luck"
)
OPINIONS = (
    "D. Bindel, J. Kleinberg, S. Oren, 'How bad is forming your own opinion?', FOCS 2011; Games"
    " Econ. Behavior 92 (2015) 248-265, the path of three"
)
BRAMOULLE = (
    "Y. Bramoulle, R. Kranton, M. D'Amours, 'Strategic interaction and networks', Amer. Econ."
    " Review 104 (2014) 898-930, substitutes on a ring"
)
KEY_PLAYER = (
    "C. Ballester, A. Calvo-Armengol, Y. Zenou, 'Who's who in networks. Wanted: the key player',"
    " Econometrica 74 (2006) 1403-1417, the network of eleven"
)


def synergy(scale: Number = 1) -> SymbolicGame:
    """Efforts whose return is a_i(c + a_j − a_i): both give c.

    >>> synergy(2).equilibrium
    (Fraction(2, 1), Fraction(2, 1))
    """
    c = exact(scale)
    return SymbolicGame.from_costs(
        {"one": ["a1"], "two": ["a2"]},
        {"one": "-a1*(c + a2 - a1)", "two": "-a2*(c + a1 - a2)"},
        {"c": c},
        name="A synergistic relationship",
        source=OSBORNE,
        region=Box([0, 0], [2 * c, 2 * c]),
        equilibrium=[c, c],
    )


def emissions(countries: int = 3, slope: Number = 1) -> SymbolicGame:
    """Abatement q_i: benefit (5Q − Q²/2)/N each, cost c q_i²/2: Q = 5/(1 + c).

    >>> str(emissions().equilibrium[0])
    '5/6'
    """
    names = [f"q{i}" for i in range(1, countries + 1)]
    total = " + ".join(names)
    return SymbolicGame.from_costs(
        {f"country {i}": [q] for i, q in enumerate(names, start=1)},
        {
            f"country {i}": f"c*{q}**2/2 - (5*({total}) - ({total})**2/2)/{countries}"
            for i, q in enumerate(names, start=1)
        },
        {"c": slope},
        name="Barrett's abatement game",
        source=BARRETT,
        region=Box([0] * countries, [5] * countries),
        equilibrium=[5 / (1 + exact(slope)) / countries] * countries,
    )


def arms_race() -> SymbolicGame:
    """x' = y − 2x + 1, y' = x − 2y + 1: armaments of 1 each.

    >>> arms_race().equilibrium
    (Fraction(1, 1), Fraction(1, 1))
    """
    return SymbolicGame.from_costs(
        {"one": ["x"], "two": ["y"]},
        {"one": "a*x**2/2 - k*x*y - g*x", "two": "a*y**2/2 - k*x*y - g*y"},
        {"a": 2, "k": 1, "g": 1},
        name="Richardson's arms race",
        source=RICHARDSON,
        region=Box([0, 0], [4, 4]),
        equilibrium=(1, 1),
    )


def tournament() -> SymbolicGame:
    """Two workers, prize gap 1, cost e², luck normal with σ = 1: e = 1/(4√π).

    >>> tournament().sizes
    (1, 1)
    """
    effort = "0.14104739588693908"
    return SymbolicGame.from_costs(
        {"worker 1": ["e1"], "worker 2": ["e2"]},
        {f"worker {i}": f"e{i}**2 - erf((e{i} - e{3 - i})/2)/2" for i in (1, 2)},
        name="A rank-order tournament",
        source=TOURNAMENT,
        region=Box([0, 0], ["0.3", "0.3"]),
        equilibrium=(effort, effort),
    )


def opinions() -> SymbolicGame:
    """Opinions on a path: (z_i − s_i)² + Σ (z_i − z_j)², s = 0, 1/2, 1: z = 1/4, 1/2, 3/4.

    >>> [str(z) for z in opinions().equilibrium]
    ['1/4', '1/2', '3/4']
    """
    return SymbolicGame.from_costs(
        {"a": ["z1"], "b": ["z2"], "c": ["z3"]},
        {
            "a": "z1**2 + (z1 - z2)**2",
            "b": "(z2 - 1/2)**2 + (z2 - z1)**2 + (z2 - z3)**2",
            "c": "(z3 - 1)**2 + (z3 - z2)**2",
        },
        name="Forming opinions on a path",
        source=OPINIONS,
        region=Box([0] * 3, [1] * 3),
        equilibrium=("1/4", "1/2", "3/4"),
    )


def on_network(
    links: Sequence[tuple[int, int]],
    influence: Fraction,
    efforts: Sequence[Fraction],
    name: str,
    source: str,
) -> SymbolicGame:
    """x_i²/2 − x_i + δ x_i Σ_j g_ij x_j; box [0, 2 max x].

    >>> on_network([(1, 2)], Fraction(1, 2), [Fraction(2, 3)] * 2, "two", "").costs[0]
    'x1**2/2 - x1 + d*x1*(x2)'
    """
    players = range(1, len(efforts) + 1)
    near = {i: [b if a == i else a for a, b in links if i in (a, b)] for i in players}
    around = {i: " + ".join(f"x{j}" for j in near[i]) for i in players}
    top = 2 * max(efforts)
    return SymbolicGame.from_costs(
        {f"player {i}": [f"x{i}"] for i in players},
        {f"player {i}": f"x{i}**2/2 - x{i} + d*x{i}*({around[i]})" for i in players},
        {"d": influence},
        region=Box([0] * len(efforts), [top] * len(efforts)),
        equilibrium=efforts,
        name=name,
        source=source,
    )


def ring(size: int = 4) -> SymbolicGame:
    """Substitutes δ = 1/4 on a ring: x = 1/(1 + 2δ).

    >>> str(ring().equilibrium[0])
    '2/3'
    """
    links = [(i, i % size + 1) for i in range(1, size + 1)]
    efforts = [Fraction(2, 3)] * size
    return on_network(links, Fraction(1, 4), efforts, name="Efforts on a ring", source=BRAMOULLE)


def key_player() -> SymbolicGame:
    """Two complete groups of five, and player 1, who knows two of each; δ = 1/10.

    Published to two decimals: 1.75 for player 1, 1.88 for her four neighbours, 1.72 for others.

    >>> [f"{float(x):.2f}" for x in key_player().equilibrium[:3]]
    ['1.75', '1.88', '1.72']
    """
    groups = (range(2, 7), range(7, 12))
    links = [(i, j) for group in groups for i in group for j in group if i < j]
    links += [(1, j) for j in (2, 6, 7, 11)]
    centre, near, far = Fraction(275, 157), Fraction(295, 157), Fraction(270, 157)
    efforts = [centre, near, far, far, far, near, near, far, far, far, near]
    return on_network(
        links, Fraction(-1, 10), efforts, name="Eleven players, one between", source=KEY_PLAYER
    )


FOUND = "published equilibrium"
ENTRIES = (
    Entry(
        "synergy",
        synergy,
        OSBORNE,
        Expected(0.9999999999996987, 1.0, (1, 1), True, "proved"),
        "c = 1; box [0,2]",
        (FOUND,),
    ),
    Entry(
        "emissions",
        emissions,
        BARRETT,
        Expected(0.6666666666664646, 1.0000000000000002, (1, 1, 1), True, "proved"),
        "a = 5, b = c = 1, three countries",
        (FOUND,),
    ),
    Entry(
        "arms-race",
        arms_race,
        RICHARDSON,
        Expected(0.9999999999996987, 1.0, (1, 1), True, "proved"),
        "costs whose gradient is the field",
        (FOUND,),
    ),
    Entry(
        "tournament",
        tournament,
        TOURNAMENT,
        Expected(1.9172544385, 1.958627220250594, (1, 1), False, "proved"),
        "cost e^2, gap 1, sigma 1",
        (FOUND,),
    ),
    Entry(
        "opinions",
        opinions,
        OPINIONS,
        Expected(1.999999999998991, 1.9999999999999998, (1, 1, 1), True, "proved"),
        "box [0,1]",
        ("network", FOUND),
    ),
    Entry(
        "ring",
        ring,
        BRAMOULLE,
        Expected(0.4999999999998487, 0.4999999999999998, (1, 1, 1, 1), True, "proved"),
        "four players, delta = 1/4",
        ("network", FOUND),
    ),
    Entry(
        "key-player",
        key_player,
        KEY_PLAYER,
        Expected(
            0.55959530035327, 0.559595300353557, (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1), True, "proved"
        ),
        "a = 0.1",
        ("network", FOUND),
    ),
)
