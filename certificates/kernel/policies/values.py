"""The Jacobian of a game of policies over one cover, by its values."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.claims import Claims
from certificates.kernel.document.geometry import LOGIT_KINDS
from certificates.kernel.document.reading import Document, decode_array, require_keys
from certificates.kernel.jacobian.base import Blocks
from certificates.kernel.jacobian.cover import read_cover
from certificates.kernel.numbers.affine import Form
from certificates.kernel.numbers.matrices import Ball, Floats
from certificates.kernel.policies.base import PolicyJacobian
from certificates.kernel.policies.enclosure import (
    MAX_CORNERS,
    Enclosure,
    batch_of,
    enclosing_work,
    enclosures,
)
from certificates.kernel.policies.forms import policies_over
from certificates.kernel.policies.logit import read_policies_game
from certificates.kernel.policies.numbers import Numbers
from certificates.kernel.policies.policies import Policies
from certificates.kernel.shares import WHOLE, Part
from certificates.kernel.uncheckable import Uncheckable
from games import work
from games.errors import InputError
from games.language.number import float_enclosure
from games.markov.tensors import Tensors
from games.regions.region import Box, Region

FIELDS = ("fisher", "kakade")
MAX_KEPT = 2**24  # numbers in the stars of all leaves
CLAIMS = 12  # of which each goes through all leaves again
WHERE = "evidence.values"


@final
class ValuesJacobian(PolicyJacobian):
    """J of a natural-gradient field as one star a leaf; every claim is tested on the same leaves.

    Raises Uncheckable or InputError.
    """

    constant, symmetric = False, False

    def __init__(
        self, game: Document, region: Region | None, cover: NDArray[np.int64], part: Part = WHOLE
    ) -> None:
        self._tensors, self._field = _of_policies(game)
        self.sizes, n = self._tensors.sizes, sum(self._tensors.sizes)
        if not isinstance(region, Box) or region.dimension != n:
            raise Uncheckable("covers need a box of the game's dimension")
        leaves = read_cover(cover, region)
        self.leaf_count = len(leaves.form)
        if self.leaf_count * (1 + n) * n * n > MAX_KEPT:
            raise Uncheckable(f"the stars on all leaves hold more than {MAX_KEPT} numbers")
        _require_bounded(self._tensors, self.leaf_count)
        self._leaves = leaves.only(part.of(self.leaf_count))

    def each_block(self) -> Iterator[Blocks]:
        ends = np.cumsum(self.sizes)
        slices = [slice(int(e) - s, int(e)) for e, s in zip(ends, self.sizes, strict=True)]
        for form in self._forms:
            ball = form.every() if self._has_corners else form.hull
            for i, rows in enumerate(slices):
                for j, cols in enumerate(slices):
                    one = ball[None, :, rows, cols]
                    yield Blocks(np.array([i]), np.array([j]), one, None, None)

    def each_whole(self, purpose: str) -> Iterator[Ball | Form]:
        for form in self._forms:
            yield form.every() if self._has_corners else form

    def each_reward(
        self, purpose: str, policies: Policies
    ) -> Iterator[tuple[Floats, Floats, Ball]]:
        batch = batch_of(self._tensors)
        for start in range(0, len(self._leaves.form), batch):
            part = self._leaves.only(slice(start, start + batch))
            yield part.low, part.high, policies.rewards(part.low, part.high)

    @property
    def _has_corners(self) -> bool:
        return sum(self.sizes) <= MAX_CORNERS

    @cached_property
    def _forms(self) -> list[Form]:
        """J (K, 1 + n, n, n) on a batch of leaves after the other."""
        numbers, leaves = Numbers.of(self._tensors, self._field), self._leaves
        return [e.jacobian() for e in enclosures(numbers, self._tensors, leaves.low, leaves.high)]


def _of_policies(game: Document) -> tuple[Tensors, str]:
    if game.get("kind") not in LOGIT_KINDS:
        raise Uncheckable("only games of policies have values")
    _, tensors, field = read_policies_game(game)
    if field not in FIELDS:
        raise Uncheckable(f"the field {field!r} is not enclosed by values")
    return tensors, field


def _require_bounded(tensors: Tensors, leaves: int) -> None:
    """Raise TooMuch where all claims on all leaves would take too long."""
    n = sum(tensors.sizes)
    claims = CLAIMS * (1 + n) * work.of_test(2 * n)
    work.look(
        leaves * (enclosing_work(tensors) + claims), WHERE + ": {} leaves of {} logits", leaves, n
    )


# ---- at a point ----------------------------------------------------------------------------------


def field_at(game: Document, point: Sequence[Fraction]) -> Ball:
    """An enclosure (n,) of G at a point. Raises Uncheckable or InputError."""
    return _at(game, [point]).field().hull[0]


def jacobians_of(game: Document, points: Sequence[Sequence[Fraction]]) -> Ball:
    """Enclosures (K, n, n) of J at points. Raises Uncheckable or InputError."""
    return _at(game, points).jacobian().hull


def _at(game: Document, points: Sequence[Sequence[Fraction]]) -> Enclosure:
    """On the smallest boxes of binary64 numbers round the points."""
    tensors, field = _of_policies(game)
    _require_bounded(tensors, len(points))
    ends = np.array([[float_enclosure(v) for v in x] for x in points])
    policies = policies_over(tensors, ends[..., 0], ends[..., 1])
    return Enclosure(Numbers.of(tensors, field), policies)


# ---- the evidence in a certificate ---------------------------------------------------------------


def by_values(claims: Claims, game: Document, part: Part) -> tuple[ValuesJacobian, str]:
    """J by the values of all policies of each leaf; and a word about it."""
    jacobian = ValuesJacobian(game, claims.region, read_values(claims.evidence["values"]), part)
    return jacobian, f"enclosed by values over one cover, {jacobian.leaf_count} leaves"


def read_values(value: Any) -> NDArray[np.int64]:
    """The cover of a certificate; raises InputError."""
    cover = decode_array(require_keys(value, WHERE, {"cover"})["cover"], f"{WHERE}.cover")
    if cover.dtype.kind == "f" or cover.ndim != 1:
        raise InputError(f"{WHERE}.cover: expected a row of integers")
    return cover
