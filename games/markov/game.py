"""Markov games with entropy: natural policy gradient in logit coordinates."""

from collections.abc import Mapping, Sequence
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike

from games.array_likes import by_name, normalised, plain_array
from games.game import Document, Floats
from games.language.number import Number, to_text
from games.markov.given import GivenTensors
from games.markov.logit_game import LogitGame
from games.markov.reading import (
    HEAD,
    OPTIONAL,
    head_document,
    read_action_players,
    read_array,
    read_numbers,
    read_switch,
    settings_document,
)
from games.reading import check_keys, read_head, read_number, read_text
from games.regions.shapes import Box


@final
class MarkovGame(LogitGame):
    """A discounted Markov game with entropy-regularised policies; F is G of z' = −G(z).

    f_i = −(1−γ) E Σ_t γ^t r_i − τ_i Σ_s H(π_i(·|s)); z_k = θ_k − θ_0 per state and player.
    transition: P[s, a_1, …, a_n, s']. rewards: r_i[s, a_1, …, a_n], one a player,
        in a list or by the players' names.
    discount: γ in [0, 1). entropy: τ, one number or one a player. initial: the distribution of the
        first state, uniform when absent.
    Probabilities of type float32 or float16 are divided by their sums, which the source then says.
    occupancy_entropy: count a state's entropy as often as it is visited, not once.
    field: "fisher" (V, the natural gradient for the unweighted Fisher matrix), "kakade" (V divided
        by the occupancy) or "euclidean" (the plain gradient in all logits).
    Raises ValueError for shapes, InputError for probabilities that do not sum to one within 1e-12.
    Source: theory, Mirror geometry, T18.

    >>> stay = np.ones((1, 2, 2, 1))
    >>> game = MarkovGame(stay, [[[[1, 0], [0, 1]]], [[[0, 1], [1, 0]]]], discount=0.5)
    >>> game.pseudo_gradient([0.0, 0.0]).tolist(), game.jacobian([0.0, 0.0]).tolist()
    ([0.0, 0.0], [[1.0, -0.5], [0.5, 1.0]])
    """

    def __init__(
        self,
        transition: ArrayLike,
        rewards: Sequence[ArrayLike] | Mapping[str, ArrayLike],
        discount: Number,
        entropy: Number | Sequence[Number] = 1,
        initial: Sequence[Number] | None = None,
        *,
        occupancy_entropy: bool = False,
        field: str = "fisher",
        players: Sequence[str] | None = None,
        name: str = "",
        source: str = "",
        region: Box | None = None,
    ) -> None:
        rewards, players = by_name(rewards, players)
        P, note = normalised("transition", transition)
        first, other = (None, "") if initial is None else normalised("initial", initial)
        start = first.tolist() if isinstance(first, np.ndarray) else first
        tensors = GivenTensors.given(
            P,
            [plain_array(f"reward {i + 1}", reward) for i, reward in enumerate(rewards)],
            discount,
            entropy,
            start,
            occupancy_entropy,
        )
        source = "; ".join(filter(None, (source, note, other)))
        self._describe(tensors, field, players, name, source, region)

    def values(self, policies: Sequence[ArrayLike]) -> Floats:
        """Each player's normalised return from each state, entropy left out: (k, n, S)."""
        values = self._values_of(policies)
        scale = float(1 - self.tensors.discount)
        return scale * np.stack(
            [
                u - np.einsum("bst,bt->bs", values.resolvent, bonus)
                for u, bonus in zip(values.values, values.bonus, strict=True)
            ],
            axis=1,
        )

    def occupancy(self, policies: Sequence[ArrayLike]) -> Floats:
        """The normalised discounted occupancy of the states: (k, S), rows that sum to one."""
        return self._values_of(policies).occupancy

    def document(self) -> Document:
        """The tensors as rows of states and joint actions, the exact numbers as text."""
        tensors = self.tensors
        document = head_document(self, "markov")
        document["transition"] = tensors.transition.reshape(-1, tensors.states)
        document["rewards"] = tensors.rewards.reshape(len(tensors.rewards), -1)
        document["discount"] = to_text(tensors.discount)
        document["initial"] = [to_text(p) for p in tensors.initial]
        return document | settings_document(self)


def read_markov(document: Mapping[str, Any]) -> MarkovGame:
    """The game of a Markov document; InputError for whatever does not fit."""
    check_keys(
        document,
        (*HEAD, "transition", "rewards", "discount", "initial"),
        (*OPTIONAL, "occupancy_entropy"),
        "the game",
    )
    names, actions = read_action_players(document)
    name, source = read_head(document)
    rows = read_array(document["transition"], "transition")
    states = rows.shape[-1]
    joint = (states, *actions)
    transition = read_array(document["transition"], "transition", (int(np.prod(joint)), states))
    rewards = read_array(document["rewards"], "rewards", (len(names), int(np.prod(joint))))
    return MarkovGame(
        transition.reshape(*joint, states),
        [reward.reshape(joint) for reward in rewards],
        read_number(document["discount"], "discount"),
        read_numbers(document["entropy"], "entropy", len(names)),
        read_numbers(document["initial"], "initial", states),
        occupancy_entropy=read_switch(document, "occupancy_entropy"),
        field=read_text(document.get("field", "fisher"), "field"),
        players=names,
        name=name,
        source=source,
    )
