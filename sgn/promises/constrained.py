"""The solution of VI(F, X) on a product of the players' own sets: found, not proved (T25).

Projected extragradient comes near; what presses there is held, and Newton's method ends it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np
from numpy.typing import NDArray

from games.game import Game
from games.language.number import round_near
from games.regions.constraint import Constraint
from games.regions.inner import Row, as_row, equalities, on_rows, room_in, towards
from games.regions.shapes import Box
from sgn.projection import Projection

Floats = NDArray[np.float64]
ROUNDS, STEPS = 6, 250  # of projected play, each with so many steps, before Newton's method
NEWTON_STEPS = 20
NEAR = 1e-6  # of a side: what is nearer may be held
HELD = 1e-9  # of the largest force: what presses less is not held
STILL = 1e-13  # of the size of a point: what moves less has arrived
ROUNDING = 1e-10  # of the same: what a projection may err
FINE, SLOPE = 45, 12  # digits of what is aimed at on a curved constraint, and of its slope
LEFT = Fraction(1, 10**36)  # what is left of its bound there: next to nothing, but not less
POLISHED = 4  # steps of Newton's method onto one, each with so many more digits as the slope has


@final
@dataclass(frozen=True, eq=False)
class Held:
    """Which variables stand at their lower (−1) or upper (1) end, and which constraints press."""

    faces: NDArray[np.int8]
    constraints: tuple[int, ...]


def solution(game: Game, region: Box, margin: float, lipschitz: float) -> tuple[Floats, Held]:
    """A point (n,) near the solution, and what presses there; margin, lipschitz: of steps (T20).

    >>> from games import QuadraticGame, simplex
    >>> game = QuadraticGame([[1, 0], [0, 1]], sizes=[2], linear=[-2, 0])
    >>> x, _ = solution(game, simplex(2), 1.0, 1.0)
    >>> x.round(9).tolist()
    [1.0, 0.0]
    """
    x, held, _ = solution_held(game, region, margin, lipschitz)
    return x, held


def solution_held(
    game: Game, region: Box, margin: float, lipschitz: float
) -> tuple[Floats, Held, Floats]:
    """The same, with the multipliers of the constraints held."""
    project, F = Projection(region, game.dimension), game.pseudo_gradient
    h = (np.hypot(margin, lipschitz) - margin) / lipschitz**2
    x = np.array([float(v) for v in region.inner])
    for _ in range(ROUNDS):
        for _ in range(STEPS):
            before = x
            x = project((x - h * F(project((x - h * F(x))[None])[0]))[None])[0]
            if np.abs(x - before).max() <= STILL * (1 + np.abs(x).max()):
                break
        held, forces = _pressing(game, region, x)
        y, pushing = _newton(game, region, x, held, forces)
        moved = project((y - h * F(y))[None])[0] - y
        if np.abs(moved).max() <= ROUNDING * (1 + np.abs(y).max()):
            return y, held, pushing
    return x, held, forces


def _pressing(game: Game, region: Box, x: Floats) -> tuple[Held, Floats]:
    """What holds x against F, and the forces of the constraints held."""
    low, high = region.floats()
    near = NEAR * (high - low)
    flat = low == high
    faces = np.where(x <= low + near, -1, np.where(x >= high - near, 1, 0))
    u, columns = _forces(game.pseudo_gradient(x), x, region, faces, NEAR)
    least = HELD * max(float(np.abs(u).max(initial=0)), 1e-300)
    on = {k for (kind, k), v in zip(columns, u, strict=True) if kind == "side" and v > least}
    keep = np.array([k in on or bool(flat[k]) for k in range(len(x))])
    pushing: dict[int, float] = {k: 0.0 for k, c in enumerate(region.constraints) if c.equal}
    for (kind, k), v in zip(columns, u, strict=True):
        if kind != "side" and v > least:
            pushing[k] = pushing.get(k, 0.0) + (v if kind == "constraint" else -v)
    order = tuple(sorted(pushing))
    return Held(np.where(keep, faces, 0), order), np.array([pushing[k] for k in order])


def _forces(
    F: Floats, x: Floats, region: Box, faces: NDArray[np.int8], near: float
) -> tuple[Floats, list[tuple[str, int]]]:
    """u ≥ 0 with F + Σ u·(outward normal) least, over faces and over constraints nearly met."""
    from scipy.optimize import nnls

    point, n = [Fraction(float(v)) for v in x], len(x)
    sides = [float(b - a) for a, b in zip(region.lower, region.upper, strict=True)]
    columns: list[tuple[str, int]] = []
    normals: list[Floats] = []
    for k in np.flatnonzero(faces).tolist():
        normals.append(faces[k] * np.eye(n)[k])
        columns.append(("side", k))
    for k, c in enumerate(region.constraints):
        normal = np.zeros(n)
        for j, v in c.gradient(point).items():
            normal[j] = float(v)
        reach = near * sum(abs(normal[j]) * sides[j] for j in c.variables)
        if c.equal or float(c.room(point)) <= reach:
            normals.append(normal)
            columns.append(("constraint", k))
        if c.equal:
            normals.append(-normal)
            columns.append(("other way", k))
    if not normals or not np.isfinite(F).all():
        return np.zeros(len(columns)), columns
    u, _ = nnls(np.array(normals).T, -F, maxiter=30 * (len(normals) + 1))
    return u, columns


def _newton(
    game: Game, region: Box, x: Floats, held: Held, forces: Floats
) -> tuple[Floats, Floats]:
    """F + Σ λ∇g = 0 off the faces, g = 0 for what is held: x and λ, if it arrives."""
    low, high = region.floats()
    x = np.where(held.faces < 0, low, np.where(held.faces > 0, high, x))
    free = np.flatnonzero((held.faces == 0) & (low < high))
    active = [region.constraints[k] for k in held.constraints]
    for _ in range(NEWTON_STEPS):
        F, J = game.pseudo_gradient(x), game.jacobian(x).copy()
        if not (np.isfinite(F).all() and np.isfinite(J).all()):
            break
        point = [Fraction(float(v)) for v in x]
        G, values = np.zeros((len(active), len(x))), np.zeros(len(active))
        for row, (c, force) in enumerate(zip(active, forces, strict=True)):
            for k, v in c.gradient(point).items():
                G[row, k] = float(v)
            left = sum((a * point[k] for k, a in zip(c.variables, c.linear, strict=True)), -c.bound)
            curves = zip(c.variables, c.squares, strict=True)
            values[row] = float(left + sum((q * point[k] ** 2 for k, q in curves), Fraction(0)))
            for k, q in zip(c.variables, c.squares, strict=True):
                J[k, k] += 2 * force * float(q)
        G = G[:, free]
        system = np.block([[J[np.ix_(free, free)], G.T], [G, np.zeros((len(G), len(G)))]])
        right = -np.append((F[free] + G.T @ forces), values)
        step = np.linalg.lstsq(system, right, rcond=None)[0]
        x = x.copy()
        x[free] += step[: len(free)]
        forces = forces + step[len(free) :]
        if np.abs(step[: len(free)]).max(initial=0) <= STILL * (1 + np.abs(x).max()):
            break
    return x, forces


# ---- in exact numbers ----------------------------------------------------------------------------


def exact_points(x: Floats, held: Held, region: Box, digits: Sequence[int]) -> list[list[Fraction]]:
    """Points of the region near x, of so many digits first; on all linear constraints held."""
    rows = equalities(region)
    pressed = [region.constraints[k] for k in held.constraints]
    rows += [as_row(c) for c in pressed if not (c.equal or c.curved)]
    curved = [c for c in pressed if c.curved]
    found = []
    for count in digits:
        near = [round_near(Fraction(float(v)), count) for v in x]
        sides = zip(near, held.faces, region.lower, region.upper, strict=True)
        near = [a if f < 0 else (b if f > 0 else min(max(v, a), b)) for v, f, a, b in sides]
        point = on_rows(rows, near, room_in(near, region))
        for _ in range(POLISHED if curved else 0):
            tangents = [_tangent(c, point) for c in curved]
            point = on_rows([*rows, *tangents], near, room_in(near, region))
        if not region.contains(point):
            point = list(towards(point, region.inner, region))
        found.append(point)
    return found


def _tangent(c: Constraint, point: Sequence[Fraction]) -> Row:
    """To the set where next to nothing is left of a curved constraint; its slope is shortened."""
    slope = {k: round_near(v, SLOPE) for k, v in c.gradient(point).items()}
    at = sum((v * point[k] for k, v in slope.items()), Fraction(0))
    room = round_near(c.room(point), SLOPE) - LEFT * (1 + abs(c.bound))
    return slope, round_near(at + room, FINE)


def multipliers(F: Floats, point: Sequence[Fraction], region: Box) -> tuple[Fraction, ...]:
    """λ, one a constraint, at a point where F is about this."""
    x = np.array([float(v) for v in point])
    ends = zip(point, region.lower, region.upper, strict=True)
    faces = np.array([-1 if v == a else (1 if v == b else 0) for v, a, b in ends], dtype=np.int8)
    u, columns = _forces(F, x, region, faces, HELD)
    total = [0.0] * len(region.constraints)
    for (kind, k), v in zip(columns, u, strict=True):
        if kind != "side":
            total[k] += v if kind == "constraint" else -v
    return tuple(Fraction(v) for v in total)
