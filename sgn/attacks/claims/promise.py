"""Steps as a certificate states them: every h in (0, largest], each with a factor of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.promises import SlowSteps
from certificates.kernel.document.steps import Cover
from certificates.kernel.document.steps import Steps as StatedSteps
from certificates.safe import root_above
from sgn.attacks.claims.step_methods import Play
from sgn.attacks.subject.measures import Frame
from sgn.attacks.subject.precise import nearest

Floats = NDArray[np.float64]


@final
@dataclass(frozen=True, eq=False)
class Promise:
    """One method's steps: what they are called, how they are made, in which metric, how good.

    at_best: the factor at the best step. exact: an upper bound of the factor at a step, 1 where
    none is stated, for every step of the range contracts; floats: the same at many. count: over how
    many steps the factor is taken, so many times.
    """

    name: str
    theorem: str
    play: Play
    frame: Frame
    best: Fraction
    largest: Fraction
    at_best: Fraction
    exact: Callable[[Fraction], Fraction]
    floats: Callable[[Floats], Floats]
    count: int = 1


def range_promise(name: str, theorem: str, play: Play, steps: StatedSteps, frame: Frame) -> Promise:
    """Steps of Euler's method or of Runge–Kutta."""
    cover = steps.cover
    chords = _Chords(steps)
    return Promise(
        name=name,
        theorem=theorem,
        play=play,
        frame=frame,
        best=steps.best_step,
        largest=steps.step_max,
        at_best=steps.factor_at_best,
        exact=chords.exact if cover is None else lambda h: _covered(cover, h),
        floats=chords.floats if cover is None else lambda h: _covered_floats(cover, h),
    )


def slow_promise(
    name: str, play: Play, steps: SlowSteps, margin: Fraction, frame: Frame, count: int = 1
) -> Promise:
    """Steps of extragradient or of optimistic gradient: squared factor 1 − hα (T20)."""
    alpha = nearest(margin)
    return Promise(
        name=name,
        theorem="T20",
        play=play,
        frame=frame,
        best=steps.best_step,
        largest=steps.step_max,
        at_best=steps.factor_at_best,
        exact=lambda h: root_above(1 - h * margin),
        floats=lambda h: np.sqrt(np.maximum(1 - alpha * h, 0.0)),
        count=count,
    )


@final
@dataclass(frozen=True, eq=False)
class _Chords:
    """‖I − hJ‖ is convex in h: below the chords through h = 0, the best and the largest step."""

    steps: StatedSteps

    def _nodes(self) -> list[tuple[Fraction, Fraction]]:
        steps, at_max = self.steps, self.steps.factor_at_max
        best = (steps.best_step, steps.factor_at_best)
        largest = (steps.step_max, Fraction(1) if at_max is None else at_max)
        return [(Fraction(0), Fraction(1)), *([best] if best[0] < largest[0] else []), largest]

    def exact(self, h: Fraction) -> Fraction:
        nodes = self._nodes()
        for (low, at_low), (high, at_high) in pairwise(nodes):
            if low <= h <= high and low < high:
                return at_low + (at_high - at_low) * (h - low) / (high - low)
        return Fraction(1)

    def floats(self, h: Floats) -> Floats:
        ends, factors = np.array([[nearest(v) for v in node] for node in self._nodes()]).T
        return np.asarray(np.interp(h, ends, factors))


def _covered(cover: Cover, h: Fraction) -> Fraction:
    """T11: the squared factor is at most 1 − κh."""
    squares = [1 - rate * h for low, high, rate in cover.intervals() if low <= h <= high]
    return root_above(min(squares)) if squares else Fraction(1)


def _covered_floats(cover: Cover, h: Floats) -> Floats:
    ends = np.array([nearest(end) for end in cover.steps])
    rates = np.array([nearest(rate) for rate in cover.rates] or [0.0])
    place = np.searchsorted(ends, h, side="left") - 1
    known = (place >= 0) & (place < len(cover.rates))
    kappa = np.where(known, rates[np.clip(place, 0, len(rates) - 1)], 0.0)
    return np.asarray(np.sqrt(np.maximum(1 - kappa * h, 0.0)))
