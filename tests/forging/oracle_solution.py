"""The solution of VI(F, X) by the oracle's own search, refined and proved in 50 digits."""

import itertools
from typing import Any

import numpy as np

from tests.forging.oracle_game import Game
from tests.forging.oracle_metric import Metric
from tests.forging.oracle_reading import Array, Unjudged, mp, mpmath, mps, solve
from tests.forging.oracle_region import Ball, Box, Region

STEPS, NEWTON, REFINED, ENUMERATED = 3000, 60, 12, 6
ENOUGH = mpmath.mpf(10) ** -40


def solution(game: Game, region: Region, metric: Metric) -> tuple[Array, bool]:
    """x* in 50 digits and whether F(x*) = 0. Raises Unjudged where none is found."""
    start = _start(region)
    zero = _zero(game, region, start)
    if zero is not None:
        return zero, True
    if isinstance(region, Box):
        return _on_box(game, region, metric, start), False
    if isinstance(region, Ball):
        return _on_ball(game, region, start), False
    raise Unjudged("no zero was found on R^n")


def _start(region: Region) -> Array:
    if isinstance(region, Box):
        return np.asarray((region.low + region.high) / 2)
    return region.center if isinstance(region, Ball) else np.zeros(region.n)


def _zero(game: Game, region: Region, start: Array) -> Array | None:
    """Newton's method in floats and then in many digits; a zero in the region, or None."""
    starts = [start, *region.sample(np.random.default_rng(1), 4)[:6]]
    starts = starts[:1] if game.constant else starts
    for x in starts:
        found = _newton(game, x)
        if found is not None and region.holds(found):
            return found
    return None


def _newton(game: Game, x: Array) -> Array | None:
    with np.errstate(all="ignore"):
        for _ in range(NEWTON):
            F, J = game.F(x[None])[0], game.J(x[None])[0]
            if not (np.isfinite(F).all() and np.isfinite(J).all()):
                return None
            try:
                step = np.linalg.solve(J, F)
            except np.linalg.LinAlgError:
                return None
            x = x - step
            if np.abs(step).max() < 1e-13 * (1 + np.abs(x).max()):
                break
        else:
            return None
    return _polished(game, mps(x), np.ones(game.n, dtype=bool))


def _polished(game: Game, x: Array, free: Array) -> Array | None:
    """Refined in some variables until F is 0 there in 50 digits, with one inverse in floats."""
    try:
        J = np.asarray(game.J(x.astype(float)[None])[0])[np.ix_(free, free)]
        inverse = np.linalg.inv(J)
        for _ in range(REFINED):
            F = game.F(x)[free]
            if max((abs(v) for v in F), default=mp(0)) < ENOUGH**1.1:
                return x
            x = x.copy()
            x[free] = x[free] - _scaled(inverse, F)
    except (ZeroDivisionError, Unjudged, ValueError, np.linalg.LinAlgError):
        return None
    return x if max(abs(v) for v in game.F(x)[free]) < ENOUGH else None


def _scaled(inverse: Array, F: Array) -> Array:
    """The inverse times F, which may be as small as 1e-40, by floats of order 1."""
    size = max(abs(v) for v in F)
    if size == 0:
        return F
    scaled: Array = mps(inverse @ (F / size).astype(float)) * size
    return scaled


def _on_box(game: Game, box: Box, metric: Metric, start: Array) -> Array:
    """Projected steps, then the variables that are not at a face by Newton's method."""
    x = start
    h = _step(game, box, metric)
    for _ in range(STEPS):
        y = box.clamp(x - h * game.F(box.clamp(x - h * game.F(x[None])[0])[None])[0])
        done = np.abs(y - x).max() < 1e-15
        x = y
        if done:
            break
    F = game.F(x[None])[0]
    at_low = (x <= box.low + 1e-9) & (F > 0)
    at_high = (x >= box.high - 1e-9) & (F < 0)
    found = _at_faces(game, box, x, at_low, at_high)
    if found is None and game.constant and game.n <= ENUMERATED:
        for which in itertools.product((0, -1, 1), repeat=game.n):
            faces = np.array(which)
            found = _at_faces(game, box, (box.low + box.high) / 2, faces < 0, faces > 0)
            if found is not None:
                break
    if found is None:
        raise Unjudged("no solution of the variational inequality was found")
    return found


def _at_faces(game: Game, box: Box, x: Array, at_low: Array, at_high: Array) -> Array | None:
    """The solution if these variables are at their faces and F is 0 in the others; else None."""
    low, high = box.exact
    fixed = at_low | at_high | ~box.free
    exact = mps(x)
    exact[fixed] = np.where(at_high, high, low)[fixed]
    found = _polished(game, exact, ~fixed) if not fixed.all() else exact
    if found is None or not box.holds(found):
        return None
    pressed = zip(game.F(found), at_low & box.free, at_high & box.free, strict=True)
    return None if any((v < 0 and a) or (v > 0 and b) for v, a, b in pressed) else found


def _step(game: Game, box: Box, metric: Metric) -> float:
    """½/‖J‖ in the metric, by samples."""
    J = np.asarray(game.J(box.sample(np.random.default_rng(2), 20)))
    J = J[np.isfinite(J).all(axis=(1, 2))]
    U = metric.whitening
    norms = np.linalg.norm(np.linalg.inv(U) @ J @ U, 2, axis=(1, 2))
    return 0.5 / float(norms.max())


def _on_ball(game: Game, ball: Ball, start: Array) -> Array:
    """F(x) + λW(x − c) = 0 on the sphere, λ > 0, by Newton's method for (x, λ)."""
    for x in [start, *ball.sample(np.random.default_rng(3), 10)]:
        found = _newton_on_ball(game, ball, x)
        if found is not None:
            return found
    raise Unjudged("no solution on the sphere was found")


def _newton_on_ball(game: Game, ball: Ball, x: Array) -> Array | None:
    c, radius, W = ball.exact
    n = game.n
    y = mps([*x, 1.0])
    try:
        for _ in range(NEWTON):
            v = y[:n] - c
            residual = np.concatenate(
                [game.F(y[:n]) + (W @ v) * y[n], np.array([v @ (W @ v) - radius**2])]
            )
            if max(abs(r) for r in residual) < ENOUGH and y[n] > 0:
                return np.asarray(y[:n])
            J = np.full((n + 1, n + 1), mp(0), dtype=object)
            J[:n, :n] = np.asarray(game.J(y[:n])) + W * y[n]
            J[:n, n], J[n, :n] = W @ v, 2 * (W @ v)
            y = y - solve(J, residual)
    except (ZeroDivisionError, Unjudged, ValueError):
        return None
    return None


def residual(game: Game, x: Array) -> Any:
    """The largest entry of F, in 50 digits."""
    return max(abs(v) for v in game.F(x))
