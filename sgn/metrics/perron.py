"""Perron vectors of large sparse games: positive x with A x ≥ a x, a near α* (theory: T2, T3).

A = diag(own) − G, G ≥ 0. From any x > 0 with level a = min_i (Ax)_i/x_i, which is below α*, Noda's
step x ← (A − aI)^{-1}b with b > 0 gives a positive vector of a higher level: quadratically fast
where α* is attained, by halves where it is not. Levels are computed from the vectors, so a solve
need not be accurate; whoever uses the vector proves its level anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy import sparse

    Coupling = sparse.csr_array[np.float64, tuple[int, int]]

FloatArray = NDArray[np.float64]
Map = Callable[[FloatArray], FloatArray]

CLOSE = 1e-8  # of the scale: how near to α* a level is wanted
STEPS = 80  # of Noda
SWEEPS = 60  # of the iteration inside a step
INSIDE = 0.3  # relative residual that ends it
LEAST = 1e-60  # of the largest entry: smaller ones do not enter b
EVEN = 1e-2  # the same for the last step, which keeps the spread of x small
FEW_CYCLES = 1000  # independent ones in the graph, up to which elimination fills in little
LEAPS = 40  # beyond the level of Noda's last step
SMALL = 64  # players whose graph is searched as a dense matrix: csgraph is slow to import


@final
@dataclass(frozen=True)
class Solver:
    """Solutions of (diag(D) − G)z = b from D, a guess of z, and b; exact but for rounding or not.

    >>> Solver(lambda D, guess, b: b / D, exact=True).exact
    True
    """

    solve: Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
    exact: bool


@final
@dataclass(frozen=True, eq=False)
class Perron:
    """x > 0, largest entry 1, with A x ≥ level·x up to rounding.

    >>> Perron(1.0, np.ones(2)).level
    1.0
    """

    level: float
    vector: FloatArray


def perron(
    own: FloatArray,
    onto: Map,
    solver: Solver,
    start: FloatArray,
    *,
    close: float = CLOSE,
    enough: float = np.inf,
) -> Perron:
    """T2, T3: a vector whose level is within about close·scale of α*.

    own: (N,), the diagonal of A. onto: x ↦ Gx, G ≥ 0. solver: see :func:`solver_of`.
    start: (N,), positive. enough: a level with which the search may end.

    >>> from scipy.sparse import csr_array
    >>> G = csr_array(np.array([[0, 10], [0.05, 0]]))
    >>> found = perron(np.ones(2), lambda x: G @ x, solver_of(G), np.ones(2))
    >>> round(found.level, 8)
    0.29289322
    """
    best = _measured(own, onto, start)
    for _ in range(STEPS):
        before, best = best, _better(best, _step(own, onto, solver, best, best.level, LEAST))
        small = close * max(float(np.abs(own).max()), abs(best.level))
        if best.level >= enough or best.level - before.level <= small:
            break
    if solver.exact and best.level < enough:
        best = _leapt(own, onto, solver, best, small)
    even = _step(own, onto, solver, best, best.level, EVEN)
    taller = even.vector.min() > best.vector.min()
    return even if taller and even.level >= best.level - small else best


def solver_of(G: "Coupling") -> Solver:
    """Elimination where little fills in (rings, trees), else iteration in O(nonzeros) a sweep."""
    if _has_few_cycles(G):
        return Solver(partial(_eliminated, G), exact=True)
    return iteration(partial(product, G))


def product(G: "Coupling", x: FloatArray) -> FloatArray:
    """Gx, in O(nonzeros).

    >>> from scipy.sparse import csr_array
    >>> product(csr_array(np.array([[0.0, 2.0], [0.0, 0.0]])), np.ones(2))
    array([2., 0.])
    """
    return np.asarray(G @ x)


def sparse_rows(matrix: Any) -> "Coupling":
    """A sparse matrix by rows, as products want it."""
    from scipy import sparse

    rows: Coupling = sparse.csr_array(matrix)
    return rows


def connected(
    G: "Coupling", connection: Literal["weak", "strong"]
) -> tuple[int, NDArray[np.int32]]:
    """The number of components of the coupling, and (N,) to which each player belongs.

    >>> from scipy.sparse import csr_array
    >>> connected(csr_array(np.array([[0.0, 2.0], [0.0, 0.0]])), "weak")[0]
    1
    """
    if G.shape[0] <= SMALL:
        return _connected_densely(G, connection)
    from scipy.sparse import csgraph

    count, labels = csgraph.connected_components(G, directed=True, connection=connection)
    return int(count), labels


def _connected_densely(
    G: "Coupling", connection: Literal["weak", "strong"]
) -> tuple[int, NDArray[np.int32]]:
    """The same by squaring the matrix of who reaches whom."""
    size = G.shape[0]
    edges = G.toarray() != 0
    reach = np.eye(size, dtype=bool) | edges | (edges.T & (connection == "weak"))
    for _ in range(size.bit_length()):
        reach = reach @ reach
    _, labels = np.unique(np.argmax(reach & reach.T, axis=1), return_inverse=True)
    return int(labels.max(initial=-1)) + 1, labels.astype(np.int32)


def iteration(onto: Map) -> Solver:
    """A solver for G known by its products only."""
    return Solver(partial(_iterated, onto), exact=False)


def _measured(own: FloatArray, onto: Map, x: FloatArray) -> Perron:
    """The level of a vector; −∞ for one that is not positive and finite."""
    top = x.max()
    if not (np.isfinite(top) and x.min() > 0):
        return Perron(-np.inf, x)
    with np.errstate(all="ignore"):
        unit = x / top
        level = float((own - onto(unit) / unit).min())
    return Perron(level if np.isfinite(level) else -np.inf, unit)


def _step(
    own: FloatArray, onto: Map, solver: Solver, known: Perron, shift: float, least: float
) -> Perron:
    """Noda's step at a shift; what was known where a player alone makes the shift too large."""
    D = own - shift
    if not D.min() > 0:
        return known
    x = np.maximum(known.vector, least)
    with np.errstate(all="ignore"):
        return _measured(own, onto, solver.solve(D, x, D * x))


