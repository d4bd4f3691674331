"""Certified games played from their start sets: factors seen beside claimed, step by step.

python -m benchmarks.play
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np
from numpy.typing import NDArray

import games
import sgn
from certificates.certificate import Certificate, StepRange
from certificates.promises import steps_needed
from games.regions.shapes import Box
from sgn.simulation.ruler import FACTOR_ERROR

Floats = NDArray[np.float64]
STARTS, STEPS = 1000, 200
FEW = 20  # of the starts, for what needs many steps
SHARE = Fraction(99, 100)  # of the largest certified step
ACCURACY = Fraction(1, 10**6)  # of the first distance
NEARER, SHRUNK = Fraction(1, 2), 0.9  # of a distance, when it is seen to converge
LEAST, MOST, MANY = 500, 5000, 200_000  # steps: half of those to see convergence, and to count
FLOW_TIME = 0.1  # of 1/margin


@final
@dataclass(frozen=True, eq=False)
class Plan:
    """One method of one certificate, as it is promised.

    played: its name in `simulate`; steps: none for the flow; M: (n, n), the metric; region: what
    is projected to; starts: (STARTS, n). lasting: whether the factor holds from the first step to
    any later one on average, and not for each.
    """

    name: str
    method: str
    played: str
    game: games.Game
    steps: StepRange | None
    margin: float
    M: Floats
    centre: Floats
    starts: Floats
    region: Box | None = None

    @property
    def lasting(self) -> bool:
        return self.played == "optimistic"

    @property
    def alone(self) -> bool:
        """Whether steps that are too long show: projected play stays in the region with any."""
        return self.steps is not None and self.region is None

    @property
    def step(self) -> Fraction:
        """The step that is played: 0.99 of the largest."""
        return Fraction(FLOW_TIME / self.margin) if self.steps is None else self.largest * SHARE

    @property
    def largest(self) -> Fraction:
        return Fraction(0) if self.steps is None else self.steps.step_max.exact

    @property
    def claimed(self) -> float:
        """The factor of that step."""
        if self.steps is None:
            return math.exp(-self.margin * float(self.step))
        return float(self.steps.factor(self.step))

    def play(
        self, step: Fraction | float, steps: int, count: int, every: int = 1
    ) -> sgn.Simulation:
        return sgn.simulate(
            self.game, self.starts[:count], method=self.played, step=step, steps=steps,
            metric=self.M, target=self.centre, region=self.region, every=every,
        )  # fmt: skip


@final
@dataclass(frozen=True)
class Row:
    """What was seen: factors to the equilibrium and within pairs, steps, and a longest step.

    pairs: 0 where nothing is claimed of them; promised and needed: steps to ACCURACY at the best
    step; converging: 0 where none is looked for.
    """

    plan: Plan
    seen: float
    pairs: float
    promised: int
    needed: float
    converging: float


def plans(name: str, certificate: Certificate, game: games.Game) -> Iterator[Plan]:
    """Every method with a step and a start set; with projection from the whole region too."""
    found, basin, region = certificate.equilibrium, certificate.basin, certificate.region
    if found is None:
        return
    centre = np.array([float(v) for v in found.point])
    own = certificate.claims.metric
    for method, played, steps in (
        ("flow", "flow", None),
        ("euler", "euler", certificate.euler),
        ("rk4", "rk4", certificate.rk4),
        ("rk4_equilibrium", "rk4", certificate.rk4_equilibrium),
        ("extragradient", "extragradient", certificate.extragradient),
        ("optimistic", "optimistic", certificate.optimistic),
    ):
        if steps is None and method != "flow":
            continue
        metric = own if steps is None else steps.metric
        M = metric.matrix(game.sizes)
        margin = float(certificate.margin)
        if basin is not None and method in basin.radii:
            starts = ball(centre, M, basin.radii[method])
            yield Plan(name, method, played, game, steps, margin, M, centre, starts)
        if steps is not None and steps.projected and isinstance(region, Box):
            label, box = f"projected {method}", places(region)
            with_region = "projected-euler" if method == "euler" else played
            yield Plan(name, label, with_region, game, steps, margin, M, centre, box, region)


def ball(centre: Floats, M: Floats, radius: Fraction | None) -> Floats:
    """Starts in the M-ball, a half of them on its surface; of radius 1 where any will do."""
    rng = np.random.default_rng(0)
    directions = rng.standard_normal((STARTS, len(centre)))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    size = np.where(np.arange(STARTS) % 2 == 0, 1.0, rng.random(STARTS) ** (1 / len(centre)))
    inverse = np.linalg.inv(np.linalg.cholesky(M))
    reach = 1.0 if radius is None else float(radius) * (1 - 1e-12)  # what rounding takes
    return np.asarray(centre + reach * size[:, None] * directions @ inverse)


def places(region: Box) -> Floats:
    """Starts in a box, a half of them at corners."""
    rng = np.random.default_rng(0)
    low, high = region.floats()
    share = rng.random((STARTS, len(low)))
    share = np.where(np.arange(STARTS)[:, None] % 2 == 0, np.rint(share), share)
    return np.asarray(np.clip(low + share * (high - low), low, high))


def factors(plan: Plan) -> tuple[float, float]:
    """The worst factors to the equilibrium, and within pairs of starts, of all starts and steps."""
    play = plan.play(plan.step, _telling(plan), STARTS)
    seen = lasting(play.distances / play.distances[0]) if plan.lasting else play.worst_factor
    return seen, _pairs(plan)


def exceeds(plan: Plan, seen: float, pairs: float) -> bool:
    """Whether some factor seen is above the claim by more than rounding explains."""
    return not max(seen, pairs) <= plan.claimed * (1 + FACTOR_ERROR)


def row(plan: Plan) -> Row:
    """Play one plan."""
    seen, pairs = factors(plan)
    best = plan.step if plan.steps is None else plan.steps.best_step.exact
    factor = plan.claimed if plan.steps is None else plan.steps.factor_at_best.exact
    promised = steps_needed(Fraction(factor), ACCURACY)
    far = plan.play(best, min(promised, MANY), FEW)
    relative = far.distances / far.distances[0]
    reached = (relative <= float(ACCURACY)).all(axis=1)
    return Row(
        plan,
        seen=seen,
        pairs=pairs,
        promised=promised,
        needed=float(far.times[reached.argmax()]) if reached.any() else math.inf,
        converging=largest_converging(plan, seen) if plan.alone else 0.0,
    )


def _telling(plan: Plan) -> int:
    """Steps until no start is far enough from the target to show a factor, or STEPS."""
    least = Fraction(1, 10**4 if plan.steps is None else 10**8)
    return min(STEPS, steps_needed(Fraction(plan.claimed), least))


def lasting(relative: Floats) -> float:
    """The largest (d_k/d_0)^{1/k}, of d_k/d_0 (K + 1, B) from k = 0; near 0 it is rounding.

    What breaks a claim of ACCURACY after k steps is above ACCURACY there.
    """
    told = np.where(relative[1:] > float(ACCURACY) / 10, relative[1:], 0.0)
    return float((told ** (1 / np.arange(1, len(relative))[:, None])).max())


def _pairs(plan: Plan) -> float:
    """The largest factor within pairs of starts, where one is claimed."""
    if plan.steps is None or plan.steps.towards:
        return 0.0
    both = np.stack([plan.starts, plan.starts[::-1]])[:, : STARTS // 2]
    play = sgn.simulate(
        plan.game, both, method=plan.played, step=plan.step, steps=STEPS, metric=plan.M,
        region=plan.region,
    )  # fmt: skip
    return play.worst_factor


def largest_converging(plan: Plan, seen: float) -> float:
    """The largest step, to 0.1 %, with which the farthest of some starts still comes nearer.

    seen: the factor at the certified step, which says how long to play: until it has come to a half
    of its distance twice, or longer. It must come nearer in both halves of that. 0: not even there.
    """
    half = min(max(LEAST, steps_needed(Fraction(min(seen, 1 - 1e-6)), NEARER)), MOST)

    def converges(h: float) -> bool:
        play = plan.play(h, 2 * half, FEW, half)
        if not play.finite.all():
            return False
        start, middle, end = play.distances.max(axis=1)
        return bool(end <= float(ACCURACY) * start or end <= SHRUNK * middle <= SHRUNK * start)

    good, ratio = float(plan.step), 2.0
    if not converges(good):
        return 0.0
    while ratio > 1.001:
        good, ratio = (good * ratio, ratio) if converges(good * ratio) else (good, ratio**0.5)
    return good


def proved() -> dict[str, Certificate]:
    """Every game of the catalogue that is proved."""
    found = {name: sgn.certify(games.catalogue.load(name)) for name in games.catalogue.names()}
    return {
        name: result
        for name, result in found.items()
        if isinstance(result, Certificate) and result.verdict == "proved"
    }


def print_play(certificates: Callable[[], dict[str, Certificate]] = proved) -> None:
    """Every method of every proved game of the catalogue, and whether any does worse than told."""
    print(f"Play from {STARTS:,} starts at {float(SHARE)} of the largest certified step, each step")
    print(f"{'':45} factor of a step, and at worst   steps to 1e-6       largest step")
    print(
        f"{'game':<25} {'method':<23} {'step':>10} {'claimed':>9} {'seen':>9} {'in pairs':>9}"
        f" {'promised':>9} {'needed':>7} {'certified':>10} {'converges':>10} {'share':>6}"
    )
    rows = list[Row]()
    for name, certificate in certificates().items():
        for plan in plans(name, certificate, games.catalogue.load(name)):
            rows.append(row(plan))
            print(_line(rows[-1]), flush=True)
    exceeding = [f"{r.plan.name} {r.plan.method}" for r in rows if exceeds(r.plan, r.seen, r.pairs)]
    verdict = f"EXCEEDED: {', '.join(exceeding)}" if exceeding else "exceeded nowhere"
    print(f"The claimed factor, in {len(rows)} rows, to {FACTOR_ERROR:g}: {verdict}")
    print()


def _line(found: Row) -> str:
    plan = found.plan
    pairs = f"{found.pairs:9.6f}" if found.pairs else f"{'-':>9}"
    reach = f"{float(plan.largest):10.4g}" if plan.steps is not None else ""
    if plan.alone:
        share = float(plan.largest) / found.converging if found.converging else math.nan
        reach += f" {found.converging:10.4g} {share:6.3f}"
    return (
        f"{plan.name:<25} {plan.method:<23} {float(plan.step):10.4g} {plan.claimed:9.6f}"
        f" {found.seen:9.6f} {pairs} {found.promised:9} {found.needed:7.0f} {reach}"
    )


if __name__ == "__main__":
    print_play()
