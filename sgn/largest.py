"""The largest box round a point on which a certificate can be proved."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from certificates.certificate import Certificate, Refusal
from games.errors import InputError
from games.game import Game, Structure
from games.language.number import Number, exact, round_near
from games.regions.region import Space
from games.regions.shapes import Box
from sgn.bounds import Bounder, CannotBound, Enclosed, Exact
from sgn.certify import domain_report, examine
from sgn.pipeline.game_on_region import Problem
from sgn.pipeline.ladder import BlockScalar, Choice, Strategy, choice_of, choose_metric
from sgn.pipeline.objectives import Family, LargestMargin
from sgn.quantities.effort import Effort, Progress
from sgn.refusals.domains import Defined

Floats = NDArray[np.float64]
CLOSE = Fraction(101, 100)  # of the scale that was refused to the one that was proved: enough
FINE = Fraction(1005, 1000)  # the same for what samples say
SHRINK = (Fraction(98, 100), Fraction(9, 10), Fraction(2, 3), Fraction(1, 4))  # while all fails
DIGITS = 4  # of a scale
DOUBLINGS, QUARTERINGS = 10, 10
CENTER_DIGITS = 9
NEWTON_STEPS = 50
NEWTON_DONE = 1e-13  # of the length of a step, by the size of the point


def largest_region(
    game: Game,
    center: Sequence[Number] | None = None,
    shape: Sequence[Number] | None = None,
    *,
    metric: str = "auto",
    tries: int = 8,
    max_boxes: int = 20_000,
    time_limit: float | None = None,
    executor: Executor | None = None,
    progress: Callable[[Progress], object] | None = None,
    seed: int = 0,
) -> Certificate | Refusal:
    """The certificate of the largest box round a point that could be proved.

    The boxes are center ± t·shape for one scale t, found by bisection: first by what samples say,
    then by what is proved.
    center: n numbers; without it the game's equilibrium hint, else a zero of F that Newton finds.
    shape: n half-widths > 0; without it those of the game's region.
    metric: as for certify, but "auto" is "scalar", or "dense" where weights suit no box.
    tries: how many proofs are tried at most (it stops within 1 % of a scale that fails);
    max_boxes: of the branch and bound for one number; seed: of all randomness.
    time_limit: seconds for the proofs together: each may take half of what is left, and the largest
        box proved by then counts. executor, progress: as for certify.
    For a constant Jacobian the answer does not depend on the region: the one for all of R^n.
    Returns the Certificate, or the Refusal of the smallest box tried where nothing was proved.
    Raises ValueError for a wrong length, InputError where a center or a shape is missing.

    >>> from games.symbolic import SymbolicGame
    >>> game = SymbolicGame.from_costs({"a": ["x"]}, {"a": "x**2 - x**4/12"}, equilibrium=[0])
    >>> [float(end) for end in largest_region(game, shape=[1]).region.upper]
    [1.41]
    """
    if tries < 1:
        raise ValueError(f"tries is {tries}; expected at least 1")
    with np.errstate(all="ignore"):
        enclosed = Enclosed(max_boxes, seed)
        if game.structure is Structure.CONSTANT:
            if center is not None:
                _center(game, center)
            if shape is not None:
                _shape(game, shape)
            everywhere = Problem(game, Space(game.dimension), Exact(), None, seed)
            return examine(everywhere, choice_of(metric, "margin"), False)
        middle, half = _center(game, center), _shape(game, shape)
        whole = Effort(time_limit, executor, progress)

        def problem(scale: Fraction) -> Problem:
            box = Box(
                [c - scale * h for c, h in zip(middle, half, strict=True)],
                [c + scale * h for c, h in zip(middle, half, strict=True)],
            )
            prover = _prover(game, box, replace(enclosed, effort=whole.half()))
            return Problem(game, box, prover, None, seed)

        choice, top = _likely(metric, problem)
        return _proved_below(
            top, lambda scale: examine(problem(scale), choice, False), tries, whole
        )


def _proved_below(
    top: Fraction,
    attempt: Callable[[Fraction], Certificate | Refusal],
    tries: int,
    effort: Effort,
) -> Certificate | Refusal:
    """The certificate of the largest scale up to the top, else the smallest one's refusal."""
    answer = attempt(top)
    if isinstance(answer, Certificate):
        return answer
    proved, refused = Fraction(0), top
    for k in range(tries - 1):
        between = (proved + refused) / 2 if proved else refused * SHRINK[min(k, len(SHRINK) - 1)]
        scale = round_near(between, DIGITS)
        result = attempt(scale)
        if isinstance(result, Certificate):
            proved, answer = scale, result
        else:
            refused, answer = scale, answer if proved else result
        if refused <= CLOSE * proved or effort.stopped:
            break
    return answer


