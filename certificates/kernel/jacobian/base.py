"""The Jacobian of a game document, re-derived by the checker's own path (evidence exact)."""

import abc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.coupling import read_sparse
from certificates.kernel.document.player_sizes import MAX_SIZE, counted_sizes
from certificates.kernel.document.reading import (
    Document,
    decode_array,
    is_count,
    require_keys,
    vector,
)
from certificates.kernel.jacobian.polynomial import (
    NotPolynomial,
    Polynomial,
    derivatives,
    polynomial_of,
)
from certificates.kernel.jacobian.text import WHERE, check_head, read_costs
from certificates.kernel.numbers.averages import Averages
from certificates.kernel.numbers.matrices import Ball
from certificates.kernel.numbers.stars import Star
from games import work
from games.errors import InputError
from games.language.number import float_enclosure
from games.regions.region import Box, Region

if TYPE_CHECKING:
    from certificates.kernel.policies.policies import Policies

MAX_VERTICES = 2**16
MAX_DENSE = 2000  # dimensions of a dense Jacobian
MAX_ENTRIES = 2**24  # of all dense matrices of one test, or of all blocks at their vertices
PART = 2**20  # entries of a constant Jacobian looked at together
MAX_BLOCK_ENTRIES = 10**8  # of all blocks of a Jacobian
FEW_ENTRIES, FILLED = 2**25, 4  # of such blocks, and how many more an entry that is not 0 allows
TOGETHER = 2**19  # entries of dense matrices that are tested together
CALL, NUMBER = 10_000, 30  # operations of a product of rows of balls, and for each number in them


class Uncheckable(Exception):
    """The checker cannot re-derive what evidence "exact" needs; the message says why."""


@final
@dataclass(frozen=True)
class Blocks:
    """Blocks J_ij of one shape at the V vertices that matter: K blocks, shape (K, V, d_i, d_j)."""

    rows: NDArray[np.int64]
    cols: NDArray[np.int64]
    ball: Ball
    low: NDArray[Any] | None  # exact ends (K, V) of 1 × 1 blocks where they are known
    high: NDArray[Any] | None


class Jacobian(abc.ABC):
    """J on the region, as sets of matrices that together hold every value it takes there."""

    sizes: tuple[int, ...]
    constant: bool
    symmetric: bool  # every J_ii is symmetric

    @abc.abstractmethod
    def each_block(self) -> Iterator[Blocks]:
        """The blocks that can differ from 0, and the diagonal ones. Raises Uncheckable."""

    @abc.abstractmethod
    def each_whole(self, purpose: str) -> Iterator[Ball | Star | Averages]:
        """All of J, (V, n, n), stars or averages at a time, cut as finely as the purpose needs.

        Raises Uncheckable.
        """


class PolicyJacobian(Jacobian):
    """J of a game of softmax policies, G = τz − R(p) in drop-one logits, over a cover (T19)."""

    @abc.abstractmethod
    def each_reward(
        self, purpose: str, policies: "Policies"
    ) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64], Ball]]:
        """Leaves of logits from low to high (K, n), with all that ∂R/∂p can be there, (K, n, n).

        Where J itself is enclosed, ∂R/∂p = (diag(τ) − J)H. Raises Uncheckable.
        """


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


def jacobian_of(game: Document, region: Region | None) -> ExactJacobian:
    """J from the game's document. Raises Uncheckable or InputError."""
    kind = game.get("kind")
    if kind == "quadratic":
        return quadratic(game)
    if kind == "symbolic":
        return _symbolic(game, region)
    raise Uncheckable(f"a game of kind {str(kind)[:40]!r} holds nothing that can be re-derived")


# ---- quadratic games: the matrix itself ----------------------------------------------------------


@final
@dataclass(frozen=True)
class Entries:
    """A constant J by its entries that are not 0, row by row, and `linear` (zeros if absent)."""

    sizes: tuple[int, ...]
    rows: NDArray[np.int64]
    cols: NDArray[np.int64]
    values: NDArray[np.float64]
    linear: NDArray[Any]


def quadratic_entries(game: Document) -> Entries:
    """What the document of a quadratic game says. Raises InputError."""
    where = WHERE
    required = {"format", "kind", "name", "sizes" if "sizes" in game else "players", "jacobian"}
    fields = require_keys(game, where, required, {"source", "linear", "field"})
    check_head(fields)
    if not isinstance(fields.get("field", True), bool):
        raise InputError(f"{where}.field: expected true or false")
    sizes = _sizes(fields)
    n = sum(sizes)
    linear = np.zeros(n)
    if "linear" in fields:
        linear = vector(fields["linear"], f"{where}.linear", n)
    matrix = fields["jacobian"]
    if isinstance(matrix, dict) and "indptr" in matrix:
        return Entries(sizes, *read_sparse(matrix, f"{where}.jacobian", n), linear)
    table = decode_array(matrix, f"{where}.jacobian")
    if table.dtype.kind != "f" or table.shape != (n, n):
        raise InputError(f"{where}.jacobian: expected {n} × {n} binary64 numbers")
    rows, cols = (part.astype(np.int64) for part in np.nonzero(table))
    return Entries(sizes, rows, cols, table[rows, cols], linear)


