"""Linear matrix inequalities: the only module that imports cvxpy and its solver, on use only.

What a solver returns is a proposal. Callers evaluate it themselves; a status proves nothing.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import cvxpy

FloatArray = NDArray[np.float64]


@final
@dataclass(frozen=True, eq=False)
class Proposal:
    """What the solver proposes: coefficients (N,), the value it claims, its status in its words."""

    coefficients: FloatArray
    value: float
    status: str


@final
@dataclass(frozen=True)
class NoProposal:
    """The solver gave no numbers; status says why, in its words."""

    status: str


def best_combination(pencils: Sequence[FloatArray], floor: float) -> Proposal | NoProposal:
    """The largest t with Σ_i m_i C_vi ⪰ tI for every v, over m_i ≥ floor with Σ_i m_i = N.

    pencils: one array (N, k_v, k_v) of symmetric C_v1 … C_vN for each v, entries of order 1.
    floor: in (0, 1].
    Returns a proposal, to be evaluated by the caller, or the status with which the solver failed.

    >>> found = best_combination([np.array([np.diag([1.0, 0.0]), np.diag([0.0, 3.0])])], 0.01)
    >>> found.coefficients.round(4), round(found.value, 4)
    (array([1.5, 0.5]), 1.5)
    """
    import cvxpy as cp

    count = len(pencils[0])
    m, t = cp.Variable(count), cp.Variable()
    constraints = [m >= floor, cp.sum(m) == count]
    for C in pencils:
        size = C.shape[1]
        combined = cp.reshape(C.reshape(count, -1).T @ m, (size, size), order="C")
        constraints.append(combined - t * np.eye(size) >> 0)
    problem = cp.Problem(cp.Maximize(t), constraints)
    if failure := _solve(problem):
        return failure
    if m.value is None or t.value is None:
        return NoProposal(str(problem.status))
    return Proposal(np.asarray(m.value, dtype=float), float(t.value), str(problem.status))


def best_member(
    pencils: Sequence[FloatArray], member: FloatArray, floor: float
) -> Proposal | NoProposal:
    """The largest t with Σ_k m_k C_vk ⪰ tI for every v, over X = Σ_k m_k P_k ⪰ floor·I of trace n.

    pencils: one array (K, k_v, k_v) of symmetric C_v1 … C_vK for each v, entries of order 1;
    member: P_1 … P_K, (K, n, n); floor: in (0, 1].
    Returns a proposal, to be evaluated by the caller, or the status with which the solver failed.

    >>> units = np.array([np.diag([1.0, 0.0]), np.diag([0.0, 1.0])])
    >>> best_member([units * np.array([1.0, 3.0])], units, 0.01).coefficients.round(3)
    array([1.5, 0.5])
    """
    import cvxpy as cp

    count, n = member.shape[:2]
    m, t = cp.Variable(count), cp.Variable()

    def combined(C: FloatArray) -> "cvxpy.Expression":
        size = C.shape[1]
        return cp.reshape(C.reshape(count, -1).T @ m, (size, size), order="C")

    constraints = [
        combined(member) - floor * np.eye(n) >> 0,
        np.trace(member, axis1=1, axis2=2) @ m == n,
        *(combined(C) - t * np.eye(C.shape[1]) >> 0 for C in pencils),
    ]
    problem = cp.Problem(cp.Maximize(t), constraints)
    if failure := _solve(problem):
        return failure
    if m.value is None or t.value is None:
        return NoProposal(str(problem.status))
    return Proposal(np.asarray(m.value, dtype=float), float(t.value), str(problem.status))


def largest_coefficient(pencils: Sequence[FloatArray], floor: float) -> Proposal | NoProposal:
    """The largest z_0 with C_v0 + Σ_k z_k C_v,k+1 ⪰ floor·I for every v, over z_1, z_2, … ≥ 0.

    z_0 may be negative: a problem without any solution drives the solver to overflow.
    pencils: one array (K + 1, k_v, k_v) of symmetric matrices for each v; z has K entries.
    Returns a proposal, to be evaluated by the caller, or the status with which the solver failed.

    >>> found = largest_coefficient([np.array([np.eye(2), -np.eye(2)])], 0.25)
    >>> found.coefficients.round(4)
    array([0.75])
    """
    import clarabel
    from scipy import sparse

    count = len(pencils[0]) - 1
    rows, constants = [-np.eye(count)[1:]], [np.zeros(count - 1)]
    for C in pencils:
        rows.append(-_triangles(C[1:]).T)
        constants.append(_triangles(C[:1] - floor * np.eye(C.shape[1]))[0])
    cones = [
        clarabel.NonnegativeConeT(count - 1),
        *(clarabel.PSDTriangleConeT(C.shape[1]) for C in pencils),
    ]
    target = -np.eye(count)[0]
    A, b, nothing = sparse.csc_matrix(np.vstack(rows)), np.concatenate(constants), (count, count)
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    try:
        solver = clarabel.DefaultSolver(sparse.csc_matrix(nothing), target, A, b, cones, settings)
        solution = solver.solve()
    except BaseException as error:
        return _panic(error)
    z = np.array(solution.x, dtype=float)
    if z.shape != (count,) or not np.isfinite(z).all():
        return NoProposal(str(solution.status))
    return Proposal(z, float(z[0]), str(solution.status))


def _triangles(matrices: FloatArray) -> FloatArray:
    """The upper triangles (K, k(k + 1)/2) by columns, off the diagonal times √2."""
    size = matrices.shape[-1]
    columns, rows = np.tril_indices(size)
    scale = np.where(rows == columns, 1.0, np.sqrt(2.0))
    return np.asarray(matrices[:, rows, columns] * scale)


@final
@dataclass(frozen=True, eq=False)
class Opposition:
    """Z (K, n, n) ⪰ 0 of total trace 1, the value they reach, and the metric that resists best."""

    Z: FloatArray
    value: float
    metric: FloatArray


def oppose_every_metric(jacobians: FloatArray) -> Opposition | NoProposal:
    """The least s with Σ_k (J_kZ_k + Z_kJ_kᵀ) ⪯ sI over Z_k ⪰ 0 of total trace 1 (T6, dual).

    jacobians: (K, n, n), entries of order 1. Where s < 0 no constant metric suits all of them.

    >>> found = oppose_every_metric(np.array([[[-1.0]]]))
    >>> round(found.value, 4)
    -2.0
    """
    import cvxpy as cp

    n = jacobians.shape[1]
    Z, S = _opposing_sum(jacobians)
    s = cp.Variable()
    below = s * np.eye(n) - S >> 0
    problem = cp.Problem(cp.Minimize(s), [below, _unit_trace(Z)])
    if failure := _solve(problem):
        return failure
    if s.value is None or below.dual_value is None:
        return NoProposal(str(problem.status))
    metric = np.asarray(below.dual_value, dtype=float)
    return Opposition(np.array([z.value for z in Z]), float(s.value), (metric + metric.T) / 2)


def oppose_block_weights(jacobians: FloatArray, slices: Sequence[slice]) -> Opposition | NoProposal:
    """The same with the traces of the players' diagonal blocks at most s (T6, dual)."""
    import cvxpy as cp

    Z, S = _opposing_sum(jacobians)
    s = cp.Variable()
    traces = [cp.trace(S[own, own]) <= s for own in slices]
    problem = cp.Problem(cp.Minimize(s), [*traces, _unit_trace(Z)])
    if failure := _solve(problem):
        return failure
    duals = [trace.dual_value for trace in traces]
    if s.value is None or any(dual is None for dual in duals):
        return NoProposal(str(problem.status))
    weights = np.repeat([float(dual) for dual in duals], [own.stop - own.start for own in slices])
    return Opposition(np.array([z.value for z in Z]), float(s.value), np.diag(weights))


