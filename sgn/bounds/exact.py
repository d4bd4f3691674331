"""Exact bounds: J constant, or multi-affine on a box, where the worst point is a vertex."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from games.game import Game, Structure
from games.language.number import float_enclosure
from games.numbered import names_of
from games.quadratic import QuadraticGame
from games.regions.region import Space
from games.regions.shapes import Region
from games.symbolic import SymbolicGame
from sgn.bounds.bounder import Bounder, Confirmation, block_quantities, collect, evaluate, jacobians
from sgn.bounds.bounds import Bounds
from sgn.quantities.claim import CannotBound, Claim, by_block, outward, worse, worst
from sgn.quantities.quantities import (
    Block,
    FloatArray,
    Quantity,
    eigenvalue_rounding,
    greatest_eigenvalue,
    least_eigenvalue,
    norm_rounding,
    spectral_norm,
)

BATCH_ENTRIES = 2**21  # floats held at once: 16 MiB
UNKNOWN = "the Jacobian is not known to be constant or multi-affine"
Indices = NDArray[np.int64]


@final
@dataclass(frozen=True)
class Exact(Bounder):
    """Exact evidence: every vertex that matters is looked at, and rounding is shaved off.

    max_vertices: the most vertices of one block. max_dimension: the largest n for which numbers
    of the whole Jacobian (n × n, dense) are computed. guard: error allowed for the evaluation of J
    itself, in units of the machine ε, where its entries are not known exactly.

    >>> from games.quadratic import QuadraticGame
    >>> from games.regions.region import Space
    >>> game = QuadraticGame(np.array([[1.0, 10.0], [0.05, 1.0]]), sizes=[1, 1])
    >>> Exact().block_bounds(game, Space(2)).coupling_upper.toarray()
    array([[ 0.  , 10.  ],
           [ 0.05,  0.  ]])
    """

    max_vertices: int = 2**16
    max_dimension: int = 2000
    guard: int = 64

    kind: ClassVar[str] = "exact"

    def require(self, game: Game, region: Region) -> None:
        """Raise CannotBound unless :meth:`block_bounds` can do this game on this region."""
        if game.structure is Structure.CONSTANT:
            return
        if game.structure is Structure.GENERAL:
            raise CannotBound("unsupported", UNKNOWN)
        players = range(len(game.players))
        for i in players:
            for j in players:
                self._axes(game, region, (i, j))

    def block_bounds(self, game: Game, region: Region) -> Bounds:
        self.require(game, region)
        if game.structure is Structure.CONSTANT:
            return _constant_bounds(game, self.guard)
        return collect(game, self.bound(game, region, block_quantities(game)), self.kind)

    def bound(self, game: Game, region: Region, quantities: Sequence[Quantity]) -> FloatArray:
        raw, rounding = self._extremes(game, region, quantities)
        pairs = zip(quantities, raw, rounding, strict=True)
        return np.array([outward(q, float(value), float(error)) for q, value, error in pairs])

    def confirm(self, game: Game, region: Region, claims: Sequence[Claim]) -> Confirmation:
        raw, _ = self._extremes(game, region, [quantity for quantity, *_ in claims])
        broken = tuple(
            (k, float(value))
            for k, ((quantity, claimed, *_), value) in enumerate(zip(claims, raw, strict=True))
            if worse(quantity, float(value), claimed)
        )
        blocks = {quantity.block for quantity, *_ in claims}
        counts = [2 ** len(self._axes(game, region, block)) for block in blocks]
        evidence = {
            "kind": self.kind,
            "structure": game.structure.value,
            "vertices": max(counts, default=1),
        }
        return Confirmation(evidence, broken)

    def _extremes(
        self, game: Game, region: Region, quantities: Sequence[Quantity]
    ) -> tuple[FloatArray, FloatArray]:
        """Worst computed value of each quantity over its vertices, and the size of its error."""
        raw = np.array([-np.inf if q.upper else np.inf for q in quantities])
        rounding = np.zeros(len(quantities))
        entries = float(_entry_errors(game, self.guard).max())
        for block, members in by_block(quantities).items():
            axes = self._axes(game, region, block)
            self._require_dense(game, block)
            for points in _vertices(game, region, axes, block):
                J = jacobians(game, points, block, "numerical")
                for m in members:
                    values = evaluate(quantities[m], J)
                    value = float(values[worst(quantities[m], values)])
                    if worse(quantities[m], value, float(raw[m])):
                        raw[m] = value
                    rounding[m] = max(rounding[m], quantities[m].rounding(J, entries))
        return raw, rounding

    def _axes(self, game: Game, region: Region, block: Block) -> tuple[int, ...]:
        """The free sides that J (or the block) depends on. Raises CannotBound."""
        if game.structure is Structure.CONSTANT:
            return ()
        if game.structure is Structure.GENERAL:
            raise CannotBound("unsupported", UNKNOWN)
        if isinstance(region, Space):
            raise CannotBound(
                "unsupported", "the Jacobian is not constant; give a box as the region"
            )
        axes = tuple(sorted(variables_of(game, block).intersection(region.free)))
        if 2 ** len(axes) > self.max_vertices:
            where = "the Jacobian" if block is None else f"the block {block} of the Jacobian"
            raise CannotBound(
                "too-large",
                f"{where} depends on {len(axes)} variables, which makes 2^{len(axes)} vertices;"
                f" at most {self.max_vertices} are looked at",
            )
        return axes

    def _require_dense(self, game: Game, block: Block) -> None:
        if block is None and game.dimension > self.max_dimension:
            raise CannotBound(
                "too-large",
                f"the whole Jacobian has {game.dimension} rows;"
                f" at most {self.max_dimension} are done densely",
            )


def variables_of(game: Game, block: Block) -> set[int]:
    """Indices of the variables that J (or the block) may depend on."""
    if block is not None:
        return set(game.block_variables(*block))
    players = range(len(game.players))
    return {k for i in players for j in players for k in game.block_variables(i, j)}


def _vertices(
    game: Game, region: Region, axes: Sequence[int], block: Block
) -> Iterator[FloatArray]:
    """The 2^|axes| vertices in batches (k, n), ends rounded outward; zero stands for all of R^n."""
    n = game.dimension
    if isinstance(region, Space):
        low = high = np.zeros(n)
    else:
        low, high = region.floats()
    rows, columns = (n, n) if block is None else (game.sizes[block[0]], game.sizes[block[1]])
    chosen, count = np.asarray(axes, dtype=np.int64), 2 ** len(axes)
    batch = max(1, BATCH_ENTRIES // max(n, rows * columns))
    for start in range(0, count, batch):
        index = np.arange(start, min(start + batch, count))
        bits = (index[:, None] >> np.arange(len(axes))) & 1
        points = np.tile(low, (len(index), 1))
        points[:, chosen] = np.where(bits == 1, high[chosen], low[chosen])
        yield points


def _constant_bounds(game: Game, guard: int) -> Bounds:
    """Block bounds of a constant J in O(nonzeros), all blocks of one shape together."""
    N = len(game.players)
    mu, upper = np.zeros(N), np.zeros(N)
    parts = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
    for i, j, J, entries in _blocks(game, guard):
        own, other = i == j, i != j
        with np.errstate(all="ignore"):
            if np.any(own):
                error = eigenvalue_rounding(J[own], entries[own])
                mu[i[own]] = least_eigenvalue(J[own]) - error
                upper[i[own]] = greatest_eigenvalue(J[own]) + error
            norm = spectral_norm(J[other]) + norm_rounding(J[other], entries[other])
        parts.append((i[other], j[other], norm))
    rows, columns, norms = (np.concatenate(column) for column in zip(*parts, strict=True))
    _require_computed(mu, upper, norms)
    L = sparse.csr_array((norms, (rows, columns)), shape=(N, N))
    names = names_of(game.players)
    return Bounds(names, mu, upper, L, Exact.kind, game.symmetric)


def _blocks(game: Game, guard: int) -> Iterator[tuple[Indices, Indices, FloatArray, FloatArray]]:
    """The nonzero blocks of a constant J: players i, j (k,), matrices (k, p, q), entry errors."""
    rows, columns, values = _nonzeros(game)
    errors = np.broadcast_to(_entry_errors(game, guard), (game.dimension, game.dimension))
    sizes = np.asarray(game.sizes, dtype=np.int64)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    inside = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    key = owner[rows] * len(sizes) + owner[columns]
    order = np.argsort(key, kind="stable")
    rows, columns, values = rows[order], columns[order], values[order]
    keys, first, spans = np.unique(key[order], return_index=True, return_counts=True)
    i, j = keys // len(sizes), keys % len(sizes)
    for p, q, members in _batches(sizes[i], sizes[j]):
        length = spans[members]
        slot = np.repeat(np.arange(len(members)), length)
        offset = np.arange(len(slot)) - np.repeat(np.cumsum(length) - length, length)
        entry = first[members][slot] + offset
        J = np.zeros((len(members), p, q))
        J[slot, inside[rows[entry]], inside[columns[entry]]] = values[entry]
        error = np.zeros(len(members))
        np.maximum.at(error, slot, errors[rows[entry], columns[entry]])
        yield i[members], j[members], J, error


def _require_computed(*results: FloatArray) -> None:
    if not all(np.all(np.isfinite(result)) for result in results):
        raise CannotBound(
            "numerical", "an eigenvalue or norm overflowed; rescale the variables or the costs"
        )


def _nonzeros(game: Game) -> tuple[Indices, Indices, FloatArray]:
    """Rows, columns and values of a constant J, without a dense matrix where the game has none."""
    if isinstance(game, QuadraticGame):
        stored = sparse.coo_array(game.matrix)
        rows, columns = stored.coords
        return rows.astype(np.int64), columns.astype(np.int64), np.asarray(stored.data, dtype=float)
    J = jacobians(game, np.zeros((1, game.dimension)), None, "numerical")[0]
    row_index, column_index = (index.astype(np.int64) for index in np.nonzero(J))
    return row_index, column_index, J[row_index, column_index]


def _entry_errors(game: Game, guard: int) -> FloatArray:
    """Relative errors of the entries of J in units of ε: (n, n), or (1, 1) where all have one."""
    if isinstance(game, QuadraticGame):
        return np.zeros((1, 1))
    if isinstance(game, SymbolicGame) and game.structure is Structure.CONSTANT:
        numbers = [[game.graph.number(node) for node in row] for row in game.jacobian_nodes]
        return np.array([[_entry_error(v, guard) for v in row] for row in numbers])
    return np.full((1, 1), float(guard))


def _entry_error(number: Fraction | None, guard: int) -> float:
    """Of one rounding at most where the number is known, else of an evaluation."""
    return float(guard) if number is None else float(not _is_float(number))


def _is_float(value: Fraction) -> bool:
    low, high = float_enclosure(value)
    return low == high


def _batches(p: Indices, q: Indices) -> Iterator[tuple[int, int, Indices]]:
    """(p, q, indices of blocks of that shape), few enough at once to fit in memory."""
    shapes, place = np.unique(p * (q.max(initial=0) + 1) + q, return_inverse=True)
    for shape in range(len(shapes)):
        members = np.flatnonzero(place == shape)
        height, width = p[members[0]], q[members[0]]
        batch = max(1, BATCH_ENTRIES // int(height * width))
        for start in range(0, len(members), batch):
            yield int(height), int(width), members[start : start + batch]
