"""Setting: the bounds of the blocks; and which field the certificate speaks of (T18)."""

from collections.abc import Iterator
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.claims import Claims
from certificates.kernel.document.geometry import geometry_of
from certificates.kernel.inequalities.direct import curvature_holds, failing_couplings
from certificates.kernel.jacobian.base import Jacobian
from certificates.kernel.theorems.hypotheses import Hypothesis
from certificates.kernel.theorems.rule import once, rule


@final
class _Curvatures:
    """Whether μ and Λ hold, player by player; the blocks are looked at once for both."""

    def __init__(self, claims: Claims) -> None:
        self._claims = claims
        self._found: tuple[NDArray[np.bool_], NDArray[np.bool_]] | None = None

    def hold(self, J: Jacobian) -> tuple[bool, bool]:
        """Raises Uncheckable."""
        if self._found is None:
            low, high = self._claims.curvature_lower, self._claims.curvature_upper
            self._found = curvature_holds(J, low, high)
        below, above = self._found
        return bool(below.all()), bool(above.all())


def has_game(claims: Claims) -> bool:
    """Whether bounds are derived and not given."""
    return claims.verdict != "conditional"


def _curvatures(claims: Claims) -> Iterator[_Curvatures]:
    if has_game(claims):
        yield _Curvatures(claims)


GEOMETRY = rule(
    "T18",
    "geometry",
    once(lambda claims: True),
    Hypothesis(
        "the geometry named is that of the game's field",
        lambda case: case.claims.geometry == geometry_of(case.claims.game),
    ),
)
RULES = (
    rule(
        "setting",
        "curvature from below",
        _curvatures,
        Hypothesis("sym J_ii ⪰ μ_i I on X", lambda case: case.what.hold(case.J)[0]),
    ),
    rule(
        "setting",
        "curvature from above",
        _curvatures,
        Hypothesis("sym J_ii ⪯ Λ_i I on X", lambda case: case.what.hold(case.J)[1]),
    ),
    rule(
        "setting",
        "coupling",
        once(has_game),
        Hypothesis(
            "‖J_ij‖ ≤ L_ij on X",
            lambda case: not len(failing_couplings(case.J, case.claims.coupling_upper)),
        ),
    ),
)
