"""Zero-sum matrix games with an entropy term, in the free coordinates of the simplex."""

from games.catalogue.entry import Entry, Expected
from games.language.number import Number
from games.regions.shapes import Box
from games.symbolic import SymbolicGame

ROCK_PAPER_SCISSORS = (
    "Entropy-regularised rock-paper-scissors, reduced simplex coordinates p3=1-p1-p2"
)


def rock_paper_scissors(temperature: Number = 2) -> SymbolicGame:
    """Rock (1), paper (2), scissors (3) with probabilities p and q, p3 = 1 - p1 - p2 left out.

    temperature: τ, the weight of each player's negative entropy. Box [0.25, 0.42]^4.

    >>> rock_paper_scissors().sizes
    (2, 2)
    """
    p3, q3 = "(1 - p1 - p2)", "(1 - q1 - q2)"
    payoff = f"p1*({q3} - q2) + p2*(q1 - {q3}) + {p3}*(q2 - q1)"
    return SymbolicGame.from_costs(
        {"row": ["p1", "p2"], "column": ["q1", "q2"]},
        {
            "row": f"-({payoff}) + tau*(p1*log(p1) + p2*log(p2) + {p3}*log{p3})",
            "column": f"{payoff} + tau*(q1*log(q1) + q2*log(q2) + {q3}*log{q3})",
        },
        {"tau": temperature},
        name="Rock, paper, scissors with entropy",
        source=ROCK_PAPER_SCISSORS,
        region=Box(["0.25"] * 4, ["0.42"] * 4),
        equilibrium=["1/3"] * 4,
    )


ENTRIES = (
    Entry(
        "rock-paper-scissors",
        rock_paper_scissors,
        ROCK_PAPER_SCISSORS,
        Expected(1.7619047619047619, 4.761904761904762, (1, 1), False, "proved"),
        "tau=2; box [0.25,0.42]^4",
    ),
)
