"""Short forms in game files, written out before anything is parsed; nothing else knows them.

``q[1..20]`` among variables, or as a key of [region], stands for q1, …, q20; a list among the
parameters, ``c = [1, 2]``, for c1 and c2. All names of a stem and a number are a family. In costs
and definitions ``q[3]`` is q3, and

- ``sum(q)`` is q1 + q2 + …, over the family;
- ``sum(i, c[i]*q[i])`` is c1*q1 + c2*q2 + …, over the numbers that the families in it share;
- ``dot(c, q)`` is sum(i, c[i]*q[i]), and ``norm2(q)`` is q1**2 + q2**2 + ….
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, final

from games.errors import InputError
from games.language.parser import MAX_TEXT
from games.reading import short

MAX_RANGE = 2000  # names that one range may stand for
MAX_INSIDE = 8  # sums inside each other
_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_RANGE = re.compile(rf"({_NAME})\[([0-9]{{1,9}})\.\.([0-9]{{1,9}})\]", re.ASCII)
_MEMBER = re.compile(r"([A-Za-z_](?:[A-Za-z0-9_]*[A-Za-z_])?)(0|[1-9][0-9]{0,8})", re.ASCII)
_USED = re.compile(rf"({_NAME})\s*\[\s*({_NAME}|[0-9]{{1,9}})\s*\]", re.ASCII)
_PIECE = re.compile(
    rf"(?<![A-Za-z0-9_.])(?:(?P<macro>sum|dot|norm2)\s*\(|{_USED.pattern}|(?P<name>{_NAME}))",
    re.ASCII,
)
_SHORT = re.compile(r"(?<![A-Za-z0-9_.])(?:sum|dot|norm2)\s*\(|\[", re.ASCII)

Families = Mapping[str, Sequence[int]]


def names_in(text: str) -> list[str]:
    """The names that an entry of a list of variables stands for.

    >>> names_in("q[1..3]"), names_in("x")
    (['q1', 'q2', 'q3'], ['x'])
    """
    match = _RANGE.fullmatch(text)
    if match is None:
        return [text]
    first, last = int(match[2]), int(match[3])
    if not first <= last < first + MAX_RANGE:
        raise InputError(f"{short(text)} is no range of 1 to {MAX_RANGE} numbers; write q[1..20]")
    return [f"{match[1]}{k}" for k in range(first, last + 1)]


def keys_written_out(table: Mapping[str, Any]) -> dict[str, Any]:
    """A table with a row for each name that a key stands for."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        for name in names_in(key):
            if name in found:
                raise InputError(f"{short(name)} is given twice; give it once")
            found[name] = value
    return found


def constraints_written_out(document: Mapping[str, Any], texts: Sequence[str]) -> list[str]:
    """The constraints of a symbolic game, whose table may have short forms, without any."""
    players = document.get("players")
    if not isinstance(players, list) or not all(isinstance(p, Mapping) for p in players):
        return list(texts)
    parameters = document.get("parameters")
    names = [*(_listed(parameters) if isinstance(parameters, Mapping) else ())]
    for player in players:
        names += _texts(_with_names(player).get("variables"))
    families = _families(names)
    return [_plain(text, families, f"the constraint {short(text)}") for text in texts]


def written_out(document: Mapping[str, Any]) -> dict[str, Any]:
    """The table of a symbolic game without short forms; what is malformed stays as it is."""
    found = dict(document)
    players = found.get("players")
    if not isinstance(players, list) or not all(isinstance(p, Mapping) for p in players):
        return found
    found["players"] = [_with_names(player) for player in players]
    parameters = found.get("parameters")
    if isinstance(parameters, Mapping):
        found["parameters"] = parameters = _listed(parameters)
    variables = [name for player in found["players"] for name in _texts(player.get("variables"))]
    families = _families([*variables, *(parameters if isinstance(parameters, Mapping) else ())])
    if isinstance(found.get("definitions"), Mapping):
        found["definitions"] = {
            key: _plain(text, families, f"definition of {short(key)}")
            for key, text in found["definitions"].items()
        }
    found["players"] = [_with_costs(player, families) for player in found["players"]]
    return found


def _with_names(player: Mapping[str, Any]) -> dict[str, Any]:
    variables = player.get("variables")
    if not isinstance(variables, list):
        return dict(player)
    names = [names_in(v) if isinstance(v, str) else [v] for v in variables]
    return dict(player) | {"variables": [name for each in names for name in each]}


