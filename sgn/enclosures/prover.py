"""Branch and bound: claims about a block of J on a box, proved leaf by leaf; gives the cover."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import final

import numpy as np
from numpy.typing import NDArray

from games.files.document import from_document
from games.regions.shapes import Box
from games.symbolic import SymbolicGame
from sgn.enclosures.bernstein import Net
from sgn.enclosures.forms import BERNSTEIN, CORNERS, NATURAL, OUTSIDE, STAR, Enclosure, Forms, Star
from sgn.quantities.claim import Claim
from sgn.quantities.effort import Effort
from sgn.quantities.inequalities import checker_scale, inequality, is_positive_definite, spread
from sgn.quantities.quantities import Block, FloatArray

Bools = NDArray[np.bool_]
Tokens = NDArray[np.int32]
Choices = NDArray[np.int64]  # one a box: a form, or a side to split
SPLIT = 1e-6  # parts equal eigenvalues, so that the checker finds the same vectors of them
ENTRIES = 2**20  # matrix entries held at once
BATCH = 2048  # boxes likewise: what one worker is sent
WORK = 2**26  # matrix entries that one proof may go through: some seconds
DEEPEST = 2.0**-48  # part of a side below which nothing is split


@final
@dataclass(frozen=True)
class Cushion:
    """What is left for the checker's rounding: of diagonal entries near 1, and of every move."""

    slack: float
    part: float


CUSHIONS = (Cushion(1e-10, 1e-6), Cushion(1e-8, 1e-5), Cushion(1e-6, 1e-4), Cushion(1e-4, 1e-2))


@final
@dataclass(frozen=True)
class Unproved:
    """The claims were not proved: the boxes used, and a point at the worst box left over."""

    boxes: int
    point: FloatArray


@final
@dataclass(frozen=True)
class Proved:
    """The cover, as the certificate carries it, and the boxes it took."""

    tokens: Tokens
    boxes: int


Test = Callable[[FloatArray, FloatArray], tuple[Choices, Choices]]


