"""Spectral norms of many small blocks against bounds (theory: Setting)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.numbers.matrices import UNIT, Ball, Bools, block, is_psd, rounded_up

BATCH_ENTRIES = 2**18  # of blocks looked at together: beyond, memory is what takes the time


def norms_at_most(blocks: Ball, bounds: NDArray[Any]) -> Bools:
    """For each k, whether ‖B‖₂ ≤ bounds[k] for all blocks B of the stack (K, V, p, q) there.

    >>> norms_at_most(Ball.exact(np.full((2, 1, 1, 4), 1.0)), np.array([2.1, 1.9])).tolist()
    [True, False]
    """
    count = max(1, BATCH_ENTRIES // max(1, blocks.mid[:1].size))
    results = [
        _batch(blocks[k : k + count], Ball.of_vector(bounds[k : k + count]))
        for k in range(0, len(bounds), count)
    ]
    return np.concatenate(results) if results else np.zeros(0, dtype=bool)


def _batch(blocks: Ball, bounds: Ball) -> Bools:
    """The quick test first where there is one; it fails where squares under- or overflow."""
    height, width = blocks.mid.shape[-2:]
    if not min(height, width) <= 2 < height + width:
        return _any_shape(blocks, bounds)
    hold = _narrow(blocks, bounds)
    left = ~hold
    if left.any():
        hold[left] = _any_shape(blocks[left], bounds[left])
    return hold


def _narrow(blocks: Ball, bounds: Ball) -> Bools:
    """One or two columns (or rows): L ≥ 0 and L²I − BᵀB ⪰ 0, by its two minors."""
    tall = blocks if blocks.mid.shape[-1] <= 2 else blocks.T
    columns = [tall[..., k] for k in range(tall.mid.shape[-1])]
    square = (bounds * bounds)[:, None]
    first = square - _product(columns[0], columns[0])
    minors = [bounds[:, None], first]
    if len(columns) == 2:
        second = square - _product(columns[1], columns[1])
        cross = _product(columns[0], columns[1])
        minors += [second, first * second - cross * cross]
    return np.asarray(np.all([_is_nonnegative(m).all(axis=1) for m in minors], axis=0))


def _product(a: Ball, b: Ball) -> Ball:
    """Σ_k a_k b_k along the last axis."""
    terms = a * b
    total = terms[..., 0]
    for k in range(1, terms.mid.shape[-1]):
        total = total + terms[..., k]
    return total


def _is_nonnegative(values: Ball) -> Bools:
    low = values.mid - rounded_up(values.rad + UNIT * np.abs(values.mid), 2)
    return np.asarray(np.isfinite(values.mid) & (low >= 0))


def _any_shape(blocks: Ball, bounds: Ball) -> Bools:
    """‖B‖₂ ≤ L ⇔ [[L·I, B], [Bᵀ, L·I]] ⪰ 0."""
    height, width = blocks.mid.shape[-2:]

    def identity(size: int) -> Ball:
        eye = np.eye(size)
        shape = (slice(None), None, None, None)
        return Ball(bounds.mid[shape] * eye, bounds.rad[shape] * eye)

    matrix = block([[identity(height), blocks], [blocks.T, identity(width)]])
    return np.asarray(is_psd(matrix).all(axis=1))
