"""GameTracer's and QuantEcon's .gam files of strategic games.

The number of players, each one's number of strategies, then all payoffs of the first player, all of
the second, …, in which the first player's strategy moves fastest. Source: Blum, Shelton and
Koller's GameTracer; QuantEcon.py, game_theory.game_converters.
"""

import math
import re
from collections.abc import Sequence

import numpy as np

from games.errors import InputError
from games.files.gambit_text import number_of
from games.files.strategic import Strategic, check_counts, check_players, in_order, nearest_float
from games.files.toml import display_name, read_file
from games.files.writing import StrPath
from games.language.number import Number
from games.normal_form import NormalFormGame
from games.reading import at, short

_WORD = re.compile(r"[^\s,]++")


def read_gam(path: StrPath, entropy: Number | Sequence[Number] = 1) -> NormalFormGame:
    """The strategic game in a .gam file, with entropy weights τ; otherwise as :func:`read_nfg`.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "pennies.gam")
    ...     _ = file.write_text("2\\n2 2\\n\\n1 -1 -1 1\\n-1 1 1 -1\\n")
    ...     read_gam(file).payoffs.tolist()
    [[[1.0, -1.0], [-1.0, 1.0]], [[-1.0, 1.0], [1.0, -1.0]]]
    """
    with at(display_name(path)):
        return parse_gam(read_file(path), entropy)


def parse_gam(text: str, entropy: Number | Sequence[Number] = 1) -> NormalFormGame:
    """The same from the text itself; messages begin without a file's name."""
    return strategic_of(text).with_entropy(entropy)


def strategic_of(text: str) -> Strategic:
    """What a .gam file says, players with one strategy and all."""
    words = [
        (number, word)
        for number, line in enumerate(text.splitlines(), start=1)
        for word in _WORD.findall(line)
    ]
    counts: list[int] = []
    while len(counts) < 1 + (counts[0] if counts else 0):
        if len(counts) == len(words):
            raise InputError("it ends within the numbers of strategies; give one for each player")
        line, word = words[len(counts)]
        if not word.isascii() or not word.isdigit() or len(word) > 9:
            raise InputError(f"line {line}: {short(word)} is no count; write a small integer")
        counts.append(int(word))
        check_players(counts[0])
    players, shape = counts[0], check_counts(counts[1:], counts[0])
    size = math.prod(shape)
    listed = words[len(counts) :]
    if len(listed) != players * size:
        raise InputError(
            f"it has {len(listed)} payoffs; {players} players and {size} contingencies ask for"
            f" {players * size}"
        )
    values = []
    for line, word in listed:
        try:
            values.append(nearest_float(number_of(word)))
        except InputError as error:
            raise InputError(f"line {line}: {error}") from error
    table = np.array(values).reshape(players, size).T
    return Strategic("", [""] * players, in_order(table, shape))
