"""Enclosed bounds: estimates first, then proofs of nearly that much by branch and bound."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, final

import numpy as np

from games.document import from_document
from games.game import Game
from games.region import Box, Region
from games.symbolic import SymbolicGame
from sgn.bounds.bounder import (
    Bounder,
    CannotBound,
    Claim,
    Confirmation,
    block_quantities,
    by_block,
    collect,
    named_point,
    outward,
    worse,
)
from sgn.bounds.bounds import Bounds
from sgn.bounds.effort import Effort
from sgn.bounds.forms import NATURAL, Forms
from sgn.bounds.prover import Proved, Tokens, Unproved, prove, split
from sgn.bounds.quantities import Block, Cocoercivity, EulerFactor, FloatArray, Margin, Quantity
from sgn.bounds.sampled import Sampled
from sgn.intervals import compile_intervals

GAPS = (1.0, 0.6, 0.3, 0.1, 0.03, 0.01)  # parts of its size by which a bound may fall short
CRUDE = (1.0, 10.0, 100.0, 1000.0)  # tried first, so that something is proved soon
CRUDE_BOXES = 64
ENTRIES = 2**25  # matrix entries that one proof may go through: a second or two
ALL_ENTRIES = 2**28  # entries and second derivatives for all that is bounded at once
NOT_NEEDED = (Cocoercivity, EulerFactor)  # for a margin: steps are left out where they fail


@final
@dataclass(frozen=True)
class Enclosed(Bounder):
    """Interval branch and bound over a box: proofs, for games given by their costs' text.

    max_boxes: for one bound; seed: of the sampling that says what to aim at; effort: the time
    limit, workers and listener of one run.
    """

    max_boxes: int = 20_000
    seed: int = 0
    effort: Effort = field(default_factory=Effort, repr=False, compare=False)
    _work: list["_Work"] = field(default_factory=list, init=False, repr=False, compare=False)

    kind: ClassVar[str] = "enclosed"

    def __post_init__(self) -> None:
        if self.max_boxes < 1:
            raise ValueError(f"max_boxes is {self.max_boxes}; expected at least 1")

    def require(self, game: Game, region: Region) -> None:
        """Raise CannotBound unless the game and the region are of a kind that can be enclosed."""
        _symbolic(game, region)

    def block_bounds(self, game: Game, region: Region) -> Bounds:
        return collect(game, self.bound(game, region, block_quantities(game)), self.kind)

    def bound(self, game: Game, region: Region, quantities: Sequence[Quantity]) -> FloatArray:
        """Each quantity as far as it could be proved. Raises CannotBound where nothing could.

        All of them crudely at first; then each is improved, in a fair share of half the time left.
        """
        names = [repr(quantity) for quantity in quantities]
        distinct = list(dict.fromkeys(names))
        found = self._bound(game, region, [quantities[names.index(name)] for name in distinct])
        return found[[distinct.index(name) for name in names]]

    def _bound(self, game: Game, region: Region, quantities: Sequence[Quantity]) -> FloatArray:
        """The same for different quantities."""
        work = self._at(game, region)
        work.domain()
        values, _ = Sampled(seed=self.seed).search(game, region, quantities)
        size = max(1e-9, float(np.abs(values[np.isfinite(values)]).max(initial=0.0)))
        result = values.copy()
        parts: list[list[int]] = []
        for block, members in by_block(quantities).items():
            aimed = [k for k in members if np.isfinite(values[k])]
            if block is not None and work.forms(block).is_zero:
                result[aimed] = 0.0
            else:  # one cover serves a block; each number of the whole Jacobian has its own
                parts += [aimed] if block is not None else [[k] for k in aimed]
        work.goals = max(1, len(parts))
        goals: list[tuple[list[int], _Goal]] = []
        for part in filter(None, parts):
            aims = [(quantities[k], float(values[k])) for k in part]
            try:
                goals.append((part, work.goal(aims, size)))
            except CannotBound:
                if not all(isinstance(quantity, NOT_NEEDED) for quantity, _ in aims):
                    raise
                result[part] = [np.inf if quantity.upper else -np.inf for quantity, _ in aims]
        middle = self.effort.share(2)
        for k, (part, goal) in enumerate(goals):
            remaining = self.effort.share(2 * (len(goals) - k))
            goal.improve(min(remaining, middle))
            result[part] = goal.claimed
        return result

    def confirm(self, game: Game, region: Region, claims: Sequence[Claim]) -> Confirmation:
        """Covers that prove every claim: the evidence a checker follows."""
        work = self._at(game, region)
        covers: dict[str, Any] = {"domain": work.domain()}
        groups: dict[tuple[Block, str], list[Claim]] = {}
        for claim in claims:
            groups.setdefault((claim.quantity.block, claim.purpose), []).append(claim)
        for (block, purpose), members in groups.items():
            if block is not None and work.forms(block).is_zero:
                continue
            name = purpose if block is None else f"block {block[0]} {block[1]}"
            covers[name] = work.cover(block, members, name)
        return Confirmation({"kind": self.kind, "covers": covers}, ())

    def _at(self, game: Game, region: Region) -> "_Work":
        """The work on one game and region, with what is known by now; that on others is dropped."""
        if not (self._work and self._work[0].game is game and self._work[0].region == region):
            self._work[:] = [_Work(game, region, self.max_boxes, self.effort)]
        return self._work[0]


@final
class _Work:
    """A game on a box: what was compiled for it, and what was proved."""

    def __init__(self, game: Game, region: Region, max_boxes: int, effort: Effort) -> None:
        self.game, self.region = game, region
        self.max_boxes, self.effort = max_boxes, effort
        self._symbolic, self._box = _symbolic(game, region)
        self.goals = 1  # that share the work
        self._forms: dict[Block, Forms] = {}
        self._domain: list[Tokens] = []
        self._proofs: list[tuple[tuple[Claim, ...], Tokens]] = []

    def forms(self, block: Block) -> Forms:
        """Those of a block, from the game's text, as workers elsewhere have them."""
        if block not in self._forms:
            self._forms[block] = Forms(self._symbolic, block).compiled()
        return self._forms[block]

    def goal(self, aims: list[tuple[Quantity, float]], size: float) -> "_Goal":
        """Something proved crudely about a block, to be improved. Raises CannotBound."""
        goal = _Goal(self, aims[0][0].block, aims, size)
        goal.begin()
        return goal

    def allowed(self, block: Block) -> int:
        """Boxes for one proof: fewer where each is dearer, or where much is to be proved."""
        forms = self.forms(block)
        entries = forms.shape[0] * forms.shape[1] * forms.corner_count
        each = ALL_ENTRIES // (self.goals * (entries + forms.second_count))
        return max(CRUDE_BOXES, min(self.max_boxes, ENTRIES // entries, each))

    def prove(
        self, block: Block, claims: Sequence[Claim], boxes: int, end: float
    ) -> Proved | Unproved:
        """A proof of the claims, which is kept."""
        found = prove(self.forms(block), self._box, claims, boxes, self.effort, end)
        if isinstance(found, Proved):
            self._proofs.append((tuple(claims), found.tokens))
        return found

    def cover(self, block: Block, claims: Sequence[Claim], name: str) -> Tokens:
        """A proof of claims: a known one of as much or more, else a new one. Raises CannotBound."""
        for known, tokens in reversed(self._proofs):
            if _implies(known, claims):
                return tokens
        forms, boxes = self.forms(block), 4 * self.max_boxes
        found = prove(forms, self._box, claims, boxes, self.effort)
        if not isinstance(found, Proved):
            raise CannotBound("budget", f"the claims about {name} could not be proved again")
        return found.tokens

    def domain(self) -> Tokens:
        """A cover on whose leaves every cost is defined. Raises CannotBound."""
        if self._domain:
            return self._domain[0]
        game = self._symbolic
        names = [v for player in game.players for v in player.variables]
        kernel = compile_intervals(game.graph, game.cost_nodes, names)

        def test(low: FloatArray, high: FloatArray) -> tuple[Any, Any]:
            bottom, top = kernel(low, high)
            good = np.isfinite(bottom).all(axis=1) & np.isfinite(top).all(axis=1)
            return np.where(good, NATURAL, -1), np.argmax(high - low, axis=1)

        found = split(test, self._box, self.max_boxes, 4096)
        if not isinstance(found, Proved):
            point = named_point(game, found.point)
            message = "the costs may not be defined on all of the region"
            raise CannotBound("domain", message, point)
        self._domain.append(found.tokens)
        return found.tokens


@final
class _Goal:
    """Quantities of one block, to be proved with one cover as near to their estimates as can be."""

    def __init__(
        self, work: _Work, block: Block, aims: list[tuple[Quantity, float]], size: float
    ) -> None:
        self._work, self._block, self._aims = work, block, aims
        self._rooms = [_room(quantity, value, size) for quantity, value in aims]
        self._gap = np.inf
        self._spent = (1, 1)  # boxes for the last two steps

    @property
    def claimed(self) -> list[float]:
        """What is proved by now."""
        return [claim.value for claim in self._claims(self._gap)]

    def begin(self) -> None:
        """Prove something. Raises CannotBound where nothing can be proved; an interrupt passes."""
        end, most = self._work.effort.end, self._boxes
        gaps = CRUDE if self._needed else CRUDE[:1]
        # the crude ones are cheap, and made however little time there is
        crude = [(gap, CRUDE_BOXES, np.inf) for gap in gaps]
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
            if self._hopeless or (not open_margin and (effort.stopped or effort.late(end))):
                return
            try:
                if not self._try(gap, self._boxes, effort.end if open_margin else end):
                    return
            except KeyboardInterrupt:
                if effort.interrupted:
                    raise
                effort.interrupt()

    @property
    def _needed(self) -> bool:
        return not all(isinstance(quantity, NOT_NEEDED) for quantity, _ in self._aims)

    @property
    def _boxes(self) -> int:
        boxes = self._work.allowed(self._block)
        return boxes if self._needed else max(CRUDE_BOXES, boxes // 4)

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
        before, last = self._spent
        return last * last > 2 * before * self._boxes

    def _try(self, gap: float, boxes: int, end: float) -> bool:
        claims = self._claims(gap)
        found = self._work.prove(self._block, claims, boxes, end)
        if not isinstance(found, Proved):
            return False
        self._gap, self._spent = gap, (self._spent[1], found.boxes)
        for (quantity, value), claim in zip(self._aims, claims, strict=True):
            if isinstance(quantity, Margin):
                self._work.effort.proved(claim.value, value - claim.value)
        return True

    def _claims(self, gap: float) -> list[Claim]:
        return [
            Claim(quantity, outward(quantity, value, gap * room))
            for (quantity, value), room in zip(self._aims, self._rooms, strict=True)
        ]


def _room(quantity: Quantity, value: float, size: float) -> float:
    """How far a bound may be from the estimate at most, to be of use."""
    if isinstance(quantity, EulerFactor) and value < 1:
        return 1 - value
    if isinstance(quantity, Cocoercivity):
        return 0.9 * value
    return max(abs(value), 1e-3 * size)


def _implies(known: Sequence[Claim], claims: Sequence[Claim]) -> bool:
    """Whether each claim is of a quantity that is known to be as good or better."""
    values = {repr(claim.quantity): claim.value for claim in known}
    return all(
        (name := repr(claim.quantity)) in values
        and not worse(claim.quantity, values[name], claim.value)
        for claim in claims
    )


def _symbolic(game: Game, region: Region) -> tuple[SymbolicGame, Box]:
    """The game as its text says it, in the region as a box. Raises CannotBound."""
    if not isinstance(game, SymbolicGame):
        raise CannotBound("unsupported", "only games given by the text of their costs are enclosed")
    if not isinstance(region, Box):
        raise CannotBound("unsupported", "the Jacobian is not constant; give a box as the region")
    text = from_document(game.document(), "game")
    return text if isinstance(text, SymbolicGame) else game, region
