"""The published study of a Markov game beside what is proved: `python -m benchmarks markov`."""

import itertools
import time

import numpy as np

import sgn
from certificates.certificate import Certificate
from games.catalogue.markov import coordination
from games.game import Floats
from games.markov.logit_game import LogitGame
from sgn.quantities.quantities import Margin
from sgn.steps.euler import euler_spectral_limit
from sgn.steps.runge_kutta import spectral_limit
from tests.helpers.published_rule import corners, published, rule_at

RADII = ("0.1", "0.5", "1")  # in logits
FIELD = sgn.EntropicDual("fisher")  # the published one
STARTS, STEPS = 100, 60
LIMIT = 60.0  # seconds for a radius


def print_published() -> None:
    """The published numbers at logit radius 0.1, what is proved, and what is true."""
    game, said = coordination(), published()
    started = time.perf_counter()
    found = sgn.certify(game, geometry=FIELD).require()
    spent = time.perf_counter() - started
    sampled = _least_margin(game, 0.1, np.ones(2))
    eigenvalues = np.linalg.eigvals(game.jacobian(np.zeros(4))).astype(complex)
    rule = rule_at(game, corners(game, np.zeros(4), 0.1))
    assert found.euler is not None
    assert found.rk4 is not None
    assert found.extragradient is not None
    print(f"The published Markov game, logit radius 0.1: certified and checked in {spent:.1f} s")
    print("                    published (estimate)    proved   sampled, or at the equilibrium")
    rows = (
        ("margin", f"{said['margin']:.4f}", found.margin, f"{sampled:.4f}"),
        ("structural margin", f"{rule.best_margin:.4f}", found.structural_margin, "-"),
        ("Lipschitz", f"{said['lipschitz']:.4f}", found.lipschitz, "-"),
        (
            "Euler step",
            f"{said['natural_gradient_step_published']:.4f}",
            found.euler.step_max,
            f"{euler_spectral_limit(eigenvalues):.4f}",
        ),
        ("RK4 step", "-", found.rk4.step_max, f"{spectral_limit(eigenvalues):.4f}"),
        ("extragradient step", "-", found.extragradient.step_max, "-"),
    )
    for name, theirs, ours, truth in rows:
        print(f"{name:18}  {theirs:>20}  {float(ours):8.4f}   {truth}")
    print()


def print_radii(radii: tuple[str, ...] = RADII) -> None:
    """The margin and the steps as the region grows."""
    game = coordination()
    print("The same game by logit radius, a minute each for the proof")
    print("radius  verdict     margin  sampled   Euler     RK4  extragradient  seconds")
    for radius in radii:
        started = time.perf_counter()
        found = sgn.certify(
            game, game.logit_box(radius), geometry=FIELD, evidence="enclosed", time_limit=LIMIT
        )
        spent = time.perf_counter() - started
        sampled = _least_margin(game, float(radius), np.ones(2))
        if not isinstance(found, Certificate):
            print(f"{radius:>6}  {found.verdict:9}  {'-':>7}  {sampled:7.4f}  {found.reason}")
            continue
        ranges = (found.euler, found.rk4, found.extragradient)
        steps = [f"{float(r.step_max):.4f}" if r is not None else "-" for r in ranges]
        print(
            f"{radius:>6}  {found.verdict:9}  {float(found.margin):7.4f}  {sampled:7.4f}"
            f"  {steps[0]:>6}  {steps[1]:>6}  {steps[2]:>13}  {spent:7.1f}"
        )
    print()


def print_weights() -> None:
    """The published sweep of the weight ratio beside the proved direct margin at each ratio."""
    game, sweep = coordination(), published()["margin_by_weight_ratio"]
    weights = [(1.0, float(ratio)) for ratio in sweep["ratios"]]
    box = game.logit_box("0.1")
    proved = sgn.Enclosed().bound(game, box, [Margin(w, game.slices) for w in weights])
    print("Margin by ratio of the weights, logit radius 0.1")
    print("   ratio  published   proved  sampled")
    for w, theirs, ours in zip(weights, sweep["margins"], proved, strict=True):
        sampled = _least_margin(game, 0.1, np.array(w))
        print(f"{w[1]:8.4f}  {theirs:9.4f}  {ours:7.4f}  {sampled:7.4f}")
    print()


def print_markov_play() -> None:
    """The published starts, and what certificates say of each step against 100 runs."""
    game, rng = coordination(), np.random.default_rng(0)
    found = sgn.certify(game, geometry=FIELD).require()
    assert found.euler is not None
    twenty = rng.uniform(-0.2, 0.2, (20, 4))
    print("Natural-gradient play of 20 starts in the cube, 500 steps: how many converge")
    for h in (float(found.euler.step_max), 1.30, 1.66):
        play = sgn.simulate(
            game, twenty, method="natural-gradient", step=h, steps=500, target=np.zeros(4)
        )
        nearer = play.distances[-1] < 1e-3 * play.distances[0]
        print(f"  step {h:.4f}: {int(nearer.sum())} of 20, farthest {play.distances[-1].max():.1e}")
    print(f"From {STARTS} starts on the rim of each start set, at 0.99 of the largest step")
    print("method             step    stated factor  largest seen")
    methods = {
        "natural-gradient": ("euler", found.euler),
        "rk4": ("rk4", found.rk4),
        "extragradient": ("extragradient", found.extragradient),
    }
    radii = found.basin.radii if found.basin is not None else {}
    for method, (name, steps) in methods.items():
        assert steps is not None
        metric, radius = found.claims.metric, radii[name]
        assert radius is not None
        h = float(steps.step_max) * 0.99
        starts = rng.standard_normal((STARTS, 4))
        sizes = np.sqrt(np.einsum("bi,ij,bj->b", starts, metric.matrix(game.sizes), starts))
        starts *= float(radius) / sizes[:, None]
        play = sgn.simulate(
            game, starts, method=method, step=h, steps=STEPS, metric=metric, target=np.zeros(4)
        )
        seen, stated = play.factors[:12].max(), float(steps.factor(h))  # later ones are rounding
        held = "" if seen <= stated else "  BROKEN"
        print(f"{method:16}  {h:.4f}  {stated:13.6f}  {seen:12.6f}{held}")
    print()


def _least_margin(game: LogitGame, radius: float, weights: Floats, draws: int = 10_000) -> float:
    """The least direct margin at the box's corners and at draws: an upper estimate of T5."""
    corner = np.array(list(itertools.product((-1.0, 1.0), repeat=game.dimension)))
    inside = np.random.default_rng(1).uniform(-1, 1, (draws, game.dimension))
    points = 2 * radius * np.concatenate([corner, inside])
    values = Margin(tuple(weights.tolist()), game.slices).values(game.jacobian(points))
    return float(values.min())
