"""What a symbolic game asks of names, numbers and texts before anything is parsed."""

import difflib
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from types import MappingProxyType

from games.errors import InputError
from games.language.expression import FUNCTIONS
from games.language.graph import bits
from games.language.number import Number, exact, parse_number
from games.language.number import to_text as number_text
from games.players import Player, check_names

_MAX_PARAMETER_BITS = 7000  # no longer number can be read from a game file
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def field_texts(player: Player, texts: Sequence[str]) -> tuple[str, ...]:
    """One text a variable; InputError otherwise."""
    if isinstance(texts, str) or len(texts) != player.size:
        raise InputError(
            f"the field of player {player.name!r} has {1 if isinstance(texts, str) else len(texts)}"
            f" parts; give {player.size}, one text per variable"
        )
    return tuple(texts)


def variable_names(player: str, variables: Sequence[str]) -> tuple[str, ...]:
    if isinstance(variables, str):
        raise InputError(
            f"the variables of player {player!r} are the text {variables!r}; give a list of names"
        )
    return tuple(variables)


def parameter_value(name: str, value: Number) -> Fraction:
    """The exact value; it must be writable as text that can be read again."""
    try:
        number = exact(value)
        if bits(number) > _MAX_PARAMETER_BITS:
            raise InputError("the number is too long; write it with fewer digits")
        return parse_number(number_text(number))
    except InputError as error:
        raise InputError(f"parameter {name!r}: {error}") from None


def check_identifiers(
    players: Sequence[Player],
    parameters: Mapping[str, Fraction],
    definitions: Mapping[str, str] = MappingProxyType({}),
) -> None:
    check_names(players)
    variables = [variable for player in players for variable in player.variables]
    kinds = {"variable": variables, "parameter": parameters, "definition": definitions}
    for name, text in definitions.items():
        if not isinstance(text, str):
            raise InputError(f"definition {name!r} is {type(text).__name__}; write it as text")
    for kind, names in kinds.items():
        for name in names:
            if not _IDENTIFIER.fullmatch(name):
                raise InputError(
                    f"{kind} {name[:40]!r} is not a plain name; use ASCII letters, digits and _,"
                    " a letter first"
                )
            if name in FUNCTIONS or name == "pi":
                raise InputError(f"{kind} {name!r} has a reserved name; choose another")
    for one, other in combinations(kinds, 2):
        for name in sorted(set(kinds[one]) & set(kinds[other])):
            raise InputError(f"{name!r} is both a {one} and a {other}; rename one of them")


def check_stated(players: Sequence[Player], stated: Mapping[str, object], what: str) -> None:
    """Raise InputError unless each player, and nobody else, has its cost or its field."""
    names = [player.name for player in players]
    for name in stated:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            mend = f"did you mean {near[0]!r}?" if near else f"add the player or delete the {what}"
            raise InputError(f"a {what} is given for {name!r}, who is not a player; {mend}")
    for name in names:
        if name not in stated:
            raise InputError(f"player {name!r} has no {what}; give one expression")


def check_length(what: str, got: int | None, expected: int) -> None:
    if got is not None and got != expected:
        raise ValueError(f"{what} has {got} entries; expected {expected}, one per variable")
