"""Any game file, by the ending of its name."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from games.errors import InputError
from games.files import toml
from games.files.efg import read_efg
from games.files.gam import read_gam
from games.files.matrices import MATRICES, read_matrix_game
from games.files.nfg import read_nfg
from games.files.toml import display_name
from games.files.writing import StrPath
from games.game import Game
from games.language.number import Number, parse_number
from games.players import MAX_PLAYERS
from games.reading import short
from games.work import budget

_SIZE = re.compile(r"([0-9]{1,9})(?:\*([0-9]{1,9}))?", re.ASCII)
Reader = Callable[..., Game]
# the endings of names, with what reads such a file and the options that it takes
READERS: Mapping[str, tuple[Reader, Sequence[str]]] = {
    ".nfg": (read_nfg, ("entropy",)),
    ".efg": (read_efg, ("entropy", "form")),
    ".gam": (read_gam, ("entropy",)),
    **dict.fromkeys(MATRICES, (read_matrix_game, ("sizes",))),
}


def load(
    path: StrPath,
    *,
    entropy: Number | Sequence[Number] | None = None,
    sizes: Sequence[int] | None = None,
    form: str | None = None,
) -> Game:
    """The game in a file, with its ``region`` and ``equilibrium`` if the file gives them.

    path: a TOML game file, whose arrays are read from the .npz file that it names, in the same
        folder; a strategic or extensive game (.nfg, .efg, .gam), as :func:`read_nfg`,
        :func:`read_efg` and :func:`read_gam` read it; or the Jacobian J of a game F(x) = J x
        (.csv, .npy, .mat, .mtx, .mtx.gz), which needs sizes.
    entropy: τ, for games of strategies; 1 if absent. sizes: how many variables each player has, for
        matrices. form: "agent" or "normal", for .efg.
    Raises InputError, one sentence that begins with the file's name, for anything that is not a
    regular readable file with one valid game in it, and for an option that says nothing about it.
    Nothing in the file is ever run. Source: design, Game file.

    >>> import games, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     games.save(games.catalogue.load("harker"), folder + "/harker.toml")
    ...     load(folder + "/harker.toml").sizes
    (1, 1)
    """
    given = {"entropy": entropy, "sizes": sizes, "form": form}
    options: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    reader, known = READERS.get(ending(path), (toml.load, ()))
    for key in options:
        if key not in known:
            raise InputError(
                f"{display_name(path)}: {key} says nothing about such a file; leave it out"
            )
    with budget(0):
        return reader(path, **options)


def file_options(entropy: str | None, sizes: str | None, form: str | None) -> dict[str, Any]:
    """The options of :func:`load` that a command line gives as text.

    Raises InputError for what is no list of numbers.

    >>> file_options("1/2", "2,1*3", None)
    {'entropy': Fraction(1, 2), 'sizes': [2, 1, 1, 1], 'form': None}
    """
    weights: Number | list[Number] | None = None
    if entropy is not None:
        listed = [parse_number(part.strip()) for part in entropy.split(",")]
        weights = listed[0] if len(listed) == 1 else list(listed)
    counts: list[int] | None = None
    if sizes is not None:
        counts = []
        for part in sizes.split(","):
            match = _SIZE.fullmatch(part.strip())
            if match is None:
                raise InputError(f"--sizes: {short(part)} is no size; write 2,2 or 1*100")
            many = int(match[2] or 1)
            if len(counts) + many > MAX_PLAYERS // 10:
                raise InputError("--sizes: it lists too many players; give fewer")
            counts += [int(match[1])] * many
    return {"entropy": weights, "sizes": counts, "form": form}


def ending(path: StrPath) -> str:
    """The ending of a file's name that says what is in it; that of .mtx.gz is both.

    >>> ending("J.MTX.gz"), ending("game.toml")
    ('.mtx.gz', '.toml')
    """
    suffixes = [suffix.lower() for suffix in Path(path).suffixes]
    return "".join(suffixes[-2:] if suffixes[-1:] == [".gz"] else suffixes[-1:])


def files_of(path: StrPath) -> tuple[Path, ...]:
    """The files that :func:`load` reads for this path: itself, and what it names as ``data``."""
    return (Path(path),) if ending(path) in READERS else toml.files_of(path)
