"""What tests of hypotheses share: a case that lacks one of them alone, and what is then said."""

from typing import Any

import pytest

from certificates.kernel.theorems.hypotheses import Hypothesis, Theorem

Pair = tuple[Theorem[Any], Hypothesis[Any]]


def pairs_of(theorems: tuple[Theorem[Any], ...]) -> list[Pair]:
    return [(theorem, hypothesis) for theorem in theorems for hypothesis in theorem.hypotheses]


def name_of(pair: Pair) -> str:
    theorem, hypothesis = pair
    return f"{theorem.key}: {hypothesis.name}"


def assert_lacks_only(pair: Pair, case: object) -> None:
    """Just this hypothesis fails, and whoever asks is told so: by the reason, or its sentence."""
    theorem, hypothesis = pair
    failing = theorem.failing(case)
    assert set(failing) == {hypothesis.name}
    assert hypothesis.otherwise
    with pytest.raises(ValueError, match=r"\w") as caught:
        theorem.require(case)
    assert str(caught.value) == (failing[hypothesis.name] or hypothesis.otherwise)
