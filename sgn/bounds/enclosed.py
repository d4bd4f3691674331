"""Enclosed bounds: estimates first, then proofs of nearly that much by branch and bound."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, ClassVar, final

import numpy as np

from games.game import Game
from games.markov.logit_game import LogitGame
from games.regions.shapes import Region
from sgn.bounds.bounder import Bounder, Confirmation, block_quantities, collect
from sgn.bounds.bounds import Bounds
from sgn.bounds.sampled import Sampled
from sgn.bounds.values import ValuesWork, as_policies, in_reach
from sgn.enclosures.goal import Goal
from sgn.enclosures.prover import CUSHIONS
from sgn.enclosures.work import Work, as_symbolic, is_short, may_be_text
from sgn.quantities.claim import CannotBound, Claim, by_block
from sgn.quantities.effort import Effort
from sgn.quantities.quantities import Block, Cocoercivity, EulerFactor, FloatArray, Quantity

FORMS = ("auto", "text", "values")
VALUES_DRAWS, VALUES_BUDGET = 2**7, 2**21  # of sampling where values are enclosed
SAMPLING = 20.0  # seconds left from which on sampling takes its full budget, a second or so
SHARE = 5  # of the time left one part is for sampling
OTHER_UNITS = (Cocoercivity, EulerFactor)  # not those of the Jacobian
SMALLEST = 1e-9  # the size where every number is 0


@final
@dataclass(frozen=True)
class Enclosed(Bounder):
    """Interval branch and bound over a box: proofs, for games given by their costs' text.

    max_boxes: for one bound; seed: of the sampling that says what to aim at; effort: the time
    limit, workers and listener of one run; strictness: how much is left for the checker's rounding.
    form: "text", "values" (of games of policies), or "auto": values of
    games of more than four logits, where their field has some; `certify` turns to the text where
    that proves nothing though samples say that it is so.
    """

    max_boxes: int = 20_000
    seed: int = 0
    effort: Effort = field(default_factory=Effort, repr=False, compare=False)
    strictness: int = 0
    form: str = "auto"
    _work: list[Work | ValuesWork] = field(
        default_factory=list, init=False, repr=False, compare=False
    )

    kind: ClassVar[str] = "enclosed"

    def __post_init__(self) -> None:
        if self.max_boxes < 1:
            raise ValueError(f"max_boxes is {self.max_boxes}; expected at least 1")
        if self.form not in FORMS:
            raise ValueError(f"form is {self.form!r}; expected one of {', '.join(FORMS)}")
        if not 0 <= self.strictness < len(CUSHIONS):
            raise ValueError(f"strictness is {self.strictness}; expected 0 to {len(CUSHIONS) - 1}")

    def stricter(self) -> Iterator["Enclosed"]:
        """The same with more and more left for the checker's rounding, to prove refused claims."""
        for strictness in range(self.strictness + 1, len(CUSHIONS)):
            yield replace(self, strictness=strictness)

    def otherwise(self, game: Game, region: Region) -> Iterator["Enclosed"]:
        """The text of a game whose values were chosen for it: slower, and better on large boxes."""
        if self.form == "auto" and self._by_values(game, region) and may_be_text(game):
            yield replace(self, form="text")

    def require(self, game: Game, region: Region) -> None:
        """Raise CannotBound unless the game and the region are of a kind that can be enclosed."""
        if self._by_values(game, region):
            as_policies(game, region)
        else:
            as_symbolic(game, region)

    def block_bounds(self, game: Game, region: Region) -> Bounds:
        return collect(game, self.bound(game, region, block_quantities(game)), self.kind)

    def bound(self, game: Game, region: Region, quantities: Sequence[Quantity]) -> FloatArray:
        """Each quantity as far as it could be proved. Raises CannotBound where nothing could.

        All of them crudely at first; then each is improved, in a fair share of half the time left.
        """
        names = [repr(quantity) for quantity in quantities]
        distinct = dict(zip(reversed(names), reversed(quantities), strict=True))
        place = {name: k for k, name in enumerate(distinct)}
        found = self._bound(game, region, list(distinct.values()))
        return found[[place[name] for name in names]]

    def _bound(self, game: Game, region: Region, quantities: Sequence[Quantity]) -> FloatArray:
        """The same for different quantities."""
        work = self._at(game, region)
        if isinstance(work, Work):
            work.domain()
        values = np.zeros(len(quantities))
        shown = _not_zero(work, quantities)
        values[shown] = self._sampled(game, region, [quantities[k] for k in shown])
        size = _size(quantities, values)
        result = values.copy()
        if isinstance(work, ValuesWork):
            known = np.flatnonzero(np.isfinite(values)).tolist()
            result[known] = work.bound([(quantities[k], float(values[k])) for k in known], size)
            return result
        parts: list[list[int]] = []
        for block, members in by_block(quantities).items():
            aimed = [k for k in members if np.isfinite(values[k])]
            if block is not None and work.is_zero(block):
                result[aimed] = 0.0
            else:  # one cover serves a block; each number of the whole Jacobian has its own
                parts += [aimed] if block is not None else [[k] for k in aimed]
        work.goals = max(1, len(parts))
        goals: list[tuple[list[int], Goal]] = []
        for part in filter(None, parts):
            aims = [(quantities[k], float(values[k])) for k in part]
            goal = Goal(work, quantities[part[0]].block, aims, size)
            try:
                goal.begin()
                goals.append((part, goal))
            except CannotBound:
                if goal.needed:
                    raise
                result[part] = [np.inf if quantity.upper else -np.inf for quantity, _ in aims]
        middle = self.effort.share(2)
        for k, (part, goal) in enumerate(goals):
            remaining = self.effort.share(2 * (len(goals) - k))
            goal.improve(min(remaining, middle))
            result[part] = goal.claimed
        return result

    def _sampled(self, game: Game, region: Region, quantities: Sequence[Quantity]) -> FloatArray:
        """What to aim at; less of a search where time is short. Nothing is proved without it."""
        whole = Sampled(seed=self.seed)
        if self._by_values(game, region):  # each point costs more, and a proof is far less sharp
            whole = replace(whole, draws=VALUES_DRAWS, budget=VALUES_BUDGET)
        part = min(1.0, self.effort.left / SAMPLING)
        late = partial(self.effort.late, self.effort.share(SHARE))
        less = replace(whole, budget=max(1, int(part * whole.budget)), late=late)
        return less.search(game, region, quantities)[0]

    def confirm(self, game: Game, region: Region, claims: Sequence[Claim]) -> Confirmation:
        """Covers that prove every claim: the evidence a checker follows."""
        work = self._at(game, region)
        if isinstance(work, ValuesWork):
            return Confirmation({"kind": self.kind, "values": work.confirm(claims)}, ())
        covers: dict[str, Any] = {"domain": work.domain()}
        groups: dict[tuple[Block, str], list[Claim]] = {}
        for claim in claims:
            groups.setdefault((claim.quantity.block, claim.purpose), []).append(claim)
        for (block, purpose), members in groups.items():
            if block is not None and work.is_zero(block):
                continue
            name = purpose if block is None else f"block {block[0]} {block[1]}"
            covers[name] = work.cover(block, members, name)
        return Confirmation({"kind": self.kind, "covers": covers}, ())

    def _by_values(self, game: Game, region: Region) -> bool:
        """Whether values are enclosed: on request, or where that is better than the text."""
        if self.form == "auto" and isinstance(game, LogitGame) and in_reach(game, region):
            return not is_short(game)
        return self.form == "values"

    def _at(self, game: Game, region: Region) -> Work | ValuesWork:
        """The work on one game and region, with what is known by now; that on others is dropped."""
        if not (self._work and self._work[0].game is game and self._work[0].region == region):
            made = ValuesWork if self._by_values(game, region) else Work
            self._work[:] = [made(game, region, self.max_boxes, self.effort, self.strictness)]
        return self._work[0]


def _not_zero(work: Work | ValuesWork, quantities: Sequence[Quantity]) -> list[int]:
    """Those whose block is not 0 by its very form: most pairs of many players are."""
    if isinstance(work, ValuesWork):
        return list(range(len(quantities)))
    blocks = by_block(quantities).items()
    return sorted(
        k for block, each in blocks if block is None or not work.is_zero(block) for k in each
    )


def _size(quantities: Sequence[Quantity], values: FloatArray) -> float:
    """The largest number that is in the Jacobian's units: what is small beside it is not needed."""
    alike = np.array([not isinstance(quantity, OTHER_UNITS) for quantity in quantities])
    return float(np.abs(values[alike & np.isfinite(values)]).max(initial=0.0)) or SMALLEST
