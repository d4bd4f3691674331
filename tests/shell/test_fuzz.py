"""A share of the campaign of damaged inputs (python -m tests.fuzz runs all of it)."""

from tests.fuzz.campaign import case, outcome
from tests.fuzz.originals import originals

FEW, ALL = 60, 10_000


def test_damaged_inputs_end_in_a_result_or_one_line(scale: int) -> None:
    files = originals()
    wrong = {}
    for number in range(min(FEW * scale, ALL)):
        found = outcome(case(number, files))
        if found.problem:
            wrong[number] = found.problem
    assert wrong == {}
