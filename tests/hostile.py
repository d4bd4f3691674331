"""Files of under 1 MB that would hang or fill whoever reads them: `python -m tests.hostile`.

Each is named after its trick. Nothing in them is damaged: they are well formed, or would be were
they not so large once unpacked. All must be answered soon, in little memory, with status 2 and one
sentence, or with what is true. `python -m tests.hostile [NAME ...]` runs them all (or some), each
in a process of its own, and prints the table.
"""

import base64
import gzip
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from certificates.document import Document, digest, encode_array, read
from games.number import to_text
from tests.corpus.make import HERE

SECONDS, BYTES = 20, 1.5 * 2**30  # that a file may take
SIZE = 2**20  # bytes of the files of one trick together
LONG = "1." + "3" * 900  # a number of many digits
PER_PLAYER = ("curvature_lower", "curvature_upper", "weights", "structural_weights")
GUARD = 8 * 10**9  # bytes of address space, so that what is not refused does no harm


@final
@dataclass(frozen=True)
class Trick:
    """make: writes the files to a folder; the arguments of `sgn` that read them, {} the folder."""

    name: str
    make: Callable[[Path], list[str]]


TRICKS: list[Trick] = []


def trick(make: Callable[[Path], list[str]]) -> Callable[[Path], list[str]]:
    """Add a trick under the name of its function."""
    TRICKS.append(Trick(make.__name__.replace("_", "-"), make))
    return make


# ---- documents -----------------------------------------------------------------------------------


def valid(name: str) -> Document:
    return read(HERE / "valid" / f"{name}.json")


def signed(document: Document) -> Document:
    return {**document, "digest": digest(document)}


def packed(document: Document, folder: Path, command: str = "verify") -> list[str]:
    """The arguments that read the document from a compressed file."""
    with gzip.open(folder / "hostile.json.gz", "wt") as file:
        for part in json.JSONEncoder(ensure_ascii=False).iterencode(signed(document)):
            file.write(part)
    return [command, str(folder / "hostile.json.gz")]


def filled(value: float, dtype: str, *shape: int) -> Document:
    """An encoded array of one number, however large, made without holding it."""
    size, packer, parts = np.dtype(dtype).itemsize * math.prod(shape), zlib.compressobj(9), []
    block = np.full(2**17, value, dtype).tobytes()
    for start in range(0, size, len(block)):
        parts.append(packer.compress(block[: size - start]))
    data = b"".join([*parts, packer.flush()])
    return {"dtype": dtype, "shape": list(shape), "zlib64": base64.b64encode(data).decode()}


def zeros(dtype: str, *shape: int) -> Document:
    return filled(0, dtype, *shape)


def ones(count: int) -> Document:
    return filled(1, "<f8", count)


def sparse(indptr: NDArray[Any], indices: NDArray[Any], data: Document) -> Document:
    n = len(indptr) - 1
    code = {"indptr": encode_array(indptr), "indices": encode_array(indices)}
    return code | {"data": data, "shape": [n, n]}


def empty_sparse(n: int) -> Document:
    """No entry in n × n."""
    indices = encode_array(np.zeros(0, np.int32))
    return {
        "indptr": zeros("<i4", n + 1), "indices": indices, "data": zeros("<f8", 0), "shape": [n, n],
    }  # fmt: skip


def quadratic(n: int, sizes: Sequence[int] | None = None) -> Document:
    """A true certificate of the game x_i²/2, of n variables, with the region R^n."""
    counts = np.array([1] * n if sizes is None else sizes)
    players = len(counts)
    weights = ones(players)
    metric = {"kind": "scalar", "weights": weights}
    return {
        "format": "sgn-certificate/1",
        "game": {
            "format": "sgn-game/1", "kind": "quadratic", "name": "", "sizes": encode_array(counts),
            "jacobian": sparse(np.arange(n + 1), np.arange(n, dtype=np.int32), ones(n)),
        },
        "region": {"kind": "space", "dimension": n},
        "geometry": "euclidean", "evidence": {"kind": "exact"}, "verdict": "proved",
        "curvature_lower": weights, "curvature_upper": weights,
        "coupling_upper": empty_sparse(players), "metric": metric, "weights": weights,
        "margin": "0.5", "margin_basis": "structural", "structural_margin": "0.5",
        "structural_weights": weights, "lipschitz": "2", "witnesses": {"structural": weights},
        "steps": {}, "bands": [], "produced_by": {}, "digest": "",
    }  # fmt: skip


def bounds(players: int) -> Document:
    """A true certificate of given bounds alone."""
    document = quadratic(1, [1])
    for key in ("game", "region"):
        del document[key]
    weights = ones(players)
    return {
        **document, "players": players, "evidence": {"kind": "assumed", "symmetric": True},
        "verdict": "conditional", "curvature_lower": weights, "curvature_upper": weights,
        "coupling_upper": empty_sparse(players), "weights": weights,
        "metric": {"kind": "scalar", "weights": weights}, "structural_weights": weights,
        "witnesses": {"structural": weights},
    }  # fmt: skip


