"""Steps as a certificate states them: every h in (0, largest], each with a factor of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.claims import Claims, Steps
from certificates.kernel.uncheckable import Uncheckable
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
    many steps the factor is taken, so many times. constant: C, so many times the distance at first.
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
    constant: Callable[[Fraction], Fraction] = lambda h: Fraction(1)

    def constants(self, h: Floats) -> Floats:
        """C at many steps."""
        return np.array([nearest(self.constant(Fraction(float(v)))) for v in h])


def range_promise(
    name: str,
    theorem: str,
    play: Play,
    steps: Steps,
    frame: Frame,
    count: int,
    claims: Claims,
) -> Promise:
    """Steps as they are claimed, with the factor of each."""
    return Promise(
        name=name,
        theorem=theorem,
        play=play,
        frame=frame,
        best=steps.best_step,
        largest=steps.step_max,
        at_best=steps.factor_at_best,
        exact=lambda h: _exact(steps, h),
        floats=lambda h: np.array([nearest(_exact(steps, Fraction(float(v)))) for v in h]),
        count=count,
        constant=lambda h: _constant(claims, steps, h),
    )


def _constant(claims: Claims, steps: Steps, h: Fraction) -> Fraction:
    """C; 1 outside of what is claimed, and for claims that make no sense."""
    try:
        return steps.constant(claims, h) if 0 < h <= steps.step_max else Fraction(1)
    except (ArithmeticError, ValueError, Uncheckable):
        return Fraction(1)


def _exact(steps: Steps, h: Fraction) -> Fraction:
    """A bound of the factor; 1 outside of what is claimed, and for claims that make no sense."""
    try:
        return min(steps.factor(h), Fraction(1)) if 0 < h <= steps.step_max else Fraction(1)
    except (ValueError, ZeroDivisionError):
        return Fraction(1)
