"""What is false about equilibrium, start sets and slow steps: an oracle beside truth.py."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.promises import ZEROS
from certificates.kernel.document.reading import Document, decode_array
from games.files.document import from_document

Floats = NDArray[np.float64]
TOLERANCE = 1e-8  # of Newton's method and of norms of small matrices of order 1


def promise_falsehoods(
    document: Document, jacobians: Floats, B: Floats, owner: NDArray[np.int64]
) -> Iterator[str]:
    """False promises; jacobians (k, n, n) the region allows, B the same in the metric."""
    alpha, steps = float(Fraction(document["margin"])), document["steps"]
    beta = float(np.linalg.norm(B, 2, axis=(1, 2)).max())
    for name, bound in (("extragradient", 1.0), ("optimistic", 1.0)):
        if name in steps:
            longest, best, factor = (
                float(Fraction(steps[name][key]))
                for key in ("step_max", "best_step", "factor_at_best")
            )
            h = longest * beta
            used = h**2 + 2 * longest * alpha if name == "extragradient" else 4 * h
            if used > bound + TOLERANCE or not 0 < best <= longest:
                yield f"{name}: a step too long"
            if factor**2 < 1 - best * alpha - TOLERANCE:
                yield f"{name}: the factor is too small"
    if "equilibrium" in document and document["metric"]["kind"] == "scalar":
        yield from _equilibrium(document, owner, jacobians[0])


def _equilibrium(document: Document, owner: NDArray[np.int64], J: Floats) -> Iterator[str]:
    """Newton's method from the stated point, in floats."""
    found, region = document["equilibrium"], document["region"]
    if found["kind"] not in ZEROS:
        return
    point, kind = _numbers(found["point"]), document["game"]["kind"]
    x = point.copy()
    if kind == "quadratic":
        linear = document["game"].get("linear")
        b = np.zeros(len(x)) if linear is None else -_numbers(linear)
        x = np.asarray(np.linalg.solve(J, b), dtype=float)
    elif kind == "symbolic":
        game = from_document(document["game"], "game")
        for _ in range(20):
            x = x - np.linalg.solve(game.jacobian(x), game.pseudo_gradient(x))
    root = np.sqrt(_numbers(document["weights"]))[owner]
    error = float(Fraction(found["error"]))
    if np.linalg.norm((x - point) * root) > error + TOLERANCE * (1 + np.abs(x).max()):
        yield "equilibrium: farther away than its error"
    if region["kind"] == "box" and "radius" in document.get("basin", {}):
        room = np.minimum(x - _numbers(region["lower"]), _numbers(region["upper"]) - x)
        if float(Fraction(document["basin"]["radius"])) > (room * root).min() + TOLERANCE:
            yield "start set: the ball leaves the region"


def _numbers(value: object) -> Floats:
    if isinstance(value, dict):
        return np.asarray(decode_array(value, "array"), dtype=float)
    assert isinstance(value, list)
    return np.array([float(Fraction(v)) for v in value])
