"""Sound interval arithmetic for the search: vectorised over boxes, rounded outward.

:mod:`arithmetic <sgn.enclosures.intervals.arithmetic>` has + − * / and powers,
:mod:`functions <sgn.enclosures.intervals.functions>` those of the game language,
:mod:`kernel <sgn.enclosures.intervals.kernel>` compiles graph nodes to both.
"""

from sgn.enclosures.intervals.arithmetic import Intervals, pack, unpack
from sgn.enclosures.intervals.kernel import Kernel, compile_intervals

__all__ = ["Intervals", "Kernel", "compile_intervals", "pack", "unpack"]
