"""The coupling of a game as a whole: who settles first, who blocks, and what would mend it.

In floating point, from bounds: what is said of sampled ones is an estimate, and so marked.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import NDArray

from certificates.safe import Lower
from sgn.bounds.bounds import Bounds
from sgn.coupling.fixes import Fix, suggest
from sgn.coupling.graph import BlockingCycle, blocking_cycle, critical_scale
from sgn.coupling.sensitivity import sensitivities
from sgn.metrics.components import Component, components

if TYPE_CHECKING:
    from scipy import sparse

FloatArray = NDArray[np.float64]
SHOWN = 6  # players or components in a row of the table
MANY = 10_000  # couplings, for which the table does not look for the blocking cycle
STRONGEST = 3  # rows of couplings, of curvatures and of fixes
DIGITS = 6


@final
@dataclass(frozen=True, eq=False)
class CouplingReport:
    """What the coupling graph says of the best structural margin α* (T2, T3).

    components: the strongly connected ones, each with its own α*, in the order in which a cascade
        converges: each after those that act on it. margin: α*, the least of theirs.
    weakest: the component with the least.
    cycle: the cycle of players with the largest mean gain L_ij/μ_i, found when it is asked for
        (seconds for 10,000 players); the table shows it for at most 10,000 couplings.
    critical_scale: the factor by which all coupling could grow (above 1), or to which it must
        shrink (below 1), for α* = 0; inf where no coupling feeds back, 0.0 where some μ_i ≤ 0.
    curvature_sensitivity, coupling_sensitivity: ∂α*/∂μ_i, (N,), and ∂α*/∂L_ij, sparse (N, N) with
        an entry for each coupling inside the weakest component; zero elsewhere. Where two
        components are equally weak α* has a kink, and these are the derivatives on one side of it.
    fixes: single changes that alone bring α* to 0, smallest first; empty where it is positive.
    """

    bounds: Bounds
    components: tuple[Component, ...]
    weakest: Component
    critical_scale: float
    curvature_sensitivity: FloatArray
    coupling_sensitivity: "sparse.csr_array[np.float64, tuple[int, int]]"
    fixes: tuple[Fix, ...]

    @property
    def names(self) -> Sequence[str]:
        return self.bounds.names

    @property
    def margin(self) -> float:
        return self.weakest.margin

    @cached_property
    def cycle(self) -> BlockingCycle:
        return blocking_cycle(self.bounds)

    def __str__(self) -> str:
        rows = [
            ("best margin", _down(self.margin)),
            ("components", f"{len(self.components)}: {self._cascade()}"),
            ("weakest", self._group(self.weakest)),
            ("blocking cycle", self._ring()),
            ("critical scale", self._scale()),
            *(("margin per unit", text) for text in self._slopes()),
            *(("one change", fix.sentence(self.names)) for fix in self.fixes[:STRONGEST]),
        ]
        width = max(len(label) for label, _ in rows)
        title = f"coupling of {len(self.names)} players, from {_ORIGIN[self.bounds.evidence]}"
        return "\n".join([title, *(f"  {label:<{width}}  {text}" for label, text in rows)])

    def _group(self, part: Component) -> str:
        shown = ", ".join(self.names[k] for k in part.players[:SHOWN])
        return f"{{{shown}{', ...' if len(part.players) > SHOWN else ''}}}"

    def _cascade(self) -> str:
        parts = " -> ".join(self._group(part) for part in self.components[:SHOWN])
        return parts + (" -> ..." if len(self.components) > SHOWN else "")

    def _ring(self) -> str:
        if self.bounds.coupling_upper.nnz > MANY:
            return "found when asked for: report.cycle"
        players = self.cycle.players
        if len(players) == 1:
            own = _down(float(self.bounds.curvature_lower[players[0]]))
            return f"{self.names[players[0]]} alone: its curvature, {own}, is not above 0"
        if not players:
            return "none"
        ring = [self.names[k] for k in (*players[:SHOWN], *players[:1])]
        return f"{' <- '.join(ring)}, gain {self.cycle.gain:.6g}, {self.cycle.mean:.6g} a step"

    def _scale(self) -> str:
        scale = self.critical_scale
        if scale == 0:
            return "0: less coupling alone does not help"
        if math.isinf(scale):
            return "none: no coupling feeds back, it could grow by any factor"
        verb = "could grow by less than" if scale > 1 else "must shrink to less than"
        return f"{_down(scale)}: all coupling {verb} this factor"

    def _slopes(self) -> list[str]:
        """The couplings whose relative change counts most, and the curvatures."""
        slopes = self.coupling_sensitivity.tocoo()
        rows, cols = (part.tolist() for part in slopes.coords)
        order = np.argsort(slopes.data, kind="stable")[:STRONGEST]
        texts = [
            f"{slopes.data[k]:.6g} by the coupling of {self.names[cols[k]]} into"
            f" {self.names[rows[k]]}"
            for k in order.tolist()
        ]
        own = self.curvature_sensitivity
        best = self.weakest.players[
            np.argsort(-own[self.weakest.players], kind="stable")[:STRONGEST]
        ]
        curvatures = (f"{own[i]:+.6g} by the curvature of {self.names[i]}" for i in best.tolist())
        return [*texts, *curvatures]


_ORIGIN = {
    "exact": "exact bounds",
    "enclosed": "enclosed bounds",
    "sampled": "sampled bounds: all of this is estimated",
    "assumed": "given bounds",
}


def _down(value: float) -> str:
    return Lower(Fraction(value)).text(DIGITS) if math.isfinite(value) else str(value)


def coupling_report(bounds: Bounds) -> CouplingReport:
    """T2, T3: components, cascade, blocking cycle, critical scale, sensitivities and fixes.

    bounds: of N players, the coupling dense or sparse. Print it for a table.

    >>> report = coupling_report(Bounds.given([1, 1, 1], [[0, 10, 0], [0.4, 0, 0], [1, 0, 0]],
    ...     [1, 1, 1], names=["a", "b", "c"]))
    >>> print(report)
    coupling of 3 players, from given bounds
      best margin      -1
      components       2: {a, b} -> {c}
      weakest          {a, b}
      blocking cycle   a <- b <- a, gain 4, 2 a step
      critical scale   0.5: all coupling must shrink to less than this factor
      margin per unit  -2.5 by the coupling of a into b
      margin per unit  -0.1 by the coupling of b into a
      margin per unit  +0.5 by the curvature of a
      margin per unit  +0.5 by the curvature of b
      one change       weaken the coupling of b into a from 10 to 2.5, where the margin is 0
      one change       weaken the coupling of a into b from 0.4 to 0.1, where the margin is 0
      one change       raise the curvature of a from 1 to 4, where the margin is 0
    """
    parts = components(bounds)
    weakest = min(parts, key=lambda part: part.margin)
    inside = sensitivities(bounds.among(weakest.players))
    curvature = np.zeros(bounds.size)
    curvature[weakest.players] = inside.curvature
    return CouplingReport(
        bounds=bounds,
        components=parts,
        weakest=weakest,
        critical_scale=critical_scale(bounds) if bounds.curvature_lower.min() > 0 else 0.0,
        curvature_sensitivity=curvature,
        coupling_sensitivity=_embedded(inside.coupling, weakest, bounds.size),
        fixes=suggest(bounds),
    )


def _embedded(
    slopes: "sparse.csr_array[np.float64, tuple[int, int]]", part: Component, size: int
) -> "sparse.csr_array[np.float64, tuple[int, int]]":
    """A matrix of one component as a matrix of all players."""
    from scipy import sparse

    entries = slopes.tocoo()
    rows, cols = (part.players[axis] for axis in entries.coords)
    return sparse.csr_array((entries.data, (rows, cols)), shape=(size, size))
