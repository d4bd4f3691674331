"""Sound interval arithmetic for the search: vectorised over boxes, rounded outward.

:mod:`~sgn.intervals.arithmetic` has + − * / and powers, :mod:`~sgn.intervals.functions` the
functions of the game language, :mod:`~sgn.intervals.kernel` compiles graph nodes to both.
"""

from sgn.intervals.arithmetic import Intervals, pack, unpack
from sgn.intervals.kernel import Kernel, compile_intervals

__all__ = ["Intervals", "Kernel", "compile_intervals", "pack", "unpack"]
