"""Every theorem that is cited of bounds alone, outside a certificate: bands, rates, changes.

Each stands beside the function that tests it; here they are together, for who walks them all.
"""

from typing import Any

from certificates.kernel.theorems.hypotheses import Theorem
from sgn.bands import band as ratios
from sgn.coupling import fixes, sensitivity
from sgn.coupling import graph as coupling
from sgn.learning_rates import constant as constant_rates
from sgn.learning_rates import varying as varying_rates

THEOREMS: tuple[Theorem[Any], ...] = (
    *sensitivity.THEOREMS,
    *coupling.THEOREMS,
    *fixes.THEOREMS,
    *ratios.THEOREMS,
    *constant_rates.THEOREMS,
    *varying_rates.THEOREMS,
)
