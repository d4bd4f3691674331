"""The solution that play goes to, found anew: a zero of F in the region, else that of VI(F, X).

Its place is proved by an interval Newton step, free of every claim. Only where that cannot tell on
which side of a face it lies is the claimed margin believed (T13): what rests on it breaks the
certificate even where it is the margin that is false.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from games.regions.shapes import MetricBall
from sgn.attacks.subject.jacobians import GameSubject, sphere_matrix
from sgn.attacks.subject.measures import Frame
from sgn.attacks.subject.precise import (
    Balls,
    around,
    ball,
    column,
    entries,
    nearest,
    of_balls,
    solved,
    submatrix,
)
from sgn.promises.constrained import solution_held
from sgn.simulation.setting import finite_rows

Floats = NDArray[np.float64]
System = Callable[[Balls], tuple[Balls, Balls]]  # a value that is to be 0, and its derivative
ROUNDS = 60  # of Newton's method in floats
PRECISE = 14  # the same in balls: each doubles the digits
STILL = 1e-9  # of the size of a point: what moves less has arrived
RELAXED = 200  # steps of projected play, before anything else is tried
STARTS = 3  # further ones, at random
FINEST = Fraction(1, 2**200)  # the least radius round what Newton's method found
BLURRED = Fraction(1, 2**100)  # where it is not known on which side of a face a zero lies
FARTHEST = 1e-3  # of the sides: a solution that is known no better is not known


@final
@dataclass(frozen=True, eq=False)
class Solution:
    """known: a column of balls that holds it. is_zero: whether F is 0 there; None: not decided."""

    subject: GameSubject
    known: Balls
    is_zero: bool | None

    @cached_property
    def floats(self) -> Floats:
        return np.array([float(v.mid()) for v in entries(self.known)])


def solution_of(
    subject: GameSubject, frame: Frame, margin: Fraction, hint: Sequence[Fraction] | None
) -> Solution | None:
    """The zero of F in the region if one is found, else the solution of VI(F, X), else None.

    frame, margin: the metric and the margin that are claimed; hint: a point near it.
    """
    with np.errstate(all="ignore"):
        n = subject.game.dimension
        centre = subject.points(np.full((1, n), 0.5))[0]
        near = [] if hint is None else [np.array([nearest(v) for v in hint])]
        settled = _relaxed(subject, near[0] if near else centre)
        starts = [*near, settled, *subject.points(np.random.default_rng(n).random((STARTS, n)))]
        for find in (_zero_from, _on_sphere, _on_faces, _on_constraints):
            for start in starts:
                if (found := find(subject, start)) is not None:
                    return found
        point = hint or [Fraction(float(v)) for v in settled]
        return _by_margin(subject, frame, margin, point)


def _relaxed(subject: GameSubject, x: Floats) -> Floats:
    """Where projected play from a point is after a while."""
    size = np.abs(subject.game.jacobian(x)).sum(axis=1).max()
    for _ in range(RELAXED if 0 < size < np.inf else 0):
        following = subject.project((x - subject.game.pseudo_gradient(x) / (2 * size))[None])[0]
        if not np.isfinite(following).all() or (following == x).all():
            break
        x = following
    return x


# ---- a zero --------------------------------------------------------------------------------------


def _zero_from(subject: GameSubject, start: Floats) -> Solution | None:
    game, x = subject.game, start
    for _ in range(ROUNDS):
        step = _newton_step(game.pseudo_gradient(x), game.jacobian(x))
        if step is None:
            return None
        following = subject.project((x - step)[None])[0]
        moved, x = np.abs(following - x).max(), following
        if moved <= STILL * (1 + np.abs(x).max()):
            break
    known = _enclosed(lambda v: (subject.exact_gradient(v), subject.exact_jacobian_at(v)), x)
    if known is None or subject.surely_outside(known):
        return None
    if subject.surely_inside(known):
        return Solution(subject, known, is_zero=True)
    return Solution(subject, column([around(v, ball(BLURRED)) for v in entries(known)]), None)


def _newton_step(F: Floats, J: Floats) -> Floats | None:
    if not (np.isfinite(F).all() and np.isfinite(J).all()):
        return None
    try:
        return np.asarray(np.linalg.solve(J, F), dtype=np.float64)
    except np.linalg.LinAlgError:
        return None


def _enclosed(system: System, start: Floats) -> Balls | None:
    """A column of balls that holds one zero of the system for certain; None: none is found.

    An interval Newton step from a box into its inside proves it.
    """
    if not np.isfinite(start).all():
        return None
    point = column(start)
    step = None
    for _ in range(PRECISE):
        value, derivative = system(point)
        step = solved(derivative, value)
        if step is None:
            return None
        point = (point - step).mid()
        if all(abs(v) < ball(FINEST) for v in entries(step)):
            break
    size = [2 * abs(v).upper() + ball(FINEST) * (1 + abs(x)) for v, x in _pairs(step, point)]
    box = column([around(x, r) for x, r in zip(entries(point), size, strict=True)])
    value, derivative = system(point)[0], system(box)[1]
    step = solved(derivative, value)
    if step is None:
        return None
    image = point - step
    inside = all(outer.contains_interior(v) for outer, v in _pairs(box, image))
    return image if inside else None


def _pairs(first: Balls, second: Balls) -> Iterator[tuple[Any, Any]]:
    return zip(entries(first), entries(second), strict=True)


# ---- on the boundary -----------------------------------------------------------------------------


def _on_sphere(subject: GameSubject, start: Floats) -> Solution | None:
    """F(x) + λW(x − c) = 0 on the sphere, λ > 0: F presses x against it."""
    sphere, n = subject.sphere, subject.game.dimension
    if sphere is None:
        return None
    W, centre = sphere_matrix(sphere), column(sphere.center)
    limit = ball(sphere.radius**2)

    def system(v: Balls) -> tuple[Balls, Balls]:
        x, force = column(entries(v)[:n]), entries(v)[n]
        out = W * (x - centre)
        F = subject.exact_gradient(x) + out * force
        excess = ((x - centre).transpose() * out)[0, 0] - limit
        J = subject.exact_jacobian_at(x) + W * force
        sides = [[*line, last] for line, last in zip(J.tolist(), entries(out), strict=True)]
        return column([*entries(F), excess / 2]), of_balls([*sides, [*entries(out), ball(0)]])

    known = _enclosed(system, _at_sphere(subject, sphere, start))
    if known is None or not entries(known)[n] > 0:
        return None
    return Solution(subject, column(entries(known)[:n]), is_zero=False)


def _at_sphere(subject: GameSubject, sphere: MetricBall, start: Floats) -> Floats:
    """(x, λ) by Newton's method in floats."""
    W = np.array([[float(v.mid()) for v in line] for line in sphere_matrix(sphere).tolist()])
    centre, n = np.array([nearest(v) for v in sphere.center]), len(start)
    way = start - centre if (start != centre).any() else -subject.game.pseudo_gradient(centre)
    x = centre + way * np.sqrt(nearest(sphere.radius**2) / np.maximum(way @ W @ way, 1e-300))
    out = W @ (x - centre)
    force = -(subject.game.pseudo_gradient(x) @ (x - centre)) / ((x - centre) @ out)
    v = np.append(x, force)
    for _ in range(ROUNDS):
        x, force = v[:n], v[n]
        out = W @ (x - centre)
        F = np.append(
            subject.game.pseudo_gradient(x) + force * out,
            ((x - centre) @ out - nearest(sphere.radius**2)) / 2,
        )
        J = np.block([[subject.game.jacobian(x) + force * W, out[:, None]], [out, np.zeros(1)]])
        step = _newton_step(F, J)
        if step is None:
            break
        v = v - step
        if np.abs(step).max() <= STILL * (1 + np.abs(v).max()):
            break
    return v


