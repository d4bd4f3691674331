"""How long a certificate takes, by family and size: `python -m benchmarks.duration` (minutes)."""

import time
from collections.abc import Iterator

import numpy as np
from scipy import sparse

import games
import sgn
from games.game import Game

DENSE, SPARSE = (2, 10, 100, 300), (10**3, 10**4, 10**5)
NONLINEAR = ("dirac-gan-regularised", "tullock", "mss-oligopoly", "internet-switching")
POLICIES = ("matching-pennies", "rps-logit", "random-markov", "stochastic-congestion")


def rows() -> Iterator[tuple[str, Game]]:
    """What is timed: a family in words, and a game of it."""
    rng = np.random.default_rng(0)
    for n in DENSE:
        J = n * np.eye(n) + rng.normal(size=(n, n)) / 2
        yield "constant Jacobian, dense", games.QuadraticGame(J, sizes=[1] * n)
    for n in SPARSE:
        chain = sparse.diags_array([0.3, 1.0, -0.6], offsets=[-1, 0, 1], shape=(n, n)).tocsr()
        yield "constant Jacobian, sparse", games.QuadraticGame(chain, sizes=[1] * n)
    for family, names in (("other smooth costs", NONLINEAR), ("policies", POLICIES)):
        for name in names:
            yield f"{family} (`{name}`)", games.catalogue.load(name)


def main() -> None:
    """The table of docs/howto/how-long-will-it-take.md."""
    print("| family | players | variables | verdict | certify | verify |")
    print("|---|---:|---:|---|---:|---:|")
    for family, game in rows():
        started = time.process_time()
        result = sgn.certify(game)
        certified = time.process_time()
        sgn.verify(result)
        seconds = f"{certified - started:.1f} s | {time.process_time() - certified:.1f} s"
        sizes = f"{len(game.sizes):,} | {game.dimension:,}"
        print(f"| {family} | {sizes} | {result.verdict} | {seconds} |", flush=True)


if __name__ == "__main__":
    main()
