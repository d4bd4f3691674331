"""One game on one box: what was compiled for it, what was proved, and what more may cost."""

import math
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any, TypeVar, final

import numpy as np

from games.errors import InputError
from games.files.document import from_document
from games.game import Game
from games.markov.expressions import MAX_STATES
from games.markov.logit_game import LogitGame
from games.regions.shapes import Box, Region
from games.symbolic import SymbolicGame
from sgn.enclosures.forms import CORNERS, NATURAL, Enclosure, Forms, Star
from sgn.enclosures.intervals import compile_intervals
from sgn.enclosures.prover import CUSHIONS, Proved, Tokens, Unproved, hold, prove, split
from sgn.enclosures.slopes import Slopes
from sgn.quantities.claim import CannotBound, Claim, named_point, worse
from sgn.quantities.effort import Effort
from sgn.quantities.quantities import Block, FloatArray

Found = TypeVar("Found")
CRUDE_BOXES = 64
MANY = 64  # goals, from which on blocks are first looked at together, on the whole box
MAX_LOGITS = 10  # the second derivatives of J grow like the fourth power of their number
SHORT_LOGITS = 4  # beyond, enclosing values is faster by far, and as sharp
ENTRIES = 2**25  # matrix entries that one proof may go through: a second or two
ALL_ENTRIES = 2**28  # numbers for all that is bounded at once


