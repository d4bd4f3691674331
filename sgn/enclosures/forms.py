"""What a block of J can be on a box, for the search: natural and affine forms.

The latter are tested at the corners of the box, or where those are many as a star. Polynomials
have Bernstein coefficients too.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np

from games.language.powers import powers
from games.symbolic import SymbolicGame
from sgn.enclosures.bernstein import MAX_MATRICES, Net, pays
from sgn.enclosures.intervals import Kernel, compile_intervals
from sgn.enclosures.moving import MovingKernel
from sgn.enclosures.polynomials import Expansion
from sgn.enclosures.slopes import Slopes
from sgn.quantities.quantities import Block, FloatArray

NATURAL, CORNERS, STAR, OUTSIDE, BERNSTEIN = 0, 1, 2, 3, 4
MAX_VERTICES = 10  # variables of a block up to which all vertices of its affine part are taken
ALL_VERTICES = 6  # variables of all of J up to which they are, instead of a star
EXPANSION = 10**5  # products of terms that the polynomials of one block may take
ALL_EXPANSIONS = 3 * 10**5  # those of all blocks


@final
@dataclass(frozen=True, eq=False)
class Enclosure:
    """J ∈ corners ± radius: matrices (B, V, p, q) whose hull, widened by (B, p, q), holds J.

    blame: (B, n), how much each side moves the entries.
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
class Forms:
    """The forms of one block (None: all of J) of a game, compiled once.

    centre: a point in the midst of the boxes, near which polynomials are expanded; else 0.
    late: whether to give up on the derivatives. slopes: those of the game's graph, if some are
    known from other blocks.
    """

    def __init__(
        self,
        game: SymbolicGame,
        block: Block,
        centre: tuple[float, ...] | None = None,
        late: Callable[[], bool] = lambda: False,
        slopes: Slopes | None = None,
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
        self._derivatives = slopes or Slopes(self._graph, late)
        part = [[self._along(g, col) for col in self._nodes[j]] for g in self._gradient(game)]
        self.shape = (len(part), len(part[0]))
        self._entries = [node for row in part for node in row]

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
            self._affine(point, point)
        return self

    @property
    def is_zero(self) -> bool:
        """Whether every entry is 0 by its very form."""
        return all(self._is_zero(node) for node in self._entries)

    @property
    def is_star(self) -> bool:
        """Whether :meth:`star` is to be used, not :meth:`corners`."""
        return self.block is None and len(self.used) > ALL_VERTICES

    @property
    def matrix_count(self) -> int:
        """Matrices a box that :meth:`corners` or :meth:`star` gives."""
        if self.is_star:
            return 1 + len(self.used)
        return 2 ** len(self.used) if self._has_corners else 1

    @property
    def box_entries(self) -> int:
        """Entries of the matrices that a box may take; half of the boxes are leaves."""
        further = 0 if self.net is None else self.net.matrices // 2
        return len(self._entries) * (self.matrix_count + further)

    @property
    def box_numbers(self) -> int:
        """Numbers that the affine forms of a box take, about."""
        return len(self._graph.needed(self._entries)) * (2 + len(self.used))

    @property
    def _has_corners(self) -> bool:
        return self.shape != (1, 1) and len(self.used) <= MAX_VERTICES

    @cached_property
    def used(self) -> list[int]:
        """The variables that the block is made of."""
        needed = set(self._graph.needed(self._entries))
        return [k for k, node in enumerate(self._nodes) if node in needed]

    def natural(self, low: FloatArray, high: FloatArray) -> Enclosure:
        """One interval evaluation of the entries."""
        bottom, top = self._natural(low, high)
        size = (len(low), 1, *self.shape)
        middle = bottom + (top - bottom) / 2
        radius = np.maximum(top - middle, middle - bottom).reshape(size)[:, 0]
        return Enclosure(middle.reshape(size), radius, np.zeros_like(low))

    def corners(self, low: FloatArray, high: FloatArray) -> Enclosure:
        """T30, at the corners of the boxes; one interval where those are many, or of a number."""
        star = self.star(low, high)
        corners, radius = star.centre[:, None], star.radius
        if not self._has_corners:
            radius = radius + np.abs(star.moves).sum(axis=1)
        else:
            for k in range(len(self.used)):
                move = star.moves[:, None, k]
                corners = np.concatenate([corners + move, corners - move], axis=1)
        return Enclosure(corners, radius, star.blame)

    def star(self, low: FloatArray, high: FloatArray) -> Star:
        """T30: affine forms of the entries."""
        terms, radius = self._affine(low, high)
        terms, blame = terms.reshape(*terms.shape[:2], *self.shape), np.zeros_like(low)
        blame[:, self.used] = np.abs(terms[:, 1:]).sum(axis=(2, 3))
        return Star(terms[:, 0], terms[:, 1:], radius.reshape(-1, *self.shape), blame)

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

    @cached_property
    def _natural(self) -> Kernel:
        return compile_intervals(self._graph, self._entries, self._names)

    @cached_property
    def _affine(self) -> MovingKernel:
        return MovingKernel(self._graph, self._entries, self._names, self.used)

    def _along(self, node: int, variable: int) -> int:
        return self._derivatives.of(node, variable)

    def _is_zero(self, node: int) -> bool:
        return self._graph.number(node) == 0
