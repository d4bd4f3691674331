"""Points that lie in a constrained region exactly: one well inside, others moved straight to it."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from games.errors import InputError
from games.language.number import round_near
from games.regions.constraint import Constraint
from games.regions.region import Box

DIGITS = 12  # of the coordinates of the point inside
NOTHING = "no point of the box meets all constraints; widen one of them"
SHARE = 0.1  # of the most room that a face can have: beyond that it is no matter
CUTS = 60  # of a curved constraint by tangents
INSIDE = 1 - 1e-12  # of the way to a face, so that rounded points stay in the region
Floats = NDArray[np.float64]
Row = tuple[Mapping[int, Fraction], Fraction]  # aᵀx = b
Point = tuple[Fraction, ...]


def inner_point(region: Box) -> Point:
    """A point of the region, inside every constraint that leaves an inside.

    Raises InputError where none is found: no point meets all constraints, or next to none.
    """
    found = _deepest(region)
    for digits in (DIGITS, 2 * DIGITS):
        near = [round_near(Fraction(v), digits) for v in found]
        near = [min(max(v, a), b) for v, a, b in zip(near, region.lower, region.upper, strict=True)]
        point = tuple(on_rows(equalities(region), near, room_in(near, region)))
        if region.contains(point):
            return point
    raise InputError(NOTHING)


def _deepest(region: Box) -> list[float]:
    """A point with room at all faces that leave some, by a linear program; tangents cut curves.

    Each face has room of its own, counted up to a share of what it can have at most.
    """
    from scipy.optimize import linprog

    low, high = region.floats()
    n, sides = len(low), high - low
    free = np.flatnonzero(sides > 0)
    eye = np.eye(n)
    faces = [
        *((eye[k], high[k], sides[k]) for k in free),
        *((-eye[k], -low[k], sides[k]) for k in free),
    ]
    equal, curved = list[tuple[Floats, float]](), list[tuple[Constraint, int]]()
    for c in region.constraints:
        row = np.zeros(n)
        row[list(c.variables)] = [float(a) for a in c.linear]
        if c.equal:
            equal.append((row, float(c.bound)))
        elif not c.curved:
            faces.append((row, float(c.bound), float(np.abs(row) @ sides)))
    rooms = [SHARE * reach for _, _, reach in faces]
    for c in region.constraints:
        if c.curved:
            curved.append((c, len(rooms)))
            rooms.append(SHARE * abs(float(c.room([(a + b) / 2 for a, b in _sides(region)]))))
    cuts = [(row, end, k) for k, (row, end, _) in enumerate(faces)]
    x = (low + high) / 2
    for _ in range(CUTS if curved else 1):
        point = [Fraction(float(v)) for v in x]
        for c, k in curved:
            row = np.zeros(n)
            for j, v in c.gradient(point).items():
                row[j] = float(v)
            cuts.append((row, float(row @ x) + float(c.room(point)), k))
        A = np.zeros((len(cuts), n + len(rooms)))
        for line, (row, _, k) in zip(A, cuts, strict=True):
            line[:n], line[n + k] = row, 1
        answer = linprog(
            np.append(np.zeros(n), [-1 / max(r, 1e-300) for r in rooms]),
            A_ub=A if len(A) else None,
            b_ub=[end for _, end, _ in cuts] or None,
            A_eq=np.array([np.append(row, np.zeros(len(rooms))) for row, _ in equal])
            if equal
            else None,
            b_eq=[end for _, end in equal] or None,
            bounds=[*zip(low, high, strict=True), *((0, max(r, 0)) for r in rooms)],
        )
        if answer.x is None:
            raise InputError(NOTHING)
        x = answer.x[:n]
        if all(c.room([Fraction(float(v)) for v in x]) > 0 for c, _ in curved):
            break
    return list(map(float, x))


def _sides(region: Box) -> list[tuple[Fraction, Fraction]]:
    return list(zip(region.lower, region.upper, strict=True))


def equalities(region: Box) -> list[Row]:
    """Those of the region, as rows."""
    return [as_row(c) for c in region.constraints if c.equal]


def as_row(constraint: Constraint) -> Row:
    """A linear constraint with its bound."""
    return dict(zip(constraint.variables, constraint.linear, strict=True)), constraint.bound


def room_in(point: Sequence[Fraction], region: Box) -> list[Fraction]:
    """How far each coordinate is from the ends of its side."""
    sides = zip(point, region.lower, region.upper, strict=True)
    return [min(x - low, high - x) for x, low, high in sides]


def on_rows(
    rows: Sequence[Row], near: Sequence[Fraction], room: Sequence[Fraction]
) -> list[Fraction]:
    """A point near the given one on as many of the rows as have a common one; others are left.

    Each row gives way in the variable with the most room, above 0.
    """
    point = list(near)
    solved: dict[int, Row] = {}  # the variable that a row is solved for, with the rest of it
    for factors, bound in rows:
        row, rest = dict(factors), bound
        for k in [k for k in row if k in solved]:
            own, its = solved[k]
            factor = row.pop(k)
            rest -= factor * its
            for j, value in own.items():
                row[j] = row.get(j, Fraction(0)) - factor * value
        row = {k: a for k, a in row.items() if a}
        if not row:
            continue
        pivot = max(row, key=lambda k: (room[k], -k))
        if room[pivot] <= 0:
            continue
        factor = row.pop(pivot)
        new = {k: a / factor for k, a in row.items()}, rest / factor
        for k, (own, its) in solved.items():
            if held := own.get(pivot):
                kept = {j: a for j, a in own.items() if j != pivot}
                for j, a in new[0].items():
                    kept[j] = kept.get(j, Fraction(0)) - held * a
                solved[k] = kept, its - held * new[1]
        solved[pivot] = new
    for k, (own, its) in solved.items():
        point[k] = its - sum((a * near[j] for j, a in own.items()), Fraction(0))
    return point


def towards(point: Sequence[Fraction], inner: Point, region: Box) -> Point:
    """The point, on the equalities, moved straight towards a point of the region until it is in it.

    Every g is convex: g(c + t(x − c)) ≤ (1 − t)g(c) + tg(x), so t = room(c)/(room(c) − room(x)).
    """
    sides = zip(point, region.lower, region.upper, strict=True)
    lengths = [b - a for a, b in zip(region.lower, region.upper, strict=True)]
    x = on_rows(equalities(region), [min(max(v, a), b) for v, a, b in sides], lengths)
    share = Fraction(1)
    for k, c in enumerate(inner):
        for end, sign in ((region.lower[k], 1), (region.upper[k], -1)):
            share = min(share, _share(sign * (c - end), sign * (x[k] - end)))
    for constraint in region.constraints:
        if not constraint.equal:
            share = min(share, _share(constraint.room(inner), constraint.room(x)))
    if share == 1:
        return tuple(x)
    return tuple(c + share * (v - c) for v, c in zip(x, inner, strict=True))


def towards_floats(points: Floats, inner: Point, region: Box) -> Floats:
    """The same of points (k, n) in floats, but for rounding; to the equalities straight down."""
    low, high = region.floats()
    rows = np.zeros((len(region.constraints), len(low)))
    curves, ends = rows.copy(), np.array([float(c.bound) for c in region.constraints])
    for row, curve, c in zip(rows, curves, region.constraints, strict=True):
        row[list(c.variables)] = [float(a) for a in c.linear]
        curve[list(c.variables)] = [float(q) for q in c.squares]
    equal = np.array([c.equal for c in region.constraints], dtype=bool)
    x = np.clip(points, low, high)
    if equal.any():
        x = x - (x @ rows[equal].T - ends[equal]) @ np.linalg.pinv(rows[equal]).T
    centre = np.array([float(v) for v in inner])

    def rooms(at: Floats) -> Floats:
        left = (ends - at @ rows.T - (at * at) @ curves.T)[..., ~equal]
        return np.concatenate([left, at - low, high - at], axis=-1)

    inside, outside = rooms(centre), rooms(x)
    with np.errstate(all="ignore"):
        shares = np.where(outside < 0, INSIDE * inside / (inside - outside), 1.0)
    share = np.clip(np.nan_to_num(shares).min(axis=-1), 0.0, 1.0)
    moved: Floats = centre + share[:, None] * (x - centre)
    return np.clip(moved, low, high)


def _share(inside: Fraction, outside: Fraction) -> Fraction:
    return Fraction(1) if outside >= 0 else inside / (inside - outside)