def _on_faces(subject: GameSubject, start: Floats) -> Solution | None:
    """F is 0 in the free variables and presses the others against their faces."""
    if subject.region is None or not subject.region.plain:
        return None
    x, low, high = _active(subject, start)
    flat = np.array(
        [a == b for a, b in zip(subject.region.lower, subject.region.upper, strict=True)]
    )
    fixed = {
        k: subject.region.lower[k] if low[k] or flat[k] else subject.region.upper[k]
        for k in np.flatnonzero(low | high | flat).tolist()
    }
    free = [k for k in range(len(x)) if k not in fixed]

    def system(v: Balls) -> tuple[Balls, Balls]:
        whole = _filled(v, free, fixed)
        J = subject.exact_jacobian_at(whole)
        F = subject.exact_gradient(whole)
        return submatrix(F, free, [0]), submatrix(J, free, free)

    if free:
        part = _enclosed(system, x[free])
        if part is None:
            return None
        known = _filled(part, free, fixed)
    else:
        known = column([fixed[k] for k in range(len(x))])
    F = entries(subject.exact_gradient(known))
    pressed = all(F[k] > 0 if low[k] else F[k] < 0 for k in fixed if not flat[k])
    if not pressed or not subject.surely_inside(known):
        return None
    rests = bool(flat[list(fixed)].all()) and not any(abs(F[k]) > 0 for k in fixed)
    return Solution(subject, known, is_zero=None if rests else False)


