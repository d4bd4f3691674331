"""The lines of a certificate that a reader can quote: does play converge, how fast, which steps."""

from collections.abc import Sequence
from dataclasses import replace

from certificates.equilibrium import equilibrium_of
from certificates.kernel.claims import Claims, Steps
from certificates.kernel.document.metric import Metric
from certificates.methods import Method, all_steps
from certificates.report.promises import equilibrium_row, start_rows
from certificates.report.refusal import geometry_rows, subject_rows
from certificates.report.shown import Row, checked, line
from certificates.report.steps import in_metric, projected_methods, shrinking, towards_what
from certificates.report.texts import down, factor_text, step_text, weights_text

MORE = "result.details(), or sgn certify --details"


def quoted_rows(claims: Claims) -> list[Row]:
    """The game; does play converge, how fast, with which steps, and from where."""
    steps = [_steps_row(claims, method, steps) for method, steps in all_steps(claims)]
    if not steps:
        steps = [line("none certified", "none certified: no step was confirmed", "steps")]
    starts = start_rows(claims)
    return [
        *subject_rows(claims),
        *geometry_rows(claims.geometry, claims.game),
        _converges_row(claims),
        _speed_row(claims),
        *_under("steps", steps),
        *_under("from", starts),
        line("more", MORE),
    ]


def _under(label: str, rows: Sequence[Row]) -> list[Row]:
    """The rows with one label for all, beside the first."""
    return [replace(row, label=label if k == 0 else "") for k, row in enumerate(rows)]


def _converges_row(claims: Claims) -> Row:
    """Where play ends: at the equilibrium, or at what projected play comes to rest at."""
    row, found = equilibrium_row(claims), equilibrium_of(claims)
    if found is None:
        text = "any two runs approach each other; where they end is not certified"
        return line("margin", text, "converges")
    how = ""
    if not found.is_zero and projected_methods(claims):
        how = "projected play: "
    to = "" if found.kind == "boundary" else "to "
    return replace(row, label="converges", text=f"{how}{to}{row.text}")


def _speed_row(claims: Claims) -> Row:
    stay = "" if claims.region is None else " that stay in the region"
    text = (
        f"any two runs{stay} approach each other at least like exp(-{down(claims.margin)} t) in"
        f" continuous time, {distance_text(claims.metric)}"
    )
    return line("margin", text, "how fast")


def distance_text(metric: Metric) -> str:
    """In which distance, for people."""
    if metric.kind != "scalar":
        what = "a matrix for each player" if metric.kind == "block" else "one matrix"
        return f"in a distance given by {what}"
    if len(metric.weights) and (metric.weights == metric.weights[0]).all():
        return "in Euclidean distance"
    return f"in the distance with weights {weights_text(metric.weights)}"


def _steps_row(claims: Claims, method: Method, steps: Steps) -> Row:
    """The best step and the limit; in which metric or towards what, where that is not plain."""
    name = f"{claims.geometry.prefix}{method.name}"
    what = "distances times" if not steps.towards else "distance to the equilibrium times"
    found = shrinking(claims, steps)
    each = f"in k steps {what} {found}" if found else f"{what} {factor_text(steps.factor_at_best)}"
    alike = ", the same in all steps" if found else ""
    text = (
        f"{name}: best {step_text(steps.best_step)} ({each}), all up to"
        f" {down(steps.step_max)}{alike}"
    )
    extra = [in_metric(claims, steps.metric)]
    if steps.towards and not steps.unprojected:
        extra.append(towards_what(claims, steps))
    more = "; ".join(filter(None, extra))
    return Row("steps", f"{text}; {more}" if more else text, checked(steps.title))
