"""Lies about equilibria, start sets and steps towards the equilibrium."""

from fractions import Fraction

import numpy as np

from certificates.kernel.document.reading import Document, encode_array
from games.language.number import parse_number, to_text
from tests.corpus.changes import Change, Lie, both, drop, edited, entry, put, times

EQUILIBRIUM, START, EXTRA = "equilibrium", "start set", "extragradient"
KIND = "kind of equilibrium"
TOWARDS, NEAR = "RK4 towards the equilibrium", "RK4 near-linear"
OPTIMISTIC, PROJECTED = "optimistic gradient", "projected Euler"
TO, LINEAR = "steps.rk4_equilibrium", "steps.rk4.linear"


def _longer(method: str, factor: Fraction) -> Change:
    """The largest step and the end of its cover, both."""

    def change(document: Document) -> None:
        steps = document["steps"][method]
        steps["step_max"] = to_text(parse_number(steps["step_max"]) * factor)
        steps["cover"]["steps"][-1] = steps["step_max"]

    return change


def _without_pairs(document: Document) -> None:
    """The multipliers of the pairs of stages are all 0."""
    cover = document["steps"]["rk4_equilibrium"]["cover"]
    cover["multipliers"] = [[*row[:12], *["0"] * 18] for row in cover["multipliers"]]


def _as_pairs(document: Document) -> None:
    """Steps towards the equilibrium as steps between any two runs."""
    steps = dict(document["steps"].pop("rk4_equilibrium"))
    cover = steps["cover"]
    steps["cover"] = {**cover, "multipliers": [row[:12] for row in cover["multipliers"]]}
    document["steps"]["rk4"] = {**steps, "kind": "pairs"}


def _moved(document: Document) -> None:
    """The point moves by a hundredth, its error does not."""
    point = document["equilibrium"]["point"]
    point[0] = to_text(parse_number(point[0]) + Fraction(1, 100))


def _at_the_middle(document: Document) -> None:
    """A zero inside, where the solution is on the boundary."""
    document["equilibrium"] = {"point": ["0.25", "0.25"], "error": "0", "kind": "nash"}


def _basin_at_the_boundary(document: Document) -> None:
    document["basin"] = {"radius": "0"}


