"""Claims about a Jacobian as matrix inequalities S(J) ⪰ 0, affine in J; the search's, in floats.

`inequality` gives S for matrices J; `spread` gives |S(J + E) − S(J)| entrywise for |E| ≤ R.
"""

from functools import singledispatch

import numpy as np
from numpy.typing import NDArray

from sgn.bounds.quantities import (
    Cocoercivity,
    Coupling,
    Curvature,
    EulerFactor,
    FloatArray,
    Lipschitz,
    Margin,
    Quantity,
    UpperCurvature,
    Weighted,
    symmetric_part,
)

Bools = NDArray[np.bool_]


@singledispatch
def inequality(quantity: Quantity, claim: float, J: FloatArray) -> FloatArray:
    """S with S ⪰ 0 exactly where the claim holds; J: (…, p, q)."""
    raise TypeError(f"no inequality is known for {type(quantity).__name__}")


@singledispatch
def spread(quantity: Quantity, claim: float, R: FloatArray) -> FloatArray:
    """What entries of J that move by at most R do to S, entrywise."""
    raise TypeError(f"no inequality is known for {type(quantity).__name__}")


@inequality.register
def _(quantity: Curvature, claim: float, J: FloatArray) -> FloatArray:
    return symmetric_part(J) - claim * np.eye(J.shape[-1])


@inequality.register
def _(quantity: UpperCurvature, claim: float, J: FloatArray) -> FloatArray:
    return claim * np.eye(J.shape[-1]) - symmetric_part(J)


@spread.register(Curvature)
@spread.register(UpperCurvature)
def _(quantity: Quantity, claim: float, R: FloatArray) -> FloatArray:
    return symmetric_part(R)


@inequality.register
def _(quantity: Coupling, claim: float, J: FloatArray) -> FloatArray:
    return _bordered(claim, J, claim)


@spread.register
def _(quantity: Coupling, claim: float, R: FloatArray) -> FloatArray:
    return _bordered(0.0, R, 0.0)


@inequality.register
def _(quantity: Margin, claim: float, J: FloatArray) -> FloatArray:
    return symmetric_part(quantity.similar(J)) - claim * np.eye(J.shape[-1])


@spread.register
def _(quantity: Margin, claim: float, R: FloatArray) -> FloatArray:
    return symmetric_part(quantity.similar(R))


@inequality.register
def _(quantity: Lipschitz, claim: float, J: FloatArray) -> FloatArray:
    return _bordered(claim, quantity.similar(J), claim)


@spread.register
def _(quantity: Lipschitz, claim: float, R: FloatArray) -> FloatArray:
    return _bordered(0.0, quantity.similar(R), 0.0)


@inequality.register
def _(quantity: EulerFactor, claim: float, J: FloatArray) -> FloatArray:
    B = np.eye(J.shape[-1]) - quantity.step * quantity.similar(J)
    return _bordered(claim, B, claim)


@spread.register
def _(quantity: EulerFactor, claim: float, R: FloatArray) -> FloatArray:
    return _bordered(0.0, quantity.step * quantity.similar(R), 0.0)


@inequality.register
def _(quantity: Cocoercivity, claim: float, J: FloatArray) -> FloatArray:
    """[[sym B, √c Bᵀ], [√c B, I]] ⪰ 0 is sym B ⪰ cBᵀB."""
    B = quantity.similar(J)
    n = B.shape[-1]
    S = _bordered(0.0, np.sqrt(claim) * B, 1.0)
    S[..., :n, :n] += symmetric_part(B)
    return S


@spread.register
def _(quantity: Cocoercivity, claim: float, R: FloatArray) -> FloatArray:
    B = quantity.similar(R)
    n = B.shape[-1]
    S = _bordered(0.0, np.sqrt(claim) * B, 0.0)
    S[..., :n, :n] += symmetric_part(B)
    return S


def checker_scale(quantity: Quantity, claim: float, size: int) -> FloatArray:
    """The congruence (size, size) from S to the matrix that the checker tests for the claim.

    A test that forgives a rounding row by row depends on it.
    """
    if not isinstance(quantity, Weighted):
        return np.ones((size, size))
    sizes = [part.stop - part.start for part in quantity.slices]
    root = np.repeat(np.sqrt(np.asarray(quantity.weights)), sizes)
    scale = np.tile(root, size // len(root))
    if isinstance(quantity, Cocoercivity):
        scale[len(root) :] /= np.sqrt(claim)
    return np.asarray(scale[:, None] * scale)


def _bordered(top: float, B: FloatArray, bottom: float) -> FloatArray:
    """[[top·I, Bᵀ], [B, bottom·I]]."""
    p, q = B.shape[-2:]
    S = np.zeros((*B.shape[:-2], p + q, p + q))
    S[..., :q, :q] = top * np.eye(q)
    S[..., q:, q:] = bottom * np.eye(p)
    S[..., q:, :q] = B
    S[..., :q, q:] = np.swapaxes(B, -1, -2)
    return S


def is_positive_definite(S: FloatArray) -> Bools:
    """Whether elimination meets only positive pivots, for a batch (…, m, m) at once."""
    A = S.copy()
    good = np.isfinite(A).all(axis=(-1, -2))
    with np.errstate(all="ignore"):
        for k in range(A.shape[-1]):
            pivot = A[..., k, k]
            good &= pivot > 0
            column = A[..., k + 1 :, k] / pivot[..., None]
            A[..., k + 1 :, k + 1 :] -= column[..., :, None] * A[..., None, k, k + 1 :]
    return np.asarray(good)
