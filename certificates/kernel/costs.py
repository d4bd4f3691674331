"""What a document asks its checker to do, summed from its sizes before anything is begun.

Matrices, leaves and derivatives are counted again as they come; here are those that a short
document can ask for by the thousand.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from certificates.kernel.document.claims import Claims, Vector
from certificates.kernel.document.steps import Steps
from certificates.kernel.document.witness import DualWitness, Witness
from certificates.kernel.inequalities.structural import (
    EXACT_BITS,
    EXACT_ENTRIES,
    bits_of,
    exact_work,
)
from games import work
from games.regions.region import Region

Cost = tuple[Any, ...]  # operations, the place with braces, and the sizes for these
BERNSTEIN = 9  # matrices of an interval of T11 (a), coefficients of degree 8
FORMS = 10**6  # operations to form the 5 × 5 matrices of an interval of T11 (b)
SECTOR, LONGER = 150, 1.5  # steps of their elimination, and how much longer its rationals are


def require_affordable(costs: Iterable[Cost]) -> None:
    """Raise TooMuch where all these together are more than what is left of the budget."""
    with work.trial():
        for cost in costs:
            work.spend(*cost)


def certificate_costs(claims: Claims) -> Iterator[Cost]:
    """Of intervals of steps and of bands."""
    n = 0 if claims.region is None else claims.region.dimension
    for key, steps in (("rk4", claims.rk4), ("rk4_equilibrium", claims.rk4_equilibrium)):
        if steps is not None:
            yield from _steps(f"steps.{key}", steps, n, claims)
    yield from _bands(claims, n)


def _steps(where: str, steps: Steps, n: int, claims: Claims) -> Iterator[Cost]:
    if steps.cover is None:
        return
    count = len(steps.cover.rates)
    if steps.basis == "sector":
        bits = _bits_of_sector(steps, claims)
        each = FORMS + SECTOR * work.of_rational(LONGER * bits)
        yield count * each, where + ": {} intervals with rationals of {} bits", count, bits
    else:
        each = BERNSTEIN * (work.of_test(n) + 40 * BERNSTEIN * n**2)
        yield count * each, where + ": {0} intervals of {1} × {1} matrices", count, n


def _bits_of_sector(steps: Steps, claims: Claims) -> int:
    """Of the longest interval over one denominator, with what the certificate says of J."""
    cover = steps.cover
    rows = zip(cover.intervals(), cover.multipliers, strict=False) if cover is not None else ()
    longest = max((work.common_bits((*ends, *row)) for ends, row in rows), default=0)
    known = (claims.margin, claims.lipschitz**2, claims.cocoercivity or Fraction(0))
    return longest + work.common_bits(known)


def _bands(claims: Claims, n: int) -> Iterator[Cost]:
    """Two tests of matrices, or one of T2 for each witness."""
    if direct := sum(band.basis == "direct" for band in claims.bands):
        yield 2 * direct * work.of_test(n), "bands: {0} bands of {1} × {1} matrices", direct, n
    witnesses = [
        (band.margin, own)
        for band in claims.bands
        if band.basis == "structural"
        for own in band.witnesses
    ]
    shared = (claims.curvature_lower, claims.coupling_upper.values)
    count = sum(map(len, shared)) + 2 * len(claims.names)
    if witnesses and count <= EXACT_ENTRIES:  # beyond, all is in floats, and short
        bits, length, total = sum(map(_bits, shared)), bits_of(shared), 0.0
        for margin, own in witnesses:
            if length + bits_of(own) <= EXACT_BITS:
                numbers = bits + work.common_bits([margin]) + sum(map(_bits, own))
                total += exact_work(count, numbers)
        yield total, "bands: {} witnesses of {} players", len(witnesses), len(claims.names)


def _bits(values: Vector) -> int:
    return work.common_bits(map(Fraction, values))


def refusal_costs(region: Region | None, witness: Witness | None) -> Iterator[Cost]:
    """Of the points of a witness."""
    if region is not None and isinstance(witness, DualWitness):
        n, widest = region.dimension, max(factor.shape[1] for factor in witness.factors)
        count = len(witness.points)
        each = 2 * work.of_product(n, n, widest)
        yield count * each, "witness: {0} matrices of {1} × {2}", count, n, widest
