"""The Jacobian of a nonlinear game on a box, enclosed leaf by leaf of the certificate's covers."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.claims import Claims
from certificates.kernel.document.reading import Document, decode_array, is_count, require_keys
from certificates.kernel.jacobian.base import Blocks, PolicyJacobian, Uncheckable
from certificates.kernel.jacobian.bernstein import in_the_midst
from certificates.kernel.jacobian.cover import BATCH, NATURAL, Leaves, Model, read_cover
from certificates.kernel.jacobian.plan import Plan
from certificates.kernel.jacobian.text import TEXT_KINDS, read_costs
from certificates.kernel.numbers.averages import Averages
from certificates.kernel.numbers.matrices import Ball
from certificates.kernel.numbers.stars import Star
from certificates.kernel.policies.policies import Policies
from certificates.kernel.shares import WHOLE, Part
from games.errors import InputError
from games.regions.region import Box, Region

PURPOSES = re.compile(
    r"domain|margin|euclidean_margin|lipschitz|cocoercivity|euler_best|euler_max|near_linear|bregman"
    r"|block [0-9]{1,6} [0-9]{1,6}",
    re.ASCII,
)
MAX_TOKENS = 2**25  # of all covers together
MAX_POLICIES = 2**22  # sides of the leaves on which policies are enclosed


@final
class EnclosedJacobian(PolicyJacobian):
    """J by natural, Taylor and Bernstein forms over covers of the region, one cover a purpose.

    Covers: "domain"; "block i j" for every pair that is not identically zero; and for all of J
    "margin", "euclidean_margin", "lipschitz", "cocoercivity", "euler_best", "euler_max"; "bregman".
    """

    constant = False

    def __init__(
        self,
        game: Document,
        region: Region | None,
        covers: dict[str, NDArray[Any]],
        part: Part = WHOLE,
    ) -> None:
        if game.get("kind") not in TEXT_KINDS:
            raise Uncheckable("only games given by text or by tensors can be enclosed")
        text = read_costs(game)
        if not isinstance(region, Box) or region.dimension != len(text.variables):
            raise Uncheckable("covers need a box of the game's dimension")
        self.sizes, self.symmetric = text.sizes, not text.field
        self._region, self._covers, self._part = region, covers, part
        owners = np.repeat(np.arange(len(text.sizes)), text.sizes).tolist()
        self._model = Model(
            text.graph,
            text.variables,
            owners,
            text.costs,
            field=text.field,
            centre=in_the_midst(*region.floats()),
        )
        ends = np.cumsum(text.sizes)
        self._slices = [slice(int(e) - s, int(e)) for e, s in zip(ends, text.sizes, strict=True)]

    def is_defined(self) -> bool:
        """Whether every cost is smooth on the region."""
        return self._model.costs_are_smooth(self._leaves("domain"))

    def each_block(self) -> Iterator[Blocks]:
        for i, rows in enumerate(self._slices):
            for j, cols in enumerate(self._slices):
                plan = self._model.plan(rows, cols)
                if i == j or not self._model.is_zero(plan):
                    for found in self._model.jacobians(self._leaves(f"block {i} {j}"), plan):
                        if isinstance(found, Star):
                            raise Uncheckable("a leaf of a block is a star; those are for all of J")
                        ball = found if isinstance(found, Ball) else found.every()
                        one = Ball(ball.mid[None], ball.rad[None])
                        yield Blocks(np.array([i]), np.array([j]), one, None, None)

    def each_whole(self, purpose: str) -> Iterator[Ball | Star | Averages]:
        yield from self._model.jacobians(self._leaves(purpose), self._whole)

    def each_reward(
        self, purpose: str, policies: Policies
    ) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64], Ball]]:
        leaves = self._leaves(purpose)
        if leaves.low.size > MAX_POLICIES or (leaves.form != NATURAL).any():
            raise Uncheckable(
                f"the cover for {purpose!r} has more than {MAX_POLICIES} sides or other leaves than"
                " of the natural form"
            )
        for start in range(0, len(leaves.form), BATCH):
            part = leaves.only(slice(start, start + BATCH))
            yield part.low, part.high, policies.rewards(part.low, part.high)

    @cached_property
    def _whole(self) -> Plan:
        everything = slice(0, sum(self.sizes))
        return self._model.plan(everything, everything)

    @property
    def leaf_count(self) -> int:
        """The leaves of all covers."""
        n = len(self._model.variables)
        return sum(int((tokens >= n).sum()) for tokens in self._covers.values())

    def _leaves(self, purpose: str) -> Leaves:
        if purpose not in self._covers:
            raise Uncheckable(f"the cover for {purpose!r} is missing")
        leaves = read_cover(self._covers[purpose], self._region)
        return leaves.only(self._part.of(len(leaves.form)))


def by_covers(claims: Claims, game: Document, part: Part) -> tuple[EnclosedJacobian | None, str]:
    """J, if every cost is smooth on every leaf of a cover of the region; and a word about it."""
    covers = read_covers(claims.evidence["covers"])
    jacobian = EnclosedJacobian(game, claims.region, covers, part)
    if not jacobian.is_defined():
        return None, "a cost may be undefined or not smooth somewhere on the region"
    return jacobian, f"enclosed over {len(covers)} covers, {jacobian.leaf_count} leaves"


def read_covers(value: Any) -> dict[str, NDArray[Any]]:
    """The covers of a certificate by purpose; raises InputError."""
    where = "evidence.covers"
    if not isinstance(value, dict):
        raise InputError(f"{where}: expected one array of tokens a purpose")
    for name in value:
        if not PURPOSES.fullmatch(name):
            raise InputError(f"{where}: no claim has the purpose {name[:40]!r}; remove it")
    _require_bounded(value, where)
    covers = {name: decode_array(tokens, f"{where}.{name[:40]}") for name, tokens in value.items()}
    if any(tokens.dtype.kind == "f" for tokens in covers.values()):
        raise InputError(f"{where}: expected rows of integers")
    return covers


def _require_bounded(covers: Document, where: str) -> None:
    """Raise InputError when the covers say that they hold too many tokens: nothing is unpacked."""
    total = 0
    for name, tokens in covers.items():
        at = f"{where}.{name[:40]}"
        shape = require_keys(tokens, at, {"dtype", "shape", "zlib64"})["shape"]
        if not isinstance(shape, list) or len(shape) != 1 or not is_count(shape[0]):
            raise InputError(f"{at}: the shape must be one size; expected a row of integers")
        total += shape[0]
    if total > MAX_TOKENS:
        raise InputError(f"{where}: {total} tokens; at most {MAX_TOKENS} can be checked")
