"""The Jacobian of a nonlinear game on a box, enclosed leaf by leaf of the certificate's covers."""

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import product
from typing import Any

from numpy.typing import NDArray

from certificates.kernel.claims import Claims
from certificates.kernel.document.reading import Document, declared_bytes, decode_array
from certificates.kernel.jacobian.base import Blocks, Family, Jacobian, slices_of
from certificates.kernel.jacobian.bernstein import in_the_midst
from certificates.kernel.jacobian.cover import STAR, Leaves, read_cover
from certificates.kernel.jacobian.model import Block, Model
from certificates.kernel.jacobian.text import read_costs
from certificates.kernel.shares import WHOLE, Part
from certificates.kernel.uncheckable import Uncheckable
from games.errors import InputError
from games.regions.region import Box, Region

Covers = dict[str, NDArray[Any]]
PURPOSES = re.compile(
    r"domain|margin|euclidean_margin|lipschitz|cocoercivity|euler_best|euler_max|near_linear|bregman"
    r"|block [0-9]{1,6} [0-9]{1,6}",
    re.ASCII,
)
MAX_BYTES = 2**27  # of the tokens of all covers together


class EnclosedJacobian(Jacobian):
    """J by natural, affine and Bernstein forms over covers of the region, one cover a purpose.

    Covers: "domain"; "block i j" for every pair that is not identically zero; and for all of J
    "margin", "euclidean_margin", "lipschitz", "cocoercivity", "euler_best", "euler_max"; "bregman".
    """

    constant = False

    def __init__(
        self, game: Document, region: Region | None, covers: Covers, part: Part = WHOLE
    ) -> None:
        text = read_costs(game)
        if not isinstance(region, Box) or region.dimension != len(text.variables):
            raise Uncheckable("covers need a box of the game's dimension")
        self.sizes, self.symmetric = text.sizes, not text.field
        self._region, self._covers, self._part = region, covers, part
        self._model = Model(text, in_the_midst(*region.floats()))

    def is_defined(self) -> bool:
        """Whether every cost is smooth on the region."""
        return self._model.costs_are_smooth(self.leaves("domain"))

    def each_block(self) -> Iterator[Blocks]:
        for i, j, block in self._blocks:
            leaves = self.leaves(f"block {i} {j}")
            if (leaves.form == STAR).any():
                raise Uncheckable("a leaf of a block is a star; those are for all of J")
            for family in block.jacobians(leaves):
                yield Blocks.one(i, j, family.every())

    def each_whole(self, purpose: str) -> Iterator[Family]:
        yield from self._whole.jacobians(self.leaves(purpose))

    @cached_property
    def _whole(self) -> Block:
        return self._model.block()

    @cached_property
    def _blocks(self) -> list[tuple[int, int, Block]]:
        """Those that are not zero, and the diagonal ones."""
        pairs = product(enumerate(slices_of(self.sizes)), repeat=2)
        every = ((i, j, self._model.block(rows, cols)) for (i, rows), (j, cols) in pairs)
        return [(i, j, block) for i, j, block in every if i == j or not block.is_zero]

    @property
    def leaf_count(self) -> int:
        """The leaves of all covers."""
        n = sum(self.sizes)
        return sum(int((tokens >= n).sum()) for tokens in self._covers.values())

    def leaves(self, purpose: str) -> Leaves:
        """Those of one cover that are checked here. Raises Uncheckable."""
        if purpose not in self._covers:
            raise Uncheckable(f"the cover for {purpose!r} is missing")
        leaves = read_cover(self._covers[purpose], self._region)
        return leaves.only(self._part.of(len(leaves)))


def by_covers(
    claims: Claims, game: Document, part: Part, kind: type[EnclosedJacobian] = EnclosedJacobian
) -> tuple[EnclosedJacobian | None, str]:
    """J, if every cost is smooth on every leaf of a cover of the region; and a word about it."""
    covers = read_covers(claims.evidence["covers"])
    jacobian = kind(game, claims.region, covers, part)
    if not jacobian.is_defined():
        return None, "a cost may be undefined or not smooth somewhere on the region"
    return jacobian, f"enclosed over {len(covers)} covers, {jacobian.leaf_count} leaves"


def read_covers(value: Any) -> Covers:
    """The covers of a certificate by purpose; raises InputError, where they are large unread."""
    where = "evidence.covers"
    if not isinstance(value, dict):
        raise InputError(f"{where}: expected one array of tokens a purpose")
    for name in value:
        if not PURPOSES.fullmatch(name):
            raise InputError(f"{where}: no claim has the purpose {name[:40]!r}; remove it")
    arrays = (tokens for tokens in value.values() if isinstance(tokens, dict))
    if sum(map(declared_bytes, arrays)) > MAX_BYTES:
        raise InputError(f"{where}: at most {MAX_BYTES} bytes of tokens can be checked")
    covers = {name: decode_array(tokens, f"{where}.{name[:40]}") for name, tokens in value.items()}
    for name, tokens in covers.items():
        if tokens.dtype.kind == "f" or tokens.ndim > 1:
            raise InputError(f"{where}.{name[:40]}: expected a row of integers")
    return covers
