"""Spectral norms of many small blocks against bounds (theory: Setting)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.numbers.matrices import Ball, Bools, block, is_psd, scaled_identity

BATCH_ENTRIES = 2**18  # of blocks looked at together: beyond, memory is what takes the time


def norms_at_most(blocks: Ball, bounds: NDArray[Any]) -> Bools:
    """For each k, whether ‖B‖₂ ≤ bounds[k] for all blocks B of the stack (K, V, p, q) there.

    >>> norms_at_most(Ball.exact(np.full((2, 1, 1, 4), 1.0)), np.array([2.1, 1.9])).tolist()
    [True, False]
    """
    count = max(1, BATCH_ENTRIES // max(1, blocks.mid[:1].size))
    results = [
        _batch(blocks[k : k + count], Ball.of_vector(bounds[k : k + count])[:, None])
        for k in range(0, len(bounds), count)
    ]
    return np.concatenate(results) if results else np.zeros(0, dtype=bool)


def _batch(blocks: Ball, bounds: Ball) -> Bools:
    """The quick test first where there is one; it fails where squares under- or overflow."""
    height, width = blocks.mid.shape[-2:]
    if not min(height, width) <= 2 < height + width:
        return _any_shape(blocks, bounds)
    hold = _narrow(blocks if width <= 2 else blocks.T, bounds)
    left = ~hold
    if left.any():
        hold[left] = _any_shape(blocks[left], bounds[left])
    return hold


def _narrow(tall: Ball, bounds: Ball) -> Bools:
    """One or two columns: L ≥ 0 and L²I − BᵀB ⪰ 0, by its two minors."""
    first, last = tall[..., 0], tall[..., -1]
    a, b = (bounds * bounds - (column * column).sum(-1) for column in (first, last))
    minors = [bounds, a, b]
    if tall.mid.shape[-1] == 2:
        cross = (first * last).sum(-1)
        minors.append(a * b - cross * cross)
    return np.asarray(np.all([(minor.least >= 0).all(axis=1) for minor in minors], axis=0))


def _any_shape(blocks: Ball, bounds: Ball) -> Bools:
    """‖B‖₂ ≤ L ⇔ [[L·I, B], [Bᵀ, L·I]] ⪰ 0."""
    left, right = (scaled_identity(bounds, n) for n in blocks.mid.shape[-2:])
    return np.asarray(is_psd(block([[left, blocks], [blocks.T, right]])).all(axis=1))
