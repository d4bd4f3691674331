"""What must not be unpacked, listed or shown."""

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from games.files.arrays import digest_of
from tests.hostile.documents import (
    bounds,
    claim,
    game_file,
    packed,
    quadratic,
    refused,
    sparse,
    trick,
    valid,
    zeros,
)


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
    """9·10⁸ spaces in 1 MB."""
    with gzip.open(folder / "hostile.json.gz", "wb") as file:
        for _ in range(900):
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
    numbers = document["claims"][0]["numbers"]
    indices = np.concatenate([np.delete(np.arange(n), i) for i in range(n)])
    numbers["coupling_upper"] = sparse(
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
    """The same of a game file, nearly 10⁶ letters."""
    text = (
        f'format = "sgn-game/1"\nname = "{"x" * 999_000}"\n[[players]]\nname = "a"\n'
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
    chances, rewards = np.full((rows, S), 1 / S), np.zeros((2, rows))
    tie = packed_arrays(folder, transition=chances, rewards=rewards)
    players = "".join(f'[[players]]\nname = "{k}"\nactions = {A}\n' for k in "ab")
    initial = ", ".join([f'"1/{S}"'] * S)
    return game_file(
        folder,
        f'format = "sgn-game/1"\nkind = "markov"\ndiscount = "0.9"\nentropy = ["1", "1"]\n'
        f"initial = [{initial}]\n{tie}{players}",
    )


def packed_arrays(folder: Path, **arrays: NDArray[Any]) -> str:
    """The lines of a game file that name its arrays."""
    np.savez_compressed(folder / "game.npz", allow_pickle=False, **arrays)
    return f'data = "game.npz"\ndata_digest = "{digest_of(arrays)}"\n'


@trick
def zeros_that_fit(folder: Path) -> list[str]:
    """A Jacobian of 4000 × 4000 zeros beside a game: 10⁸ bytes, which are read."""
    tie = packed_arrays(folder, jacobian=np.zeros((4000, 4000)))
    players = "".join(f'[[players]]\nname = "{k}"\nsize = 2000\n' for k in "ab")
    return game_file(folder, f'format = "sgn-game/1"\nkind = "quadratic"\n{tie}{players}')


@trick
def rungs_without_number(folder: Path) -> list[str]:
    """A ladder of 2·10⁵ rungs, to be shown."""
    document = valid("toy")
    document["ladder"] = [{"metric": "dense", "margin": None, "outcome": "x"}] * 200_000
    return [*packed(document, folder, "report"), "-o", str(folder / "report.html")]


@trick
def suggestions_without_number(folder: Path) -> list[str]:
    """A refusal with 5·10⁵ things to try."""
    document = refused("unstable") | {"suggestions": ["x"] * 500_000}
    return [*packed(document, folder, "report"), "-o", str(folder / "report.html")]


@trick
def a_table_of_texts(folder: Path) -> list[str]:
    """Couplings of 1400 × 1400 players, each a text."""
    n = 1400
    document = bounds(n)
    document["claims"][0]["numbers"]["coupling_upper"] = [["0"] * n] * n
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
def claims_without_number(folder: Path) -> list[str]:
    """3·10⁵ claims of the same thing."""
    document = valid("toy")
    document["claims"] = [*document["claims"], *[claim("equilibrium/T13 (Nash)")] * 300_000]
    return packed(document, folder)


@trick
def a_theorem_of_megabytes(folder: Path) -> list[str]:
    """A claim by a theorem of 10⁷ letters, in a module whose name leads out of the folder."""
    document = valid("toy")
    document["claims"].append(claim("../" * 10**6 + "T" * 10**7))
    return packed(document, folder)


@trick
def a_claim_inside_itself(folder: Path) -> list[str]:
    """Numbers of a claim that hold objects inside each other, 10⁵ deep."""
    document = valid("toy")
    document["claims"][0]["numbers"] = "DEEP"
    text = json.dumps(document).replace('"DEEP"', '{"margin":' * 10**5 + "0" + "}" * 10**5)
    with gzip.open(folder / "hostile.json.gz", "wt") as file:
        file.write(text)
    return ["verify", str(folder / "hostile.json.gz")]
