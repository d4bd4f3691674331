"""Every theorem that is cited of bounds alone, outside a certificate: bands, rates, changes.

Each stands beside the function that tests it; here they are together, for who walks them all.
"""

from typing import Any

from certificates.hypotheses import Theorem
from sgn import coupling, fixes, rates, ratios, sensitivity, varying_rates

THEOREMS: tuple[Theorem[Any], ...] = (
    *sensitivity.THEOREMS,
    *coupling.THEOREMS,
    *fixes.THEOREMS,
    *ratios.THEOREMS,
    *rates.THEOREMS,
    *varying_rates.THEOREMS,
)
