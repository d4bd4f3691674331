"""The field of a small Markov game as expressions, exactly, from its tensors in rationals.

Search and checker both read these texts: they are what "the field of this game" means in a proof.
With the last state L as reference, K(s,t) = P_π(s,t) − P_π(L,t) and Δr(s) = r(s) − r(L), s, t ≠ L:
the values' differences are w = (I − γK)⁻¹Δr, the occupancy d = (I − γKᵀ)⁻¹((1−γ)ρ + γP(L,·)), and
G(s,k) = d^e τ z_k − d^r (Q(s,k) − Q(s,0)), where Q(s,k) − Q(s,0) = Δ_kr + γ Σ_t Δ_kP(t) w(t), since
rows of P sum to one. det(I − γK) > 0, as the eigenvalues of K are those of P_π but for one 1.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from games.errors import InputError
from games.language.graph import Graph
from games.markov.powers import Powers, powers_of
from games.markov.tensors import Tensors
from games.work import spend

MAX_STATES = 5  # inverses are written by minors
MAX_TABLE = 2**14  # entries of the transition tensor
ENTRY = 10_000  # operations for one, for each action
Table = NDArray[Any]  # of Fractions


def field_nodes(
    graph: Graph, tensors: Tensors, field: str, variables: Sequence[int]
) -> tuple[int, ...]:
    """The nodes of G, in the order of the variables' nodes. Raises InputError where G is too long.

    field: "fisher", "kakade" or "euclidean".
    """
    _require_small(tensors)
    writer = _Writer(graph, tensors, variables)
    powers = powers_of(field, tensors.occupancy_entropy)
    result: list[int] = []
    for i in range(len(tensors.actions)):
        for s in range(tensors.states):
            row = [writer.natural(i, s, k, powers) for k in range(1, tensors.actions[i])]
            result += row if field != "euclidean" else writer.tilted(row, writer.policy[i][s])
    return tuple(result)


def reward_nodes(graph: Graph, tensors: Tensors, variables: Sequence[int]) -> tuple[int, ...]:
    """R(s,k) = d(s)(Q(s,k) − Q(s,0)) in the probabilities of actions k ≥ 1: G = τz − R (T19).

    variables: the nodes of these probabilities, ordered as the logits. Raises InputError where the
    expressions are too long, as :func:`field_nodes` does.
    """
    _require_small(tensors)
    writer = _Writer(graph, tensors, variables, are_logits=False)
    return tuple(
        writer.reward(i, s, k, powers_of("fisher", False))
        for i, count in enumerate(tensors.actions)
        for s in range(tensors.states)
        for k in range(1, count)
    )


def _require_small(tensors: Tensors) -> None:
    if tensors.states > MAX_STATES or tensors.transition.size > MAX_TABLE:
        raise InputError(
            f"expressions are written for games of at most {MAX_STATES} states and {MAX_TABLE}"
            " probabilities; use a smaller game"
        )
    count = tensors.transition.size * (sum(tensors.actions) + len(tensors.actions))
    spend(ENTRY * count, "game: expressions of {} probabilities", tensors.transition.size)


@final
class _Writer:
    """Builds nodes from the tensors; sums and products leave out what is zero or one.

    are_logits: whether the variables are logits, or the probabilities of all actions but 0; then
    there is no entropy.
    """

    def __init__(
        self, graph: Graph, tensors: Tensors, variables: Sequence[int], *, are_logits: bool = True
    ) -> None:
        self._graph, self._tensors = graph, tensors
        self._zero, self._one = graph.constant(Fraction(0)), graph.constant(Fraction(1))
        self._transition = _exact_table(tensors)
        self._states = range(tensors.states - 1)  # all but the reference
        self._logits = _by_player(variables, tensors)
        self.policy = (
            [[self._softmax(row) for row in rows] for rows in self._logits]
            if are_logits
            else self._logits
        )
        last = tensors.states - 1
        P = [
            [self._mean(self._transition[s, ..., t], s) for t in self._states]
            for s in range(tensors.states)
        ]
        gamma = self._number(tensors.discount)
        self._matrix = [
            [
                self._minus(
                    self._one if s == t else self._zero,
                    self._times(gamma, self._minus(P[s][t], P[last][t])),
                )
                for t in self._states
            ]
            for s in self._states
        ]
        self._minors = cache(self._minor)
        self._gamma = gamma
        self._occupancy = self._occupancies(P[last])
        self._values = [self._value_differences(i) for i in range(len(tensors.actions))]

    def natural(self, i: int, state: int, action: int, powers: Powers) -> int:
        """G_i(s, k) of the natural gradient: d^e τ z_k − d^r (Q(s,k) − Q(s,0))."""
        own = self._logits[i][state][action - 1]
        entropy = self._times(self._number(self._tensors.entropy[i]), own)
        d = self._occupancy[state]
        scaled = self._times(self._power(d, powers.entropy), entropy)
        return self._minus(scaled, self.reward(i, state, action, powers))

    def reward(self, i: int, state: int, action: int, powers: Powers) -> int:
        """d^r (Q(s,k) − Q(s,0))."""
        d = self._power(self._occupancy[state], powers.reward)
        return self._times(d, self._advantage(i, state, action))

    def tilted(self, row: Sequence[int], policy: Sequence[int]) -> list[int]:
        """π_k (g_k − m) + π_0 m with m = Σ_b π_b g_b, for g = V_k − V_0: the plain gradient."""
        mean, rest = self._zero, self._one
        for p, g in zip(policy, row, strict=True):
            mean, rest = self._plus(mean, self._times(p, g)), self._minus(rest, p)
        dropped = self._times(rest, mean)
        return [
            self._plus(self._times(p, self._minus(g, mean)), dropped)
            for p, g in zip(policy, row, strict=True)
        ]

    def _advantage(self, i: int, state: int, action: int) -> int:
        """Q_i(s,k) − Q_i(s,0)."""
        total = self._own_difference(_rational(self._tensors.rewards[i, state]), i, state, action)
        for t in self._states:
            moved = self._transition[state, ..., t]
            slope = self._own_difference(moved, i, state, action)
            value = self._times(self._gamma, self._times(slope, self._values[i][t]))
            total = self._plus(total, value)
        return total

    def _value_differences(self, i: int) -> list[int]:
        """w = (I − γK)⁻¹ Δr, with the entropy of a state if it counts by occupancy."""
        tensors = self._tensors
        means = [
            self._plus(self._mean(_rational(tensors.rewards[i, s]), s), self._bonus(i, s))
            for s in range(tensors.states)
        ]
        right = [self._minus(means[s], means[-1]) for s in self._states]
        return self._solve(right, transposed=False)

    def _bonus(self, i: int, state: int) -> int:
        """τ_i H(π_i(·|s)) = τ_i (log Σ e^θ − Σ_k π_k z_k)."""
        if not self._tensors.occupancy_entropy:
            return self._zero
        row = self._logits[i][state]
        total = self._graph.apply("logsumexp", self._zero, *row)
        for z, p in zip(row, self.policy[i][state], strict=True):
            total = self._minus(total, self._times(p, z))
        return self._times(self._number(self._tensors.entropy[i]), total)

    def _occupancies(self, last: Sequence[int]) -> list[int]:
        tensors = self._tensors
        right = [
            self._plus(
                self._number((1 - tensors.discount) * tensors.initial[t]),
                self._times(self._gamma, last[t]),
            )
            for t in self._states
        ]
        d = self._solve(right, transposed=True)
        rest = self._one
        for each in d:
            rest = self._minus(rest, each)
        return [*d, rest]

    def _solve(self, right: Sequence[int], *, transposed: bool) -> list[int]:
        """(I − γK)⁻¹ times a vector, or that of the transpose, by Cramer's rule."""
        every = tuple(self._states)
        determinant = self._minors(every, every)
        result = []
        for s in every:
            total = self._zero
            for t, value in zip(every, right, strict=True):
                row, column = (s, t) if transposed else (t, s)
                rows, columns = (tuple(k for k in every if k != r) for r in (row, column))
                term = self._times(self._minors(rows, columns), value)
                odd = (s + t) % 2
                total = self._minus(total, term) if odd else self._plus(total, term)
            result.append(self._quotient(total, determinant))
        return result

    def _minor(self, rows: tuple[int, ...], columns: tuple[int, ...]) -> int:
        """The determinant of these rows and columns of I − γK, along the first row."""
        if not rows:
            return self._one
        total = self._zero
        for k, column in enumerate(columns):
            inner = self._minors(rows[1:], columns[:k] + columns[k + 1 :])
            term = self._times(self._matrix[rows[0]][column], inner)
            total = self._minus(total, term) if k % 2 else self._plus(total, term)
        return total

    def _softmax(self, logits: Sequence[int]) -> list[int]:
        """π_k for k ≥ 1: every variable enters a quotient in one direction only."""
        if len(logits) == 1:
            return [self._graph.apply("logistic", logits[0])]
        result = []
        for k, z in enumerate(logits):
            total = self._plus(self._one, self._exp(self._graph.apply("neg", z)))
            for m, other in enumerate(logits):
                if m != k:
                    total = self._plus(total, self._exp(self._minus(other, z)))
            result.append(self._quotient(self._one, total))
        return result

    def _mean(self, table: Table, state: int) -> int:
        """Σ_a π(a|s) table(a), multi-affine in the policies without their dropped action."""
        return self._expectation(table, [rows[state] for rows in self.policy])

    def _own_difference(self, table: Table, i: int, state: int, action: int) -> int:
        """The mean over the others of table(k) − table(0) for player i's actions k and 0."""
        difference = np.take(table, action, axis=i) - np.take(table, 0, axis=i)
        others = [rows[state] for j, rows in enumerate(self.policy) if j != i]
        return self._expectation(np.asarray(difference, dtype=object), others)

    def _expectation(self, table: Table, policies: Sequence[Sequence[int]]) -> int:
        if not policies:
            return self._number(table.item())
        total = self._expectation(np.asarray(table[0], dtype=object), policies[1:])
        for a, p in enumerate(policies[0], start=1):
            change = np.asarray(table[a] - table[0], dtype=object)
            total = self._plus(total, self._times(p, self._expectation(change, policies[1:])))
        return total

    def _power(self, node: int, exponent: int) -> int:
        if exponent == 0:
            return self._one
        return node if exponent > 0 else self._quotient(self._one, node)

    def _number(self, value: Fraction) -> int:
        return self._graph.constant(value)

    def _exp(self, node: int) -> int:
        return self._graph.apply("exp", node)

    def _plus(self, a: int, b: int) -> int:
        if self._zero in (a, b):
            return b if a == self._zero else a
        return self._graph.apply("+", a, b)

    def _minus(self, a: int, b: int) -> int:
        if b == self._zero:
            return a
        return self._graph.apply("neg", b) if a == self._zero else self._graph.apply("-", a, b)

    def _times(self, a: int, b: int) -> int:
        if self._zero in (a, b):
            return self._zero
        if self._one in (a, b):
            return b if a == self._one else a
        return self._graph.apply("*", a, b)

    def _quotient(self, a: int, b: int) -> int:
        return a if b == self._one or a == self._zero else self._graph.apply("/", a, b)


def _by_player(variables: Sequence[int], tensors: Tensors) -> list[list[list[int]]]:
    """The variables by player and state."""
    rest, result = list(variables), []
    for count in tensors.actions:
        rows = [rest[s * (count - 1) : (s + 1) * (count - 1)] for s in range(tensors.states)]
        result.append(rows)
        rest = rest[tensors.states * (count - 1) :]
    return result


def _exact_table(tensors: Tensors) -> Table:
    """The transition tensor with each row normalised in rationals."""
    table = np.empty(tensors.transition.shape, dtype=object)
    for state in range(tensors.states):
        for joint in tensors.joint_actions():
            table[(state, *joint)] = tensors.exact_transition(state, joint)
    return table


def _rational(values: NDArray[np.float64]) -> Table:
    """Floats as their exact binary values."""
    flat = np.array([Fraction(float(v)) for v in values.ravel()], dtype=object)
    return flat.reshape(values.shape)
