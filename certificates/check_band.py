"""Bands of weight ratios that carry witnesses (T4): points of a convex set, for any N players."""

from fractions import Fraction

import numpy as np

from certificates.check_structural import structural_margin_holds
from certificates.claims import Band, Claims, Coupling


def witnessed_band_holds(claims: Claims, band: Band) -> bool:
    """T4: the ratios lie between those of weights with the margin, or beyond them at an open end.

    {log w : α(w) ≥ a} is convex, so with two witnesses every ratio w_j/w_i between theirs is that
    of weights with the margin. Where i does not act on j, even through others, the weights of j
    and of all who act on it may be multiplied by any s ≥ 1: no |S_kl| grows, so α(w) does not fall.
    """
    i, j = band.players
    if band.margin < 0 or band.low < 0 or (band.high is not None and band.high < band.low):
        return False
    ratios = []
    for weights, vector in band.witnesses:
        if not structural_margin_holds(
            claims.curvature_lower, claims.coupling_upper, weights, vector, band.margin
        ):
            return False
        ratios.append(Fraction(weights[j]) / Fraction(weights[i]))
    if not ratios:
        return False
    L = claims.coupling_upper
    low_ok = min(ratios) <= band.low if band.low > 0 else not acts_on(L, j, i)
    high_ok = max(ratios) >= band.high if band.high is not None else not acts_on(L, i, j)
    return low_ok and high_ok


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
