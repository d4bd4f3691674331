"""T19, checked: how fast the weighted KL divergence to the equilibrium falls along the flow."""

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from certificates.kernel.claims import Solution
from certificates.kernel.document.coupling import Coupling
from certificates.kernel.document.metric import Metric, Vector
from certificates.kernel.document.reading import Document
from certificates.kernel.inequalities.equilibrium import half_widths
from certificates.kernel.inequalities.structural import structural_margin_holds
from certificates.kernel.jacobian.base import Jacobian, PolicyJacobian, Uncheckable
from certificates.kernel.numbers.intervals import PRECISION
from certificates.kernel.policies.policies import Policies
from games.markov.tensors import Tensors
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
    ends = [
        (Fraction(x) - found.error * r, Fraction(x) + found.error * r)
        for x, r in zip(found.point, reach, strict=True)
    ]
    costs = []
    with flint.ctx.workprec(4 * PRECISION):
        for k, (low, high) in enumerate(ends):
            mates = np.flatnonzero(policies.mates[k]).tolist()
            rest = sum((_arb(ends[m][1]).exp() for m in mates if m != k), flint.arb(0))
            pair = 1 + _arb(low).exp()
            mass = Fraction(weights[policies.owners[k]]) * _below(pair / (pair + rest))
            for z, face, inside in (
                (low, region.lower[k], low > region.lower[k]),
                (high, region.upper[k], high < region.upper[k]),
            ):
                costs.append(mass * _divergence_below(z, face) if inside else Fraction(0))
    return max(min(costs), Fraction(0))


def _divergence_below(a: Fraction, b: Fraction) -> Fraction:
    """d(logistic a ‖ logistic b) = s(b) − s(a) − s'(a)(b − a) from below, s(x) = log(1 + e^x)."""
    x, y = _arb(a), _arb(b)
    return _below(_softplus(y) - _softplus(x) - _arb(b - a) / (1 + (-x).exp()))


def _softplus(x: Any) -> Any:
    return x.exp().log1p() if x < 0 else x + (-x).exp().log1p()


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
        total = np.moveaxis(tables[i] + tables[j], (i, j), (0, 1))
        largest = 0
        for a, b in combinations(range(actions[i]), 2):
            difference = total[a] - total[b]
            spread = np.array(difference.max(axis=0) - difference.min(axis=0), dtype=object)
            largest = max(largest, *spread.ravel().tolist())  # Python's integers: no overflow
        if largest:
            rows += [i, j]
            cols += [j, i]
            values += [Fraction(largest, 8 * unit) / weights[k] for k in (i, j)]
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return Coupling(np.array(rows, dtype=np.int64), np.array(cols, dtype=np.int64), array, count)


def _weighted(tensors: Tensors, weights: Sequence[Fraction]) -> tuple[list[NDArray[Any]], int]:
    """Each player's payoffs times its weight, as integers in one common unit (1/unit).

    Raises Uncheckable where the weights would make these too long.
    """
    if any(part.bit_length() > MAX_BITS for w in weights for part in w.as_integer_ratio()):
        raise Uncheckable(f"a weight has more than {MAX_BITS} bits")
    scaled = [
        [Fraction(float(v)) * w for v in payoffs.ravel()]
        for payoffs, w in zip(tensors.rewards[:, 0], weights, strict=True)
    ]
    unit = math.lcm(*(v.denominator for row in scaled for v in row))
    tables = []
    for row in scaled:
        table = np.empty(len(row), dtype=object)
        table[:] = [v.numerator * (unit // v.denominator) for v in row]
        tables.append(table.reshape(tensors.actions))
    return tables, unit
