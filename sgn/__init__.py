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
    from sgn.bounds import Bounder, Bounds, CannotBound, Enclosed, Exact, Sampled, estimate_bounds
    from sgn.bounds.effort import Progress
    from sgn.certify import certify, certify_bounds
    from sgn.files import load, verify
    from sgn.largest import largest_region
    from sgn.weights import optimal_weights

_HOME = {
    "Bounder": "sgn.bounds",
    "Bounds": "sgn.bounds",
    "CannotBound": "sgn.bounds",
    "Certificate": "certificates.certificate",
    "Enclosed": "sgn.bounds",
    "Exact": "sgn.bounds",
    "NotCertified": "certificates.certificate",
    "Progress": "sgn.bounds.effort",
    "Refusal": "certificates.certificate",
    "Sampled": "sgn.bounds",
    "Verification": "certificates.check",
    "certify": "sgn.certify",
    "certify_bounds": "sgn.certify",
    "estimate_bounds": "sgn.bounds",
    "largest_region": "sgn.largest",
    "load": "sgn.files",
    "optimal_weights": "sgn.weights",
    "verify": "sgn.files",
}

__all__ = [
    "Bounder",
    "Bounds",
    "CannotBound",
    "Certificate",
    "Enclosed",
    "Exact",
    "NotCertified",
    "Progress",
    "Refusal",
    "Sampled",
    "Verification",
    "certify",
    "certify_bounds",
    "estimate_bounds",
    "largest_region",
    "load",
    "optimal_weights",
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
