"""A certificate's numbers as plain JSON: floats, rounded to the safe side."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from certificates.equilibrium import equilibrium_of
from certificates.kernel.claims import Claims
from certificates.kernel.document.metric import Metric
from certificates.kernel.refusal import RefusalClaims
from certificates.methods import METHODS
from certificates.report.refusal import sentence
from certificates.report.texts import error_of
from certificates.step_range import StepRange, range_of
from games.language.number import float_enclosure

Plain = dict[str, Any]


def certificate_facts(claims: Claims) -> Plain:
    """What a certificate states: lower bounds rounded down, upper bounds up.

    Points and weights have no side: they are rounded to nearest, and the error of the equilibrium
    includes how far its point is moved by that. A number beyond all floats is null.
    """
    steps = {key: range_of(claims, key) for key in METHODS}
    return {
        "verdict": claims.verdict,
        "margin": _down(claims.margin),
        "margin_basis": claims.margin_basis,
        "structural_margin": _down(claims.small_gain.margin),
        "lipschitz": _up(claims.lipschitz),
        "weights": _weights(claims.metric),
        "metric": {
            "kind": claims.metric.kind,
            "matrices": [part.tolist() for part in claims.metric.matrices],
        },
        "methods": {key: _steps(found) for key, found in steps.items() if found is not None},
        "equilibrium": _equilibrium(claims),
    }


def refusal_facts(claims: RefusalClaims) -> Plain:
    """What a refusal says: why, and what to try."""
    point = claims.worst_point
    return {
        "verdict": claims.verdict,
        "reason": claims.reason,
        "message": sentence(claims),
        "suggestions": list(claims.suggestions),
        "worst_point": None if point is None else _near(point),
    }


def _steps(found: StepRange) -> Plain:
    return {
        "step_max": _down(found.step_max.exact),
        "best_step": _down(found.best_step.exact),
        "factor": _up(found.factor_at_best.exact),
        "constant": _up(found.constant.exact),
    }


def _weights(metric: Metric) -> list[float | None] | None:
    return _near(metric.weights.tolist()) if metric.kind == "scalar" else None


def _equilibrium(claims: Claims) -> Plain | None:
    found = equilibrium_of(claims)
    if found is None:
        return None
    stated = [Fraction(v) for v in found.point]
    printed = _near(stated)
    error = None
    if None not in printed:
        moved = [Fraction(v) for v in printed if v is not None]
        error = _up(error_of(stated, moved, found.error, claims.metric))
    return {"point": printed, "error": error, "kind": found.kind}


def _down(value: Fraction) -> float | None:
    return _finite(float_enclosure(value)[0])


def _up(value: Fraction) -> float | None:
    return _finite(float_enclosure(value)[1])


def _near(values: Sequence[Fraction]) -> list[float | None]:
    return [_nearest(Fraction(v)) for v in values]


def _nearest(value: Fraction) -> float | None:
    try:
        return _finite(float(value))
    except OverflowError:
        return None


def _finite(value: float) -> float | None:
    return value if abs(value) < float("inf") else None
