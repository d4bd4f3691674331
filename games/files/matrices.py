"""Files that hold the Jacobian J of a game F(x) = J x: what is read, and the game it makes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from games import work
from games.array_likes import Array
from games.errors import InputError
from games.files.arrays import read_array
from games.files.csv_table import read_table
from games.files.matlab import read_matlab
from games.files.matrix_market import read_matrix_market
from games.files.toml import display_name, read_bytes
from games.files.writing import StrPath
from games.game import Game
from games.linear import linear_game
from games.players import MAX_PLAYERS
from games.quadratic import QuadraticGame
from games.reading import at

EXACT = 20  # variables up to which decimals that are no floats are kept exactly
MAX_FILE = 2**28

MATRICES: Mapping[str, Callable[[bytes], Any]] = {
    ".csv": read_table,
    ".npy": read_array,
    ".mat": read_matlab,
    ".mtx": read_matrix_market,
    ".mtx.gz": read_matrix_market,
}


def read_matrix_game(path: StrPath, sizes: Sequence[int] | None = None) -> Game:
    """The game whose constant Jacobian the file holds, its players one after another.

    sizes: how many variables each player has, summing to the matrix's side.
    A block J_ii that is not symmetric makes the game a field, which the name says. Decimals and
    quotients of a .csv that are no binary64 numbers are kept exactly up to 20 variables; beyond
    they are rounded to the nearest, which the name says.
    Raises InputError, one sentence that begins with the file's name, for anything else.
    """
    name = display_name(path)
    kind = next(suffix for suffix in MATRICES if name.lower().endswith(suffix))
    with at(name):
        matrix = MATRICES[kind](read_bytes(path, MAX_FILE))
        if len(matrix.shape) != 2 or matrix.shape[0] != matrix.shape[1]:
            raise InputError(f"it has shape {matrix.shape}; a Jacobian is square")
        game = _game(matrix, _checked(sizes, matrix.shape[0]))
        game.name = f"{name} ({game.name})" if game.name else name
        return game


def _checked(sizes: Sequence[int] | None, n: int) -> list[int]:
    """The sizes, summing to n."""
    if sizes is None:
        raise InputError(
            f"it is a {n} × {n} Jacobian; say how many variables each player has, as in"
            f" {'1,' * min(n - 1, 2)}{max(n - 2, 1)}: --sizes, or sizes=[…]"
        )
    listed = [int(size) for size in sizes]
    if not listed or min(listed) < 1 or len(listed) > MAX_PLAYERS or sum(listed) != n:
        raise InputError(f"it has {n} variables, but the sizes sum to {sum(listed)}")
    return listed


def _game(matrix: Any, sizes: list[int]) -> Game:
    if not isinstance(matrix, np.ndarray) or matrix.dtype != object:
        return _quadratic(matrix, sizes, "")
    rounded, same = _rounded(matrix)
    if same:
        return _quadratic(rounded, sizes, "")
    if len(matrix) > EXACT:
        return _quadratic(rounded, sizes, "rounded to the nearest binary64 numbers")
    n = len(matrix)
    work.spend(n**3 * work.of_rational(4000), "an exact matrix of side {0}", n)
    try:
        return linear_game(matrix, sizes)
    except ValueError as error:
        if "symmetric" not in str(error):
            raise
    return linear_game(matrix, sizes, field=True, name=FIELD)


FIELD = "as a field: a player's own block of J is not symmetric"


def _quadratic(matrix: Any, sizes: list[int], note: str) -> QuadraticGame:
    try:
        return QuadraticGame(matrix, sizes, name=note)
    except ValueError as error:
        if "not symmetric" not in str(error):
            raise InputError(str(error)) from error
    told = "; ".join(filter(None, (note, FIELD)))
    return QuadraticGame(matrix, sizes, name=told, field=True)


def _rounded(matrix: Array) -> tuple[Array, bool]:
    """The nearest floats of exact numbers, and whether all are the same."""
    try:
        floats = np.array([[float(value) for value in row] for row in matrix])
    except OverflowError:
        raise InputError("an entry is larger than any float; scale the matrix") from None
    return floats, all(
        a == b for row, exact in zip(floats.tolist(), matrix, strict=True)
        for a, b in zip(row, exact, strict=True)
    )  # fmt: skip
