"""Runge–Kutta steps for constant J (T11 a): intervals of h cover (0, H], by Bernstein bounds."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.metric import Metric
from certificates.kernel.inequalities.runge_kutta import TABLEAUS, balanced, bernstein, decrease
from certificates.kernel.numbers.matrices import Ball, is_psd
from certificates.kernel.numbers.metrics import metric_ball, multiple
from certificates.kernel.theorems.runge_kutta import Cover, RungeKuttaOfMatrix
from games.language.number import round_down, round_up
from sgn.quantities.frame import Frame
from sgn.rounding import nice_step
from sgn.steps.euler import minimise

FloatArray = NDArray[np.float64]
REFINEMENTS = 14  # halvings of an interval of h before the cover stops there
PARTS = (1 - 1e-6, 0.999, 0.9, 0.5)  # of the least eigenvalue: what may be left to rounding
NORM = 1e-6  # by which a norm is stated larger than it is in floats
CLEARANCE = 1e-4  # below the spectral limit, where the factor reaches 1
_GRID = 200
_REACH_GRID = 64


def stability_polynomial(z: NDArray[np.complex128], scheme: str = "rk4") -> NDArray[np.complex128]:
    """P(z), of RK4 1 + z + z²/2 + z³/6 + z⁴/24."""
    return np.asarray(np.polyval(_coefficients(scheme), z))


def _coefficients(scheme: str) -> FloatArray:
    """p_s … p_0."""
    return np.array([float(p) for p in reversed(TABLEAUS[scheme].stability)])


def spectral_limit(eigenvalues: NDArray[np.complex128], scheme: str = "rk4") -> float:
    """The least h > 0 at which |P(−hλ)| reaches 1 for some eigenvalue λ: no metric certifies more.

    >>> round(spectral_limit(np.array([1.0 + 0j])), 4)
    2.7853
    """
    scale = np.abs(eigenvalues).max()
    if not scale > 0:
        return np.inf

    def stable(h: float) -> bool:
        return bool((np.abs(stability_polynomial(-h * eigenvalues, scheme)) < 1).all())

    grid = np.linspace(0, 3 / scale * 1.2, _GRID)[1:]
    below = 0.0
    for h in grid:
        if not stable(h):
            break
        below = h
    above = below + grid[0]
    for _ in range(40):
        middle = (below + above) / 2
        below, above = (middle, above) if stable(middle) else (below, middle)
    return float(below)


def rk4_reach(B: FloatArray) -> float:
    """The last step of a grid before ‖P(−hB)‖₂ reaches 1, up to the spectral limit; 0 for none.

    >>> round(rk4_reach(np.array([[1.0]])), 3)
    2.785
    """
    limit = spectral_limit(np.linalg.eigvals(B).astype(complex))
    if not 0 < limit < np.inf:
        return 0.0
    grid = limit * (1 - CLEARANCE) * np.linspace(0, 1, _REACH_GRID + 1)[1:]
    eye = np.eye(len(B))
    P = np.broadcast_to(eye, (len(grid), *B.shape))
    for k in (4, 3, 2, 1):
        P = eye - grid[:, None, None] / k * (B @ P)
    over = np.flatnonzero(~(np.linalg.norm(P, 2, axis=(1, 2)) < 1))
    return float(grid[over[0] - 1] if over.size and over[0] else 0.0 if over.size else grid[-1])


def constant_plan(
    J: FloatArray, metric: Metric, sizes: tuple[int, ...], limit: float, scheme: str = "rk4"
) -> RungeKuttaOfMatrix | None:
    """The longest (0, H] that the metric allows, up to 0.01 % below the spectral limit.

    J: (n, n), constant; sizes: of the players; None when not even short steps are covered.
    """
    frame = Frame(metric, sizes)
    M = metric_ball(metric, sizes)
    if not 0 < limit < np.inf:
        return None
    target = limit * (1 - CLEARANCE)
    cover, reached = rated_cover(J, M, target, scheme)
    if reached == 0:
        return None
    if reached < target:  # the metric stops short of the spectral limit
        cover, _ = rated_cover(J, M, reached * (1 - 1e-3), scheme)
    steps, rates = cover
    if len(steps) == 1:
        return None
    B = frame.similar(J[None])[0]

    def factor(h: float) -> float:
        P = stability_matrix(B, h, scheme)
        return float(np.sqrt(max(np.linalg.eigvalsh(P.T @ P)[-1], 0.0)))

    largest = float(steps[-1])
    best = min(Fraction(repr(nice_step(minimise(factor, 0.0, largest), largest))), steps[-1])
    reach = float(best) * float(frame.magnitude(J[None])[0]) / frame.loss
    size = frame.loss * _size_of_terms(reach)
    slack = 4e-16 * (2 * len(J) + 8) ** 2 * size
    at_best = factor(float(best)) + slack
    if not at_best < 1:
        return None
    factor_at_best = round_up(Fraction(at_best), 13)
    norm = Fraction(float(np.linalg.norm(B, 2)) * (1 + NORM * frame.loss))
    return RungeKuttaOfMatrix(
        metric=metric,
        step_max=steps[-1],
        best_step=best,
        factor_at_best=factor_at_best,
        scheme=scheme,
        cover=Cover(steps, rates),
        norm=round_up(norm, 13),
    )


def stability_matrix(B: FloatArray, h: float, scheme: str = "rk4") -> FloatArray:
    """P(−hB), by Horner's rule."""
    eye = np.eye(len(B))
    first, *others = _coefficients(scheme)
    result: FloatArray = first * eye
    for p in others:
        result = np.asarray(p * eye - h * (B @ result))
    return result


