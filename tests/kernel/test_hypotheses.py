"""Hypotheses: docs/theory.md lists what the code tests, and each one is broken alone.

Of what a file can state, by a lie of the corpus; of what is computed from the rest of a file, by a
claim made by hand (below), since no file can lie about it.
"""

import importlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from certificates import promise_theorems
from certificates.kernel.certificate import MODULES, load_rules, read_claims
from certificates.kernel.claims import Claim, Claims, Solution
from certificates.kernel.document.metric import Metric
from certificates.kernel.jacobian.base import Jacobian, jacobian_of
from certificates.kernel.theorems import refutation
from certificates.kernel.theorems.bands import BandByBounds
from certificates.kernel.theorems.equilibrium import Zero
from certificates.kernel.theorems.euler import EulerByMargin, EulerSteps, ProjectedEuler
from certificates.kernel.theorems.extragradient import Extragradient, Optimistic
from certificates.kernel.theorems.hypotheses import Theorem
from certificates.kernel.theorems.kl import DecayLevel
from certificates.kernel.theorems.rule import REGISTERED, Case
from certificates.kernel.theorems.start_sets import StartSet
from games.regions.region import Box, Space
from sgn import bound_theorems
from tests.corpus.make import HERE, valid

for _module in MODULES:
    load_rules(_module)

REFUTATIONS = (refutation.EIGENVALUE, refutation.DUAL, refutation.DUAL_WEIGHTS)
CHECKED = (*(rule.theorem for rule in REGISTERED.values()), *REFUTATIONS)
STATED = (*(r.theorem for c, r in REGISTERED.items() if c.theorem), *REFUTATIONS)
COMPUTED = [c for c in REGISTERED if not c.theorem]
THEOREMS: tuple[Theorem[Any], ...] = (
    *CHECKED,
    *promise_theorems.THEOREMS,
    *bound_theorems.THEOREMS,
)
ROOT = Path(__file__).parents[2]
THEORY = ROOT / "docs" / "theory.md"
LIST = re.compile(r"^\*Hypotheses \((.+?)\)\.\* (.+?)\.$(?=\n\n)", re.MULTILINE | re.DOTALL)
BROKEN = json.loads((HERE / "broken.json").read_text(encoding="utf-8"))


def in_the_theory() -> list[tuple[str, list[str]]]:
    """Each theorem's key with its list, as docs/theory.md has them."""
    found = LIST.findall(THEORY.read_text(encoding="utf-8"))
    return [(key, " ".join(names.split()).split(" · ")) for key, names in found]


def test_the_theory_states_the_hypotheses_that_are_tested() -> None:
    tested = {each.key: [one.name for one in each.hypotheses] for each in THEOREMS}
    assert dict(in_the_theory()) == tested


def test_every_theorem_is_stated_once() -> None:
    keys = [key for key, _ in in_the_theory()]
    assert len(set(keys)) == len(keys)
    assert len({theorem.key for theorem in THEOREMS}) == len(THEOREMS)
    assert THEORY.read_text(encoding="utf-8").count("*Hypotheses (") == len(keys)


def test_no_theorem_is_left_out() -> None:
    known = {theorem.key for theorem in THEOREMS}
    for folder in ("certificates", "games", "sgn"):
        for path in (ROOT / folder).rglob("*.py"):
            if "Theorem(" in path.read_text(encoding="utf-8") and path.stem != "hypotheses":
                name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
                found = vars(importlib.import_module(name)).values()
                assert {value.key for value in found if isinstance(value, Theorem)} <= known, name


def test_no_module_of_theorems_is_left_out() -> None:
    """A module that registers rules and is not in the list would be found by no certificate."""
    folder = ROOT / "certificates" / "kernel" / "theorems"
    ruled = {p.stem for p in folder.glob("*.py") if "\nrule(" in p.read_text(encoding="utf-8")}
    assert ruled | {"refutation"} == set(MODULES)


def test_every_hypothesis_that_a_file_can_break_has_a_lie_that_breaks_nothing_else():
    """Where theorems share a hypothesis they may all miss it; no second one may be broken."""
    alone = {
        (theorem, name)
        for pairs in BROKEN.values()
        for theorem, name in pairs
        if len({other for _, other in pairs}) == 1
    }
    asked = {(theorem.key, h.name) for theorem in STATED for h in theorem.hypotheses}
    assert asked - alone == set()


def test_names_of_hypotheses_are_short_and_listed_once():
    for theorem in THEOREMS:
        names = [h.name for h in theorem.hypotheses]
        assert len(set(names)) == len(names), theorem.key
        assert all(len(name) <= 70 for name in names), theorem.key
        known = set[str]()
        for h in theorem.hypotheses:
            assert set(h.given) <= known, f"{theorem.key}: {h.name} presupposes what follows it"
            known.add(h.name)


# ---- what is computed ----------------------------------------------------------------------------


@cache
def base(name: str) -> tuple[Claims, Jacobian | None]:
    """A true certificate; J where it is polynomial of degree 1."""
    claims = read_claims(valid(name))
    exact = claims.evidence["kind"] == "exact"
    known = jacobian_of(claims.game, claims.region) if claims.game and exact else None
    return claims, known


def claim_of(kind: type[Claim], name: str, **changes: Any) -> Claim:
    """The first such claim that follows, changed."""
    found = base(name)[0].find(kind)
    assert found is not None
    return replace(found, **changes)


def context(name: str, **changes: Any) -> Claims:
    """The certificate, changed; what it states stays unless that is among the changes."""
    return replace(base(name)[0], **changes, _computed={})


def other_stated(name: str, kind: type[Claim], **changes: Any) -> Claims:
    """The certificate with another number in one of its stated claims."""
    claims = base(name)[0]
    found = claims.require(kind)
    return claims.with_claims(replace(found, **changes))


F = Fraction
BALL = Box.ball([0, 0, 0], 1)
UNEQUAL = Metric.scalar(np.array([F(1), F(7)], dtype=object))
EIGHT = (F(1), F(7))
