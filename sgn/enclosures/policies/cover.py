"""One cover of a box of logits with the Jacobian on every leaf: what all claims are tested on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from games.markov.logit_game import LogitGame
from games.regions.shapes import Box
from sgn.enclosures.forms import NATURAL, OUTSIDE, Enclosure, Star
from sgn.enclosures.policies.affine import Affine, FloatArray
from sgn.enclosures.policies.policies import policy_boxes
from sgn.enclosures.policies.star import BoxJacobian
from sgn.enclosures.prover import CUSHIONS, Cushion, hold, hold_star
from sgn.quantities.claim import Claim
from sgn.quantities.quantities import Block

Bools = NDArray[np.bool_]
MAX_CORNERS = 6  # sides whose vertices are looked at, instead of a star
HELD = 2**22  # numbers in the largest array of one batch of leaves
DEEPEST = 2.0**-48  # part of a side below which nothing is split
ROUNDING = 1e-11  # of entries near 1, for what the checker's arithmetic adds


@final
@dataclass(frozen=True, eq=False)
class Cover:
    """A split tree as the tokens of its leaves and nodes in pre-order, and J on its leaves.

    start, width: (K, n) in units of the box; jacobian: (n, n) affine.
    """

    tokens: tuple[int, ...]
    start: FloatArray
    width: FloatArray
    jacobian: Affine

    @property
    def count(self) -> int:
        return len(self.start)


@final
class Covers:
    """Covers of one box for one game, and tests of claims on them."""

    def __init__(self, game: LogitGame, box: Box, strictness: int) -> None:
        self.game, self._box = game, box
        self._cushion: Cushion = CUSHIONS[strictness]
        self._low, self._high = box.floats()
        self._cost = numbers_held(game)

    def root(self) -> Cover:
        """The box itself."""
        n = self.game.dimension
        return self._made((n + NATURAL,), np.zeros((1, n)), np.ones((1, n)))

    def split(self, cover: Cover, which: Bools) -> tuple[Cover, NDArray[np.int64]]:
        """With those leaves halved along the side that moves J most, and which leaf was which.

        −1 for those that are new.

        Leaves outside a ball go. The same cover where a leaf cannot be split any more.
        """
        n, chosen = self.game.dimension, np.flatnonzero(which)
        moves = np.abs(cover.jacobian.terms[chosen, 1:]).sum(axis=(2, 3))
        sides = np.argmax(moves, axis=1)
        half = cover.width[chosen].copy()
        half[np.arange(len(chosen)), sides] /= 2
        if half.min() < DEEPEST:
            return cover, np.arange(cover.count)
        second = cover.start[chosen].copy()
        second[np.arange(len(chosen)), sides] += half[np.arange(len(chosen)), sides]
        place = np.full(cover.count, -1)
        place[chosen] = np.arange(len(chosen))
        start = np.stack([cover.start[chosen], second], axis=1).reshape(-1, n)
        width = np.repeat(half, 2, axis=0)
        outside = self._outside(start, width)
        fresh = self._made((), start[~outside], width[~outside])
        return self._merged(cover, fresh, place, sides, outside)

    def _merged(
        self,
        cover: Cover,
        fresh: Cover,
        place: NDArray[np.int64],
        sides: NDArray[np.int64],
        outside: Bools,
    ) -> tuple[Cover, NDArray[np.int64]]:
        """The new leaves in place of old ones; place: of a leaf among those split, or −1."""
        n = self.game.dimension
        tokens: list[int] = []
        order: list[int] = []  # of the leaves: old ones, then new ones counted on
        leaf, kept = 0, np.cumsum(~outside) - 1
        for token in cover.tokens:
            if token != n + NATURAL:
                tokens.append(token)
                continue
            split = int(place[leaf])
            if split < 0:
                tokens.append(token)
                order.append(leaf)
            else:
                tokens.append(int(sides[split]))
                for k in (2 * split, 2 * split + 1):
                    tokens.append(n + (OUTSIDE if outside[k] else NATURAL))
                    if not outside[k]:
                        order.append(cover.count + int(kept[k]))
            leaf += 1
        every = np.array(order)

        def joined(old: FloatArray, new: FloatArray) -> FloatArray:
            return np.asarray(np.concatenate([old, new])[every])

        merged = Cover(
            tuple(tokens),
            joined(cover.start, fresh.start),
            joined(cover.width, fresh.width),
            Affine(
                joined(cover.jacobian.terms, fresh.jacobian.terms),
                joined(cover.jacobian.doubt, fresh.jacobian.doubt),
            ),
        )
        return merged, np.where(every < cover.count, every, -1)

    def holds(self, cover: Cover, claims: Sequence[Claim], block: Block, which: Bools) -> Bools:
        """For each of these leaves whether it proves the claims about a block."""
        batch, chosen = max(1, HELD // self._cost), np.flatnonzero(which)
        parts = [chosen[k : k + batch] for k in range(0, len(chosen), batch)]
        found = [self._hold(cover.jacobian, part, claims, block) for part in parts]
        return np.concatenate([np.zeros(0, dtype=bool), *found])

    def holds_everywhere(self, cover: Cover, claims: Sequence[Claim], block: Block) -> bool:
        """Whether every leaf proves the claims; ends at the first batch that does not."""
        batch = max(1, HELD // self._cost)
        return all(
            bool(self._hold(cover.jacobian, np.arange(k, end), claims, block).all())
            for k in range(0, cover.count, batch)
            for end in [min(k + batch, cover.count)]
        )

    def _hold(
        self, J: Affine, part: NDArray[np.int64], claims: Sequence[Claim], block: Block
    ) -> Bools:
        rows, columns = self._block(block)
        terms, doubt = J.terms[part][..., rows, columns], J.doubt[part][:, rows, columns]
        doubt = doubt * (1 + ROUNDING) + ROUNDING * (1 + np.abs(terms).sum(axis=1))
        centre, moves, nobody = terms[:, 0], terms[:, 1:], np.zeros((len(terms), 0))
        with np.errstate(all="ignore"):
            if self.game.dimension <= MAX_CORNERS:
                corners = centre[:, None]
                for k in range(moves.shape[1]):
                    move = moves[:, k, None]
                    corners = np.concatenate([corners - move, corners + move], axis=1)
                return hold(Enclosure(corners, doubt, nobody), claims, self._cushion)
            if block is not None:
                wide = np.abs(moves).sum(axis=1) + doubt
                return hold(Enclosure(centre[:, None], wide, nobody), claims, self._cushion)
            return hold_star(Star(centre, moves, doubt, nobody), claims, self._cushion)

    def _block(self, block: Block) -> tuple[slice, slice]:
        if block is None:
            return slice(None), slice(None)
        return self.game.slices[block[0]], self.game.slices[block[1]]

    def _outside(self, start: FloatArray, width: FloatArray) -> Bools:
        if self._box.ball is None:
            return np.zeros(len(start), dtype=bool)
        return np.asarray(self._box.ball.outside(*self._ends(start, width)))

    def _ends(self, start: FloatArray, width: FloatArray) -> tuple[FloatArray, FloatArray]:
        side = self._high - self._low
        high = np.minimum(self._low + side * (start + width), self._high)
        return self._low + side * start, high

    def _made(self, tokens: tuple[int, ...], start: FloatArray, width: FloatArray) -> Cover:
        """J on those boxes, a batch at a time."""
        tensors, n = self.game.tensors, self.game.dimension
        low, high = self._ends(start, width)
        batch = max(1, HELD // self._cost)
        terms, doubts = [np.zeros((0, 1 + n, n, n))], [np.zeros((0, n, n))]
        with np.errstate(all="ignore"):
            for k in range(0, len(start), batch):
                part = slice(k, k + batch)
                boxes = policy_boxes(low[part], high[part], tensors.states, tensors.actions)
                J = BoxJacobian(tensors, self.game.field, boxes).whole()
                terms.append(J.terms)
                doubts.append(J.doubt)
        jacobian = Affine(np.concatenate(terms), np.concatenate(doubts))
        return Cover(tokens, start, width, jacobian)


def numbers_held(game: LogitGame) -> int:
    """Numbers in the largest array of one leaf."""
    n = game.dimension
    corners = 2**n if n <= MAX_CORNERS else 1
    return max((1 + n) * n * n, (1 + n) * game.tensors.transition.size) * corners
