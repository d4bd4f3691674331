"""Hypotheses: docs/theory.md lists for every theorem what the code tests, no more and no less."""

import re
from pathlib import Path

from certificates import promise_theorems, theorems

THEOREMS = (*theorems.THEOREMS, *promise_theorems.THEOREMS)
THEORY = Path(__file__).parent.parent / "docs" / "theory.md"
LIST = re.compile(r"^\*Hypotheses \((.+?)\)\.\* (.+?)\.$(?=\n\n)", re.MULTILINE | re.DOTALL)


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
