"""Setting: bounds of the blocks of J on X."""

from certificates.kernel.claims import Bounds
from certificates.kernel.inequalities.direct import curvature_holds, failing_couplings
from certificates.kernel.theorems.hypotheses import Hypothesis
from certificates.kernel.theorems.rule import Case, rule


class BlockBounds(Bounds):
    """μ, Λ and L, derived from the game; bounds that are given are no obligation."""

    theorem = "bounds/Setting"
    label = "Setting"


def _curvatures_hold(case: Case[BlockBounds]) -> bool:
    what = case.what
    below, above = curvature_holds(case.J, what.curvature_lower, what.curvature_upper)
    return bool(below.all() and above.all())


rule(
    BlockBounds,
    Hypothesis("μ_i I ⪯ sym J_ii ⪯ Λ_i I on X", _curvatures_hold),
    Hypothesis(
        "‖J_ij‖ ≤ L_ij on X",
        lambda case: not len(failing_couplings(case.J, case.what.coupling_upper)),
    ),
)
