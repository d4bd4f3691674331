"""Convergence certificates for differentiable games: the front door.

>>> import games, sgn
>>> result = sgn.certify(games.catalogue.load("sgn-toy"))
>>> result.verdict, bool(sgn.verify(result))
('proved', True)
"""

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from certificates.certificate import Certificate, NotCertified, Refusal
    from certificates.kernel.verify import Verification
    from sgn.attacks.attack import attack
    from sgn.attacks.report import Attack
    from sgn.bands.band import Ratios, band, band_matrix, band_slice
    from sgn.bounds import Bounder, Bounds, CannotBound, Enclosed, Exact, Sampled, estimate_bounds
    from sgn.certify import certify, certify_bounds
    from sgn.coupling.fixes import Fix, suggest
    from sgn.coupling.report import CouplingReport, coupling_report
    from sgn.files import load, verify
    from sgn.geometry import EntropicDual
    from sgn.largest import largest_region
    from sgn.learning_rates.constant import BestRates, best_rates, certify_rates, rates_in_metric
    from sgn.learning_rates.varying import TimeVaryingRates, time_varying_rates
    from sgn.metrics.weights import optimal_weights
    from sgn.pipeline.ladder import BlockScalar, Dense, Euclidean, FullBlock
    from sgn.quantities.effort import Progress
    from sgn.simulation.simulate import Simulation, simulate

_HOME = {
    "Attack": "sgn.attacks.report",
    "BestRates": "sgn.learning_rates.constant",
    "BlockScalar": "sgn.pipeline.ladder",
    "Bounder": "sgn.bounds",
    "Bounds": "sgn.bounds",
    "CannotBound": "sgn.bounds",
    "Certificate": "certificates.certificate",
    "CouplingReport": "sgn.coupling.report",
    "Dense": "sgn.pipeline.ladder",
    "Enclosed": "sgn.bounds",
    "EntropicDual": "sgn.geometry",
    "Euclidean": "sgn.pipeline.ladder",
    "Exact": "sgn.bounds",
    "Fix": "sgn.coupling.fixes",
    "FullBlock": "sgn.pipeline.ladder",
    "NotCertified": "certificates.certificate",
    "Progress": "sgn.quantities.effort",
    "Ratios": "sgn.bands.band",
    "Refusal": "certificates.certificate",
    "Sampled": "sgn.bounds",
    "Simulation": "sgn.simulation.simulate",
    "TimeVaryingRates": "sgn.learning_rates.varying",
    "Verification": "certificates.kernel.verify",
    "attack": "sgn.attacks.attack",
    "band": "sgn.bands.band",
    "band_matrix": "sgn.bands.band",
    "band_slice": "sgn.bands.band",
    "best_rates": "sgn.learning_rates.constant",
    "certify": "sgn.certify",
    "certify_bounds": "sgn.certify",
    "certify_rates": "sgn.learning_rates.constant",
    "coupling_report": "sgn.coupling.report",
    "estimate_bounds": "sgn.bounds",
    "largest_region": "sgn.largest",
    "load": "sgn.files",
    "optimal_weights": "sgn.metrics.weights",
    "rates_in_metric": "sgn.learning_rates.constant",
    "simulate": "sgn.simulation.simulate",
    "suggest": "sgn.coupling.fixes",
    "time_varying_rates": "sgn.learning_rates.varying",
    "verify": "sgn.files",
}

__all__ = [
    "Attack",
    "BestRates",
    "BlockScalar",
    "Bounder",
    "Bounds",
    "CannotBound",
    "Certificate",
    "CouplingReport",
    "Dense",
    "Enclosed",
    "EntropicDual",
    "Euclidean",
    "Exact",
    "Fix",
    "FullBlock",
    "NotCertified",
    "Progress",
    "Ratios",
    "Refusal",
    "Sampled",
    "Simulation",
    "TimeVaryingRates",
    "Verification",
    "attack",
    "band",
    "band_matrix",
    "band_slice",
    "best_rates",
    "certify",
    "certify_bounds",
    "certify_rates",
    "coupling_report",
    "estimate_bounds",
    "largest_region",
    "load",
    "optimal_weights",
    "rates_in_metric",
    "simulate",
    "suggest",
    "time_varying_rates",
    "verify",
]


def __getattr__(name: str) -> Any:
    """Public names are imported on first use, so that `import sgn` stays fast."""
    if name not in _HOME:
        raise AttributeError(f"module 'sgn' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


class _FrontDoor(ModuleType):
    """Keeps `sgn.certify` the function: an import of the module of that name would replace it."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _FrontDoor