def _listed(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters c1, c2, … in place of each list c."""
    found: dict[str, Any] = {}
    for key, value in parameters.items():
        rows = {key: value}
        if isinstance(value, list):
            rows = {f"{key}{k}": entry for k, entry in enumerate(value, start=1)}
        for name, entry in rows.items():
            if name in found:
                raise InputError(f"parameter {short(name)} is given twice; give it once")
            found[name] = entry
    return found


def _with_costs(player: Mapping[str, Any], families: Families) -> dict[str, Any]:
    where, found = f"cost of {short(player.get('name'))}", dict(player)
    for key in ("cost", "field"):
        if isinstance(found.get(key), str):
            found[key] = _plain(found[key], families, where)
        elif isinstance(found.get(key), list):
            found[key] = [_plain(part, families, where) for part in found[key]]
    return found


def _texts(value: Any) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def _families(names: Iterable[str]) -> dict[str, list[int]]:
    """The numbers of each stem, ascending."""
    found: dict[str, list[int]] = {}
    for name in names:
        match = _MEMBER.fullmatch(name)
        if match is not None:
            found.setdefault(match[1], []).append(int(match[2]))
    return {stem: sorted(set(numbers)) for stem, numbers in found.items()}


def _plain(text: Any, families: Families, where: str) -> Any:
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        return text
    if not _SHORT.search(text):
        return text
    return _Writer(families, where).text(text, {}, 0)


@final
@dataclass
class _Writer:
    """Writes sums out; no more than the parser takes, over all of a text."""

    families: Families
    where: str
    done: int = 0

    def text(self, text: str, numbers: Mapping[str, int], inside: int) -> str:
        """The text with every short form written out; numbers: of the indices in force."""
        if inside > MAX_INSIDE:
            self.fail(f"sums are inside each other more than {MAX_INSIDE} times; write definitions")
        pieces: list[str] = []
        start = 0
        while match := _PIECE.search(text, start):
            pieces.append(text[start : match.start()])
            start = match.end()
            if match["macro"]:
                parts, start = self._arguments(text, match["macro"], match.end())
                pieces.append(f"({self._macro(match['macro'], parts, numbers, inside)})")
            elif match["name"]:
                name = match["name"]
                pieces.append(str(numbers[name]) if name in numbers else name)
            else:
                pieces.append(self._member(match[2], match[3], numbers))
            self._count(len(pieces[-2]) + len(pieces[-1]))
        return "".join([*pieces, text[start:]])

    def fail(self, sentence: str) -> NoReturn:
        raise InputError(f"{self.where}: {sentence}")

    def _count(self, size: int) -> None:
        self.done += size
        if self.done > (MAX_INSIDE + 1) * MAX_TEXT:
            self.fail(f"its sums take more than {MAX_TEXT} characters; write definitions")

    def _macro(self, macro: str, parts: list[str], numbers: Mapping[str, int], inside: int) -> str:
        if macro == "sum" and len(parts) == 2:
            index = parts[0].strip()
            if re.fullmatch(_NAME, index, re.ASCII) is None or index in numbers:
                self.fail(f"{short(index)} cannot be an index; write sum(i, c[i]*q[i])")
            return self._sum(index, parts[1], numbers, inside)
        if len(parts) != (2 if macro == "dot" else 1):
            self.fail(f"{macro} got {len(parts)} arguments; write sum(q), dot(c, q) or norm2(q)")
        stems = [part.strip() for part in parts]
        for stem in stems:
            self._numbers(stem)
        body = {"sum": "{0}[_]", "norm2": "{0}[_]**2", "dot": "{0}[_]*{1}[_]"}[macro]
        return self._sum("_", body.format(*stems), numbers, inside)

    def _sum(self, index: str, body: str, numbers: Mapping[str, int], inside: int) -> str:
        stems = {match[1] for match in _USED.finditer(body) if match[2] == index}
        if not stems:
            self.fail(f"the sum over {index} has no family with [{index}]; write sum(i, c[i]*q[i])")
        ranges = [list(self._numbers(stem)) for stem in sorted(stems)]
        if any(each != ranges[0] for each in ranges):
            self.fail(f"{', '.join(sorted(stems))} have different numbers; sum over equal ones")
        single = body.strip() in {f"{stem}[{index}]" for stem in stems}
        terms = [self.text(body, {**numbers, index: k}, inside + 1) for k in ranges[0]]
        return " + ".join(term if single else f"({term.strip()})" for term in terms)

    def _numbers(self, stem: str) -> Sequence[int]:
        if stem not in self.families:
            self.fail(f"{short(stem)} is no family of names like q1, q2, …; declare it")
        return self.families[stem]

    def _member(self, stem: str, index: str, numbers: Mapping[str, int]) -> str:
        if not index.isdigit() and index not in numbers:
            self.fail(f"the index {index} of {stem} belongs to no sum; write sum({index}, …)")
        number = numbers[index] if index in numbers else int(index)
        if number not in self._numbers(stem):
            self.fail(f"there is no {stem}[{number}]; the family has {len(self.families[stem])}")
        return f"{stem}{number}"

    def _arguments(self, text: str, macro: str, start: int) -> tuple[list[str], int]:
        """The arguments between the brackets that opened before start, and where they end."""
        depth, parts, begin = 0, [], start
        for place in range(start, len(text)):
            match text[place]:
                case "(" | "[":
                    depth += 1
                case "]":
                    depth -= 1
                case ")" if depth:
                    depth -= 1
                case ",":
                    if not depth:
                        parts.append(text[begin:place])
                        begin = place + 1
                case ")":
                    return [*parts, text[begin:place]], place + 1
        self.fail(f"'{macro}(' is never closed; add the missing ')'")
        return None
