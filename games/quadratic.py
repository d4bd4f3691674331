"""Games with constant Jacobian given as a matrix: F(x) = J x + linear, dense or sparse."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from games.array_likes import plain_array
from games.errors import InputError
from games.game import Document, Floats, Game, Structure, as_points
from games.numbered import LISTED, NumberedPlayers, numbered_names, numbered_variables
from games.players import MAX_PLAYERS, Player, check_names
from games.reading import check_keys, kind_of, read_head, read_list, read_players, short
from games.reals import real_array
from games.regions.shapes import Box

if TYPE_CHECKING:
    from scipy.sparse import csr_array, sparray, spmatrix

    Sparse = csr_array[np.float64]
    AnySparse = sparray[Any] | spmatrix[Any]

KEPT = "games.linear_game keeps it, or give a float to round it"
DENSE_LIMIT = 2000  # the largest n whose sparse J is handed out as one dense matrix (32 MB)


@final
class QuadraticGame(Game):
    """A game whose pseudo-gradient is affine: F(x) = J x + linear.

    J: (n, n), an array or any ``scipy.sparse`` matrix, finite; row block i is the derivative of
        player i's gradient. Tensors and data frames will do, and so will exact numbers (text,
        fractions, large integers) that are binary64 numbers; :func:`games.linear_game` keeps all.
    sizes: how many variables each player has, summing to n.
    linear: (n,), zero if absent. names: one per player, "player 1", … if absent.
    region: the box it is certified on unless told otherwise; all of R^n if absent.
    field: True if F need not come from costs; then J_ii may be asymmetric.
    Raises ValueError for a wrong shape, entries that are not finite reals, or an asymmetric J_ii
    without ``field=True``; InputError for names used twice.
    Source: theory, Setting.

    >>> game = QuadraticGame([[1, 10], [0.05, 1]], sizes=[1, 1])
    >>> game.pseudo_gradient([1, 1])
    array([11.  ,  1.05])
    """

    matrix: "Floats | Sparse"
    linear: Floats

    def __init__(
        self,
        J: "ArrayLike | AnySparse",
        sizes: Sequence[int],
        *,
        linear: ArrayLike | None = None,
        names: Sequence[str] | None = None,
        name: str = "",
        source: str = "",
        region: Box | None = None,
        field: bool = False,
    ) -> None:
        counts = check_sizes(sizes)
        n = sum(counts)
        self.matrix = _sparse_matrix(J, n) if hasattr(J, "tocsr") else _dense_matrix(J, n)
        self.linear = real_array(
            "linear", np.zeros(n) if linear is None else plain_array("linear", linear, KEPT), (n,)
        )
        self.field = field
        self.name, self.source = name, source
        self.players = numbered_players(counts, names)
        self.region = check_region(region, n)
        self.equilibrium = None
        if not field:
            _check_symmetry(self.matrix, counts, self.players)

    @property
    def structure(self) -> Structure:
        return Structure.CONSTANT

    @property
    def symmetric(self) -> bool:
        return not self.field or not _asymmetric_rows(self.matrix, self.sizes).size

    @property
    def provable(self) -> bool:
        return True

    def pseudo_gradient(self, points: Floats) -> Floats:
        """F(x) = J x + linear at points (n,) or (k, n); same shape back."""
        x = as_points(points, self.dimension)
        return np.asarray((self.matrix @ x.T).T + self.linear, dtype=np.float64)

    def jacobian(self, points: Floats, block: tuple[int, int] | None = None) -> Floats:
        """J or its block J_ij, the same at every point, as a read-only view.

        Raises ValueError for the whole of a sparse J with more than 2,000 variables.
        """
        x = as_points(points, self.dimension)
        if block is None:
            rows = columns = slice(0, self.dimension)
        else:
            slices = self.slices
            rows, columns = slices[block[0]], slices[block[1]]
        J = self._dense(rows, columns)
        return np.broadcast_to(J, x.shape[:-1] + J.shape)

    def block_variables(self, i: int, j: int) -> tuple[int, ...]:
        return ()

    def document(self) -> Document:
        """Format, names, sizes and the exact binary64 arrays (a sparse J as CSR)."""
        document: Document = {"format": "sgn-game/1", "kind": "quadratic", "name": self.name}
        if self.source:
            document["source"] = self.source
        if isinstance(self.players, NumberedPlayers):
            document["sizes"] = np.array(self.sizes, dtype=np.int32)
        else:
            document["players"] = [{"name": p.name, "size": p.size} for p in self.players]
        document["jacobian"] = _matrix_document(self.matrix)
        if self.linear.any():
            document["linear"] = self.linear
        if self.field:
            document["field"] = True
        return document

    def _dense(self, rows: slice, columns: slice) -> Floats:
        if isinstance(self.matrix, np.ndarray):
            return self.matrix[rows, columns]
        if max(rows.stop - rows.start, columns.stop - columns.start) > DENSE_LIMIT:
            raise ValueError(
                f"a sparse Jacobian with {self.dimension} variables is not made dense beyond"
                f" {DENSE_LIMIT}; ask for one block with block=(i, j)"
            )
        part = self.matrix[rows, columns]
        return np.asarray(part.toarray(), dtype=np.float64)


def check_sizes(sizes: Sequence[int]) -> tuple[int, ...]:
    """The sizes as a tuple; ValueError unless each is an integer of at least 1."""
    if not len(sizes):
        raise ValueError("sizes is empty; expected one entry per player")
    size: Any  # what a caller without a type checker may pass
    for index, size in enumerate(sizes):
        if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
            raise ValueError(f"sizes[{index}] is {size!r}; expected an integer of at least 1")
    return tuple(int(size) for size in sizes)


def numbered_players(sizes: tuple[int, ...], names: Sequence[str] | None) -> Sequence[Player]:
    """Players with variables x1, x2, … (one each) or x1_1, x1_2, … (several)."""
    if names is None and len(sizes) > LISTED:
        return NumberedPlayers(sizes)
    if names is None:
        names = numbered_names(len(sizes))
    if len(names) != len(sizes):
        raise ValueError(f"names has {len(names)} entries; expected {len(sizes)}, one per player")
    players = tuple(
        Player(name, numbered_variables(i, size))
        for i, (name, size) in enumerate(zip(names, sizes, strict=True), start=1)
    )
    check_names(players)
    return players


def check_region(region: Box | None, dimension: int) -> Box | None:
    """The region back; ValueError if it has another dimension than the game."""
    if region is not None and region.dimension != dimension:
        raise ValueError(f"region has {region.dimension} sides; expected {dimension}")
    return region


def read_quadratic(document: Mapping[str, Any]) -> QuadraticGame:
    """The game of a quadratic document; InputError for whatever does not fit."""
    check_keys(
        document,
        ("format", "kind", "jacobian", "sizes" if "sizes" in document else "players"),
        ("name", "source", "linear", "field"),
        "the game",
    )
    sizes, names = _read_sizes(document)
    if not isinstance(document.get("field", False), bool):
        raise InputError(f"field is {kind_of(document['field'])}; write true or leave it out")
    name, source = read_head(document)
    n = sum(sizes)
    jacobian = document["jacobian"]
    _check_matrix(jacobian, n)
    if "linear" in document:
        _check_array(document["linear"], (n,), "linear")
    try:
        return QuadraticGame(
            jacobian if isinstance(jacobian, np.ndarray) else _csr_from(jacobian),
            sizes,
            linear=document.get("linear"),
            names=names,
            name=name,
            source=source,
            field=document.get("field", False),
        )
    except ValueError as error:
        raise InputError(str(error)) from error


def _read_sizes(document: Mapping[str, Any]) -> tuple[list[int], list[str] | None]:
    """The players' sizes and names; no names where an array of sizes stands for the players."""
    if "sizes" in document:
        array = document["sizes"]
        if not isinstance(array, np.ndarray) or array.ndim != 1 or array.dtype.kind != "i":
            raise InputError("sizes must be one row of integers, one a player")
        if not 1 <= array.size <= MAX_PLAYERS or array.min() < 1:
            raise InputError(f"sizes must be 1 to {MAX_PLAYERS} integers of at least 1")
        return array.tolist(), None
    players = read_players(document, ("name", "size"))
    for player in players:
        size = player["size"]
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise InputError(
                f"the size of {short(player['name'])} must be an integer of at least 1"
            )
    return [player["size"] for player in players], [player["name"] for player in players]


