"""Bands of weight ratios that carry witnesses (T4): points of a convex set, for any N players."""

import numpy as np

from certificates.kernel.document.claims import Band, Claims, Coupling
from certificates.kernel.inequalities.structural import structural_margin_holds


def witnesses_hold(claims: Claims, band: Band) -> bool:
    """T4: every witness is a point of {w : α(w) ≥ a}, by T2's test.

    {log w : α(w) ≥ a} is convex, so with two witnesses every ratio w_j/w_i between theirs is that
    of weights with the margin. Where i does not act on j, even through others, the weights of j
    and of all who act on it may be multiplied by any s ≥ 1: no |S_kl| grows, so α(w) does not fall.
    """
    return all(
        structural_margin_holds(
            claims.curvature_lower, claims.coupling_upper, weights, vector, band.margin
        )
        for weights, vector in band.witnesses
    )


def acts_on(L: Coupling, source: int, target: int) -> bool:
    """Whether a player acts on another, directly or through others."""
    present = L.values > 0
    rows, cols = L.rows[present], L.cols[present]
    order = np.argsort(rows, kind="stable")
    rows, cols = rows[order], cols[order]
    reached, stack = {target}, [target]
    while stack:
        first, last = np.searchsorted(rows, [stack[-1], stack.pop() + 1])
        for k in cols[first:last].tolist():
            if k == source:
                return True
            if k not in reached:
                reached.add(k)
                stack.append(k)
    return False
