"""What is false about equilibrium, start sets and slow steps: an oracle beside truth.py."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from certificates.certificate import Certificate
from certificates.certificate import from_document as read_result
from certificates.kernel.document.reading import Document, decode_array
from games.files.document import from_document

Floats = NDArray[np.float64]
TOLERANCE = 1e-8  # of Newton's method and of norms of small matrices of order 1


def promise_falsehoods(
    document: Document, jacobians: Floats, B: Floats, owner: NDArray[np.int64]
) -> Iterator[str]:
    """False promises; jacobians (k, n, n) the region allows, B the same in the metric.

    Steps and start sets that follow are those which the certificate reports.
    """
    certificate = read_result(document)
    assert isinstance(certificate, Certificate)
    alpha, beta = float(certificate.margin), float(np.linalg.norm(B, 2, axis=(1, 2)).max())
    for name, bend in (("extragradient", 1), ("optimistic", 4)):
        steps = certificate.method(name)
        if steps is not None:
            longest, best = float(steps.step_max), float(steps.best_step)
            if bend * (longest * beta) ** 2 >= 1 + TOLERANCE or not 0 < best <= longest:
                yield f"{name}: a step too long"
            left = 1 - bend * (best * beta) ** 2
            share = np.linspace(0, 1, 10**4 + 1)  # T20: the least of 2hα‖u‖² + ρ‖v‖², u + v given
            decrease = (2 * best * alpha * share**2 + left * (1 - share) ** 2).min()
            if float(steps.factor_at_best) ** 2 < 1 - decrease - TOLERANCE:
                yield f"{name}: the factor is too small"
    if certificate.equilibrium is not None and document["metric"]["kind"] == "scalar":
        yield from _equilibrium(document, certificate, owner, jacobians[0])


def _equilibrium(
    document: Document, certificate: Certificate, owner: NDArray[np.int64], J: Floats
) -> Iterator[str]:
    """Newton's method from the stated point, in floats."""
    found, region = certificate.equilibrium, document["region"]
    if found is None or not found.is_zero:
        return
    point, kind = np.array(found.point, dtype=float), document["game"]["kind"]
    x = point.copy()
    if kind == "quadratic":
        linear = document["game"].get("linear")
        b = np.zeros(len(x)) if linear is None else -_numbers(linear)
        x = np.asarray(np.linalg.solve(J, b), dtype=float)
    elif kind == "symbolic":
        game = from_document(document["game"], "game")
        for _ in range(20):
            x = x - np.linalg.solve(game.jacobian(x), game.pseudo_gradient(x))
    root = np.sqrt(_numbers(document["metric"]["weights"]))[owner]
    if np.linalg.norm((x - point) * root) > found.error + TOLERANCE * (1 + np.abs(x).max()):
        yield "equilibrium: farther away than its error"
    radius = None if certificate.basin is None else certificate.basin.radii.get("flow")
    if region["kind"] == "box" and radius is not None:
        room = np.minimum(x - _numbers(region["lower"]), _numbers(region["upper"]) - x)
        if float(radius) > (room * root).min() + TOLERANCE:
            yield "start set: the ball leaves the region"


def _numbers(value: object) -> Floats:
    if isinstance(value, dict):
        return np.asarray(decode_array(value, "array"), dtype=float)
    assert isinstance(value, list)
    return np.array([float(Fraction(v)) for v in value])
