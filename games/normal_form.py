"""Normal-form games with entropy: logit quantal response, from payoff tensors."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike

from games.array_likes import by_name, plain_array
from games.errors import InputError
from games.game import Document, Floats
from games.language.number import Number, exact
from games.markov.given import GivenTensors
from games.markov.logit_game import LogitGame
from games.markov.reading import (
    HEAD,
    MAX_ACTIONS,
    OPTIONAL,
    head_document,
    read_action_players,
    read_array,
    read_numbers,
    settings_document,
)
from games.reading import check_keys, read_head, read_text
from games.reals import real_array
from games.regions.shapes import Box


@final
class NormalFormGame(LogitGame):
    """A finite game in which each player maximises payoff plus τ_i times the entropy of its policy.

    payoffs: one tensor (A_1, …, A_n) a player, in a list or by the players' names.
    entropy: τ, one number or one a player.
    field: "fisher" or "kakade", the same here, or "euclidean". Coordinates: z_k = θ_k − θ_0.
    The zero of F is the logit quantal response equilibrium (McKelvey and Palfrey 1995).
    Raises ValueError for shapes, InputError for a player with fewer than two actions.
    Source: theory, T18, T19 (corollary).

    >>> pennies = NormalFormGame([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]], entropy=2)
    >>> pennies.jacobian([0.0, 0.0]).tolist()
    [[2.0, -1.0], [1.0, 2.0]]
    """

    def __init__(
        self,
        payoffs: Sequence[ArrayLike] | Mapping[str, ArrayLike],
        entropy: Number | Sequence[Number] = 1,
        *,
        field: str = "fisher",
        players: Sequence[str] | None = None,
        name: str = "",
        source: str = "",
        region: Box | None = None,
    ) -> None:
        payoffs, players = by_name(payoffs, players)
        if not len(payoffs):
            raise InputError("the game has no players; give a payoff tensor for each")
        payoffs = [plain_array(f"payoff {i + 1}", p) for i, p in enumerate(payoffs)]
        shape = np.shape(payoffs[0])
        if len(shape) != len(payoffs):
            raise ValueError(
                f"payoff 1 has shape {shape}; expected {len(payoffs)} sides, one per player"
            )
        tensors = [real_array(f"payoff {i + 1}", p, shape) for i, p in enumerate(payoffs)]
        one_state = GivenTensors.given(
            np.ones((1, *shape, 1)), [p[None] for p in tensors], 0, entropy, [1], False
        )
        self._describe(one_state, field, players, name, source, region)

    @classmethod
    def polymatrix(
        cls,
        payoffs: Mapping[tuple[int, int], ArrayLike],
        actions: Sequence[int],
        entropy: Number | Sequence[Number] = 1,
        **description: Any,
    ) -> "NormalFormGame":
        """The game in which a player's payoff is a sum over the others.

        payoffs: (i, j) → matrix (A_i, A_j), what i gets from its own and j's action, i ≠ j.
        actions: (A_1, …, A_n). description: as for the class.
        Raises ValueError for a pair that does not exist or a matrix of another shape, InputError
        for more than 2^20 joint actions.

        >>> ring = {(0, 1): np.eye(2), (1, 2): np.eye(2), (2, 0): -np.eye(2)}
        >>> NormalFormGame.polymatrix(ring, [2, 2, 2]).sizes
        (1, 1, 1)
        """
        shape = tuple(actions)
        if int(np.prod(shape, dtype=object)) > MAX_ACTIONS:
            raise InputError(f"there are more than {MAX_ACTIONS} joint actions; use fewer players")
        tensors = [np.zeros(shape) for _ in shape]
        for (i, j), matrix in payoffs.items():
            if i == j or not (0 <= i < len(shape) and 0 <= j < len(shape)):
                raise ValueError(f"pair {(i, j)} is not two players from 0 to {len(shape) - 1}")
            what = f"payoff {(i, j)}"
            pair = real_array(what, plain_array(what, matrix), (shape[i], shape[j]))
            side = [1] * len(shape)
            side[i], side[j] = shape[i], shape[j]
            tensors[i] += (pair if i < j else pair.T).reshape(side)
        return cls(tensors, entropy, **description)

    @classmethod
    def from_pygambit(cls, game: Any, entropy: Number | Sequence[Number] = 1) -> "NormalFormGame":
        """The game of a pygambit strategic game (pygambit itself is not imported).

        game: has ``players``, and ``to_arrays()`` (version 16 and later) or players with
            ``strategies`` and outcomes by profile, ``game[0, 1]``, whose entry of a player is its
            payoff. Raises InputError for anything else.
        """
        try:
            members = list(game.players)
            if hasattr(game, "to_arrays"):
                payoffs = np.array([np.asarray(a, dtype=float) for a in game.to_arrays()])
            else:
                payoffs = _outcomes(game, members)
            labels = [str(getattr(member, "label", member)) for member in members]
            names = [label or f"player {i + 1}" for i, label in enumerate(labels)]
            title = str(game.title)
        except (AttributeError, TypeError, KeyError) as error:
            raise InputError(f"it is no strategic game of pygambit ({error})") from error
        return cls(list(payoffs), entropy, players=names, name=title).with_response_box()

    @classmethod
    def from_openspiel(cls, game: Any, entropy: Number | Sequence[Number] = 1) -> "NormalFormGame":
        """The game of an OpenSpiel game in which all move once, at once (OpenSpiel not imported).

        game: matrix games, tensor games and whatever else ends after one simultaneous move: has
            ``num_players()`` and ``new_initial_state()``. Its state and what follows are asked for
            ``legal_actions``, ``clone``, ``apply_actions``, ``is_terminal`` and ``returns``.
        Raises InputError for anything else.
        """
        try:
            state = game.new_initial_state()
            count = int(game.num_players())
            if not state.is_simultaneous_node():
                raise InputError("its players do not all move at once; give a matrix game")
            moves = [list(state.legal_actions(i)) for i in range(count)]
            shape = tuple(map(len, moves))
            if int(np.prod(shape, dtype=object)) > MAX_ACTIONS:
                raise InputError(f"there are more than {MAX_ACTIONS} joint actions; use a smaller")
            payoffs = np.empty((count, *shape))
            for profile in np.ndindex(*shape):
                after = state.clone()
                after.apply_actions([own[a] for own, a in zip(moves, profile, strict=True)])
                if not after.is_terminal():
                    raise InputError("it does not end after one move; give a matrix game")
                payoffs[(slice(None), *profile)] = after.returns()
        except (AttributeError, TypeError) as error:
            raise InputError(f"it is no matrix game of OpenSpiel ({error})") from error
        return cls(list(payoffs), entropy, name=str(game)).with_response_box()

    @property
    def payoffs(self) -> Floats:
        """(n, A_1, …, A_n)."""
        return self.tensors.rewards[:, 0]

    def response_box(self, slack: Number = "1/4") -> Box:
        """The box of all logits between an action's least and its greatest gain over action 0.

        z_k in [min − slack, max + slack], min and max over the others' actions of
        (u_i(k, ·) − u_i(0, ·))/τ_i. Every logit response lies so far inside it, whatever the others
        play; the flow that starts in it stays. Raises InputError for a player without entropy.

        >>> game = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], 2)
        >>> game.response_box(slack=0).upper
        (Fraction(1, 1), Fraction(1, 1))
        """
        room = exact(slack)
        lower: list[Fraction] = []
        upper: list[Fraction] = []
        for i, (payoff, tau) in enumerate(zip(self.payoffs, self.tensors.entropy, strict=True)):
            if not tau:
                raise InputError(f"player {i + 1} has no entropy, so its logits have no bound")
            own = np.moveaxis(payoff, i, 0).reshape(payoff.shape[i], -1)
            for row in own[1:]:
                lower.append(-_largest(own[0], row) / tau - room)
                upper.append(_largest(row, own[0]) / tau + room)
        return Box(lower, upper)

    def with_response_box(self) -> "NormalFormGame":
        """This game, its region now :meth:`response_box` if each player has entropy."""
        if all(tau > 0 for tau in self.tensors.entropy):
            self.region = self.response_box()
        return self

    def document(self) -> Document:
        """The payoffs as one row a player over the joint actions."""
        document = head_document(self, "normal-form")
        document["payoffs"] = self.payoffs.reshape(len(self.players), -1)
        return document | settings_document(self)


def _outcomes(game: Any, members: Sequence[Any]) -> Floats:
    """(n, A_1, …, A_n) of a game of pygambit, outcome by outcome."""
    shape = tuple(len(member.strategies) for member in members)
    if int(np.prod(shape, dtype=object)) > MAX_ACTIONS:
        raise InputError(f"there are more than {MAX_ACTIONS} joint actions; use a smaller")
    payoffs = np.empty((len(members), *shape))
    for profile in np.ndindex(*shape):
        outcome = game[profile]
        for i, member in enumerate(members):
            payoffs[(i, *profile)] = float(outcome[member])
    return payoffs


def _largest(values: Floats, others: Floats) -> Fraction:
    """max_k (values_k − others_k), exactly: rounding keeps the order of differences."""
    with np.errstate(over="ignore"):
        gains = values - others
    near = gains == gains.max()
    pairs = np.unique(np.stack([values[near], others[near]], axis=1), axis=0)
    return max(Fraction(a) - Fraction(b) for a, b in pairs.tolist())


def read_normal_form(document: Mapping[str, Any]) -> NormalFormGame:
    """The game of a normal-form document; InputError for whatever does not fit."""
    check_keys(document, (*HEAD, "payoffs"), OPTIONAL, "the game")
    names, actions = read_action_players(document)
    name, source = read_head(document)
    joint = int(np.prod(actions))
    payoffs = read_array(document["payoffs"], "payoffs", (len(names), joint))
    return NormalFormGame(
        [row.reshape(actions) for row in payoffs],
        read_numbers(document["entropy"], "entropy", len(names)),
        field=read_text(document.get("field", "fisher"), "field"),
        players=names,
        name=name,
        source=source,
    )
