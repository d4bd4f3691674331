"""Documents to make hostile files of: true ones of any size, and files packed small."""

import base64
import gzip
import json
import math
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.reading import Document, digest, encode_array, read
from games.language.number import to_text
from tests.corpus.make import HERE

SETTING, STRUCTURAL, MARGIN, LIPSCHITZ = (
    "bounds/Setting", "margin/T2", "margin/T1", "margin/T5 (norm)",
)  # fmt: skip


@final
@dataclass(frozen=True)
class Trick:
    """make: writes the files to a folder; the arguments of `sgn` that read them."""

    name: str
    make: Callable[[Path], list[str]]


TRICKS: list[Trick] = []


def trick(make: Callable[[Path], list[str]]) -> Callable[[Path], list[str]]:
    """Add a trick under the name of its function."""
    TRICKS.append(Trick(make.__name__.replace("_", "-"), make))
    return make


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


def claim(theorem: str, numbers: Document | None = None, **witnesses: Any) -> Document:
    """One claim as it stands in a document."""
    parts = {"numbers": numbers or {}, "witnesses": witnesses}
    return {"theorem": theorem} | {key: part for key, part in parts.items() if part}


def claiming(document: Document, *claims: Document) -> Document:
    """The document with these claims in place of those by the same theorems, or beside them."""
    given = {entry["theorem"] for entry in claims}
    kept = [entry for entry in document["claims"] if entry["theorem"] not in given]
    return {**document, "claims": [*kept, *claims]}


def weighted(value: Any) -> Document:
    return {"kind": "scalar", "weights": value}


def of_bounds(lower: Any, upper: Any, coupling: Any, weights: Any, vector: Any) -> list[Document]:
    """A claim of bounds, and margins of 0.5 that follow from them."""
    return [
        claim(SETTING, {"curvature_lower": lower, "curvature_upper": upper,
                        "coupling_upper": coupling}),
        claim(STRUCTURAL, {"margin": "0.5", "weights": weights}, vector=vector),
        claim(MARGIN, {"margin": "0.5"}),
        claim(LIPSCHITZ, {"bound": "2"}),
    ]  # fmt: skip


def quadratic(n: int, sizes: Sequence[int] | None = None) -> Document:
    """A true certificate of the game x_i²/2, of n variables, with the region R^n."""
    counts = np.array([1] * n if sizes is None else sizes)
    players = len(counts)
    each = ones(players)
    return {
        "format": "sgn-certificate/2",
        "game": {
            "format": "sgn-game/1", "kind": "quadratic", "name": "", "sizes": encode_array(counts),
            "jacobian": sparse(np.arange(n + 1), np.arange(n, dtype=np.int32), ones(n)),
        },
        "region": {"kind": "space", "dimension": n},
        "evidence": {"kind": "exact"}, "verdict": "proved", "metric": weighted(each),
        "claims": of_bounds(each, each, empty_sparse(players), each, each),
        "produced_by": {}, "digest": "",
    }  # fmt: skip


def bounds(players: int) -> Document:
    """A true certificate of given bounds alone."""
    document = quadratic(1, [1])
    for key in ("game", "region"):
        del document[key]
    each = ones(players)
    return {
        **document, "players": players, "evidence": {"kind": "assumed", "symmetric": True},
        "verdict": "conditional", "metric": weighted(each),
        "claims": of_bounds(each, each, empty_sparse(players), each, each),
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


def rk4(n: int, intervals: int) -> Document:
    """Steps of RK4 for a constant Jacobian over so many intervals."""
    ends = [to_text(Fraction(2 * k, intervals)) for k in range(intervals + 1)]
    numbers = {
        "scheme": "rk4", "metric": weighted(ones(n)), "step_max": "2", "best_step": "1", "factor_at_best": "0.99",
        "cover": {"steps": ends, "rates": ["1e-9"] * intervals}, "norm": "1",
    }  # fmt: skip
    return claim("runge_kutta/T11 (a)", numbers)


def refused(reason: str = "small-gain") -> Document:
    document = valid("refuted-space") | {"reason": reason}
    return {k: v for k, v in document.items() if k not in ("cycle", "worst_point")}


def text_file(folder: Path, costs: dict[str, tuple[list[str], str]], more: str = "") -> list[str]:
    """A game file of players by name, their variables and costs."""
    players = "".join(
        f'[[players]]\nname = "{name}"\nvariables = {json.dumps(variables)}\ncost = "{cost}"\n'
        for name, (variables, cost) in costs.items()
    )
    return game_file(folder, f'format = "sgn-game/1"\n{players}{more}')


def game_file(folder: Path, text: str) -> list[str]:
    (folder / "game.toml").write_text(text)
    return ["certify", str(folder / "game.toml"), "--time-limit", "5"]


def cover(tokens: NDArray[np.int64]) -> Document:
    return encode_array(tokens)


def enclosed(game: Document, sizes: Sequence[int], tokens: NDArray[np.int64]) -> Document:
    """Claims that stand on the same cover, for every purpose."""
    count, code = len(sizes), cover(tokens)
    purposes = ["domain", "margin", "euclidean_margin", "lipschitz"]
    purposes += [f"block {i} {j}" for i in range(count) for j in range(count)]
    evidence = {"kind": "enclosed", "covers": dict.fromkeys(purposes, code)}
    document = claimed(game, sizes, evidence)
    document["claims"] = [entry for entry in document["claims"] if entry["theorem"] != MARGIN]
    equal = claim("margin/T5 (equal weights)", {"margin": "0.5"})
    return claiming(document, claim("margin/T5", {"margin": "0.5"}), equal)


def halved(n: int, splits: int, form: int) -> NDArray[np.int64]:
    """A full tree of so many splits, the axes in turn, with leaves of one form."""
    row = np.array([n + form])
    for depth in reversed(range(splits)):
        row = np.concatenate([[depth % n], row, row])
    return row