def quadratic(game: Document) -> ExactJacobian:
    """The matrix of the document. Raises InputError, or Uncheckable when it is too large."""
    entries = quadratic_entries(game)
    sizes, n, whole = entries.sizes, sum(entries.sizes), None
    if n <= MAX_DENSE:
        dense = np.zeros((1, n, n))
        dense[0, entries.rows, entries.cols] = entries.values
        whole = Ball.exact(dense)
    blocks = _group_entries(sizes, entries.rows, entries.cols, entries.values)
    symmetric = all(
        bool((b.ball.mid == np.swapaxes(b.ball.mid, -1, -2))[b.rows == b.cols].all())
        for b in blocks
        if b.ball.mid.shape[-1] == b.ball.mid.shape[-2]
    )
    return ExactJacobian(sizes, constant=True, symmetric=symmetric, blocks=blocks, whole=whole)


def _sizes(game: Document) -> tuple[int, ...]:
    """d_1 … d_N, listed or counted."""
    if "sizes" in game:
        return counted_sizes(game["sizes"], f"{WHERE}.sizes")
    for player in game["players"]:
        entry = require_keys(player, f"{WHERE}.players", {"name", "size"})
        if not is_count(entry["size"]) or not 0 < entry["size"] <= MAX_SIZE:
            raise InputError(f"{WHERE}.players: a size must be a count from 1 to {MAX_SIZE}")
    return tuple(player["size"] for player in game["players"])


def _group_entries(
    sizes: tuple[int, ...],
    rows: NDArray[np.int64],
    cols: NDArray[np.int64],
    values: NDArray[np.float64],
) -> tuple[Blocks, ...]:
    """The nonzero blocks and all diagonal ones, stacked by shape."""
    size = np.array(sizes)
    count = len(sizes)
    owner = np.repeat(np.arange(count), size)
    offset = np.arange(len(owner)) - (np.cumsum(size) - size)[owner]
    parts = [slice(k, k + PART) for k in range(0, len(rows), PART)]

    def code(part: slice) -> NDArray[np.int64]:
        return np.asarray(owner[rows[part]] * count + owner[cols[part]])

    codes = np.concatenate([*map(_distinct, map(code, parts)), np.arange(count) * (count + 1)])
    codes.sort(kind="stable")  # two runs that are nearly sorted: much faster than any other
    codes = _distinct(codes)
    block_rows, block_cols = np.divmod(codes, count)
    shape_code = size[block_rows] * (size.max() + 1) + size[block_cols]
    if (size[block_rows].astype(float) * size[block_cols]).sum() > min(
        MAX_BLOCK_ENTRIES, FEW_ENTRIES + FILLED * len(rows)
    ):
        raise Uncheckable("the blocks that are not zero are too large to be dense")
    members = {int(key): np.flatnonzero(shape_code == key) for key in np.unique(shape_code)}
    stacks, index = {}, np.zeros(len(codes), dtype=np.int64)
    for key, blocks in members.items():
        stacks[key] = np.zeros((len(blocks), 1, *divmod(key, int(size.max()) + 1)))
        index[blocks] = np.arange(len(blocks))
    for part in parts:
        place = np.searchsorted(codes, code(part))
        for key in np.unique(shape_code[place]).tolist():
            mine = np.flatnonzero(shape_code[place] == key)
            at = part.start + mine
            where = index[place[mine]], 0, offset[rows[at]], offset[cols[at]]
            stacks[key][where] = values[at]
    return tuple(
        Blocks(block_rows[blocks], block_cols[blocks], Ball.exact(stacks[key]), exact, exact)
        for key, blocks in members.items()
        for exact in [stacks[key][..., 0, 0] if stacks[key].shape[2:] == (1, 1) else None]
    )


