"""Games over something shared: bandwidth, radio spectrum, queues, public goods, networks."""

from games.catalogue.entry import Entry, Expected
from games.language.number import Number, exact, to_text
from games.regions.shapes import Box
from games.symbolic import SymbolicGame

KELLY = (
    "F. Kelly, 'Charging and rate control for elastic traffic', Eur. Trans. Telecom. 8 (1997)"
    " 33-37; as a game: B. Hajek, G. Gopalakrishnan 2002, R. Johari, J.N. Tsitsiklis,"
    " Math. Oper. Res. 29 (2004) 407-435"
)
ALPCAN = (
    "T. Alpcan, T. Basar, R. Srikant, E. Altman, 'CDMA uplink power control as a noncooperative"
    " game', Wireless Networks 8 (2002) 659-670"
)
QUEUE = (
    "E. Altman, T. Basar, R. Srikant, 'Nash equilibria for combined flow control and routing in"
    " networks: asymptotic behavior for a large number of users', IEEE Trans. Automat. Control 47"
    " (2002) 917-930, one link"
)
BERGSTROM = (
    "T. Bergstrom, L. Blume, H. Varian, 'On the private provision of public goods', J. Public"
    " Economics 29 (1986) 25-49, Cobb-Douglas"
)
PIGOU = (
    "A.C. Pigou, 'The Economics of Welfare', 1920; with users that split their flow: A. Orda,"
    " R. Rom, N. Shimkin, 'Competitive routing in multiuser communication networks', IEEE/ACM"
    " Trans. Networking 1 (1993) 510-521"
)
WATER_FILLING = (
    "W. Yu, G. Ginis, J.M. Cioffi, 'Distributed multiuser power control for digital subscriber"
    " lines', IEEE J. Sel. Areas Commun. 20 (2002) 1105-1115, two like users and channels"
)
FOSCHINI = (
    "G.J. Foschini, Z. Miljanic, 'A simple distributed autonomous power control algorithm and its"
    " convergence', IEEE Trans. Veh. Technol. 42 (1993) 641-646"
)
BALLESTER = (
    "C. Ballester, A. Calvo-Armengol, Y. Zenou, 'Who's who in networks. Wanted: the key player',"
    " Econometrica 74 (2006) 1403-1417, a star"
)


def kelly_auction(first: Number = 1, second: Number = 2) -> SymbolicGame:
    """Bids for shares x_i/(x_1 + x_2) that are worth v_i; x_i = v_i²v_j/(v_1 + v_2)².

    >>> [str(bid) for bid in kelly_auction().equilibrium]
    ['2/9', '4/9']
    """
    v, w = exact(first), exact(second)
    bids = [v * v * w / (v + w) ** 2, w * w * v / (v + w) ** 2]
    room = min(bids) / 10
    return SymbolicGame.from_costs(
        {"bidder 1": ["x1"], "bidder 2": ["x2"]},
        {"bidder 1": "x1 - v*x1/(x1 + x2)", "bidder 2": "x2 - w*x2/(x1 + x2)"},
        {"v": v, "w": w},
        name="Kelly's auction",
        source=KELLY,
        region=Box([bid - room for bid in bids], [bid + room for bid in bids]),
        equilibrium=bids,
    )


def power_control(users: int = 3, spread: int = 8) -> SymbolicGame:
    """Powers p_i at price 1 for log(1 + SINR_i), SINR_i = L p_i/(Σ_j≠i p_j + 1).

    p = (1 − 1/L)/(1 + (N − 1)/L).

    >>> str(power_control().equilibrium[0])
    '7/10'
    """
    names = [f"p{i}" for i in range(1, users + 1)]
    costs = {}
    for i, p in enumerate(names, start=1):
        others = " + ".join(q for q in names if q != p)
        costs[f"user {i}"] = f"{p} - log(1 + {spread}*{p}/({others} + 1))"
    share = exact(1) / spread
    power = (1 - share) / (1 + (users - 1) * share)
    return SymbolicGame.from_costs(
        {f"user {i}": [p] for i, p in enumerate(names, start=1)},
        costs,
        name="Power control by SINR",
        source=ALPCAN,
        region=Box([power - exact("0.2")] * users, [power + exact("0.2")] * users),
        equilibrium=[power] * users,
    )


