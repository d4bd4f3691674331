"""Rows of a certificate's table about steps: each in its metric, towards what, and projected."""

from functools import reduce
from operator import and_

from certificates.equilibrium import equilibrium_of
from certificates.kernel.claims import Claims, Steps
from certificates.kernel.document.metric import Metric
from certificates.kernel.obligation import Title
from certificates.kernel.theorems.extragradient import TowardsSteps
from certificates.kernel.theorems.lifted import LiftedSteps
from certificates.kernel.theorems.runge_kutta import RungeKuttaOfMatrix, RungeKuttaSteps
from certificates.kernel.uncheckable import Uncheckable
from certificates.methods import METHODS, Method, all_steps, is_projected, steps_of
from certificates.report.shown import Basis, Row, checked, line
from certificates.report.texts import down, factor_text, joined, metric_text, step_text, up
from games.regions.region import Space

PROJECTED_ONLY = "projected play only"
PROVED_BY = {  # by the basis of a claim
    "structural": "from the bounds of each pair of players",
    "direct": "from the whole Jacobian",
    "sector": "from margin and Lipschitz constant",
    "constant": "the Jacobian being the same everywhere",
    "near-linear": "the Jacobian being near one matrix",
}


def step_rows(claims: Claims) -> list[Row]:
    """Every method with its steps, in which metric and towards what; what projection keeps."""
    rows = []
    for key, method in METHODS.items():
        steps, label = steps_of(claims, key), _label(claims, method)
        if steps is not None:
            text = f"{range_text(claims, steps)}  ({_how(claims, steps)})"
            rows.append(Row(label, text, checked(steps.title)))
        elif method.always:
            rows.append(line("none certified", "none certified: no step was confirmed", label))
    if names := projected_methods(claims):
        text = f"the same steps hold for projected {joined(names)}"
        rows.append(Row("with projection", text, projection_basis(claims)))
    return [*rows, *_within_rows(claims)]


def _label(claims: Claims, method: Method) -> str:
    return f"{claims.geometry.prefix}{method.label}" if method.always else method.label


def _within_rows(claims: Claims) -> list[Row]:
    """That stages and midpoints must lie where the bounds hold too (T11, T20).

    Not on R^n, nor where J is constant and so bounded everywhere (T11 a).
    """
    each = [steps for _, steps in all_steps(claims)]
    if isinstance(claims.region, Space) or any(isinstance(s, RungeKuttaOfMatrix) for s in each):
        return []
    points = []
    if schemes := dict.fromkeys(s.scheme for s in each if isinstance(s, RungeKuttaSteps)):
        points.append(f"the stages of {joined([METHODS[key].name for key in schemes])}")
    if any(steps.unprojected for steps in each if isinstance(steps, TowardsSteps)):
        points.append("the midpoints of extragradient and optimistic")
    if lifted := [METHODS[s.method].name for s in each if isinstance(s, LiftedSteps)]:
        points.append(f"what {joined(lifted)} reads")
    if not points:
        return []
    where = "in the region" if claims.region is not None else "where the bounds hold"
    return [line("steps hold", f"while play stays {where}, {joined(points)} included")]


def shrinking(claims: Claims, steps: Steps) -> str:
    """What k steps of the best length do where one step alone may lengthen; else nothing (T28)."""
    if not (isinstance(steps, LiftedSteps) and len(steps.table.A) > 1):
        return ""
    try:
        constant = up(steps.constant(claims, steps.best_step))
    except (Uncheckable, ValueError):  # of a certificate that does not hold
        constant = "C"
    return f"{constant}*{factor_text(steps.factor_at_best)}^k"


def range_text(claims: Claims, steps: Steps) -> str:
    """Every h up to the largest; the factor holds at the best step, which is printed exactly."""
    if found := shrinking(claims, steps):
        return (
            f"every h up to {down(steps.step_max)}, the same in all steps, the first"
            " stored gradient being that at the start; best"
            f" {step_text(steps.best_step)}: k steps multiply the distance by at most {found}"
        )
    best = f"best {step_text(steps.best_step)} with factor {factor_text(steps.factor_at_best)}"
    return f"every h up to {down(steps.step_max)}; {best}"


def projected_methods(claims: Claims) -> list[str]:
    """The methods whose steps hold as well with every point projected to the region."""
    return [method.name for method, steps in all_steps(claims) if is_projected(claims, steps)]


def projection_basis(claims: Claims) -> Basis:
    """What covers every method that may be projected."""
    titles = (
        steps.title if steps.projected else Title.PROJECTED_EULER
        for _, steps in all_steps(claims)
        if is_projected(claims, steps)
    )
    return reduce(and_, map(checked, titles))


def in_metric(claims: Claims, metric: Metric) -> str:
    """Which metric, where it is not the certificate's; else nothing."""
    return "" if metric == claims.metric else f"in {metric_text(metric)}"


def _how(claims: Claims, steps: Steps) -> str:
    """How the steps between runs are proved, in which metric; of others towards what."""
    if steps.towards:
        return towards_what(claims, steps)
    return ", ".join(filter(None, (PROVED_BY[steps.basis], in_metric(claims, steps.metric))))


def towards_what(claims: Claims, steps: Steps) -> str:
    """What x* is, and of which play the steps are certified (T20)."""
    if steps.unprojected:
        return _zero(claims)
    found = equilibrium_of(claims)
    where = "solution on the boundary" if found is not None and found.kind == "boundary" else ""
    return f"{PROJECTED_ONLY}, to the {where or 'variational solution'}"


def _zero(claims: Claims) -> str:
    """A zero of F: certified, or there for certain, or there only perhaps."""
    if claims.solution is not None:
        return "to the equilibrium"
    if isinstance(claims.region, Space):
        return "to the one zero of F"
    return "to a zero of F in the region, if there is one"
