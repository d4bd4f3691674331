"""Obligations that need the Jacobian (T5, T10, T11 a).

Matrix inequalities that are affine in J, so vertices suffice.
"""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.coupling import Coupling, Vector
from certificates.kernel.document.metric import Metric
from certificates.kernel.jacobian.base import Jacobian
from certificates.kernel.numbers.matrices import Ball, block, is_psd
from certificates.kernel.numbers.metrics import metric_ball, multiple, times
from certificates.kernel.numbers.norms import norms_at_most


def curvature_holds(
    J: Jacobian, lower: Vector, upper: Vector
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Setting, per player: sym J_ii ⪰ μ_i I, and sym J_ii ⪯ Λ_i I."""
    count = len(J.sizes)
    above, below, seen = np.ones(count, bool), np.ones(count, bool), np.zeros(count, bool)
    for group in J.each_block():
        own = group.rows == group.cols
        players = group.rows[own]
        low, high = lower[players], upper[players]
        if group.low is not None and group.high is not None:
            above[players] &= (group.low[own] >= low[:, None]).all(axis=1)
            below[players] &= (group.high[own] <= high[:, None]).all(axis=1)
        elif len(players):
            blocks = group.ball[own]
            above[players] &= is_psd(blocks - _identity(low, blocks)).all(axis=1)
            below[players] &= is_psd(_identity(high, blocks) - blocks).all(axis=1)
        seen[players] = True
    return above & seen, below & seen


def failing_couplings(J: Jacobian, coupling: Coupling) -> NDArray[np.int64]:
    """Setting: the pairs (as i·N + j) where ‖J_ij‖ ≤ L_ij is not shown; L_ij = 0 if not claimed."""
    count = len(J.sizes)
    codes = coupling.rows * count + coupling.cols
    order = np.argsort(codes, kind="stable")
    failing = [np.zeros(0, dtype=np.int64)]
    for group in J.each_block():
        other = group.rows != group.cols
        code = group.rows[other] * count + group.cols[other]
        claimed = _lookup(codes[order], coupling.values[order], code)
        if group.low is not None and group.high is not None:
            bound = claimed[:, None]
            within = (group.high[other] <= bound) & (-group.low[other] <= bound)
            failing.append(code[~within.all(axis=1)])
        elif len(code):
            failing.append(code[~norms_at_most(group.ball[other], claimed)])
    return np.concatenate(failing)


def _lookup(codes: NDArray[np.int64], values: Vector, wanted: NDArray[np.int64]) -> Vector:
    """values at the sorted codes, 0 where a code is missing."""
    if not len(codes):
        return np.zeros(len(wanted))
    place = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
    result: Vector = np.where(codes[place] == wanted, values[place], 0)
    return result


def _identity(values: Vector, like: Ball) -> Ball:
    """values[k]·I for each block k of a stack (K, V, d, d)."""
    entries = Ball.of_vector(values)
    eye = np.eye(like.mid.shape[-1])
    return Ball(entries.mid[:, None, None, None] * eye, entries.rad[:, None, None, None] * eye)


def margin_holds(J: Jacobian, metric: Metric, margin: Fraction, purpose: str = "margin") -> bool:
    """T5: sym(MJ) − αM ⪰ 0."""
    M = metric_ball(metric, J.sizes)
    floor = multiple(M, Ball.of(margin))
    return always(J, purpose, lambda B: times(M, B) - floor)


def always(J: Jacobian, purpose: str, inequality: Callable[[Ball], Ball]) -> bool:
    """Whether S(J) ⪰ 0 for all that J can be; S affine, given on balls of matrices."""
    return all(family.satisfies(inequality) for family in J.each_whole(purpose))


def _norm(B: Ball, M: Ball, bound: Fraction) -> Ball:
    """‖B‖_M ≤ q ⇔ [[qM, BᵀM], [MB, qM]] ⪰ 0."""
    scaled = multiple(M, Ball.of(bound))
    product = times(M, B)
    return block([[scaled, product.T], [product, scaled]])


def norm_holds(B: Ball, M: Ball, bound: Fraction) -> bool:
    """Whether ‖B‖_M ≤ q for every ball of the batch."""
    return bool(is_psd(_norm(B, M, bound)).all())


def lipschitz_holds(J: Jacobian, metric: Metric, bound: Fraction) -> bool:
    """‖J‖_M ≤ β."""
    M = metric_ball(metric, J.sizes)
    return always(J, "lipschitz", lambda B: _norm(B, M, bound))


def deviation_holds(
    J: Jacobian, metric: Metric, centre: NDArray[np.float64], bound: Fraction
) -> bool:
    """T11 (c): ‖J − J₀‖_M ≤ δ."""
    M, fixed = metric_ball(metric, J.sizes), Ball.exact(centre)
    return always(J, "near_linear", lambda B: _norm(B - fixed, M, bound))


def cocoercivity_holds(J: Jacobian, metric: Metric, c: Fraction) -> bool:
    """T10: sym(MJ) ⪰ c JᵀMJ ⇔ [[sym(MJ), JᵀM], [MJ, M/c]] ⪰ 0, c > 0."""
    if c <= 0:
        return False
    M = metric_ball(metric, J.sizes)
    corner, half = multiple(M, Ball.of(1 / c)), Ball.exact(0.5)

    def bordered(B: Ball) -> Ball:
        product = times(M, B)
        symmetric = (product + product.T) * half
        return block([[symmetric, product.T], [product, corner]])

    return always(J, "cocoercivity", bordered)


def step_factor_holds(
    J: Jacobian, metric: Metric, step: Fraction, factor: Fraction, purpose: str
) -> bool:
    """‖I − hJ‖_M ≤ q on the region, hence for averaged Jacobians too."""
    M, h = metric_ball(metric, J.sizes), Ball.of(step)
    eye = Ball.exact(np.eye(sum(J.sizes)))
    return always(J, purpose, lambda B: _norm(eye - B * h, M, factor))
