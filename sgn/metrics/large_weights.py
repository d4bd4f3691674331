"""Weights of games with many players: sparse Perron vectors for the whole game at once (T2, T3)."""

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sgn.metrics.perron import Perron, connected, perron, product, solver_of, sparse_rows
from sgn.rounding import short_floats

if TYPE_CHECKING:
    from scipy import sparse

    Coupling = sparse.csr_array[np.float64, tuple[int, int]]

FloatArray = NDArray[np.float64]
KEPT_SPREAD = 1e200  # of w; beyond, weights are cut off


def perron_of(mu: FloatArray, L: "Coupling") -> Perron:
    """T2: x > 0 with (diag(μ) − L)x ≥ a x and a near α*.

    >>> from scipy.sparse import csr_array
    >>> round(perron_of(np.ones(2), csr_array(np.array([[0, 10], [0.05, 0]]))).level, 8)
    0.29289322
    """
    return perron(mu, partial(product, L), solver_of(L), np.ones(len(mu)))


def best_pair(mu: FloatArray, L: "Coupling") -> tuple[FloatArray, FloatArray]:
    """T2, T3: weights w = y/x and the vector x that proves a margin near the best for them.

    Each weakly connected group of players has its own scale: its least weight is that of the
    others. Weights are over the first one, and short.

    >>> from scipy.sparse import csr_array
    >>> w, _ = best_pair(np.ones(2), csr_array(np.array([[0, 10], [0.05, 0]])))
    >>> w.round(3)
    array([  1., 200.])
    """
    x, y = (perron_of(mu, G).vector for G in (L, sparse_rows(L.T)))
    logs = np.log(y) - np.log(x)
    count, groups = connected(L, "weak")
    least = np.full(count, np.inf)
    np.minimum.at(least, groups, logs)
    logs = logs - least[groups]
    widest = math.log(KEPT_SPREAD)
    kept = np.minimum(logs, widest)
    w = short_floats(np.exp(kept - kept[0]))
    return w, symmetric_vector(mu, L, w) if logs.max() > widest else x


def symmetric_vector(mu: FloatArray, L: "Coupling", w: FloatArray) -> FloatArray:
    """T1: the vector that proves the margin α(w) of given weights, from the sparse S(w).

    >>> from scipy.sparse import csr_array
    >>> L = csr_array(np.array([[0, 10], [0.05, 0]]))
    >>> (symmetric_vector(np.ones(2), L, np.array([1.0, 200.0])) * np.array([1, 200**0.5])).round(6)
    array([1., 1.])
    """
    half = np.log(w) / 2
    rows = np.repeat(np.arange(len(w)), np.diff(L.indptr))
    scaled = L.copy()
    scaled.data = L.data * np.exp(half[rows] - half[L.indices]) / 2
    return perron_of(mu, sparse_rows(scaled + scaled.T)).vector / np.sqrt(w)
