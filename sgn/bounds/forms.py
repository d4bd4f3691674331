"""What a block of J can be on a box, for the search: natural and second-order Taylor forms."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.check_derivative import Derivatives
from games.symbolic import SymbolicGame
from sgn.bounds.quantities import Block, FloatArray
from sgn.intervals import Kernel, compile_intervals

NATURAL, TAYLOR = 0, 1
MAX_VERTICES = 10  # variables of a block up to which all vertices of its affine part are taken


@final
@dataclass(frozen=True, eq=False)
class Enclosure:
    """J ∈ corners ± radius: matrices (B, V, p, q) whose hull, widened by (B, p, q), holds J.

    blame: (B, n), how much each side's width adds to the radius.
    """

    corners: FloatArray
    radius: FloatArray
    blame: FloatArray


@final
class Forms:
    """The two forms of one block (None: all of J) of a game, compiled once."""

    def __init__(self, game: SymbolicGame, block: Block) -> None:
        slices = game.slices
        i, j = (slice(None), slice(None)) if block is None else (slices[block[0]], slices[block[1]])
        self.dimension = game.dimension
        self.block = block
        self._game = game
        self._graph = game.graph
        self._names = [v for player in game.players for v in player.variables]
        self._nodes = [self._graph.variable(name) for name in self._names]
        # The checker's derivatives: with others a leaf that is proved here may be too wide there.
        self._derivatives = Derivatives(self._graph)
        owners = [
            cost
            for cost, own in zip(game.cost_nodes, slices, strict=True)
            for _ in self._nodes[own]
        ]
        costs = list(zip(owners, self._nodes, strict=True))[i]
        part = [
            [self._along(self._along(cost, row), col) for col in self._nodes[j]]
            for cost, row in costs
        ]
        self.shape = (len(part), len(part[0]))
        self._entries = [node for row in part for node in row]
        self._slopes = [[self._along(node, x) for x in self._nodes] for node in self._entries]

    @cached_property
    def text(self) -> str:
        """The game, for workers elsewhere."""
        return json.dumps(self._game.document())

    def compiled(self) -> "Forms":
        """Itself, with all that is compiled on use; from now on it may be shared by threads."""
        point = np.zeros((1, self.dimension))
        with np.errstate(all="ignore"):
            self.natural(point, point)
            self.taylor(point, point)
        return self

    @property
    def is_zero(self) -> bool:
        """Whether every entry is 0 by its very form."""
        return all(self._is_zero(node) for node in self._entries)

    @property
    def corner_count(self) -> int:
        """Matrices a box that :meth:`taylor` gives."""
        return 2 ** len(self.used) if self._has_corners else 1

    @property
    def second_count(self) -> int:
        """Second derivatives of the entries that are not zero."""
        return len(self._second)

    @property
    def _has_corners(self) -> bool:
        return self.shape != (1, 1) and len(self.used) <= MAX_VERTICES

    @cached_property
    def used(self) -> list[int]:
        """The variables on which the block depends."""
        every = range(self.dimension)
        return [k for k in every if any(not self._is_zero(row[k]) for row in self._slopes)]

    def natural(self, low: FloatArray, high: FloatArray) -> Enclosure:
        """One interval evaluation of the entries."""
        bottom, top = self._natural(low, high)
        size = (len(low), 1, *self.shape)
        middle = bottom + (top - bottom) / 2
        radius = np.maximum(top - middle, middle - bottom).reshape(size)[:, 0]
        return Enclosure(middle.reshape(size), radius, np.zeros_like(low))

    def taylor(self, low: FloatArray, high: FloatArray) -> Enclosure:
        """Value and slopes at the centre, the second derivatives over the box."""
        count, n = low.shape
        centre = low + (high - low) / 2
        reach = np.maximum(high - centre, centre - low)
        least, most = self._centre(centre, centre)
        values, doubt = least + (most - least) / 2, (most - least) / 2
        size = len(self._entries)
        middle, slopes = values[:, :size], values[:, size:].reshape(count, size, n)
        step = slopes * reach[:, None, :]
        bottom, top = self._second_kernel(low, high)
        unsure = doubt[:, size:].reshape(count, size, n) * reach[:, None, :]
        radius, blame = doubt[:, :size] + unsure.sum(axis=2), np.zeros((count, n))
        if len(self._places):
            e, k, m = self._places.T
            area = reach[:, k] * reach[:, m]
            size_of = np.maximum(-bottom, top)
            # ½ δ_k², δ_k² between 0 and the area; δ_k δ_m between ± the area
            least = np.where(k == m, np.minimum(bottom, 0) / 2, -size_of) * area
            most = np.where(k == m, np.maximum(top, 0) / 2, size_of) * area
            wide = (most - least) / 2
            first = np.flatnonzero(np.diff(e, prepend=-1))  # the places stand entry by entry
            middle = middle.copy()
            middle[:, e[first]] += np.add.reduceat((least + most) / 2, first, axis=1)
            radius[:, e[first]] += np.add.reduceat(wide, first, axis=1)
            for axis in self.used:
                blame[:, axis] = wide[:, k == axis].sum(axis=1) + wide[:, m == axis].sum(axis=1)
        corners = middle[:, None, :]
        if not self._has_corners:
            radius = radius + np.abs(step).sum(axis=2)
            blame = blame + np.abs(step).sum(axis=1) * (len(self.used) > MAX_VERTICES)
        else:
            for k in self.used:
                move = step[:, None, :, k]
                corners = np.concatenate([corners + move, corners - move], axis=1)
        shape = (count, -1, *self.shape)
        return Enclosure(corners.reshape(shape), radius.reshape(count, *self.shape), blame)

    @cached_property
    def _natural(self) -> Kernel:
        return compile_intervals(self._graph, self._entries, self._names)

    @cached_property
    def _centre(self) -> Kernel:
        flat = [node for row in self._slopes for node in row]
        return compile_intervals(self._graph, [*self._entries, *flat], self._names)

    @cached_property
    def _second(self) -> dict[tuple[int, int, int], int]:
        """(entry, k, m ≤ k) → node of ∂_k∂_m of the entry, where it is not zero."""
        found = {}
        for e, row in enumerate(self._slopes):
            for k in self.used:
                if not self._is_zero(row[k]):
                    for m in range(k + 1):
                        node = self._along(row[k], self._nodes[m])
                        if not self._is_zero(node):
                            found[e, k, m] = node
        return found

    @cached_property
    def _places(self) -> NDArray[np.int64]:
        return np.array(list(self._second), dtype=np.int64).reshape(-1, 3)

    @cached_property
    def _second_kernel(self) -> Kernel:
        return compile_intervals(self._graph, list(self._second.values()), self._names)

    def _along(self, node: int, variable: int) -> int:
        return self._derivatives.of(node, variable)

    def _is_zero(self, node: int) -> bool:
        return self._graph.number(node) == 0
