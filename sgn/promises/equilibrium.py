"""Where F is zero in a region, or the variational solution on its boundary: found, not proved."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.metric import Vector
from games.game import Game
from games.language.number import float_enclosure, round_near
from games.quadratic import QuadraticGame
from games.regions.shapes import Box, Region
from sgn.rounding import objects

FloatArray = NDArray[np.float64]
DENSE = 1000  # dimensions up to which Newton's method solves with whole Jacobians
NEWTON_STEPS = 60
PLAIN_STEPS = 500  # of projected extragradient, where Newton's method fails or is too large
ACTIVE_SETS = 20  # that are tried for a large quadratic game
SMALLEST = 2.0**-20  # part of a Newton step that is tried last
SOLVED = 1e-10  # of F at 0: a residual with which no other way is tried
ACCURATE = 1e-13  # of F at 0: a residual with which the plain steps end
SHORT = 10  # digits of the short point that is tried first


def find_equilibrium(game: Game, region: Region, margin: float, lipschitz: float) -> FloatArray:
    """A point (n,) of the region near the solution of VI(F, X); where F is 0 if it has a zero.

    margin, lipschitz: of F in some metric, for steps that are sure to approach it (T20).

    >>> from games import Box, QuadraticGame
    >>> game = QuadraticGame([[2.0, 1.0], [1.0, 2.0]], sizes=[1, 1], linear=[-3.0, -3.0])
    >>> find_equilibrium(game, Box([0, 0], [2, 2]), 1.0, 3.0)
    array([1., 1.])
    """
    low, high = _ends(region, game.dimension)
    x = _start(game, low, high)
    if game.dimension > DENSE:
        if isinstance(game, QuadraticGame):
            x = _solved(game, x, low, high)
            left = np.abs(_residual(game.pseudo_gradient(x), x, low, high)).max()
            if left <= SOLVED * np.abs(game.linear).max():
                return x
        return _approached(game, x, low, high, margin, lipschitz)
    x, found = _newton(game, x, low, high)
    if not found:
        x = _approached(game, x, low, high, margin, lipschitz)
        x, _ = _newton(game, x, low, high)
    return x


def _solved(game: QuadraticGame, x: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Where Jx + linear is zero but for what presses against the box, by products with J alone.

    Active sets: the held variables at their ends, solve for the others; then hold what has left
    the box, free what F draws back into it, until nothing changes. The best point met.
    """
    F = game.pseudo_gradient
    at_low = at_high = np.zeros(len(x), dtype=bool)
    best, least, found = x, np.inf, True
    for _ in range(ACTIVE_SETS):
        x = np.where(at_low, low, np.where(at_high, high, x))
        x, found = _free_solved(game, x, at_low | at_high)
        inside, force = np.clip(x, low, high), F(x)
        size = float(np.abs(_residual(F(inside), inside, low, high)).max())
        if size < least:
            best, least = inside, size
        below = np.where(at_low, force > 0, x < low)
        above = np.where(at_high, force < 0, x > high)
        if not found or ((below == at_low) & (above == at_high)).all():
            break
        at_low, at_high = below, above
    return best


def _free_solved(
    game: QuadraticGame, x: FloatArray, held: NDArray[np.bool_]
) -> tuple[FloatArray, bool]:
    """x with its free variables where F is zero in them; and whether the iteration converged."""
    from scipy.sparse.linalg import LinearOperator, bicgstab

    def product(v: FloatArray) -> FloatArray:
        return np.asarray(np.where(held, v, game.matrix @ np.where(held, 0.0, v)))

    J = LinearOperator((len(x), len(x)), matvec=product, dtype=np.float64)
    F = np.where(held, 0.0, game.pseudo_gradient(x))
    with np.errstate(all="ignore"):
        step, failed = bicgstab(J, -F, rtol=ACCURATE, maxiter=PLAIN_STEPS)
    good = failed == 0 and bool(np.isfinite(step).all())
    return np.asarray(x + step) if good else x, good


