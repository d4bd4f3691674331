"""What is claimed of the equilibrium: where it is, steps towards it, and the start sets round it.

The equilibrium itself is found anew: Newton's method, then its error from the claimed margin. What
rests on that margin breaks the certificate even where it is the margin that is false.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from certificates.certificate import Certificate
from certificates.promise_claims import Equilibrium
from sgn.attacks.measures import Frame
from sgn.attacks.objectives import Objective
from sgn.attacks.precise import ball, column, entries, precisely
from sgn.attacks.step_methods import (
    Euler,
    Extragradient,
    Flow,
    Optimistic,
    RungeKutta,
    Step,
)
from sgn.attacks.subject import GameSubject, Subject, point_text

Floats = NDArray[np.float64]
NEWTON = 12  # steps: from a point within the claimed error the digits double each time
APART = 1e-4  # of the region's sides: nearer the equilibrium a ratio is mostly rounding
INWARD = 1 - 1e-12  # of a start set's radius: what rounding takes


@final
@dataclass(frozen=True, eq=False)
class Centre:
    """The equilibrium, found anew from the claimed one.

    zero: exact numbers near it; the true one is within ‖F(zero)‖_M/α of them in the metric (T13).
    """

    subject: GameSubject
    zero: tuple[Fraction, ...]
    margin: Fraction

    @cached_property
    def floats(self) -> Floats:
        return np.array([float(v) for v in self.zero])

    def error(self, frame: Frame) -> Any:
        """How far the true one can be, in a metric whose margin is the certificate's."""
        F = self.subject.exact_gradient(column(self.zero))
        return (frame.square(F).abs_upper().sqrt() / ball(self.margin)).upper()


def found_anew(subject: GameSubject, claimed: Equilibrium, margin: Fraction) -> Centre:
    """Newton's method in the middles of balls."""
    point = column([Fraction(v) for v in claimed.point])
    for _ in range(NEWTON):
        J = subject.exact_jacobian_at(point)
        if not abs(J.det()) > 0:
            break
        point = (point - J.solve(subject.exact_gradient(point))).mid()
    return Centre(subject, tuple(_fraction(v) for v in entries(point)), margin)


def _fraction(value: Any) -> Fraction:
    mantissa, exponent = value.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class AtEquilibrium(Objective):
    """The distance of the claimed point to the equilibrium (T13)."""

    centre: Centre
    frame: Frame
    point: tuple[Fraction, ...]

    @property
    def dimension(self) -> int:
        return 0

    def _distance(self) -> Any:
        """As far as it is certain; 0 where that is not more than the error of the search."""
        square = self.frame.square(column(self.point) - column(self.centre.zero))
        least = square.abs_lower().sqrt() - self.centre.error(self.frame)
        return least if least > 0 else ball(0)

    def values(self, places: Floats) -> Floats:
        return np.full(len(places), float(self._distance()))

    def broken(self, place: Floats) -> bool:
        return bool(self._distance() > ball(self.claimed))

    def describe(self, place: Floats) -> str:
        return f"from {point_text(self.centre.floats)}"


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class Towards(Objective):
    """The factor ‖x⁺ − x*‖_M / ‖x − x*‖_M of one step (T11 b′, T20)."""

    centre: Centre
    frame: Frame
    step: Step

    @property
    def dimension(self) -> int:
        return self.centre.subject.dimension

    def values(self, places: Floats) -> Floats:
        subject, zero = self.centre.subject, self.centre.floats
        x = subject.points(places)
        side = np.subtract(*subject.ends[::-1])
        far = (np.abs(x - zero) > APART * side).any(axis=1)
        before = self.frame.lengths(x - zero)
        after = self.frame.lengths(self.step.after(subject, x) - zero)
        return np.where(far, after / np.where(before > 0, before, 1.0), np.nan)

    def broken(self, place: Floats) -> bool:
        subject, zero = self.centre.subject, column(self.centre.zero)
        x = column(subject.exact_point(subject.points(place[None])[0]))
        error = self.centre.error(self.frame)
        before = self.frame.square(x - zero).sqrt() + error
        return any(
            bool(self.frame.square(end - zero).sqrt() - error > ball(self.claimed) * before)
            for end in self.step.exact_after(subject, x)
        )

    def describe(self, place: Floats) -> str:
        return f"from {self.centre.subject.describe(place)}"


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class StartSet(Objective):
    """How far a step from the promised ball reads F outside the region, in sides of it (T12)."""

    centre: Centre
    frame: Frame
    step: Step
    radius: Fraction

    @property
    def dimension(self) -> int:
        return self.centre.subject.game.dimension

    def _starts(self, places: Floats) -> Floats:
        """The cube's surface goes to the ball's, in the metric."""
        cube = 2 * places - 1
        length = np.linalg.norm(cube, axis=1, keepdims=True)
        largest = np.abs(cube).max(axis=1, keepdims=True)
        round_ = cube * largest / np.where(length > 0, length, 1.0)
        reach = float(self.radius) * INWARD
        return np.asarray(self.centre.floats + reach * round_ @ self.frame.inverse.T)

    def values(self, places: Floats) -> Floats:
        subject = self.centre.subject
        low, high = subject.ends
        side = np.where(high > low, high - low, 1.0)
        read = self.step.path(
            subject.game.pseudo_gradient, float(self.step.step), self._starts(places)
        )
        outside = [np.maximum((low - p) / side, (p - high) / side).max(axis=1) for p in read]
        return np.asarray(np.max(outside, axis=0))

    def broken(self, place: Floats) -> bool:
        subject = self.centre.subject
        x = column(self._starts(place[None])[0])
        distance = self.frame.square(x - column(self.centre.zero)).sqrt()
        if not distance + self.centre.error(self.frame) <= ball(self.radius):
            return False
        return any(subject.surely_outside(point) for point in self.step.exact_path(subject, x))

    def describe(self, place: Floats) -> str:
        return f"from {point_text(self._starts(place[None])[0])}"


