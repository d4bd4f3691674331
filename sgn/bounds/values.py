"""Bounds of a game of policies by its values over boxes: one cover for all."""

from collections.abc import Sequence
from typing import Any, final

import numpy as np

from games.game import Game
from games.markov.logit_game import LogitGame
from games.regions.shapes import Box, Region
from sgn.enclosures.goal import NOT_NEEDED, room
from sgn.enclosures.policies.cover import Cover, Covers, numbers_held
from sgn.quantities.claim import CannotBound, Claim, outward
from sgn.quantities.effort import Effort
from sgn.quantities.quantities import Block, Margin, Quantity

FIELDS = ("fisher", "kakade")
MAX_LOGITS = 60
MAX_ACTIONS = 16  # of one player
MAX_TABLE = 2**22  # numbers in the tensors of one leaf, with all its moves
KEPT = 2**24  # numbers in the stars of one cover
ROUND = 2**20  # numbers in the stars of the leaves that are split at once
WORK = 4 * 10**11  # what checking the leaves may cost, in nanoseconds, roughly
GAPS = (0.003, 0.03, 0.1, 0.3, 0.6, 1.0, 3.0, 10.0, 100.0, 1000.0)  # parts of a bound's size
LATE_GAPS = (0.1, 0.6, 1.0, 10.0, 1000.0)  # when the time is up
AIMS = (0.999, 0.6, 0.3, 0.1, 0.03)  # by which a margin may fall short, step by step
HALVINGS = 5  # of a gap, once it is between two of these


