"""Certificates under attack, the certified steps played, and RK4 where its published rule fails.

python -m benchmarks.attack [SECONDS]
"""

import sys
import time

import numpy as np
from numpy.typing import NDArray

import games
import sgn
from certificates.certificate import Certificate
from sgn.attack import attack
from tests.planted import planted
from tests.rk4_counterexample import PAIR, TURNS, counterexample

COLUMNS = {  # heading to the claim whose tightness it shows
    "margin": "margin",
    "lipschitz": "Lipschitz",
    "cocoerc.": "cocoercivity",
    "euler": "Euler, best step",
    "euler max": "Euler, largest step",
    "rk4": "RK4, best step",
    "rk4 to x*": "RK4 to equilibrium, best step",
    "extragr.": "extragradient, best step",
}
ACCURACY = 1e-6
STARTS, MOST = 1000, 200_000


def certificates() -> dict[str, Certificate]:
    """Every game of the catalogue that is proved."""
    found = {name: sgn.certify(games.catalogue.load(name)) for name in games.catalogue.names()}
    return {name: result for name, result in found.items() if isinstance(result, Certificate)}


def print_attacks(subjects: dict[str, Certificate], seconds: float) -> None:
    """One line a certificate: claims attacked, broken, and how tight the main ones are."""
    print(f"Attacks of {seconds:g} s: the part of each claim that is attained at the worst place")
    print(f"{'certificate':<27} claims broken " + " ".join(f"{head:>9}" for head in COLUMNS))
    for name, certificate in subjects.items():
        result = attack(certificate, seconds=seconds)
        cells = [
            f"{result.tightness[claim]:9.4f}" if claim in result.tightness else f"{'-':>9}"
            for claim in COLUMNS.values()
        ]
        count = sum(f.count for f in result.findings)
        print(f"{name:<27} {count:6} {len(result.broken):6} " + " ".join(cells))
    print()


def planted_certificates(count: int) -> dict[str, Certificate]:
    """Of the first planted games those that are proved."""
    found = {}
    for seed in range(count):
        subject = planted(seed)
        if subject.provable:
            result = sgn.certify(subject.game, subject.region)
            if isinstance(result, Certificate):
                found[f"{seed} {subject.family}"] = result
    return found


def print_play(subjects: dict[str, Certificate]) -> None:
    """1,000 starts in each start set at 0.99 of the largest step: worst factor beside the claim."""
    print(f"Play from {STARTS:,} starts in the start set, at 0.99 of the largest certified step,")
    print(f"and rounds to {ACCURACY:g} at the best steps from the radius")
    numbers = f"{'step':>10} {'claimed':>10} {'seen':>10} steps   converges to"
    print(f"{'certificate':<27} {'method':<16} {numbers}")
    for name, certificate in subjects.items():
        for method, played, steps in (
            ("euler", "euler", certificate.euler),
            ("rk4", "rk4", certificate.rk4),
            ("rk4_equilibrium", "rk4", certificate.rk4_equilibrium),
            ("extragradient", "extragradient", certificate.extragradient),
        ):
            radius = certificate.basin.radii.get(method) if certificate.basin else None
            if steps is None or radius is None or certificate.equilibrium is None:
                continue
            game = games.catalogue.load(name)
            metric = getattr(steps, "metric", certificate.claims.metric)
            centre = np.array([float(v) for v in certificate.equilibrium.point])
            M = metric.matrix(game.sizes)
            starts = _ball(centre, M, float(radius) * (1 - 1e-9))
            h = 0.99 * float(steps.step_max)
            play = sgn.simulate(
                game, starts, method=played, step=h, steps=100, metric=M, target=centre
            )
            far = sgn.simulate(
                game, starts[:20], method=played, step=float(steps.best_step), steps=MOST // 100,
                metric=M, target=centre,
            )  # fmt: skip
            print(
                f"{name:<27} {method:<16} {h:10.4g} {float(steps.factor(h)):10.6f}"
                f" {play.worst_factor:10.6f} {far.steps_to(ACCURACY).max():5.0f}"
                f" {_largest_converging(game, played, starts[:20], centre, h):14.4g}"
            )
    print()


def _largest_converging(
    game: games.Game,
    method: str,
    starts: NDArray[np.float64],
    centre: NDArray[np.float64],
    certified: float,
) -> float:
    """The largest step with which all starts came 100 times nearer in 1,000 steps, to 1 %."""

    def converges(h: float) -> bool:
        play = sgn.simulate(game, starts, method=method, step=h, target=centre, every=1000)
        return bool((play.finite & (play.distances[-1] <= 0.01 * play.distances[0])).all())

    good, ratio = certified, 2.0
    while ratio > 1.01:
        good, ratio = (good * ratio, ratio) if converges(good * ratio) else (good, ratio**0.5)
    return good


