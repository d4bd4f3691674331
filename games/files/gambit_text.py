"""The text of Gambit's files: labels in quotes, braces and words, each known by its line."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple, NoReturn, final

from games.errors import InputError
from games.language.number import parse_number
from games.reading import short

_TOKEN = re.compile(r'\s*+(?:,\s*+)?(?:"((?:[^"\\]|\\.)*+)"|([{}])|([^\s{}",]++))', re.DOTALL)
_BARE = re.compile(r"(?<![0-9])(?=\.[0-9])")  # before the point of .5
_OPEN = re.compile(r"(?<=[0-9])(?:\.(?![0-9])|/$)")  # the point of 1. and the slash of 3/


def number_of(word: str) -> Fraction:
    """The number in any of the spellings that are about: 1, -0.5, 1/3, 1e-3, .5, +2, 1. and 3/.

    Raises InputError for anything else.

    >>> number_of("1."), number_of("3/"), number_of("-.5e1")
    (Fraction(1, 1), Fraction(3, 1), Fraction(-5, 1))
    """
    return parse_number(_BARE.sub("0", _OPEN.sub("", word.removeprefix("+"))))


class _Token(NamedTuple):
    """A text in quotes, a brace, or a word, and where it stands in the text."""

    kind: str
    text: str
    place: int


@final
class Reader:
    """The parts of a text taken one by one; whatever does not fit is told with its line."""

    def __init__(self, text: str) -> None:
        """Raises InputError for a text that does not fall into labels, braces and words."""
        self._text = text.replace("\r\n", "\n").replace("\r", "\n")
        self._tokens = list(self._scan())
        self._place = 0

    @property
    def more(self) -> bool:
        """Whether anything is left."""
        return self._place < len(self._tokens)

    def next_is(self, text: str) -> bool:
        """Whether this brace comes next."""
        return self._next_is("brace") and self._tokens[self._place].text == text

    def next_is_label(self) -> bool:
        """Whether a text in quotes comes next."""
        return self._next_is("label")

    def next_is_word(self) -> bool:
        """Whether a word or number comes next."""
        return self._next_is("word")

    def label(self, where: str) -> str:
        """A text in quotes."""
        return self._take("label", where, "text in quotes")

    def optional_label(self, where: str) -> str:
        """A text in quotes if one comes next, else an empty one."""
        return self.label(where) if self.next_is_label() else ""

    def word(self, where: str) -> str:
        """A word or number as it is written."""
        return self._take("word", where, "a word or number")

    def number(self, where: str) -> Fraction:
        """A number in any spelling that :func:`number_of` knows."""
        word = self.word(where)
        try:
            return number_of(word)
        except InputError as error:
            self.fail(f"{where}: {error}")

    def count(self, where: str) -> int:
        """An integer that is not negative."""
        word = self.word(where)
        if not word.isascii() or not word.isdigit() or len(word) > 9:
            self.fail(f"{where}: {short(word)} is no count; write a small integer")
        return int(word)

    def brace(self, text: str, where: str) -> None:
        """This very brace."""
        if self._take("brace", where, repr(text)) != text:
            self.fail(f"{where}: expected {text!r}; check the braces")

    def labels(self, where: str) -> list[str]:
        """Texts in quotes up to the closing brace."""
        result = []
        while not self.next_is("}"):
            result.append(self.label(where))
        self.brace("}", where)
        return result

    def end(self, last: str) -> None:
        """Nothing more after what came last."""
        if self.more:
            self._place += 1
            self.fail(f"{short(self._tokens[self._place - 1].text)} follows the last {last}")

    def fail(self, problem: str) -> NoReturn:
        """Raise InputError with the line of what was taken last."""
        place = self._tokens[self._place - 1].place if self._place else 0
        raise InputError(f"line {self._line(place)}: {problem}")

    def _next_is(self, kind: str) -> bool:
        return self.more and self._tokens[self._place].kind == kind

    def _take(self, kind: str, where: str, wanted: str) -> str:
        if not self.more:
            raise InputError(f"it ends within {where}; expected {wanted}")
        token = self._tokens[self._place]
        self._place += 1
        if token.kind != kind:
            self.fail(f"{where}: found {short(token.text)}; expected {wanted}")
        return token.text

    def _scan(self) -> Iterator[_Token]:
        text, place, end = self._text, 0, len(self._text.rstrip())
        while place < end:
            match = _TOKEN.match(text, place)
            if match is None:
                line = self._line(place)
                raise InputError(f"line {line}: what stands here begins nothing; check quotes")
            label, brace, word = match.groups()
            if label is not None:
                yield _Token("label", label.replace('\\"', '"'), match.start(1))
            elif brace:
                yield _Token("brace", brace, match.start(2))
            else:
                yield _Token("word", word, match.start(3))
            place = match.end()

    def _line(self, place: int) -> int:
        return self._text.count("\n", 0, place) + 1


def distinct_names(names: Sequence[str]) -> list[str]:
    """Names for all players: their own where one is given and no one else's, else their numbers.

    >>> distinct_names(["player 2", "", "x", "x"])
    ['player 2', 'player 2 (unnamed)', 'player 3', 'player 4']
    """
    own = [bool(name) and len(name) <= 200 and names.count(name) == 1 for name in names]
    result = [name if kept else "" for name, kept in zip(names, own, strict=True)]
    taken = set(result)
    for i, name in enumerate(result, start=1):
        if not name:
            choice = f"player {i}"
            while choice in taken:
                choice += " (unnamed)"
            taken.add(choice)
            result[i - 1] = choice
    return result
