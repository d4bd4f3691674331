"""One step of each method, in floats and in balls alike, and where its claims speak."""

import abc
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from sgn.attacks.precise import Balls, ball
from sgn.attacks.subject import GameSubject

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Step(abc.ABC):
    """A method with a step size h.

    A claim about it speaks where every point at which F is read lies in the region.
    """

    step: Fraction

    @abc.abstractmethod
    def path(self, F: Callable[[Any], Any], h: Any, x: Any) -> list[Any]:
        """The points where F is read, the first of them x, and then the point after the step.

        Of arrays (k, n) with a float h, or of columns of balls with a ball h.
        """

    def after(self, subject: GameSubject, x: Floats) -> Floats:
        """The points (k, n) one step later; NaN where the claim does not speak."""
        *read, end = self.path(subject.game.pseudo_gradient, float(self.step), x)
        inside = np.all([subject.inside(point) for point in read], axis=0)
        return np.where(inside[:, None], end, np.nan)

    def exact_path(self, subject: GameSubject, x: Balls) -> list[Balls]:
        """The path from an exact point of the region."""
        return self.path(subject.exact_gradient, ball(self.step), x)

    def exact_after(self, subject: GameSubject, x: Balls) -> list[Balls]:
        """The point one step later; none where the claim may not speak."""
        _, *read, end = self.exact_path(subject, x)
        return [end] if all(subject.surely_inside(point) for point in read) else []


@final
@dataclass(frozen=True)
class Flow(Step):
    """No step at all: the flow reads F where it is."""

    def path(self, F: Callable[[Any], Any], h: Any, x: Any) -> list[Any]:
        return [x, x]


@final
@dataclass(frozen=True)
class Euler(Step):
    """x − hF(x) (T9, T10)."""

    def path(self, F: Callable[[Any], Any], h: Any, x: Any) -> list[Any]:
        return [x, x - F(x) * h]


@final
@dataclass(frozen=True)
class RungeKutta(Step):
    """The classical fourth-order step (T11, T12)."""

    def path(self, F: Callable[[Any], Any], h: Any, x: Any) -> list[Any]:
        first = F(x)
        two = x - first * (h / 2)
        second = F(two)
        three = x - second * (h / 2)
        third = F(three)
        four = x - third * h
        return [x, two, three, four, x - (first + second * 2 + third * 2 + F(four)) * (h / 6)]


@final
@dataclass(frozen=True)
class Extragradient(Step):
    """y = x − hF(x), then x − hF(y), where neither needs to be projected (T20)."""

    def path(self, F: Callable[[Any], Any], h: Any, x: Any) -> list[Any]:
        middle = x - F(x) * h
        return [x, middle, x - F(middle) * h]


@final
@dataclass(frozen=True)
class Optimistic(Step):
    """Several steps of y_k = x_k − hF(y_{k−1}), x_{k+1} = x_k − hF(y_k), from y_{−1} = x_0 (T20).

    The claim is about the distance after k steps, not about one of them.
    """

    COUNT: ClassVar[int] = 8

    def path(self, F: Callable[[Any], Any], h: Any, x: Any) -> list[Any]:
        result, slope = [x], F(x)
        for _ in range(self.COUNT):
            result.append(x - slope * h)
            slope = F(result[-1])
            x = x - slope * h
        return [*result, x]
