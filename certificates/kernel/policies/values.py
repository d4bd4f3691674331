"""The Jacobian of a game of policies over one cover, by its values."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.claims import Claims
from certificates.kernel.document.geometry import LOGIT_KINDS
from certificates.kernel.document.reading import Document, decode_array, is_count, require_keys
from certificates.kernel.jacobian.base import Blocks, PolicyJacobian, Uncheckable
from certificates.kernel.jacobian.cover import ENTRY, MAX_LEAVES, MAX_STAR, Leaves, read_cover
from certificates.kernel.numbers.affine import Form
from certificates.kernel.numbers.leaf_balls import joined, reshaped
from certificates.kernel.numbers.matrices import Ball, Floats
from certificates.kernel.numbers.stars import Star
from certificates.kernel.policies.enclosure import Enclosure
from certificates.kernel.policies.forms import policies_over
from certificates.kernel.policies.logit import read_policies_game
from certificates.kernel.policies.numbers import Numbers
from certificates.kernel.policies.policies import Policies
from certificates.kernel.shares import WHOLE, Part
from games import work
from games.errors import InputError
from games.language.number import float_enclosure
from games.markov.expressions import MAX_STATES
from games.markov.tensors import Tensors
from games.regions.region import Box, Region

FIELDS = ("fisher", "kakade")
MAX_HELD = 2**22  # numbers in the largest array of one batch of leaves
MAX_KEPT = 2**24  # numbers in the stars that are kept from one claim to the next
MAX_TABLE = 2**22  # numbers in a table of one leaf, with all its moves
MAX_ACTIONS = 16  # of one player: their second derivatives grow like the third power
CLAIMS = 12  # of which each goes through all leaves again
MAX_CORNERS = 6  # sides whose vertices are looked at, instead of a star
MAX_LOGITS = 10  # up to which a field at a point is read from its expressions
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
        self.sizes = self._tensors.sizes
        if not isinstance(region, Box) or region.dimension != sum(self.sizes):
            raise Uncheckable("covers need a box of the game's dimension")
        leaves = read_cover(cover, region)
        self.leaf_count = len(leaves.form)
        _require_bounded(self._tensors, self.leaf_count)
        self._leaves = leaves.only(part.of(self.leaf_count))

    def each_block(self) -> Iterator[Blocks]:
        ends = np.cumsum(self.sizes)
        slices = [slice(int(e) - s, int(e)) for e, s in zip(ends, self.sizes, strict=True)]
        for form in self._forms():
            ball = _corners(form) if self._has_corners else form.hull
            for i, rows in enumerate(slices):
                for j, cols in enumerate(slices):
                    one = ball[None, :, rows, cols]
                    yield Blocks(np.array([i]), np.array([j]), one, None, None)

    def each_whole(self, purpose: str) -> Iterator[Ball | Star]:
        for form in self._forms():
            if self._has_corners:
                yield _corners(form)
            else:
                centre = Ball(form.part[:, 0], form.rad)
                yield Star(centre, Ball.exact(form.part[:, 1:]))

    def each_reward(
        self, purpose: str, policies: Policies
    ) -> Iterator[tuple[Floats, Floats, Ball]]:
        weights = [self._tensors.entropy[i] for i in policies.owners]
        entropy = Ball.of(weights) * Ball.exact(np.eye(len(weights)))
        for leaves, form in zip(self._batches(), self._forms(), strict=True):
            hessian = policies.hessian(leaves.low, leaves.high)
            yield leaves.low, leaves.high, (entropy - form.hull) @ hessian

    @property
    def _has_corners(self) -> bool:
        return sum(self.sizes) <= MAX_CORNERS

    @cached_property
    def _numbers(self) -> Numbers:
        return Numbers.of(self._tensors, self._field)

    @cached_property
    def _kept(self) -> list[Form]:
        """J on all leaves, where that is not too much to keep."""
        return list(self._enclosed())

    def _forms(self) -> Iterator[Form]:
        n = sum(self.sizes)
        few = len(self._leaves.form) * (1 + n) * n * n <= MAX_KEPT
        return iter(self._kept) if few else self._enclosed()

    def _enclosed(self) -> Iterator[Form]:
        """J (K, 1 + n, n, n) on a batch of leaves after the other."""
        each = _enclosing_work(self._tensors)
        for leaves in self._batches():
            work.spend(len(leaves.form) * each, WHERE + ": {} leaves", len(leaves.form))
            policies = policies_over(self._tensors, leaves.low, leaves.high)
            yield Enclosure(self._numbers, policies).jacobian()

    def _batches(self) -> Iterator[Leaves]:
        batch = max(1, MAX_HELD // _numbers_held(self._tensors))
        for start in range(0, len(self._leaves.form), batch):
            yield self._leaves.only(slice(start, start + batch))


def _corners(form: Form) -> Ball:
    """The vertices of what is affine, each with the doubt: (K·2ⁿ, n, n)."""
    corners, n = Ball(form.part[:, 0], form.rad)[:, None], form.rad.shape[-1]
    for k in range(1, 1 + n):
        move = Ball.exact(form.part[:, k, None])
        corners = joined(corners + move, corners - move)
    return reshaped(corners, (n, n))


def needs_values(game: Document) -> bool:
    """Whether the game is one of policies that is too large to be written as expressions."""
    if game.get("kind") not in LOGIT_KINDS:
        return False
    _, tensors, field = read_policies_game(game)
    small = tensors.states <= MAX_STATES and sum(tensors.sizes) <= MAX_LOGITS
    return not small and field in FIELDS


def _of_policies(game: Document) -> tuple[Tensors, str]:
    if game.get("kind") not in LOGIT_KINDS:
        raise Uncheckable("only games of policies have values")
    _, tensors, field = read_policies_game(game)
    if field not in FIELDS:
        raise Uncheckable(f"the field {field!r} is not enclosed by values")
    return tensors, field


def _numbers_held(tensors: Tensors) -> int:
    """Numbers in the largest array of one leaf. Raises Uncheckable where they are too many."""
    n = sum(tensors.sizes)
    table = (1 + n) * tensors.transition.size
    star = (1 + n) * n * n
    if star > MAX_STAR or table > MAX_TABLE or max(tensors.actions) > MAX_ACTIONS:
        raise Uncheckable(
            f"a game of {n} logits, {max(tensors.actions)} actions and {tensors.transition.size}"
            " probabilities is too large to be enclosed by values"
        )
    return max(star, table) * (2**n if n <= MAX_CORNERS else 1)


def _enclosing_work(tensors: Tensors) -> float:
    """What enclosing J costs a leaf. Raises Uncheckable."""
    return 8 * ENTRY * _numbers_held(tensors) * len(tensors.actions) ** 2


def _require_bounded(tensors: Tensors, leaves: int) -> None:
    """Raise TooMuch where all claims on all leaves would take too long."""
    n = sum(tensors.sizes)
    claims = CLAIMS * (1 + n) * work.of_test(2 * n)
    work.look(
        leaves * (_enclosing_work(tensors) + claims), WHERE + ": {} leaves of {} logits", leaves, n
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
    """The cover of a certificate; raises InputError. Its size comes first."""
    tokens = require_keys(value, WHERE, {"cover"})["cover"]
    shape = require_keys(tokens, f"{WHERE}.cover", {"dtype", "shape", "zlib64"})["shape"]
    if not isinstance(shape, list) or len(shape) != 1 or not is_count(shape[0]):
        raise InputError(f"{WHERE}.cover: the shape must be one size")
    if shape[0] > 2 * MAX_LEAVES:
        raise InputError(f"{WHERE}: at most {MAX_LEAVES} leaves can be checked")
    cover = decode_array(tokens, f"{WHERE}.cover")
    if cover.dtype.kind == "f":
        raise InputError(f"{WHERE}.cover: expected a row of integers")
    return cover