def _distinct(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Without those that equal the one before."""
    return codes[np.append(True, np.diff(codes) != 0)] if len(codes) else codes


# ---- symbolic games: polynomials from the text ---------------------------------------------------


def _symbolic(game: Document, region: Region | None) -> ExactJacobian:
    sizes, entries = second_derivatives(game)
    n = sum(sizes)
    used = {v for row in entries for p in row for monomial in p for v, _ in monomial}
    constant = not used
    if not constant:
        if any(k > 1 for row in entries for p in row for monomial in p for _, k in monomial):
            raise Uncheckable("the Jacobian is neither constant nor multi-affine")
        if not isinstance(region, Box) or region.dimension != n:
            raise Uncheckable("a Jacobian that is not constant needs a box of the game's dimension")
    ends = np.cumsum(sizes)
    groups: dict[tuple[int, int, int], list[tuple[int, int, Ball, Any]]] = {}
    held = 0
    for i, hi in enumerate(ends):
        for j, hj in enumerate(ends):
            part = [row[hj - sizes[j] : hj] for row in entries[hi - sizes[i] : hi]]
            if i == j or any(p for row in part for p in row):
                ball = _at_vertices(part, region)
                held += ball.mid.size
                if held > MAX_ENTRIES:
                    raise Uncheckable("the blocks are too large at all their vertices")
                exact = (
                    part[0][0].get((), (0, 0)) if constant and sizes[i] == sizes[j] == 1 else None
                )
                groups.setdefault(ball.mid.shape, []).append((i, j, ball, exact))
    blocks = tuple(_stack(members) for members in groups.values())
    too_large = (
        n > MAX_DENSE or 2 ** len(used) > MAX_VERTICES or 2 ** len(used) * n * n > MAX_ENTRIES
    )
    whole = None if too_large else _at_vertices(entries, region)
    return ExactJacobian(sizes, constant=constant, symmetric=True, blocks=blocks, whole=whole)


def second_derivatives(game: Document) -> tuple[tuple[int, ...], list[list[Polynomial]]]:
    """The players' sizes and all entries of J as polynomials, from the cost texts."""
    text = read_costs(game)
    if text.field:
        raise Uncheckable("only costs are differentiated as polynomials")
    if len(text.variables) > MAX_DENSE:
        raise Uncheckable("the Jacobian is too large to be dense")
    index = {name: k for k, name in enumerate(text.variables)}
    entries: list[list[Polynomial]] = []
    zero: Polynomial = {}
    for player, cost in zip(text.players, text.costs, strict=True):
        try:
            polynomial = polynomial_of(text.graph, cost, index)
        except NotPolynomial as error:
            raise Uncheckable(f"the cost of {player.name} is no polynomial: {error}") from None
        gradient = derivatives(polynomial)
        for variable in player.variables:
            row = derivatives(gradient.get(index[variable], {}))
            entries.append([row.get(k, zero) for k in range(len(index))])
    return text.sizes, entries


def _at_vertices(part: Sequence[Sequence[Polynomial]], region: Region | None) -> Ball:
    """Enclosures (V, a, b) of a multi-affine matrix at the vertices over its own variables."""
    used = sorted({v for row in part for p in row for monomial in p for v, _ in monomial})
    if len(used) > MAX_VERTICES.bit_length() - 1:
        raise Uncheckable(f"a block depends on {len(used)} variables: too many vertices")
    if 2 ** len(used) * len(part) * len(part[0]) > MAX_ENTRIES:
        raise Uncheckable("a block is too large at so many vertices")
    ends = (
        [sorted({region.lower[v], region.upper[v]}) for v in used]
        if isinstance(region, Box)
        else []
    )
    mesh = np.meshgrid(*(np.arange(len(e)) for e in ends), indexing="ij")
    points = {
        v: Ball.of(np.array(e, dtype=object))[grid.ravel()]
        for v, e, grid in zip(used, ends, mesh, strict=True)
    }
    return evaluate(part, points, mesh[0].size if mesh else 1)


def evaluate(part: Sequence[Sequence[Polynomial]], points: dict[int, Ball], count: int) -> Ball:
    """Enclosures (count, a, b) of a polynomial matrix at points: one ball (count,) a variable."""
    shape = (count, len(part), len(part[0]))
    factors = sum(1 + sum(k for _, k in monomial) for row in part for p in row for monomial in p)
    work.spend(
        factors * (CALL + NUMBER * count),
        "game: {} factors at {} vertices or points",
        factors,
        count,
    )
    mid, rad = np.zeros(shape), np.zeros(shape)
    for a, row in enumerate(part):
        for b, p in enumerate(row):
            if not p:
                continue
            total = Ball.exact(np.zeros(count))
            for monomial, (low, high) in p.items():
                term = _coefficient(low, high, count)
                for v, k in monomial:
                    for _ in range(k):
                        term = term * points[v]
                total = total + term
            mid[:, a, b], rad[:, a, b] = total.mid, total.rad
    return Ball(mid, rad)


def _coefficient(low: Fraction, high: Fraction, count: int) -> Ball:
    ends = float_enclosure(low)[0], float_enclosure(high)[1]
    return Ball.between(*(np.full(count, end) for end in ends))


def _stack(members: list[tuple[int, int, Ball, Any]]) -> Blocks:
    rows, cols = (np.array([m[k] for m in members], dtype=np.int64) for k in (0, 1))
    ball = Ball(np.stack([m[2].mid for m in members]), np.stack([m[2].rad for m in members]))
    if any(m[3] is None for m in members):
        return Blocks(rows, cols, ball, None, None)
    low, high = (np.empty((len(members), 1), dtype=object) for _ in range(2))
    low[:, 0], high[:, 0] = [m[3][0] for m in members], [m[3][1] for m in members]
    return Blocks(rows, cols, ball, low, high)
