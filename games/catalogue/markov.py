"""Games of softmax policies: matrix games with entropy, Markov games, and random ones by size."""

from itertools import product

import numpy as np

from games.catalogue.entry import Entry, Expected
from games.game import Floats
from games.language.number import Number
from games.markov.game import MarkovGame
from games.normal_form import NormalFormGame

PUBLISHED = "companion code of arXiv:2512.06791, Markov game, default configuration"
PENNIES = "matching pennies, with logit quantal response (McKelvey and Palfrey 1995)"
SCISSORS = "rock, paper, scissors, with logit quantal response (McKelvey and Palfrey 1995)"
JORDAN = "J. S. Jordan, 'Three problems in learning mixed-strategy Nash equilibria', GEB 5 (1993)"
ROSENTHAL = (
    "after R. W. Rosenthal, 'A class of games possessing pure-strategy Nash equilibria' 1973"
)
LEVHARI = "after D. Levhari and L. J. Mirman, 'The great fish war', Bell J. Economics 11 (1980)"
RANDOM = "random tensors, seeded"


def coordination(entropy: Number = 1) -> MarkovGame:
    """Two states, two players who gain 1 by acting alike and lose 1 otherwise.

    Acting alike leads to the state of that number with probability 0.9, else to either with 1/2.

    >>> coordination().sizes
    (2, 2)
    """
    P = np.full((2, 2, 2, 2), 0.5)
    P[:, 0, 0], P[:, 1, 1] = [0.9, 0.1], [0.1, 0.9]
    reward = np.broadcast_to(2 * np.eye(2) - 1, (2, 2, 2))
    game = MarkovGame(
        P,
        [reward, reward],
        "0.9",
        entropy,
        [1, 0],
        name="Two-state coordination",
        source=PUBLISHED,
    )
    game.region = game.logit_box("0.1")
    return game


def matching_pennies(entropy: Number = 1) -> NormalFormGame:
    """The row player wins by matching, the column player by not.

    >>> matching_pennies().sizes
    (1, 1)
    """
    match = 2 * np.eye(2) - 1
    return _around(
        NormalFormGame(
            [match, -match],
            entropy,
            players=["row", "column"],
            name="Matching pennies with entropy",
            source=PENNIES,
        )
    )


