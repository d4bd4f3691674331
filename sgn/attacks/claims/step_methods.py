"""The methods, in floats and in balls alike: which points they read, and where they go.

A play is an endless run from x: step after step the points at which F is read for the first time,
and the point reached. project: applied to every point (`same`: none). Points are arrays (k, n) with
h a float or (k, 1), columns of balls with h a ball, or matrices on which F multiplies.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.inequalities.lifted import SCHEMES, Scheme
from certificates.kernel.inequalities.runge_kutta import TABLEAUS, Tableau
from sgn.attacks.subject.jacobians import GameSubject
from sgn.attacks.subject.precise import Balls, ball

Floats = NDArray[np.float64]
Field = Callable[[Any], Any]
Run = Iterator[tuple[list[Any], Any]]
Play = Callable[[Field, Field, Any, Any], Run]


def same(x: Any) -> Any:
    """No projection."""
    return x


def flow(F: Field, project: Field, h: Any, x: Any) -> Run:
    """No step at all: the flow reads F where it is."""
    while True:
        yield [x], x


def euler(F: Field, project: Field, h: Any, x: Any) -> Run:
    """x − hF(x) (T9, T10)."""
    while True:
        end = project(x - F(x) * h)
        yield [x], end
        x = end


def runge_kutta(tableau: Tableau) -> Play:
    """An explicit step of stages (T11, T12)."""

    def play(F: Field, project: Field, h: Any, x: Any) -> Run:
        while True:
            read, slopes = list[Any](), list[Any]()
            for row in tableau.rows:
                read.append(_moved(x, h, row, slopes))
                slopes.append(F(read[-1]))
            x = project(_moved(x, h, tableau.output, slopes))
            yield read, x

    return play


def _moved(x: Any, h: Any, row: Sequence[Fraction], slopes: Sequence[Any]) -> Any:
    """x − hΣ a_r F_r; a quotient of integers is as exact as h is."""
    for a, slope in zip(row, slopes, strict=True):
        if a:
            x = x - slope * (h * a.numerator / a.denominator)
    return x


def reads(play: Play) -> int:
    """At how many points F is read in the first step."""
    read, _ = next(play(same, same, 0.0, 0.0))
    return len(read)


def extragradient(F: Field, project: Field, h: Any, x: Any) -> Run:
    """y = x − hF(x), then x − hF(y) (T20)."""
    while True:
        middle = project(x - F(x) * h)
        end = project(x - F(middle) * h)
        yield [x, middle], end
        x = end


def optimistic(F: Field, project: Field, h: Any, x: Any) -> Run:
    """y_k = x_k − hF(y_{k−1}), x_{k+1} = x_k − hF(y_k), from y_{−1} = x_0 (T20)."""
    read, slope = [x], F(x)
    while True:
        middle = project(x - slope * h)
        slope = F(middle)
        x = project(x - slope * h)
        yield [*read, middle], x
        read = []


def lifted(scheme: Scheme) -> Play:
    """ξ⁺ = Aξ + Bv, y = Cξ + Dv, v = hF(y), from points x and stored gradients hF(x) (T28)."""

    def play(F: Field, project: Field, h: Any, x: Any) -> Run:
        one, read = h * 0 + 1, list[Any]()
        state = [x if is_point else F(x) * h for is_point in scheme.unit]
        read += [x] * len(scheme.stored)
        while True:
            moves = list[Any]()
            for c, d in zip(scheme.C, scheme.D, strict=True):
                read.append(_sum(one, (*c, *d[: len(moves)]), (*state, *moves)))
                moves.append(F(read[-1]) * h)
            rows = zip(scheme.A, scheme.B, strict=True)
            state = [_sum(one, (*a, *b), (*state, *moves)) for a, b in rows]
            yield read, state[0]
            read = []

    return play


def _sum(one: Any, row: Sequence[Fraction], terms: Sequence[Any]) -> Any:
    """Σ a_r z_r, not all a_r 0."""
    parts = [z * (one * a.numerator / a.denominator) for a, z in zip(row, terms, strict=True) if a]
    return sum(parts[1:], parts[0])


@final
@dataclass(frozen=True, eq=False)
class Steps:
    """So many steps of a method in a game; a claim about it speaks while F is read in the region.

    With projection it always is. anywhere: the claim speaks wherever F is read.
    """

    subject: GameSubject
    play: Play
    projected: bool = False
    count: int = 1
    anywhere: bool = False

    @property
    def _free(self) -> bool:
        return self.projected or self.anywhere

    def ends(self, x: Floats, h: Any) -> list[Floats]:
        """The points (k, n) after each step; NaN where the claim does not speak."""
        subject = self.subject
        project = subject.project if self.projected else same
        inside, result = np.ones(len(x), dtype=bool), []
        run = self.play(subject.game.pseudo_gradient, project, h, x)
        for read, end in islice(run, self.count):
            if not self._free:
                inside &= np.all([subject.inside(point) for point in read], axis=0)
            result.append(np.where(inside[:, None], end, np.nan))
        return result

    def exact_ends(self, x: Balls, h: Fraction) -> Iterator[Balls]:
        """The same from an exact point of the region, as far as the claim speaks for certain."""
        subject = self.subject
        project = subject.exact_project if self.projected else same
        run = self.play(subject.exact_gradient, project, ball(h), x)
        for read, end in islice(run, self.count):
            known = self._free or all(p is x or subject.surely_inside(p) for p in read)
            if not known:
                return
            yield end

    def read(self, x: Floats, h: Any) -> list[Floats]:
        """All points (k, n) at which F is read without projection."""
        run = self.play(self.subject.game.pseudo_gradient, same, h, x)
        return [point for read, _ in islice(run, self.count) for point in read]

    def exact_read(self, x: Balls, h: Fraction) -> Iterator[Balls]:
        """The same in balls, one after the other."""
        run = self.play(self.subject.exact_gradient, same, ball(h), x)
        for read, _ in islice(run, self.count):
            yield from read


COUNTS = {
    "optimistic": 8,
    **dict.fromkeys(SCHEMES, 8),
}  # over how many steps a factor is taken, where not over one
PLAYS: dict[str, Play] = {  # by the keys of certificates/methods.py
    "euler": euler,
    **{key: runge_kutta(tableau) for key, tableau in TABLEAUS.items()},
    **{f"{key}_equilibrium": runge_kutta(tableau) for key, tableau in TABLEAUS.items()},
    "extragradient": extragradient,
    "optimistic": optimistic,
    **{key: lifted(scheme) for key, scheme in SCHEMES.items()},
}


def linearised(
    play: Play,
    h: Any,
    jacobians: Sequence[Any],
    one: Any,
    times: Callable[[Any, Any], Any],
    count: int = 1,
) -> list[Any]:
    """The derivatives of so many steps from J at the points that are read; a single J is all.

    times: the product of two matrices, of floats (k, n, n) with h (k, 1, 1), or of balls.
    """
    feed = iter(jacobians)

    def F(X: Any) -> Any:
        return times(jacobians[0] if len(jacobians) == 1 else next(feed), X)

    return [end for _, end in islice(play(F, same, h, one), count)]