def queue(capacity: Number = 3) -> SymbolicGame:
    """Two users that send x_i through an M/M/1 queue: 1/(C − x1 − x2) − log x_i.

    >>> queue().costs[0]
    '1/(C - x1 - x2) - log(x1)'
    """
    return SymbolicGame.from_costs(
        {"user 1": ["x1"], "user 2": ["x2"]},
        {f"user {i}": f"1/(C - x1 - x2) - log(x{i})" for i in (1, 2)},
        {"C": capacity},
        name="Flow control of an M/M/1 queue",
        source=QUEUE,
        region=Box(["0.9", "0.9"], ["1.1", "1.1"]) if capacity == 3 else None,
        equilibrium=(1, 1) if capacity == 3 else None,
    )


def public_good() -> SymbolicGame:
    """Two that own 3 each give g_i to a public good: −log(3 − g_i)/2 − log(g_1 + g_2)/2.

    >>> public_good().equilibrium
    (Fraction(1, 1), Fraction(1, 1))
    """
    return SymbolicGame.from_costs(
        {"giver 1": ["g1"], "giver 2": ["g2"]},
        {f"giver {i}": f"-log(3 - g{i})/2 - log(g1 + g2)/2" for i in (1, 2)},
        name="A public good",
        source=BERGSTROM,
        region=Box(["0.5", "0.5"], ["1.5", "1.5"]),
        equilibrium=(1, 1),
    )


def star_network(leaves: int = 4, influence: Number = "1/4") -> SymbolicGame:
    """Efforts that help neighbours: x_i²/2 − x_i − δ x_i Σ_j g_ij x_j on a star, centre first.

    Centre (1 + nδ)/(1 − nδ²), leaf (1 + δ)/(1 − nδ²).

    >>> [str(effort) for effort in star_network().equilibrium[:2]]
    ['8/3', '5/3']
    """
    d = exact(influence)
    names = [f"x{i}" for i in range(leaves + 1)]
    around = " + ".join(names[1:])
    costs = {"centre": f"x0**2/2 - x0 - d*x0*({around})"}
    costs |= {f"leaf {i}": f"x{i}**2/2 - x{i} - d*x{i}*x0" for i in range(1, leaves + 1)}
    bottom = 1 - leaves * d * d
    leaf = (1 + d) / bottom
    return SymbolicGame.from_costs(
        dict(zip(costs, ([name] for name in names), strict=True)),
        costs,
        {"d": to_text(d)},
        name=f"Efforts on a star with {leaves} leaves",
        source=BALLESTER,
        region=Box([0] * (leaves + 1), [5] * (leaves + 1)),
        equilibrium=[(1 + leaves * d) / bottom, *[leaf] * leaves],
    )


def pigou() -> SymbolicGame:
    """Two users send 1/2 each over a road of latency x and one of latency 1: x_i = 1/3.

    >>> [str(flow) for flow in pigou().equilibrium]
    ['1/3', '1/3']
    """
    return SymbolicGame.from_costs(
        {"user 1": ["x1"], "user 2": ["x2"]},
        {f"user {i}": f"x{i}*(x1 + x2) + 1/2 - x{i}" for i in (1, 2)},
        name="Pigou's roads with two users",
        source=PIGOU,
        region=Box([0, 0], ["1/2", "1/2"]),
        equilibrium=("1/3", "1/3"),
    )


