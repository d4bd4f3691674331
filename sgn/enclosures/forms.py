"""What a block of J can be on a box, for the search: natural and second-order Taylor forms.

Of the latter there are two: vertices of the affine part, or where those are many a star.
Polynomials have Bernstein coefficients too."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np
from numpy.typing import NDArray

from games.language.powers import powers
from games.symbolic import SymbolicGame
from sgn.enclosures.bernstein import MAX_MATRICES, Net, pays
from sgn.enclosures.intervals import Kernel, compile_intervals
from sgn.enclosures.polynomials import Expansion
from sgn.enclosures.slopes import Slopes
from sgn.quantities.quantities import Block, FloatArray

NATURAL, TAYLOR, STAR, OUTSIDE, BERNSTEIN = 0, 1, 2, 3, 4
MAX_VERTICES = 10  # variables of a block up to which all vertices of its affine part are taken
ALL_VERTICES = 7  # variables of all of J up to which they are, instead of a star
MAX_STAR = 2**18  # numbers in a star
EXPANSION = 10**5  # products of terms that the polynomials of one block may take
ALL_EXPANSIONS = 3 * 10**5  # those of all blocks


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
@dataclass(frozen=True, eq=False)
class Star:
    """J ∈ centre + Σ_g t_g·moves_g ± radius, |t_g| ≤ 1: (B, p, q), (B, G, p, q), (B, p, q).

    blame: as of an Enclosure.
    """

    centre: FloatArray
    moves: FloatArray
    radius: FloatArray
    blame: FloatArray


@final
@dataclass(frozen=True, eq=False)
class _Affine:
    """Round the centres of boxes: values (B, E), moves (B, E, n) by each side, and doubt (B, E)."""

    values: FloatArray
    moves: FloatArray
    doubt: FloatArray
    reach: FloatArray


@final
class Forms:
    """The forms of one block (None: all of J) of a game, compiled once.

    centre: a point in the midst of the boxes, near which polynomials are expanded; else 0.
    late: whether to give up on the derivatives.
    """

    def __init__(
        self,
        game: SymbolicGame,
        block: Block,
        centre: tuple[float, ...] | None = None,
        late: Callable[[], bool] = lambda: False,
    ) -> None:
        slices = game.slices
        j = slice(None) if block is None else slices[block[1]]
        self.dimension = game.dimension
        self.block = block
        self.centre = centre or (0.0,) * game.dimension
        self._game = game
        self._graph = game.graph
        self._names = [v for player in game.players for v in player.variables]
        self._nodes = [self._graph.variable(name) for name in self._names]
        self._derivatives = Slopes(self._graph, late)
        part = [[self._along(g, col) for col in self._nodes[j]] for g in self._gradient(game)]
        self.shape = (len(part), len(part[0]))
        self._entries = [node for row in part for node in row]
        self._slopes = [self._slopes_of(node) for node in self._entries]

    def _slopes_of(self, node: int) -> list[int]:
        """∂node/∂x for every variable x; 0 at once where x is not in it."""
        reached, zero = set(self._graph.needed([node])), self._derivatives.zero
        return [self._along(node, x) if x in reached else zero for x in self._nodes]

    def _gradient(self, game: SymbolicGame) -> list[int]:
        """The block's entries of F, by the checker's derivatives where it comes from costs."""
        players = range(len(game.players)) if self.block is None else [self.block[0]]
        slices = game.slices
        if game.fields:
            return [
                game.stated[k][1] for i in players for k in range(slices[i].start, slices[i].stop)
            ]
        return [
            self._along(game.stated[i][1], row) for i in players for row in self._nodes[slices[i]]
        ]

    @cached_property
    def text(self) -> str:
        """The game, for workers elsewhere."""
        return json.dumps(self._game.document())

    def compiled(self) -> "Forms":
        """Itself, with all that is compiled on use; from now on it may be shared by threads."""
        point = np.zeros((1, self.dimension))
        with np.errstate(all="ignore"):
            self.natural(point, point)
            if self.net is not None:
                self.net.coefficients(point, point)
            if self.is_star:
                self.star(point, point)
            else:
                self.taylor(point, point)
        return self

    @property
    def is_zero(self) -> bool:
        """Whether every entry is 0 by its very form."""
        return all(self._is_zero(node) for node in self._entries)

    @property
    def is_star(self) -> bool:
        """Whether :meth:`star` is to be used, not :meth:`taylor`."""
        if self.block is not None or len(self.used) <= ALL_VERTICES:
            return False
        return (1 + self._move_count) * len(self._entries) <= MAX_STAR

    @property
    def matrix_count(self) -> int:
        """Matrices a box that :meth:`taylor` or :meth:`star` gives."""
        if self.is_star:
            return 1 + self._move_count
        return 2 ** len(self.used) if self._has_corners else 1

    @property
    def box_entries(self) -> int:
        """Entries of the matrices that a box may take; half of the boxes are leaves."""
        further = 0 if self.net is None else self.net.matrices // 2
        return len(self._entries) * (self.matrix_count + further)

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
        affine = self._affine(low, high)
        bottom, top = self._second_kernel(low, high)
        middle, radius, blame = affine.values, affine.doubt, np.zeros((count, n))
        if len(self._places):
            _, k, m = self._places.T
            area = affine.reach[:, k] * affine.reach[:, m]
            size_of = np.maximum(-bottom, top)
            # ½ δ_k², δ_k² between 0 and the area; δ_k δ_m between ± the area
            least = np.where(k == m, np.minimum(bottom, 0) / 2, -size_of) * area
            most = np.where(k == m, np.maximum(top, 0) / 2, size_of) * area
            wide = (most - least) / 2
            middle = middle + self._by_entry((least + most) / 2)
            radius = radius + self._by_entry(wide)
            blame = self._by_side(wide)
        corners, step = middle[:, None, :], affine.moves
        if not self._has_corners:
            radius = radius + np.abs(step).sum(axis=2)
            blame = blame + np.abs(step).sum(axis=1) * (len(self.used) > MAX_VERTICES)
        else:
            for k in self.used:
                move = step[:, None, :, k]
                corners = np.concatenate([corners + move, corners - move], axis=1)
        shape = (count, -1, *self.shape)
        return Enclosure(corners.reshape(shape), radius.reshape(count, *self.shape), blame)

    def star(self, low: FloatArray, high: FloatArray) -> Star:
        """The same, with the midpoints of the second derivatives as moves of their own."""
        count = len(low)
        affine = self._affine(low, high)
        bottom, top = self._second_kernel(low, high)
        e, k, m = self._places.T
        area = affine.reach[:, k] * affine.reach[:, m]
        move = np.where(k == m, area / 4, area) * (bottom + (top - bottom) / 2)
        wide = np.where(k == m, area / 2, area) * (top - bottom) / 2
        second = np.zeros((count, self._move_count - len(self.used), len(self._entries)))
        second[:, self._pairs, e] = move
        first = np.swapaxes(affine.moves[:, :, self.used], 1, 2)
        moves = np.concatenate([first, second], axis=1)
        return Star(
            (affine.values + self._by_entry(move * (k == m))).reshape(count, *self.shape),
            moves.reshape(count, -1, *self.shape),
            (affine.doubt + self._by_entry(wide)).reshape(count, *self.shape),
            self._by_side(wide + np.abs(move)),
        )

    @cached_property
    def net(self) -> Net | None:
        """The Bernstein coefficients; None unless the block is a polynomial of modest size."""
        if 2 ** len(self.used) > MAX_MATRICES:
            return None
        nodes = [self._nodes[k] for k in self.used]
        known = powers(self._graph, self._entries, nodes)
        if not pays([known.get(entry) for entry in self._entries]):
            return None
        blocks = 1 if self.block is None else len(self._game.players) ** 2
        work = min(EXPANSION, ALL_EXPANSIONS // blocks)
        entries = Expansion(self._graph, self._names, self.centre).of(self._entries, work)
        return Net(entries, np.array(self.centre)) if entries else None

    def _affine(self, low: FloatArray, high: FloatArray) -> _Affine:
        count, n = low.shape
        centre = low + (high - low) / 2
        reach = np.maximum(high - centre, centre - low)
        least, most = self._centre(centre, centre)
        values, doubt = least + (most - least) / 2, (most - least) / 2
        size = len(self._entries)
        moves = values[:, size:].reshape(count, size, n) * reach[:, None, :]
        unsure = doubt[:, size:].reshape(count, size, n) * reach[:, None, :]
        return _Affine(values[:, :size], moves, doubt[:, :size] + unsure.sum(axis=2), reach)

    def _by_entry(self, values: FloatArray) -> FloatArray:
        """Sums over the second derivatives of each entry: (B, places) to (B, entries)."""
        result = np.zeros((len(values), len(self._entries)))
        if len(self._places):
            e = self._places[:, 0]
            first = np.flatnonzero(np.diff(e, prepend=-1))  # the places stand entry by entry
            result[:, e[first]] = np.add.reduceat(values, first, axis=1)
        return result

    def _by_side(self, values: FloatArray) -> FloatArray:
        """Sums over the second derivatives along each side: (B, places) to (B, n)."""
        _, k, m = self._places.T
        result = np.zeros((len(values), self.dimension))
        for axis in self.used:
            result[:, axis] = values[:, k == axis].sum(axis=1) + values[:, m == axis].sum(axis=1)
        return result

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
    def _pairs(self) -> NDArray[np.int64]:
        """For each place the number of its pair k, m."""
        pairs = {pair: index for index, pair in enumerate(self._distinct)}
        return np.array([pairs[k, m] for _, k, m in self._second], dtype=np.int64)

    @cached_property
    def _distinct(self) -> list[tuple[int, int]]:
        return sorted({(k, m) for _, k, m in self._second})

    @property
    def _move_count(self) -> int:
        return len(self.used) + len(self._distinct)

    @cached_property
    def _second_kernel(self) -> Kernel:
        return compile_intervals(self._graph, list(self._second.values()), self._names)

    def _along(self, node: int, variable: int) -> int:
        return self._derivatives.of(node, variable)

    def _is_zero(self, node: int) -> bool:
        return self._graph.number(node) == 0
