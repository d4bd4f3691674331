"""Games as the oracle sees them: F and its Jacobian at points, from the document alone."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import scipy.sparse

from tests.forging.oracle_policies import Policies
from tests.forging.oracle_reading import Array, Document, Unjudged, array, mp, mps, rational, sparse
from tests.forging.oracle_text import Text

SAME = 1e-40
LARGE = 100  # variables from which a matrix stays sparse


class Sparse:
    """A sparse matrix that multiplies columns of mpf."""

    def __init__(self, matrix: Any) -> None:
        coo = matrix.tocoo()
        self.entries = list(zip(coo.row.tolist(), coo.col.tolist(), coo.data.tolist(), strict=True))
        self.shape = matrix.shape

    def __matmul__(self, other: Array) -> Array:
        result = np.full(other.shape, mp(0), dtype=object)
        for i, j, value in self.entries:  # arrays first: mpf times an array is slow
            result[i] = result[i] + other[j] * mp(value)
        return result


class Game:
    """sizes: variables a player. costs: whether F is known to be the gradients of costs.

    constant: whether J is the same everywhere. F and J take points (…, n), of float64 or of mpf.
    """

    sizes: list[int]
    costs: bool
    constant: bool
    policies: Policies | None = None

    @property
    def n(self) -> int:
        return sum(self.sizes)

    @property
    def owners(self) -> Array:
        """The player of each variable."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    def F(self, points: Array) -> Array:
        raise NotImplementedError

    def J(self, points: Array) -> Any:
        raise NotImplementedError

    def cost(self, points: Array, player: int) -> Array:
        raise NotImplementedError


class MatrixGame(Game):
    """F(x) = Jx + linear."""

    def __init__(self, matrix: Any, linear: Array, sizes: list[int], costs: bool) -> None:
        self.matrix, self.linear, self.sizes, self.costs = matrix, linear, sizes, costs
        self.constant = True
        dense = isinstance(matrix, np.ndarray)
        self.exact: Any = mps(matrix) if dense else Sparse(matrix)

    @property
    def entries(self) -> Iterator[tuple[int, int, Any]]:
        """Row, column and value of what is not 0, exactly."""
        if isinstance(self.exact, Sparse):
            for i, j, value in self.exact.entries:
                yield i, j, mp(value)
        else:
            for (i, j), value in np.ndenumerate(self.exact):
                if value != 0:
                    yield i, j, value

    def F(self, points: Array) -> Array:
        if points.dtype == object:
            found: Array = (self.exact @ points[..., None])[..., 0] + mps(self.linear)
            return found
        return np.asarray((self.matrix @ points.T).T + self.linear)

    def J(self, points: Array) -> Any:
        if points.dtype == object:
            return self.exact
        return np.asarray(
            self.matrix if isinstance(self.matrix, np.ndarray) else self.matrix.toarray()
        )[None]

    def cost(self, points: Array, player: int) -> Array:
        """½x_iᵀJ_iix_i + x_iᵀ(Σ_j J_ijx_j + b_i), whose gradient F_i is if J_ii is symmetric."""
        own = self.owners == player
        F = self.F(points)
        J = self.exact if points.dtype == object else self.J(points)[0]
        x = points[..., own]
        half = x @ np.asarray(J)[np.ix_(own, own)].T / 2
        return np.asarray((x * (F[..., own] - half)).sum(axis=-1))


class TextGame(Game):
    """Costs or fields as text."""

    def __init__(self, document: Document) -> None:
        players = document["players"]
        names = [name for player in players for name in player["variables"]]
        index = {name: k for k, name in enumerate(names)}
        parameters = {k: rational(v) for k, v in document.get("parameters", {}).items()}
        self.sizes = [len(player["variables"]) for player in players]
        self.costs = all("cost" in player for player in players)
        read = [[player["cost"]] if self.costs else player["field"] for player in players]
        self.texts = [[Text.read(text, index, parameters) for text in texts] for texts in read]
        ends = np.cumsum([0, *self.sizes])
        self.slices = [slice(a, b) for a, b in pairwise(ends)]
        self.constant = self._looks_constant()

    def F(self, points: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.asarray(self._each(points, self._F))

    def J(self, points: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.asarray(self._each(points, self._J))

    def cost(self, points: Array, player: int) -> Array:
        with np.errstate(all="ignore"):
            return np.asarray(self._each(points, lambda x: self.texts[player][0].at(x, 1).f))

    def _each(self, points: Array, of: Callable[[Array], Array]) -> Any:
        """A single point as one of several: arrays of mpf without axes would be no arrays."""
        return of(points) if points.ndim > 1 else of(points[None])[0]

    def _F(self, points: Array) -> Array:
        if self.costs:
            pairs = zip(self.texts, self.slices, strict=True)
            return np.concatenate([t.at(points, 1).d[..., s] for [t], s in pairs], axis=-1)
        return np.stack([t.at(points, 1).f for row in self.texts for t in row], axis=-1)

    def _J(self, points: Array) -> Array:
        if self.costs:
            parts = []
            for [t], s in zip(self.texts, self.slices, strict=True):
                h = t.at(points, 2).h
                assert h is not None
                parts.append(h[..., s, :])
            return np.concatenate(parts, axis=-2)
        return np.stack([t.at(points, 1).d for row in self.texts for t in row], axis=-2)

    def _looks_constant(self) -> bool:
        """By J at random points in 50 digits: only where to look depends on it."""
        rng = np.random.default_rng(0)
        try:
            found = [self.J(mps([Fraction(v) for v in rng.uniform(-3, 3, self.n)])) for _ in "ab"]
        except (Unjudged, ZeroDivisionError):
            return False
        return bool((abs(found[0] - found[1]) < SAME).all())


class LogitGame(Game):
    """A game of policies in logits."""

    def __init__(self, document: Document) -> None:
        self.field = Policies(document)
        self.policies, self.sizes = self.field, self.field.sizes
        self.costs, self.constant = True, False

    def F(self, points: Array) -> Array:
        return self.field.F(points)

    def J(self, points: Array) -> Array:
        return self.field.J(points)

    def cost(self, points: Array, player: int) -> Array:
        return self.field.cost(points, player)


def game_of(document: Document) -> Game:
    """The game of a certificate's document; Unjudged where it is of no known kind."""
    match document.get("kind", "symbolic"):
        case "symbolic":
            return TextGame(document)
        case "quadratic":
            return _matrix_game(document)
        case "markov" | "normal-form":
            return LogitGame(document)
    raise Unjudged(f"unknown kind of game {document.get('kind')}")


def _matrix_game(document: Document) -> MatrixGame:
    given = document["jacobian"]
    if "zlib64" in given:
        matrix: Any = np.array(array(given), dtype=float)
    else:
        rows, columns, values = sparse(given)
        matrix = scipy.sparse.csr_array((values, (rows, columns)), shape=given["shape"])
        if matrix.shape[0] <= LARGE:
            matrix = matrix.toarray()
    n = matrix.shape[0]
    sizes = (
        [int(v) for v in array(document["sizes"])]
        if "sizes" in document
        else [player["size"] for player in document["players"]]
    )
    linear = np.zeros(n) if "linear" not in document else np.array(array(document["linear"]))
    return MatrixGame(matrix, linear, sizes, document.get("field") is not True)
