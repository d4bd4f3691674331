"""Bad game files: each is told in one sentence with the file, the place and the mend."""

import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from games import InputError, load
from tests.helpers.game_files import (
    CSR,
    EYE,
    GOOD,
    HARKER,
    HEADER,
    QUADRATIC,
    load_text,
    npy_bytes,
    npz_bytes,
)

BAD_TEXT: dict[str, tuple[str, str, str]] = {
    "TOML syntax": ("name =", "name", "not valid TOML: Expected '='"),
    "duplicate key": ("a = 34.0", "a = 1\na = 2", "not valid TOML: Cannot overwrite a value"),
    "duplicate table": ("[equilibrium]", "[region]", "not valid TOML: Cannot declare"),
    "deep lists": ("[0, 15]", "[" * 5000, "nested too deeply"),
    "long dotted key": ("a = 34.0", "a." * 100_000 + "a = 1", "a key in it has 16 parts or more"),
    "quoted dotted key": ("a = 34.0", '"a" . ' * 20 + "a = 1", "a key in it has 16 parts"),
    "no format": ('format = "sgn-game/1"', "", "it has no format; begin with format ="),
    "format type": ('"sgn-game/1"', "1", "format is an integer; write text"),
    "other format": ("sgn-game/1", "sgn-certificate/1", "'sgn-certificate/1' is not that of a"),
    "newer format": ("sgn-game/1", "sgn-game/2", "sgn-game/2 was made by a newer version"),
    "format 0": ("sgn-game/1", "sgn-game/0", "'sgn-game/0' does not exist"),
    "unknown kind": ("[param", 'kind = "quadratik"\n[param', "did you mean 'quadratic'?"),
    "kind type": ("[param", "kind = 3\n[param", "kind is an integer; write text"),
    "callable": ("[param", 'kind = "callable"\n[param', "cannot be rebuilt from a document"),
    "unknown key": ("source =", "sorce =", "has the unknown key 'sorce'; did you mean 'source'"),
    "name type": ('"Harker duopoly"', "3", "name is an integer; write text"),
    "source type": ('"Harker 1991"', "1991-01-01", "source is date; write text"),
    "no players": ("[[players]]", "[[player]]", "unknown key 'player'; did you mean 'players'"),
    "players a table": (
        HARKER[: HARKER.index("[region]")],
        'format = "sgn-game/1"\n[players]\n',
        "players is a table; write a list",
    ),
    "players empty": (HARKER, 'format = "sgn-game/1"\nplayers = []\n', "no players; give at least"),
    "player a number": (HARKER, 'format = "sgn-game/1"\nplayers = [1]\n', "player 1 is an integer"),
    "no cost": ('cost = "x1**2 + 8*x1*x2/3 - a*x1"', "", "player 1 lacks the key 'cost'"),
    "key of a player": ("cost =", "costs =", "player 1 has the unknown key 'costs'; did you mean"),
    "same names": ('"firm 2"', '"firm 1"', "two players are called 'firm 1'"),
    "empty name": ('"firm 2"', '""', "the name of player 2 has 0 characters"),
    "player name type": ('"firm 2"', "2", "the name of player 2 is an integer"),
    "variable of two": ('["x2"]', '["x2", "x1"]', "'x1' belongs to 'firm 1' and to 'firm 2'"),
    "variable twice": ('["x2"]', '["x2", "x2"]', "'x2' belongs to 'firm 2' and to 'firm 2'"),
    "no variables": ('["x2"]', "[]", "player 'firm 2' has no variables"),
    "variables as text": ('["x2"]', '"x2"', "variables of 'firm 2' is text; write a list"),
    "variable a number": ('["x2"]', "[2]", "variables of 'firm 2' is an integer"),
    "variable no name": ('["x2"]', '["x 2"]', "variable 'x 2' is not a plain name"),
    "reserved variable": ('["x2"]', '["exp"]', "variable 'exp' has a reserved name"),
    "variable of none": ("8*x1*x2/3", "8*x1*x3/3", "unknown name 'x3'"),
    "unknown function": ("x2**2", "gamma(x2)", "cost of firm 2, column 1: unknown name 'gamma'"),
    "not smooth": ("x2**2", "abs(x2)", "abs is not smooth"),
    "cost syntax": ("97*x2/4", "97*x2/", "cost of firm 2, column 27: a value is missing"),
    "caret": ("x2**2", "x2^2", "write ** for powers"),
    "cost a number": ('"x2**2 + 5*x1*x2/4 - 97*x2/4"', "3", "cost of 'firm 2' is an integer"),
    "empty cost": ('"x2**2 + 5*x1*x2/4 - 97*x2/4"', '""', "cost of firm 2, column 1: "),
    "import": ("x2**2", "__import__('os').system('touch ran')", "unknown name '__import__'"),
    "attribute": ("x2**2", "x2.__class__", "cost of firm 2, column 3: '.'"),
    "lambda": ("x2**2", "(lambda: 1)()", "cost of firm 2, column 2: unknown name 'lambda'"),
    "deep expression": ("x2**2", "(" * 5000 + "x2" + ")" * 5000, "deeper than 200"),
    "huge expression": ("x2**2", "x2+" * 400_000 + "x2", "more than 1048576 characters"),
    "huge file": ("[param", "#" * 5 * 2**20 + "\n[param", "longer than 4194304 bytes"),
    "huge power": ("x2**2", "x2**99999", "exponent after '**' is beyond ±1000"),
    "divides by 0": ("x2**2", "x2/0", "'/' divides by zero"),
    "parameter a list": ("a = 34.0", "a = [[1]]", "parameter 'a1' is a list; write a number"),
    "parameter true": ("a = 34.0", "a = true", "parameter 'a' is true or false"),
    "parameter nan": ("a = 34.0", "a = nan", "parameter 'a': NaN is not a finite number"),
    "parameter inf": ("a = 34.0", "a = -inf", "parameter 'a': -Infinity is not a finite"),
    "parameter text": ("a = 34.0", 'a = "one"', "parameter 'a': 'one' is not a number"),
    "parameter 1/0": ("a = 34.0", 'a = "1/0"', "parameter 'a': the number 1/0 divides by zero"),
    "huge exponent": ("a = 34.0", "a = 1e99999", "parameter 'a': the number 1e+99999… is too long"),
    "huger exponent": ("a = 34.0", "a = 1e" + "9" * 30, "the exponent of 1e9999"),
    "long integer": ("a = 34.0", "a = " + "9" * 2000, "parameter 'a' has more than 1000 digits"),
    "longer integer": ("a = 34.0", "a = " + "9" * 9000, "has too many digits"),
    "hexadecimal": ("a = 34.0", "a = 0x" + "f" * 9000, "parameter 'a' has more than 1000 digits"),
    "parameter = variable": ("a = 34.0", "a = 34\nx1 = 2", "both a variable and a parameter"),
    "parameters a list": ("[parameters]\na = 34.0", "parameters = []", "parameters is a list"),
    "side upside down": ("x1 = [0, 15]", "x1 = [15, 0]", "side 'x1' is upside down: lower 15"),
    "side missing": ("x1 = [0, 15]", "", "the region lacks the variable 'x1'"),
    "side unknown": ("[equilibrium]", "x3 = [0, 1]\n[equilibrium]", "names 'x3', which no player"),
    "side short": ("[0, 15]", "[0]", "side 'x1' has 1 entries; write it as [lower, upper]"),
    "side a number": ("[0, 15]", "15", "side 'x1' is an integer; write it as [lower, upper]"),
    "side infinite": (
        "[0, 15]",
        "[0, inf]",
        "the upper end of the region side 'x1': Infinity is not a finite",
    ),
    "side of lists": ("[0, 15]", "[[0], 15]", "the lower end of the region side 'x1' is a list"),
    "region a list": ("[region]", "[[region]]", "region is a list; write a table"),
    "hint missing": ("x2 = 9", "", "the equilibrium lacks the variable 'x2'"),
    "hint unknown": ("x2 = 9", "x2 = 9\ny = 1", "the equilibrium names 'y', which no player owns"),
    "hint beyond": ("x2 = 9", "x2 = 1e999", "the equilibrium's 'x2' is beyond the largest float"),
    "side beyond": ("[0, 15]", "[0, 2e308]", "side 'x1' is beyond the largest float, 1.8e308"),
    "hint nan": ("x2 = 9", "x2 = nan", "the equilibrium's 'x2': NaN is not a finite"),
    "data absent": ("[param", 'data = "no.npz"\n[param', "data 'no.npz': it cannot be read (no"),
}


