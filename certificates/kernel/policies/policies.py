"""Policies over boxes of logits, for the checker: probabilities, the metric of T19, the field."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import final

import numpy as np

from certificates.kernel.document.geometry import LOGIT_KINDS
from certificates.kernel.document.metric import Vector
from certificates.kernel.document.reading import Document
from certificates.kernel.jacobian.base import Uncheckable
from certificates.kernel.jacobian.cover import NATURAL, Leaves
from certificates.kernel.jacobian.model import Model
from certificates.kernel.jacobian.text import Costs
from certificates.kernel.numbers.intervals import Interval, enclose
from certificates.kernel.numbers.matrices import Ball, Bools, Floats, is_psd, joined
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
        sizes = np.repeat([a - 1 for a in tensors.actions], tensors.states)
        players = np.repeat(np.arange(len(tensors.actions)), tensors.states)
        self.owners = np.repeat(players, sizes)  # the player of each logit
        self._sizes = sizes
        self.names = tuple(f"p{k}" for k in range(len(self.owners)))

    @cached_property
    def mates(self) -> Bools:
        """Which logits are of the same player and state, (n, n). Raises Uncheckable for many."""
        if len(self.owners) > MAX_LOGITS:
            raise Uncheckable(f"policies of more than {MAX_LOGITS} logits are not enclosed")
        blocks = np.repeat(np.arange(len(self._sizes)), self._sizes)
        return np.asarray(blocks[:, None] == blocks)

    @cached_property
    def _model(self) -> Model:
        """R with its derivatives, as expressions in p."""
        graph = Graph()
        nodes = [graph.variable(name) for name in self.names]
        try:
            field = reward_nodes(graph, self.tensors, nodes)
        except InputError as error:
            raise Uncheckable(str(error)) from None
        return Model(Costs((), self.names, graph, tuple(field), field=True))

    @cached_property
    def _inverses(self) -> tuple[Graph, list[int], list[int]]:
        """1/p_k and 1/p_0 of each logit's player and state: each z enters in one direction."""
        graph = Graph()
        z = [graph.variable(name) for name in self.names]
        zero, one = graph.constant(Fraction(0)), graph.constant(Fraction(1))

        def total(parts: Sequence[int]) -> int:
            value = one
            for part in parts:
                value = graph.apply("+", value, graph.apply("exp", part))
            return value

        own, dropped = [], []
        for k, row in enumerate(self.mates):
            mates = np.flatnonzero(row).tolist()
            less = [graph.apply("-", zero if m == k else z[m], z[k]) for m in mates]
            own.append(total(less))
            dropped.append(total([z[m] for m in mates]))
        return graph, own, dropped

    def rewards(self, low: Floats, high: Floats) -> Ball:
        """∂R/∂p on boxes of logits, (K, n, n), by the natural form. Raises Uncheckable."""
        graph, own, _ = self._inverses
        one = Interval(np.ones(1), np.ones(1))
        p = [one / inverse for inverse in enclose(graph, own, self._values(low, high))]
        bottom, top = (np.stack([getattr(v, end) for v in p], 1) for end in ENDS)
        leaves = Leaves(bottom, top, np.full(len(low), NATURAL))
        return joined([family.every() for family in self._model.block().jacobians(leaves)])

    def hessian(self, low: Floats, high: Floats) -> Ball:
        """H on boxes of logits, (K, n, n)."""
        graph, own, dropped = self._inverses
        found = enclose(graph, [*own, *dropped], self._values(low, high))
        bottom, top = (np.stack([getattr(v, end) for v in found], 1) for end in ENDS)
        entries, n = Ball.between(bottom, top)[..., None], len(own)
        return entries[:, :n] * Ball.exact(np.eye(n)) + entries[:, n:] * Ball.exact(self.mates)

    def keep(
        self, rate: Fraction, weights: Vector, low: Floats, high: Floats, rewards: Ball
    ) -> Bools:
        """T19: whether sym(W(∂G/∂p − αH)) ⪰ 0 on all of each box; rewards: ∂R/∂p there."""
        shifts = Ball.of([self.tensors.entropy[i] - rate for i in self.owners])
        W = Ball.of_vector(weights)[self.owners]
        return is_psd(W[:, None] * (shifts[:, None] * self.hessian(low, high) - rewards))

    def _values(self, low: Floats, high: Floats) -> dict[str, Interval]:
        return {name: Interval(low[:, k], high[:, k]) for k, name in enumerate(self.names)}