def water_filling(crosstalk: Number = "1/2") -> SymbolicGame:
    """Two users divide their power over two channels, rate Σ log(1 + p/(1 + g q)): half, half.

    >>> water_filling().equilibrium
    (Fraction(1, 2), Fraction(1, 2))
    """
    return SymbolicGame.from_costs(
        {"user 1": ["p1"], "user 2": ["p2"]},
        {
            f"user {i}": f"-log(1 + p{i}/(1 + g*p{3 - i}))"
            f" - log(1 + (1 - p{i})/(1 + g*(1 - p{3 - i})))"
            for i in (1, 2)
        },
        {"g": crosstalk},
        name="Iterative water-filling",
        source=WATER_FILLING,
        region=Box([0, 0], [1, 1]),
        equilibrium=("1/2", "1/2"),
    )


def target_powers(users: int = 3, target: Number = 2, gain: Number = "1/10") -> SymbolicGame:
    """Each moves towards the power for which its SINR is γ: p = γ/(1 − (N − 1)γg), noise 1.

    >>> str(target_powers().equilibrium[0])
    '10/3'
    """
    t, g = exact(target), exact(gain)
    names = [f"p{i}" for i in range(1, users + 1)]
    power = t / (1 - (users - 1) * t * g)
    costs = {
        f"user {i}": f"{p}**2/2 - t*{p}*(g*({' + '.join(q for q in names if q != p)}) + 1)"
        for i, p in enumerate(names, start=1)
    }
    return SymbolicGame.from_costs(
        {f"user {i}": [p] for i, p in enumerate(names, start=1)},
        costs,
        {"t": t, "g": g},
        name="Powers for a target SINR",
        source=FOSCHINI,
        region=Box([0] * users, [2 * power] * users),
        equilibrium=[power] * users,
    )


CLOSED_FORM = "published equilibrium"
ENTRIES = (
    Entry(
        "kelly-auction",
        kelly_auction,
        KELLY,
        Expected(1.3421488536266992, 2.59552001953125, (1, 0.5), False, "proved"),
        "values 1 and 2; box of half-width 1/45",
        ("auction", "communication", CLOSED_FORM),
    ),
    Entry(
        "power-control",
        power_control,
        ALPCAN,
        Expected(0.19555555555555557, 0.56, (1, 1, 1), False, "proved"),
        "three users with the same gain, L=8, noise 1; box [0.5,0.9]",
        ("communication", CLOSED_FORM),
    ),
    Entry(
        "queue",
        queue,
        QUEUE,
        Expected(-1.514274691358028, 0.8264462809917354, (1, 1), False, "proved"),
        "one link, C=3, equal weights; box [0.9,1.1]",
        ("communication", CLOSED_FORM),
    ),
    Entry(
        "public-good",
        public_good,
        BERGSTROM,
        Expected(-0.30246913580246915, 0.08, (1, 1), False, "proved"),
        "two alike, wealth 3, shares 1/2; box [0.5,1.5]",
        ("economics", CLOSED_FORM),
    ),
    Entry(
        "star-network",
        star_network,
        BALLESTER,
        Expected(0.5, 0.5, (1, 1, 1, 1, 1), True, "proved"),
        "four leaves, influence 1/4; box [0,5]",
        ("network", "economics", CLOSED_FORM),
    ),
    Entry(
        "pigou",
        pigou,
        PIGOU,
        Expected(0.9999999999996987, 1.0, (1, 1), True, "proved"),
        "box [0,1/2]",
        ("routing", CLOSED_FORM),
    ),
    Entry(
        "water-filling",
        water_filling,
        WATER_FILLING,
        Expected(0.07306122325647, 0.326530612244898, (1, 1), False, "proved"),
        "power 1, noise 1, crosstalk 1/2; box [0,1]",
        ("communication", CLOSED_FORM),
    ),
    Entry(
        "target-powers",
        target_powers,
        FOSCHINI,
        Expected(0.5999999999998586, 0.5999999999999999, (1, 1, 1), True, "proved"),
        "three users, gamma = 2, g = 1/10, noise 1; costs whose gradient is the field",
        ("communication", CLOSED_FORM),
    ),
)
