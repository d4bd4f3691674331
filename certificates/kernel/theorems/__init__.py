"""The theorems that a certificate can cite: one module a family, each theorem its hypotheses.

To check a claim is to test that list; docs/theory.md states every theorem with the same one.
"""

from collections.abc import Iterator
from typing import Any

from certificates.kernel.document.claims import Claims
from certificates.kernel.jacobian.base import Jacobian
from certificates.kernel.obligation import Obligation
from certificates.kernel.theorems import (
    bands,
    equilibrium,
    euler,
    kl,
    margin,
    refutation,
    runge_kutta,
    setting,
    start_sets,
    towards,
)
from certificates.kernel.theorems.hypotheses import Theorem
from certificates.kernel.theorems.rule import Rule

RULES: tuple[Rule[Any], ...] = (
    *setting.RULES,
    *margin.RULES,
    *euler.RULES,
    *runge_kutta.RULES,
    *towards.RULES,
    *bands.RULES,
    *equilibrium.RULES,
    *start_sets.RULES,
    *kl.RULES,
)
THEOREMS: tuple[Theorem[Any], ...] = (
    setting.GEOMETRY.theorem,
    *(rule.theorem for rule in RULES),
    *refutation.THEOREMS,
)


def obligations(claims: Claims, J: Jacobian | None) -> Iterator[Obligation]:
    """Every claim of the certificate with whether all its hypotheses hold.

    J: None where only bounds are given. Raises InputError for a game that is not well formed.
    """
    for rule in RULES:
        yield from rule.obligations(claims, J)