def _opposing_sum(jacobians: FloatArray) -> "tuple[list[cvxpy.Variable], cvxpy.Expression]":
    """Z_k and Σ_k (J_kZ_k + Z_kJ_kᵀ)."""
    import cvxpy as cp

    n = jacobians.shape[1]
    Z = [cp.Variable((n, n), PSD=True) for _ in jacobians]
    return Z, sum(J @ z + z @ J.T for J, z in zip(jacobians, Z, strict=True))


def _unit_trace(Z: "list[cvxpy.Variable]") -> "cvxpy.Constraint":
    import cvxpy as cp

    total: cvxpy.Constraint = sum(cp.trace(z) for z in Z) == 1
    return total


def _solve(problem: "cvxpy.Problem") -> NoProposal | None:
    """Run the solver; why it failed, or None."""
    import cvxpy as cp

    try:
        with warnings.catch_warnings():  # an inaccurate solution is a proposal like any other
            warnings.simplefilter("ignore")
            problem.solve(solver=cp.CLARABEL)
    except cp.error.SolverError as error:
        return NoProposal(str(error))
    except BaseException as error:
        return _panic(error)
    return None


def _panic(error: BaseException) -> NoProposal:
    """The solver's native code panicked; any other error is raised again."""
    if type(error).__module__ != "pyo3_runtime":
        raise error
    return NoProposal(str(error))


def most_definite(
    pencils: Sequence[tuple[FloatArray, FloatArray]], nonnegative: int, normal: FloatArray
) -> Proposal | NoProposal:
    """The largest t with Σ_k z_k C_vk ⪰ tT_v for every v, over normal·z = 1, the last z_k ≥ 0.

    pencils: for each v the symmetric matrices (K, k_v, k_v) and T_v (k_v, k_v); nonnegative: how
    many of the last coefficients are at least 0. Returns a proposal, to be evaluated by the caller,
    or the status with which the solver failed.

    >>> C = np.array([np.diag([1.0, 0.0]), np.diag([0.0, 3.0])])
    >>> found = most_definite([(C, np.eye(2))], 2, np.ones(2))
    >>> found.coefficients.round(4), round(found.value, 4)
    (array([0.75, 0.25]), 0.75)
    """
    import clarabel
    from scipy import sparse

    count = len(normal)
    equal = np.append(normal, 0.0)[None]
    rows, constants = [equal], [np.ones(1)]
    cones = [clarabel.ZeroConeT(1)]
    if nonnegative:
        rows.append(np.hstack([-np.eye(count)[count - nonnegative :], np.zeros((nonnegative, 1))]))
        constants.append(np.zeros(nonnegative))
        cones.append(clarabel.NonnegativeConeT(nonnegative))
    for C, target in pencils:
        size = C.shape[1]
        rows.append(np.hstack([-_triangles(C).T, _triangles(target[None]).T]))
        constants.append(np.zeros(size * (size + 1) // 2))
        cones.append(clarabel.PSDTriangleConeT(size))
    cost = -np.eye(count + 1)[-1]
    A, b = sparse.csc_matrix(np.vstack(rows)), np.concatenate(constants)
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    nothing = sparse.csc_matrix((count + 1, count + 1))
    try:
        solution = clarabel.DefaultSolver(nothing, cost, A, b, cones, settings).solve()
    except BaseException as error:
        return _panic(error)
    z = np.array(solution.x, dtype=float)
    if z.shape != (count + 1,) or not np.isfinite(z).all():
        return NoProposal(str(solution.status))
    return Proposal(z[:-1], float(z[-1]), str(solution.status))