def _check_matrix(jacobian: Any, n: int) -> None:
    if not isinstance(jacobian, Mapping):
        _check_array(jacobian, (n, n), "jacobian")
        return
    check_keys(jacobian, ("indptr", "indices", "data", "shape"), (), "jacobian")
    for part in ("indptr", "indices", "data"):
        if not isinstance(jacobian[part], np.ndarray):
            raise InputError(f"jacobian {part} is {kind_of(jacobian[part])}; give an array")
    if read_list(jacobian["shape"], "jacobian shape") != [n, n]:
        raise InputError(
            f"jacobian has shape {tuple(jacobian['shape'])}; the players' sizes sum to {n}"
        )


def _check_array(value: Any, shape: tuple[int, ...], place: str) -> None:
    if not isinstance(value, np.ndarray):
        raise InputError(f"{place} is {kind_of(value)}; give an array")
    if value.shape != shape:
        raise InputError(f"{place} has shape {value.shape}; the players' sizes ask for {shape}")


def _dense_matrix(J: Any, n: int) -> Floats:
    return real_array("jacobian", plain_array("jacobian", J, KEPT), (n, n))


def _sparse_matrix(J: Any, n: int) -> "Sparse":
    """A canonical read-only CSR copy: columns in order, no entry twice, no stored zero."""
    from scipy.sparse import csr_array

    if J.shape != (n, n):
        raise ValueError(f"jacobian has shape {J.shape}; expected {(n, n)}")
    matrix = csr_array(J.tocsr(), copy=True)
    real_array("jacobian data", matrix.data, matrix.data.shape)
    matrix = matrix.astype(np.float64)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    real_array("jacobian data", matrix.data, matrix.data.shape)  # a sum may overflow
    for part in (matrix.data, matrix.indices, matrix.indptr):
        part.setflags(write=False)
    return matrix


