"""Policies over boxes of logits, for the checker: probabilities, the metric of T19, the field."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import final

import numpy as np

from certificates.kernel.document.geometry import LOGIT_KINDS
from certificates.kernel.document.metric import Vector
from certificates.kernel.document.reading import Document
from certificates.kernel.numbers.matrices import Ball, Bools, Floats, is_psd, joined
from certificates.kernel.policies.enclosure import enclosures
from certificates.kernel.policies.forms import inverses
from certificates.kernel.policies.logit import read_tensors
from certificates.kernel.policies.numbers import Numbers
from certificates.kernel.uncheckable import Uncheckable

MAX_LOGITS = 128


@final
class Policies:
    """A game of softmax policies with unweighted entropy, in drop-one logits z (T18, T19).

    Along z' = −G(z), G = τz − R(p), p the probabilities of all actions but 0. H = ∂z/∂p has for
    each player and state the block diag(1/p) + 11ᵀ/p_0, and ∂G/∂p = TH − ∂R/∂p, T = diag(τ).
    Raises Uncheckable for another game, InputError for one that is not well formed.
    """

    def __init__(self, game: Document) -> None:
        if game.get("kind") not in LOGIT_KINDS:
            raise Uncheckable("only games of softmax policies have a KL divergence")
        if game.get("field", "fisher") != "fisher":
            raise Uncheckable(
                "the field is not the natural gradient of the unweighted Fisher matrix"
            )
        self.tensors = tensors = read_tensors(game)
        if tensors.occupancy_entropy:
            raise Uncheckable("the entropy is counted by occupancy")
        self.owners = np.repeat(np.arange(len(tensors.sizes)), tensors.sizes)  # of each logit

    @cached_property
    def mates(self) -> Bools:
        """Which logits are of the same player and state, (n, n). Raises Uncheckable for many."""
        if len(self.owners) > MAX_LOGITS:
            raise Uncheckable(f"policies of more than {MAX_LOGITS} logits are not enclosed")
        sizes = np.repeat([count - 1 for count in self.tensors.actions], self.tensors.states)
        blocks = np.repeat(np.arange(len(sizes)), sizes)
        return np.asarray(blocks[:, None] == blocks)

    def rewards(self, low: Floats, high: Floats) -> Ball:
        """∂R/∂p on boxes of logits, (K, n, n). Raises Uncheckable."""
        parts = enclosures(self._numbers, self.tensors, low, high, by_logits=False)
        return -joined([enclosure.jacobian().hull for enclosure in parts])

    @cached_property
    def _numbers(self) -> Numbers:
        """Of the game without entropy, of which G is −R."""
        numbers = Numbers.of(self.tensors, "fisher")
        return replace(numbers, entropy=Ball.exact(np.zeros(len(self.tensors.sizes))))

    def hessian(self, low: Floats, high: Floats) -> Ball:
        """H on boxes of logits, (K, n, n). Raises Uncheckable."""
        mates, boxes = self.mates, (self.tensors.of_players(low), self.tensors.of_players(high))
        every = [inverses(*box) for box in zip(*boxes, strict=True)]
        ends = [[each.low for each in every], [each.high for each in every]]
        own, dropped = (
            Ball.between(*(_by_logit(end, part) for end in ends))[..., None]
            for part in (slice(1, None), slice(0, 1))
        )
        return own * Ball.exact(np.eye(len(mates))) + dropped * Ball.exact(mates)

    def keep(
        self, rate: Fraction, weights: Vector, low: Floats, high: Floats, rewards: Ball
    ) -> Bools:
        """T19: whether sym(W(∂G/∂p − αH)) ⪰ 0 on all of each box; rewards: ∂R/∂p there."""
        shifts = Ball.of([self.tensors.entropy[i] - rate for i in self.owners])
        W = Ball.of_vector(weights)[self.owners]
        return is_psd(W[:, None] * (shifts[:, None] * self.hessian(low, high) - rewards))


def _by_logit(tables: Sequence[Floats], part: slice) -> Floats:
    """Of tables (K, S, A_i) the entry of each logit's own action, or of its action 0: (K, n)."""
    spread = [np.broadcast_to(table[..., part], table[..., 1:].shape) for table in tables]
    return np.concatenate([table.reshape(len(table), -1) for table in spread], axis=1)
