"""Hypotheses: docs/theory.md lists what the code tests, and a lie breaks each one alone."""

import importlib
import json
import re
from pathlib import Path

from certificates import promise_theorems
from certificates.kernel import theorems
from certificates.kernel.theorems.hypotheses import Theorem
from sgn import bound_theorems
from tests.corpus.make import HERE

THEOREMS = (*theorems.THEOREMS, *promise_theorems.THEOREMS, *bound_theorems.THEOREMS)
ROOT = Path(__file__).parents[2]
THEORY = ROOT / "docs" / "theory.md"
LIST = re.compile(r"^\*Hypotheses \((.+?)\)\.\* (.+?)\.$(?=\n\n)", re.MULTILINE | re.DOTALL)
BROKEN = json.loads((HERE / "broken.json").read_text(encoding="utf-8"))


def stated() -> list[tuple[str, list[str]]]:
    """Each theorem's key with its list, as docs/theory.md has them."""
    found = LIST.findall(THEORY.read_text(encoding="utf-8"))
    return [(key, " ".join(names.split()).split(" · ")) for key, names in found]


def test_the_theory_states_the_hypotheses_that_are_tested() -> None:
    tested = {each.key: [one.name for one in each.hypotheses] for each in THEOREMS}
    assert dict(stated()) == tested


def test_every_theorem_is_stated_once() -> None:
    keys = [key for key, _ in stated()]
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


def test_every_hypothesis_has_a_lie_that_breaks_it_and_nothing_else():
    """Where theorems share a hypothesis they may all miss it; no second one may be broken."""
    alone = {
        (theorem, name)
        for pairs in BROKEN.values()
        for theorem, name in pairs
        if len({other for _, other in pairs}) == 1
    }
    asked = {(theorem.key, h.name) for theorem in theorems.THEOREMS for h in theorem.hypotheses}
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