@pytest.mark.parametrize("case", BAD_TEXT)
def test_a_bad_game_file_is_told_in_one_sentence(case: str, tmp_path: Path) -> None:
    old, new, message = BAD_TEXT[case]
    assert old in HARKER
    sentence = _sentence(HARKER.replace(old, new, 1), tmp_path)
    assert message in sentence


def _sentence(text: str | bytes, folder: Path, **arrays: Any) -> str:
    """The message of a file that must be refused, after the checks that hold for all of them."""
    with pytest.raises(InputError) as refusal:
        load_text(text, folder, **arrays)
    sentence = str(refusal.value)
    assert sentence.startswith("game.toml: ")
    assert sentence.isprintable()
    assert len(sentence) < 500
    assert not Path("ran").exists()
    return sentence


BAD_QUADRATIC: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "no data": ('data = "game.npz"', "", {"jacobian": EYE}, "lacks the key 'data'"),
    "data missing": ("", "", {}, "data 'game.npz': it cannot be read (no such file"),
    "data type": ('"game.npz"', "3", {}, "data is an integer; write text"),
    "data up": ("game.npz", "../game.npz", {}, "name an .npz file in the same folder"),
    "data absolute": ("game.npz", "/etc/game.npz", {}, "name an .npz file in the same folder"),
    "data below": ("game.npz", "a/game.npz", {}, "name an .npz file in the same folder"),
    "data backslash": ("game.npz", "a\\\\game.npz", {}, "name an .npz file in the same folder"),
    "data suffix": ("game.npz", "game.npy", {}, "name an .npz file in the same folder"),
    "data null": ("game.npz", "a\\u0000.npz", {}, "name an .npz file in the same folder"),
    "no jacobian": ("", "", {"linear": EYE[0]}, "lacks the key 'jacobian'"),
    "unknown array": ("", "", {"jacobian": EYE, "lineer": EYE[0]}, "did you mean 'linear'?"),
    "shape": ("", "", {"jacobian": np.eye(3)}, "jacobian has shape (3, 3); the players' sizes"),
    "linear shape": ("", "", {"jacobian": EYE, "linear": np.ones(3)}, "linear has shape (3,)"),
    "nan": ("", "", {"jacobian": EYE * np.nan}, "jacobian[0, 0] is not finite"),
    "linear inf": ("", "", {"jacobian": EYE, "linear": [0, np.inf]}, "linear[1] is not finite"),
    "complex": ("", "", {"jacobian": EYE * 1j}, "'jacobian' has type <c16; save it as float64"),
    "boolean": ("", "", {"jacobian": EYE > 0}, "'jacobian' has type |b1"),
    "text": ("", "", {"jacobian": np.array([["a"]])}, "'jacobian' has type <U1"),
    "objects": ("", "", {"jacobian": np.array([[None]])}, "'jacobian' has type |O"),
    "records": ("", "", {"jacobian": np.zeros(2, [("a", "f8")])}, "header of its array 'jacobian'"),
    "size 0": ("size = 1", "size = 0", {"jacobian": EYE}, "size of 'a' must be an integer"),
    "size huge": ("size = 1", f"size = {10**30}", {"jacobian": EYE}, "shape (2, 2); the players'"),
    "size text": ("size = 1", 'size = "1"', {"jacobian": EYE}, "size of 'a' must be an integer"),
    "size true": ("size = 1", "size = true", {"jacobian": EYE}, "size of 'a' must be an integer"),
    "asymmetric": ('size = 1\n[[players]]\nname = "b"\nsize = 1', "size = 2",
                   {"jacobian": EYE + np.eye(2, k=1)}, "block (0, 0) of the jacobian ('a') is not"),
    "field type": ("data", "field = 1\ndata", {"jacobian": EYE}, "field is an integer; write true"),
    "twice": ("[[players]]", "linear = 3\n[[players]]", {"jacobian": EYE, "linear": EYE[0]},
              "it holds 'linear', which the game file gives too"),
    "inline": ("[[players]]", "linear = [0, 0]\n[[players]]", {"jacobian": EYE},
               "linear is a list; give an array"),
    "indices out": ("", "", CSR | {"jacobian_indices": np.array([0, 2])}, "between 0 and 1"),
    "indices down": ("", "", CSR | {"jacobian_indices": np.array([-1, 0])}, "between 0 and 1"),
    "indices float": ("", "", CSR | {"jacobian_indices": np.ones(2)}, "array of integers"),
    "indptr": ("", "", CSR | {"jacobian_indptr": np.array([0, 5, 2])}, "must not decrease"),
    "indptr end": ("", "", CSR | {"jacobian_indptr": np.array([0, 1, 3])}, "run from 0 to 2"),
    "indptr short": ("", "", CSR | {"jacobian_indptr": np.array([0, 2])}, "has shape (1, 1)"),
    "indptr scalar": ("", "", CSR | {"jacobian_indptr": np.array(3)}, "jacobian"),
    "data long": ("", "", CSR | {"jacobian_data": np.ones(3)}, "data has shape (3,)"),
    "data nan": ("", "", CSR | {"jacobian_data": np.array([1, np.nan])}, "is not finite"),
    "part missing": ("", "", {"jacobian_data": np.ones(2)}, "lacks the array 'jacobian_indptr'"),
    "both": ("", "", CSR | {"jacobian": EYE}, "'jacobian' both whole and in parts"),
    "radius negative": ("radius = 1", "radius = -1", {"jacobian": EYE}, "radius is negative"),
    "radius text": ("radius = 1", 'radius = "a"', {"jacobian": EYE}, "radius: 'a' is not a number"),
    "radius and": ("radius = 1", "radius = 1\nlower = [0, 0]", {"jacobian": EYE}, "unknown key"),
    "lower alone": ("radius = 1", "lower = [0, 0]", {"jacobian": EYE}, "lacks the key 'upper'"),
    "lower short": ("radius = 1", "lower = [0]\nupper = [1, 1]", {"jacobian": EYE},
                    "lower has 1 entries; give 2"),
    "lower above": ("radius = 1", "lower = [0, 2]\nupper = [1, 1]", {"jacobian": EYE},
                    "side 1 is upside down"),
    "hint": ("[region]", "[equilibrium]\npoint = [0]\n[region]", {"jacobian": EYE},
             "the equilibrium's point has 1 entries; give 2"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_QUADRATIC)
