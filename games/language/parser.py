"""The safe parser: cost text to a node of a :class:`games.language.graph.Graph`, never by ``eval``.

Operator precedence with two stacks (Dijkstra's shunting yard): finished values, and operators and
brackets that wait for their last value. Every token is handled once and nothing recurses, so the
time is linear in the text. Precedence is Python's: ``-x**2`` is ``-(x**2)``, ``**`` groups to the
right, ``2**-1`` is one half.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn, final

from games.errors import InputError
from games.language.functions import FUNCTIONS
from games.language.graph import MAX_EXPONENT, OPERATORS, Graph
from games.language.number import MAX_DIGITS, parse_number
from games.language.tokens import Token, tokens

MAX_TEXT = 2**20  # characters
MAX_DEPTH = 200  # brackets, signs and powers inside each other
MAX_NODES = 200_000  # of the whole graph

_BRACKET, _SUM, _PRODUCT, _SIGN, _POWER = range(5)  # a higher level binds tighter
_LEVELS = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT}
_NESTING = {_BRACKET, _SIGN, _POWER}


@final
class NotInLanguage(InputError):
    """A name or a sign that the language does not have, and the place for messages."""

    place: str
    token: Token


@final
@dataclass(frozen=True)
class _Waiting:
    """An operator (or an open bracket) that waits for its last value (or for its end)."""

    op: str  # an operation, or the function before the bracket ("" for a plain bracket)
    level: int
    column: int
    depth: int  # how many brackets, signs and powers are open up to here
    below: int  # how many values were finished before it


@final
@dataclass
class _Work:
    """The state between two tokens."""

    graph: Graph
    names: Mapping[str, int]
    where: str
    values: list[int] = field(default_factory=list)
    waiting: list[_Waiting] = field(default_factory=list)


def parse(text: str, graph: Graph, names: Mapping[str, int], where: str) -> int:
    """The node of an expression: numbers, names, + - * / **, brackets, the functions and pi.

    names: each allowed variable or parameter and its node; where: the place for messages, such as
    ``cost of firm 1``. Raises InputError, one sentence with the token, its 1-based column and the
    mend, for anything else and beyond the bounds (1 MiB of text, nesting 200, 200,000 nodes,
    constant exponents within ±1,000).

    >>> graph = Graph()
    >>> parse("2*x", graph, {"x": graph.variable("x")}, "cost of firm 1")
    2
    """
    if len(text) > MAX_TEXT:
        raise InputError(f"{where} has more than {MAX_TEXT} characters; write a shorter expression")
    work = _Work(graph, names, where)
    value_next = True
    for token in tokens(text):
        value_next = _value(work, token) if value_next else _after_value(work, token)
        if len(graph) > MAX_NODES:
            _fail(work, token.column, f"the game grows beyond {MAX_NODES} operations; simplify it")
    return work.values[0]


def _value(work: _Work, token: Token) -> bool:
    """A token where a value must come; returns whether one must still come after it."""
    match token.kind:
        case "number":
            work.values.append(_number(work, token))
        case "name":
            work.values.append(_named(work, token))
        case "call":
            _wait(work, _function(work, token), _BRACKET, token)
        case "(":
            _wait(work, "", _BRACKET, token)
        case "-":
            _wait(work, "neg", _SIGN, token)
        case "+":
            pass
        case _:
            place = f"before {token.text!r}" if token.text else "at the end"
            _wrong(work, token, f"a value is missing {place}; write a number, a name or brackets")
    return token.kind not in ("number", "name")


def _after_value(work: _Work, token: Token) -> bool:
    """A token where a value has just ended; returns whether another must come after it."""
    match token.kind:
        case "+" | "-" | "*" | "/" as op:
            _finish(work, _LEVELS[op])
            _wait(work, op, _LEVELS[op], token)
        case "**":  # an earlier ** waits: powers group to the right
            _wait(work, "**", _POWER, token)
        case ",":
            _finish(work, _SUM)
            if not work.waiting or not work.waiting[-1].op:
                _fail(
                    work, token.column, "',' is not inside a function; write decimals with a point"
                )
        case ")":
            _close(work, token)
        case "end":
            _end(work)
        case _:
            what = f"{token.text[:40]!r} follows a value"
            _wrong(work, token, f"{what}; write an operator between them, such as *")
    return token.kind not in (")", "end")


def _number(work: _Work, token: Token) -> int:
    try:
        return work.graph.constant(parse_number(token.text))
    except InputError:  # the token has the shape of a number, so only its size can be wrong
        bounds = f"use at most {MAX_DIGITS} digits and exponents within ±{MAX_EXPONENT}"
        _fail(work, token.column, f"the number {token.text[:20]!r} is too long; {bounds}")


def _named(work: _Work, token: Token) -> int:
    if token.text == "pi":
        return work.graph.pi()
    if token.text not in work.names:
        if token.text in FUNCTIONS:
            _fail(work, token.column, f"{token.text} is a function; write {token.text}(…)")
        _unknown(work, token)
    return work.names[token.text]


def _function(work: _Work, token: Token) -> str:
    if token.text in work.names or token.text == "pi":
        name = token.text[:40]
        _fail(work, token.column, f"{name!r} is not a function; write {name}*(…) for a product")
    if token.text not in FUNCTIONS:
        _unknown(work, token)
    return token.text


def _close(work: _Work, token: Token) -> None:
    _finish(work, _SUM)
    if not work.waiting:
        _fail(work, token.column, "')' closes nothing; delete it or add the missing '('")
    bracket = work.waiting.pop()
    if bracket.op:
        _apply(work, bracket)


def _end(work: _Work) -> None:
    _finish(work, _SUM)
    if work.waiting:
        bracket = work.waiting[-1]
        _fail(work, bracket.column, f"'{bracket.op}(' is never closed; add the missing ')'")


# The two stacks.


def _wait(work: _Work, op: str, level: int, token: Token) -> None:
    depth = (work.waiting[-1].depth if work.waiting else 0) + (level in _NESTING)
    if depth > MAX_DEPTH:
        _fail(work, token.column, f"{token.text!r} is nested deeper than {MAX_DEPTH}; flatten it")
    work.waiting.append(_Waiting(op, level, token.column, depth, len(work.values)))


def _finish(work: _Work, level: int) -> None:
    """Apply the waiting operators that bind at least so tightly, up to the last open bracket."""
    while work.waiting and work.waiting[-1].level >= level:
        _apply(work, work.waiting.pop())


def _apply(work: _Work, entry: _Waiting) -> None:
    """Replace the values of an operator or function by its node."""
    first = entry.below - (OPERATORS.get(entry.op) == 2)  # a binary operator's left value
    args = tuple(work.values[first:])
    _check_arguments(work, entry, args)
    work.values[first:] = [work.graph.apply(entry.op, *args)]


def _check_arguments(work: _Work, entry: _Waiting, args: tuple[int, ...]) -> None:
    if entry.op in FUNCTIONS and not FUNCTIONS[entry.op].variadic and len(args) != 1:
        _fail(work, entry.column, f"{entry.op} takes one value, not {len(args)}; delete the others")
    last = work.graph.number(args[-1])
    if last is None:
        return
    if entry.op == "/" and last == 0:
        _fail(work, entry.column, "'/' divides by zero; change the denominator")
    if entry.op == "**" and abs(last) > MAX_EXPONENT:
        bound = f"the exponent after '**' is beyond ±{MAX_EXPONENT}"
        _fail(work, entry.column, f"{bound}; use a smaller one")
    if entry.op == "**" and last < 0 and work.graph.number(args[0]) == 0:
        _fail(work, entry.column, "'**' divides by zero; change the base or the exponent")


# Messages.


def _fail(work: _Work, column: int, sentence: str) -> NoReturn:
    raise InputError(f"{work.where}, column {column}: {sentence}")


def _wrong(work: _Work, token: Token, sentence: str) -> NoReturn:
    """A token in the wrong place, or a sign that has no place at all."""
    if token.kind == "other":
        _reject(work, token, f"{token.text!r} has no meaning here; delete it")
    _fail(work, token.column, sentence)


def _unknown(work: _Work, token: Token) -> NoReturn:
    name = token.text[:40]
    _reject(work, token, f"unknown name {name!r}; declare it or use a name of the game")


def _reject(work: _Work, token: Token, sentence: str) -> NoReturn:
    place = f"{work.where}, column {token.column}"
    error = NotInLanguage(f"{place}: {sentence}")
    error.place, error.token = place, token
    raise error