def _asymmetric_rows(matrix: "Floats | Sparse", sizes: Sequence[int]) -> NDArray[np.intp]:
    """The rows in which some diagonal block J_ii differs from its transpose."""
    if isinstance(matrix, np.ndarray):
        ends = np.cumsum(sizes)
        parts = [
            start
            + np.flatnonzero(
                (matrix[start:end, start:end] != matrix[start:end, start:end].T).any(1)
            )
            for start, end in zip(ends - sizes, ends, strict=True)
        ]
        return np.concatenate(parts).astype(np.intp)
    from scipy.sparse import csr_array

    owner = np.repeat(np.arange(len(sizes)), sizes)
    entries = matrix.tocoo()
    rows, columns = entries.coords
    inside = owner[rows] == owner[columns]
    blocks = csr_array((entries.data[inside], (rows[inside], columns[inside])), shape=matrix.shape)
    difference = (blocks - blocks.T.tocsr()).tocoo()
    return np.asarray(difference.coords[0][difference.data != 0], dtype=np.intp)


def _check_symmetry(
    matrix: "Floats | Sparse", sizes: tuple[int, ...], players: Sequence[Player]
) -> None:
    bad = _asymmetric_rows(matrix, sizes)
    if bad.size:
        i = int(np.repeat(np.arange(len(sizes)), sizes)[bad.min()])
        raise ValueError(
            f"block ({i}, {i}) of the jacobian ({players[i].name!r}) is not symmetric, so no cost"
            " has it; make it symmetric or say field=True"
        )


def _matrix_document(matrix: "Floats | Sparse") -> Any:
    if isinstance(matrix, np.ndarray):
        return matrix
    return {
        "indptr": matrix.indptr,
        "indices": matrix.indices,
        "data": matrix.data,
        "shape": list(matrix.shape),
    }


def _csr_from(parts: Mapping[str, Any]) -> "Sparse":
    """The CSR matrix of three arrays that nobody has checked yet; InputError if they do not fit."""
    from scipy.sparse import csr_array

    indptr, indices, data = parts["indptr"], parts["indices"], parts["data"]
    rows, columns = parts["shape"]
    for what, array in (("indptr", indptr), ("indices", indices)):
        if array.ndim != 1 or array.dtype.kind not in "iu":
            raise InputError(f"jacobian {what} must be a one-dimensional array of integers")
    if data.shape != indices.shape:
        raise InputError(f"jacobian data has shape {data.shape}; expected {indices.shape}")
    if len(indptr) != rows + 1 or indptr[0] != 0 or indptr[-1] != len(indices):
        raise InputError(f"jacobian indptr must run from 0 to {len(indices)} in {rows + 1} entries")
    if (np.diff(indptr) < 0).any():
        raise InputError("jacobian indptr must not decrease")
    if len(indices) and not (indices.min() >= 0 and indices.max() < columns):
        raise InputError(f"jacobian indices must lie between 0 and {columns - 1}")
    return csr_array((data, indices, indptr), shape=(rows, columns))