def text_game(costs: dict[str, str], variables: dict[str, list[str]], **more: Any) -> Document:
    players = [{"name": k, "variables": v, "cost": costs[k]} for k, v in variables.items()]
    return {"format": "sgn-game/1", "kind": "symbolic", "name": "", "players": players, **more}


def claimed(game: Document, sizes: Sequence[int], evidence: Document | None = None) -> Document:
    """A certificate that claims a little of a game on [-1, 1]^n."""
    n = sum(sizes)
    return {
        **quadratic(n, sizes),
        "game": game,
        "region": {"kind": "box", "lower": ["-1"] * n, "upper": ["1"] * n},
        "evidence": evidence or {"kind": "exact"},
    }


def rk4(n: int, intervals: int, basis: str = "constant", **cover: Any) -> Document:
    steps = [to_text(Fraction(2 * k, intervals)) for k in range(intervals + 1)]
    return {
        "step_max": "2", "best_step": "1", "factor_at_best": "0.99", "basis": basis,
        "metric": {"kind": "scalar", "weights": ones(n)},
        "cover": {"steps": steps, "rates": ["1e-9"] * intervals, **cover},
    }  # fmt: skip


# ---- what is read --------------------------------------------------------------------------------


@trick
def lists_in_gz(folder: Path) -> list[str]:
    """4·10⁸ bytes of empty lists in 0.4 MB."""
    with gzip.open(folder / "hostile.json.gz", "wb") as file:
        file.write(b'{"format": [')
        for _ in range(400):
            file.write(b"[],[],[],[],[]," * (2**20 // 15))
        file.write(b"[]]}")
    return ["verify", str(folder / "hostile.json.gz")]


@trick
def spaces_in_gz(folder: Path) -> list[str]:
    """10⁹ spaces in 1 MB."""
    with gzip.open(folder / "hostile.json.gz", "wb") as file:
        for _ in range(1000):
            file.write(b" " * 2**20)
        file.write(b"{}")
    return ["verify", str(folder / "hostile.json.gz")]


@trick
def keys_in_gz(folder: Path) -> list[str]:
    """10⁷ keys of one object."""
    with gzip.open(folder / "hostile.json.gz", "wb") as file:
        file.write(b'{"format": 0')
        for k in range(4 * 10**5):
            file.write(b',"%d":0' % k)
        file.write(b"}")
    return ["verify", str(folder / "hostile.json.gz")]


@trick
def parts_that_disagree(folder: Path) -> list[str]:
    """A sparse matrix of 2 × 2 whose parts unpack to 6·10⁹ bytes, packed twice: 12 KB."""
    document = quadratic(2)
    document["game"]["jacobian"] = {
        "indptr": zeros("<i8", 2**28 - 1), "indices": zeros("<i8", 2**28 - 1),
        "data": zeros("<f8", 2**28 - 1), "shape": [2, 2],
    }  # fmt: skip
    return packed(document, folder)


@trick
def players_without_number(folder: Path) -> list[str]:
    """Bounds of 10⁸ players."""
    return packed(bounds(10**8), folder)


@trick
def sizes_without_number(folder: Path) -> list[str]:
    """A game of 10⁸ players of one variable."""
    document = quadratic(2)
    document["game"]["sizes"] = zeros("<i4", 10**8)
    return packed(document, folder)


@trick
def entries_without_number(folder: Path) -> list[str]:
    """A table of 2000 × 2000 couplings, all stated, all 0."""
    n = 2000
    document = bounds(n)
    indices = np.concatenate([np.delete(np.arange(n), i) for i in range(n)])
    document["coupling_upper"] = sparse(
        np.arange(n + 1) * (n - 1), indices, zeros("<f8", n * (n - 1))
    )
    return packed(document, folder)


@trick
def a_name_of_megabytes(folder: Path) -> list[str]:
    """A player and a game called by 10⁷ letters, to be shown."""
    document = valid("toy")
    document["game"]["name"] = "\N{GREEK SMALL LETTER ALPHA}" * 10**7
    document["game"]["players"][0]["name"] = "x" * 10**7
    return [*packed(document, folder, "report"), "-o", str(folder / "report.html")]


@trick
def a_name_to_certify(folder: Path) -> list[str]:
    """The same of a game file, 10⁶ letters."""
    text = (
        f'format = "sgn-game/1"\nname = "{"x" * 10**6}"\n[[players]]\nname = "a"\n'
        'variables = ["x"]\ncost = "x**2"\n'
    )
    return game_file(folder, text)


@trick
def zeros_beside_a_game(folder: Path) -> list[str]:
    """A Jacobian of 10⁸ zeros in an .npz file of 0.8 MB."""
    shape = "(10000, 10000)"
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    head = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    with (
        zipfile.ZipFile(folder / "game.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("jacobian.npy", "w", force_zip64=True) as file,
    ):
        file.write(head)
        for _ in range(800):
            file.write(bytes(10**6))
    players = "".join(f'[[players]]\nname = "{k}"\nsize = 5000\n' for k in "ab")
    return game_file(
        folder, f'format = "sgn-game/1"\nkind = "quadratic"\ndata = "game.npz"\n{players}'
    )


@trick
def chance_beside_a_game(folder: Path) -> list[str]:
    """A transition tensor of 2^24 equal probabilities, and as many rewards."""
    S, A = 64, 16
    rows = S * A * A
    arrays = {
        "transition": np.full((rows, S), 1 / S),
        "rewards": np.zeros((2, rows)),
    }
    np.savez_compressed(folder / "game.npz", **arrays)
    players = "".join(f'[[players]]\nname = "{k}"\nactions = {A}\n' for k in "ab")
    initial = ", ".join([f'"1/{S}"'] * S)
    return game_file(
        folder,
        f'format = "sgn-game/1"\nkind = "markov"\ndiscount = "0.9"\nentropy = ["1", "1"]\n'
        f'initial = [{initial}]\ndata = "game.npz"\n{players}',
    )


def game_file(folder: Path, text: str) -> list[str]:
    (folder / "game.toml").write_text(text)
    return ["certify", str(folder / "game.toml"), "--time-limit", "5"]


# ---- exact arithmetic ----------------------------------------------------------------------------


@trick
def a_ball_of_rationals(folder: Path) -> list[str]:
    """A ball whose metric is 64 × 64 rationals of many digits."""
    n = 64
    document = quadratic(n)
    entry = f"1/{10**300 + 7}"
    metric = [
        [f"{1 + k}" if k == m else f"1/{10**30 + (k + 1) * (m + 1)}" for m in range(n)]
        for k in range(n)
    ]
    metric[0][1] = metric[1][0] = entry
    document["region"] = {"kind": "ball", "center": ["0"] * n, "radius": "1", "metric": metric}
    return packed(document, folder)


@trick
def ten_thousand_bands(folder: Path) -> list[str]:
    """As many bands, each with two witnesses of 30 quotients, of 30 players who all interact."""
    n = 30
    document = bounds(n)
    numbers = [f"{k + 1}/{10**8 + 37 * k}" for k in range(n)]
    small = [[f"1/{10**7 + i * n + j}" if i != j else "0" for j in range(n)] for i in range(n)]
    rows = dict.fromkeys(PER_PLAYER, ["1"] * n)
    witness = {"weights": numbers, "vector": numbers}
    band = {"players": [0, 1], "ratio": "w_j/w_i", "basis": "structural", "margin": "0",
            "low": "1", "high": "1", "witnesses": [witness, witness]}  # fmt: skip
    document |= rows | {
        "coupling_upper": small, "metric": {"kind": "scalar", "weights": rows["weights"]},
        "witnesses": {"structural": rows["weights"]}, "bands": [band] * 10**4,
    }  # fmt: skip
    return packed(document, folder)


@trick
def long_multipliers(folder: Path) -> list[str]:
    """RK4 over 3000 intervals, cut from a true one, with ends and multipliers of 900 digits."""
    document = valid("bent")
    cover = document["steps"]["rk4"]["cover"]
    ends = [Fraction(v) for v in cover["steps"]]
    low, high = ends[0] + (ends[1] - ends[0]) / 4, ends[1]
    inner = [low + (high - low) * k / 3000 for k in range(1, 3000)]
    longer = [
        f"{x.numerator * (10**400 // x.denominator)}/{10**400 + k}" for k, x in enumerate(inner)
    ]
    cover["steps"] = [cover["steps"][0], to_text(low), *longer, *cover["steps"][1:]]
    row = [
        f"{int(Fraction(v) * 10**400)}/{10**400 + 7 * k}"
        for k, v in enumerate(cover["multipliers"][0])
    ]
    cover["multipliers"] = [row] * 3001 + cover["multipliers"][1:]
    cover["rates"] = [cover["rates"][0]] * 3001 + cover["rates"][1:]
    return packed(document, folder)


@trick
def folded_constants(folder: Path) -> list[str]:
    """A cost of quotients of 20,000 bits, each to be reduced while the text is read."""
    term = "(a**6/b**6)*(c**5+{})"
    cost = "x**2+" + "+".join(term.format(k) for k in range(30_000))
    digits = "7" * 990
    return game_file(
        folder,
        f'format = "sgn-game/1"\n[parameters]\na = "{digits}1"\nb = "{digits}3"\nc = "{digits}7"\n'
        f'[[players]]\nname = "a"\nvariables = ["x"]\ncost = "{cost}"\n',
    )


@trick
def long_coefficients(folder: Path) -> list[str]:
    """A polynomial of few letters whose coefficients have 20,000 bits."""
    costs = {"a": f"({LONG}*x + {LONG}7*y + {LONG}9*z)**40 + ({LONG}*x + {LONG}7*y + {LONG}3)**40",
             "b": "y**2 + z**2"}  # fmt: skip
    game = text_game(costs, {"a": ["x"], "b": ["y", "z"]})
    return packed(claimed(game, [1, 2]), folder)


@trick
def long_numbers_to_show(folder: Path) -> list[str]:
    """Numbers of a thousand digits, of which the table and the report show quotients and roots."""
    document = bounds(2)
    big, small = "9" * 900, f"1/{'7' * 990}"
    rows = {key: [big, small] for key in PER_PLAYER}
    document |= rows | {
        "coupling_upper": [["0", small], [small, "0"]],
        "metric": {"kind": "scalar", "weights": [big, small]},
        "witnesses": {"structural": [small, big]}, "margin": small, "lipschitz": f"{'7' * 990}/{'3' * 990}",
        "structural_margin": small,
    }  # fmt: skip
    return [*packed(document, folder, "report"), "-o", str(folder / "report.html")]


# ---- matrices ------------------------------------------------------------------------------------


@trick
def steps_of_600(folder: Path) -> list[str]:
    """RK4 for a constant Jacobian of 600 × 600 over 10⁴ intervals."""
    document = quadratic(600)
    document["steps"] = {"rk4": rk4(600, 10**4)}
    return packed(document, folder)


@trick
def bands_of_matrices(folder: Path) -> list[str]:
    """10⁴ bands of two players with 1000 variables each, to be tested as matrices."""
    document = quadratic(2000, [1000, 1000])
    metric = {"kind": "scalar", "weights": ["1", "1"]}
    document |= {
        "metric": metric, "weights": ["1", "1"],
        "bands": [
            {"players": [0, 1], "ratio": "w_j/w_i", "basis": "direct", "margin": "0.1", "low": "0.5",
             "high": "2", "witnesses": [{"weights": ["1", "1"], "vector": ["1", "1"]}]}
        ] * 10**4,
    }  # fmt: skip
    return packed(document, folder)


@trick
def widths_of_a_metric(folder: Path) -> list[str]:
    """Start sets of every method in dense metrics of 300 × 300, on a box."""
    n = 300
    document = quadratic(n)
    dense = {"kind": "dense", "matrix": encode_array(np.eye(n) * 2 + 1e-3)}
    steps = rk4(n, 1) | {"metric": dense, "step_max": "0.01", "best_step": "0.01"}
    steps["cover"] = {"steps": ["0", "0.01"], "rates": ["0.1"]}
    euler = {"step_max": "0.02", "best_step": "0.01", "factor_at_best": "0.999", "factor_at_max": "0.999",
             "basis": "direct", "metric": dense}  # fmt: skip
    del document["weights"]
    document |= {
        "region": {"kind": "box", "lower": ["-1"] * n, "upper": ["1"] * n}, "metric": dense,
        "margin_basis": "direct", "steps": {"euler": euler, "rk4": steps},
        "equilibrium": {"point": zeros("<f8", n), "error": "0", "kind": "nash"},
        "basin": {"radius": "0.001", "euler_radius": "0.001", "rk4_radius": "0.001"},
    }  # fmt: skip
    return packed(document, folder)


def refused() -> Document:
    document = valid("refuted-space")
    return {k: v for k, v in document.items() if k not in ("cycle", "worst_point")}


@trick
def a_thousand_witnesses(folder: Path) -> list[str]:
    """A refusal with 1000 points of 128 variables and a matrix of 128 × 128 for each."""
    n, base = 128, refused()
    factor = encode_array(np.eye(n))
    game = quadratic(n)["game"]
    document = {
        **base, "game": game, "region": {"kind": "space", "dimension": n},
        "witness": {"kind": "dual", "metrics": "all", "points": [None] * 1000,
                    "matrices": [factor] * 1000},
    }  # fmt: skip
    return packed(document, folder)


@trick
def witnesses_of_a_text(folder: Path) -> list[str]:
    """The same at points of a game of 100 variables whose costs are text."""
    n, base = 100, refused()
    names = [f"x{k}" for k in range(n)]
    cost = "+".join(f"exp({x})" for x in names)
    game = text_game({"a": f"({cost})**2"}, {"a": names})
    document = {
        **base, "game": game, "region": {"kind": "box", "lower": ["-1"] * n, "upper": ["1"] * n},
        "witness": {"kind": "dual", "metrics": "all", "points": [["0"] * n] * 1000,
                    "matrices": [encode_array(np.eye(n))] * 1000},
    }  # fmt: skip
    return packed(document, folder)


# ---- derivatives and leaves ----------------------------------------------------------------------


def cover(tokens: NDArray[np.int64]) -> Document:
    return encode_array(tokens)


def enclosed(game: Document, sizes: Sequence[int], tokens: NDArray[np.int64]) -> Document:
    """Claims that stand on the same cover, for every purpose."""
    count, code = len(sizes), cover(tokens)
    purposes = ["domain", "margin", "euclidean_margin", "lipschitz"]
    purposes += [f"block {i} {j}" for i in range(count) for j in range(count)]
    evidence = {"kind": "enclosed", "covers": dict.fromkeys(purposes, code)}
    return claimed(game, sizes, evidence) | {"margin_basis": "direct", "euclidean_margin": "0.5"}


def halved(n: int, splits: int, form: int) -> NDArray[np.int64]:
    """A full tree of so many splits, the axes in turn, with leaves of one form."""
    row = np.array([n + form])
    for depth in reversed(range(splits)):
        row = np.concatenate([[depth % n], row, row])
    return row


@trick
def slopes_of_thirty_variables(folder: Path) -> list[str]:
    """A cost of 30 variables, all of which meet in nested functions: its third derivatives."""
    names = [f"x{k}" for k in range(30)]
    inner = "+".join(names)
    cost = inner
    for k in range(60):
        cost = f"exp(sin({cost})*x{k % 30})"
    game = text_game({"a": cost}, {"a": names})
    return packed(enclosed(game, [30], np.array([31])), folder)


@trick
def a_million_leaves(folder: Path) -> list[str]:
    """Covers of 2^19 leaves for each claim of a game of four variables, which pack to nothing."""
    names = [f"x{k}" for k in range(4)]
    cost = "+".join(f"exp({x})" for x in names) + "+ sin(" + "+".join(names) + ")"
    game = text_game({"a": cost}, {"a": names})
    return packed(enclosed(game, [4], halved(4, 19, 1)), folder)


@trick
def one_side_split(folder: Path) -> list[str]:
    """Covers that split one side 10⁵ times over."""
    game = text_game({"a": "exp(x) + x**2"}, {"a": ["x"]})
    tokens = np.concatenate([np.zeros(10**5, dtype=np.int64), np.ones(10**5 + 1, dtype=np.int64)])
    return packed(enclosed(game, [1], tokens), folder)


@trick
def vertices_of_every_block(folder: Path) -> list[str]:
    """100 players, each of whose blocks depends on 16 variables: 2^16 vertices for 10⁴ blocks."""
    n = 100
    names = [f"x{k}" for k in range(n)]
    product = "*".join(names[:14])
    costs = {
        f"p{k}": f"x{k}*x{k - 1}*x{k - 2}*{product}" if k > 15 else f"x{k}**2" for k in range(n)
    }
    game = text_game(costs, {f"p{k}": [names[k]] for k in range(n)})
    return packed(claimed(game, [1] * n), folder)


@trick
def bernstein_of_high_degree(folder: Path) -> list[str]:
    """Leaves of Bernstein form for a polynomial of degree 20 in several variables."""
    names = ["x", "y", "z"]
    cost = "x**2+y**2+z**2+(x+y+z+1)**14/100000000"
    game = text_game({"a": cost}, {"a": names})
    return packed(enclosed(game, [3], halved(3, 12, 4)), folder)


@trick
def two_thousand_variables(folder: Path) -> list[str]:
    """An exact Jacobian of 2000 variables from one cost of 100,000 terms."""
    names = [f"x{k}" for k in range(1990)]
    pairs = ((a, b) for a in range(1990) for b in range(a, 1990, 97))
    cost = "+".join(f"x{a}*x{b}" for (a, b), _ in zip(pairs, range(19_000), strict=False))
    game = text_game({"a": cost}, {"a": names})
    return packed(claimed(game, [1990]), folder)


@trick
def two_thousand_variables_to_certify(folder: Path) -> list[str]:
    """The same as a game file: a gradient of every entry of the gradient."""
    names = [f"x{k}" for k in range(1990)]
    inner = "+".join(names)
    cost = "+".join(f"exp({inner}-{k}*x{k})*x{k + 1}" for k in range(60))
    listed = ", ".join(f'"{x}"' for x in names)
    return game_file(
        folder,
        f'format = "sgn-game/1"\n[[players]]\nname = "a"\nvariables = [{listed}]\ncost = "{cost}"\n',
    )


@trick
def squares_of_squares(folder: Path) -> list[str]:
    """A chain of repeated squaring, as a game file."""
    cost = "x + y"
    for _ in range(60):
        cost = f"({cost})**2 + x*y"
    return game_file(
        folder,
        f'format = "sgn-game/1"\n[[players]]\nname = "a"\nvariables = ["x"]\ncost = "{cost}"\n'
        '[[players]]\nname = "b"\nvariables = ["y"]\ncost = "y**2"\n[region]\nx = [-1, 1]\ny = [-1, 1]\n',
    )


@trick
def a_name_that_is_like_many(folder: Path) -> list[str]:
    """30,000 parameters, and a name in a cost that is none of them."""
    many = "\n".join(f"parameter_number_{k:05d}_x = 1" for k in range(30_000))
    return game_file(
        folder,
        f'format = "sgn-game/1"\n[parameters]\n{many}\n[[players]]\nname = "a"\nvariables = ["x"]\n'
        'cost = "x**2 + parameter_number_012345678_yx"\n',
    )


@trick
def nested_tables(folder: Path) -> list[str]:
    """10⁵ tables inside each other's names."""
    tables = "\n".join(f"[a.b.c.d.e.f.g.h.i.j.k.l.m.n.o{k}]" for k in range(28_000))
    return game_file(folder, f'format = "sgn-game/1"\n{tables}\n')


@trick
def inline_tables(folder: Path) -> list[str]:
    """Lists and inline tables inside each other."""
    return game_file(folder, 'format = "sgn-game/1"\nname = ' + "[{a=" * 200_000)


# ---- policies ------------------------------------------------------------------------------------


def policies(states: int, actions: Sequence[int], **more: Any) -> Document:
    """A Markov game of equal chances and no rewards."""
    rows = states * int(np.prod(actions))
    return {
        "format": "sgn-game/1", "kind": "markov", "name": "",
        "players": [{"name": f"p{k}", "actions": a} for k, a in enumerate(actions)],
        "transition": encode_array(np.full((rows, states), 1 / states)),
        "rewards": encode_array(np.zeros((len(actions), rows))),
        "discount": "0.5", "initial": [f"1/{states}"] * states, "entropy": ["1"] * len(actions), **more,
    }  # fmt: skip


def of_policies(game: Document, sizes: Sequence[int], evidence: Document) -> Document:
    geometry = {"kind": "entropic-dual", "field": "fisher",
                "coordinates": "drop-one logits, action 0 dropped"}  # fmt: skip
    return claimed(game, sizes, evidence) | {"geometry": geometry}


@trick
def values_of_many_leaves(folder: Path) -> list[str]:
    """A Markov game of 60 logits with vectors of zeros for 2000 leaves."""
    S, actions = 10, (4, 4)
    leaves = 2000
    sizes = [S * (a - 1) for a in actions]
    n = sum(sizes)
    tokens = np.concatenate([np.tile([0, n], 0), halved(n, 11, 0)])
    evidence = {"kind": "enclosed", "values": {"cover": cover(tokens),
                "vectors": zeros("<f8", 2**11, 2 * (len(actions) + S), S)}}  # fmt: skip
    del leaves
    return packed(of_policies(policies(S, actions), sizes, evidence), folder)


@trick
def states_without_number(folder: Path) -> list[str]:
    """A Markov game of 5000 states: 10⁸ probabilities."""
    S, actions = 5000, (2, 2)
    game = policies(2, actions)
    game |= {
        "transition": zeros("<f8", S * 4, S),
        "rewards": zeros("<f8", 2, S * 4),
        "initial": [f"1/{S}"] * S,
    }
    evidence = {"kind": "enclosed", "values": {"cover": cover(np.array([2 * S])),
                "vectors": zeros("<f8", 1, 2 * (2 + S), S // 4)}}  # fmt: skip
    return packed(of_policies(game, [S, S], evidence), folder)


@trick
def policies_as_text(folder: Path) -> list[str]:
    """A normal-form game of seven players with four actions, of which covers are claimed."""
    actions = (4,) * 7
    game = {
        "format": "sgn-game/1", "kind": "normal-form", "name": "",
        "players": [{"name": f"p{k}", "actions": a} for k, a in enumerate(actions)],
        "payoffs": encode_array(np.random.default_rng(0).integers(0, 3, (7, 4**7)).astype(float)),
        "entropy": ["1"] * 7,
    }  # fmt: skip
    sizes = [3] * 7
    document = enclosed(game, sizes, np.array([21]))
    geometry = of_policies(game, sizes, {})["geometry"]
    return packed(document | {"geometry": geometry}, folder)


@trick
def differences_of_payoffs(folder: Path) -> list[str]:
    """T19 on the simplex for 14 players of two actions, with weights of 256 bits."""
    count = 14
    game = {
        "format": "sgn-game/1", "kind": "normal-form", "name": "",
        "players": [{"name": f"p{k}", "actions": 2} for k in range(count)],
        "payoffs": encode_array(np.random.default_rng(0).integers(0, 9, (count, 2**count)) * 2.0**-200),
        "entropy": ["1"] * count,
    }  # fmt: skip
    n = count
    weights = [f"{2**255 + k}/{2**254 + 2 * k + 1}" for k in range(count)]
    evidence = {"kind": "enclosed", "covers": {"domain": cover(np.array([n]))}}
    document = of_policies(game, [1] * n, evidence)
    document["bregman"] = {"simplex": {"rate": "1e-9", "weights": weights, "vector": ["1"] * n}}
    return packed(document, folder)


@trick
def contingencies_without_number(folder: Path) -> list[str]:
    """A .nfg file of 19 players whose 2^19 contingencies are one digit each."""
    names = " ".join(f'"{k}"' for k in range(18))
    strategies = " ".join(["2"] * 18)
    payoffs = " ".join(["1"] * 18)
    text = f'NFG 1 R "" {{ {names} }} {{ {strategies} }} {{ {{ "" {payoffs} }} }} ' + "1 " * 2**18
    (folder / "game.nfg").write_text(text)
    return ["nfg", str(folder / "game.nfg")]


@trick
def an_attack_on_long_claims(folder: Path) -> list[str]:
    """The attack on 600 variables with RK4 over 10⁴ intervals."""
    document = quadratic(600)
    document["steps"] = {"rk4": rk4(600, 10**4)}
    return [*packed(document, folder, "attack"), "--seconds", "3"]


@trick
def a_cost_of_many_domains(folder: Path) -> list[str]:
    """Logarithms of sums whose sign takes 10 variables to tell."""
    names = [f"x{k}" for k in range(10)]
    inner = "+".join(f"{x}*{y}" for x in names for y in names)
    cost = "+".join(f"log(sin({inner}+{k})+1.0001)" for k in range(100))
    sides = "\n".join(f"{x} = [-1, 1]" for x in names)
    listed = ", ".join(f'"{x}"' for x in names)
    return game_file(
        folder,
        f'format = "sgn-game/1"\n[[players]]\nname = "a"\nvariables = [{listed}]\ncost = "{cost}"\n[region]\n{sides}\n',
    )


@trick
def zeros_that_fit(folder: Path) -> list[str]:
    """A Jacobian of 5000 × 5000 zeros beside a game: 2·10⁸ bytes, which are read."""
    np.savez_compressed(folder / "game.npz", jacobian=np.zeros((5000, 5000)))
    players = "".join(f'[[players]]\nname = "{k}"\nsize = 2500\n' for k in "ab")
    return game_file(
        folder, f'format = "sgn-game/1"\nkind = "quadratic"\ndata = "game.npz"\n{players}'
    )


@trick
def rungs_without_number(folder: Path) -> list[str]:
    """A ladder of 2·10⁵ rungs, to be shown."""
    document = valid("toy")
    document["ladder"] = [{"metric": "dense", "margin": None, "outcome": "x"}] * 200_000
    return [*packed(document, folder, "report"), "-o", str(folder / "report.html")]


@trick
def suggestions_without_number(folder: Path) -> list[str]:
    """A refusal with 5·10⁵ things to try."""
    document = refused() | {"suggestions": ["x"] * 500_000}
    return [*packed(document, folder, "report"), "-o", str(folder / "report.html")]


@trick
def a_table_of_texts(folder: Path) -> list[str]:
    """Couplings of 1400 × 1400 players, each a text."""
    n = 1400
    document = bounds(n) | {"coupling_upper": [["0"] * n] * n}
    return packed(document, folder)


@trick
def a_region_beyond_floats(folder: Path) -> list[str]:
    """A region whose sides no float holds, to be drawn."""
    document = valid("toy")
    document["region"] = {
        "kind": "box",
        "lower": ["-1e900", "-1e-900"],
        "upper": ["1e900", "1e-900"],
    }
    return [*packed(document, folder, "report"), "-o", str(folder / "report.html")]


@trick
def actions_without_number(folder: Path) -> list[str]:
    """A normal-form game of one player with 16,384 actions, and its level of T19."""
    n = 2**14 - 1
    game = {
        "format": "sgn-game/1", "kind": "normal-form", "name": "",
        "players": [{"name": "a", "actions": n + 1}], "payoffs": zeros("<f8", 1, n + 1),
        "entropy": ["1"],
    }  # fmt: skip
    evidence = {"kind": "enclosed", "values": {"cover": cover(np.array([n])),
                "vectors": zeros("<f8", 1, 4, 1)}}  # fmt: skip
    document = of_policies(game, [n], evidence)
    document |= {
        "equilibrium": {"point": zeros("<f8", n), "error": "0", "kind": "quantal-response"},
        "bregman": {"region": {"rate": "0.1", "weights": ["1"], "level": "0.01"}},
    }
    return packed(document, folder)


@trick
def players_by_name(folder: Path) -> list[str]:
    """10⁵ players of one variable each, whose costs are text."""
    count = 100_000
    players = [{"name": f"{k}", "variables": [f"x{k}"], "cost": f"exp(x{k})"} for k in range(count)]
    game = {"format": "sgn-game/1", "kind": "symbolic", "name": "", "players": players}
    tokens = cover(np.array([count]))
    evidence = {"kind": "enclosed", "covers": {"domain": tokens, "block 0 0": tokens}}
    return packed(claimed(game, [1] * count, evidence), folder)


@trick
def a_near_linear_cover(folder: Path) -> list[str]:
    """RK4 near one matrix of 600 × 600 over 10⁴ intervals."""
    document = quadratic(600)
    linear = {"matrix": encode_array(np.eye(600)), "deviation": "0", "norm": "1"}
    document["steps"] = {"rk4": rk4(600, 10**4, "near-linear") | {"linear": linear}}
    return packed(document, folder)


@trick
def a_long_equilibrium(folder: Path) -> list[str]:
    """A point of long quotients, at which polynomials of degree 40 are evaluated exactly."""
    names = [f"x{k}" for k in range(6)]
    cost = "(" + "+".join(names) + ")**12 + " + "+".join(f"{x}**40" for x in names)
    game = text_game({"a": cost}, {"a": names})
    document = claimed(game, [6])
    point = [f"{'1' * 990}/{'7' * 980}{k}" for k in range(6)]
    document["equilibrium"] = {"point": point, "error": "1", "kind": "variational"}
    document["evidence"] = {
        "kind": "enclosed",
        "covers": enclosed(game, [6], np.array([6]))["evidence"]["covers"],
    }
    return packed(document, folder)


# ---- running them --------------------------------------------------------------------------------


@final
@dataclass(frozen=True)
class Outcome:
    """What became of one trick: the files' bytes, seconds, bytes held, exit status, the last line."""

    size: int
    seconds: float
    held: int
    status: int
    says: str

    @property
    def is_well(self) -> bool:
        """Whether it was answered soon, in little memory, by a sentence or a verdict."""
        soon = self.seconds <= SECONDS and self.held <= BYTES
        return soon and self.status in (0, 1, 2) and "Traceback" not in self.says


_NFG = (
    "import sys; from games import InputError, read_nfg\ntry: read_nfg(sys.argv[2])\n"
    "except InputError as e: print('sgn:', e, file=sys.stderr); sys.exit(2)"
)
_CLI = "import sys; from sgn.cli import main; sys.exit(main(sys.argv[1:]))"


def run(made: Trick, limit: float = 4 * SECONDS) -> Outcome:
    """One trick in a process of its own, which is ended at the limit."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        arguments = made.make(folder)
        size = sum(file.stat().st_size for file in folder.iterdir())
        code = _NFG if arguments[0] == "nfg" else _CLI
        with (folder / "out").open("w+b") as out:
            started = time.monotonic()
            process = subprocess.Popen(
                [sys.executable, "-c", code, *arguments],
                stdout=out, stderr=out, preexec_fn=_guard,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            )  # fmt: skip
            status, held, seconds = _wait(process, started + limit)
            out.seek(max(0, out.tell() - 2000))
            lines = out.read().decode(errors="replace").replace(name, "").strip().splitlines()
    says = next((x for x in lines if x.startswith("Traceback")), "") + (lines[-1] if lines else "")
    return Outcome(size, seconds, held, status, says.removeprefix("sgn: /"))


def _guard() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (GUARD, GUARD))


def _wait(process: "subprocess.Popen[bytes]", end: float) -> tuple[int, int, float]:
    """The exit status (negative: ended by a signal), the greatest memory, the processor's time."""
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, usage.ru_maxrss * 1024, usage.ru_utime + usage.ru_stime
        if time.monotonic() > end:
            process.kill()
        time.sleep(0.02)


def main(names: list[str]) -> int:
    """Print the table of all tricks, or those named."""
    print("| file | bytes | s | MB | status | sentence |\n|---|---:|---:|---:|---:|---|")
    wrong = 0
    for made in TRICKS:
        if not names or made.name in names:
            found = run(made)
            wrong += not found.is_well
            print(
                f"| {made.name} | {found.size} | {found.seconds:.1f} | {found.held / 10**6:.0f}"
                f" | {found.status}{'' if found.is_well else ' !'} | {found.says[:230]} |",
                flush=True,
            )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
