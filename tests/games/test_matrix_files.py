"""Jacobians from files: tables, NumPy's, MATLAB's, Matrix Market's; against scipy.io."""

import gzip
import io
import struct
import zlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io
import scipy.sparse

import games
from games import InputError, QuadraticGame, SymbolicGame
from tests.helpers.game_files import npy_bytes

J = np.array([[2.0, 0.5, 0.0], [0.25, 3.0, -1.0], [0.0, 1.0, 4.0]])
SYMMETRIC = (J + J.T) / 2


def _jacobian(game: games.Game) -> np.ndarray[Any, Any]:
    return np.asarray(game.jacobian(np.zeros(game.dimension)))


def _written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _npy(array: Any, **options: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


def _mat(**arrays: Any) -> bytes:
    stream = io.BytesIO()
    packed = arrays.pop("do_compression", False)
    scipy.io.savemat(stream, arrays, do_compression=packed)  # type: ignore[arg-type]
    return stream.getvalue()


def _mtx(matrix: Any, **options: Any) -> bytes:
    stream = io.BytesIO()
    scipy.io.mmwrite(stream, matrix, **options)
    return stream.getvalue()


GOOD: dict[str, Any] = {
    "commas.csv": "2,0.5,0\n0.25,3,-1\n0,1,4\n",
    "spaces.csv": "2. .5 0\n  0.25 3 -1.e0\n0 1 4",
    "semicolons.csv": "# a comment\r\n2;1/2;0\r\n\r\n1/4;3;-1\r\n0;1;4\r\n",
    "tabs.csv": "2\t0.5\t0\n0.25\t3\t-1\n0\t1\t4\n",
    "named.csv": '"x","y","z"\n2,0.5,0\n0.25,3,-1\n0,1,4\n',
    "frame.csv": ",x,y,z\nx,2,0.5,0\ny,0.25,3,-1\nz,0,1,4\n",
    "frame_of_numbers.csv": ",0,1,2\n0,2,0.5,0\n1,0.25,3,-1\n2,0,1,4\n",
    "r.csv": '"x","y","z"\n"x",2,0.5,0\n"y",0.25,3,-1\n"z",0,1,4\n',
    "numpy.csv": "".join(" ".join(f"{v:.18e}" for v in row) + "\n" for row in J),
    "c.npy": _npy(J),
    "fortran.npy": _npy(np.asfortranarray(J)),
    "single.npy": _npy(J.astype(np.float32)),
    "big_end.npy": _npy(J.astype(">f8")),
    "full.mat": _mat(J=J),
    "packed.mat": _mat(J=J, other=np.eye(2), do_compression=True),
    "only.mat": _mat(hessian=J.astype(np.float32)),
    "sparse.mat": _mat(J=scipy.sparse.csc_array(J)),
    "sparse_packed.mat": _mat(A=scipy.sparse.csc_array(J), do_compression=True),
    "array.mtx": _mtx(J),
    "sparse.mtx": _mtx(scipy.sparse.coo_array(J)),
    "sparse.mtx.gz": gzip.compress(_mtx(scipy.sparse.coo_array(J))),
}


@pytest.mark.parametrize("name", GOOD)
def test_every_kind_of_file_gives_the_same_jacobian(name: str, tmp_path: Path) -> None:
    game = games.load(_written(tmp_path, name, GOOD[name]), sizes=[1, 1, 1])
    assert isinstance(game, QuadraticGame)
    assert _jacobian(game).tolist() == J.tolist()
    assert game.name == name


@pytest.mark.parametrize("kind", ["symmetric", "skew-symmetric"])
@pytest.mark.parametrize("dense", [True, False])
def test_symmetries_of_matrix_market(kind: str, dense: bool, tmp_path: Path) -> None:
    matrix = SYMMETRIC if kind == "symmetric" else J - J.T
    content = _mtx(matrix if dense else scipy.sparse.coo_array(matrix), symmetry=kind)
    game = games.load(_written(tmp_path, "J.mtx", content), sizes=[1, 1, 1])
    assert _jacobian(game).tolist() == matrix.tolist()


def test_a_pattern_and_integers_are_read(tmp_path: Path) -> None:
    text = "%%MatrixMarket matrix coordinate pattern general\n% said\n2 2 2\n1 1\n2 2\n"
    game = games.load(_written(tmp_path, "J.mtx", text), sizes=[1, 1])
    assert _jacobian(game).tolist() == [[1, 0], [0, 1]]
    text = "%%MatrixMarket matrix array integer general\n2 2\n1\n0\n3\n1\n"
    game = games.load(_written(tmp_path, "J.mtx", text), sizes=[1, 1])
    assert _jacobian(game).tolist() == [[1, 3], [0, 1]]


def test_decimals_and_quotients_are_kept_exactly(tmp_path: Path) -> None:
    game = games.load(_written(tmp_path, "J.csv", "1,10\n0.05,1/3\n"), sizes=[1, 1])
    assert isinstance(game, SymbolicGame)
    assert game.costs == ("0.5*x1**2 + 10*x1*x2", "0.05*x2*x1 + (1/6)*x2**2")
    rows = "\n".join(",".join("0.1" for _ in range(21)) for _ in range(21))
    large = games.load(_written(tmp_path, "large.csv", rows), sizes=[1] * 21)
    assert isinstance(large, QuadraticGame)
    assert large.name == "large.csv (rounded to the nearest binary64 numbers)"


def test_asymmetric_own_blocks_make_a_field_and_say_so(tmp_path: Path) -> None:
    for text in ("1,2\n3,4\n", "1,0.2\n3,4\n"):
        game = games.load(_written(tmp_path, "J.csv", text), sizes=[2])
        assert not game.symmetric
        assert game.name == "J.csv (as a field: a player's own block of J is not symmetric)"


BAD: dict[str, tuple[str, str | bytes, str]] = {
    "no sizes": ("J.csv", "1,2\n3,4", "2 × 2 Jacobian; say how many variables each player has"),
    "empty": ("J.csv", "\n# nothing\n", "it holds no numbers"),
    "not square": ("J.csv", "1,2,3\n4,5,6", "has shape (2, 3); a Jacobian is square"),
    "ragged": ("J.csv", "1,2\n3", "line 2 has 1 entries; the first row has 2"),
    "nan": ("J.csv", "1,2\n3,nan", "line 2, entry 2: 'nan' is not a number"),
    "words": ("J.csv", "a,b\nc,d", "line 2, entry 1: 'c' is not a number"),
    "quotes": ("J.csv", '1,"2\n3,4', "line 1 is no row of a table"),
    "formula": ("J.csv", "1,=2+3\n3,4", "line 1, entry 2: '=2+3' is not a number"),
    "not text": ("J.csv", b"\xff\xfe1,2", "byte 0 is not UTF-8"),
    "huge": ("J.csv", "1e999,0\n0,1", "an entry is larger than any float"),
    "huger": ("J.csv", "1e9999,0\n0,1\n1,1", "line 1, entry 1: the number 1e9999… is too long"),
    "no number": ("J.csv", "1,\n3,4", "line 1, entry 2: '' is not a number"),
    "pickle": ("J.npy", _npy(np.array([{}], dtype=object), allow_pickle=True), "has type |O"),
    "complex": ("J.npy", _npy(J * 1j), "has type <c16"),
    "not npy": ("J.npy", b"PK\x03\x04", "it is not in NumPy's format"),
    "npy of one side": ("J.npy", _npy(np.ones(4)), "has shape (4,)"),
    "npy cut": ("J.npy", _npy(J)[:-1], "it has another size than it says"),
    "npy too large": (
        "J.npy",
        npy_bytes(b"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999, 99999999), }\n"),
        "it has another size than it says",
    ),
    "mat of another version": ("J.mat", b"\x89HDF\r\n\x1a\n" + b" " * 200, "of version 7.3"),
    "no mat": ("J.mat", b"hello", "it is no MAT-file of version 5"),
    "mat of cells": ("J.mat", _mat(c=np.array([J, "x"], dtype=object)), "no matrix of numbers"),
    "mat of text": ("J.mat", _mat(c="hello"), "no matrix of numbers"),
    "mat of a structure": ("J.mat", _mat(s={"a": 1}), "no matrix of numbers"),
    "complex mat": ("J.mat", _mat(J=J * 1j), "'J' is complex"),
    "two in a mat": ("J.mat", _mat(A=J, B=J), "it holds 2 matrices (A, B)"),
    "mat with sides": ("J.mat", _mat(A=np.ones((2, 2, 2))), "'A' has 3 sides"),
    "mat cut": ("J.mat", _mat(J=J)[:-9], "it is cut short"),
    "mat with nan": ("J.mat", _mat(J=J * np.nan), "is not finite"),
    "no head": ("J.mtx", "1 2 3", "it does not begin with"),
    "hermitian": ("J.mtx", "%%MatrixMarket matrix array complex hermitian\n", "'complex' is not"),
    "long": ("J.mtx", "%%MatrixMarket matrix array real general\n2 2\n1\n2\n3\n4\n5", "more than"),
    "lacking": ("J.mtx", "%%MatrixMarket matrix array real general\n2 2\n1\n2\n3", "3 of the 4"),
    "mtx words": ("J.mtx", "%%MatrixMarket matrix array real general\n1 1\nx", "no number"),
    "mtx rows": ("J.mtx", "%%MatrixMarket matrix array real general\n1 1\n1 2", "has not 1 num"),
    "mtx nan": ("J.mtx", "%%MatrixMarket matrix array real general\n1 1\nnan", "not finite"),
    "beyond": (
        "J.mtx",
        "%%MatrixMarket matrix coordinate real general\n2 2 1\n3 1 5",
        "the place of an entry is beyond 1 to 2",
    ),
    "between": (
        "J.mtx",
        "%%MatrixMarket matrix coordinate real general\n2 2 1\n1.5 1 5",
        "the place of an entry is not whole",
    ),
    "above": (
        "J.mtx",
        "%%MatrixMarket matrix coordinate real symmetric\n2 2 1\n1 2 5",
        "a symmetric matrix has an entry above its diagonal",
    ),
    "mtx sizes": ("J.mtx", "%%MatrixMarket matrix array real general\n2 x", "line of sizes"),
    "bad gz": ("J.mtx.gz", b"\x1f\x8b nonsense", "it is no readable .gz file"),
    "cut gz": ("J.mtx.gz", GOOD["sparse.mtx.gz"][:-12], "it is cut short"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_told_in_one_sentence(case: str, tmp_path: Path) -> None:
    name, content, message = BAD[case]
    side = 1 if case == "mtx nan" else 3 if case == "mat with nan" else 2
    sizes = None if case == "no sizes" else [1] * side
    with pytest.raises(InputError) as found:
        games.load(_written(tmp_path, name, content), sizes=sizes)
    assert message in str(found.value)
    assert str(found.value).startswith(f"{name}: ")
    assert "\n" not in str(found.value)


def test_sizes_and_options_are_checked(tmp_path: Path) -> None:
    path = _written(tmp_path, "J.csv", GOOD["commas.csv"])
    for sizes in ([1, 1], [0, 3], [], [4]):
        with pytest.raises(InputError, match=r"3 variables, but the sizes sum to \d"):
            games.load(path, sizes=sizes)
    with pytest.raises(InputError, match=r"J\.csv: entropy says nothing about such a file"):
        games.load(path, sizes=[1, 1, 1], entropy=1)


def _bomb(size: int) -> bytes:
    """A .mat file of one compressed matrix of so many zeros."""
    head = b"MATLAB 5.0".ljust(124) + struct.pack("<H2s", 0x0100, b"IM")
    flags = struct.pack("<IIII", 6, 8, 6, 0) + struct.pack("<IIii", 5, 8, size // 8, 1)
    content = flags + struct.pack("<II4s4x", 1, 1, b"J") + struct.pack("<II", 9, size)
    packer = zlib.compressobj(9)
    parts = [packer.compress(struct.pack("<II", 14, len(content) + size) + content)]
    parts += [packer.compress(bytes(2**20)) for _ in range(size // 2**20)]
    packed = b"".join([*parts, packer.flush()])
    return head + struct.pack("<II", 15, len(packed)) + packed


def test_what_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"J.mat: its matrices unpack to .* at most"):
        games.load(_written(tmp_path, "J.mat", _bomb(2**28)), sizes=[1])
    text = b"%%MatrixMarket matrix array real general\n" + b"%" * 2**27
    with pytest.raises(InputError, match=r"J.mtx.gz: it unpacks to .* at most"):
        games.load(_written(tmp_path, "J.mtx.gz", gzip.compress(text)), sizes=[1])
    wide = "%%MatrixMarket matrix coordinate real general\n9999999 9999999 0\n"
    with pytest.raises(InputError, match="its rows take"):
        games.load(_written(tmp_path, "J.mtx", wide), sizes=[9999999])


class _Tensor:
    """What a tensor of PyTorch has, as far as it is used."""

    def __init__(self, array: Any) -> None:
        self.array = np.asarray(array)

    def detach(self) -> "_Tensor":
        return self

    def cpu(self) -> "_Tensor":
        return self

    def numpy(self) -> Any:
        return self.array


class _Frame:
    """What a data frame of pandas has, as far as it is used."""

    def __init__(self, array: Any, rows: list[Any], columns: list[Any]) -> None:
        self.array, self.index, self.columns = np.asarray(array), rows, columns

    def to_numpy(self) -> Any:
        return self.array


def test_tensors_and_data_frames_are_taken() -> None:
    assert _jacobian(QuadraticGame(_Tensor(J.astype(np.float32)), [1, 1, 1])).tolist() == J.tolist()  # type: ignore[arg-type]  # fmt: skip
    names = ["x", "y", "z"]
    assert _jacobian(QuadraticGame(_Frame(J, names, names), [3], field=True)).tolist() == J.tolist()  # type: ignore[arg-type]  # fmt: skip
    with pytest.raises(ValueError, match="rows in another order than its columns"):
        QuadraticGame(_Frame(J, names, names[::-1]), [3], field=True)  # type: ignore[arg-type]


def test_exact_numbers_are_taken_where_they_are_floats() -> None:
    game = QuadraticGame([["2", "-1/4"], [Fraction(1, 2), 2**70]], [1, 1])  # type: ignore[arg-type]
    assert _jacobian(game).tolist() == [[2, -0.25], [0.5, 2.0**70]]
    with pytest.raises(InputError, match=r"jacobian\[0, 1\] is 0.1, which is no binary64 number"):
        QuadraticGame([["2", "0.1"], ["0", "1"]], [1, 1])
    for other in (0, -1, 0.5):
        rows: Any = [[2**63 + 1, 0], [other, 1]]
        with pytest.raises(InputError, match=r"is 9223372036854775809, which is no binary64"):
            QuadraticGame(rows, [1, 1])
    with pytest.raises(InputError, match="is 9007199254740993, which is no binary64"):
        QuadraticGame(np.array([[2**53 + 1, 0], [0, 1]]), [1, 1])
    exact = games.linear_game([[2**63 + 1, "1/3"], [0.1, 1]], [1, 1], linear=["1/7", 0])
    assert exact.costs[0] == "4611686018427387904.5*x1**2 + (1/3)*x1*x2 + (1/7)*x1"
    assert _jacobian(exact)[1, 0] == 0.1
    with pytest.raises(ValueError, match="not symmetric"):
        games.linear_game([["1", "2"], ["3", "4"]], [2])


def test_masked_arrays_are_refused() -> None:
    masked = np.ma.array(np.eye(2), mask=np.triu(np.ones((2, 2)), 1) > 0)
    with pytest.raises(ValueError, match="jacobian is a masked array"):
        QuadraticGame(masked, [1, 1])
    with pytest.raises(ValueError, match="payoff 1 is a masked array"):
        games.NormalFormGame([masked, np.eye(2)])
    with pytest.raises(ValueError, match="reward 1 is a masked array"):
        games.MarkovGame(np.ones((1, 2, 2, 1)), [masked[None], np.ones((1, 2, 2))], 0)


def test_transitions_of_half_the_bits_are_normalised_and_say_so(rng: np.random.Generator) -> None:
    P = rng.random((3, 2, 2, 3))
    P = (P / P.sum(axis=-1, keepdims=True)).astype(np.float32)
    R: dict[str, Any] = {
        "agent_0": rng.random((3, 2, 2)),
        "agent_1": rng.random((3, 2, 2)).astype(np.float32),
    }
    game = games.MarkovGame(_Tensor(P), R, "0.9", initial=np.full(3, 1 / 3, dtype=np.float32))  # type: ignore[arg-type]  # fmt: skip
    assert game.source == (
        "transition of type float32, its rows divided by their sums;"
        " initial of type float32, its rows divided by their sums"
    )
    assert [player.name for player in game.players] == ["agent_0", "agent_1"]
    with pytest.raises(InputError, match="do not sum to 1"):
        games.MarkovGame(P * np.float32(0.9), R, "0.9")
    trained = {
        name: np.full((3, 2), 0.5, dtype=np.float32) + np.float32(1e-4) * np.array([1, -1])
        for name in R
    }
    box = game.logit_box("0.1", trained)
    assert box.dimension == 6
    assert abs(float(box.lower[0] + box.upper[0]) / 2 - np.log(0.4999 / 0.5001)) < 1e-6  # float32
    with pytest.raises(ValueError, match="policies are for"):
        game.logit_box("0.1", {"agent_0": trained["agent_0"]})


class _Spiel:
    """What a matrix game of OpenSpiel has, as far as it is used."""

    payoffs = ((3, 0), (5, 1))

    def __init__(self, moves: tuple[int, ...] = (), long: bool = False) -> None:
        self.moves, self.long = moves, long

    def __str__(self) -> str:
        return "matrix_pd()"

    def num_players(self) -> int:
        return 2

    def new_initial_state(self) -> "_Spiel":
        return _Spiel((), self.long)

    clone = new_initial_state

    def is_simultaneous_node(self) -> bool:
        return not self.moves

    def legal_actions(self, player: int) -> list[int]:
        return [0, 1]

    def apply_actions(self, moves: list[int]) -> None:
        self.moves = tuple(moves)

    def is_terminal(self) -> bool:
        return not self.long

    def returns(self) -> list[float]:
        a, b = self.moves
        return [self.payoffs[a][b], self.payoffs[b][a]]


def test_openspiel_matrix_games_are_read() -> None:
    game = games.NormalFormGame.from_openspiel(_Spiel(), entropy=2)
    assert game.payoffs.tolist() == [[[3, 0], [5, 1]], [[3, 5], [0, 1]]]
    assert game.name == "matrix_pd()"
    assert game.region == game.response_box()
    with pytest.raises(InputError, match="does not end after one move"):
        games.NormalFormGame.from_openspiel(_Spiel(long=True))
    with pytest.raises(InputError, match="no matrix game of OpenSpiel"):
        games.NormalFormGame.from_openspiel("game")


def test_policies_of_one_state_need_no_axis_for_it() -> None:
    game = games.NormalFormGame({"a": np.eye(2), "b": -np.eye(2)})
    assert game.players[1].name == "b"
    assert game.logit_box(1, [[0.5, 0.5], [0.5, 0.5]]) == game.logit_box(1, [[[0.5, 0.5]]] * 2)
    with pytest.raises(ValueError, match="leave players out"):
        games.NormalFormGame({"a": np.eye(2), "b": -np.eye(2)}, players=["a", "b"])
