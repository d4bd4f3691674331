"""What is false about equilibrium, start sets and slow steps: an oracle beside truth.py."""

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.reading import Document, decode_array

if TYPE_CHECKING:
    from tests.helpers.truth import Said, Situation

Floats = NDArray[np.float64]
TOLERANCE = 1e-8  # of Newton's method and of norms of small matrices of order 1


def promise_falsehoods(said: "Said", document: Document, game: "Situation") -> Iterator[str]:
    """False promises of a certificate about a game."""
    alpha = float(Fraction(said.find("margin")["margin"]))
    beta = float(np.linalg.norm(game.in_stated(said.metric), 2, axis=(1, 2)).max())
    for name in ("extragradient", "optimistic gradient"):
        for steps in said.each(name):
            longest, best, factor = (
                float(Fraction(steps[key])) for key in ("step_max", "best_step", "factor_at_best")
            )
            h = longest * beta
            used = h**2 + 2 * longest * alpha if name == "extragradient" else 4 * h
            if used > 1 + TOLERANCE or not 0 < best <= longest:
                yield f"{name}: a step too long"
            if factor**2 < 1 - best * alpha - TOLERANCE:
                yield f"{name}: the factor is too small"
    found = said.find("equilibrium")
    if found and found["theorem"] == "equilibrium/T13" and said.metric["kind"] == "scalar":
        yield from _zero(said, document, game)


def _zero(said: "Said", document: Document, game: "Situation") -> Iterator[str]:
    """Newton's method from the stated point, in floats."""
    found, region = said.find("equilibrium"), document["region"]
    point, kind = _numbers(found["point"]), document["game"]["kind"]
    x = point.copy()
    if kind == "quadratic":
        linear = document["game"].get("linear")
        b = np.zeros(len(x)) if linear is None else -_numbers(linear)
        x = np.asarray(np.linalg.solve(game.jacobians[0], b), dtype=float)
    elif kind == "symbolic":
        for _ in range(20):
            step = np.linalg.solve(game.model.jacobian(x), game.model.pseudo_gradient(x))
            x = np.asarray(x - step, dtype=float)
    root = np.sqrt(_numbers(said.metric["weights"]))[game.owner]
    error = float(Fraction(found["error"]))
    if np.linalg.norm((x - point) * root) > error + TOLERANCE * (1 + np.abs(x).max()):
        yield "equilibrium: farther away than its error"
    for start in said.each("start set") if region["kind"] == "box" else ():
        room = np.minimum(x - _numbers(region["lower"]), _numbers(region["upper"]) - x)
        of_flow = start["steps"] is None
        if of_flow and float(Fraction(start["radius"])) > (room * root).min() + TOLERANCE:
            yield "start set: the ball leaves the region"


def _numbers(value: object) -> Floats:
    if isinstance(value, dict):
        return np.asarray(decode_array(value, "array"), dtype=float)
    assert isinstance(value, list)
    return np.array([float(Fraction(v)) for v in value])
