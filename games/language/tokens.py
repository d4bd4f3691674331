"""Expression text cut into tokens, one regular expression and no decisions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

_SPACE = r"[ \t\r\n]*"
_TOKEN = re.compile(
    _SPACE
    + r"(?:(?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)"
    + rf"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<bracket>{_SPACE}\()?"
    + r"|(?P<symbol>\*\*|[-+*/(),])"
    + r"|(?P<other>.)"
    + r"|(?P<end>\Z))",
    re.ASCII | re.DOTALL,
)


@final
@dataclass(frozen=True)
class Token:
    """A piece of the text and the 1-based column where it starts.

    kind: "number", "name", "call" (a name and its open bracket), a symbol itself, "other" for a
    character that has no meaning here, "end" once after the last.
    """

    kind: str
    text: str
    column: int


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a text in order, "end" last; any text can be cut.

    >>> [token.text for token in tokens("2*exp(x)")]
    ['2', '*', 'exp', 'x', ')', '']
    """
    position, kind = 0, ""
    while kind != "end":
        match = _TOKEN.match(text, position)
        assert match is not None  # "other" and "end" leave nothing unmatched
        group = next(
            name for name in ("number", "name", "symbol", "other", "end") if match[name] is not None
        )
        piece, position = match[group], match.end()
        kind = piece if group == "symbol" else "call" if match["bracket"] else group
        yield Token(kind, piece, match.start(group) + 1)