def _on_constraints(subject: GameSubject, start: Floats) -> Solution | None:
    """F + Σ λ∇g is 0 in the free variables, g is 0 and λ > 0 for what holds it, sides pressed."""
    game, region = subject.game, subject.region
    if region is None or not region.constraints:
        return None
    size = 2 * np.abs(game.jacobian(start)).sum(axis=1).max()
    if not 0 < size < np.inf:
        return None
    x, held, forces = solution_held(game, region, 0.0, size)
    flat = [a == b for a, b in zip(region.lower, region.upper, strict=True)]
    fixed = {
        k: region.lower[k] if face < 0 or flat[k] else region.upper[k]
        for k, face in enumerate(held.faces)
        if face or flat[k]
    }
    free = [k for k in range(len(x)) if k not in fixed]
    active = [region.constraints[k] for k in held.constraints]

    def pushed(v: Balls) -> tuple[Balls, list[Any], list[list[Any]]]:
        """The whole point, F + Σ λ∇g there, and the gradients."""
        whole = _filled(column(entries(v)[: len(free)]) if free else None, free, fixed)
        force, at = entries(subject.exact_gradient(whole)), entries(whole)
        gradients = [[ball(0)] * len(x) for _ in active]
        for row, c, push in zip(gradients, active, entries(v)[len(free) :], strict=True):
            for k, a, q in zip(c.variables, c.linear, c.squares, strict=True):
                row[k] = ball(a) + 2 * ball(q) * at[k]
                force[k] += push * row[k]
        return whole, force, gradients

    def system(v: Balls) -> tuple[Balls, Balls]:
        whole, force, gradients = pushed(v)
        J = subject.exact_jacobian_at(whole).tolist()
        for c, push in zip(active, entries(v)[len(free) :], strict=True):
            for k, q in zip(c.variables, c.squares, strict=True):
                J[k][k] += 2 * ball(q) * push
        rooms = {id(c): left for c, left in subject.rooms(whole)}
        value = [*(force[k] for k in free), *(-rooms[id(c)] for c in active)]
        sides = [[J[i][j] for j in free] + [row[i] for row in gradients] for i in free]
        sides += [[row[j] for j in free] + [ball(0)] * len(active) for row in gradients]
        return column(value), of_balls(sides)

    known = _enclosed(system, np.append(x[free], forces))
    if known is None:
        return None
    whole, force, _ = pushed(known)
    pushes = entries(known)[len(free) :]
    holding = all(c.equal or push > 0 for c, push in zip(active, pushes, strict=True))
    pressed = all(force[k] * int(held.faces[k]) < 0 for k in fixed if not flat[k])
    met = all(c in active or (not c.equal and left > 0) for c, left in subject.rooms(whole))
    sides = zip(region.lower, entries(whole), region.upper, strict=True)
    within = all(k in fixed or (ball(a) <= v and v <= ball(b)) for k, (a, v, b) in enumerate(sides))
    if not (holding and pressed and met and within):
        return None
    moving = any(abs(v) > 0 for v in entries(subject.exact_gradient(whole)))
    return Solution(subject, whole, is_zero=False if moving else None)


def _filled(v: Balls | None, free: Sequence[int], fixed: Mapping[int, Fraction]) -> Balls:
    """The column of all variables."""
    values = dict(zip(free, [] if v is None else entries(v), strict=True)) | dict(fixed)
    return column([values[k] for k in range(len(values))])


def _active(subject: GameSubject, x: Floats) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """The point and what is pressed against its lower and its upper face, by active sets."""
    game, (least, most) = subject.game, subject.ends
    low = high = np.zeros(len(x), dtype=bool)
    for _ in range(ROUNDS):
        F, J = game.pseudo_gradient(x), game.jacobian(x)
        if not finite_rows(np.column_stack([F, J])[None]).all():
            break
        ahead = x - F / max(np.abs(J).max(), 1e-300)
        low, high = ahead < least, ahead > most
        free = ~(low | high)
        following = np.where(low, least, np.where(high, most, x))
        moved = F + J @ (following - x)
        step = _newton_step(moved[free], J[np.ix_(free, free)])
        if step is None:
            break
        following[free] -= step
        change, x = np.abs(following - x).max(), np.clip(following, least, most)
        if change <= STILL * (1 + np.abs(x).max()):
            break
    return x, low, high


def _by_margin(
    subject: GameSubject, frame: Frame, margin: Fraction, point: Sequence[Fraction]
) -> Solution | None:
    """T13 with the claimed margin: F at the point, but for what presses it, over the margin."""
    if subject.region is None or not subject.region.plain or margin <= 0:
        return None
    centre = subject.region.nearest(list(point))
    F = entries(subject.exact_gradient(column(centre)))
    ends = zip(centre, subject.region.lower, subject.region.upper, strict=True)
    pressed = [
        frame.metric.kind == "scalar" and bool((x == a and v >= 0) or (x == b and v <= 0))
        for v, (x, a, b) in zip(F, ends, strict=True)
    ]
    left = column([ball(0) if held else v for v, held in zip(F, pressed, strict=True)])
    radius = frame.square(left).abs_upper().sqrt() / ball(margin)
    widths = np.linalg.norm(frame.inverse, axis=1) * (1 + STILL)
    side = float(np.subtract(*subject.ends[::-1]).max())
    if not widths.max() * float(radius.upper()) <= FARTHEST * side:
        return None
    known = [around(x, ball(float(w)) * radius) for x, w in zip(centre, widths, strict=True)]
    return Solution(subject, column(known), is_zero=None)
