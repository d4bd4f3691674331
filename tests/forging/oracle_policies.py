"""The field of entropy-regularised play in logits, from the tensors and the costs' definition.

f_i = −(1−γ) E Σ_t γ^t r_i − τ_i Σ_s H(π_i(·|s)), or with the entropy of a state counted as often as
it is visited. V_i = ∇f_i by π_i up to a constant per state; z′ = −G(z), G_k = V_k − V_0; for
Kakade's field V is divided by the occupancy, for the plain one multiplied by diag(π) − ππᵀ.
J = DG by a complex step, in float64 for many points or in many digits for one.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from tests.forging.oracle_reading import (
    DIGITS,
    Array,
    Document,
    Unjudged,
    array,
    mp,
    mpmath,
    mps,
    rational,
    rationals,
)

STEP = 1e-100  # of the complex step in floats
FINE = 40  # digits of the complex step in mpf, which are needed twice


@dataclass(frozen=True)
class Tensors:
    """P (S, A_1, …, A_N, S) and r (N, S, A_1, …, A_N); exact where dtype is object."""

    P: Array
    r: Array
    gamma: Any
    tau: list[Any]
    rho: Array


def read_tensors(game: Document, exact: bool) -> Tensors:
    """The numbers of the document, rows of P normalised."""
    actions = tuple(player["actions"] for player in game["players"])
    if game["kind"] == "markov":
        P, r = array(game["transition"]), array(game["rewards"])
        states = P.shape[-1]
        gamma, rho = rational(game["discount"]), rationals(game["initial"])
    else:
        r, states = array(game["payoffs"]), 1
        P = np.ones((r.shape[1], 1))
        gamma, rho = Fraction(0), [Fraction(1)]
    tau = rationals(game["entropy"])
    rows = [[Fraction(float(p)) for p in row] for row in P]
    rows = [[p / sum(row) for p in row] for row in rows]
    to = mps if exact else (lambda values: np.array([[float(v) for v in row] for row in values]))
    P = to(rows).reshape(states, *actions, states)
    payoffs = to([[Fraction(float(v)) for v in row] for row in r])
    number = mp if exact else float
    return Tensors(
        P,
        payoffs.reshape(len(actions), states, *actions),
        number(gamma),
        [number(t) for t in tau],
        mps(rho) if exact else np.array([float(v) for v in rho]),
    )


class Policies:
    """G and DG of a document."""

    def __init__(self, game: Document) -> None:
        self.field = game.get("field", "fisher")
        self.occupancy = game.get("occupancy_entropy", False) is True
        if self.field not in ("fisher", "kakade", "euclidean"):
            raise Unjudged(f"unknown field {self.field}")
        self.floats, self.exact = read_tensors(game, False), read_tensors(game, True)
        self.states = self.floats.P.shape[-1]
        self.actions = self.floats.P.shape[1:-1]
        self.sizes = [self.states * (a - 1) for a in self.actions]

    # ---- policies ----

    def policies(self, z: Array) -> list[Array]:
        """π_i (…, S, A_i) of logits z (…, n) less those of action 0."""
        found, start = [], 0
        for a, size in zip(self.actions, self.sizes, strict=True):
            part = z[..., start : start + size].reshape(*z.shape[:-1], self.states, a - 1)
            e = _exp(np.concatenate([part[..., :1] * 0, part], axis=-1))
            found.append(e / e.sum(axis=-1, keepdims=True))
            start += size
        return found

    def means(self, table: Array, pi: list[Array], free: int | None = None) -> Array:
        """Σ over the actions of all (but one) of π · table; table (…, S, A_1, …, A_N, *rest)."""
        lead = pi[0].ndim - 2
        result = table
        for j in reversed(range(len(pi))):
            if j == free:
                continue
            axis = lead + 1 + j
            weight = pi[j].reshape(*pi[j].shape[: lead + 1], *([1] * j), pi[j].shape[-1])
            weight = weight.reshape(*weight.shape, *([1] * (result.ndim - weight.ndim)))
            result = (result * weight).sum(axis=axis)
        return result

    def parts(self, z: Array) -> tuple[list[Array], list[Array], Array]:
        """π; each player's V (…, S, A_i) but for constants; the occupancy d (…, S)."""
        t = self.exact if z.dtype == object else self.floats
        pi = self.policies(z)
        lead = (None,) * (z.ndim - 1)
        P_pi = self.means(t.P[lead], pi)
        eye = np.eye(self.states, dtype=int)
        A = eye - P_pi * t.gamma
        d = _linear(np.swapaxes(A, -1, -2), (t.rho + P_pi[..., 0] * 0) * (1 - t.gamma))
        values = []
        for i, tau in enumerate(t.tau):
            H = -(pi[i] * _log(pi[i])).sum(axis=-1)
            r = self.means(t.r[i][lead], pi)
            u = _linear(A, r + H * tau if self.occupancy else r)
            own = self.means(t.r[i][lead], pi, free=i)
            ahead = self.means(t.P[lead], pi, free=i)  # (…, S, A_i, S)
            Q = own + (ahead * u[..., None, None, :]).sum(axis=-1) * t.gamma
            entropy = (_log(pi[i]) + 1) * tau
            if self.occupancy:
                entropy = entropy * d[..., None]
            values.append(entropy - d[..., None] * Q)
        return pi, values, d

    def F(self, points: Array) -> Array:
        pi, values, d = self.parts(points)
        found = []
        for p, V in zip(pi, values, strict=True):
            if self.field == "kakade":
                V = V / d[..., None]
            if self.field == "euclidean":
                W = p * (V - (p * V).sum(axis=-1, keepdims=True))
                V = W
            G = V[..., 1:] - V[..., :1]
            found.append(G.reshape(*points.shape[:-1], -1))
        return np.concatenate(found, axis=-1)

    def J(self, points: Array) -> Array:
        """∂G_k/∂z_l as [..., k, l], by G(z + ih e_l)/h."""
        n = points.shape[-1]
        if points.dtype == object:
            with mpmath.workdps(DIGITS + 2 * FINE):
                h = mpmath.mpf(10) ** -FINE
                columns = [self.F(points + mps(np.eye(n)[k]) * (1j * h)) for k in range(n)]
                part = np.frompyfunc(lambda v: v.imag / h, 1, 1)
                found: Array = np.stack([part(c) for c in columns], axis=-1)
                return found
        moved = points[..., None, :] + 1j * STEP * np.eye(n)
        return np.swapaxes(self.F(moved).imag, -1, -2) / STEP

    # ---- costs ----

    def cost(self, points: Array, player: int) -> Array:
        """f_i."""
        t = self.exact if points.dtype == object else self.floats
        pi = self.policies(points)
        lead = (None,) * (points.ndim - 1)
        A = np.eye(self.states, dtype=int) - self.means(t.P[lead], pi) * t.gamma
        H = -(pi[player] * _log(pi[player])).sum(axis=-1)
        r = self.means(t.r[player][lead], pi)
        u = _linear(A, r + H * t.tau[player] if self.occupancy else r)
        gained = (t.rho * u).sum(axis=-1) * (1 - t.gamma)
        lost = 0 if self.occupancy else H.sum(axis=-1) * t.tau[player]
        return np.asarray(-gained - lost)


def _exp(x: Array) -> Array:
    result: Array = np.frompyfunc(mpmath.exp, 1, 1)(x) if x.dtype == object else np.exp(x)
    return result


def _log(x: Array) -> Array:
    result: Array = np.frompyfunc(mpmath.log, 1, 1)(x) if x.dtype == object else np.log(x)
    return result


def _linear(A: Array, b: Array) -> Array:
    if A.dtype == object:
        found = mpmath.lu_solve(mpmath.matrix(A.tolist()), mpmath.matrix(b.tolist()))
        result = np.empty(len(b), dtype=object)
        result[:] = list(found)
        return result
    return np.asarray(np.linalg.solve(A, b[..., None])[..., 0])