@final
class Work:
    """A game on a box: what was compiled for it, and what was proved."""

    def __init__(
        self, game: Game, region: Region, max_boxes: int, effort: Effort, strictness: int
    ) -> None:
        self.game, self.region = game, region
        self.max_boxes, self.effort, self._strictness = max_boxes, effort, strictness
        self._symbolic, self._box = as_symbolic(game, region)
        self.goals = 1  # that share the work
        self._forms: dict[Block, Forms] = {}
        late = partial(effort.late, effort.end)
        self._slopes = Slopes(self._symbolic.graph, late)
        self._domain: list[Tokens] = []
        self._proofs: list[tuple[tuple[Claim, ...], Tokens]] = []

    def forms(self, block: Block) -> Forms:
        """Those of a block, from the game's text, as workers elsewhere have them."""
        if block not in self._forms:
            centre = _centre(self._box)
            self._forms[block] = Forms(self._symbolic, block, centre, slopes=self._slopes)
        return self._forms[block]

    def is_zero(self, block: tuple[int, int]) -> bool:
        """Whether J_ij is 0 by its very form: at once where x_j is not in what player i states."""
        i, j = block
        return not self._reached[i] & self._own[j] or self.forms(block).is_zero

    @cached_property
    def _own(self) -> list[set[int]]:
        """The nodes of each player's variables."""
        variable = self._symbolic.graph.variable
        return [set(map(variable, player.variables)) for player in self._symbolic.players]

    @cached_property
    def _reached(self) -> list[set[int]]:
        """The nodes of each player's cost, or of its part of the field."""
        game = self._symbolic
        stated = [node for _, node in game.stated]
        parts = [stated[own] for own in game.slices] if game.fields else [[node] for node in stated]
        return [set(game.graph.needed(part)) for part in parts]

    def allowed(self, block: Block) -> int:
        """Boxes for one proof: fewer where each is dearer, or where much is to be proved."""
        forms = self.forms(block)
        entries = forms.box_entries
        each = ALL_ENTRIES // (self.goals * (entries + forms.box_numbers))
        return max(CRUDE_BOXES, min(self.max_boxes, ENTRIES // entries, each))

    def prove(
        self, block: Block, claims: Sequence[Claim], boxes: int, end: float
    ) -> Proved | Unproved:
        """A proof of the claims, which is kept."""
        forms, strictness = self.forms(block), self._strictness
        if block is not None and self.goals > MANY and self._holds_at_once(block, claims):
            found: Proved | Unproved
            found = Proved(np.array([self._box.dimension + CORNERS], np.int32), 1)
        else:
            found = prove(forms, self._box, claims, boxes, self.effort, end, strictness)
        if isinstance(found, Proved):
            self._proofs.append((tuple(claims), found.tokens))
        return found

    def _holds_at_once(self, block: tuple[int, int], claims: Sequence[Claim]) -> bool:
        """Whether claims about a block hold on all of the box, by what all of J can be there."""
        rows, cols = (self._slices[k] for k in block)
        whole = self._whole
        radius = whole.radius[:, rows, cols] + np.abs(whole.moves[:, :, rows, cols]).sum(axis=1)
        hull = Enclosure(whole.centre[:, None, rows, cols], radius, whole.blame)
        with np.errstate(all="ignore"):
            return bool(hold(hull, claims, CUSHIONS[self._strictness]).all())

    @cached_property
    def _slices(self) -> tuple[slice, ...]:
        return self._symbolic.slices

    @cached_property
    def _whole(self) -> Star:
        """J on the whole box."""
        low, high = self._box.floats()
        return self.forms(None).star(low[None], high[None])

    def cover(self, block: Block, claims: Sequence[Claim], name: str) -> Tokens:
        """A proof of claims: a known one of as much or more, else a new one. Raises CannotBound."""
        for known, tokens in reversed(self._proofs):
            if _implies(known, claims):
                return tokens
        found = self.insist(lambda: self.prove(block, claims, 4 * self.max_boxes, self.effort.last))
        if not isinstance(found, Proved):
            raise CannotBound("budget", f"the claims about {name} could not be proved again")
        return found.tokens

    def insist(self, attempt: Callable[[], Found]) -> Found:
        """Do what a certificate needs, in spite of one interrupt; a second one passes."""
        try:
            return attempt()
        except KeyboardInterrupt:
            if self.effort.interrupted:
                raise
            self.effort.interrupt()
            return attempt()

    def domain(self) -> Tokens:
        """A cover on whose leaves every cost is defined. Raises CannotBound."""
        if self._domain:
            return self._domain[0]
        game = self._symbolic
        names = [v for player in game.players for v in player.variables]
        kernel = compile_intervals(game.graph, [node for _, node in game.stated], names)

        def test(low: FloatArray, high: FloatArray) -> tuple[Any, Any]:
            bottom, top = kernel(low, high)
            good = np.isfinite(bottom).all(axis=1) & np.isfinite(top).all(axis=1)
            return np.where(good, NATURAL, -1), np.argmax(high - low, axis=1)

        late = partial(self.effort.late, self.effort.last)
        found = split(test, self._box, self.max_boxes, 4096, late)
        if not isinstance(found, Proved):
            if late():
                raise CannotBound(
                    "budget", "the domain of the costs took longer than the time given"
                )
            point = named_point(game, found.point)
            message = "the costs may not be defined on all of the region"
            raise CannotBound("domain", message, point)
        self._domain.append(found.tokens)
        return found.tokens


def _implies(known: Sequence[Claim], claims: Sequence[Claim]) -> bool:
    """Whether each claim is of a quantity that is known to be as good or better."""
    values = {repr(claim.quantity): claim.value for claim in known}
    return all(
        (name := repr(claim.quantity)) in values
        and not worse(claim.quantity, values[name], claim.value)
        for claim in claims
    )


def is_short(game: LogitGame) -> bool:
    """Whether a game of policies is so small that its text proves more than its values do."""
    return game.dimension <= SHORT_LOGITS and game.tensors.states <= MAX_STATES


def may_be_text(game: Game) -> bool:
    """Whether a game of policies can be written as text that is enclosed."""
    if not isinstance(game, LogitGame):
        return False
    return game.dimension <= MAX_LOGITS and game.tensors.states <= MAX_STATES


def _centre(box: Box) -> tuple[float, ...]:
    """A point in it with few digits: what is expanded there stays short."""
    low, high = box.floats()
    sides = zip(low.tolist(), high.tolist(), strict=True)
    return tuple(
        round((a + b) / 2, 2 - math.floor(math.log10(b - a))) if b > a else a for a, b in sides
    )


def as_symbolic(game: Game, region: Region) -> tuple[SymbolicGame, Box]:
    """The game as its text says it, in the region as a box. Raises CannotBound.

    A family of its own is taken by its document: if that is one of costs or of a field, it will do.
    """
    if isinstance(game, LogitGame):
        if game.dimension > MAX_LOGITS:
            message = f"games of policies are enclosed up to {MAX_LOGITS} logits, and this has more"
            raise CannotBound("too-large", message)
        try:
            game = game.symbolic()
        except InputError as error:
            raise CannotBound("unsupported", str(error)) from error
    document = game.document() if game.provable else {}
    text = from_document(document, "game") if document.get("kind") == "symbolic" else game
    if not isinstance(text, SymbolicGame):
        raise CannotBound("unsupported", "only games given by the text of their costs are enclosed")
    if not isinstance(region, Box):
        raise CannotBound("unsupported", "the Jacobian is not constant; give a box as the region")
    return text, region
