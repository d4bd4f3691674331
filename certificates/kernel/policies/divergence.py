"""T19, checked: how fast the weighted KL divergence to the equilibrium falls along the flow."""

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

import flint
import numpy as np

from certificates.kernel.claims import Solution
from certificates.kernel.document.coupling import Coupling
from certificates.kernel.document.metric import Metric, Vector
from certificates.kernel.document.reading import Document
from certificates.kernel.inequalities.equilibrium import half_widths
from certificates.kernel.inequalities.structural import structural_margin_holds
from certificates.kernel.jacobian.base import Jacobian
from certificates.kernel.numbers.intervals import PRECISION
from certificates.kernel.policies.base import PolicyJacobian
from certificates.kernel.policies.policies import Policies
from certificates.kernel.uncheckable import Uncheckable
from games.markov.tensors import Table, Tensors, fractions
from games.regions.region import Box
from games.work import spend

MAX_DIFFERENCES = 2**21  # of payoffs, for the bounds between players
DIFFERENCE = 2_500  # operations for one
MAX_BITS = 256  # of a weight that payoffs are multiplied with


def rate_holds(game: Document | None, J: Jacobian, rate: Fraction, weights: Vector) -> bool:
    """T19 on every leaf: sym(W ∂G/∂p) ⪰ αWH. Raises Uncheckable."""
    policies = policies_of(game)
    if not isinstance(J, PolicyJacobian):
        raise Uncheckable("the Jacobian is not enclosed over policies")
    return all(
        policies.keep(rate, weights, *leaf).all() for leaf in J.each_reward("bregman", policies)
    )


def policies_of(game: Document | None) -> Policies:
    """The policies of a certificate's game. Raises Uncheckable where it has none."""
    if game is None:
        raise Uncheckable("there is no game")
    return Policies(game)


# ---- the level: what it costs to leave the box ---------------------------------------------------


def largest_level(
    game: Document,
    region: Box,
    found: Solution,
    metric: Metric,
    sizes: Sequence[int],
    weights: Vector,
) -> Fraction:
    """The least that a face of the box costs, the equilibrium being known up to its error.

    Beyond the face z_k = b of player i: w_i m d(q* ‖ logistic b) at least, with m = π*_0 + π*_k and
    q* = π*_k/m = logistic z*_k; m grows with z*_k and falls with the others, d falls towards b.
    """
    policies, reach = policies_of(game), half_widths(metric, sizes)
    moves = [found.error * r for r in reach]
    least = [Fraction(x) - move for x, move in zip(found.point, moves, strict=True)]
    most = [Fraction(x) + move for x, move in zip(found.point, moves, strict=True)]
    costs = []
    with flint.ctx.workprec(4 * PRECISION):
        for k, row in enumerate(policies.mates):
            others = [_arb(most[m]).exp() for m in np.flatnonzero(row).tolist() if m != k]
            pair = 1 + _arb(least[k]).exp()
            mass = Fraction(weights[policies.owners[k]]) * _below(pair / sum(others, pair))
            low, high = region.lower[k], region.upper[k]
            costs.append(mass * _divergence_below(least[k], low) if least[k] > low else Fraction(0))
            costs.append(mass * _divergence_below(most[k], high) if most[k] < high else Fraction(0))
    return min(costs)


def _divergence_below(a: Fraction, b: Fraction) -> Fraction:
    """d(logistic a ‖ logistic b) = s(b) − s(a) − s'(a)(b − a) from below, s(x) = log(1 + e^x)."""
    x, y = _arb(a), _arb(b)
    return _below(((1 + y.exp()) / (1 + x.exp())).log() - _arb(b - a) / (1 + (-x).exp()))


def _arb(value: Fraction) -> Any:
    return flint.arb(flint.fmpq(value.numerator, value.denominator))


def _below(value: Any) -> Fraction:
    """A binary64 number below; 0 where that is negative or nothing is known."""
    near = np.nextafter(float(value.lower()), -np.inf) if value.is_finite() else 0.0
    return Fraction(max(float(near), 0.0)) if np.isfinite(near) else Fraction(0)


# ---- the whole simplex: normal-form games --------------------------------------------------------


def simplex_holds(game: Document | None, weights: Vector, vector: Vector, rate: Fraction) -> bool:
    """T19 (corollary): μ_i = τ_i and the couplings of the payoffs, with T2's test."""
    tensors = policies_of(game).tensors
    curvature = np.array(tensors.entropy, dtype=object)
    coupling = simplex_coupling(tensors, [Fraction(w) for w in weights])
    return structural_margin_holds(curvature, coupling, weights, vector, rate)


def simplex_coupling(tensors: Tensors, weights: Sequence[Fraction]) -> Coupling:
    """L_ij = K_ij/(2w_i), K_ij = ¼ max |C(a,b) − C(a',b) − C(a,b') + C(a',b')|, symmetric.

    C = w_ic_i + w_jc_j, the weighted costs of i and j by their actions; the maximum is over the
    others' actions too. Raises Uncheckable where there are too many differences.
    """
    actions, count = tensors.actions, len(tensors.actions)
    work = sum(a - 1 for a in actions) * count * tensors.rewards[0].size // 2
    if work > MAX_DIFFERENCES:
        raise Uncheckable(f"more than {MAX_DIFFERENCES} differences of payoffs to look at")
    spend(DIFFERENCE * work, "bregman.simplex: {} differences of payoffs", work)
    tables, unit = _weighted(tensors, weights)
    rows, cols, values = [], [], []
    for i, j in combinations(range(count), 2):
        if largest := _largest(np.moveaxis(tables[i] + tables[j], (i, j), (0, 1))):
            rows += [i, j]
            cols += [j, i]
            values += [Fraction(largest, 8 * unit) / weights[k] for k in (i, j)]
    first, second = (np.array(part, dtype=np.int64) for part in (rows, cols))
    return Coupling(first, second, np.array(values, dtype=object), count)


def _largest(table: Table) -> int:
    """max |C(a,b) − C(a',b) − C(a,b') + C(a',b')| of a table (A, B, …) of integers."""
    moved = (table[a] - table[b] for a, b in combinations(range(len(table)), 2))
    ranges = (np.ravel(each.max(axis=0) - each.min(axis=0)).tolist() for each in moved)
    return max(int(most) for each in ranges for most in each)


def _weighted(tensors: Tensors, weights: Sequence[Fraction]) -> tuple[list[Table], int]:
    """Each player's payoffs times its weight, as integers in one common unit (1/unit).

    Raises Uncheckable where the weights would make these too long.
    """
    if any(part.bit_length() > MAX_BITS for w in weights for part in w.as_integer_ratio()):
        raise Uncheckable(f"a weight has more than {MAX_BITS} bits")
    scaled = [fractions(r) * w for r, w in zip(tensors.rewards[:, 0], weights, strict=True)]
    unit = math.lcm(*(value.denominator for table in scaled for value in table.flat))
    return [np.asarray(np.frompyfunc(int, 1, 1)(table * unit)) for table in scaled], unit
