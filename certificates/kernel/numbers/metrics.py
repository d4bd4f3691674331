"""A metric M for the checker: proved positive definite, then multiplied with (T5).

As a ball M is its diagonal, shape (n,), where every player has one weight, else a matrix (n, n).
"""

from functools import lru_cache

import numpy as np

from certificates.kernel.document.metric import Metric
from certificates.kernel.numbers.matrices import TINY, Ball, diagonal, is_psd
from certificates.kernel.uncheckable import Uncheckable
from games import work


def metric_ball(metric: Metric, sizes: tuple[int, ...]) -> Ball:
    """M, once it is shown to be positive definite and to fit the players. Raises Uncheckable."""
    if metric.kind == "scalar":
        if len(metric.weights) != len(sizes) or not (metric.weights > 0).all():
            raise Uncheckable("the metric needs one positive weight a player")
        return Ball.of_vector(metric.weights)[np.repeat(np.arange(len(sizes)), sizes)]
    return _of_matrices(metric, sizes)


@lru_cache(maxsize=4)  # every claim in a metric asks whether it is one
def _of_matrices(metric: Metric, sizes: tuple[int, ...]) -> Ball:
    expected = sizes if metric.kind == "block" else (sum(sizes),)
    if tuple(len(part) for part in metric.matrices) != expected:
        raise Uncheckable("the matrices of the metric do not fit the players' variables")
    n = sum(sizes)
    work.hold(16 * n**2, "a metric as a matrix of {0} × {0}", n)
    if not all(_is_positive_definite(Ball.exact(part)) for part in metric.matrices):
        raise Uncheckable("the metric is not shown to be positive definite")
    return Ball.exact(metric.matrix(sizes))


def is_metric(metric: Metric, sizes: tuple[int, ...]) -> bool:
    """Whether M fits the players and is positive definite; raises Uncheckable, which says why."""
    return metric_ball(metric, sizes).mid.size > 0


def _is_positive_definite(M: Ball) -> bool:
    """M − εI ⪰ 0 for some ε > 0; the smallest will do."""
    return bool(is_psd(M - Ball.exact(TINY * np.eye(len(M.mid)))))


def times(M: Ball, B: Ball) -> Ball:
    """M B."""
    return M[:, None] * B if M.mid.ndim == 1 else M @ B


def multiple(M: Ball, factor: Ball) -> Ball:
    """factor·M as matrices (n, n)."""
    scaled = M * factor
    return diagonal(scaled) if M.mid.ndim == 1 else scaled
