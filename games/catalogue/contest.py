"""Contests for a prize and users of a switch, each rewarded by its share of the whole."""

from collections.abc import Sequence
from fractions import Fraction

from games.catalogue.entry import Entry, Expected
from games.catalogue.facchinei_kanzow import COLLECTION
from games.language.number import Number, exact
from games.regions.shapes import Box
from games.symbolic import SymbolicGame

TULLOCK = (
    "G. Tullock, 'Efficient rent seeking' (1980); lottery contest f_i = c_i x_i - V x_i/sum(x)"
)
SWITCHING = (
    "A. Kesselman, S. Leonardi, V. Bonifaci, 'Game-theoretic analysis of internet switching with"
    f" selfish users', WINE 2005; {COLLECTION} Problem A.14, N=10, B=1"
)


def tullock(
    players: int = 3,
    value: Number = 1,
    costs: Sequence[Number] | None = None,
    region: Box | None = None,
) -> SymbolicGame:
    """A lottery contest: player i pays c_i x_i and wins the value V with chance x_i/(x1 + … + xN).

    costs: c_i, all 1 if absent. region: [0.21, 0.235] per player if absent.
    Efforts must sum to more than 0.

    >>> tullock().costs[0]
    'c1*x1 - V*x1/(x1 + x2 + x3)'
    """
    c = [exact(cost) for cost in (costs if costs is not None else [1] * players)]
    if len(c) != players:
        raise ValueError(f"costs has {len(c)} entries; expected {players}, one per player")
    total = _sum(players)
    return SymbolicGame.from_costs(
        {f"contestant {i}": [f"x{i}"] for i in range(1, players + 1)},
        {f"contestant {i}": f"c{i}*x{i} - V*x{i}/({total})" for i in range(1, players + 1)},
        {"V": value} | {f"c{i}": cost for i, cost in enumerate(c, start=1)},
        name="Tullock contest",
        source=TULLOCK,
        region=region or Box(["0.21"] * players, ["0.235"] * players),
        equilibrium=tullock_equilibrium(exact(value), c),
    )


def tullock_equilibrium(value: Fraction, costs: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """The interior zero of F: with S = V(N-1)/Σc, x_i = S(1 - c_i S/V)."""
    total = value * (len(costs) - 1) / sum(costs)
    return tuple(total * (1 - cost * total / value) for cost in costs)


def tullock_asymmetric() -> SymbolicGame:
    """Two contestants of cost 1 and 2, on the box ±1/100 round the equilibrium (2/9, 1/9).

    >>> tullock_asymmetric().equilibrium
    (Fraction(2, 9), Fraction(1, 9))
    """
    centre, radius = (Fraction(2, 9), Fraction(1, 9)), Fraction(1, 100)
    region = Box([x - radius for x in centre], [x + radius for x in centre])
    return tullock(2, 1, (1, 2), region)


def internet_switching(players: int = 10, buffer: Number = 1) -> SymbolicGame:
    """Users who share a buffer B: user i gains its share x_i/Σx and pays x_i/B; box [0.08, 0.1].

    >>> internet_switching(2).costs[0]
    '-x1/(x1 + x2) + x1/B'
    """
    total = _sum(players)
    return SymbolicGame.from_costs(
        {f"user {i}": [f"x{i}"] for i in range(1, players + 1)},
        {f"user {i}": f"-x{i}/({total}) + x{i}/B" for i in range(1, players + 1)},
        {"B": buffer},
        name="Internet switching",
        source=SWITCHING,
        region=Box(["0.08"] * players, ["0.1"] * players),
        equilibrium=[exact(buffer) * (players - 1) / players**2] * players,
    )


def _sum(count: int) -> str:
    return " + ".join(f"x{i}" for i in range(1, count + 1))


ENTRIES = (
    Entry(
        "internet-switching",
        internet_switching,
        SWITCHING,
        Expected(-9.450000000000001, 0.9999999999999999, (1,) * 10, False, "proved"),
        "constraint sum<=B dropped; box tightened from [0.01,1] to [0.08,0.10]",
    ),
    Entry(
        "tullock",
        tullock,
        TULLOCK,
        Expected(1.002944085715145, 2.0119712288114284, (1,) * 3, False, "proved"),
        "V=1, N=3, c=1, box [0.21,0.235]",
    ),
    Entry(
        "tullock-asymmetric",
        tullock_asymmetric,
        TULLOCK,
        Expected(3.5820224977772126, 5.46, (1, 1), False, "proved"),
        "c=(1,2): x=(2/9,1/9); box ±0.01",
    ),
)
