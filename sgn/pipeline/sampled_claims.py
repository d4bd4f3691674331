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
from sgn.pipeline.game_on_region import Problem
from sgn.pipeline.numbers import Study


def bounded_claims(problem: Problem, found: Study) -> list[Claim]:
    """Every number of the study that speaks of the Jacobian on the region."""
    bounds, slices = found.bounds, problem.game.slices
    claims: list[Claim] = []
    for i, (low, high) in enumerate(zip(bounds.lower, bounds.upper, strict=True)):
        claims += [Claim(Curvature(i), float(low)), Claim(UpperCurvature(i), float(high))]
    dense = bounds.floats.coupling_upper.toarray()
    players = range(bounds.floats.size)
    claims += [
        Claim(Coupling(i, j), float(dense[i, j])) for i in players for j in players if i != j
    ]
    if found.direct is None:
        return claims
    metric = found.metric
    equal = (1.0,) * len(slices)
    direct = found.direct
    if direct.euclidean_margin is not None:
        euclidean = float(direct.euclidean_margin)
        claims.append(Claim(Margin(equal, slices), euclidean, "euclidean_margin"))
    claims.append(Claim(Lipschitz(metric, slices), float(direct.lipschitz), "lipschitz"))
    if found.basis == "direct":
        claims.append(Claim(Margin(metric, slices), float(found.margin), "margin"))
    if direct.cocoercivity > 0:
        c = float(direct.cocoercivity)
        claims.append(Claim(Cocoercivity(metric, slices), c, "cocoercivity"))
    if found.euler is not None and found.euler.basis == "direct":
        euler = found.euler
        for name, h, q in (
            ("euler_best", euler.best_step, euler.factor_at_best),
            ("euler_max", euler.step_max, euler.factor_at_max),
        ):
            claims.append(Claim(EulerFactor(euler.metric, slices, float(h)), float(q), name))
    return claims
