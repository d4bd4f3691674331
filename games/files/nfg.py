"""Gambit's .nfg files of strategic games: payoff version and outcome version.

Source: Gambit's manual, Game representation formats (strategic games). In both the contingencies
are listed with the first player's strategy moving fastest.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np

from games.errors import InputError
from games.files.toml import display_name, read_file
from games.files.writing import StrPath
from games.game import Floats
from games.language.number import Number, parse_number
from games.markov.reading import MAX_ACTIONS
from games.normal_form import NormalFormGame
from games.reading import at, short

MAX_PLAYERS = 64
_TOKEN = re.compile(r'\s*+(?:,\s*+)?(?:"((?:[^"\\]|\\.)*+)"|([{}])|([^\s{}",]++))', re.DOTALL)
_POINT = re.compile(r"(?<![0-9])(?=\.[0-9])")


def read_nfg(path: StrPath, entropy: Number | Sequence[Number] = 1) -> NormalFormGame:
    """The strategic game in a .nfg file of Gambit, with entropy weights τ.

    path: the file, in either version. Payoffs are rounded to the nearest binary64 numbers.
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
    reader = _Reader(list(_tokens(text)))
    head = [reader.word("the head") for _ in range(3)]
    if head[:2] != ["NFG", "1"] or head[2] not in ("R", "D"):
        raise InputError('it does not begin with "NFG 1 R" or "NFG 1 D"; save it from Gambit')
    title = reader.label("the title")
    reader.brace("{", "the players")
    names = reader.labels("the players")
    if not 1 <= len(names) <= MAX_PLAYERS:
        raise InputError(f"it has {len(names)} players; from 1 to {MAX_PLAYERS} are read")
    shape = _strategies(reader, names)
    if reader.next_is_label():
        reader.label("the comment")
    listed = _outcomes(reader, shape) if reader.next_is("{") else _payoffs(reader, shape)
    reader.end()
    return NormalFormGame(
        _tensors(listed, shape), entropy, players=_distinct(names), name=title[:200]
    )


@final
@dataclass(frozen=True)
class _Token:
    """A text in quotes, a brace, or a word."""

    kind: str
    text: str


@final
class _Reader:
    """Tokens taken one by one, each in its place."""

    def __init__(self, tokens: Sequence[_Token]) -> None:
        self._tokens = tokens
        self._place = 0

    def next_is(self, text: str) -> bool:
        """Whether a brace comes next."""
        return self._more and self._tokens[self._place] == _Token("brace", text)

    def next_is_label(self) -> bool:
        return self._more and self._tokens[self._place].kind == "label"

    def label(self, where: str) -> str:
        return self._take("label", where, "text in quotes")

    def word(self, where: str) -> str:
        return self._take("word", where, "a word or number")

    def number(self, where: str) -> Fraction:
        """A number: integer, decimal (.5 too) or quotient."""
        try:
            return parse_number(_POINT.sub("0", self.word(where).removeprefix("+")))
        except InputError as error:
            raise InputError(f"{where}: {error}") from error

    def count(self, where: str) -> int:
        """An integer that is not negative."""
        word = self.word(where)
        if not word.isascii() or not word.isdigit() or len(word) > 9:
            raise InputError(f"{where}: {short(word)} is no count; write a small integer")
        return int(word)

    def brace(self, text: str, where: str) -> None:
        if self._take("brace", where, repr(text)) != text:
            raise InputError(f"{where}: expected {text!r}; check the braces")

    def labels(self, where: str) -> list[str]:
        """Texts in quotes up to the closing brace."""
        result = []
        while not self.next_is("}"):
            result.append(self.label(where))
        self.brace("}", where)
        return result

    def end(self) -> None:
        if self._more:
            raise InputError(f"{short(self._tokens[self._place].text)} follows the last payoff")

    @property
    def _more(self) -> bool:
        return self._place < len(self._tokens)

    def _take(self, kind: str, where: str, wanted: str) -> str:
        if not self._more:
            raise InputError(f"it ends within {where}; expected {wanted}")
        token = self._tokens[self._place]
        if token.kind != kind:
            raise InputError(f"{where}: found {short(token.text)}; expected {wanted}")
        self._place += 1
        return token.text


def _tokens(text: str) -> Iterator[_Token]:
    place, end = 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None:
            raise InputError(f"character {place + 1} begins nothing; check quotes and commas")
        label, brace, word = match.groups()
        if label is not None:
            yield _Token("label", label.replace('\\"', '"'))
        elif brace:
            yield _Token("brace", brace)
        else:
            yield _Token("word", word)
        place = match.end()


def _strategies(reader: _Reader, names: Sequence[str]) -> tuple[int, ...]:
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
    if len(counts) != len(names):
        raise InputError(f"it has strategies for {len(counts)} of {len(names)} players; list all")
    if math.prod(counts) > MAX_ACTIONS:
        raise InputError(f"it has more than {MAX_ACTIONS} contingencies; a smaller game is read")
    return tuple(counts)


def _payoffs(reader: _Reader, shape: Sequence[int]) -> list[list[Fraction]]:
    """One row of payoffs a contingency."""
    return [
        [reader.number(f"the payoffs of contingency {k + 1}") for _ in shape]
        for k in range(math.prod(shape))
    ]


def _outcomes(reader: _Reader, shape: Sequence[int]) -> list[list[Fraction]]:
    """The same by the outcomes' numbers; 0 is the outcome in which nobody gets anything."""
    outcomes = [[Fraction(0)] * len(shape)]
    reader.brace("{", "the outcomes")
    while not reader.next_is("}"):
        where = f"outcome {len(outcomes)}"
        reader.brace("{", where)
        reader.label(where)
        outcomes.append([reader.number(where) for _ in shape])
        reader.brace("}", where)
    reader.brace("}", "the outcomes")
    rows = []
    for k in range(math.prod(shape)):
        where = f"the outcome of contingency {k + 1}"
        number = reader.count(where)
        if number >= len(outcomes):
            raise InputError(f"{where} is {number}; there are {len(outcomes) - 1}")
        rows.append(outcomes[number])
    return rows


def _tensors(listed: Sequence[Sequence[Fraction]], shape: Sequence[int]) -> list[Floats]:
    """One tensor a player; the first player's strategy moves fastest in the list."""
    try:
        table = np.array([[float(v) for v in row] for row in listed], dtype=np.float64)
    except OverflowError:
        raise InputError("a payoff is larger than any float; scale the payoffs") from None
    return [column.reshape(tuple(shape), order="F") for column in table.T]


def _distinct(names: Sequence[str]) -> list[str]:
    """Names for all players: their own where it is given and no one else's."""
    return [
        name if name and len(name) <= 200 and names.count(name) == 1 else f"player {i}"
        for i, name in enumerate(names, start=1)
    ]