def _ends(region: Region, n: int) -> tuple[FloatArray, FloatArray]:
    """The box in floats, rounded inward where it is not so thin that this would empty it."""
    if not isinstance(region, Box):
        return np.full(n, -np.inf), np.full(n, np.inf)
    low, high = region.lower.above, region.upper.below
    return low, np.maximum(low, high)


def _start(game: Game, low: FloatArray, high: FloatArray) -> FloatArray:
    """The hint, if it is in the region and F is finite there; else the middle."""
    if game.equilibrium is not None:
        hint = np.array([float_enclosure(v)[0] for v in game.equilibrium])
        inside = ((low <= hint) & (hint <= high)).all()
        if inside and np.isfinite(game.pseudo_gradient(hint)).all():
            return hint
    finite = np.isfinite(low) & np.isfinite(high)
    return np.where(finite, low + (np.where(finite, high, 0.0) - np.where(finite, low, 0.0)) / 2, 0)


def _residual(F: FloatArray, x: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """F without what presses x against the box."""
    pressed = ((x <= low) & (F >= 0)) | ((x >= high) & (F <= 0)) | (low >= high)
    return np.where(pressed, 0.0, F)


def _newton(
    game: Game, x: FloatArray, low: FloatArray, high: FloatArray
) -> tuple[FloatArray, bool]:
    """Projected, damped; and whether it ended where rounding is all that is left."""
    r = _residual(game.pseudo_gradient(x), x, low, high)
    for _ in range(NEWTON_STEPS):
        size = float(np.abs(r).max(initial=0.0))
        if size == 0:
            return x, True
        J = game.jacobian(x)
        free = r != 0
        try:
            direction = np.linalg.solve(J[np.ix_(free, free)], -r[free])
        except np.linalg.LinAlgError:
            return x, False
        noise = 1e-11 * float((np.abs(J) @ np.abs(x)).max(initial=0.0)) + 1e-13 * size
        part = 1.0
        while True:
            y = x.copy()
            y[free] += part * direction
            y = np.clip(y, low, high)
            s = _residual(game.pseudo_gradient(y), y, low, high)
            if np.abs(s).max(initial=0.0) < (1 - 0.1 * part) * size:
                break
            part /= 2
            if part < SMALLEST:
                return x, size <= noise
        x, r = y, s
    return x, False


def _approached(
    game: Game,
    x: FloatArray,
    low: FloatArray,
    high: FloatArray,
    margin: float,
    lipschitz: float,
) -> FloatArray:
    """Projected extragradient (T20), the best of its points."""
    h = (np.hypot(margin, lipschitz) - margin) / lipschitz**2
    best, least = x, np.inf
    accurate = ACCURATE * float(np.abs(game.pseudo_gradient(np.clip(0 * x, low, high))).max())
    for _ in range(PLAIN_STEPS):
        F = game.pseudo_gradient(x)
        size = float(np.abs(_residual(F, x, low, high)).max(initial=0.0))
        if size < least:
            best, least = x, size
        if size <= accurate:
            break
        y = np.clip(x - h * F, low, high)
        x = np.clip(x - h * game.pseudo_gradient(y), low, high)
    return best


def stated_points(x: FloatArray, region: Region, texts: bool) -> list[Vector]:
    """The point as it may be stated, inside the box: short, then as it is; else as floats.

    texts: whether numbers are stated as text; then a coordinate at an end of the box gets that
    end exactly.
    """
    low, high = _ends(region, len(x))
    if not texts:
        return [np.clip(x, low, high)]
    candidates = [
        [round_near(Fraction(v), SHORT) for v in x],
        [Fraction(repr(float(v))) for v in x],
    ]
    if not isinstance(region, Box):
        return [objects(point) for point in candidates]
    ends = list(zip(x, low, high, region.lower, region.upper, strict=True))
    return [
        objects(
            bottom if a <= first else (top if a >= last else min(max(v, bottom), top))
            for v, (a, first, last, bottom, top) in zip(point, ends, strict=True)
        )
        for point in candidates
    ]