def test_a_bad_quadratic_file_is_told_in_one_sentence(case: str, tmp_path: Path) -> None:
    old, new, arrays, message = BAD_QUADRATIC[case]
    assert old in QUADRATIC
    assert message in _sentence(QUADRATIC.replace(old, new, 1), tmp_path, **arrays)


class Trap:
    """Unpickling this would leave a file."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.system, ("touch ran",))


def _pickled() -> bytes:
    return npy_bytes(HEADER.replace(b"<f8", b"|O"), pickle.dumps(Trap()))


def _encrypted() -> bytes:
    content = bytearray(npz_bytes(GOOD))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + flags] |= 1
    return bytes(content)


def _broken_sum() -> bytes:
    content = bytearray(npz_bytes(GOOD))
    content[content.index(b"(2, 2), }\n") + 20] ^= 1
    return bytes(content)


def _bomb() -> bytes:
    """A member that says it takes 5 GiB."""
    content = bytearray(npz_bytes(bytes(10**6), method=zipfile.ZIP_DEFLATED))
    sizes = content.index(b"PK\x01\x02") + 24
    content[sizes : sizes + 4] = (2**32 - 2).to_bytes(4, "little")
    return _merge(bytes(content))


def _merge(one: bytes) -> bytes:
    """The archive with a second entry of the same declared size in its directory."""
    start = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    entry = one[start:end]
    directory = entry + entry.replace(b"jacobian", b"jacobiam")
    tail = bytearray(one[end:])
    tail[8:12] = b"\x02\x00\x02\x00"
    tail[12:16] = len(directory).to_bytes(4, "little")
    return one[:start] + directory + bytes(tail)


def _shaped(shape: bytes) -> bytes:
    """An array file that says it has this shape, without data."""
    return npy_bytes(HEADER.replace(b"(2, 2)", shape))


BAD_NPZ: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "no readable .npz file"),
    "junk": (bytes(range(256)) * 9, "no readable .npz file"),
    "cut": (npz_bytes(GOOD)[:-30], "no readable .npz file"),
    "pickle": (pickle.dumps(Trap()), "no readable .npz file"),
    "pickled array": (npz_bytes(_pickled()), "type |O; save it as float64"),
    "no arrays": (npz_bytes(GOOD).replace(b"jacobian.npy", b"jacobian.txt"), "no array"),
    "folder": (npz_bytes(GOOD, "../jacobian.npy"), "is no array; save it with numpy"),
    "no magic": (npz_bytes(b"abc"), "not in NumPy's format"),
    "version": (npz_bytes(GOOD.replace(b"Y\x01", b"Y\x09")), "not in NumPy's format"),
    "long header": (npz_bytes(npy_bytes(b" " * 5000)), "has a header of 5000 bytes"),
    "header code": (npz_bytes(npy_bytes(b"__import__('os')\n")), "is not a plain one"),
    "huge shape": (npz_bytes(_shaped(b"(99999999, 99999999)")),
                   "another size than it says"),
    "huger shape": (npz_bytes(_shaped(b"(" + b"9" * 99 + b",)")),
                    "is too large"),
    "short data": (npz_bytes(GOOD[:-8]), "another size than it says"),
    "long data": (npz_bytes(GOOD + b"x"), "another size than it says"),
    "bzip2": (npz_bytes(GOOD, method=zipfile.ZIP_BZIP2), "packed in an unusual way"),
    "encrypted": (_encrypted(), "is encrypted"),
    "checksum": (_broken_sum(), "no readable .npz file"),
    "bomb": (_bomb(), "bytes; at most 4294967296 are read"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_NPZ)
def test_a_bad_side_file_is_told_in_one_sentence(case: str, tmp_path: Path) -> None:
    content, message = BAD_NPZ[case]
    (tmp_path / "game.npz").write_bytes(content)
    sentence = _sentence(QUADRATIC, tmp_path)
    assert sentence.startswith("game.toml: data 'game.npz': ")
    assert message in sentence


def test_a_side_file_with_a_member_twice_or_too_many(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "game.npz", "w") as archive:
        archive.writestr("jacobian.npy", GOOD)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("jacobian.npy", GOOD)
    assert "holds the array 'jacobian' twice" in _sentence(QUADRATIC, tmp_path)
    many = {f"a{i}": np.zeros(1) for i in range(65)}
    assert "has 65 members; at most 64" in _sentence(QUADRATIC, tmp_path, **many)
    with zipfile.ZipFile(tmp_path / "game.npz", "w"):
        pass
    assert "it holds no arrays" in _sentence(QUADRATIC, tmp_path)


def test_what_is_not_a_regular_file(tmp_path: Path) -> None:
    loop, pipe = tmp_path / "loop.toml", tmp_path / "pipe.toml"
    loop.symlink_to(loop)
    os.mkfifo(pipe)
    for path, message in (
        (tmp_path, "not a regular file"),
        (loop, "too many levels of symbolic links"),
        (pipe, "not a regular file"),
        (tmp_path / "absent.toml", "no such file"),
        (tmp_path / "nul\0.toml", "embedded null byte"),
        (tmp_path / ("a" * 300), "file name too long"),
    ):
        with pytest.raises(InputError, match=message) as refusal:
            load(path)
        assert str(refusal.value).startswith(f"{path.name}: ".replace("\0", "\\x00"))


def test_bytes_that_are_not_text(tmp_path: Path) -> None:
    assert "byte 2 is not UTF-8 text" in _sentence(b"a \xff", tmp_path)
    assert "it is not valid TOML" in _sentence(bytes(range(128)), tmp_path)
    assert "it has no format" in _sentence(b"", tmp_path)
