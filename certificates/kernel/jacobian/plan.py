"""What must be enclosed for a block of J: nodes of the game's graph."""

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True)
class Plan:
    """The nodes that enclose a block of J: entries, their slopes ∂_kJ, and ∂_k∂_mJ for m ≤ k."""

    shape: tuple[int, int]
    entries: list[int]
    slopes: list[dict[int, int]]
    second: list[dict[tuple[int, int], int]]

    @property
    def used(self) -> list[int]:
        """The variables on which the block depends."""
        return sorted({k for row in self.slopes for k in row})

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """The k and m ≤ k with a second derivative ∂_k∂_m of some entry."""
        return sorted({pair for row in self.second for pair in row})

    @property
    def moves(self) -> int:
        """Of a star: one a variable and one a pair."""
        return len(self.used) + len(self.pairs)

    @property
    def nodes(self) -> set[int]:
        """All of them."""
        first = {node for row in self.slopes for node in row.values()}
        return {*self.entries, *first, *(node for row in self.second for node in row.values())}
