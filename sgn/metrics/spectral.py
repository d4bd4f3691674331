"""Dense metrics for one constant Jacobian, from its eigenvectors and from Lyapunov equations.

Every metric is a proposal: what it proves is computed from it afterwards (T5, T10, T11 a).
"""

import warnings

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]
CLOSE = (10.0, 1e4)  # an eigenvector's entry beyond this says that two eigenvalues are too close
LEFT = (0.3, 0.03, 0.003)  # what is then left off the diagonal, as a part of the least |Re λ|
SHORT = (0.02, 0.002)  # how far below its supremum a Lyapunov equation aims


def dense_candidates(J: FloatArray) -> list[FloatArray]:
    """Positive definite matrices (n, n) in which J, (n, n), is nearly normal, or contracts well.

    Where J has independent eigenvectors, V, the metric (VV*)⁻¹ makes it normal: the margin is then
    min Re λ, the largest Euler step min 2Re λ/|λ|², and no metric has more (T10). Eigenvalues that
    nearly coincide are kept together in a triangle that is scaled down; the real part of a metric
    serves as well as itself, as J is real.

    >>> M = dense_candidates(np.array([[1.0, 100.0], [0.0, 2.0]]))[0]
    >>> R = np.linalg.cholesky(M).T
    >>> B = R @ np.array([[1.0, 100.0], [0.0, 2.0]]) @ np.linalg.inv(R)
    >>> float(np.linalg.eigvalsh((B + B.T) / 2)[0].round(6))
    1.0
    """
    found = [_nearly_normal(J, close, left) for close in CLOSE for left in LEFT]
    return [M for M in (*found, *_lyapunov(J)) if _is_usable(M)]


def _nearly_normal(J: FloatArray, close: float, left: float) -> FloatArray:
    """Re (TT*)⁻¹ where T⁻¹JT is triangular with a small rest off its diagonal."""
    from scipy.linalg import schur, solve_triangular

    S, U = schur(J.astype(complex), output="complex")
    X, rest = _partial_eigenvectors(S, close)
    length = np.linalg.norm(X, axis=0)
    rest = rest * (length[:, None] / length[None, :])
    X = X / length * _grading(rest, left * float(np.abs(np.diag(S).real).min()))
    inverse = solve_triangular(X, U.conj().T)
    return np.asarray((inverse.conj().T @ inverse).real)


def _partial_eigenvectors(S: ComplexArray, close: float) -> tuple[ComplexArray, ComplexArray]:
    """X unit upper triangular with SX = X(Λ + E); E holds what would make X exceed `close`."""
    n = len(S)
    X, E = np.eye(n, dtype=complex), np.zeros((n, n), dtype=complex)
    for j in range(n):
        for i in range(j - 1, -1, -1):
            right = S[i, i + 1 : j + 1] @ X[i + 1 : j + 1, j] - X[i, i + 1 : j] @ E[i + 1 : j, j]
            gap = S[j, j] - S[i, i]
            if abs(right) > close * abs(gap):
                E[i, j] = right
            elif right != 0:
                X[i, j] = right / gap
    return X, E


def _grading(E: ComplexArray, largest: float) -> FloatArray:
    """d with |E_ij|·d_j/d_i ≤ largest."""
    scale = np.ones(len(E))
    for j in range(len(E)):
        for i in np.flatnonzero(np.abs(E[:, j]) > largest):
            scale[j] = min(scale[j], scale[i] * largest / abs(E[i, j]))
    return scale


def _lyapunov(J: FloatArray) -> list[FloatArray]:
    """M with sym(M(J − aI)) ≻ 0 for a near min Re λ, and with J⁻¹ for J, for long Euler steps."""
    from scipy.linalg import solve_continuous_lyapunov

    n = len(J)
    found = []
    for A in (J, _inverse(J)):
        least = float(np.linalg.eigvals(A).real.min())
        if least > 0:
            for short in SHORT:
                shifted = A - least * (1 - short) * np.eye(n)
                with warnings.catch_warnings():  # a perturbed solution is a proposal like any other
                    warnings.simplefilter("ignore")
                    solved = solve_continuous_lyapunov(shifted.T, np.eye(n))
                found.append(np.asarray(solved, float))
    return found


def _inverse(J: FloatArray) -> FloatArray:
    try:
        return np.asarray(np.linalg.inv(J))
    except np.linalg.LinAlgError:
        return -np.eye(len(J))  # nothing positive to aim at


def _is_usable(M: FloatArray) -> bool:
    return bool(np.isfinite(M).all()) and float(np.linalg.eigvalsh((M + M.T) / 2)[0]) > 0