def _bisect(holds: Callable[[Fraction], bool], scale: Fraction) -> Fraction:
    """The largest scale found where it holds; the smallest one tried where it never does."""
    low, high = Fraction(0), scale
    for _ in range(DOUBLINGS):
        if not holds(high):
            break
        low, high = high, 2 * high
    for _ in range(0 if low else QUARTERINGS):
        if holds(high / 4):
            low = high / 4
            break
        high /= 4
    if not low:
        return high
    while high > FINE * low:
        middle = round_near((low + high) / 2, DIGITS)
        if not low < middle < high:
            break
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _likely(metric: str, problem: Callable[[Fraction], Problem]) -> tuple[Choice, Fraction]:
    """The metrics to prove with, and the largest scale that samples allow them.

    One matrix stands for the whole ladder where weights suit no scale: to climb it at each scale
    would take long.
    """
    choice, top = choice_of("scalar" if metric == "auto" else metric, "margin"), Fraction(1)
    for each in [choice, *([choice_of("dense", "margin")] if metric == "auto" else [])]:

        def holds(scale: Fraction, choice: Choice = each) -> bool:
            return _is_likely(problem(scale), choice)

        scale = _bisect(holds, Fraction(1))
        if holds(scale):
            return each, scale
        top = min(top, scale)
    return choice, top


def _is_likely(problem: Problem, choice: Choice) -> bool:
    """Whether the costs are smooth on the region and some metric suits all sampled Jacobians."""
    if not isinstance(domain_report(problem.game, problem.region), Defined):
        return False
    jacobians = problem.representatives()
    if not np.isfinite(jacobians).all():
        return False
    family, margin = Family(jacobians, problem.game.slices), LargestMargin()
    [strategy] = choice.strategies
    tried: tuple[Strategy, ...] = (strategy,)
    if strategy.adds_to_scalar(family.sizes) and not strategy.why_not(family):
        tried = (BlockScalar(), strategy)  # weights are found sooner
    return any(margin.score(choose_metric(each, margin, family), family) > 0 for each in tried)


def _prover(game: Game, box: Box, enclosed: Enclosed) -> Bounder:
    """Exact evidence where the game allows it, else enclosed."""
    bounder = Exact()
    try:
        bounder.require(game, box)
    except CannotBound:
        return enclosed
    return bounder


def _shape(game: Game, shape: Sequence[Number] | None) -> list[Fraction]:
    if shape is None:
        if game.region is None:
            raise InputError("the game has no region; give the half-widths of the box as shape")
        region = game.region
        half = [(b - a) / 2 for a, b in zip(region.lower, region.upper, strict=True)]
    else:
        half = [exact(v) for v in shape]
    _check(half, "shape", game.dimension)
    if min(half) < 0 or max(half) == 0:
        raise InputError("a half-width of the shape is negative, or all are 0; give positive ones")
    return half


def _center(game: Game, center: Sequence[Number] | None) -> list[Fraction]:
    if center is None:
        center = game.equilibrium if game.equilibrium is not None else _zero(game)
    _check(center, "center", game.dimension)
    return [exact(v) for v in center]


def _check(values: Sequence[object], what: str, expected: int) -> None:
    if len(values) != expected:
        raise ValueError(f"{what} has {len(values)} entries; expected {expected}, one per variable")


def _zero(game: Game) -> list[Fraction]:
    """A zero of F by Newton's method with halved steps, from the middle of the game's region."""
    x = np.zeros(game.dimension)
    if game.region is not None:
        low, high = game.region.floats()
        x = low + (high - low) / 2
    for _ in range(NEWTON_STEPS):
        F, J = game.pseudo_gradient(x), game.jacobian(x)
        if not (np.isfinite(F).all() and np.isfinite(J).all()):
            break
        step = -np.linalg.lstsq(J, F)[0]
        if np.linalg.norm(step) <= NEWTON_DONE * (1 + np.linalg.norm(x)):
            return [round_near(Fraction(float(v)), CENTER_DIGITS) for v in x]
        share = 1.0
        while share > 1e-6 and not _is_better(game, x + share * step, F):
            share /= 2
        x = x + share * step
    raise InputError("Newton's method finds no equilibrium of the game; give a center")


def _is_better(game: Game, point: Floats, F: Floats) -> bool:
    """Whether F is smaller there; false where it is not finite."""
    with np.errstate(all="ignore"):
        return bool(np.linalg.norm(game.pseudo_gradient(point)) <= np.linalg.norm(F))
