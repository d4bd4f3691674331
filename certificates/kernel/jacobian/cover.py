"""Covers: a region cut into boxes by a split tree, each with a form of J.

A cover is a row of small integers in pre-order: a token k < n splits the side k at its midpoint,
n + f is a leaf of form f. Reading it is the proof that the leaves cover the region: the box, or the
ball in it without the leaves that are proved to lie outside.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.jacobian.outside import lie_outside
from certificates.kernel.numbers.matrices import Ball, Bools, Floats
from certificates.kernel.uncheckable import Uncheckable
from games import work
from games.regions.region import Box

NATURAL, CORNERS, STAR, OUTSIDE, BERNSTEIN = 0, 1, 2, 3, 4
FORMS = (NATURAL, CORNERS, STAR, BERNSTEIN)  # of J; a leaf outside the ball needs none
MAX_DEPTH = 50  # splits of one side: positions stay exact in binary64
MAX_LEAVES = 2_000_000
MAX_SIDES = 2**24  # sides of all boxes of a cover, those that are split counted too
TOKEN, SIDE = 5_000, 200  # operations of reading a token, and for each of its sides
BOX, BYTES = 150, 60  # held for a token and for each of its sides


@final
@dataclass(frozen=True)
class Leaves:
    """Boxes (K, n), rounded outward, and their forms."""

    low: Floats
    high: Floats
    form: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.form)

    def only(self, which: slice | Bools) -> "Leaves":
        """Some of them."""
        return Leaves(self.low[which], self.high[which], self.form[which])

    def parts(self, size: int) -> Iterator["Leaves"]:
        """So many at a time."""
        return (self.only(slice(k, k + size)) for k in range(0, len(self), size))


def read_cover(tokens: NDArray[np.int64], region: Box) -> Leaves:
    """The leaves of a cover that count; raises Uncheckable when they do not cover the region."""
    n = region.dimension
    if len(tokens) > 2 * MAX_LEAVES or len(tokens) * n > MAX_SIDES:
        raise Uncheckable(f"the cover has more than {MAX_LEAVES} leaves or {MAX_SIDES} sides")
    what = "evidence: a cover of {} tokens"
    work.spend(len(tokens) * (TOKEN + SIDE * n), what, len(tokens))
    work.hold(len(tokens) * (BOX + BYTES * n), what, len(tokens))
    stack = [(np.zeros(n), np.ones(n))]
    starts, widths, forms = [], [], []
    for token in tokens.tolist():
        if not stack:
            raise Uncheckable("the cover goes on after its last leaf")
        start, width = stack.pop()
        if 0 <= token < n:
            half = width.copy()
            half[token] /= 2
            if half[token] < 2.0**-MAX_DEPTH:
                raise Uncheckable(f"the cover splits one side more than {MAX_DEPTH} times")
            second = start.copy()
            second[token] += half[token]
            stack += [(second, half), (start, half)]
        elif n <= token <= n + BERNSTEIN:
            starts.append(start)
            widths.append(width)
            forms.append(token - n)
        else:
            raise Uncheckable(f"the cover holds the unknown token {token}")
    if stack or not forms:
        raise Uncheckable("the cover ends before every box has a leaf")
    leaves = _place(np.array(starts), np.array(widths), np.array(forms), region)
    return _inner(leaves, region) if (leaves.form == OUTSIDE).any() else leaves


def _inner(leaves: Leaves, region: Box) -> Leaves:
    """All but those outside the ball; raises Uncheckable unless they are, and some are left."""
    out = leaves.form == OUTSIDE
    if region.ball is None:
        raise Uncheckable("the cover leaves boxes out, and the region is no ball")
    if not lie_outside(region.ball, leaves.low[out], leaves.high[out]).all():
        raise Uncheckable("the cover leaves out a box that may meet the ball")
    if out.all():
        raise Uncheckable("the cover leaves out every box")
    return leaves.only(~out)


def _place(start: Floats, width: Floats, form: NDArray[np.int64], region: Box) -> Leaves:
    """Positions in [0, 1]^n to floats outside the exact boxes lower + (upper − lower)·position."""
    lower = Ball.of(list(region.lower))
    side = Ball.of([b - a for a, b in zip(region.lower, region.upper, strict=True)])
    first, last = (lower + side * Ball.exact(position) for position in (start, start + width))
    low = np.nextafter(first.mid - first.rad, -np.inf)
    high = np.nextafter(last.mid + last.rad, np.inf)
    bottom, top = region.floats()  # nothing is gained outside the region
    return Leaves(np.maximum(low, bottom), np.minimum(high, top), form)
