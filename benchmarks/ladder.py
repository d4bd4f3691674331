"""The ladder of metrics on random games with constant J, against their eigenvalues; and where
weights are not enough."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np

import games
import sgn
from benchmarks.lq import true_steps

COUNT, SEED = 200, 20_241
RUNGS: dict[str, tuple[str, ...]] = {  # the objectives whose steps are taken; the better one counts
    "euclidean": ("margin",),
    "scalar": ("euler_step", "rk4_step"),
    "block": ("margin",),
    "dense": ("margin",),
}
CATALOGUE = (  # structural margins miss or undersell them
    "fk-a5",
    "internet-switching",
    "electricity-market",
    "fk-a17",
    "dirac-gan-regularised",
    "matching-pennies",
    "rock-paper-scissors",
)


def random_dense_games(count: int = COUNT, seed: int = SEED) -> Iterator[games.QuadraticGame]:
    """2 … 8 players of 1 … 4 variables, curvatures in [0.3, 3], ‖J_ij‖ over three decades."""
    rng = np.random.default_rng(seed)
    for k in range(count):
        sizes = rng.integers(1, 5, size=rng.integers(2, 9)).tolist()
        ends = np.cumsum([0, *sizes])
        J = np.zeros((ends[-1], ends[-1]))
        for i, d in enumerate(sizes):
            rows = slice(ends[i], ends[i + 1])
            Q, _ = np.linalg.qr(rng.standard_normal((d, d)))
            own = Q @ np.diag(0.3 * 10 ** rng.random(d)) @ Q.T
            J[rows, rows] = (own + own.T) / 2
            for j, e in enumerate(sizes):
                if i != j:
                    B = rng.standard_normal((d, e))
                    size = 10 ** rng.uniform(-2.25, 0.75) / np.sqrt(len(sizes))
                    J[rows, ends[j] : ends[j + 1]] = B * (size / np.linalg.norm(B, 2))
        yield games.QuadraticGame(J, sizes=sizes, name=f"random {k}")


@final
@dataclass(frozen=True)
class Outcome:
    """One game on one rung: proved (and checked), Euler and RK4 step over the true thresholds."""

    proved: bool
    euler: float
    rk4: float


def outcome(game: games.QuadraticGame, rung: str) -> Outcome:
    """What the certificates on one rung state; steps 0 where there is none."""
    true_euler, true_rk4 = true_steps(game)
    proved, euler, rk4 = False, 0.0, 0.0
    for objective in RUNGS[rung]:
        result = sgn.certify(game, metric=rung, objective=objective)
        if not isinstance(result, sgn.Certificate) or not sgn.verify(result):
            continue
        proved = True
        euler = max(euler, float(result.euler.step_max) if result.euler else 0.0)
        rk4 = max(rk4, float(result.rk4.step_max) if result.rk4 else 0.0)
    if not true_euler:
        return Outcome(proved, 2.0 * proved, 2.0 * proved)  # proved though unstable: above 1
    return Outcome(proved, euler / true_euler, rk4 / true_rk4)


def zero_sum() -> games.QuadraticGame:
    """Two players of three variables, J₁₂ = −J₂₁ᵀ large: the structural margin is negative."""
    B = 5 * np.random.default_rng(SEED).standard_normal((3, 3))
    J = np.block([[np.eye(3), B], [-B.T, np.diag([0.5, 1.0, 2.0])]])
    return games.QuadraticGame(J, sizes=[3, 3], name="zero-sum")


def print_ladder(count: int = 20) -> None:
    """Each rung on so many random games; `python -m benchmarks.ladder` takes all 200."""
    every = list(random_dense_games(count))
    stable = [game for game in every if true_steps(game)[0]]
    unstable = [game for game in every if not true_steps(game)[0]]
    print(f"Ladder of metrics: {count} random games with constant J, {len(stable)} of them stable")
    print(
        "rung       proved   share   Euler/true: median   least   RK4/true: median   least  seconds"
    )
    for rung in RUNGS:
        started = time.perf_counter()
        found = [each for game in stable if (each := outcome(game, rung)).proved]
        spent = time.perf_counter() - started
        euler, rk4 = np.array([(each.euler, each.rk4) for each in found]).T
        if max(euler.max(), rk4.max()) > 1:
            raise AssertionError("a step beyond the true threshold was certified")
        print(
            f"{rung:<10} {len(found):6}  {len(found) / len(stable):6.1%}"
            f"  {np.median(euler):18.6f}  {euler.min():6.4f}"
            f"  {np.median(rk4):17.6f}  {rk4.min():6.4f}  {spent:7.1f}"
        )
    lies = sum(outcome(game, "dense").proved for game in unstable)
    print(f"unstable games that were called proved: {lies} of {len(unstable)}\n")


def print_auto() -> None:
    """Games that structural margins miss or undersell, up the whole ladder."""
    print('Up the ladder (metric="auto")')
    print(f"{'game':<34} verdict   structural      margin  rung    seconds")
    for game in (*map(games.catalogue.load, CATALOGUE), zero_sum()):
        started = time.perf_counter()
        result = sgn.certify(game)
        spent = time.perf_counter() - started
        if isinstance(result, sgn.Refusal):
            print(f"{game.name:<34} {result.verdict}")
            continue
        structural, margin = result.structural_margin.text(6), result.margin.text(6)
        rung = result.claims.metric.kind
        print(
            f"{game.name:<34} {result.verdict:<8} {structural:>11} {margin:>11}  {rung:<7}"
            f" {spent:7.2f}"
        )
    print()


if __name__ == "__main__":
    print_ladder(COUNT)
    print_auto()
