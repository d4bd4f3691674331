"""Metrics of full matrices with a large direct margin over several Jacobians (T5).

For each margin α the condition sym(MJ_v) ⪰ αM is a linear matrix inequality in M. Worst Jacobians
are taken along one after the other; every proposal of the solver is evaluated here.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.metric import Metric
from sgn.quantities.frame import Frame
from sgn.quantities.quantities import Margin, symmetric_part

FloatArray = NDArray[np.float64]
ROUNDS = 16  # semidefinite programs solved at most
FLOOR = 0.02  # the least eigenvalue of one round's M, of trace n, over the last one
ENOUGH = 1e-7  # of the Jacobians' size: a gain below it ends the search
WORTH = 1e-4  # of the margin: a gain below it is not worth a worse conditioned M
MAX_ENTRIES = 500  # free entries of M up to which it is searched for: a second or two a round
LARGEST_CONDITION = 1e10  # of M: beyond it, rounding would cost more than another metric gains


def free_entries(blocks: Sequence[int]) -> int:
    """Of a symmetric matrix of diagonal blocks of these sizes."""
    return sum(size * (size + 1) // 2 for size in blocks)


def best_matrix_metric(
    jacobians: FloatArray, slices: Sequence[slice], blocks: Sequence[int], start: Metric
) -> Metric:
    """A metric of one matrix a block with a margin at least that of the start, mostly the largest.

    jacobians: (V, n, n); slices: of the players; blocks: the players' sizes, or (n,) for one matrix
    for all variables. Dinkelbach's rounds, over the worst Jacobians cut by cut.

    >>> J = np.array([[[1.0, 4.0], [0.0, 2.0]]])
    >>> parts = (slice(0, 1), slice(1, 2))
    >>> found = best_matrix_metric(J, parts, (2,), Metric.scalar(np.ones(2)))
    >>> float(Margin(found, parts).values(J)[0].round(3))
    1.0
    """
    from sgn.metrics.lmi import NoProposal, best_member

    sizes = tuple(part.stop - part.start for part in slices)
    size = float(np.sqrt(np.square(jacobians).sum(axis=(1, 2))).max())
    best, margin, worst = _evaluated(jacobians, slices, start)
    cuts = [worst]
    for _ in range(ROUNDS):
        frame = Frame(best, sizes)
        B = (frame.similar(jacobians[cuts]) - margin * np.eye(sum(sizes))) / size
        found = best_member([_pencil(b, blocks) for b in B], _pencil_of_blocks(blocks), FLOOR)
        if isinstance(found, NoProposal) or found.value <= ENOUGH:
            break
        X = _assembled(found.coefficients, blocks)
        trial = _metric(frame.root.T @ X @ frame.root, blocks, _kind(blocks, sizes))
        if not trial.condition <= LARGEST_CONDITION:
            break
        trial, reached, worst = _evaluated(jacobians, slices, trial)
        if worst not in cuts:
            cuts.append(worst)
        elif reached <= margin + WORTH * abs(margin):
            break
        if reached > margin + WORTH * abs(margin):
            best, margin = trial, reached
    return best


def _evaluated(
    jacobians: FloatArray, slices: Sequence[slice], metric: Metric
) -> tuple[Metric, float, int]:
    values = Margin(metric, slices).values(jacobians)
    worst = int(np.argmin(values))
    return metric, float(values[worst]), worst


def _kind(blocks: Sequence[int], sizes: Sequence[int]) -> str:
    return "block" if tuple(blocks) == tuple(sizes) and len(sizes) > 1 else "dense"


def _metric(M: FloatArray, blocks: Sequence[int], kind: str) -> Metric:
    if kind == "dense":
        return dense_metric(M)
    M = dense_metric(M).matrices[0]
    ends = np.cumsum([0, *blocks])
    return Metric.block(tuple(M[a:b, a:b].copy() for a, b in pairwise(ends)))


def dense_metric(M: FloatArray) -> Metric:
    """M of trace n, exactly symmetric."""
    return Metric.dense(symmetric_part(M) * (len(M) / np.trace(M)))


def _places(blocks: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the free entries, on and below the diagonal."""
    ends = np.cumsum([0, *blocks])
    parts = [np.stack(np.tril_indices(b - a)) + a for a, b in pairwise(ends)]
    rows, cols = np.concatenate(parts, axis=1)
    return rows, cols


def _assembled(entries: FloatArray, blocks: Sequence[int]) -> FloatArray:
    rows, cols = _places(blocks)
    X = np.zeros((sum(blocks), sum(blocks)))
    X[rows, cols] = X[cols, rows] = entries
    return X


def _pencil(B: FloatArray, blocks: Sequence[int]) -> FloatArray:
    """sym(SB) for each unit matrix S = e_re_cᵀ + e_ce_rᵀ (e_re_rᵀ): (K, n, n)."""
    rows, cols = _places(blocks)
    n, k = len(B), np.arange(len(rows))
    products = np.zeros((len(rows), n, n))
    products[k, rows] += B[cols]
    products[k[rows != cols], cols[rows != cols]] += B[rows[rows != cols]]
    return symmetric_part(products)


def _pencil_of_blocks(blocks: Sequence[int]) -> FloatArray:
    return _pencil(np.eye(sum(blocks)), blocks)
