"""The Jacobian of a natural-gradient field over boxes of logits: what is affine, and a doubt.

Source: theory, Mirror geometry (values over boxes). The search's own way through the formulas; the
checker has another.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import final

import numpy as np

from games.markov.given import GivenTensors
from games.markov.powers import powers_of
from sgn.enclosures.policies.affine import Affine, FloatArray, constant, reciprocal, still
from sgn.enclosures.policies.policies import PolicyBox, mean

ROUNDS = 4  # of bounding how far values are from those at the centre


@final
class BoxJacobian:
    """J over K boxes of policies."""

    def __init__(self, tensors: GivenTensors, field: str, boxes: Sequence[PolicyBox]) -> None:
        self._tensors, self._boxes = tensors, boxes
        self._powers = powers_of(field, tensors.occupancy_entropy)
        self._players = range(len(tensors.actions))
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

    def _valued(self, ahead: FloatArray) -> Affine:
        """R + γPU for fixed U (K, S, n + S): rewards, with entropy if it counts, and visits."""
        tensors, n, S = self._tensors, len(self._boxes), self._tensors.states
        shape = (*tensors.shape, n + S)
        sources = np.zeros(shape)
        sources[..., :n] = np.moveaxis(tensors.rewards, 0, -1)
        sources[..., n:] = np.eye(S).reshape(S, *(1 for _ in tensors.actions), S)
        later = tensors.probabilities.reshape(-1, S) @ ahead
        table = sources + self._gamma * later.reshape(len(ahead), *shape)
        result = self._mean(still(table), ())
        if tensors.occupancy_entropy:
            for i, box in enumerate(self._boxes):
                tau = float(tensors.entropy[i])
                result = result + box.entropy.at(..., None) * constant(tau * np.eye(n + S)[i])
        return result

    @cached_property
    def _start(self) -> tuple[FloatArray, FloatArray, Affine, FloatArray]:
        """U₀ and H₀ = (I − γP)⁻¹ at the centres, what U₀ misses, and how little is left.

        X = U − U₀ is H₀(missing + γ(P − P₀)X); of the last (P − P₀)X(s) = Σ_t(P − P₀)(s, t)(X(t) −
        X(s)) is at most what is left (K, S, n + S), by differences of X that shrink with it; they
        are at first twice what |X| is at most, max|missing|/(1 − γ).
        """
        tensors, S = self._tensors, self._tensors.states
        chain = self._mean(constant(tensors.probabilities), ())
        inverse = np.asarray(np.linalg.inv(np.eye(S) - self._gamma * chain.terms[:, 0]), float)
        nothing = np.zeros((len(inverse), S, len(self._boxes) + S))
        start = inverse @ self._valued(nothing).terms[:, 0]
        missing = self._valued(start) - still(start)
        far = missing.reach.max(axis=1, keepdims=True) / (1 - self._gamma)
        wide = np.repeat(2 * far, S * S, axis=1)
        pairs = (np.eye(S)[None] - np.eye(S)[:, None]).reshape(S * S, S)  # X(t) − X(s) in row s, t
        H = pairs @ inverse
        linear = (still(H) @ missing).reach
        moved = self._gamma * (chain.moved + chain.doubt).reshape(-1, S, 1, S)
        for _ in range(ROUNDS):
            left = (moved @ wide.reshape(len(wide), S, S, -1))[:, :, 0]
            wide = np.minimum(wide, linear + np.abs(H) @ left)
        return start, inverse, missing, left

    def _along(self, rows: FloatArray, columns: slice) -> Affine:
        """Of the values of some columns these combinations of states: (R, columns)."""
        start, inverse, missing, left = self._start
        H = rows @ inverse
        moved = still(H) @ missing.at(slice(None), columns)
        return still(rows @ start[..., columns]) + moved.widened(np.abs(H) @ left[..., columns])

    @cached_property
    def _visits(self) -> Affine:
        """d (S,)."""
        visits = self._along(self._tensors.start[None], slice(len(self._boxes), None))
        return constant(1 - self._gamma) * visits.at(0)

    @cached_property
    def _inverse_visits(self) -> Affine:
        d, least = self._visits, (1 - self._gamma) * self._tensors.start
        return reciprocal(d, np.maximum(least, d.terms[:, 0] - d.moved - d.doubt))

    # ---- values of actions -----------------------------------------------------------------------

    @cached_property
    def _own_values(self) -> list[Affine]:
        """Q_i(s, k) − Q_i(s, 0), (S, A_i − 1) a player."""
        return [self._differences(i, (i,)) for i in self._players]

    @cached_property
    def _leads(self) -> list[Affine]:
        """γ Σ_t (P^i(s, k, t) − P^i(s, 0, t)) M(t, s'): (S, A_i − 1, S) a player."""
        columns = slice(len(self._boxes), None)
        return [
            self._mean(self._ahead(_less_first(self._tensors.probabilities, 1 + i), columns), (i,))
            for i in self._players
        ]

    def _ahead(self, moved: FloatArray, columns: slice) -> Affine:
        """γ Σ_t moved(…, t)U(t, ·) for the values of some columns: (…, columns)."""
        rows = self._gamma * moved.reshape(-1, moved.shape[-1])
        found = self._along(rows, columns)
        return found.turned(lambda a: a.reshape(*a.shape[:2], *moved.shape[:-1], -1))

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
        ahead = self._ahead(moved, slice(i, i + 1)).at(..., 0)
        return self._mean(constant(reward) + ahead, kept)

    def _mean(self, table: Affine, kept: tuple[int, ...]) -> Affine:
        """Over the actions of the players not kept, of a table (S, A_1, …, A_n, …)."""
        for j in reversed(self._players):
            if j not in kept:
                table = mean(table.last(1 + j), self._boxes[j])
        return table


def _tilted(value: Affine, chosen: Affine) -> Affine:
    """π_b(D_b − Σ_cπ_cD_c), D less that of the first action, over the last axis."""
    return chosen * (value - (chosen * value).sum().at(..., None))


def _less_first(table: FloatArray, axis: int) -> FloatArray:
    """Differences to the first entry along an axis, which it loses."""
    first, rest = np.split(table, [1], axis=axis)
    return np.asarray(rest - first)
