"""Short attacks on some kinds of claims of a document, which need not be one that verifies.

What follows from a document is computed, so it can be false only where the computation is: `derive`
stands for another computation.
"""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np

from certificates.certificate import Certificate, from_document
from certificates.kernel.claims import Claim, Claims, Solution
from certificates.kernel.document.reading import Document, digest
from certificates.kernel.theorems.extragradient import TowardsSteps
from sgn.attacks.hunt import Hunt
from sgn.attacks.kinds import KINDS, is_stated
from sgn.attacks.report import NEAR
from sgn.attacks.subject.attacked import Attacked
from sgn.attacks.subject.jacobians import subject_of
from sgn.attacks.subject.precise import precisely
from tests.corpus.changes import Change

ROUNDS = 12  # of every hunt, as in an attack of no time
Derive = Callable[[Claims], Claims]
C = TypeVar("C", bound=Claim)


def as_it_is(claims: Claims) -> Claims:
    """What the product derives."""
    return claims


def derived(document: Document, derive: Derive) -> Certificate:
    """The certificate of a document from which something else follows."""
    certificate = from_document(document)
    assert isinstance(certificate, Certificate)
    certificate.__dict__["claims"] = derive(certificate.claims)
    return certificate


def attacked(document: Document, derive: Derive = as_it_is) -> Attacked:
    certificate = derived(document, derive)
    return Attacked(certificate, subject_of(certificate.claims), np.random.default_rng(0))


def changed(document: Document, *changes: Change) -> Document:
    """A copy after the changes, with a digest that fits."""
    result = copy.deepcopy(document)
    for change in changes:
        change(result)
    result["digest"] = digest(result)
    return result


def broken(document: Document, *kinds: str, derive: Derive = as_it_is) -> set[str]:
    """Which claims of these kinds (all, without any) are shown to be false."""
    of, found = attacked(document, derive), set()
    with precisely():
        for kind in KINDS:
            if (kinds and kind.name not in kinds) or not is_stated(kind, of):
                continue
            for objective in kind.measures(of):
                hunt = Hunt(objective, np.random.default_rng(1))
                for _ in range(ROUNDS):
                    hunt.advance()
                if objective.tightness(hunt.value) > 1 - NEAR and objective.broken(hunt.place):
                    found.add(objective.claim)
    return found


# ---- other derivations ---------------------------------------------------------------------------


def written_out(claims: Claims) -> Claims:
    """The same, all that follows being stated, so that it can be changed."""
    return replace(claims, stated=tuple(claims.each(Claim)), following=())


def misderived(kind: type[C], change: Callable[[C], C]) -> Derive:
    """Every claim of a kind comes out changed."""

    def derive(claims: Claims) -> Claims:
        every = written_out(claims)
        found = tuple(change(c) if isinstance(c, kind) else c for c in every.stated)
        return replace(every, stated=found)

    return derive


def freely(*kinds: type[TowardsSteps]) -> Derive:
    """Steps towards the solution without projection, whether or not it is a zero."""

    def derive(claims: Claims) -> Claims:
        every = written_out(claims)
        kept = tuple(c for c in every.stated if not isinstance(c, kinds))
        given = claims.without(Solution)  # where only bounds are given the zero is, too
        given = replace(given, verdict="conditional")
        free = tuple(steps for kind in kinds for steps in kind.follow(given))
        return replace(every, stated=(*kept, *free))

    return derive
