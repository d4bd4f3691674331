"""The claims of a study as quantities with bounds, for evidence that tests each of them."""

from sgn.bounds import (
    Claim,
    Cocoercivity,
    Coupling,
    Curvature,
    EulerFactor,
    Lipschitz,
    Margin,
    UpperCurvature,
)
from sgn.study import Problem, Study, as_tuple


def claims_of(problem: Problem, found: Study) -> list[Claim]:
    """Every number of the study that speaks of the Jacobian on the region."""
    bounds, slices = found.bounds, problem.game.slices
    claims: list[Claim] = []
    for i, (low, high) in enumerate(zip(bounds.lower, bounds.upper, strict=True)):
        claims += [(Curvature(i), float(low)), (UpperCurvature(i), float(high))]
    dense = bounds.floats.coupling_upper.toarray()
    players = range(bounds.floats.size)
    claims += [(Coupling(i, j), float(dense[i, j])) for i in players for j in players if i != j]
    if found.direct is None:
        return claims
    w = as_tuple(found.weights)
    equal = (1.0,) * len(w)
    claims.append((Margin(equal, slices), float(found.direct.euclidean_margin)))
    claims.append((Lipschitz(w, slices), float(found.direct.lipschitz)))
    if found.basis == "direct":
        claims.append((Margin(w, slices), float(found.margin)))
    if found.direct.cocoercivity > 0:
        claims.append((Cocoercivity(w, slices), float(found.direct.cocoercivity)))
    if found.euler is not None and found.euler.basis == "direct":
        euler = found.euler
        metric = as_tuple(euler.weights)
        at_best = EulerFactor(metric, slices, euler.best_step)
        at_max = EulerFactor(metric, slices, euler.step_max)
        claims += [(at_best, euler.factor_at_best), (at_max, euler.factor_at_max)]
    return claims