@final
class ValuesWork:
    """A game of policies on a box: the cover on whose leaves everything is proved."""

    def __init__(
        self, game: Game, region: Region, max_boxes: int, effort: Effort, strictness: int
    ) -> None:
        policies, box = as_policies(game, region)
        self.game, self.region, self.effort = game, region, effort
        self._most = max(16, min(max_boxes, KEPT // numbers_held(policies), _checkable(policies)))
        self._round = max(1, ROUND // numbers_held(policies))
        self._covers = Covers(policies, box, strictness)
        self._cover: list[Cover] = []

    def bound(self, aims: Sequence[tuple[Quantity, float]], size: float) -> list[float]:
        """Each quantity as far as it holds on every leaf; leaves are split for margins alone.

        aims: with what sampling says. Raises CannotBound where a quantity that is needed fails.
        """
        for quantity, value in aims:
            if isinstance(quantity, Margin) and value > 0:
                self._improve(quantity, value, size)
        return [self._best(quantity, value, size) for quantity, value in aims]

    def confirm(self, claims: Sequence[Claim]) -> dict[str, Any]:
        """The cover on which all the claims hold. Raises CannotBound."""
        cover = self._refined(self._current, claims, self._most, self.effort.last)
        if cover is None:
            raise CannotBound("budget", "the claims could not be proved again on one cover")
        self._cover[:] = [cover]
        return {"cover": np.array(cover.tokens, dtype=np.int32)}

    @property
    def _current(self) -> Cover:
        if not self._cover:
            self._cover.append(self._covers.root())
            self.effort.count(1)
        return self._cover[0]

    def _improve(self, quantity: Margin, value: float, size: float) -> None:
        """Split until the margin is proved, then nearer and nearer to what sampling says."""
        middle = self.effort.share(2)
        for aim in AIMS:
            claim = _claim(quantity, value, aim, size)
            end = self.effort.end if aim is AIMS[0] else middle
            most = self._most if aim is AIMS[0] else max(16, self._most // 8)
            cover = self._refined(self._current, [claim], most, end)
            if cover is None:
                return
            self._cover[:] = [cover]
            self.effort.proved(claim.value, value - claim.value)

    def _refined(
        self, cover: Cover, claims: Sequence[Claim], most: int, end: float
    ) -> Cover | None:
        """The cover split where a claim fails, until none does; None where that is too much."""
        groups: dict[Block, list[Claim]] = {}
        for claim in claims:
            groups.setdefault(claim.quantity.block, []).append(claim)
        new, failing = np.ones(cover.count, dtype=bool), np.zeros(cover.count, dtype=bool)
        while True:
            good = new.copy()
            for block, members in groups.items():
                good[good] = self._covers.holds(cover, members, block, good)
            failing |= new & ~good
            if not failing.any():
                return cover
            finer = cover.count + int(failing.sum())
            if finer > most or self.effort.late(end) or self.effort.interrupted:
                return None
            first = failing & (np.cumsum(failing) <= self._round)
            cover, origin = self._covers.split(cover, first)
            new = origin < 0
            if not new.any():
                return None
            failing = failing[origin] & ~new
            self.effort.count(int(new.sum()))

    def _best(self, quantity: Quantity, value: float, size: float) -> float:
        """The best claim that holds on every leaf. Raises CannotBound; not for what is optional."""
        below, late = 0.0, self.effort.stopped
        for gap in LATE_GAPS if late else GAPS:
            if self._holds(quantity, value, gap, size):
                break
            below = gap
        else:
            if isinstance(quantity, NOT_NEEDED):
                return np.inf if quantity.upper else -np.inf
            name = type(quantity).__name__
            raise CannotBound(
                "budget", f"{name} could not be proved by values over boxes; shrink the region"
            )
        for _ in range(HALVINGS if below and not late else 0):
            middle = (below + gap) / 2
            if self._holds(quantity, value, middle, size):
                gap = middle
            else:
                below = middle
        return _claim(quantity, value, gap, size).value

    def _holds(self, quantity: Quantity, value: float, gap: float, size: float) -> bool:
        claim = _claim(quantity, value, gap, size)
        if isinstance(quantity, NOT_NEEDED) and not _is_of_use(quantity, claim.value):
            return False
        return self._covers.holds_everywhere(self._current, [claim], quantity.block)


def _checkable(game: LogitGame) -> int:
    """How many leaves a checker takes: it encloses J on each and tests a dozen claims."""
    n, players = game.dimension, len(game.players)
    enclosing = 1000 * numbers_held(game) * players**2
    return WORK // (enclosing + 12 * (1 + n) * 4 * n**2 * (100 + 2 * n))


def _is_of_use(quantity: Quantity, claim: float) -> bool:
    """A cocoercivity is positive, a factor below 1."""
    return claim < 1 if quantity.upper else claim > 0


def _claim(quantity: Quantity, value: float, gap: float, size: float) -> Claim:
    return Claim(quantity, outward(quantity, value, gap * room(quantity, value, gap, size)))


def as_policies(game: Game, region: Region) -> tuple[LogitGame, Box]:
    """The game and the box, where values can be enclosed. Raises CannotBound."""
    if not isinstance(game, LogitGame):
        raise CannotBound("unsupported", "only games of policies have values to enclose")
    if game.field not in FIELDS:
        raise CannotBound(
            "unsupported", f"the field {game.field!r} is not enclosed by values; use 'fisher'"
        )
    if not isinstance(region, Box):
        raise CannotBound("unsupported", "the Jacobian is not constant; give a box as the region")
    n = game.dimension
    table = (1 + n) * game.tensors.transition.size
    most = max(game.tensors.actions)
    if n > MAX_LOGITS or table > MAX_TABLE or most > MAX_ACTIONS:
        raise CannotBound(
            "too-large",
            f"games of policies are enclosed up to {MAX_LOGITS} logits, {MAX_ACTIONS} actions and"
            f" {MAX_TABLE} numbers in their tensors with all moves, and this has {n}, {most} and"
            f" {table}",
        )
    return game, region


def in_reach(game: Game, region: Region) -> bool:
    """Whether :func:`as_policies` finds nothing to refuse."""
    try:
        as_policies(game, region)
    except CannotBound:
        return False
    return True
