"""Finite games of the textbooks with entropy: their quantal responses are known in closed form."""

import numpy as np
from numpy.typing import ArrayLike

from games.catalogue.entry import Entry, Expected
from games.language.number import Number
from games.normal_form import NormalFormGame

QUANTAL = "R.D. McKelvey, T.R. Palfrey, Games Econ. Behavior 10 (1995) 6-38, logit equilibria"
SHAPLEY = f"L.S. Shapley, 'Some topics in two-person games', 1964; {QUANTAL}"
DILEMMA = f"A.W. Tucker's prisoner's dilemma, as a donation with benefit 2 and cost 1; {QUANTAL}"
COORDINATION = f"T.C. Schelling, 'The Strategy of Conflict', 1960, pure coordination; {QUANTAL}"
LIZARD = f"S. Kass's rock, paper, scissors, lizard, Spock; {QUANTAL}"


def _game(
    payoffs: tuple[ArrayLike, ArrayLike],
    entropy: Number,
    name: str,
    source: str,
    radius: Number = "1/4",
) -> NormalFormGame:
    """With a box of this logit radius round its quantal response."""
    game = NormalFormGame(payoffs, entropy, players=["row", "column"], name=name, source=source)
    game.region = game.logit_box(radius)
    return game


def shapley(entropy: Number = 1) -> NormalFormGame:
    """Fictitious play cycles; the quantal response is uniform.

    >>> shapley().payoffs[0].tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    return _game(
        (np.eye(3), np.roll(np.eye(3), 1, axis=1)), entropy, "Shapley's game", SHAPLEY, "1/10"
    )


def dilemma(entropy: Number = 1) -> NormalFormGame:
    """Cooperation costs 1 and gives the other 2: log-odds of defection are 1/τ.

    >>> dilemma().payoffs[0].tolist()
    [[1.0, -1.0], [2.0, 0.0]]
    """
    A = np.array([[1.0, -1.0], [2.0, 0.0]])
    return _game((A, A.T), entropy, "Prisoner's dilemma", DILEMMA)


def pure_coordination(entropy: Number = 1) -> NormalFormGame:
    """Both win 1 by choosing alike; with τ above 1/2 only the uniform response is left.

    >>> pure_coordination().payoffs[1].tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return _game((np.eye(2), np.eye(2)), entropy, "Pure coordination", COORDINATION)


def lizard_spock(entropy: Number = 1) -> NormalFormGame:
    """Each of five beats the first and third after it, of a ring; uniform.

    >>> lizard_spock().sizes
    (4, 4)
    """
    k = np.arange(5)
    apart = (k[None, :] - k[:, None]) % 5
    A = np.where(np.isin(apart, (1, 3)), 1.0, 0.0) - np.where(np.isin(apart, (2, 4)), 1.0, 0.0)
    return _game((A, -A), entropy, "Rock, paper, scissors, lizard, Spock", LIZARD, "1/10")


ENTRIES = (
    Entry(
        "shapley",
        shapley,
        SHAPLEY,
        Expected(0.5239120622828164, 0.7114041266344954, (1.0, 0.654283113), False, "proved"),
        "tau=1; box of logit radius 1/10",
    ),
    Entry(
        "prisoners-dilemma",
        dilemma,
        DILEMMA,
        Expected(0.989999999999901, 0.9999999999999998, (1, 1), False, "proved"),
        "tau=1; box of logit radius 1/4",
    ),
    Entry(
        "pure-coordination",
        pure_coordination,
        COORDINATION,
        Expected(0.48499999999984983, 0.5, (1, 1), False, "proved"),
        "tau=1; logit radius 1/4",
    ),
    Entry(
        "lizard-spock",
        lizard_spock,
        LIZARD,
        Expected(-0.6080440225384663, 0.5474858429304512, (1, 1), False, "proved"),
        "tau=1; box of logit radius 1/10",
    ),
)
