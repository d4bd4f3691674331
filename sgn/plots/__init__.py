"""Pictures of games and certificates; each function returns the Axes (extra `plot`: matplotlib).

>>> from sgn import plots
>>> sorted(plots.__all__)[:3]
['convergence', 'coupling_graph', 'cover']
"""

from sgn.plots.graph import coupling_graph
from sgn.plots.margins import margin_against_coupling, time_scale_band
from sgn.plots.phases import step_phases
from sgn.plots.pieces import cover, tightness
from sgn.plots.play import convergence, trap_and_escape
from sgn.plots.spectra import pseudospectra
from sgn.plots.sweeps import sweep

__all__ = [
    "convergence",
    "coupling_graph",
    "cover",
    "margin_against_coupling",
    "pseudospectra",
    "step_phases",
    "sweep",
    "tightness",
    "time_scale_band",
    "trap_and_escape",
]
