"""Claims about a Jacobian as matrix inequalities S(J) ⪰ 0, affine in J; the search's, in floats.

`inequality` gives S for matrices J; `spread` gives |S(J + E) − S(J)| entrywise for |E| ≤ R.
"""

from functools import singledispatch

import numpy as np
from numpy.typing import NDArray

from sgn.quantities.quantities import (
    Cocoercivity,
    Coupling,
    Curvature,
    Deviation,
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
    return symmetric_part(_product(quantity, J)) - claim * _metric(quantity, J)


@spread.register
def _(quantity: Margin, claim: float, R: FloatArray) -> FloatArray:
    return symmetric_part(_product_spread(quantity, R))


@inequality.register
def _(quantity: Lipschitz, claim: float, J: FloatArray) -> FloatArray:
    corner = claim * _metric(quantity, J)
    return _bordered(corner, _product(quantity, J), corner)


@spread.register
def _(quantity: Lipschitz, claim: float, R: FloatArray) -> FloatArray:
    return _bordered(0.0, _product_spread(quantity, R), 0.0)


@inequality.register
def _(quantity: Deviation, claim: float, J: FloatArray) -> FloatArray:
    corner = claim * _metric(quantity, J)
    return _bordered(corner, _product(quantity, quantity.difference(J)), corner)


@spread.register
def _(quantity: Deviation, claim: float, R: FloatArray) -> FloatArray:
    return _bordered(0.0, _product_spread(quantity, R), 0.0)


@inequality.register
def _(quantity: EulerFactor, claim: float, J: FloatArray) -> FloatArray:
    M = _metric(quantity, J)
    return _bordered(claim * M, M - quantity.step * _product(quantity, J), claim * M)


@spread.register
def _(quantity: EulerFactor, claim: float, R: FloatArray) -> FloatArray:
    return _bordered(0.0, quantity.step * _product_spread(quantity, R), 0.0)


@inequality.register
def _(quantity: Cocoercivity, claim: float, J: FloatArray) -> FloatArray:
    """[[sym B, √c Bᵀ], [√c B, I]] ⪰ 0 is sym B ⪰ cBᵀB."""
    B = _product(quantity, J)
    n = B.shape[-1]
    S = _bordered(0.0, np.sqrt(claim) * B, _metric(quantity, J))
    S[..., :n, :n] += symmetric_part(B)
    return S


@spread.register
def _(quantity: Cocoercivity, claim: float, R: FloatArray) -> FloatArray:
    B = _product_spread(quantity, R)
    n = B.shape[-1]
    S = _bordered(0.0, np.sqrt(claim) * B, 0.0)
    S[..., :n, :n] += symmetric_part(B)
    return S


def _product(quantity: Weighted, J: FloatArray) -> FloatArray:
    """MJ; for weights in the coordinates where M is the identity, so that numbers are moderate."""
    return quantity.similar(J) if quantity.frame.is_diagonal else quantity.frame.matrix @ J


def _product_spread(quantity: Weighted, R: FloatArray) -> FloatArray:
    """How far its entries move where those of J move by at most R."""
    return quantity.similar(R) if quantity.frame.is_diagonal else abs(quantity.frame.matrix) @ R


def _metric(quantity: Weighted, J: FloatArray) -> FloatArray:
    """M in the coordinates of :func:`_product`."""
    return np.eye(J.shape[-1]) if quantity.frame.is_diagonal else quantity.frame.matrix


def checker_scale(quantity: Quantity, claim: float, size: int) -> FloatArray:
    """The congruence (size, size) from S to the matrix that the checker tests for the claim.

    A test that forgives a rounding row by row depends on it.
    """
    if not isinstance(quantity, Weighted):
        return np.ones((size, size))
    frame = quantity.frame
    root = np.ones(sum(frame.sizes))
    if frame.is_diagonal:
        root = np.repeat(np.sqrt(frame.metric.weights), frame.sizes)
    scale = np.tile(root, size // len(root))
    if isinstance(quantity, Cocoercivity):
        scale[len(root) :] /= np.sqrt(claim)
    return np.asarray(scale[:, None] * scale)


def _bordered(top: float | FloatArray, B: FloatArray, bottom: float | FloatArray) -> FloatArray:
    """[[top, Bᵀ], [B, bottom]]; a number stands for so many times the identity."""
    p, q = B.shape[-2:]
    S = np.zeros((*B.shape[:-2], p + q, p + q))
    S[..., :q, :q] = top * np.eye(q) if np.ndim(top) == 0 else top
    S[..., q:, q:] = bottom * np.eye(p) if np.ndim(bottom) == 0 else bottom
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
