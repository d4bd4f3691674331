"""What is said of the equilibrium and of start sets, against the solution itself."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from tests.forging.oracle_claims import Located
from tests.forging.oracle_hunt import hunt
from tests.forging.oracle_metric import Metric
from tests.forging.oracle_reading import Array, mp, mpmath, mps, solve
from tests.forging.oracle_region import Ball, Box, Region, Space
from tests.forging.oracle_steps import (
    LIFTED,
    RUNGE_KUTTA,
    Step,
    euler_step,
    extragradient_step,
    lifted_run,
    optimistic_run,
)
from tests.forging.oracle_subject import ZERO, Falsehood, Subject, shown

OF_ZEROS = ("nash", "restricted-nash", "quantal-response")
NARROWEST = 24  # directions in which a ball is looked at
ASKED = 12  # players that are asked for a better action, where there are more
FAR = 12.0  # logits up to which other policies are tried


def equilibrium(
    found: Located, subject: Subject, metric: Metric, star: Array, zero: bool
) -> Iterator[Falsehood]:
    """Where it is and what it is (docs/formats.md)."""
    point, error, kind, region = mps(found.point), mp(found.error), found.kind, subject.region
    distance = mpmath.sqrt(metric.square(star - point))
    if distance > error + ZERO * (1 + distance):
        yield Falsehood("equilibrium", f"{mpmath.nstr(distance, 8)} away, at {shown(star)}")
    if found.is_zero:
        if not zero:
            yield Falsehood("equilibrium", f"F is not 0 at the solution {shown(star)}")
        outside = ball_outside(region, metric, point, error)
        if outside is not None:
            yield Falsehood("equilibrium", f"the ball of its error leaves the region: {outside}")
    elif not (region.product and metric.flat):
        yield Falsehood("equilibrium", f"{kind} goes with a product and weights alone")
    if kind == "boundary" and zero:
        yield Falsehood("equilibrium", f"F has a zero in the region, {shown(star)}")
    if kind in OF_ZEROS and not found.is_zero:
        yield Falsehood("equilibrium", f"{kind}, but no zero is certified")
    yield from _nash(kind, subject, star)


def _nash(kind: str, subject: Subject, star: Array) -> Iterator[Falsehood]:
    game, region = subject.game, subject.region
    if kind in ("nash", "restricted-nash") and not game.costs:
        yield Falsehood("equilibrium", f"{kind}, but F is only a field")
    elif kind == "nash":
        if not game.constant:
            yield Falsehood("equilibrium", "Nash on R^n, but J is not constant")
        J = np.asarray(game.J(np.zeros((1, game.n)))[0])
        for i in range(len(game.sizes)):
            own = np.flatnonzero(game.owners == i)
            block = J[np.ix_(own, own)]
            if not (block == block.T).all():
                yield Falsehood("equilibrium", f"player {i}'s own block is not symmetric")
            elif np.linalg.eigvalsh(block).min() < -1e-12:
                yield Falsehood("equilibrium", f"player {i}'s cost is not convex")
    elif kind == "restricted-nash":
        if not region.product:
            yield Falsehood("equilibrium", "a game restricted to no product")
        yield from _deviations(kind, subject, star, region)
    elif kind == "quantal-response":
        if game.policies is None:
            yield Falsehood("equilibrium", "no game of policies")
        else:
            wide = [Fraction(-FAR)] * game.n, [Fraction(FAR)] * game.n
            yield from _deviations(kind, subject, star, Box(*wide))


def _deviations(kind: str, subject: Subject, star: Array, region: Region) -> Iterator[Falsehood]:
    """A player who gains by another action of its own."""
    game, near = subject.game, star.astype(float)
    players = range(len(game.sizes))
    for i in players if len(players) <= ASKED else subject.rng.choice(players, ASKED, False):
        own = game.owners == i
        here = game.cost(star, i)

        def gain(x: Array, i: int = i, own: Array = own) -> Array:
            moved = np.where(own, x, near)
            return np.asarray(game.cost(moved, i) - float(game.cost(star, i)))

        starts = region.sample(subject.rng, 60)
        x, least = hunt(gain, region, starts[-400:], subject.rng, 12)
        if least < 1e-9:
            moved = star.copy()
            exact = (
                mps(x) if kind == "quantal-response" else subject.exactly(np.where(own, x, near))
            )
            moved[own] = exact[own]
            there = game.cost(moved, i)
            if there < here - mpmath.mpf(10) ** -30:
                text = f"player {i} gains {mpmath.nstr(here - there, 6)} at {shown(moved)}"
                yield Falsehood("equilibrium", f"{kind}: {text}")


# ---- balls ---------------------------------------------------------------------------------------


def ball_outside(region: Region, metric: Metric, center: Array, radius: Any) -> str | None:
    """A point of {‖x − center‖_M ≤ radius} outside the region, in words."""
    if isinstance(region, Space):
        return None
    for point in extremes(region, metric, center, radius):
        if not region.holds(point):
            return shown(point)
    return None


def extremes(region: Region, metric: Metric, center: Array, radius: Any) -> list[Array]:
    """Points of the ball (drawn in by 1e-30) where it comes nearest to leaving the region."""
    if isinstance(region, Ball):
        towards = [metric.whitening @ v for v in _towards_sphere(region, metric, center)]
        directions = [mps([Fraction(float(v)) for v in d]) for d in towards]
    else:
        assert isinstance(region, Box)
        directions = [
            sign * _along(metric, k)
            for sign, k in _narrowest(region, metric, center.astype(float), float(radius))
        ]
    found = []
    for d in directions:
        size = mpmath.sqrt(metric.square(d))
        found.append(center + d * (radius / size * (1 - mpmath.mpf(10) ** -30)))
    return found


def _along(metric: Metric, k: int) -> Array:
    """M⁻¹e_k: where the ball reaches farthest along axis k."""
    axis = np.full(metric.n, mp(0), dtype=object)
    axis[k] = mp(1)
    return np.asarray(axis / metric.exact if metric.flat else solve(metric.exact, axis))


def _narrowest(box: Box, metric: Metric, center: Array, radius: float) -> list[tuple[int, int]]:
    """Directions (sign, axis) in which least room is left beside the ball."""
    inverse = 1 / metric.floats if metric.flat else np.diagonal(np.linalg.inv(metric.floats))
    reach = radius * np.sqrt(inverse)
    room = np.concatenate([box.high - center - reach, center - box.low - reach])
    return [(1 if k < box.n else -1, int(k) % box.n) for k in np.argsort(room)[:NARROWEST]]


def _towards_sphere(ball: Ball, metric: Metric, center: Array) -> list[Array]:
    """Unit vectors v, d = Uv, that nearly maximise ‖center + d − c‖_W."""
    U = metric.whitening
    A = U.T @ ball.W @ U
    values, vectors = np.linalg.eigh(A)
    b = U.T @ ball.W @ (center.astype(float) - ball.center)
    found = [vectors[:, -1], -vectors[:, -1]]
    radius = np.sqrt(max(float(b @ b), 1e-300))
    found += [b / radius] if radius > 1e-150 else []
    for factor in np.geomspace(1e-6, 1e6, 40):  # (λ − A)v = b
        v = vectors @ ((vectors.T @ b) / (values[-1] * (1 + factor) - values + 1e-300))
        if (size := np.linalg.norm(v)) > 0:
            found.append(v / size)
    return found


# ---- start sets ----------------------------------------------------------------------------------


def start_set(
    method: str,
    radius: Fraction | None,
    subject: Subject,
    metric: Metric,
    star: Array,
    steps: list[Fraction],
) -> Iterator[Falsehood]:
    """From the ball of that radius the method stays in the region, with each of its steps."""
    region, name = subject.region, f"start set of {method}"
    if isinstance(region, Space):
        return
    if radius is None:
        yield Falsehood(name, "every start, on a bounded region")
        return
    outside = ball_outside(region, metric, star, mp(radius))
    if radius > 0 and outside is not None:
        yield Falsehood(name, f"the ball of starts leaves the region: {outside}")
        return
    if radius <= 0 or method == "flow":
        return
    step: Step = {
        "euler": euler_step,
        **RUNGE_KUTTA,
        **{f"{scheme}_equilibrium": step for scheme, step in RUNGE_KUTTA.items()},
        "extragradient": extragradient_step,
        "optimistic": optimistic_run(8),
        **{name: lifted_run(name, 8) for name in LIFTED},
    }[method]
    for h in steps:
        start = _worst_start(subject, metric, star, float(radius), step, float(h))
        x = _in_ball(metric, star, mp(radius), start)
        end, visited = step(subject.game.F, x, mp(h), lambda v: v)
        if not all(region.holds(v) for v in [*visited, end]):
            yield Falsehood(name, f"leaves the region with h = {h} from {shown(x)}")
            return


def _in_ball(metric: Metric, star: Array, radius: Any, start: Array) -> Array:
    """The start in 50 digits, drawn into the ball round x*."""
    d = mps([Fraction(float(v)) for v in start]) - star
    size = mpmath.sqrt(metric.square(d))
    share = radius / size * (1 - mpmath.mpf(10) ** -30) if size > radius else 1
    found: Array = star + d * share
    return found


def _worst_start(
    subject: Subject, metric: Metric, star: Array, radius: float, step: Step, h: float
) -> Array:
    """Where the method comes nearest to leaving."""
    region, rng, near = subject.region, subject.rng, star.astype(float)
    directions = rng.normal(size=(200, region.n))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    starts = near + radius * directions @ metric.whitening.T
    ends = np.array([p.astype(float) for p in extremes(region, metric, star, mp(radius))])
    starts = np.vstack([starts, ends])
    with np.errstate(all="ignore"):
        end, visited = step(subject.game.F, starts, h, lambda v: v)
        room = np.min([_room(region, v) for v in [*visited, end]], axis=0)
    return np.asarray(starts[int(np.nanargmin(room))])


def _room(region: Region, points: Array) -> Array:
    """How far inside, negative outside."""
    if isinstance(region, Box):
        return np.asarray(np.minimum(points - region.low, region.high - points).min(axis=-1))
    if isinstance(region, Ball):
        return np.asarray(region.radius - region._size(points))
    return np.full(len(points), np.inf)
