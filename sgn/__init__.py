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
    from certificates.check import Verification
    from sgn.attack import attack
    from sgn.attacks.report import Attack
    from sgn.bounds import Bounder, Bounds, CannotBound, Enclosed, Exact, Sampled, estimate_bounds
    from sgn.bounds.effort import Progress
    from sgn.certify import certify, certify_bounds
    from sgn.coupling_report import CouplingReport, coupling_report
    from sgn.files import load, verify
    from sgn.fixes import Fix, suggest
    from sgn.geometry import EntropicDual
    from sgn.ladder import BlockScalar, Dense, Euclidean, FullBlock
    from sgn.largest import largest_region
    from sgn.rates import BestRates, best_rates, certify_rates, rates_in_metric
    from sgn.ratios import Ratios, band, band_matrix, band_slice
    from sgn.simulate import Simulation, simulate
    from sgn.varying_rates import TimeVaryingRates, time_varying_rates
    from sgn.weights import optimal_weights

_HOME = {
    "Attack": "sgn.attacks.report",
    "BestRates": "sgn.rates",
    "BlockScalar": "sgn.ladder",
    "Bounder": "sgn.bounds",
    "Bounds": "sgn.bounds",
    "CannotBound": "sgn.bounds",
    "Certificate": "certificates.certificate",
    "CouplingReport": "sgn.coupling_report",
    "Dense": "sgn.ladder",
    "Enclosed": "sgn.bounds",
    "EntropicDual": "sgn.geometry",
    "Euclidean": "sgn.ladder",
    "Exact": "sgn.bounds",
    "Fix": "sgn.fixes",
    "FullBlock": "sgn.ladder",
    "NotCertified": "certificates.certificate",
    "Progress": "sgn.bounds.effort",
    "Ratios": "sgn.ratios",
    "Refusal": "certificates.certificate",
    "Sampled": "sgn.bounds",
    "Simulation": "sgn.simulate",
    "TimeVaryingRates": "sgn.varying_rates",
    "Verification": "certificates.check",
    "attack": "sgn.attack",
    "band": "sgn.ratios",
    "band_matrix": "sgn.ratios",
    "band_slice": "sgn.ratios",
    "best_rates": "sgn.rates",
    "certify": "sgn.certify",
    "certify_bounds": "sgn.certify",
    "certify_rates": "sgn.rates",
    "coupling_report": "sgn.coupling_report",
    "estimate_bounds": "sgn.bounds",
    "largest_region": "sgn.largest",
    "load": "sgn.files",
    "optimal_weights": "sgn.weights",
    "rates_in_metric": "sgn.rates",
    "simulate": "sgn.simulate",
    "suggest": "sgn.fixes",
    "time_varying_rates": "sgn.varying_rates",
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
