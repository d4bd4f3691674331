"""The metric, the margins and the Lipschitz constant (T1, T2, T5, T7, T9 norms, T10)."""

import numpy as np

from certificates.kernel.document.claims import Claims, Vector
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
from certificates.kernel.jacobian.base import Jacobian
from certificates.kernel.numbers.metrics import is_metric
from certificates.kernel.theorems.context import symmetric_blocks
from certificates.kernel.theorems.hypotheses import Hypothesis
from certificates.kernel.theorems.rule import Stated, given, once, rule
from certificates.kernel.theorems.words import METRIC, POSITIVE, SYMMETRIC, WEIGHTS

IMAGE = "an image s goes with x"
POSITIVE_C = "c > 0"


def _structural_holds(claims: Claims) -> bool:
    return structural_margin_holds(
        claims.curvature_lower,
        claims.coupling_upper,
        claims.structural_weights,
        claims.witnesses["structural"],
        claims.structural_margin,
    )


def _equal(J: Jacobian) -> Metric:
    return Metric.scalar(np.ones(len(J.sizes)))


def _image(claims: Claims) -> Vector:
    return claims.witnesses.get("lipschitz_image", np.zeros(0))


_METRIC: Hypothesis[Stated[None]] = Hypothesis(
    METRIC, lambda case: is_metric(case.claims.metric, case.J.sizes)
)
RULES = (
    rule(
        "T5",
        "metric",
        once(lambda claims: claims.metric.kind != "scalar"),
        _METRIC,
    ),
    rule(
        "T2",
        "structural margin",
        once(lambda claims: True),
        Hypothesis("W(A − aI)x + (A − aI)ᵀWx ≥ 0", lambda case: _structural_holds(case.claims)),
    ),
    rule(
        "T1",
        "margin",
        once(lambda claims: claims.margin_basis == "structural"),
        Hypothesis(
            "M = M(w), w those of the structural margin",
            lambda case: case.claims.metric == Metric.scalar(case.claims.structural_weights),
        ),
        Hypothesis(
            "α is at most the structural margin",
            lambda case: case.claims.margin <= case.claims.structural_margin,
        ),
    ),
    rule(
        "T5",
        "margin",
        once(lambda claims: claims.margin_basis == "direct"),
        _METRIC,
        Hypothesis(
            "sym(MJ) ⪰ αM on X",
            lambda case: margin_holds(case.J, case.claims.metric, case.claims.margin),
            given=(METRIC,),
        ),
    ),
    rule(
        "T7",
        "margin is positive",
        once(lambda claims: True),
        Hypothesis(POSITIVE, lambda case: case.claims.margin > 0),
    ),
    rule(
        "T5",
        "Euclidean margin",
        lambda claims: given(claims.euclidean_margin),
        Hypothesis(
            "sym J ⪰ aI on X",
            lambda case: margin_holds(case.J, _equal(case.J), case.what, "euclidean_margin"),
        ),
    ),
    rule(
        "T5",
        "Lipschitz",
        once(lambda claims: "lipschitz" not in claims.witnesses),
        _METRIC,
        Hypothesis(
            "‖J‖_M ≤ β on X",
            lambda case: lipschitz_holds(case.J, case.claims.metric, case.claims.lipschitz),
            given=(METRIC,),
        ),
    ),
    rule(
        "T9 (norms)",
        "Lipschitz",
        once(lambda claims: "lipschitz" in claims.witnesses),
        Hypothesis(SYMMETRIC, lambda case: symmetric_blocks(case.claims, case.known)),
        Hypothesis(WEIGHTS, lambda case: case.claims.metric.kind == "scalar"),
        Hypothesis(IMAGE, lambda case: len(_image(case.claims)) > 0),
        Hypothesis(
            "Nx ≤ s",
            lambda case: image_holds(case.claims, _image(case.claims)),
            given=(IMAGE,),
        ),
        Hypothesis(
            "NᵀWs ≤ β²Wx",
            lambda case: square_holds(case.claims, _image(case.claims)),
            given=(IMAGE, WEIGHTS),
        ),
    ),
    rule(
        "T10",
        "cocoercivity",
        lambda claims: given(claims.cocoercivity),
        Hypothesis(METRIC, lambda case: is_metric(case.claims.metric, case.J.sizes)),
        Hypothesis(POSITIVE_C, lambda case: case.what > 0),
        Hypothesis(
            "sym(MJ) ⪰ cJᵀMJ on X",
            lambda case: cocoercivity_holds(case.J, case.claims.metric, case.what),
            given=(METRIC, POSITIVE_C),
        ),
    ),
)
