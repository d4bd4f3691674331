"""What is damaged: small files of every kind, each read and used by the commands as it stands."""

import gzip
import io
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np
import scipy.io
import scipy.sparse

import games
import sgn
from games import NormalFormGame, QuadraticGame, catalogue
from tests.helpers.game_files import HARKER

GAMES = Path(__file__).parent.parent / "data" / "games"
CORPUS = Path(__file__).parent.parent / "corpus" / "valid"
CERTIFICATES = (
    "toy", "zero-sum", "one-player", "blocks", "dense", "matrices", "field", "flat-region",
    "cornered", "settled", "settled-field", "near-linear", "enclosed", "leaning", "four-bounds",
    "bounds", "bounds-one-way", "stage", "pennies-kakade", "mixed", "quartic", "markov", "valued",
)  # fmt: skip
NFG = (
    'NFG 1 R "a game" { "one" "two" } { 2 2 }\n\n1 -1 .5 2/3 -1e0 1 1 -1\n',
    'NFG 1 D "outcomes" { "a" "b" } { { "u" "d" } { "l" "r" } }\n"comment"\n'
    '{ { "" 1, 2 } { "x" 3, 4 } }\n0 1 2 1\n',
)
FIELD = """\
format = "sgn-game/1"
[[players]]
name = "θ"
variables = ["x", "y"]
field = ["x + tanh(y)/4", "y - sin(x)/4"]
[[players]]
name = "b"
variables = ["z"]
field = ["2*z + log1p(exp(x*z/8))/4"]
[region]
x = [-1, 1]
y = [-1, "1/3"]
z = [0, 1]
"""
COSTS = """\
format = "sgn-game/1"
name = "costs of all kinds"
[parameters]
k = 0.25
[[players]]
name = "one"
variables = ["x"]
cost = "x**2 + exp(k*x*y)/8 - log(3 + x)/9 + sqrt(4 + y)*x/9"
[[players]]
name = "two"
variables = ["y"]
cost = "y**2 + softplus(x*y)/9 + logsumexp(x, y)/9 + x*y/(4 + cos(x))"
[region]
x = [-1, 1]
y = [-1, 1]
[equilibrium]
x = 0
y = 0.05
"""


@final
@dataclass(frozen=True)
class Original:
    """Files by name: the first is given to the command, `damaged` is the one to be changed."""

    kind: str
    files: Mapping[str, bytes]
    damaged: str


def originals() -> dict[str, Sequence[Original]]:
    """By kind."""
    found = [
        *(_text(text.encode()) for text in (HARKER, FIELD, COSTS)),
        *(original for game in _games() for original in _with_arrays(game)),
        *_peoples(),
        *(_json("certificate", (CORPUS / f"{name}.json").read_bytes()) for name in CERTIFICATES),
        _json("certificate", _saved(sgn.certify(catalogue.load("harker"), evidence="sampled"))),
        *(_json("refusal", path.read_bytes()) for path in sorted(CORPUS.glob("refuted*.json"))),
        _json("refusal", _saved(sgn.certify(catalogue.load("sgn-toy"), metric="euclidean"))),
    ]
    found += [
        _packed(original) for original in found if original.kind in ("certificate", "refusal")
    ]
    return {kind: [o for o in found if o.kind == kind] for kind in {o.kind for o in found}}


def _peoples() -> list[Original]:
    """Games and matrices as other programs write them."""
    files = {path.name: path.read_bytes() for path in sorted(GAMES.iterdir())}
    files |= {f"game{k}.nfg": text.encode() for k, text in enumerate(NFG)}
    return [Original("people's", {name: content}, name) for name, content in files.items()] + [
        Original("people's", {name: content}, name) for name, content in _matrices().items()
    ]


def _matrices() -> dict[str, bytes]:
    """The same 2 × 2 matrix in every kind of file."""
    J = np.array([[2.0, 0.5], [0.25, 1.0]])
    npy, mat, packed, mtx = (io.BytesIO() for _ in range(4))
    np.save(npy, J)
    scipy.io.savemat(mat, {"J": J})  # type: ignore[arg-type]
    scipy.io.savemat(packed, {"J": scipy.sparse.csc_array(J)}, do_compression=True)  # type: ignore[arg-type]
    scipy.io.mmwrite(mtx, scipy.sparse.coo_array(J))
    return {
        "J.csv": b"2,0.5\n1/4,1\n", "named.csv": b",x,y\nx,2,.3\ny,1e-1,1.\n",
        "J.npy": npy.getvalue(), "J.mat": mat.getvalue(), "packed.mat": packed.getvalue(),
        "J.mtx": mtx.getvalue(), "J.mtx.gz": gzip.compress(mtx.getvalue()),
    }  # fmt: skip


def _games() -> list[games.Game]:
    pennies = [[[1.0, -1.0], [-1.0, 1.0]], [[-1.0, 1.0], [1.0, -1.0]]]
    J = [[2.0, 0.5], [0.25, 1.0]]
    return [
        QuadraticGame(J, [1, 1], linear=[1.0, -1.0]),
        QuadraticGame(scipy.sparse.csr_array(J), [1, 1], region=games.Box.cube(2, 1)),
        NormalFormGame(pennies, 2, region=games.Box.cube(2, 1)),
        catalogue.load("markov-coordination"),
    ]


def _text(text: bytes) -> Original:
    return Original("game text", {"game.toml": text}, "game.toml")


def _with_arrays(game: games.Game) -> list[Original]:
    """The text and the arrays, each to be damaged."""
    with tempfile.TemporaryDirectory() as folder:
        games.save(game, Path(folder) / "game.toml")
        files = {name: (Path(folder) / name).read_bytes() for name in ("game.toml", "game.npz")}
    return [Original("game text", files, "game.toml"), Original("arrays", files, "game.npz")]


def _saved(result: sgn.Certificate | sgn.Refusal) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "result.json"
        result.save(path)
        return path.read_bytes()


def _json(kind: str, content: bytes) -> Original:
    return Original(kind, {"file.json": content}, "file.json")


def _packed(original: Original) -> Original:
    content = gzip.compress(original.files["file.json"], mtime=0)
    return Original("compressed", {"file.json.gz": content}, "file.json.gz")
