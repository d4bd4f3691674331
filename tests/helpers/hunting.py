"""Short attacks on some kinds of claims of a document, which need not be one that verifies."""

import copy

import numpy as np

from certificates.certificate import Certificate, from_document
from certificates.kernel.document.reading import Document, digest
from sgn.attacks.hunt import Hunt
from sgn.attacks.kinds import KINDS
from sgn.attacks.report import NEAR
from sgn.attacks.subject.attacked import Attacked
from sgn.attacks.subject.jacobians import subject_of
from sgn.attacks.subject.precise import precisely
from tests.corpus.changes import Change

ROUNDS = 12  # of every hunt, as in an attack of no time


def attacked(document: Document) -> Attacked:
    certificate = from_document(document)
    assert isinstance(certificate, Certificate)
    return Attacked(certificate, subject_of(certificate.claims), np.random.default_rng(0))


def changed(document: Document, *changes: Change) -> Document:
    """A copy after the changes, with a digest that fits."""
    result = copy.deepcopy(document)
    for change in changes:
        change(result)
    result["digest"] = digest(result)
    return result


def broken(document: Document, *kinds: str) -> set[str]:
    """Which claims of these kinds (all, without any) are shown to be false."""
    of, found = attacked(document), set()
    with precisely():
        for kind in KINDS:
            if (kinds and kind.name not in kinds) or not kind.stated(of):
                continue
            for objective in kind.measures(of):
                hunt = Hunt(objective, np.random.default_rng(1))
                for _ in range(ROUNDS):
                    hunt.advance()
                if objective.tightness(hunt.value) > 1 - NEAR and objective.broken(hunt.place):
                    found.add(objective.claim)
    return found
