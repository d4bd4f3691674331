"""Every hypothesis of every theorem that certificates cite has a lie that breaks it alone."""

import json

from certificates.theorems import THEOREMS
from tests.corpus.make import HERE

BROKEN = json.loads((HERE / "broken.json").read_text(encoding="utf-8"))


def test_every_hypothesis_has_a_lie_that_breaks_it_and_nothing_else():
    """Where theorems share a hypothesis they may all miss it; no second one may be broken."""
    alone = {
        (theorem, name)
        for pairs in BROKEN.values()
        for theorem, name in pairs
        if len({other for _, other in pairs}) == 1
    }
    stated = {(theorem.key, h.name) for theorem in THEOREMS for h in theorem.hypotheses}
    assert stated - alone == set()


def test_names_of_hypotheses_are_short_and_listed_once():
    for theorem in THEOREMS:
        names = [h.name for h in theorem.hypotheses]
        assert len(set(names)) == len(names), theorem.key
        assert all(len(name) <= 70 for name in names), theorem.key
        known = set[str]()
        for h in theorem.hypotheses:
            assert set(h.given) <= known, f"{theorem.key}: {h.name} presupposes what follows it"
            known.add(h.name)
    keys = [theorem.key for theorem in THEOREMS]
    assert len(set(keys)) == len(keys)
