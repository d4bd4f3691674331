"""Hostile files of under 1 MB are answered soon, in little memory, by a sentence or the truth."""

import pytest

from tests.hostile import TRICKS
from tests.hostile.documents import Trick
from tests.hostile.run import SIZE, run

QUICK = ("a-ball-of-rationals", "steps-of-600", "sizes-without-number", "folded-constants")


def in_turn(names: tuple[str, ...] = ()) -> list[Trick]:
    return [made for made in TRICKS if not names or made.name in names]


@pytest.mark.parametrize("made", in_turn(QUICK), ids=lambda made: made.name)
def test_what_takes_hours_is_refused_at_once(made: Trick) -> None:
    found = run(made)
    assert found.is_well, found
    assert found.status == 2
    assert "operations" in found.says or "bytes" in found.says


@pytest.mark.stress
@pytest.mark.parametrize("made", in_turn(), ids=lambda made: made.name)
def test_no_small_file_takes_long_or_much(made: Trick) -> None:
    found = run(made)
    assert found.is_well, found
    assert found.size <= SIZE
