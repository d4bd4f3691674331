"""The Jacobian of a natural-gradient field over boxes of logits: what is affine, and a doubt.

Source: theory, Mirror geometry (values over boxes). The search's own way through the formulas; the
checker has another.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import final

import numpy as np

from games.markov.powers import powers_of
from games.markov.tensors import Tensors
from sgn.values.affine import Affine, FloatArray, bilinear, constant, reciprocal, still
from sgn.values.policies import PolicyBox

ROUNDS = 3  # of bounding how far values are from those at the centre


@final
class BoxJacobian:
    """J over K boxes of policies with vectors (K, 2(n + S), S) round their values."""

    def __init__(
        self, tensors: Tensors, field: str, boxes: Sequence[PolicyBox], vectors: FloatArray
    ) -> None:
        self._tensors, self._boxes = tensors, boxes
        self._powers = powers_of(field, tensors.occupancy_entropy)
        self._players = range(len(tensors.actions))
        above, below = np.split(np.swapaxes(vectors, 1, 2), 2, axis=2)
        self._above, self._below = above, below
        self._gamma = float(tensors.discount)

    def whole(self) -> Affine:
        """All of J (n, n)."""
        rows = [[self._matrix(i, j) for j in self._players] for i in self._players]
        return Affine(
            np.block([[part.terms for part in row] for row in rows]),
            np.block([[part.doubt for part in row] for row in rows]),
        )

    def _matrix(self, i: int, j: int) -> Affine:
        block = self._block(i, j)
        S, A, T, C = block.doubt.shape[1:]
        return block.turned(lambda a: a.reshape(*a.shape[:2], S * A, T * C))

    def _block(self, i: int, j: int) -> Affine:
        """∂G_i(s, k)/∂z_j(s', b): (S, A_i − 1, S, A_j − 1)."""
        S, (e, r) = self._tensors.states, (self._powers.entropy, self._powers.reward)
        same_state = constant(np.eye(S)[:, None, :, None])
        gain = self._tilted_values(i, j)
        slope = self._leads[i].at(..., None) * gain.at(None, None)
        if i != j:
            slope = slope + self._cross(i, j) * same_state
        result = -(self._visited(1) * slope if r else slope)
        along = self._along_visits(i)
        if along is not None:
            moved = self._visit_slopes(j).turned(lambda a: np.moveaxis(a, -1, 2)[:, :, :, None])
            result = result + along.at(..., None, None) * moved
        if i == j:
            same = same_state * constant(np.eye(self._tensors.actions[i] - 1)[None, :, None])
            own = same * constant(float(self._tensors.entropy[i]))
            result = result + (self._visited(e) * own if e else own)
        return result

    def _visited(self, power: int) -> Affine:
        """d or 1/d, along the first of four axes."""
        d = self._visits if power > 0 else self._inverse_visits
        return d.at(slice(None), None, None, None)

    def _along_visits(self, i: int) -> Affine | None:
        """∂G_i/∂d (S, A_i − 1)."""
        entropy = constant(float(self._tensors.entropy[i])) * self._boxes[i].logits
        match (self._powers.entropy, self._powers.reward):
            case (1, 1):
                return entropy - self._own_values[i]
            case (0, 1):
                return -self._own_values[i]
            case (-1, 0):
                once = self._inverse_visits.at(slice(None), None)
                return -(once * (once * entropy))
            case _:
                return None

    # ---- values and visits -----------------------------------------------------------------------

    @cached_property
    def _chain(self) -> Affine:
        """P_π (S, S)."""
        return self._mean(constant(self._tensors.probabilities), ())

    @cached_property
    def _valued(self) -> Affine:
        """What is valued (S, n + S): the mean rewards, with entropy where it counts, and visits."""
        tensors, n = self._tensors, len(self._boxes)
        result = self._mean(constant(np.moveaxis(tensors.rewards, 0, -1)), ())
        if tensors.occupancy_entropy:
            for i, box in enumerate(self._boxes):
                tau = float(tensors.entropy[i])
                result = result + box.entropy.at(..., None) * constant(tau * np.eye(n)[i])
        terms = np.zeros((*result.terms.shape[:-1], n + tensors.states))
        terms[..., :n] = result.terms
        terms[:, 0, :, n:] = np.eye(tensors.states)
        doubt = np.zeros((*result.doubt.shape[:-1], n + tensors.states))
        doubt[..., :n] = result.doubt
        return Affine(terms, doubt)

    @cached_property
    def _compared(self) -> tuple[Affine, Affine]:
        """Values less those of the last state (S, n + S), and from the first state (n + S,).

        X, the distance from values at the centre, is H(R − (I − γP)U₀) + (a − H(I − γP))X in the
        rows a that count; the last part is small twice.
        """
        tensors, S = self._tensors, self._tensors.states
        rows = np.eye(S)
        rows[:, -1] -= 1
        rows = np.concatenate([rows, tensors.start[None]])
        inverse = np.linalg.inv(np.eye(S) - self._gamma * self._chain.terms[:, 0])
        start = still(inverse @ self._valued.terms[:, 0])
        gamma, H = constant(self._gamma), still(rows @ inverse)
        missing = self._valued + gamma * (self._chain @ start) - start
        left = constant(rows) - H + gamma * (H @ self._chain)
        move = H @ missing
        over, under = self._above - start.terms[:, 0], self._below - start.terms[:, 0]
        wide = np.maximum(over - under[:, -1:], over[:, -1:] - under)
        for _ in range(ROUNDS):
            found = move.widened(left.reach @ wide)
            wide = np.minimum(wide, found.at(slice(None, S)).reach)
        found = constant(rows) @ start + found
        return found.at(slice(None, S)), found.at(S)

    @cached_property
    def _visits(self) -> Affine:
        """d (S,)."""
        return constant(1 - self._gamma) * self._compared[1].at(slice(len(self._boxes), None))

    @cached_property
    def _inverse_visits(self) -> Affine:
        d, n = self._visits, len(self._boxes)
        least = (1 - self._gamma) * (self._tensors.start @ self._below[..., n:])
        return reciprocal(d, np.maximum(least, d.terms[:, 0] - d.moved - d.doubt))

    # ---- values of actions -----------------------------------------------------------------------

    @cached_property
    def _own_values(self) -> list[Affine]:
        """Q_i(s, k) − Q_i(s, 0), (S, A_i − 1) a player."""
        return [self._differences(i, (i,)) for i in self._players]

    @cached_property
    def _leads(self) -> list[Affine]:
        """γ Σ_t (P^i(s, k, t) − P^i(s, 0, t)) M(t, s'): (S, A_i − 1, S) a player."""
        visits = self._compared[0].at(slice(None), slice(len(self._boxes), None)).at(None)
        result = []
        for i in self._players:
            moved = _less_first(self._tensors.probabilities, 1 + i)
            mean = self._mean(constant(self._gamma * moved), (i,))
            result.append(bilinear(np.matmul, mean, visits))
        return result

    def _visit_slopes(self, j: int) -> Affine:
        """∂d(s)/∂z_j(s', b), as (S', A_j − 1, S)."""
        lead = self._leads[j].turned(lambda a: np.swapaxes(a, -1, -2))  # (s', s, b)
        turned = _tilted(lead, self._boxes[j].chosen.at(slice(None), None))
        return self._visits.at(slice(None), None, None) * turned.turned(
            lambda a: np.swapaxes(a, -1, -2)
        )

    def _tilted_values(self, i: int, j: int) -> Affine:
        """How i's values of a state move with z_j there: (S, A_j − 1)."""
        box = self._boxes[j]
        value = self._differences(i, (j,))
        if i == j and self._tensors.occupancy_entropy:
            value = value - constant(float(self._tensors.entropy[i])) * box.logits
        return _tilted(value, box.chosen)

    def _cross(self, i: int, j: int) -> Affine:
        """How i's own differences move with z_j in the same state: (S, A_i − 1, 1, A_j − 1)."""
        both = self._differences(i, (i, j))
        if i > j:
            both = both.turned(lambda a: np.swapaxes(a, -1, -2))
        chosen = self._boxes[j].chosen.at(slice(None), None)
        return _tilted(both, chosen).at(slice(None), slice(None), None)

    def _differences(self, i: int, kept: tuple[int, ...]) -> Affine:
        """r_i + γPu_i less action 0 of the players kept, averaged over the others."""
        moved, reward = self._tensors.probabilities, self._tensors.rewards[i]
        for j in kept:
            moved, reward = _less_first(moved, 1 + j), _less_first(reward, 1 + j)
        values = self._compared[0].at(slice(None), slice(i, i + 1))
        flat = constant(self._gamma * moved.reshape(-1, moved.shape[-1]))
        ahead = (flat @ values).turned(lambda a: a.reshape(*a.shape[:2], *reward.shape))
        return self._mean(constant(reward) + ahead, kept)

    def _mean(self, table: Affine, kept: tuple[int, ...]) -> Affine:
        """Over the actions of the players not kept, of a table (S, A_1, …, A_n, …)."""
        for j in reversed(self._players):
            if j not in kept:
                last = table.last(1 + j)
                chosen, first = self._boxes[j].chosen, last.at(..., 0)
                between = (None,) * (first.doubt.ndim - 2)
                over = last.at(..., slice(1, None)) - last.at(..., slice(0, 1))
                table = first + (over * chosen.at(slice(None), *between)).sum()
        return table


def _tilted(value: Affine, chosen: Affine) -> Affine:
    """π_b(D_b − Σ_cπ_cD_c), D less that of the first action, over the last axis."""
    return chosen * (value - (chosen * value).sum().at(..., None))


def _less_first(table: FloatArray, axis: int) -> FloatArray:
    """Differences to the first entry along an axis, which it loses."""
    first, rest = np.split(table, [1], axis=axis)
    return np.asarray(rest - first)
