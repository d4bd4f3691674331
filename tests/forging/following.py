"""What follows from a certificate in the product's eyes, told to the oracle as plain numbers."""

from collections.abc import Iterator
from fractions import Fraction

from certificates.certificate import Certificate, StepRange
from certificates.documents import metric_document
from certificates.kernel.claims import Band
from tests.forging.oracle_claims import Following, Range, Ratios


def following_of(certificate: Certificate) -> Following:
    """Through the accessors that users have, so that a wrong derivation shows."""
    decays, equilibrium, basin = certificate.bregman, certificate.equilibrium, certificate.basin
    level = None if decays is None or decays.region is None else decays.region.level
    return Following(
        steps={key: _range(key, steps) for key, steps in certificate.methods.items()},
        bands=tuple(_bands(certificate)),
        radii={} if basin is None else dict(basin.radii),
        level=None if level is None else level.exact,
        geometry=certificate.claims.geometry.field or "euclidean",
        kind=None if equilibrium is None else equilibrium.kind,
    )


def _range(key: str, steps: StepRange) -> Range:
    """The factor of a few steps: short ones, the best, between, and the largest."""
    best, longest = steps.best_step.exact, steps.step_max.exact
    sizes = [best / 1000, best / 2, best, (best + longest) / 2, longest]
    return Range(
        method=key,
        metric=metric_document(steps.metric),
        squares=[(h, steps.factor(h).exact ** 2) for h in dict.fromkeys(sizes)],
        sizes=[longest, best],
        projected=steps.projected,
        unprojected=steps.unprojected,
    )


def _bands(certificate: Certificate) -> Iterator[Ratios]:
    """Those that no file states."""
    stated = [claim for claim in certificate.claims.stated if isinstance(claim, Band)]
    for band in certificate.claims.each(Band):
        if band not in stated:
            i, j = band.players
            first, second = certificate.names[i], certificate.names[j]
            low, high = certificate.band(first, second)
            top = None if high is None else Fraction(high.exact)
            yield Ratios((i, j), band.margin, low.exact, top, alone=False)
