"""Expressions: the graph, the safe parser with its hints, and the printer that undoes it."""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

from games.errors import InputError
from games.language import number, parser
from games.language.functions import FUNCTIONS
from games.language.graph import Graph
from games.language.hints import hint
from games.language.parser import MAX_DEPTH, MAX_NODES, MAX_TEXT, NotInLanguage

__all__ = ["FUNCTIONS", "MAX_DEPTH", "MAX_NODES", "MAX_TEXT", "Graph", "parse", "to_text"]

_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(1, 6)  # a higher level binds tighter
# What stands between the arguments, the operation's own level, the levels its arguments need.
_INFIX = {
    "+": (" + ", _SUM, (_SUM, _PRODUCT)),
    "-": (" - ", _SUM, (_SUM, _PRODUCT)),
    "*": ("*", _PRODUCT, (_PRODUCT, _SIGN)),
    "/": ("/", _PRODUCT, (_PRODUCT, _SIGN)),
    "**": ("**", _POWER, (_ATOM, _SIGN)),
}
_SHORT = 10**300  # up to here a number is printed as games.language.number prints it
_CHUNK = 900  # digits per piece of a longer integer

_Piece = str | tuple[int, int]  # text, or a node and the level that its place needs


def parse(text: str, graph: Graph, names: Mapping[str, int], where: str) -> int:
    """As :func:`games.language.parser.parse`; what the language lacks is told with what to write.

    >>> parse("ln(x)", graph := Graph(), {"x": graph.variable("x")}, "cost of firm 1")
    Traceback (most recent call last):
    games.errors.InputError: cost of firm 1, column 1: unknown name 'ln'; write log
    """
    try:
        return parser.parse(text, graph, names, where)
    except NotInLanguage as error:
        raise InputError(f"{error.place}: {hint(error.token, names)}") from None


def to_text(graph: Graph, node: int, names: Mapping[int, str] = MappingProxyType({})) -> str:
    """Exact text of a node; :func:`parse` turns it back into the same node of the same graph.

    names: of nodes that are written by a name; the node itself is not. Raises InputError when the
    text exceeds 1 MiB (shared parts without a name are written out at each use).

    >>> graph = Graph()
    >>> to_text(graph, parse("-(x - 1/3)**2", graph, {"x": graph.variable("x")}, "cost"))
    '-(x - 1/3)**2'
    """
    done: list[str] = []
    size = 0
    todo: list[_Piece] = [*reversed(_spell(graph, node, _SUM))]
    while todo:
        piece = todo.pop()
        if not isinstance(piece, str):
            if piece[0] not in names:
                todo.extend(reversed(_spell(graph, *piece)))
                continue
            piece = names[piece[0]]
        done.append(piece)
        size += len(piece)
        if size > MAX_TEXT:
            raise InputError(
                f"the expression takes more than {MAX_TEXT} characters to write; simplify it"
            )
    return "".join(done)


def _spell(graph: Graph, node: int, needed: int) -> list[_Piece]:
    """The pieces of one node, in brackets when it binds less tightly than its place needs."""
    level, pieces = _pieces(graph, node)
    return ["(", *pieces, ")"] if level < needed else pieces


def _pieces(graph: Graph, node: int) -> tuple[int, list[_Piece]]:
    op, args, value = graph.ops[node], graph.args[node], graph.values[node]
    if isinstance(value, Fraction):
        level, text = _constant_text(value)
        return level, [text]
    if isinstance(value, str):
        return _ATOM, [value]
    if op in _INFIX:
        between, level, (left, right) = _INFIX[op]
        return level, [(args[0], left), between, (args[1], right)]
    if op == "neg":
        return _SIGN, ["-", (args[0], _SIGN)]
    if op == "pi":
        return _ATOM, ["pi"]
    values: list[_Piece] = [piece for arg in args for piece in (", ", (arg, _SUM))]
    return _ATOM, [f"{op}(", *values[1:], ")"]


def _constant_text(value: Fraction) -> tuple[int, str]:
    """The level and text of a number; the parser folds the text back into it."""
    size, sign = abs(value), "-" if value < 0 else ""
    if max(size.numerator, size.denominator) < _SHORT:
        text = number.to_text(size)
    else:
        text = f"{_integer_text(size.numerator)}/{_integer_text(size.denominator)}"
    return _PRODUCT if "/" in text else _SIGN if sign else _ATOM, sign + text


def _integer_text(value: int) -> str:
    """A positive integer in pieces that each are a literal the parser reads."""
    chunks = []
    while value >= 10**_CHUNK:
        value, rest = divmod(value, 10**_CHUNK)
        chunks.append(rest)
    text = str(value)
    for rest in reversed(chunks):
        text = f"({text}*1e{_CHUNK} + {rest})"
    return text
