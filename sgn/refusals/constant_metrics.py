"""Witnesses that no constant metric certifies a region (theory: T6)."""

import itertools
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

CLEAR = 1e-10  # of ‖J‖·‖H‖: what λ_min(sym(H(J − sI))) must exceed, far above rounding
ROOMY = 0.1  # the shift is 0 if the imaginary axis is at least this part as clear as the best line
LINES = (0.5, 0.37, 0.66, 0.2, 0.83)  # within a gap of real parts, tried in this order
TRIES = 12  # lines at most: a matrix without witness is given up in a fraction of a second
WELL_CONDITIONED = 1e10  # of eigenvectors, beyond which H from them is noise
ROUNDING = 1e-12  # of a matrix's size: what the float test of T6's dual forgives


class NoWitness(Exception):
    """There is no eigenvalue of negative real part, or none that floating point can witness."""


@final
@dataclass(frozen=True, eq=False)
class EigenWitness:
    """T6: J has an eigenvalue with real part below `shift` ≤ 0, by a test free of eigenvalues.

    sym(H(J − shift·I)) ≻ 0 and vᵀHv < 0. Proof: an eigenvector z of J − shift·I on the imaginary
    axis would make z*sym(H(J − shift·I))z = 0, so no eigenvalue lies there. Were all real parts
    positive, H would be the Lyapunov integral ∫e^{−Bᵀt}(BᵀH + HB)e^{−Bt}dt with B = J − shift·I,
    hence H ≻ 0, against vᵀHv < 0.

    shift: a float, at most 0.   H: (n, n), exactly symmetric, ‖H‖₂ = 1.   v: (n,), ‖v‖₂ = 1.

    >>> EigenWitness(0.0, np.array([[-1.0]]), np.array([1.0])).shift
    0.0
    """

    shift: float
    H: FloatArray
    v: FloatArray

    def __post_init__(self) -> None:
        for array in (self.H, self.v):
            array.flags.writeable = False


def eigenvalue_witness(jacobian: ArrayLike) -> EigenWitness:
    """T6: a witness that the matrix has an eigenvalue of negative real part.

    jacobian: (n, n), finite. The shift is 0 if the imaginary axis is clear of eigenvalues, else
    it lies between the least real part and the next.
    Raises NoWitness if no real part is negative, or none by more than rounding; ValueError for a
    matrix that is not square or not finite.

    >>> witness = eigenvalue_witness([[1, 2], [3, 1]])
    >>> witness.shift, float(witness.v @ witness.H @ witness.v) < 0
    (0.0, True)
    """
    J = np.array(jacobian, dtype=float)
    if J.ndim != 2 or J.shape[0] != J.shape[1] or not np.all(np.isfinite(J)):
        raise ValueError(f"the Jacobian has shape {J.shape}; expected a finite square matrix")
    real_parts = np.sort(np.linalg.eigvals(J).real)
    if real_parts[0] >= 0:
        raise NoWitness(f"the least real part of an eigenvalue is {real_parts[0]:.3g}, not below 0")
    for shift in _shifts(real_parts):
        for H in _candidates(J - shift * np.eye(len(J))):
            if _witnesses(J, H, shift):
                return EigenWitness(shift, H, np.linalg.eigh(H)[1][:, 0])
    raise NoWitness(
        f"the least real part of an eigenvalue is {real_parts[0]:.3g}, too close to 0 or too"
        " ill-conditioned for a witness in floating point"
    )