PROMISE_LIES = (
    Lie("equilibrium-moved", "settled", EQUILIBRIUM, _moved),
    Lie("equilibrium-error-too-small", "settled", EQUILIBRIUM, both(
        _moved, put("equilibrium.error", "0.001"))),
    Lie("equilibrium-error-larger-than-the-region", "settled", EQUILIBRIUM, put(
        "equilibrium.error", "1000")),
    Lie("equilibrium-error-negative", "settled", EQUILIBRIUM, put("equilibrium.error", "-1")),
    Lie("equilibrium-outside", "settled", EQUILIBRIUM, put("equilibrium.point.0", "7")),
    Lie("equilibrium-inside-invented", "cornered", EQUILIBRIUM, _at_the_middle),
    Lie("equilibrium-on-the-boundary-called-zero", "cornered", EQUILIBRIUM, put(
        "equilibrium.kind", "zero")),
    Lie("equilibrium-on-the-boundary-called-nash", "cornered", EQUILIBRIUM, put(
        "equilibrium.kind", "nash")),
    Lie("equilibrium-at-another-corner", "cornered", EQUILIBRIUM, put("equilibrium.point.0", "0")),
    Lie("equilibrium-inside-called-boundary", "settled", KIND, put(
        "equilibrium.kind", "boundary")),
    Lie("equilibrium-of-a-field-called-nash", "settled-field", KIND, put(
        "equilibrium.kind", "nash")),
    Lie("equilibrium-restricted-called-nash", "bent", KIND, put("equilibrium.kind", "nash")),
    Lie("equilibrium-of-another-game", "settled", EQUILIBRIUM, edited(
        "game.linear", entry(0, 1.01))),
    Lie("start-set-wider", "settled", START, times("basin.radius", Fraction(101, 100))),
    Lie("start-set-wider-for-euler", "settled", START, times(
        "basin.euler_radius", Fraction(101, 100))),
    Lie("start-set-of-rk4-without-its-stages", "settled", START, lambda d: put(
        "basin.rk4_radius", d["basin"]["radius"])(d)),
    Lie("start-set-towards-the-equilibrium-without-its-stages", "bent", START, lambda d: put(
        "basin.rk4_equilibrium_radius", d["basin"]["radius"])(d)),
    Lie("start-set-of-optimistic-gradient-wider", "settled", START, times(
        "basin.optimistic_radius", Fraction(101, 100))),
    Lie("start-set-negative", "settled", START, put("basin.radius", "-1")),
    Lie("start-set-everywhere-in-a-box", "settled", START, put("basin.radius", None)),
    Lie("start-set-without-an-equilibrium", "settled", START, drop("equilibrium")),
    Lie("start-set-at-the-boundary", "cornered", START, _basin_at_the_boundary),
    Lie("start-set-of-steps-that-are-not-there", "settled", START, put(
        "basin.rk4_equilibrium_radius", "0.001")),
    Lie("extragradient-step-longer", "settled", EXTRA, times(
        "steps.extragradient.step_max", Fraction(1_00001, 100_000))),
    Lie("extragradient-best-step-longer-than-the-largest", "settled", EXTRA, times(
        "steps.extragradient.best_step", 2)),
    Lie("extragradient-factor-lowered", "settled", EXTRA, times(
        "steps.extragradient.factor_at_best", Fraction(999, 1000))),
    Lie("extragradient-factor-of-1", "settled", EXTRA, put(
        "steps.extragradient.factor_at_best", "1")),
    Lie("extragradient-step-0", "settled", EXTRA, put("steps.extragradient.best_step", "0")),
    Lie("extragradient-projected-without-a-region", "promised-bounds", EXTRA, put(
        "steps.extragradient.projected", True)),
    Lie("extragradient-by-a-lower-lipschitz", "bent", EXTRA, both(
        times("lipschitz", Fraction(9, 10)),
        times("steps.extragradient.step_max", Fraction(6, 5)))),
    Lie("optimistic-step-longer", "settled", OPTIMISTIC, times(
        "steps.optimistic.step_max", Fraction(1_00001, 100_000))),
    Lie("optimistic-factor-lowered", "settled", OPTIMISTIC, times(
        "steps.optimistic.factor_at_best", Fraction(999, 1000))),
    Lie("projected-euler-without-a-region", "promised-bounds", PROJECTED, put(
        "steps.euler.projected", True)),
    Lie("towards-the-equilibrium-longer", "bent", TOWARDS, _longer(
        "rk4_equilibrium", Fraction(11, 10))),
    Lie("towards-the-equilibrium-rate-raised", "bent", TOWARDS, times(
        f"{TO}.cover.rates.0", Fraction(6, 5))),
    Lie("towards-the-equilibrium-factor-lowered", "bent", TOWARDS, times(
        f"{TO}.factor_at_best", Fraction(1, 2))),
    Lie("towards-the-equilibrium-multiplier-negative", "bent", TOWARDS, put(
        f"{TO}.cover.multipliers.0.20", "-1")),
    Lie("towards-the-equilibrium-without-pairs-of-stages", "bent", TOWARDS, _without_pairs),
    Lie("towards-the-equilibrium-without-multipliers", "bent", TOWARDS, drop(
        f"{TO}.cover.multipliers")),
    Lie("towards-the-equilibrium-in-another-metric", "bent", TOWARDS, times(
        f"{TO}.metric.weights.0", 2)),
    Lie("towards-the-equilibrium-called-pairs", "bent", "RK4 steps", _as_pairs),
    Lie("near-linear-deviation-lowered", "near-linear", NEAR, times(
        f"{LINEAR}.deviation", Fraction(9, 10))),
    Lie("near-linear-norm-lowered", "near-linear", NEAR, times(
        f"{LINEAR}.norm", Fraction(99, 100))),
    Lie("near-linear-matrix-of-another-game", "near-linear", NEAR, edited(
        f"{LINEAR}.matrix", entry((0, 0), 1.1))),
    Lie("near-linear-step-longer", "near-linear", NEAR, _longer("rk4", Fraction(11, 10))),
    Lie("near-linear-rate-raised", "near-linear", NEAR, times(
        "steps.rk4.cover.rates.0", Fraction(6, 5))),
    Lie("near-linear-factor-lowered", "near-linear", NEAR, times(
        "steps.rk4.factor_at_best", Fraction(9, 10))),
    Lie("near-linear-deviation-negative", "near-linear", NEAR, put(f"{LINEAR}.deviation", "-1")),
    Lie("near-linear-cover-missing", "near-linear", NEAR, drop("evidence.covers.near_linear")),
    Lie("near-linear-cover-empty", "near-linear", NEAR, put(
        "evidence.covers.near_linear", encode_array(np.zeros(0, dtype=np.int64)))),
)  # fmt: skip
