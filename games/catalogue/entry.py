"""What the catalogue records of a game beside the game itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

from games.game import Game


@final
@dataclass(frozen=True)
class Expected:
    """Reference numbers for the game on its region; for a non-constant J a multi-start estimate.

    structural_margin: the best over all weights by T2. weights: where it is attained, w_1 = 1.
    direct_margin: T5's, at those weights (better weights may give more). constant: whether J is.
    verdict: "proved" or "refuted", what the strongest evidence gives; sampling says "estimated".
    """

    structural_margin: float
    direct_margin: float
    weights: tuple[float, ...]
    constant: bool
    verdict: str


@final
@dataclass(frozen=True)
class Entry:
    """One game: its name, how to build it, where it is from, what was changed, what is expected.

    tags: by which `sgn catalogue --tag` finds it, beside that of its family.
    """

    name: str
    build: Callable[[], Game]
    source: str
    expected: Expected
    changes: str = ""
    tags: tuple[str, ...] = ()