def _size_of_terms(b: float) -> float:
    """Σ b^k/k! with b = h‖B‖: the size of what rounding acts on."""
    return 1 + b + b**2 / 2 + b**3 / 6 + b**4 / 24


def _accepted(matrices: Ball, M: Ball, rate: Fraction) -> bool:
    """The checker's own test of one interval."""
    return bool(is_psd(matrices - multiple(M, Ball.of(rate))).all())


RatedCover = tuple[tuple[Fraction, ...], tuple[Fraction, ...]]


def nothing(step: Fraction) -> Fraction:
    """What J loses of its rate when it is one matrix."""
    return Fraction(0)


def rated_cover(
    J: FloatArray,
    M: Ball,
    limit: float,
    scheme: str = "rk4",
    loss: Callable[[Fraction], Fraction] = nothing,
) -> tuple[RatedCover, float]:
    """Interval ends from 0 up to the limit with their rates, and how far the cover got.

    loss: what to take off a rate on an interval, by its upper end; never less for a larger one.
    """
    step = round_down(Fraction(limit), 10)
    scaled, metric = balanced(Ball.exact(J), M)
    coefficients = decrease(TABLEAUS[scheme], scaled, metric, step)
    inverse = np.linalg.inv(np.linalg.cholesky(multiple(metric, Ball.exact(1.0)).mid))
    steps, rates = [Fraction(0)], []
    low, width = Fraction(0), Fraction(1)
    while low < 1:
        high = min(low + width, Fraction(1))
        matrices = bernstein(coefficients, low, high)
        relative = inverse @ matrices.mid @ inverse.T
        least = float(np.linalg.eigvalsh((relative + np.swapaxes(relative, 1, 2)) / 2).min())
        rates_to_try = (round_down(Fraction(least * part) / step, 10) for part in PARTS)
        lost = loss(high * step)
        rate = next(
            (r for r in rates_to_try if r > lost and _accepted(matrices, metric, r * step)), None
        )
        if rate is not None:
            steps.append(high * step)
            rates.append(round_down(rate - lost, 10))
            low, width = high, 2 * width
        elif width > Fraction(1, 2**REFINEMENTS):
            width /= 2
        else:
            break
    return (tuple(steps), tuple(rates)), float(low * step) if low < 1 else limit
