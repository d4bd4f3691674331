"""Valid game files and side files that tests write, change and spoil."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from games import Game, load
from games.files.arrays import digest_of, read_arrays
from games.files.toml import DIGEST

HARKER = """\
format = "sgn-game/1"
name = "Harker duopoly"
source = "Harker 1991"
[parameters]
a = 34.0
[[players]]
name = "firm 1"
variables = ["x1"]
cost = "x1**2 + 8*x1*x2/3 - a*x1"
[[players]]
name = "firm 2"
variables = ["x2"]
cost = "x2**2 + 5*x1*x2/4 - 97*x2/4"
[region]
x1 = [0, 15]
x2 = [0, "31/2"]
[equilibrium]
x1 = 5
x2 = 9
"""
QUADRATIC = """\
format = "sgn-game/1"
kind = "quadratic"
data = "game.npz"
[[players]]
name = "a"
size = 1
[[players]]
name = "b"
size = 1
[region]
radius = 1
"""


def load_text(text: str | bytes, folder: Path, **arrays: Any) -> Game:
    """The game in the text, saved as game.toml, its arrays as game.npz."""
    content = text.encode() if isinstance(text, str) else text
    if arrays:
        np.savez(folder / "game.npz", **arrays)
        content = tied(content, (folder / "game.npz").read_bytes())
    (folder / "game.toml").write_bytes(content)
    return load(folder / "game.toml")


def tied(text: bytes, npz: bytes) -> bytes:
    """The text with the digest of the side file's arrays, where they can be read."""
    try:
        digest = digest_of(read_arrays(io.BytesIO(npz)))
    except ValueError:  # an InputError, or what zipfile makes of a stream in memory
        return text
    return text.replace(b"\ndata = ", f'\n{DIGEST} = "{digest}"\ndata = '.encode(), 1)


EYE = np.eye(2)
CSR = {
    "jacobian_data": np.ones(2),
    "jacobian_indices": np.arange(2),
    "jacobian_indptr": np.arange(3),
}


def npz_bytes(
    content: bytes, name: str = "jacobian.npy", method: int = zipfile.ZIP_STORED
) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def npy_bytes(header: bytes, data: bytes = b"") -> bytes:
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


HEADER = b"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }\n"
GOOD = npy_bytes(HEADER, EYE.tobytes())
