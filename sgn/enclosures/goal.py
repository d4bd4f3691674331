"""What one cover is to prove: something at first, then more, as near to the estimates as can be."""

from typing import final

import numpy as np

from sgn.enclosures.prover import Proved
from sgn.enclosures.work import CRUDE_BOXES, Work
from sgn.quantities.claim import CannotBound, Claim, outward
from sgn.quantities.quantities import Block, Cocoercivity, EulerFactor, Margin, Quantity

GAPS = (1.0, 0.6, 0.3, 0.1, 0.03, 0.01)  # parts of its size by which a bound may fall short
CRUDE = (1.0, 10.0, 100.0, 1000.0)  # tried first, so that something is proved soon
NOT_NEEDED = (Cocoercivity, EulerFactor)  # for a margin: steps are left out where they fail


@final
class Goal:
    """Quantities of one block, to be proved with one cover as near to their estimates as can be."""

    def __init__(
        self, work: Work, block: Block, aims: list[tuple[Quantity, float]], size: float
    ) -> None:
        self._work, self._block, self._aims = work, block, aims
        self._size = size
        self._gap = np.inf
        self._spent: tuple[int, ...] = ()  # boxes for the last two steps

    @property
    def claimed(self) -> list[float]:
        """What is proved by now."""
        return [claim.value for claim in self._claims(self._gap)]

    def begin(self) -> None:
        """Prove something. Raises CannotBound where nothing can be proved; an interrupt passes."""
        end, most = self._work.effort.end, self._boxes
        gaps = CRUDE if self.needed else CRUDE[:1]
        # the crude ones are cheap, and made however little time there is
        crude = [(gap, CRUDE_BOXES, self._work.effort.last) for gap in gaps]
        tries = [*crude, (gaps[0], most, end), (gaps[-1], most, end)]
        if not any(self._try(*each) for each in dict.fromkeys(tries)):
            names = ", ".join(type(quantity).__name__ for quantity, _ in self._aims)
            spent, more = f"with {most} boxes", "Enclosed(max_boxes=…)"
            if self._work.effort.stopped:
                spent, more = "in the time given", "the time limit"
            raise CannotBound(
                "budget", f"{names} could not be proved {spent}; shrink the region, or raise {more}"
            )

    def improve(self, end: float) -> None:
        """Step by step nearer, until the boxes or the time are used up; an interrupt ends it.

        Once stopped, only a margin that is still to become positive is worked on.
        """
        effort = self._work.effort
        for gap in GAPS:
            if gap >= self._gap:
                continue
            open_margin = self._open_margin
            if not open_margin and (self._hopeless or effort.stopped or effort.late(end)):
                return
            try:
                if not self._try(gap, self._boxes, effort.end if open_margin else end):
                    return
            except KeyboardInterrupt:
                if effort.interrupted:
                    raise
                effort.interrupt()

    @property
    def needed(self) -> bool:
        """Whether there is no certificate without these quantities."""
        return not all(isinstance(quantity, NOT_NEEDED) for quantity, _ in self._aims)

    @property
    def _boxes(self) -> int:
        boxes = self._work.allowed(self._block)
        return boxes if self.needed else max(CRUDE_BOXES, boxes // 4)

    @property
    def _open_margin(self) -> bool:
        """Whether a margin looks positive and is not yet proved so."""
        return any(
            isinstance(quantity, Margin) and claimed <= 0 < value
            for (quantity, value), claimed in zip(self._aims, self.claimed, strict=True)
        )

    @property
    def _hopeless(self) -> bool:
        """Whether the next step, dearer by the last factor again, would take twice the boxes."""
        return self._spent[-1] ** 2 > 2 * self._spent[0] * self._boxes

    def _try(self, gap: float, boxes: int, end: float) -> bool:
        claims = self._claims(gap)
        found = self._work.prove(self._block, claims, boxes, end)
        if not isinstance(found, Proved):
            return False
        self._gap, self._spent = gap, (*self._spent[-1:], found.boxes)
        for (quantity, value), claim in zip(self._aims, claims, strict=True):
            if isinstance(quantity, Margin):
                self._work.effort.proved(claim.value, value - claim.value)
        return True

    def _claims(self, gap: float) -> list[Claim]:
        return [
            Claim(quantity, outward(quantity, value, gap * room(quantity, value, gap, self._size)))
            for quantity, value in self._aims
        ]


def room(quantity: Quantity, value: float, gap: float, size: float) -> float:
    """How far a bound may be from the estimate at most, to be of use.

    A margin is to be positive, however small; nothing else needs what is small beside the rest.
    """
    if isinstance(quantity, EulerFactor) and value < 1:
        return 1 - value
    if isinstance(quantity, Cocoercivity):
        return 0.9 * value
    if isinstance(quantity, Margin) and value > 0 and gap < 1:
        return value
    return max(abs(value), 1e-3 * size)