def _better(first: Perron, second: Perron) -> Perron:
    return second if second.level > first.level else first


def _leapt(own: FloatArray, onto: Map, solver: Solver, best: Perron, small: float) -> Perron:
    """Shifts beyond the level: where x = (A − aI)^{-1}b comes out positive, a is below α*.

    Noda's steps are short where few players feed back over a long way (a ring in one direction).
    """
    leap = 100 * small
    for _ in range(LEAPS):
        before, best = best, _better(best, _step(own, onto, solver, best, best.level + leap, LEAST))
        leap *= 4 if best.level > before.level else 1 / 8
        if leap < small:
            break
    return best


def _iterated(onto: Map, D: FloatArray, x: FloatArray, b: FloatArray) -> FloatArray:
    """BiCGSTAB on (I − K)u = c with K = (DX)^{-1}GX, whose rows sum to at most 1, X = diag(x)."""
    scaled = D * x

    def residual(u: FloatArray) -> FloatArray:
        return np.asarray(u - onto(x * u) / scaled)

    c = b / scaled
    u = c.copy()
    r = c - residual(u)
    shadow, direction = r.copy(), r.copy()
    product = float(shadow @ r)
    best, least = u, np.inf
    for _ in range(SWEEPS):
        error = float(np.abs(r / c).max())
        if error < least and u.min() > 0:
            best, least = u, error
        if not INSIDE < error < np.inf or product == 0:
            break
        image = residual(direction)
        onward = float(shadow @ image)
        if onward == 0:  # as where all rows are alike: nothing more is found this way
            break
        along = product / onward
        s = r - along * image
        t = residual(s)
        size = float(t @ t)
        omega = float(t @ s) / size if size > 0 else 0.0
        u = u + along * direction + omega * s
        r = s - omega * t
        before, product = product, float(shadow @ r)
        if omega == 0:
            break
        direction = r + (product / before) * (along / omega) * (direction - omega * image)
    return x * best


def _eliminated(G: "Coupling", D: FloatArray, x: FloatArray, b: FloatArray) -> FloatArray:
    """Sparse LU without pivoting, which loses nothing on an M-matrix; NaN where it breaks down."""
    from scipy import sparse
    from scipy.sparse.linalg import splu

    matrix = sparse.csc_array(sparse.diags_array(D, format="csr") - G)
    try:
        solution = splu(matrix, diag_pivot_thresh=0.0).solve(b)
    except RuntimeError:  # exactly singular: the level is α* to the last bit
        return np.full_like(b, np.nan)
    return np.asarray(solution, dtype=float)


def _has_few_cycles(G: "Coupling") -> bool:
    """Edges − players + components of the graph without directions: its independent cycles."""
    size = G.shape[0]
    if G.nnz / 2 - size > FEW_CYCLES:
        return False
    edges = (G + G.T).nnz / 2
    count, _ = connected(G, "weak")
    return bool(edges - size + count <= FEW_CYCLES)
