"""Rows of a certificate's table about steps: each in its metric, towards what, and projected."""

from functools import reduce
from operator import and_

from certificates.kernel.document.claims import Claims
from certificates.kernel.document.metric import Metric
from certificates.kernel.document.promises import SlowSteps
from certificates.kernel.document.steps import Steps
from certificates.report.shown import LINES, Basis, Row, line
from certificates.report.texts import down, factor_text, joined, metric_text, step_text
from games.regions.region import Space

PROJECTED_ONLY = "projected play only"


def pair_rows(claims: Claims) -> list[Row]:
    """Euler and RK4 between any two runs."""
    prefix, rows = claims.geometry.prefix, []
    for name, steps in (("Euler step", claims.euler), ("RK4 step", claims.rk4)):
        label = f"{prefix}{name}"
        if steps is None:
            rows.append(line("none certified", "none certified", label))
        else:
            text = f"{range_text(steps)}  ({_how(claims, steps)})"
            rows.append(line(name, text, label))
    return rows


def towards_rows(claims: Claims) -> list[Row]:
    """RK4, extragradient and optimistic gradient towards the equilibrium; what projection keeps."""
    promises, rows = claims.promises, []
    if (rk4 := claims.rk4_equilibrium) is not None:
        rows.append(line("RK4 to equilibrium", f"{range_text(rk4)}  ({_zero(claims)})"))
    for name, steps in (
        ("extragradient step", promises.extragradient),
        ("optimistic step", promises.optimistic),
    ):
        if steps is not None and (steps.unprojected or steps.projected):
            rows.append(line(name, f"{range_text(steps)}  ({_towards(claims, steps)})"))
    if names := projected_methods(claims):
        text = f"the same steps hold for projected {joined(names)}"
        rows.append(Row("with projection", text, projection_basis(claims)))
    return [*rows, *_within_rows(claims)]


def _within_rows(claims: Claims) -> list[Row]:
    """That stages and midpoints must lie where the bounds hold too (T11, T20).

    Not on R^n, nor where J is constant and so bounded everywhere (T11 a).
    """
    promises, rk4 = claims.promises, claims.rk4
    if isinstance(claims.region, Space) or (rk4 is not None and rk4.basis == "constant"):
        return []
    slow = [steps for steps in (promises.extragradient, promises.optimistic) if steps is not None]
    points = []
    if rk4 is not None or claims.rk4_equilibrium is not None:
        points.append("RK4's stages")
    if any(steps.unprojected for steps in slow):
        points.append("the midpoints of extragradient and optimistic")
    if not points:
        return []
    where = "in the region" if claims.region is not None else "where the bounds hold"
    return [line("steps hold", f"while play stays {where}, {joined(points)} included")]


def range_text(steps: Steps | SlowSteps) -> str:
    """Every h up to the largest; the factor holds at the best step, which is printed exactly."""
    best = f"best {step_text(steps.best_step)} with factor {factor_text(steps.factor_at_best)}"
    return f"every h up to {down(steps.step_max)}; {best}"


def projected_methods(claims: Claims) -> list[str]:
    """The methods whose steps hold as well with every point projected to the region."""
    methods: dict[str, Steps | SlowSteps | None] = {
        "Euler": claims.euler,
        "extragradient": claims.promises.extragradient,
        "optimistic": claims.promises.optimistic,
    }
    return [name for name, steps in methods.items() if steps is not None and steps.projected]


def projection_basis(claims: Claims) -> Basis:
    """What covers every method that may be projected."""
    return reduce(and_, (LINES[f"projected {name}"] for name in projected_methods(claims)))


def in_metric(claims: Claims, metric: Metric) -> str:
    """Which metric, where it is not the certificate's; else nothing."""
    return "" if metric == claims.metric else f"in {metric_text(metric)}"


def _how(claims: Claims, steps: Steps) -> str:
    return ", ".join(filter(None, (steps.basis, in_metric(claims, steps.metric))))


def _towards(claims: Claims, steps: SlowSteps) -> str:
    """What x* is, and of which play the steps are certified (T20)."""
    if steps.unprojected:
        return _zero(claims)
    found = claims.promises.equilibrium
    where = "solution on the boundary" if found is not None and found.kind == "boundary" else ""
    return f"{PROJECTED_ONLY}, to the {where or 'variational solution'}"


def _zero(claims: Claims) -> str:
    """A zero of F: certified, or there for certain, or there only perhaps."""
    if claims.promises.equilibrium is not None:
        return "to the equilibrium"
    if isinstance(claims.region, Space):
        return "to the one zero of F"
    return "to a zero of F in the region, if there is one"
