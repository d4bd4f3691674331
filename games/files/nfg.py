"""Gambit's .nfg files of strategic games: payoff version and outcome version.

Source: Gambit's manual, Game representation formats (strategic games). In both the contingencies
are listed with the first player's strategy moving fastest.
"""

import math
from collections.abc import Sequence

import numpy as np

from games.errors import InputError
from games.files.gambit_text import Reader
from games.files.strategic import Strategic, check_counts, check_players, in_order, nearest_float
from games.files.toml import display_name, read_file
from games.files.writing import StrPath
from games.game import Floats
from games.language.number import Number
from games.normal_form import NormalFormGame
from games.reading import at


def read_nfg(path: StrPath, entropy: Number | Sequence[Number] = 1) -> NormalFormGame:
    """The strategic game in a .nfg file of Gambit, with entropy weights τ.

    path: the file, in either version. Payoffs are rounded to the nearest binary64 numbers. Players
        with one strategy are left out. The region is :meth:`NormalFormGame.response_box`.
    Raises InputError, one sentence that begins with the file's name, for anything else.

    >>> import pathlib, tempfile
    >>> text = 'NFG 1 R "Pennies" { "a" "b" } { 2 2 }  1 -1  -1 1  -1 1  1 -1'
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "pennies.nfg")
    ...     _ = file.write_text(text)
    ...     read_nfg(file).payoffs.tolist()
    [[[1.0, -1.0], [-1.0, 1.0]], [[-1.0, 1.0], [1.0, -1.0]]]
    """
    with at(display_name(path)):
        return parse_nfg(read_file(path), entropy)


def parse_nfg(text: str, entropy: Number | Sequence[Number] = 1) -> NormalFormGame:
    """The same from the text itself; messages begin without a file's name."""
    return strategic_of(text).with_entropy(entropy)


def strategic_of(text: str) -> Strategic:
    """What a .nfg file says, players with one strategy and all."""
    reader = Reader(text)
    head = [reader.word("the head") for _ in range(3)]
    if head[:2] != ["NFG", "1"] or head[2] not in ("R", "D"):
        raise InputError('it does not begin with "NFG 1 R" or "NFG 1 D"; save it from Gambit')
    title = reader.label("the title")
    reader.brace("{", "the players")
    names = reader.labels("the players")
    check_players(len(names))
    shape = check_counts(_strategies(reader), len(names))
    reader.optional_label("the comment")
    table = _outcomes(reader, shape) if reader.next_is("{") else _payoffs(reader, shape)
    reader.end("payoff")
    return Strategic(title, names, in_order(table, shape))


def _strategies(reader: Reader) -> list[int]:
    """How many strategies each player has: counts, or lists of names."""
    where = "the strategies"
    reader.brace("{", where)
    counts = []
    while not reader.next_is("}"):
        if reader.next_is("{"):
            reader.brace("{", where)
            counts.append(len(reader.labels(where)))
        else:
            counts.append(reader.count(where))
    reader.brace("}", where)
    return counts


def _payoffs(reader: Reader, shape: Sequence[int]) -> Floats:
    """One row of payoffs a contingency."""
    rows = []
    for k in range(math.prod(shape)):
        where = f"the payoffs of contingency {k + 1}"
        rows.append([nearest_float(reader.number(where)) for _ in shape])
    return np.array(rows)


def _outcomes(reader: Reader, shape: Sequence[int]) -> Floats:
    """The same by the outcomes' numbers; 0 is the outcome in which nobody gets anything."""
    outcomes = [[0.0] * len(shape)]
    reader.brace("{", "the outcomes")
    while not reader.next_is("}"):
        where = f"outcome {len(outcomes)}"
        reader.brace("{", where)
        reader.label(where)
        outcomes.append([nearest_float(reader.number(where)) for _ in shape])
        reader.brace("}", where)
    reader.brace("}", "the outcomes")
    chosen = []
    for k in range(math.prod(shape)):
        where = f"the outcome of contingency {k + 1}"
        number = reader.count(where)
        if number >= len(outcomes):
            reader.fail(f"{where} is {number}; there are {len(outcomes) - 1}")
        chosen.append(number)
    return np.array(outcomes)[chosen]
