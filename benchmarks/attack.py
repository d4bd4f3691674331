"""Certificates under attack, RK4 where its published rule fails, and how fast play is simulated.

python -m benchmarks.attack [SECONDS [PLANTED]]
"""

import sys
import time
from collections.abc import Iterable, Mapping
from statistics import median

import numpy as np

import games
import sgn
from benchmarks.play import proved
from certificates.certificate import Certificate
from games.errors import InputError
from sgn.attacks.attack import attack
from sgn.attacks.report import Attack
from tests.helpers.planted import planted
from tests.helpers.rk4_counterexample import PAIR, TURNS, counterexample

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
SECONDS, PLANTED = 1.0, 10  # of each attack; how many planted games


def print_attacks(
    certificates: dict[str, Certificate], seconds: float, title: str, each: bool = True
) -> None:
    """The part of each main claim that is attained at the worst place; and whether any broke.

    each: a line a certificate; without it only the smallest, the median and the largest parts.
    """
    print(f"Attacks of {seconds:g} s on {title}: the part of a claim attained at the worst place")
    print(f"{'certificate':<27} claims broken " + " ".join(f"{head:>9}" for head in COLUMNS))
    results = dict[str, Attack]()
    for name, certificate in certificates.items():
        results[name] = attack(certificate, seconds=seconds)
        if each:
            print(_line(name, [results[name]], results[name].tightness), flush=True)
    parts = [result.tightness for result in results.values()]
    for name, part in (("least", min), ("median", median), ("largest", max)):
        columns = {claim: [p[claim] for p in parts if claim in p] for claim in COLUMNS.values()}
        cells = {claim: part(values) for claim, values in columns.items() if values}
        print(_line(name, results.values(), cells))
    for status in ("BROKEN", "unclear"):
        met = [name for name, a in results.items() if status in {f.status for f in a.findings}]
        print(f"{status}: {', '.join(met) or f'nothing, of {len(results)} certificates'}")
    print()


def _line(name: str, results: Iterable[Attack], tightness: Mapping[str, float]) -> str:
    cells = [
        f"{tightness[claim]:9.4f}" if claim in tightness else f"{'-':>9}"
        for claim in COLUMNS.values()
    ]
    count = sum(f.count for result in results for f in result.findings)
    broken = sum(len(result.broken) for result in results)
    return f"{name:<27} {count:6} {broken:6} " + " ".join(cells)


def planted_certificates(count: int) -> dict[str, Certificate]:
    """Of the first planted games those that are proved, some of them with dense metrics alone."""
    found = {}
    for seed in range(count):
        subject = planted(seed)
        try:
            result = sgn.certify(subject.game, subject.region)
        except InputError:  # a cost that is undefined for certain
            continue
        if isinstance(result, Certificate) and result.verdict == "proved":
            found[f"{seed} {subject.family}"] = result
    return found


def print_every_attack(seconds: float = SECONDS, count: int = PLANTED) -> None:
    """On the proved games of the catalogue, and on planted ones."""
    print_attacks(proved(), seconds, "the catalogue")
    print_attacks(planted_certificates(count), seconds, "planted games", each=count <= PLANTED)


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
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    print_every_attack(seconds, int(sys.argv[2]) if len(sys.argv) > 2 else PLANTED)
    print_counterexample()
    print_speed()


if __name__ == "__main__":
    main()
