"""The margins, the Lipschitz constant and cocoercivity (T1, T2, T5, T9 norms, T10)."""

from typing import ClassVar

import numpy as np

from certificates.kernel.claims import (
    Cocoercivity,
    EuclideanMargin,
    Lipschitz,
    Margin,
    SmallGain,
)
from certificates.kernel.document.fields import PerPlayer, Vector, record, witness
from certificates.kernel.document.metric import Metric
from certificates.kernel.inequalities.direct import (
    cocoercivity_holds,
    lipschitz_holds,
    margin_holds,
)
from certificates.kernel.inequalities.structural import (
    image_holds,
    square_holds,
    structural_margin_holds,
)
from certificates.kernel.theorems.hypotheses import Hypothesis
from certificates.kernel.theorems.rule import Case, rule
from certificates.kernel.theorems.shared import METRIC, POSITIVE, SYMMETRIC, WEIGHTS


class MarginOfBounds(SmallGain):
    """The block bounds alone give this margin in M(w)."""

    theorem = "margin/T2"
    label = "T2"


def _small_gain_holds(case: Case[MarginOfBounds]) -> bool:
    own, what = case.claims.bounds, case.what
    return structural_margin_holds(
        own.curvature_lower, own.coupling_upper, what.weights, what.vector, what.margin
    )


rule(MarginOfBounds, Hypothesis("W(A − aI)x + (A − aI)ᵀWx ≥ 0", _small_gain_holds))


class MarginByBounds(Margin):
    """α is the structural margin, or less."""

    theorem = "margin/T1"
    label = "T1"
    basis: ClassVar[str] = "structural"


rule(
    MarginByBounds,
    Hypothesis(
        "M = M(w), w those of the structural margin",
        lambda case: case.claims.metric == Metric.scalar(case.claims.small_gain.weights),
    ),
    Hypothesis(
        "α is at most the structural margin",
        lambda case: case.what.margin <= case.claims.small_gain.margin,
    ),
    POSITIVE,
)


class MarginOfJacobian(Margin):
    """α by the whole Jacobian."""

    theorem = "margin/T5"
    label = "T5"
    basis: ClassVar[str] = "direct"


rule(
    MarginOfJacobian,
    METRIC,
    Hypothesis(
        "sym(MJ) ⪰ αM on X",
        lambda case: margin_holds(case.J, case.claims.metric, case.what.margin),
        given=(METRIC.name,),
    ),
    POSITIVE,
)


class EuclideanMarginOfJacobian(EuclideanMargin):
    """The margin with equal weights, by the whole Jacobian."""

    theorem = "margin/T5 (equal weights)"
    label = "T5 (equal weights)"


def _equal_weights_hold(case: Case[EuclideanMarginOfJacobian]) -> bool:
    equal = Metric.scalar(np.ones(len(case.J.sizes)))
    return margin_holds(case.J, equal, case.what.margin, "euclidean_margin")


rule(EuclideanMarginOfJacobian, Hypothesis("sym J ⪰ aI on X", _equal_weights_hold))


class LipschitzOfJacobian(Lipschitz):
    """β by the whole Jacobian."""

    theorem = "margin/T5 (norm)"
    label = "T5 (norm)"


rule(
    LipschitzOfJacobian,
    METRIC,
    Hypothesis(
        "‖J‖_M ≤ β on X",
        lambda case: lipschitz_holds(case.J, case.claims.metric, case.what.bound),
        given=(METRIC.name,),
    ),
)


@record
class LipschitzByBounds(Lipschitz):
    """β by the block bounds alone."""

    theorem = "margin/T9 (norms)"
    label = "T9 (norms)"
    vector: Vector = witness(PerPlayer(positive=True), "x > 0")
    image: Vector = witness(PerPlayer(positive=True), "s ≥ Nx")


rule(
    LipschitzByBounds,
    SYMMETRIC,
    WEIGHTS,
    Hypothesis(
        "Nx ≤ s", lambda case: image_holds(case.claims.bounds, case.what.vector, case.what.image)
    ),
    Hypothesis(
        "NᵀWs ≤ β²Wx",
        lambda case: square_holds(
            case.claims.bounds,
            case.claims.metric.weights,
            case.what.vector,
            case.what.image,
            case.what.bound,
        ),
        given=(WEIGHTS.name,),
    ),
)


class CocoercivityOfJacobian(Cocoercivity):
    """c by the whole Jacobian."""

    theorem = "margin/T10"
    label = "T10"


POSITIVE_C = "c > 0"
rule(
    CocoercivityOfJacobian,
    METRIC,
    Hypothesis(POSITIVE_C, lambda case: case.what.constant > 0),
    Hypothesis(
        "sym(MJ) ⪰ cJᵀMJ on X",
        lambda case: cocoercivity_holds(case.J, case.claims.metric, case.what.constant),
        given=(METRIC.name, POSITIVE_C),
    ),
)