def promises(certificate: Certificate, subject: Subject) -> Iterator[Objective]:
    """The claims about an equilibrium that is a zero of F, in a box."""
    claims, promised = certificate.claims, certificate.claims.promises
    found = promised.equilibrium
    if found is None or not found.is_zero or not isinstance(subject, GameSubject):
        return
    with precisely():
        centre = found_anew(subject, found, claims.margin)
    frame = Frame(claims.metric, subject.sizes)
    yield AtEquilibrium(
        claim="equilibrium",
        detail="error",
        theorem="T13",
        claimed=found.error,
        upper=True,
        centre=centre,
        frame=frame,
        point=tuple(Fraction(v) for v in found.point),
    )
    if subject.region is None:
        return
    yield from _towards(certificate, centre, frame)
    yield from _start_sets(certificate, centre, frame)


def _towards(certificate: Certificate, centre: Centre, frame: Frame) -> Iterator[Objective]:
    for name, steps, make, theorem, count in (
        ("RK4 to equilibrium", certificate.rk4_equilibrium, RungeKutta, "T11 (b')", 1),
        ("extragradient", certificate.extragradient, Extragradient, "T20", 1),
        ("optimistic", certificate.optimistic, Optimistic, "T20", Optimistic.COUNT),
    ):
        if steps is None:
            continue
        largest = steps.step_max.exact
        for which, h, factor in (
            ("best step", steps.best_step.exact, steps.factor_at_best),
            ("largest step", largest, steps.factor(largest)),
            ("half of it", largest / 2, steps.factor(largest / 2)),
        ):
            yield Towards(
                claim=f"{name}, {which}",
                detail="" if count == 1 else f"over {count} steps",
                theorem=theorem,
                claimed=factor.exact**count,
                upper=True,
                centre=centre,
                frame=frame,
                step=make(h),
            )


def _start_sets(certificate: Certificate, centre: Centre, frame: Frame) -> Iterator[Objective]:
    """Each at its method's largest step, in the metric of the method's own claim."""
    claims, basin = certificate.claims, certificate.basin
    if basin is None:
        return
    ranges = {
        "flow": (Flow(Fraction(1)), frame),
        **{
            name: (make(steps.step_max), Frame(steps.metric, centre.subject.sizes))
            for name, steps, make in (
                ("euler", claims.euler, Euler),
                ("rk4", claims.rk4, RungeKutta),
                ("rk4_equilibrium", claims.rk4_equilibrium, RungeKutta),
            )
            if steps is not None
        },
        **{
            name: (make(slow.step_max.exact), frame)
            for name, slow, make in (
                ("extragradient", certificate.extragradient, Extragradient),
                ("optimistic", certificate.optimistic, Optimistic),
            )
            if slow is not None
        },
    }
    for name, radius in basin.radii.items():
        if radius is not None and radius > 0 and name in ranges:
            step, own = ranges[name]
            yield StartSet(
                claim=f"start set of {name}",
                detail="",
                theorem="T12",
                claimed=Fraction(0),
                upper=True,
                scale=Fraction(1),
                centre=centre,
                frame=own,
                step=step,
                radius=radius,
            )
