"""Bounds of a game on a region: strategies that find them, and the estimator in front of them."""

from sgn.bounds.bounder import Bounder, Confirmation, block_quantities
from sgn.bounds.bounds import Bounds
from sgn.bounds.enclosed import Enclosed
from sgn.bounds.estimate import choose, estimate_bounds, region_of
from sgn.bounds.exact import Exact
from sgn.bounds.sampled import Sampled, draws_needed
from sgn.quantities.claim import CannotBound, Claim
from sgn.quantities.effort import Effort, Progress
from sgn.quantities.quantities import (
    Cocoercivity,
    Coupling,
    Curvature,
    Deviation,
    EulerFactor,
    Lipschitz,
    Margin,
    Quantity,
    UpperCurvature,
)

__all__ = [
    "Bounder",
    "Bounds",
    "CannotBound",
    "Claim",
    "Cocoercivity",
    "Confirmation",
    "Coupling",
    "Curvature",
    "Deviation",
    "Effort",
    "Enclosed",
    "EulerFactor",
    "Exact",
    "Lipschitz",
    "Margin",
    "Progress",
    "Quantity",
    "Sampled",
    "UpperCurvature",
    "block_quantities",
    "choose",
    "draws_needed",
    "estimate_bounds",
    "region_of",
]