def _ball(
    centre: NDArray[np.float64], M: NDArray[np.float64], radius: float
) -> NDArray[np.float64]:
    """Starts in the M-ball, a half of them on its surface."""
    rng = np.random.default_rng(0)
    directions = rng.standard_normal((STARTS, len(centre)))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    size = np.where(np.arange(STARTS) % 2 == 0, 1.0, rng.random(STARTS) ** (1 / len(centre)))
    inverse = np.linalg.inv(np.linalg.cholesky(M))
    return np.asarray(centre + radius * size[:, None] * directions @ inverse)


def stage_factor(margin: float, frequency: float, phase: float, step: float) -> float:
    """|DΦ| of one RK4 step of the turning game from z = 1 at x = y = 0, with β = 1.

    x + iy sees the complex Jacobian α + i√(1 − α²)·sin(ωz + φ), and z walks home by itself.
    """
    second = 1 - step / 2
    third = 1 - step / 2 * second
    places = np.array([1, second, third, 1 - step * third])
    J = margin + 1j * np.sqrt(1 - margin**2) * np.sin(frequency * places + phase)
    one = -J[0]
    two = -J[1] * (1 + step / 2 * one)
    three = -J[2] * (1 + step / 2 * two)
    four = -J[3] * (1 + step * three)
    return float(abs(1 + step / 6 * (one + 2 * two + 2 * three + four)))


def search(margin: float, step: float, seed: int = 0) -> tuple[float, float, float]:
    """The largest factor at a step with its frequency and phase: random restarts and climbing."""
    rng = np.random.default_rng(seed)
    best = (0.0, 0.0, 0.0)
    for _ in range(20):
        omega, phase, reach = rng.uniform(0, 12), rng.uniform(0, 6), 1.0
        here = (stage_factor(margin, omega, phase, step), omega, phase)
        while reach > 1e-6:
            omega, phase = here[1] + reach * rng.normal(), here[2] + reach * rng.normal()
            trial = (stage_factor(margin, omega, phase, step), omega, phase)
            reach *= 1.1 if trial > here else 0.95
            here = max(here, trial)
        best = max(best, here)
    return best


def print_counterexample() -> None:
    """RK4 at 2.5/β takes a pair apart; the certified steps beside it."""
    print("RK4 on the turning zero-sum game: factor of one step between two starts")
    print("alpha/beta   searched   2.5/beta      factor   certified    factor   claimed")
    for margin in TURNS:
        certificate = sgn.certify(counterexample(margin)).require()
        rule = float(certificate.published_rules["rk4"])
        steps = certificate.rk4
        if steps is None:
            continue
        broken, held = (
            sgn.simulate(counterexample(margin), PAIR, method="rk4", step=h, steps=1).worst_factor
            for h in (rule, float(steps.step_max))
        )
        print(
            f"{margin:>10} {search(float(margin), rule)[0]:10.4f} {rule:10.4f} {broken:11.4f}"
            f" {float(steps.step_max):11.4f} {held:9.4f} {float(steps.factor(steps.step_max)):9.6f}"
        )
    print()


def print_speed() -> None:
    """1,000 starts, 1,000 steps, 5 variables."""
    game = games.SymbolicGame.from_costs(
        {f"player {i}": [f"x{i}"] for i in range(5)},
        {f"player {i}": f"x{i}**2 + exp(x{i})/4 + x{i}*tanh(x{(i + 1) % 5})/2" for i in range(5)},
    )
    starts = np.random.default_rng(0).uniform(-1, 1, (1000, 5))
    print("Simulation of 1,000 starts over 1,000 steps, 5 variables: seconds")
    for method in ("euler", "rk4", "extragradient", "optimistic", "asynchronous"):
        delay = 10 if method == "asynchronous" else 0
        started = time.perf_counter()
        sgn.simulate(game, starts, method=method, step=0.1, steps=1000, every=10, delay=delay)
        print(f"  {method:<14} {time.perf_counter() - started:6.2f}")
    print()


def main() -> None:
    """Print every table."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    catalogue = certificates()
    print_attacks(catalogue, seconds)
    print_attacks(planted_certificates(10), seconds)
    print_play(catalogue)
    print_counterexample()
    print_speed()


if __name__ == "__main__":
    main()
