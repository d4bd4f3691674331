"""A tiny reader of Gambit's files, independent of the package: payoffs profile by profile."""

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

Profile = tuple[int, ...]


def words_of(text: str) -> list[str]:
    """Braces, words, and texts with their opening quote kept."""
    found = re.findall(r'"(?:\\.|[^"\\])*"|[{}]|[^\s{}",]+', text.removeprefix("\ufeff"))
    return [word[:-1] if word[0] == '"' else word for word in found]


def value(word: str) -> Fraction:
    """A number however it is written."""
    top, _, bottom = word.partition("/")
    digits = re.sub(r"\.(?=$|[eE])", ".0", re.sub(r"^([+-]?)\.", r"\g<1>0.", top))
    return Fraction(digits) / Fraction(bottom or "1")


def group(words: list[str]) -> list[Any]:
    """What stands between two braces, nested."""
    assert words.pop(0) == "{"
    inside: list[Any] = []
    while words[0] != "}":
        inside.append(group(words) if words[0] == "{" else words.pop(0))
    words.pop(0)
    return inside


def profiles(shape: Sequence[int]) -> Iterator[Profile]:
    """All profiles, the first player's strategy moving fastest."""
    for joint in itertools.product(*(range(count) for count in reversed(shape))):
        yield joint[::-1]


def strategic(text: str) -> tuple[tuple[int, ...], dict[Profile, list[Fraction]]]:
    """The numbers of strategies of a .nfg file, and everybody's payoffs by profile."""
    words = words_of(text)[4:]
    players = len(group(words))
    shape = tuple(len(s) if isinstance(s, list) else int(s) for s in group(words))
    if words[0][0] == '"':
        words.pop(0)
    if words[0] == "{":
        listed = [[Fraction(0)] * players, *([value(v) for v in o[1:]] for o in group(words))]
        rows = [listed[int(word)] for word in words]
    else:
        rows = [[value(w) for w in words[k : k + players]] for k in range(0, len(words), players)]
    return shape, dict(zip(profiles(shape), rows, strict=True))


def tracer(text: str) -> tuple[tuple[int, ...], dict[Profile, list[Fraction]]]:
    """The same of a .gam file."""
    words = text.split()
    players = int(words[0])
    shape = tuple(map(int, words[1 : 1 + players]))
    rest, size = words[1 + players :], math.prod(shape)
    columns = [[value(w) for w in rest[i * size : (i + 1) * size]] for i in range(players)]
    rows = [list(row) for row in zip(*columns, strict=True)]
    return shape, dict(zip(profiles(shape), rows, strict=True))


class Extensive:
    """A .efg file as a nested tree: expected payoffs of pure behaviour by recursion."""

    def __init__(self, text: str) -> None:
        self.words = words_of(text)[4:]
        self.players = len(group(self.words))
        if self.words[0][0] == '"':
            self.words.pop(0)
        self.actions: dict[tuple[int, int], int] = {}
        self.odds: dict[int, list[Fraction]] = {}
        self.outcomes = {0: [Fraction(0)] * self.players}
        self.root = self.node()
        assert not self.words

    def node(self) -> Any:
        """(who, gained, children); who is None at a leaf, odds for chance, else the set."""
        kind = self.words.pop(0)
        self.words.pop(0)
        who: Any = None
        count = 0
        if kind != "t":
            player = int(self.words.pop(0)) if kind == "p" else 0
            number = int(self.words.pop(0))
            if self.words[0][0] == '"':
                self.words.pop(0)
            listed = group(self.words) if self.words[0] == "{" else None
            if kind == "p":
                who = (player, number)
                if listed is not None:
                    self.actions.setdefault(who, len(listed))
                count = self.actions[who]
            else:
                if listed is not None:
                    odds = [value(w) for w in listed[1::2]]
                    self.odds[number] = [p / sum(odds) for p in odds]
                who, count = self.odds[number], len(self.odds[number])
        gained = self.outcome()
        return who, gained, [self.node() for _ in range(count)]

    def outcome(self) -> list[Fraction]:
        """What the node gives."""
        number = int(self.words.pop(0))
        if self.words and self.words[0][0] == '"':
            self.words.pop(0)
        if self.words and self.words[0] == "{":
            self.outcomes[number] = [value(w) for w in group(self.words)]
        return self.outcomes[number]

    def payoffs(self, chosen: dict[tuple[int, int], int], node: Any = None) -> list[Fraction]:
        """Everybody's expected payoff where each information set plays this action."""
        who, gained, children = node or self.root
        if who is None:
            return list(gained)
        if isinstance(who, list):
            parts = [self.payoffs(chosen, child) for child in children]
            after = [
                sum((p * part[i] for p, part in zip(who, parts, strict=True)), Fraction(0))
                for i in range(self.players)
            ]
        else:
            after = self.payoffs(chosen, children[chosen[who]])
        return [a + b for a, b in zip(gained, after, strict=True)]
