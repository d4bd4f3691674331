"""The field of a small Markov game as expressions, exactly, from its tensors in rationals.

Search and checker both read these texts: they are what "the field of this game" means in a proof.
With the last state L as reference, K(s,t) = P_π(s,t) − P_π(L,t) and Δr(s) = r(s) − r(L), s, t ≠ L:
the values' differences are w = (I − γK)⁻¹Δr, the occupancy d = (I − γKᵀ)⁻¹((1−γ)ρ + γP(L,·)), and
G(s,k) = d^e τ z_k − d^r (Q(s,k) − Q(s,0)), where Q(s,k) − Q(s,0) = Δ_kr + γ Σ_t Δ_kP(t) w(t), since
rows of P sum to one. Every leading minor of I − γK is positive (theory, the field in closed form).
"""

from collections.abc import Collection, Sequence
from fractions import Fraction
from functools import reduce
from operator import sub
from typing import final

import numpy as np

from games.errors import InputError
from games.language.graph import Graph
from games.markov.powers import powers_of
from games.markov.tensors import Table, Tensors, fractions
from games.markov.terms import Number, Term, node_of
from games.work import spend

MAX_STATES = 5  # inverses are written by elimination
MAX_TABLE = 2**14  # entries of the transition tensor
ENTRY = 10_000  # operations for one, for each action


def field_nodes(
    graph: Graph, tensors: Tensors, field: str, variables: Sequence[int]
) -> tuple[int, ...]:
    """The nodes of G, in the order of the variables' nodes. Raises InputError where G is too long.

    field: "fisher", "kakade" or "euclidean".
    """
    _require_small(tensors)
    logits = tensors.of_players(np.array([Term(graph, node) for node in variables], dtype=object))
    policies = [_softmax(z) for z in logits]
    bonus = [
        tau * _entropy(z, p) if tensors.occupancy_entropy else Fraction(0)
        for tau, z, p in zip(tensors.entropy, logits, policies, strict=True)
    ]
    values, powers = _Values(tensors, policies, bonus), powers_of(field, tensors.occupancy_entropy)
    result: list[int] = []
    for i, z in enumerate(logits):
        G = values.weighted(powers.entropy, tensors.entropy[i] * z)
        G = G - values.weighted(powers.reward, values.advantage(i))
        G = _tilted(G, policies[i]) if field == "euclidean" else G
        result += [node_of(graph, entry) for entry in G.flat]
    return tuple(result)


@final
class _Values:
    """Occupancies and differences of values at policies (S, A_i − 1), without action 0.

    bonus: what adds to a player's rewards, in each state (S,) or everywhere.
    """

    def __init__(
        self, tensors: Tensors, policies: Sequence[Table], bonus: Sequence[Table | Fraction]
    ) -> None:
        self._gamma, one = tensors.discount, np.full((tensors.states, 1), Fraction(1))
        self._factors = [np.concatenate([one, p], axis=1) for p in policies]
        # all but the last state, as rows of P sum to one
        self._moves = _coefficients(tensors.exact_transition[..., :-1], len(policies))
        self._rewards = [_coefficients(fractions(r), len(policies)) for r in tensors.rewards]
        P = self._mean(self._moves)
        matrix = np.eye(tensors.states - 1, dtype=object) - self._gamma * (P[:-1] - P[-1])
        start = np.array(tensors.initial, dtype=object)[:-1]
        d = _solved(matrix.T, (1 - self._gamma) * start + self._gamma * P[-1])
        self._occupancy: Table = np.array([*d, reduce(sub, d, Fraction(1))], dtype=object)
        means = [self._mean(r) + more for r, more in zip(self._rewards, bonus, strict=True)]
        self._values = [_solved(matrix, mean[:-1] - mean[-1]) for mean in means]

    def weighted(self, power: int, values: Table) -> Table:
        """d^power times numbers (S, …), for power −1, 0 or 1."""
        d = self._occupancy[:, None]
        return values if power == 0 else np.asarray((d if power > 0 else 1 / d) * values)

    def advantage(self, i: int) -> Table:
        """Q_i(s,k) − Q_i(s,0) (S, A_i − 1)."""
        total = self._mean(self._rewards[i], (i,))[:, 1:]
        slopes = self._mean(self._moves, (i,))[:, 1:]
        for t, value in enumerate(self._values[i]):
            total = total + self._gamma * (slopes[..., t] * value)
        return total

    def _mean(self, table: Table, kept: Collection[int] = ()) -> Table:
        """Means (S, …) over the players not kept of what has these coefficients; last player first.

        They are multi-affine in the policies without action 0.
        """
        for j in reversed(range(len(self._factors))):
            if j not in kept:
                table = np.moveaxis(table, 1 + j, -1)
                shape = (len(table), *[1] * (table.ndim - 2), -1)
                table = (self._factors[j].reshape(shape) * table).sum(axis=-1)
        return table


def _coefficients(table: Table, players: int) -> Table:
    """Of a table (S, A_1, …, A_n, …) as a function of policies: differences to every action 0."""
    result = table.copy()
    for axis in range(1, 1 + players):
        actions = np.moveaxis(result, axis, 0)
        actions[1:] = actions[1:] - actions[:1]
    return result


def _solved(matrix: Table, right: Table) -> list[Number]:
    """The inverse of a small matrix times a vector, by elimination from the first row on."""
    if not len(right):
        return []
    first, column = matrix[0, 1:] / matrix[0, 0], matrix[1:, 0]
    own = right[0] / matrix[0, 0]
    rest = _solved(matrix[1:, 1:] - column[:, None] * first, right[1:] - column * own)
    for entry, value in zip(first, rest, strict=True):
        own = own - entry * value
    return [own, *rest]


def _softmax(logits: Table) -> Table:
    """π_k (S, A − 1) for k ≥ 1: every variable enters a quotient in one direction only."""
    if logits.shape[1] == 1:
        return _each("logistic", logits)
    result = []
    for k, z in enumerate(logits.T):
        total = 1 + _each("exp", -z)
        for other in (*logits.T[:k], *logits.T[k + 1 :]):
            total = total + _each("exp", other - z)
        result.append(1 / total)
    return np.stack(result, axis=1)


def _entropy(logits: Table, policy: Table) -> Table:
    """H(π(·|s)) = log Σ e^θ − Σ_k π_k z_k (S,)."""
    total = np.array([row[0].of("logsumexp", 0, *row) for row in logits])
    for z, p in zip(logits.T, policy.T, strict=True):
        total = total - p * z
    return total


def _tilted(g: Table, policy: Table) -> Table:
    """π_k (g_k − m) + π_0 m with m = Σ_b π_b g_b, for g = V_k − V_0: the plain gradient."""
    mean = (policy * g).sum(axis=1, keepdims=True)
    rest = 1 - policy[:, :1]
    for p in policy.T[1:]:
        rest = rest - p[:, None]
    return np.asarray(policy * (g - mean) + rest * mean)


def _each(function: str, terms: Table) -> Table:
    return np.asarray(np.frompyfunc(lambda term: term.of(function), 1, 1)(terms))


def _require_small(tensors: Tensors) -> None:
    if tensors.states > MAX_STATES or tensors.transition.size > MAX_TABLE:
        raise InputError(
            f"expressions are written for games of at most {MAX_STATES} states and {MAX_TABLE}"
            " probabilities; use a smaller game"
        )
    count = tensors.transition.size * (sum(tensors.actions) + len(tensors.actions))
    spend(ENTRY * count, "game: expressions of {} probabilities", tensors.transition.size)