def rock_paper_scissors(entropy: Number = 1) -> NormalFormGame:
    """In logit coordinates; the game rock-paper-scissors has those of the simplex.

    >>> rock_paper_scissors().sizes
    (2, 2)
    """
    beats = np.array([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    return _around(
        NormalFormGame(
            [beats, -beats],
            entropy,
            players=["row", "column"],
            name="Rock, paper, scissors in logits",
            source=SCISSORS,
        )
    )


def jordan_pennies(entropy: Number = 1) -> NormalFormGame:
    """Player 1 wants to match 2, player 2 to match 3, player 3 not to match 1.

    >>> jordan_pennies().payoffs[2].tolist()
    [[[-1.0, 1.0], [-1.0, 1.0]], [[1.0, -1.0], [1.0, -1.0]]]
    """
    match = 2 * np.eye(2) - 1
    return _around(
        NormalFormGame.polymatrix(
            {(0, 1): match, (1, 2): match, (2, 0): -match},
            [2, 2, 2],
            entropy,
            name="Jordan's three-player pennies",
            source=JORDAN,
        )
    )


def congestion(entropy: Number = "0.1") -> MarkovGame:
    """Three drivers, three roads, five lengths of the queue on the first road.

    A road delays each of its l users by base + slope·l, the first one by an eighth of the queue's
    length more. A round makes the queue one longer with probability ¼ for each user of the first
    road beyond one, and one shorter with probability ¼, whoever is there; it keeps within 0 and 4.

    >>> congestion().tensors.shape
    (5, 3, 3, 3)
    """
    base, slope = np.array([0.2, 0.4, 0.6]), np.array([0.3, 0.2, 0.1])
    rewards, P = np.empty((3, 5, 3, 3, 3)), np.zeros((5, 3, 3, 3, 5))
    for state, joint in product(range(5), product(range(3), repeat=3)):
        load = np.bincount(joint, minlength=3)
        delay = base + slope * load
        delay[0] += 0.125 * state
        rewards[:, state, joint[0], joint[1], joint[2]] = -delay[list(joint)]
        P[(state, *joint)] = _neighbours(state, 5, up=0.25 * max(load[0] - 1, 0), down=0.25)
    return _discounted(P, rewards, entropy, "Stochastic congestion", ROSENTHAL)


def public_goods(entropy: Number = "0.1") -> MarkovGame:
    """Three players give 0, 1 or 2 to a common stock of five levels, which all enjoy.

    Each gets a quarter of the level and of all that is given, less half of what it gives itself.
    The stock rises one level with an eighth of what is given as its probability, and falls one with
    probability ¼; it keeps within 0 and 4.

    >>> public_goods().dimension
    30
    """
    rewards, P = np.empty((3, 5, 3, 3, 3)), np.zeros((5, 3, 3, 3, 5))
    for state, joint in product(range(5), product(range(3), repeat=3)):
        given = np.array(joint)
        rewards[:, state, joint[0], joint[1], joint[2]] = 0.25 * (state + given.sum()) - 0.5 * given
        P[(state, *joint)] = _neighbours(state, 5, up=0.125 * given.sum(), down=0.25)
    return _discounted(P, rewards, entropy, "Stochastic public good", LEVHARI)


def random_game(
    states: int = 3,
    actions: tuple[int, ...] = (2, 2),
    seed: int = 0,
    entropy: Number = "0.25",
    discount: Number = "0.9",
) -> MarkovGame:
    """Rewards uniform in [-1, 1], transitions uniform and normalised; box of logit radius 0.1.

    >>> random_game(4, (3, 2)).sizes
    (8, 4)
    """
    rng = np.random.default_rng([seed, states, *actions])
    P = rng.random((states, *actions, states))
    P /= P.sum(axis=-1, keepdims=True)
    rewards = rng.uniform(-1, 1, (len(actions), states, *actions))
    game = MarkovGame(P, list(rewards), discount, entropy, name="Random Markov game", source=RANDOM)
    game.region = game.logit_box("0.1")
    return game


def _around(game: NormalFormGame) -> NormalFormGame:
    game.region = game.logit_box("0.5")
    return game


def _discounted(P: Floats, rewards: Floats, entropy: Number, name: str, source: str) -> MarkovGame:
    game = MarkovGame(P, list(rewards), "0.8", entropy, name=name, source=source)
    game.region = game.logit_box("0.1")
    return game


def _neighbours(state: int, states: int, *, up: float, down: float) -> Floats:
    """One level up or down with these probabilities, as far as there are levels; else no change."""
    row = np.zeros(states)
    row[min(state + 1, states - 1)] += up
    row[max(state - 1, 0)] += down
    row[state] += 1 - up - down
    return row


ENTRIES = (
    Entry(
        "markov-coordination",
        coordination,
        PUBLISHED,
        Expected(0.3607, 0.37815947, (1, 1), False, "proved"),
        "box of logit radius 0.1",
    ),
    Entry(
        "matching-pennies",
        matching_pennies,
        PENNIES,
        Expected(0.0, 0.89322387, (1, 1), False, "proved"),
        "tau=1; box of logit radius 0.5",
    ),
    Entry(
        "rps-logit",
        rock_paper_scissors,
        SCISSORS,
        Expected(-0.26695640, 0.4649405, (1, 1), False, "proved"),
        "tau=1; box of logit radius 0.5",
    ),
    Entry(
        "jordan-pennies",
        jordan_pennies,
        JORDAN,
        Expected(0.0, 0.46267988, (1, 1, 1), False, "proved"),
        "tau=1; box of logit radius 0.5",
    ),
    Entry(
        "stochastic-congestion",
        congestion,
        ROSENTHAL,
        Expected(0.02719, 0.06868, (1, 1, 1), False, "proved"),
        "this project's own: 5 states, 3 roads, tau=0.1, discount 0.8; box of logit radius 0.1",
    ),
    Entry(
        "stochastic-public-good",
        public_goods,
        LEVHARI,
        Expected(0.06185, 0.08648, (1, 1, 1), False, "proved"),
        "this project's own: 5 states, 3 gifts, tau=0.1, discount 0.8; box of logit radius 0.1",
    ),
    Entry(
        "random-markov",
        random_game,
        RANDOM,
        Expected(0.09127, 0.2037, (1, 0.909496), False, "proved"),
        "3 states, 2 players, 2 actions, tau=0.25, discount 0.9; box of logit radius 0.1",
    ),
)