def prove(
    forms: Forms,
    box: Box,
    claims: Sequence[Claim],
    max_boxes: int,
    effort: Effort | None = None,
    end: float = np.inf,
    strictness: int = 0,
) -> Proved | Unproved:
    """Split the box until every claim holds on every leaf; gives up at max_boxes or at the end.

    effort: workers and the clock of the run; the batches, and so the cover, are the same for any.
    strictness: how many times the checker has refused the claims, each with a larger cushion.
    """
    per_box = forms.box_entries
    budget = max(64, min(max_boxes, WORK // per_box))
    effort = effort or Effort()
    bottom, top = box.floats()
    sides = np.where(top > bottom, top - bottom, 1.0)
    task = (forms.text, forms.block, forms.centre, sides, tuple(claims), CUSHIONS[strictness])

    def each(boxes: Sequence[tuple[FloatArray, FloatArray]]) -> Iterator[tuple[Choices, Choices]]:
        return effort.each(
            lambda *job: examine(forms, *job[3:]), _examine, [(*task, *ends) for ends in boxes]
        )

    batch = max(1, min(BATCH, ENTRIES // per_box))
    return _split(each, box, budget, batch, lambda: effort.late(end), effort.count)


def examine(
    forms: Forms,
    sides: FloatArray,
    claims: Sequence[Claim],
    cushion: Cushion,
    low: FloatArray,
    high: FloatArray,
) -> tuple[Choices, Choices]:
    """The form that proves the claims on each box (−1: none), and the side to split.

    sides: of the box that all of them are parts of. A side is to blame for what it moves, and in
    its share, by how wide it still is, for what does not move.
    """
    with np.errstate(all="ignore"):
        form, axis = np.full(len(low), -1), np.argmax(high - low, axis=1)
        if forms.is_star:
            star = forms.star(low, high)
            good, blame, doubt = hold_star(star, claims, cushion), star.blame, star.radius
        else:
            corners = forms.corners(low, high)
            good, blame, doubt = hold(corners, claims, cushion), corners.blame, corners.radius
        form[good] = STAR if forms.is_star else CORNERS
        wide = np.zeros_like(low)
        wide[:, forms.used] = ((high - low) / sides)[:, forms.used]
        blame = blame + wide / wide.sum(axis=1, keepdims=True) * doubt.sum(axis=(1, 2))[:, None]
        blame = np.where(np.isfinite(blame), blame, 0.0)
        axis = np.where(blame.max(axis=1) > 0, np.argmax(blame, axis=1), axis)
        rest = np.flatnonzero(~good)
        if len(rest):
            plain = hold(forms.natural(low[rest], high[rest]), claims, cushion)
            form[rest[plain]] = NATURAL
            rest = rest[~plain]
        if len(rest) and forms.net is not None:
            averaged = _hold_net(forms, forms.net, claims, cushion, low[rest], high[rest])
            form[rest[averaged]] = BERNSTEIN
    return form, axis


def _examine(
    text: str,
    block: Block,
    centre: tuple[float, ...],
    sides: FloatArray,
    claims: Sequence[Claim],
    cushion: Cushion,
    low: FloatArray,
    high: FloatArray,
) -> tuple[Choices, Choices]:
    """The same on a worker, which reads and compiles the game once."""
    with _COMPILING:
        forms = _forms(text, block, centre)
    return examine(forms, sides, claims, cushion, low, high)


_COMPILING = threading.Lock()  # a graph grows while its derivatives are compiled


@lru_cache(maxsize=256)
def _forms(text: str, block: Block, centre: tuple[float, ...]) -> Forms:
    return Forms(_game(text), block, centre).compiled()


@lru_cache(maxsize=4)
def _game(text: str) -> SymbolicGame:
    game = from_document(json.loads(text), "game")
    if not isinstance(game, SymbolicGame):
        raise TypeError(f"a {type(game).__name__} arrived; expected a SymbolicGame")
    return game


def split(
    test: Test, box: Box, max_boxes: int, batch: int, late: Callable[[], bool] = lambda: False
) -> Proved | Unproved:
    """The split tree of a test that accepts a box in some form, breadth first, until it is late."""
    return _split(lambda boxes: (test(*ends) for ends in boxes), box, max_boxes, batch, late)


def _split(
    each: Callable[[Sequence[tuple[FloatArray, FloatArray]]], Iterator[tuple[Choices, Choices]]],
    box: Box,
    max_boxes: int,
    batch: int,
    late: Callable[[], bool] = lambda: False,
    count: Callable[[int], None] = lambda boxes: None,
) -> Proved | Unproved:
    """Level by level, each cut into batches of one size; boxes outside a ball are left out."""
    n = box.dimension
    bottom, top = box.floats()
    ball = box.ball

    def place(part: FloatArray) -> FloatArray:
        [point] = box.pulled((bottom + (top - bottom) * part)[None])
        return np.asarray(point)

    start, width = np.zeros((1, n)), np.ones((1, n))
    tokens: list[Tokens] = []  # one row a level, parents in order; children follow in pairs
    boxes = 0
    while len(start):
        low = bottom + (top - bottom) * start
        high = np.minimum(bottom + (top - bottom) * (start + width), top)
        form, axis = np.full(len(start), OUTSIDE), np.zeros(len(start), np.int64)
        counted = np.flatnonzero(np.ones(len(start)) if ball is None else ~ball.outside(low, high))
        boxes += len(counted)
        first = counted[0] if len(counted) else 0
        if boxes > max_boxes:
            return Unproved(boxes, place(start[first] + width[first] / 2))
        parts = [counted[k : k + batch] for k in range(0, len(counted), batch)]
        jobs = [(low[part], high[part]) for part in parts]
        for part, found in zip(parts, each(jobs), strict=True):
            form[part], axis[part] = found
            count(len(found[0]))
            if late():
                return Unproved(boxes, place(start[first] + width[first] / 2))
        tokens.append(np.where(form >= 0, n + form, axis).astype(np.int32))
        left = np.flatnonzero(form < 0)
        if len(left) and width[left, axis[left]].min() < DEEPEST:
            k = left[np.argmin(width[left, axis[left]])]
            return Unproved(boxes, place(start[k] + width[k] / 2))
        start, width = _halves(start[left], width[left], axis[left])
    return Proved(_preorder(tokens, n), boxes)


def _halves(
    start: FloatArray, width: FloatArray, axis: NDArray[np.int64]
) -> tuple[FloatArray, FloatArray]:
    """Both halves of each box, side by side."""
    row = np.arange(len(start))
    half = width.copy()
    half[row, axis] /= 2
    second = start.copy()
    second[row, axis] += half[row, axis]
    pairs = np.stack([start, second], axis=1).reshape(-1, start.shape[1])
    return pairs, np.repeat(half, 2, axis=0)


def _preorder(levels: list[Tokens], n: int) -> Tokens:
    """The tokens of the tree in pre-order, from its levels."""
    sizes = np.ones(len(levels[-1]), np.int64)
    counts = [sizes]
    for level in reversed(levels[:-1]):
        size = np.ones(len(level), np.int64)
        inner = np.flatnonzero(level < n)
        size[inner] += counts[-1].reshape(-1, 2).sum(axis=1)
        counts.append(size)
    counts.reverse()
    result = np.empty(int(counts[0][0]), np.int32)
    place = np.zeros(1, np.int64)
    for depth, level in enumerate(levels):
        result[place] = level
        inner = np.flatnonzero(level < n)
        if len(inner):
            first = place[inner] + 1
            second = first + counts[depth + 1][::2]
            place = np.stack([first, second], axis=1).ravel()
    return result


def hold(enclosure: Enclosure, claims: Sequence[Claim], cushion: Cushion) -> Bools:
    """Whether every claim holds for all that the enclosure contains, box by box."""
    good: Bools = np.asarray(np.isfinite(enclosure.radius).all(axis=(1, 2)))
    good &= np.isfinite(enclosure.corners).all(axis=(1, 2, 3))
    for quantity, claim, _ in claims:
        left = np.flatnonzero(good)
        if not len(left):
            break
        J, R = enclosure.corners[left], enclosure.radius[left]
        S = inequality(quantity, claim, J)
        D = checker_scale(quantity, claim, S.shape[-1])
        S, scale = _balanced(S * D)
        T = (spread(quantity, claim, R) * D)[:, None] * scale
        loss = (1 + cushion.part) * T.sum(axis=-1) + cushion.slack
        good[left] = is_positive_definite(S - loss[..., None] * np.eye(S.shape[-1])).all(axis=1)
    return good


def hold_star(star: Star, claims: Sequence[Claim], cushion: Cushion) -> Bools:
    """The same for stars: one test each, in the eigenvectors of the centre.

    The centre, less what the radius can take, is diagonal there; every move counts entry by entry.
    """
    good: Bools = np.asarray(np.isfinite(star.radius).all(axis=(1, 2)))
    grown = 1 + cushion.part
    good &= np.isfinite(star.centre).all(axis=(1, 2)) & np.isfinite(star.moves).all(axis=(1, 2, 3))
    for quantity, claim, _ in claims:
        left = np.flatnonzero(good)
        if not len(left):
            break
        S = inequality(quantity, claim, star.centre[left])
        nothing = inequality(quantity, claim, np.zeros(star.centre.shape[1:]))
        moves = inequality(quantity, claim, star.moves[left]) - nothing
        D = checker_scale(quantity, claim, S.shape[-1])
        S, scale = _balanced(S * D)
        lost = grown * (spread(quantity, claim, star.radius[left]) * D * scale).sum(axis=-1)
        S = S - lost[..., None] * np.eye(S.shape[-1])
        Q = np.linalg.eigh(S + np.diag(np.linspace(0.0, SPLIT, S.shape[-1])))[1]
        T, eye = np.swapaxes(Q, -1, -2) @ S @ Q, np.eye(S.shape[-1])
        turned = np.swapaxes(Q, -1, -2)[:, None] @ (moves * D * scale[:, None]) @ Q[:, None]
        size = grown * np.abs(turned).sum(axis=1) + np.abs(T) * (1 - eye)
        good[left] = is_positive_definite((T - cushion.slack) * eye - size)
    return good


def _hold_net(
    forms: Forms,
    net: Net,
    claims: Sequence[Claim],
    cushion: Cushion,
    low: FloatArray,
    high: FloatArray,
) -> Bools:
    """The same for the averages of Bernstein coefficients."""

    def test(middle: FloatArray, reach: FloatArray) -> Bools:
        shape = (len(middle), *forms.shape)
        corners = middle.reshape(shape)[:, None]
        nothing = np.zeros((len(middle), forms.dimension))
        return hold(Enclosure(corners, reach.reshape(shape), nothing), claims, cushion)

    return net.satisfy(test, low, high)


def _balanced(S: FloatArray) -> tuple[FloatArray, FloatArray]:
    """S with its diagonal between ½ and 2, by a congruence with powers of two, and that factor."""
    _, exponent = np.frexp(np.diagonal(S, axis1=-2, axis2=-1))
    power = np.ldexp(1.0, -(exponent // 2))
    scale = power[..., :, None] * power[..., None, :]
    return S * scale, scale