def dual_refutes(jacobians: ArrayLike, weights: ArrayLike) -> bool:
    """T6, dual: whether Z_k ⪰ 0, not all 0, with Σ_k (J_kZ_k + Z_kJ_kᵀ) ⪯ 0 refute every metric.

    jacobians: (K, n, n), J at points of one region; weights: (K, n, n), the symmetric Z_k.
    A test in floating point that forgives 1e-12 of the matrices' size; the proof is the checker's.
    Raises ValueError for shapes that differ.

    >>> J = [[[0.1, 1], [-0.1, 0.1]], [[0.1, 0.1], [-1, 0.1]]]
    >>> dual_refutes(J, [[[1, -1], [-1, 1]], [[1, 1], [1, 1]]])
    True
    """
    J, Z = np.asarray(jacobians, dtype=float), np.asarray(weights, dtype=float)
    if J.ndim != 3 or J.shape[1] != J.shape[2] or Z.shape != J.shape:
        raise ValueError(
            f"jacobians have shape {J.shape} and weights {Z.shape}; expected (K, n, n) for both"
        )
    size = float(np.abs(Z).max(initial=0.0))
    if size == 0 or not np.array_equal(Z, np.swapaxes(Z, 1, 2)):
        return False
    total = (J @ Z + Z @ np.swapaxes(J, 1, 2)).sum(axis=0)
    least, largest = np.linalg.eigvalsh(Z).min(), np.linalg.eigvalsh(total)[-1]
    forgiven = ROUNDING * size
    return bool(least >= -forgiven and largest <= forgiven * np.abs(J).sum(axis=(1, 2)).max())


def _shifts(real_parts: FloatArray) -> list[float]:
    """Shifts s ≤ 0 above the least real part: the roomiest first, but 0 if it is roomy enough.

    real_parts: sorted, the first negative. Lines are drawn in each gap between them, up to 0.
    The axis has the simplest claim; it is preferred unless an eigenvalue is too near.
    """
    marks = np.append(real_parts[real_parts < 0], 0.0)
    lines = [
        float(low + part * (high - low))
        for low, high in itertools.pairwise(marks)
        for part in LINES
        if high > low
    ]
    lines.append(0.0)

    def room(shift: float) -> float:
        return float(np.abs(real_parts - shift).min())

    ranked = sorted((s for s in lines if s > real_parts[0]), key=room, reverse=True)
    axis_first = room(0.0) >= ROOMY * room(ranked[0])
    return [0.0, *ranked[:TRIES]] if axis_first else ranked[:TRIES]


def _candidates(B: FloatArray) -> Iterator[FloatArray]:
    """Symmetric H that should make sym(HB) definite: by eigenvectors, else by Lyapunov's equation.

    H = V^{-*}·sign(Re λ)·V^{-1} gives sym(HB) = V^{-*}|Re λ|V^{-1} ≻ 0. Where eigenvectors fail
    (Jordan blocks), BᵀH + HB = 2I has a solution unless two eigenvalues sum to 0.
    """
    values, V = np.linalg.eig(B)
    with np.errstate(all="ignore"):  # what overflows is refused by the test that follows
        if np.linalg.cond(V) < WELL_CONDITIONED:
            inverse = np.linalg.inv(V)
            yield _normalised(((inverse.conj().T * np.sign(values.real)) @ inverse).real)
        yield _normalised(_lyapunov(B))


def _lyapunov(B: FloatArray) -> FloatArray:
    """The solution H of BᵀH + HB = 2I, where there is one."""
    from scipy import linalg

    with warnings.catch_warnings():  # eigenvalues that sum to 0: what it returns is tested anyway
        warnings.simplefilter("ignore", RuntimeWarning)
        solution = linalg.solve_continuous_lyapunov(B.T, 2 * np.eye(len(B)))
    return np.asarray(solution, dtype=float)


def _normalised(H: FloatArray) -> FloatArray:
    """The symmetric part, scaled to norm 1."""
    symmetric = (H + H.T) / 2
    finite = np.where(np.isfinite(symmetric), symmetric, 0.0)
    size = np.abs(np.linalg.eigvalsh(finite)).max()
    normalised: FloatArray = finite / size if size > 0 else finite
    return normalised


def _witnesses(J: FloatArray, H: FloatArray, shift: float) -> bool:
    """Whether sym(H(J − sI)) ≻ 0 far above rounding and H is not positive semidefinite."""
    product = H @ (J - shift * np.eye(len(J)))
    least = np.linalg.eigvalsh((product + product.T) / 2)[0]
    return bool(least > CLEAR * np.linalg.norm(J, 2) and np.linalg.eigvalsh(H)[0] < -CLEAR)
