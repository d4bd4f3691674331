"""Policies over boxes of logits, for the checker: probabilities, the metric of T19, the field."""

from fractions import Fraction
from functools import cached_property
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.geometry import LOGIT_KINDS
from certificates.kernel.document.metric import Vector
from certificates.kernel.document.reading import Document
from certificates.kernel.jacobian.base import Uncheckable
from certificates.kernel.jacobian.cover import Floats, Model
from certificates.kernel.numbers.intervals import Interval
from certificates.kernel.numbers.matrices import Ball, Bools, is_psd
from certificates.kernel.policies.forms import ONE, by_player, inverses
from certificates.kernel.policies.logit import read_tensors
from games.errors import InputError
from games.language.graph import Graph
from games.markov.expressions import reward_nodes

MAX_LOGITS = 128
ENDS = ("low", "high")


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
        _require_few(self.owners)
        sizes = np.repeat([count - 1 for count in self.tensors.actions], self.tensors.states)
        blocks = np.repeat(np.arange(len(sizes)), sizes)
        return np.asarray(blocks[:, None] == blocks)

    @cached_property
    def _model(self) -> Model:
        """R with its derivatives, as expressions in p."""
        graph, names = Graph(), [f"p{k}" for k in range(len(self.owners))]
        try:
            field = reward_nodes(graph, self.tensors, [graph.variable(name) for name in names])
        except InputError as error:
            raise Uncheckable(str(error)) from None
        return Model(graph, names, self.owners.tolist(), field, field=True)

    def rewards(self, low: Floats, high: Floats) -> Ball:
        """∂R/∂p on boxes of logits, (K, n, n), by the natural form. Raises Uncheckable."""
        own, _ = self._inverses(low, high)
        p = ONE / own
        return self._model.natural(p.low, p.high)

    def hessian(self, low: Floats, high: Floats) -> Ball:
        """H on boxes of logits, (K, n, n). Raises Uncheckable."""
        ends = self._inverses(low, high)
        own, dropped = (Ball.between(x.low, x.high)[..., None] for x in ends)
        return own * Ball.exact(np.eye(len(self.owners))) + dropped * Ball.exact(self.mates)

    def keep(
        self, rate: Fraction, weights: Vector, low: Floats, high: Floats, rewards: Ball
    ) -> Bools:
        """T19: whether sym(W(∂G/∂p − αH)) ⪰ 0 on all of each box; rewards: ∂R/∂p there."""
        shifts = Ball.of([self.tensors.entropy[i] - rate for i in self.owners])
        W = Ball.of_vector(weights)[self.owners]
        return is_psd(W[:, None] * (shifts[:, None] * self.hessian(low, high) - rewards))

    def _inverses(self, low: Floats, high: Floats) -> tuple[Interval, Interval]:
        """1/p_k, and 1/p_0 of the same player and state, of each logit k: (K, n)."""
        _require_few(self.owners)
        boxes = zip(by_player(self.tensors, low), by_player(self.tensors, high), strict=True)
        every = [inverses(*box) for box in boxes]
        own = [[getattr(x, end)[..., 1:].reshape(len(low), -1) for x in every] for end in ENDS]
        dropped = [
            [np.repeat(getattr(x, end)[..., 0], x.low.shape[-1] - 1, axis=1) for x in every]
            for end in ENDS
        ]
        first, second = (
            Interval(*(np.concatenate(end, axis=1) for end in ends)) for ends in (own, dropped)
        )
        return first, second


def _require_few(owners: NDArray[np.int64]) -> None:
    if len(owners) > MAX_LOGITS:
        raise Uncheckable(f"policies of more than {MAX_LOGITS} logits are not enclosed")
