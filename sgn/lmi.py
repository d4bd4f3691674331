"""Linear matrix inequalities: the only module that imports cvxpy, and only on use.

What a solver returns is a proposal. Callers evaluate it themselves; a status proves nothing.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

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
    try:
        with warnings.catch_warnings():  # an inaccurate solution is a proposal like any other
            warnings.simplefilter("ignore")
            problem.solve(solver=cp.CLARABEL)
    except cp.error.SolverError as error:
        return NoProposal(str(error))
    if m.value is None or t.value is None:
        return NoProposal(str(problem.status))
    return Proposal(np.asarray(m.value, dtype=float), float(t.value), str(problem.status))


def largest_coefficient(pencils: Sequence[FloatArray], floor: float) -> Proposal | NoProposal:
    """The largest z_0 with C_v0 + Σ_k z_k C_v,k+1 ⪰ floor·I for every v, over z ≥ 0.

    pencils: one array (K + 1, k_v, k_v) of symmetric matrices for each v; z has K entries.
    Returns a proposal, to be evaluated by the caller, or the status with which the solver failed.

    >>> found = largest_coefficient([np.array([np.eye(2), -np.eye(2)])], 0.25)
    >>> found.coefficients.round(4)
    array([0.75])
    """
    import cvxpy as cp

    count = len(pencils[0]) - 1
    z = cp.Variable(count, nonneg=True)
    constraints = []
    for C in pencils:
        size = C.shape[1]
        combined = cp.reshape(C[1:].reshape(count, -1).T @ z, (size, size), order="C")
        constraints.append(combined + C[0] - floor * np.eye(size) >> 0)
    problem = cp.Problem(cp.Maximize(z[0]), constraints)
    try:
        with warnings.catch_warnings():  # an inaccurate solution is a proposal like any other
            warnings.simplefilter("ignore")
            problem.solve(solver=cp.CLARABEL)
    except cp.error.SolverError as error:
        return NoProposal(str(error))
    if z.value is None:
        return NoProposal(str(problem.status))
    return Proposal(np.asarray(z.value, dtype=float), float(z.value[0]), str(problem.status))
