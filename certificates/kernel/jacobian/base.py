"""The Jacobian of a game document, re-derived by the checker's own path."""

import abc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.numbers.matrices import Ball
from certificates.kernel.uncheckable import Uncheckable

MAX_DENSE = 2000  # dimensions of a dense Jacobian
TOGETHER = 2**19  # entries of dense matrices that are tested together


class Family(Protocol):
    """A set of matrices that J can be: a batch of balls, stars, or averages."""

    def satisfies(self, inequality: Callable[[Ball], Ball]) -> bool:
        """Whether S(J) ⪰ 0 for all of them; S is affine, given on balls of matrices."""

    def every(self) -> Ball:
        """Balls of matrices (V, p, q) of whose members all in the set are averages."""


@final
@dataclass(frozen=True)
class Blocks:
    """Blocks J_ij of one shape at the V vertices that matter: K blocks, shape (K, V, d_i, d_j)."""

    rows: NDArray[np.int64]
    cols: NDArray[np.int64]
    ball: Ball
    low: NDArray[Any] | None = None  # exact ends (K, V) of 1 × 1 blocks where they are known
    high: NDArray[Any] | None = None

    @classmethod
    def one(cls, row: int, col: int, ball: Ball) -> "Blocks":
        """One block, a ball (V, d_i, d_j)."""
        return cls(np.array([row]), np.array([col]), ball[None])


class Jacobian(abc.ABC):
    """J on the region, as sets of matrices that together hold every value it takes there."""

    sizes: tuple[int, ...]
    constant: bool
    symmetric: bool  # every J_ii is symmetric

    @abc.abstractmethod
    def each_block(self) -> Iterator[Blocks]:
        """The blocks that can differ from 0, and the diagonal ones. Raises Uncheckable."""

    @abc.abstractmethod
    def each_whole(self, purpose: str) -> Iterator[Family]:
        """All of J, cut as finely as the purpose needs. Raises Uncheckable."""


@final
@dataclass(frozen=True)
class ExactJacobian(Jacobian):
    """J constant, or multi-affine and taken at the vertices; `whole` only where not too large."""

    sizes: tuple[int, ...]
    constant: bool
    symmetric: bool
    blocks: tuple[Blocks, ...]
    whole: Ball | None

    def each_block(self) -> Iterator[Blocks]:
        yield from self.blocks

    def each_whole(self, purpose: str) -> Iterator[Ball]:
        if self.whole is None:
            raise Uncheckable("the Jacobian is too large to be dense")
        count, n, _ = self.whole.mid.shape
        batch = max(1, TOGETHER // n**2)
        for start in range(0, count, batch):
            yield self.whole[start : start + batch]


def repeated(whole: Ball, count: int) -> Ball:
    """One matrix, or a batch of one, at so many points."""
    return whole.on(lambda a: np.broadcast_to(a, (count, *a.shape[1:])))


def slices_of(sizes: tuple[int, ...]) -> list[slice]:
    """Where each player's variables stand."""
    ends = np.cumsum(sizes).tolist()
    return [slice(end - size, end) for end, size in zip(ends, sizes, strict=True)]
