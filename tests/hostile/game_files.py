"""Trees, tables and matrices that ask for too much."""

import gzip
import struct
import zlib
from pathlib import Path

from tests.hostile.documents import trick

TREE = 'EFG 2 R "" { "a" "b" }\n'


def _file(folder: Path, name: str, content: str | bytes, sizes: str = "") -> list[str]:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return ["load", str(folder / name), sizes]


@trick
def agents_over_every_leaf(folder: Path) -> list[str]:
    """Eighteen agents that act unseen, each after many chance moves: 2^17 entries a leaf."""
    types, lines = 18, []
    odds = " ".join(f'"{k}" 1/{types * 300}' for k in range(types * 300))
    for k in range(types * 300):
        lines.append(f'p "" 1 {k % types} "" {{ "l" "r" }} 0\nt "" 1 "" {{ 1 2 }}\nt "" 0')
    return _file(folder, "game.efg", f'{TREE}c "" 1 "" {{ {odds} }} 0\n' + "\n".join(lines))


@trick
def chance_of_long_numbers(folder: Path) -> list[str]:
    """A path of chance moves whose probabilities have 300 digits."""
    lines = []
    for k in range(900):
        bottom = 10**300 + 2 * k + 1
        odds = f'"x" {bottom - 1}/{bottom} "y" 1/{bottom}'
        lines.append(f'c "" {k} "" {{ {odds} }} 0\nt "" 0')
    return _file(folder, "game.efg", TREE + "\n".join(lines) + '\nt "" 0')


@trick
def outcomes_that_add_up(folder: Path) -> list[str]:
    """A path of outcomes whose sums have ever longer denominators."""
    lines = []
    for k in range(900):
        outcome = f'{k + 1} "" {{ 1/{10**400 + 2 * k + 1} 1/{10**400 + 3 * k + 1} }}'
        lines.append(f'p "" 1 {k} "" {{ "x" "y" }} {outcome}\nt "" 0')
    return _file(folder, "game.efg", TREE + "\n".join(lines) + '\nt "" 0')


@trick
def plans_of_a_broad_tree(folder: Path) -> list[str]:
    """A player with 6,000 first moves, each with a second one, that faces another like it."""
    count, lines = 6000, []
    moves = " ".join(['""'] * count)
    for k in range(count):
        lines.append(f'p "" 1 {k + 1} "" {{ "" "" }} 0\nt "" 1 "" {{ 1 2 }}\nt "" 0')
    text = f'{TREE}p "" 1 0 "" {{ {moves} }} 0\n' + "\n".join(lines)
    return [*_file(folder, "game.efg", text), "normal"]


@trick
def a_deep_tree(folder: Path) -> list[str]:
    """One path of 30,000 moves."""
    lines = ['p "" 1 0 "" { "l" } 0'] + [f'p "" 1 {k} "" {{ "l" }} 0' for k in range(1, 30_000)]
    return _file(folder, "game.efg", TREE + "\n".join(lines) + '\nt "" 0')


@trick
def outcomes_of_twenty_players(folder: Path) -> list[str]:
    """2^18 contingencies of 18 players that one outcome tells."""
    names, twos = " ".join(['""'] * 64), " ".join(["2"] * 18 + ["1"] * 46)
    payoffs = " ".join(["1"] * 64)
    text = f'NFG 1 R "" {{ {names} }} {{ {twos} }} {{ {{ "" {payoffs} }} }} ' + "1 " * 2**18
    return _file(folder, "game.nfg", text)


@trick
def payoffs_of_one_digit(folder: Path) -> list[str]:
    """Two players whose 2·490² payoffs are one digit each."""
    return _file(folder, "game.gam", "2\n490 490\n" + "1 " * (2 * 490**2))


@trick
def a_table_of_one_digit(folder: Path) -> list[str]:
    """700 × 700 digits."""
    return _file(folder, "J.csv", ("1," * 699 + "1\n") * 700, "700")


@trick
def a_table_of_long_numbers(folder: Path) -> list[str]:
    """20 × 20 quotients of 900 digits, to be kept exactly."""
    rows = [
        ",".join(f"1/{10**900 + 40 * k + 2 * m + 1}" for m in range(20)) for k in range(20)
    ]  # fmt: skip
    return _file(folder, "J.csv", "\n".join(rows), "20")


@trick
def one_long_line(folder: Path) -> list[str]:
    """A table of one row with 490,000 entries."""
    return _file(folder, "J.csv", "1," * 490_000 + "1", "1")


@trick
def zeros_in_mat(folder: Path) -> list[str]:
    """2^29 zeros in 0.5 MB, compressed."""
    size = 2**29
    head = b"MATLAB 5.0".ljust(124) + struct.pack("<H2s", 0x0100, b"IM")
    flags = struct.pack("<IIII", 6, 8, 6, 0) + struct.pack("<IIii", 5, 8, 2**13, 2**13)
    content = flags + struct.pack("<II4s4x", 1, 1, b"J") + struct.pack("<II", 9, size)
    packer = zlib.compressobj(9)
    parts = [packer.compress(struct.pack("<II", 14, len(content) + size) + content)]
    parts += [packer.compress(bytes(2**20)) for _ in range(size // 2**20)]
    packed = b"".join([*parts, packer.flush()])
    return _file(folder, "J.mat", head + struct.pack("<II", 15, len(packed)) + packed, "8192")


@trick
def a_wide_sparse_mat(folder: Path) -> list[str]:
    """A sparse matrix without entries that says it has 2^31 − 1 rows."""
    head = b"MATLAB 5.0".ljust(124) + struct.pack("<H2s", 0x0100, b"IM")
    flags = struct.pack("<IIII", 6, 8, 5, 0) + struct.pack("<IIii", 5, 8, 2**31 - 1, 1)
    content = flags + struct.pack("<II4s4x", 1, 1, b"J") + struct.pack("<II", 5, 0)
    content += struct.pack("<IIii", 5, 8, 0, 0) + struct.pack("<II", 9, 0)
    return _file(folder, "J.mat", head + struct.pack("<II", 14, len(content)) + content, "1")


@trick
def zeros_in_mtx_gz(folder: Path) -> list[str]:
    """4·10⁸ bytes of zeros in 0.4 MB."""
    text = b"%%MatrixMarket matrix array real general\n8192 8192\n" + b"0\n" * (2 * 10**8)
    return _file(folder, "J.mtx.gz", gzip.compress(text, 9), "8192")


@trick
def a_wide_mtx(folder: Path) -> list[str]:
    """A matrix without entries of side 10⁷, and as many players."""
    text = "%%MatrixMarket matrix coordinate real general\n8000000 8000000 0\n"
    return _file(folder, "J.mtx", text, "1*8000000")


@trick
def entries_that_are_many_times_one(folder: Path) -> list[str]:
    """150,000 entries at one place of a matrix of side 100,000."""
    text = "%%MatrixMarket matrix coordinate real general\n100000 100000 150000\n"
    return _file(folder, "J.mtx", text + "1 1 1\n" * 150_000, "1*100000")
